//! Batches of the recursive indicators: whole runs of rows in a tight loop, exceptions row by row.
//!
//! A recursion that has met a value that is not finite shows it in its state. So a run of rows is
//! computed without looking, and only when the state is unsound afterwards it is taken back and
//! done again with `update`, which knows the rules for such rows. Both ways do the same
//! arithmetic, so it does not show where one ends and the other begins.

use std::ops::Range;

use crate::column::{prepare, row_by_row};
use crate::decay::{PAIR_ROWS, Scratch};
use crate::indicator::{Indicator, Series};

/// Rows per run: long enough to amortise the check, short enough to stay in the first cache.
pub(crate) const RUN_ROWS: usize = 256;

/// A recursive indicator with `N` outputs.
pub(crate) trait Recursion<const N: usize>: Indicator + Clone + 'static {
    /// True when every output is defined, the whole state is finite and no block is begun.
    fn steady(&self) -> bool;

    /// Computes at most [`RUN_ROWS`] rows, a multiple of [`PAIR_ROWS`], from a steady state. A
    /// column has one cell per row. False when a cell is not finite; after a row that `update`
    /// would not have taken in its stride it is that, or the state must not be steady.
    fn run(&mut self, rows: Series<'_>, scratch: &mut Scratch, out: [&mut [f64]; N]) -> bool;
}

/// Fills the columns from the reset state of `indicator`.
pub(crate) fn batch<const N: usize, I: Recursion<N>>(indicator: &I, series: Series<'_>, out: &mut [Vec<f64>]) {
    if out.len() != N {
        return row_by_row(indicator.boxed_clone(), series, out);
    }
    let mut columns: [&mut [f64]; N] = std::array::from_fn(|_| Default::default());
    for (cells, column) in columns.iter_mut().zip(out) {
        *cells = prepare(column, series.len());
    }
    fill(indicator, series, columns);
}

/// Fills only the wanted columns.
pub(crate) fn batch_of<const N: usize, I: Recursion<N>>(
    indicator: &I,
    series: Series<'_>,
    wanted: &[usize],
    out: &mut [Vec<f64>],
) {
    let mut columns: [&mut [f64]; N] = std::array::from_fn(|_| Default::default());
    for (column, output) in out.iter_mut().zip(wanted) {
        match columns.get_mut(*output) {
            Some(cells) if cells.is_empty() => *cells = prepare(column, series.len()),
            _ => column.clear(),
        }
    }
    fill(indicator, series, columns);
    // An output that was asked for before.
    for (at, output) in wanted.iter().enumerate().take(out.len()) {
        let first = wanted.iter().position(|wanted| wanted == output).unwrap_or(at);
        if first < at {
            out[at] = out[first].clone();
        }
    }
}

/// Fills the columns that are not empty.
fn fill<const N: usize, I: Recursion<N>>(indicator: &I, series: Series<'_>, mut columns: [&mut [f64]; N]) {
    let mut indicator = indicator.clone();
    indicator.reset();
    let mut scratch = Scratch::NEW;
    let mut spare = [[0.0; RUN_ROWS]; N];
    let mut row = 0;
    while row < series.len() {
        let rows = (series.len() - row).min(RUN_ROWS);
        let rows = if indicator.steady() { rows - rows % PAIR_ROWS } else { 0 };
        let end = row + rows.max(1);
        if rows == 0 || !run(&mut indicator, &series, row..end, &mut scratch, &mut spare, &mut columns) {
            (row..end).for_each(|row| update_one(&mut indicator, &series, row, &mut columns));
        }
        row = end;
    }
}

/// Computes the rows of a run; false, and the state as it was, when one of them is an exception.
fn run<const N: usize, I: Recursion<N>>(
    indicator: &mut I,
    series: &Series<'_>,
    rows: Range<usize>,
    scratch: &mut Scratch,
    spare: &mut [[f64; RUN_ROWS]; N],
    columns: &mut [&mut [f64]; N],
) -> bool {
    let saved = indicator.clone();
    let mut unwanted = spare.iter_mut();
    let cells = columns.each_mut().map(|column| {
        let spare = unwanted.next().and_then(|cells| cells.get_mut(..rows.len()));
        column.get_mut(rows.clone()).or(spare).unwrap_or_default()
    });
    let finite = indicator.run(series.rows(rows.start, rows.end), scratch, cells);
    let sound = finite && indicator.steady();
    if !sound {
        *indicator = saved;
    }
    sound
}

fn update_one<const N: usize, I: Recursion<N>>(
    indicator: &mut I,
    series: &Series<'_>,
    row: usize,
    columns: &mut [&mut [f64]; N],
) {
    let mut values = [f64::NAN; N];
    indicator.update(&series.input(row), &mut values);
    for (column, value) in columns.iter_mut().zip(values) {
        if let Some(cell) = column.get_mut(row) {
            *cell = value;
        }
    }
}
