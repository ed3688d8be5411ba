//! Generated bars, a small strategy, and runs made of them.

use std::sync::Arc;

use engine_core::account::FeeSchedule;
use engine_core::bars::{BarColumns, BarRef, Bars, OpenTimes};
use engine_core::context::Context;
use engine_core::exchange::{FillRules, MarketFill, PathRule, Slippage};
use engine_core::feed::{Feed, Series};
use engine_core::fixed::{Price, Rate};
use engine_core::instrument::{Instrument, InstrumentId, Symbol};
use engine_core::kernel::{RunOptions, run};
use engine_core::order::{NewOrder, Side, Size};
use engine_core::record::RunResult;
use engine_core::setup::{Setup, SetupError};
use engine_core::strategy::Strategy;
use engine_core::time::{DAY, HOUR, Timestamp};

/// A reproducible walk (Knuth's linear congruential generator).
pub(crate) struct Walk(pub(crate) u64);

impl Walk {
    /// In -1..1.
    pub(crate) fn step(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

pub(crate) fn cents(x: f64) -> f64 {
    (x * 100.0).round() / 100.0
}

/// Bars that close at 21:00 UTC on weekdays, from 2015-01-01 on.
pub(crate) fn daily_series(symbol: &str, bars: usize, seed: u64) -> Series {
    let first = Timestamp::from_date(2015, 1, 1).nanos();
    let weekday = |day: &i64| !matches!((first / DAY + day + 4) % 7, 0 | 6);
    let closes = (0_i64..).filter(weekday).map(|day| first + day * DAY + 21 * HOUR).take(bars).collect();
    series(symbol, closes, 390 * 60_000_000_000, seed)
}

/// Bars with the given closing times, each `length` nanoseconds long.
pub(crate) fn series(symbol: &str, closes: Vec<i64>, length: i64, seed: u64) -> Series {
    let mut walk = Walk(seed);
    let mut columns = BarColumns { open_time: OpenTimes::Before(length), close_time: closes, ..BarColumns::default() };
    let mut price: f64 = 50.0;
    for _ in 0..columns.close_time.len() {
        let open = cents(price * (1.0 + 0.004 * walk.step()));
        let close = cents((open * (1.0 + 0.02 * walk.step() + 0.0006)).max(1.0));
        columns.open.push(open);
        columns.close.push(close);
        columns.high.push(cents(open.max(close) * (1.0 + 0.008 * walk.step().abs())));
        columns.low.push(cents(open.min(close) * (1.0 - 0.008 * walk.step().abs())));
        columns.volume.push(1e6);
        price = close;
    }
    let instrument = Instrument::equity(Symbol::new(symbol).expect("a symbol"), "USD");
    Series::daily(instrument, Bars::new(columns).expect("valid bars"))
}

/// Buys every few bars with a stop and a target so near that one bar may reach both.
pub(crate) struct Swings {
    pub(crate) every: u64,
    pub(crate) log: &'static str,
    pub(crate) seen: u64,
    pub(crate) smooth: f64,
}

impl Swings {
    pub(crate) fn new(every: u64) -> Self {
        Self { every, log: "entry", seen: 0, smooth: f64::NAN }
    }
}

impl Strategy for Swings {
    fn setup(&mut self, _: &mut Setup<'_>) -> Result<(), SetupError> {
        Ok(())
    }

    fn on_bar(&mut self, cx: &mut Context, id: InstrumentId, bar: BarRef<'_>) {
        self.seen += 1;
        if id.0 == 0 {
            let before = if self.smooth.is_nan() { bar.close() } else { self.smooth };
            self.smooth = before + (bar.close() - before) / 20.0;
            cx.plot("ema 39", self.smooth);
            cx.plot("distance %", (bar.close() / self.smooth - 1.0) * 100.0);
        }
        let flat = cx.position(id).is_zero() && !cx.has_open_order(id);
        if !(self.seen + u64::from(id.0) * 2).is_multiple_of(self.every) || !flat {
            return;
        }
        cx.log(self.log);
        let share = 0.9 / cx.instruments().len() as f64;
        let size = Size::PercentOfEquity(Rate::from_f64(share).expect("a rate"));
        let price = |x: f64| Price::from_f64(cents(x)).expect("a price");
        cx.submit_bracket(
            NewOrder::market(id, Side::Buy, size),
            price(bar.close() * 0.992),
            price(bar.close() * 1.012),
        );
    }
}

pub(crate) fn options(path: PathRule) -> RunOptions {
    RunOptions {
        fees: FeeSchedule::Rate(Rate::from_f64(0.0005).expect("a rate")),
        fills: FillRules {
            path,
            slippage: Slippage::Fraction(Rate::from_f64(0.0002).expect("a rate")),
            ..FillRules::default()
        },
        ..RunOptions::default()
    }
}

pub(crate) fn with_market(mut options: RunOptions, market: MarketFill) -> RunOptions {
    options.fills.market = market;
    options
}

/// The run itself with its pessimistic and optimistic re-runs.
pub(crate) fn three_runs(series: &[Series], every: u64) -> [RunResult; 3] {
    let feed = Arc::new(Feed::new(series.to_vec()).expect("a feed"));
    [PathRule::NearFirst, PathRule::Pessimistic, PathRule::Optimistic]
        .map(|path| run(&feed, &mut Swings::new(every), &options(path)).expect("a run"))
}
