//! Reports of synthetic runs.

mod drill;
mod figures;
mod page;
mod synthetic;
mod table;
mod tape;
