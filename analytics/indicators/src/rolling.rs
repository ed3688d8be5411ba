//! Rolling minimum and maximum.

use crate::column::{prepare, write};
use crate::extremes::{WindowExtreme, window_extremes};
use crate::indicator::{Indicator, Input, Series};
use crate::parameter::{ParameterError, period};

macro_rules! rolling {
    ($(#[$doc:meta])* $name:ident, $word:literal, $max:literal) => {
        $(#[$doc])*
        ///
        /// Input: close. Unit and range: those of the close. Warm-up: n - 1 bars. A bar that is
        /// not finite makes the windows that contain it undefined, and no other. Cost per bar does
        /// not depend on n.
        #[derive(Clone, Debug)]
        pub struct $name {
            period: usize,
            window: WindowExtreme<$max>,
        }

        impl $name {
            /// The extreme of the last `period` closes, 1 to 100,000.
            ///
            /// # Errors
            /// When `period` is out of range.
            pub fn new(period: usize) -> Result<Self, ParameterError> {
                let period = self::period($word, "period", period)?;
                Ok(Self { period, window: WindowExtreme::new(period) })
            }

            /// Feeds one value, which need not be a close.
            #[inline]
            pub fn next(&mut self, value: f64) -> f64 {
                self.window.push(value)
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
                self.period - 1
            }

            #[inline]
            fn update(&mut self, input: &Input, out: &mut [f64]) {
                write(out, [self.next(input.close)]);
            }

            fn reset(&mut self) {
                self.window.reset();
            }

            fn batch(&self, series: Series<'_>, out: &mut [Vec<f64>]) {
                let [column, ..] = out else { return };
                let cells = prepare(column, series.len());
                window_extremes::<$max>(series.close, self.period, cells);
            }

            fn boxed_clone(&self) -> Box<dyn Indicator> {
                Box::new(self.clone())
            }
        }
    };
}

rolling!(
    /// Smallest of the last n closes (TA-Lib `MIN`).
    RollingMin, "min", false
);
rolling!(
    /// Largest of the last n closes (TA-Lib `MAX`).
    RollingMax, "max", true
);
