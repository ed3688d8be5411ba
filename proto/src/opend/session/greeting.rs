//! The bodies of InitConnect (1001): RSA or clear, protobuf or JSON.

use super::Closed;
use super::body::to_protobuf;
use crate::opend::crypt::{Random, RsaKey};
use crate::opend::frame::{Format, Frame, FrameError, HEADER_LEN, Header, Outgoing, append_sealed};
use crate::opend::ids::Id;
use crate::opend::json::{Bytes, to_json};
use crate::opend::required::check_required;
use crate::opend::schema::Message as Schema;
use prost::Message;
use zeroize::{Zeroize, Zeroizing};

/// Longest body taken before InitConnect is complete, in bytes; real ones have some hundreds.
pub(super) const LEN_MAX: u32 = 16 << 10;

/// A body of InitConnect as it came.
pub(super) struct Opened {
    pub(super) plain: Zeroizing<Vec<u8>>,
    /// Whether it was encrypted.
    pub(super) sealed: bool,
}

/// Decrypts a body if it is encrypted: that is, if its length fits, it decrypts, and the result has the header's
/// SHA-1. Otherwise it must have it as it came.
pub(super) fn open(frame: &Frame<'_>, key: Option<&RsaKey>, random: &mut dyn Random) -> Result<Opened, Closed> {
    if let Some(plain) = key.and_then(|key| key.open(frame.body, random).ok())
        && frame.header.check(&plain).is_ok()
    {
        return Ok(Opened { plain, sealed: true });
    }
    let wrong = |_: FrameError| Closed::GreetingKey { with_key: key.is_some() };
    frame.header.check(frame.body).map_err(wrong)?;
    Ok(Opened { plain: Zeroizing::new(frame.body.to_vec()), sealed: false })
}

/// Reads a message of InitConnect: all that is required must be there.
pub(super) fn decode<M: Message + Default>(
    plain: Zeroizing<Vec<u8>>,
    header: &Header,
    schema: Option<&'static Schema>,
) -> Result<M, Closed> {
    let malformed = |why: &dyn std::fmt::Display| Closed::Greeting(why.to_string());
    let bytes = match header.format {
        Format::Protobuf => plain,
        Format::Json => {
            Zeroizing::new(to_protobuf(plain.to_vec(), header.format, schema, LEN_MAX).map_err(|e| malformed(&e))?)
        }
    };
    if let Some(schema) = schema {
        check_required(schema, &bytes).map_err(|e| malformed(&e))?;
    }
    M::decode(bytes.as_slice()).map_err(|e| malformed(&e))
}

/// Appends a frame of InitConnect, encrypted if there is a key.
pub(super) fn append(
    out: &mut Vec<u8>,
    (format, serial): (Format, u32),
    schema: Option<&'static Schema>,
    message: &impl Message,
    key: Option<&RsaKey>,
    random: &mut dyn Random,
) -> Result<(), Closed> {
    let mut plain = Zeroizing::new(Vec::with_capacity(message.encoded_len()));
    plain.extend_from_slice(&Zeroizing::new(message.encode_to_vec()));
    if let (Format::Json, Some(schema)) = (format, schema) {
        let json = to_json(schema, &plain, Bytes::Omit, LEN_MAX as usize);
        plain = Zeroizing::new(json.map_err(|error| Closed::Greeting(error.to_string()))?);
    }
    let head = Outgoing { proto_id: Id::InitConnect.number(), format, serial };
    match key {
        None => append_sealed(out, head, |out| out.extend_from_slice(&plain), |_, _| Ok(())),
        Some(key) => {
            let mut sealed = Vec::new();
            // No growth between: it would leave a copy of the plain text in memory that was given back.
            out.reserve(HEADER_LEN + plain.len());
            key.seal(&plain, random, &mut sealed)?;
            append_sealed(
                out,
                head,
                |out| out.extend_from_slice(&plain),
                |out, start| {
                    out.get_mut(start..).unwrap_or_default().zeroize();
                    out.truncate(start);
                    out.append(&mut sealed);
                    Ok(())
                },
            )
        }
    }
}
