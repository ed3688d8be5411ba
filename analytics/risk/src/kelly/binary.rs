//! A bet with two outcomes.

use super::{Estimate, shrinkage};
use crate::RiskError;
use crate::check::{checked, positive};
use crate::covariance::linear::Double;

/// A bet that wins or loses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bet {
    /// Chance to win, 0 to 1.
    pub probability: f64,
    /// Won per unit staked, above 0 (net odds: 1.5 pays back 2.5).
    pub win: f64,
    /// Lost per unit staked, above 0 (1 = the stake).
    pub loss: f64,
}

impl Bet {
    /// A bet whose chance is what so many wins in so many trials leave to believe:
    /// `(wins + 1) / (trials + 2)`, the rule of succession (Laplace 1774), the mean
    /// under a uniform prior. Never 0 or 1, however few the trials.
    ///
    /// # Errors
    /// More wins than trials.
    pub fn from_counts(wins: u64, trials: u64, win: f64, loss: f64) -> Result<Self, RiskError> {
        checked("wins", wins as f64, wins <= trials, "not more than the trials")?;
        let bet = Self { probability: (wins as f64 + 1.0) / (trials as f64 + 2.0), win, loss };
        bet.check().map(|()| bet)
    }

    /// The fraction of such a bet with its error: [`Self::from_counts`], and the standard
    /// deviation of the chance under the same prior, `sqrt(p (1 - p) / (trials + 3))` (the
    /// beta distribution; Gelman et al. 2013, "Bayesian Data Analysis", section 2.4), times `1 / win + 1 / loss`.
    ///
    /// # Errors
    /// As [`Self::from_counts`].
    pub fn estimate(wins: u64, trials: u64, win: f64, loss: f64) -> Result<Estimate, RiskError> {
        let bet = Self::from_counts(wins, trials, win, loss)?;
        let p = bet.probability;
        let error = (p * (1.0 - p) / (trials as f64 + 3.0)).sqrt() * (1.0 / win + 1.0 / loss);
        let observations = usize::try_from(trials).unwrap_or(usize::MAX);
        Ok(Estimate { fraction: bet.fraction()?, error: Some(error).filter(|e| e.is_finite()), observations })
    }

    fn check(&self) -> Result<(), RiskError> {
        checked("probability", self.probability, (0.0..=1.0).contains(&self.probability), "0 to 1")?;
        positive("win", self.win)?;
        positive("loss", self.loss)?;
        Ok(())
    }

    /// Expected profit per unit staked: `p win - (1 - p) loss`, to the last digit
    /// also where the two nearly cancel.
    ///
    /// # Errors
    /// Names the argument that is outside its domain.
    pub fn edge(&self) -> Result<f64, RiskError> {
        self.check()?;
        let mut sum = Double::default();
        sum.take(-self.probability, self.win);
        sum.take(-self.probability, self.loss);
        let rest = Double::difference(sum.high, self.loss);
        Ok(rest.high + (rest.low + sum.low))
    }

    /// The fraction that maximises `p ln(1 + win f) + (1 - p) ln(1 - loss f)`:
    /// `p / loss - (1 - p) / win` (Kelly 1956; with a partial loss Thorp 2006, "The
    /// Kelly criterion in blackjack, sports betting and the stock market", section
    /// 2). Below zero where the edge is: the other side of the bet would be right.
    /// Up to [`Self::ruin`], which it is at probability 1.
    ///
    /// # Errors
    /// Names the argument that is outside its domain.
    pub fn fraction(&self) -> Result<f64, RiskError> {
        crate::check::finite("fraction", self.edge()? / self.win / self.loss)
    }

    /// [`Self::fraction`], or zero without an edge.
    ///
    /// # Errors
    /// Names the argument that is outside its domain.
    pub fn recommended(&self) -> Result<f64, RiskError> {
        Ok(self.fraction()?.max(0.0))
    }

    /// The fraction at which one loss takes everything: `1 / loss`.
    ///
    /// # Errors
    /// Names the argument that is outside its domain.
    pub fn ruin(&self) -> Result<f64, RiskError> {
        self.check()?;
        Ok(1.0 / self.loss)
    }

    /// Expected growth of the logarithm of wealth per bet at a fraction; minus
    /// infinity where a loss that can happen leaves nothing.
    ///
    /// # Errors
    /// A fraction that is negative or not finite; the arguments outside their domain.
    pub fn growth(&self, fraction: f64) -> Result<f64, RiskError> {
        let edge = self.edge()?;
        crate::check::not_negative("fraction", fraction)?;
        if self.probability == 1.0 {
            return Ok(libm::log1p(self.win * fraction));
        }
        if self.loss * fraction >= 1.0 {
            return Ok(f64::NEG_INFINITY);
        }
        let (won, lost) = (self.win * fraction, -self.loss * fraction);
        let (p, q) = (self.probability, 1.0 - self.probability);
        if won > NEAR || lost < -NEAR {
            return Ok(p * libm::log1p(won) + q * libm::log1p(lost));
        }
        // The first order apart: the logarithms alone would cancel.
        Ok(edge * fraction + (p * bend(won) + q * bend(lost)))
    }

    /// [`Self::recommended`], less what a standard error of the probability asks
    /// for: times `f^2 / (f^2 + e^2)` with `e = error (1 / win + 1 / loss)` (Baker and
    /// McHale 2013). Zero without an edge.
    ///
    /// # Errors
    /// An error that is negative or not finite; the arguments outside their domain.
    pub fn shrunk(&self, probability_error: f64) -> Result<f64, RiskError> {
        let fraction = self.recommended()?;
        crate::check::not_negative("probability_error", probability_error)?;
        let error = probability_error * (1.0 / self.win + 1.0 / self.loss);
        Ok(fraction * shrinkage(fraction, error))
    }
}

/// Relative gains and losses up to this are small.
const NEAR: f64 = 0.25;

/// `ln(1 + x) - x`, for x from -[`NEAR`] to [`NEAR`].
fn bend(x: f64) -> f64 {
    // -x^2/2 + x^3/3 - ...: 28 terms leave 0.25^30 / 30.
    let series = (2..30).rev().fold(0.0, |sum, k| 1.0 / f64::from(k) - x * sum);
    -x * x * series
}
