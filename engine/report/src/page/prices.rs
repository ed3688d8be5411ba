//! The price charts' data: candles of the instruments with most fills, and the fills.

use std::ops::Range;

use engine_core::feed::Series;
use engine_core::record::{Fill, RunResult};
use serde::Serialize;

use super::column::Column;
use super::payload::{kind, moments, room, seconds};
use crate::input::ReportInput;
use crate::sample::evenly;

/// Fills marked over all price charts at most.
const MARKS_MAX: usize = 50_000;
/// Price charts at most: the instruments with most fills.
const CHARTS_MAX: usize = 100;

/// Candles of one instrument with the fills on them.
#[derive(Serialize)]
pub(super) struct Prices {
    symbol: String,
    /// Bars per candle; 1 when nothing is aggregated.
    per: usize,
    t: Option<Column>,
    o: Column,
    h: Column,
    l: Column,
    c: Column,
    marks: Marks,
    marks_left_out: usize,
}

/// Fills: seconds, price, quantity, and 1 buy + 2 certain.
#[derive(Serialize)]
struct Marks {
    t: Column,
    price: Column,
    quantity: Column,
    kind: Column,
}

/// Fills per instrument, by `InstrumentId`.
fn fills_by_instrument(run: &RunResult) -> Vec<Vec<&Fill>> {
    let mut by = vec![Vec::new(); run.instruments.len()];
    for fill in &run.fills {
        if let Some(of) = by.get_mut(fill.instrument.index()) {
            of.push(fill);
        }
    }
    by
}

/// Candles and fills of the instruments; without their times where they are the axis.
pub(super) fn prices(input: &ReportInput<'_>, axis: &Column) -> Vec<Prices> {
    let run = input.run;
    let fills = fills_by_instrument(run);
    let mut chosen: Vec<(usize, &Series)> = run
        .instruments
        .iter()
        .enumerate()
        .filter_map(|(id, instrument)| {
            let series = input.series.iter().find(|s| s.instrument.symbol == instrument.symbol)?;
            Some((id, series))
        })
        .collect();
    chosen.sort_by_key(|(id, _)| (std::cmp::Reverse(fills[*id].len()), *id));
    chosen.truncate(CHARTS_MAX);
    chosen.sort_by_key(|(id, _)| *id);
    let charts = chosen.len().max(1);
    let longest = chosen.iter().map(|(_, s)| s.bars.len()).max().unwrap_or(0);
    let begin = run.times.first().copied().unwrap_or(i64::MIN);
    chosen
        .into_iter()
        .map(|(id, series)| candles(series, begin, room(longest, charts), &fills[id], MARKS_MAX / charts, axis))
        .collect()
}

/// Groups neighbouring bars so that at most `room` candles are left.
fn candles(series: &Series, begin: i64, room: usize, fills: &[&Fill], marks_max: usize, axis: &Column) -> Prices {
    let columns = series.bars.columns();
    let first = columns.close_time.partition_point(|t| *t < begin);
    let rows = columns.close_time.len();
    let per = (rows - first).div_ceil(room).max(1);
    let groups = || (first..rows).step_by(per).map(|from| from..(from + per).min(rows));
    let greatest = |x: &[f64]| x.iter().copied().fold(f64::MIN, f64::max);
    let least = |x: &[f64]| x.iter().copied().fold(f64::MAX, f64::min);
    let times: Vec<i64> = groups().map(|g| seconds(columns.close_time[g.end - 1])).collect();
    let times = Column::whole(times.into_iter());
    let column = |value: &dyn Fn(Range<usize>) -> f64| Column::of(&groups().map(value).collect::<Vec<_>>());
    let (marks, marks_left_out) = marks(fills, marks_max, series.tape.is_some());
    Prices {
        symbol: series.instrument.symbol.to_string(),
        per,
        t: (times != *axis).then_some(times),
        o: column(&|g| columns.open[g.start]),
        h: column(&|g| greatest(&columns.high[g])),
        l: column(&|g| least(&columns.low[g])),
        c: column(&|g| columns.close[g.end - 1]),
        marks,
        marks_left_out,
    }
}

/// Markers of the fills, and how many are left out. Ambiguous ones stay first.
fn marks(fills: &[&Fill], most: usize, fine: bool) -> (Marks, usize) {
    let (certain, ambiguous): (Vec<usize>, Vec<usize>) = (0..fills.len()).partition(|i| fills[*i].certain);
    let pick = |from: &[usize], most: usize| -> Vec<usize> {
        if most < 2 {
            return Vec::new();
        }
        evenly(from.len(), most).into_iter().map(|i| from[i]).collect()
    };
    let mut kept = pick(&ambiguous, most);
    kept.extend(pick(&certain, most - kept.len()));
    kept.sort_unstable();
    let of = |value: &dyn Fn(&Fill) -> f64| Column::of(&kept.iter().map(|i| value(fills[*i])).collect::<Vec<_>>());
    let marks = Marks {
        t: moments(kept.iter().map(|i| fills[*i].time.nanos()), fine),
        price: of(&|f| f.price.to_f64()),
        quantity: of(&|f| f.quantity.to_f64()),
        kind: Column::whole(kept.iter().map(|i| kind(fills[*i].side, fills[*i].certain))),
    };
    (marks, fills.len() - kept.len())
}
