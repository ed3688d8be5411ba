//! Time series: regression, unit roots, cointegration, mean reversion, correlation, volatility.
//!
//! Slices of equally spaced observations, oldest first. Nothing is dropped or
//! filled: a value that is not finite is an error that names its place, and so are
//! slices of different lengths, too few observations, and data that have no answer
//! (a constant series, collinear columns).

pub mod adf;
pub mod correlation;
pub mod engle_granger;
pub mod ewma;
pub mod garch;
pub mod half_life;
mod input;
pub mod kalman;
pub mod mackinnon;
mod mackinnon_tables;
pub mod ols;
mod qr;
pub mod rank;
