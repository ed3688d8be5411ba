//! One value per instrument, in place when there is only one.
//!
//! The loop over quiet rows writes to it on every bar. A value inside its owner
//! is known not to be a column, so that the compiler keeps what it has read of
//! columns in registers; a value behind a pointer is not.

use std::ops::{Index, IndexMut};

/// A value for each instrument of a run; at least one.
#[derive(Clone, Debug)]
pub(crate) struct PerInstrument<T> {
    only: T,
    /// Empty when there is one instrument.
    many: Vec<T>,
}

impl<T: Clone + Default> PerInstrument<T> {
    pub(crate) fn new(instruments: usize) -> Self {
        Self { only: T::default(), many: if instruments == 1 { Vec::new() } else { vec![T::default(); instruments] } }
    }
}

impl<T> PerInstrument<T> {
    /// The value of the only instrument of a run.
    #[inline(always)]
    pub(crate) fn only(&mut self) -> &mut T {
        debug_assert!(self.many.is_empty(), "one instrument");
        &mut self.only
    }

    #[inline(always)]
    pub(crate) fn as_slice(&self) -> &[T] {
        if self.many.is_empty() { std::slice::from_ref(&self.only) } else { &self.many }
    }
}

impl<T> PerInstrument<T> {
    /// The values by instrument, for loops over many.
    #[inline(always)]
    pub(crate) fn as_mut_slice(&mut self) -> &mut [T] {
        if self.many.is_empty() { std::slice::from_mut(&mut self.only) } else { &mut self.many }
    }
}

impl<T> Index<usize> for PerInstrument<T> {
    type Output = T;

    #[inline(always)]
    fn index(&self, at: usize) -> &T {
        if self.many.is_empty() && at == 0 { &self.only } else { &self.many[at] }
    }
}

impl<T> IndexMut<usize> for PerInstrument<T> {
    #[inline(always)]
    fn index_mut(&mut self, at: usize) -> &mut T {
        if self.many.is_empty() && at == 0 { &mut self.only } else { &mut self.many[at] }
    }
}
