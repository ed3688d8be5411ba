//! All free cash, resolved at the fill price.

use engine_core::context::Context;
use engine_core::instrument::InstrumentId;
use engine_core::order::{Side, Size};
use engine_core::parameters;
use engine_core::registry::Plugin;
use engine_core::setup::{Setup, SetupError};
use engine_core::strategy::Sizer;

parameters! {
    /// All in has no parameters.
    pub struct AllInParameters {}
}

/// As many whole lots as the cash buys at the fill price, fees included.
pub struct AllIn;

impl Plugin for AllIn {
    const NAME: &'static str = "all_in";
    const DOC: &'static str = "As many whole lots as the cash buys at the fill price, fees included.";
    type Parameters = AllInParameters;

    fn new(_: AllInParameters) -> Result<Self, SetupError> {
        Ok(Self)
    }
}

impl Sizer for AllIn {
    fn setup(&mut self, _: &mut Setup<'_>, _: InstrumentId) -> Result<(), SetupError> {
        Ok(())
    }
    fn size(&mut self, _: &Context, _: InstrumentId, _: Side, _: Option<f64>) -> Option<Size> {
        Some(Size::AllIn)
    }
}
