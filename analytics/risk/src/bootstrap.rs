//! Bands of how different the same strategy's figures could have come out:
//! circular block bootstrap of the returns.
//!
//! Blocks of consecutive returns are drawn at random, with the end joined to the
//! start, and put together to histories as long as the original (Politis and
//! Romano 1992, "A circular block-resampling procedure for stationary data").
//! Blocks keep what depends on the order: trends, and volatility that clusters. A
//! band says how much the past could vary, not what the future will bring: a
//! market that was not in the data is in no block.
//!
//! The same returns, settings and seed give the same bands on every machine:
//! xoshiro256++ and the elementary functions of `libm`.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use crate::block_length::block_length;
use crate::moments::{NOISE, mean, quantile};
use crate::values::Values;

/// Cells of the circle at most: beyond, neighbouring returns are drawn together.
const CELLS_MAX: usize = 20_000;
/// Blocks of one resample at most, so that its cost is bounded.
const BLOCKS_MAX: usize = 1_000;
/// Resamples at most.
pub const RESAMPLES_MAX: usize = 100_000;

/// How to resample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bootstrap {
    /// Histories drawn, 100 to [`RESAMPLES_MAX`].
    pub resamples: usize,
    /// Share of the resamples inside a band, above 0 and below 1, half of the rest on either side.
    pub confidence: f64,
    /// Start of the random numbers.
    pub seed: u64,
    /// Returns per block; `None` = by [`block_length()`].
    pub block: Option<usize>,
}

impl Default for Bootstrap {
    /// 1,000 resamples, 90 % bands, seed 0, blocks of the optimal length.
    fn default() -> Self {
        Self { resamples: 1_000, confidence: 0.9, seed: 0, block: None }
    }
}

/// A range of a figure. In the unit of the figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// Lower end.
    pub low: f64,
    /// The middle resample.
    pub median: f64,
    /// Upper end.
    pub high: f64,
}

/// Bands of an equity curve's figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bands {
    /// Of the annualised Sharpe ratio, risk-free rate zero; `None` when more than
    /// a tenth of the resamples have no variance.
    pub sharpe: Option<Band>,
    /// Of the compound annual growth.
    pub cagr: Option<Band>,
    /// Of the maximum drawdown: zero or negative, so that `low` is the deep end.
    pub max_drawdown: Option<Band>,
    /// Share of resamples that end below where they began, 0 to 1.
    pub chance_of_loss: f64,
    /// Returns per block.
    pub block: usize,
    /// Histories drawn.
    pub resamples: usize,
    /// Share of the resamples inside the bands.
    pub confidence: f64,
}

/// Bands for simple returns per period (see the module).
///
/// `None` below ten returns, with a return that is not finite or loses everything
/// (-1 or less), or with settings outside their ranges.
#[must_use]
pub fn bootstrap(returns: &(impl Values + ?Sized), periods_per_year: f64, settings: &Bootstrap) -> Option<Bands> {
    let Bootstrap { resamples, confidence, seed, block } = *settings;
    let sound = (100..=RESAMPLES_MAX).contains(&resamples) && confidence > 0.0 && confidence < 1.0;
    let lasting = returns.walk().all(|r| r.is_finite() && r > -1.0);
    if !sound || !lasting || returns.count() < 10 || !periods_per_year.is_finite() || periods_per_year <= 0.0 {
        return None;
    }
    let centre = mean(returns)?;
    let together = returns.count().div_ceil(CELLS_MAX);
    let mut walked = returns.walk();
    let cells = (0..returns.count().div_ceil(together)).map(|_| Segment::of(walked.by_ref().take(together), centre));
    let cells: Vec<Segment> = cells.collect();
    let wanted = match block {
        Some(0) => return None,
        Some(length) => length.div_ceil(together),
        None => {
            let growth: Vec<f64> = cells.iter().map(|c| c.growth).collect();
            block_length(&growth)?
        }
    };
    let length = wanted.max(cells.len().div_ceil(BLOCKS_MAX)).min(cells.len());
    let blocks = windows(&cells, length);

    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut figures = Figures::default();
    for _ in 0..resamples {
        let mut history = Segment::EMPTY;
        for _ in 0..cells.len() / length {
            history = history.then(&blocks[below(&mut random, cells.len())]);
        }
        let start = below(&mut random, cells.len());
        for step in 0..cells.len() % length {
            history = history.then(&cells[(start + step) % cells.len()]);
        }
        figures.add(&history, centre, periods_per_year);
    }
    let band = |values: &[f64]| {
        let most_missing = resamples / 10;
        (values.len() + most_missing >= resamples).then(|| Band::of(values, confidence)).flatten()
    };
    Some(Bands {
        sharpe: band(&figures.sharpe),
        cagr: band(&figures.cagr),
        max_drawdown: band(&figures.max_drawdown),
        chance_of_loss: figures.losses as f64 / resamples as f64,
        block: length * together,
        resamples,
        confidence,
    })
}

