//! American options on a lognormal underlying with a continuous yield.
//!
//! The exercise boundary by spectral collocation, the price by integrating the
//! early exercise premium over it (Andersen, Lake and Offengenden 2016,
//! "High-performance American option pricing", Journal of Computational Finance
//! 20(1)). A call is the put with spot and strike, rate and yield exchanged
//! (McDonald and Schroder 1998). [`crate::tree`] is the independent check.
//!
//! | put (call: exchange rate and yield) | answer |
//! |---|---|
//! | rate > 0, or rate = 0 > yield | one boundary below the strike: collocation |
//! | rate <= 0 and yield >= rate | never exercised early: the European price |
//! | yield < rate < 0 | two boundaries: a tree of 1,001 steps, extrapolated, with an error estimate |
//! | volatility so small that the boundary's equation does not settle | the same tree |
//! | volatility or time 0 | exact: the best of all exercise dates |

mod batch;
mod boundary;
mod certain;
mod collocation;
mod differences;
mod equation;
mod evaluate;
mod implied;
mod newton;
mod premium;
mod put;
mod qd_plus;
mod scheme;

pub use batch::{Chain, prices, valuations};
pub use boundary::Boundary;
pub use differences::Differences;
pub use implied::{DeAmericanised, de_americanise, volatility};
pub use scheme::Scheme;

use crate::error::{finite, not_negative, positive};
use crate::{European, OptionError, OptionType};

/// An American option and its market.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct American {
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

/// What an American option is worth, in the units of spot and strike.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Valuation {
    /// Value of the option; never below intrinsic, never below European.
    pub price: f64,
    /// dV/dS.
    pub delta: f64,
    /// d2V/dS2; 0 where the option is exercised now.
    pub gamma: f64,
    /// Value of the same option without early exercise.
    pub european: f64,
    /// The price is the intrinsic value, above 0: exercise now is as good as waiting.
    pub exercise_now: bool,
    /// The spot at which exercise becomes best now: a put at or below it, a
    /// call at or above it. `None` where early exercise never pays (or the spot would be
    /// beyond the largest number), at expiry,
    /// without volatility, or with two boundaries.
    pub critical_price: Option<f64>,
    /// An estimate of the price's error, where the price comes from the tree.
    pub tree_error: Option<f64>,
}

impl American {
    /// The value with [`Scheme::Accurate`].
    ///
    /// # Errors
    /// Names the argument that is not a number or outside its domain;
    /// [`OptionError::Unresolved`] where the numbers are too extreme to answer.
    pub fn price(&self) -> Result<f64, OptionError> {
        self.valuation(Scheme::default()).map(|valuation| valuation.price)
    }

    /// The value with its first derivatives by the spot.
    ///
    /// # Errors
    /// As [`American::price`].
    pub fn valuation(&self, scheme: Scheme) -> Result<Valuation, OptionError> {
        evaluate::valuation(self, scheme, &mut collocation::Workspace::default())
    }

    /// The critical price over the option's life.
    ///
    /// # Errors
    /// As [`American::price`]; [`OptionError::TwoBoundaries`] where exercise
    /// pays between two critical prices; volatility must be above 0.
    pub fn boundary(&self, scheme: Scheme) -> Result<Boundary, OptionError> {
        Boundary::of(self, scheme)
    }

    /// Vega, theta, rho and rho_q by central differences of the price.
    ///
    /// # Errors
    /// As [`American::price`].
    pub fn differences(&self, scheme: Scheme) -> Result<Differences, OptionError> {
        Differences::of(self, scheme)
    }

    /// The payoff of exercise now.
    #[must_use]
    pub fn intrinsic(&self) -> f64 {
        (self.kind.sign() * (self.spot - self.strike)).max(0.0)
    }

    /// The same contract without early exercise.
    #[must_use]
    pub fn without_early_exercise(&self) -> European {
        European {
            kind: self.kind,
            spot: self.spot,
            strike: self.strike,
            years: self.years,
            rate: self.rate,
            dividend_yield: self.dividend_yield,
            volatility: self.volatility,
        }
    }

    /// Names the first argument outside its domain.
    pub(crate) fn check(&self) -> Result<(), OptionError> {
        positive("spot", self.spot)?;
        positive("strike", self.strike)?;
        not_negative("years", self.years)?;
        finite("rate", self.rate)?;
        finite("dividend_yield", self.dividend_yield)?;
        not_negative("volatility", self.volatility)?;
        Ok(())
    }

    /// The put on a strike of 1 that it equals, and the price of that strike.
    fn as_put(&self) -> (put::Put, f64) {
        let (years, volatility) = (self.years, self.volatility);
        match self.kind {
            OptionType::Put => (
                put::Put {
                    spot: self.spot / self.strike,
                    years,
                    rate: self.rate,
                    dividend_yield: self.dividend_yield,
                    volatility,
                },
                self.strike,
            ),
            OptionType::Call => (
                put::Put {
                    spot: self.strike / self.spot,
                    years,
                    rate: self.dividend_yield,
                    dividend_yield: self.rate,
                    volatility,
                },
                self.spot,
            ),
        }
    }
}
