//! Did a VaR hold? Tests of how often and in what order losses exceeded it.
//!
//! Kupiec 1995, "Techniques for verifying the accuracy of risk measurement
//! models" (proportion of failures); Christoffersen 1998, "Evaluating interval
//! forecasts" (independence, conditional coverage). Statistics are likelihood
//! ratios, p-values from the chi-squared distribution that they follow when
//! there are many days; with few exceptions they say little.

use crate::{RiskError, check};

/// A likelihood ratio and the chance of one as large if the VaR is right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LikelihoodRatio {
    /// `-2 ln(likelihood under the hypothesis / best likelihood)`, 0 or more.
    pub statistic: f64,
    /// Chance, 0 to 1: below 0.05 the hypothesis is usually rejected.
    pub p_value: f64,
}

/// The tests of one series of exceptions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backtest {
    /// Days.
    pub days: usize,
    /// Days on which the loss exceeded the VaR.
    pub exceptions: usize,
    /// Exceptions to be expected: `days x (1 - confidence)`.
    pub expected: f64,
    /// Kupiec's proportion of failures: is their number right? One degree of freedom.
    pub proportion_of_failures: LikelihoodRatio,
    /// Christoffersen's independence: is an exception as likely after one as after none? One
    /// degree of freedom. `None` with one day.
    pub independence: Option<LikelihoodRatio>,
    /// Both together: the sum of the two statistics, two degrees of freedom. `None` with one day.
    pub conditional_coverage: Option<LikelihoodRatio>,
}

/// Days on which the loss (positive) exceeded that day's VaR, both in the same unit.
///
/// # Errors
/// Lengths that differ, an element that is not finite.
pub fn exceptions(losses: &[f64], var: &[f64]) -> Result<Vec<bool>, RiskError> {
    check::length("var", var.len(), losses.len())?;
    check::all_finite("losses", losses)?;
    check::all_finite("var", var)?;
    Ok(losses.iter().zip(var).map(|(loss, var)| loss > var).collect())
}

/// Tests of a VaR at `confidence`, from whether each day's loss exceeded it, in order of time.
///
/// # Errors
/// No day, a confidence outside 0 to 1.
pub fn backtest(exceptions: &[bool], confidence: f64) -> Result<Backtest, RiskError> {
    let tail = check::tail(confidence)?;
    let days = exceptions.len();
    if days == 0 {
        return Err(RiskError::Length { argument: "exceptions", found: 0, expected: "1 or more".to_owned() });
    }
    let count = exceptions.iter().filter(|e| **e).count();
    let coverage = ratio(log_likelihood(days, count, tail), best(days, count));
    let proportion_of_failures = LikelihoodRatio { statistic: coverage, p_value: libm::erfc((coverage / 2.0).sqrt()) };

    // Days by what the day before was.
    let mut after = [[0_usize; 2]; 2];
    for pair in exceptions.windows(2) {
        after[usize::from(pair[0])][usize::from(pair[1])] += 1;
    }
    let [[quiet, began], [ended, went_on]] = after;
    let apart = best(quiet + began, began) + best(ended + went_on, went_on);
    let dependence = ratio(best(days - 1, began + went_on), apart);
    let together = coverage + dependence;
    let defined = days > 1;
    Ok(Backtest {
        days,
        exceptions: count,
        expected: days as f64 * tail,
        proportion_of_failures,
        independence: defined
            .then(|| LikelihoodRatio { statistic: dependence, p_value: libm::erfc((dependence / 2.0).sqrt()) }),
        conditional_coverage: defined
            .then(|| LikelihoodRatio { statistic: together, p_value: libm::exp(-together / 2.0) }),
    })
}

/// Log of `(1 - p)^(n - k) p^k`; a power of zero times is one.
fn log_likelihood(n: usize, k: usize, p: f64) -> f64 {
    let term = |times: usize, log: f64| if times == 0 { 0.0 } else { times as f64 * log };
    term(n - k, libm::log1p(-p)) + term(k, libm::log(p))
}

/// The highest log likelihood, at `p = k / n`.
fn best(n: usize, k: usize) -> f64 {
    if n == 0 { 0.0 } else { log_likelihood(n, k, k as f64 / n as f64) }
}

/// The likelihood ratio; rounding may not take it below zero.
fn ratio(under: f64, best: f64) -> f64 {
    (-2.0 * (under - best)).max(0.0)
}
