//! RSA with PKCS#1 v1.5 padding, for the bodies of InitConnect (1001) only.
//!
//! Both sides hold the same private key: the sender uses its public half, the
//! receiver its private half, in both directions. The body is cut into pieces,
//! and each becomes one block of the wire.

use super::Random;
use super::random::Rng;
use ::rsa::pkcs1::DecodeRsaPrivateKey;
use ::rsa::pkcs8::DecodePrivateKey;
use ::rsa::traits::PublicKeyParts;
use ::rsa::{Pkcs1v15Encrypt, RsaPrivateKey, RsaPublicKey};
use std::fmt;
use thiserror::Error;
use zeroize::Zeroizing;

/// Size of the key, in bits: the official SDK cuts what it receives into blocks of 128 bytes whatever its key.
const KEY_BITS: usize = 1024;

/// Length of one block on the wire, in bytes.
pub const RSA_BLOCK_LEN: usize = KEY_BITS / 8;

/// Length of the pieces sent, in bytes. Pieces of 1 to 117 are taken.
pub const RSA_PIECE_LEN: usize = 100;

/// A key file is well below this, in bytes.
const PEM_MAX: usize = 64 << 10;

/// Why a text is no key for this protocol. Never shows the text.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum RsaKeyError {
    /// No PEM block is there, or its end is missing.
    #[error("not a PEM file: expected -----BEGIN RSA PRIVATE KEY----- to -----END RSA PRIVATE KEY-----")]
    NotPem,
    /// It is protected by a password.
    #[error("the RSA key is protected by a password; write it without one: openssl rsa -traditional -in KEY -out KEY2")]
    PasswordProtected,
    /// The PEM block is something else, such as the public half.
    #[error("the PEM file holds no RSA private key (expected the label RSA PRIVATE KEY or PRIVATE KEY)")]
    NotPrivateKey,
    /// The label is right and the content isn't.
    #[error("the RSA private key can't be read: its content is damaged or isn't an RSA key of two primes")]
    Malformed,
    /// The key has another size.
    #[error("RSA key of {bits} bits, expected {KEY_BITS}; make one: openssl genrsa -traditional -out KEY {KEY_BITS}")]
    Size {
        /// Size of its modulus, in bits.
        bits: usize,
    },
}

/// Why a body can't be encrypted or decrypted.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum RsaError {
    /// It isn't a whole number of blocks, or has none.
    #[error("RSA body of {len} bytes, expected a multiple of {RSA_BLOCK_LEN}, at least {RSA_BLOCK_LEN}")]
    Length {
        /// Its length, in bytes.
        len: usize,
    },
    /// A block doesn't decrypt: it was made with another key, or isn't encrypted.
    #[error("the RSA body doesn't decrypt with this key")]
    Block,
}

/// The private key that both sides share.
pub struct RsaKey {
    private: RsaPrivateKey,
    public: RsaPublicKey,
}

impl RsaKey {
    /// Reads PEM, PKCS#1 (`RSA PRIVATE KEY`) or PKCS#8 (`PRIVATE KEY`), of 1024 bits, without a password. Text around
    /// the block, line lengths and line ends don't matter.
    ///
    /// # Errors
    ///
    /// [`RsaKeyError`].
    pub fn from_pem(text: &str) -> Result<Self, RsaKeyError> {
        let (label, pem) = tidy(text)?;
        let private = match label {
            "RSA PRIVATE KEY" => RsaPrivateKey::from_pkcs1_pem(&pem).map_err(|_| RsaKeyError::Malformed)?,
            "PRIVATE KEY" => RsaPrivateKey::from_pkcs8_pem(&pem).map_err(|_| RsaKeyError::Malformed)?,
            "ENCRYPTED PRIVATE KEY" => return Err(RsaKeyError::PasswordProtected),
            _ => return Err(RsaKeyError::NotPrivateKey),
        };
        let bits = private.n().bits();
        if bits != KEY_BITS {
            return Err(RsaKeyError::Size { bits });
        }
        let public = private.to_public_key();
        Ok(Self { private, public })
    }

    /// Appends `plain`, encrypted, to `out`.
    ///
    /// # Errors
    ///
    /// [`RsaError::Block`] if the arithmetic refuses, which no key that was read does.
    pub fn seal(&self, plain: &[u8], random: &mut dyn Random, out: &mut Vec<u8>) -> Result<(), RsaError> {
        out.reserve(plain.len().div_ceil(RSA_PIECE_LEN) * RSA_BLOCK_LEN);
        for piece in plain.chunks(RSA_PIECE_LEN) {
            let block = self.public.encrypt(&mut Rng(random), Pkcs1v15Encrypt, piece).map_err(|_| RsaError::Block)?;
            out.extend_from_slice(&block);
        }
        Ok(())
    }

    /// Decrypts a body. `random` blinds the arithmetic against timing and doesn't change the result. Stops at the
    /// first block that doesn't decrypt.
    ///
    /// # Errors
    ///
    /// [`RsaError`].
    pub fn open(&self, wire: &[u8], random: &mut dyn Random) -> Result<Zeroizing<Vec<u8>>, RsaError> {
        if wire.is_empty() || !wire.len().is_multiple_of(RSA_BLOCK_LEN) {
            return Err(RsaError::Length { len: wire.len() });
        }
        // Full size from the start, so that no copy of the text is left behind in memory that was given back.
        let mut plain = Zeroizing::new(Vec::with_capacity(wire.len()));
        for block in wire.chunks(RSA_BLOCK_LEN) {
            let piece = self
                .private
                .decrypt_blinded(&mut Rng(random), Pkcs1v15Encrypt, block)
                .map(Zeroizing::new)
                .map_err(|_| RsaError::Block)?;
            plain.extend_from_slice(&piece);
        }
        Ok(plain)
    }
}

/// The first PEM block with lines of 64 characters, as the reader wants it, and its label.
fn tidy(text: &str) -> Result<(&str, Zeroizing<String>), RsaKeyError> {
    const BEGIN: &str = "-----BEGIN ";
    const END: &str = "-----END ";
    const DASHES: &str = "-----";
    if text.len() > PEM_MAX {
        return Err(RsaKeyError::NotPem);
    }
    let (_, rest) = text.split_once(BEGIN).ok_or(RsaKeyError::NotPem)?;
    let (label, rest) = rest.split_once(DASHES).ok_or(RsaKeyError::NotPem)?;
    let (body, rest) = rest.split_once(END).ok_or(RsaKeyError::NotPem)?;
    if !rest.starts_with(label) {
        return Err(RsaKeyError::NotPem);
    }
    if body.contains("ENCRYPTED") {
        return Err(RsaKeyError::PasswordProtected);
    }
    let mut pem =
        Zeroizing::new(String::with_capacity(2 * body.len() + 4 * (label.len() + BEGIN.len() + DASHES.len())));
    let mut column = 0;
    for part in [BEGIN, label, DASHES, "\n"] {
        pem.push_str(part);
    }
    for character in body.chars().filter(|c| !c.is_whitespace()) {
        if column == 64 {
            pem.push('\n');
            column = 0;
        }
        pem.push(character);
        column += 1;
    }
    for part in ["\n", END, label, DASHES, "\n"] {
        pem.push_str(part);
    }
    Ok((label, pem))
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaKey(..)")
    }
}
