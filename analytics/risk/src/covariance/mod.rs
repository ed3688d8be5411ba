//! Covariance and correlation matrices: estimated, shrunk, repaired.
//!
//! Matrices are row-major slices of `n n` numbers. Series are one slice of
//! returns per asset, all of the same periods. With the same input the result
//! has the same bits on every machine.

pub(crate) mod linear;
mod nearest;
mod shrinkage;

pub use nearest::{
    Repair, Repaired, clipped_correlation, nearest_correlation, nearest_covariance, smallest_eigenvalue,
};
pub use shrinkage::{Shrunk, Target, shrink};

use crate::RiskError;
use crate::check::{all_finite, at_least, length, symmetric};
use crate::moments::NOISE;

/// The covariance matrix of returns: sums of products of deviations from the
/// mean, divided by `observations - ddof` (`ddof` 1 = unbiased, 0 = maximum
/// likelihood). In the square of the returns' unit, per period; times the
/// periods per year for a year.
///
/// # Errors
/// No series, series of different lengths, an element that is not finite, or not
/// more observations than `ddof` (or than 1); products beyond the range of numbers.
pub fn covariance(series: &[&[f64]], ddof: usize) -> Result<Vec<f64>, RiskError> {
    let centred = centred(series, ddof.saturating_add(1).max(2))?;
    in_range(products(&centred, (centred[0].len() - ddof) as f64))
}

/// The correlations of a covariance matrix: `c_ij / sqrt(c_ii c_jj)`, the diagonal exactly 1.
///
/// # Errors
/// A matrix that is not square, finite and symmetric (to 1e-9), or a variance
/// that is not above zero: an asset without variance correlates with nothing.
pub fn correlation(covariance: &[f64], n: usize) -> Result<Vec<f64>, RiskError> {
    let even = symmetric("covariance", covariance, n)?;
    let deviations = deviations(&even, n)?;
    Ok((0..n * n)
        .map(|at| {
            let (i, j) = (at / n, at % n);
            if i == j { 1.0 } else { (even[at] / deviations[i] / deviations[j]).clamp(-1.0, 1.0) }
        })
        .collect())
}

/// The square roots of the diagonal, each above zero.
fn deviations(covariance: &[f64], n: usize) -> Result<Vec<f64>, RiskError> {
    let own = (0..n).map(|i| {
        let found = covariance[i * n + i];
        if found > 0.0 {
            return Ok(found.sqrt());
        }
        Err(RiskError::Element { argument: "covariance", index: i * n + i, found, expected: "a variance above 0" })
    });
    own.collect()
}

/// The series less their means; a series whose deviation is rounding noise becomes zeros.
fn centred(series: &[&[f64]], least: usize) -> Result<Vec<Vec<f64>>, RiskError> {
    at_least("series", series.len(), 1)?;
    let observations = series[0].len();
    at_least("series[0]", observations, least)?;
    for one in series {
        length("one of the series", one.len(), observations)?;
        all_finite("one of the series", one)?;
    }
    Ok(series
        .iter()
        .map(|one| {
            let count = observations as f64;
            let rough = one.iter().sum::<f64>() / count;
            let mean = rough + one.iter().map(|x| x - rough).sum::<f64>() / count;
            let off: Vec<f64> = one.iter().map(|x| x - mean).collect();
            let largest = one.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
            let flat = off.iter().all(|x| x.abs() <= NOISE.min(4.0 * f64::EPSILON * largest));
            if flat { vec![0.0; observations] } else { off }
        })
        .collect())
}

/// The matrix when all of it is finite.
fn in_range(matrix: Vec<f64>) -> Result<Vec<f64>, RiskError> {
    if matrix.iter().all(|x| x.is_finite()) {
        return Ok(matrix);
    }
    Err(RiskError::Degenerate { argument: "series", problem: "its products are beyond the range of numbers" })
}

/// Sums of products, divided.
fn products(centred: &[Vec<f64>], divisor: f64) -> Vec<f64> {
    let n = centred.len();
    let mut found = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            let value = linear::dot(&centred[i], &centred[j]) / divisor;
            found[i * n + j] = value;
            found[j * n + i] = value;
        }
    }
    found
}
