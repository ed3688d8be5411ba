//! When sessions end: what the calendar of the data says, as for day orders.

use engine_core::feed::Series;
use engine_core::time::Timestamp;

/// The ends of a series' sessions in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct SessionEnds {
    ends: Vec<Timestamp>,
    next: usize,
}

impl SessionEnds {
    /// Of a series; without marks of sessions, the end of its last bar.
    pub(crate) fn of(series: &Series) -> Self {
        let close = &series.bars.columns().close_time;
        let starts = &series.session_start;
        let is_last = |row: usize| match starts.get(row + 1) {
            Some(starts) => starts,
            None => row + 1 == close.len(),
        };
        let ends = (0..close.len()).filter(|row| is_last(*row)).map(|row| Timestamp::from_nanos(close[row])).collect();
        Self { ends, next: 0 }
    }

    /// Whether the present session ends within `nanos`, or the last one has ended. Times
    /// never go back.
    pub(crate) fn within(&mut self, now: Timestamp, nanos: i64) -> bool {
        while self.ends.get(self.next).is_some_and(|end| *end <= now) {
            self.next += 1;
        }
        self.ends.get(self.next).is_none_or(|end| *end - now <= nanos)
    }
}
