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

use engine_core::setup::SetupError;

/// `fast` must be shorter than `slow`.
pub(crate) fn in_order(fast: usize, slow: usize) -> Result<(), SetupError> {
    if fast < slow {
        return Ok(());
    }
    Err(SetupError::parameter("fast", format!("is {fast}, expected less than slow, which is {slow}")))
}
