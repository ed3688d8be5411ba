//! What holds of every run on made-up markets, for every strategy, delay, queue model and
//! way of telling the market.

use std::sync::Arc;

use engine_core::digest::digest;
use engine_core::exchange::depth::{DepthRules, QueueModel, ThroughFill};
use engine_core::feed::Feed;
use engine_core::fixed::{Money, Price, Quantity};
use engine_core::kernel::RunOptions;
use engine_core::latency::{Delay, Latency};
use engine_core::order::{OrderState, Reason, Side};
use engine_core::orderbook::OrderBook;
use engine_core::record::RunResult;
use engine_core::tape::{LAST, Tape, TapeColumns, TapeEvent};
use engine_core::time::{MINUTE, SECOND};
use engine_synthetic::{Detail, SyntheticBook, book};
use serde_json::{Value, json};

use super::oracle;
use super::tapes::{feed_of, options, run};

const MILLISECOND: i64 = 1_000_000;

fn market(seed: u64, detail: Detail) -> Tape {
    let settings =
        SyntheticBook { seed, detail, length: 2 * MINUTE, start: super::tapes::start(), ..Default::default() };
    Tape::new(book(&settings).unwrap()).unwrap()
}

/// Name, parameters, largest position.
fn strategies() -> Vec<(&'static str, Value, i64)> {
    vec![
        ("market_maker", json!({"order_quantity": 200.0, "max_position": 700.0, "levels": 4, "skew": 0.3}), 700),
        (
            "market_maker",
            json!({"fair": "microprice", "half_spread": 0.2, "order_quantity": 300.0, "max_position": 600.0, "close_before": 20.0}),
            600,
        ),
        ("imbalance", json!({"threshold": 0.3, "max_position": 300.0, "cool_down": 0.5, "hold": 2.0}), 300),
        ("twap", json!({"quantity": 3_000.0, "slices": 12, "duration": 100.0}), 3_000),
        ("twap", json!({"side": "sell", "quantity": 900.0, "slices": 5, "duration": 60.0, "start_after": 10.0}), 900),
    ]
}

fn delays() -> [Latency; 3] {
    let uniform = |least: i64, most: i64| Delay::Uniform { least: least * MILLISECOND, most: most * MILLISECOND };
    [
        Latency::default(),
        Latency {
            feed: Delay::Constant(0),
            order: Delay::Constant(10 * MILLISECOND),
            response: Delay::Constant(15 * MILLISECOND),
        },
        Latency { feed: uniform(0, 40), order: uniform(1, 90), response: uniform(2, 300) },
    ]
}

fn queues() -> [Option<QueueModel>; 4] {
    [None, Some(QueueModel::None), Some(QueueModel::Proportional), Some(QueueModel::Log)]
}

/// Every combination over a few seeds; `check` gets the tape, the options and the result.
fn each_run(mut check: impl FnMut(&Tape, &RunOptions, &RunResult, i64)) {
    let (mut fills, mut runs) = (0, 0);
    for (seed, detail) in [(1, Detail::Levels), (2, Detail::Orders), (3, Detail::Quotes), (4, Detail::Levels)] {
        let tape = market(seed, detail);
        let feed = feed_of(tape.clone());
        for (at, latency) in delays().into_iter().enumerate() {
            for queue in queues() {
                let through = if at == 1 { ThroughFill::Traded } else { ThroughFill::Full };
                let depth = DepthRules { queue, through, ..DepthRules::default() };
                let options = RunOptions { depth, latency, seed, ..options() };
                for (name, values, most) in strategies() {
                    let result = run(&feed, name, &values, &options);
                    fills += result.fills.len();
                    runs += 1;
                    check(&tape, &options, &result, most);
                }
            }
        }
    }
    assert!(fills > 20 * runs, "{fills} fills in {runs} runs prove little");
}

fn units(quantity: i64) -> i64 {
    quantity * engine_core::fixed::SCALE
}

