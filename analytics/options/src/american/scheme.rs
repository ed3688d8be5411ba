//! How finely the exercise boundary and the premium are computed, and the
//! tables that depend on nothing else: nodes, weights, interpolation.

use std::f64::consts::FRAC_PI_2;
use std::sync::OnceLock;

use numeric::chebyshev;
use numeric::quadrature::{Node, gauss_legendre, tanh_sinh};

/// How much work a price is worth. Errors are in units of the strike, over
/// rates and yields up to 0.1, volatilities from 0.04 to 0.6 and ten years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// 8 nodes: errors below 1e-6.
    Fast,
    /// 20 nodes: errors below 1e-8.
    #[default]
    Accurate,
    /// 40 nodes: errors below 1e-10, for checks.
    Reference,
    /// As `Reference`, the boundary from the equation FP-B instead of FP-A:
    /// where the two agree, both are right.
    ReferenceB,
}

/// The equation that the boundary solves (Andersen, Lake and Offengenden 2016, section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Equation {
    /// From the price's slope and curvature at the boundary: FP-A.
    A,
    /// From the price itself at the boundary: FP-B.
    B,
}

/// Points of an integral over the past of a boundary: `u` from 0 to `tau`.
#[derive(Debug)]
pub(super) struct Rule {
    /// `sqrt(u / tau)`.
    pub(super) root_passed: Vec<f64>,
    /// `sqrt(1 - u / tau)`.
    pub(super) root_left: Vec<f64>,
    /// Of `u / tau`; they sum to 1.
    pub(super) weight: Vec<f64>,
}

/// What one scheme needs and every option shares.
#[derive(Debug)]
pub(super) struct Tables {
    pub(super) equation: Equation,
    /// Newton steps over the whole boundary.
    pub(super) iterations: usize,
    /// How many of them, the first, move each node alone.
    pub(super) simple: usize,
    /// `sqrt(tau / horizon)` at the boundary's nodes but the one at 0.
    pub(super) nodes: Vec<f64>,
    /// The integrals of the boundary's equation.
    pub(super) inner: Rule,
    /// `inner_weights[j][i * inner + k]`: how much node j counts where the integral of node i asks at its point k.
    pub(super) inner_weights: Vec<Vec<f64>>,
    /// `root_left` and `weight` of `inner` at all nodes' points, in units of the horizon's root and of the horizon.
    pub(super) inner_left: Vec<f64>,
    pub(super) inner_share: Vec<f64>,
    /// The integral of the premium.
    pub(super) outer: Rule,
    /// `outer_weights[j][k]`, likewise.
    pub(super) outer_weights: Vec<Vec<f64>>,
}

impl Rule {
    /// The rule applied to the angle whose sine and cosine are the two roots, in
    /// both of which the integrand is smooth.
    fn between_roots(rule: &[Node]) -> Self {
        Self::new(rule.iter().map(|node| {
            let passed = libm::sin(FRAC_PI_2 * node.from_one);
            let left = libm::sin(FRAC_PI_2 * node.from_zero);
            (passed, left, 2.0 * FRAC_PI_2 * passed * left * node.weight)
        }))
    }

    /// The rule applied to the time itself.
    fn direct(rule: &[Node]) -> Self {
        Self::new(rule.iter().map(|node| (node.from_one.sqrt(), node.from_zero.sqrt(), node.weight)))
    }

    fn new(points: impl Iterator<Item = (f64, f64, f64)>) -> Self {
        let mut rule = Self { root_passed: Vec::new(), root_left: Vec::new(), weight: Vec::new() };
        for (passed, left, weight) in points {
            rule.root_passed.push(passed);
            rule.root_left.push(left);
            rule.weight.push(weight);
        }
        rule
    }
}

/// The Lagrange weights of the nodes (without the one at 0, where the value is 0) at each of `at`.
fn lagrange(degree: usize, at: &[f64]) -> Vec<Vec<f64>> {
    let rows: Vec<Vec<f64>> = at.iter().map(|x| chebyshev::weights(degree, *x)).collect();
    (1..=degree).map(|j| rows.iter().map(|row| row[j]).collect()).collect()
}

impl Tables {
    /// From the numbers of simple and of all iterations, of nodes, and of points inside and outside.
    pub(super) fn new(equation: Equation, [simple, iterations, degree, inside, outside]: [usize; 5]) -> Self {
        let inner = Rule::between_roots(&gauss_legendre(inside));
        let outer = Rule::direct(&tanh_sinh(outside, 2.8));
        let nodes = chebyshev::points(degree)[1..].to_vec();
        let asked: Vec<f64> =
            nodes.iter().flat_map(|node| inner.root_passed.iter().map(move |root| node * root)).collect();
        Self {
            equation,
            iterations,
            simple,
            inner_left: nodes.iter().flat_map(|node| inner.root_left.iter().map(move |root| node * root)).collect(),
            inner_share: nodes.iter().flat_map(|node| inner.weight.iter().map(move |w| node * node * w)).collect(),
            inner_weights: lagrange(degree, &asked),
            outer_weights: lagrange(degree, &outer.root_passed),
            nodes,
            inner,
            outer,
        }
    }
}

impl Scheme {
    /// Built once, on first use.
    pub(super) fn tables(self) -> &'static Tables {
        static FAST: OnceLock<Tables> = OnceLock::new();
        static ACCURATE: OnceLock<Tables> = OnceLock::new();
        static REFERENCE: OnceLock<Tables> = OnceLock::new();
        static REFERENCE_B: OnceLock<Tables> = OnceLock::new();
        match self {
            Self::Fast => FAST.get_or_init(|| Tables::new(Equation::A, [1, 2, 8, 16, 32])),
            Self::Accurate => ACCURATE.get_or_init(|| Tables::new(Equation::A, [1, 3, 20, 24, 48])),
            Self::ReferenceB => REFERENCE_B.get_or_init(|| Tables::new(Equation::B, [2, 6, 40, 96, 128])),
            Self::Reference => REFERENCE.get_or_init(|| Tables::new(Equation::A, [2, 6, 40, 96, 128])),
        }
    }
}
