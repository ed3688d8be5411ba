//! The 44 bytes before every body.

use super::FrameError;
use sha1::{Digest, Sha1};

/// Length of a header, in bytes.
pub const HEADER_LEN: usize = 44;

/// The first two bytes of every frame.
pub const MAGIC: [u8; 2] = *b"FT";

/// Longest body taken when nothing else is set, in bytes. The wire itself has no limit below 4 GiB.
pub const MAX_BODY_LEN: u32 = 64 << 20;

/// How a body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Format {
    /// Protobuf, 0 on the wire.
    #[default]
    Protobuf,
    /// JSON text in UTF-8, 1 on the wire.
    Json,
}

impl Format {
    /// The number on the wire.
    pub const fn number(self) -> u8 {
        match self {
            Self::Protobuf => 0,
            Self::Json => 1,
        }
    }

    /// The format of a number on the wire; `None` if there is none.
    pub const fn from_number(number: i64) -> Option<Self> {
        match number {
            0 => Some(Self::Protobuf),
            1 => Some(Self::Json),
            _ => None,
        }
    }
}

/// A header, checked.
///
/// The version is read and not compared: no known reader looks at it. The reserved bytes are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Protocol id, which says what message the body is.
    pub proto_id: u32,
    /// How the body is written.
    pub format: Format,
    /// Protocol version, 0 today.
    pub version: u8,
    /// A request's own number, its reply's the same, a push's from the gateway's own counter.
    pub serial: u32,
    /// Length of the body as sent, after encryption, in bytes.
    pub body_len: u32,
    /// SHA-1 of the body before encryption.
    pub digest: [u8; 20],
}

impl Header {
    /// Reads a header.
    ///
    /// # Errors
    ///
    /// [`FrameError::Magic`] and [`FrameError::Format`]. The length isn't judged here.
    pub fn read(bytes: &[u8; HEADER_LEN]) -> Result<Self, FrameError> {
        let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let found = [bytes[0], bytes[1]];
        if found != MAGIC {
            return Err(FrameError::Magic { found });
        }
        let proto_id = word(2);
        let format =
            Format::from_number(i64::from(bytes[6])).ok_or(FrameError::Format { proto_id, found: bytes[6] })?;
        let mut digest = [0; 20];
        digest.copy_from_slice(&bytes[16..36]);
        Ok(Self { proto_id, format, version: bytes[7], serial: word(8), body_len: word(12), digest })
    }

    /// The header as sent.
    pub fn write(&self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[..2].copy_from_slice(&MAGIC);
        bytes[2..6].copy_from_slice(&self.proto_id.to_le_bytes());
        bytes[6] = self.format.number();
        bytes[7] = self.version;
        bytes[8..12].copy_from_slice(&self.serial.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.body_len.to_le_bytes());
        bytes[16..36].copy_from_slice(&self.digest);
        bytes
    }

    /// Whether `plain`, the body after decryption, is the one that was hashed.
    ///
    /// # Errors
    ///
    /// [`FrameError::Digest`] if not.
    pub fn check(&self, plain: &[u8]) -> Result<(), FrameError> {
        if digest(plain) == self.digest {
            Ok(())
        } else {
            Err(FrameError::Digest { proto_id: self.proto_id, serial: self.serial })
        }
    }
}

/// SHA-1 of a body before encryption.
pub fn digest(plain: &[u8]) -> [u8; 20] {
    Sha1::digest(plain).into()
}
