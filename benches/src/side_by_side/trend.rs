//! W1: one instrument, MACD, some eight fills per hundred bars.

use std::hint::black_box;

use engine_core::bars::BarColumns;
use engine_core::exchange::{FillRules, MarketFill};
use engine_core::kernel::{self, RunOptions, Scratch};
use engine_core::setup::ColumnCache;

use super::peer::{self, Answer};
use super::place::Place;
use super::table::{Check, Row, Table, Target};
use super::timing::{Samples, in_turn, time};
use super::{Failure, Report};
use crate::{input, w1};

/// Repetitions of ours.
const REPETITIONS: usize = 11;
/// Bars that the slow peers get.
const FEWER_BARS: usize = 100_000;

/// Times and result of ours and the plain loop on the same bars.
struct Ours {
    fused: Samples,
    reused: Samples,
    fresh: Samples,
    result: (usize, f64),
    expected: (usize, f64),
}

fn run_sizes(place: &Place) -> Result<Vec<(usize, Ours)>, Failure> {
    let columns = place.w1()?;
    let rows = columns.close.len();
    let sizes = [FEWER_BARS, 3 * FEWER_BARS, rows];
    sizes.into_iter().filter(|n| *n <= rows).map(|n| Ok((n, measure(input::head(&columns, n))?))).collect()
}

fn measure(columns: BarColumns) -> Result<Ours, Failure> {
    let feed = input::feed(columns);
    let columns = feed.series()[0].bars.columns();
    let options = w1::options();
    let expected = w1::fused(columns);
    let first = kernel::run(&feed, &mut w1::strategy(), &options)?;
    let result = (first.fills.len(), first.final_equity.to_f64());
    let mut kept = Some(Scratch::from(first));
    let mut failure = None;
    let mut fused = || time(|| black_box(w1::fused(black_box(columns)))).0;
    let mut reused = || {
        let scratch = kept.take().unwrap_or_default();
        let (took, run) =
            time(|| kernel::run_with(&feed, &mut w1::strategy(), &options, &ColumnCache::default(), scratch));
        match run {
            Ok(run) => kept = Some(Scratch::from(run)),
            Err(error) => failure = Some(error),
        }
        took
    };
    let mut fresh = || time(|| kernel::run(&feed, &mut w1::strategy(), &options).is_ok()).0;
    let times = in_turn(REPETITIONS, &mut [&mut fused, &mut reused, &mut fresh]);
    if let Some(error) = failure {
        return Err(error.into());
    }
    let per_bar: Vec<Samples> = times.iter().map(|s| s.per(columns.close.len())).collect();
    let [fused, reused, fresh] = <[Samples; 3]>::try_from(per_bar).map_err(|_| "three pieces of work")?;
    Ok(Ours { fused, reused, fresh, result, expected })
}

pub(super) fn run(place: &Place) -> Result<Report, Failure> {
    let sizes = run_sizes(place)?;
    let mut report = Report::default();
    let Some((rows, all)) = sizes.last() else { return Err("W1 has too few bars".into()) };
    let (median, fused) = (all.reused.median(), all.fused.median());
    let mut table = Table::new(format!("{rows} bars, ns a bar"));
    table.push(row("plain loop", &all.fused));
    let ratio = |samples: &Samples| (samples.median() / fused, "x plain loop");
    let (reused, fresh) = (ratio(&all.reused), ratio(&all.fresh));
    table.push(row("ours, buffers reused", &all.reused).ratio(reused.0, reused.1).target(Target::AtMost(6.0)));
    table.push(row("ours, fresh buffers", &all.fresh).ratio(fresh.0, fresh.1));
    report.checks.push(Check::run("ours and the plain loop", all.result, all.expected));

    let mut scale = Table::new("bars, ns a bar of ours");
    let least_of = sizes.first().map_or(f64::NAN, |(_, ours)| ours.reused.median());
    for (n, ours) in &sizes {
        let line = row(&format!("{n}"), &ours.reused);
        scale.push(line.ratio(ours.reused.median() / least_of, "x the shortest").target(Target::AtMost(1.5)));
    }

    let small = sizes.iter().find(|(n, _)| *n == FEWER_BARS).map(|(_, ours)| ours);
    let mut peers = Peers { report: &mut report, table: &mut table, ours: median };
    let data = place.data().to_string_lossy().into_owned();
    let arguments = |bars: usize, repetitions: &str| [data.clone(), bars.to_string(), repetitions.to_owned()];
    let vectorbt = script(place, "vectorbt_w1.py", &arguments(*rows, "7"));
    peers.add("vectorbt", vectorbt, *rows, 6.0, all.expected);
    if let Some(small) = small {
        peers.ours = small.reused.median();
        let backtesting = script(place, "backtesting_w1.py", &arguments(FEWER_BARS, "5"));
        peers.add("backtesting.py", backtesting, FEWER_BARS, 150.0, small.expected);
        let csv = place.w1_csv()?;
        let quiet = peer::nautilus(&csv, FEWER_BARS, 5, false);
        peers.add("NautilusTrader without trades", quiet, FEWER_BARS, 100.0, (0, 1_000_000.0));
        let trading = peer::nautilus(&csv, FEWER_BARS, 1, true);
        peers.add("NautilusTrader, trading at the close", trading, FEWER_BARS, 100.0, at_close(place)?);
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
