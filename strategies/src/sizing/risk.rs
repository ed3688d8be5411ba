//! Fixed fractional risk: what the stop would lose is a percentage of equity.

use engine_core::context::Context;
use engine_core::instrument::InstrumentId;
use engine_core::order::{Side, Size};
use engine_core::parameters;
use engine_core::registry::Plugin;
use engine_core::setup::{Setup, SetupError};
use engine_core::strategy::Sizer;

parameters! {
    /// Parameters of the risk per trade.
    pub struct RiskParameters {
        /// Percent of equity lost if the nearest stop fills at its level.
        percent: f64 = 1.0, Domain::Number(0.001, 100.0);
        /// Most that the position may be worth, in percent of equity at the last close.
        most_percent: f64 = 100.0, Domain::Number(0.01, 1000.0);
    }
}

/// `quantity = equity x percent / distance to the nearest stop`, in whole lots.
pub struct Risk {
    parameters: RiskParameters,
}

impl Plugin for Risk {
    const NAME: &'static str = "risk";
    const DOC: &'static str =
        "So much that the nearest stop would lose a percentage of equity; needs an exit that is a stop.";
    type Parameters = RiskParameters;

    fn new(parameters: RiskParameters) -> Result<Self, SetupError> {
        Ok(Self { parameters })
    }
}

impl Sizer for Risk {
    fn setup(&mut self, _: &mut Setup<'_>, _: InstrumentId) -> Result<(), SetupError> {
        Ok(())
    }
    fn needs_risk(&self) -> bool {
        true
    }
    fn size(&mut self, cx: &Context, id: InstrumentId, _: Side, risk: Option<f64>) -> Option<Size> {
        let per_share = risk.filter(|r| *r > 0.0)? * cx.instrument(id).multiplier as f64;
        let shares = cx.equity() * self.parameters.percent / 100.0 / per_share;
        super::whole_lots(cx, id, shares, self.parameters.most_percent)
    }
}
