//! Tests through the public interface.
#![allow(clippy::unwrap_used, clippy::panic)]

mod american;
mod american_edges;
mod american_implied;
mod american_properties;
mod american_tree;
mod european;
