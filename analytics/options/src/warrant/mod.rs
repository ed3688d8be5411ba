//! Derivative warrants as they are listed in Hong Kong: European, settled in cash,
//! one share for every `conversion_ratio` warrants.
//!
//! All figures follow the definitions the exchange and the issuers print. A
//! warrant's price is for one warrant; times the conversion ratio (and divided by
//! the exchange rate, when the underlying is quoted in another currency) it is for
//! one share, and only that can be compared with an option. Bull and bear
//! contracts are in [`cbbc`](crate::cbbc); every other kind is refused by name.
//!
//! ```
//! use options::warrant::{ProductKind, Warrant, WarrantMarket};
//!
//! let warrant =
//!     Warrant { kind: ProductKind::Call.option_type()?, strike: 420.0, years: 0.5, conversion_ratio: 50.0 };
//! let market = WarrantMarket { spot: 400.0, rate: 0.03, dividend_yield: 0.01, exchange_rate: 1.0 };
//! let figures = warrant.figures(0.64, &market)?;
//! assert_eq!((figures.breakeven, figures.gearing), (452.0, 12.5));
//! let at = figures.at_implied?;
//! assert!((at.volatility - 0.344_761_626).abs() < 1e-9 && (at.effective_gearing - 6.034_160).abs() < 1e-6);
//! # Ok::<(), options::warrant::ProductError>(())
//! ```

mod figures;
mod kind;
mod richness;

pub use figures::{Warrant, WarrantFigures, WarrantMarket, WarrantSensitivities};
pub use kind::{ProductError, ProductKind};
pub use richness::Richness;

/// Calendar days in a year, for decay per day.
pub const DAYS_PER_YEAR: f64 = 365.0;
