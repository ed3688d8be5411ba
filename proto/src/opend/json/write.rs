//! Protobuf bytes to JSON.

use super::{Bytes, JsonError, Step, base64, path_text};
use crate::opend::fields::{Fields, Item, Malformed, Value, fits, joined, packed_varints};
use crate::opend::schema::{Enum, Field, Kind, Label, Message};

/// Writes a message as JSON, in one line.
///
/// Fields come in the order of their numbers. Unknown fields are left out. When
/// a field that occurs once comes several times the last holds, and messages are
/// merged, as protobuf wants it.
///
/// # Errors
/// [`JsonError::Write`] when the bytes are not this message,
/// [`JsonError::TooLarge`] when the text would exceed `bytes_max`.
pub fn to_json(
    message: &'static Message,
    protobuf: &[u8],
    bytes: Bytes,
    bytes_max: usize,
) -> Result<Vec<u8>, JsonError> {
    let mut writer = Writer { out: Vec::new(), path: Vec::new(), bytes, bytes_max };
    writer.message(message, protobuf)?;
    Ok(writer.out)
}

struct Writer {
    out: Vec<u8>,
    path: Vec<Step>,
    bytes: Bytes,
    bytes_max: usize,
}

/// Where a field was seen.
#[derive(Clone, Copy)]
struct Seen<'a> {
    count: usize,
    first: usize,
    end: usize,
    last: Value<'a>,
}

impl Writer {
    fn fail<T>(&self, what: impl ToString) -> Result<T, JsonError> {
        Err(JsonError::Write { path: path_text(&self.path), what: what.to_string() })
    }

