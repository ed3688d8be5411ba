//! Bollinger bands (Bollinger 1983): reversion to the mean, or breakout.

use engine_core::bars::BarRef;
use engine_core::context::Context;
use engine_core::instrument::InstrumentId;
use engine_core::order::Side;
use engine_core::parameters;
use engine_core::registry::Plugin;
use engine_core::setup::{Handle, Setup, SetupError};
use engine_core::strategy::{Intent, Signal};

parameters! {
    /// Parameters of the bands.
    pub struct BollingerParameters {
        /// Bars of the average and the standard deviation.
        period: usize = 20, Domain::Integer(2, 10_000);
        /// Distance of the bands in standard deviations (population).
        width: f64 = 2.0, Domain::Number(0.01, 20.0);
        /// reversion: buy below the lower band, sell at the middle. breakout: buy above the upper band, sell below the middle.
        mode: String = "reversion".to_owned(), Domain::OneOf(&["reversion", "breakout"]);
    }
}

/// Trades closes outside the bands.
pub struct Bollinger {
    parameters: BollingerParameters,
    breakout: bool,
    bands: Option<Handle>,
}

const UPPER: usize = 0;
const MIDDLE: usize = 1;
const LOWER: usize = 2;

impl Plugin for Bollinger {
    const NAME: &'static str = "bollinger";
    const DOC: &'static str = "Trades closes outside Bollinger bands, back to the mean or with the breakout.";
    type Parameters = BollingerParameters;

    fn new(parameters: BollingerParameters) -> Result<Self, SetupError> {
        let breakout = parameters.mode == "breakout";
        Ok(Self { parameters, breakout, bands: None })
    }
}

impl Signal for Bollinger {
    fn setup(&mut self, setup: &mut Setup<'_>, id: InstrumentId) -> Result<(), SetupError> {
        let bands = indicators::Bollinger::new(self.parameters.period, self.parameters.width)
            .map_err(|e| SetupError::parameter("period", e.to_string()))?;
        self.bands = Some(setup.indicator(id, bands)?);
        Ok(())
    }

    #[inline(always)]
    fn on_bar(&mut self, cx: &Context, id: InstrumentId, bar: BarRef<'_>) -> Intent {
        let Some(bands) = self.bands else { return Intent::Hold };
        // The bands are in adjusted prices.
        let close = bar.close() * cx.adjustment(id);
        let [upper, middle, lower] = [UPPER, MIDDLE, LOWER].map(|output| cx.output(bands, output, 0));
        let (enter, exit) =
            if self.breakout { (close > upper, close < middle) } else { (close < lower, close >= middle) };
        if enter {
            Intent::Enter(Side::Buy)
        } else if exit {
            Intent::Exit
        } else {
            Intent::Hold
        }
    }
}
