//! Matrices that should be correlations and are not quite: pairwise estimates,
//! stressed or rounded entries leave eigenvalues below zero.

use super::linear::eigen;
use crate::RiskError;
use crate::check::checked;
use crate::check::symmetric;

/// How to repair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Repair {
    /// The least eigenvalue of the result, 0 to 0.1: 0 = semidefinite; 1e-8 or so
    /// lets a Cholesky factor exist.
    pub floor: f64,
    /// Stop when a step moves the matrix by less than this share of its Frobenius norm; 1e-15 to 1e-3.
    pub tolerance: f64,
    /// Steps at most.
    pub steps_max: usize,
}

impl Default for Repair {
    /// Floor 0, tolerance 1e-10, 10,000 steps.
    fn default() -> Self {
        Self { floor: 0.0, tolerance: 1e-10, steps_max: 10_000 }
    }
}

/// A repaired correlation matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Repaired {
    /// Row-major, the diagonal exactly 1, eigenvalues at least the floor (to rounding).
    pub matrix: Vec<f64>,
    /// Frobenius norm of the change.
    pub distance: f64,
    /// Steps taken; 0 when nothing was to be repaired.
    pub steps: usize,
}

/// The nearest correlation matrix in the Frobenius norm: projections on the
/// matrices with eigenvalues above the floor and on those with a diagonal of
/// ones, in turn, with Dykstra's correction (Higham 2002, "Computing the nearest
/// correlation matrix: a problem from finance", algorithm 3.3).
///
/// # Errors
/// A matrix that is not square, finite, symmetric, with ones on the diagonal and
/// -1 to 1 elsewhere; settings outside their ranges; no convergence in `steps_max`.
pub fn nearest_correlation(matrix: &[f64], n: usize, settings: &Repair) -> Result<Repaired, RiskError> {
    let start = sound(matrix, n, settings)?;
    if smallest(&start, n)? >= settings.floor {
        return Ok(Repaired { matrix: start, distance: 0.0, steps: 0 });
    }
    let mut y = start.clone();
    let mut correction = vec![0.0; n * n];
    for step in 1..=settings.steps_max {
        let moved: Vec<f64> = y.iter().zip(&correction).map(|(y, c)| y - c).collect();
        let definite = raised(&moved, n, settings.floor)?;
        correction = definite.iter().zip(&moved).map(|(d, m)| d - m).collect();
        let mut next = definite;
        (0..n).for_each(|i| next[i * n + i] = 1.0);
        let change = norm(next.iter().zip(&y).map(|(a, b)| a - b));
        let size = norm(next.iter().copied());
        y = next;
        if change <= settings.tolerance * size {
            // What the tolerance left below the floor.
            let matrix = unit(&raised(&y, n, settings.floor)?, n);
            let distance = norm(matrix.iter().zip(&start).map(|(a, b)| a - b));
            return Ok(Repaired { matrix, distance, steps: step });
        }
    }
    Err(RiskError::Degenerate { argument: "matrix", problem: "no nearest correlation matrix within the steps allowed" })
}

/// Eigenvalues below the floor are set to it, and rows and columns scaled so that
/// the diagonal is 1 again (Rebonato and Jaeckel 1999, "The most general
/// methodology to create a valid correlation matrix", spectral decomposition).
/// One step, not the nearest; after the scaling eigenvalues may be below the floor by a factor.
///
/// # Errors
/// As [`nearest_correlation`], but for the steps.
pub fn clipped_correlation(matrix: &[f64], n: usize, settings: &Repair) -> Result<Repaired, RiskError> {
    let start = sound(matrix, n, settings)?;
    if smallest(&start, n)? >= settings.floor {
        return Ok(Repaired { matrix: start, distance: 0.0, steps: 0 });
    }
    let matrix = unit(&raised(&start, n, settings.floor)?, n);
    let distance = norm(matrix.iter().zip(&start).map(|(a, b)| a - b));
    Ok(Repaired { matrix, distance, steps: 1 })
}

