//! Strategies on books, driven by small tapes made by hand and by made-up markets.

mod imbalance;
mod market_maker;
mod oracle;
mod properties;
mod tapes;
mod twap;
