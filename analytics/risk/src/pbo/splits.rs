//! The choices of half the blocks, in order, from any one on.

/// A choice of blocks: a set bit per block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Split(u64);

impl Split {
    /// The choice of half of `blocks` blocks with this number, from 0: choices are
    /// in the order of their bits (the combinatorial number system, Knuth 2011, section 7.2.1.3).
    pub(super) fn at(mut number: u64, blocks: usize) -> Self {
        let mut bits = 0;
        let mut left = blocks as u64 / 2;
        for block in (0..blocks as u64).rev() {
            // How many choices leave this block and all above it out.
            let without = binomial(block, left);
            if left > 0 && number >= without {
                number -= without;
                bits |= 1 << block;
                left -= 1;
            }
        }
        Self(bits)
    }

    /// Goes on to the next choice of as many blocks (Gosper 1972, HAKMEM item 175).
    pub(super) fn next(&mut self) {
        let lowest = self.0 & self.0.wrapping_neg();
        let carried = self.0 + lowest;
        self.0 = carried | (((self.0 ^ carried) / lowest) >> 2);
    }

    pub(super) fn has(&self, block: usize) -> bool {
        self.0 >> block & 1 == 1
    }
}

/// `C(n, k)`; 0 when `k > n`. For `n` up to 60.
pub(super) fn binomial(n: u64, k: u64) -> u64 {
    if k > n {
        return 0;
    }
    (0..k.min(n - k)).fold(1, |all, i| all * (n - i) / (i + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_once_and_from_any_number_on() {
        for blocks in [2, 4, 6, 8, 10, 12] {
            let all = binomial(blocks as u64, blocks as u64 / 2);
            let mut split = Split::at(0, blocks);
            let mut seen = Vec::new();
            for number in 0..all {
                assert_eq!(split, Split::at(number, blocks));
                assert_eq!((0..blocks).filter(|b| split.has(*b)).count(), blocks / 2);
                seen.push(split.0);
                if number + 1 < all {
                    split.next();
                }
            }
            assert!(seen.is_sorted_by(|a, b| a < b));
            assert_eq!(seen.last().map(|s| s >> blocks), Some(0));
        }
        assert_eq!((binomial(24, 12), binomial(16, 8), binomial(3, 4)), (2_704_156, 12_870, 0));
    }
}
