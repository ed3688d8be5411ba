//! Slow stochastic oscillator.

use crate::column::{finite, prepare, row_by_row, trace, write};
use crate::extremes::{WindowExtreme, window_extremes};
use crate::indicator::{Indicator, Input, Series};
use crate::parameter::{ParameterError, period};
use crate::sma::Sma;

/// Slow stochastic oscillator (Lane 1984; TA-Lib `STOCH` with simple averages).
///
/// Fast %K = 100 (close - lowest low) / (highest high - lowest low) over n bars, 0 where both
/// extremes are equal; `k` is its simple average over `slowing` bars, `d` that of `k` over
/// `smoothing` bars; `k` stays undefined until `d` exists, as in TA-Lib. Inputs: high, low, close.
/// Range: 0 to 100. Warm-up: n + slowing + smoothing - 3 bars. A price that is not finite makes
/// the windows that contain it undefined, and no other.
#[derive(Clone, Debug)]
pub struct Stochastic {
    period: usize,
    slowing: usize,
    smoothing: usize,
    highest: WindowExtreme<true>,
    lowest: WindowExtreme<false>,
    k: Sma,
    d: Sma,
}

impl Stochastic {
    /// %K over `period` bars, averaged over `slowing`, and its average over `smoothing`; each 1 to
    /// 100,000.
    ///
    /// # Errors
    /// When an argument is out of range.
    pub fn new(period: usize, slowing: usize, smoothing: usize) -> Result<Self, ParameterError> {
        let period = self::period("stochastic", "period", period)?;
        let slowing = self::period("stochastic", "slowing", slowing)?;
        let smoothing = self::period("stochastic", "smoothing", smoothing)?;
        Ok(Self {
            period,
            slowing,
            smoothing,
            highest: WindowExtreme::new(period),
            lowest: WindowExtreme::new(period),
            k: Sma::new(slowing)?,
            d: Sma::new(smoothing)?,
        })
    }

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64) -> [f64; 2] {
        let highest = self.highest.push(high);
        let lowest = self.lowest.push(low);
        let fast = fast_k(highest, lowest, close);
        let k = self.k.next(fast);
        let d = self.d.next(k);
        // As long as one is missing both are.
        [k + trace(d), d]
    }
}

/// Fast %K; 0 without a range, but `NaN` stays `NaN`.
#[inline(always)]
fn fast_k(highest: f64, lowest: f64, close: f64) -> f64 {
    let step = (highest - lowest) / 100.0;
    let value = (close - lowest) / step;
    finite(if step == 0.0 { close * 0.0 } else { value })
}

impl Indicator for Stochastic {
    fn definition(&self) -> String {
        let Self { period, slowing, smoothing, .. } = self;
        format!("stochastic({period},{slowing},{smoothing})")
    }

    fn outputs(&self) -> &'static [&'static str] {
        &["k", "d"]
    }

    fn warm_up(&self) -> usize {
        self.period + self.slowing + self.smoothing - 3
    }

    fn column_names(&self) -> Vec<String> {
        let Self { period, slowing, smoothing, .. } = self;
        let suffix = match (period, slowing, smoothing) {
            (14, 3, 3) => String::new(),
            _ => format!("_{period}_{slowing}_{smoothing}"),
        };
        ["stoch_k", "stoch_d"].map(|name| format!("{name}{suffix}")).to_vec()
    }

    #[inline]
    fn update(&mut self, input: &Input, out: &mut [f64]) {
        write(out, self.next(input.high, input.low, input.close));
    }

    fn reset(&mut self) {
        self.highest.reset();
        self.lowest.reset();
        self.k.reset();
        self.d.reset();
    }

    fn batch(&self, series: Series<'_>, out: &mut [Vec<f64>]) {
        let [k, d] = out else {
            return row_by_row(self.boxed_clone(), series, out);
        };
        if !series.has_range() {
            return row_by_row(self.boxed_clone(), series, out);
        }
        let rows = series.len();
        let [k, d] = [k, d].map(|column| prepare(column, rows));
        let mut highest = vec![0.0; rows];
        window_extremes::<true>(series.high, self.period, &mut highest);
        window_extremes::<false>(series.low, self.period, d);
        for ((highest, lowest), close) in highest.iter_mut().zip(d.iter()).zip(series.close) {
            *highest = fast_k(*highest, *lowest, *close);
        }
        self.k.columns(&highest, k);
        self.d.columns(k, d);
        for (k, d) in k.iter_mut().zip(d) {
            *k += trace(*d);
        }
    }

    fn boxed_clone(&self) -> Box<dyn Indicator> {
        Box::new(self.clone())
    }
}
