//! A run result as terminal table, JSON and one self-contained HTML page.
//!
//! A `ReportInput` goes in, text comes out: no file, no clock, no network, and
//! the page that comes out needs none either. Statistics are those of `risk`;
//! nothing here decides anything about the run.

mod display;
mod drill;
mod input;
mod orders;
mod page;
pub mod picture;
mod sample;
mod summary;
pub mod sweep;
mod tape;
mod terminal;

pub use drill::DrillFigures;
pub use input::{Benchmark, ReportInput};
pub use page::html;
pub use summary::{Summary, periods_per_year, summary, summary_at};
pub use tape::{IncidentFigures, TapeFigures};
pub use terminal::terminal;
