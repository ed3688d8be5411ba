//! Binomial trees: slow, simple, and independent of every formula elsewhere.

mod leisen_reimer;

pub use leisen_reimer::{Tree, TreeValue};
