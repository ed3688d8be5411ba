//! The chance of a profit.

use numeric::normal;

use super::{Market, Outcome};
use crate::OptionError;
use crate::error::{finite, not_negative, positive};

/// The price of the underlying after some time: lognormal, as Black and Scholes assume.
/// ln(price) is normal with mean ln(spot) + (drift - volatility^2/2) years and deviation
/// volatility * sqrt(years).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lognormal {
    spot: f64,
    years: f64,
    drift: f64,
    volatility: f64,
}

impl Lognormal {
    /// With an expected growth of `drift` per year (continuous).
    ///
    /// # Errors
    /// Names the argument outside its domain: spot above 0, years and volatility 0 or more.
    pub fn new(spot: f64, years: f64, drift: f64, volatility: f64) -> Result<Self, OptionError> {
        positive("spot", spot)?;
        not_negative("years", years)?;
        finite("drift", drift)?;
        not_negative("volatility", volatility)?;
        Ok(Self { spot, years, drift, volatility })
    }

    /// With the growth that option prices assume: rate less dividend yield of the market.
    ///
    /// # Errors
    /// As [`Lognormal::new`].
    pub fn risk_neutral(market: &Market<'_>, years: f64, volatility: f64) -> Result<Self, OptionError> {
        finite("rate", market.rate)?;
        finite("dividend_yield", market.dividend_yield)?;
        Self::new(market.spot, years, market.rate - market.dividend_yield, volatility)
    }

    /// The probability of a price above `low` and below `high`.
    #[must_use]
    pub fn between(&self, low: f64, high: f64) -> f64 {
        if low.is_nan() || high.is_nan() || low >= high {
            return 0.0;
        }
        let deviation = self.volatility * self.years.sqrt();
        if deviation == 0.0 {
            let price = self.spot * libm::exp(self.drift * self.years);
            return if low < price && price < high { 1.0 } else { 0.0 };
        }
        let mean = (self.drift - 0.5 * self.volatility * self.volatility) * self.years;
        let z = |price: f64| match price {
            _ if price <= 0.0 => f64::NEG_INFINITY,
            _ if price == f64::INFINITY => price,
            _ => (libm::log(price / self.spot) - mean) / deviation,
        };
        let (from, to) = (z(low), z(high));
        // In the upper tail the difference of the complements keeps its digits.
        if from > 0.0 { normal::cdf(-from) - normal::cdf(-to) } else { normal::cdf(to) - normal::cdf(from) }
    }
}

impl Outcome {
    /// The probability that the strategy earns anything at all, when the underlying is
    /// distributed so at the time of the outcome. A profit of exactly zero is none.
    #[must_use]
    pub fn probability_of_profit(&self, distribution: &Lognormal) -> f64 {
        let sum: f64 = self.profitable.iter().map(|(low, high)| distribution.between(*low, *high)).sum();
        sum.clamp(0.0, 1.0)
    }
}
