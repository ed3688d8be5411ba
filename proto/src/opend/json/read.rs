//! JSON to protobuf bytes.

use std::fmt;

use prost::encoding::{WireType, encode_key, encode_varint};
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{JsonError, Step, Unknown, base64, path_text};
use crate::opend::schema::{Field, Kind, Label, Message};

/// Reads JSON into the protobuf bytes of a message.
///
/// Numbers are read exactly: a floating-point number is the one nearest to its
/// text, an integer must be one and must fit its field.
///
/// # Errors
/// [`JsonError::Read`] with line, column and field when the text is not JSON or
/// not this message (a name twice, a value of another type or out of range, and
/// with [`Unknown::Reject`] a name that the schema does not have);
/// [`JsonError::TooLarge`] when the bytes would exceed `bytes_max`.
pub fn from_json(
    message: &'static Message,
    json: &[u8],
    unknown: Unknown,
    bytes_max: usize,
) -> Result<Vec<u8>, JsonError> {
    let text = std::str::from_utf8(json).map_err(|e| {
        let good = json.get(..e.valid_up_to()).unwrap_or_default();
        let line = good.iter().filter(|b| **b == b'\n').count() + 1;
        let column = good.iter().rev().take_while(|b| **b != b'\n').count() + 1;
        JsonError::Read { line, column, path: String::new(), what: "the text is not UTF-8".to_owned() }
    })?;
    let mut state = State { path: Vec::new(), unknown, bytes_max, too_large: false };
    let mut out = Vec::new();
    let mut source = serde_json::Deserializer::from_str(text);
    let read = Object { message, state: &mut state, out: &mut out }.deserialize(&mut source);
    let read = match read {
        Ok(()) => source.end(),
        failed => failed,
    };
    match read {
        Ok(()) => Ok(out),
        Err(_) if state.too_large => Err(JsonError::TooLarge { bytes_max }),
        Err(e) => {
            let mut what = e.to_string();
            if let Some(place) = what.rfind(" at line ") {
                what.truncate(place);
            }
            Err(JsonError::Read { line: e.line(), column: e.column(), path: path_text(&state.path), what })
        }
    }
}

struct State {
    path: Vec<Step>,
    unknown: Unknown,
    bytes_max: usize,
    too_large: bool,
}

impl State {
    fn bounded<E: serde::de::Error>(&mut self, out: &[u8]) -> Result<(), E> {
        if out.len() > self.bytes_max {
            self.too_large = true;
            return Err(E::custom("too large"));
        }
        Ok(())
    }
}

/// A JSON object that is a message.
struct Object<'s> {
    message: &'static Message,
    state: &'s mut State,
    out: &'s mut Vec<u8>,
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<(), D::Error> {
        source.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object, {}", self.message.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = 0u64;
        while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            let Some((place, field)) = self.message.field_named(&name) else {
                if self.state.unknown == Unknown::Skip {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
                return Err(A::Error::custom(format_args!("{} has no field {name:?}", self.message.name)));
            };
            self.state.path.push(Step::Field(field.name));
            if seen & 1 << place != 0 {
                return Err(A::Error::custom("the field comes twice"));
            }
            seen |= 1 << place;
            let repeated = field.label == Label::Repeated;
            map.next_value_seed(Slot { field, repeated, state: self.state, out: self.out })?;
            self.state.path.pop();
        }
        Ok(())
    }
}

/// What stands behind a name, or inside its list.
struct Slot<'s> {
    field: &'static Field,
    /// A list is expected.
    repeated: bool,
    state: &'s mut State,
    out: &'s mut Vec<u8>,
}

