//! Checks of what comes in.

use crate::RiskError;

/// A name for the series of many, which are called by place.
const MEMBERS: [&str; 12] = [
    "series[0]",
    "series[1]",
    "series[2]",
    "series[3]",
    "series[4]",
    "series[5]",
    "series[6]",
    "series[7]",
    "series[8]",
    "series[9]",
    "series[10]",
    "series[11]",
];

/// The name of one of several series.
pub(super) fn member(index: usize) -> &'static str {
    MEMBERS.get(index).copied().unwrap_or("a series after series[11]")
}

/// Every value is finite.
pub(super) fn finite(argument: &'static str, values: &[f64]) -> Result<(), RiskError> {
    match values.iter().position(|x| !x.is_finite()) {
        Some(index) => Err(RiskError::Element { argument, index, found: values[index], expected: "a finite number" }),
        None => Ok(()),
    }
}

/// Every value is finite, and so is its square.
pub(super) fn squarable(argument: &'static str, values: &[f64]) -> Result<(), RiskError> {
    finite(argument, values)?;
    match values.iter().position(|x| !(x * x).is_finite()) {
        Some(index) => {
            let expected = "a number whose square does not overflow";
            Err(RiskError::Element { argument, index, found: values[index], expected })
        }
        None => Ok(()),
    }
}

/// At least so many values.
pub(super) fn at_least(argument: &'static str, values: &[f64], least: usize) -> Result<(), RiskError> {
    if values.len() >= least {
        return Ok(());
    }
    Err(RiskError::Length { argument, found: values.len(), expected: format!("{least} or more") })
}

/// As many values as there are in another slice.
pub(super) fn same_length(
    argument: &'static str,
    values: &[f64],
    other: &'static str,
    length: usize,
) -> Result<(), RiskError> {
    if values.len() == length {
        return Ok(());
    }
    Err(RiskError::Length { argument, found: values.len(), expected: format!("{length}, as {other} has") })
}

/// Whether all values are the same.
pub(super) fn constant(values: &[f64]) -> bool {
    values.iter().all(|x| *x == values[0])
}

/// A number of a closed or open range, in words.
pub(super) fn argument(
    argument: &'static str,
    found: f64,
    inside: bool,
    expected: &'static str,
) -> Result<(), RiskError> {
    if inside {
        return Ok(());
    }
    Err(RiskError::Argument { argument, found, expected })
}
