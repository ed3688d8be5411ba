//! How finely the exercise boundary and the premium are computed, and the
//! tables that depend on nothing else: nodes, weights, interpolation.

use std::f64::consts::FRAC_PI_2;
use std::sync::OnceLock;

use numeric::chebyshev;
use numeric::quadrature::{Node, gauss_legendre, tanh_sinh};

/// How much work a price is worth. Errors are in units of the strike (a call's, of
/// the larger of strike and spot), over rates and yields up to 0.15, volatilities from
/// 0.03 to 2 and 30 years, while `volatility^2 * years` is below 8. Above 2 the first two
/// schemes compute as the next finer one: the boundary bends more there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// 8 to 12 nodes: errors below 3e-6.
    Fast,
    /// 12 to 20 nodes: errors below 1e-8.
    #[default]
    Accurate,
    /// 20 to 40 nodes, for checks: errors below 2e-9 while `volatility^2 * years` is below 2.
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

/// The variable in which `h^2` is interpolated, from `sqrt(tau / horizon)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Root {
    /// That root itself: of a boundary that starts away from the strike, `h` is a multiple of it.
    Second,
    /// The root of it: of a boundary that starts at the strike, `h^2` behaves as
    /// `tau ln(1 / tau)`, which is smoother by this one.
    Fourth,
}

impl Root {
    pub(super) fn of(self, root: f64) -> f64 {
        if self == Self::Fourth { root.sqrt() } else { root }
    }

    fn back(self, point: f64) -> f64 {
        if self == Self::Fourth { point * point } else { point }
    }
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
    pub(super) root: Root,
    /// Newton steps over the whole boundary, at most.
    pub(super) iterations: usize,
    /// The change of `ln B` that ends them; the next would be its square.
    pub(super) tolerance: f64,
    /// `sqrt(tau / horizon)` at the boundary's nodes but the one at 0.
    pub(super) nodes: Vec<f64>,
    /// How much a node's change counts against the tolerance: `sqrt(tau / horizon)`, as close to expiry the
    /// boundary settles slowly and the price asks little of it. All the same where the scheme is for checks.
    pub(super) counts: Vec<f64>,
    /// The integrals of the boundary's equation.
    pub(super) inner: Rule,
    /// How much node j counts at the eight points that start at `8 m` of all nodes' points, in `[m * nodes + j]`.
    pub(super) inner_weights: Vec<[f64; 8]>,
    /// The same point by point, each row padded with zeros to a multiple of 8.
    pub(super) inner_rows: Vec<f64>,
    pub(super) padded: usize,
    /// `root_left` and `weight` of `inner` at all nodes' points, in units of the horizon's root and of the horizon.
    pub(super) inner_left: Vec<f64>,
    pub(super) inner_share: Vec<f64>,
    /// The integral of the premium.
    pub(super) outer: Rule,
    /// `outer_weights[j][k]`, likewise.
    pub(super) outer_weights: Vec<Vec<f64>>,
    /// What the boundary is solved with first.
    pub(super) coarse: Option<Box<Coarse>>,
}

/// Fewer nodes and points.
#[derive(Debug)]
pub(super) struct Coarse {
    pub(super) tables: Tables,
    /// `to_fine[j][i]`: how much its node j counts at node i of the scheme.
    pub(super) to_fine: Vec<Vec<f64>>,
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
fn lagrange(degree: usize, root: Root, at: &[f64]) -> Vec<Vec<f64>> {
    let rows: Vec<Vec<f64>> = at.iter().map(|x| chebyshev::weights(degree, root.of(*x))).collect();
    (1..=degree).map(|j| rows.iter().map(|row| row[j]).collect()).collect()
}

impl Tables {
    /// From the variable of interpolation and the numbers of nodes, and of points inside and outside.
    fn new(equation: Equation, tolerance: f64, root: Root, [degree, inside, outside]: [usize; 3]) -> Self {
        // Sums over a node's points go in whole vectors.
        let inside = inside.next_multiple_of(8);
        let inner = Rule::between_roots(&gauss_legendre(inside));
        let outer = Rule::direct(&tanh_sinh(outside, 2.8));
        let nodes: Vec<f64> = chebyshev::points(degree)[1..].iter().map(|point| root.back(*point)).collect();
        let asked: Vec<f64> =
            nodes.iter().flat_map(|node| inner.root_passed.iter().map(move |root| node * root)).collect();
        let columns = lagrange(degree, root, &asked);
        let eights = 0..asked.len() / 8;
        let counts = nodes.iter().map(|node| if tolerance > EXACT { *node } else { 1.0 }).collect();
        let inner_weights = eights
            .flat_map(|m| columns.iter().map(move |column| std::array::from_fn(|lane| column[8 * m + lane])))
            .collect();
        let padded = degree.next_multiple_of(8);
        let inner_rows = (0..asked.len())
            .flat_map(|k| columns.iter().map(move |column| column[k]).chain((degree..padded).map(|_| 0.0)))
            .collect();
        Self {
            equation,
            root,
            iterations: ITERATIONS,
            tolerance,
            inner_rows,
            padded,
            inner_left: nodes.iter().flat_map(|node| inner.root_left.iter().map(move |root| node * root)).collect(),
            inner_share: nodes.iter().flat_map(|node| inner.weight.iter().map(move |w| node * node * w)).collect(),
            inner_weights,
            coarse: None,
            outer_weights: lagrange(degree, root, &outer.root_passed),
            counts,
            nodes,
            inner,
            outer,
        }
    }

