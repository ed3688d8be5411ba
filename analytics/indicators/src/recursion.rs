//! Batches of the recursive indicators: whole runs of rows in a tight loop, exceptions row by row.
//!
//! A recursion that has met a value that is not finite shows it in its state. So a run of rows is
//! computed without looking, and only when the state is unsound afterwards it is taken back and
//! done again with `update`, which knows the rules for such rows. Both ways do the same
//! arithmetic, so it does not show where one ends and the other begins.

use crate::column::{prepare, row_by_row};
use crate::indicator::{Indicator, Series};

/// Rows per run: long enough to amortise the check, short enough to stay in the first cache.
pub(crate) const RUN_ROWS: usize = 512;

/// A recursive indicator with `N` outputs.
pub(crate) trait Recursion<const N: usize>: Indicator + Clone + 'static {
    /// True when every output is defined and the whole state is finite.
    fn steady(&self) -> bool;

    /// Computes at most [`RUN_ROWS`] rows from a steady state. All columns have the same length.
    /// After a row that
    /// `update` would not have taken in its stride the state must not be steady.
    fn run(&mut self, rows: Series<'_>, out: [&mut [f64]; N]);
}

/// Fills the columns from the reset state of `indicator`.
pub(crate) fn batch<const N: usize, I: Recursion<N>>(indicator: &I, series: Series<'_>, out: &mut [Vec<f64>]) {
    if out.len() != N {
        return row_by_row(indicator.boxed_clone(), series, out);
    }
    let mut indicator = indicator.clone();
    indicator.reset();
    let mut columns: [&mut [f64]; N] = std::array::from_fn(|_| Default::default());
    for (cells, column) in columns.iter_mut().zip(out) {
        *cells = prepare(column, series.len());
    }
    let mut row = 0;
    while row < series.len() {
        let end = series.len().min(row + RUN_ROWS);
        let part = columns.each_mut().map(|column| column.get_mut(row..end).unwrap_or_default());
        run_rows(&mut indicator, series.rows(row, end), part);
        row = end;
    }
}

/// Fills only the wanted columns; the others live in a buffer of one run.
pub(crate) fn batch_of<const N: usize, I: Recursion<N>>(
    indicator: &I,
    series: Series<'_>,
    wanted: &[usize],
    out: &mut [Vec<f64>],
) {
    let mut indicator = indicator.clone();
    indicator.reset();
    let mut cells = vec![[0.0; RUN_ROWS]; N];
    for column in out.iter_mut() {
        column.clear();
        column.reserve_exact(series.len());
    }
    let mut row = 0;
    while row < series.len() {
        let end = series.len().min(row + RUN_ROWS);
        let mut buffers = cells.iter_mut();
        let part = std::array::from_fn(|_| {
            let buffer = buffers.next().map(|cells| cells.as_mut_slice()).unwrap_or_default();
            buffer.get_mut(..end - row).unwrap_or_default()
        });
        run_rows(&mut indicator, series.rows(row, end), part);
        for (column, output) in out.iter_mut().zip(wanted) {
            if let Some(cells) = cells.get(*output) {
                column.extend_from_slice(cells.get(..end - row).unwrap_or_default());
            }
        }
        row = end;
    }
}

/// Computes at most [`RUN_ROWS`] rows from any state.
fn run_rows<const N: usize, I: Recursion<N>>(indicator: &mut I, rows: Series<'_>, mut out: [&mut [f64]; N]) {
    let mut row = 0;
    while row < rows.len() && !indicator.steady() {
        update_one(indicator, &rows, row, &mut out);
        row += 1;
    }
    let saved = indicator.clone();
    let rest = out.each_mut().map(|column| column.get_mut(row..).unwrap_or_default());
    indicator.run(rows.rows(row, rows.len()), rest);
    if !indicator.steady() {
        *indicator = saved;
        for exception in row..rows.len() {
            update_one(indicator, &rows, exception, &mut out);
        }
    }
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