impl Band {
    fn of(values: &[f64], confidence: f64) -> Option<Self> {
        let tail = (1.0 - confidence) / 2.0;
        Some(Self { low: quantile(values, tail)?, median: quantile(values, 0.5)?, high: quantile(values, 1.0 - tail)? })
    }
}

/// An index below `n`; the bias is below n / 2^64.
fn below(random: &mut Xoshiro256PlusPlus, n: usize) -> usize {
    ((u128::from(random.next_u64()) * n as u128) >> 64) as usize
}

#[derive(Default)]
struct Figures {
    sharpe: Vec<f64>,
    cagr: Vec<f64>,
    max_drawdown: Vec<f64>,
    losses: usize,
}

impl Figures {
    fn add(&mut self, history: &Segment, centre: f64, periods_per_year: f64) {
        let n = history.periods;
        let variance = (history.squares - history.sum * history.sum / n) / (n - 1.0);
        let deviation = variance.max(0.0).sqrt();
        if deviation > NOISE {
            self.sharpe.push((centre + history.sum / n) / deviation * periods_per_year.sqrt());
        }
        let yearly = libm::expm1(history.growth * periods_per_year / n);
        if yearly.is_finite() {
            self.cagr.push(yearly);
        }
        self.max_drawdown.push(libm::expm1(history.fall));
        self.losses += usize::from(history.growth < 0.0);
    }
}

/// Consecutive returns, summed up so that two can be joined.
#[derive(Clone, Copy, Debug)]
struct Segment {
    periods: f64,
    /// Sum of returns less the mean of the whole sample.
    sum: f64,
    /// Sum of their squares.
    squares: f64,
    /// Log of the growth over the segment.
    growth: f64,
    /// Highest and lowest log of growth on the way, the start included.
    highest: f64,
    lowest: f64,
    /// Deepest fall of the log from a height before it: zero or negative.
    fall: f64,
}

impl Segment {
    const EMPTY: Self =
        Self { periods: 0.0, sum: 0.0, squares: 0.0, growth: 0.0, highest: 0.0, lowest: 0.0, fall: 0.0 };

    fn of(returns: impl Iterator<Item = f64>, centre: f64) -> Self {
        returns.fold(Self::EMPTY, |all, r| {
            let growth = libm::log1p(r);
            let off = r - centre;
            let (highest, lowest) = if growth > 0.0 { (growth, 0.0) } else { (0.0, growth) };
            all.then(&Self { periods: 1.0, sum: off, squares: off * off, growth, highest, lowest, fall: lowest })
        })
    }

    /// This one, and then the other.
    fn then(&self, other: &Self) -> Self {
        let lesser = |a: f64, b: f64| if b < a { b } else { a };
        let greater = |a: f64, b: f64| if b > a { b } else { a };
        let across = self.growth + other.lowest - self.highest;
        Self {
            periods: self.periods + other.periods,
            sum: self.sum + other.sum,
            squares: self.squares + other.squares,
            growth: self.growth + other.growth,
            highest: greater(self.highest, self.growth + other.highest),
            lowest: lesser(self.lowest, self.growth + other.lowest),
            fall: lesser(lesser(self.fall, other.fall), across),
        }
    }
}

