//! Binomial trees: slow, simple, and independent of every formula elsewhere.

mod dividends;
mod lattice;
mod leisen_reimer;

pub use dividends::CashDividend;
pub use leisen_reimer::{Tree, TreeValue};
