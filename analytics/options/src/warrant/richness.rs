//! Rich or cheap: a warrant against another volatility.
//!
//! A model fitted to the warrant's own price says nothing about it. What says
//! something is the difference to a volatility that comes from elsewhere: that of the
//! listed options at the same strike and expiry, or the historical volatility.

use super::{ProductError, Warrant, WarrantMarket};
use crate::error::not_negative;

/// A warrant's price against a fair volatility. Positive differences: the warrant is rich.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Richness {
    /// Implied by the warrant's price, per square root of a year.
    pub volatility: f64,
    /// What it is compared with, per square root of a year.
    pub fair_volatility: f64,
    /// The difference in points: 100 * (volatility - fair volatility).
    pub points: f64,
    /// What one warrant is worth at the fair volatility, in its currency.
    pub fair_price: f64,
    /// Price less fair price, for one warrant in its currency.
    pub price: f64,
    /// The same as a fraction of the fair price; infinite when that is 0.
    pub fraction: f64,
}

impl Warrant {
    /// This warrant at `price` against `fair_volatility`, for example a historical one.
    ///
    /// # Errors
    /// When the price implies no volatility, or an argument is outside its domain.
    pub fn richness(&self, price: f64, fair_volatility: f64, market: &WarrantMarket) -> Result<Richness, ProductError> {
        not_negative("fair_volatility", fair_volatility)?;
        let volatility = self.implied_volatility(price, market)?;
        let fair_price = self.value(fair_volatility, market)?;
        Ok(Richness {
            volatility,
            fair_volatility,
            points: 100.0 * (volatility - fair_volatility),
            fair_price,
            price: price - fair_price,
            fraction: (price - fair_price) / fair_price,
        })
    }

    /// The same against the smile of listed options: `surface(strike, years)` gives a
    /// volatility, or none where the surface does not reach.
    ///
    /// # Errors
    /// As [`Warrant::richness`]; names `surface` where it has no volatility.
    pub fn richness_to_surface(
        &self,
        price: f64,
        surface: impl Fn(f64, f64) -> Option<f64>,
        market: &WarrantMarket,
    ) -> Result<Richness, ProductError> {
        let fair = surface(self.strike, self.years).unwrap_or(f64::NAN);
        not_negative("surface(strike, years)", fair)?;
        self.richness(price, fair, market)
    }
}
