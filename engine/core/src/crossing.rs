//! `Crossing`: a line that rises above another or falls below it, in one row or the next of many.
//!
//! A signal that wants nothing but this says so (`Signal::crossing`), and quiet rows are
//! then searched many at a time straight in the columns of its indicators.

use std::ops::Range;

use crate::bars::Bars;
use crate::context::Context;
use crate::order::Side;
use crate::setup::Handle;
use crate::strategy::Intent;

/// Rows that are compared together.
const TOGETHER: usize = 16;

/// Long when one line rises above another, out when it falls below; lines are the first
/// outputs of indicators.
///
/// A line rises above another in a bar if it was not above it in the bar before and is in
/// this one; touching and parting to the same side again is a crossing too. Bars without a
/// value (NaN) on either side cross nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crossing {
    line: Handle,
    /// Zero when `None`.
    other: Option<Handle>,
}

impl Crossing {
    /// A line against another of the same instrument.
    #[must_use]
    pub fn of(line: Handle, other: Handle) -> Self {
        Self { line, other: Some(other) }
    }

    /// A line against zero.
    #[must_use]
    pub fn of_zero(line: Handle) -> Self {
        Self { line, other: None }
    }

    /// What the last closed bar wants: to enter long, to exit, or nothing.
    #[inline(always)]
    #[must_use]
    pub fn intent(&self, cx: &Context) -> Intent {
        let [.., before, now] = cx.history(self.line, 0) else { return Intent::Hold };
        let Some(other) = self.other else { return crossing(*before, *now) };
        match cx.history(other, 0) {
            [.., other_before, other] => crossing(before - other_before, now - other),
            _ => Intent::Hold,
        }
    }

    /// `Signal::scan`: sees rows of the only instrument up to the first that wants something.
    pub(crate) fn scan(&self, cx: &mut Context, bars: &Bars, rows: Range<usize>) -> (usize, Intent) {
        let line = cx.columns[self.line.first as usize].as_slice();
        let found = match self.other {
            Some(other) => first(line, cx.columns[other.first as usize].as_slice(), rows.clone()),
            None => first(line, Zero, rows.clone()),
        };
        let (stop, intent) = found.map_or((rows.end, Intent::Hold), |(row, intent)| (row + 1, intent));
        if found.is_some() {
            bars.fetch(stop);
        }
        if stop > rows.start {
            cx.show_row(stop - 1, bars.columns().close[stop - 1]);
            cx.end_rows(bars, rows.start..stop);
        }
        (stop, intent)
    }
}

/// What a line is compared with, by row.
trait Other: Copy {
    fn at(self, row: usize) -> Option<f64>;
    fn from(self, row: usize) -> Option<[f64; TOGETHER]>;
}

impl Other for &[f64] {
    #[inline(always)]
    fn at(self, row: usize) -> Option<f64> {
        self.get(row).copied()
    }
    #[inline(always)]
    fn from(self, row: usize) -> Option<[f64; TOGETHER]> {
        self.get(row..)?.first_chunk().copied()
    }
}

#[derive(Clone, Copy)]
struct Zero;

impl Other for Zero {
    #[inline(always)]
    fn at(self, _: usize) -> Option<f64> {
        Some(0.0)
    }
    #[inline(always)]
    fn from(self, _: usize) -> Option<[f64; TOGETHER]> {
        Some([0.0; TOGETHER])
    }
}

/// What a difference that changes sign wants: long when it rises above zero, out
/// when it falls below. Undefined values (NaN) want nothing.
#[inline(always)]
fn crossing(before: f64, now: f64) -> Intent {
    // Most bars change no sign: one test, well predicted.
    if before * now > 0.0 {
        return Intent::Hold;
    }
    let up = before <= 0.0 && now > 0.0;
    let down = before >= 0.0 && now < 0.0;
    match (up, down) {
        (true, _) => Intent::Enter(Side::Buy),
        (false, true) => Intent::Exit,
        (false, false) => Intent::Hold,
    }
}

