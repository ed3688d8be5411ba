//! Historical volatility: what the underlying has done, from its prices.
//!
//! Prices come as columns, oldest first; results are volatilities per square
//! root of a year as fractions (0.2 is 20 %). `periods_per_year` says what a bar
//! is: 252 for daily bars. [`rolling`] gives a column (`NaN` in the warm-up and
//! where the window holds a bad bar), [`whole`] one figure with a typed error,
//! [`problems`] says which bars are bad and why. A window costs the same
//! whatever its length, and does not drift: every window is made of sums of the
//! bars inside it alone.

mod bars;
mod blocks;
mod estimator;
mod ewma;

pub use bars::{Bars, HistoryError, problems};
pub use estimator::{Estimator, rolling, whole};
pub use ewma::{backcast, ewma_filtered, ewma_forecast, log_returns};
