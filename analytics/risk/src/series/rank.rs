//! Correlation of ranks: Spearman and Kendall. They see any monotone relation, and
//! outliers move them little.

use std::cmp::Ordering;
use std::f64::consts::FRAC_1_SQRT_2;

use super::correlation::{Correlation, pearson};
use super::input;
use crate::RiskError;

/// Ranks from 1; equal values share the average of theirs.
///
/// # Errors
///
/// Values that are not finite.
pub fn ranks(values: &[f64]) -> Result<Vec<f64>, RiskError> {
    input::finite("values", values)?;
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| compare(values[*a], values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let tied = order[start..].iter().take_while(|i| values[**i] == values[order[start]]).count();
        // Ranks start + 1 to start + tied.
        let average = start as f64 + 0.5 * (tied + 1) as f64;
        for i in &order[start..start + tied] {
            ranks[*i] = average;
        }
        start += tied;
    }
    Ok(ranks)
}

/// Finite numbers in order; zeros of both signs are equal.
fn compare(a: f64, b: f64) -> Ordering {
    if a < b {
        Ordering::Less
    } else if a > b {
        Ordering::Greater
    } else {
        Ordering::Equal
    }
}

/// Spearman's rank correlation: Pearson's of the [`ranks`] (Spearman 1904). Its p-value
/// by Student's t and its interval by Fisher's z are approximations.
///
/// # Errors
///
/// As [`pearson`].
pub fn spearman(x: &[f64], y: &[f64]) -> Result<Correlation, RiskError> {
    input::at_least("x", x, 2)?;
    input::same_length("y", y, "x", x.len())?;
    input::finite("x", x)?;
    input::finite("y", y)?;
    pearson(&ranks(x)?, &ranks(y)?)
}

/// Kendall's rank correlation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kendall {
    /// tau-b, -1 to 1: concordant minus discordant pairs, divided by the geometric mean
    /// of the pairs not tied in x and not tied in y.
    pub tau: f64,
    /// Two-sided p-value of no association by the normal approximation with ties
    /// (Kendall 1970, "Rank Correlation Methods"); good from about ten pairs on.
    pub p_value: f64,
    /// Pairs of values.
    pub observations: usize,
}

/// Kendall's tau-b (Kendall 1945), in n log n steps (Knight 1966).
///
/// # Errors
///
/// Fewer than two values, lengths that differ, values that are not finite, a constant series.
pub fn kendall(x: &[f64], y: &[f64]) -> Result<Kendall, RiskError> {
    input::at_least("x", x, 2)?;
    input::same_length("y", y, "x", x.len())?;
    input::finite("x", x)?;
    input::finite("y", y)?;
    for (argument, values) in [("x", x), ("y", y)] {
        if input::constant(values) {
            return Err(RiskError::Degenerate { argument, problem: "all values are the same" });
        }
    }
    let mut pairs: Vec<(f64, f64)> = x.iter().copied().zip(y.iter().copied()).collect();
    pairs.sort_by(|a, b| compare(a.0, b.0).then(compare(a.1, b.1)));
    let in_both = Ties::of(pairs.chunk_by(|a, b| a == b).map(<[_]>::len));
    let in_x = Ties::of(pairs.chunk_by(|a, b| a.0 == b.0).map(<[_]>::len));
    let mut by_y: Vec<f64> = pairs.into_iter().map(|pair| pair.1).collect();
    let mut spare = by_y.clone();
    let discordant = exchanges(&mut by_y, &mut spare);
    let in_y = Ties::of(by_y.chunk_by(|a, b| a == b).map(<[_]>::len));
    let n = x.len() as f64;
    let all = n * (n - 1.0) / 2.0;
    let score = all - in_x.pairs - in_y.pairs + in_both.pairs - 2.0 * discordant as f64;
    let tau = (score / (all - in_x.pairs).sqrt() / (all - in_y.pairs).sqrt()).clamp(-1.0, 1.0);
    let mut variance = (n * (n - 1.0) * (2.0 * n + 5.0) - in_x.spread - in_y.spread) / 18.0
        + 2.0 * in_x.pairs * in_y.pairs / (n * (n - 1.0));
    if n > 2.0 {
        variance += in_x.triples * in_y.triples / (9.0 * n * (n - 1.0) * (n - 2.0));
    }
    let p_value = libm::erfc(score.abs() / variance.sqrt() * FRAC_1_SQRT_2);
    Ok(Kendall { tau, p_value, observations: x.len() })
}

/// Sums over groups of t equal values.
#[derive(Default)]
struct Ties {
    /// `t (t - 1) / 2`.
    pairs: f64,
    /// `t (t - 1) (t - 2)`.
    triples: f64,
    /// `t (t - 1) (2 t + 5)`.
    spread: f64,
}

impl Ties {
    fn of(groups: impl Iterator<Item = usize>) -> Self {
        groups.fold(Self::default(), |sum, t| {
            let t = t as f64;
            Self {
                pairs: sum.pairs + t * (t - 1.0) / 2.0,
                triples: sum.triples + t * (t - 1.0) * (t - 2.0),
                spread: sum.spread + t * (t - 1.0) * (2.0 * t + 5.0),
            }
        })
    }
}

/// Sorts by merging and counts how many pairs stood in the wrong order.
fn exchanges(values: &mut [f64], spare: &mut [f64]) -> u64 {
    let n = values.len();
    if n < 2 {
        return 0;
    }
    let middle = n / 2;
    let (left, right) = values.split_at_mut(middle);
    let mut count = exchanges(left, &mut spare[..middle]) + exchanges(right, &mut spare[middle..]);
    spare.copy_from_slice(values);
    let (mut i, mut j) = (0, middle);
    for value in values {
        if j >= n || (i < middle && spare[i] <= spare[j]) {
            *value = spare[i];
            i += 1;
        } else {
            *value = spare[j];
            count += (middle - i) as u64;
            j += 1;
        }
    }
    count
}
