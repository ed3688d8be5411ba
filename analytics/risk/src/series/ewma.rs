//! Exponentially weighted variances and covariances (J.P. Morgan 1996, "RiskMetrics
//! Technical Document", chapter 5).
//!
//! Returns are taken as they are, without subtracting a mean, in any unit; variances
//! are in its square, per period. Lambda, above 0 and below 1, is the weight of the
//! past: 0.94 is RiskMetrics' for days.

use super::input;
use crate::RiskError;

fn check_lambda(lambda: f64) -> Result<(), RiskError> {
    input::argument("lambda", lambda, lambda > 0.0 && lambda < 1.0, "a number above 0 and below 1")
}

/// Forecasts: `v_t = lambda v_(t-1) + (1 - lambda) r_(t-1)^2` from `v_0 = initial_variance`.
///
/// Variance t is for return t and does NOT use it. One more than there are returns: the
/// last is the forecast of the next period.
///
/// # Errors
///
/// Lambda outside its domain, an initial variance below 0 or not finite, returns that (or whose squares) are not finite.
pub fn forecasts(returns: &[f64], lambda: f64, initial_variance: f64) -> Result<Vec<f64>, RiskError> {
    check_lambda(lambda)?;
    let sound = initial_variance.is_finite() && initial_variance >= 0.0;
    input::argument("initial_variance", initial_variance, sound, "a finite number, 0 or more")?;
    input::squarable("returns", returns)?;
    let mut variance = initial_variance;
    let mut all = Vec::with_capacity(returns.len() + 1);
    all.push(variance);
    for r in returns {
        variance = lambda * variance + (1.0 - lambda) * (r * r);
        all.push(variance);
    }
    Ok(all)
}

/// Averages: `v_t = lambda v_(t-1) + (1 - lambda) r_t^2` from `v_0 = r_0^2`.
///
/// Variance t DOES use return t, and stands beside it: as many as there are returns.
/// (`ewm(alpha = 1 - lambda, adjust = False)` of the squares in pandas.)
///
/// # Errors
///
/// Lambda outside its domain, returns that (or whose squares) are not finite.
pub fn averages(returns: &[f64], lambda: f64) -> Result<Vec<f64>, RiskError> {
    check_lambda(lambda)?;
    input::squarable("returns", returns)?;
    let Some((first, later)) = returns.split_first() else {
        return Ok(Vec::new());
    };
    // A forecast for the next period is the average up to this one.
    forecasts(later, lambda, first * first)
}

/// A variance to begin with: the average of the first 75 squares (or fewer) with weights
/// `0.94^t`, the earliest most. `None` without returns or when it is not finite.
///
/// The convention ("backcast") of the arch library. It looks ahead: what is forecast
/// within those first returns is no test out of sample.
#[must_use]
pub fn initial_variance(returns: &[f64]) -> Option<f64> {
    let (mut weight, mut weights, mut sum) = (1.0, 0.0, 0.0);
    for r in returns.iter().take(75) {
        sum += weight * (r * r);
        weights += weight;
        weight *= 0.94;
    }
    crate::finite(sum / weights)
}

/// Exponentially weighted covariance matrix of several series, one period at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct EwmaCovariance {
    lambda: f64,
    members: usize,
    /// Row by row; empty before the first period.
    matrix: Vec<f64>,
}

impl EwmaCovariance {
    /// Of so many series, nothing seen yet. The first period's products begin it: the
    /// estimate means little before about `1 / (1 - lambda)` periods.
    ///
    /// # Errors
    ///
    /// Lambda outside its domain, no member.
    pub fn new(members: usize, lambda: f64) -> Result<Self, RiskError> {
        check_lambda(lambda)?;
        input::argument("members", members as f64, members > 0, "1 or more")?;
        Ok(Self { lambda, members, matrix: Vec::new() })
    }

    /// Begins with a covariance matrix, row by row, instead of the first period's products.
    ///
    /// # Errors
    ///
    /// As [`Self::new`]; a matrix of another size, not finite, or not symmetric.
    pub fn with_initial(members: usize, lambda: f64, initial: &[f64]) -> Result<Self, RiskError> {
        let new = Self::new(members, lambda)?;
        input::same_length("initial", initial, "members squared", members * members)?;
        input::finite("initial", initial)?;
        for index in 0..initial.len() {
            let (i, j) = (index / members, index % members);
            if initial[index] != initial[j * members + i] || (i == j && initial[index] < 0.0) {
                let expected = "a symmetric matrix with a diagonal of 0 or more";
                return Err(RiskError::Element { argument: "initial", index, found: initial[index], expected });
            }
        }
        Ok(Self { matrix: initial.to_vec(), ..new })
    }

    /// Takes in one period: a return of each member. `C = lambda C + (1 - lambda) r r'`.
    ///
    /// # Errors
    ///
    /// Another number of returns than members, or one that (or whose square) is not finite; the estimate
    /// is then as before.
    pub fn update(&mut self, returns: &[f64]) -> Result<(), RiskError> {
        input::same_length("returns", returns, "members", self.members)?;
        input::squarable("returns", returns)?;
        let (keep, new) = if self.matrix.is_empty() { (0.0, 1.0) } else { (self.lambda, 1.0 - self.lambda) };
        self.matrix.resize(self.members * self.members, 0.0);
        for (row, a) in self.matrix.chunks_exact_mut(self.members).zip(returns) {
            for (c, b) in row.iter_mut().zip(returns) {
                *c = keep * *c + new * (a * b);
            }
        }
        Ok(())
    }

    /// The covariance matrix, row by row; `None` before the first period.
    #[must_use]
    pub fn covariance(&self) -> Option<&[f64]> {
        (!self.matrix.is_empty()).then_some(&self.matrix)
    }

    /// The correlation matrix, row by row, ones on its diagonal. `None` before the first
    /// period, and while a member's variance is zero or not finite.
    #[must_use]
    pub fn correlation(&self) -> Option<Vec<f64>> {
        let n = self.members;
        let matrix = self.covariance()?;
        let deviations: Vec<f64> = (0..n).map(|i| matrix[i * n + i].sqrt()).collect();
        if deviations.iter().any(|d| !(d.is_finite() && *d > 0.0)) {
            return None;
        }
        let of = |i: usize, j: usize| {
            if i == j { 1.0 } else { (matrix[i * n + j] / deviations[i] / deviations[j]).clamp(-1.0, 1.0) }
        };
        Some((0..n * n).map(|k| of(k / n, k % n)).collect())
    }
}

/// [`EwmaCovariance`] after all of `series`, each one member's returns, oldest first.
///
/// # Errors
///
/// Lambda outside its domain, no series, no returns, lengths that differ, returns that (or whose squares) are not finite.
pub fn covariance(series: &[&[f64]], lambda: f64) -> Result<EwmaCovariance, RiskError> {
    let mut estimate = EwmaCovariance::new(series.len(), lambda)?;
    let periods = series[0].len();
    input::at_least(input::member(0), series[0], 1)?;
    for (i, of) in series.iter().enumerate() {
        input::same_length(input::member(i), of, input::member(0), periods)?;
        input::squarable(input::member(i), of)?;
    }
    for t in 0..periods {
        let returns: Vec<f64> = series.iter().map(|of| of[t]).collect();
        estimate.update(&returns)?;
    }
    Ok(estimate)
}
