//! Frames: 44 bytes of header, then the body.
//!
//! All numbers are little-endian. The header carries the SHA-1 of the body
//! before encryption, so a reader checks it after decryption ([`Header::check`]);
//! [`Decoder`] only cuts the stream.
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 2 | magic `FT` |
//! | 2 | 4 | protocol id |
//! | 6 | 1 | body format: 0 protobuf, 1 JSON |
//! | 7 | 1 | protocol version, 0 |
//! | 8 | 4 | serial number |
//! | 12 | 4 | length of the body as sent |
//! | 16 | 20 | SHA-1 of the body before encryption |
//! | 36 | 8 | reserved, 0 |

mod decode;
mod encode;
mod header;

pub use decode::{Decoder, Frame};
pub use encode::{Outgoing, append, append_sealed};
pub use header::{Format, HEADER_LEN, Header, MAGIC, MAX_BODY_LEN, digest};

use thiserror::Error;

/// Why bytes are no frame, or a body can't become one.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum FrameError {
    /// The first two bytes of a header aren't `FT`.
    #[error("not an OpenD frame: it starts with {found:02x?}, expected [46, 54] (\"FT\")")]
    Magic {
        /// The two bytes found.
        found: [u8; 2],
    },
    /// The body format is neither protobuf nor JSON.
    #[error("frame of protocol {proto_id}: body format {found}, expected 0 (protobuf) or 1 (JSON)")]
    Format {
        /// Protocol id of the frame.
        proto_id: u32,
        /// The format byte found.
        found: u8,
    },
    /// The body is longer than this side takes or sends.
    #[error("frame of protocol {proto_id}: body of {len} bytes, the limit is {limit}")]
    TooLong {
        /// Protocol id of the frame.
        proto_id: u32,
        /// Length of the body, in bytes.
        len: u64,
        /// The limit, in bytes.
        limit: u32,
    },
    /// A frame to be sent has no body; the official SDK waits for one more byte before it handles such a frame.
    #[error("frame of protocol {proto_id}: the body is empty")]
    EmptyBody {
        /// Protocol id of the frame.
        proto_id: u32,
    },
    /// The plain body doesn't have the SHA-1 that the header states.
    #[error("frame of protocol {proto_id}, serial {serial}: the body's SHA-1 isn't the one in the header")]
    Digest {
        /// Protocol id of the frame.
        proto_id: u32,
        /// Serial number of the frame.
        serial: u32,
    },
}
