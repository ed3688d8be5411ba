//! Linearly weighted moving average.

use crate::column::{finite, prepare, write};
use crate::indicator::{Indicator, Input, Series};
use crate::parameter::{ParameterError, period};
use crate::weighted::{Anchor, WindowWeighted};

/// Weighted moving average: the last n closes with weights 1 (oldest) to n (newest), divided by
/// n (n + 1) / 2 (TA-Lib `WMA`).
///
/// Input: close. Unit and range: those of the close. Warm-up: n - 1 bars. A bar that is not
/// finite makes the windows that contain it undefined, and no other.
#[derive(Clone, Debug)]
pub struct Wma {
    period: usize,
    weights: f64,
    window: WindowWeighted,
}

impl Wma {
    /// The weighted mean of the last `period` closes, 1 to 100,000.
    ///
    /// # Errors
    /// When `period` is out of range.
    pub fn new(period: usize) -> Result<Self, ParameterError> {
        let period = self::period("wma", "period", period)?;
        Ok(Self {
            period,
            weights: period as f64 * (period as f64 + 1.0) / 2.0,
            window: WindowWeighted::new(period, Anchor::Zero),
        })
    }

    /// Feeds one value, which need not be a close.
    #[inline]
    pub fn next(&mut self, value: f64) -> f64 {
        finite(self.window.push(value).weighted / self.weights)
    }
}

impl Indicator for Wma {
    fn definition(&self) -> String {
        format!("wma({})", self.period)
    }

    fn outputs(&self) -> &'static [&'static str] {
        &["wma"]
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
        let mut wma = self.clone();
        wma.reset();
        let cells = prepare(column, series.len());
        for (cell, close) in cells.iter_mut().zip(series.close) {
            *cell = wma.next(*close);
        }
    }

    fn boxed_clone(&self) -> Box<dyn Indicator> {
        Box::new(self.clone())
    }
}
