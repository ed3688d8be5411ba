//! Volatility targeting: a calmer instrument gets a larger position.

use engine_core::context::Context;
use engine_core::instrument::InstrumentId;
use engine_core::order::{Side, Size};
use engine_core::parameters;
use engine_core::registry::Plugin;
use engine_core::setup::{Handle, Setup, SetupError};
use engine_core::strategy::Sizer;

parameters! {
    /// Parameters of the volatility target.
    pub struct VolatilityTargetParameters {
        /// Volatility wanted of the position, in percent of equity a year.
        percent: f64 = 15.0, Domain::Number(0.1, 500.0);
        /// Bars of the average true range.
        period: usize = 20, Domain::Integer(1, 10_000);
        /// Bars in a year, to scale the range of one bar.
        bars_per_year: f64 = 252.0, Domain::Number(1.0, 1_000_000.0);
        /// Most that the position may be worth, in percent of equity at the last close.
        most_percent: f64 = 100.0, Domain::Number(0.01, 1000.0);
    }
}

/// `weight = target / (ATR / close x sqrt(bars a year))`, in whole lots at the last close.
pub struct VolatilityTarget {
    parameters: VolatilityTargetParameters,
    range: Option<Handle>,
}

impl Plugin for VolatilityTarget {
    const NAME: &'static str = "volatility_target";
    const DOC: &'static str =
        "So much that the position's yearly volatility, by average true range, is a percentage of equity.";
    type Parameters = VolatilityTargetParameters;

    fn new(parameters: VolatilityTargetParameters) -> Result<Self, SetupError> {
        Ok(Self { parameters, range: None })
    }
}

impl Sizer for VolatilityTarget {
    fn setup(&mut self, setup: &mut Setup<'_>, id: InstrumentId) -> Result<(), SetupError> {
        let range =
            indicators::Atr::new(self.parameters.period).map_err(|e| SetupError::parameter("period", e.to_string()))?;
        self.range = Some(setup.indicator(id, range)?);
        Ok(())
    }
    fn size(&mut self, cx: &Context, id: InstrumentId, _: Side, _: Option<f64>) -> Option<Size> {
        let p = &self.parameters;
        let range = cx.value(self.range?) / cx.adjustment(id);
        let yearly = range * p.bars_per_year.sqrt() * cx.instrument(id).multiplier as f64;
        let shares = cx.equity() * p.percent / 100.0 / yearly;
        // During the warm-up, and while nothing moves, there is no size.
        if !shares.is_finite() {
            return None;
        }
        super::whole_lots(cx, id, shares, p.most_percent)
    }
}
