//! How much of a Sharpe ratio is luck: the probabilistic and the deflated Sharpe
//! ratio, and how long a record must be.
//!
//! Sharpe ratios here are per period, NOT annualised; kurtosis is raw (a normal
//! distribution has 3, not 0).
//!
//! Sources: Bailey and Lopez de Prado 2012, "The Sharpe ratio efficient frontier"
//! (probabilistic Sharpe, minimum track record); 2014, "The deflated Sharpe ratio".

use std::f64::consts::E;

use numeric::normal;

use crate::finite;

/// The Euler-Mascheroni constant.
const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;

/// A Sharpe ratio per period, and the moments that its error depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Sharpe ratio per period.
    pub sharpe: f64,
    /// Number of returns it was estimated from.
    pub periods: usize,
    /// Skewness of the returns.
    pub skew: f64,
    /// Raw kurtosis of the returns: 3 for a normal distribution.
    pub kurtosis: f64,
}

impl Estimate {
    /// Variance of the estimate times (periods - 1):
    /// `1 - skew s + (kurtosis - 1)/4 s^2`. `None` when not above zero (no
    /// distribution has such moments) or not finite.
    fn variance(&self) -> Option<f64> {
        let s = self.sharpe;
        finite(1.0 - self.skew * s + (self.kurtosis - 1.0) / 4.0 * s * s).filter(|v| *v > 0.0)
    }

    /// Probability, 0 to 1, that the true Sharpe ratio is above `threshold` (per
    /// period): `Phi((s - threshold) sqrt(T - 1) / sqrt(1 - skew s + (kurtosis - 1)/4 s^2))`
    /// (2012, equation 9). `None` below two periods or with moments that cannot be.
    #[must_use]
    pub fn probability_above(&self, threshold: f64) -> Option<f64> {
        let periods = self.periods.checked_sub(1).filter(|n| *n > 0)? as f64;
        let z = finite((self.sharpe - threshold) * periods.sqrt() / self.variance()?.sqrt())?;
        Some(normal::cdf(z))
    }

    /// The deflated Sharpe ratio: [`Self::probability_above`] what the best of
    /// `trials` worthless strategies is expected to show
    /// ([`expected_best_sharpe`], 2014, equation 9). A probability.
    #[must_use]
    pub fn deflated(&self, trials: u64, variance_of_trials: f64) -> Option<f64> {
        self.probability_above(expected_best_sharpe(trials, variance_of_trials)?)
    }

    /// Periods needed to say with `confidence` (such as 0.95) that the true Sharpe
    /// ratio is above `threshold`: `1 + (1 - skew s + (kurtosis - 1)/4 s^2)
    /// (z / (s - threshold))^2` (2012, equation 11). `None` when the estimate is
    /// not above the threshold, or the confidence is not in 0.5..1.
    #[must_use]
    pub fn minimum_periods(&self, threshold: f64, confidence: f64) -> Option<f64> {
        let ahead = self.sharpe - threshold;
        if ahead.is_nan() || ahead <= 0.0 || !(0.5..1.0).contains(&confidence) {
            return None;
        }
        let z = normal::quantile(confidence)?;
        finite(1.0 + self.variance()? * (z / ahead) * (z / ahead))
    }
}

/// The Sharpe ratio per period that the best of `trials` independent strategies
/// without skill is expected to show, when the trials' Sharpe ratios have the
/// variance `variance_of_trials` (a variance, not a deviation):
/// `sqrt(V) ((1 - g) N^-1(1 - 1/n) + g N^-1(1 - 1/(n e)))`, g the Euler-Mascheroni
/// constant (2014, equation 6). `None` below two trials, where the expectation of
/// a maximum means nothing, or with a variance that is negative or not finite.
#[must_use]
pub fn expected_best_sharpe(trials: u64, variance_of_trials: f64) -> Option<f64> {
    if trials < 2 || variance_of_trials.is_nan() || variance_of_trials < 0.0 {
        return None;
    }
    // The upper tail by symmetry: 1 - 1/n has lost the digits of 1/n.
    let upper = |tail: f64| normal::quantile(tail).map(|z| -z);
    let n = trials as f64;
    let best = (1.0 - EULER_GAMMA) * upper(1.0 / n)? + EULER_GAMMA * upper(1.0 / (n * E))?;
    finite(variance_of_trials.sqrt() * best)
}

/// Years of backtest below which the best of `trials` worthless strategies is
/// expected to show at least the annualised Sharpe ratio `sharpe`: a shorter one
/// proves nothing. `(best / sharpe)^2` with `best` of [`expected_best_sharpe`] at the
/// variance 1 (Bailey, Borwein, Lopez de Prado and Zhu 2014, "Pseudo-mathematics
/// and financial charlatanism", theorem 1). `None` below two trials or when
/// `sharpe` is not above zero.
#[must_use]
pub fn minimum_backtest_years(trials: u64, sharpe: f64) -> Option<f64> {
    if sharpe.is_nan() || sharpe <= 0.0 {
        return None;
    }
    let share = expected_best_sharpe(trials, 1.0)? / sharpe;
    finite(share * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAPER: Estimate = Estimate { sharpe: 0.158, periods: 1250, skew: -3.0, kurtosis: 10.0 };

    #[test]
    fn more_trials_deflate_more() {
        let chances: Vec<f64> =
            [2, 10, 100, 10_000].iter().map(|n| PAPER.deflated(*n, 0.002).expect("defined")).collect();
        assert!(chances.is_sorted_by(|a, b| a > b), "{chances:?}");
        // Trials that are all alike deflate nothing.
        assert_eq!(PAPER.deflated(100, 0.0), PAPER.probability_above(0.0));
    }

    #[test]
    fn a_record_of_the_minimum_length_has_the_confidence() {
        let periods = PAPER.minimum_periods(0.05, 0.95).expect("ahead");
        let at = |n: f64| Estimate { periods: n as usize, ..PAPER }.probability_above(0.05).expect("defined");
        assert!(at(periods.floor()) < 0.95 && at(periods.ceil()) >= 0.95);
    }

    #[test]
    fn a_backtest_must_be_longer_the_more_was_tried() {
        // The paper: with five years of data, no more than 45 independent trials for a Sharpe ratio of 1.
        let years = |trials| minimum_backtest_years(trials, 1.0).expect("defined");
        assert!(years(45) < 5.0 && years(46) > 4.9 && years(47) > 5.0, "{} {}", years(45), years(46));
        // Below the bound 2 ln N.
        assert!(years(1_000) < 2.0 * 1_000_f64.ln());
        assert_eq!(minimum_backtest_years(1, 1.0), None);
        assert_eq!(minimum_backtest_years(10, 0.0), None);
        assert_eq!(minimum_backtest_years(10, f64::NAN), None);
    }

    #[test]
    fn what_means_nothing_is_undefined() {
        assert_eq!(expected_best_sharpe(1, 0.1), None);
        assert_eq!(expected_best_sharpe(10, -0.1), None);
        assert_eq!(expected_best_sharpe(10, f64::NAN), None);
        assert_eq!(PAPER.minimum_periods(0.2, 0.95), None);
        assert_eq!(PAPER.minimum_periods(0.0, 1.0), None);
        assert_eq!(Estimate { periods: 1, ..PAPER }.probability_above(0.0), None);
        // A skew of 9 needs a kurtosis of 82 at least.
        assert_eq!(Estimate { sharpe: 0.5, skew: 9.0, ..PAPER }.probability_above(0.0), None);
        assert_eq!(Estimate { sharpe: f64::NAN, ..PAPER }.probability_above(0.0), None);
    }
}