#[test]
fn what_filled_is_what_was_reported_held_and_paid() {
    each_run(|_, options, result, _| {
        let mut filled = vec![Quantity::ZERO; result.orders.len()];
        let (mut position, mut cash) = (0, options.cash);
        for fill in &result.fills {
            assert!(fill.quantity > Quantity::ZERO && result.instruments[0].fits_lot(fill.quantity));
            filled[fill.order.index()] += fill.quantity;
            position += fill.quantity.units() * fill.side.sign();
            let money = Money::notional(fill.price, fill.quantity, 1);
            assert_eq!(money, fill.notional);
            cash -= Money::from_units(money.units() * i128::from(fill.side.sign())) + fill.fee;
            let order = &result.orders[fill.order.index()];
            assert_eq!(order.order.side, fill.side);
            let within = order
                .order
                .kind
                .limit()
                .is_none_or(|limit| fill.price.units() * fill.side.sign() <= limit.units() * fill.side.sign());
            assert!(within, "{fill:?} beyond its limit");
        }
        for (order, filled) in result.orders.iter().zip(filled) {
            assert_eq!(order.filled, filled);
            assert!(filled <= order.quantity);
            assert_eq!(order.state == OrderState::Filled, filled == order.quantity, "{order:?}");
        }
        assert_eq!(result.final_cash, cash);
        let mark = match result.open_trades.as_slice() {
            [] => Money::ZERO,
            [open] => Money::notional(Price::from_f64(open.exit_price).unwrap(), Quantity::from_units(position), 1),
            _ => panic!("one instrument has one open round trip"),
        };
        assert_eq!(result.open_trades.is_empty(), position == 0);
        assert_eq!(result.final_equity, cash + mark);
        let gained: Money = result.trades.iter().chain(&result.open_trades).map(|t| t.pnl).sum();
        assert_eq!(result.final_equity, options.cash + gained);
    });
}

#[test]
fn no_position_is_beyond_its_limit() {
    each_run(|_, _, result, most| {
        let mut position = 0;
        let mut fills: Vec<_> = result.fills.iter().collect();
        fills.sort_by_key(|fill| fill.time);
        for fill in fills {
            position += fill.quantity.units() * fill.side.sign();
            assert!(position.abs() <= units(most), "{position} after {fill:?}");
        }
    });
}

#[test]
fn post_only_orders_never_take() {
    let mut rejected = 0;
    each_run(|_, _, result, _| {
        for fill in &result.fills {
            let order = &result.orders[fill.order.index()].order;
            assert_eq!(order.post_only, fill.maker, "{fill:?}");
            if fill.maker {
                assert_eq!(Some(fill.price), order.kind.limit());
            }
        }
        for order in &result.orders {
            rejected += usize::from(order.reason == Reason::PostOnlyWouldTake);
            assert!(order.state != OrderState::Rejected || order.reason == Reason::PostOnlyWouldTake, "{order:?}");
        }
    });
    assert!(rejected > 0);
}

#[test]
fn every_fill_has_its_cause_in_the_market() {
    let mut checked = 0;
    each_run(|tape, options, result, _| checked += oracle::causes(tape, options, result));
    assert!(checked > 1_000, "{checked}");
}

#[test]
fn nothing_trades_through_an_order_that_rests() {
    let mut looked_at = 0;
    each_run(|tape, options, result, _| {
        if options.depth.through == ThroughFill::Full {
            looked_at += oracle::passed_by(tape, options, result);
        }
    });
    assert!(looked_at > 1_000, "{looked_at}");
}

#[test]
fn on_single_orders_nobody_is_served_before_those_who_came_first() {
    let mut checked = 0;
    for seed in 10..16 {
        let tape = market(seed, Detail::Orders);
        let feed = feed_of(tape.clone());
        for latency in [delays()[0], delays()[1]] {
            let options = RunOptions { latency, ..options() };
            for (name, values, _) in strategies() {
                let result = run(&feed, name, &values, &options);
                assert!(result.fills.iter().all(|fill| fill.certain));
                checked += oracle::first_come(&tape, &options, &result);
            }
        }
    }
    assert!(checked > 100, "{checked}");
}

/// The market with holes: at times 5 seconds are missing, then the book is told anew.
fn damaged(seed: u64) -> (Tape, Vec<(i64, i64)>) {
    let whole = market(seed, Detail::Levels);
    let mut book = OrderBook::new(true);
    let (mut columns, mut holes): (_, Vec<(i64, i64)>) = (TapeColumns::default(), Vec::new());
    let mut hole_ends: Option<i64> = None;
    let mut next_hole = whole.venue_time(0).nanos() + 8 * SECOND;
    for row in 0..whole.len() {
        let (venue, local) = (whole.venue_time(row), whole.local_time(row));
        let event = whole.event(row);
        book.apply(&event);
        let ends = whole.code(row) & LAST != 0;
        match hole_ends {
            Some(end) if venue.nanos() < end || !ends => {}
            Some(_) => {
                hole_ends = None;
                next_hole = venue.nanos() + 7 * SECOND;
                holes.last_mut().unwrap().1 = venue.nanos();
                columns.push(venue, local, TapeEvent::Clear { side: None }, 0);
                for side in [Side::Buy, Side::Sell] {
                    for level in book.levels(side) {
                        let event = TapeEvent::Level { side, price: level.price, quantity: level.quantity };
                        columns.push(venue, local, event, 0);
                    }
                }
                *columns.code.last_mut().unwrap() |= LAST;
            }
            None => {
                columns.push(venue, local, event, whole.code(row) & LAST);
                if ends && venue.nanos() >= next_hole {
                    columns.push(venue, local, TapeEvent::Gap, LAST);
                    holes.push((venue.nanos(), i64::MAX));
                    hole_ends = Some(venue.nanos() + 5 * SECOND);
                }
            }
        }
    }
    (Tape::new(columns).unwrap(), holes)
}

