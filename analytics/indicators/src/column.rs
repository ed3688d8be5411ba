//! Output columns of a batch: how they get their memory, and the plain way to fill them.
//!
//! A column is written once. Fresh memory is asked for zeroed, which the operating system
//! gives page by page on first touch, so that a column costs one pass and not two.

use crate::indicator::{Indicator, Series};

/// Gives `column` exactly `rows` cells, whatever they hold, and lends them out.
pub(crate) fn prepare(column: &mut Vec<f64>, rows: usize) -> &mut [f64] {
    if column.capacity() < rows {
        *column = vec![0.0; rows];
    } else {
        column.resize(rows, 0.0);
    }
    column.as_mut_slice()
}

/// Zero for a finite value, `NaN` for every other; added to a result it makes that undefined.
#[allow(clippy::eq_op)]
#[inline(always)]
pub(crate) fn trace(value: f64) -> f64 {
    value - value
}

/// `value`, or `NaN` where it is infinite.
#[inline(always)]
pub(crate) fn finite(value: f64) -> f64 {
    value + trace(value)
}

/// False when one of the values is not finite (or when they are so large that their sum is not).
#[inline(always)]
pub(crate) fn all_finite(values: &[f64]) -> bool {
    let (chunks, rest) = values.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for chunk in chunks {
        sums = std::array::from_fn(|lane| sums[lane] + chunk[lane]);
    }
    sums.iter().chain(rest).sum::<f64>().is_finite()
}

/// Writes the values into the first cells of `out`.
#[inline(always)]
pub(crate) fn write<const N: usize>(out: &mut [f64], values: [f64; N]) {
    for (cell, value) in out.iter_mut().zip(values) {
        *cell = value;
    }
}

/// Fills the columns by calling `update` for each row: the definition of what a batch is.
pub(crate) fn row_by_row(mut indicator: Box<dyn Indicator>, series: Series<'_>, out: &mut [Vec<f64>]) {
    indicator.reset();
    let rows = series.len();
    let mut values = vec![f64::NAN; indicator.outputs().len()];
    for column in out.iter_mut() {
        prepare(column, rows);
    }
    for row in 0..rows {
        indicator.update(&series.input(row), &mut values);
        for (column, value) in out.iter_mut().zip(&values) {
            if let Some(cell) = column.get_mut(row) {
                *cell = *value;
            }
        }
    }
}

/// Computes all columns and keeps the wanted ones.
pub(crate) fn picked<I: Indicator + ?Sized>(indicator: &I, series: Series<'_>, wanted: &[usize], out: &mut [Vec<f64>]) {
    let mut all = vec![Vec::new(); indicator.outputs().len()];
    indicator.batch(series, &mut all);
    for (column, output) in out.iter_mut().zip(wanted) {
        *column = all.get(*output).cloned().unwrap_or_default();
    }
}
