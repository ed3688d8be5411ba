//! The messages of OpenD, one module per schema file, made by the build from
//! `schema/opend/*.proto`.
//!
//! `required` fields are plain values here and decode to zero or an empty text
//! when the sender left them out.

#![allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]

include!(concat!(env!("OUT_DIR"), "/opend.rs"));