    /// With a coarse one first, of so many nodes and points.
    fn after(mut self, [degree, inside]: [usize; 2]) -> Self {
        let tables = Self::new(self.equation, COARSE, self.root, [degree, inside, 1]);
        // What is interpolated is `h^2 / sqrt(tau)`, so that it is right also where `h` vanishes.
        let mut to_fine = lagrange(degree, self.root, &self.nodes);
        for (weights, from) in to_fine.iter_mut().zip(&tables.nodes) {
            for (weight, to) in weights.iter_mut().zip(&self.nodes) {
                *weight *= to / from;
            }
        }
        self.coarse = Some(Box::new(Coarse { to_fine, tables }));
        self
    }
}

/// The change of `ln B` that ends the coarse steps.
const COARSE: f64 = 3e-3;

/// Below this tolerance all nodes count the same.
const EXACT: f64 = 1e-8;

/// Newton's method settles in 1 or 2 steps, seldom in 5.
const ITERATIONS: usize = 24;

/// Scheme by scheme: the tables of boundaries that start at the strike, and of the others.
static TABLES: [[OnceLock<Tables>; 2]; 4] = [const { [const { OnceLock::new() }; 2] }; 4];
static RESCUE: OnceLock<Tables> = OnceLock::new();

/// `volatility^2 * years` above which a scheme's own nodes miss its promise.
const WIDE: f64 = 2.0;

impl Scheme {
    /// The scheme that keeps this one's promise for a variance to expiry.
    pub(super) fn for_variance(self, variance: f64) -> Self {
        match self {
            Self::Fast if variance > WIDE => Self::Accurate,
            Self::Accurate if variance > WIDE => Self::Reference,
            kept => kept,
        }
    }

    /// Built once, on first use. Where the yield exceeds the rate the boundary
    /// does not start at the strike, and bends where it would have (`bent`): it
    /// takes more nodes.
    pub(super) fn tables(self, bent: bool) -> &'static Tables {
        let (equation, tolerance, straight_sizes, bent_sizes) = match self {
            Self::Fast => (Equation::A, 1e-2, [8, 16, 40], [12, 16, 40]),
            Self::Accurate => (Equation::A, 1e-4, [12, 16, 48], [20, 24, 48]),
            Self::Reference => (Equation::A, 1e-9, [20, 48, 128], [40, 64, 128]),
            Self::ReferenceB => (Equation::B, 1e-9, [20, 48, 128], [40, 64, 128]),
        };
        let (root, sizes) = if bent { (Root::Second, bent_sizes) } else { (Root::Fourth, straight_sizes) };
        TABLES[self as usize][usize::from(bent)].get_or_init(|| {
            let tables = Tables::new(equation, tolerance, root, sizes);
            if bent && self == Self::Accurate { tables.after([10, 8]) } else { tables }
        })
    }

    /// For what does not settle on the scheme's own nodes: fewer of them close to expiry.
    pub(super) fn rescue() -> &'static Tables {
        RESCUE.get_or_init(|| Tables::new(Equation::A, 1e-4, Root::Second, [16, 32, 64]))
    }
}
