//! The AES key and IV that a gateway gives out with its InitConnect reply.

use super::{BLOCK_LEN, Random};
use std::fmt;
use thiserror::Error;
use zeroize::Zeroize;

/// Six bits of randomness to a character; all are printable and need no escape in JSON.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Why a key or IV can't be used. Never shows it.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("{field}: {len} bytes, expected {BLOCK_LEN}")]
pub struct SessionKeysError {
    /// The field of the InitConnect reply.
    pub field: &'static str,
    /// Its length, in bytes.
    pub len: usize,
}

/// An AES-128 key and a CBC IV, 16 bytes each.
pub struct SessionKeys {
    pub(super) key: [u8; BLOCK_LEN],
    pub(super) iv: [u8; BLOCK_LEN],
}

impl SessionKeys {
    /// New ones, of printable ASCII, since they travel as texts: 96 random bits each.
    pub fn generate(random: &mut dyn Random) -> Self {
        let mut keys = Self { key: [0; BLOCK_LEN], iv: [0; BLOCK_LEN] };
        for half in [&mut keys.key, &mut keys.iv] {
            random.fill(half);
            for byte in half {
                *byte = ALPHABET[usize::from(*byte % 64)];
            }
        }
        keys
    }

    /// Those of a reply: `connAESKey`, and `aesCBCiv` if it isn't empty.
    ///
    /// # Errors
    ///
    /// [`SessionKeysError`] if one isn't 16 bytes long.
    pub fn from_reply(key: &str, iv: Option<&str>) -> Result<Self, SessionKeysError> {
        let block = |field, text: &str| {
            let bytes = text.as_bytes();
            <[u8; BLOCK_LEN]>::try_from(bytes).map_err(|_| SessionKeysError { field, len: bytes.len() })
        };
        let mut keys = Self { key: block("connAESKey", key)?, iv: [0; BLOCK_LEN] };
        if let Some(iv) = iv.filter(|iv| !iv.is_empty()) {
            keys.iv = block("aesCBCiv", iv)?;
        }
        Ok(keys)
    }

    /// The key as text for the reply. Wipe it after use.
    pub fn key_text(&self) -> String {
        self.key.iter().copied().map(char::from).collect()
    }

    /// The IV as text for the reply. Wipe it after use.
    pub fn iv_text(&self) -> String {
        self.iv.iter().copied().map(char::from).collect()
    }
}

impl Drop for SessionKeys {
    fn drop(&mut self) {
        self.key.zeroize();
        self.iv.zeroize();
    }
}

impl fmt::Debug for SessionKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKeys(..)")
    }
}
