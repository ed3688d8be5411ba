//! A percentage of equity, resolved at the fill price.

use engine_core::context::Context;
use engine_core::fixed::Rate;
use engine_core::instrument::InstrumentId;
use engine_core::order::{Side, Size};
use engine_core::parameters;
use engine_core::registry::Plugin;
use engine_core::setup::{Setup, SetupError};
use engine_core::strategy::Sizer;

parameters! {
    /// Parameters of the percentage.
    pub struct PercentParameters {
        /// Percent of equity per entry, fees included; above 100 needs a margin account.
        percent: f64 = 100.0, Domain::Number(0.001, 1000.0);
    }
}

/// As many whole lots as a percentage of equity buys.
pub struct Percent {
    rate: Rate,
}

impl Plugin for Percent {
    const NAME: &'static str = "percent";
    const DOC: &'static str = "As many whole lots as a percentage of equity buys at the fill price.";
    type Parameters = PercentParameters;

    fn new(parameters: PercentParameters) -> Result<Self, SetupError> {
        Ok(Self { rate: super::rate_of_percent("percent", parameters.percent)? })
    }
}

impl Sizer for Percent {
    fn setup(&mut self, _: &mut Setup<'_>, _: InstrumentId) -> Result<(), SetupError> {
        Ok(())
    }
    fn size(&mut self, _: &Context, _: InstrumentId, _: Side, _: Option<f64>) -> Option<Size> {
        Some(Size::PercentOfEquity(self.rate))
    }
}
