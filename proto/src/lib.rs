//! The wire protocol of Futu's OpenD gateway, sans-I/O.
//!
//! Bytes and a time go in; bytes, events and deadlines come out. Nothing here
//! opens a socket, reads a clock, starts a thread or keeps a log. Every input
//! may be hostile: no byte sequence panics or makes the crate reserve more than
//! its stated bounds.

pub mod opend;
