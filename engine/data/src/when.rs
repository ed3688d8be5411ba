//! The time field of a row: text to a date, a local time or an instant.
//!
//! Accepted: `2020-01-02`; `2020-01-02 09:30[:00[.123]]`, with `T` for the space
//! and with `Z` or an offset such as `+08:00`; whole nanoseconds since 1970 UTC.

use std::fmt;

use engine_core::time::{DAY, HOUR, MINUTE, SECOND, Timestamp};

use crate::zone::date_text;

/// What a time field says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// A date alone, as days since 1970-01-01.
    Date(i64),
    /// A local date and time of day: days since 1970-01-01, nanoseconds in the day.
    Local(i64, i64),
    /// An instant, nanoseconds UTC.
    Instant(i64),
}

impl fmt::Display for When {
    /// As it could stand in a file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Date(day) => f.write_str(&date_text(day)),
            Self::Local(day, nanos) => {
                let text = Timestamp::from_nanos(day * DAY + nanos).to_string();
                f.write_str(text.trim_end_matches('Z').replace('T', " ").as_str())
            }
            Self::Instant(nanos) => Timestamp::from_nanos(nanos).fmt(f),
        }
    }
}

/// Earlier than this (1973-03-03), a whole number is more likely in seconds,
/// milliseconds or microseconds.
pub(crate) const NANOS_MIN: i64 = 100_000_000_000_000_000;
/// Later than this (2200-01-01), nothing is accepted.
pub(crate) const NANOS_MAX: i64 = 7_258_118_400_000_000_000;
pub(crate) const YEARS: std::ops::RangeInclusive<i64> = 1900..=2199;

/// Reads a time field.
pub(crate) fn parse(text: &str) -> Result<When, String> {
    let b = text.as_bytes();
    if b.len() >= 10 && b[4] == b'-' && b[7] == b'-' {
        return parse_civil(b).ok_or_else(|| bad(text));
    }
    if b.is_empty() {
        return Err("is empty".to_owned());
    }
    let digits = b.strip_prefix(b"-").unwrap_or(b);
    if digits.iter().all(u8::is_ascii_digit) && !digits.is_empty() {
        return match text.parse::<i64>() {
            Ok(n) if (NANOS_MIN..NANOS_MAX).contains(&n) => Ok(When::Instant(n)),
            _ => Err(format!("`{text}` is no time: a whole number must be nanoseconds since 1970 UTC (19 digits)")),
        };
    }
    Err(bad(text))
}

fn bad(text: &str) -> String {
    format!("`{text}` is no time, expected YYYY-MM-DD, YYYY-MM-DD HH:MM:SS or nanoseconds since 1970")
}

/// The days since 1970 of `YYYY-MM-DD`.
#[must_use]
pub fn parse_date(text: &str) -> Option<i64> {
    match parse_civil(text.as_bytes()) {
        Some(When::Date(day)) => Some(day),
        _ => None,
    }
}

fn parse_civil(b: &[u8]) -> Option<When> {
    let (date, rest) = b.split_at_checked(10)?;
    if date[4] != b'-' || date[7] != b'-' {
        return None;
    }
    let (year, month, day) = (number(&date[..4])?, number(&date[5..7])?, number(&date[8..])?);
    if !YEARS.contains(&year) || !(1..=12).contains(&month) || !(1..=month_days(year, month)).contains(&day) {
        return None;
    }
    let days = Timestamp::from_date(year as i32, month as u32, day as u32).nanos() / DAY;
    let Some((mark, clock)) = rest.split_first() else {
        return Some(When::Date(days));
    };
    if *mark != b' ' && *mark != b'T' {
        return None;
    }
    let (nanos, zone) = parse_clock(clock)?;
    if zone.is_empty() {
        return Some(When::Local(days, nanos));
    }
    Some(When::Instant(days * DAY + nanos - parse_offset(zone)?))
}

/// Nanoseconds in the day, and what follows the time.
fn parse_clock(b: &[u8]) -> Option<(i64, &[u8])> {
    let (hm, mut rest) = b.split_at_checked(5)?;
    let (hour, minute) = (number(&hm[..2])?, number(&hm[3..])?);
    if hm[2] != b':' || hour > 23 || minute > 59 {
        return None;
    }
    let mut nanos = hour * HOUR + minute * MINUTE;
    if let [b':', s1, s2, after @ ..] = rest {
        let second = number(&[*s1, *s2])?;
        if second > 59 {
            return None;
        }
        nanos += second * SECOND;
        rest = after;
        if let [b'.', fraction @ ..] = rest {
            let len = fraction.iter().take_while(|c| c.is_ascii_digit()).count();
            let (digits, after) = fraction.split_at(len);
            if !(1..=9).contains(&len) {
                return None;
            }
            nanos += number(digits)? * 10_i64.pow(9 - len as u32);
            rest = after;
        }
    }
    Some((nanos, rest))
}

/// Nanoseconds east of UTC.
fn parse_offset(b: &[u8]) -> Option<i64> {
    let (sign, h, m) = match b {
        b"Z" | b"z" => return Some(0),
        [sign, h1, h2, b':', m1, m2] | [sign, h1, h2, m1, m2] => (*sign, [*h1, *h2], [*m1, *m2]),
        [sign, h1, h2] => (*sign, [*h1, *h2], [b'0', b'0']),
        _ => return None,
    };
    let (hours, minutes) = (number(&h)?, number(&m)?);
    if hours > 18 || minutes > 59 {
        return None;
    }
    let east = hours * HOUR + minutes * MINUTE;
    match sign {
        b'+' => Some(east),
        b'-' => Some(-east),
        _ => None,
    }
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0_i64, |n, c| c.is_ascii_digit().then(|| n * 10 + i64::from(c - b'0')))
}

fn month_days(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const D: i64 = 18_263; // 2020-01-02

    #[test]
    fn every_accepted_form() {
        let ten = 10 * HOUR + 5 * MINUTE;
        assert_eq!(parse("2020-01-02"), Ok(When::Date(D)));
        assert_eq!(parse("2020-01-02 10:05"), Ok(When::Local(D, ten)));
        assert_eq!(parse("2020-01-02T10:05:07"), Ok(When::Local(D, ten + 7 * SECOND)));
        assert_eq!(parse("2020-01-02 10:05:07.25"), Ok(When::Local(D, ten + 7_250_000_000)));
        assert_eq!(parse("2020-01-02T10:05:00Z"), Ok(When::Instant(D * DAY + ten)));
        assert_eq!(parse("2020-01-02 10:05+08:00"), Ok(When::Instant(D * DAY + ten - 8 * HOUR)));
        assert_eq!(parse("2020-01-02 10:05-0530"), Ok(When::Instant(D * DAY + ten + 330 * MINUTE)));
        assert_eq!(parse("1577959500000000000"), Ok(When::Instant(1_577_959_500_000_000_000)));
        assert_eq!(parse_date("2020-02-29"), Some(D + 58));
    }

    #[test]
    fn what_is_refused() {
        for text in [
            "2020-02-30",
            "2019-02-29",
            "2020-13-01",
            "0000-01-01",
            "2020-1-02",
            "2020-01-02 24:00",
            "2020-01-02 10:60",
            "2020-01-02 10:05:60",
            "2020-01-02 10:05:07.",
            "2020-01-02x10:05",
            "2020-01-02 1:05",
            "02.01.2020",
            "abc",
            "2020-01-02 10:05+99:00",
            "1577959500",
            "20200102",
            "99999999999999999999",
            "9223372036854775807",
            "",
            "-",
            "2020-01-02 ",
            "é020-01-02",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
