//! Repetitions in turn, and their medians.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Times of one piece of work in order of measurement, in nanoseconds unless said otherwise.
#[derive(Clone, Debug, Default)]
pub(super) struct Samples(Vec<f64>);

impl Samples {
    pub(super) fn new(values: Vec<f64>) -> Self {
        Self(values)
    }

    /// From seconds.
    pub(super) fn from_seconds(seconds: &[f64]) -> Self {
        Self::new(seconds.iter().map(|s| s * 1e9).collect())
    }

    /// Divided by the number of units of work.
    pub(super) fn per(&self, units: usize) -> Self {
        Self(self.0.iter().map(|x| x / units as f64).collect())
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        Self::new([self.0.as_slice(), other.0.as_slice()].concat())
    }

    pub(super) fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }

    pub(super) fn least(&self) -> f64 {
        self.0.iter().copied().min_by(f64::total_cmp).unwrap_or(f64::NAN)
    }

    /// How many times the other: the median over repetitions when both ran in turn,
    /// so that a slow moment of the machine counts for both; else of the medians.
    pub(super) fn ratio_to(&self, other: &Self) -> f64 {
        if self.0.len() == other.0.len() {
            Self::new(self.0.iter().zip(&other.0).map(|(a, b)| a / b).collect()).median()
        } else {
            self.median() / other.median()
        }
    }
}

/// Runs all pieces of work in turn, once to warm up and then `repetitions` times.
/// Each gives back how long it took.
pub(super) fn in_turn(repetitions: usize, works: &mut [&mut dyn FnMut() -> Duration]) -> Vec<Samples> {
    let mut nanos = vec![Vec::with_capacity(repetitions); works.len()];
    for repetition in 0..=repetitions {
        for (work, nanos) in works.iter_mut().zip(&mut nanos) {
            let took = work().as_secs_f64() * 1e9;
            if repetition > 0 {
                nanos.push(took);
            }
        }
    }
    nanos.into_iter().map(Samples::new).collect()
}

/// How long it takes, and what comes of it.
pub(super) fn time<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let value = black_box(work());
    (start.elapsed(), value)
}
