//! W4: books, queues and latency.

use std::hint::black_box;

use engine_core::fixed::{Money, Quantity};
use engine_core::kernel;
use engine_core::order::{OrderState, Side};
use engine_core::orderbook::OrderBook;
use engine_core::record::RunResult;

use super::peer;
use super::place::Place;
use super::table::{Check, Row, Table, Target};
use super::timing::{Samples, in_turn, time};
use super::{Failure, Report};
use crate::w4::{self, Grid, Watcher};

const REPETITIONS: usize = 5;
/// Events a second that the replay alone must reach, as nanoseconds an event.
const REPLAY_NS: f64 = 20.0;

pub(super) fn run(place: &Place) -> Result<Report, Failure> {
    let mut report = Report::default();
    let feed = w4::feed(place.w4()?);
    let Some(tape) = feed.series()[0].tape.clone() else { return Err("W4 has no tape".into()) };
    let rows = tape.len();
    let options = w4::options();
    let mut grid = Grid::default();
    let first = kernel::run(&feed, &mut grid, &options)?;
    conserved(&first, &mut report.checks);

    let mut book_only = || {
        time(|| {
            let mut book = OrderBook::new(true);
            for row in 0..tape.len() {
                book.apply(&tape.event(row));
            }
            black_box(book.mid())
        })
        .0
    };
    let mut replay = || time(|| kernel::run(&feed, &mut Watcher::default(), &options).is_ok()).0;
    let mut trading = || time(|| kernel::run(&feed, &mut Grid::default(), &options).is_ok()).0;
    let times = in_turn(REPETITIONS, &mut [&mut book_only, &mut replay, &mut trading]);
    let times: Vec<Samples> = times.iter().map(|s| s.per(rows)).collect();

    let mut table = Table::new(format!("{rows} events, ns an event"));
    let row = |what: &str, samples: &Samples| Row::new(what, samples.median(), samples.least());
    table.push(row("a book alone", &times[0]));
    table.push(row("ours, replay, woken every 100 ms", &times[1]).target(Target::AtMost(REPLAY_NS)));
    table.push(row(&format!("ours, grid, {} orders, {} fills", first.orders.len(), first.fills.len()), &times[2]));

    let data = place.data().to_string_lossy();
    match peer::python(&place.script("hftbacktest_w4.py"), &[&data, "5"])? {
        Some(answer) => {
            for (depth, words) in [("hashmap", "hash map"), ("roivec", "vector in a price range")] {
                for (work, ours) in [("replay", &times[1]), ("grid", &times[2])] {
                    let seconds = answer.list(&format!("/seconds/{depth}_{work}"))?;
                    let samples = Samples::from_seconds(&seconds).per(rows);
                    let ratio = samples.median() / ours.median();
                    let peer = row(&format!("{}, {words}, {work}", answer.name()), &samples).ratio(ratio, "x ours");
                    table.push(peer.target(Target::AtLeast(1.0)));
                }
            }
            for kind in ["whole", "partial"] {
                let of = |what: &str| answer.number(&format!("{kind}_{what}"));
                report.notes.push(format!(
                    "hftbacktest, exchange with {kind} fills: {} trades, volume {:.1}, position {:.1}",
                    of("trades")?,
                    of("volume")?,
                    of("position")?
                ));
            }
        }
        None => report.notes.push("hftbacktest: not installed".to_owned()),
    }
    let volume: Quantity = first.fills.iter().map(|f| f.quantity).sum();
    let position: i64 = first.fills.iter().map(|f| f.quantity.units() * f.side.sign()).sum();
    report.notes.push(format!(
        "ours: {} fills, volume {volume}, position {}",
        first.fills.len(),
        Quantity::from_units(position)
    ));
    report.tables.push(table);
    Ok(report)
}

/// Filled is reported is position is cash.
fn conserved(run: &RunResult, checks: &mut Vec<Check>) {
    let of_orders: i64 = run.orders.iter().map(|o| o.filled.units() * o.order.side.sign()).sum();
    let of_fills: i64 = run.fills.iter().map(|f| f.quantity.units() * f.side.sign()).sum();
    checks.push(Check::values("position by orders and by fills", of_orders as f64, of_fills as f64));
    let mut cash = run.initial_cash;
    for fill in &run.fills {
        cash -= fill.fee;
        cash = if fill.side == Side::Buy { cash - fill.notional } else { cash + fill.notional };
    }
    checks.push(Check::values("cash by fills and by the account", cash.to_f64(), run.final_cash.to_f64()));
    let over = run.orders.iter().filter(|o| o.filled > o.quantity).count();
    checks.push(Check::values("orders filled beyond their quantity", over as f64, 0.0));
    let takers = run.fills.iter().filter(|f| !f.maker).count();
    checks.push(Check::values("post-only orders that took", takers as f64, 0.0));
    let whole = run.orders.iter().filter(|o| o.state == OrderState::Filled && o.filled != o.quantity).count();
    checks.push(Check::values("filled orders with something left", whole as f64, 0.0));
    debug_assert!(run.final_equity != Money::ZERO);
}
