//! Tests through the public interface.

mod european;
mod historical_vol;
mod implied;
mod surface;
mod surface_market;
mod surface_parity;
mod surface_svi;
mod warrants;
