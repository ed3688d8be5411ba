//! `Timestamp`: nanoseconds since 1970-01-01 UTC.
//!
//! Core knows no time zones and reads no clock; exchange-local time is turned
//! into UTC where files and wires are read.

use std::fmt;
use std::ops::{Add, Sub};

/// Nanoseconds in a second.
pub const SECOND: i64 = 1_000_000_000;
/// Nanoseconds in a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Nanoseconds in an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Nanoseconds in a day of 24 hours.
pub const DAY: i64 = 24 * HOUR;

/// A point in time: nanoseconds since 1970-01-01T00:00:00 UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Before every event.
    pub const MIN: Self = Self(i64::MIN);
    /// After every event.
    pub const MAX: Self = Self(i64::MAX);

    /// From nanoseconds since the epoch.
    #[inline]
    #[must_use]
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the epoch.
    #[inline]
    #[must_use]
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Midnight UTC of a civil date (proleptic Gregorian).
    ///
    /// Days from civil after Howard Hinnant, "chrono-compatible low-level date
    /// algorithms".
    #[must_use]
    pub const fn from_date(year: i32, month: u32, day: u32) -> Self {
        let y = year as i64 - if month <= 2 { 1 } else { 0 };
        let era = y.div_euclid(400);
        let yoe = y.rem_euclid(400);
        let m = month as i64;
        let doy = (153 * (if m > 2 { m - 3 } else { m + 9 }) + 2) / 5 + day as i64 - 1;
        let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
        Self((era * 146_097 + doe - 719_468) * DAY)
    }

    /// Year, month and day in UTC.
    #[must_use]
    pub const fn date(self) -> (i32, u32, u32) {
        let z = self.0.div_euclid(DAY) + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let day = doy - (153 * mp + 2) / 5 + 1;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        let year = yoe + era * 400 + if month <= 2 { 1 } else { 0 };
        (year as i32, month as u32, day as u32)
    }

    /// Seconds since the epoch, as a double (for charts).
    #[must_use]
    pub fn seconds_f64(self) -> f64 {
        self.0 as f64 / SECOND as f64
    }
}

impl Add<i64> for Timestamp {
    type Output = Self;
    /// Stays within `MIN` and `MAX`.
    #[inline]
    fn add(self, nanos: i64) -> Self {
        Self(self.0.saturating_add(nanos))
    }
}

impl Sub for Timestamp {
    type Output = i64;
    #[inline]
    fn sub(self, other: Self) -> i64 {
        self.0 - other.0
    }
}

impl fmt::Display for Timestamp {
    /// ISO 8601 in UTC, with as many decimals as are needed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        let in_day = self.0.rem_euclid(DAY);
        let (h, m, s) = (in_day / HOUR, in_day / MINUTE % 60, in_day / SECOND % 60);
        let nanos = in_day % SECOND;
        let mut text = format!("{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}");
        if nanos != 0 {
            text.push_str(format!(".{nanos:09}").trim_end_matches('0'));
        }
        text.push('Z');
        f.pad(&text)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_round_trip() {
        for (y, m, d) in [(1970, 1, 1), (2000, 2, 29), (1899, 12, 31), (2026, 11, 21)] {
            assert_eq!(Timestamp::from_date(y, m, d).date(), (y, m, d));
        }
        let t = Timestamp::from_date(2005, 2, 28) + (21 * HOUR);
        assert_eq!(t.to_string(), "2005-02-28T21:00:00Z");
        assert_eq!((t + 5_000_000).to_string(), "2005-02-28T21:00:00.005Z");
    }
}
