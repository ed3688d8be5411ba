//! `Ladder`: one side of a book by price.

use crate::fixed::{Price, Quantity};
use crate::market::BookLevel;
use crate::order::Side;

/// Levels near the best price that are looked through one by one.
const NEAR: usize = 8;

/// One side of a book: sizes by price, the best price last.
///
/// Changes happen near the best price, so that a search from the end finds them
/// after a few steps and little has to move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ladder {
    /// +1 for bids, -1 for asks: prices times this ascend.
    sign: i64,
    keys: Vec<i64>,
    sizes: Vec<i64>,
}

impl Ladder {
    pub(crate) fn new(side: Side) -> Self {
        Self { sign: side.sign(), keys: Vec::new(), sizes: Vec::new() }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(crate) fn clear(&mut self) {
        self.keys.clear();
        self.sizes.clear();
    }

    #[inline]
    fn level(&self, at: usize) -> BookLevel {
        BookLevel {
            price: Price::from_units(self.keys[at] * self.sign),
            quantity: Quantity::from_units(self.sizes[at]),
        }
    }

    #[inline]
    pub(crate) fn best(&self) -> Option<BookLevel> {
        self.keys.len().checked_sub(1).map(|at| self.level(at))
    }

    pub(crate) fn worst(&self) -> Option<Price> {
        self.keys.first().map(|key| Price::from_units(key * self.sign))
    }

    /// The levels, the best first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = BookLevel> + '_ {
        (0..self.keys.len()).rev().map(|at| self.level(at))
    }

    /// Where a key is, or belongs.
    #[inline]
    fn find(&self, key: i64) -> usize {
        let end = self.keys.len();
        let near = end.saturating_sub(NEAR);
        let mut at = end;
        while at > near {
            if self.keys[at - 1] < key {
                return at;
            }
            at -= 1;
        }
        self.keys[..near].partition_point(|k| *k < key)
    }

    #[inline]
    pub(crate) fn size_at(&self, price: Price) -> Quantity {
        let key = price.units() * self.sign;
        let at = self.find(key);
        match self.keys.get(at) {
            Some(found) if *found == key => Quantity::from_units(self.sizes[at]),
            _ => Quantity::ZERO,
        }
    }

    /// Sets the size at a price, zero removes it; returns the size before.
    #[inline]
    pub(crate) fn set(&mut self, price: Price, quantity: Quantity) -> Quantity {
        let key = price.units() * self.sign;
        let at = self.find(key);
        let size = quantity.units();
        if self.keys.get(at) == Some(&key) {
            let before = self.sizes[at];
            if size == 0 {
                self.keys.remove(at);
                self.sizes.remove(at);
            } else {
                self.sizes[at] = size;
            }
            return Quantity::from_units(before);
        }
        if size != 0 {
            self.keys.insert(at, key);
            self.sizes.insert(at, size);
        }
        Quantity::ZERO
    }

    /// Removes every level better than a price; true when there was one.
    pub(crate) fn cut_above(&mut self, price: Price) -> bool {
        let key = price.units() * self.sign;
        let before = self.keys.len();
        while self.keys.last().is_some_and(|k| *k > key) {
            self.keys.pop();
            self.sizes.pop();
        }
        self.keys.len() < before
    }
}
