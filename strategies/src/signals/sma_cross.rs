//! Crossing of two simple moving averages.

use engine_core::bars::BarRef;
use engine_core::context::Context;
use engine_core::crossing::Crossing;
use engine_core::instrument::InstrumentId;
use engine_core::parameters;
use engine_core::registry::Plugin;
use engine_core::setup::{Setup, SetupError};
use engine_core::strategy::{Intent, Signal};

parameters! {
    /// Parameters of the crossing.
    pub struct SmaCrossParameters {
        /// Bars of the fast average; less than slow.
        fast: usize = 10, Domain::Integer(1, 10_000);
        /// Bars of the slow average.
        slow: usize = 30, Domain::Integer(2, 10_000);
    }
}

/// Long while the fast average is above the slow one: enters when it crosses
/// above, exits when it crosses below.
pub struct SmaCross {
    parameters: SmaCrossParameters,
    crossing: Option<Crossing>,
}

impl Plugin for SmaCross {
    const NAME: &'static str = "sma_cross";
    const DOC: &'static str = "Long while a fast moving average is above a slow one: trades the crossings.";
    type Parameters = SmaCrossParameters;

    fn new(parameters: SmaCrossParameters) -> Result<Self, SetupError> {
        super::in_order(parameters.fast, parameters.slow)?;
        Ok(Self { parameters, crossing: None })
    }
}

impl Signal for SmaCross {
    fn setup(&mut self, setup: &mut Setup<'_>, id: InstrumentId) -> Result<(), SetupError> {
        let mut average = |key: &str, period| {
            let sma = indicators::Sma::new(period).map_err(|e| SetupError::parameter(key, e.to_string()))?;
            setup.indicator(id, sma)
        };
        let (fast, slow) = (average("fast", self.parameters.fast)?, average("slow", self.parameters.slow)?);
        self.crossing = Some(Crossing::of(fast, slow));
        Ok(())
    }

    #[inline(always)]
    fn on_bar(&mut self, cx: &Context, _: InstrumentId, _: BarRef<'_>) -> Intent {
        self.crossing.map_or(Intent::Hold, |crossing| crossing.intent(cx))
    }

    fn crossing(&self) -> Option<Crossing> {
        self.crossing
    }
}
