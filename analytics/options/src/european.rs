//! European options: Black and Scholes (1973), Merton (1973) with a continuous
//! dividend yield.

use numeric::normal;

use crate::error::{finite, not_negative, positive};
use crate::{OptionError, OptionType};

/// A European option and its market.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct European {
    /// Call or put.
    pub kind: OptionType,
    /// Price of the underlying, above 0.
    pub spot: f64,
    /// Strike, above 0.
    pub strike: f64,
    /// Years to expiry, 0 or more.
    pub years: f64,
    /// Continuous interest rate per year.
    pub rate: f64,
    /// Continuous dividend yield per year.
    pub dividend_yield: f64,
    /// Volatility per square root of a year, 0 or more.
    pub volatility: f64,
}

/// Price and its derivatives, in raw units: per year, per 1.00.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Greeks {
    /// Value of the option.
    pub price: f64,
    /// dV/dS.
    pub delta: f64,
    /// d2V/dS2.
    pub gamma: f64,
    /// dV/dsigma, per 1.00 of volatility.
    pub vega: f64,
    /// dV/dt, per year of calendar time (usually negative).
    pub theta: f64,
    /// dV/dr, per 1.00 of rate.
    pub rho: f64,
    /// d2V/dS dsigma.
    pub vanna: f64,
    /// d2V/dsigma2.
    pub volga: f64,
    /// d(delta)/dt, per year of calendar time.
    pub charm: f64,
    /// dV/dq, per 1.00 of dividend yield.
    pub rho_q: f64,
}

impl European {
    /// The value.
    ///
    /// # Errors
    /// Names the argument that is not a number or outside its domain.
    pub fn price(&self) -> Result<f64, OptionError> {
        positive("spot", self.spot)?;
        positive("strike", self.strike)?;
        not_negative("years", self.years)?;
        finite("rate", self.rate)?;
        finite("dividend_yield", self.dividend_yield)?;
        not_negative("volatility", self.volatility)?;
        let sign = self.kind.sign();
        let spot = self.spot * libm::exp(-self.dividend_yield * self.years);
        let strike = self.strike * libm::exp(-self.rate * self.years);
        let deviation = self.volatility * self.years.sqrt();
        if deviation == 0.0 {
            return Ok((sign * (spot - strike)).max(0.0));
        }
        let d1 = libm::log(spot / strike) / deviation + 0.5 * deviation;
        let d2 = d1 - deviation;
        Ok(sign * (spot * normal::cdf(sign * d1) - strike * normal::cdf(sign * d2)))
    }
}
