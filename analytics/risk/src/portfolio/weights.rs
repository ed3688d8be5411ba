//! Weights, concentration, leverage.

use crate::RiskError;
use crate::check::{all_finite, at_least, checked, finite, positive};

/// How far a sum of weights may be from 1: weights printed with six digits.
const SUM: f64 = 1e-5;

/// Values over their sum.
///
/// # Errors
/// No values, one that is not finite, a sum that is not above zero (a book that is
/// short on balance has no such weights: divide by its equity instead).
pub fn weights(values: &[f64]) -> Result<Vec<f64>, RiskError> {
    at_least("values", values.len(), 1)?;
    all_finite("values", values)?;
    let sum = positive("sum of values", values.iter().sum())?;
    Ok(values.iter().map(|v| v / sum).collect())
}

/// That weights are finite and sum to 1 within 1e-5. They may be negative.
///
/// # Errors
/// No weights, one that is not finite, another sum.
pub fn check_weights(weights: &[f64]) -> Result<(), RiskError> {
    at_least("weights", weights.len(), 1)?;
    all_finite("weights", weights)?;
    let sum: f64 = weights.iter().sum();
    checked("sum of weights", sum, (sum - 1.0).abs() <= SUM, "1 (to 1e-5)").map(|_| ())
}

/// How much rests on few holdings. Shares are absolute values over their sum, so
/// that longs and shorts do not cancel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Concentration {
    /// Herfindahl-Hirschman index, the sum of squared shares (Hirschman 1964, "The
    /// paternity of an index"): `1 / n` when all are equal, 1 for a single holding.
    pub herfindahl: f64,
    /// `1 / herfindahl`: so many equal holdings are as concentrated.
    pub effective_number: f64,
    /// The largest share.
    pub largest: f64,
    /// Which holding has it; the first of equal ones.
    pub largest_index: usize,
}

/// The concentration of values or weights, of any sign.
///
/// # Errors
/// No values, one that is not finite, all zero.
pub fn concentration(values: &[f64]) -> Result<Concentration, RiskError> {
    at_least("values", values.len(), 1)?;
    all_finite("values", values)?;
    let most = values.iter().fold(0.0_f64, |most, v| most.max(v.abs()));
    positive("sum of absolute values", most)?;
    // By the largest, so that nothing overflows.
    let parts: Vec<f64> = values.iter().map(|v| (v / most).abs()).collect();
    let sum: f64 = parts.iter().sum();
    let herfindahl = parts.iter().map(|p| (p / sum) * (p / sum)).sum::<f64>();
    let largest_index = parts.iter().position(|p| *p == 1.0).unwrap_or(0);
    Ok(Concentration { herfindahl, effective_number: 1.0 / herfindahl, largest: 1.0 / sum, largest_index })
}

/// What is held over what is owned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leverage {
    /// Sum of the long exposures, 0 or more, in money.
    pub long: f64,
    /// Sum of the short exposures, 0 or less, in money.
    pub short: f64,
    /// `(long - short) / equity`.
    pub gross: f64,
    /// `(long + short) / equity`.
    pub net: f64,
}

/// Leverage of exposures (money at risk in the market, of either sign; notional
/// for futures, delta times spot for options) on an equity.
///
/// # Errors
/// An exposure that is not finite, an equity not above zero.
pub fn leverage(exposures: &[f64], equity: f64) -> Result<Leverage, RiskError> {
    all_finite("exposures", exposures)?;
    positive("equity", equity)?;
    let long = exposures.iter().filter(|x| **x > 0.0).sum::<f64>() + 0.0;
    let short = exposures.iter().filter(|x| **x < 0.0).sum::<f64>() + 0.0;
    let gross = finite("gross leverage", (long - short) / equity)?;
    Ok(Leverage { long, short, gross, net: (long + short) / equity })
}
