//! Trading sessions as dated tables of UTC times.
//!
//! A calendar is a sorted list of sessions with their breaks. Where it comes
//! from (tables in files, or the bars themselves) is the business of `data`.

use crate::time::Timestamp;

/// One session: from open to close, with a break in the middle where there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// First moment.
    pub open: Timestamp,
    /// Last moment; the session ends with it.
    pub close: Timestamp,
    /// A lunch break: from, to.
    pub pause: Option<(Timestamp, Timestamp)>,
}

impl Session {
    /// True while it trades: the open belongs to it, the close and the break do not.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        let paused = self.pause.is_some_and(|(from, to)| at >= from && at < to);
        at >= self.open && at < self.close && !paused
    }
}

/// Sessions in order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    sessions: Vec<Session>,
}

/// Sessions that overlap or are empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("session {0} is empty, overlaps the one before, or has a break outside its hours")]
pub struct CalendarError(pub usize);

impl Calendar {
    /// Checks that the sessions are in order and do not overlap.
    ///
    /// # Errors
    /// The index of the first session that does not fit.
    pub fn new(sessions: Vec<Session>) -> Result<Self, CalendarError> {
        for (i, s) in sessions.iter().enumerate() {
            let pause_fits = s.pause.is_none_or(|(from, to)| s.open < from && from < to && to < s.close);
            if s.close <= s.open || !pause_fits || i > 0 && s.open < sessions[i - 1].close {
                return Err(CalendarError(i));
            }
        }
        Ok(Self { sessions })
    }

    /// The sessions.
    #[must_use]
    pub fn sessions(&self) -> &[Session] {
        &self.sessions
    }

    /// The session that holds a moment, its close included.
    #[must_use]
    pub fn session_of(&self, at: Timestamp) -> Option<&Session> {
        let i = self.sessions.partition_point(|s| s.close < at);
        self.sessions.get(i).filter(|s| s.open <= at)
    }

    /// The first session that opens after a moment.
    #[must_use]
    pub fn next(&self, at: Timestamp) -> Option<&Session> {
        self.sessions.get(self.sessions.partition_point(|s| s.open <= at))
    }

    /// True while the market trades.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.session_of(at).is_some_and(|s| s.is_open(at))
    }

    /// Per bar (by close time), whether it is the first of its session. A bar
    /// outside all sessions belongs to the next one.
    #[must_use]
    pub fn session_starts(&self, close_times: &[i64]) -> Vec<bool> {
        let mut last = usize::MAX;
        close_times
            .iter()
            .map(|t| {
                let at = self.sessions.partition_point(|s| s.close.nanos() < *t);
                let first = at != last;
                last = at;
                first
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::HOUR;

    #[test]
    fn a_lunch_break_is_closed_and_the_close_ends_the_session() {
        let day = Timestamp::from_date(2024, 1, 2);
        let session =
            Session { open: day + HOUR, close: day + 8 * HOUR, pause: Some((day + 4 * HOUR, day + 5 * HOUR)) };
        let next = Session { open: day + 25 * HOUR, close: day + 32 * HOUR, pause: None };
        let calendar = Calendar::new(vec![session, next]).expect("in order");
        assert!(calendar.is_open(day + HOUR));
        assert!(!calendar.is_open(day + 4 * HOUR));
        assert!(calendar.is_open(day + 5 * HOUR));
        assert!(!calendar.is_open(day + 8 * HOUR));
        assert_eq!(calendar.session_of(day + 8 * HOUR), Some(&session));
        assert_eq!(calendar.next(day + 2 * HOUR), Some(&next));
        let closes: Vec<i64> = [2, 8, 26, 32].iter().map(|h| (day + h * HOUR).nanos()).collect();
        assert_eq!(calendar.session_starts(&closes), [true, false, true, false]);
        assert_eq!(Calendar::new(vec![next, session]), Err(CalendarError(1)));
    }
}
