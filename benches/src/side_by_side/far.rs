//! ORDERS: what resting orders far from the price cost.

use std::time::Duration;

use engine_core::kernel::{self, Scratch};
use engine_core::setup::ColumnCache;
use engine_core::strategy::Strategy;

use super::place::Place;
use super::table::{Check, Row, Table, Target};
use super::timing::{Samples, in_turn, time};
use super::{Failure, Report};
use crate::far_orders::{FarOrders, Idle};
use crate::{input, w1};

const BARS: usize = 200_000;
const REPETITIONS: usize = 9;
const COUNTS: [usize; 4] = [0, 10, 100, 1_000];

pub(super) fn run(place: &Place) -> Result<Report, Failure> {
    let mut report = Report::default();
    let columns = input::head(&place.w1()?, BARS);
    let expected = w1::fused(&columns);
    let feed = input::feed(columns);
    let options = w1::options();
    let cases: Vec<(bool, usize)> = [true, false].iter().flat_map(|t| COUNTS.map(|count| (*t, count))).collect();
    let mut results = vec![None; cases.len()];
    let mut works: Vec<Box<dyn FnMut() -> Duration + '_>> = Vec::new();
    for ((trades, count), result) in cases.iter().zip(&mut results) {
        let (feed, options) = (&feed, &options);
        let mut kept = Scratch::default();
        works.push(Box::new(move || {
            let mut strategy: Box<dyn Strategy> = match trades {
                true => Box::new(FarOrders { inner: w1::strategy(), count: *count }),
                false => Box::new(FarOrders { inner: Idle, count: *count }),
            };
            let scratch = std::mem::take(&mut kept);
            let cache = ColumnCache::default();
            let (took, run) = time(|| kernel::run_with(feed, strategy.as_mut(), options, &cache, scratch));
            if let Ok(run) = run {
                *result = Some((run.fills.len(), run.final_equity.to_f64()));
                kept = Scratch::from(run);
            }
            took
        }));
    }
    let mut borrowed: Vec<&mut dyn FnMut() -> Duration> = Vec::new();
    for work in &mut works {
        borrowed.push(work.as_mut());
    }
    let times: Vec<Samples> = in_turn(REPETITIONS, &mut borrowed).iter().map(|s| s.per(BARS)).collect();
    drop(works);

    let mut table = Table::new(format!("resting orders, {BARS} bars, ns a bar"));
    for (i, (trades, count)) in cases.iter().enumerate() {
        let base = &times[if *trades { 0 } else { COUNTS.len() }];
        let what = if *trades { "trading as in W1" } else { "no strategy" };
        let mut row = Row::new(format!("{count}, {what}"), times[i].median(), times[i].least());
        if *count > 0 {
            row = row.ratio(times[i].ratio_to(base), "x none");
        }
        if *count == 100 {
            row = row.target(Target::AtMost(1.5));
        }
        table.push(row);
        if *trades {
            let what = format!("with {count} resting orders");
            report.checks.push(match results[i] {
                Some(result) => Check::run(&what, result, expected),
                None => Check::failed(what),
            });
        }
    }
    report.tables.push(table);
    Ok(report)
}
