//! Tests through the public interface.

mod golden;
mod properties;
mod series_golden;
