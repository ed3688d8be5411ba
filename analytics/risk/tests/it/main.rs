//! Tests through the public interface.

mod golden;
mod monte_carlo;
mod properties;
mod var;
