//! The ends of a run: a date or a time in a config, and the instants it means in
//! the time zone of each data file.

use std::fmt;

use chrono::{DateTime, Days, MappedLocalTime, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Timelike};
use chrono_tz::Tz;
use engine_core::time::Timestamp;

/// What `start` and `end` may be.
pub(crate) const EXPECTED: &str = "a date such as \"2005-01-31\" or a time such as \"2005-01-31 09:30\" (local) or \"2005-01-31T14:30:00Z\", from 1900 to 2199";

/// A date or time as it stands in a config.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// A whole day, in the time zone of the data.
    Day(NaiveDate),
    /// A time of day, in the time zone of the data.
    Local(NaiveDateTime),
    /// An instant.
    Instant(Timestamp),
}

impl Moment {
    /// Reads `2005-01-31`, `2005-01-31 09:30[:00]` or a time with `Z` or an offset.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let in_range = |date: NaiveDate| (1900..=2199).contains(&chrono::Datelike::year(&date)).then_some(date);
        if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return in_range(date).filter(|_| text.len() == 10).map(Self::Day);
        }
        let text = text.replacen(' ', "T", 1);
        for form in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"] {
            if let Ok(time) = NaiveDateTime::parse_from_str(&text, form) {
                // A leap second is no time a bar can have.
                return in_range(time.date()).filter(|_| time.nanosecond() < 1_000_000_000).map(|_| Self::Local(time));
            }
        }
        let time = DateTime::parse_from_rfc3339(&text).ok()?;
        in_range(time.date_naive())?;
        time.timestamp_nanos_opt().map(|n| Self::Instant(Timestamp::from_nanos(n)))
    }

    /// The first instant that belongs to a run that starts here.
    pub(crate) fn first_instant(self, zone: Tz) -> Timestamp {
        match self {
            Self::Day(date) => instant(zone, date.and_time(chrono::NaiveTime::MIN)),
            Self::Local(time) => instant(zone, time),
            Self::Instant(time) => time,
        }
    }

    /// The instant after a day that is an end; `None` for a time.
    pub(crate) fn day_after(self, zone: Tz) -> Option<Timestamp> {
        match self {
            Self::Day(date) => {
                let next = date.checked_add_days(Days::new(1)).unwrap_or(date);
                Some(instant(zone, next.and_time(chrono::NaiveTime::MIN)))
            }
            _ => None,
        }
    }
}

/// The instant at which clocks of a zone first show a time, or the next they show.
fn instant(zone: Tz, time: NaiveDateTime) -> Timestamp {
    for late in 0..5 {
        let shown = time + TimeDelta::hours(late);
        match zone.from_local_datetime(&shown) {
            MappedLocalTime::Single(t) | MappedLocalTime::Ambiguous(t, _) => {
                return Timestamp::from_nanos(t.timestamp_nanos_opt().unwrap_or_default());
            }
            MappedLocalTime::None => {}
        }
    }
    Timestamp::from_nanos(time.and_utc().timestamp_nanos_opt().unwrap_or_default())
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(date) => write!(f, "{date}"),
            Self::Local(time) => write!(f, "{time}"),
            Self::Instant(time) => write!(f, "{time}"),
        }
    }
}

impl serde::Serialize for Moment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_a_day_where_the_data_is_from() {
        let new_york = chrono_tz::America::New_York;
        let day = Moment::parse("2005-01-03").expect("a date");
        assert_eq!(day.first_instant(new_york).to_string(), "2005-01-03T05:00:00Z");
        assert_eq!(day.day_after(new_york).map(|t| t.to_string()).as_deref(), Some("2005-01-04T05:00:00Z"));
        let time = Moment::parse("2005-07-01 09:30").expect("a time");
        assert_eq!(time.first_instant(new_york).to_string(), "2005-07-01T13:30:00Z");
        let utc = Moment::parse("2005-07-01T13:30:00+00:00").expect("an instant");
        assert_eq!(utc.first_instant(new_york), time.first_instant(chrono_tz::America::New_York));
    }

    #[test]
    fn what_is_no_date() {
        for text in
            ["2005-02-30", "05-01-01", "2005-1-1", "2005-01-01x", "yesterday", "1850-01-01", "2005-01-01 25:00", ""]
        {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }
}
