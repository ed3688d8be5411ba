//! Why there is no answer.

use thiserror::Error;

/// Why an option has no price, no volatility, no Greeks.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum OptionError {
    /// An argument is not a number, infinite, or outside its domain.
    #[error("{argument} is {found}, expected {expected}")]
    Argument {
        /// The argument's name, as in the struct or signature.
        argument: &'static str,
        /// Its value.
        found: f64,
        /// Its domain, in words.
        expected: &'static str,
    },
    /// The price is below the discounted intrinsic value: no volatility gives it.
    #[error("below intrinsic")]
    BelowIntrinsic,
    /// The price is at or above the most that any volatility gives.
    #[error("above maximum")]
    AboveMaximum,
    /// The price is the least that any volatility gives, and more than one gives it.
    #[error("not unique: every volatility up to {highest} gives this price")]
    NotUnique {
        /// The highest volatility with this price.
        highest: f64,
    },
    /// Exercise pays between two critical prices, not beyond one.
    #[error("two exercise boundaries")]
    TwoBoundaries,
    /// The arguments are valid, but too extreme for a number that can be trusted.
    #[error("not resolved: the arguments are too extreme")]
    Unresolved,
    /// Slices that belong together have different lengths.
    #[error("{argument} has {found} elements, expected {expected}")]
    Length {
        /// The slice's name.
        argument: &'static str,
        /// Its length.
        found: usize,
        /// The length of the others.
        expected: usize,
    },
}

/// `value` when finite and at least 0.
pub(crate) fn not_negative(argument: &'static str, value: f64) -> Result<f64, OptionError> {
    if value.is_finite() && value >= 0.0 {
        return Ok(value);
    }
    Err(OptionError::Argument { argument, found: value, expected: "a finite number, 0 or more" })
}

/// `value` when finite and above 0.
pub(crate) fn positive(argument: &'static str, value: f64) -> Result<f64, OptionError> {
    if value.is_finite() && value > 0.0 {
        return Ok(value);
    }
    Err(OptionError::Argument { argument, found: value, expected: "a finite number above 0" })
}

/// `value` when finite.
pub(crate) fn finite(argument: &'static str, value: f64) -> Result<f64, OptionError> {
    if value.is_finite() {
        return Ok(value);
    }
    Err(OptionError::Argument { argument, found: value, expected: "a finite number" })
}
