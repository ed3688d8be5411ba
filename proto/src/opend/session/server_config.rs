//! What a gateway brings to a session, and what it learns of its client.

use super::deadlines::{CLIENT_GREETING, CLIENT_SILENCE, PUSH_DELAY};
use crate::opend::crypt::RsaKey;
use crate::opend::frame::Format;
use std::sync::Arc;

/// What a gateway brings. Times are in nanoseconds.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Version of the gateway: major * 100 + minor.
    pub server_ver: i32,
    /// Number of the user who is logged in.
    pub login_user_id: u64,
    /// Interval of keep-alives asked for, in seconds; 10 in the real gateway.
    pub keep_alive_interval_s: i32,
    /// `Common.UserAttribution`.
    pub user_attribution: Option<i32>,
    /// The RSA key shared with the clients. With one, every client that doesn't ask for no encryption gets it.
    pub key: Option<Arc<RsaKey>>,
    /// Format of pushes to clients that name none.
    pub push_format: Format,
    /// Time for a new client to complete InitConnect.
    pub greeting_timeout: i64,
    /// After this time without a whole frame the client is dropped; 30 s in the real gateway.
    pub silence: i64,
    /// Pushes wait for the client's first request after InitConnect, but not longer than this.
    pub push_delay: i64,
    /// Longest body taken or sent, in bytes. Requests are small; one client can hold so much memory.
    pub max_body_len: u32,
    /// Nothing more is taken for a client while so many bytes wait to be written to it.
    pub max_output_len: usize,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            server_ver: 1011,
            login_user_id: 0,
            keep_alive_interval_s: 10,
            user_attribution: None,
            key: None,
            push_format: Format::Protobuf,
            greeting_timeout: CLIENT_GREETING,
            silence: CLIENT_SILENCE,
            push_delay: PUSH_DELAY,
            max_body_len: 16 << 20,
            max_output_len: 16 << 20,
        }
    }
}

/// What a client said of itself in InitConnect, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientInfo {
    /// Its version.
    pub client_ver: i32,
    /// Its name.
    pub client_id: String,
    /// Its language; empty if it named none.
    pub programming_language: String,
    /// Whether it wants the gateway's notices (1003).
    pub recv_notify: bool,
    /// Format of its InitConnect.
    pub format: Format,
    /// Format of the pushes to it.
    pub push_format: Format,
    /// `Common.PacketEncAlgo` in use: -1 none, 0 FTAES_ECB, 1 AES_ECB, 2 AES_CBC.
    pub algorithm: i32,
    /// Number of the connection.
    pub conn_id: u64,
}
