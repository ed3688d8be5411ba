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

/// Two elements that mirror each other may differ by this share of their size: the last digits of a printed table.
const ASYMMETRY: f64 = 1e-9;

/// A row-major `n` x `n` matrix of finite numbers, its halves made equal by their mean.
///
/// # Errors
/// Names the element that is not finite or not equal to its mirror (beyond 1e-9
/// of the square root of its diagonal elements), or a length that is not `n n`.
pub(crate) fn symmetric(argument: &'static str, matrix: &[f64], n: usize) -> Result<Vec<f64>, RiskError> {
    at_least(argument, matrix.len(), 1)?;
    if n.checked_mul(n) != Some(matrix.len()) {
        let expected = format!("{n} x {n}");
        return Err(RiskError::Length { argument, found: matrix.len(), expected });
    }
    all_finite(argument, matrix)?;
    let mut even = matrix.to_vec();
    for i in 0..n {
        for j in 0..i {
            let (a, b) = (matrix[i * n + j], matrix[j * n + i]);
            let size = (matrix[i * n + i].abs().sqrt() * matrix[j * n + j].abs().sqrt()).max(a.abs());
            if (a - b).abs() > ASYMMETRY * size {
                let expected = "the element on the other side of the diagonal";
                return Err(RiskError::Element { argument, index: i * n + j, found: a, expected });
            }
            let middle = if a == b { a } else { 0.5 * a + 0.5 * b };
            even[i * n + j] = middle;
            even[j * n + i] = middle;
        }
    }
    Ok(even)
}

/// A [`symmetric`] matrix without a variance below 0.
pub(crate) fn covariance(argument: &'static str, matrix: &[f64], n: usize) -> Result<Vec<f64>, RiskError> {
    let even = symmetric(argument, matrix, n)?;
    match (0..n).map(|i| i * n + i).find(|index| even[*index] < 0.0) {
        None => Ok(even),
        Some(index) => {
            Err(RiskError::Element { argument, index, found: even[index], expected: "a variance, 0 or more" })
        }
    }
}
