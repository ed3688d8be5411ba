//! Files in and out: price files into checked columns, run tables out.
//!
//! The way of a price file (`prices`): `contract` (what the file promises), then for
//! CSV `header` -> `pieces` (whole lines, 256 KB at a time) -> `parse` (polars), for
//! Parquet `parquet_pages` (are the headers sound) -> `parquet_prices` (windows of
//! rows); both -> `rows` (every check, local time to UTC) -> `shift` (do the bars lie
//! on the sessions of `calendars`) and `jumps` -> `engine_core::bars::Bars`. Beside it
//! stand the corporate actions (`actions`).
//!
//! Tapes (`tape`) hold trades, quotes and books; `feeds` makes them of vendors' files.
//!
//! Around it: `audit` (gaps and oddities of a file that loads), `catalogue` (the files
//! of a folder), `import` (files of vendors), `resample` (longer bars), `write_prices`.
//! For the batch commands there are a CSV kept as text (`table`), the tables of a
//! run (`run_tables`) and the rule files of fees and markets (`rules`).
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
pub mod feeds;
mod header;
pub mod hours;
pub mod import;
mod jumps;
pub mod number;
mod parquet;
mod parquet_columns;
mod parquet_file;
mod parquet_pages;
mod parquet_prices;
mod parquet_writer;
mod parse;
mod pieces;
pub mod prices;
mod quiet;
pub mod resample;
mod rows;
pub mod rules;
pub mod run_tables;
mod shift;
pub mod table;
pub mod tape;
mod text;
mod when;
pub mod write_prices;
mod zone;

pub use bar_length::BarLength;
pub use contract::{Contract, ContractOverrides, Prices, Stamp};

pub use error::DataError;
pub use prices::{Loaded, read_bars};
