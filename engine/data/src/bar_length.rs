//! `BarLength`: the length that a data contract gives its bars.

use std::fmt;
use std::str::FromStr;

use engine_core::time::{DAY, HOUR, MINUTE, SECOND};

/// Length of a bar. Written `30s`, `1m`, `5m`, `60m`, `1h`, `4h`, `1d`, `1w`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BarLength {
    /// A length in nanoseconds, below one day.
    Intraday(i64),
    /// One trading day.
    Day,
    /// One trading week.
    Week,
}

impl BarLength {
    /// The contract's word for a spacing between rows, in nanoseconds; `None`
    /// when no bar length fits.
    #[must_use]
    pub fn from_spacing(nanos: i64) -> Option<Self> {
        match nanos {
            _ if nanos >= 5 * DAY => Some(Self::Week),
            _ if nanos >= 20 * HOUR => Some(Self::Day),
            _ if nanos >= SECOND && nanos % SECOND == 0 => Some(Self::Intraday(nanos)),
            _ => None,
        }
    }
}

impl FromStr for BarLength {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("`{text}` is no bar length, expected for example 1m, 5m, 15m, 30m, 60m, 1h, 1d or 1w");
        let unit = text.chars().last().ok_or_else(bad)?;
        let digits = &text[..text.len() - unit.len_utf8()];
        if digits.is_empty() || digits.len() > 5 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad());
        }
        let count: i64 = digits.parse().map_err(|_| bad())?;
        let nanos = match (unit, count) {
            ('d', 1) => return Ok(Self::Day),
            ('w', 1) => return Ok(Self::Week),
            ('s', 1..) => count * SECOND,
            ('m', 1..) => count * MINUTE,
            ('h', 1..) => count * HOUR,
            _ => return Err(bad()),
        };
        if nanos < DAY { Ok(Self::Intraday(nanos)) } else { Err(bad()) }
    }
}

impl fmt::Display for BarLength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Day => f.pad("1d"),
            Self::Week => f.pad("1w"),
            Self::Intraday(n) if n % HOUR == 0 => f.pad(&format!("{}h", n / HOUR)),
            Self::Intraday(n) if n % MINUTE == 0 => f.pad(&format!("{}m", n / MINUTE)),
            Self::Intraday(n) => f.pad(&format!("{}s", n / SECOND)),
        }
    }
}
