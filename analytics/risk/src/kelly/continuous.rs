//! One asset whose price is a geometric Brownian motion.

use super::fractional;
use crate::RiskError;
use crate::check::{checked, finite, positive};

/// An asset in continuous time. Per year, or any one unit of time for all three.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Continuous {
    /// Expected return (the drift of `dS / S`), a fraction per year.
    pub drift: f64,
    /// What the rest of the wealth earns, and borrowing costs, per year.
    pub rate: f64,
    /// Volatility per square root of a year, above 0.
    pub volatility: f64,
}

impl Continuous {
    fn check(&self) -> Result<f64, RiskError> {
        finite("drift", self.drift)?;
        finite("rate", self.rate)?;
        positive("volatility", self.volatility)?;
        finite("drift - rate", self.drift - self.rate)
    }

    /// The fraction of fastest growth, `(drift - rate) / volatility^2` (Merton 1969;
    /// Thorp 2006, section 7). Negative = short.
    ///
    /// # Errors
    /// Names the argument that is outside its domain.
    pub fn fraction(&self) -> Result<f64, RiskError> {
        finite("fraction", self.check()? / self.volatility / self.volatility)
    }

    /// [`Self::fraction`], or zero without an edge.
    ///
    /// # Errors
    /// Names the argument that is outside its domain.
    pub fn recommended(&self) -> Result<f64, RiskError> {
        Ok(self.fraction()?.max(0.0))
    }

    /// Growth of the logarithm of wealth per year at a fraction:
    /// `rate + f (drift - rate) - f^2 volatility^2 / 2` (Thorp 2006, section 7).
    ///
    /// # Errors
    /// Names the argument that is outside its domain.
    pub fn growth(&self, fraction: f64) -> Result<f64, RiskError> {
        let excess = self.check()?;
        let deviation = finite("fraction", fraction)? * self.volatility;
        finite("growth", self.rate + fraction * excess - 0.5 * deviation * deviation)
    }

    /// The chance, 0 to 1, that wealth (over what the rate alone would have made of
    /// it) ever falls to the share `level` of its start, staking the part `part` of
    /// the full fraction: `level^(2 / part - 1)` (Thorp 2006, section 7). Half
    /// Kelly halves its wealth with the chance 1/8, full Kelly with 1/2. Zero
    /// without an edge: nothing is staked.
    ///
    /// # Errors
    /// `level` not above 0 and up to 1, `part` outside 0 to 1.
    pub fn chance_of_falling_to(&self, level: f64, part: f64) -> Result<f64, RiskError> {
        checked("level", level, level > 0.0 && level <= 1.0, "above 0, up to 1")?;
        let staked = fractional(self.fraction()?, part)?;
        if staked == 0.0 {
            return Ok(if level == 1.0 { 1.0 } else { 0.0 });
        }
        Ok(libm::pow(level, 2.0 / part - 1.0))
    }
}
