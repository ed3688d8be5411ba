//! Configs and runs, end to end.

mod broken;
mod check;
mod finer;
mod golden;
mod markets;
mod overrides;
mod period;
mod runs;
mod support;
mod sweep;
mod tapes;
