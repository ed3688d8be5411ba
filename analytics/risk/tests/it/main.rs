//! Tests through the public interface.

mod golden;
mod properties;
mod var;
