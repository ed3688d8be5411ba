//! `Plan`: the cells of a sweep in canonical order.
//!
//! A grid counts its combinations with the last parameter running fastest; draws
//! are numbered as they come. The order, and so the digest, never depends on threads.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::spec::{Mode, Spec};
use super::value::Scalar;

/// Combinations above which a sweep is asked back.
pub const ASK_ABOVE: u128 = 1_000_000;
/// Most combinations of a sweep, whatever is said: their list is kept in memory.
pub const CELLS_MAX: u128 = 100_000_000;
/// Draws per wanted sample, when the constraints refuse many or the values are few.
const DRAWS_MAX: u64 = 200;

/// The cells of a sweep.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// Of a grid: the number of each combination that runs.
    numbers: Vec<u64>,
    /// Of a random sweep: what was drawn.
    drawn: Vec<Vec<Scalar>>,
    /// Combinations (or draws) that the constraints exclude.
    pub(crate) excluded: u64,
}

/// Combinations before constraints.
pub(crate) fn combinations(spec: &Spec) -> u128 {
    match spec.mode {
        Mode::Grid => {
            spec.axes.iter().fold(1_u128, |product, axis| product.saturating_mul(axis.values().len() as u128))
        }
        Mode::Random { samples, .. } => u128::from(samples),
    }
}

impl Plan {
    /// Lists the cells; at most [`CELLS_MAX`] combinations.
    pub(crate) fn of(spec: &Spec) -> Self {
        match spec.mode {
            Mode::Grid => Self::grid(spec),
            Mode::Random { samples, seed } => Self::random(spec, samples, seed),
        }
    }

    fn grid(spec: &Spec) -> Self {
        let mut plan = Self::default();
        let mut values: Vec<Scalar> = Vec::with_capacity(spec.axes.len());
        for number in 0..combinations(spec).min(CELLS_MAX) as u64 {
            combination(spec, number, &mut values);
            if spec.constraints.iter().all(|c| c.holds(&values)) {
                plan.numbers.push(number);
            } else {
                plan.excluded += 1;
            }
        }
        plan
    }

    fn random(spec: &Spec, samples: u64, seed: u64) -> Self {
        let mut plan = Self::default();
        let mut seen = BTreeSet::new();
        for draw in 0..samples.saturating_mul(DRAWS_MAX) {
            if plan.drawn.len() as u64 == samples {
                break;
            }
            let axes = spec.axes.iter().enumerate();
            let values: Vec<Scalar> = axes.map(|(i, axis)| axis.draw(uniform(seed, draw, i as u64))).collect();
            if !seen.insert(fingerprint(&values)) {
                continue;
            }
            if spec.constraints.iter().all(|c| c.holds(&values)) {
                plan.drawn.push(values);
            } else {
                plan.excluded += 1;
            }
        }
        plan
    }

    /// Number of cells.
    pub(crate) fn len(&self) -> usize {
        self.numbers.len() + self.drawn.len()
    }

    /// The values of a cell, in the order of the parameters.
    pub(crate) fn values(&self, spec: &Spec, cell: usize) -> Vec<Scalar> {
        match (self.drawn.get(cell), self.numbers.get(cell)) {
            (Some(drawn), _) => drawn.clone(),
            (None, Some(number)) => {
                let mut values = Vec::with_capacity(spec.axes.len());
                combination(spec, *number, &mut values);
                values
            }
            (None, None) => Vec::new(),
        }
    }

    /// The cells that are one step of one parameter away. Of draws: the nearest ones,
    /// two for each parameter, by the sum of squares of distances as shares of each range.
    pub(crate) fn neighbours(&self, spec: &Spec, cell: usize) -> Vec<usize> {
        if !self.drawn.is_empty() {
            return self.nearest(spec, cell);
        }
        let Some(number) = self.numbers.get(cell).copied() else { return Vec::new() };
        let mut found = Vec::new();
        let mut stride = 1_u64;
        for axis in spec.axes.iter().rev() {
            let count = axis.values().len() as u64;
            let at = number / stride % count;
            let beside = beside(axis.values(), at as usize).map(|other| number - at * stride + other as u64 * stride);
            found.extend(beside.filter_map(|n| self.numbers.binary_search(&n).ok()));
            stride *= count;
        }
        found.sort_unstable();
        found
    }

