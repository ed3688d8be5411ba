//! The report of a sweep as a table of at most 80 columns.

use super::{Cell, SweepReport, judgement, median, shown};
use crate::display::{count, decimal, printable, shorten, width};

const WIDTH: usize = 80;
/// Cells that did not run, shown at most.
const NOT_RUN_MAX: usize = 3;
/// Figures beside the ranking one, as far as they fit.
const FIGURES: [(&str, &str); 6] = [
    ("sharpe", "sharpe"),
    ("total_return", "return"),
    ("max_drawdown", "drawdown"),
    ("trades", "trades"),
    ("final_equity", "equity"),
    ("win_rate", "win"),
];

/// The report as a table of at most 80 columns.
#[must_use]
pub fn terminal(report: &SweepReport) -> String {
    let mut lines = vec![between(&report.name, &report.mode)];
    for p in &report.parameters {
        lines.push(format!("  {}  {}", p.name, p.values));
    }
    for c in &report.constraints {
        lines.push(format!("  where {c}"));
    }
    lines.push(String::new());
    let c = &report.counts;
    let mut counts = format!("cells       {} of {} ran", count(c.done), count(c.cells));
    for (n, what) in [
        (c.invalid, "invalid"),
        (c.failed, "FAILED"),
        (c.pending, "NOT RUN YET"),
        (c.excluded, "excluded by constraints"),
    ] {
        if n > 0 {
            counts += &format!(", {} {what}", count(n));
        }
    }
    lines.push(counts);
    if report.ran > 0 && report.seconds > 0.0 {
        let rate = report.ran as f64 / report.seconds;
        let bars = rate * report.bars as f64 / 1e6;
        lines.push(format!(
            "speed       {} cells/s, {} million bars/s on {} in {} s",
            decimal(rate, 0),
            decimal(bars, 1),
            crate::display::plural(report.threads as u64, "thread", "threads"),
            decimal(report.seconds, 2)
        ));
    }
    lines.push(format!("columns     {}", report.columns));
    for (values, reason) in report.not_run.iter().take(NOT_RUN_MAX) {
        lines.push(format!("  {values}: {reason}"));
    }
    lines.push(String::new());
    let order = if report.less_is_better { "least" } else { "most" };
    lines.push(format!("TOP by {} ({order} first)", report.rank_name()));
    lines.extend(table(report, &report.top));
    if !report.neighbours.is_empty() {
        let around: Vec<f64> = report.neighbours.iter().filter_map(|cell| report.metric_of(cell)).collect();
        let show = |x| shown(report.rank_name(), x);
        let least = around.iter().copied().reduce(|a, b| if b < a { b } else { a });
        let most = around.iter().copied().reduce(|a, b| if b > a { b } else { a });
        lines.push(String::new());
        lines.push(format!(
            "neighbours  {} {}: {} to {}, median {} (all cells {})",
            report.neighbours.len(),
            if report.mode.starts_with("grid") { "one step away" } else { "nearest draws" },
            show(least),
            show(most),
            show(median(&around)),
            show(median(&report.metric))
        ));
    }
    let d = &report.deflated;
    let number = |x: Option<f64>| x.map_or("-".to_owned(), |x| format!("{x:.4}"));
    lines.push(format!(
        "deflated    {} after {} trials; Sharpe a bar {}, by luck {}",
        number(d.ratio),
        count(d.trials),
        number(d.sharpe),
        number(d.threshold)
    ));
    let mut text: String = lines.iter().map(|l| shorten(&printable(l), WIDTH).trim_end().to_owned() + "\n").collect();
    text += &wrapped(&judgement(report));
    for warning in report.warnings.iter().take(6) {
        text += &wrapped(&format!("! {}", printable(warning)));
    }
    text += &match &report.digest {
        Some(digest) => format!("\ndigest      {digest}\n"),
        None => "\ndigest      none: not all cells have run\n".to_owned(),
    };
    text
}

fn between(left: &str, right: &str) -> String {
    let room = WIDTH.saturating_sub(width(right) + 2);
    let left = shorten(left, room);
    let gap = WIDTH.saturating_sub(width(&left) + width(right));
    format!("{left}{}{right}", " ".repeat(gap))
}

/// The cells with as many columns as fit.
fn table(report: &SweepReport, cells: &[Cell]) -> Vec<String> {
    let mut columns: Vec<Vec<String>> = Vec::new();
    let numbers = (1..=cells.len()).map(|n| n.to_string());
    columns.push(std::iter::once(String::new()).chain(numbers).collect());
    for (i, p) in report.parameters.iter().enumerate() {
        let values = cells.iter().map(|c| c.values.get(i).cloned().unwrap_or_default());
        columns.push(std::iter::once(p.name.clone()).chain(values).map(|t| shorten(&printable(&t), 14)).collect());
    }
    let rank = report.rank_name();
    let label = FIGURES.iter().find(|(name, _)| *name == rank).map_or(rank, |(_, label)| label);
    let first = std::iter::once((rank, label));
    for (name, label) in first.chain(FIGURES.into_iter().filter(|(name, _)| *name != rank)) {
        let values = cells.iter().map(|c| shown(name, report.figure(c, name)));
        columns.push(std::iter::once(label.to_owned()).chain(values).collect());
    }
    let mut lines = vec![String::new(); cells.len() + 1];
    for column in columns {
        let wide = column.iter().map(|t| width(t)).max().unwrap_or(0);
        if width(&lines[0]) + wide + 2 > WIDTH {
            break;
        }
        for (line, text) in lines.iter_mut().zip(&column) {
            *line += &format!("{}{text}  ", " ".repeat(wide - width(text)));
        }
    }
    lines.iter().map(|l| l.trim_end().to_owned()).collect()
}

fn wrapped(text: &str) -> String {
    let mut out = String::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && width(&line) + 1 + width(word) > WIDTH {
            out += &format!("{line}\n");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    out + &line + "\n"
}
