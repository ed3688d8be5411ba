//! Sobol points: numbers that fill the unit cube more evenly than random ones.
//!
//! Sobol 1967, "On the distribution of points in a cube and the approximate
//! evaluation of integrals", in the order of Antonov and Saleev (1979, Gray code);
//! primitive polynomials and initial numbers of Joe and Kuo (2008, "Constructing
//! Sobol sequences with better two-dimensional projections", the table
//! new-joe-kuo-6, its first 64 dimensions).
//!
//! Points are scrambled by a seed: a random lower triangular matrix of bits on
//! every dimension (Matousek 1998, "On the L2-discrepancy for anchored boxes") and
//! a random digital shift. Each scrambled point is uniform on its own, so that an
//! average over them is unbiased, and averages of several seeds tell the error.

use crate::random::Random;

/// Dimensions at most.
pub const DIMENSIONS_MAX: usize = TABLE.len() + 1;
/// Bits of a coordinate; a sequence has 2^32 points.
const BITS: usize = 32;

/// A scrambled sequence.
#[derive(Clone, Debug)]
pub struct Sobol {
    dimensions: Vec<Dimension>,
}

#[derive(Clone, Debug)]
struct Dimension {
    /// What bit k of the Gray code adds.
    directions: [u32; BITS],
    shift: u32,
}

impl Sobol {
    /// A sequence of so many dimensions, scrambled by a seed and the number of the sequence;
    /// `None` for no dimension and above [`DIMENSIONS_MAX`].
    #[must_use]
    pub fn scrambled(dimensions: usize, seed: u64, number: u64) -> Option<Self> {
        let mut random = Random::new(seed, number);
        let mut sequence = Self::plain(dimensions)?;
        for dimension in &mut sequence.dimensions {
            let mut bits = [0; BITS + 8];
            random.fill(&mut bits);
            let rows: [u32; BITS] = std::array::from_fn(|row| {
                // Row 0 makes the highest bit: ones on the diagonal, anything to its left.
                let diagonal = 1 << (BITS - 1 - row);
                let left = !(diagonal | (diagonal - 1));
                (bits[row] >> 32) as u32 & left | diagonal
            });
            for direction in &mut dimension.directions {
                let bit = |row: &u32| (*direction & row).count_ones() & 1;
                *direction = rows.iter().fold(0, |all, row| all << 1 | bit(row));
            }
            dimension.shift = (bits[BITS] >> 32) as u32;
        }
        Some(sequence)
    }

    /// The sequence itself, whose first point is the corner 0; `None` as in [`Sobol::scrambled`].
    #[must_use]
    pub fn plain(dimensions: usize) -> Option<Self> {
        if !(1..=DIMENSIONS_MAX).contains(&dimensions) {
            return None;
        }
        let first = Dimension { directions: std::array::from_fn(|k| 1 << (BITS - 1 - k)), shift: 0 };
        let others = TABLE.iter().map(|(polynomial, initial)| Dimension::of(*polynomial, initial));
        Some(Self { dimensions: std::iter::once(first).chain(others).take(dimensions).collect() })
    }

    /// A coordinate of the points from `start` on, in the middle of its cell of width 2^-32:
    /// above 0 and below 1.
    ///
    /// # Panics
    /// When there is no such dimension.
    pub fn coordinate(&self, dimension: usize, start: u32, out: &mut [f64]) {
        let Dimension { directions, shift } = &self.dimensions[dimension];
        let gray = start ^ (start >> 1);
        let mut x = *shift;
        for (bit, direction) in directions.iter().enumerate() {
            if gray >> bit & 1 == 1 {
                x ^= direction;
            }
        }
        let mut index = start;
        for out in out {
            *out = (f64::from(x) + 0.5) / 4_294_967_296.0;
            // The Gray codes of two neighbours differ in the bit where the counter's lowest 0 is.
            x ^= directions[(index.trailing_ones() as usize).min(BITS - 1)];
            index = index.wrapping_add(1);
        }
    }
}

