//! Callable bull and bear contracts (CBBC) as they are listed in Hong Kong.
//!
//! A contract follows its underlying from the strike, and is called for good when the
//! underlying trades at the call price. The price is intrinsic value plus funding
//! cost (HKEX FAQ on CBBCs), so that no volatility is asked for or given: near the call
//! price that is a simplification the market does not make, and nothing here pretends
//! to price it. Facts: HKEX FAQ and product page on CBBCs.

mod figures;

pub use figures::{CbbcFigures, CbbcTrading};

use crate::OptionError;
use crate::error::{finite, not_negative, positive};
use crate::warrant::ProductError;

/// Which way a contract goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Gains when the underlying rises; called when it falls to the call price.
    Bull,
    /// Gains when the underlying falls; called when it rises to the call price.
    Bear,
}

impl Direction {
    /// 1 for a bull, -1 for a bear contract.
    #[must_use]
    pub fn sign(self) -> f64 {
        match self {
            Self::Bull => 1.0,
            Self::Bear => -1.0,
        }
    }

    /// `bull` or `bear`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bull => "bull",
            Self::Bear => "bear",
        }
    }
}

/// What a called contract pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Category {
    /// Call price equal to strike: nothing is left after a call.
    N,
    /// Call price between strike and spot: a residual value may be left.
    R,
}

/// Whether a contract still trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Not called, before expiry.
    Live,
    /// The underlying has traded at or beyond the call price: trading has ended.
    Called,
    /// At expiry without having been called: settled at intrinsic value.
    Expired,
}

/// The terms of a contract.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cbbc {
    direction: Direction,
    strike: f64,
    call_price: f64,
    years: f64,
    conversion_ratio: f64,
    exchange_rate: f64,
}

impl Cbbc {
    /// Strike and call price in the currency of the underlying, years to expiry (0 or
    /// more), contracts for one unit of the underlying.
    ///
    /// # Errors
    /// Names the argument outside its domain; [`ProductError::CallPrice`] when a bull
    /// contract's call price is below its strike or a bear contract's above.
    pub fn new(
        direction: Direction,
        strike: f64,
        call_price: f64,
        years: f64,
        conversion_ratio: f64,
    ) -> Result<Self, ProductError> {
        positive("strike", strike)?;
        positive("call_price", call_price)?;
        not_negative("years", years)?;
        positive("conversion_ratio", conversion_ratio)?;
        if direction.sign() * (call_price - strike) < 0.0 {
            let expected = match direction {
                Direction::Bull => "a call price at or above the strike",
                Direction::Bear => "a call price at or below the strike",
            };
            let direction = direction.name();
            return Err(ProductError::CallPrice { direction, call: call_price, strike, expected });
        }
        Ok(Self { direction, strike, call_price, years, conversion_ratio, exchange_rate: 1.0 })
    }

    /// The same contract on an underlying in another currency: `exchange_rate` units of the
    /// contract's currency for one of the underlying's.
    ///
    /// # Errors
    /// When the rate is not finite and above 0.
    pub fn in_currency(self, exchange_rate: f64) -> Result<Self, OptionError> {
        Ok(Self { exchange_rate: positive("exchange_rate", exchange_rate)?, ..self })
    }

    /// Bull or bear.
    #[must_use]
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// N when call price and strike are equal, else R.
    #[must_use]
    pub fn category(&self) -> Category {
        if self.call_price == self.strike { Category::N } else { Category::R }
    }

    /// Whether the contract lives, given the price of the underlying that came closest to
    /// the call price since listing: its lowest for a bull contract, its highest for a bear.
    /// A trade exactly at the call price calls the contract.
    ///
    /// # Errors
    /// When the price is not finite and above 0.
    pub fn state(&self, closest: f64) -> Result<State, OptionError> {
        positive("closest", closest)?;
        Ok(if self.direction.sign() * (closest - self.call_price) <= 0.0 {
            State::Called
        } else if self.years == 0.0 {
            State::Expired
        } else {
            State::Live
        })
    }

    /// What one contract pays after it is called, in its currency.
    ///
    /// Category N: 0. Category R: the distance from the strike to `extreme`, the lowest
    /// (bull) or highest (bear) price of the underlying from the call to the end of the
    /// next trading session, over the conversion ratio; 0 when that is at or beyond the
    /// strike.
    ///
    /// # Errors
    /// When `extreme` is not finite and above 0, or not at or beyond the call price.
    pub fn residual_value(&self, extreme: f64) -> Result<f64, OptionError> {
        positive("extreme", extreme)?;
        if self.direction.sign() * (extreme - self.call_price) > 0.0 {
            let expected = "a price at or beyond the call price";
            return Err(OptionError::Argument { argument: "extreme", found: extreme, expected });
        }
        Ok(match self.category() {
            Category::N => 0.0,
            Category::R => self.intrinsic(extreme),
        })
    }

    /// Value for one contract of the distance from strike to `spot`, 0 or more.
    fn intrinsic(&self, spot: f64) -> f64 {
        (self.direction.sign() * (spot - self.strike)).max(0.0) / self.conversion_ratio * self.exchange_rate
    }

    fn per_share(&self, price: f64) -> Result<f64, OptionError> {
        positive("price", price)?;
        let price = finite("price per share", price * self.conversion_ratio / self.exchange_rate)?;
        positive("price per share", price)
    }
}
