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
    finite((1.0 + per_period).powf(periods_per_year) - 1.0)
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
    fn undefined_cases() {
        assert_eq!(beta(&[0.1, 0.2], &[0.1]), None);
        assert_eq!(beta(&[0.1, 0.2], &[0.1, 0.1]), None);
        assert_eq!(information_ratio(&[0.1, 0.2], &[0.1, 0.2]), None);
        assert_eq!(alpha(&[], &[], 252.0), None);
    }
}
