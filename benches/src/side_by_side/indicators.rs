//! W8: whole columns of indicators, beside TA-Lib's C code.
//!
//! Both write into buffers that exist already. Ours runs before and after the peer,
//! so that a machine that speeds up or slows down does so for both.

use ::indicators::{Indicator, Series};

use super::peer;
use super::place::Place;
use super::table::{Check, Row, Table, Target};
use super::timing::{Samples, in_turn, time};
use super::{Failure, Report};
use crate::indicator_set::indicator_set;

const REPETITIONS: usize = 5;

/// Times of one indicator, and the last value of each output.
struct Ours {
    times: Samples,
    last: Vec<f64>,
}

pub(super) fn run(place: &Place) -> Result<Report, Failure> {
    let mut report = Report::default();
    let [high, low, close] = place.w8()?;
    let series = Series { open: &close, high: &high, low: &low, close: &close, volume: &[], session_start: &[] };
    let set = indicator_set()?;
    let measure_all =
        || -> Vec<Ours> { set.iter().map(|(_, indicator)| measure(indicator.as_ref(), series)).collect() };
    let before = measure_all();
    let data = place.data().to_string_lossy().into_owned();
    let answer = peer::python(&place.script("talib_w8.py"), &[&data, "7"])?;
    let after = if answer.is_some() { measure_all() } else { Vec::new() };

    let mut table = Table::new(format!("{} points, ns a point", close.len()));
    for (i, (name, indicator)) in set.iter().enumerate() {
        let ours = match after.get(i) {
            Some(again) => before[i].times.and(&again.times),
            None => before[i].times.clone(),
        }
        .per(close.len());
        let row = Row::new(format!("{}, ours", indicator.definition()), ours.median(), ours.least());
        let Some(answer) = &answer else {
            table.push(row);
            continue;
        };
        let theirs = Samples::from_seconds(&answer.list(&format!("/seconds/{name}"))?).per(close.len());
        table.push(row.ratio(ours.median() / theirs.median(), "x TA-Lib").target(Target::AtMost(1.0)));
        table.push(Row::new(format!("{}, TA-Lib", indicator.definition()), theirs.median(), theirs.least()));
        for (output, expected) in answer.list(&format!("/last/{name}"))?.iter().enumerate() {
            let label = format!("{name}, {}", indicator.outputs()[output]);
            report.checks.push(Check::values(&label, before[i].last[output], *expected));
        }
    }
    match answer {
        Some(answer) => report.notes.push(format!("peer: {}", answer.name())),
        None => report.notes.push("TA-Lib: not installed".to_owned()),
    }
    report.tables.push(table);
    Ok(report)
}

fn measure(indicator: &dyn Indicator, series: Series<'_>) -> Ours {
    let mut out = vec![Vec::new(); indicator.outputs().len()];
    let times = in_turn(REPETITIONS, &mut [&mut || time(|| indicator.batch(series, &mut out)).0]);
    let last = out.iter().map(|column| column.last().copied().unwrap_or(f64::NAN)).collect();
    Ours { times: times.into_iter().next().unwrap_or_default(), last }
}
