//! Tests through the public interface.

mod golden;
mod properties;
mod series_correlation;
mod series_edges;
mod series_golden;
mod series_noise;
mod series_properties;
mod series_reference;
