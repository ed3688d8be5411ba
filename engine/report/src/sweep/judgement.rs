//! One plain sentence or two: may the best cell be trusted?

use super::{SweepReport, median};
use crate::display::count;

/// Probability from which a result is usually taken as more than luck.
const CONFIDENT: f64 = 0.95;

/// What a careful reader would say about the best cell.
#[must_use]
pub fn judgement(report: &SweepReport) -> String {
    let trials = report.deflated.trials;
    let Some(best) = report.top.first() else {
        return "No cell ran to its end with a defined ranking figure: there is nothing to judge.".to_owned();
    };
    if report.deflated.sharpe.is_some_and(|s| s <= 0.0) {
        return format!(
            "Even the best of {} trials has no Sharpe ratio above zero: nothing here is worth trading.",
            count(trials)
        );
    }
    let luck = match report.deflated.ratio {
        None if trials < 2 => "One trial alone: nothing was searched, so nothing can be deflated.".to_owned(),
        None => {
            "The deflated Sharpe ratio is not defined here: the best cell or the trials have no variance.".to_owned()
        }
        Some(p) if p >= CONFIDENT => format!(
            "After {} trials the best is unlikely to be luck alone: its true Sharpe ratio beats the best of as many \
             trials without skill with a probability of {:.1}%.",
            count(trials),
            // Never a certainty.
            (p * 100.0).min(99.9)
        ),
        Some(p) => format!(
            "After {} trials the best may well be luck: its true Sharpe ratio beats the best of as many trials \
             without skill with a probability of only {:.1}%, below the usual 95%.",
            count(trials),
            p * 100.0
        ),
    };
    let around: Vec<f64> = report.neighbours.iter().filter_map(|cell| report.metric_of(cell)).collect();
    let all = median(&report.metric);
    let (Some(here), Some(near), Some(all)) = (report.metric_of(best), median(&around), all) else {
        return luck;
    };
    // How much of the way from the typical cell to the best the neighbours keep.
    let way = here - all;
    if way == 0.0 {
        return luck;
    }
    let kept = (near - all) / way;
    let peak = if kept >= 0.75 {
        "Its neighbours do nearly as well: a plateau, not a spike."
    } else if kept >= 0.4 {
        "Its neighbours do clearly worse: part of the result hangs on the exact parameters."
    } else {
        "Its neighbours do no better than the typical cell: a spike, likely fitted to this history."
    };
    format!("{luck} {peak}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::{Cell, Deflated};

    fn report(ratio: Option<f64>, neighbours: &[f64], sharpe: f64) -> SweepReport {
        let cell = |x: f64| Cell { figures: vec![Some(x)], ..Cell::default() };
        SweepReport {
            figures: vec!["sharpe".to_owned()],
            top: vec![cell(2.0)],
            metric: vec![0.0, 0.5, 1.0, 1.5, 2.0],
            neighbours: neighbours.iter().map(|x| cell(*x)).collect(),
            deflated: Deflated { trials: 5, ratio, sharpe: Some(sharpe), ..Deflated::default() },
            ..SweepReport::default()
        }
    }

    #[test]
    fn luck_and_neighbours() {
        for (ratio, neighbours, parts) in [
            (Some(0.97), vec![1.9, 1.8], ["unlikely to be luck alone", "a plateau, not a spike"]),
            (Some(0.97), vec![1.5], ["probability of 97.0%", "hangs on the exact parameters"]),
            (Some(0.40), vec![1.0, 1.1], ["may well be luck", "a spike, likely fitted"]),
            (Some(1.00), vec![0.1], ["probability of 99.9%", "a spike, likely fitted"]),
            (None, vec![], ["is not defined here", ""]),
        ] {
            let said = judgement(&report(ratio, &neighbours, 0.1));
            assert!(parts.iter().all(|part| said.contains(part)), "{said}");
        }
        let said = judgement(&report(Some(0.0), &[1.9], -0.1));
        assert_eq!(said, "Even the best of 5 trials has no Sharpe ratio above zero: nothing here is worth trading.");
        assert!(judgement(&SweepReport::default()).starts_with("No cell ran"));
    }
}
