//! OpenD: messages, ids, frames, ciphers and sessions.

pub mod crypt;
pub mod frame;
pub mod messages;
