//! `Random`: draws with a seed, the same on every machine.
//!
//! xoshiro256++ (Blackman and Vigna 2019) and the elementary functions of `libm`.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

pub(crate) struct Random(Xoshiro256PlusPlus);

/// Sizes beyond so many times their mean are cut.
const GEOMETRIC_MAX: f64 = 20.0;

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// 0 to below 1, 53 bits.
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Above 0, up to 1.
    fn positive(&mut self) -> f64 {
        1.0 - self.uniform()
    }

    /// 0 to below `n`, which is above 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((self.uniform() * n as f64) as usize).min(n - 1)
    }

    /// Exponential with mean 1.
    pub(crate) fn exponential(&mut self) -> f64 {
        -libm::log(self.positive())
    }

    /// Normal with mean 0 and deviation 1 (Box and Muller 1958).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(self.positive())).sqrt();
        radius * libm::cos(2.0 * core::f64::consts::PI * self.uniform())
    }

    /// Geometric from 1 on, with about this mean (>= 1).
    pub(crate) fn geometric(&mut self, mean: f64) -> i64 {
        if mean <= 1.0 {
            return 1;
        }
        let draw = libm::log(self.positive()) / libm::log1p(-1.0 / mean);
        1 + draw.min(GEOMETRIC_MAX * mean) as i64
    }
}
