//! Tests through the public interface.

mod any_input;
mod covariance;
mod golden;
mod honesty;
mod kelly;
mod kelly_limits;
mod monte_carlo;
mod pbo;
mod portfolio;
mod properties;
mod series_correlation;
mod series_edges;
mod series_garch;
mod series_golden;
mod series_noise;
mod series_properties;
mod series_reference;
mod stress;
mod var;