#[test]
fn nothing_fills_while_something_is_missing() {
    let mut fills = 0;
    for seed in 30..34 {
        let (tape, holes) = damaged(seed);
        assert!(holes.len() > 5);
        let feed = feed_of(tape.clone());
        for latency in delays() {
            let options = RunOptions { latency, ..options() };
            for (name, values, most) in strategies() {
                let result = run(&feed, name, &values, &options);
                let (mut position, mut in_time) = (0, result.fills.iter().collect::<Vec<_>>());
                in_time.sort_by_key(|fill| fill.time);
                for fill in in_time {
                    let hole = holes.iter().find(|(from, to)| (*from..*to).contains(&fill.time.nanos()));
                    assert!(hole.is_none_or(|(from, _)| *from == fill.time.nanos()), "{fill:?} in {hole:?}");
                    position += fill.quantity.units() * fill.side.sign();
                    assert!(position.abs() <= units(most));
                    fills += 1;
                }
                // Told once when it goes bad and once when it is good again.
                let told = result.incidents.len();
                assert!(told == 2 * holes.len() || told + 1 == 2 * holes.len(), "{told} for {} holes", holes.len());
            }
        }
    }
    assert!(fills > 3_000, "{fills}");
}

/// The tape before a time.
fn cut(tape: &Tape, until: i64) -> Tape {
    let c = tape.columns();
    let mut rows = c.venue_time.partition_point(|t| *t < until);
    while c.code[rows - 1] & LAST == 0 {
        rows -= 1;
    }
    let order = if c.order.is_empty() { Vec::new() } else { c.order[..rows].to_vec() };
    Tape::new(TapeColumns {
        venue_time: c.venue_time[..rows].to_vec(),
        local_time: c.local_time[..rows].to_vec(),
        code: c.code[..rows].to_vec(),
        price: c.price[..rows].to_vec(),
        quantity: c.quantity[..rows].to_vec(),
        order,
    })
    .unwrap()
}

type Seen = (Vec<(i64, i64, Option<Price>, Quantity)>, Vec<(i64, u32, Price, Quantity)>);

fn before(result: &RunResult, time: i64) -> Seen {
    let early = result.orders.iter().take_while(|o| o.submitted.nanos() < time);
    let orders = early.map(|o| (o.submitted.nanos(), o.order.side.sign(), o.order.kind.limit(), o.quantity)).collect();
    let early = result.fills.iter().filter(|f| f.time.nanos() < time);
    (orders, early.map(|f| (f.time.nanos(), f.order.0, f.price, f.quantity)).collect())
}

#[test]
fn what_comes_later_changes_nothing_that_came_before() {
    for seed in 20..24 {
        let tape = market(seed, if seed % 2 == 0 { Detail::Levels } else { Detail::Orders });
        let time = (super::tapes::start() + 61 * SECOND).nanos();
        let (whole, part): (Arc<Feed>, Arc<Feed>) = (feed_of(tape.clone()), feed_of(cut(&tape, time)));
        for latency in delays() {
            let options = RunOptions { latency, ..options() };
            for (name, mut values, _) in strategies() {
                // It knows when the session ends, which the cut changes.
                if name == "market_maker" {
                    values["close_before"] = json!(0.0);
                }
                let (whole, part) = (run(&whole, name, &values, &options), run(&part, name, &values, &options));
                assert_eq!(before(&whole, time), before(&part, time), "{name} {latency:?}");
            }
        }
    }
}

#[test]
fn the_same_run_gives_the_same_digest() {
    let feed = feed_of(market(5, Detail::Levels));
    for latency in delays() {
        let options = RunOptions { latency, ..options() };
        for (name, values, _) in strategies() {
            let once = run(&feed, name, &values, &options);
            assert_eq!(digest(&once), digest(&run(&feed, name, &values, &options)));
        }
    }
}
