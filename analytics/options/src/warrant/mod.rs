//! Derivative warrants as they are listed in Hong Kong: European, settled in cash,
//! one share for every `conversion_ratio` warrants.
//!
//! All figures follow the definitions the exchange and the issuers print. A
//! warrant's price is for one warrant; times the conversion ratio (and divided by
//! the exchange rate, when the underlying is quoted in another currency) it is for
//! one share, and only that can be compared with an option. Bull and bear
//! contracts are in [`cbbc`](crate::cbbc); every other kind is refused by name.

mod figures;
mod kind;
mod richness;

pub use figures::{Warrant, WarrantFigures, WarrantMarket, WarrantSensitivities};
pub use kind::{ProductError, ProductKind};
pub use richness::Richness;

/// Calendar days in a year, for decay per day.
pub const DAYS_PER_YEAR: f64 = 365.0;
