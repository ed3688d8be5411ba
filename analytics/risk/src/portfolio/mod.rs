//! What a portfolio holds and how it stands: values, weights, concentration,
//! leverage, beta, currencies, margin, liquidity.
//!
//! Drawdowns of its equity are in [`crate::drawdown`], value at risk and its
//! shares elsewhere in this crate, shocks in [`crate::stress`].

mod beta;
mod book;
mod liquidity;
mod margin;
mod weights;

pub use beta::{Beta, beta};
pub use book::{Book, CurrencyExposure, Instrument, Line, Position, Summary};
pub use liquidity::{Liquidity, days_to_trade, liquidity};
pub use margin::{Margin, margin};
pub use weights::{Concentration, Leverage, check_weights, concentration, leverage, weights};
