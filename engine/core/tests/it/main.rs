//! Scenario, property and invariant tests of the core.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub)]

mod common;
mod kernel;
mod scenarios;
mod strategies;
