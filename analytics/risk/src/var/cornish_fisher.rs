//! VaR with skewness and kurtosis, by the expansion of Cornish and Fisher.
//!
//! The normal quantile `z` is bent by the third and fourth moments:
//! `z + (z^2 - 1) S/6 + (z^3 - 3z) K/24 - (2z^3 - 5z) S^2/36` (Cornish and Fisher
//! 1938, "Moments and cumulants in the specification of distributions"; for VaR
//! Favre and Galeano 2002, "Mean-modified value-at-risk optimization with hedge
//! funds"). It is a quantile only where it grows with `z`; for strong skewness or
//! kurtosis it does not, and then a higher confidence can give a lower VaR
//! (Maillard 2012, "A user's guide to the Cornish Fisher expansion"). The result
//! says so; it is not repaired.

use super::parametric::{mean_and_deviation, tail_and_quantile};
use crate::{RiskError, check, moments};

/// Which standard deviation the bent quantile is multiplied with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deviation {
    /// Divides by n: the habit of R's `PerformanceAnalytics`.
    Population,
    /// Divides by n - 1.
    Sample,
}

/// A Cornish-Fisher VaR.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CornishFisher {
    /// The loss, a fraction.
    pub var: f64,
    /// The bent quantile: `VaR = -(mean + quantile x deviation)`.
    pub quantile: f64,
    /// Whether the expansion grows with `z` at this confidence. If not, do not use the figure.
    pub slope_positive: bool,
    /// Whether it grows everywhere, so that VaRs of different confidences are in order.
    pub monotone: bool,
}

/// From moments: mean and standard deviation as fractions per period, skewness `S`
/// and excess kurtosis `K` (normal = 0), both of the population.
///
/// # Errors
/// Names the argument that is not finite, negative (deviation) or outside 0 to 1 (confidence).
pub fn cornish_fisher(
    mean: f64,
    deviation: f64,
    skew: f64,
    excess_kurtosis: f64,
    confidence: f64,
) -> Result<CornishFisher, RiskError> {
    let (_, z) = tail_and_quantile(confidence)?;
    check::finite("mean", mean)?;
    check::not_negative("deviation", deviation)?;
    let s = check::finite("skew", skew)?;
    let k = check::finite("excess_kurtosis", excess_kurtosis)?;
    let quantile =
        z + (z * z - 1.0) * s / 6.0 + (z * z * z - 3.0 * z) * k / 24.0 - (2.0 * z * z * z - 5.0 * z) * s * s / 36.0;
    let var = check::finite("VaR", -(mean + quantile * deviation))?;
    // The slope is a z^2 + b z + c.
    let (a, b, c) = (k / 8.0 - s * s / 6.0, s / 3.0, 1.0 - k / 8.0 + 5.0 * s * s / 36.0);
    let monotone = if a == 0.0 { b == 0.0 && c > 0.0 } else { a > 0.0 && b * b < 4.0 * a * c };
    Ok(CornishFisher { var, quantile, slope_positive: (a * z + b) * z + c > 0.0, monotone })
}

/// From returns per period, as fractions.
///
/// # Errors
/// Fewer than two returns, one that is not finite, no variance, a confidence outside 0 to 1.
pub fn cornish_fisher_of(returns: &[f64], confidence: f64, deviation: Deviation) -> Result<CornishFisher, RiskError> {
    let (mean, sample) = mean_and_deviation(returns)?;
    let flat = RiskError::Degenerate { argument: "returns", problem: "no variance, so no skewness" };
    let (Some(skew), Some(kurtosis)) = (moments::skew(returns), moments::excess_kurtosis(returns)) else {
        return Err(flat);
    };
    let n = returns.len() as f64;
    let deviation = match deviation {
        Deviation::Population => sample * ((n - 1.0) / n).sqrt(),
        Deviation::Sample => sample,
    };
    cornish_fisher(mean, deviation, skew, kurtosis, confidence)
}
