//! Systems of equations with a symmetric positive definite matrix.
//!
//! Only plain loops: a product of large matrices of `nalgebra` may use fused
//! operations that other machines do not have.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn, SymmetricEigen};

use crate::RiskError;
use crate::check::length;

/// `A x` for a row-major matrix.
pub(crate) fn product(matrix: &[f64], x: &[f64]) -> Vec<f64> {
    matrix.chunks_exact(x.len()).map(|row| dot(row, x)).collect()
}

/// The sum of products, in order.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// The eigenvalues and, one slice each, the vectors of a symmetric matrix.
pub(crate) fn eigen(argument: &'static str, matrix: &[f64], n: usize) -> Result<(Vec<f64>, Vec<Vec<f64>>), RiskError> {
    let unknown = RiskError::Degenerate { argument, problem: "its eigenvalues were not found" };
    // Two or three steps find one; the bound is for what cannot be.
    let steps_max = 100 + 100 * n;
    let Some(found) = SymmetricEigen::try_new(DMatrix::from_row_slice(n, n, matrix), f64::EPSILON, steps_max) else {
        return Err(unknown);
    };
    if found.eigenvalues.iter().any(|value| !value.is_finite()) {
        return Err(unknown);
    }
    let vectors = found.eigenvectors.column_iter().map(|v| v.iter().copied().collect()).collect();
    Ok((found.eigenvalues.iter().copied().collect(), vectors))
}

/// A positive definite matrix, factored.
pub(crate) struct Factor {
    n: usize,
    /// Powers of two that bring the diagonal to between 1 and 4: exact.
    scale: Vec<f64>,
    /// The scaled matrix.
    scaled: Vec<f64>,
    cholesky: Cholesky<f64, Dyn>,
}

impl Factor {
    /// # Errors
    /// The matrix (symmetric, finite: see `check::symmetric`) is not positive definite,
    /// or singular to rounding.
    pub(crate) fn new(argument: &'static str, matrix: &[f64], n: usize) -> Result<Self, RiskError> {
        length(argument, matrix.len(), n * n)?;
        let singular = RiskError::Degenerate { argument, problem: "singular or not positive definite" };
        let mut scale = Vec::with_capacity(n);
        for i in 0..n {
            let own = matrix[i * n + i];
            if own <= 0.0 {
                return Err(singular);
            }
            scale.push(libm::ldexp(1.0, -libm::ilogb(own).div_euclid(2)));
        }
        let scaled: Vec<f64> = (0..n * n).map(|at| matrix[at] * scale[at / n] * scale[at % n]).collect();
        let Some(cholesky) = Cholesky::new(DMatrix::from_row_slice(n, n, &scaled)) else {
            return Err(singular);
        };
        // The squares of the diagonal are what is left of each variance when those before it are known.
        let least = 8.0 * f64::EPSILON * n as f64;
        let l = cholesky.l_dirty();
        if (0..n).any(|i| l[(i, i)] * l[(i, i)] <= least * scaled[i * n + i]) {
            return Err(singular);
        }
        Ok(Self { n, scale, scaled, cholesky })
    }

    /// `A^-1 (b + low)`, `low` what rounding took from `b` (zeros when it took nothing).
    ///
    /// Refined with residuals in twice the precision (Wilkinson 1963, "Rounding
    /// errors in algebraic processes"): good to the last digits also where the
    /// matrix is nearly singular.
    pub(crate) fn solve(&self, b: &[f64], low: &[f64]) -> Vec<f64> {
        let step = |right: &[f64]| {
            let scaled = right.iter().zip(&self.scale).map(|(r, s)| r * s);
            self.cholesky.solve(&DVector::from_iterator(self.n, scaled))
        };
        let mut x: Vec<f64> = step(b).iter().copied().collect();
        let mut before = f64::INFINITY;
        for _ in 0..8 {
            let residual: Vec<f64> = (0..self.n)
                .map(|i| {
                    let mut sum = Double { high: b[i] * self.scale[i], low: low[i] * self.scale[i] };
                    for (a, x) in self.scaled[i * self.n..(i + 1) * self.n].iter().zip(&x) {
                        sum.take(*a, *x);
                    }
                    (sum.high + sum.low) / self.scale[i]
                })
                .collect();
            let change = step(&residual);
            let size = change.amax();
            if size.is_nan() || size >= before {
                break;
            }
            before = 0.5 * size;
            x.iter_mut().zip(change.iter()).for_each(|(x, c)| *x += c);
            if size == 0.0 {
                break;
            }
        }
        x.iter().zip(&self.scale).map(|(x, s)| x * s).collect()
    }

    /// The diagonal of the inverse.
    pub(crate) fn inverse_diagonal(&self) -> Vec<f64> {
        let zeros = vec![0.0; self.n];
        let mut unit = zeros.clone();
        (0..self.n)
            .map(|i| {
                unit[i] = 1.0;
                let own = self.solve(&unit, &zeros)[i];
                unit[i] = 0.0;
                own
            })
            .collect()
    }
}

/// A sum kept in two numbers (Dekker 1971, "A floating-point technique for
/// extending the available precision").
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Double {
    pub(crate) high: f64,
    pub(crate) low: f64,
}

impl Double {
    /// `a - b`, exactly.
    pub(crate) fn difference(a: f64, b: f64) -> Self {
        let high = a - b;
        let back = high - a;
        Self { high, low: (a - (high - back)) - (b + back) }
    }

    /// Takes `a b` off the sum.
    pub(crate) fn take(&mut self, a: f64, b: f64) {
        let (product, error) = exact(a, b);
        let sum = Self::difference(self.high, product);
        self.high = sum.high;
        self.low += sum.low - error;
    }
}

/// A product and what rounding took from it, without a fused operation.
fn exact(a: f64, b: f64) -> (f64, f64) {
    let halves = |x: f64| {
        let moved = 134_217_729.0 * x;
        let high = moved - (moved - x);
        (high, x - high)
    };
    let product = a * b;
    let ((a1, a2), (b1, b2)) = (halves(a), halves(b));
    let error = ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2;
    // Above 1e300 the halves overflow.
    (product, if error.is_finite() { error } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nearly_singular_system_to_the_last_digits() {
        // The Hilbert matrix of order 8, condition 1.5e10; 1 / (i + j + 1) rounded: by mpmath.
        let n = 8;
        let hilbert: Vec<f64> = (0..n * n).map(|at| 1.0 / (at / n + at % n + 1) as f64).collect();
        let factor = Factor::new("hilbert", &hilbert, n).expect("positive definite");
        let x = factor.solve(&[1.0; 8], &[0.0; 8]);
        for (found, expected) in x.iter().zip(HILBERT) {
            assert!((found / expected - 1.0).abs() < 1e-15, "{found} {expected}");
        }
    }

    const HILBERT: [f64; 8] = [
        -7.999999949964206,
        503.9999950878592,
        -7559.999915088206,
        46199.999455705794,
        -138599.99835567476,
        216215.99746902086,
        -168167.99807885004,
        51479.99942952376,
    ];

    #[test]
    fn singular_matrices_are_found() {
        for matrix in [[1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 1.0], [1.0, 2.0, 2.0, 1.0], [4.0, 6.0, 6.0, 9.0]] {
            assert!(Factor::new("a", &matrix, 2).is_err(), "{matrix:?}");
        }
        assert!(Factor::new("a", &[1e-300, 0.0, 0.0, 1e300], 2).is_ok());
    }
}
