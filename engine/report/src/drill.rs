//! What finer data made of the ambiguous bars, in figures and words.

use engine_core::drill_down::{Disagreement, DrillDown};
use engine_core::record::RunResult;
use engine_core::time::{DAY, HOUR, MINUTE, SECOND, Timestamp};
use serde::Serialize;

use crate::display::{count, gain, percent, plural};
use crate::input::ReportInput;
use crate::summary::{nearest, share};

/// `drill_down` of `summary.json`: there when some instrument has finer data.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DrillFigures {
    /// Bars whose fills depend on the path inside them.
    pub ambiguous: u32,
    /// Of these, bars of which the finer data leaves one outcome.
    pub resolved: u32,
    /// Bars of which it leaves several, in a smaller range of P&L.
    pub narrowed: u32,
    /// Bars of which it leaves several, in no smaller range.
    pub unchanged: u32,
    /// Bars without finer data inside.
    pub without_data: u32,
    /// Bars to which the finer data does not add up.
    pub disagreeing: u32,
    /// Bars whose fills the path rule alone would have got wrong.
    pub changed: u32,
    /// Bars whose P&L lies outside the range of the bar alone.
    pub outside: u32,
    /// Share of the run's fills that the bars alone make certain.
    pub certain_share_before: Option<f64>,
    /// Share that is certain with the finer data.
    pub certain_share_after: Option<f64>,
    /// P&L of the fills inside ambiguous bars, marked at their closes.
    pub pnl_on_ambiguous_before: f64,
    /// The same of the bars that are still ambiguous.
    pub pnl_on_ambiguous_after: f64,
}

impl DrillFigures {
    pub(crate) fn of(run: &RunResult) -> Option<Self> {
        let all = run.drill_down.as_ref()?;
        let fills = run.fills.len() as u64;
        let certain = run.fills.iter().filter(|f| f.certain).count() as u64;
        Some(Self {
            ambiguous: all.ambiguous,
            resolved: all.resolved,
            narrowed: all.narrowed,
            unchanged: all.unchanged,
            without_data: all.without_data,
            disagreeing: all.disagreeing,
            changed: all.changed,
            outside: all.outside,
            certain_share_before: share(all.certain_alone, fills),
            certain_share_after: share(certain, fills),
            pnl_on_ambiguous_before: nearest(all.pnl_on_ambiguous),
            pnl_on_ambiguous_after: nearest(all.pnl_on_left),
        })
    }
}

/// The drill-down of a run in sentences; empty without finer data.
pub(crate) fn sentences(input: &ReportInput<'_>) -> Vec<String> {
    let run = input.run;
    let (Some(all), Some(figures)) = (&run.drill_down, DrillFigures::of(run)) else {
        return Vec::new();
    };
    let bars = |n: u32| plural(u64::from(n), "bar", "bars");
    if all.ambiguous == 0 {
        return vec!["Drill-down: no bar is ambiguous, the finer data was not needed.".to_owned()];
    }
    let number = |n: u32| count(u64::from(n));
    let mut lines = vec![format!(
        "Drill-down to {}: {} of {} resolved, {} narrowed, {} as before.",
        lengths(input),
        number(all.resolved),
        plural(u64::from(all.ambiguous), "ambiguous bar", "ambiguous bars"),
        number(all.narrowed),
        number(all.ambiguous - all.resolved - all.narrowed)
    )];
    lines.push(format!(
        "Fills certain: {} -> {}.",
        percent(figures.certain_share_before),
        percent(figures.certain_share_after)
    ));
    lines.push(format!(
        "P&L on ambiguous bars: {} -> {}.",
        gain(figures.pnl_on_ambiguous_before),
        gain(figures.pnl_on_ambiguous_after)
    ));
    if all.changed > 0 {
        let was = if all.changed == 1 { "1 bar was".to_owned() } else { format!("{} bars were", number(all.changed)) };
        lines.push(format!("{was} filled otherwise than the path rule alone would have done."));
    }
    if all.outside > 0 {
        lines.push(format!(
            "The P&L of {} lies outside the range of the bar alone: the price jumped inside it, or less volume could \
             be taken.",
            bars(all.outside)
        ));
    }
    if all.without_data > 0 {
        lines.push(format!("{} without finer data inside stayed as before.", bars(all.without_data)));
    }
    lines.extend(all.first_disagreement.map(|first| disagreement(run, all, &first)));
    lines
}

fn disagreement(run: &RunResult, all: &DrillDown, first: &Disagreement) -> String {
    let symbol = run.instruments.get(first.instrument.index()).map_or("", |i| i.symbol.as_str());
    let (field, bar, finer) = (first.field, first.bar, first.finer);
    let found = match field {
        "times" => {
            let text = |seconds: f64| Timestamp::from_nanos((seconds * 1e9) as i64).to_string();
            format!("a finer bar reaches over its end, {}, from {}", text(bar), text(finer))
        }
        _ => format!("its {field} is {bar}, that of the finer bars {finer}"),
    };
    format!(
        "{} stayed as before because the finer bars do not add up to it; first {symbol} {}: {found}.",
        plural(u64::from(all.disagreeing), "bar", "bars"),
        first.time
    )
}

/// "1-minute bars", when all finer data is of one length.
fn lengths(input: &ReportInput<'_>) -> String {
    let mut lengths = input.series.iter().filter_map(|s| {
        let c = s.finer.as_ref()?.columns();
        c.open_times().zip(&c.close_time).take(100).map(|(open, close)| close - open).max()
    });
    let first = lengths.next();
    let name = match first {
        // A nanosecond: single trades.
        Some(1) => Some("single trades".to_owned()).filter(|_| lengths.all(|other| other == 1)),
        Some(n) if lengths.all(|other| other == n) => {
            [(DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second")]
                .into_iter()
                .find(|(unit, _)| n >= *unit && n % unit == 0)
                .map(|(unit, name)| format!("{}-{name} bars", n / unit))
        }
        _ => None,
    };
    name.unwrap_or_else(|| "finer bars".to_owned())
}
