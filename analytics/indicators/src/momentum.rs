//! Change over n bars: momentum and rate of change.

use crate::column::{finite, prepare, write};
use crate::indicator::{Indicator, Input, Series};
use crate::lag::Lag;
use crate::parameter::{ParameterError, period};

macro_rules! change {
    ($(#[$doc:meta])* $name:ident, $word:literal, $formula:expr) => {
        $(#[$doc])*
        ///
        /// Input: close. Any sign. Warm-up: n bars. Undefined where one of the two closes is not
        /// finite.
        #[derive(Clone, Debug)]
        pub struct $name {
            period: usize,
            lag: Lag,
        }

        impl $name {
            /// The change over `period` bars, 1 to 100,000.
            ///
            /// # Errors
            /// When `period` is out of range.
            pub fn new(period: usize) -> Result<Self, ParameterError> {
                let period = self::period($word, "period", period)?;
                Ok(Self { period, lag: Lag::new(period) })
            }
        }

        impl Indicator for $name {
            fn definition(&self) -> String {
                format!(concat!($word, "({})"), self.period)
            }

            fn outputs(&self) -> &'static [&'static str] {
                &[$word]
            }

            fn warm_up(&self) -> usize {
                self.period
            }

            #[inline]
            fn update(&mut self, input: &Input, out: &mut [f64]) {
                let before = self.lag.push(input.close);
                write(out, [$formula(input.close, before)]);
            }

            fn reset(&mut self) {
                self.lag.reset();
            }

            fn batch(&self, series: Series<'_>, out: &mut [Vec<f64>]) {
                let [column, ..] = out else { return };
                let cells = prepare(column, series.len());
                let (warm, rest) = cells.split_at_mut(self.period.min(series.len()));
                warm.fill(f64::NAN);
                let closes = series.close.iter().skip(self.period).zip(series.close);
                for (cell, (close, before)) in rest.iter_mut().zip(closes) {
                    *cell = $formula(*close, *before);
                }
            }

            fn boxed_clone(&self) -> Box<dyn Indicator> {
                Box::new(self.clone())
            }
        }
    };
}

#[inline(always)]
fn difference(close: f64, before: f64) -> f64 {
    finite(close - before)
}

#[inline(always)]
fn rate(close: f64, before: f64) -> f64 {
    if before == 0.0 {
        finite(close) * 0.0
    } else if before.is_infinite() {
        f64::NAN
    } else {
        finite((close / before - 1.0) * 100.0)
    }
}

change!(
    /// Momentum: close - close n bars ago, in units of the close (TA-Lib `MOM`).
    Momentum, "momentum", difference
);
change!(
    /// Rate of change: 100 (close / close n bars ago - 1), in percent; 0 where the earlier close
    /// is 0 (TA-Lib `ROC`).
    Roc, "roc", rate
);
