//! Files in and out: price CSVs into checked columns, run tables out.
//!
//! The way of a price file: `contract` (what the file promises) and `header` ->
//! `pieces` (about 8 MB of whole lines) -> `parse` (polars) -> `rows` (every
//! check, local time to UTC) -> `engine_core::bars::Bars`. Beside it stand the
//! corporate actions (`actions`) and, for the batch commands, a CSV kept as text
//! (`table`) and the tables of a run (`run_tables`).
//!
//! polars is an implementation detail: nothing public names it. Nothing here
//! panics on a file's content; what is wrong with a file is a [`DataError`] that
//! says where, and nothing is repaired silently: what was assumed is a warning.

pub mod actions;
pub mod audit;
pub mod bar_length;
pub mod calendars;
pub mod catalogue;
pub mod contract;
pub mod csv;
pub mod error;
mod header;
pub mod hours;
pub mod import;
mod jumps;
pub mod number;
mod parquet;
mod parquet_pages;
mod parquet_prices;
mod parse;
mod pieces;
pub mod prices;
mod quiet;
pub mod resample;
mod rows;
pub mod run_tables;
mod shift;
pub mod table;
mod text;
mod when;
pub mod write_prices;
mod zone;

pub use bar_length::BarLength;
pub use contract::{Contract, ContractOverrides, Prices, Stamp};

pub use error::DataError;
pub use prices::{Loaded, read_bars};
