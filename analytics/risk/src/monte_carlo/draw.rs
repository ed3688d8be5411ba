//! Simple returns of the factors over the horizon, a group of paths at a time.

use multiversion::multiversion;
use numeric::random::Random;
use numeric::sobol::Sobol;
use numeric::{gaussian, growth, normal};

use super::gamma::Uniform;
use super::model::Ready;
use super::root::Root;
use super::run::Plan;
use super::{BLOCK, GROUP, Lanes, Sampling, bootstrap};

/// Sets apart the streams of one-at-a-time numbers and of scrambling from those of the blocks.
const SINGLE: u64 = 1 << 62;
const SCRAMBLE: u64 = 1 << 63;

/// Draws the groups of one block in order.
pub(super) struct Source {
    random: Random,
    single: Uniform,
    /// Number of the next path.
    path: usize,
    bits: Vec<u64>,
    /// Standard normal numbers of the group, one row per column of the root.
    pub(super) normals: Vec<Lanes>,
    added: Vec<Lanes>,
}

impl Source {
    pub(super) fn new(plan: &Plan, block: usize) -> Self {
        let seed = plan.settings.seed;
        let random = Random::new(seed, block as u64);
        let single = Uniform::new(seed, SINGLE | block as u64);
        let (rows, added) = match &plan.model {
            Ready::Elliptical { root, draws, .. } => (root.rank, if *draws > 1 { plan.factors } else { 0 }),
            Ready::Bootstrap { .. } => (0, 0),
        };
        let [normals, added] = [rows, added].map(|n| vec![[0.0; GROUP]; n]);
        Self { random, single, path: block * BLOCK, bits: Vec::new(), normals, added }
    }

    /// The next group's returns, one row per factor.
    pub(super) fn next(&mut self, plan: &Plan, factors: &mut [Lanes]) {
        match &plan.model {
            Ready::Bootstrap { returns, mean_block, steps } => {
                bootstrap::group(&mut self.single, returns, *mean_block, *steps, factors);
            }
            Ready::Elliptical { mean, root, scale, draws, arithmetic, degrees } => {
                for draw in 0..*draws {
                    self.draw_normals(plan);
                    let scales = self.scales(plan, *scale, *degrees);
                    let target = if draw == 0 { &mut *factors } else { &mut self.added[..] };
                    for ((factor, target), mean) in target.iter_mut().enumerate().zip(mean) {
                        shocks(root.row(factor), &self.normals, &scales, *mean, target);
                    }
                    if draw > 0 {
                        for (sum, x) in factors.as_flattened_mut().iter_mut().zip(self.added.as_flattened()) {
                            *sum += x;
                        }
                    }
                }
                if !arithmetic {
                    growth::expm1(factors.as_flattened_mut());
                }
            }
        }
        self.path += GROUP;
    }

    /// What normal numbers are multiplied with on each path: for a Student t with `k` degrees of
    /// freedom the root of `(k - 2) / chi-squared`, which has mean square one.
    fn scales(&mut self, plan: &Plan, scale: f64, degrees: Option<f64>) -> Lanes {
        let Some(degrees) = degrees else { return [scale; GROUP] };
        let mut scales = [0.0; GROUP];
        let mirrored = plan.settings.sampling == Sampling::Antithetic;
        let drawn = if mirrored { GROUP / 2 } else { GROUP };
        for scale in &mut scales[..drawn] {
            *scale = ((degrees - 2.0) / self.single.chi_squared(degrees)).sqrt();
        }
        if mirrored {
            scales.copy_within(..drawn, drawn);
        }
        scales
    }

    fn draw_normals(&mut self, plan: &Plan) {
        match plan.settings.sampling {
            Sampling::Random => gaussian::normals(&mut self.random, &mut self.normals, &mut self.bits),
            Sampling::Antithetic => {
                gaussian::normals(&mut self.random, &mut self.normals, &mut self.bits);
                for row in &mut self.normals {
                    let (drawn, mirrored) = row.split_at_mut(GROUP / 2);
                    for (mirrored, drawn) in mirrored.iter_mut().zip(drawn) {
                        *mirrored = -*drawn;
                    }
                }
            }
            Sampling::Sobol { .. } => {
                for (dimension, row) in self.normals.iter_mut().enumerate() {
                    let mut at = 0;
                    while at < GROUP {
                        let (replicate, point) = plan.point(self.path + at);
                        // Paths beyond the last are not used.
                        let Some(sequence) = plan.sequences.get(replicate) else { break };
                        let count = (plan.per_replicate() - point).min(GROUP - at);
                        sequence.coordinate(dimension, point as u32, &mut row[at..at + count]);
                        at += count;
                    }
                    for x in row {
                        *x = normal::quantile(*x).unwrap_or(0.0);
                    }
                }
            }
        }
    }
}

/// One sequence per replicate; `None` when there are too many dimensions.
pub(super) fn sequences(root: &Root, seed: u64, replicates: usize) -> Option<Vec<Sobol>> {
    (0..replicates).map(|number| Sobol::scrambled(root.rank.max(1), seed, SCRAMBLE | number as u64)).collect()
}

/// A weighted sum of rows.
#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw+avx512cd+avx2+avx+bmi1+bmi2",
    "x86_64+avx2+avx+bmi1+bmi2"
))]
pub(super) fn combine(weights: &[f64], rows: &[Lanes], sum: &mut Lanes) {
    let mut x = [0.0; GROUP];
    for (weight, row) in weights.iter().zip(rows) {
        for i in 0..GROUP {
            x[i] += weight * row[i];
        }
    }
    *sum = x;
}

/// `mean + scale` times a weighted sum of rows.
#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw+avx512cd+avx2+avx+bmi1+bmi2",
    "x86_64+avx2+avx+bmi1+bmi2"
))]
fn shocks(weights: &[f64], rows: &[Lanes], scales: &Lanes, mean: f64, out: &mut Lanes) {
    let mut x = [0.0; GROUP];
    for (weight, row) in weights.iter().zip(rows) {
        for i in 0..GROUP {
            x[i] += weight * row[i];
        }
    }
    for i in 0..GROUP {
        out[i] = mean + x[i] * scales[i];
    }
}
