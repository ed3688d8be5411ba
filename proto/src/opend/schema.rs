//! The schema as a table: every message, field and enum of the crate, for code
//! that works on any of them.
//!
//! The build makes it from the same `.proto` files as [`messages`](super::messages).
//! No message can hold itself, so work on one message nests at most [`Message::depth`] deep.

use std::fmt;

/// A message of the schema.
#[derive(Debug)]
pub struct Message {
    /// Full name, package first: `Qot_Common.Security`.
    pub name: &'static str,
    /// The fields, ascending in number; at most 64.
    pub fields: &'static [Field],
    /// Bit `i` is set when `fields[i]` is required.
    pub(super) required: u64,
    /// Whether it or a message inside it has a required field.
    pub(super) checked: bool,
    /// How many messages lie inside one another at most, this one counted.
    pub depth: usize,
}

/// A field of a message.
#[derive(Debug)]
pub struct Field {
    /// Number on the wire, from 1.
    pub number: u32,
    /// Name in the schema, which is also the one JSON bodies use.
    pub name: &'static str,
    /// Name in protobuf's own JSON form; JSON bodies may use it on input.
    pub json_name: &'static str,
    /// Whether it must, may or may often occur.
    pub label: Label,
    /// Type of its values.
    pub kind: Kind,
    /// Value that stands for an absent field, as written in the schema; `None` is zero or empty.
    pub default: Option<&'static str>,
}

/// How often a field occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// At most once.
    Optional,
    /// Exactly once.
    Required,
    /// Any number of times.
    Repeated,
}

/// Type of a field.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// 64-bit float.
    Double,
    /// 32-bit float.
    Float,
    /// Signed, 32 bits.
    Int32,
    /// Signed, 64 bits.
    Int64,
    /// Unsigned, 32 bits.
    Uint32,
    /// Unsigned, 64 bits.
    Uint64,
    /// True or false.
    Bool,
    /// UTF-8 text.
    String,
    /// Bytes.
    Bytes,
    /// One of an enum's numbers.
    Enum(&'static Enum),
    /// A message inside the message.
    Message(&'static Message),
}

/// An enum of the schema.
#[derive(Debug)]
pub struct Enum {
    /// Full name, package first: `Common.RetType`.
    pub name: &'static str,
    /// Name and number of each value, as declared; a number may have two names.
    pub values: &'static [(&'static str, i32)],
}

include!(concat!(env!("OUT_DIR"), "/table.rs"));

/// All messages, ascending by full name.
pub fn messages() -> &'static [&'static Message] {
    MESSAGES
}

/// All enums, ascending by full name.
pub fn enums() -> &'static [&'static Enum] {
    ENUMS
}

/// The message with this full name, such as `Qot_Common.Security`.
pub fn message(name: &str) -> Option<&'static Message> {
    let at = MESSAGES.binary_search_by(|m| m.name.cmp(name)).ok()?;
    MESSAGES.get(at).copied()
}

/// `Request` and `Response` of a package.
pub(super) fn package(name: &str) -> (Option<&'static Message>, Option<&'static Message>) {
    let found = PACKAGES.binary_search_by(|p| p.0.cmp(name)).ok().and_then(|at| PACKAGES.get(at));
    found.map_or((None, None), |p| (p.1, p.2))
}

impl Message {
    /// The field with this number and its place in [`fields`](Self::fields).
    pub fn field(&self, number: u32) -> Option<(usize, &'static Field)> {
        // Most messages number their fields 1, 2, 3 and so on.
        let guess = (number as usize).wrapping_sub(1);
        if let Some(field) = self.fields.get(guess)
            && field.number == number
        {
            return Some((guess, field));
        }
        let at = self.fields.binary_search_by_key(&number, |f| f.number).ok()?;
        self.fields.get(at).map(|field| (at, field))
    }

    /// The field with this schema name or JSON name, and its place in [`fields`](Self::fields).
    pub fn field_named(&self, name: &str) -> Option<(usize, &'static Field)> {
        self.fields.iter().enumerate().find(|(_, f)| f.name == name || f.json_name == name)
    }
}

impl Enum {
    /// First name of a number.
    pub fn name_of(&self, number: i32) -> Option<&'static str> {
        self.values.iter().find(|v| v.1 == number).map(|v| v.0)
    }

    /// Number of a name.
    pub fn number_of(&self, name: &str) -> Option<i32> {
        self.values.iter().find(|v| v.0 == name).map(|v| v.1)
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Label::Optional => "optional",
            Label::Required => "required",
            Label::Repeated => "repeated",
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Double => "double",
            Kind::Float => "float",
            Kind::Int32 => "int32",
            Kind::Int64 => "int64",
            Kind::Uint32 => "uint32",
            Kind::Uint64 => "uint64",
            Kind::Bool => "bool",
            Kind::String => "string",
            Kind::Bytes => "bytes",
            Kind::Enum(of) => of.name,
            Kind::Message(of) => of.name,
        })
    }
}
