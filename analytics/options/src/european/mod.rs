//! European options: Black and Scholes (1973), Merton (1973) with a continuous
//! dividend yield.
//!
//! `kernel` holds the formulas for all ordinary numbers, `careful` those for the
//! rest, [`batch`] whole columns, [`units`] other units for Greeks. Which of the first
//! two serves an option depends on that option alone, so one option and a column of
//! them come to the same bits.
//!
//! Without time or without volatility an option is worth its discounted intrinsic
//! value; delta is `+-exp(-qT)` in the money and 0 out of it. Exactly at the money
//! forward it has a kink there; then, by convention: delta, rho, rho_q and the carry
//! in theta and charm are half of those in the money (the limit as volatility goes
//! to 0), gamma, volga and the decay in theta are 0 (they would be infinite or
//! undefined), vega is `S exp(-qT) sqrt(T / 2 pi)` and vanna `exp(-qT) sqrt(T / 2 pi) / 2`.
//!
//! Every finite argument in its domain has finite Greeks: a derivative beyond the
//! largest number is given as that number. Only a discounted leg (`S exp(-qT)`,
//! `K exp(-rT)`) beyond it is an error.

pub mod batch;
mod careful;
mod columns;
mod kernel;
pub mod units;

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
    /// The value; for Greeks too, ask [`European::greeks`], which gives the same value.
    ///
    /// Error at most about 2 units in the last place of the larger discounted leg
    /// (1.6 on the tables of the tests); out of the money also about 1e-11 of the price
    /// itself, down to the smallest normal numbers. Never below the discounted intrinsic value, never above the
    /// discounted spot (call) or strike (put).
    ///
    /// # Errors
    /// Names the argument that is not a number or outside its domain, or whose
    /// discounted leg is beyond the largest number.
    pub fn price(&self) -> Result<f64, OptionError> {
        self.check()?;
        let terms = self.terms();
        if kernel::is_ordinary(&terms) {
            return Ok(kernel::price(&terms, &kernel::parts(&terms)));
        }
        careful::greeks(self).map(|found| found.price)
    }

    /// The value and its derivatives, in raw units; [`Greeks::in_units`] gives others.
    ///
    /// # Errors
    /// As [`European::price`].
    pub fn greeks(&self) -> Result<Greeks, OptionError> {
        self.check()?;
        let o = self.terms();
        if !kernel::is_ordinary(&o) {
            return careful::greeks(self);
        }
        let parts = kernel::parts(&o);
        let shared = kernel::shared(&o, &parts);
        Ok(Greeks {
            price: kernel::price(&o, &parts),
            delta: kernel::delta(&o, &shared),
            gamma: kernel::gamma(&parts, &shared),
            vega: kernel::vega(&parts, &shared),
            theta: kernel::theta(&o, &parts, &shared),
            rho: kernel::rho(&o, &shared),
            vanna: kernel::vanna(&parts, &shared),
            volga: kernel::volga(&parts, &shared),
            charm: kernel::charm(&o, &parts, &shared),
            rho_q: kernel::rho_q(&o, &shared),
        })
    }

    fn check(&self) -> Result<(), OptionError> {
        positive("spot", self.spot)?;
        positive("strike", self.strike)?;
        not_negative("years", self.years)?;
        finite("rate", self.rate)?;
        finite("dividend_yield", self.dividend_yield)?;
        not_negative("volatility", self.volatility)?;
        Ok(())
    }

    fn terms(&self) -> kernel::Terms {
        kernel::Terms {
            sign: self.kind.sign(),
            spot: self.spot,
            strike: self.strike,
            years: self.years,
            rate: self.rate,
            dividend_yield: self.dividend_yield,
            volatility: self.volatility,
        }
    }
}
