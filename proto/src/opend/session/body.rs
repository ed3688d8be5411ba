//! Bodies between the wire and the session's caller: cipher, SHA-1, format.

use super::{Closed, SendError};
use crate::opend::crypt::Cipher;
use crate::opend::frame::{Format, Frame, FrameError, Outgoing, append_sealed};
use crate::opend::json::{Bytes, JsonError, Unknown, from_json, to_json};
use crate::opend::schema::Message;

/// The plain body of a frame, its SHA-1 checked, in the format it came in.
pub(super) fn open(frame: &Frame<'_>, cipher: &Cipher) -> Result<Vec<u8>, Closed> {
    let header = &frame.header;
    let mut plain = Vec::new();
    cipher.open(frame.body, &mut plain).map_err(|error| Closed::Cipher {
        proto_id: header.proto_id,
        serial: header.serial,
        error,
    })?;
    header.check(&plain)?;
    Ok(plain)
}

/// A body as protobuf; as it came if its schema isn't known.
pub(super) fn to_protobuf(
    plain: Vec<u8>,
    format: Format,
    schema: Option<&'static Message>,
    len_max: u32,
) -> Result<Vec<u8>, JsonError> {
    match (format, schema) {
        (Format::Protobuf, _) => Ok(plain),
        (Format::Json, Some(schema)) => from_json(schema, &plain, Unknown::Skip, len_max as usize),
        (Format::Json, None) => Ok(plain),
    }
}

/// Appends a frame with a protobuf body in the format of the wire.
pub(super) fn append(
    out: &mut Vec<u8>,
    head: Outgoing,
    (schema, bytes): (Option<&'static Message>, Bytes),
    cipher: &Cipher,
    len_max: u32,
    write: impl FnOnce(&mut Vec<u8>),
) -> Result<(), SendError> {
    let proto_id = head.proto_id;
    let seal = |out: &mut Vec<u8>, start: usize| -> Result<(), SendError> {
        let len = out.len().saturating_sub(start) as u64;
        if len > u64::from(len_max) {
            return Err(FrameError::TooLong { proto_id, len, limit: len_max }.into());
        }
        cipher.seal(out, start);
        Ok(())
    };
    match head.format {
        Format::Protobuf => append_sealed(out, head, write, seal),
        Format::Json => {
            let mut body = Vec::new();
            write(&mut body);
            let schema = schema.ok_or(SendError::NoSchema { proto_id })?;
            let json =
                to_json(schema, &body, bytes, len_max as usize).map_err(|error| SendError::Json { proto_id, error })?;
            append_sealed(out, head, |out| out.extend_from_slice(&json), seal)
        }
    }
}
