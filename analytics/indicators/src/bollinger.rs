//! Bollinger bands.

use crate::column::{finite, prepare, row_by_row, write};
use crate::indicator::{Indicator, Input, Series};
use crate::moments::{BlockMoments, WindowMoments, root};
use crate::parameter::{ParameterError, WIDTH_MAX, period};

/// Bollinger bands: the mean of the last n closes, and k population standard deviations above and
/// below it (Bollinger 2001; TA-Lib `BBANDS`, but exact where TA-Lib cancels).
///
/// Outputs `upper`, `middle`, `lower`. Input: close. Unit: that of the close. Warm-up: n - 1 bars.
/// A bar that is not finite makes the windows that contain it undefined, and no other.
#[derive(Clone, Debug)]
pub struct Bollinger {
    period: usize,
    width: f64,
    share: f64,
    window: WindowMoments,
}

impl Bollinger {
    /// Bands of `width` standard deviations (more than 0, at most 1,000) around the mean of the
    /// last `period` closes (1 to 100,000).
    ///
    /// # Errors
    /// When an argument is out of range.
    pub fn new(period: usize, width: f64) -> Result<Self, ParameterError> {
        let period = self::period("bollinger", "period", period)?;
        if !(width > 0.0 && width <= WIDTH_MAX) {
            let expected = format!("a number above 0, at most {WIDTH_MAX}");
            return Err(ParameterError::new("bollinger", "width", width, expected));
        }
        Ok(Self { period, width, share: 1.0 / period as f64, window: WindowMoments::new(period) })
    }
}

#[inline(always)]
fn bands(mean: f64, variance: f64, width: f64) -> [f64; 3] {
    let distance = width * root(variance);
    [mean + distance, mean, mean - distance].map(finite)
}

impl Indicator for Bollinger {
    fn definition(&self) -> String {
        format!("bollinger({},{})", self.period, self.width)
    }

    fn outputs(&self) -> &'static [&'static str] {
        &["upper", "middle", "lower"]
    }

    fn warm_up(&self) -> usize {
        self.period - 1
    }

    fn column_names(&self) -> Vec<String> {
        let suffix = if self.period == 20 && self.width == 2.0 {
            String::new()
        } else {
            format!("_{}_{}", self.period, self.width)
        };
        ["bb_upper", "bb_middle", "bb_lower"].map(|name| format!("{name}{suffix}")).to_vec()
    }

    #[inline]
    fn update(&mut self, input: &Input, out: &mut [f64]) {
        let moments = self.window.push(input.close);
        let (mean, variance) = (moments.mean(self.share), moments.variance(self.share));
        write(out, bands(mean, variance, self.width));
    }

    fn reset(&mut self) {
        self.window.reset();
    }

    fn batch(&self, series: Series<'_>, out: &mut [Vec<f64>]) {
        let [upper, middle, lower] = out else {
            return row_by_row(self.boxed_clone(), series, out);
        };
        let [upper, middle, lower] = [upper, middle, lower].map(|c| prepare(c, series.len()));
        let mut moments = BlockMoments::new(self.period, self.share);
        let piece = moments.piece();
        let cells = upper.chunks_mut(piece).zip(middle.chunks_mut(piece)).zip(lower.chunks_mut(piece));
        for (closes, ((upper, middle), lower)) in series.close.chunks(piece).zip(cells) {
            moments.run(closes, middle, lower);
            for ((upper, middle), lower) in upper.iter_mut().zip(middle).zip(lower) {
                [*upper, *middle, *lower] = bands(*middle, *lower, self.width);
            }
        }
    }

    fn boxed_clone(&self) -> Box<dyn Indicator> {
        Box::new(self.clone())
    }
}
