//! The usual strategies from their strikes and premiums.
//!
//! Each is made in its usual direction; a negative quantity is the other side of it.

use super::{Instrument, Leg, Strategy, StrategyError, Style};
use crate::OptionType;

/// Size and expiry that the legs of a strategy share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    /// Contracts; below 0 for the other side of the strategy.
    pub quantity: f64,
    /// Shares for one contract.
    pub multiplier: f64,
    /// Years to expiry.
    pub years: f64,
    /// When the options may be exercised.
    pub style: Style,
}

/// An option as it is quoted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quoted {
    /// Its strike.
    pub strike: f64,
    /// Its price per share.
    pub premium: f64,
}

use OptionType::{Call, Put};

impl Terms {
    fn option(&self, kind: OptionType, times: f64, quoted: Quoted) -> Leg {
        let instrument = Instrument::Option { kind, strike: quoted.strike, years: self.years, style: self.style };
        Leg { instrument, quantity: times * self.quantity, multiplier: self.multiplier, premium: quoted.premium }
    }

    /// As many shares as the options are for.
    fn shares(&self, price: f64) -> Leg {
        Leg {
            instrument: Instrument::Shares,
            quantity: self.quantity * self.multiplier,
            multiplier: 1.0,
            premium: price,
        }
    }
}

/// That strikes rise; equal ones are allowed where `equal` says so.
fn rising(strikes: &[(&'static str, Quoted)], equal: bool) -> Result<(), StrategyError> {
    for ((_, low), (argument, high)) in strikes.iter().zip(strikes.iter().skip(1)) {
        if high.strike < low.strike || (!equal && high.strike == low.strike) {
            let expected = if equal { "a strike at or above" } else { "a strike above" };
            return Err(StrategyError::Order { argument, found: high.strike, expected, than: low.strike });
        }
    }
    Ok(())
}

impl Strategy {
    /// A vertical spread: one option bought, one sold, of one kind and expiry.
    ///
    /// # Errors
    /// As [`Strategy::new`]; when the strikes are equal.
    pub fn vertical(terms: &Terms, kind: OptionType, bought: Quoted, sold: Quoted) -> Result<Self, StrategyError> {
        if bought.strike == sold.strike {
            let (found, than) = (sold.strike, bought.strike);
            return Err(StrategyError::Order { argument: "sold", found, expected: "another strike than", than });
        }
        Self::new(vec![terms.option(kind, 1.0, bought), terms.option(kind, -1.0, sold)])
    }

    /// A straddle: call and put at one strike, bought.
    ///
    /// # Errors
    /// As [`Strategy::new`].
    pub fn straddle(terms: &Terms, strike: f64, call_premium: f64, put_premium: f64) -> Result<Self, StrategyError> {
        Self::new(vec![
            terms.option(Call, 1.0, Quoted { strike, premium: call_premium }),
            terms.option(Put, 1.0, Quoted { strike, premium: put_premium }),
        ])
    }

    /// A strangle: a put and a call at a higher strike, bought.
    ///
    /// # Errors
    /// As [`Strategy::new`]; when the call's strike is not above the put's.
    pub fn strangle(terms: &Terms, put: Quoted, call: Quoted) -> Result<Self, StrategyError> {
        rising(&[("put", put), ("call", call)], false)?;
        Self::new(vec![terms.option(Put, 1.0, put), terms.option(Call, 1.0, call)])
    }

    /// An iron condor: a put and a call sold, a lower put and a higher call bought. With the
    /// two sold at one strike it is an iron butterfly.
    ///
    /// # Errors
    /// As [`Strategy::new`]; when the strikes do not rise.
    pub fn iron_condor(
        terms: &Terms,
        put_bought: Quoted,
        put_sold: Quoted,
        call_sold: Quoted,
        call_bought: Quoted,
    ) -> Result<Self, StrategyError> {
        rising(&[("put_bought", put_bought), ("put_sold", put_sold)], false)?;
        rising(&[("put_sold", put_sold), ("call_sold", call_sold)], true)?;
        rising(&[("call_sold", call_sold), ("call_bought", call_bought)], false)?;
        Self::new(vec![
            terms.option(Put, 1.0, put_bought),
            terms.option(Put, -1.0, put_sold),
            terms.option(Call, -1.0, call_sold),
            terms.option(Call, 1.0, call_bought),
        ])
    }

    /// A butterfly of one kind: the wings bought, the body sold twice.
    ///
    /// # Errors
    /// As [`Strategy::new`]; when the strikes do not rise.
    pub fn butterfly(
        terms: &Terms,
        kind: OptionType,
        low: Quoted,
        body: Quoted,
        high: Quoted,
    ) -> Result<Self, StrategyError> {
        rising(&[("low", low), ("body", body), ("high", high)], false)?;
        Self::new(vec![terms.option(kind, 1.0, low), terms.option(kind, -2.0, body), terms.option(kind, 1.0, high)])
    }

    /// A calendar, or a diagonal when the strikes differ: the option at `terms.years` sold,
    /// one of its kind that expires in `far_years` bought.
    ///
    /// # Errors
    /// As [`Strategy::new`]; when the far expiry is not after the near one.
    pub fn calendar(
        terms: &Terms,
        kind: OptionType,
        near: Quoted,
        far_years: f64,
        far: Quoted,
    ) -> Result<Self, StrategyError> {
        if far_years <= terms.years {
            let expected = "an expiry after";
            return Err(StrategyError::Order { argument: "far_years", found: far_years, expected, than: terms.years });
        }
        let later = Terms { years: far_years, ..*terms };
        Self::new(vec![terms.option(kind, -1.0, near), later.option(kind, 1.0, far)])
    }

    /// A covered call: shares bought at `share_price`, a call sold on each.
    ///
    /// # Errors
    /// As [`Strategy::new`].
    pub fn covered_call(terms: &Terms, share_price: f64, call: Quoted) -> Result<Self, StrategyError> {
        Self::new(vec![terms.shares(share_price), terms.option(Call, -1.0, call)])
    }

    /// A collar: shares bought at `share_price`, a put bought and a higher call sold on each.
    ///
    /// # Errors
    /// As [`Strategy::new`]; when the call's strike is not above the put's.
    pub fn collar(terms: &Terms, share_price: f64, put: Quoted, call: Quoted) -> Result<Self, StrategyError> {
        rising(&[("put", put), ("call", call)], false)?;
        Self::new(vec![terms.shares(share_price), terms.option(Put, 1.0, put), terms.option(Call, -1.0, call)])
    }
}
