//! W1: MACD(12, 26, 9), every EMA seeded with its first value, no signal before
//! bar 1,000, one share, next open, 0.1 % a side.

use engine_core::account::FeeSchedule;
use engine_core::bars::BarColumns;
use engine_core::compose::Composed;
use engine_core::fixed::{Money, Rate};
use engine_core::kernel::RunOptions;
use engine_core::registry::Plugin;
use strategies::signals::{Macd, MacdParameters};
use strategies::sizing::{Fixed, FixedParameters};

/// The strategy as a user would configure it.
///
/// # Panics
/// Never: the parameters are valid.
#[must_use]
pub fn strategy() -> Composed {
    let macd = Macd::new(MacdParameters { seeding: "first".to_owned(), ..MacdParameters::default() });
    let fixed = Fixed::new(FixedParameters::default());
    Composed::new("SIM.WALK", Box::new(macd.expect("valid")), Box::new(fixed.expect("valid")), 1_000)
}

/// Account and costs.
///
/// # Panics
/// Never: the rate is valid.
#[must_use]
pub fn options() -> RunOptions {
    RunOptions {
        cash: Money::from_whole(1_000_000),
        fees: FeeSchedule::Rate(Rate::from_f64(0.001).expect("a valid rate")),
        ..RunOptions::default()
    }
}

/// The same work as one plain loop over doubles: fills and final equity.
#[must_use]
pub fn fused(bars: &BarColumns) -> (usize, f64) {
    let (fast, slow, signal) = (2.0 / 13.0, 2.0 / 27.0, 2.0 / 10.0);
    let (open, close) = (&bars.open, &bars.close);
    let (mut ema_fast, mut ema_slow, mut ema_signal) = (close[0], close[0], 0.0);
    let (mut before, mut cash, mut position, mut pending, mut fills) = (0.0, 1_000_000.0, 0.0, 0.0, 0);
    for i in 0..close.len() {
        if pending != 0.0 {
            cash -= pending * open[i];
            cash -= open[i] * 0.001;
            position += pending;
            fills += 1;
            pending = 0.0;
        }
        let x = close[i];
        ema_fast += fast * (x - ema_fast);
        ema_slow += slow * (x - ema_slow);
        let macd = ema_fast - ema_slow;
        ema_signal += signal * (macd - ema_signal);
        let now = macd - ema_signal;
        if i >= 1_000 {
            if now > 0.0 && before <= 0.0 && position == 0.0 {
                pending = 1.0;
            } else if now < 0.0 && before >= 0.0 && position > 0.0 {
                pending = -1.0;
            }
        }
        before = now;
    }
    (fills, cash + position * close[close.len() - 1])
}
