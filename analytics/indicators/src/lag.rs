//! The value n bars ago.

/// A ring of the last `period` values.
#[derive(Clone, Debug)]
pub(crate) struct Lag {
    cells: Box<[f64]>,
    position: usize,
}

impl Lag {
    pub(crate) fn new(period: usize) -> Self {
        Self { cells: vec![f64::NAN; period].into_boxed_slice(), position: 0 }
    }

    pub(crate) fn reset(&mut self) {
        self.cells.fill(f64::NAN);
        self.position = 0;
    }

    /// Stores `value` and gives the one stored `period` calls ago, `NaN` when there is none.
    #[inline]
    pub(crate) fn push(&mut self, value: f64) -> f64 {
        let last = match self.cells.get_mut(self.position) {
            Some(cell) => std::mem::replace(cell, value),
            None => f64::NAN,
        };
        self.position += 1;
        if self.position >= self.cells.len() {
            self.position = 0;
        }
        last
    }

    /// The stored values, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = f64> + '_ {
        let (newer, older) = self.cells.split_at(self.position.min(self.cells.len()));
        older.iter().chain(newer).copied()
    }
}
