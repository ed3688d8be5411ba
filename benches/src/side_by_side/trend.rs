//! W1: one instrument, MACD, some eight fills per hundred bars.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use engine_core::bars::BarColumns;
use engine_core::exchange::{FillRules, MarketFill};
use engine_core::feed::Feed;
use engine_core::kernel::{self, RunOptions, Scratch};
use engine_core::setup::ColumnCache;

use super::peer::{self, Answer};
use super::place::Place;
use super::table::{Check, Row, Table, Target};
use super::timing::{Samples, in_turn, time};
use super::{Failure, Report};
use crate::{input, w1};

/// Repetitions of ours.
const REPETITIONS: usize = 15;
/// Bars that the slow peers get.
const FEWER_BARS: usize = 100_000;

/// Ours on some of the bars.
struct Ours {
    bars: usize,
    reused: Samples,
    result: (usize, f64),
    expected: (usize, f64),
}

/// All sizes of ours, and on all bars the plain loop and a run with fresh buffers.
struct Measured {
    fused: Samples,
    fresh: Samples,
    sizes: Vec<Ours>,
}

fn measure(columns: &BarColumns) -> Result<Measured, Failure> {
    let rows = columns.close.len();
    let options = w1::options();
    let sizes = [FEWER_BARS, 3 * FEWER_BARS, rows].into_iter().filter(|n| *n <= rows);
    let feeds: Vec<Arc<Feed>> = sizes.map(|n| input::feed(input::head(columns, n))).collect();
    let whole = feeds.last().ok_or("W1 has too few bars")?;
    let mut works: Vec<Box<dyn FnMut() -> Duration + '_>> = vec![
        Box::new(|| time(|| black_box(w1::fused(black_box(columns)))).0),
        Box::new(|| time(|| kernel::run(whole, &mut w1::strategy(), &options).is_ok()).0),
    ];
    let mut results = Vec::new();
    for feed in &feeds {
        let first = kernel::run(feed, &mut w1::strategy(), &options)?;
        results.push((first.fills.len(), first.final_equity.to_f64()));
        let (mut kept, mut cache, options) = (Scratch::from(first), ColumnCache::default(), &options);
        works.push(Box::new(move || {
            // The columns are computed again, into the memory of the last ones.
            cache.forget();
            let scratch = std::mem::take(&mut kept);
            let (took, run) = time(|| kernel::run_with(feed, &mut w1::strategy(), options, &cache, scratch));
            // It ran before, so that it runs again.
            kept = run.map(Scratch::from).unwrap_or_default();
            took
        }));
    }
    let mut borrowed: Vec<&mut dyn FnMut() -> Duration> = Vec::new();
    for work in &mut works {
        borrowed.push(work.as_mut());
    }
    let times = in_turn(REPETITIONS, &mut borrowed);
    let [fused, fresh, reused @ ..] = times.as_slice() else { return Err("nothing was measured".into()) };
    let ours = feeds.iter().zip(results).zip(reused).map(|((feed, result), reused)| {
        let columns = feed.series()[0].bars.columns();
        let bars = columns.close.len();
        Ours { bars, reused: reused.per(bars), result, expected: w1::fused(columns) }
    });
    Ok(Measured { fused: fused.per(rows), fresh: fresh.per(rows), sizes: ours.collect() })
}

