//! Sums over the last n values, without a single subtraction.
//!
//! The series is cut into blocks of n values, counted from the first bar. The window that ends
//! inside a block is a suffix of the block before plus a prefix of this one (van Herk 1992, Gil
//! and Werman 1993, for extremes), so its sum is one stored suffix sum plus one running prefix sum.
//! Nothing is ever taken out again: rounding cannot pile up, a huge value leaves no trace when it
//! leaves the window, and a `NaN` reaches exactly the windows that contain it. What is before the
//! first bar is `NaN`, so a window that is not full yet is undefined by itself.
//!
//! [`WindowSum::push`] and [`window_sums`] do the same additions in the same order.

/// The sum of the last `period` values, fed one by one.
#[derive(Clone, Debug)]
pub(crate) struct WindowSum {
    /// Cells before `position` hold this block's values, those from it on the suffix sums of the
    /// block before.
    cells: Box<[f64]>,
    position: usize,
    prefix: f64,
}

impl WindowSum {
    pub(crate) fn new(period: usize) -> Self {
        Self { cells: vec![f64::NAN; period].into_boxed_slice(), position: 0, prefix: 0.0 }
    }

    pub(crate) fn reset(&mut self) {
        self.cells.fill(f64::NAN);
        self.position = 0;
        self.prefix = 0.0;
    }

    /// Takes the next value; gives the sum of the window that ends with it.
    #[inline]
    pub(crate) fn push(&mut self, value: f64) -> f64 {
        self.prefix += value;
        if let Some(cell) = self.cells.get_mut(self.position) {
            *cell = value;
        }
        self.position += 1;
        match self.cells.get(self.position) {
            Some(suffix) => suffix + self.prefix,
            None => self.turn(),
        }
    }

    /// Ends the block: its values become suffix sums.
    fn turn(&mut self) -> f64 {
        let mut suffix = 0.0;
        for cell in self.cells.iter_mut().rev() {
            suffix += *cell;
            *cell = suffix;
        }
        self.position = 0;
        std::mem::replace(&mut self.prefix, 0.0)
    }
}

/// Writes `map(sum of the window that ends here)` for each value; `out` is as long as `values`.
pub(crate) fn window_sums(values: &[f64], period: usize, out: &mut [f64], map: impl Fn(f64) -> f64) {
    match period {
        1 => short_sums::<1>(values, out, map),
        2 => short_sums::<2>(values, out, map),
        3 => short_sums::<3>(values, out, map),
        4 => short_sums::<4>(values, out, map),
        5 => short_sums::<5>(values, out, map),
        6 => short_sums::<6>(values, out, map),
        _ => long_sums(values, period, out, map),
    }
}

/// Blocks so short that they are best unrolled.
fn short_sums<const N: usize>(values: &[f64], out: &mut [f64], map: impl Fn(f64) -> f64) {
    let mut before = [f64::NAN; N];
    let (blocks, rest) = values.as_chunks::<N>();
    let (cells, rest_cells) = out.as_chunks_mut::<N>();
    for (block, cells) in blocks.iter().zip(cells) {
        let mut prefix = 0.0;
        for ((value, cell), old) in block.iter().zip(cells.iter_mut()).zip(&before[1..]) {
            prefix += value;
            *cell = map(old + prefix);
        }
        cells[N - 1] = map(prefix + block[N - 1]);
        let mut suffix = 0.0;
        for (value, new) in block.iter().zip(before.iter_mut()).rev() {
            suffix += value;
            *new = suffix;
        }
    }
    let mut prefix = 0.0;
    for ((value, cell), old) in rest.iter().zip(rest_cells).zip(&before[1..]) {
        prefix += value;
        *cell = map(old + prefix);
    }
}

fn long_sums(values: &[f64], period: usize, out: &mut [f64], map: impl Fn(f64) -> f64) {
    let mut before = vec![f64::NAN; period];
    let mut after = vec![f64::NAN; period];
    for (block, cells) in values.chunks(period).zip(out.chunks_mut(period)) {
        let mut prefix = 0.0;
        let mut suffix = 0.0;
        // Forward through this block and, for the next one, backward through it at the same
        // time: two independent chains of additions cost what one costs.
        let forward = block.iter().zip(cells.iter_mut()).zip(before.iter().skip(1));
        let backward = block.iter().zip(after.iter_mut()).rev();
        for (((value, cell), old), (last, new)) in forward.zip(backward) {
            prefix += value;
            *cell = map(old + prefix);
            suffix += last;
            *new = suffix;
        }
        let rest = period - 1;
        if let (Some(value), Some(cell)) = (block.get(rest), cells.get_mut(rest)) {
            *cell = map(prefix + value);
        }
        if let (Some(value), Some(new)) = (block.first(), after.first_mut()) {
            *new = suffix + value;
        }
        std::mem::swap(&mut before, &mut after);
    }
}
