//! The probability of backtest overfitting by combinatorially symmetric
//! cross-validation (Bailey, Borwein, Lopez de Prado and Zhu 2017, "The
//! probability of backtest overfitting", Journal of Computational Finance 20).
//!
//! The record is cut into blocks; for every choice of half the blocks the
//! strategy that was best in them is looked up among all in the other half. When
//! the best in sample is no better than the middle out of sample, choosing by
//! backtest found nothing.
//!
//! Memory grows with strategies and blocks, not with the splits. The same
//! returns give the same bits on any number of threads.

use rayon::prelude::*;

use crate::RiskError;
use crate::check::{all_finite, at_least, checked, length};
use crate::moments::NOISE;

mod splits;

use splits::{Split, binomial};

/// Blocks at most: 2,704,156 splits.
pub const BLOCKS_MAX: usize = 24;
/// Splits that are worked through as one; fixed, since it fixes the rounding.
const TOGETHER: u64 = 1_024;
/// Two ratios closer than this share of the larger are a tie: the same strategy at another size.
const TIE: f64 = 1e-12;

/// What the splits say.
#[derive(Clone, Debug, PartialEq)]
pub struct Overfitting {
    /// Share of splits, 0 to 1, in which the best in sample ranks in the lower half
    /// or the middle out of sample (logit 0 or less): section 2.2, the PBO.
    pub probability: f64,
    /// Share of splits in which the best in sample has a Sharpe ratio below zero out of sample.
    pub probability_of_loss: f64,
    /// Mean of the logits `ln(w / (1 - w))`, `w` the rank out of sample over `strategies + 1`.
    pub mean_logit: f64,
    /// Their median.
    pub median_logit: f64,
    /// Each logit that occurred, ascending, and in how many splits.
    pub logits: Vec<(f64, u64)>,
    /// Slope of the regression of the Sharpe ratio out of sample on that in sample, of
    /// the best in sample; `None` where the latter never varies.
    pub degradation_slope: Option<f64>,
    /// Its intercept, per period.
    pub degradation_intercept: Option<f64>,
    /// Number of splits, `C(blocks, blocks / 2)`.
    pub splits: u64,
    /// Periods per block; the first `periods mod blocks` periods are left out.
    pub periods_per_block: usize,
}

/// Cross-validates strategies, given as returns per period of the same periods, one
/// slice per strategy. The measure is the Sharpe ratio per period, `mean / deviation`
/// (n - 1), without a risk-free rate. Ties for the best in sample go to the
/// first; ties out of sample share the mean of their ranks. A strategy whose
/// returns are all zero in a half has the ratio 0 there.
///
/// # Errors
/// Fewer than two strategies; slices of different lengths; an element that is not
/// finite; blocks that are odd, below 2, above [`BLOCKS_MAX`] or above the periods;
/// fewer than two periods in a half; a strategy with the same return, not zero, throughout a half.
pub fn overfitting(strategies: &[&[f64]], blocks: usize) -> Result<Overfitting, RiskError> {
    at_least("strategies", strategies.len(), 2)?;
    let periods = strategies[0].len();
    for one in strategies {
        length("one of the strategies", one.len(), periods)?;
        all_finite("one of the strategies", one)?;
    }
    let sound = blocks.is_multiple_of(2) && (2..=BLOCKS_MAX).contains(&blocks);
    checked("blocks", blocks as f64, sound, "an even number, 2 to 24")?;
    checked("blocks", blocks as f64, blocks <= periods, "not more than the periods")?;
    let periods_per_block = periods / blocks;
    at_least("a half of the strategies", periods_per_block * blocks / 2, 2)?;

    let parts = Parts::of(strategies, blocks, periods_per_block);
    let splits = binomial(blocks as u64, blocks as u64 / 2);
    let starts: Vec<u64> = (0..splits).step_by(TOGETHER as usize).collect();
    let tallies: Result<Vec<Tally>, RiskError> =
        starts.into_par_iter().map(|from| parts.tally(from, TOGETHER.min(splits - from))).collect();
    let mut whole = Tally::new(strategies.len());
    for tally in tallies? {
        whole.add(&tally);
    }
    Ok(whole.result(splits, periods_per_block))
}

