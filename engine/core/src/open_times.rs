//! When bars open: a column only where bars differ in length.

use crate::bars::BarColumns;

/// The opening times of bars, beside the column of their closing times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenTimes {
    /// Every bar opens so many nanoseconds before it closes.
    Before(i64),
    /// UTC nanoseconds of each bar.
    Each(Vec<i64>),
}

impl Default for OpenTimes {
    fn default() -> Self {
        Self::Each(Vec::new())
    }
}

impl From<Vec<i64>> for OpenTimes {
    fn from(times: Vec<i64>) -> Self {
        Self::Each(times)
    }
}

impl OpenTimes {
    /// The column dropped where all bars are of one length.
    pub(crate) fn shortened(self, close_time: &[i64]) -> Self {
        let Self::Each(times) = &self else {
            return if close_time.is_empty() { Self::default() } else { self };
        };
        // A length that wraps gives the same start back.
        let mut lengths = close_time.iter().zip(times).map(|(close, open)| close.wrapping_sub(*open));
        match lengths.next() {
            Some(first) if lengths.all(|length| length == first) => Self::Before(first),
            _ => self,
        }
    }

    /// Those of the rows `from..to`.
    pub(crate) fn slice(&self, from: usize, to: usize) -> Self {
        match self {
            Self::Before(length) => Self::Before(*length),
            Self::Each(times) => Self::Each(times[from..to].to_vec()),
        }
    }
}

impl BarColumns {
    /// Start of a bar, UTC nanoseconds.
    ///
    /// # Panics
    /// When there is no such row.
    #[inline]
    #[must_use]
    pub fn open_time(&self, row: usize) -> i64 {
        match &self.open_time {
            OpenTimes::Before(length) => self.close_time[row].wrapping_sub(*length),
            OpenTimes::Each(times) => times[row],
        }
    }

    /// Starts of all bars, UTC nanoseconds.
    pub fn open_times(&self) -> impl ExactSizeIterator<Item = i64> + DoubleEndedIterator + Clone {
        (0..self.close_time.len()).map(|row| self.open_time(row))
    }

    /// How many bars open before a time (UTC nanoseconds); their times must rise.
    #[must_use]
    pub fn opened_before(&self, time: i64) -> usize {
        match &self.open_time {
            OpenTimes::Before(length) => self.close_time.partition_point(|close| close.wrapping_sub(*length) < time),
            OpenTimes::Each(times) => times.partition_point(|open| *open < time),
        }
    }

    /// First open and last close, UTC nanoseconds; `None` without bars.
    #[must_use]
    pub fn span(&self) -> Option<(i64, i64)> {
        let last = *self.close_time.last()?;
        Some((self.open_time(0), last))
    }

    /// Adds the start and the end of a bar, UTC nanoseconds. As long as all bars have the same
    /// length, no column is made for their starts.
    #[inline]
    pub fn push_times(&mut self, open: i64, close: i64) {
        let length = close.wrapping_sub(open);
        if !matches!(self.open_time, OpenTimes::Before(all) if all == length) || self.close_time.is_empty() {
            self.push_uneven(open, close);
        }
        self.close_time.push(close);
    }

    #[cold]
    fn push_uneven(&mut self, open: i64, close: i64) {
        match &mut self.open_time {
            OpenTimes::Each(times) if !times.is_empty() => times.push(open),
            times if self.close_time.is_empty() => *times = OpenTimes::Before(close.wrapping_sub(open)),
            _ => {
                let mut times = Vec::with_capacity(self.close_time.capacity().max(self.close_time.len() + 1));
                times.extend(self.open_times());
                times.push(open);
                self.open_time = OpenTimes::Each(times);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bars::Bars;

    /// Columns with these opens and closes, one price.
    fn columns(times: &[(i64, i64)]) -> BarColumns {
        let mut c = BarColumns::default();
        for (open, close) in times {
            c.push_times(*open, *close);
            for prices in [&mut c.open, &mut c.high, &mut c.low, &mut c.close] {
                prices.push(1.0);
            }
        }
        c
    }

    const EVEN: [(i64, i64); 4] = [(0, 10), (10, 20), (25, 35), (40, 50)];
    const UNEVEN: [(i64, i64); 4] = [(0, 10), (10, 20), (20, 25), (40, 50)];

    #[test]
    fn pushed_or_given_as_a_column_they_are_the_same_bars() {
        for (times, column) in [(EVEN, false), (UNEVEN, true)] {
            for rows in 0..=times.len() {
                let times = &times[..rows];
                let pushed = columns(times);
                let opens: Vec<i64> = times.iter().map(|(open, _)| *open).collect();
                assert_eq!(pushed.open_times().collect::<Vec<_>>(), opens);
                assert_eq!(pushed.span(), rows.checked_sub(1).map(|last| (0, times[last].1)));
                for at in -1..60 {
                    assert_eq!(pushed.opened_before(at), opens.partition_point(|open| *open < at), "{at}");
                }
                let given = BarColumns { open_time: opens.into(), ..pushed.clone() };
                let (pushed, given) = (Bars::new(pushed).expect("fine"), Bars::new(given).expect("fine"));
                assert_eq!(pushed, given);
                assert_eq!(matches!(given.columns().open_time, OpenTimes::Each(_)), rows == 0 || column && rows > 2);
            }
        }
    }

    #[test]
    fn a_part_of_uneven_bars_equals_the_same_bars_alone() {
        let bars = Bars::new(columns(&UNEVEN)).expect("fine");
        for (from, to) in [(0, 0), (0, 2), (1, 3), (2, 3), (2, 4), (0, 4)] {
            let alone = Bars::new(columns(&UNEVEN[from..to])).expect("fine");
            assert_eq!(bars.slice(from, to), alone, "{from} to {to}");
        }
    }

    #[test]
    fn a_length_that_fits_no_bar_is_refused() {
        for (length, close) in [(0, 10), (-5, 10), (i64::MAX, i64::MIN + 1)] {
            let open_time = OpenTimes::Before(length);
            let c = BarColumns { open_time, close_time: vec![close], ..columns(&EVEN[..1]) };
            let error = Bars::new(c).expect_err("refused");
            assert_eq!((error.row, error.column), (0, "close_time"), "{length}: {error}");
        }
        let missing = BarColumns { open_time: OpenTimes::default(), ..columns(&EVEN) };
        assert_eq!(Bars::new(missing).expect_err("refused").column, "open_time");
    }
}
