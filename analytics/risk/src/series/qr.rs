//! Least squares by Householder reflections (Golub and Van Loan, "Matrix
//! Computations", section 5.3).
//!
//! One decomposition answers for every leading set of columns: `R` of the first k
//! columns is the leading part of `R`, and what those columns leave of y is the rest
//! of the rotated y. The search for a number of lags needs no more.

/// A column whose part outside the span of those before it is smaller than this
/// share of it, times the square root of the rows, is rounding.
const DEPENDENT: f64 = 1e-14;

/// `A = Q R` for the columns of A, and `Q' y`.
pub(super) struct Qr {
    /// Column j of R above its diagonal, and the diagonal; below it nothing of use.
    columns: Vec<Vec<f64>>,
    diagonal: Vec<f64>,
    /// `Q' y`.
    rotated: Vec<f64>,
}

impl Qr {
    /// Decomposes up to the first column that depends on those before it, within
    /// rounding: [`Self::independent`] tells how far that is.
    ///
    /// All columns are as long as y, and there are not more of them than rows.
    pub(super) fn new(columns: Vec<Vec<f64>>, y: Vec<f64>) -> Self {
        let mut qr = Self { diagonal: Vec::with_capacity(columns.len()), columns, rotated: y };
        let threshold = DEPENDENT * (qr.rotated.len() as f64).sqrt();
        for j in 0..qr.columns.len() {
            let whole = norm(&qr.columns[j]);
            let below = norm(&qr.columns[j][j..]);
            // Also true for a norm that overflowed.
            if !(below > threshold * whole && whole.is_finite()) {
                qr.columns.truncate(j);
                break;
            }
            // The sign that adds, so that nothing cancels.
            let pivot = qr.columns[j][j];
            let diagonal = if pivot > 0.0 { -below } else { below };
            let mut reflector = qr.columns[j][j..].to_vec();
            for value in &mut reflector {
                *value /= below;
            }
            reflector[0] -= diagonal / below;
            let square: f64 = reflector.iter().map(|v| v * v).sum();
            let reflect = |target: &mut [f64]| {
                let times = 2.0 * dot(&reflector, target) / square;
                for (t, v) in target.iter_mut().zip(&reflector) {
                    *t -= times * v;
                }
            };
            for column in &mut qr.columns[j + 1..] {
                reflect(&mut column[j..]);
            }
            reflect(&mut qr.rotated[j..]);
            qr.diagonal.push(diagonal);
        }
        qr
    }

    /// How many leading columns are independent; all figures are of these.
    pub(super) fn independent(&self) -> usize {
        self.diagonal.len()
    }

    /// Sum of the squares that the first `k` columns leave of y.
    pub(super) fn left(&self, k: usize) -> f64 {
        self.rotated[k..].iter().map(|v| v * v).sum()
    }

    /// Coefficient of column `k - 1` in the regression on the first k columns, and its
    /// standard error for residuals of deviation 1.
    pub(super) fn last(&self, k: usize) -> (f64, f64) {
        let r = self.diagonal[k - 1];
        (self.rotated[k - 1] / r, 1.0 / r.abs())
    }

    /// All coefficients.
    pub(super) fn coefficients(&self) -> Vec<f64> {
        let k = self.columns.len();
        let mut b = vec![0.0; k];
        for i in (0..k).rev() {
            let known: f64 = (i + 1..k).map(|j| self.columns[j][i] * b[j]).sum();
            b[i] = (self.rotated[i] - known) / self.diagonal[i];
        }
        b
    }

    /// Square roots of the diagonal of `(A' A)^-1`: lengths of the rows of `R^-1`.
    pub(super) fn unit_errors(&self) -> Vec<f64> {
        let k = self.columns.len();
        let mut squares = vec![0.0; k];
        // Column c of R^-1 by back substitution.
        for c in 0..k {
            let mut inverse = vec![0.0; c + 1];
            inverse[c] = 1.0 / self.diagonal[c];
            for i in (0..c).rev() {
                let known: f64 = (i + 1..=c).map(|j| self.columns[j][i] * inverse[j]).sum();
                inverse[i] = -known / self.diagonal[i];
            }
            for (square, value) in squares.iter_mut().zip(&inverse) {
                *square += value * value;
            }
        }
        squares.into_iter().map(f64::sqrt).collect()
    }
}

/// Length of a vector, scaled so that squares neither overflow nor vanish.
pub(super) fn norm(v: &[f64]) -> f64 {
    let largest = v.iter().fold(0.0_f64, |m, x| if x.abs() > m { x.abs() } else { m });
    if largest == 0.0 || !largest.is_finite() {
        return largest;
    }
    largest * v.iter().map(|x| (x / largest) * (x / largest)).sum::<f64>().sqrt()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}
