//! `Ladder`: one side of a book by price.

use crate::fixed::{Price, Quantity};
use crate::market::BookLevel;
use crate::order::Side;

/// Levels near the best price that are compared all at once, without a branch.
const NEAR: usize = 8;
/// Stands below every price, so that there are always `NEAR` levels to compare; two of them can be added.
const FLOOR: i64 = i64::MIN / 2;

/// How many of ascending keys are not below a key.
#[inline(always)]
fn reached(keys: &[i64; NEAR], key: i64) -> usize {
    keys.iter().map(|level| usize::from(*level >= key)).sum()
}

/// One side of a book: sizes by price, the best price last.
///
/// Changes happen near the best price, so that a search at the end finds them and little has
/// to move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ladder {
    /// +1 for bids, -1 for asks: prices times this are keys, and ascend.
    sign: i64,
    /// Ascending, after `NEAR` times `FLOOR`.
    keys: Vec<i64>,
    /// The size at each key.
    sizes: Vec<i64>,
}

impl Ladder {
    pub(crate) fn new(side: Side) -> Self {
        Self { sign: side.sign(), keys: vec![FLOOR; NEAR], sizes: vec![0; NEAR] }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.keys.len() - NEAR
    }

    pub(crate) fn clear(&mut self) {
        self.keys.truncate(NEAR);
        self.sizes.truncate(NEAR);
    }

    #[inline]
    fn key(&self, price: Price) -> i64 {
        price.units().wrapping_mul(self.sign)
    }

    #[inline]
    fn price(&self, key: i64) -> Price {
        Price::from_units(key.wrapping_mul(self.sign))
    }

    /// The key of the best price; far below all others when the side is empty. A book is crossed when
    /// those of both sides sum to more than zero.
    #[inline]
    pub(crate) fn top(&self) -> i64 {
        self.keys.last().copied().unwrap_or(FLOOR)
    }

    /// The best price; `None` when the side is empty.
    #[inline]
    pub(crate) fn best_price(&self) -> Option<Price> {
        let top = self.top();
        (top != FLOOR).then(|| self.price(top))
    }

    #[inline]
    pub(crate) fn best(&self) -> Option<BookLevel> {
        let quantity = Quantity::from_units(*self.sizes.last()?);
        Some(BookLevel { price: self.best_price()?, quantity })
    }

    pub(crate) fn worst(&self) -> Option<Price> {
        self.keys.get(NEAR).map(|key| self.price(*key))
    }

    /// The levels, the best first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = BookLevel> + '_ {
        let levels = self.keys[NEAR..].iter().zip(&self.sizes[NEAR..]).rev();
        levels.map(|(key, size)| BookLevel { price: self.price(*key), quantity: Quantity::from_units(*size) })
    }

    /// Where a key is, or belongs.
    #[inline(always)]
    fn find(&self, key: i64) -> usize {
        let Some((below, near)) = self.keys.split_last_chunk::<NEAR>() else { return self.keys.len() };
        let above = reached(near, key);
        if above < NEAR {
            return self.keys.len() - above;
        }
        let Some(next) = below.last_chunk::<NEAR>() else { return below.len() };
        let above = reached(next, key);
        if above < NEAR { below.len() - above } else { self.find_far(key) }
    }

    #[inline(never)]
    fn find_far(&self, key: i64) -> usize {
        self.keys.partition_point(|level| *level < key)
    }

    #[inline]
    pub(crate) fn size_at(&self, price: Price) -> Quantity {
        let key = self.key(price);
        let at = self.find(key);
        match (self.keys.get(at), self.sizes.get(at)) {
            (Some(found), Some(size)) if *found == key => Quantity::from_units(*size),
            _ => Quantity::ZERO,
        }
    }

    /// Sets the size at a price, zero removes it; returns the size before.
    #[inline(always)]
    pub(crate) fn set(&mut self, price: Price, quantity: Quantity) -> Quantity {
        let key = self.key(price);
        let at = self.find(key);
        let size = quantity.units();
        match (self.keys.get(at), self.sizes.get_mut(at)) {
            (Some(found), Some(level)) if *found == key => {
                let before = *level;
                *level = size;
                if size == 0 {
                    self.remove(at);
                }
                Quantity::from_units(before)
            }
            _ => {
                if size != 0 {
                    self.insert(at, key, size);
                }
                Quantity::ZERO
            }
        }
    }

    #[inline(never)]
    fn remove(&mut self, at: usize) {
        self.keys.remove(at);
        self.sizes.remove(at);
    }

    #[inline(never)]
    fn insert(&mut self, at: usize, key: i64, size: i64) {
        self.keys.insert(at, key);
        self.sizes.insert(at, size);
    }

    /// Removes every level better than a price; true when there was one.
    pub(crate) fn cut_above(&mut self, price: Price) -> bool {
        let key = self.key(price);
        let before = self.keys.len();
        while self.top() > key {
            self.keys.pop();
            self.sizes.pop();
        }
        self.keys.len() < before
    }
}
