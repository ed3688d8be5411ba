//! Tests through the public interface.

mod golden;
mod kelly;
mod pbo;
mod portfolio;
mod properties;
