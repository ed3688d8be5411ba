//! Volatility that clusters: GARCH(1,1).
//!
//! Bollerslev 1986, "Generalized autoregressive conditional heteroskedasticity":
//! `v_t = omega + alpha r_(t-1)^2 + beta v_(t-1)`. Returns have mean zero (subtract one
//! before if they have not), in any unit; variances and omega are in its square, per
//! period.

use std::f64::consts::PI;

use numeric::minima::nelder_mead;

use super::{ewma, input};
use crate::RiskError;

/// Fewest returns to fit parameters to.
const FIT_LEAST: usize = 20;

/// Parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Garch {
    /// Constant, above 0.
    pub omega: f64,
    /// Weight of the last squared return, 0 or more.
    pub alpha: f64,
    /// Weight of the last variance, 0 or more.
    pub beta: f64,
}

impl Garch {
    /// `alpha + beta`: below 1 the variance returns to a mean.
    #[must_use]
    pub fn persistence(&self) -> f64 {
        self.alpha + self.beta
    }

    /// The variance of the long run, `omega / (1 - alpha - beta)`; `None` when the
    /// persistence is 1 or more.
    #[must_use]
    pub fn long_run_variance(&self) -> Option<f64> {
        (self.persistence() < 1.0).then(|| self.omega / (1.0 - self.persistence()))
    }

    /// The first variance by the convention of the arch library: one step from
    /// [`ewma::initial_variance`] taken both as the variance and the square before the
    /// first return. `None` without returns.
    #[must_use]
    pub fn first_variance(&self, returns: &[f64]) -> Option<f64> {
        Some(self.omega + self.persistence() * ewma::initial_variance(returns)?)
    }

    fn check(&self) -> Result<(), RiskError> {
        let Self { omega, alpha, beta } = *self;
        input::argument("omega", omega, omega.is_finite() && omega > 0.0, "a finite number above 0")?;
        input::argument("alpha", alpha, alpha.is_finite() && alpha >= 0.0, "a finite number, 0 or more")?;
        input::argument("beta", beta, beta.is_finite() && beta >= 0.0, "a finite number, 0 or more")
    }

    /// Conditional variances: number t is for return t and does not use it; one more than
    /// there are returns, the last for the next period.
    ///
    /// # Errors
    ///
    /// A parameter outside its domain, a first variance not above 0, returns that (or whose squares) are not finite.
    pub fn variances(&self, returns: &[f64], first_variance: f64) -> Result<Vec<f64>, RiskError> {
        self.check()?;
        let sound = first_variance.is_finite() && first_variance > 0.0;
        input::argument("first_variance", first_variance, sound, "a finite number above 0")?;
        input::squarable("returns", returns)?;
        let mut variance = first_variance;
        let mut all = Vec::with_capacity(returns.len() + 1);
        all.push(variance);
        for r in returns {
            variance = self.next(variance, *r);
            all.push(variance);
        }
        Ok(all)
    }

    fn next(&self, variance: f64, r: f64) -> f64 {
        self.omega + self.alpha * (r * r) + self.beta * variance
    }

    /// Log-likelihood of normal returns, `-1/2 sum (ln 2 pi + ln v + r^2 / v)`.
    ///
    /// # Errors
    ///
    /// As [`Self::variances`].
    pub fn log_likelihood(&self, returns: &[f64], first_variance: f64) -> Result<f64, RiskError> {
        let variances = self.variances(returns, first_variance)?;
        let terms = returns.iter().zip(&variances).map(|(r, v)| libm::log(2.0 * PI * v) + r * r / v);
        Ok(-0.5 * terms.sum::<f64>())
    }

    /// Expected variances of the next `steps` periods, from the next period's variance
    /// (the last of [`Self::variances`]): `E v_(h+1) = omega + (alpha + beta) E v_h`. Their sum is
    /// the variance of the return over all of them.
    ///
    /// # Errors
    ///
    /// A parameter outside its domain, a next variance not above 0.
    pub fn forecast(&self, next_variance: f64, steps: usize) -> Result<Vec<f64>, RiskError> {
        self.check()?;
        let sound = next_variance.is_finite() && next_variance > 0.0;
        input::argument("next_variance", next_variance, sound, "a finite number above 0")?;
        let following = |v: &f64| Some(self.omega + self.persistence() * v);
        Ok(std::iter::successors(Some(next_variance), following).take(steps).collect())
    }
}

/// Parameters fitted to returns.
#[derive(Clone, Debug, PartialEq)]
pub struct GarchFit {
    /// The parameters.
    pub garch: Garch,
    /// Their log-likelihood.
    pub log_likelihood: f64,
    /// Conditional variances, [`Garch::variances`] from [`Garch::first_variance`].
    pub variances: Vec<f64>,
}

impl GarchFit {
    /// `6 - 2 ln L`.
    #[must_use]
    pub fn aic(&self) -> f64 {
        6.0 - 2.0 * self.log_likelihood
    }

    /// `3 ln n - 2 ln L`.
    #[must_use]
    pub fn bic(&self) -> f64 {
        3.0 * libm::log((self.variances.len() - 1) as f64) - 2.0 * self.log_likelihood
    }
}

