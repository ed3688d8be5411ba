//! Exits: children of an entry that protect it or take its profit.

mod distance;
mod stop;
mod target;
mod trailing;

pub use stop::{Stop, StopParameters};
pub use target::{Target, TargetParameters};
pub use trailing::{Trailing, TrailingParameters};