    fn nearest(&self, spec: &Spec, cell: usize) -> Vec<usize> {
        let widths: Vec<f64> = (0..spec.axes.len())
            .map(|axis| {
                let numbers = self.drawn.iter().filter_map(|v| v[axis].number());
                let (low, high) = numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
                if high > low { high - low } else { 1.0 }
            })
            .collect();
        let here = &self.drawn[cell];
        let distance = |other: &[Scalar]| -> f64 {
            let one = |((a, b), width): ((&Scalar, &Scalar), &f64)| match (a.number(), b.number()) {
                (Some(a), Some(b)) => ((a - b) / width) * ((a - b) / width),
                _ => f64::from(u8::from(a != b)),
            };
            here.iter().zip(other).zip(&widths).map(one).sum()
        };
        let mut all: Vec<(f64, usize)> = self.drawn.iter().enumerate().map(|(i, v)| (distance(v), i)).collect();
        all.retain(|(_, i)| *i != cell);
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut found: Vec<usize> = all.into_iter().take(2 * spec.axes.len()).map(|(_, i)| i).collect();
        found.sort_unstable();
        found
    }
}

/// Half of a SHA-256 over the values: stands for them in a set of many.
fn fingerprint(values: &[Scalar]) -> u128 {
    let mut hash = Sha256::new();
    for value in values {
        hash.update(format!("{value}\n").as_bytes());
    }
    hash.finalize().iter().take(16).fold(0, |key, byte| (key << 8) | u128::from(*byte))
}

/// The next smaller and the next larger value of a list, in whatever order it was
/// written; words have no order.
fn beside(values: &[Scalar], at: usize) -> impl Iterator<Item = usize> + use<> {
    let mut order: Vec<(f64, usize)> =
        values.iter().enumerate().filter_map(|(i, v)| v.number().map(|x| (x, i))).collect();
    if order.len() < values.len() {
        order.clear();
    }
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let place = order.iter().position(|(_, i)| *i == at);
    let next = |place: Option<usize>| place.and_then(|p| order.get(p)).map(|(_, i)| *i);
    let (below, above) = (next(place.and_then(|p| p.checked_sub(1))), next(place.map(|p| p + 1)));
    below.into_iter().chain(above)
}

/// The values of combination `number`.
fn combination(spec: &Spec, number: u64, values: &mut Vec<Scalar>) {
    values.clear();
    let mut rest = number;
    for axis in spec.axes.iter().rev() {
        let list = axis.values();
        let count = (list.len() as u64).max(1);
        values.extend(list.get((rest % count) as usize).cloned());
        rest /= count;
    }
    values.reverse();
}

/// A number from 0 to below 1 for one parameter of one draw: any draw can be made
/// again alone. The mixing function of SplitMix64 (Steele, Lea and Flood 2014,
/// "Fast splittable pseudorandom number generators").
fn uniform(seed: u64, draw: u64, axis: u64) -> f64 {
    let mix = |mut z: u64| {
        z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let bits = mix(mix(mix(seed).wrapping_add(draw)).wrapping_add(axis));
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_beside_one() {
        let numbers = [9, 7, 30, 8].map(Scalar::Integer);
        let of = |at| beside(&numbers, at).collect::<Vec<_>>();
        assert_eq!([of(0), of(1), of(2), of(3)], [vec![3, 2], vec![3], vec![0], vec![1, 0]]);
        let words = ["a", "b"].map(|w| Scalar::Text(w.to_owned()));
        assert_eq!(beside(&words, 0).count(), 0);
    }

    #[test]
    fn draws_are_even() {
        let mut counts = [0_usize; 10];
        for draw in 0..10_000 {
            counts[(uniform(7, draw, 3) * 10.0) as usize] += 1;
        }
        assert!(counts.iter().all(|n| (880..1_120).contains(n)), "{counts:?}");
        assert_ne!(uniform(7, 1, 2).to_bits(), uniform(7, 2, 1).to_bits());
    }
}
