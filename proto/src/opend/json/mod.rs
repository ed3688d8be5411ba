//! Bodies in JSON (`fmtType` 1), to and from protobuf bytes, for any message.
//!
//! Output: the names of the schema, absent fields left out, 64-bit numbers as
//! text where the field occurs once and as numbers inside lists (the official
//! SDK fails on text there), enums by name, bytes as base64, non-finite numbers
//! as `"NaN"`, `"Infinity"`, `"-Infinity"`.
//!
//! Input: the names of the schema or protobuf's JSON names; numbers as numbers
//! or as text; enums as names or numbers; `null` for an absent field. What is
//! required is not checked here: see [`check_required`](super::required::check_required).

mod base64;
mod read;
mod write;

pub use read::from_json;
pub use write::to_json;

/// What to do with a name that the schema does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// Refuse the body.
    Reject,
    /// Pass over it, as protobuf does with unknown numbers; for peers of a newer version.
    Skip,
}

/// What to do with fields of bytes on output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bytes {
    /// Write them as base64.
    Base64,
    /// Leave them out: the official SDK's connection jams on a body that has one.
    Omit,
}

/// Why a body could not be turned into the other form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// The JSON is not this message.
    #[error("JSON, line {line} column {column}{}: {what}", if path.is_empty() { String::new() } else { format!(", {path}") })]
    Read {
        /// From 1.
        line: usize,
        /// From 1; 0 at the start of a line.
        column: usize,
        /// The field, from the outermost message: `c2s.securityList[2].code`.
        path: String,
        /// What was found and what was expected.
        what: String,
    },
    /// The protobuf bytes are not this message.
    #[error("protobuf{}: {what}", if path.is_empty() { String::new() } else { format!(", {path}") })]
    Write {
        /// The field, from the outermost message.
        path: String,
        /// What is wrong.
        what: String,
    },
    /// The result would be larger than the caller allows.
    #[error("the converted body would be larger than {bytes_max} bytes")]
    TooLarge {
        /// The bound.
        bytes_max: usize,
    },
}

/// Where in a message the work is.
#[derive(Debug)]
enum Step {
    Field(&'static str),
    Index(usize),
}

fn path_text(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Field(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(name);
            }
            Step::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}
