//! VaR and expected shortfall of a normal and of a lognormal distribution.

use numeric::normal;

use crate::{RiskError, check, moments};

/// A VaR and the expected shortfall beyond it: positive losses, in the unit of the input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TailRisk {
    /// Value at risk.
    pub var: f64,
    /// Expected shortfall, also CVaR: the mean loss given that it is at least the VaR.
    pub expected_shortfall: f64,
}

/// The normal density.
pub(super) fn density(z: f64) -> f64 {
    const ROOT_TWO_PI: f64 = 2.506_628_274_631_000_5;
    libm::exp(-0.5 * z * z) / ROOT_TWO_PI
}

/// The tail's size and the standard normal quantile there.
pub(super) fn tail_and_quantile(confidence: f64) -> Result<(f64, f64), RiskError> {
    let tail = check::tail(confidence)?;
    let expected = "a share above 0 and below 1";
    let z =
        normal::quantile(tail).ok_or(RiskError::Argument { argument: "confidence", found: confidence, expected })?;
    Ok((tail, z))
}

/// Returns that are normal with this mean and standard deviation, both fractions per
/// period: `VaR = -(mean + z sd)`, `ES = -(mean - sd phi(z) / a)`, `z = N^-1(a)`,
/// `a = 1 - confidence` (McNeil, Frey and Embrechts 2015, "Quantitative Risk
/// Management", examples 2.11 and 2.14).
///
/// # Errors
/// Names the argument that is not finite, negative (deviation) or outside 0 to 1 (confidence).
pub fn normal(mean: f64, deviation: f64, confidence: f64) -> Result<TailRisk, RiskError> {
    let (tail, z) = tail_and_quantile(confidence)?;
    check::finite("mean", mean)?;
    check::not_negative("deviation", deviation)?;
    let var = check::finite("VaR", -(mean + z * deviation))?;
    Ok(TailRisk { var, expected_shortfall: check::finite("ES", -(mean - deviation * density(z) / tail))? })
}

/// [`normal()`] with the mean and the sample standard deviation (n - 1) of returns.
///
/// # Errors
/// Fewer than two returns, one that is not finite, a confidence outside 0 to 1.
pub fn normal_of(returns: &[f64], confidence: f64) -> Result<TailRisk, RiskError> {
    let (mean, deviation) = mean_and_deviation(returns)?;
    normal(mean, deviation, confidence)
}

/// Mean and sample standard deviation.
pub(super) fn mean_and_deviation(returns: &[f64]) -> Result<(f64, f64), RiskError> {
    if returns.len() < 2 {
        let expected = "2 or more".to_owned();
        return Err(RiskError::Length { argument: "returns", found: returns.len(), expected });
    }
    check::all_finite("returns", returns)?;
    let too_large = RiskError::Degenerate { argument: "returns", problem: "are too large: their squares overflow" };
    match (moments::mean(returns), moments::deviation(returns)) {
        (Some(mean), Some(deviation)) => Ok((mean, deviation)),
        _ => Err(too_large),
    }
}

/// Log returns that are normal with this mean and standard deviation, so that the loss
/// is `1 - e^R`: `VaR = 1 - e^(mean + z sd)`,
/// `ES = 1 - e^(mean + sd^2 / 2) N(z - sd) / a`.
///
/// # Errors
/// As [`normal()`].
pub fn lognormal(mean: f64, deviation: f64, confidence: f64) -> Result<TailRisk, RiskError> {
    let (tail, z) = tail_and_quantile(confidence)?;
    check::finite("mean", mean)?;
    check::not_negative("deviation", deviation)?;
    let kept = libm::exp(mean + 0.5 * deviation * deviation) * numeric::normal::cdf(z - deviation) / tail;
    let var = check::finite("VaR", -libm::expm1(mean + z * deviation))?;
    if deviation == 0.0 {
        return Ok(TailRisk { var, expected_shortfall: var });
    }
    Ok(TailRisk { var, expected_shortfall: check::finite("ES", 1.0 - kept)? })
}
