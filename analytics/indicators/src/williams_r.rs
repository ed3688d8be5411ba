//! Williams %R.

use crate::column::{finite, prepare, row_by_row, write};
use crate::extremes::{WindowExtreme, window_extremes};
use crate::indicator::{Indicator, Input, Series};
use crate::parameter::{ParameterError, period};

/// Williams %R: -100 (highest high - close) / (highest high - lowest low) over n bars
/// (Williams 1973; TA-Lib `WILLR`); 0 where both extremes are equal.
///
/// Inputs: high, low, close. Range: -100 to 0. Warm-up: n - 1 bars. A price that is not finite
/// makes the windows that contain it undefined, and no other.
#[derive(Clone, Debug)]
pub struct WilliamsR {
    period: usize,
    highest: WindowExtreme<true>,
    lowest: WindowExtreme<false>,
}

impl WilliamsR {
    /// %R over the last `period` bars, 1 to 100,000.
    ///
    /// # Errors
    /// When `period` is out of range.
    pub fn new(period: usize) -> Result<Self, ParameterError> {
        let period = self::period("williams_r", "period", period)?;
        Ok(Self { period, highest: WindowExtreme::new(period), lowest: WindowExtreme::new(period) })
    }

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64) -> f64 {
        let highest = self.highest.push(high);
        let lowest = self.lowest.push(low);
        percent_r(highest, lowest, close)
    }
}

/// %R; 0 without a range, but `NaN` stays `NaN`.
#[inline(always)]
fn percent_r(highest: f64, lowest: f64, close: f64) -> f64 {
    let step = (highest - lowest) / -100.0;
    let value = (highest - close) / step;
    finite(if step == 0.0 { close * 0.0 } else { value })
}

impl Indicator for WilliamsR {
    fn definition(&self) -> String {
        format!("williams_r({})", self.period)
    }

    fn outputs(&self) -> &'static [&'static str] {
        &["williams_r"]
    }

    fn warm_up(&self) -> usize {
        self.period - 1
    }

    #[inline]
    fn update(&mut self, input: &Input, out: &mut [f64]) {
        write(out, [self.next(input.high, input.low, input.close)]);
    }

    fn reset(&mut self) {
        self.highest.reset();
        self.lowest.reset();
    }

    fn batch(&self, series: Series<'_>, out: &mut [Vec<f64>]) {
        let [column, ..] = out else { return };
        if !series.has_range() {
            return row_by_row(self.boxed_clone(), series, out);
        }
        let cells = prepare(column, series.len());
        let mut highest = vec![0.0; series.len()];
        window_extremes::<true>(series.high, self.period, &mut highest);
        window_extremes::<false>(series.low, self.period, cells);
        for ((cell, highest), close) in cells.iter_mut().zip(highest).zip(series.close) {
            *cell = percent_r(highest, *cell, *close);
        }
    }

    fn boxed_clone(&self) -> Box<dyn Indicator> {
        Box::new(self.clone())
    }
}
