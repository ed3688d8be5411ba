#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub)]
//! Scenarios of the signals, sizers and exits, composed and run on small bars.

mod books;
mod common;
mod composition;
mod equivalence;
mod exits;
mod partial;
mod registry;
mod regressions;
mod signals;
mod sizing;
