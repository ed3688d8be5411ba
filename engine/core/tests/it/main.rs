//! Scenario, property and invariant tests of the core.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub)]

mod common;
mod kernel;
mod market_chaos;
mod market_fees;
mod market_rules;
mod market_terms;
mod scenario_errors;
mod scenarios;
mod strategies;
mod tape_audit;
mod tape_chaos;
mod tapes;
mod venue;
