//! What a client brings to a session, and what it hears from one.

use super::Closed;
use super::deadlines::{GATEWAY_SILENCE, GREETING, REPLY};
use crate::opend::crypt::RsaKey;
use crate::opend::frame::{Format, MAX_BODY_LEN};
use crate::opend::ids::Id;
use std::sync::Arc;

/// What a client brings. Times are in nanoseconds.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// Version of this client; the official SDK says 300.
    pub client_ver: i32,
    /// Name of this client.
    pub client_id: String,
    /// Language of this client.
    pub programming_language: String,
    /// Whether the gateway is to push its notices (1003).
    pub recv_notify: bool,
    /// How bodies are written on the wire, pushes too.
    pub format: Format,
    /// The RSA key shared with the gateway. With one, encryption is asked for and an answer in clear is refused.
    pub key: Option<Arc<RsaKey>>,
    /// Serial number of the first frame; they rise from there.
    pub first_serial: u32,
    /// Time for InitConnect. 20 s in the official SDK.
    pub greeting_timeout: i64,
    /// Time for a reply when the caller names none. 12 s in the official SDK.
    pub reply_timeout: i64,
    /// After this time without a byte the gateway is dead. 33 s in the official SDK.
    pub silence: i64,
    /// Longest body taken or sent, in bytes.
    pub max_body_len: u32,
    /// Most requests that wait for their reply.
    pub max_in_flight: usize,
    /// Nothing more is taken while so many bytes wait to be written.
    pub max_output_len: usize,
}

impl ClientConfig {
    /// The official SDK's times, protobuf, no encryption.
    pub fn new(client_id: impl Into<String>) -> Self {
        Self {
            client_ver: 300,
            client_id: client_id.into(),
            programming_language: "Rust".to_owned(),
            recv_notify: true,
            format: Format::Protobuf,
            key: None,
            first_serial: 1,
            greeting_timeout: GREETING,
            reply_timeout: REPLY,
            silence: GATEWAY_SILENCE,
            max_body_len: MAX_BODY_LEN,
            max_in_flight: 1024,
            max_output_len: 16 << 20,
        }
    }
}

/// What the gateway's answer to InitConnect said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// Version of the gateway: major * 100 + minor.
    pub server_ver: i32,
    /// Number of the user who is logged in there.
    pub login_user_id: u64,
    /// Number of this connection, part of every order's `PacketID`.
    pub conn_id: u64,
    /// Interval of keep-alives it asks for, in seconds.
    pub keep_alive_interval_s: i32,
    /// `Common.PacketEncAlgo` in use: -1 none, 0 FTAES_ECB, 1 AES_ECB, 2 AES_CBC.
    pub algorithm: i32,
    /// `Common.UserAttribution`.
    pub user_attribution: Option<i32>,
}

/// What a client hears. Bodies are protobuf: a `Response` of the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientEvent {
    /// InitConnect is complete; requests may be sent.
    Connected(Connected),
    /// The reply to a request.
    Reply {
        /// Its protocol.
        proto_id: u32,
        /// Serial number of the request.
        serial: u32,
        /// Its body.
        body: Vec<u8>,
    },
    /// A push.
    Push {
        /// Its protocol.
        id: Id,
        /// The gateway's number for it. Not checked: the official SDK doesn't either.
        serial: u32,
        /// Its body.
        body: Vec<u8>,
    },
    /// No reply came in time. One that comes later is dropped and counted.
    TimedOut {
        /// Protocol of the request.
        proto_id: u32,
        /// Its serial number.
        serial: u32,
    },
    /// The session has ended.
    Closed {
        /// Why.
        why: Closed,
        /// The requests without a reply, as sent: protocol and serial number. What became of them is not known.
        unanswered: Vec<(u32, u32)>,
    },
}

/// What was dropped without ending the session, and the last round trip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Frames before InitConnect was complete.
    pub early: u64,
    /// Replies to requests that had timed out, were answered already, or were never sent.
    pub unmatched: u64,
    /// Time from the last answered keep-alive to its reply, in nanoseconds.
    pub round_trip: Option<i64>,
}
