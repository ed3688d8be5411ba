//! A square root of a covariance matrix, which may be semi-definite.
//!
//! Cholesky decomposition of the correlation matrix with the largest remaining
//! pivot first (Higham 2002, "Accuracy and Stability of Numerical Algorithms",
//! section 10.3): perfect correlation and factors without variance only lower
//! the rank, so that fewer random numbers are needed.

use crate::{RiskError, check};

/// What a remainder of the correlation matrix below zero may be and still count as rounding of
/// the input: covariances written with seven digits.
const ROUNDING: f64 = 1e-7;

/// `covariance = rows rows'`, one row of `rank` numbers per factor.
#[derive(Clone, Debug)]
pub(super) struct Root {
    pub(super) rank: usize,
    /// Row-major, `rank` columns.
    rows: Vec<f64>,
    /// How many numbers of each row are not zero: what follows is not computed.
    used: Vec<usize>,
}

impl Root {
    /// The first numbers of a factor's row; zero from there on.
    pub(super) fn row(&self, factor: usize) -> &[f64] {
        &self.rows[factor * self.rank..][..self.used[factor]]
    }

    /// Of a row-major matrix of `n` rows.
    pub(super) fn of(covariance: &[f64], n: usize) -> Result<Self, RiskError> {
        let covariance = check::covariance("covariance", covariance, n)?;
        let indefinite = RiskError::Degenerate { argument: "covariance", problem: "is not positive semi-definite" };
        let deviations: Vec<f64> = (0..n).map(|i| covariance[i * n + i].sqrt()).collect();
        let mut left = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..n {
                let scale = deviations[i] * deviations[j];
                let both = covariance[i * n + j];
                if scale > 0.0 {
                    left[i * n + j] = both / scale;
                } else if both != 0.0 {
                    return Err(indefinite);
                }
            }
        }
        let negligible = 8.0 * n as f64 * f64::EPSILON;
        let mut columns: Vec<Vec<f64>> = Vec::new();
        let mut done = vec![false; n];
        let mut used = vec![0; n];
        loop {
            let open = || (0..n).filter(|i| !done[*i]);
            let Some(pivot) = open().reduce(|best, i| if left[i * n + i] > left[best * n + best] { i } else { best })
            else {
                break;
            };
            let size = left[pivot * n + pivot];
            let beside = open().flat_map(|i| open().map(move |j| (i, j))).filter(|(i, j)| i != j);
            let largest = beside.fold(0.0_f64, |most, (i, j)| most.max(left[i * n + j].abs()));
            let lowest = open().fold(0.0_f64, |least, i| least.min(left[i * n + i]));
            if lowest < -ROUNDING || largest > size.max(0.0) + ROUNDING {
                return Err(indefinite);
            }
            if size <= negligible || (size <= ROUNDING && largest > size) {
                break;
            }
            let root = size.sqrt();
            let mut column = vec![0.0; n];
            for i in open() {
                column[i] = if i == pivot { root } else { left[i * n + pivot] / root };
            }
            done[pivot] = true;
            for i in (0..n).filter(|i| !done[*i]) {
                for j in (0..n).filter(|j| !done[*j]) {
                    left[i * n + j] -= column[i] * column[j];
                }
            }
            columns.push(column);
            for i in (0..n).filter(|i| columns[columns.len() - 1][*i] != 0.0) {
                used[i] = columns.len();
            }
        }
        let rank = columns.len();
        let rows = (0..n).flat_map(|i| columns.iter().map(move |column| (i, column[i])));
        let rows = rows.map(|(i, x)| x * deviations[i]).collect();
        Ok(Self { rank, rows, used })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn squared(root: &Root, n: usize) -> Vec<f64> {
        let product = |i, j| root.row(i).iter().zip(root.row(j)).map(|(a, b)| a * b).sum();
        (0..n * n).map(|k| product(k / n, k % n)).collect()
    }

    #[test]
    fn the_square_is_the_covariance() {
        type Case = (&'static [f64], usize, usize);
        let cases: [Case; 8] = [
            (&[4.0], 1, 1),
            (&[0.0], 1, 0),
            (&[1.0, 0.5, 0.5, 1.0], 2, 2),
            (&[1.0, 1.0, 1.0, 1.0], 2, 1),
            (&[1.0, -1.0, -1.0, 1.0], 2, 1),
            (&[1.0, 0.0, 0.3, 0.0, 0.0, 0.0, 0.3, 0.0, 4.0], 3, 2),
            (&[1e-16, 0.5e-8, 0.5e-8, 1.0], 2, 2),
            // Rounded: a remainder of -2e-8.
            (&[1.0, 0.333_333_35, 0.333_333_35, 0.111_111_12], 2, 1),
        ];
        for (covariance, n, rank) in cases {
            let root = Root::of(covariance, n).expect("semi-definite");
            assert_eq!(root.rank, rank, "{covariance:?}");
            for (k, (a, b)) in squared(&root, n).iter().zip(covariance).enumerate() {
                let scale = (covariance[k / n * (n + 1)] * covariance[k % n * (n + 1)]).sqrt();
                assert!((a - b).abs() <= 2e-7 * scale, "{covariance:?}: {a} {b}");
            }
        }
    }

    #[test]
    fn what_no_returns_can_have_is_refused() {
        type Case = (&'static [f64], usize);
        let cases: [Case; 4] = [
            (&[1.0, 1.01, 1.01, 1.0], 2),
            (&[0.0, 0.1, 0.1, 1.0], 2),
            (&[1.0, 0.9, -0.9, 0.9, 1.0, 0.9, -0.9, 0.9, 1.0], 3),
            // Smallest eigenvalue -0.001.
            (&[1.0, 0.707_6, 0.0, 0.707_6, 1.0, 0.707_6, 0.0, 0.707_6, 1.0], 3),
        ];
        for (covariance, n) in cases {
            let error = Root::of(covariance, n).expect_err("refused").to_string();
            assert_eq!(error, "covariance: is not positive semi-definite", "{covariance:?}");
        }
    }
}
