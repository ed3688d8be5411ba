//! The simulated exchange on bars.

mod book;
pub(crate) mod certainty;
mod level;
mod matching;
mod rules;
pub mod scenario;
pub mod scenario_json;
pub(crate) mod sim;

pub use book::{Book, Desk, Working};
pub use level::Level;
pub use rules::{FillRules, LimitFill, LimitGap, MarketFill, ONE, PathRule, Slippage, TradedBar};
