//! Local time to UTC and back, with the offset looked up once per day.

use chrono::{DateTime, MappedLocalTime, NaiveDateTime, Offset, TimeZone};
use chrono_tz::Tz;
use engine_core::time::{DAY, HOUR, SECOND};

/// What local time a zone has at a moment of its clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Local {
    /// One instant.
    One(i64),
    /// Two: clocks were set back.
    Two(i64, i64),
    /// None: clocks were set forward over it.
    Never,
}

/// A time zone and what was last asked of it.
pub(crate) struct Zone {
    tz: Tz,
    /// A day (since 1970, local) and its offset in nanoseconds, when it has only one.
    day: i64,
    offset: Option<i64>,
    /// The local day that holds instants `from..to`.
    local_day: i64,
    from: i64,
    to: i64,
}

impl Zone {
    pub(crate) fn new(tz: Tz) -> Self {
        Self { tz, day: i64::MIN, offset: None, local_day: 0, from: 0, to: 0 }
    }

    /// The instant of a local day and nanosecond in it (may be 24 hours).
    pub(crate) fn utc(&mut self, day: i64, nanos: i64) -> Local {
        if self.day != day {
            self.day = day;
            self.offset = match (self.offset_at(day * DAY), self.offset_at((day + 1) * DAY)) {
                (Some(a), Some(b)) if a == b => Some(a),
                _ => None,
            };
        }
        let local = day * DAY + nanos;
        match self.offset {
            Some(offset) => Local::One(local - offset),
            None => self.lookup(local),
        }
    }

    /// The first instant of a local day.
    pub(crate) fn day_start(&mut self, day: i64) -> i64 {
        // Where clocks jump over midnight the day starts with the first time they show.
        for late in 0..4 {
            if let Local::One(t) | Local::Two(t, _) = self.utc(day, late * HOUR) {
                return t;
            }
        }
        day * DAY
    }

    /// The local day of an instant, as days since 1970.
    pub(crate) fn local_day(&mut self, utc: i64) -> i64 {
        if !(self.from..self.to).contains(&utc) {
            let offset = self.tz.offset_from_utc_datetime(&naive(utc)).fix().local_minus_utc();
            self.local_day = (utc + i64::from(offset) * SECOND).div_euclid(DAY);
            self.from = self.day_start(self.local_day);
            self.to = self.day_start(self.local_day + 1);
        }
        self.local_day
    }

    /// The local time of day of an instant, in nanoseconds.
    pub(crate) fn local(&self, utc: i64) -> (i64, i64) {
        let offset = self.tz.offset_from_utc_datetime(&naive(utc)).fix().local_minus_utc();
        let local = utc + i64::from(offset) * SECOND;
        (local.div_euclid(DAY), local.rem_euclid(DAY))
    }

    fn offset_at(&self, local: i64) -> Option<i64> {
        match self.lookup(local) {
            Local::One(utc) => Some(local - utc),
            _ => None,
        }
    }

    fn lookup(&self, local: i64) -> Local {
        let nanos = |t: DateTime<Tz>| t.timestamp() * SECOND + i64::from(t.timestamp_subsec_nanos());
        match self.tz.from_local_datetime(&naive(local)) {
            MappedLocalTime::Single(t) => Local::One(nanos(t)),
            MappedLocalTime::Ambiguous(a, b) => Local::Two(nanos(a), nanos(b)),
            MappedLocalTime::None => Local::Never,
        }
    }
}

fn naive(nanos: i64) -> NaiveDateTime {
    DateTime::from_timestamp_nanos(nanos).naive_utc()
}

/// `09:30`, or `09:30:15`, for nanoseconds after midnight.
pub(crate) fn clock_text(nanos: i64) -> String {
    let seconds = nanos / SECOND;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if second == 0 { format!("{hour:02}:{minute:02}") } else { format!("{hour:02}:{minute:02}:{second:02}") }
}

/// `2020-01-02` for a number of days since 1970-01-01.
#[must_use]
pub fn date_text(day: i64) -> String {
    let (year, month, day) = engine_core::time::Timestamp::from_nanos(day * DAY).date();
    format!("{year:04}-{month:02}-{day:02}")
}
