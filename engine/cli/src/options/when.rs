//! Dates with or without a time of day, and the years between them.

use engine_data::calendars::parse_date;

/// A day, counted from 1970, and the seconds since its midnight where they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct When {
    day: i64,
    seconds: Option<i64>,
}

const DAY: i64 = 86_400;

impl When {
    /// `2027-03-19`, `2027-03-19T15:30` or `2027-03-19 15:30:00`, local time of the market.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (date, clock) = match text.split_once(['T', ' ']) {
            Some((date, clock)) => (date, Some(clock)),
            None => (text, None),
        };
        let seconds = match clock {
            Some(clock) => Some(seconds(clock)?),
            None => None,
        };
        Some(Self { day: parse_date(date)?, seconds })
    }

    /// Years of 365 days from here to an expiry. Where only one of the two has a time of
    /// day, an expiry is at `close` and a valuation too.
    pub(crate) fn years_to(self, expiry: Self, close: i64) -> f64 {
        let days = expiry.day - self.day;
        let seconds = match (self.seconds, expiry.seconds) {
            (None, None) => 0,
            (from, to) => to.unwrap_or(close) - from.unwrap_or(close),
        };
        (days * DAY + seconds) as f64 / (365 * DAY) as f64
    }
}

/// Seconds since midnight of `15:30` or `15:30:00`.
pub(super) fn seconds(clock: &str) -> Option<i64> {
    let mut parts = clock.split(':');
    let mut next = |most: i64| {
        let part = parts.next()?;
        let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<i64>().ok().filter(|n| digits && *n <= most)
    };
    let (hour, minute) = (next(23)?, next(59)?);
    let second = if clock.len() > 5 { next(59)? } else { 0 };
    (clock.len() == 5 || clock.len() == 8).then_some(hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::{When, seconds};

    #[test]
    fn years_between_moments() {
        let at = |text| When::parse(text).expect("a moment");
        let close = 16 * 3600;
        for (from, to, days) in [
            ("2026-12-01", "2026-12-31", 30.0),
            ("2026-12-01T12:00", "2026-12-01", 4.0 / 24.0),
            ("2026-12-01 12:00:00", "2026-12-02T12:00", 1.0),
            ("2026-12-02", "2026-12-01", -1.0),
        ] {
            assert!((at(from).years_to(at(to), close) * 365.0 - days).abs() < 1e-12, "{from} {to}");
        }
        for text in ["", "2026-13-01", "2026-12-01T", "2026-12-01T9:00", "2026-12-01T24:00", "2026-12-01T12:00:00Z"] {
            assert_eq!(When::parse(text), None, "{text}");
        }
        assert_eq!((seconds("23:59:59"), seconds("+1:00")), (Some(86_399), None));
    }
}
