//! Walks the fields of a protobuf message without decoding it into a type.
//! Allocates nothing but for groups, which no known message holds.

use super::schema::{Field, Kind, Label};

/// Groups nested deeper than this are refused.
const GROUP_DEPTH_MAX: usize = 100;

/// Bytes that are no protobuf message, or not the message they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} at byte {at} of the message")]
pub struct Malformed {
    /// Offset in the innermost message.
    pub at: usize,
    /// What is wrong.
    pub what: &'static str,
}

/// A field's value as it lies on the wire.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'a> {
    Varint(u64),
    Fixed64(u64),
    Fixed32(u32),
    Bytes(&'a [u8]),
}

/// One field: its number, its value and where it starts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item<'a> {
    pub(super) number: u32,
    pub(super) value: Value<'a>,
    pub(super) start: usize,
}

/// Gives the fields one by one; unknown groups are skipped. After an error it ends.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
}

impl<'a> Fields<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Fields { bytes, at: 0, end: bytes.len() }
    }

    /// The fields that lie between two offsets, both at the edge of a field.
    pub(super) fn between(bytes: &'a [u8], at: usize, end: usize) -> Self {
        Fields { bytes, at, end: end.min(bytes.len()) }
    }

    /// Where the next field starts.
    pub(super) fn offset(&self) -> usize {
        self.at
    }

    fn fail<T>(&self, what: &'static str) -> Result<T, Malformed> {
        Err(Malformed { at: self.at, what })
    }

    fn varint(&mut self) -> Result<u64, Malformed> {
        let rest = self.bytes.get(self.at..self.end).unwrap_or_default();
        let (value, used) = match varint(rest) {
            Some(found) => found,
            None if rest.len() < 10 => return self.fail("a number is cut short"),
            None => return self.fail("a number has more than 64 bits"),
        };
        self.at += used;
        Ok(value)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let end = self.at.checked_add(count).filter(|end| *end <= self.end);
        match end.and_then(|end| self.bytes.get(self.at..end)) {
            Some(taken) => {
                self.at += count;
                Ok(taken)
            }
            None => self.fail("a value is cut short"),
        }
    }

    fn tag(&mut self) -> Result<(u32, u64), Malformed> {
        let tag = self.varint()?;
        let number = tag >> 3;
        match u32::try_from(number) {
            Ok(number) if (1..1 << 29).contains(&number) => Ok((number, tag & 7)),
            _ => self.fail("a field's number is out of range"),
        }
    }

    /// `None` when the wire type opens or closes a group.
    fn value(&mut self, wire: u64) -> Result<Option<Value<'a>>, Malformed> {
        Ok(Some(match wire {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(u64::from_le_bytes(self.take(8)?.try_into().unwrap_or_default())),
            2 => {
                let length = usize::try_from(self.varint()?).unwrap_or(usize::MAX);
                Value::Bytes(self.take(length)?)
            }
            5 => Value::Fixed32(u32::from_le_bytes(self.take(4)?.try_into().unwrap_or_default())),
            3 | 4 => return Ok(None),
            _ => return self.fail("a wire type does not exist"),
        }))
    }

    fn skip_group(&mut self, opened: u32) -> Result<(), Malformed> {
        let mut open = vec![opened];
        while let Some(innermost) = open.last().copied() {
            let (number, wire) = self.tag()?;
            if self.value(wire)?.is_some() {
                continue;
            }
            if wire == 3 {
                if open.len() == GROUP_DEPTH_MAX {
                    return self.fail("groups are nested too deep");
                }
                open.push(number);
            } else if number == innermost {
                open.pop();
            } else {
                return self.fail("a group is closed that is not open");
            }
        }
        Ok(())
    }

    fn advance(&mut self) -> Result<Option<Item<'a>>, Malformed> {
        while self.at < self.end {
            let start = self.at;
            let (number, wire) = self.tag()?;
            match self.value(wire)? {
                Some(value) => return Ok(Some(Item { number, value, start })),
                None if wire == 3 => self.skip_group(number)?,
                None => return self.fail("a group is closed that is not open"),
            }
        }
        Ok(None)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Item<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let found = self.advance().transpose();
        if let Some(Err(_)) = found {
            self.at = self.end;
        }
        found
    }
}

/// Value and length of the varint at the start of the bytes.
fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0u64;
    for (i, byte) in bytes.iter().take(10).enumerate() {
        if i == 9 && *byte > 1 {
            return None;
        }
        value |= u64::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            return Some((value, i + 1));
        }
    }
    None
}

/// Each number of a packed run of varints.
pub(super) fn packed_varints(mut bytes: &[u8]) -> impl Iterator<Item = Result<u64, Malformed>> {
    let whole = bytes.len();
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let at = whole - bytes.len();
        match varint(bytes) {
            Some((value, used)) => {
                bytes = bytes.get(used..).unwrap_or_default();
                Some(Ok(value))
            }
            None => {
                bytes = &[];
                Some(Err(Malformed { at, what: "a packed number is no varint" }))
            }
        }
    })
}

/// Whether a value on the wire can belong to the field.
pub(super) fn fits(field: &Field, value: &Value<'_>) -> bool {
    match (field.kind, value) {
        (Kind::Double, Value::Fixed64(_)) | (Kind::Float, Value::Fixed32(_)) => true,
        (Kind::Message(_) | Kind::String | Kind::Bytes, Value::Bytes(_)) => true,
        (Kind::Message(_) | Kind::String | Kind::Bytes | Kind::Double | Kind::Float, Value::Varint(_)) => false,
        (_, Value::Varint(_)) => true,
        // A repeated number may come packed.
        (_, Value::Bytes(_)) => field.label == Label::Repeated,
        _ => false,
    }
}

/// All occurrences of a message inside a message, joined, which merges them.
pub(super) fn joined(bytes: &[u8], number: u32) -> Result<Vec<u8>, Malformed> {
    let mut all = Vec::new();
    for item in Fields::new(bytes) {
        let item = item?;
        if let (true, Value::Bytes(body)) = (item.number == number, item.value) {
            all.extend_from_slice(body);
        }
    }
    Ok(all)
}
