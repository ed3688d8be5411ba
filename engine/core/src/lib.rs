//! Vocabulary, deterministic kernel, simulated exchange and portfolio.
pub mod bars;
pub mod exchange;
pub mod fixed;
pub mod time;
pub mod actions;
pub mod instrument;
pub mod order;
