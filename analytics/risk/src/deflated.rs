//! The deflated Sharpe ratio: how much of a best result is the search for it.
//!
//! All Sharpe ratios here are per period (not annualised); kurtosis is raw, 3 for
//! a normal distribution. Source: Bailey and Lopez de Prado 2012, "The Sharpe ratio
//! efficient frontier", and 2014, "The deflated Sharpe ratio".

use std::f64::consts::{E, FRAC_1_SQRT_2, PI};

use statrs::distribution::{ContinuousCDF, Normal};

use crate::finite;

/// Euler-Mascheroni constant.
const GAMMA: f64 = 0.577_215_664_901_532_9;

/// The normal distribution function, to full precision in both tails.
fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z * FRAC_1_SQRT_2)
}

/// The `z` with an upper tail of `p`, for `p` in 0..=0.5; one Newton step after a
/// rational approximation.
fn normal_upper(p: f64) -> f64 {
    let z = -Normal::standard().inverse_cdf(p);
    let density = libm::exp(-0.5 * z * z) / (2.0 * PI).sqrt();
    if density > 0.0 { z + (normal_cdf(-z) - p) / density } else { z }
}

/// The Sharpe ratio that the best of `trials` independent trials without skill is
/// expected to show: `sqrt(V) ((1 - g) N^-1(1 - 1/N) + g N^-1(1 - 1/(N e)))`, `g` the
/// Euler-Mascheroni constant, `V` the variance of the trials' Sharpe ratios.
///
/// `None` below two trials or for a variance below zero.
#[must_use]
pub fn expected_maximum_sharpe(trials: u64, variance: f64) -> Option<f64> {
    if trials < 2 || variance.is_nan() || variance < 0.0 {
        return None;
    }
    let n = trials as f64;
    finite(variance.sqrt() * ((1.0 - GAMMA) * normal_upper(1.0 / n) + GAMMA * normal_upper(1.0 / (n * E))))
}

/// The probability that the true Sharpe ratio is above `benchmark`:
/// `Phi((s - b) sqrt(n - 1) / sqrt(1 - skew s + (kurtosis - 1) / 4 s^2))`.
///
/// `None` below two observations or when the variance of the estimate is not above zero.
#[must_use]
pub fn probabilistic_sharpe_above(
    benchmark: f64,
    sharpe: f64,
    observations: u64,
    skew: f64,
    kurtosis: f64,
) -> Option<f64> {
    let variance = 1.0 - skew * sharpe + (kurtosis - 1.0) / 4.0 * sharpe * sharpe;
    if observations < 2 || variance.is_nan() || variance <= 0.0 {
        return None;
    }
    let z = finite((sharpe - benchmark) * ((observations - 1) as f64).sqrt() / variance.sqrt())?;
    finite(normal_cdf(z))
}

/// The deflated Sharpe ratio: the probability that the true Sharpe ratio of the
/// best of `trials` is above what the best of as many trials without skill shows.
///
/// `variance` is that of the trials' Sharpe ratios per period.
#[must_use]
pub fn deflated_sharpe(
    sharpe: f64,
    observations: u64,
    skew: f64,
    kurtosis: f64,
    trials: u64,
    variance: f64,
) -> Option<f64> {
    let threshold = expected_maximum_sharpe(trials, variance)?;
    probabilistic_sharpe_above(threshold, sharpe, observations, skew, kurtosis)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = include_str!("../tests/golden/deflated_sharpe.csv");

    #[test]
    fn the_reference_table() {
        let mut rows = 0;
        for line in TABLE.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let number = |i: usize| cells[i].parse::<f64>().expect("a number");
            let count = |i: usize| cells[i].parse::<u64>().expect("a count");
            let (s, n, skew, kurtosis, trials, variance) =
                (number(1), count(2), number(3), number(4), count(5), number(6));
            let same = |name: &str, found: Option<f64>, expected: &str| {
                let expected: Option<f64> = expected.parse().ok();
                let fits = match (found, expected) {
                    (Some(a), Some(b)) => (a - b).abs() <= 1e-12,
                    (a, b) => a.is_none() && b.is_none(),
                };
                assert!(fits, "{} {name}: {found:?}, expected {expected:?}", cells[0]);
            };
            same("sr0", expected_maximum_sharpe(trials, variance), cells[7]);
            same("psr", probabilistic_sharpe_above(0.0, s, n, skew, kurtosis), cells[8]);
            same("dsr", deflated_sharpe(s, n, skew, kurtosis, trials, variance), cells[9]);
            rows += 1;
        }
        assert_eq!(rows, 46);
    }

    #[test]
    fn what_is_undefined() {
        assert_eq!(expected_maximum_sharpe(1, 0.01), None);
        assert_eq!(expected_maximum_sharpe(0, 0.01), None);
        assert_eq!(expected_maximum_sharpe(10, -0.01), None);
        assert_eq!(expected_maximum_sharpe(10, f64::NAN), None);
        assert_eq!(expected_maximum_sharpe(10, 0.0), Some(0.0));
        assert_eq!(probabilistic_sharpe_above(0.0, 0.1, 1, 0.0, 3.0), None);
        assert_eq!(probabilistic_sharpe_above(0.0, 1.0, 100, 9.0, 3.0), None);
        assert_eq!(deflated_sharpe(f64::NAN, 100, 0.0, 3.0, 10, 0.01), None);
    }

    #[test]
    fn more_trials_deflate_more() {
        let dsr = |trials| deflated_sharpe(0.1, 1_000, -0.5, 5.0, trials, 0.001).expect("defined");
        assert!(dsr(2) > dsr(10) && dsr(10) > dsr(1_000) && dsr(1_000) > dsr(1_000_000_000_000));
    }
}
