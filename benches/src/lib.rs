//! Shared inputs of the benches.

pub mod input;
pub mod w1;
