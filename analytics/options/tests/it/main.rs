//! Tests through the public interface.

mod european;
mod historical_vol;
mod legs;
mod warrants;
