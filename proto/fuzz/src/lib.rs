//! Input of the fuzz targets, read as a list of actions.

use proto::opend::crypt::{Random, RsaKey};
use std::sync::{Arc, OnceLock};

/// The bytes of one run.
pub struct Input<'a>(pub &'a [u8]);

impl<'a> Input<'a> {
    pub fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// A piece whose length, up to 255, stands before it.
    pub fn piece(&mut self) -> Option<&'a [u8]> {
        let len = usize::from(self.byte()?).min(self.0.len());
        let (piece, rest) = self.0.split_at(len);
        self.0 = rest;
        Some(piece)
    }

    pub fn word(&mut self) -> Option<u32> {
        let (word, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*word))
    }
}

/// The same bytes in every run.
pub fn random() -> Box<dyn Random + Send> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    Box::new(move |bytes: &mut [u8]| {
        for byte in bytes {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            *byte = (state >> 32) as u8;
        }
    })
}

pub fn key() -> Arc<RsaKey> {
    static KEY: OnceLock<Arc<RsaKey>> = OnceLock::new();
    let read = || Arc::new(RsaKey::from_pem(include_str!("../../tests/it/wire/vectors/key_pkcs1.pem")).unwrap());
    KEY.get_or_init(read).clone()
}

/// Whether this input is one of the few, 1 in 256, that may use RSA, which takes most of the time of a run. All bytes
/// decide, so that an input kept for what it reached doesn't make most of those after it slow.
pub fn takes_rsa(data: &[u8]) -> bool {
    data.iter().fold(0x5a_u8, |sum, byte| sum.rotate_left(1) ^ byte) == 0
}

/// Ids worth more than others.
pub const IDS: [u32; 16] =
    [1001, 1002, 1003, 1004, 1005, 2001, 2202, 2208, 3001, 3005, 3006, 3103, 3203, 3261, 4999, u32::MAX];
