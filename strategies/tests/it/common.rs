//! Small bars, parts made by name, and fills as lines of text.

use std::sync::Arc;

use engine_core::bars::{BarColumns, BarRef, Bars};
use engine_core::compose::Composed;
use engine_core::context::Context;
use engine_core::feed::{Feed, Series};
use engine_core::fixed::{Money, Quantity, Rate};
use engine_core::instrument::{Instrument, InstrumentId, Symbol};
use engine_core::kernel::{self, RunError, RunOptions};
use engine_core::order::Side;
use engine_core::record::RunResult;
use engine_core::registry::Role;
use engine_core::setup::{Setup, SetupError};
use engine_core::strategy::{Exit, Intent, Signal, Sizer};
use engine_core::time::{DAY, HOUR, Timestamp};
use serde_json::{Map, Value, json};

pub const SYMBOL: &str = "US.A";

/// A name and its parameters.
pub type Part = (&'static str, Value);

pub fn map(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

pub fn signal((name, values): &Part) -> Box<dyn Signal> {
    strategies::registry().find(Role::Signal, name).unwrap().signal(map(values)).unwrap()
}

pub fn sizer((name, values): &Part) -> Box<dyn Sizer> {
    strategies::registry().find(Role::Sizer, name).unwrap().sizer(map(values)).unwrap()
}

pub fn exit((name, values): &Part) -> Box<dyn Exit> {
    strategies::registry().find(Role::Exit, name).unwrap().exit(map(values)).unwrap()
}

/// Enters and exits after given rows.
pub struct Script {
    pub enter: Vec<usize>,
    pub exit: Vec<usize>,
}

impl Signal for Script {
    fn setup(&mut self, _: &mut Setup<'_>, _: InstrumentId) -> Result<(), SetupError> {
        Ok(())
    }
    fn on_bar(&mut self, _: &Context, _: InstrumentId, bar: BarRef<'_>) -> Intent {
        if self.exit.contains(&bar.row()) {
            Intent::Exit
        } else if self.enter.contains(&bar.row()) {
            Intent::Enter(Side::Buy)
        } else {
            Intent::Hold
        }
    }
}

pub fn script(enter: &[usize], exit: &[usize]) -> Box<dyn Signal> {
    Box::new(Script { enter: enter.to_vec(), exit: exit.to_vec() })
}

/// A strategy of a signal, a sizer and exits.
pub fn composed(signal: Box<dyn Signal>, size: Part, exits: &[Part]) -> Composed {
    let strategy = Composed::new(SYMBOL, signal, sizer(&size), 0);
    exits.iter().fold(strategy, |strategy, part| strategy.exit(exit(part)))
}

/// So many shares.
pub fn fixed(shares: u32) -> Part {
    ("fixed", json!({ "quantity": f64::from(shares) }))
}

pub fn instrument() -> Instrument {
    Instrument::equity(Symbol::new(SYMBOL).unwrap(), "USD")
}

fn columns(rows: &[[f64; 4]]) -> BarColumns {
    let mut c = BarColumns::default();
    for (i, [open, high, low, close]) in rows.iter().enumerate() {
        let day = Timestamp::from_date(2020, 1, 1) + i as i64 * DAY;
        c.push_times((day + 10 * HOUR).nanos(), (day + 16 * HOUR).nanos());
        c.open.push(*open);
        c.high.push(*high);
        c.low.push(*low);
        c.close.push(*close);
    }
    c
}

pub fn feed(instrument: Instrument, bars: Bars) -> Arc<Feed> {
    Arc::new(Feed::new(vec![Series::daily(instrument, bars)]).unwrap())
}

/// Daily bars from (open, high, low, close).
pub fn bars(rows: &[[f64; 4]]) -> Arc<Feed> {
    feed(instrument(), Bars::new(columns(rows)).unwrap())
}

/// Daily bars with their volumes.
pub fn traded(rows: &[([f64; 4], f64)]) -> Arc<Feed> {
    let (prices, volume): (Vec<_>, Vec<f64>) = rows.iter().copied().unzip();
    feed(instrument(), Bars::new(BarColumns { volume, ..columns(&prices) }).unwrap())
}

/// Daily bars of one price each.
pub fn closes(prices: &[f64]) -> Arc<Feed> {
    bars(&prices.iter().map(|p| [*p; 4]).collect::<Vec<_>>())
}

/// Splitmix64 (Steele, Lea and Flood 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
    fn step(&mut self, width: u64) -> i64 {
        self.below(2 * width + 1) as i64 - width as i64
    }
}

/// A random walk in cents; some bars did not trade.
pub fn walk(rows: usize, seed: u64) -> Bars {
    let mut random = Random(seed);
    let mut prices = Vec::new();
    let mut volume = Vec::new();
    let mut last = 10_000_i64;
    for _ in 0..rows {
        let open = (last + random.step(60)).max(500);
        let close = (open + random.step(150)).max(500);
        let high = open.max(close) + random.below(80) as i64;
        let low = open.min(close) - random.below(80) as i64;
        prices.push([open, high, low, close].map(|cents| cents as f64 / 100.0));
        volume.push(if random.below(100) < 3 { 0.0 } else { 1_000.0 + random.below(9_000) as f64 });
        last = close;
    }
    Bars::new(BarColumns { volume, ..columns(&prices) }).unwrap()
}

pub fn options(cash: i64) -> RunOptions {
    RunOptions { cash: Money::from_whole(cash), ..RunOptions::default() }
}

/// At most a percentage of each bar's volume.
pub fn participating(percent: f64) -> RunOptions {
    let mut options = options(100_000);
    options.fills.participation = Rate::from_f64(percent / 100.0);
    options
}

pub fn run(feed: &Arc<Feed>, mut strategy: Composed, options: &RunOptions) -> RunResult {
    kernel::run(feed, &mut strategy, options).unwrap()
}

/// A run with 100,000 in cash and no costs.
pub fn play(feed: &Arc<Feed>, strategy: Composed) -> RunResult {
    run(feed, strategy, &options(100_000))
}

/// The key and the text of the error that keeps a run from starting.
pub fn refusal(feed: &Arc<Feed>, mut strategy: Composed) -> (String, String) {
    match kernel::run(feed, &mut strategy, &options(100_000)) {
        Err(RunError::Setup(SetupError::Parameter { key, problem })) => (key, problem),
        other => panic!("expected a parameter error, found {other:?}"),
    }
}

/// "bar 3 buy 10 @ 50"
pub fn fills(result: &RunResult) -> Vec<String> {
    let line = |f: &engine_core::record::Fill| format!("bar {} {} {} @ {}", f.bar, f.side.name(), f.quantity, f.price);
    result.fills.iter().map(line).collect()
}

/// "0 filled", "1 cancelled: oco"
pub fn orders(result: &RunResult) -> Vec<String> {
    let line = |(i, o): (usize, &engine_core::record::OrderRecord)| match o.reason.text() {
        "" => format!("{i} {}", o.state.name()),
        reason => format!("{i} {}: {reason}", o.state.name()),
    };
    result.orders.iter().enumerate().map(line).collect()
}

/// What is held after all fills.
pub fn position(result: &RunResult) -> Quantity {
    let units = result.fills.iter().map(|f| f.quantity.units() * f.side.sign()).sum();
    Quantity::from_units(units)
}