impl Dimension {
    /// The recurrence of Sobol: `m_k = 2 a_1 m_(k-1) ^ 4 a_2 m_(k-2) ^ ... ^ 2^s m_(k-s) ^ m_(k-s)`
    /// with the bits `a` of a primitive polynomial of degree s; direction k is `m_k / 2^k`.
    fn of(polynomial: u32, initial: &[u32]) -> Self {
        let degree = initial.len();
        let mut m = [0_u64; BITS];
        for k in 0..BITS {
            m[k] = match initial.get(k) {
                Some(number) => u64::from(*number),
                None => {
                    let earlier = (1..=degree).filter(|i| polynomial >> (degree - i) & 1 == 1);
                    earlier.fold(m[k - degree], |sum, i| sum ^ m[k - i] << i)
                }
            };
        }
        Self { directions: std::array::from_fn(|k| (m[k] << (BITS - 1 - k)) as u32), shift: 0 }
    }
}

/// Dimensions 2 and on: a primitive polynomial, its highest power in the highest bit, and the
/// initial numbers m. Joe and Kuo, new-joe-kuo-6.
const TABLE: [(u32, &[u32]); 63] = [
    (0b11, &[1]),
    (0b111, &[1, 3]),
    (0b1011, &[1, 3, 1]),
    (0b1101, &[1, 1, 1]),
    (0b10011, &[1, 1, 3, 3]),
    (0b11001, &[1, 3, 5, 13]),
    (0b100101, &[1, 1, 5, 5, 17]),
    (0b101001, &[1, 1, 5, 5, 5]),
    (0b101111, &[1, 1, 7, 11, 19]),
    (0b110111, &[1, 1, 5, 1, 1]),
    (0b111011, &[1, 1, 1, 3, 11]),
    (0b111101, &[1, 3, 5, 5, 31]),
    (0b1000011, &[1, 3, 3, 9, 7, 49]),
    (0b1011011, &[1, 1, 1, 15, 21, 21]),
    (0b1100001, &[1, 3, 1, 13, 27, 49]),
    (0b1100111, &[1, 1, 1, 15, 7, 5]),
    (0b1101101, &[1, 3, 1, 15, 13, 25]),
    (0b1110011, &[1, 1, 5, 5, 19, 61]),
    (0b10000011, &[1, 3, 7, 11, 23, 15, 103]),
    (0b10001001, &[1, 3, 7, 13, 13, 15, 69]),
    (0b10001111, &[1, 1, 3, 13, 7, 35, 63]),
    (0b10010001, &[1, 3, 5, 9, 1, 25, 53]),
    (0b10011101, &[1, 3, 1, 13, 9, 35, 107]),
    (0b10100111, &[1, 3, 1, 5, 27, 61, 31]),
    (0b10101011, &[1, 1, 5, 11, 19, 41, 61]),
    (0b10111001, &[1, 3, 5, 3, 3, 13, 69]),
    (0b10111111, &[1, 1, 7, 13, 1, 19, 1]),
    (0b11000001, &[1, 3, 7, 5, 13, 19, 59]),
    (0b11001011, &[1, 1, 3, 9, 25, 29, 41]),
    (0b11010011, &[1, 3, 5, 13, 23, 1, 55]),
    (0b11010101, &[1, 3, 7, 3, 13, 59, 17]),
    (0b11100101, &[1, 3, 1, 3, 5, 53, 69]),
    (0b11101111, &[1, 1, 5, 5, 23, 33, 13]),
    (0b11110001, &[1, 1, 7, 7, 1, 61, 123]),
    (0b11110111, &[1, 1, 7, 9, 13, 61, 49]),
    (0b11111101, &[1, 3, 3, 5, 3, 55, 33]),
    (0b100011101, &[1, 3, 1, 15, 31, 13, 49, 245]),
    (0b100101011, &[1, 3, 5, 15, 31, 59, 63, 97]),
    (0b100101101, &[1, 3, 1, 11, 11, 11, 77, 249]),
    (0b101001101, &[1, 3, 1, 11, 27, 43, 71, 9]),
    (0b101011111, &[1, 1, 7, 15, 21, 11, 81, 45]),
    (0b101100011, &[1, 3, 7, 3, 25, 31, 65, 79]),
    (0b101100101, &[1, 3, 1, 1, 19, 11, 3, 205]),
    (0b101101001, &[1, 1, 5, 9, 19, 21, 29, 157]),
    (0b101110001, &[1, 3, 7, 11, 1, 33, 89, 185]),
    (0b110000111, &[1, 3, 3, 3, 15, 9, 79, 71]),
    (0b110001101, &[1, 3, 7, 11, 15, 39, 119, 27]),
    (0b110101001, &[1, 1, 3, 1, 11, 31, 97, 225]),
    (0b111000011, &[1, 1, 1, 3, 23, 43, 57, 177]),
    (0b111001111, &[1, 3, 7, 7, 17, 17, 37, 71]),
    (0b111100111, &[1, 3, 1, 5, 27, 63, 123, 213]),
    (0b111110101, &[1, 1, 3, 5, 11, 43, 53, 133]),
    (0b1000010001, &[1, 3, 5, 5, 29, 17, 47, 173, 479]),
    (0b1000011011, &[1, 3, 3, 11, 3, 1, 109, 9, 69]),
    (0b1000100001, &[1, 1, 1, 5, 17, 39, 23, 5, 343]),
    (0b1000101101, &[1, 3, 1, 5, 25, 15, 31, 103, 499]),
    (0b1000110011, &[1, 1, 1, 11, 11, 17, 63, 105, 183]),
    (0b1001011001, &[1, 1, 5, 11, 9, 29, 97, 231, 363]),
    (0b1001011111, &[1, 1, 5, 15, 19, 45, 41, 7, 383]),
    (0b1001101001, &[1, 3, 7, 7, 31, 19, 83, 137, 221]),
    (0b1001101111, &[1, 1, 1, 3, 23, 15, 111, 223, 83]),
    (0b1001110111, &[1, 1, 5, 13, 31, 15, 55, 25, 161]),
    (0b1001111101, &[1, 1, 3, 13, 25, 47, 39, 87, 257]),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn point(sequence: &Sobol, dimension: usize, index: u32) -> f64 {
        let mut one = [0.0];
        sequence.coordinate(dimension, index, &mut one);
        one[0] - 0.5 / 4_294_967_296.0
    }

    #[test]
    fn the_published_sequence() {
        // From an independent implementation of the same table.
        let plain = Sobol::plain(64).expect("64 dimensions");
        let columns = [0, 1, 2, 10, 40, 63];
        let at = |index: u32| columns.map(|dimension| point(&plain, dimension, index));
        assert_eq!(at(7), [0.125, 0.625, 0.375, 0.625, 0.125, 0.375]);
        let far = [0.0009765625, 0.7529296875, 0.6123046875, 0.6787109375, 0.6318359375, 0.0400390625];
        assert_eq!(at(1_023), far);
        assert!(Sobol::plain(0).is_none() && Sobol::plain(65).is_none());
    }

    #[test]
    fn scrambling_keeps_one_point_in_every_cell() {
        for number in 0..4 {
            let sequence = Sobol::scrambled(64, 7, number).expect("64 dimensions");
            for dimension in 0..64 {
                let mut points = [0.0; 256];
                sequence.coordinate(dimension, 256, &mut points);
                let mut cells: Vec<usize> = points.iter().map(|x| (x * 256.0) as usize).collect();
                cells.sort_unstable();
                assert_eq!(cells, (0..256).collect::<Vec<_>>(), "{number} {dimension}");
            }
        }
    }

    #[test]
    fn a_block_is_the_same_from_any_start() {
        let sequence = Sobol::scrambled(5, 1, 2).expect("5 dimensions");
        let mut all = [0.0; 100];
        sequence.coordinate(4, 0, &mut all);
        for start in [1_u32, 31, 32, 63, 64, 99] {
            let mut rest = vec![0.0; 100 - start as usize];
            sequence.coordinate(4, start, &mut rest);
            assert_eq!(rest, all[start as usize..]);
        }
    }
}
