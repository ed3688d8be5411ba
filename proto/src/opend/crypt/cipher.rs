//! AES-128 over whole bodies, in the three modes of `Common.PacketEncAlgo`.
//!
//! | algorithm | body on the wire |
//! |---|---|
//! | none (-1) | as it is |
//! | FTAES_ECB (0) | zeros up to a multiple of 16 if it isn't one, ECB, then one block **in clear**: 15 zeros and length mod 16 |
//! | AES_ECB (1) | PKCS#7, ECB |
//! | AES_CBC (2) | PKCS#7, CBC, every body from the same IV |

use super::{SessionKeys, SessionKeysError};
use aes::Aes128;
use cbc::cipher::{
    Array, BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, KeyInit,
};
use std::fmt;
use thiserror::Error;
use zeroize::Zeroizing;

/// Length of an AES block, key and IV, in bytes.
pub const BLOCK_LEN: usize = 16;

type Block = Array<u8, cbc::cipher::consts::U16>;

/// Why a body can't be decrypted.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum CipherError {
    /// The encrypted body isn't a whole number of blocks, or has none.
    #[error("encrypted body of {len} bytes, expected a multiple of {BLOCK_LEN}, at least {BLOCK_LEN}")]
    Length {
        /// Its length, in bytes.
        len: usize,
    },
    /// The padding isn't PKCS#7: the key, the IV or the mode is another, or the body was altered.
    #[error("the padding of the decrypted body isn't PKCS#7")]
    Padding,
    /// The clear block of FTAES_ECB doesn't fit the body.
    #[error("FTAES_ECB: the last byte says that {found} bytes of the last block count, the body has {blocks} blocks")]
    Trailer {
        /// The byte found; 0 to 15 is right, 0 for a full last block.
        found: u8,
        /// Blocks before it.
        blocks: usize,
    },
}

/// How the bodies of one connection are encrypted, with its key.
pub enum Cipher {
    /// Not at all (-1).
    Clear,
    /// FTAES_ECB (0).
    FtAesEcb(Aes128),
    /// AES_ECB (1).
    AesEcb(Aes128),
    /// AES_CBC (2).
    AesCbc(Aes128, Zeroizing<[u8; BLOCK_LEN]>),
}

impl Cipher {
    /// `PacketEncAlgo_None`.
    pub const NONE: i32 = -1;
    /// `PacketEncAlgo_FTAES_ECB`.
    pub const FTAES_ECB: i32 = 0;
    /// `PacketEncAlgo_AES_ECB`.
    pub const AES_ECB: i32 = 1;
    /// `PacketEncAlgo_AES_CBC`.
    pub const AES_CBC: i32 = 2;

    /// The cipher a client must use after an InitConnect reply, which decides it whatever was asked for: an IV means
    /// AES_CBC, an empty one AES_ECB, none at all FTAES_ECB.
    ///
    /// # Errors
    ///
    /// [`SessionKeysError`] if the key or the IV isn't 16 bytes long.
    pub fn from_reply(key: &str, iv: Option<&str>) -> Result<Self, SessionKeysError> {
        let keys = SessionKeys::from_reply(key, iv)?;
        let algorithm = match iv {
            None => Self::FTAES_ECB,
            Some("") => Self::AES_ECB,
            Some(_) => Self::AES_CBC,
        };
        Ok(Self::with_keys(algorithm, &keys).unwrap_or(Self::Clear))
    }

    /// The cipher of a `PacketEncAlgo`; `None` if there is no such number.
    pub fn with_keys(algorithm: i32, keys: &SessionKeys) -> Option<Self> {
        let aes = || Aes128::new(&Array(keys.key));
        Some(match algorithm {
            Self::NONE => Self::Clear,
            Self::FTAES_ECB => Self::FtAesEcb(aes()),
            Self::AES_ECB => Self::AesEcb(aes()),
            Self::AES_CBC => Self::AesCbc(aes(), Zeroizing::new(keys.iv)),
            _ => return None,
        })
    }

