//! Tests through the public interface.

mod covariance;
mod golden;
mod kelly;
mod pbo;
mod portfolio;
mod properties;
