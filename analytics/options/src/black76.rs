//! Options on a forward or a future: Black (1976).

use crate::european::{European, Greeks};
use crate::{OptionError, OptionType};

/// A European option on a forward or a future that expires no earlier.
///
/// Paid when it is bought: [`Black76::price`] discounts. Margined like the future
/// itself, so that nothing is paid before expiry: [`Black76::undiscounted_price`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Black76 {
    /// Call or put.
    pub kind: OptionType,
    /// Price of the forward or future, above 0.
    pub forward: f64,
    /// Strike, above 0.
    pub strike: f64,
    /// Years to expiry, 0 or more.
    pub years: f64,
    /// Continuous interest rate per year.
    pub rate: f64,
    /// Volatility of the forward per square root of a year, 0 or more.
    pub volatility: f64,
}

/// Price and its derivatives with the forward held, not the spot; raw units: per
/// year, per 1.00.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ForwardGreeks {
    /// Value of the option.
    pub price: f64,
    /// dV/dF.
    pub delta_forward: f64,
    /// d2V/dF2.
    pub gamma_forward: f64,
    /// dV/dsigma, per 1.00 of volatility.
    pub vega: f64,
    /// dV/dt, per year of calendar time.
    pub theta: f64,
    /// dV/dr at the same forward, per 1.00 of rate: `-T V`.
    pub rho: f64,
    /// d2V/dF dsigma.
    pub vanna_forward: f64,
    /// d2V/dsigma2.
    pub volga: f64,
    /// d(delta_forward)/dt, per year of calendar time.
    pub charm_forward: f64,
}

impl Black76 {
    /// The value, paid now: `exp(-rT)` times that at expiry.
    ///
    /// # Errors
    /// Names the argument that is not a number or outside its domain.
    pub fn price(&self) -> Result<f64, OptionError> {
        self.check()?;
        self.as_european(self.rate).price().map_err(name)
    }

    /// The value, paid now, and its derivatives.
    ///
    /// # Errors
    /// As [`Black76::price`].
    pub fn greeks(&self) -> Result<ForwardGreeks, OptionError> {
        self.check()?;
        let found = self.as_european(self.rate).greeks().map_err(name)?;
        Ok(forward_greeks(&found, (-self.years * found.price).max(-f64::MAX)))
    }

    /// The value when the option is margined like a future: not discounted, whatever the rate.
    ///
    /// # Errors
    /// As [`Black76::price`].
    pub fn undiscounted_price(&self) -> Result<f64, OptionError> {
        self.check()?;
        self.as_european(0.0).price().map_err(name)
    }

    /// The value when the option is margined like a future, and its derivatives; rho is 0.
    ///
    /// # Errors
    /// As [`Black76::price`].
    pub fn undiscounted_greeks(&self) -> Result<ForwardGreeks, OptionError> {
        self.check()?;
        Ok(forward_greeks(&self.as_european(0.0).greeks().map_err(name)?, 0.0))
    }

    fn check(&self) -> Result<(), OptionError> {
        crate::error::finite("rate", self.rate).map(|_| ())
    }

    /// A forward is an underlying that yields the rate.
    fn as_european(&self, rate: f64) -> European {
        let Self { kind, forward, strike, years, volatility, .. } = *self;
        European { kind, spot: forward, strike, years, rate, dividend_yield: rate, volatility }
    }
}

/// The argument's name here.
fn name(error: OptionError) -> OptionError {
    match error {
        OptionError::Argument { argument: "spot", found, expected } => {
            OptionError::Argument { argument: "forward", found, expected }
        }
        OptionError::Argument { argument: "dividend_yield", found, .. } => {
            let expected = "a rate with forward * exp(-rate * years) below 1.8e308";
            OptionError::Argument { argument: "rate", found, expected }
        }
        other => other,
    }
}

fn forward_greeks(found: &Greeks, rho: f64) -> ForwardGreeks {
    ForwardGreeks {
        price: found.price,
        delta_forward: found.delta,
        gamma_forward: found.gamma,
        vega: found.vega,
        theta: found.theta,
        rho,
        vanna_forward: found.vanna,
        volga: found.volga,
        charm_forward: found.charm,
    }
}
