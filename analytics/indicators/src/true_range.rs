//! True range.

use crate::column::{finite, prepare, trace, write};
use crate::indicator::{Indicator, Input, Series};

/// The largest of high - low and the distances of both from the previous close; not finite when
/// one of the three is not.
#[inline(always)]
pub(crate) fn true_range(high: f64, low: f64, previous: f64) -> f64 {
    let mut range = high - low;
    let from_high = (high - previous).abs();
    let from_low = (low - previous).abs();
    if from_high > range {
        range = from_high;
    }
    if from_low > range {
        range = from_low;
    }
    // A comparison drops a NaN close.
    range + trace(previous)
}

/// Writes the true range of every row of a run of ordinary bars, and says whether it was one: every
/// high is at least the low. Then the range is the larger of high and previous close less the
/// smaller of low and previous close, and what is not finite goes into it.
#[inline(always)]
pub(crate) fn ordinary_ranges(rows: Series<'_>, previous: f64, out: &mut [f64]) -> bool {
    let mut ordinary = true;
    let mut range = |high: f64, low: f64, previous: f64| {
        ordinary &= high >= low;
        let top = if high > previous { high } else { previous };
        let bottom = if low < previous { low } else { previous };
        top - bottom
    };
    let (Some((first, cells)), Some((high, highs)), Some((low, lows))) =
        (out.split_first_mut(), rows.high.split_first(), rows.low.split_first())
    else {
        return false;
    };
    *first = range(*high, *low, previous);
    for (((cell, high), low), previous) in cells.iter_mut().zip(highs).zip(lows).zip(rows.close) {
        *cell = range(*high, *low, *previous);
    }
    ordinary
}

/// Writes the true range of every row, `NaN` where it is not finite; `previous` is the close before the first.
#[inline(always)]
pub(crate) fn true_ranges(rows: Series<'_>, previous: f64, out: &mut [f64]) {
    let [first, rest @ ..] = out else { return };
    let ([high, highs @ ..], [low, lows @ ..]) = (rows.high, rows.low) else {
        return;
    };
    *first = finite(true_range(*high, *low, previous));
    for (((cell, high), low), previous) in rest.iter_mut().zip(highs).zip(lows).zip(rows.close) {
        *cell = finite(true_range(*high, *low, *previous));
    }
}

/// True range: the largest of high - low, |high - previous close| and |low - previous close|
/// (Wilder 1978; TA-Lib `TRANGE`).
///
/// Inputs: high, low, close. Unit: that of the price; not negative for bars with high >= low.
/// Warm-up: 1 bar. Undefined where one of its three inputs is not finite.
#[derive(Clone, Debug)]
pub struct TrueRange {
    previous: f64,
}

impl TrueRange {
    /// The true range.
    #[must_use]
    pub fn new() -> Self {
        Self { previous: f64::NAN }
    }
}

impl Default for TrueRange {
    fn default() -> Self {
        Self::new()
    }
}

impl Indicator for TrueRange {
    fn definition(&self) -> String {
        "true_range()".to_owned()
    }

    fn outputs(&self) -> &'static [&'static str] {
        &["true_range"]
    }

    fn warm_up(&self) -> usize {
        1
    }

    #[inline]
    fn update(&mut self, input: &Input, out: &mut [f64]) {
        write(out, [finite(true_range(input.high, input.low, self.previous))]);
        self.previous = input.close;
    }

    fn reset(&mut self) {
        self.previous = f64::NAN;
    }

    fn batch(&self, series: Series<'_>, out: &mut [Vec<f64>]) {
        let [column, ..] = out else { return };
        if !series.has_range() {
            return crate::column::row_by_row(self.boxed_clone(), series, out);
        }
        let cells = prepare(column, series.len());
        true_ranges(series, f64::NAN, cells);
    }

    fn boxed_clone(&self) -> Box<dyn Indicator> {
        Box::new(self.clone())
    }
}