/// For each start on the circle, the segment of so many cells from there on.
///
/// Two passes however long the window: to the end of a stretch of `length` cells
/// from behind, then the part in the next stretch from the front (van Herk 1992).
fn windows(cells: &[Segment], length: usize) -> Vec<Segment> {
    let n = cells.len();
    let mut found = vec![Segment::EMPTY; n];
    for from in (0..n).step_by(length) {
        let to = from + length;
        let mut behind = Segment::EMPTY;
        for i in (from..to).rev() {
            behind = cells[i % n].then(&behind);
            if i < n {
                found[i] = behind;
            }
        }
        let mut ahead = Segment::EMPTY;
        for i in from + 1..to.min(n) {
            ahead = ahead.then(&cells[(i + length - 1) % n]);
            found[i] = found[i].then(&ahead);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawdown::max_drawdown;

    fn wave(n: usize) -> Vec<f64> {
        (0..n).map(|i| 0.0005 + 0.01 * (i as f64 * 0.7).sin() * (i as f64 * 0.013).cos()).collect()
    }

    #[test]
    fn joined_segments_are_the_whole() {
        let returns = wave(500);
        let whole = Segment::of(returns.iter().copied(), 0.0);
        let joined =
            Segment::of(returns[..123].iter().copied(), 0.0).then(&Segment::of(returns[123..].iter().copied(), 0.0));
        let mut equity = vec![1.0];
        for r in &returns {
            equity.push(equity[equity.len() - 1] * (1.0 + r));
        }
        for segment in [whole, joined] {
            assert!((segment.growth.exp() - equity[500]).abs() < 1e-12);
            assert!((segment.fall.exp() - 1.0 - max_drawdown(&equity).expect("defined")).abs() < 1e-12);
        }
    }

    #[test]
    fn windows_are_the_segments_one_by_one() {
        let returns = wave(23);
        let cells: Vec<Segment> = returns.chunks(1).map(|r| Segment::of(r.iter().copied(), 0.0)).collect();
        for length in 1..=23 {
            for (start, window) in windows(&cells, length).iter().enumerate() {
                let round: Vec<f64> = (0..length).map(|i| returns[(start + i) % 23]).collect();
                let slow = Segment::of(round.iter().copied(), 0.0);
                assert_eq!(window.periods, length as f64);
                for (a, b) in [(window.growth, slow.growth), (window.fall, slow.fall), (window.sum, slow.sum)] {
                    assert!((a - b).abs() < 1e-15, "length {length}, start {start}");
                }
            }
        }
    }

    #[test]
    fn a_block_of_everything_gives_the_sample_itself() {
        let returns = wave(50);
        let all = Bootstrap { block: Some(50), ..Bootstrap::default() };
        let bands = bootstrap(&returns, 252.0, &all).expect("defined");
        let sharpe = crate::ratios::sharpe(&returns, 252.0, 0.0).expect("defined");
        let band = bands.sharpe.expect("defined");
        assert!((band.low - sharpe).abs() < 1e-9 && (band.high - sharpe).abs() < 1e-9);
    }

    #[test]
    fn many_returns_are_drawn_in_groups() {
        let returns = wave(CELLS_MAX * 2 + 7);
        let bands = bootstrap(&returns, 252.0, &Bootstrap { resamples: 100, ..Bootstrap::default() }).expect("defined");
        assert!(bands.block >= returns.len() / BLOCKS_MAX, "{bands:?}");
        assert!(bands.sharpe.is_some_and(|b| b.low <= b.median && b.median <= b.high));
    }

    #[test]
    fn senseless_input_is_undefined() {
        let fine = wave(50);
        let settings = Bootstrap::default();
        assert_eq!(bootstrap(&fine[..9], 252.0, &settings), None);
        assert_eq!(bootstrap(&[-1.0; 20], 252.0, &settings), None);
        assert_eq!(bootstrap(&[f64::NAN; 20], 252.0, &settings), None);
        assert_eq!(bootstrap(&fine, 0.0, &settings), None);
        for wrong in [
            Bootstrap { resamples: 99, ..settings },
            Bootstrap { resamples: RESAMPLES_MAX + 1, ..settings },
            Bootstrap { confidence: 1.0, ..settings },
            Bootstrap { confidence: f64::NAN, ..settings },
            Bootstrap { block: Some(0), ..settings },
        ] {
            assert_eq!(bootstrap(&fine, 252.0, &wrong), None, "{wrong:?}");
        }
        let flat = bootstrap(&[0.0; 50], 252.0, &settings).expect("defined");
        assert_eq!(flat.sharpe, None);
        assert_eq!(flat.max_drawdown, Some(Band { low: 0.0, median: 0.0, high: 0.0 }));
    }
}
