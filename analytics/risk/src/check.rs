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

/// `1 - confidence`, the share of the outcomes that lie in the tail.
pub(crate) fn tail(confidence: f64) -> Result<f64, RiskError> {
    let tail = 1.0 - confidence;
    if confidence > 0.0 && tail > 0.0 && tail < 1.0 {
        return Ok(tail);
    }
    Err(RiskError::Argument { argument: "confidence", found: confidence, expected: "a share above 0 and below 1" })
}

/// A square, finite, symmetric matrix of `n` rows in row-major order, no variance below 0.
pub(crate) fn covariance(argument: &'static str, matrix: &[f64], n: usize) -> Result<(), RiskError> {
    length(argument, matrix.len(), n * n)?;
    all_finite(argument, matrix)?;
    for i in 0..n {
        if matrix[i * n + i] < 0.0 {
            let (index, found) = (i * n + i, matrix[i * n + i]);
            return Err(RiskError::Element { argument, index, found, expected: "a variance, 0 or more" });
        }
        for j in 0..i {
            let scale = (matrix[i * n + i] * matrix[j * n + j]).sqrt();
            if (matrix[i * n + j] - matrix[j * n + i]).abs() > 1e-9 * scale {
                return Err(RiskError::Degenerate { argument, problem: "is not symmetric" });
            }
        }
    }
    Ok(())
}
