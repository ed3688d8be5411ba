//! Kinds of listed structured products, and which of them have figures here.

use thiserror::Error;

use crate::cbbc::Direction;
use crate::{OptionError, OptionType};

/// A kind of structured product listed in Hong Kong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProductKind {
    /// Standard call warrant.
    Call,
    /// Standard put warrant.
    Put,
    /// Callable bull contract.
    Bull,
    /// Callable bear contract.
    Bear,
    /// Inline warrant: pays 1 inside a range and 0.25 outside.
    Inline,
    /// Any other: exotic, basket, equity warrants of the company itself.
    Other,
}

/// Why a structured product has no figures.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum ProductError {
    /// The kind of product is not one that these figures are for.
    #[error("{found} products are unsupported, expected {expected}")]
    Unsupported {
        /// The kind, by [name](ProductKind::name).
        found: &'static str,
        /// What is supported here.
        expected: &'static str,
    },
    /// The terms contradict each other.
    #[error("a {direction} contract with call price {call} and strike {strike}, expected {expected}")]
    CallPrice {
        /// `bull` or `bear`.
        direction: &'static str,
        /// The call price.
        call: f64,
        /// The strike.
        strike: f64,
        /// What holds for such a contract.
        expected: &'static str,
    },
    /// An argument is outside its domain, or no volatility gives the price.
    #[error(transparent)]
    Option(#[from] OptionError),
}

impl ProductKind {
    /// All kinds.
    pub const ALL: [Self; 6] = [Self::Call, Self::Put, Self::Bull, Self::Bear, Self::Inline, Self::Other];

    /// `call`, `put`, `bull`, `bear`, `inline`, `other`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Put => "put",
            Self::Bull => "bull",
            Self::Bear => "bear",
            Self::Inline => "inline",
            Self::Other => "other",
        }
    }

    /// The kind of that [name](Self::name).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Call or put, for a standard warrant.
    ///
    /// # Errors
    /// [`ProductError::Unsupported`] for every other kind.
    pub fn option_type(self) -> Result<OptionType, ProductError> {
        match self {
            Self::Call => Ok(OptionType::Call),
            Self::Put => Ok(OptionType::Put),
            _ => Err(ProductError::Unsupported { found: self.name(), expected: "a standard call or put warrant" }),
        }
    }

    /// Bull or bear, for a callable contract.
    ///
    /// # Errors
    /// [`ProductError::Unsupported`] for every other kind.
    pub fn direction(self) -> Result<Direction, ProductError> {
        match self {
            Self::Bull => Ok(Direction::Bull),
            Self::Bear => Ok(Direction::Bear),
            _ => Err(ProductError::Unsupported { found: self.name(), expected: "a bull or bear contract" }),
        }
    }
}
