//! Smallest and largest of the last n values.
//!
//! Blocks as in [`crate::window`] (van Herk 1992; Gil and Werman 1993): a stored suffix extreme
//! and a running prefix extreme, three comparisons per value whatever the window. A comparison
//! forgets a `NaN`; so beside each extreme runs a trace, the sum of `x - x`, which is zero as long
//! as all values are finite and `NaN` after one that is not. It reaches exactly the windows that
//! contain such a value.

use crate::column::trace;

/// An extreme and the trace of values that are not finite.
#[derive(Clone, Copy, Debug)]
struct Extreme<const MAX: bool> {
    value: f64,
    trace: f64,
}

impl<const MAX: bool> Extreme<MAX> {
    /// Of no value.
    const NONE: Self = Self { value: if MAX { f64::NEG_INFINITY } else { f64::INFINITY }, trace: 0.0 };

    #[inline(always)]
    fn add(&mut self, value: f64) {
        self.value = pick::<MAX>(self.value, value);
        self.trace += trace(value);
    }

    /// The extreme, `NaN` when one of the values was not finite.
    #[inline(always)]
    fn result(self) -> f64 {
        self.value + self.trace
    }

    /// The extreme of these and of others whose extreme is `other`.
    #[inline(always)]
    fn joined(self, other: f64) -> f64 {
        pick::<MAX>(other, self.value) + (self.trace + trace(other))
    }
}

/// The larger (smaller) of two values, the second when they are equal.
#[inline(always)]
fn pick<const MAX: bool>(a: f64, b: f64) -> f64 {
    let first = if MAX { a > b } else { a < b };
    if first { a } else { b }
}

/// The extreme of the last `period` values, fed one by one; the largest when `MAX`.
#[derive(Clone, Debug)]
pub(crate) struct WindowExtreme<const MAX: bool> {
    /// Before `position` the values of this block, from it on suffix extremes of the block before.
    cells: Box<[f64]>,
    position: usize,
    prefix: Extreme<MAX>,
}

impl<const MAX: bool> WindowExtreme<MAX> {
    pub(crate) fn new(period: usize) -> Self {
        Self { cells: vec![f64::NAN; period].into_boxed_slice(), position: 0, prefix: Extreme::NONE }
    }

    pub(crate) fn reset(&mut self) {
        self.cells.fill(f64::NAN);
        self.position = 0;
        self.prefix = Extreme::NONE;
    }

    /// Takes the next value; gives the extreme of the window that ends with it.
    #[inline]
    pub(crate) fn push(&mut self, value: f64) -> f64 {
        self.prefix.add(value);
        if let Some(cell) = self.cells.get_mut(self.position) {
            *cell = value;
        }
        self.position += 1;
        match self.cells.get(self.position) {
            Some(suffix) => self.prefix.joined(*suffix),
            None => self.turn(),
        }
    }

    /// Ends the block: its values become suffix extremes.
    fn turn(&mut self) -> f64 {
        let mut suffix = Extreme::<MAX>::NONE;
        for cell in self.cells.iter_mut().rev() {
            suffix.add(*cell);
            *cell = suffix.result();
        }
        self.position = 0;
        std::mem::replace(&mut self.prefix, Extreme::NONE).result()
    }
}

/// Writes the extreme of the window that ends at each value; `out` is as long as `values`.
pub(crate) fn window_extremes<const MAX: bool>(values: &[f64], period: usize, out: &mut [f64]) {
    let mut before = vec![f64::NAN; period];
    let mut after = vec![f64::NAN; period];
    for (block, cells) in values.chunks(period).zip(out.chunks_mut(period)) {
        let mut prefix = Extreme::<MAX>::NONE;
        let mut suffix = Extreme::<MAX>::NONE;
        let forward = block.iter().zip(cells.iter_mut()).zip(before.iter().skip(1));
        let backward = block.iter().zip(after.iter_mut()).rev();
        for (((value, cell), old), (last, new)) in forward.zip(backward) {
            prefix.add(*value);
            *cell = prefix.joined(*old);
            suffix.add(*last);
            *new = suffix.result();
        }
        let rest = period - 1;
        if let (Some(value), Some(cell)) = (block.get(rest), cells.get_mut(rest)) {
            prefix.add(*value);
            *cell = prefix.result();
        }
        if let (Some(value), Some(new)) = (block.first(), after.first_mut()) {
            suffix.add(*value);
            *new = suffix.result();
        }
        std::mem::swap(&mut before, &mut after);
    }
}
