//! Mean and population variance of the last n values, safe from cancellation.
//!
//! Blocks as in [`crate::window`], of the deviations from an anchor and of their squares. The
//! anchor is the last value of the block before, so it lies in every window that reaches over
//! from that block. Hence (anchor - mean)^2 <= (n - 1) variance, the mean of the squares is at
//! most n times the variance, and the subtraction loses at most a factor n of precision, whatever
//! the level of the series. A window of equal values has only zero deviations: its variance is
//! exactly zero. The window that is a whole block is anchored at its own last value.

/// Sums over a window: of the deviations from `anchor` and of their squares.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moments {
    anchor: f64,
    sum: f64,
    squares: f64,
}

impl Moments {
    /// The mean; `share` is one over the number of values.
    #[inline(always)]
    pub(crate) fn mean(self, share: f64) -> f64 {
        self.anchor + self.sum * share
    }

    /// The population variance, which rounding can leave a little below zero.
    #[inline(always)]
    pub(crate) fn variance(self, share: f64) -> f64 {
        (self.squares - self.sum * (self.sum * share)) * share
    }

    #[inline(always)]
    fn add(&mut self, value: f64) {
        let deviation = value - self.anchor;
        self.sum += deviation;
        self.squares += deviation * deviation;
    }

    #[inline(always)]
    fn joined(self, sum: f64, squares: f64) -> Self {
        Self { anchor: self.anchor, sum: sum + self.sum, squares: squares + self.squares }
    }
}

/// The standard deviation of a variance; `NaN` stays `NaN`.
#[inline(always)]
pub(crate) fn root(variance: f64) -> f64 {
    if variance < 0.0 { 0.0 } else { variance.sqrt() }
}

/// The moments of the last `period` values, fed one by one.
#[derive(Clone, Debug)]
pub(crate) struct WindowMoments {
    /// Before `position` the values of this block, from it on suffix sums of the block before.
    sums: Box<[f64]>,
    /// From `position` on suffix sums of the squares in the block before.
    squares: Box<[f64]>,
    position: usize,
    prefix: Moments,
}

const START: Moments = Moments { anchor: 0.0, sum: 0.0, squares: 0.0 };

impl WindowMoments {
    pub(crate) fn new(period: usize) -> Self {
        Self {
            sums: vec![f64::NAN; period].into_boxed_slice(),
            squares: vec![f64::NAN; period].into_boxed_slice(),
            position: 0,
            prefix: START,
        }
    }

    pub(crate) fn reset(&mut self) {
        self.sums.fill(f64::NAN);
        self.squares.fill(f64::NAN);
        self.position = 0;
        self.prefix = START;
    }

    /// Takes the next value; gives the moments of the window that ends with it.
    #[inline]
    pub(crate) fn push(&mut self, value: f64) -> Moments {
        self.prefix.add(value);
        if let Some(cell) = self.sums.get_mut(self.position) {
            *cell = value;
        }
        self.position += 1;
        match (self.sums.get(self.position), self.squares.get(self.position)) {
            (Some(sum), Some(squares)) => self.prefix.joined(*sum, *squares),
            _ => self.turn(value),
        }
    }

    /// Ends the block: its values become suffix sums around `anchor`, its last value.
    fn turn(&mut self, anchor: f64) -> Moments {
        let mut whole = Moments { anchor, ..START };
        for (cell, squares) in self.sums.iter_mut().zip(self.squares.iter_mut()).rev() {
            whole.add(*cell);
            *cell = whole.sum;
            *squares = whole.squares;
        }
        self.position = 0;
        self.prefix = Moments { anchor, ..START };
        whole
    }
}

/// Whole columns of moments, in pieces of [`BlockMoments::piece`] rows.
pub(crate) struct BlockMoments {
    period: usize,
    share: f64,
    anchor: f64,
    /// Suffix sums of the block before, and of their squares.
    before: [Vec<f64>; 2],
    /// The same of this block, for the next.
    after: [Vec<f64>; 2],
}

impl BlockMoments {
    pub(crate) fn new(period: usize, share: f64) -> Self {
        let undefined = || std::array::from_fn(|_| vec![f64::NAN; period]);
        Self { period, share, anchor: 0.0, before: undefined(), after: undefined() }
    }

    /// Rows to pass to [`BlockMoments::run`] at a time: whole blocks, about a first cache full.
    pub(crate) fn piece(&self) -> usize {
        self.period * (512 / self.period).max(1)
    }

    /// Writes mean and variance of the windows that end at each value.
    #[inline]
    pub(crate) fn run(&mut self, values: &[f64], means: &mut [f64], variances: &mut [f64]) {
        let cells = means.chunks_mut(self.period).zip(variances.chunks_mut(self.period));
        for (block, (means, variances)) in values.chunks(self.period).zip(cells) {
            self.block(block, means, variances);
        }
    }

    #[inline]
    fn block(&mut self, values: &[f64], means: &mut [f64], variances: &mut [f64]) {
        let share = self.share;
        let mut prefix = Moments { anchor: self.anchor, ..START };
        let anchor = values.last().copied().unwrap_or(f64::NAN);
        let mut suffix = Moments { anchor, ..START };
        let [before_sums, before_squares] = &self.before;
        let [after_sums, after_squares] = &mut self.after;
        // Forward through this block and, for the next one, backward through it at the same
        // time: independent chains of additions cost what one costs.
        let old = before_sums.iter().zip(before_squares).skip(1);
        let cells = means.iter_mut().zip(variances.iter_mut());
        let forward = values.iter().zip(cells).zip(old);
        let new = after_sums.iter_mut().zip(after_squares.iter_mut());
        let backward = values.iter().zip(new).rev();
        for (((value, (mean, variance)), (sum, squares)), (last, (new_sum, new_squares))) in forward.zip(backward) {
            prefix.add(*value);
            let window = prefix.joined(*sum, *squares);
            *mean = window.mean(share);
            *variance = window.variance(share);
            suffix.add(*last);
            *new_sum = suffix.sum;
            *new_squares = suffix.squares;
        }
        let rest = self.period - 1;
        if let (Some(mean), Some(variance)) = (means.get_mut(rest), variances.get_mut(rest)) {
            // The block is whole: the window is the block, anchored at its own last value.
            suffix.add(values.first().copied().unwrap_or(f64::NAN));
            *mean = suffix.mean(share);
            *variance = suffix.variance(share);
        }
        for (new, value) in self.after.iter_mut().zip([suffix.sum, suffix.squares]) {
            if let Some(first) = new.first_mut() {
                *first = value;
            }
        }
        self.anchor = anchor;
        std::mem::swap(&mut self.before, &mut self.after);
    }
}