/// Sums per block and strategy, of returns less the strategy's mean over all blocks.
struct Parts {
    blocks: usize,
    per_block: usize,
    /// One row of strategies per block.
    sums: Vec<Vec<f64>>,
    squares: Vec<Vec<f64>>,
    means: Vec<f64>,
    /// The largest return of each strategy.
    sizes: Vec<f64>,
}

impl Parts {
    fn of(strategies: &[&[f64]], blocks: usize, per_block: usize) -> Self {
        let used = blocks * per_block;
        let kept: Vec<&[f64]> = strategies.iter().map(|r| &r[r.len() - used..]).collect();
        let means: Vec<f64> = kept.iter().map(|r| r.iter().sum::<f64>() / used as f64).collect();
        let sizes = kept.iter().map(|r| r.iter().fold(0.0_f64, |most, x| most.max(x.abs()))).collect();
        let rows = |of: fn(f64) -> f64| -> Vec<Vec<f64>> {
            let block = |b: usize| {
                let part = |(r, mean): (&&[f64], &f64)| {
                    r[b * per_block..(b + 1) * per_block].iter().map(|x| of(x - mean)).sum::<f64>()
                };
                kept.iter().zip(&means).map(part).collect()
            };
            (0..blocks).map(block).collect()
        };
        let (sums, squares) = (rows(|x| x), rows(|x| x * x));
        Self { blocks, per_block, sums, squares, means, sizes }
    }

    fn tally(&self, from: u64, count: u64) -> Result<Tally, RiskError> {
        let n = self.means.len();
        let mut tally = Tally::new(n);
        let mut split = Split::at(from, self.blocks);
        let (mut inside, mut outside) = (Half::new(n), Half::new(n));
        for step in 0..count {
            if step > 0 {
                split.next();
            }
            inside.clear();
            outside.clear();
            for block in 0..self.blocks {
                let half = if split.has(block) { &mut inside } else { &mut outside };
                half.add(&self.sums[block], &self.squares[block]);
            }
            let periods = (self.per_block * self.blocks / 2) as f64;
            inside.measure(self, periods)?;
            outside.measure(self, periods)?;
            tally.take(&inside.ratios, &outside.ratios);
        }
        Ok(tally)
    }
}

/// Half of the blocks, per strategy.
struct Half {
    sums: Vec<f64>,
    squares: Vec<f64>,
    ratios: Vec<f64>,
}

impl Half {
    fn new(strategies: usize) -> Self {
        Self { sums: vec![0.0; strategies], squares: vec![0.0; strategies], ratios: vec![0.0; strategies] }
    }

    fn clear(&mut self) {
        self.sums.fill(0.0);
        self.squares.fill(0.0);
    }

    fn add(&mut self, sums: &[f64], squares: &[f64]) {
        self.sums.iter_mut().zip(sums).for_each(|(all, own)| *all += own);
        self.squares.iter_mut().zip(squares).for_each(|(all, own)| *all += own);
    }

    /// The Sharpe ratios over so many periods.
    fn measure(&mut self, parts: &Parts, periods: f64) -> Result<(), RiskError> {
        for (i, ratio) in self.ratios.iter_mut().enumerate() {
            let (sum, squares, size) = (self.sums[i], self.squares[i], parts.sizes[i]);
            let mean = parts.means[i] + sum / periods;
            let variance = (squares - sum * sum / periods) / (periods - 1.0);
            // What the subtraction leaves of equal returns is rounding; so is a deviation this small.
            let noise = NOISE.min(size * 1e-7).max(size * f64::EPSILON);
            let varies = variance > 64.0 * f64::EPSILON * squares / periods && variance > noise * noise;
            *ratio = if varies {
                mean / variance.sqrt()
            } else if mean.abs() <= size * 4.0 * f64::EPSILON {
                0.0
            } else {
                let problem = "one has the same return throughout half of the blocks: no Sharpe ratio";
                return Err(RiskError::Degenerate { argument: "strategies", problem });
            };
        }
        Ok(())
    }
}