    fn item<'a>(&self, item: Result<Item<'a>, Malformed>) -> Result<Item<'a>, JsonError> {
        item.or_else(|flaw| self.fail(flaw))
    }

    fn message(&mut self, message: &'static Message, bytes: &[u8]) -> Result<(), JsonError> {
        let mut seen: [Option<Seen<'_>>; 64] = [None; 64];
        let mut fields = Fields::new(bytes);
        while let Some(item) = fields.next() {
            let item = self.item(item)?;
            let Some((place, field)) = message.field(item.number) else { continue };
            if !fits(field, &item.value) {
                self.path.push(Step::Field(field.name));
                return self.fail("a value has another type than its field");
            }
            let Some(slot) = seen.get_mut(place) else { continue };
            let before = slot.map_or((0, item.start), |s| (s.count, s.first));
            *slot = Some(Seen { count: before.0 + 1, first: before.1, end: fields.offset(), last: item.value });
        }
        self.out.push(b'{');
        let mut separate = false;
        for (field, seen) in message.fields.iter().zip(seen) {
            let Some(seen) = seen else { continue };
            if matches!(field.kind, Kind::Bytes) && self.bytes == Bytes::Omit {
                continue;
            }
            if std::mem::replace(&mut separate, true) {
                self.out.push(b',');
            }
            self.out.push(b'"');
            self.out.extend_from_slice(field.name.as_bytes());
            self.out.extend_from_slice(b"\":");
            self.path.push(Step::Field(field.name));
            match field.kind {
                _ if field.label == Label::Repeated => self.list(field, bytes, &seen)?,
                Kind::Message(inner) if seen.count > 1 => match joined(bytes, field.number) {
                    Ok(all) => self.message(inner, &all)?,
                    Err(flaw) => return self.fail(flaw),
                },
                _ => self.value(field, seen.last)?,
            }
            self.path.pop();
        }
        self.out.push(b'}');
        self.bounded()
    }

    fn list(&mut self, field: &Field, bytes: &[u8], seen: &Seen<'_>) -> Result<(), JsonError> {
        self.out.push(b'[');
        let mut index = 0;
        for item in Fields::between(bytes, seen.first, seen.end) {
            let item = self.item(item)?;
            if item.number != field.number {
                continue;
            }
            match (field.kind, item.value) {
                (Kind::Message(_) | Kind::String | Kind::Bytes, value) => self.element(field, value, &mut index)?,
                (_, Value::Bytes(packed)) => self.packed(field, packed, &mut index)?,
                (_, value) => self.element(field, value, &mut index)?,
            }
        }
        self.out.push(b']');
        Ok(())
    }

    fn packed(&mut self, field: &Field, packed: &[u8], index: &mut usize) -> Result<(), JsonError> {
        let width = match field.kind {
            Kind::Double => 8,
            Kind::Float => 4,
            _ => {
                for number in packed_varints(packed) {
                    match number {
                        Ok(number) => self.element(field, Value::Varint(number), index)?,
                        Err(flaw) => return self.fail(flaw),
                    }
                }
                return Ok(());
            }
        };
        if !packed.len().is_multiple_of(width) {
            return self.fail("a packed list ends inside a number");
        }
        for raw in packed.chunks(width) {
            let value = match width {
                8 => Value::Fixed64(u64::from_le_bytes(raw.try_into().unwrap_or_default())),
                _ => Value::Fixed32(u32::from_le_bytes(raw.try_into().unwrap_or_default())),
            };
            self.element(field, value, index)?;
        }
        Ok(())
    }

    fn element(&mut self, field: &Field, value: Value<'_>, index: &mut usize) -> Result<(), JsonError> {
        if *index > 0 {
            self.out.push(b',');
        }
        self.path.push(Step::Index(*index));
        self.value(field, value)?;
        self.path.pop();
        *index += 1;
        Ok(())
    }

    fn value(&mut self, field: &Field, value: Value<'_>) -> Result<(), JsonError> {
        // The wire sign-extends an int32 to 64 bits; the low half is the number.
        let single = field.label != Label::Repeated;
        match (field.kind, value) {
            (Kind::Message(inner), Value::Bytes(body)) => return self.message(inner, body),
            (Kind::String, Value::Bytes(text)) => match std::str::from_utf8(text) {
                Ok(text) => self.json(&text),
                Err(_) => return self.fail("the text is not UTF-8"),
            },
            (Kind::Bytes, Value::Bytes(raw)) => {
                self.out.push(b'"');
                base64::encode(raw, &mut self.out);
                self.out.push(b'"');
            }
            (Kind::Double, Value::Fixed64(bits)) => self.float(f64::from_bits(bits), &f64::from_bits(bits)),
            (Kind::Float, Value::Fixed32(bits)) => self.float(f64::from(f32::from_bits(bits)), &f32::from_bits(bits)),
            (Kind::Bool, Value::Varint(v)) => self.json(&(v != 0)),
            (Kind::Int32, Value::Varint(v)) => self.json(&(v as u32 as i32)),
            (Kind::Uint32, Value::Varint(v)) => self.json(&(v as u32)),
            (Kind::Int64, Value::Varint(v)) if single => self.json(&(v as i64).to_string()),
            (Kind::Int64, Value::Varint(v)) => self.json(&(v as i64)),
            (Kind::Uint64, Value::Varint(v)) if single => self.json(&v.to_string()),
            (Kind::Uint64, Value::Varint(v)) => self.json(&v),
            (Kind::Enum(of), Value::Varint(v)) => self.enumerated(of, v as u32 as i32),
            _ => return self.fail("a value has another type than its field"),
        }
        self.bounded()
    }

    fn enumerated(&mut self, of: &Enum, number: i32) {
        match of.name_of(number) {
            Some(name) => self.json(&name),
            None => self.json(&number),
        }
    }

    fn float(&mut self, value: f64, exact: &impl serde::Serialize) {
        if value.is_finite() {
            self.json(exact);
        } else if value.is_nan() {
            self.json(&"NaN");
        } else {
            self.json(if value > 0.0 { &"Infinity" } else { &"-Infinity" });
        }
    }

    fn json(&mut self, value: &impl serde::Serialize) {
        // Numbers, texts and truth values into memory: nothing here can fail.
        let written = serde_json::to_writer(&mut self.out, value);
        debug_assert!(written.is_ok());
    }

    fn bounded(&self) -> Result<(), JsonError> {
        if self.out.len() > self.bytes_max {
            return Err(JsonError::TooLarge { bytes_max: self.bytes_max });
        }
        Ok(())
    }
}
