//! Tests through the public interface.

mod european;
mod implied;
mod historical_vol;
mod warrants;
mod surface;
mod surface_market;
mod surface_parity;
mod surface_svi;
