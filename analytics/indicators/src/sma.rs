//! Simple moving average.

use crate::column::{finite, prepare, write};
use crate::indicator::{Indicator, Input, Series};
use crate::parameter::{ParameterError, period};
use crate::window::{WindowSum, window_sums};

/// Simple moving average: the mean of the last n closes (TA-Lib `SMA`).
///
/// Input: close. Unit and range: those of the close. Warm-up: n - 1 bars. A bar that is not
/// finite makes the n windows that contain it undefined, and no other.
#[derive(Clone, Debug)]
pub struct Sma {
    period: usize,
    share: f64,
    window: WindowSum,
}

impl Sma {
    /// The mean of the last `period` closes, 1 to 100,000.
    ///
    /// # Errors
    /// When `period` is out of range.
    pub fn new(period: usize) -> Result<Self, ParameterError> {
        let period = self::period("sma", "period", period)?;
        Ok(Self { period, share: 1.0 / period as f64, window: WindowSum::new(period) })
    }

    /// Feeds one value, which need not be a close.
    #[inline]
    pub fn next(&mut self, value: f64) -> f64 {
        finite(self.window.push(value) * self.share)
    }

    /// Writes the means of the windows that end at each value, from the reset state.
    pub(crate) fn columns(&self, values: &[f64], out: &mut [f64]) {
        let share = self.share;
        window_sums(values, self.period, out, |sum| finite(sum * share));
    }
}

impl Indicator for Sma {
    fn definition(&self) -> String {
        format!("sma({})", self.period)
    }

    fn outputs(&self) -> &'static [&'static str] {
        &["sma"]
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
        if let [column, ..] = out {
            let cells = prepare(column, series.len());
            self.columns(series.close, cells);
        }
    }

    fn boxed_clone(&self) -> Box<dyn Indicator> {
        Box::new(self.clone())
    }
}
