//! Tests through the public interface.

mod european;
mod implied;
