//! Money flow index.

use crate::column::{finite, row_by_row, trace, write};
use crate::indicator::{Indicator, Input, Series};
use crate::parameter::{ParameterError, period};
use crate::window::WindowSum;

/// Money flow index: 100 P / (P + N), with P and N the sums over n bars of p v for bars whose
/// typical price p = (high + low + close) / 3 rose and fell (Quong and Soudack 1989; TA-Lib
/// `MFI`); 0 where both are 0, as in TA-Lib.
///
/// Inputs: high, low, close, volume. Range: 0 to 100. Warm-up: n bars. A value that is not finite
/// makes the windows that contain it, and the one change after it, undefined, and no other.
#[derive(Clone, Debug)]
pub struct Mfi {
    period: usize,
    previous: f64,
    positive: WindowSum,
    negative: WindowSum,
}

impl Mfi {
    /// The index over `period` changes, 1 to 100,000.
    ///
    /// # Errors
    /// When `period` is out of range.
    pub fn new(period: usize) -> Result<Self, ParameterError> {
        let period = self::period("mfi", "period", period)?;
        Ok(Self { period, previous: f64::NAN, positive: WindowSum::new(period), negative: WindowSum::new(period) })
    }
}

impl Indicator for Mfi {
    fn definition(&self) -> String {
        format!("mfi({})", self.period)
    }

    fn outputs(&self) -> &'static [&'static str] {
        &["mfi"]
    }

    fn warm_up(&self) -> usize {
        self.period
    }

    fn needs_volume(&self) -> bool {
        true
    }

    #[inline]
    fn update(&mut self, input: &Input, out: &mut [f64]) {
        let price = (input.high + input.low + input.close) / 3.0;
        let change = price - self.previous;
        self.previous = price;
        let flow = finite(price * input.volume) + trace(change);
        let rise = if change > 0.0 { flow } else { 0.0 };
        let fall = if change < 0.0 { flow } else { 0.0 };
        // A flow of NaN belongs to neither, and must reach both.
        let positive = self.positive.push(rise + trace(flow));
        let total = positive + self.negative.push(fall + trace(flow));
        let value = if total == 0.0 { 0.0 } else { finite(100.0 * (positive / total)) };
        write(out, [value]);
    }

    fn reset(&mut self) {
        self.previous = f64::NAN;
        self.positive.reset();
        self.negative.reset();
    }

    fn batch(&self, series: Series<'_>, out: &mut [Vec<f64>]) {
        row_by_row(self.boxed_clone(), series, out);
    }

    fn boxed_clone(&self) -> Box<dyn Indicator> {
        Box::new(self.clone())
    }
}
