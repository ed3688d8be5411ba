//! Average true range, in price units and in percent of the close.

use crate::column::{all_finite, finite, row_by_row, write};
use crate::decay::{Decay, Scratch};
use crate::indicator::{Indicator, Input, Series};
use crate::parameter::{ParameterError, period};
use crate::recursion::{self, RUN_ROWS, Recursion};
use crate::true_range::{ordinary_ranges, true_range};

/// Average true range: Wilder's average of the true range (Wilder 1978; TA-Lib `ATR`).
///
/// First the mean of the true ranges of bars 1 to n, then (A' (n - 1) + TR) / n. Inputs: high,
/// low, close. Unit: that of the price; not negative. Warm-up: n bars. A bar with a price that is
/// not finite is undefined and starts the average anew.
#[derive(Clone, Debug)]
pub struct Atr {
    wilder: WilderRange,
}

/// Normalised average true range: 100 ATR / close, in percent (Forman 2006; TA-Lib `NATR`).
///
/// Zero where the close is zero. Inputs, warm-up and restart as [`Atr`].
#[derive(Clone, Debug)]
pub struct Natr {
    wilder: WilderRange,
}

/// Wilder's average of the true range.
#[derive(Clone, Debug)]
struct WilderRange {
    period: usize,
    /// True ranges since the start, counted up to n.
    ranges: usize,
    /// Sum of the true ranges that seed the average.
    sum: f64,
    average: Average,
}

#[derive(Clone, Copy, Debug)]
struct Average {
    /// The last close; `NaN` before the first.
    previous: f64,
    range: Decay,
}

impl WilderRange {
    fn new(indicator: &'static str, period: usize) -> Result<Self, ParameterError> {
        let period = self::period(indicator, "period", period)?;
        let average = Average { previous: f64::NAN, range: Decay::wilder(period) };
        Ok(Self { period, ranges: 0, sum: 0.0, average })
    }

    fn reset(&mut self) {
        (self.ranges, self.sum) = (0, 0.0);
        self.average.previous = f64::NAN;
        self.average.range.begin(0.0);
    }

    #[inline]
    fn next(&mut self, input: &Input) -> f64 {
        let &Input { high, low, close, .. } = input;
        let value =
            if self.ranges < self.period { self.warm(high, low, close) } else { self.average.step(high, low, close) };
        let bar = high.is_finite() && low.is_finite() && close.is_finite();
        if !(bar && self.sum.is_finite() && self.average.range.finite()) {
            self.reset();
            return f64::NAN;
        }
        value
    }

    /// Takes a bar of the warm-up, or the bar that ends it.
    fn warm(&mut self, high: f64, low: f64, close: f64) -> f64 {
        let previous = std::mem::replace(&mut self.average.previous, close);
        if previous.is_nan() {
            return f64::NAN;
        }
        self.sum += true_range(high, low, previous);
        self.ranges += 1;
        if self.ranges < self.period {
            return f64::NAN;
        }
        let average = self.sum / self.period as f64;
        self.average.range.begin(average);
        average
    }

    fn steady(&self) -> bool {
        let sound = self.average.range.finite() && self.average.previous.is_finite();
        self.ranges >= self.period && self.average.range.steps_to_block() == 0 && sound
    }

    fn run(&mut self, rows: Series<'_>, scratch: &mut Scratch, out: &mut [f64]) -> bool {
        // Not into `out`: a cell of a long column is then fetched once, when it is written for good.
        let ranges = &mut scratch.values[..out.len().min(RUN_ROWS)];
        let ordinary = ordinary_ranges(rows, self.average.previous, ranges);
        let last = rows.close.last().copied().filter(|_| ordinary);
        self.average.previous = last.unwrap_or(f64::NAN);
        self.average.range.take_run(ranges, &mut scratch.lanes);
        self.average.range.write_run(&scratch.lanes, out);
        all_finite(out)
    }
}

impl Average {
    #[inline(always)]
    fn step(&mut self, high: f64, low: f64, close: f64) -> f64 {
        let range = true_range(high, low, self.previous);
        self.previous = close;
        finite(self.range.step(range))
    }
}

impl Atr {
    /// The average of the true range over `period` bars, 1 to 100,000.
    ///
    /// # Errors
    /// When `period` is out of range.
    pub fn new(period: usize) -> Result<Self, ParameterError> {
        let wilder = WilderRange::new("atr", period)?;
        Ok(Self { wilder })
    }
}

impl Natr {
    /// The average of the true range over `period` bars, 1 to 100,000, in percent of the close.
    ///
    /// # Errors
    /// When `period` is out of range.
    pub fn new(period: usize) -> Result<Self, ParameterError> {
        let wilder = WilderRange::new("natr", period)?;
        Ok(Self { wilder })
    }
}

#[inline(always)]
fn percent(average: f64, close: f64) -> f64 {
    if close == 0.0 { 0.0 } else { average / close * 100.0 }
}

impl Indicator for Atr {
    fn definition(&self) -> String {
        format!("atr({})", self.wilder.period)
    }

    fn outputs(&self) -> &'static [&'static str] {
        &["atr"]
    }

    fn warm_up(&self) -> usize {
        self.wilder.period
    }

    #[inline]
    fn update(&mut self, input: &Input, out: &mut [f64]) {
        write(out, [self.wilder.next(input)]);
    }

    fn reset(&mut self) {
        self.wilder.reset();
    }

    fn batch(&self, series: Series<'_>, out: &mut [Vec<f64>]) {
        if series.has_range() {
            recursion::batch(self, series, out);
        } else {
            row_by_row(self.boxed_clone(), series, out);
        }
    }

    fn boxed_clone(&self) -> Box<dyn Indicator> {
        Box::new(self.clone())
    }
}

impl Indicator for Natr {
    fn definition(&self) -> String {
        format!("natr({})", self.wilder.period)
    }

    fn outputs(&self) -> &'static [&'static str] {
        &["natr"]
    }

    fn warm_up(&self) -> usize {
        self.wilder.period
    }

    #[inline]
    fn update(&mut self, input: &Input, out: &mut [f64]) {
        let average = self.wilder.next(input);
        let value = if average.is_nan() { average } else { percent(average, input.close) };
        write(out, [finite(value)]);
    }

    fn reset(&mut self) {
        self.wilder.reset();
    }

    fn batch(&self, series: Series<'_>, out: &mut [Vec<f64>]) {
        if series.has_range() {
            recursion::batch(self, series, out);
        } else {
            row_by_row(self.boxed_clone(), series, out);
        }
    }

    fn boxed_clone(&self) -> Box<dyn Indicator> {
        Box::new(self.clone())
    }
}

impl Recursion<1> for Atr {
    fn steady(&self) -> bool {
        self.wilder.steady()
    }

    fn run(&mut self, rows: Series<'_>, scratch: &mut Scratch, [out]: [&mut [f64]; 1]) -> bool {
        self.wilder.run(rows, scratch, out)
    }
}

impl Recursion<1> for Natr {
    fn steady(&self) -> bool {
        self.wilder.steady()
    }

    fn run(&mut self, rows: Series<'_>, scratch: &mut Scratch, [out]: [&mut [f64]; 1]) -> bool {
        self.wilder.run(rows, scratch, out);
        for (cell, close) in out.iter_mut().zip(rows.close) {
            *cell = finite(percent(*cell, *close));
        }
        all_finite(out)
    }
}
