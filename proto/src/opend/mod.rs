//! OpenD: messages, ids, frames, ciphers and sessions.

pub mod messages;
