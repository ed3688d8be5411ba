//! Ordinary least squares.
//!
//! By Householder QR, not by normal equations, which would square the condition of
//! the columns. Definitions as in statsmodels: likelihood of normal errors with the
//! variance `SSR / n`, AIC and BIC from it.

use std::f64::consts::PI;

use numeric::student;

use super::input;
use super::qr::{Qr, norm};
use crate::RiskError;

/// A regression of y on columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Ols {
    /// One per column, in units of y per unit of the column.
    pub coefficients: Vec<f64>,
    /// Standard errors of the coefficients, from `SSR / (n - k)`; empty when `n = k`.
    pub standard_errors: Vec<f64>,
    /// y minus fitted y.
    pub residuals: Vec<f64>,
    /// Sum of squared residuals.
    pub ssr: f64,
    /// Sum of squares of y: about its mean when a constant lies in the span of the
    /// columns, about zero otherwise.
    pub total: f64,
    /// Whether a constant lies in the span of the columns.
    pub has_constant: bool,
}

impl Ols {
    /// Number of observations.
    #[must_use]
    pub fn observations(&self) -> usize {
        self.residuals.len()
    }

    /// `n - k`.
    #[must_use]
    pub fn degrees_of_freedom(&self) -> usize {
        self.residuals.len() - self.coefficients.len()
    }

    /// Coefficients divided by their standard errors; empty when `n = k`, infinite at a perfect fit.
    #[must_use]
    pub fn t_statistics(&self) -> Vec<f64> {
        self.coefficients.iter().zip(&self.standard_errors).map(|(b, e)| b / e).collect()
    }

    /// Two-sided p-values of the t statistics, Student's t with `n - k` degrees of
    /// freedom; empty when `n = k`. `None` for a coefficient of 0 with the error 0.
    #[must_use]
    pub fn p_values(&self) -> Vec<Option<f64>> {
        let degrees = self.degrees_of_freedom() as f64;
        self.t_statistics().into_iter().map(|t| student::two_sided(t, degrees)).collect()
    }

    /// `1 - SSR / total`; `None` when y has no variation to explain.
    #[must_use]
    pub fn r_squared(&self) -> Option<f64> {
        (self.total > 0.0).then(|| 1.0 - self.ssr / self.total)
    }

    /// `1 - (1 - R2) (n - c) / (n - k)`, c = 1 with a constant, else 0; `None` when `n = k` too.
    #[must_use]
    pub fn adjusted_r_squared(&self) -> Option<f64> {
        let degrees = self.degrees_of_freedom();
        let n = self.residuals.len() - usize::from(self.has_constant);
        (degrees > 0).then_some(())?;
        Some(1.0 - (1.0 - self.r_squared()?) * n as f64 / degrees as f64)
    }

    /// Variance of the errors, `SSR / (n - k)`; `None` when `n = k`.
    #[must_use]
    pub fn error_variance(&self) -> Option<f64> {
        let degrees = self.degrees_of_freedom();
        (degrees > 0).then(|| self.ssr / degrees as f64)
    }

    /// Log-likelihood of normal errors, `-n/2 (ln 2 pi + ln(SSR / n) + 1)`; infinite at a perfect fit.
    #[must_use]
    pub fn log_likelihood(&self) -> f64 {
        log_likelihood(self.ssr, self.residuals.len())
    }

    /// `-2 ln L + 2 k` (Akaike 1974), k the number of columns.
    #[must_use]
    pub fn aic(&self) -> f64 {
        2.0 * self.coefficients.len() as f64 - 2.0 * self.log_likelihood()
    }

    /// `-2 ln L + k ln n` (Schwarz 1978).
    #[must_use]
    pub fn bic(&self) -> f64 {
        let n = self.residuals.len() as f64;
        self.coefficients.len() as f64 * libm::log(n) - 2.0 * self.log_likelihood()
    }
}

pub(super) fn log_likelihood(ssr: f64, n: usize) -> f64 {
    let n = n as f64;
    -0.5 * n * (libm::log(2.0 * PI) + libm::log(ssr / n) + 1.0)
}

/// Regresses `y` on `columns`, each as long as y; a constant is a column of ones that the
/// caller puts in.
///
/// # Errors
///
/// No column, fewer rows than columns, lengths that differ, values that are not
/// finite; a column that depends on those before it, within rounding
/// (`RiskError::Argument`, with its place).
pub fn ols(y: &[f64], columns: &[&[f64]]) -> Result<Ols, RiskError> {
    if columns.is_empty() {
        return Err(RiskError::Length { argument: "columns", found: 0, expected: "1 or more".into() });
    }
    input::at_least("y", y, columns.len())?;
    input::finite("y", y)?;
    for column in columns {
        input::same_length("columns", column, "y", y.len())?;
        input::finite("columns", column)?;
    }
    let owned = columns.iter().map(|c| c.to_vec()).collect();
    let qr = Qr::new(owned, y.to_vec());
    let k = columns.len();
    if qr.independent() < k {
        let expected = "no column, counted from 0, that depends on those before it";
        return Err(RiskError::Argument { argument: "columns", found: qr.independent() as f64, expected });
    }
    let coefficients = qr.coefficients();
    let mut residuals = y.to_vec();
    for (b, column) in coefficients.iter().zip(columns) {
        for (r, x) in residuals.iter_mut().zip(*column) {
            *r -= b * x;
        }
    }
    let ssr = qr.left(k);
    if !ssr.is_finite() {
        return Err(RiskError::Degenerate { argument: "y", problem: "its squares overflow" });
    }
    let standard_errors = if y.len() > k {
        let deviation = (ssr / (y.len() - k) as f64).sqrt();
        qr.unit_errors().into_iter().map(|e| e * deviation).collect()
    } else {
        Vec::new()
    };
    let has_constant = spans_constant(columns, y.len());
    let centre = if has_constant { y.iter().sum::<f64>() / y.len() as f64 } else { 0.0 };
    let total =
        if has_constant && input::constant(y) { 0.0 } else { y.iter().map(|v| (v - centre) * (v - centre)).sum() };
    Ok(Ols { coefficients, standard_errors, residuals, ssr, total, has_constant })
}

/// Whether the columns, which are independent, add up to ones.
fn spans_constant(columns: &[&[f64]], rows: usize) -> bool {
    if columns.iter().any(|c| c[0] != 0.0 && input::constant(c)) {
        return true;
    }
    // What the columns leave of a column of ones.
    let ones = vec![1.0; rows];
    let whole = norm(&ones);
    Qr::new(columns.iter().map(|c| c.to_vec()).collect(), ones).left(columns.len()).sqrt() <= 1e-12 * whole
}
