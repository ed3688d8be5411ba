//! Scenarios of the wire protocol.
#![allow(clippy::unwrap_used, clippy::panic)]

mod envelope;
mod ids;
mod json;
mod required;
mod schema;
mod wild;
mod wire;
