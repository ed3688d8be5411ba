//! Signals: when to enter and exit.

mod bollinger;
mod buy_and_hold;
mod macd;
mod rsi;
mod sma_cross;

pub use bollinger::{Bollinger, BollingerParameters};
pub use buy_and_hold::{BuyAndHold, BuyAndHoldParameters};
pub use macd::{Macd, MacdParameters};
pub use rsi::{Rsi, RsiParameters};
pub use sma_cross::{SmaCross, SmaCrossParameters};

use engine_core::order::Side;
use engine_core::setup::SetupError;
use engine_core::strategy::Intent;

/// What a difference that changes sign wants: long when it rises above zero, out
/// when it falls below. Undefined values (NaN) want nothing.
#[inline]
pub(crate) fn crossing(before: f64, now: f64) -> Intent {
    // Most bars change no sign: one test, well predicted.
    if before * now > 0.0 {
        return Intent::Hold;
    }
    let up = before <= 0.0 && now > 0.0;
    let down = before >= 0.0 && now < 0.0;
    match (up, down) {
        (true, _) => Intent::Enter(Side::Buy),
        (false, true) => Intent::Exit,
        (false, false) => Intent::Hold,
    }
}

/// `fast` must be shorter than `slow`.
pub(crate) fn in_order(fast: usize, slow: usize) -> Result<(), SetupError> {
    if fast < slow {
        return Ok(());
    }
    Err(SetupError::parameter("fast", format!("is {fast}, expected less than slow, which is {slow}")))
}
