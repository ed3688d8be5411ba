//! Which position carries how much of a portfolio's risk, under normal returns.
//!
//! VaR and ES are homogeneous of degree one in the positions, so by Euler's
//! theorem they are the sum of position times marginal risk (Garman 1996,
//! "Improving on VaR"; Tasche 1999, "Risk contributions and performance
//! measurement").

use super::parametric::{density, tail_and_quantile};
use crate::{RiskError, check};

/// Risk of a portfolio and of its parts; money in the unit of `value`, losses positive.
#[derive(Clone, Debug, PartialEq)]
pub struct PortfolioRisk {
    /// Standard deviation of the portfolio's return, a fraction.
    pub sigma: f64,
    /// Value at risk.
    pub var: f64,
    /// Expected shortfall.
    pub expected_shortfall: f64,
    /// `w_i (Cov w)_i / sigma`: sums to `sigma`.
    pub component_sigma: Vec<f64>,
    /// `dVaR / dw_i = value (z (Cov w)_i / sigma - mean_i)`: per 1.00 of weight.
    pub marginal_var: Vec<f64>,
    /// `w_i` times the marginal VaR: sums to the VaR.
    pub component_var: Vec<f64>,
    /// `dES / dw_i`: per 1.00 of weight.
    pub marginal_es: Vec<f64>,
    /// `w_i` times the marginal ES: sums to the ES.
    pub component_es: Vec<f64>,
    /// Weighted sum of the deviations over `sigma`: 1 without any diversification.
    pub diversification_ratio: f64,
}

/// Weights are fractions of `value`; they need not sum to one (leverage, cash) and
/// may be negative (short). `mean` and `covariance` (row-major) are per period, of
/// returns as fractions.
///
/// # Errors
/// No weights, lengths that do not match, an element that is not finite, a matrix that is
/// not symmetric, a portfolio whose variance is zero or negative, `value` not above 0,
/// a confidence outside 0 to 1.
pub fn portfolio_risk(
    weights: &[f64],
    mean: &[f64],
    covariance: &[f64],
    confidence: f64,
    value: f64,
) -> Result<PortfolioRisk, RiskError> {
    let n = weights.len();
    if n == 0 {
        return Err(RiskError::Length { argument: "weights", found: 0, expected: "1 or more".to_owned() });
    }
    check::all_finite("weights", weights)?;
    check::length("mean", mean.len(), n)?;
    check::all_finite("mean", mean)?;
    let covariance = check::covariance("covariance", covariance, n)?;
    check::positive("value", value)?;
    let (tail, z) = tail_and_quantile(confidence)?;

    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let row: Vec<f64> = covariance.chunks_exact(n).map(|row| dot(row, weights)).collect();
    let variance = dot(weights, &row);
    // What cancels to less than this is rounding.
    let scale: f64 = weights.iter().zip(&row).map(|(w, r)| (w * r).abs()).sum();
    if variance < -1e-12 * scale {
        return Err(RiskError::Degenerate {
            argument: "covariance",
            problem: "is not positive semi-definite: the portfolio's variance is negative",
        });
    }
    if variance.is_nan() || variance <= 4.0 * f64::EPSILON * scale {
        return Err(RiskError::Degenerate { argument: "covariance", problem: "the portfolio has no variance" });
    }
    let sigma = check::finite("sigma", variance.sqrt())?;
    let marginal = |times: f64| -> Vec<f64> {
        row.iter().zip(mean).map(|(row, mean)| value * (times * (row / sigma) - mean)).collect()
    };
    let parts = |each: &[f64]| -> Vec<f64> { weights.iter().zip(each).map(|(w, x)| w * x).collect() };
    let shortfall = density(z) / tail;
    let (marginal_var, marginal_es) = (marginal(-z), marginal(shortfall));
    let expected = dot(weights, mean);
    let weighted: f64 = (0..n).map(|i| weights[i] * covariance[i * n + i].sqrt()).sum();
    Ok(PortfolioRisk {
        sigma,
        var: check::finite("VaR", value * (-z * sigma - expected))?,
        expected_shortfall: check::finite("ES", value * (shortfall * sigma - expected))?,
        component_sigma: weights.iter().zip(&row).map(|(w, row)| w * row / sigma).collect(),
        component_var: parts(&marginal_var),
        component_es: parts(&marginal_es),
        marginal_var,
        marginal_es,
        diversification_ratio: weighted / sigma,
    })
}
