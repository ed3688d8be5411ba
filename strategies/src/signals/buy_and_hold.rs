//! Buy at the first opportunity and hold.

use engine_core::bars::BarRef;
use engine_core::context::Context;
use engine_core::instrument::InstrumentId;
use engine_core::order::Side;
use engine_core::parameters;
use engine_core::registry::Plugin;
use engine_core::setup::{Setup, SetupError};
use engine_core::strategy::{Intent, Signal};

parameters! {
    /// Buy and hold has no parameters.
    pub struct BuyAndHoldParameters {}
}

/// Wants a long position, always.
pub struct BuyAndHold;

impl Plugin for BuyAndHold {
    const NAME: &'static str = "buy_and_hold";
    const DOC: &'static str = "Buys at the first opportunity and holds: the yardstick.";
    type Parameters = BuyAndHoldParameters;

    fn new(_: BuyAndHoldParameters) -> Result<Self, SetupError> {
        Ok(Self)
    }
}

impl Signal for BuyAndHold {
    fn setup(&mut self, _: &mut Setup<'_>, _: InstrumentId) -> Result<(), SetupError> {
        Ok(())
    }

    #[inline(always)]
    fn on_bar(&mut self, cx: &Context, id: InstrumentId, _: BarRef<'_>) -> Intent {
        // Bought once; a stop that sells it ends the run's trading.
        let bought = !cx.position(id).is_zero() || !cx.trades().is_empty();
        if bought { Intent::Hold } else { Intent::Enter(Side::Buy) }
    }
}
