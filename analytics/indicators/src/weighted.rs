//! Linearly weighted sums over the last n values, weights 1 (oldest) to n (newest).
//!
//! Blocks as in [`crate::window`]. With P the prefix sum and S the suffix sum of the values, the
//! weighted suffix grows backward by T = T' + S, the weighted prefix forward by
//! U = U' - P' + n x, and the window's weighted sum is T + U. What U takes away it holds several
//! times over, so nothing is lost in the subtraction beyond its own rounding.

/// Plain and weighted sum of a window.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weighted {
    pub(crate) sum: f64,
    pub(crate) weighted: f64,
    /// What was taken off every value.
    pub(crate) anchor: f64,
}

/// Which level the values are measured from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// From zero.
    Zero,
    /// From a value inside the window, so that differences keep their precision
    /// (see [`crate::moments`]).
    Inside,
}

/// The weighted sum of the last `period` values, fed one by one.
#[derive(Clone, Debug)]
pub(crate) struct WindowWeighted {
    kind: Anchor,
    /// Before `position` the values of this block, from it on suffix sums of the block before.
    sums: Box<[f64]>,
    /// From `position` on weighted suffix sums of the block before.
    weighted: Box<[f64]>,
    position: usize,
    prefix: Weighted,
}

const START: Weighted = Weighted { sum: 0.0, weighted: 0.0, anchor: 0.0 };

impl WindowWeighted {
    pub(crate) fn new(period: usize, kind: Anchor) -> Self {
        Self {
            kind,
            sums: vec![f64::NAN; period].into_boxed_slice(),
            weighted: vec![f64::NAN; period].into_boxed_slice(),
            position: 0,
            prefix: START,
        }
    }

    pub(crate) fn reset(&mut self) {
        self.sums.fill(f64::NAN);
        self.weighted.fill(f64::NAN);
        self.position = 0;
        self.prefix = START;
    }

    /// Takes the next value; gives the sums of the window that ends with it.
    #[inline]
    pub(crate) fn push(&mut self, value: f64) -> Weighted {
        let period = self.sums.len() as f64;
        let prefix = &mut self.prefix;
        let deviation = value - prefix.anchor;
        prefix.weighted = prefix.weighted - prefix.sum + period * deviation;
        prefix.sum += deviation;
        if let Some(cell) = self.sums.get_mut(self.position) {
            *cell = value;
        }
        self.position += 1;
        match (self.sums.get(self.position), self.weighted.get(self.position)) {
            (Some(sum), Some(weighted)) => {
                Weighted { sum: sum + prefix.sum, weighted: weighted + prefix.weighted, anchor: prefix.anchor }
            }
            _ => self.turn(value),
        }
    }

    /// Ends the block: its values become suffix sums.
    fn turn(&mut self, last: f64) -> Weighted {
        let anchor = match self.kind {
            Anchor::Zero => 0.0,
            Anchor::Inside => last,
        };
        let mut whole = Weighted { anchor, ..START };
        let mut weight = self.sums.len() as f64;
        let mut total = 0.0;
        for (cell, weighted) in self.sums.iter_mut().zip(self.weighted.iter_mut()).rev() {
            let deviation = *cell - anchor;
            whole.sum += deviation;
            whole.weighted += whole.sum;
            total += weight * deviation;
            weight -= 1.0;
            *cell = whole.sum;
            *weighted = whole.weighted;
        }
        self.position = 0;
        self.prefix = Weighted { anchor, ..START };
        Weighted { weighted: total, ..whole }
    }
}
