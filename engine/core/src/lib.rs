//! Vocabulary, deterministic kernel, simulated exchange and portfolio.

pub mod account;
pub mod actions;
pub mod bars;
pub mod builder;
pub mod calendar;
pub mod compose;
pub mod context;
pub mod digest;
pub mod exchange;
pub mod feed;
pub mod fixed;
pub mod gate;
pub mod instrument;
pub mod kernel;
pub mod ledger;
pub mod market;
pub mod order;
pub mod portfolio;
pub mod record;
pub mod registry;
pub mod setup;
pub mod strategy;
pub mod time;
