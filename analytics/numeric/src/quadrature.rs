//! Rules of numerical integration on the interval from 0 to 1.
//!
//! A node is given by its distance from both ends, each to full relative
//! accuracy: integrands that are singular at an end need the small one.

use std::f64::consts::{FRAC_PI_2, PI};

/// Where to ask for the integrand, and what the answer weighs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Node {
    /// Distance from 0: the node itself.
    pub from_zero: f64,
    /// Distance from 1.
    pub from_one: f64,
    /// Positive; the weights of a rule sum to 1.
    pub weight: f64,
}

/// Gauss-Legendre: exact for polynomials of degree `2 count - 1`.
///
/// The nodes are the roots of the Legendre polynomial, by Newton's method from
/// `cos(pi (i - 1/4) / (count + 1/2))` (Abramowitz and Stegun 1964, 22.16.6 and 25.4.29).
#[must_use]
pub fn gauss_legendre(count: usize) -> Vec<Node> {
    let n = count as f64;
    (0..count)
        .rev()
        .map(|i| {
            let mut x = libm::cos(PI * (i as f64 + 0.75) / (n + 0.5));
            for _ in 0..20 {
                let (value, slope) = legendre(count, x);
                let step = value / slope;
                x -= step;
                if step.abs() <= 1e-16 {
                    break;
                }
            }
            let slope = legendre(count, x).1;
            let weight = 1.0 / ((1.0 - x * x) * slope * slope);
            Node { from_zero: 0.5 * (1.0 + x), from_one: 0.5 * (1.0 - x), weight }
        })
        .collect()
}

/// The Legendre polynomial of that degree and its derivative, at `x` inside (-1, 1).
fn legendre(degree: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (0.0, 1.0);
    for k in 0..degree {
        let k = k as f64;
        (before, value) = (value, ((2.0 * k + 1.0) * x * value - k * before) / (k + 1.0));
    }
    (value, degree as f64 * (x * value - before) / (x * x - 1.0))
}

/// Tanh-sinh, for integrands that are singular at the ends (Takahasi and Mori
/// 1974, "Double exponential formulas for numerical integration").
///
/// `(1 + tanh(pi/2 sinh t)) / 2` at `count` equally spaced `t` up to `reach` on
/// both sides; weights scaled to sum to 1. A reach of 3 leaves out 1e-13 of the
/// interval at each end.
#[must_use]
pub fn tanh_sinh(count: usize, reach: f64) -> Vec<Node> {
    let step = 2.0 * reach / (count.max(2) - 1) as f64;
    let mut rule: Vec<Node> = (0..count)
        .map(|i| {
            let t = step * (i as f64 - 0.5 * (count - 1) as f64);
            let stretched = FRAC_PI_2 * libm::sinh(t);
            let share = |z: f64| 1.0 / (1.0 + libm::exp(-2.0 * z));
            let (from_zero, from_one) = (share(stretched), share(-stretched));
            Node { from_zero, from_one, weight: PI * step * libm::cosh(t) * from_zero * from_one }
        })
        .collect();
    let sum = rule.iter().fold(0.0, |sum, node| sum + node.weight);
    rule.iter_mut().for_each(|node| node.weight /= sum);
    rule
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integrate(rule: &[Node], f: impl Fn(&Node) -> f64) -> f64 {
        rule.iter().fold(0.0, |sum, node| sum + node.weight * f(node))
    }

    #[test]
    fn gauss_legendre_is_exact_for_polynomials() {
        for count in 1..=64_usize {
            let rule = gauss_legendre(count);
            for degree in 0..2 * count {
                let found = integrate(&rule, |node| libm::pow(node.from_zero, degree as f64));
                assert!((found * (degree as f64 + 1.0) - 1.0).abs() < 1e-13, "{count} {degree}: {found}");
            }
            assert!(rule.is_sorted_by(|a, b| a.from_zero < b.from_zero));
        }
    }

    #[test]
    fn tanh_sinh_takes_singular_ends() {
        let rule = tanh_sinh(65, 3.2);
        for (found, exact) in [
            (integrate(&rule, |node| libm::log(node.from_zero)), -1.0),
            (integrate(&rule, |node| node.from_one.sqrt()), 2.0 / 3.0),
            (integrate(&rule, |node| (node.from_zero * node.from_one).sqrt()), PI / 8.0),
        ] {
            assert!((found - exact).abs() < 1e-12, "{found} {exact}");
        }
    }
}
