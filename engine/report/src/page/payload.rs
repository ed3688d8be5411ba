//! The data inside the page: what the charts and the trade list draw, as JSON.
//!
//! Everything is bounded: long lines keep their extremes, long lists keep what
//! matters most and say how much is left out.

use std::collections::BTreeMap;

use engine_core::feed::Series;
use engine_core::instrument::InstrumentId;
use engine_core::order::Side;
use engine_core::record::{Fill, RunResult, Trade};
use engine_core::time::SECOND;
use serde::Serialize;

use crate::display::Clock;
use crate::input::ReportInput;
use crate::sample::{POINTS_MAX, evenly, extremes, rounded};
use crate::summary::{Curve, falls};

/// Trades in the list at most: those with the greatest profit or loss.
pub(crate) const TRADES_MAX: usize = 5_000;
/// Markers per price chart at most.
const MARKS_MAX: usize = 3_000;
/// Candles over all price charts at most.
const CANDLES_MAX: usize = 40_000;
/// Price charts at most: the instruments with most fills.
pub(crate) const CHARTS_MAX: usize = 100;
/// Plotted lines at most.
const PLOTS_MAX: usize = 12;

/// A line: seconds since the epoch, and values.
#[derive(Serialize, Default)]
struct Line {
    name: String,
    t: Vec<i64>,
    v: Vec<f64>,
}

impl Line {
    /// At most `POINTS_MAX` points of a line.
    fn of(name: &str, times: &[i64], values: &[f64]) -> Self {
        Self::over(name, times, values.iter().copied())
    }

    fn over(name: &str, times: &[i64], values: impl ExactSizeIterator<Item = f64>) -> Self {
        let kept = extremes(values.take(times.len()), POINTS_MAX);
        Self {
            name: name.to_owned(),
            t: kept.iter().map(|(i, _)| seconds(times[*i])).collect(),
            v: kept.iter().map(|(_, x)| rounded(*x)).collect(),
        }
    }
}

/// Candles of one instrument with the fills on them.
#[derive(Serialize)]
struct Prices {
    symbol: String,
    /// Bars per candle; 1 when nothing is aggregated.
    per: usize,
    t: Vec<i64>,
    o: Vec<f64>,
    h: Vec<f64>,
    l: Vec<f64>,
    c: Vec<f64>,
    marks: Vec<Mark>,
    marks_left_out: usize,
}

/// A fill: seconds, price, +1 buy or -1 sell, 1 certain or 0, quantity.
type Mark = (i64, f64, i64, u8, f64);

/// A trade: instrument, +1 long or -1 short, quantity, entry seconds and price,
/// exit seconds and price, fees, P&L, return, MAE, MFE, 1 certain or 0.
type TradeRow = (u32, i64, f64, i64, f64, i64, f64, f64, f64, Option<f64>, f64, f64, u8);

#[derive(Serialize)]
struct Payload {
    intraday: bool,
    /// Instants that the horizontal axis is spread over.
    axis: Vec<i64>,
    equity: Line,
    benchmark: Option<Line>,
    drawdown: Line,
    plots: Vec<Line>,
    prices: Vec<Prices>,
    symbols: Vec<String>,
    trades: Vec<TradeRow>,
}

