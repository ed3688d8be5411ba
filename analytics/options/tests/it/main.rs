//! Tests through the public interface.

#![allow(clippy::unwrap_used, clippy::panic)]

mod american;
mod american_edges;
mod american_hard;
mod american_implied;
mod american_properties;
mod american_tree;
mod european;
mod historical_vol;
mod implied;
mod legs;
mod surface;
mod surface_market;
mod surface_parity;
mod surface_svi;
mod warrants;
