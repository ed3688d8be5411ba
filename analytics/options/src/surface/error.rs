//! Why there is no surface.

use crate::OptionError;
use crate::chain::rules::Rule;

/// Why a chain gives no surface.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SurfaceError {
    /// The chain is empty.
    NoQuotes,
    /// No expiry has enough good quotes; says which rule dropped how many.
    NoExpiry {
        /// Quotes in the chain.
        quotes: usize,
        /// The rules that dropped some, with the number.
        dropped: Vec<(Rule, usize)>,
    },
    /// An argument beside the quotes is not a number or outside its domain.
    Argument(OptionError),
}

impl std::fmt::Display for SurfaceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoQuotes => write!(f, "the chain has no quotes, expected calls and puts of at least one expiry"),
            Self::NoExpiry { quotes, dropped } => {
                write!(f, "no expiry can be fitted: of {quotes} quotes are dropped")?;
                for (i, (rule, count)) in dropped.iter().enumerate() {
                    write!(f, "{} {count} ({})", if i == 0 { "" } else { "," }, rule.name())?;
                }
                Ok(())
            }
            Self::Argument(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SurfaceError {}

impl From<OptionError> for SurfaceError {
    fn from(error: OptionError) -> Self {
        Self::Argument(error)
    }
}
