//! Implied volatility.

mod bad_input;
mod batch;
mod golden;
mod properties;
