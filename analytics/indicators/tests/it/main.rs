//! One binary for all integration tests.
#![allow(clippy::unwrap_used, clippy::panic)]

mod degenerate;
mod golden;
mod identity;
mod table;
mod text;
