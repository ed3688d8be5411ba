//! Statistics against a benchmark. Both slices are per-period returns of the
//! same periods; slices of different lengths have no statistics.

use crate::finite;
use crate::moments::{NOISE, deviation, mean, squares};

/// `cov(r, b) / var(b)` (CAPM, Sharpe 1964); `None` at zero benchmark variance.
#[must_use]
pub fn beta(returns: &[f64], benchmark: &[f64]) -> Option<f64> {
    if returns.len() != benchmark.len() || returns.len() < 2 {
        return None;
    }
    let (r, b) = (mean(returns)?, mean(benchmark)?);
    let variance = squares(benchmark)?;
    if (variance / returns.len() as f64).sqrt() <= NOISE {
        return None;
    }
    let product: f64 = returns.iter().zip(benchmark).map(|(x, y)| (x - r) * (y - b)).sum();
    finite(product / variance)
}

/// Annualised alpha without a risk-free rate:
/// `(1 + mean(r - beta b))^periods_per_year - 1` (Jensen 1968, as in empyrical).
#[must_use]
pub fn alpha(returns: &[f64], benchmark: &[f64], periods_per_year: f64) -> Option<f64> {
    let beta = beta(returns, benchmark)?;
    let per_period = mean(returns)? - beta * mean(benchmark)?;
    finite(libm::pow(1.0 + per_period, periods_per_year) - 1.0)
}

/// Pearson's correlation of the returns, -1 to 1; `None` when either has no variance.
#[must_use]
pub fn correlation(returns: &[f64], benchmark: &[f64]) -> Option<f64> {
    let beta = beta(returns, benchmark)?;
    let own = deviation(returns).filter(|d| *d > NOISE)?;
    let value = finite(beta * deviation(benchmark)? / own)?;
    // Rounding may step over the bounds.
    Some(value.clamp(-1.0, 1.0))
}

/// Annualised tracking error `std(r - b) * sqrt(periods_per_year)`, std with
/// n - 1 (Grinold and Kahn 1999); zero for the benchmark itself.
#[must_use]
pub fn tracking_error(returns: &[f64], benchmark: &[f64], periods_per_year: f64) -> Option<f64> {
    if returns.len() != benchmark.len() {
        return None;
    }
    let active: Vec<f64> = returns.iter().zip(benchmark).map(|(r, b)| r - b).collect();
    finite(deviation(&active)? * periods_per_year.sqrt())
}

/// `mean(r - b) / std(r - b)` with n - 1, per period, not annualised
/// (Goodwin 1998, "The information ratio").
#[must_use]
pub fn information_ratio(returns: &[f64], benchmark: &[f64]) -> Option<f64> {
    if returns.len() != benchmark.len() {
        return None;
    }
    let active: Vec<f64> = returns.iter().zip(benchmark).map(|(r, b)| r - b).collect();
    let deviation = deviation(&active).filter(|d| *d > NOISE)?;
    finite(mean(&active)? / deviation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leveraged_benchmark_has_its_leverage_as_beta() {
        let b = [0.01, -0.02, 0.03, 0.0];
        let r: Vec<f64> = b.iter().map(|x| 2.0 * x).collect();
        let beta = beta(&r, &b).expect("defined");
        assert!((beta - 2.0).abs() < 1e-12);
        assert!(alpha(&r, &b, 252.0).expect("defined").abs() < 1e-12);
    }

    #[test]
    fn correlation_and_tracking_error() {
        let b = [0.01, -0.02, 0.03, 0.0];
        let against: Vec<f64> = b.iter().map(|x| 0.01 - 3.0 * x).collect();
        assert!((correlation(&against, &b).expect("defined") + 1.0).abs() < 1e-12);
        assert_eq!(correlation(&b, &b), Some(1.0));
        assert_eq!(correlation(&[0.1; 4], &b), None);
        assert_eq!(tracking_error(&b, &b, 252.0), Some(0.0));
        let ahead = [0.02, -0.02, 0.04, 0.0];
        // 0.01, 0, 0.01, 0 apart.
        let expected = (4.0 * 0.005_f64.powi(2) / 3.0).sqrt() * 2.0;
        assert!((tracking_error(&ahead, &b, 4.0).expect("defined") - expected).abs() < 1e-15);
        assert_eq!(tracking_error(&b, &[], 4.0), None);
    }

    #[test]
    fn undefined_cases() {
        assert_eq!(beta(&[0.1, 0.2], &[0.1]), None);
        assert_eq!(beta(&[0.1, 0.2], &[0.1, 0.1]), None);
        assert_eq!(information_ratio(&[0.1, 0.2], &[0.1, 0.2]), None);
        assert_eq!(alpha(&[], &[], 252.0), None);
    }
}
