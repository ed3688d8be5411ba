//! Tests through the public interface.

mod lanes;