/// Fits by maximum likelihood with normal errors (right for other errors, too, in large
/// samples: Bollerslev and Wooldridge 1992), first variance as [`Garch::first_variance`],
/// within `alpha + beta < 1`.
///
/// Simplex searches from a grid of starts, the best persistence for each of five shares of
/// alpha in it, and along the edges alpha = 0 and alpha + beta = 1 (from below), each begun anew
/// where it ends until nothing is gained. Where returns do not cluster, alpha ends at or near 0 and beta means
/// nothing: look at the likelihood against a constant variance before use.
///
/// # Errors
///
/// Fewer than 20 returns, returns that (or whose squares) are not finite, all of them 0, or no maximum found.
pub fn fit(returns: &[f64]) -> Result<GarchFit, RiskError> {
    input::at_least("returns", returns, FIT_LEAST)?;
    input::squarable("returns", returns)?;
    let degenerate = |problem| RiskError::Degenerate { argument: "returns", problem };
    let largest = returns.iter().fold(0.0_f64, |m, r| if r.abs() > m { r.abs() } else { m });
    if largest == 0.0 {
        return Err(degenerate("all are 0"));
    }
    // In units of their own deviation: the search knows no other.
    let mean_square = returns.iter().map(|r| (r / largest) * (r / largest)).sum::<f64>() / returns.len() as f64;
    let unit = largest * mean_square.sqrt();
    let squares: Vec<f64> = returns.iter().map(|r| (r / unit) * (r / unit)).collect();
    let before = ewma::initial_variance(&returns.iter().map(|r| r / unit).collect::<Vec<_>>())
        .ok_or_else(|| degenerate("their squares overflow"))?;
    let cost = |at: &[f64; 3]| parameters(at).map_or(f64::NAN, |garch| minus_twice_log(&garch, &squares, before));
    let mut best: Option<([f64; 3], f64)> = None;
    let mut keep = |at: [f64; 3], value: f64| {
        if best.is_none_or(|(_, least)| value < least) {
            best = Some((at, value));
        }
    };
    // Where returns hardly cluster there is a maximum at each end of both: a start for each.
    for share in [0.002, 0.03, 0.1, 0.3, 0.9] {
        let of_share = [0.2, 0.7, 0.9, 0.97, 0.995].map(|persistence| {
            let at = [libm::log(1.0 - persistence), logit(persistence), logit(share)];
            (at, cost(&at))
        });
        let (start, value) = of_share.into_iter().fold(of_share[0], |a, b| if b.1 < a.1 { b } else { a });
        let (at, value) = descend(cost, start, value);
        keep(at, value);
    }
    // Along the edges, which the search in the middle only creeps towards: no alpha, a persistence of 1.
    for fall in [-1.0, -3.0, -5.0, -7.0] {
        let (at, value) = descend(|at: &[f64; 2]| cost(&[at[0], at[1], -EDGE]), [fall, -fall], f64::INFINITY);
        keep([at[0], at[1], -EDGE], value);
        let (at, value) = descend(|at: &[f64; 2]| cost(&[at[0], EDGE, at[1]]), [2.0 * fall, fall], f64::INFINITY);
        keep([at[0], EDGE, at[1]], value);
    }
    let found = best.and_then(|(at, value)| Some((parameters(&at)?, value))).filter(|(_, value)| value.is_finite());
    let (mut garch, mut least) = found.ok_or_else(|| degenerate("no maximum of the likelihood was found"))?;
    // The search comes near the edges only: at them, if that is as likely.
    let persistence = garch.persistence();
    for edge in [Garch { alpha: 0.0, beta: persistence, ..garch }, Garch { alpha: persistence, beta: 0.0, ..garch }] {
        let value = minus_twice_log(&edge, &squares, before);
        if value <= least {
            (garch, least) = (edge, value);
        }
    }
    garch.omega *= unit * unit;
    let first = garch.first_variance(returns).ok_or_else(|| degenerate("their squares overflow"))?;
    Ok(GarchFit {
        garch,
        log_likelihood: garch.log_likelihood(returns, first)?,
        variances: garch.variances(returns, first)?,
    })
}

/// Searches from where the last search ended until that gains nothing.
fn descend<const N: usize>(cost: impl Fn(&[f64; N]) -> f64, start: [f64; N], value: f64) -> ([f64; N], f64) {
    let mut best = (start, value);
    for round in 0..30 {
        let size = if round == 0 { 0.5 } else { 0.1 };
        let found = nelder_mead(&cost, best.0, [size; N], 1e-15, 2_000);
        let gained = best.1 - found.value;
        if found.value <= best.1 {
            best = (found.at, found.value);
        }
        if gained <= 1e-11 * best.1.abs() {
            break;
        }
    }
    best
}

fn logit(p: f64) -> f64 {
    libm::log(p / (1.0 - p))
}

/// Log odds of 1.5e-8 less than 1: as near to an edge as data can tell.
const EDGE: f64 = 18.0;

/// Parameters from the logarithm of omega, the log odds of the persistence, and those of
/// alpha's share of it; `None` far outside what data can tell.
fn parameters(at: &[f64; 3]) -> Option<Garch> {
    let odds = |x: f64| 1.0 / (1.0 + libm::exp(-x));
    if at[0].abs() > 60.0 || at[1].abs() > EDGE || at[2].abs() > EDGE {
        return None;
    }
    let (persistence, share) = (odds(at[1]), odds(at[2]));
    Some(Garch { omega: libm::exp(at[0]), alpha: persistence * share, beta: persistence * (1.0 - share) })
}

/// `sum (ln v + r^2 / v)`.
fn minus_twice_log(garch: &Garch, squares: &[f64], before: f64) -> f64 {
    let mut variance = garch.omega + garch.persistence() * before;
    let mut sum = 0.0;
    for square in squares {
        sum += libm::log(variance) + square / variance;
        variance = garch.omega + garch.alpha * square + garch.beta * variance;
    }
    sum
}
