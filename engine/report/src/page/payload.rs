//! The data inside the page: what the charts and the trade list draw, as JSON.
//!
//! Everything is bounded: long lines keep their extremes, long lists keep what
//! matters most and say how much is left out. Up to the bounds every bar, every
//! instant and every trade is in the page; the script makes coarser levels of them
//! for drawing.

use std::collections::BTreeMap;
use std::io;

use engine_core::order::Side;
use engine_core::record::{RunResult, Trade};
use engine_core::time::SECOND;
use risk::values::{Returns, Values};
use serde::Serialize;

use super::column::Column;
use super::prices::{Prices, prices};
use crate::display::{Clock, count};
use crate::input::ReportInput;
use crate::sample::{evenly, extremes};
use crate::summary::Curve;
use crate::tape::Venues;

/// Trades in the list at most: those with the greatest profit or loss.
pub(crate) const TRADES_MAX: usize = 50_000;
/// Bars over all price charts, and instants, that are all in the page. Beyond, a
/// candle or two points stand for several.
const WHOLE_MAX: usize = 100_000;
/// Candles over all price charts, and points of a line, where not all are in the page.
const SAMPLED_MAX: usize = 50_000;
/// Points of the scenarios' lines at most.
const SCENARIO_POINTS_MAX: usize = 20_000;
/// Plotted lines at most.
const PLOTS_MAX: usize = 12;
/// Points of a rolling statistic at most, and the least periods of its window.
const ROLLING_POINTS_MAX: usize = 10_000;
const ROLLING_MIN: usize = 20;
/// Decimal places of a drawdown, a fraction.
const DRAWDOWN_PLACES: i32 = 6;

/// A line: seconds since the epoch, and values.
#[derive(Serialize, Default)]
struct Line {
    name: String,
    /// Left out when the line has one value at each instant of the axis.
    t: Option<Column>,
    v: Column,
}

impl Line {
    fn of(name: &str, times: &[i64], values: &[f64], most: usize) -> Self {
        Self::over(name, times, values.iter().copied(), most, Column::of)
    }

    fn money(name: &str, times: &[i64], values: &[f64], most: usize) -> Self {
        Self::over(name, times, values.iter().copied(), most, Column::money)
    }

    fn over(
        name: &str,
        times: &[i64],
        values: impl ExactSizeIterator<Item = f64>,
        most: usize,
        encode: impl Fn(&[f64]) -> Column,
    ) -> Self {
        let kept = extremes(values.take(times.len()), most);
        let values: Vec<f64> = kept.iter().map(|(_, x)| *x).collect();
        Self {
            name: name.to_owned(),
            t: Some(Column::whole(kept.iter().map(|(i, _)| seconds(times[*i])))),
            v: encode(&values),
        }
    }

    /// Without times when they are those of the axis.
    fn on(mut self, axis: &Column) -> Self {
        if self.t.as_ref() == Some(axis) {
            self.t = None;
        }
        self
    }
}

/// Trades, column by column: instrument, 1 long + 2 certain, and figures.
#[derive(Serialize)]
struct Trades {
    symbol: Column,
    kind: Column,
    quantity: Column,
    entry: Column,
    entry_price: Column,
    exit: Column,
    exit_price: Column,
    bars: Column,
    fees: Column,
    pnl: Column,
    gained: Column,
    mae: Column,
    mfe: Column,
}

