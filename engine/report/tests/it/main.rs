//! Reports of synthetic runs.

mod drill;
mod figures;
mod page;
mod picture;
mod synthetic;
mod table;
mod tape;
