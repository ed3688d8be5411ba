//! Sessions: one connection as a state machine, for either side.
//!
//! A driver owns the socket and the clock. It gives a session what it read, and
//! the time; it writes what [`ClientSession::output`] holds; it calls `tick` when
//! [`ClientSession::next_deadline`] has come. Nothing is queued inside but bytes to
//! be written: `receive` and `tick` return one event at a time and are called
//! until they return none.
//!
//! ```text
//! read n bytes  -> let mut input = &buffer[..n]; while let Some(event) = session.receive(&mut input, now) { .. }
//! deadline      -> while let Some(event) = session.tick(now) { .. }
//! end of stream -> session.disconnected()
//! after each    -> write session.output(), then session.sent(written)
//! ```
//!
//! Times are nanoseconds since 1970 in UTC and should not go back; one that does
//! counts as the latest seen.
//!
//! Bodies are protobuf on this side of a session whatever the wire's format is:
//! JSON is converted on the way.
//!
//! After a session has closed it takes nothing and adds nothing to its output.
//! What is in the output is whole frames: write it all before closing the socket,
//! since the official SDK does not survive half a frame.

mod body;
mod client;
mod client_config;
mod closed;
mod deadlines;
mod greeting;
mod output;
mod pending;
mod server;
mod server_config;

pub use client::ClientSession;
pub use client_config::{ClientConfig, ClientEvent, Connected, Counters};
pub use closed::{Closed, SendError};
pub use deadlines::SECOND;
pub use server::{ServerEvent, ServerSession, Ticket};
pub use server_config::{ClientInfo, ServerConfig};