/// A statistic over a window that moves.
#[derive(Serialize)]
struct Rolling {
    title: String,
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct Payload {
    intraday: bool,
    /// Fills have times of their own: runs on tapes.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    fine: bool,
    /// What a fill that is not certain is called, where not `ambiguous`.
    #[serde(skip_serializing_if = "Option::is_none")]
    doubt: Option<&'static str>,
    /// Instants that the horizontal axis is spread over.
    axis: Column,
    equity: Line,
    benchmark: Option<Line>,
    scenarios: Vec<Line>,
    drawdown: Line,
    rolling: Option<Rolling>,
    plots: Vec<Line>,
    prices: Vec<Prices>,
    symbols: Vec<String>,
    trades: Trades,
}

/// The data of a page as JSON that is safe inside a script element, at the end of `page`.
pub(crate) fn write(input: &ReportInput<'_>, page: &mut String) {
    let run = input.run;
    let curve = Curve::of(run);
    let instants = evenly(run.times.len(), room(run.times.len(), 1));
    let venues = Venues::of(input);
    let fine = venues.any_tape();
    let mut instants: Vec<i64> = instants.iter().map(|i| seconds(run.times[*i])).collect();
    if let Some(opens) = opening(input).filter(|_| fine) {
        // Fills before the first bar closes have their place too.
        instants.insert(0, seconds(opens));
    }
    let axis = Column::whole(instants.into_iter());
    // The curve may have one point more than the axis, the start.
    let points = room(run.times.len(), 1) + usize::from(curve.times.len() > run.times.len());
    let fall = risk::drawdown::drawdowns(&curve.equity).map(|d| d.unwrap_or(f64::NAN));
    let fall = Line::over("Drawdown", &curve.times, fall, points, |v| Column::rounded(v, DRAWDOWN_PLACES));
    let held = |b: &crate::input::Benchmark<'_>| {
        Line::money(&format!("Hold {}", b.symbol), &run.times, b.equity, points).on(&axis)
    };
    let payload = Payload {
        intraday: Clock::of(&curve) == Clock::Minutes,
        fine,
        doubt: doubt(&venues),
        equity: Line::money("Equity", &curve.times, &curve.equity, points).on(&axis),
        benchmark: input.benchmark.as_ref().map(held),
        scenarios: scenarios(input, &axis),
        drawdown: fall.on(&axis),
        rolling: rolling(input, curve.periods_per_year),
        plots: plots(run, &axis),
        prices: prices(input, &axis),
        symbols: run.instruments.iter().map(|i| i.symbol.to_string()).collect(),
        trades: trades(run, fine),
        axis,
    };
    let before = page.len();
    if serde_json::to_writer(Inside { page }, &payload).is_err() {
        page.truncate(before);
        page.push_str("{}");
    }
}

/// The end of a page that JSON is written to, piece by piece.
///
/// `<`, `>` and `&` occur only inside JSON strings, where an escape means the same.
struct Inside<'a> {
    page: &'a mut String,
}

impl io::Write for Inside<'_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let text = std::str::from_utf8(piece).map_err(io::Error::other)?;
        let mut rest = text;
        while let Some(at) = rest.find(['<', '>', '&']) {
            let escape = match rest.as_bytes()[at] {
                b'<' => "\\u003c",
                b'>' => "\\u003e",
                _ => "\\u0026",
            };
            self.page.push_str(&rest[..at]);
            self.page.push_str(escape);
            rest = &rest[at + 1..];
        }
        self.page.push_str(rest);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Points that each of so many lines of a length may have.
pub(super) fn room(length: usize, lines: usize) -> usize {
    let lines = lines.max(1);
    if length * lines <= WHOLE_MAX { length.max(4) } else { SAMPLED_MAX / lines }
}

/// Sharpe ratio over the last half year, of the run and of holding; `None` for
/// runs that are not longer than that.
fn rolling(input: &ReportInput<'_>, periods_per_year: f64) -> Option<Rolling> {
    let run = input.run;
    let half_year = (periods_per_year / 2.0).round() as usize;
    let window = half_year.max(ROLLING_MIN);
    let periods = count(window as u64);
    let title = match window == half_year {
        true => format!("Sharpe ratio of the last half year ({periods} periods)"),
        false => format!("Sharpe ratio of the last {periods} periods"),
    };
    let line = |name: &str, equity: &[f64]| {
        let returns = Returns::of(equity).filter(|r| r.count() > window)?;
        let values = risk::rolling::sharpe(&returns, window, periods_per_year).map(|x| x.unwrap_or(f64::NAN));
        let line = Line::over(name, &run.times[1..], values, ROLLING_POINTS_MAX, |v| Column::rounded(v, 3));
        Some(line).filter(|line| !line.v.is_empty())
    };
    let own = line("Sharpe", &run.equity)?;
    let held = input.benchmark.as_ref().and_then(|b| line(&format!("Hold {}", b.symbol), b.equity));
    Some(Rolling { title, lines: held.into_iter().chain([own]).collect() })
}