/// What some of the splits gave.
struct Tally {
    /// Splits by twice the rank of the best in sample, less 2: 0 = the worst.
    ranks: Vec<u64>,
    losses: u64,
    count: f64,
    mean_in: f64,
    mean_out: f64,
    squares_in: f64,
    products: f64,
}

impl Tally {
    fn new(strategies: usize) -> Self {
        let ranks = vec![0; 2 * strategies - 1];
        Self { ranks, losses: 0, count: 0.0, mean_in: 0.0, mean_out: 0.0, squares_in: 0.0, products: 0.0 }
    }

    fn take(&mut self, inside: &[f64], outside: &[f64]) {
        let near = |a: f64, b: f64| (a - b).abs() <= TIE * a.abs().max(b.abs());
        let most = inside.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let best = inside.iter().position(|x| near(*x, most)).unwrap_or(0);
        let (x, y) = (inside[best], outside[best]);
        let less = outside.iter().filter(|other| **other < y && !near(**other, y)).count();
        let equal = outside.iter().filter(|other| near(**other, y)).count();
        // The mean rank of ties is less + (equal + 1) / 2.
        self.ranks[2 * less + equal - 1] += 1;
        self.losses += u64::from(y < 0.0);
        // Welford 1962, "Note on a method for calculating corrected sums of squares and products".
        self.count += 1.0;
        let off = x - self.mean_in;
        self.mean_in += off / self.count;
        self.mean_out += (y - self.mean_out) / self.count;
        self.squares_in += off * (x - self.mean_in);
        self.products += off * (y - self.mean_out);
    }

    /// Both (Chan, Golub and LeVeque 1983, "Algorithms for computing the sample variance").
    fn add(&mut self, other: &Self) {
        self.ranks.iter_mut().zip(&other.ranks).for_each(|(a, b)| *a += b);
        self.losses += other.losses;
        let count = self.count + other.count;
        let (x, y) = (other.mean_in - self.mean_in, other.mean_out - self.mean_out);
        let weight = self.count * (other.count / count);
        self.squares_in += other.squares_in + x * x * weight;
        self.products += other.products + x * y * weight;
        self.mean_in += x * (other.count / count);
        self.mean_out += y * (other.count / count);
        self.count = count;
    }

    fn result(self, splits: u64, periods_per_block: usize) -> Overfitting {
        // w / (1 - w) with w = rank / (strategies + 1), in half ranks.
        let half_ranks = self.ranks.len() + 3;
        let logit = |at: usize| libm::log((at + 2) as f64 / (half_ranks - at - 2) as f64);
        let found = self.ranks.iter().enumerate().filter(|(_, count)| **count > 0);
        let logits: Vec<(f64, u64)> = found.map(|(at, count)| (logit(at), *count)).collect();
        let share = |count: u64| count as f64 / splits as f64;
        let lower = logits.iter().filter(|(l, _)| *l <= 0.0).map(|(_, count)| count).sum();
        let at = |rank: u64| {
            let mut before = 0;
            let found = logits.iter().find(|(_, count)| {
                before += count;
                before > rank
            });
            found.map_or(0.0, |(l, _)| *l)
        };
        // The number of splits is even.
        let median_logit = 0.5 * (at(splits / 2 - 1) + at(splits / 2));
        let varies = self.squares_in > self.count * (NOISE * self.mean_in) * (NOISE * self.mean_in);
        let slope = Some(self.products / self.squares_in).filter(|s| varies && s.is_finite());
        Overfitting {
            probability: share(lower),
            probability_of_loss: share(self.losses),
            mean_logit: logits.iter().map(|(l, count)| l * *count as f64).sum::<f64>() / splits as f64,
            median_logit,
            degradation_slope: slope,
            degradation_intercept: slope.map(|s| self.mean_out - s * self.mean_in),
            logits,
            splits,
            periods_per_block,
        }
    }
}
