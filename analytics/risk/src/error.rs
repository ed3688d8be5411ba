//! Why there is no answer.

use options::OptionError;
use thiserror::Error;

/// Why a figure cannot be given.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum RiskError {
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
    /// An element of a slice is not a number, infinite, or outside its domain.
    #[error("{argument}[{index}] is {found}, expected {expected}")]
    Element {
        /// The slice's name.
        argument: &'static str,
        /// The element's place, from 0.
        index: usize,
        /// Its value.
        found: f64,
        /// Its domain, in words.
        expected: &'static str,
    },
    /// A slice has too few elements, or not as many as those it belongs to.
    #[error("{argument} has {found} elements, expected {expected}")]
    Length {
        /// The slice's name.
        argument: &'static str,
        /// Its length.
        found: usize,
        /// The length expected, in words.
        expected: String,
    },
    /// The data as a whole gives no answer: a singular matrix, no variance.
    #[error("{argument}: {problem}")]
    Degenerate {
        /// What was looked at.
        argument: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A name that nothing belongs to: a currency without a rate.
    #[error("{argument}[{index}] is {found:?}, expected {expected}")]
    Name {
        /// The slice's name.
        argument: &'static str,
        /// The element's place, from 0.
        index: usize,
        /// The name.
        found: String,
        /// What it should be, in words.
        expected: &'static str,
    },
    /// An option of a slice of positions has no price.
    #[error("{argument}[{index}]: {error}")]
    Option {
        /// The slice's name.
        argument: &'static str,
        /// The element's place, from 0.
        index: usize,
        /// Why it has no price.
        error: OptionError,
    },
}

/// `value` when finite.
pub(crate) fn finite(argument: &'static str, value: f64) -> Result<f64, RiskError> {
    checked(argument, value, value.is_finite(), "a finite number")
}

/// `value` when finite and above 0.
pub(crate) fn positive(argument: &'static str, value: f64) -> Result<f64, RiskError> {
    checked(argument, value, value.is_finite() && value > 0.0, "a finite number above 0")
}

/// `value` when finite and at least 0.
pub(crate) fn not_negative(argument: &'static str, value: f64) -> Result<f64, RiskError> {
    checked(argument, value, value.is_finite() && value >= 0.0, "a finite number, 0 or more")
}

/// `value` when `sound`, else an error that says what was expected.
pub(crate) fn checked(
    argument: &'static str,
    value: f64,
    sound: bool,
    expected: &'static str,
) -> Result<f64, RiskError> {
    if sound { Ok(value) } else { Err(RiskError::Argument { argument, found: value, expected }) }
}

/// Every element is finite.
pub(crate) fn all_finite(argument: &'static str, values: &[f64]) -> Result<(), RiskError> {
    each(argument, values, f64::is_finite, "a finite number")
}

/// Every element is `sound`, else an error that names the first that is not.
pub(crate) fn each(
    argument: &'static str,
    values: &[f64],
    sound: impl Fn(f64) -> bool,
    expected: &'static str,
) -> Result<(), RiskError> {
    match values.iter().position(|x| !sound(*x)) {
        None => Ok(()),
        Some(index) => Err(RiskError::Element { argument, index, found: values[index], expected }),
    }
}

/// A slice has exactly `expected` elements.
pub(crate) fn length(argument: &'static str, found: usize, expected: usize) -> Result<(), RiskError> {
    if found == expected {
        return Ok(());
    }
    Err(RiskError::Length { argument, found, expected: expected.to_string() })
}

/// A slice has at least `least` elements.
pub(crate) fn at_least(argument: &'static str, found: usize, least: usize) -> Result<(), RiskError> {
    if found >= least {
        return Ok(());
    }
    Err(RiskError::Length { argument, found, expected: format!("{least} or more") })
}