/// The first of these rows that wants something, and what.
#[inline(never)]
fn first(line: &[f64], other: impl Other, rows: Range<usize>) -> Option<(usize, Intent)> {
    // The first row of all has none before it.
    let mut row = rows.start.max(1);
    let mut before = line.get(row - 1)? - other.at(row - 1)?;
    while row < rows.end {
        // While all rows keep to the side of the one before, nothing crosses. Those of
        // the last lot that lie beyond the end can only spoil this.
        let lot = line.get(row..).and_then(|l| l.first_chunk()).zip(other.from(row));
        if let Some((line, other)) = lot
            && (before > 0.0 && all(line, &other, |a, b| a > b) || before < 0.0 && all(line, &other, |a, b| a < b))
        {
            before = line[TOGETHER - 1] - other[TOGETHER - 1];
            row += TOGETHER;
            continue;
        }
        let end = rows.end.min(row + TOGETHER);
        for row in row..end {
            let now = line.get(row)? - other.at(row)?;
            let intent = crossing(before, now);
            if intent != Intent::Hold {
                return Some((row, intent));
            }
            before = now;
        }
        row = end;
    }
    None
}

/// True when all pairs are so; no early way out, so that many are compared at once.
#[inline(always)]
fn all(line: &[f64; TOGETHER], other: &[f64; TOGETHER], is_so: impl Fn(f64, f64) -> bool) -> bool {
    line.iter().zip(other).fold(true, |all, (line, other)| all & is_so(*line, *other))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small generator (xorshift); enough for columns.
    fn random(state: &mut u64) -> u64 {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state
    }

    /// A walk over few values, so that lines often touch, with gaps and both zeros.
    fn column(state: &mut u64, rows: usize, step: u64, gaps: bool) -> Vec<f64> {
        let mut level = 0_i64;
        let value = |row: usize| {
            if random(state).is_multiple_of(step) {
                level = (level + (random(state) % 3) as i64 - 1).clamp(-3, 3);
            }
            match random(state) % 24 {
                0 if gaps => f64::NAN,
                1 if gaps => f64::INFINITY,
                2 if gaps => -0.0,
                3 if gaps => 1e-300 * level as f64,
                _ if gaps && row < 20 => f64::NAN,
                _ => level as f64,
            }
        };
        (0..rows).map(value).collect()
    }

    /// The same row by row, without the short cuts.
    fn slowly(line: &[f64], other: &[f64], rows: Range<usize>) -> Option<(usize, Intent)> {
        rows.filter(|row| *row > 0).find_map(|row| {
            let (before, now) = (line[row - 1] - other[row - 1], line[row] - other[row]);
            match (before <= 0.0 && now > 0.0, before >= 0.0 && now < 0.0) {
                (true, _) => Some((row, Intent::Enter(Side::Buy))),
                (_, true) => Some((row, Intent::Exit)),
                _ => None,
            }
        })
    }

    #[test]
    fn many_rows_at_a_time_find_what_each_row_finds() {
        let mut state = 7;
        let (mut ups, mut downs, mut nothing) = (0, 0, 0);
        for case in 0..4_000_usize {
            let rows = 1 + case % 130;
            let (step, gaps) = (1 + (case as u64 / 7) % 40, case % 3 == 0);
            let (line, other) = (column(&mut state, rows, step, gaps), column(&mut state, rows, step, gaps));
            let zeros = vec![0.0; rows];
            let start = random(&mut state) as usize % rows;
            let end = start + random(&mut state) as usize % (rows - start + 1);
            for (at, end) in [(start, end), (0, rows), (start, rows), (0, end)] {
                let expected = slowly(&line, &other, at..end);
                assert_eq!(first(&line, other.as_slice(), at..end), expected, "{at}..{end} of {line:?} and {other:?}");
                let zero = slowly(&line, &zeros, at..end);
                assert_eq!(first(&line, Zero, at..end), zero, "{at}..{end} of {line:?} and zero");
                match expected {
                    Some((_, Intent::Enter(_))) => ups += 1,
                    Some(_) => downs += 1,
                    None => nothing += 1,
                }
            }
        }
        assert!(ups > 1_000 && downs > 1_000 && nothing > 1_000, "{ups} up, {downs} down, {nothing} nothing");
    }

    #[test]
    fn a_crossing_is_found_on_either_side_of_every_lot() {
        for rows in 2..70 {
            for at in 1..rows {
                let line: Vec<f64> = (0..rows).map(|row| if row < at { -1.0 } else { 2.0 }).collect();
                let expected = Some((at, Intent::Enter(Side::Buy)));
                assert_eq!(first(&line, Zero, 0..rows), expected, "{rows} rows");
                assert_eq!(first(&line, Zero, 0..at), None, "{rows} rows, to {at}");
                assert_eq!(first(&line, Zero, at..rows), expected, "{rows} rows, from {at}");
                assert_eq!(first(&line, Zero, at + 1..rows), None, "{rows} rows, after {at}");
            }
        }
    }
}