/// A covariance matrix with its variances kept and its correlations replaced by
/// the nearest that can be ([`nearest_correlation`]). `distance` is that of the correlations.
///
/// # Errors
/// As [`nearest_correlation`]; a variance that is not above zero.
pub fn nearest_covariance(covariance: &[f64], n: usize, settings: &Repair) -> Result<Repaired, RiskError> {
    let even = symmetric("covariance", covariance, n)?;
    let deviation = super::deviations(&even, n)?;
    let shaped = |from: &[f64], scale: &dyn Fn(f64, usize, usize) -> f64, own: &dyn Fn(usize) -> f64| -> Vec<f64> {
        let element = |i: usize, j: usize| if i == j { own(i) } else { scale(from[i * n + j], i, j) };
        (0..n * n).map(|at| element(at / n, at % n)).collect()
    };
    let correlation = shaped(&even, &|c, i, j| c / deviation[i] / deviation[j], &|_| 1.0);
    let repaired = nearest_correlation(&correlation, n, settings)?;
    if repaired.steps == 0 {
        return Ok(Repaired { matrix: even, ..repaired });
    }
    let matrix = shaped(&repaired.matrix, &|c, i, j| c * deviation[i] * deviation[j], &|i| even[i * n + i]);
    Ok(Repaired { matrix, ..repaired })
}

/// The smallest eigenvalue of a symmetric matrix: below zero (beyond rounding,
/// about 1e-15 of the largest) it is no covariance.
///
/// # Errors
/// A matrix that is not square, finite and symmetric.
pub fn smallest_eigenvalue(matrix: &[f64], n: usize) -> Result<f64, RiskError> {
    smallest(&symmetric("matrix", matrix, n)?, n)
}

fn smallest(matrix: &[f64], n: usize) -> Result<f64, RiskError> {
    Ok(eigen("matrix", matrix, n)?.0.into_iter().fold(f64::INFINITY, f64::min))
}

fn sound(matrix: &[f64], n: usize, settings: &Repair) -> Result<Vec<f64>, RiskError> {
    checked("floor", settings.floor, (0.0..=0.1).contains(&settings.floor), "0 to 0.1")?;
    checked("tolerance", settings.tolerance, (1e-15..=1e-3).contains(&settings.tolerance), "1e-15 to 1e-3")?;
    let mut even = symmetric("matrix", matrix, n)?;
    for (at, element) in even.iter_mut().enumerate() {
        let (found, diagonal) = (*element, at / n == at % n);
        let expected = if diagonal { "1 on the diagonal" } else { "a correlation, -1 to 1" };
        if (diagonal && (found - 1.0).abs() > 1e-9) || found.abs() > 1.0 + 1e-9 {
            return Err(RiskError::Element { argument: "matrix", index: at, found, expected });
        }
        *element = if diagonal { 1.0 } else { found.clamp(-1.0, 1.0) };
    }
    Ok(even)
}

/// The nearest matrix with eigenvalues of at least `floor`.
fn raised(matrix: &[f64], n: usize, floor: f64) -> Result<Vec<f64>, RiskError> {
    let (values, vectors) = eigen("matrix", matrix, n)?;
    let mut found = matrix.to_vec();
    for (value, vector) in values.iter().zip(&vectors).filter(|(value, _)| **value < floor) {
        for i in 0..n {
            for j in 0..=i {
                let more = (floor - value) * vector[i] * vector[j];
                found[i * n + j] += more;
                if i != j {
                    found[j * n + i] += more;
                }
            }
        }
    }
    Ok(found)
}

/// Scaled to a diagonal of ones.
fn unit(matrix: &[f64], n: usize) -> Vec<f64> {
    let deviation: Vec<f64> = (0..n).map(|i| matrix[i * n + i].max(f64::MIN_POSITIVE).sqrt()).collect();
    let element = |i: usize, j: usize| (matrix[i * n + j] / deviation[i] / deviation[j]).clamp(-1.0, 1.0);
    (0..n * n)
        .map(|at| if at / n == at % n { 1.0 } else { element((at / n).max(at % n), (at / n).min(at % n)) })
        .collect()
}

fn norm(values: impl Iterator<Item = f64>) -> f64 {
    values.map(|x| x * x).sum::<f64>().sqrt()
}
