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
        if !indicator.steady() {
            update_one(&mut indicator, &series, row, &mut columns);
            row += 1;
            continue;
        }
        let end = series.len().min(row + RUN_ROWS);
        let saved = indicator.clone();
        let run = columns.each_mut().map(|column| column.get_mut(row..end).unwrap_or_default());
        indicator.run(series.rows(row, end), run);
        if !indicator.steady() {
            indicator = saved;
            for exception in row..end {
                update_one(&mut indicator, &series, exception, &mut columns);
            }
        }
        row = end;
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
