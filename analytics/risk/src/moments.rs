//! Sample moments and quantiles.

use crate::finite;
use crate::values::{Values, ranked};

/// A standard deviation of simple returns below this is rounding noise: a return
/// `a / b - 1` is known to about 2.2e-16.
pub(crate) const NOISE: f64 = 1e-15;

/// Arithmetic mean; `None` without values.
#[must_use]
pub fn mean(values: &(impl Values + ?Sized)) -> Option<f64> {
    if values.count() == 0 {
        return None;
    }
    finite(values.walk().sum::<f64>() / values.count() as f64)
}

/// Sum of squared deviations from the mean, two-pass.
pub(crate) fn squares(values: &(impl Values + ?Sized)) -> Option<f64> {
    let m = mean(values)?;
    finite(values.walk().map(|x| (x - m) * (x - m)).sum())
}

/// Sample standard deviation (divides by n - 1); `None` below two values.
#[must_use]
pub fn deviation(values: &(impl Values + ?Sized)) -> Option<f64> {
    if values.count() < 2 {
        return None;
    }
    Some((squares(values)? / (values.count() - 1) as f64).sqrt())
}

/// The central moment of the power that `power` takes, divided by n.
fn central(values: &(impl Values + ?Sized), power: fn(f64) -> f64) -> Option<f64> {
    let m = mean(values)?;
    finite(values.walk().map(|x| power(x - m)).sum::<f64>() / values.count() as f64)
}

/// Variance (divided by n) unless it is rounding noise.
fn spread(values: &(impl Values + ?Sized)) -> Option<f64> {
    central(values, |d| d * d).filter(|m2| m2.sqrt() > NOISE)
}

/// Population skewness `m3 / m2^1.5`; `None` at zero variance.
#[must_use]
pub fn skew(values: &(impl Values + ?Sized)) -> Option<f64> {
    let m2 = spread(values)?;
    finite(central(values, |d| d * d * d)? / (m2 * m2.sqrt()))
}

/// Population excess kurtosis `m4 / m2^2 - 3`; `None` at zero variance.
#[must_use]
pub fn excess_kurtosis(values: &(impl Values + ?Sized)) -> Option<f64> {
    let m2 = spread(values)?;
    finite(central(values, |d| (d * d) * (d * d))? / (m2 * m2) - 3.0)
}

/// Bias-adjusted skewness `G1 = sqrt(n (n-1)) / (n-2) * g1` (Joanes and Gill
/// 1998, "Comparing measures of sample skewness and kurtosis"); `None` below three values.
#[must_use]
pub fn skew_adjusted(values: &(impl Values + ?Sized)) -> Option<f64> {
    let n = values.count() as f64;
    if values.count() < 3 {
        return None;
    }
    finite((n * (n - 1.0)).sqrt() / (n - 2.0) * skew(values)?)
}

/// Bias-adjusted excess kurtosis `G2 = (n-1) / ((n-2)(n-3)) * ((n+1) g2 + 6)`
/// (Joanes and Gill 1998); `None` below four values.
#[must_use]
pub fn excess_kurtosis_adjusted(values: &(impl Values + ?Sized)) -> Option<f64> {
    let n = values.count() as f64;
    if values.count() < 4 {
        return None;
    }
    let g2 = excess_kurtosis(values)?;
    finite((n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * g2 + 6.0))
}

/// Quantile `p` in 0..=1 with linear interpolation between order statistics
/// (type 7 of Hyndman and Fan 1996, the default of numpy and R).
#[must_use]
pub fn quantile(values: &(impl Values + ?Sized), p: f64) -> Option<f64> {
    let last = values.count().checked_sub(1)?;
    if !(0.0..=1.0).contains(&p) || values.walk().any(|x| !x.is_finite()) {
        return None;
    }
    let h = last as f64 * p;
    let low = ranked(values, h.floor() as usize)?;
    let high = ranked(values, h.floor() as usize + 1).unwrap_or(low);
    finite(low + (high - low) * (h - h.floor()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate() {
        assert_eq!(quantile(&[4.0, 1.0, 3.0, 2.0], 0.5), Some(2.5));
        assert_eq!(quantile(&[7.0], 0.05), Some(7.0));
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[1.0, f64::NAN], 0.5), None);
        assert_eq!(quantile(&[1.0], 1.5), None);
    }

    #[test]
    fn no_variance_has_no_shape() {
        let flat = [0.01; 10];
        assert_eq!(skew(&flat), None);
        assert_eq!(excess_kurtosis_adjusted(&flat), None);
        assert_eq!(deviation(&[1.0]), None);
        assert_eq!(mean(&[]), None);
    }
}
