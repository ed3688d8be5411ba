//! Tests through the public interface.

mod european;
mod surface;
mod surface_market;
mod surface_parity;
mod surface_svi;
