//! MACD against its signal line (Appel 1979).

use engine_core::bars::BarRef;
use engine_core::context::Context;
use engine_core::crossing::Crossing;
use engine_core::instrument::InstrumentId;
use engine_core::parameters;
use engine_core::registry::Plugin;
use engine_core::setup::{Prices, Setup, SetupError};
use engine_core::strategy::{Intent, Signal};

parameters! {
    /// Parameters of the MACD signal.
    pub struct MacdParameters {
        /// Bars of the fast EMA; less than slow.
        fast: usize = 12, Domain::Integer(1, 10_000);
        /// Bars of the slow EMA.
        slow: usize = 26, Domain::Integer(2, 10_000);
        /// Bars of the EMA of the MACD line.
        signal: usize = 9, Domain::Integer(1, 10_000);
        /// How the EMAs start: the mean of their first values (sma, as TA-Lib does), or their first value (first).
        seeding: String = "sma".to_owned(), Domain::OneOf(&["sma", "first"]);
    }
}

/// Long while the MACD line is above its signal line: enters when the histogram
/// rises above zero, exits when it falls below.
pub struct Macd {
    parameters: MacdParameters,
    crossing: Option<Crossing>,
}

/// Index of the histogram among the indicator's outputs.
const HISTOGRAM: usize = 2;

impl Plugin for Macd {
    const NAME: &'static str = "macd";
    const DOC: &'static str = "Long while MACD is above its signal line: trades the crossings.";
    type Parameters = MacdParameters;

    fn new(parameters: MacdParameters) -> Result<Self, SetupError> {
        super::in_order(parameters.fast, parameters.slow)?;
        Ok(Self { parameters, crossing: None })
    }
}

impl Signal for Macd {
    fn setup(&mut self, setup: &mut Setup<'_>, id: InstrumentId) -> Result<(), SetupError> {
        let p = &self.parameters;
        let seeding = match p.seeding.as_str() {
            "first" => indicators::Seeding::First,
            _ => indicators::Seeding::Sma,
        };
        let macd = indicators::Macd::new(p.fast, p.slow, p.signal, seeding)
            .map_err(|e| SetupError::parameter("strategy", e.to_string()))?;
        let histogram = setup.outputs_on(id, Prices::Adjusted, Box::new(macd), &[HISTOGRAM])?;
        self.crossing = Some(Crossing::of_zero(histogram));
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
