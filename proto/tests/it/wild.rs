//! Messages made from the schema: the least complete one and random ones.

use proptest::prelude::*;
use prost::encoding::{WireType, encode_key, encode_varint};
use proto::opend::schema::{Field, Kind, Label, Message, messages};

/// Writes one occurrence of a message inside a message, or of a text.
pub(crate) fn put(out: &mut Vec<u8>, field: &Field, body: &[u8]) {
    encode_key(field.number, WireType::LengthDelimited, out);
    encode_varint(body.len() as u64, out);
    out.extend_from_slice(body);
}

/// One occurrence of a field; `seed` chooses the value.
fn occurrence(out: &mut Vec<u8>, field: &Field, seed: &mut impl FnMut() -> u64) {
    let varint = |out: &mut Vec<u8>, value: u64| {
        encode_key(field.number, WireType::Varint, out);
        encode_varint(value, out);
    };
    match field.kind {
        Kind::Bool => varint(out, seed() & 1),
        Kind::Int32 => varint(out, seed() as i32 as i64 as u64),
        Kind::Uint32 => varint(out, u64::from(seed() as u32)),
        Kind::Int64 | Kind::Uint64 => varint(out, seed()),
        Kind::Enum(of) => varint(out, i64::from(of.values[(seed() % of.values.len() as u64) as usize].1) as u64),
        Kind::Double => {
            encode_key(field.number, WireType::SixtyFourBit, out);
            let value = f64::from_bits(seed());
            out.extend_from_slice(&(if value.is_nan() { f64::NAN } else { value }).to_le_bytes());
        }
        Kind::Float => {
            encode_key(field.number, WireType::ThirtyTwoBit, out);
            let value = f32::from_bits(seed() as u32);
            out.extend_from_slice(&(if value.is_nan() { f32::NAN } else { value }).to_le_bytes());
        }
        Kind::String => {
            let text: String = (0..seed() % 5).map(|_| char::from_u32(seed() as u32 % 0xd800).unwrap()).collect();
            put(out, field, text.as_bytes());
        }
        Kind::Bytes => {
            let raw: Vec<u8> = (0..seed() % 8).map(|_| seed() as u8).collect();
            put(out, field, &raw);
        }
        Kind::Message(inner) => put(out, field, &random(inner, seed)),
    }
}

/// Required fields always, others sometimes, in the order of their numbers.
pub(crate) fn random(message: &Message, seed: &mut impl FnMut() -> u64) -> Vec<u8> {
    let mut out = Vec::new();
    for field in message.fields {
        let times = match field.label {
            Label::Required => 1,
            Label::Optional => seed() % 2,
            Label::Repeated => seed() % 3,
        };
        for _ in 0..times {
            occurrence(&mut out, field, seed);
        }
    }
    out
}

/// Only the required fields, all zero or empty; without the one of this number.
pub(crate) fn least(message: &Message, without: Option<u32>) -> Vec<u8> {
    let mut out = Vec::new();
    for field in message.fields {
        if field.label != Label::Required || Some(field.number) == without {
            continue;
        }
        match field.kind {
            Kind::Message(inner) => put(&mut out, field, &least(inner, None)),
            _ => occurrence(&mut out, field, &mut || 0),
        }
    }
    out
}

/// A random message of any kind and its bytes.
pub(crate) fn message() -> impl Strategy<Value = (&'static Message, Vec<u8>)> {
    (0..messages().len(), any::<u64>()).prop_map(|(which, start)| {
        let message = messages()[which];
        // SplitMix64 (Steele, Lea, Flood 2014).
        let mut state = start;
        let mut next = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ z >> 31
        };
        (message, random(message, &mut next))
    })
}