impl<'de> DeserializeSeed<'de> for Slot<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<(), D::Error> {
        match self.field.kind {
            _ if self.repeated => source.deserialize_any(self),
            // By its text: the parser's own floats can be off in the last place.
            Kind::Double | Kind::Float => {
                let raw = <&RawValue as serde::Deserialize>::deserialize(source)?;
                self.float(raw.get()).map_err(D::Error::custom)
            }
            _ => source.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Slot<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field.kind {
            kind if self.repeated => write!(f, "a list of {kind}"),
            kind => write!(f, "{kind}"),
        }
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        match self.state.path.last() {
            Some(Step::Index(_)) => Err(E::custom("null inside a list")),
            _ => Ok(()),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if !self.repeated {
            return Err(A::Error::invalid_type(serde::de::Unexpected::Seq, &self));
        }
        for index in 0.. {
            self.state.path.push(Step::Index(index));
            let element = Slot { field: self.field, repeated: false, state: self.state, out: self.out };
            if list.next_element_seed(element)?.is_none() {
                self.state.path.pop();
                break;
            }
            self.state.path.pop();
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let Kind::Message(message) = self.field.kind else {
            return Err(A::Error::invalid_type(serde::de::Unexpected::Map, &self));
        };
        if self.repeated {
            return Err(A::Error::invalid_type(serde::de::Unexpected::Map, &self));
        }
        let mut body = Vec::new();
        Object { message, state: self.state, out: &mut body }.visit_map(map)?;
        self.bytes(&body)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        match self.field.kind {
            Kind::Bool if !self.repeated => self.varint(u64::from(value)),
            _ => Err(E::invalid_type(serde::de::Unexpected::Bool(value), &self)),
        }
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        self.integer(i128::from(value))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.integer(i128::from(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        // 1.0 and 1e3 are integers too, as far as a double holds each of them.
        if value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0 {
            return self.integer(value as i128);
        }
        Err(E::invalid_type(serde::de::Unexpected::Float(value), &self))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        let wrong = || E::invalid_value(serde::de::Unexpected::Str(text), &self);
        match self.field.kind {
            _ if self.repeated => Err(wrong()),
            Kind::String => self.bytes(text.as_bytes()),
            Kind::Bytes => match base64::decode(text) {
                Some(raw) => self.bytes(&raw),
                None => Err(E::custom("the text is not base64")),
            },
            Kind::Enum(of) => match of.number_of(text) {
                Some(number) => self.integer(i128::from(number)),
                None => Err(E::custom(format_args!("{} has no value {text:?}", of.name))),
            },
            Kind::Int32 | Kind::Int64 | Kind::Uint32 | Kind::Uint64 => match text.parse::<i128>() {
                Ok(number) if !text.starts_with('+') => self.integer(number),
                _ => Err(wrong()),
            },
            Kind::Bool | Kind::Double | Kind::Float | Kind::Message(_) => Err(wrong()),
        }
    }
}

impl Slot<'_> {
    fn integer<E: serde::de::Error>(self, value: i128) -> Result<(), E> {
        let (least, most) = match self.field.kind {
            _ if self.repeated => return Err(self.not_here(value)),
            Kind::Int32 | Kind::Enum(_) => (i128::from(i32::MIN), i128::from(i32::MAX)),
            Kind::Int64 => (i128::from(i64::MIN), i128::from(i64::MAX)),
            Kind::Uint32 => (0, i128::from(u32::MAX)),
            Kind::Uint64 => (0, i128::from(u64::MAX)),
            _ => return Err(self.not_here(value)),
        };
        if !(least..=most).contains(&value) {
            return Err(E::custom(format_args!("{value} is outside {}, {least} to {most}", self.field.kind)));
        }
        // Two's complement in 64 bits, as the wire has it for 32-bit numbers too.
        self.varint(value as u64)
    }

    fn not_here<E: serde::de::Error>(&self, value: i128) -> E {
        E::custom(format_args!("invalid type: integer {value}, expected {}", Expected(self)))
    }

    fn float(self, token: &str) -> Result<(), String> {
        let wrong = || format!("found {}, expected {}", excerpt(token), self.field.kind);
        let owned;
        let text = if token.starts_with('"') {
            owned = serde_json::from_str::<String>(token).map_err(|_| wrong())?;
            owned.as_str()
        } else {
            token
        };
        let value = match text {
            "null" if token == "null" => {
                return match self.state.path.last() {
                    Some(Step::Index(_)) => Err("null inside a list".to_owned()),
                    _ => Ok(()),
                };
            }
            "NaN" => f64::NAN,
            "Infinity" => f64::INFINITY,
            "-Infinity" => f64::NEG_INFINITY,
            _ => match text.parse::<f64>() {
                Ok(value) if value.is_finite() && !text.starts_with('+') => value,
                Ok(value) if value.is_infinite() && text.contains(|c: char| c.is_ascii_digit()) => {
                    return Err(format!("{} is outside {}", excerpt(token), self.field.kind));
                }
                _ => return Err(wrong()),
            },
        };
        let number = self.field.number;
        if let Kind::Double = self.field.kind {
            encode_key(number, WireType::SixtyFourBit, self.out);
            self.out.extend_from_slice(&value.to_le_bytes());
        } else {
            // From the text and not from the double, which would round twice.
            let short = if value.is_finite() { text.parse::<f32>().unwrap_or(f32::NAN) } else { value as f32 };
            if value.is_finite() && !short.is_finite() {
                return Err(format!("{} is outside float", excerpt(token)));
            }
            encode_key(number, WireType::ThirtyTwoBit, self.out);
            self.out.extend_from_slice(&short.to_le_bytes());
        }
        self.state.bounded::<serde::de::value::Error>(self.out).map_err(|e| e.to_string())
    }

    fn varint<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        encode_key(self.field.number, WireType::Varint, self.out);
        encode_varint(value, self.out);
        self.state.bounded(self.out)
    }

    fn bytes<E: serde::de::Error>(self, value: &[u8]) -> Result<(), E> {
        encode_key(self.field.number, WireType::LengthDelimited, self.out);
        encode_varint(value.len() as u64, self.out);
        self.out.extend_from_slice(value);
        self.state.bounded(self.out)
    }
}

/// A slot's expectation inside another message.
struct Expected<'a, 's>(&'a Slot<'s>);

impl fmt::Display for Expected<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Visitor::expecting(self.0, f)
    }
}

/// The start of a token that may be long.
fn excerpt(token: &str) -> String {
    let mut short: String = token.chars().take(40).collect();
    if short.len() < token.len() {
        short.push_str("...");
    }
    short
}
