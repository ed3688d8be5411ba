//! Encryption of bodies: RSA for InitConnect (1001), AES-128 for everything after it.
//!
//! Keys are wiped when dropped. No `Debug` and no error shows one.
//!
//! What this protects is small, and is the protocol's own: both sides share one
//! private RSA key, the AES IV never changes, and nothing authenticates a frame.

mod cipher;
mod keys;
mod random;
mod rsa;

pub use cipher::{BLOCK_LEN, Cipher, CipherError};
pub use keys::{SessionKeys, SessionKeysError};
pub use random::Random;
pub use rsa::{RSA_BLOCK_LEN, RSA_PIECE_LEN, RsaError, RsaKey, RsaKeyError};
