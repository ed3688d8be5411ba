//! Several assets at once.

use crate::RiskError;
use crate::check::symmetric;
use crate::check::{all_finite, at_least, checked, finite, length, positive};
use crate::covariance::linear::{Double, Factor, dot, product};

/// What is believed of several assets. Per year, or any one unit of time for all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Market<'a> {
    /// Expected returns, fractions.
    pub drift: &'a [f64],
    /// Their covariances, row-major, symmetric (to 1e-9 of their size).
    pub covariance: &'a [f64],
    /// The risk-free rate.
    pub rate: f64,
}

/// Fractions of wealth, and what they lead to.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimum {
    /// Fraction of wealth per asset; what they leave (or exceed) earns (or costs) the rate.
    pub fractions: Vec<f64>,
    /// Growth of the logarithm of wealth: `rate + f' e - f' C f / 2`, `e` the returns above the rate.
    pub growth: f64,
    /// Sharpe ratio of the portfolio, in the market's unit of time; zero when nothing is staked.
    pub sharpe: f64,
}

impl Market<'_> {
    /// The covariance with equal halves, and the returns above the rate, each with its rounding.
    pub(super) fn checked(&self) -> Result<(Vec<f64>, Vec<Double>), RiskError> {
        at_least("drift", self.drift.len(), 1)?;
        all_finite("drift", self.drift)?;
        finite("rate", self.rate)?;
        let covariance = symmetric("covariance", self.covariance, self.drift.len())?;
        Ok((covariance, self.drift.iter().map(|m| Double::difference(*m, self.rate)).collect()))
    }

    /// The fractions of fastest growth without any limit, `C^-1 (drift - rate)`
    /// (Merton 1969; Thorp 2006, section 8). They may be levered and short;
    /// where no asset has an edge on either side they are zero.
    ///
    /// # Errors
    /// Arguments of the wrong length or not finite; a covariance that is singular
    /// or not positive definite (an asset without variance, perfect correlation,
    /// fewer observations than assets: shrink it, or set limits).
    pub fn optimum(&self) -> Result<Optimum, RiskError> {
        let (covariance, excess) = self.checked()?;
        let factor = Factor::new("covariance", &covariance, excess.len())?;
        let (high, low): (Vec<f64>, Vec<f64>) = excess.iter().map(|e| (e.high, e.low)).unzip();
        let fractions = factor.solve(&high, &low);
        all_finite("fractions", &fractions)?;
        // At the optimum f' C f = f' e.
        let ratio = finite("growth", dot(&fractions, &high))?.max(0.0);
        Ok(Optimum { growth: self.rate + 0.5 * ratio, sharpe: ratio.sqrt(), fractions })
    }

    /// What other fractions than the best lead to.
    ///
    /// # Errors
    /// Arguments of the wrong length or not finite.
    pub fn at(&self, fractions: &[f64]) -> Result<Optimum, RiskError> {
        let (covariance, excess) = self.checked()?;
        length("fractions", fractions.len(), excess.len())?;
        all_finite("fractions", fractions)?;
        let gain: f64 = fractions.iter().zip(&excess).map(|(f, e)| f * e.high).sum();
        let variance = dot(fractions, &product(&covariance, fractions)).max(0.0);
        let growth = finite("growth", self.rate + gain - 0.5 * variance)?;
        let sharpe = finite("sharpe", if variance > 0.0 { gain / variance.sqrt() } else { 0.0 })?;
        Ok(Optimum { fractions: fractions.to_vec(), growth, sharpe })
    }

    /// The part `part` (0 to 1) of the unlimited optimum: `part` of its deviation,
    /// `part (2 - part)` of its growth above the rate.
    ///
    /// # Errors
    /// As [`Self::optimum`]; a part outside 0 to 1.
    pub fn fractional(&self, part: f64) -> Result<Optimum, RiskError> {
        checked("part", part, (0.0..=1.0).contains(&part), "0 to 1")?;
        let full = self.optimum()?;
        self.at(&full.fractions.iter().map(|f| part * f).collect::<Vec<_>>())
    }

    /// Standard errors of [`Self::optimum`]'s fractions when drift and covariance
    /// were estimated from `observations` returns over `time` (in the market's unit:
    /// years): the delta method for independent normal returns,
    /// `sqrt(((1 + s^2 time / n) C^-1_ii) / time + f_i^2 / n)`, `s` the Sharpe ratio
    /// (the asymptotic covariance of `C^-1 m`: Okhrin and Schmid 2006,
    /// "Distributional properties of portfolio weights"). Mostly the error of
    /// the drift, which only time cures, not more frequent data.
    ///
    /// # Errors
    /// As [`Self::optimum`]; `time` not above 0; fewer than 2 observations.
    pub fn standard_errors(&self, time: f64, observations: usize) -> Result<Vec<f64>, RiskError> {
        positive("time", time)?;
        at_least("observations", observations, 2)?;
        let optimum = self.optimum()?;
        let (covariance, excess) = self.checked()?;
        let factor = Factor::new("covariance", &covariance, excess.len())?;
        let n = observations as f64;
        let widened = 1.0 + optimum.sharpe * optimum.sharpe * time / n;
        let inverse = factor.inverse_diagonal();
        let errors: Vec<f64> =
            inverse.iter().zip(&optimum.fractions).map(|(c, f)| (widened * c / time + f * f / n).sqrt()).collect();
        all_finite("standard errors", &errors)?;
        Ok(errors)
    }

    /// [`Self::optimum`] drawn towards no bet by the positive-part factor of James
    /// and Stein (1961, "Estimation with quadratic loss"; Baranchik 1964):
    /// `max(0, 1 - (p - 2) / (time e' C^-1 e))` for `p` assets whose drifts were
    /// estimated over `time`, the covariance taken as known. The factor is 1 below
    /// three assets, where that estimator has no gain.
    ///
    /// # Errors
    /// As [`Self::optimum`]; `time` not above 0.
    pub fn james_stein(&self, time: f64) -> Result<Optimum, RiskError> {
        positive("time", time)?;
        let full = self.optimum()?;
        let spare = full.fractions.len().saturating_sub(2) as f64;
        let signal = time * full.sharpe * full.sharpe;
        let keep = if spare == 0.0 { 1.0 } else { (1.0 - spare / signal).max(0.0) };
        self.at(&full.fractions.iter().map(|f| keep * f).collect::<Vec<_>>())
    }
}
