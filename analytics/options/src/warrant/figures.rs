//! What a warrant's price says.

use super::{DAYS_PER_YEAR, ProductError};
use crate::error::{finite, not_negative, positive};
use crate::{European, OptionError, OptionType, implied};

/// The terms of a standard warrant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Warrant {
    /// Call or put; from a listing by [`ProductKind::option_type`](super::ProductKind::option_type).
    pub kind: OptionType,
    /// Strike, in the currency of the underlying, above 0.
    pub strike: f64,
    /// Years to expiry, 0 or more.
    pub years: f64,
    /// Warrants for one unit of the underlying ("entitlement ratio", 10 for 10:1), above 0.
    pub conversion_ratio: f64,
}

/// What the warrant is valued against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WarrantMarket {
    /// Price of the underlying, in its currency, above 0.
    pub spot: f64,
    /// Continuous interest rate per year, in the currency of the underlying.
    pub rate: f64,
    /// Continuous dividend yield per year.
    pub dividend_yield: f64,
    /// Units of the warrant's currency for one of the underlying's: 1 for a Hong Kong share, above 0.
    pub exchange_rate: f64,
}

/// The figures of a warrant at a price. Fractions, not percent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WarrantFigures {
    /// Price for one unit of the underlying, in its currency: price * conversion ratio / exchange rate.
    pub price_per_share: f64,
    /// Value of exercise at this spot, for one warrant in its currency, 0 or more.
    pub intrinsic: f64,
    /// Price less intrinsic, for one warrant. Below 0 when the warrant is cheaper than exercise
    /// would be: possible, since exercise is at expiry only.
    pub time_value: f64,
    /// How far the strike is in the money, as a fraction of spot; negative out of the money.
    pub moneyness: f64,
    /// How far the underlying must move until expiry for the buyer to break even, as a fraction of
    /// spot: call (strike + price per share) / spot - 1; put 1 - (strike - price per share) / spot.
    pub premium: f64,
    /// Where the buyer breaks even at expiry: strike plus (call) or less (put) the price per share.
    /// A put dearer than its strike has one below 0: it cannot break even.
    pub breakeven: f64,
    /// Spot / price per share: exposure bought by one unit of money, before delta.
    pub gearing: f64,
    /// What depends on a volatility: at the implied one. It is an error where the price
    /// implies none.
    pub at_implied: Result<WarrantSensitivities, OptionError>,
}

/// What depends on the volatility.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WarrantSensitivities {
    /// The volatility, per square root of a year.
    pub volatility: f64,
    /// dV/dS of the option on one share (issuers print this), negative for a put.
    pub delta: f64,
    /// Gearing * delta: percent the warrant moves for one percent of the underlying; negative for a
    /// put (issuers print its size).
    pub effective_gearing: f64,
    /// Decay of one warrant's price by one calendar day (1/365 of a year), in its currency; usually negative.
    pub theta_per_day: f64,
    /// The same as a fraction of the price.
    pub theta_per_day_fraction: f64,
    /// Change of one warrant's price for one point (0.01) of volatility, in its currency.
    pub vega_per_point: f64,
}

impl Warrant {
    /// All figures of this warrant at `price` (of one warrant, above 0).
    ///
    /// Premium, breakeven and gearing: HKEX and issuers' definitions (for example the
    /// HKEX FAQ on derivative warrants). Volatility, delta, decay: Black-Scholes-Merton
    /// with the price per share. At expiry (`years` 0) no volatility is implied:
    /// `at_implied` is an error.
    ///
    /// # Errors
    /// Names the argument that is not a number or outside its domain; a past expiry is
    /// a negative `years`.
    pub fn figures(&self, price: f64, market: &WarrantMarket) -> Result<WarrantFigures, ProductError> {
        self.check(market)?;
        positive("price", price)?;
        let sign = self.kind.sign();
        let price_per_share = finite("price per share", price * self.conversion_ratio / market.exchange_rate)?;
        positive("price per share", price_per_share)?;
        let in_the_money = sign * (market.spot - self.strike);
        let intrinsic = in_the_money.max(0.0) / self.conversion_ratio * market.exchange_rate;
        let breakeven = self.strike + sign * price_per_share;
        Ok(WarrantFigures {
            price_per_share,
            intrinsic,
            time_value: price - intrinsic,
            moneyness: in_the_money / market.spot,
            premium: sign * (breakeven - market.spot) / market.spot,
            breakeven,
            gearing: market.spot / price_per_share,
            at_implied: self
                .implied_volatility(price, market)
                .and_then(|volatility| self.sensitivities(price, volatility, market)),
        })
    }

    /// The volatility at which an option on one share costs `price * conversion_ratio /
    /// exchange_rate`.
    ///
    /// # Errors
    /// [`OptionError::BelowIntrinsic`] or [`OptionError::AboveMaximum`] when none does;
    /// at expiry, where every volatility gives the same price, names `years`.
    pub fn implied_volatility(&self, price: f64, market: &WarrantMarket) -> Result<f64, OptionError> {
        self.check(market)?;
        positive("price", price)?;
        positive("years", self.years)?;
        implied::volatility(price * self.conversion_ratio / market.exchange_rate, &self.option(0.0, market))
    }

    /// Delta, effective gearing, decay and vega at a given volatility, for a warrant at `price`.
    ///
    /// # Errors
    /// Names the argument that is not a number or outside its domain.
    pub fn sensitivities(
        &self,
        price: f64,
        volatility: f64,
        market: &WarrantMarket,
    ) -> Result<WarrantSensitivities, OptionError> {
        self.check(market)?;
        positive("price", price)?;
        let greeks = self.option(volatility, market).greeks()?;
        let one = market.exchange_rate / self.conversion_ratio;
        let theta_per_day = greeks.theta / DAYS_PER_YEAR * one;
        Ok(WarrantSensitivities {
            volatility,
            delta: greeks.delta,
            effective_gearing: market.spot * one / price * greeks.delta,
            theta_per_day,
            theta_per_day_fraction: theta_per_day / price,
            vega_per_point: greeks.vega * 0.01 * one,
        })
    }

    /// What one warrant is worth at `volatility`, in its currency.
    ///
    /// # Errors
    /// Names the argument that is not a number or outside its domain.
    pub fn value(&self, volatility: f64, market: &WarrantMarket) -> Result<f64, OptionError> {
        self.check(market)?;
        Ok(self.option(volatility, market).price()? / self.conversion_ratio * market.exchange_rate)
    }

    fn option(&self, volatility: f64, market: &WarrantMarket) -> European {
        European {
            kind: self.kind,
            spot: market.spot,
            strike: self.strike,
            years: self.years,
            rate: market.rate,
            dividend_yield: market.dividend_yield,
            volatility,
        }
    }

    fn check(&self, market: &WarrantMarket) -> Result<(), OptionError> {
        positive("strike", self.strike)?;
        not_negative("years", self.years)?;
        positive("conversion_ratio", self.conversion_ratio)?;
        positive("spot", market.spot)?;
        finite("rate", market.rate)?;
        finite("dividend_yield", market.dividend_yield)?;
        positive("exchange_rate", market.exchange_rate)?;
        Ok(())
    }
}
