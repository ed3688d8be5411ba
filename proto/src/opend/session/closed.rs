//! Why a session ended, and why something could not be sent.

use crate::opend::crypt::{CipherError, RsaError, SessionKeysError};
use crate::opend::frame::FrameError;
use crate::opend::json::JsonError;
use thiserror::Error;

/// Why a session ended.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Closed {
    /// This side closed it.
    #[error("closed by this side")]
    Local,
    /// The peer closed the connection, between two frames.
    #[error("the peer closed the connection")]
    Peer,
    /// The peer closed the connection inside a frame.
    #[error("the peer closed the connection in the middle of a frame")]
    PeerMidFrame,
    /// What came is no frame, is too long, or its SHA-1 is wrong.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// A body can't be decrypted.
    #[error("frame of protocol {proto_id}, serial {serial}: {error}")]
    Cipher {
        /// Protocol id of the frame.
        proto_id: u32,
        /// Serial number of the frame.
        serial: u32,
        /// What is wrong with it.
        error: CipherError,
    },
    /// A body says that it is JSON and isn't, or not the message of its protocol.
    #[error("frame of protocol {proto_id}, serial {serial}: {error}")]
    Json {
        /// Protocol id of the frame.
        proto_id: u32,
        /// Serial number of the frame.
        serial: u32,
        /// What is wrong with it.
        error: JsonError,
    },
    /// InitConnect took too long.
    #[error("InitConnect wasn't complete after {seconds} s")]
    GreetingTimedOut {
        /// The limit, in seconds.
        seconds: i64,
    },
    /// Nothing came for too long.
    #[error("nothing came from the peer for {seconds} s")]
    Silent {
        /// The limit, in seconds.
        seconds: i64,
    },
    /// The message of InitConnect is wrong.
    #[error("InitConnect: {0}")]
    Greeting(String),
    /// The body of InitConnect matches its SHA-1 neither as it is nor, with a key, decrypted.
    #[error("InitConnect: the body's SHA-1 isn't the one in the header{}", if *.with_key {
        ", neither as it came nor decrypted with this side's RSA key: the peer's key is another, or the body is damaged"
    } else {
        ": the peer encrypts and this side has no RSA key, or the body is damaged"
    })]
    GreetingKey {
        /// Whether this side has an RSA key.
        with_key: bool,
    },
    /// InitConnect can't be encrypted.
    #[error("InitConnect: {0}")]
    Rsa(#[from] RsaError),
    /// The gateway refused InitConnect.
    #[error("the gateway refused InitConnect ({ret_type}): {}", if text.is_empty() { "no reason given" } else { text })]
    Refused {
        /// Its result, not 0.
        ret_type: i32,
        /// Its text for people.
        text: String,
    },
    /// The gateway accepted InitConnect in clear although encryption was asked for.
    #[error("the gateway answered an encrypted InitConnect in clear: it has no RSA key, or encryption is off there")]
    ReplyInClear,
    /// The gateway gave a key or IV that can't be one.
    #[error("InitConnect: {0}")]
    Keys(#[from] SessionKeysError),
    /// The client asked for an encryption that doesn't exist.
    #[error("InitConnect: packetEncAlgo {found}, expected -1, 0, 1 or 2")]
    Algorithm {
        /// The number asked for.
        found: i32,
    },
    /// The client sent something else before InitConnect.
    #[error("protocol {proto_id} came before InitConnect")]
    NotGreeted {
        /// What it sent.
        proto_id: u32,
    },
    /// The client sent InitConnect twice.
    #[error("InitConnect came twice")]
    GreetedTwice,
    /// The peer reads too slowly: the limit of bytes waiting for it was reached.
    #[error("the peer doesn't read: {waiting} bytes wait for it, the limit is {limit}")]
    SlowReader {
        /// Bytes waiting.
        waiting: usize,
        /// The limit.
        limit: usize,
    },
}

/// Why something was not sent. Nothing of it was, and the session goes on.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SendError {
    /// InitConnect isn't complete.
    #[error("the session isn't ready: InitConnect isn't complete")]
    NotReady,
    /// The session has ended.
    #[error("the session has ended")]
    Closed,
    /// This side doesn't send that: a push as a request, a request as a push, or what the session sends by itself.
    #[error("protocol {proto_id} isn't for the caller to send here")]
    NotForCaller {
        /// Its number.
        proto_id: u32,
    },
    /// Too many bytes wait to be written.
    #[error("{waiting} bytes wait to be written, the limit is {limit}")]
    OutputFull {
        /// Bytes waiting.
        waiting: usize,
        /// The limit.
        limit: usize,
    },
    /// Too many requests wait for their reply.
    #[error("{limit} requests wait for their reply, which is the limit")]
    TooManyInFlight {
        /// The limit.
        limit: usize,
    },
    /// Four billion requests were sent on this connection.
    #[error("the serial numbers of this connection are used up")]
    SerialsUsedUp,
    /// The body is empty or too long.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The session speaks JSON, and this body can't be turned into it.
    #[error("protocol {proto_id}: {error}")]
    Json {
        /// Its protocol.
        proto_id: u32,
        /// What is wrong with it.
        error: JsonError,
    },
    /// The session speaks JSON, and the schema of this protocol isn't known.
    #[error("protocol {proto_id} can't be sent as JSON: its messages aren't known")]
    NoSchema {
        /// Its protocol.
        proto_id: u32,
    },
}
