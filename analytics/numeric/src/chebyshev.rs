//! Interpolation through Chebyshev points of the second kind on 0 to 1.

use std::f64::consts::PI;

/// The `degree + 1` points `(1 - cos(pi j / degree)) / 2`, from 0 to 1. Degree 1 or more.
#[must_use]
pub fn points(degree: usize) -> Vec<f64> {
    (0..=degree)
        .map(|j| {
            let half = libm::sin(0.5 * PI * j as f64 / degree as f64);
            if j == degree { 1.0 } else { half * half }
        })
        .collect()
}

/// How much the value at each of [`points`] counts in the interpolating
/// polynomial at `x`: the weights of Lagrange, by the barycentric formula
/// (Berrut and Trefethen 2004, "Barycentric Lagrange interpolation", 5.4).
#[must_use]
pub fn weights(degree: usize, x: f64) -> Vec<f64> {
    let points = points(degree);
    if let Some(at) = points.iter().position(|point| *point == x) {
        return (0..=degree).map(|j| if j == at { 1.0 } else { 0.0 }).collect();
    }
    let mut weights: Vec<f64> = (0..=degree)
        .map(|j| {
            let sign = if j % 2 == 0 { 1.0 } else { -1.0 };
            let share = if j == 0 || j == degree { 0.5 } else { 1.0 };
            sign * share / (x - points[j])
        })
        .collect();
    let sum: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|weight| *weight /= sum);
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_are_met_everywhere() {
        for degree in 1..=24 {
            let points = points(degree);
            let polynomial = |x: f64| libm::pow(x - 0.3, degree as f64) + 2.0 * x;
            for i in 0..=50 {
                let x = f64::from(i) / 50.0;
                let found: f64 = weights(degree, x).iter().zip(&points).map(|(w, p)| w * polynomial(*p)).sum();
                assert!((found - polynomial(x)).abs() < 1e-14, "{degree} {x}");
            }
        }
    }

    #[test]
    fn the_ends_are_points() {
        assert_eq!((points(2)[0], points(2)[2]), (0.0, 1.0));
        assert!((points(2)[1] - 0.5).abs() < 1e-15);
        assert_eq!(weights(2, 1.0), [0.0, 0.0, 1.0]);
    }
}
