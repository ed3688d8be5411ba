//! Bodies in, frames at the end of a buffer that is used again and again.

use super::header::{Format, HEADER_LEN, Header, digest};
use super::{FrameError, MAX_BODY_LEN};

/// What a header needs besides the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Protocol id.
    pub proto_id: u32,
    /// How the body is written.
    pub format: Format,
    /// Serial number.
    pub serial: u32,
}

/// Appends one frame whose body is sent as it is.
///
/// # Errors
///
/// [`FrameError::EmptyBody`] and [`FrameError::TooLong`] (over [`MAX_BODY_LEN`]); `out` is then as before.
pub fn append(out: &mut Vec<u8>, head: Outgoing, body: &[u8]) -> Result<(), FrameError> {
    out.reserve(HEADER_LEN + body.len());
    append_sealed(out, head, |out| out.extend_from_slice(body), |_, _| Ok(()))
}

/// Appends one frame whose body `write` appends to the buffer and `seal` encrypts in place: everything from the given
/// index on is the body.
///
/// # Errors
///
/// [`FrameError::EmptyBody`] and [`FrameError::TooLong`] (over [`MAX_BODY_LEN`]), and whatever `seal` returns; `out`
/// is then as before.
pub fn append_sealed<E: From<FrameError>>(
    out: &mut Vec<u8>,
    head: Outgoing,
    write: impl FnOnce(&mut Vec<u8>),
    seal: impl FnOnce(&mut Vec<u8>, usize) -> Result<(), E>,
) -> Result<(), E> {
    let start = out.len();
    out.resize(start + HEADER_LEN, 0);
    let done = fill(out, start, head, write, seal);
    if done.is_err() {
        out.truncate(start);
    }
    done
}

fn fill<E: From<FrameError>>(
    out: &mut Vec<u8>,
    start: usize,
    head: Outgoing,
    write: impl FnOnce(&mut Vec<u8>),
    seal: impl FnOnce(&mut Vec<u8>, usize) -> Result<(), E>,
) -> Result<(), E> {
    let Outgoing { proto_id, format, serial } = head;
    let body = start + HEADER_LEN;
    write(out);
    let plain = out.get(body..).unwrap_or_default();
    if plain.is_empty() {
        return Err(FrameError::EmptyBody { proto_id }.into());
    }
    let digest = digest(plain);
    seal(out, body)?;
    let len = out.len().saturating_sub(body);
    let body_len = u32::try_from(len).ok().filter(|len| *len <= MAX_BODY_LEN).ok_or(FrameError::TooLong {
        proto_id,
        len: len as u64,
        limit: MAX_BODY_LEN,
    })?;
    let header = Header { proto_id, format, version: 0, serial, body_len, digest };
    out[start..body].copy_from_slice(&header.write());
    Ok(())
}
