//! On-balance volume.

use ta::indicators::OnBalanceVolume;
use ta::{Close, Next, Reset, Volume};

use crate::column::{prepare, write};
use crate::indicator::{Indicator, Input, Series};

/// On-balance volume: the running total of the volume of bars that closed higher minus that of
/// bars that closed lower (Granville 1963; TA-Lib `OBV`). The first bar counts as higher.
///
/// Inputs: close, volume. Unit: that of the volume; any sign. Warm-up: none. A bar whose close or
/// volume is not finite is undefined and left out; the next is compared with the last that was.
///
/// This is `ta::indicators::OnBalanceVolume`, begun with TA-Lib's first bar.
#[derive(Clone, Debug, Default)]
pub struct Obv {
    total: OnBalanceVolume,
    begun: bool,
}

/// What `ta` sees of a bar.
struct Trade {
    close: f64,
    volume: f64,
}

impl Close for Trade {
    fn close(&self) -> f64 {
        self.close
    }
}

impl Volume for Trade {
    fn volume(&self) -> f64 {
        self.volume
    }
}

impl Obv {
    /// On-balance volume.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    #[inline]
    fn next(&mut self, close: f64, volume: f64) -> f64 {
        if !(close.is_finite() && volume.is_finite()) {
            return f64::NAN;
        }
        if !self.begun {
            self.begun = true;
            // ta compares the first close with zero; a rise to 1 books the first volume whatever
            // the sign of the close, and the close itself then moves nothing.
            self.total.next(&Trade { close: 1.0, volume });
            return self.total.next(&Trade { close, volume: 0.0 });
        }
        let total = self.total.next(&Trade { close, volume });
        if !total.is_finite() {
            self.reset();
            return f64::NAN;
        }
        total
    }
}

impl Indicator for Obv {
    fn definition(&self) -> String {
        "obv()".to_owned()
    }

    fn outputs(&self) -> &'static [&'static str] {
        &["obv"]
    }

    fn warm_up(&self) -> usize {
        0
    }

    fn needs_volume(&self) -> bool {
        true
    }

    #[inline]
    fn update(&mut self, input: &Input, out: &mut [f64]) {
        write(out, [self.next(input.close, input.volume)]);
    }

    fn reset(&mut self) {
        self.total.reset();
        self.begun = false;
    }

    fn batch(&self, series: Series<'_>, out: &mut [Vec<f64>]) {
        let [column, ..] = out else { return };
        let mut obv = Self::new();
        let cells = prepare(column, series.len());
        let volumes = series.volume.iter().copied().chain(std::iter::repeat(f64::NAN));
        for ((cell, close), volume) in cells.iter_mut().zip(series.close).zip(volumes) {
            *cell = obv.next(*close, volume);
        }
    }

    fn boxed_clone(&self) -> Box<dyn Indicator> {
        Box::new(self.clone())
    }
}
