//! Exponential moving average, with its two usual beginnings.

use ta::indicators::ExponentialMovingAverage;
use ta::{Next, Reset};

use crate::column::{all_finite, finite, write};
use crate::decay::{Anchored, Scratch};
use crate::indicator::{Indicator, Input, Series};
use crate::parameter::{ParameterError, period};
use crate::recursion::{self, Recursion};

/// Where an exponential average begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Seeding {
    /// With the simple mean of the first n values, at the n-th (TA-Lib's default).
    #[default]
    Sma,
    /// With the first value, at once (pandas `ewm(span=n, adjust=False)`).
    First,
}

impl Seeding {
    /// The word used in definitions: `sma` or `first`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Sma => "sma",
            Self::First => "first",
        }
    }
}

/// Weight of the newest value, 2 / (n + 1).
pub(crate) fn weight(period: usize) -> f64 {
    2.0 / (period as f64 + 1.0)
}

/// Exponential moving average: y = y' + k (x - y'), k = 2 / (n + 1) (TA-Lib `EMA`).
///
/// Input: close. Unit and range: those of the close. Warm-up: n - 1 bars with [`Seeding::Sma`],
/// none with [`Seeding::First`]. A bar that is not finite is undefined and starts the average
/// anew: the next finite bar is its first.
///
/// With [`Seeding::First`] this is `ta::indicators::ExponentialMovingAverage`.
#[derive(Clone, Debug)]
pub struct Ema {
    period: usize,
    form: Form,
}

#[derive(Clone, Debug)]
enum Form {
    Sma(Seeded),
    First { ema: ExponentialMovingAverage, value: f64 },
}

/// An average that begins with the mean of its first values.
#[derive(Clone, Debug)]
struct Seeded {
    period: usize,
    /// Values since the start, counted up to n.
    bars: usize,
    /// The first value, from which the mean of the first n is measured.
    first: f64,
    sum: f64,
    average: Anchored,
}

impl Seeded {
    fn new(period: usize) -> Self {
        Self { period, bars: 0, first: f64::NAN, sum: 0.0, average: Anchored::new(period) }
    }

    fn reset(&mut self) {
        (self.bars, self.first, self.sum) = (0, f64::NAN, 0.0);
        self.average.begin(0.0, 0.0);
    }

    #[inline(always)]
    fn step(&mut self, value: f64) -> f64 {
        let [anchor, deviation] = self.average.step(value);
        anchor + deviation
    }

    /// Takes a value of the warm-up, or the one that ends it.
    fn warm(&mut self, value: f64) -> f64 {
        if self.bars == 0 {
            self.first = value;
        }
        self.bars += 1;
        self.sum += value - self.first;
        if self.bars < self.period {
            return f64::NAN;
        }
        let mean = self.sum / self.period as f64;
        self.average.begin(value, mean - (value - self.first));
        self.first + mean
    }

    fn next(&mut self, value: f64) -> f64 {
        let average = if self.bars < self.period { self.warm(value) } else { self.step(value) };
        let sound = self.sum.is_finite() && self.average.finite();
        if !sound {
            self.reset();
            return f64::NAN;
        }
        average
    }
}

impl Ema {
    /// The exponential average of the close over `period` bars, 1 to 100,000.
    ///
    /// # Errors
    /// When `period` is out of range.
    pub fn new(period: usize, seeding: Seeding) -> Result<Self, ParameterError> {
        let period = self::period("ema", "period", period)?;
        let form = match seeding {
            Seeding::Sma => Form::Sma(Seeded::new(period)),
            Seeding::First => Form::First {
                ema: ExponentialMovingAverage::new(period)
                    .map_err(|error| ParameterError::new("ema", "period", period, error))?,
                value: f64::NAN,
            },
        };
        Ok(Self { period, form })
    }

    /// The way the average begins.
    #[must_use]
    pub fn seeding(&self) -> Seeding {
        match self.form {
            Form::Sma(_) => Seeding::Sma,
            Form::First { .. } => Seeding::First,
        }
    }

    /// Feeds one value, which need not be a close; `NaN` while undefined.
    #[inline]
    pub fn next(&mut self, value: f64) -> f64 {
        if !value.is_finite() {
            self.reset();
            return f64::NAN;
        }
        match &mut self.form {
            Form::Sma(average) => finite(average.next(value)),
            Form::First { ema, value: last } => {
                *last = ema.next(value);
                finite(*last)
            }
        }
    }
}

impl Indicator for Ema {
    fn definition(&self) -> String {
        format!("ema({},{})", self.period, self.seeding().word())
    }

    fn outputs(&self) -> &'static [&'static str] {
        &["ema"]
    }

    fn warm_up(&self) -> usize {
        match self.form {
            Form::Sma(_) => self.period - 1,
            Form::First { .. } => 0,
        }
    }

    fn column_names(&self) -> Vec<String> {
        let period = self.period;
        match self.form {
            Form::Sma(_) => vec![format!("ema_{period}")],
            Form::First { .. } => vec![format!("ema_{period}_first")],
        }
    }

    #[inline]
    fn update(&mut self, input: &Input, out: &mut [f64]) {
        write(out, [self.next(input.close)]);
    }

    fn reset(&mut self) {
        match &mut self.form {
            Form::Sma(average) => average.reset(),
            Form::First { ema, value } => {
                ema.reset();
                *value = f64::NAN;
            }
        }
    }

    fn batch(&self, series: Series<'_>, out: &mut [Vec<f64>]) {
        recursion::batch(self, series, out);
    }

    fn batch_of(&self, series: Series<'_>, wanted: &[usize], out: &mut [Vec<f64>]) {
        recursion::batch_of(self, series, wanted, out);
    }

    fn boxed_clone(&self) -> Box<dyn Indicator> {
        Box::new(self.clone())
    }
}

impl Recursion<1> for Ema {
    fn steady(&self) -> bool {
        match &self.form {
            Form::Sma(average) => {
                let whole = average.bars >= average.period && average.average.steps_to_block() == 0;
                whole && average.average.finite()
            }
            Form::First { value, .. } => value.is_finite(),
        }
    }

    fn run(&mut self, rows: Series<'_>, scratch: &mut Scratch, [out]: [&mut [f64]; 1]) -> bool {
        match &mut self.form {
            Form::First { ema, value } => {
                for (cell, close) in out.iter_mut().zip(rows.close) {
                    *value = ema.next(*close);
                    *cell = *value;
                }
            }
            Form::Sma(average) => average.average.run(rows.close, &mut scratch.lanes, out),
        }
        all_finite(out)
    }
}
