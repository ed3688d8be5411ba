//! Tests through the public interface.

mod covariance;
mod golden;
mod kelly;
mod kelly_limits;
mod pbo;
mod portfolio;
mod properties;
mod stress;
