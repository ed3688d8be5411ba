//! Random numbers that do not depend on how the work is shared out.
//!
//! A stream is named by a seed and a number: whoever computes block 17 of a
//! simulation seeds stream 17 and gets the same numbers, on any thread and any
//! machine. The generator is xoshiro256++ (Blackman and Vigna 2021, "Scrambled
//! linear pseudorandom number generators"), eight of them side by side so that
//! a processor computes them together. Each of the eight states of 256 bits is
//! filled by SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable
//! pseudorandom number generators"), as its authors advise. States are points
//! of one cycle of 2^256 - 1 numbers: that two of n streams of length m meet has
//! a chance of about `n^2 m / 2^256`, below 1e-50 for anything that can be run.

use multiversion::multiversion;

/// Generators side by side.
pub const LANES: usize = 8;

/// The finaliser of SplitMix64: neighbouring numbers give unrelated ones.
fn mixed(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// A number that stands for a seed and a stream; different pairs give unrelated numbers.
#[must_use]
pub fn stream_key(seed: u64, stream: u64) -> u64 {
    const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
    mixed(mixed(seed.wrapping_add(STEP)).wrapping_add(stream.wrapping_mul(STEP)).wrapping_add(STEP))
}

/// Eight xoshiro256++ side by side.
#[derive(Clone, Debug)]
pub struct Random {
    s0: [u64; LANES],
    s1: [u64; LANES],
    s2: [u64; LANES],
    s3: [u64; LANES],
}

impl Random {
    /// The generators of a stream.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut state = stream_key(seed, stream);
        let mut next = || {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            mixed(state)
        };
        let [s0, s1, s2, s3] = std::array::from_fn(|_| std::array::from_fn(|_| next()));
        Self { s0, s1, s2, s3 }
    }

    /// The next number of each generator: 64 random bits.
    #[inline(always)]
    pub fn draw(&mut self) -> [u64; LANES] {
        let Self { s0, s1, s2, s3 } = self;
        let mut out = [0; LANES];
        for i in 0..LANES {
            out[i] = s0[i].wrapping_add(s3[i]).rotate_left(23).wrapping_add(s0[i]);
            let t = s1[i] << 17;
            s2[i] ^= s0[i];
            s3[i] ^= s1[i];
            s1[i] ^= s2[i];
            s0[i] ^= s3[i];
            s2[i] ^= t;
            s3[i] = s3[i].rotate_left(45);
        }
        out
    }

    /// Fills a slice with random bits, eight at a time; what is left of the last eight is thrown away.
    pub fn fill(&mut self, out: &mut [u64]) {
        fill(self, out);
    }
}

#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw+avx512cd+avx2+avx+bmi1+bmi2",
    "x86_64+avx2+avx+bmi1+bmi2"
))]
fn fill(random: &mut Random, out: &mut [u64]) {
    let mut state = random.clone();
    let (eights, rest) = out.as_chunks_mut::<LANES>();
    for eight in eights {
        *eight = state.draw();
    }
    if !rest.is_empty() {
        let last = state.draw();
        rest.copy_from_slice(&last[..rest.len()]);
    }
    *random = state;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_numbers() {
        // The reference implementation from the state 1, 2, 3, 4.
        let mut random = Random { s0: [1; LANES], s1: [2; LANES], s2: [3; LANES], s3: [4; LANES] };
        for expected in [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386] {
            assert_eq!(random.draw(), [expected; LANES]);
        }
        // SplitMix64 from the state 1234567.
        let numbers = [1, 2].map(|i: u64| mixed(1_234_567_u64.wrapping_add(i.wrapping_mul(0x9E37_79B9_7F4A_7C15))));
        assert_eq!(numbers, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn streams_and_seeds_are_apart() {
        let mut keys: Vec<u64> =
            (0..100).flat_map(|seed| (0..100).map(move |stream| stream_key(seed, stream))).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 10_000);
    }

    #[test]
    fn filling_goes_on_where_it_stopped() {
        let (mut a, mut b) = (Random::new(1, 2), Random::new(1, 2));
        let mut all = [0; 40];
        a.fill(&mut all);
        let mut parts = [0; 40];
        b.fill(&mut parts[..16]);
        b.fill(&mut parts[16..]);
        assert_eq!(all, parts);
        let mut short = [0; 3];
        Random::new(1, 2).fill(&mut short);
        assert_eq!(short, all[..3]);
    }
}
