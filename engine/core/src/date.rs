//! `Date`: a civil date of a venue, as fee tables and trading rules name them.
//!
//! Core knows no time zones. The date of an instant is taken with a fixed offset
//! that keeps every trading hour of the venue inside one date ([`utc_offset_hours`]),
//! so summer time needs no table.

use std::fmt;
use std::str::FromStr;

use crate::time::{DAY, HOUR, Timestamp};

/// A venue-local date: days since 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Date(i32);

impl Date {
    /// Before every date of a table.
    pub const MIN: Self = Self(i32::MIN);
    /// After every date of a table.
    pub const MAX: Self = Self(i32::MAX);

    /// A date of the Gregorian calendar, years 1900 to 2199; `None` when there is no such day.
    #[must_use]
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        if !(1900..=2199).contains(&year) || !(1..=12).contains(&month) || day == 0 {
            return None;
        }
        let at = Timestamp::from_date(year, month, day);
        // A day beyond the end of its month comes back as another date.
        (at.date() == (year, month, day)).then(|| Self::from_days((at.nanos() / DAY) as i32))
    }

    /// From days since 1970-01-01.
    #[must_use]
    pub const fn from_days(days: i32) -> Self {
        Self(days)
    }

    /// Days since 1970-01-01.
    #[inline]
    #[must_use]
    pub const fn days(self) -> i32 {
        self.0
    }

    /// The date of an instant at `offset_hours` east of UTC.
    #[inline]
    #[must_use]
    pub fn at(time: Timestamp, offset_hours: i8) -> Self {
        Self(((time.nanos() + i64::from(offset_hours) * HOUR).div_euclid(DAY)) as i32)
    }

    /// The first instant of the date at `offset_hours` east of UTC.
    #[must_use]
    pub const fn begin(self, offset_hours: i8) -> Timestamp {
        Timestamp::from_nanos(self.0 as i64 * DAY - offset_hours as i64 * HOUR)
    }

    /// The date `days` later (earlier when below zero).
    #[must_use]
    pub const fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Months since year 0, equal for the dates of one calendar month.
    #[must_use]
    pub fn month(self) -> i32 {
        let (year, month, _) = Timestamp::from_nanos(i64::from(self.0) * DAY).date();
        year * 12 + month as i32 - 1
    }
}

/// The offset from UTC at which all trading hours of a market fall on their
/// trade date: Hong Kong and mainland China +8; New York -5, where 04:00 to
/// 20:00 stays inside one date in winter and in summer; else 0.
#[must_use]
pub fn utc_offset_hours(market: &str) -> i8 {
    match market {
        "HK" | "SH" | "SZ" | "BJ" | "CN" => 8,
        "US" => -5,
        _ => 0,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::MIN {
            return f.pad("the beginning");
        }
        if *self == Self::MAX {
            return f.pad("the end");
        }
        let (year, month, day) = Timestamp::from_nanos(i64::from(self.0) * DAY).date();
        f.pad(&format!("{year:04}-{month:02}-{day:02}"))
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A text that is no date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no date, expected YYYY-MM-DD from 1900 to 2199")]
pub struct DateError(pub String);

impl FromStr for Date {
    type Err = DateError;
    fn from_str(text: &str) -> Result<Self, DateError> {
        let b = text.as_bytes();
        let fits = b.len() == 10
            && b.iter().enumerate().all(|(i, c)| if i == 4 || i == 7 { *c == b'-' } else { c.is_ascii_digit() });
        let number = |from: usize, to: usize| text.get(from..to).and_then(|t| t.parse::<u32>().ok());
        let date = match (number(0, 4), number(5, 7), number(8, 10)) {
            (Some(year), Some(month), Some(day)) if fits => Self::new(year as i32, month, day),
            _ => None,
        };
        date.ok_or_else(|| DateError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::MINUTE;

    #[test]
    fn text_and_days_agree() {
        for (text, days) in [("1970-01-01", 0), ("1969-12-31", -1), ("2000-02-29", 11_016), ("2025-06-30", 20_269)] {
            let date: Date = text.parse().expect("a date");
            assert_eq!((date.days(), date.to_string().as_str()), (days, text));
        }
        for text in
            ["2025-02-29", "2025-13-01", "2025-6-30", "2025-00-10", "2025-01-00", "", "2025/01/01", "1899-01-01"]
        {
            assert_eq!(text.parse::<Date>(), Err(DateError(text.to_owned())));
        }
        let month = |text: &str| text.parse::<Date>().expect("a date").month();
        assert_eq!(month("2025-01-31") + 1, month("2025-02-01"));
        assert_eq!(month("2024-12-31") + 1, month("2025-01-01"));
    }

    #[test]
    fn a_trading_hour_falls_on_its_trade_date() {
        let utc = |y, m, d, h, min| Timestamp::from_date(y, m, d) + h * HOUR + min * MINUTE;
        // market, UTC, local date
        let cases = [
            ("HK", utc(2025, 6, 30, 1, 30), "2025-06-30"),
            ("HK", utc(2025, 6, 30, 8, 0), "2025-06-30"),
            ("SH", utc(2025, 6, 29, 16, 0), "2025-06-30"),
            // 04:00 and 20:00 in New York, summer, then winter.
            ("US", utc(2025, 7, 1, 8, 0), "2025-07-01"),
            ("US", utc(2025, 7, 2, 0, 0), "2025-07-01"),
            ("US", utc(2025, 1, 7, 9, 0), "2025-01-07"),
            ("US", utc(2025, 1, 8, 1, 0), "2025-01-07"),
        ];
        for (market, time, date) in cases {
            assert_eq!(Date::at(time, utc_offset_hours(market)).to_string(), date, "{market} {time}");
        }
    }
}
