//! Option prices, Greeks, implied volatility, surfaces.
//!
//! Plain numbers and slices in, plain structs out; no I/O, no state, no types
//! of the engine. Units are fixed and named: time in years, rates, yields and
//! volatilities continuous, per year, as fractions (0.05 is 5 %). What has no
//! answer is an [`OptionError`] that names the argument; batch functions mark
//! the element and go on. Each formula cites its source.

pub mod black76;
pub mod error;
pub mod european;
pub mod implied;
pub mod terms;

pub use black76::{Black76, ForwardGreeks};
pub use error::OptionError;
pub use european::{European, Greeks};
pub use terms::OptionType;
