//! Are all required fields there? Decoding does not say: a required field that
//! the sender left out reads as zero or an empty text, which must not pass for
//! a price or a quantity.
//!
//! One walk over the bytes, without decoding and, as a rule, without
//! allocating; messages without a required field are passed over.

use super::fields::{Fields, Malformed, Value, fits, joined};
use super::schema::{Field, Kind, Label, Message};

/// What is wrong with a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// A required field is absent.
    #[error("required field {path} is missing")]
    Missing {
        /// From the outermost message: `s2c.klList[3].time`.
        path: String,
    },
    /// The bytes are not this message.
    #[error("{}{source}", if path.is_empty() { String::new() } else { format!("{path}: ") })]
    Malformed {
        /// The message in which it was found; empty for the outermost.
        path: String,
        /// What and where.
        source: Malformed,
    },
}

/// Checks that every required field of the message is present, in the messages
/// inside it too.
///
/// Walks only as far as it must: bytes that pass can still fail to decode (text
/// that is not UTF-8, a message without required fields that is torn).
///
/// # Errors
/// The first flaw: [`Flaw::Missing`] names the required field of lowest number
/// in the first incomplete message; [`Flaw::Malformed`] tells why the bytes are
/// not this message.
pub fn check_required(message: &Message, bytes: &[u8]) -> Result<(), Flaw> {
    let malformed = |source| Flaw::Malformed { path: String::new(), source };
    let mut seen = 0u64;
    // Messages that came in several pieces and are complete together.
    let mut joined_well = 0u64;
    for item in Fields::new(bytes) {
        let item = item.map_err(malformed)?;
        let Some((place, field)) = message.field(item.number) else { continue };
        let bit = 1u64 << place;
        seen |= bit;
        if !fits(field, &item.value) {
            let what = "a value has another type than its field";
            return Err(malformed(Malformed { at: item.start, what }).inside(field, None));
        }
        let (Kind::Message(inner), Value::Bytes(body)) = (field.kind, item.value) else { continue };
        if !inner.checked || joined_well & bit != 0 {
            continue;
        }
        if let Err(flaw) = check_required(inner, body) {
            if field.label == Label::Repeated {
                let before = Fields::between(bytes, 0, item.start).flatten().filter(|i| i.number == item.number);
                return Err(flaw.inside(field, Some(before.count())));
            }
            let all = joined(bytes, item.number).map_err(malformed)?;
            if all.len() == body.len() {
                return Err(flaw.inside(field, None));
            }
            check_required(inner, &all).map_err(|flaw| flaw.inside(field, None))?;
            joined_well |= bit;
        }
    }
    let absent = message.required & !seen;
    match message.fields.get(absent.trailing_zeros() as usize) {
        Some(field) if absent != 0 => Err(Flaw::Missing { path: field.name.to_owned() }),
        _ => Ok(()),
    }
}

impl Flaw {
    /// The flaw as seen from the message that holds the field.
    fn inside(mut self, field: &Field, index: Option<usize>) -> Flaw {
        let (Flaw::Missing { path } | Flaw::Malformed { path, .. }) = &mut self;
        let mut whole = field.name.to_owned();
        if let Some(index) = index {
            whole.push_str(&format!("[{index}]"));
        }
        if !path.is_empty() {
            whole.push('.');
            whole.push_str(path);
        }
        *path = whole;
        self
    }
}
