//! The beta of a portfolio.

use crate::RiskError;
use crate::benchmark;
use crate::check::{all_finite, at_least, finite, length};

/// Betas against a benchmark.
#[derive(Clone, Debug, PartialEq)]
pub struct Beta {
    /// Of the portfolio: the sum of the contributions.
    pub portfolio: f64,
    /// Of each asset.
    pub assets: Vec<f64>,
    /// Weight times beta.
    pub contributions: Vec<f64>,
}

/// The beta of assets held at constant weights (fractions of equity; what they
/// leave is cash, of beta zero, so they need not sum to 1): `sum w_i cov(r_i, b) / var(b)`.
/// Returns per period of the same periods: one slice per asset, and the benchmark's.
///
/// # Errors
/// Lengths that differ, fewer than two periods, an element that is not finite, a
/// benchmark without variance.
pub fn beta(weights: &[f64], returns: &[&[f64]], market: &[f64]) -> Result<Beta, RiskError> {
    at_least("weights", weights.len(), 1)?;
    all_finite("weights", weights)?;
    length("returns", returns.len(), weights.len())?;
    at_least("market", market.len(), 2)?;
    all_finite("market", market)?;
    let mut assets = Vec::with_capacity(returns.len());
    for one in returns {
        length("one of the returns", one.len(), market.len())?;
        all_finite("one of the returns", one)?;
        let none = RiskError::Degenerate { argument: "market", problem: "no variance" };
        assets.push(benchmark::beta(one, market).ok_or(none)?);
    }
    let contributions: Vec<f64> = weights.iter().zip(&assets).map(|(w, b)| w * b).collect();
    let portfolio = finite("beta", contributions.iter().sum())?;
    Ok(Beta { portfolio, assets, contributions })
}