pub(super) fn run(place: &Place) -> Result<Report, Failure> {
    let measured = measure(&place.w1()?)?;
    let mut report = Report::default();
    let (Some(few), Some(all)) = (measured.sizes.first(), measured.sizes.last()) else {
        return Err("W1 has too few bars".into());
    };
    let fused = &measured.fused;
    let mut table = Table::new(format!("{} bars, ns a bar", all.bars));
    table.push(row("plain loop", fused));
    let reused = row("ours, buffers reused", &all.reused).ratio(all.reused.ratio_to(fused), "x plain loop");
    table.push(reused.target(Target::AtMost(6.0)));
    let fresh = row("ours, fresh buffers", &measured.fresh);
    table.push(fresh.ratio(measured.fresh.ratio_to(fused), "x plain loop"));

    let mut scale = Table::new("ours by number of bars, ns a bar");
    for ours in &measured.sizes {
        let line = row(&format!("{} bars, {} fills", ours.bars, ours.result.0), &ours.reused);
        let ratio = ours.reused.ratio_to(&few.reused);
        scale.push(line.ratio(ratio, "x the shortest").target(Target::AtMost(1.5)));
        report.checks.push(Check::run("ours and the plain loop", ours.result, ours.expected));
    }

    let mut peers = Peers { report: &mut report, table: &mut table, ours: all.reused.median() };
    let data = place.data().to_string_lossy().into_owned();
    let arguments = |bars: usize, repetitions: &str| [data.clone(), bars.to_string(), repetitions.to_owned()];
    let vectorbt = script(place, "vectorbt_w1.py", &arguments(all.bars, "7"));
    peers.add("vectorbt", vectorbt, all.bars, 6.0, all.expected);
    peers.ours = few.reused.median();
    let backtesting = script(place, "backtesting_w1.py", &arguments(few.bars, "5"));
    peers.add("backtesting.py", backtesting, few.bars, 150.0, few.expected);
    if peer::nautilus_program().is_some() {
        let csv = place.w1_csv()?;
        let quiet = peer::nautilus(&csv, few.bars, 5, false);
        peers.add("NautilusTrader without trades", quiet, few.bars, 100.0, (0, 1_000_000.0));
        let trading = peer::nautilus(&csv, few.bars, 1, true);
        peers.add("NautilusTrader, trading at the close", trading, few.bars, 100.0, at_close(place)?);
    } else {
        report.notes.push("NautilusTrader: not installed".to_owned());
    }
    report.tables = vec![table, scale];
    Ok(report)
}

/// Ours with fills at the close of the decision, as NautilusTrader fills on bars.
fn at_close(place: &Place) -> Result<(usize, f64), Failure> {
    let feed = input::feed(input::head(&place.w1()?, FEWER_BARS));
    let fills = FillRules { market: MarketFill::SameClose, ..FillRules::default() };
    let options = RunOptions { fills, ..w1::options() };
    let run = kernel::run(&feed, &mut w1::strategy(), &options)?;
    Ok((run.fills.len(), run.final_equity.to_f64()))
}

fn script(place: &Place, name: &str, arguments: &[String]) -> Result<Option<Answer>, Failure> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    peer::python(&place.script(name), &arguments)
}

fn row(what: &str, samples: &Samples) -> Row {
    Row::new(what, samples.median(), samples.least())
}

/// Adds peers to a table, as multiples of ours.
pub(super) struct Peers<'a> {
    pub(super) report: &'a mut Report,
    pub(super) table: &'a mut Table,
    /// Nanoseconds per bar of ours on the same input.
    pub(super) ours: f64,
}

impl Peers<'_> {
    /// One peer: its time per bar, how many times ours that is, and whether its result agrees.
    pub(super) fn add(
        &mut self,
        name: &str,
        answer: Result<Option<Answer>, Failure>,
        bars: usize,
        target: f64,
        expected: (usize, f64),
    ) {
        let answer = match answer {
            Ok(Some(answer)) => answer,
            Ok(None) => return self.report.notes.push(format!("{name}: not installed")),
            Err(error) => return self.report.checks.push(Check::failed(format!("{name}: {error}"))),
        };
        match (answer.samples(), answer.result()) {
            (Ok(samples), Ok(result)) => {
                let samples = samples.per(bars);
                let label = if name.contains(' ') {
                    format!("{name}, {bars} bars")
                } else {
                    format!("{}, {bars} bars", answer.name())
                };
                let line = row(&label, &samples).ratio(samples.median() / self.ours, "x ours");
                self.table.push(line.target(Target::AtLeast(target)));
                self.report.checks.push(Check::run(name, result, expected));
            }
            (Err(error), _) | (_, Err(error)) => self.report.checks.push(Check::failed(format!("{name}: {error}"))),
        }
    }
}