/// Equity of the complete re-runs, where it differs from the run's own.
fn scenarios(input: &ReportInput<'_>, axis: &Column) -> Vec<Line> {
    input
        .re_runs()
        .filter(|(_, run)| run.equity != input.run.equity)
        .map(|(name, run)| Line::money(name, &run.times, &run.equity, SCENARIO_POINTS_MAX).on(axis))
        .collect()
}

fn plots(run: &RunResult, axis: &Column) -> Vec<Line> {
    let mut columns: BTreeMap<u32, (Vec<i64>, Vec<f64>)> = BTreeMap::new();
    for point in &run.plots {
        let (t, v) = columns.entry(point.line).or_default();
        t.push(point.time.nanos());
        v.push(point.value);
    }
    let points = columns.values().map(|(t, _)| t.len()).max().unwrap_or(0);
    let most = room(points, columns.len().min(PLOTS_MAX));
    columns
        .into_iter()
        .take(PLOTS_MAX)
        .map(|(line, (t, v))| {
            let name = run.plot_names.get(line as usize);
            Line::of(name.map_or("", String::as_str), &t, &v, most).on(axis)
        })
        .collect()
}

/// Plotted lines that find no place on the page.
pub(crate) fn plots_left_out(run: &RunResult) -> usize {
    run.plot_names.len().saturating_sub(PLOTS_MAX)
}

/// 1 for buy or long, 2 for certain.
pub(super) fn kind(side: Side, certain: bool) -> i64 {
    i64::from(side == Side::Buy) + 2 * i64::from(certain)
}

fn trades(run: &RunResult, fine: bool) -> Trades {
    let mut kept: Vec<&Trade> = run.trades.iter().collect();
    if kept.len() > TRADES_MAX {
        kept.sort_by_key(|t| std::cmp::Reverse(t.pnl.abs()));
        kept.truncate(TRADES_MAX);
        kept.sort_by_key(|t| (t.exit_time, t.instrument));
    }
    let of = |value: &dyn Fn(&Trade) -> f64| Column::of(&kept.iter().map(|t| value(t)).collect::<Vec<_>>());
    let money =
        |value: &dyn Fn(&Trade) -> f64| Column::money_to_sum(&kept.iter().map(|t| value(t)).collect::<Vec<_>>());
    let share = |value: &dyn Fn(&Trade) -> f64| Column::rounded(&kept.iter().map(|t| value(t)).collect::<Vec<_>>(), 6);
    Trades {
        symbol: Column::whole(kept.iter().map(|t| i64::from(t.instrument.0))),
        kind: Column::whole(kept.iter().map(|t| kind(t.side, t.certain))),
        quantity: of(&|t| t.quantity.to_f64()),
        entry: moments(kept.iter().map(|t| t.entry_time.nanos()), fine),
        entry_price: of(&|t| t.entry_price),
        exit: moments(kept.iter().map(|t| t.exit_time.nanos()), fine),
        exit_price: of(&|t| t.exit_price),
        bars: Column::whole(kept.iter().map(|t| i64::from(t.exit_bar) - i64::from(t.entry_bar))),
        fees: money(&|t| t.fees.to_f64()),
        pnl: money(&|t| t.pnl.to_f64()),
        gained: share(&Trade::return_on_entry),
        mae: share(&|t| t.mae),
        mfe: share(&|t| t.mfe),
    }
}

/// What a fill that is not certain is called, where every one of them is on a tape.
pub(super) fn doubt(venues: &Venues) -> Option<&'static str> {
    venues.all_tapes().then_some("queue model")
}

/// When the first bar of the run opens.
fn opening(input: &ReportInput<'_>) -> Option<i64> {
    let first = *input.run.times.first()?;
    let opens = input.series.iter().filter_map(|series| {
        let row = series.bars.columns().close_time.binary_search(&first).ok()?;
        Some(series.bars.row(row).open_time().nanos())
    });
    opens.min().filter(|opens| *opens < first)
}

/// Times in seconds; to the millisecond when `fine`.
pub(super) fn moments(times: impl ExactSizeIterator<Item = i64>, fine: bool) -> Column {
    match fine {
        false => Column::whole(times.map(seconds)),
        true => Column::rounded(&times.map(|t| t as f64 / SECOND as f64).collect::<Vec<_>>(), 3),
    }
}

pub(super) fn seconds(nanos: i64) -> i64 {
    nanos.div_euclid(SECOND)
}
