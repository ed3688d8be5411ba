//! Scenario, property and invariant tests of the core.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub)]

mod common;
mod drill_down;
mod drill_down_rules;
mod drill_down_ticks;
mod frames;
mod kernel;
mod market_chaos;
mod market_fees;
mod market_rules;
mod market_terms;
mod orderbook;
mod scenario_errors;
mod scenarios;
mod strategies;
mod tape;
mod tape_audit;
mod tape_chaos;
mod tapes;
mod venue;
