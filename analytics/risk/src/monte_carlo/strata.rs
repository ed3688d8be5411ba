//! Paths in ranges of a loss whose distribution is known.

use numeric::normal;

use super::estimate::Figures;
use super::run::Control;

/// Ranges of the control's loss, from the lowest.
pub(super) struct Strata {
    /// Upper ends but the last's, ascending.
    edges: Vec<f64>,
    /// Exact chance of each.
    pub(super) chances: Vec<f64>,
    /// Paths in each.
    pub(super) counts: Vec<f64>,
}

impl Strata {
    pub(super) fn new(controls: &[f64], control: &Control, a: f64) -> Self {
        /// Chances to exceed an edge, as multiples of the tail.
        const EDGES: [f64; 9] = [8.0, 4.0, 2.0, 1.5, 1.0, 0.67, 0.5, 0.25, 0.125];
        /// Paths that a stratum must have.
        const LEAST: f64 = 20.0;
        let beyond = EDGES.iter().map(|times| times * a).filter(|chance| *chance < 0.95);
        let edge = |chance: f64| normal::quantile(chance).map(|z| (control.mean - control.deviation * z, chance));
        let marks: Vec<(f64, f64)> = beyond.filter_map(edge).collect();
        let mut all = Self { edges: marks.iter().map(|m| m.0).collect(), chances: Vec::new(), counts: Vec::new() };
        let mut above = 1.0;
        for (_, chance) in &marks {
            all.chances.push(above - chance);
            above = *chance;
        }
        all.chances.push(above);
        all.counts = vec![0.0; all.chances.len()];
        for loss in controls {
            let stratum = all.of(*loss);
            all.counts[stratum] += 1.0;
        }
        // One with too few paths joins the next lower one.
        for stratum in (1..all.counts.len()).rev() {
            if all.counts[stratum] < LEAST {
                let (chance, count) = (all.chances.remove(stratum), all.counts.remove(stratum));
                all.chances[stratum - 1] += chance;
                all.counts[stratum - 1] += count;
                all.edges.remove(stratum - 1);
            }
        }
        while all.counts.len() > 1 && all.counts[0] < LEAST {
            let (chance, count) = (all.chances.remove(0), all.counts.remove(0));
            all.chances[0] += chance;
            all.counts[0] += count;
            all.edges.remove(0);
        }
        all
    }

    /// Figures from the worst paths and the places of the VaR and of the ends of its band among them.
    pub(super) fn figures(
        &self,
        controls: &[f64],
        tail: &[(f64, u32)],
        at: usize,
        band: [Option<usize>; 2],
        a: f64,
        z: f64,
    ) -> Figures {
        let loss = |at: usize| -tail[at].0;
        let var = loss(at);
        let (mut sum, mut left) = (0.0, a);
        let mut excess = vec![(0.0, 0.0); self.chances.len()];
        for (profit, index) in &tail[..=at] {
            let stratum = self.of(controls[*index as usize]);
            let used = self.weight(stratum).min(left);
            sum -= used * profit;
            left -= used;
            let y = -profit - var;
            excess[stratum] = (excess[stratum].0 + y, excess[stratum].1 + y * y);
        }
        let parts = excess.iter().zip(self.chances.iter().zip(&self.counts));
        let variance: f64 = parts
            .map(|((y, yy), (chance, count))| {
                let mean = y / count;
                chance * chance * (yy / count - mean * mean).max(0.0) / count
            })
            .sum();
        let [near, far] = band;
        Figures {
            var,
            var_low: far.map_or(f64::NEG_INFINITY, loss),
            var_high: near.map_or(f64::INFINITY, loss),
            es: (sum + left * var) / a,
            es_error: variance.sqrt() / a,
            es_times: z,
        }
    }

    pub(super) fn of(&self, loss: f64) -> usize {
        self.edges.iter().map(|edge| usize::from(loss > *edge)).sum()
    }

    pub(super) fn weight(&self, stratum: usize) -> f64 {
        self.chances[stratum] / self.counts[stratum]
    }
}
