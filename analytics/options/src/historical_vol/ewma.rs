//! Exponentially weighted volatility, in both conventions that are in use.
//!
//! Both follow RiskMetrics (J.P. Morgan and Reuters 1996, "Technical Document",
//! 4th edition, section 5.2): variance = lambda * variance before + (1 - lambda) *
//! squared return, mean taken as zero. They differ in whether the row of a return
//! knows that return, and in how they start. Results are per period, in the unit of
//! the returns (percent in, percent out): times the square root of the periods in a
//! year for a volatility per year.
//!
//! A return that is not finite, or whose square is not, makes its own row (filtered) or the next row
//! (forecast) `NaN`; the variance goes on from what it was before.

use super::HistoryError;

/// `ln(above / below)`, accurate also where the two are nearly equal.
pub(super) fn log_ratio(above: f64, below: f64) -> f64 {
    let ratio = above / below;
    if (0.5..=2.0).contains(&ratio) {
        libm::log1p((above - below) / below)
    } else if ratio.is_normal() {
        libm::log(ratio)
    } else {
        libm::log(above) - libm::log(below)
    }
}

/// The logarithmic returns of consecutive prices, one fewer than there are prices.
///
/// # Errors
/// Names the first price that is not finite and above 0.
pub fn log_returns(prices: &[f64]) -> Result<Vec<f64>, HistoryError> {
    if let Some((bar, &found)) = prices.iter().enumerate().find(|(_, p)| !(p.is_finite() && **p > 0.0)) {
        return Err(HistoryError::Price { column: "prices", bar, found });
    }
    Ok(prices.iter().zip(prices.iter().skip(1)).map(|(before, now)| log_ratio(*now, *before)).collect())
}

/// Volatility forecast *for* each row from the returns before it: row t does not
/// know return t, row 0 is the square root of `initial_variance`.
///
/// This is the convention of RiskMetrics' forecast and of the Python package arch,
/// whose initial variance is [`backcast`].
///
/// # Errors
/// When `lambda` is not above 0 and below 1, or `initial_variance` is negative or
/// not finite.
pub fn ewma_forecast(returns: &[f64], lambda: f64, initial_variance: f64) -> Result<Vec<f64>, HistoryError> {
    check_lambda(lambda)?;
    if !(initial_variance.is_finite() && initial_variance >= 0.0) {
        let expected = "a finite number, 0 or more";
        return Err(HistoryError::Argument { argument: "initial_variance", found: initial_variance, expected });
    }
    let mut variance = initial_variance;
    let mut known = true;
    let rows = returns.iter().map(|x| {
        let row = if known { variance.sqrt() } else { f64::NAN };
        known = (x * x).is_finite();
        if known {
            variance = lambda * variance + (1.0 - lambda) * (x * x);
        }
        row
    });
    Ok(rows.collect())
}

/// Volatility *at* each row: row t knows return t, and the first variance is the
/// square of the first return.
///
/// This is pandas' `ewm(alpha = 1 - lambda, adjust = False)` of the squared returns.
///
/// # Errors
/// When `lambda` is not above 0 and below 1.
pub fn ewma_filtered(returns: &[f64], lambda: f64) -> Result<Vec<f64>, HistoryError> {
    check_lambda(lambda)?;
    let mut variance = None;
    let rows = returns.iter().map(|x| {
        if !(x * x).is_finite() {
            return f64::NAN;
        }
        let now = variance.map_or(x * x, |before| lambda * before + (1.0 - lambda) * (x * x));
        variance = Some(now);
        now.sqrt()
    });
    Ok(rows.collect())
}

/// An initial variance from the first returns: the mean of the first 75 squares
/// weighted 0.94^i, as the Python package arch starts all its models.
///
/// # Errors
/// Without returns, or when one of the first 75, or its square, is not finite.
pub fn backcast(returns: &[f64]) -> Result<f64, HistoryError> {
    let (mut weight, mut weights, mut sum) = (1.0, 0.0, 0.0);
    for (row, &found) in returns.iter().enumerate().take(75) {
        if !(found * found).is_finite() {
            let expected = "a finite number with a finite square";
            return Err(HistoryError::Return { row, found, expected });
        }
        sum += weight * (found * found);
        weights += weight;
        weight *= 0.94;
    }
    if weights == 0.0 {
        return Err(HistoryError::TooFew { estimator: "backcast", found: 0, expected: 1 });
    }
    Ok(sum / weights)
}

fn check_lambda(lambda: f64) -> Result<(), HistoryError> {
    if lambda > 0.0 && lambda < 1.0 {
        return Ok(());
    }
    Err(HistoryError::Argument { argument: "lambda", found: lambda, expected: "a number above 0 and below 1" })
}
