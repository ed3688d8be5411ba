//! Pearson's correlation, its significance, its interval, and whether it changed.
//!
//! Each is computed anew from its own values: in a rolling window nothing of what has
//! left it remains, not even rounding.

use numeric::student;

use super::half_life::two_sided_quantile;
use super::input;
use crate::RiskError;

/// A correlation coefficient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correlation {
    /// -1 to 1.
    pub coefficient: f64,
    /// `1 - coefficient^2`, exact also where that subtraction has no digits left.
    pub unexplained: f64,
    /// Pairs of values.
    pub observations: usize,
}

impl Correlation {
    /// Two-sided p-value of no correlation: Student's t of `r sqrt((n - 2) / (1 - r^2))`
    /// with n - 2 degrees of freedom. Exact for Pearson's coefficient of normal
    /// variables, an approximation for ranks. `None` for two pairs, which always
    /// correlate fully; 0 for a perfect correlation of more.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        let degrees = self.observations.checked_sub(2).filter(|d| *d > 0)? as f64;
        student::two_sided(self.coefficient * (degrees / self.unexplained).sqrt(), degrees)
    }

    /// Fisher's z, `atanh r` (Fisher 1921); infinite for a perfect correlation.
    #[must_use]
    pub fn fisher_z(&self) -> f64 {
        let size = self.coefficient.abs();
        // atanh r = ln((1 + r) / sqrt(1 - r^2)); the other form where r is small.
        let z = if size < 0.5 {
            libm::atanh(size)
        } else if self.unexplained > 0.0 {
            libm::log((1.0 + size) / self.unexplained.sqrt())
        } else {
            f64::INFINITY
        };
        if self.coefficient < 0.0 { -z } else { z }
    }

    /// Interval `tanh(z -+ q / sqrt(n - 3))` that holds the true coefficient with the given
    /// confidence (Fisher 1921, normal variables). All of -1..=1 up to three pairs.
    ///
    /// # Errors
    ///
    /// A confidence outside 0..1.
    pub fn interval(&self, confidence: f64) -> Result<(f64, f64), RiskError> {
        let q = two_sided_quantile(confidence)?;
        if self.observations <= 3 {
            return Ok((-1.0, 1.0));
        }
        let half = q / ((self.observations - 3) as f64).sqrt();
        let z = self.fisher_z();
        Ok((libm::tanh(z - half), libm::tanh(z + half)))
    }
}

/// Deviations of a series from its mean, divided by a power of two near the largest.
struct Centred {
    values: Vec<f64>,
    /// What is left of their sum by rounding of the mean.
    rest: f64,
    square: f64,
    /// The power of two.
    scale: f64,
}

impl Centred {
    fn new(argument: &'static str, values: &[f64]) -> Result<Self, RiskError> {
        if input::constant(values) {
            return Err(RiskError::Degenerate { argument, problem: "all values are the same" });
        }
        let scale = power_of_two(values.iter().copied());
        let n = values.len() as f64;
        let mean = values.iter().map(|x| x / scale).sum::<f64>() / n;
        let mut off: Vec<f64> = values.iter().map(|x| x / scale - mean).collect();
        // Once more, for values that lie close together far from zero.
        let again = power_of_two(off.iter().copied());
        for x in &mut off {
            *x /= again;
        }
        let rest: f64 = off.iter().sum();
        let square = off.iter().map(|x| x * x).sum::<f64>() - rest * rest / n;
        Ok(Self { values: off, rest, square, scale: scale * again })
    }

    fn product(&self, other: &Self) -> f64 {
        let sum: f64 = self.values.iter().zip(&other.values).map(|(x, y)| x * y).sum();
        sum - self.rest * other.rest / self.values.len() as f64
    }
}

/// The power of two at or below the largest size; 1 when all are zero.
fn power_of_two(values: impl Iterator<Item = f64>) -> f64 {
    let largest = values.fold(0.0_f64, |m, x| if x.abs() > m { x.abs() } else { m });
    if largest == 0.0 {
        return 1.0;
    }
    let (_, exponent) = libm::frexp(largest);
    // Its inverse is finite, too.
    libm::ldexp(1.0, (exponent - 1).max(-1_022))
}

