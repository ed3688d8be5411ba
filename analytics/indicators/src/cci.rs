//! Commodity channel index.

use crate::column::{finite, row_by_row, write};
use crate::indicator::{Indicator, Input, Series};
use crate::lag::Lag;
use crate::parameter::{ParameterError, period};

/// Commodity channel index: (p - m) / (0.015 d) with the typical price
/// p = (high + low + close) / 3, its mean m and its mean absolute deviation d over n bars
/// (Lambert 1980; TA-Lib `CCI`); 0 where p = m or d = 0, as in TA-Lib.
///
/// Inputs: high, low, close. No unit; any sign. Warm-up: n - 1 bars. A price that is not finite
/// makes the windows that contain it undefined, and no other. Cost per bar grows with n.
#[derive(Clone, Debug)]
pub struct Cci {
    period: usize,
    prices: Lag,
}

impl Cci {
    /// The index over `period` bars, 1 to 100,000.
    ///
    /// # Errors
    /// When `period` is out of range.
    pub fn new(period: usize) -> Result<Self, ParameterError> {
        let period = self::period("cci", "period", period)?;
        Ok(Self { period, prices: Lag::new(period) })
    }
}

impl Indicator for Cci {
    fn definition(&self) -> String {
        format!("cci({})", self.period)
    }

    fn outputs(&self) -> &'static [&'static str] {
        &["cci"]
    }

    fn warm_up(&self) -> usize {
        self.period - 1
    }

    #[inline]
    fn update(&mut self, input: &Input, out: &mut [f64]) {
        let price = (input.high + input.low + input.close) / 3.0;
        self.prices.push(price);
        let count = self.period as f64;
        // Measured from this price, so that equal prices have no distance, whatever their level.
        let mean = self.prices.iter().map(|p| p - price).sum::<f64>() / count;
        let deviations = self.prices.iter().map(|p| (p - price - mean).abs()).sum::<f64>();
        let value = if mean == 0.0 || deviations == 0.0 { 0.0 } else { finite(-mean / (0.015 * (deviations / count))) };
        write(out, [value]);
    }

    fn reset(&mut self) {
        self.prices.reset();
    }

    fn batch(&self, series: Series<'_>, out: &mut [Vec<f64>]) {
        row_by_row(self.boxed_clone(), series, out);
    }

    fn boxed_clone(&self) -> Box<dyn Indicator> {
        Box::new(self.clone())
    }
}
