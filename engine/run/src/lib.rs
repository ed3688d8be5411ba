//! A TOML file and a registry in, a run out.
//!
//! The way of a run: [`Config::read`] (the file, checked key by key, every error
//! with its line and column) -> [`backtest()`] (load the data, cut the period, run,
//! run again for the scenarios) -> [`RunFolder`] (the files a run leaves behind)
//! -> [`verify()`] (the same run again, compared). [`sweep`] makes one run for every
//! combination of parameters.
//!
//! Nothing here knows a strategy by name: plugins come in a
//! [`engine_core::registry::Registry`]. Nothing here prints.

mod backtest;
mod benchmark;
mod composition;
pub mod config;
pub mod diff;
mod error;
mod finer;
mod folder;
mod load;
mod manifest;
mod markets;
mod moment;
mod nearest;
mod queues;
mod replay;
pub mod sweep;
mod tables;
mod verify;

pub use backtest::{Outcome, Stage, backtest};
pub use config::{Config, ConfigError};
pub use error::RunFailure;
pub use folder::{FolderOptions, RunFolder};
pub use manifest::{InputFile, Manifest};
pub use nearest::nearest;
pub use replay::rebuild_report;
pub use verify::{Verdict, verify};