fn checked(x: &[f64], y: &[f64]) -> Result<(Centred, Centred), RiskError> {
    input::at_least("x", x, 2)?;
    input::same_length("y", y, "x", x.len())?;
    input::finite("x", x)?;
    input::finite("y", y)?;
    Ok((Centred::new("x", x)?, Centred::new("y", y)?))
}

/// Pearson's correlation of `x` and `y`, by deviations from the means: about 1e-15 also far
/// from zero and for very large or small values.
///
/// # Errors
///
/// Fewer than two values, lengths that differ, values that are not finite, a constant series.
pub fn pearson(x: &[f64], y: &[f64]) -> Result<Correlation, RiskError> {
    let (x, y) = checked(x, y)?;
    Ok(of_centred(&x, &y))
}

fn of_centred(x: &Centred, y: &Centred) -> Correlation {
    let n = x.values.len() as f64;
    let coefficient = (x.product(y) / (x.square * y.square).sqrt()).clamp(-1.0, 1.0);
    let (a, b) = (x.square.sqrt(), y.square.sqrt());
    let (shift_x, shift_y) = (x.rest / n, y.rest / n);
    let left: f64 = x
        .values
        .iter()
        .zip(&y.values)
        .map(|(u, v)| (v - shift_y) / b - coefficient * ((u - shift_x) / a))
        .map(|e| e * e)
        .sum();
    Correlation { coefficient, unexplained: left.clamp(0.0, 1.0), observations: x.values.len() }
}

/// Sample covariance (divided by n - 1), in units of x times units of y.
///
/// # Errors
///
/// Fewer than two values, lengths that differ, values that are not finite. A constant
/// series has the covariance 0.
pub fn covariance(x: &[f64], y: &[f64]) -> Result<f64, RiskError> {
    match checked(x, y) {
        Ok((x, y)) => Ok(x.product(&y) / (x.values.len() - 1) as f64 * x.scale * y.scale),
        Err(RiskError::Degenerate { .. }) => Ok(0.0),
        Err(error) => Err(error),
    }
}

/// Pearson's correlation of each `window` consecutive pairs, at the place of the last.
///
/// As long as the series: the first `window - 1` are `None`, and so is a window in
/// which a series is constant. Each equals [`pearson`] of its window to the last bit;
/// the time grows with length times window.
///
/// # Errors
///
/// A window below 2, lengths that differ, values that are not finite.
pub fn rolling(x: &[f64], y: &[f64], window: usize) -> Result<Vec<Option<Correlation>>, RiskError> {
    input::argument("window", window as f64, window >= 2, "2 or more")?;
    input::same_length("y", y, "x", x.len())?;
    input::finite("x", x)?;
    input::finite("y", y)?;
    Ok((1..=x.len())
        .map(|end| {
            let start = end.checked_sub(window)?;
            pearson(&x[start..end], &y[start..end]).ok()
        })
        .collect())
}

/// A difference between two correlations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// `(z2 - z1) / sqrt(1 / (n1 - 3) + 1 / (n2 - 3))`, positive when the second is higher.
    pub z: f64,
    /// Two-sided p-value of no change.
    pub p_value: f64,
}

/// Whether two correlations from samples that do not overlap differ (Fisher 1921; normal
/// variables, independent in time: returns, not prices). With ranks an approximation.
///
/// # Errors
///
/// Fewer than four pairs in either; both perfect with the same sign.
pub fn change(first: &Correlation, second: &Correlation) -> Result<Change, RiskError> {
    for (argument, of) in [("first", first), ("second", second)] {
        if of.observations < 4 {
            return Err(RiskError::Length { argument, found: of.observations, expected: "4 or more".into() });
        }
    }
    let variance = 1.0 / (first.observations - 3) as f64 + 1.0 / (second.observations - 3) as f64;
    let z = (second.fisher_z() - first.fisher_z()) / variance.sqrt();
    if z.is_nan() {
        return Err(RiskError::Degenerate { argument: "second", problem: "both correlations are perfect" });
    }
    Ok(Change { z, p_value: libm::erfc(z.abs() * std::f64::consts::FRAC_1_SQRT_2) })
}
