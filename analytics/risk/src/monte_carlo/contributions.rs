//! Which position carries how much of a simulated VaR and ES.
//!
//! The profit is a sum of quantity times unit profit, so VaR and ES are sums of
//! quantity times marginal risk (Euler), and the marginal risk is a conditional
//! mean: `dVaR / dq = E[unit loss | loss = VaR]`,
//! `dES / dq = E[unit loss | loss >= VaR]` (Tasche 1999, "Risk contributions and
//! performance measurement"; Scaillet 2004, "Nonparametric estimation and
//! sensitivity analysis of expected shortfall"). Paths in the tail are made again,
//! so that nothing is kept of the others.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rayon::prelude::*;

use super::draw::Source;
use super::estimate::{place, shortfall};
use super::run::{Outcome, Progress};
use super::tail::worst;
use super::{BLOCK, GROUP};
use crate::{RiskError, check};

/// Parts of VaR and ES by position, in base currency, losses positive.
#[derive(Clone, Debug, PartialEq)]
pub struct Contributions {
    /// VaR of the paths, each with the same weight.
    pub var: f64,
    /// ES of the paths, each with the same weight.
    pub expected_shortfall: f64,
    /// `dVaR / dquantity`: per unit of quantity. A mean over the paths whose loss ranks next to
    /// the VaR, so noisier than the ES's.
    pub marginal_var: Vec<f64>,
    /// Quantity times marginal: sums to the VaR.
    pub component_var: Vec<f64>,
    /// `dES / dquantity`: per unit of quantity.
    pub marginal_es: Vec<f64>,
    /// Quantity times marginal: sums to the ES.
    pub component_es: Vec<f64>,
    /// Paths around the VaR that its marginals are means over.
    pub window: usize,
}

impl Outcome {
    /// Parts of VaR and ES at `confidence` by position. `progress` as in [`super::simulate`].
    ///
    /// The window around the VaR's rank k has about `k^(4/5)` paths; the means are scaled (by a
    /// factor close to one) so that the parts sum to the VaR.
    ///
    /// # Errors
    /// A confidence outside 0 to 1, [`RiskError::Cancelled`].
    pub fn contributions(
        &self,
        confidence: f64,
        progress: &(dyn Fn(Progress) -> ControlFlow<()> + Sync),
    ) -> Result<Contributions, RiskError> {
        let a = check::tail(confidence)?;
        let n = self.profits().len();
        let at = place(n, a);
        let reach = (0.5 * libm::pow(at as f64 + 1.0, 0.8)) as usize;
        let reach = reach.min(at).min(n - 1 - at);
        let tail = worst(self.profits(), (at + reach + 2).min(n));
        let (var, expected_shortfall) = (-tail[at].0, shortfall(&tail, n, a));

        // Path, weight in the VaR, weight in the ES.
        let wanted = n as f64 * a;
        let window = 2 * reach + 1;
        let weight = |rank: usize| {
            let near = if rank.abs_diff(at) <= reach { 1.0 / window as f64 } else { 0.0 };
            (near, (wanted - rank as f64).clamp(0.0, 1.0) / wanted)
        };
        let mut chosen: Vec<(usize, (f64, f64))> =
            tail.iter().enumerate().map(|(rank, (_, path))| (*path as usize, weight(rank))).collect();
        chosen.retain(|(_, weights)| *weights != (0.0, 0.0));
        chosen.sort_unstable_by_key(|(path, _)| *path);
        let blocks: Vec<&[(usize, (f64, f64))]> = chosen.chunk_by(|a, b| a.0 / BLOCK == b.0 / BLOCK).collect();

        let (done, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
        let parts: Vec<Vec<(f64, f64)>> = blocks
            .par_iter()
            .map(|paths| {
                if stopped.load(Ordering::Relaxed) {
                    return Vec::new();
                }
                let sums = self.block_sums(paths);
                let done = done.fetch_add(paths.len(), Ordering::Relaxed) + paths.len();
                if progress(Progress { done, total: chosen.len() }).is_break() {
                    stopped.store(true, Ordering::Relaxed);
                }
                sums
            })
            .collect();
        if stopped.into_inner() && done.into_inner() < chosen.len() {
            return Err(RiskError::Cancelled);
        }
        let mut sums = vec![(0.0, 0.0); self.plan.book.quantities().len()];
        for part in &parts {
            for (sum, part) in sums.iter_mut().zip(part) {
                *sum = (sum.0 + part.0, sum.1 + part.1);
            }
        }
        let quantities = self.plan.book.quantities();
        let total: f64 = quantities.iter().zip(&sums).map(|(q, s)| q * s.0).sum();
        let scale = if total != 0.0 && (var / total).is_finite() { var / total } else { 1.0 };
        let marginal_var: Vec<f64> = sums.iter().map(|s| s.0 * scale).collect();
        let marginal_es: Vec<f64> = sums.iter().map(|s| s.1).collect();
        let times = |marginal: &[f64]| quantities.iter().zip(marginal).map(|(q, m)| q * m).collect();
        Ok(Contributions {
            var,
            expected_shortfall,
            component_var: times(&marginal_var),
            component_es: times(&marginal_es),
            marginal_var,
            marginal_es,
            window,
        })
    }

    /// Weighted unit losses of each position over the chosen paths of one block.
    fn block_sums(&self, paths: &[(usize, (f64, f64))]) -> Vec<(f64, f64)> {
        let plan = &self.plan;
        let mut sums = vec![(0.0, 0.0); plan.book.quantities().len()];
        let Some((first, _)) = paths.first() else { return sums };
        let block = first / BLOCK;
        let mut source = Source::new(plan, block);
        let mut factors = vec![[0.0; GROUP]; plan.factors];
        let mut unit = [0.0; GROUP];
        let mut next_group = block * BLOCK;
        for group in paths.chunk_by(|a, b| a.0 / GROUP == b.0 / GROUP) {
            while next_group <= group[0].0 {
                source.next(plan, &mut factors);
                next_group += GROUP;
            }
            for (position, sum) in sums.iter_mut().enumerate() {
                plan.book.unit_profit(position, &factors, &mut unit);
                for (path, (var, es)) in group {
                    let loss = -unit[path % GROUP];
                    *sum = (sum.0 + var * loss, sum.1 + es * loss);
                }
            }
        }
        sums
    }
}
