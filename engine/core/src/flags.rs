//! A yes or no per bar, a bit each.

/// A column of flags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// Bits past the length are zero.
    words: Vec<u64>,
    len: usize,
}

const BITS: usize = u64::BITS as usize;

impl Flags {
    /// Without flags, with room for so many.
    #[must_use]
    pub fn with_capacity(count: usize) -> Self {
        Self { words: Vec::with_capacity(count.div_ceil(BITS)), len: 0 }
    }

    /// Number of flags.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// True when there is no flag.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The flag of a row; `None` past the end.
    #[inline]
    #[must_use]
    pub fn get(&self, row: usize) -> Option<bool> {
        let word = self.words.get(row / BITS).filter(|_| row < self.len)?;
        Some(word >> (row % BITS) & 1 == 1)
    }

    /// Adds one at the end.
    #[inline]
    pub fn push(&mut self, flag: bool) {
        let bit = self.len % BITS;
        if bit == 0 {
            self.words.push(0);
        }
        if let Some(word) = self.words.last_mut() {
            *word |= u64::from(flag) << bit;
        }
        self.len += 1;
    }

    /// All in order.
    pub fn iter(&self) -> impl Iterator<Item = bool> + '_ {
        (0..self.len).map(|row| self.words[row / BITS] >> (row % BITS) & 1 == 1)
    }

    /// Those of the rows `from..to` (clamped to the length).
    #[must_use]
    pub fn slice(&self, from: usize, to: usize) -> Self {
        if (from, to) == (0, self.len) {
            return self.clone();
        }
        self.iter().take(to).skip(from).collect()
    }
}

impl FromIterator<bool> for Flags {
    fn from_iter<I: IntoIterator<Item = bool>>(flags: I) -> Self {
        let flags = flags.into_iter();
        let mut all = Self::with_capacity(flags.size_hint().0);
        flags.for_each(|flag| all.push(flag));
        all
    }
}

impl From<Vec<bool>> for Flags {
    fn from(flags: Vec<bool>) -> Self {
        flags.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_as_a_column_of_bytes() {
        let bytes: Vec<bool> = (0..200_usize).map(|i| i.is_multiple_of(7) || i.is_multiple_of(64)).collect();
        for len in [0, 1, 63, 64, 65, 127, 128, 200] {
            let flags = Flags::from(bytes[..len].to_vec());
            assert_eq!((flags.len(), flags.is_empty()), (len, len == 0));
            assert_eq!(flags.iter().collect::<Vec<_>>(), &bytes[..len]);
            for row in 0..260 {
                assert_eq!(flags.get(row), bytes[..len].get(row).copied(), "row {row} of {len}");
            }
            for (from, to) in [(0, len), (0, 1), (1, 64), (63, 190), (64, 300), (150, 100), (250, 300)] {
                let part: Vec<bool> = bytes[..len].iter().copied().take(to).skip(from).collect();
                assert_eq!(flags.slice(from, to), Flags::from(part), "{from} to {to} of {len}");
            }
        }
    }
}
