//! Reports of synthetic runs.

mod figures;
mod page;
mod synthetic;
mod table;
