//! Tests through the public interface.

mod european;
mod implied;
mod historical_vol;
mod warrants;
