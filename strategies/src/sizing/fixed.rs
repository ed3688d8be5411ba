//! A fixed number of shares or contracts.

use engine_core::context::Context;
use engine_core::fixed::Quantity;
use engine_core::instrument::InstrumentId;
use engine_core::order::{Side, Size};
use engine_core::parameters;
use engine_core::registry::Plugin;
use engine_core::setup::{Setup, SetupError};
use engine_core::strategy::Sizer;

parameters! {
    /// Parameters of the fixed size.
    pub struct FixedParameters {
        /// Shares or contracts per entry; a multiple of the lot.
        quantity: f64 = 1.0, Domain::Number(0.00000001, 1_000_000_000.0);
    }
}

/// The same number of shares every time.
pub struct Fixed {
    quantity: Quantity,
}

impl Plugin for Fixed {
    const NAME: &'static str = "fixed";
    const DOC: &'static str = "The same number of shares or contracts every time.";
    type Parameters = FixedParameters;

    fn new(parameters: FixedParameters) -> Result<Self, SetupError> {
        let quantity = Quantity::from_f64(parameters.quantity).filter(|q| *q > Quantity::ZERO);
        let quantity = quantity.ok_or_else(|| SetupError::parameter("quantity", "expected a number above 0"))?;
        Ok(Self { quantity })
    }
}

impl Sizer for Fixed {
    fn setup(&mut self, setup: &mut Setup<'_>, id: InstrumentId) -> Result<(), SetupError> {
        let lot = setup.series()[id.index()].instrument.lot;
        if self.quantity.units() % lot.units() != 0 {
            let problem = format!("is {}, expected a multiple of the lot, which is {lot}", self.quantity);
            return Err(SetupError::parameter("quantity", problem));
        }
        Ok(())
    }
    fn size(&mut self, _: &Context, _: InstrumentId, _: Side, _: Option<f64>) -> Option<Size> {
        Some(Size::Quantity(self.quantity))
    }
}
