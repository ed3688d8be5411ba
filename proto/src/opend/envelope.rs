//! What every reply and push has in common, read without knowing which it is.

use prost::Message as _;

use super::fields::{Fields, Malformed, Value};
use super::messages::{common::RetType, keep_alive};

/// Head of a reply or a push: result, text, code, and whether a payload follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// Result; `None` when the sender left it out, which is against the schema.
    pub ret_type: Option<i32>,
    /// Why it failed, for people.
    pub ret_msg: Option<&'a str>,
    /// Code of the failure.
    pub err_code: Option<i32>,
    /// Whether a payload is present.
    pub has_s2c: bool,
}

impl<'a> Envelope<'a> {
    /// Reads the head of the body of a `Response` of any protocol.
    ///
    /// # Errors
    /// When the bytes are no protobuf message, or a field of the head has
    /// another type, or the text is not UTF-8. The payload is not looked into.
    pub fn read(body: &'a [u8]) -> Result<Self, Malformed> {
        let mut found = Envelope { ret_type: None, ret_msg: None, err_code: None, has_s2c: false };
        for item in Fields::new(body) {
            let item = item?;
            let wrong = |what| Malformed { at: item.start, what };
            match (item.number, item.value) {
                // The wire sign-extends an int32 to 64 bits; the low half is the number.
                (1, Value::Varint(v)) => found.ret_type = Some(v as u32 as i32),
                (3, Value::Varint(v)) => found.err_code = Some(v as u32 as i32),
                (2, Value::Bytes(text)) => {
                    let text = std::str::from_utf8(text).map_err(|_| wrong("retMsg is not UTF-8"))?;
                    found.ret_msg = Some(text);
                }
                (4, Value::Bytes(_)) => found.has_s2c = true,
                (1..=4, _) => return Err(wrong("a field of the head has another type")),
                _ => {}
            }
        }
        Ok(found)
    }

    /// The result; -400, unknown, when the sender left it out.
    pub fn result(&self) -> i32 {
        self.ret_type.unwrap_or(RetType::Unknown as i32)
    }

    /// Whether the request succeeded. Every result but 0 is a failure.
    pub fn is_success(&self) -> bool {
        self.result() == RetType::Succeed as i32
    }
}

/// The body of a reply of any protocol that failed.
///
/// `ret_type` must not be 0. Put all that people need to know into `text`:
/// SDKs show nothing else.
pub fn failure(ret_type: i32, text: &str, err_code: Option<i32>) -> Vec<u8> {
    debug_assert!(ret_type != 0, "0 is success");
    keep_alive::Response { ret_type, ret_msg: Some(text.to_owned()), err_code, s2c: None }.encode_to_vec()
}
