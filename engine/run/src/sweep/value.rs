//! `Scalar`: one value of a parameter.

use std::fmt;

use crate::config::Value;

/// One value of a parameter; shown as `--set` takes it.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Number(f64),
    /// A text.
    Text(String),
    /// true or false.
    Flag(bool),
}

impl Scalar {
    /// A value of a config, if it is one.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Integer(n) => Some(Self::Integer(*n)),
            Value::Float(x) if x.is_finite() => Some(Self::Number(*x)),
            Value::Text(text) => Some(Self::Text(text.clone())),
            Value::Flag(flag) => Some(Self::Flag(*flag)),
            _ => None,
        }
    }

    /// A JSON value, if it is one.
    pub(crate) fn of_json(value: &serde_json::Value) -> Option<Self> {
        match value {
            serde_json::Value::Bool(flag) => Some(Self::Flag(*flag)),
            serde_json::Value::String(text) => Some(Self::Text(text.clone())),
            serde_json::Value::Number(n) => match n.as_i64() {
                Some(n) => Some(Self::Integer(n)),
                None => n.as_f64().map(Self::Number),
            },
            _ => None,
        }
    }

    /// As JSON.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Integer(n) => (*n).into(),
            Self::Number(x) => (*x).into(),
            Self::Text(text) => text.as_str().into(),
            Self::Flag(flag) => (*flag).into(),
        }
    }

    /// As a number, if it is one.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Integer(n) => Some(*n as f64),
            Self::Number(x) => Some(*x),
            _ => None,
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(n) => write!(f, "{n}"),
            Self::Number(x) => write!(f, "{x:?}"),
            Self::Text(text) => f.write_str(text),
            Self::Flag(flag) => write!(f, "{flag}"),
        }
    }
}
