//! Latency: how long data, orders and answers are on their way.
//!
//! What is sent first arrives first: a sampled delay never lets something overtake.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// How long one thing is on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Delay {
    /// Always so many nanoseconds, 0 or more.
    Constant(i64),
    /// At least `least` nanoseconds, plus an exponentially distributed rest with this mean.
    Exponential {
        /// The shortest.
        least: i64,
        /// Mean of what comes on top, nanoseconds.
        mean: i64,
    },
    /// Anything between two lengths is equally likely.
    Uniform {
        /// The shortest.
        least: i64,
        /// The longest.
        most: i64,
    },
    /// So many times what the last row received took from the venue to us: as the data were, so are the orders.
    AsData {
        /// The factor, 0 to 100.
        factor: f64,
    },
}

impl Default for Delay {
    fn default() -> Self {
        Self::Constant(0)
    }
}

/// The longest delay that a run may have: one hour, in nanoseconds.
pub const DELAY_MAX: i64 = 3_600_000_000_000;

/// The three ways between a strategy and a venue.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Latency {
    /// Market data to the strategy, on top of what the tape's two stamps say.
    pub feed: Delay,
    /// Orders, changes and cancels to the venue.
    pub order: Delay,
    /// Answers and fills to the strategy.
    pub response: Delay,
}

/// One way on which things keep their order.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    delay: Delay,
    random: Xoshiro256PlusPlus,
    /// When the last thing arrived.
    last: i64,
}

impl Way {
    /// `stream` keeps the ways of one run apart.
    pub(crate) fn new(delay: Delay, seed: u64, stream: u64) -> Self {
        let mixed = seed ^ stream.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self { delay, random: Xoshiro256PlusPlus::seed_from_u64(mixed), last: i64::MIN }
    }

    /// True when every delay is the same.
    pub(crate) fn constant(&self) -> Option<i64> {
        match self.delay {
            Delay::Constant(nanos) => Some(nanos),
            _ => None,
        }
    }

    /// When something sent now arrives; `data` is what the last row took.
    #[inline]
    pub(crate) fn arrival(&mut self, sent: i64, data: i64) -> i64 {
        let delay = match self.delay {
            Delay::Constant(nanos) => nanos,
            Delay::Exponential { least, mean } => {
                // In (0, 1], so that the logarithm is finite.
                let unit = ((self.random.next_u64() >> 11) + 1) as f64 / (1_u64 << 53) as f64;
                least + (-libm::log(unit) * mean as f64) as i64
            }
            Delay::Uniform { least, most } => {
                let span = (most - least).max(0) as u128 + 1;
                least + ((u128::from(self.random.next_u64()) * span) >> 64) as i64
            }
            Delay::AsData { factor } => (data.max(0) as f64 * factor) as i64,
        };
        let at = sent.saturating_add(delay.clamp(0, DELAY_MAX));
        self.last = self.last.max(at);
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_overtakes_and_the_mean_is_as_asked() {
        for delay in [
            Delay::Constant(5),
            Delay::Exponential { least: 1_000, mean: 9_000 },
            Delay::Uniform { least: 5_000, most: 15_000 },
        ] {
            let mut way = Way::new(delay, 7, 1);
            let mut last = i64::MIN;
            for sent in 0..1_000 {
                let at = way.arrival(sent, 0);
                assert!(at >= last && at >= sent);
                last = at;
            }
            // Far apart, so that none has to wait for another.
            let gap = 1_000_000_000;
            let n = 20_000;
            let sum: i64 = (1..=n).map(|i| way.arrival(i * gap, 0) - i * gap).sum();
            let mean = sum / n;
            match delay {
                Delay::Constant(nanos) => assert_eq!(mean, nanos),
                _ => assert!((9_500..=10_500).contains(&mean), "{delay:?}: {mean}"),
            }
        }
        let mut way = Way::new(Delay::AsData { factor: 2.0 }, 7, 1);
        assert_eq!(way.arrival(100, 30), 160);
    }
}