    /// The `PacketEncAlgo` of this cipher.
    pub fn algorithm(&self) -> i32 {
        match self {
            Self::Clear => Self::NONE,
            Self::FtAesEcb(_) => Self::FTAES_ECB,
            Self::AesEcb(_) => Self::AES_ECB,
            Self::AesCbc(..) => Self::AES_CBC,
        }
    }

    /// Whether bodies are encrypted.
    pub fn is_encrypted(&self) -> bool {
        !matches!(self, Self::Clear)
    }

    /// Encrypts in place the body that is `out` from index `start` on.
    pub fn seal(&self, out: &mut Vec<u8>, start: usize) {
        let len = out.len().saturating_sub(start);
        let tail = (len % BLOCK_LEN) as u8;
        let pad = BLOCK_LEN as u8 - tail;
        match self {
            Self::Clear => {}
            Self::FtAesEcb(aes) => {
                if tail != 0 {
                    out.resize(start + len + usize::from(pad), 0);
                }
                aes.encrypt_blocks(blocks_mut(out, start));
                out.resize(out.len() + BLOCK_LEN, 0);
                if let Some(last) = out.last_mut() {
                    *last = tail;
                }
            }
            Self::AesEcb(aes) => {
                out.resize(start + len + usize::from(pad), pad);
                aes.encrypt_blocks(blocks_mut(out, start));
            }
            Self::AesCbc(aes, iv) => {
                out.resize(start + len + usize::from(pad), pad);
                cbc::Encryptor::inner_iv_init(aes, &Array(**iv)).encrypt_blocks(blocks_mut(out, start));
            }
        }
    }

    /// Decrypts a body as sent into `plain`, in place of what that held.
    ///
    /// # Errors
    ///
    /// [`CipherError`]. A right padding proves nothing: check the SHA-1 of what comes out.
    pub fn open(&self, wire: &[u8], plain: &mut Vec<u8>) -> Result<(), CipherError> {
        plain.clear();
        if self.is_encrypted() && (wire.is_empty() || !wire.len().is_multiple_of(BLOCK_LEN)) {
            return Err(CipherError::Length { len: wire.len() });
        }
        plain.extend_from_slice(wire);
        match self {
            Self::Clear => Ok(()),
            Self::FtAesEcb(aes) => {
                let found = plain.last().copied().unwrap_or_default();
                plain.truncate(wire.len() - BLOCK_LEN);
                let blocks = plain.len() / BLOCK_LEN;
                let tail = usize::from(found);
                if tail >= BLOCK_LEN || (tail != 0 && blocks == 0) {
                    return Err(CipherError::Trailer { found, blocks });
                }
                aes.decrypt_blocks(blocks_mut(plain, 0));
                if tail != 0 {
                    plain.truncate(plain.len() - (BLOCK_LEN - tail));
                }
                Ok(())
            }
            Self::AesEcb(aes) => {
                aes.decrypt_blocks(blocks_mut(plain, 0));
                strip(plain)
            }
            Self::AesCbc(aes, iv) => {
                cbc::Decryptor::inner_iv_init(aes, &Array(**iv)).decrypt_blocks(blocks_mut(plain, 0));
                strip(plain)
            }
        }
    }
}

/// The whole blocks from index `start` on.
fn blocks_mut(bytes: &mut [u8], start: usize) -> &mut [Block] {
    Block::slice_as_chunks_mut(bytes.get_mut(start..).unwrap_or_default()).0
}

/// Takes PKCS#7 padding off.
fn strip(plain: &mut Vec<u8>) -> Result<(), CipherError> {
    let pad = plain.last().copied().ok_or(CipherError::Padding)?;
    let kept = plain.len().checked_sub(usize::from(pad)).ok_or(CipherError::Padding)?;
    let right = (1..=BLOCK_LEN as u8).contains(&pad) && plain[kept..].iter().all(|byte| *byte == pad);
    if !right {
        return Err(CipherError::Padding);
    }
    plain.truncate(kept);
    Ok(())
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Clear => "Clear",
            Self::FtAesEcb(_) => "FtAesEcb(..)",
            Self::AesEcb(_) => "AesEcb(..)",
            Self::AesCbc(..) => "AesCbc(..)",
        })
    }
}
