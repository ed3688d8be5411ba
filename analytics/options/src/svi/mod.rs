//! SVI, the stochastic volatility inspired smile of one expiry.
//!
//! Raw parameters of Gatheral (2004, "A parsimonious arbitrage-free implied
//! volatility parameterization"): the total variance `w = volatility^2 * years`
//! at log-moneyness `k = ln(strike / forward)` is
//!
//! ```text
//! w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2))
//! ```
//!
//! [`arbitrage`] tells whether a smile, or a pair of them, can be prices;
//! [`calibrate`] fits one to quoted volatilities and never returns one that
//! cannot.

pub mod arbitrage;
pub mod calibrate;
mod quasi_explicit;
mod search;

use crate::OptionError;
use crate::error::{finite, not_negative, positive};

/// Raw SVI parameters of one expiry, in units of total variance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Svi {
    /// Level; may be below 0 as long as the least total variance is not.
    pub a: f64,
    /// Slope of the wings, 0 or more: `b (1 + rho)` on the right, `b (1 - rho)` on the left.
    pub b: f64,
    /// Tilt, above -1 and below 1.
    pub rho: f64,
    /// Log-moneyness about which the smile bends.
    pub m: f64,
    /// Width of the bend, above 0.
    pub sigma: f64,
}

/// What traders read off a smile: the jump-wings parameters of Gatheral and
/// Jacquier (2014, "Arbitrage-free SVI volatility surfaces", section 3.3).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JumpWings {
    /// Variance per year at the money forward.
    pub variance: f64,
    /// Skew at the money: d volatility / dk times the square root of the years.
    pub skew: f64,
    /// Slope of the left wing over the at-the-money deviation.
    pub put_slope: f64,
    /// Slope of the right wing over the at-the-money deviation.
    pub call_slope: f64,
    /// The least variance per year.
    pub least_variance: f64,
}

impl Svi {
    /// The same total variance at every strike.
    #[must_use]
    pub fn flat(total_variance: f64) -> Self {
        Self { a: total_variance, b: 0.0, rho: 0.0, m: 0.0, sigma: 0.1 }
    }

    /// Checks the domain of each parameter, not the absence of arbitrage.
    ///
    /// # Errors
    /// Names the parameter that is not a number or outside its domain; `a` when
    /// the least total variance is below 0.
    pub fn validate(&self) -> Result<(), OptionError> {
        finite("a", self.a)?;
        not_negative("b", self.b)?;
        if !(self.rho > -1.0 && self.rho < 1.0) {
            return Err(OptionError::Argument {
                argument: "rho",
                found: self.rho,
                expected: "a number above -1 and below 1",
            });
        }
        finite("m", self.m)?;
        positive("sigma", self.sigma)?;
        if self.least_total_variance() < 0.0 {
            return Err(OptionError::Argument {
                argument: "a",
                found: self.a,
                expected: "a level at which the least total variance is 0 or more",
            });
        }
        Ok(())
    }

    /// `w(k)`.
    #[must_use]
    pub fn total_variance(&self, k: f64) -> f64 {
        let x = k - self.m;
        self.a + self.b * (self.rho * x + (x * x + self.sigma * self.sigma).sqrt())
    }

    /// `dw/dk`.
    #[must_use]
    pub fn slope(&self, k: f64) -> f64 {
        let x = k - self.m;
        self.b * (self.rho + x / (x * x + self.sigma * self.sigma).sqrt())
    }

    /// `d2w/dk2`.
    #[must_use]
    pub fn curvature(&self, k: f64) -> f64 {
        let x = k - self.m;
        let square = x * x + self.sigma * self.sigma;
        self.b * (self.sigma / square) * (self.sigma / square.sqrt())
    }

    /// The least total variance, `a + b sigma sqrt(1 - rho^2)`.
    #[must_use]
    pub fn least_total_variance(&self) -> f64 {
        self.a + self.b * self.sigma * (1.0 - self.rho * self.rho).sqrt()
    }

    /// Slopes of total variance far to the left and far to the right, both 0 or more.
    #[must_use]
    pub fn wing_slopes(&self) -> [f64; 2] {
        [self.b * (1.0 - self.rho), self.b * (1.0 + self.rho)]
    }

    /// The smile in terms of volatility at `years` (above 0).
    #[must_use]
    pub fn jump_wings(&self, years: f64) -> JumpWings {
        let at_the_money = self.total_variance(0.0);
        let [left, right] = self.wing_slopes();
        let deviation = at_the_money.sqrt();
        JumpWings {
            variance: at_the_money / years,
            skew: 0.5 * self.slope(0.0) / deviation,
            put_slope: left / deviation,
            call_slope: right / deviation,
            least_variance: self.least_total_variance() / years,
        }
    }
}
