//! Shared inputs of the benches, the workloads, and the side-by-side comparison.
//!
//! `input` makes bars, `npy` keeps them in files that Python reads too; `w1` to `w5`, `w7`
//! `input` makes bars, `npy` keeps them in files that Python reads too; `w1` to `w6`
//! and `far_orders` are workloads with the plain loops they are measured against;
//! `side_by_side` runs them beside the peers. Nothing here is part of the product.

pub mod far_orders;
pub mod indicator_set;
pub mod input;
pub mod npy;
pub mod side_by_side;
pub mod w1;
pub mod w2;
pub mod w3;
pub mod w4;
pub mod w5;
pub mod w7;
pub mod w6;
