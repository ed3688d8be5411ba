//! Numbers that are walked, not necessarily kept.
//!
//! The returns of a curve of a million points are as large as the curve itself. What
//! walks over them takes a `Values`: a slice, or [`Returns`], which computes each return
//! when it is asked for. Both give the same figures, bit for bit.

use crate::finite;

/// A row of numbers.
pub trait Values {
    /// How many.
    fn count(&self) -> usize;

    /// The number at an index below `count`.
    fn at(&self, index: usize) -> f64;

    /// All of them in order.
    fn walk(&self) -> impl Iterator<Item = f64> + Clone + '_ {
        (0..self.count()).map(|index| self.at(index))
    }
}

impl Values for [f64] {
    fn count(&self) -> usize {
        self.len()
    }

    fn at(&self, index: usize) -> f64 {
        self[index]
    }

    fn walk(&self) -> impl Iterator<Item = f64> + Clone + '_ {
        self.iter().copied()
    }
}

impl Values for Vec<f64> {
    fn count(&self) -> usize {
        self.len()
    }

    fn at(&self, index: usize) -> f64 {
        self[index]
    }

    fn walk(&self) -> impl Iterator<Item = f64> + Clone + '_ {
        self.iter().copied()
    }
}

impl<const N: usize> Values for [f64; N] {
    fn count(&self) -> usize {
        N
    }

    fn at(&self, index: usize) -> f64 {
        self[index]
    }

    fn walk(&self) -> impl Iterator<Item = f64> + Clone + '_ {
        self.iter().copied()
    }
}

/// The simple returns of an equity curve: those of `ratios::returns`, without their memory.
#[derive(Clone, Copy, Debug)]
pub struct Returns<'a> {
    equity: &'a [f64],
}

impl<'a> Returns<'a> {
    /// The returns of a curve; `None` where `ratios::returns` is.
    #[must_use]
    pub fn of(equity: &'a [f64]) -> Option<Self> {
        let defined = |w: &[f64]| w[0] > 0.0 && finite(w[1] / w[0] - 1.0).is_some();
        (equity.len() >= 2 && equity.windows(2).all(defined)).then_some(Self { equity })
    }
}

impl Values for Returns<'_> {
    fn count(&self) -> usize {
        self.equity.len() - 1
    }

    fn at(&self, index: usize) -> f64 {
        self.equity[index + 1] / self.equity[index] - 1.0
    }

    fn walk(&self) -> impl Iterator<Item = f64> + Clone + '_ {
        self.equity.windows(2).map(|w| w[1] / w[0] - 1.0)
    }
}

/// The number that stands at `rank` (from 0) when they are sorted, in the order of
/// `f64::total_cmp`; `None` when there are not so many.
pub(crate) fn ranked(values: &(impl Values + ?Sized), rank: usize) -> Option<f64> {
    // The order of the bits of a number without a sign is that of the numbers.
    let key = |x: f64| {
        let bits = x.to_bits() as i64;
        ((bits ^ (((bits >> 63) as u64) >> 1) as i64) as u64) ^ (1 << 63)
    };
    let found = crate::select::nth(values.walk().map(key), rank)?;
    let bits = (found ^ (1 << 63)) as i64;
    Some(f64::from_bits((bits ^ (((bits >> 63) as u64) >> 1) as i64) as u64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ratios;

    #[test]
    fn returns_are_those_of_the_list() {
        let equity = [100.0, 110.0, 99.0, 99.0, 120.5, 0.001];
        let list = ratios::returns(&equity).expect("defined");
        let walked = Returns::of(&equity).expect("defined");
        assert_eq!(walked.walk().collect::<Vec<_>>(), list);
        assert_eq!((0..walked.count()).map(|i| walked.at(i)).collect::<Vec<_>>(), list);
        for none in [&[][..], &[1.0], &[1.0, 0.0, 1.0], &[1.0, f64::NAN], &[-1.0, 1.0], &[1e-308, 1e308]] {
            assert_eq!(Returns::of(none).is_none(), ratios::returns(none).is_none(), "{none:?}");
            assert!(Returns::of(none).is_none(), "{none:?}");
        }
    }

    #[test]
    fn ranks_are_those_of_the_sorted_values() {
        let values = [0.5, -0.0, 3.0, -7.25, 0.0, f64::INFINITY, -1e-300, 1e300, 0.5, f64::NEG_INFINITY, -0.5, 2.0];
        let mut sorted = values;
        sorted.sort_by(f64::total_cmp);
        for (rank, value) in sorted.iter().enumerate() {
            assert_eq!(ranked(&values, rank).map(f64::to_bits), Some(value.to_bits()), "{rank}");
        }
        assert_eq!(ranked(&values, values.len()), None);
    }
}