/// The data of a page as JSON that is safe inside a script element.
pub(crate) fn json(input: &ReportInput<'_>) -> String {
    let run = input.run;
    let curve = Curve::of(run);
    let axis = evenly(run.times.len(), POINTS_MAX);
    let payload = Payload {
        intraday: Clock::of(&curve) == Clock::Minutes,
        axis: axis.iter().map(|i| seconds(run.times[*i])).collect(),
        equity: Line::of("Equity", &curve.times, &curve.equity),
        benchmark: input.benchmark.map(|b| Line::of(&format!("Hold {}", b.symbol), &run.times, b.equity)),
        drawdown: Line::over("Drawdown", &curve.times, falls(&curve.equity)),
        plots: plots(run),
        prices: prices(input),
        symbols: run.instruments.iter().map(|i| i.symbol.to_string()).collect(),
        trades: listed_trades(run),
    };
    let text = serde_json::to_string(&payload).unwrap_or_else(|_| "{}".to_owned());
    // `<`, `>` and `&` occur only inside JSON strings, where an escape means the same.
    if !text.contains(['<', '>', '&']) {
        return text;
    }
    text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

fn plots(run: &RunResult) -> Vec<Line> {
    let mut columns: BTreeMap<u32, (Vec<i64>, Vec<f64>)> = BTreeMap::new();
    for point in &run.plots {
        let (t, v) = columns.entry(point.line).or_default();
        t.push(point.time.nanos());
        v.push(point.value);
    }
    columns
        .into_iter()
        .take(PLOTS_MAX)
        .map(|(line, (t, v))| {
            let name = run.plot_names.get(line as usize);
            Line::of(name.map_or("", String::as_str), &t, &v)
        })
        .collect()
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

fn prices(input: &ReportInput<'_>) -> Vec<Prices> {
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
    let room = (CANDLES_MAX / chosen.len().max(1)).min(POINTS_MAX);
    let begin = run.times.first().copied().unwrap_or(i64::MIN);
    chosen.into_iter().map(|(id, series)| candles(series, begin, room, &fills[id])).collect()
}

/// Groups neighbouring bars so that at most `room` candles are left.
fn candles(series: &Series, begin: i64, room: usize, fills: &[&Fill]) -> Prices {
    let columns = series.bars.columns();
    let first = columns.close_time.partition_point(|t| *t < begin);
    let rows = columns.close_time.len();
    let per = (rows - first).div_ceil(room).max(1);
    let (marks, marks_left_out) = marks(fills);
    let mut prices = Prices {
        symbol: series.instrument.symbol.to_string(),
        per,
        t: Vec::new(),
        o: Vec::new(),
        h: Vec::new(),
        l: Vec::new(),
        c: Vec::new(),
        marks,
        marks_left_out,
    };
    for from in (first..rows).step_by(per) {
        let to = (from + per).min(rows);
        let greatest = columns.high[from..to].iter().copied().fold(f64::MIN, f64::max);
        let least = columns.low[from..to].iter().copied().fold(f64::MAX, f64::min);
        prices.t.push(seconds(columns.close_time[to - 1]));
        prices.o.push(rounded(columns.open[from]));
        prices.h.push(rounded(greatest));
        prices.l.push(rounded(least));
        prices.c.push(rounded(columns.close[to - 1]));
    }
    prices
}

/// Markers of the fills, and how many are left out. Ambiguous ones stay first.
fn marks(fills: &[&Fill]) -> (Vec<Mark>, usize) {
    let (certain, ambiguous): (Vec<usize>, Vec<usize>) = (0..fills.len()).partition(|i| fills[*i].certain);
    let pick = |from: &[usize], most: usize| -> Vec<usize> {
        if most == 0 {
            return Vec::new();
        }
        evenly(from.len(), most).into_iter().map(|i| from[i]).collect()
    };
    let mut kept = pick(&ambiguous, MARKS_MAX);
    let room = MARKS_MAX - kept.len();
    kept.extend(pick(&certain, if room < 2 { 0 } else { room }));
    kept.sort_unstable();
    let marks = kept
        .iter()
        .map(|i| {
            let f = fills[*i];
            (
                seconds(f.time.nanos()),
                rounded(f.price.to_f64()),
                f.side.sign(),
                u8::from(f.certain),
                f.quantity.to_f64(),
            )
        })
        .collect();
    (marks, fills.len() - kept.len())
}

fn listed_trades(run: &RunResult) -> Vec<TradeRow> {
    let mut kept: Vec<&Trade> = run.trades.iter().collect();
    if kept.len() > TRADES_MAX {
        kept.sort_by_key(|t| std::cmp::Reverse(t.pnl.abs()));
        kept.truncate(TRADES_MAX);
        kept.sort_by_key(|t| (t.exit_time, t.instrument));
    }
    kept.into_iter()
        .map(|t| {
            let InstrumentId(id) = t.instrument;
            let gained = t.return_on_entry();
            (
                id,
                if t.side == Side::Buy { 1 } else { -1 },
                t.quantity.to_f64(),
                seconds(t.entry_time.nanos()),
                rounded(t.entry_price),
                seconds(t.exit_time.nanos()),
                rounded(t.exit_price),
                rounded(t.fees.to_f64()),
                rounded(t.pnl.to_f64()),
                gained.is_finite().then(|| rounded(gained)),
                rounded(t.mae),
                rounded(t.mfe),
                u8::from(t.certain),
            )
        })
        .collect()
}

fn seconds(nanos: i64) -> i64 {
    nanos.div_euclid(SECOND)
}
