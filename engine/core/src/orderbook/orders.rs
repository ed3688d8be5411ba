//! The single orders of a book, by the venue's number.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::fixed::{Price, Quantity};
use crate::order::Side;

/// One resting order of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Resting {
    pub(crate) side: Side,
    pub(crate) price: Price,
    pub(crate) quantity: Quantity,
    /// Grows with each arrival at the end of a queue: the lower goes first.
    pub(crate) priority: u64,
}

/// Order numbers are the key and nothing depends on the order of the map.
#[derive(Clone, Debug, Default)]
pub(crate) struct Orders {
    map: HashMap<u64, Resting, BuildHasherDefault<NumberHasher>>,
}

/// Spreads numbers over the table by one multiplication (Fibonacci hashing).
#[derive(Clone, Debug, Default)]
pub(crate) struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }
    fn write_u64(&mut self, n: u64) {
        let mixed = (self.0 ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }
}

impl Orders {
    pub(crate) fn get(&self, order: u64) -> Option<Resting> {
        self.map.get(&order).copied()
    }

    pub(crate) fn get_mut(&mut self, order: u64) -> Option<&mut Resting> {
        self.map.get_mut(&order)
    }

    pub(crate) fn insert(&mut self, order: u64, resting: Resting) -> Option<Resting> {
        self.map.insert(order, resting)
    }

    pub(crate) fn remove(&mut self, order: u64) -> Option<Resting> {
        self.map.remove(&order)
    }

    pub(crate) fn clear(&mut self, side: Option<Side>) {
        match side {
            None => self.map.clear(),
            Some(side) => self.map.retain(|_, resting| resting.side != side),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.map.len()
    }
}
