//! Arguments are looked at once, here, with one wording.

use crate::RiskError;

/// `value` when finite.
pub(crate) fn finite(argument: &'static str, value: f64) -> Result<f64, RiskError> {
    if value.is_finite() {
        return Ok(value);
    }
    Err(RiskError::Argument { argument, found: value, expected: "a finite number" })
}

/// `value` when finite and at least 0.
pub(crate) fn not_negative(argument: &'static str, value: f64) -> Result<f64, RiskError> {
    if value.is_finite() && value >= 0.0 {
        return Ok(value);
    }
    Err(RiskError::Argument { argument, found: value, expected: "a finite number, 0 or more" })
}

/// `value` when finite and above 0.
pub(crate) fn positive(argument: &'static str, value: f64) -> Result<f64, RiskError> {
    if value.is_finite() && value > 0.0 {
        return Ok(value);
    }
    Err(RiskError::Argument { argument, found: value, expected: "a finite number above 0" })
}

/// All of them finite.
pub(crate) fn all_finite(argument: &'static str, values: &[f64]) -> Result<(), RiskError> {
    match values.iter().position(|x| !x.is_finite()) {
        None => Ok(()),
        Some(index) => Err(RiskError::Element { argument, index, found: values[index], expected: "a finite number" }),
    }
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

/// A slice has at least `least` elements.
pub(crate) fn at_least(argument: &'static str, found: usize, least: usize) -> Result<(), RiskError> {
    if found >= least {
        return Ok(());
    }
    Err(RiskError::Length { argument, found, expected: format!("{least} or more") })
}

/// As many as the others.
pub(crate) fn length(argument: &'static str, found: usize, expected: usize) -> Result<(), RiskError> {
    if found == expected {
        return Ok(());
    }
    Err(RiskError::Length { argument, found, expected: expected.to_string() })
}
