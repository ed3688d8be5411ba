//! RSI levels (Wilder 1978): buys weakness, sells strength.

use engine_core::bars::BarRef;
use engine_core::context::Context;
use engine_core::instrument::InstrumentId;
use engine_core::order::Side;
use engine_core::parameters;
use engine_core::registry::Plugin;
use engine_core::setup::{Handle, Setup, SetupError};
use engine_core::strategy::{Intent, Signal};

parameters! {
    /// Parameters of the RSI signal.
    pub struct RsiParameters {
        /// Bars of Wilder's averages.
        period: usize = 14, Domain::Integer(1, 10_000);
        /// Enters while RSI is below this level; less than upper.
        lower: f64 = 30.0, Domain::Number(0.0, 100.0);
        /// Exits while RSI is above this level.
        upper: f64 = 70.0, Domain::Number(0.0, 100.0);
    }
}

/// Enters while RSI is below `lower`, exits while it is above `upper`: levels,
/// not crossings.
pub struct Rsi {
    parameters: RsiParameters,
    rsi: Option<Handle>,
}

impl Plugin for Rsi {
    const NAME: &'static str = "rsi";
    const DOC: &'static str = "Buys while RSI is below a level and sells while it is above another.";
    type Parameters = RsiParameters;

    fn new(parameters: RsiParameters) -> Result<Self, SetupError> {
        let RsiParameters { lower, upper, .. } = parameters;
        if lower >= upper {
            return Err(SetupError::parameter(
                "lower",
                format!("is {lower}, expected less than upper, which is {upper}"),
            ));
        }
        Ok(Self { parameters, rsi: None })
    }
}

impl Signal for Rsi {
    fn setup(&mut self, setup: &mut Setup<'_>, id: InstrumentId) -> Result<(), SetupError> {
        let rsi =
            indicators::Rsi::new(self.parameters.period).map_err(|e| SetupError::parameter("period", e.to_string()))?;
        self.rsi = Some(setup.indicator(id, rsi)?);
        Ok(())
    }

    #[inline(always)]
    fn on_bar(&mut self, cx: &Context, _: InstrumentId, _: BarRef<'_>) -> Intent {
        let rsi = self.rsi.map_or(f64::NAN, |h| cx.value(h));
        if rsi < self.parameters.lower {
            Intent::Enter(Side::Buy)
        } else if rsi > self.parameters.upper {
            Intent::Exit
        } else {
            Intent::Hold
        }
    }
}
