//! Strategies on paper: any set of option legs and shares of one underlying.
//!
//! What it pays at expiry (exact: [`Payoff`]) or at the first of several expiries
//! ([`Strategy::outcome`]), where it breaks even, the most it earns and loses, its
//! value and Greeks now, its profit over spot, time and volatility, the chance of a
//! profit, its margin in the US, its name.
//!
//! Conventions. `quantity` is signed: above 0 bought, below 0 sold. Units are
//! quantity times multiplier: shares. A premium is per share and never negative; the
//! sign of the quantity says who paid. Money is in the currency of the underlying,
//! without fees, interest on the premium, or dividends on shares held. European legs
//! are valued by Black-Scholes-Merton, American ones by [`American`](crate::American);
//! that a sold American leg may be assigned early is in its price, not in the payoff.
//! Every leg keeps the volatility of its own strike and expiry when spot and time
//! move (sticky strike).

//!
//! ```
//! use options::legs::{Breakeven, Limit, Quoted, Strategy, Style, Terms};
//!
//! let terms = Terms { quantity: 1.0, multiplier: 100.0, years: 0.1, style: Style::American };
//! let quoted = |strike, premium| Quoted { strike, premium };
//! let condor = Strategy::iron_condor(
//!     &terms,
//!     quoted(90.0, 0.5),
//!     quoted(95.0, 1.5),
//!     quoted(105.0, 1.75),
//!     quoted(110.0, 0.75),
//! )?;
//! let outcome = condor.payoff()?.outcome();
//! assert_eq!(outcome.max_profit, Limit::Amount(200.0));
//! assert_eq!(outcome.max_loss, Limit::Amount(300.0));
//! assert_eq!(outcome.breakevens, [Breakeven::At(93.0), Breakeven::At(107.0)]);
//! assert_eq!(condor.shape().name(), "iron condor");
//! # Ok::<(), options::legs::StrategyError>(())
//! ```

mod build;
mod classify;
mod grid;
mod horizon;
mod margin;
mod market;
mod net;
mod outcome;
mod payoff;
mod probability;

use thiserror::Error;

pub use build::{Quoted, Terms};
pub use classify::Shape;
pub use grid::ProfitGrid;
pub use margin::{Margin, MarginMarket, MarginPart, MarginRule, UnderlyingClass};
pub use market::{LegVolatility, Market};
pub use outcome::{Breakeven, Limit, Outcome};
pub use payoff::Payoff;
pub use probability::Lognormal;

use crate::error::{finite, not_negative, positive};
use crate::{OptionError, OptionType};

/// When an option may be exercised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// At expiry only: most index options, warrants in Hong Kong.
    European,
    /// At any time: options on US shares and funds, stock options in Hong Kong.
    American,
}

/// What a leg holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Instrument {
    /// An option on the underlying.
    Option {
        /// Call or put.
        kind: OptionType,
        /// Strike, above 0.
        strike: f64,
        /// Years to expiry from now, 0 or more.
        years: f64,
        /// When it may be exercised.
        style: Style,
    },
    /// The underlying itself.
    Shares,
}

/// One line of a strategy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leg {
    /// What it holds.
    pub instrument: Instrument,
    /// Contracts or shares, above 0 bought, below 0 sold, never 0.
    pub quantity: f64,
    /// Shares for one contract (100 for a US option, 1 for shares), above 0.
    pub multiplier: f64,
    /// Price per share at which it was opened, 0 or more.
    pub premium: f64,
}

/// Why a strategy has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum StrategyError {
    /// There are no legs.
    #[error("a strategy without legs, expected at least one")]
    NoLegs,
    /// Something is wrong with one leg.
    #[error("leg {leg}: {problem}")]
    Leg {
        /// Its place, from 0.
        leg: usize,
        /// What is wrong.
        problem: OptionError,
    },
    /// The options expire at different times, so that there is no single payoff.
    #[error("options expire in {first} and in {last} years, expected one expiry")]
    SeveralExpiries {
        /// The first expiry in years.
        first: f64,
        /// The last expiry in years.
        last: f64,
    },
    /// Strikes or expiries in the wrong order.
    #[error("{argument} is {found}, expected {expected} {than}")]
    Order {
        /// The argument's name.
        argument: &'static str,
        /// Its value.
        found: f64,
        /// The relation that must hold.
        expected: &'static str,
        /// To what.
        than: f64,
    },
    /// A list is empty.
    #[error("{argument} is empty, expected at least one value")]
    Empty {
        /// The argument's name.
        argument: &'static str,
    },
    /// An argument is outside its domain.
    #[error(transparent)]
    Option(#[from] OptionError),
}

/// A set of legs on one underlying, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Strategy {
    legs: Vec<Leg>,
}

impl Leg {
    /// Shares (signed): quantity times multiplier.
    #[must_use]
    pub fn units(&self) -> f64 {
        self.quantity * self.multiplier
    }

    /// Money paid to open it, below 0 when received.
    #[must_use]
    pub fn cost(&self) -> f64 {
        self.units() * self.premium
    }

    /// Years to expiry; none for shares.
    #[must_use]
    pub fn years(&self) -> Option<f64> {
        match self.instrument {
            Instrument::Option { years, .. } => Some(years),
            Instrument::Shares => None,
        }
    }

    fn check(&self) -> Result<(), OptionError> {
        if !self.quantity.is_finite() || self.quantity == 0.0 {
            let expected = "a finite number other than 0";
            return Err(OptionError::Argument { argument: "quantity", found: self.quantity, expected });
        }
        positive("multiplier", self.multiplier)?;
        if let Instrument::Option { strike, years, .. } = self.instrument {
            positive("strike", strike)?;
            not_negative("years", years)?;
            finite("quantity * multiplier * strike", self.units() * strike)?;
        }
        not_negative("premium", self.premium)?;
        finite("quantity * multiplier", self.units())?;
        finite("cost", self.cost())?;
        Ok(())
    }
}

impl Strategy {
    /// A strategy of these legs, in this order.
    ///
    /// # Errors
    /// Without legs; otherwise names the leg and the field that is outside its domain. An
    /// expired leg (`years` below 0) is an error: it is a closed position, not a leg.
    pub fn new(legs: Vec<Leg>) -> Result<Self, StrategyError> {
        if legs.is_empty() {
            return Err(StrategyError::NoLegs);
        }
        for (leg, checked) in legs.iter().map(Leg::check).enumerate() {
            checked.map_err(|problem| StrategyError::Leg { leg, problem })?;
        }
        Ok(Self { legs })
    }

    /// The legs.
    #[must_use]
    pub fn legs(&self) -> &[Leg] {
        &self.legs
    }

    /// Money paid to open all legs: a debit above 0, a credit below 0.
    #[must_use]
    pub fn cost(&self) -> f64 {
        self.legs.iter().map(Leg::cost).sum()
    }

    /// Years to the first expiry; none when there are only shares.
    #[must_use]
    pub fn first_expiry(&self) -> Option<f64> {
        self.legs.iter().filter_map(Leg::years).reduce(f64::min)
    }

    /// Years to the last expiry; none when there are only shares.
    #[must_use]
    pub fn last_expiry(&self) -> Option<f64> {
        self.legs.iter().filter_map(Leg::years).reduce(f64::max)
    }

    /// Whether some options outlive others.
    #[must_use]
    pub fn several_expiries(&self) -> bool {
        self.first_expiry() != self.last_expiry()
    }
}
