//! Scenario, property and golden tests of the core.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod scenarios;
