//! Tapes from text, runs over them, and orders and fills as lines of text.

use std::sync::Arc;

use engine_core::account::AccountKind;
use engine_core::builder::BarRule;
use engine_core::feed::{Feed, Series};
use engine_core::fixed::{Price, Quantity, Rate, SCALE};
use engine_core::instrument::{Instrument, InstrumentKind, Symbol, TickLadder};
use engine_core::kernel::{self, RunError, RunOptions};
use engine_core::order::Side;
use engine_core::record::RunResult;
use engine_core::registry::Role;
use engine_core::strategy::Strategy;
use engine_core::tape::{LAST, Tape, TapeColumns, TapeEvent};
use engine_core::time::{MINUTE, SECOND, Timestamp};
use serde_json::Value;

/// When tapes begin.
pub fn start() -> Timestamp {
    Timestamp::from_date(2026, 1, 5)
}

/// Price step 0.01, lots of 100.
pub fn instrument() -> Instrument {
    Instrument {
        kind: InstrumentKind::Equity,
        lot: Quantity::from_units(100 * SCALE),
        ticks: TickLadder::single("0.01".parse().unwrap()).unwrap(),
        ..Instrument::equity(Symbol::new("SYN.A").unwrap(), "USD")
    }
}

/// A packet per line, "SECONDS EVENT; EVENT; ...". An event is `bid PRICE LOTS`, `ask PRICE
/// LOTS` (the size there now), `buy PRICE LOTS`, `sell PRICE LOTS` (a trade, by who took),
/// `clear` or `gap`.
pub fn tape(text: &str) -> Tape {
    let mut columns = TapeColumns::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (seconds, events) = line.split_once(' ').unwrap();
        let at = start() + (seconds.parse::<f64>().unwrap() * SECOND as f64) as i64;
        let events: Vec<&str> = events.split(';').collect();
        for (i, event) in events.iter().enumerate() {
            let flags = if i + 1 == events.len() { LAST } else { 0 };
            columns.push(at, at, one(event.trim()), flags);
        }
    }
    Tape::new(columns).unwrap()
}

fn one(text: &str) -> TapeEvent {
    let words: Vec<&str> = text.split_whitespace().collect();
    let price = || words[1].parse::<Price>().unwrap();
    let quantity = || Quantity::from_units(words[2].parse::<i64>().unwrap() * 100 * SCALE);
    let level = |side| TapeEvent::Level { side, price: price(), quantity: quantity() };
    let trade = |side| TapeEvent::Trade { price: price(), quantity: quantity(), aggressor: Some(side) };
    match words[0] {
        "bid" => level(Side::Buy),
        "ask" => level(Side::Sell),
        "buy" => trade(Side::Buy),
        "sell" => trade(Side::Sell),
        "clear" => TapeEvent::Clear { side: None },
        "gap" => TapeEvent::Gap,
        other => panic!("{other}"),
    }
}

pub fn feed_of(tape: Tape) -> Arc<Feed> {
    let bars = tape.bars(BarRule::Time { nanos: MINUTE, anchor: Timestamp::default() }).unwrap();
    Arc::new(Feed::new(vec![Series::taped(instrument(), bars, tape)]).unwrap())
}

pub fn strategy(name: &str, values: &Value) -> Box<dyn Strategy> {
    let registry = strategies::registry();
    registry.find(Role::Strategy, name).unwrap().strategy(crate::common::map(values)).unwrap()
}

/// A margin account of a million.
pub fn options() -> RunOptions {
    let leverage = Rate::from_f64(10.0).unwrap();
    RunOptions { account: AccountKind::Margin { leverage }, ..crate::common::options(1_000_000) }
}

pub fn run(feed: &Arc<Feed>, name: &str, values: &Value, options: &RunOptions) -> RunResult {
    kernel::run(feed, strategy(name, values).as_mut(), options).unwrap()
}

pub fn play(text: &str, name: &str, values: &Value) -> RunResult {
    run(&feed_of(tape(text)), name, values, &options())
}

/// What keeps a run from starting.
pub fn refusal(feed: &Arc<Feed>, name: &str, values: &Value) -> String {
    match kernel::run(feed, strategy(name, values).as_mut(), &options()) {
        Err(RunError::Setup(error)) => error.to_string(),
        other => panic!("expected an error of the setup, found {other:?}"),
    }
}

fn seconds(at: Timestamp) -> f64 {
    (at - start()) as f64 / SECOND as f64
}

/// "0.1 buy 100 @ 49.99 working", with the reason where there is one.
pub fn orders(result: &RunResult) -> Vec<String> {
    let line = |o: &engine_core::record::OrderRecord| {
        let price = o.order.kind.limit().map_or("market".to_owned(), |limit| format!("@ {limit}"));
        let reason = o.reason.text();
        let end = if reason.is_empty() { o.state.name().to_owned() } else { format!("{}: {reason}", o.state.name()) };
        format!("{} {} {} {price} {end}", seconds(o.submitted), o.order.side.name(), o.quantity)
    };
    result.orders.iter().map(line).collect()
}

/// "2 buy 100 @ 49.99"
pub fn fills(result: &RunResult) -> Vec<String> {
    let line =
        |f: &engine_core::record::Fill| format!("{} {} {} @ {}", seconds(f.time), f.side.name(), f.quantity, f.price);
    result.fills.iter().map(line).collect()
}
