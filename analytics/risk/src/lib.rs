//! Performance and risk statistics: pure functions over plain slices.
//!
//! Slices in, numbers and small structs out; no I/O, no state, no types of the
//! engine. What is undefined (zero variance, no losses, too few values, values
//! that are not finite) is `None` in the statistics of a curve ([`ratios`],
//! [`moments`], [`drawdown`], [`benchmark`], ...) and a typed [`RiskError`] that names
//! the argument, what was found and what was expected everywhere else: never NaN,
//! never a silent zero, never a panic.
//! Each formula states its definition and source.

pub mod activity;
pub mod benchmark;
pub mod block_length;
pub mod bootstrap;
pub mod calendar;
mod check;
pub mod covariance;
pub mod curve;
pub mod deflated;
pub mod drawdown;
pub mod error;
pub mod kelly;
pub mod moments;
pub mod monte_carlo;
pub mod pbo;
pub mod performance;
pub mod portfolio;
pub mod ratios;
pub mod resample;
pub mod rolling;
mod select;
pub mod series;
pub mod stress;
pub mod trades;
pub mod values;
pub mod var;

pub use error::RiskError;

/// `Some` for a finite value.
pub(crate) fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}
