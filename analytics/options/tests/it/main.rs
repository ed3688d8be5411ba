//! Tests through the public interface.

mod american;
mod american_edges;
mod american_implied;
mod american_properties;
mod american_tree;
mod european;
mod historical_vol;
mod implied;
mod legs;
mod warrants;
