//! What the crate's text promises of every tape.
#![allow(clippy::unwrap_used, clippy::panic)]

mod properties;
mod settings;
