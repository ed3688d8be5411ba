//! `Ladder`: one side of a book by price.

use crate::fixed::{Price, Quantity};
use crate::market::BookLevel;
use crate::order::Side;

/// Levels near the best price that are compared all at once, without a branch.
const NEAR: usize = 8;
/// Stands below every price, so that there are always `NEAR` levels to compare; two of them can be added.
const FLOOR: i64 = i64::MIN / 2;

/// One side of a book: sizes by price, the best price last.
///
/// Changes happen near the best price, so that a search at the end finds them and little has
/// to move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ladder {
    /// +1 for bids, -1 for asks: prices times this are keys, and ascend.
    sign: i64,
    /// Key and size, after `NEAR` times `FLOOR`.
    levels: Vec<[i64; 2]>,
}

impl Ladder {
    pub(crate) fn new(side: Side) -> Self {
        Self { sign: side.sign(), levels: vec![[FLOOR, 0]; NEAR] }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.levels.len() - NEAR
    }

    pub(crate) fn clear(&mut self) {
        self.levels.truncate(NEAR);
    }

    #[inline]
    fn key(&self, price: Price) -> i64 {
        price.units().wrapping_mul(self.sign)
    }

    #[inline]
    fn level(&self, [key, size]: [i64; 2]) -> BookLevel {
        BookLevel { price: Price::from_units(key.wrapping_mul(self.sign)), quantity: Quantity::from_units(size) }
    }

    /// The key of the best price; far below all others when the side is empty. A book is crossed when
    /// those of both sides sum to more than zero.
    #[inline]
    pub(crate) fn top(&self) -> i64 {
        self.levels.last().map_or(FLOOR, |level| level[0])
    }

    /// The best price; `None` when the side is empty.
    #[inline]
    pub(crate) fn best_price(&self) -> Option<Price> {
        let top = self.top();
        (top != FLOOR).then(|| Price::from_units(top.wrapping_mul(self.sign)))
    }

    #[inline]
    pub(crate) fn best(&self) -> Option<BookLevel> {
        self.levels.last().filter(|level| level[0] != FLOOR).map(|level| self.level(*level))
    }

    pub(crate) fn worst(&self) -> Option<Price> {
        self.levels.get(NEAR).map(|level| self.level(*level).price)
    }

    /// The levels, the best first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = BookLevel> + '_ {
        self.levels[NEAR..].iter().rev().map(|level| self.level(*level))
    }

    /// Where a key is, or belongs.
    #[inline(always)]
    fn find(&self, key: i64) -> usize {
        let mut reached = 0;
        if let Some(near) = self.levels.last_chunk::<NEAR>() {
            for level in near {
                reached += usize::from(level[0] >= key);
            }
        }
        if reached < NEAR { self.levels.len() - reached } else { self.find_far(key) }
    }

    #[inline(never)]
    fn find_far(&self, key: i64) -> usize {
        self.levels.partition_point(|level| level[0] < key)
    }

    #[inline]
    pub(crate) fn size_at(&self, price: Price) -> Quantity {
        let key = self.key(price);
        match self.levels.get(self.find(key)) {
            Some([found, size]) if *found == key => Quantity::from_units(*size),
            _ => Quantity::ZERO,
        }
    }

    /// Sets the size at a price, zero removes it; returns the size before.
    #[inline]
    pub(crate) fn set(&mut self, price: Price, quantity: Quantity) -> Quantity {
        let key = self.key(price);
        let at = self.find(key);
        let size = quantity.units();
        match self.levels.get_mut(at) {
            Some(level) if level[0] == key => {
                let before = level[1];
                level[1] = size;
                if size == 0 {
                    self.levels.remove(at);
                }
                Quantity::from_units(before)
            }
            _ => {
                if size != 0 {
                    self.levels.insert(at, [key, size]);
                }
                Quantity::ZERO
            }
        }
    }

    /// Removes every level better than a price; true when there was one.
    pub(crate) fn cut_above(&mut self, price: Price) -> bool {
        let key = self.key(price);
        let before = self.levels.len();
        while self.top() > key {
            self.levels.pop();
        }
        self.levels.len() < before
    }
}
