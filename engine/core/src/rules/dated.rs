//! `Dated`: a value that changes from date to date.

use crate::date::Date;

/// Values in order of the date from which each holds; a value holds until the
/// next one begins. `None` in the list ends the value before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dated<T> {
    values: Vec<(Date, Option<T>)>,
}

/// Two periods that share a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the period from {from} overlaps the one that {}", end(*.until))]
pub struct OverlapError {
    /// Begin of the later period.
    pub from: Date,
    /// End of the earlier period.
    pub until: Date,
}

fn end(until: Date) -> String {
    if until == Date::MAX { "has no end".to_owned() } else { format!("ends on {until}") }
}

impl<T> Default for Dated<T> {
    /// No value on any date.
    fn default() -> Self {
        Self { values: Vec::new() }
    }
}

impl<T> Dated<T> {
    /// One value for all dates.
    #[must_use]
    pub fn always(value: T) -> Self {
        Self { values: vec![(Date::MIN, Some(value))] }
    }

    /// From periods `(from, until, value)`, both ends included, in any order.
    /// Days between periods have no value.
    ///
    /// # Errors
    /// Periods that share a day.
    pub fn new(mut periods: Vec<(Date, Date, T)>) -> Result<Self, OverlapError> {
        periods.sort_by_key(|(from, ..)| *from);
        let mut values: Vec<(Date, Option<T>)> = Vec::with_capacity(periods.len());
        let mut last = None;
        for (from, until, value) in periods {
            if let Some(end) = last {
                if from <= end {
                    return Err(OverlapError { from, until: end });
                }
                if end.plus(1) < from {
                    values.push((end.plus(1), None));
                }
            }
            values.push((from, Some(value)));
            last = Some(until);
        }
        if let Some(end) = last.filter(|end| *end < Date::MAX) {
            values.push((end.plus(1), None));
        }
        Ok(Self { values })
    }

    /// The value that holds on a date.
    #[inline]
    #[must_use]
    pub fn on(&self, date: Date) -> Option<&T> {
        let after = self.values.partition_point(|(from, _)| *from <= date);
        self.values[..after].last().and_then(|(_, value)| value.as_ref())
    }

    /// The value on a date and the last date until which it holds.
    #[must_use]
    pub fn span(&self, date: Date) -> (Option<&T>, Date) {
        let after = self.values.partition_point(|(from, _)| *from <= date);
        let until = self.values.get(after).map_or(Date::MAX, |(next, _)| next.plus(-1));
        (self.values[..after].last().and_then(|(_, value)| value.as_ref()), until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Date {
        text.parse().expect("a date")
    }

    #[test]
    fn both_ends_belong_to_a_period() {
        let dated = Dated::new(vec![
            (d("2023-11-17"), Date::MAX, 'c'),
            (Date::MIN, d("2021-07-31"), 'a'),
            (d("2021-08-01"), d("2023-01-01"), 'b'),
        ])
        .expect("no overlap");
        let cases = [
            ("1990-01-01", Some('a'), "2021-07-31"),
            ("2021-07-31", Some('a'), "2021-07-31"),
            ("2021-08-01", Some('b'), "2023-01-01"),
            ("2023-01-01", Some('b'), "2023-01-01"),
            ("2023-01-02", None, "2023-11-16"),
            ("2023-11-16", None, "2023-11-16"),
        ];
        for (date, value, until) in cases {
            assert_eq!(dated.on(d(date)).copied(), value, "{date}");
            assert_eq!(dated.span(d(date)).1, d(until), "{date}");
        }
        assert_eq!(dated.span(d("2023-11-17")), (Some(&'c'), Date::MAX));
    }

    #[test]
    fn a_shared_day_is_refused() {
        let periods = vec![(Date::MIN, d("2021-08-01"), 1), (d("2021-08-01"), Date::MAX, 2)];
        let error = Dated::new(periods).expect_err("they share a day");
        assert_eq!(error.to_string(), "the period from 2021-08-01 overlaps the one that ends on 2021-08-01");
        assert_eq!(Dated::<i32>::default().on(d("2021-08-01")), None);
    }
}
