//! Slope of the least-squares line.

use crate::column::{finite, prepare, write};
use crate::indicator::{Indicator, Input, Series};
use crate::parameter::{ParameterError, period};
use crate::weighted::{Anchor, Weighted, WindowWeighted};

/// Slope of the least-squares line through the last n closes, per bar (TA-Lib
/// `LINEARREG_SLOPE`).
///
/// With positions 1 to n, slope = 12 (sum(i x) - (n + 1) / 2 sum(x)) / (n (n^2 - 1)), with the
/// closes measured from one of them. Input: close. Unit: that of the close per bar; any sign;
/// 0 for n = 1. Warm-up: n - 1 bars. A bar that is not finite makes the windows that contain it
/// undefined, and no other.
#[derive(Clone, Debug)]
pub struct LinregSlope {
    period: usize,
    centre: f64,
    spread: f64,
    window: WindowWeighted,
}

impl LinregSlope {
    /// The slope over the last `period` closes, 1 to 100,000.
    ///
    /// # Errors
    /// When `period` is out of range.
    pub fn new(period: usize) -> Result<Self, ParameterError> {
        let period = self::period("linreg_slope", "period", period)?;
        let n = period as f64;
        Ok(Self {
            period,
            centre: (n + 1.0) / 2.0,
            spread: if period == 1 { 1.0 } else { n * (n * n - 1.0) / 12.0 },
            window: WindowWeighted::new(period, Anchor::Inside),
        })
    }

    #[inline]
    fn next(&mut self, close: f64) -> f64 {
        let Weighted { sum, weighted, .. } = self.window.push(close);
        finite((weighted - self.centre * sum) / self.spread)
    }
}

impl Indicator for LinregSlope {
    fn definition(&self) -> String {
        format!("linreg_slope({})", self.period)
    }

    fn outputs(&self) -> &'static [&'static str] {
        &["linreg_slope"]
    }

    fn warm_up(&self) -> usize {
        self.period - 1
    }

    #[inline]
    fn update(&mut self, input: &Input, out: &mut [f64]) {
        write(out, [self.next(input.close)]);
    }

    fn reset(&mut self) {
        self.window.reset();
    }

    fn batch(&self, series: Series<'_>, out: &mut [Vec<f64>]) {
        let [column, ..] = out else { return };
        let mut slope = self.clone();
        slope.reset();
        let cells = prepare(column, series.len());
        for (cell, close) in cells.iter_mut().zip(series.close) {
            *cell = slope.next(*close);
        }
    }

    fn boxed_clone(&self) -> Box<dyn Indicator> {
        Box::new(self.clone())
    }
}
