//! OpenD: messages, ids, frames, ciphers and sessions.

pub mod crypt;
pub mod envelope;
mod fields;
pub mod frame;
pub mod ids;
pub mod json;
pub mod messages;
pub mod protocol;
pub mod required;
pub mod schema;
pub mod session;

pub use fields::Malformed;
pub use ids::Id;
