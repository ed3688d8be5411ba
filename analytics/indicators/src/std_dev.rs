//! Rolling standard deviation.

use crate::column::{finite, prepare, write};
use crate::indicator::{Indicator, Input, Series};
use crate::moments::{BlockMoments, WindowMoments, root};
use crate::parameter::{ParameterError, period};

/// Population standard deviation of the last n closes: sqrt(mean of (x - mean)^2), divided by n
/// and not by n - 1 (TA-Lib `STDDEV`, but exact where TA-Lib cancels or cuts below 1e-7).
///
/// Input: close. Unit: that of the close; not negative; exactly 0 for equal closes. Warm-up:
/// n - 1 bars. A bar that is not finite makes the windows that contain it undefined, no other.
#[derive(Clone, Debug)]
pub struct StdDev {
    period: usize,
    share: f64,
    window: WindowMoments,
}

impl StdDev {
    /// The standard deviation of the last `period` closes, 1 to 100,000.
    ///
    /// # Errors
    /// When `period` is out of range.
    pub fn new(period: usize) -> Result<Self, ParameterError> {
        let period = self::period("std", "period", period)?;
        Ok(Self { period, share: 1.0 / period as f64, window: WindowMoments::new(period) })
    }
}

#[inline(always)]
fn value(variance: f64) -> f64 {
    finite(root(variance))
}

impl Indicator for StdDev {
    fn definition(&self) -> String {
        format!("std({})", self.period)
    }

    fn outputs(&self) -> &'static [&'static str] {
        &["std"]
    }

    fn warm_up(&self) -> usize {
        self.period - 1
    }

    #[inline]
    fn update(&mut self, input: &Input, out: &mut [f64]) {
        write(out, [value(self.window.push(input.close).variance(self.share))]);
    }

    fn reset(&mut self) {
        self.window.reset();
    }

    fn batch(&self, series: Series<'_>, out: &mut [Vec<f64>]) {
        let [column, ..] = out else { return };
        let cells = prepare(column, series.len());
        let mut moments = BlockMoments::new(self.period, self.share);
        let piece = moments.piece();
        let mut means = vec![0.0; piece.min(series.len())];
        for (closes, cells) in series.close.chunks(piece).zip(cells.chunks_mut(piece)) {
            moments.run(closes, &mut means, cells);
            cells.iter_mut().for_each(|cell| *cell = value(*cell));
        }
    }

    fn boxed_clone(&self) -> Box<dyn Indicator> {
        Box::new(self.clone())
    }
}
