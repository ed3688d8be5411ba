//! The exercise boundary of a put, by collocation at Chebyshev nodes.
//!
//! Unknown is `h = ln(X / B(tau))` at the nodes, X the boundary at expiry;
//! `h^2` is interpolated in `sqrt(tau)`, where it is nearly a straight line.
//! Source: Andersen, Lake and Offengenden (2016), "High-performance American
//! option pricing", sections 4 and 5; the steps are theirs taken in `ln B`.

#![allow(clippy::needless_range_loop, reason = "plain indices over columns of one length become vector instructions")]

use multiversion::multiversion;

use super::elementary::{FRAC_1_SQRT_TAU, cdf_by, exp, ln};
use super::put::Put;
use super::scheme::{Equation, Tables};

/// Room for the computation, to be used again.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    /// `ln(X / B)` at the nodes.
    pub(super) h: Vec<f64>,
    /// Its square.
    pub(super) square: Vec<f64>,
    /// Years to expiry at the nodes.
    time: Vec<f64>,
    nodes: Nodes,
    pub(super) guess: super::qd_plus::Columns,
    points: Points,
    /// The system of Newton's method, row by row, with its right side.
    system: Vec<f64>,
    /// What the premium's integral asks.
    pub(super) outer: [Vec<f64>; 4],
}

/// Columns over the nodes: each one's equation, see [`balance`].
#[derive(Debug, Default)]
struct Nodes {
    interest: Vec<f64>,
    yielded: Vec<f64>,
    miss: Vec<f64>,
    slope: Vec<f64>,
    by_above: Vec<f64>,
    by_below: Vec<f64>,
}

/// Columns over the points of all nodes' integrals, node after node.
#[derive(Debug, Default)]
struct Points {
    /// Deviation of the log price, and 1 over it.
    deviation: Vec<f64>,
    inverse: Vec<f64>,
    /// Drift of the log price over its deviation.
    drift: Vec<f64>,
    /// Discounted interest and yield, times weight, times `1 / sqrt(2 pi)` where a density follows.
    paid: Vec<f64>,
    earned: Vec<f64>,
    /// `h` of the node whose integral it is, and of the boundary then.
    own: Vec<f64>,
    passed: Vec<f64>,
    /// Terms of numerator and denominator, and their slopes by `passed`.
    above: Vec<f64>,
    above_slope: Vec<f64>,
    below: Vec<f64>,
    below_slope: Vec<f64>,
}

/// What the boundary may be, and for how long it changes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// `ln X`, the boundary at expiry.
    pub(super) start: f64,
    /// `ln(X / B)` of the boundary without expiry.
    pub(super) most: f64,
    /// Years over which it is resolved.
    pub(super) horizon: f64,
}

impl Limits {
    pub(super) fn of(put: &Put) -> Self {
        let start = libm::log(put.boundary_at_expiry());
        let most = (start - libm::log(put.boundary_without_expiry().max(1e-300))).max(0.0);
        let settled = SETTLED / put.settling_speed();
        Self { start, most, horizon: if settled < put.years { settled } else { put.years } }
    }
}

/// Of `h`: below it the interpolated square was negative or lost to rounding.
const LOST: f64 = 1e-100;

/// Of either side of the equation.
const LEAST: f64 = 1e-290;

/// `e^-36` is 2e-16.
const SETTLED: f64 = 36.0;

/// The sum in a fixed order: eight lanes, then across.
#[inline(always)]
pub(super) fn sum(terms: &[f64]) -> f64 {
    let (chunks, rest) = terms.as_chunks::<8>();
    let mut lanes = [0.0; 8];
    for chunk in chunks {
        for (lane, term) in lanes.iter_mut().zip(chunk) {
            *lane += term;
        }
    }
    let rest = rest.iter().fold(0.0, |sum, term| sum + term);
    let [a, b, c, d, e, f, g, h] = lanes;
    (((a + b) + (c + d)) + ((e + f) + (g + h))) + rest
}

/// Solves for the boundary; the answer is in `work.h` and `work.square`. False when
/// Newton's method does not settle.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(super) fn solve(put: &Put, limits: &Limits, tables: &Tables, work: &mut Workspace) -> bool {
    prepare(put, limits, tables, work);
    super::qd_plus::guess(put, limits, &work.time, &mut work.h, &mut work.guess);
    integrands(put, tables, work);
    // QD+ is poor where little time is left and the boundary starts at the strike:
    // there each node is first solved alone, the integrals being what they are.
    let alone = if tables.equation == Equation::A && put.dividend_yield <= put.rate { ALONE } else { 0 };
    for _ in 0..alone {
        balance(put, limits, tables.equation, work);
        for (h, (miss, slope)) in work.h.iter_mut().zip(work.nodes.miss.iter().zip(&work.nodes.slope)) {
            let next = *h - miss / slope;
            let next = if next > 0.0 { next } else { 0.5 * *h };
            *h = if next < limits.most { next } else { limits.most };
        }
    }
    let mut settled = false;
    for _ in 0..tables.iterations {
        integrands(put, tables, work);
        balance(put, limits, tables.equation, work);
        settled = newton(limits, tables, work) < tables.tolerance;
        if settled {
            break;
        }
    }
    work.square.clear();
    work.square.extend(work.h.iter().map(|h| h * h));
    settled
}

/// Steps of each node alone.
const ALONE: usize = 2;

#[inline(always)]
fn prepare(put: &Put, limits: &Limits, tables: &Tables, work: &mut Workspace) {
    let (r, q, sigma) = (put.rate, put.dividend_yield, put.volatility);
    let (nodes, count) = (tables.nodes.len(), tables.inner.weight.len());
    let Points { deviation, inverse, drift, paid, earned, own, passed, above, above_slope, below, below_slope } =
        &mut work.points;
    for column in [deviation, inverse, drift, paid, earned, own, passed, above, above_slope, below, below_slope] {
        column.resize(nodes * count, 0.0);
    }
    let Nodes { interest, yielded, miss, slope, by_above, by_below } = &mut work.nodes;
    for column in [interest, yielded, miss, slope, by_above, by_below] {
        column.resize(nodes, 0.0);
    }
    work.system.resize(nodes * (nodes + 1), 0.0);
    work.time.clear();
    work.time.extend(tables.nodes.iter().map(|node| limits.horizon * node * node));
    work.h.resize(nodes, 0.0);
    let root = limits.horizon.sqrt();
    let per_root = (r - q) / sigma - 0.5 * sigma;
    let Points { deviation, inverse, drift, paid, earned, .. } = &mut work.points;
    let columns = deviation.iter_mut().zip(inverse).zip(drift.iter_mut().zip(paid.iter_mut().zip(earned)));
    for ((left, weight), ((deviation, inverse), (drift, (paid, earned)))) in
        tables.inner_left.iter().zip(&tables.inner_share).zip(columns)
    {
        let span = root * left;
        let years = span * span;
        *deviation = sigma * span;
        *inverse = 1.0 / *deviation;
        *drift = per_root * span;
        *paid = limits.horizon * weight * r * exp(-r * years);
        *earned = limits.horizon * weight * q * exp(-q * years);
    }
}

/// The terms of the sums that the equation needs, at the boundary as it stands.
#[inline(always)]
fn integrands(put: &Put, tables: &Tables, work: &mut Workspace) {
    let count = tables.inner.weight.len();
    let points = &mut work.points;
    let total = points.passed.len();
    points.passed.fill(0.0);
    for (weights, h) in tables.inner_weights.iter().zip(&work.h) {
        let square = h * h;
        for (sum, weight) in points.passed.iter_mut().zip(weights) {
            *sum += weight * square;
        }
    }
    for (own, h) in points.own.chunks_exact_mut(count).zip(&work.h) {
        own.fill(*h);
    }
    let Points { deviation, inverse, drift, paid, earned, own, passed, above, above_slope, below, below_slope } =
        points;
    let (deviation, inverse, drift) = (&deviation[..total], &inverse[..total], &drift[..total]);
    let (paid, earned, own, passed) = (&paid[..total], &earned[..total], &own[..total], &mut passed[..total]);
    let (above, above_slope) = (&mut above[..total], &mut above_slope[..total]);
    let (below, below_slope) = (&mut below[..total], &mut below_slope[..total]);
    let curved = tables.equation == Equation::A;
    for k in 0..total {
        let square = if passed[k] > 1e-300 { passed[k] } else { 1e-300 };
        passed[k] = square.sqrt();
    }
    if curved {
        for k in 0..total {
            let z = (passed[k] - own[k]) * inverse[k] + drift[k];
            let term = paid[k] * FRAC_1_SQRT_TAU * exp(-0.5 * z * z) * inverse[k];
            above[k] = term;
            above_slope[k] = -term * z * inverse[k];
        }
    } else {
        for k in 0..total {
            let z = (passed[k] - own[k]) * inverse[k] + drift[k];
            let bell = exp(-0.5 * z * z);
            above[k] = paid[k] * cdf_by(z, bell);
            above_slope[k] = paid[k] * FRAC_1_SQRT_TAU * bell * inverse[k];
        }
    }
    if put.dividend_yield == 0.0 {
        below.fill(0.0);
        below_slope.fill(0.0);
    } else if curved {
        for k in 0..total {
            let z2 = (passed[k] - own[k]) * inverse[k] + drift[k];
            let z = z2 + deviation[k];
            let bell = exp(-0.5 * z * z);
            let density = FRAC_1_SQRT_TAU * bell * inverse[k];
            below[k] = earned[k] * (density + cdf_by(z, bell));
            below_slope[k] = -earned[k] * density * z2 * inverse[k];
        }
    } else {
        for k in 0..total {
            let z = (passed[k] - own[k]) * inverse[k] + drift[k] + deviation[k];
            let bell = exp(-0.5 * z * z);
            below[k] = earned[k] * cdf_by(z, bell);
            below_slope[k] = earned[k] * FRAC_1_SQRT_TAU * bell * inverse[k];
        }
    }
    for i in 0..tables.nodes.len() {
        let range = i * count..(i + 1) * count;
        work.nodes.interest[i] = sum(&work.points.above[range.clone()]);
        work.nodes.yielded[i] = sum(&work.points.below[range]);
    }
}

/// One step of Newton's method in all nodes together; the largest change of an `h`.
#[inline(always)]
fn newton(limits: &Limits, tables: &Tables, work: &mut Workspace) -> f64 {
    let (nodes, count) = (tables.nodes.len(), tables.inner.weight.len());
    let width = nodes + 1;
    let points = &mut work.points;
    for i in 0..nodes {
        let range = i * count..(i + 1) * count;
        let (by_above, by_below) = (work.nodes.by_above[i], work.nodes.by_below[i]);
        let row = &mut work.system[i * width..(i + 1) * width];
        let (above, below) = (&points.above_slope[range.clone()], &points.below_slope[range.clone()]);
        let passed = &points.passed[range.clone()];
        let pull = &mut points.own[range.clone()];
        for (pull, (above, below)) in pull.iter_mut().zip(above.iter().zip(below)) {
            *pull = above * by_above - below * by_below;
        }
        let own = sum(pull);
        for (pull, passed) in pull.iter_mut().zip(passed) {
            *pull = if *passed > LOST { *pull / passed } else { 0.0 };
        }
        let weights = &tables.inner_rows[range.start * tables.padded..range.end * tables.padded];
        for (block, entries) in row[..nodes].chunks_mut(8).enumerate() {
            let mut lanes = [0.0; 8];
            for (pull, weights) in pull.iter().zip(weights.chunks_exact(tables.padded)) {
                let (weights, _) = weights[block * 8..].as_chunks::<8>();
                for (lane, weight) in lanes.iter_mut().zip(&weights[0]) {
                    *lane += pull * weight;
                }
            }
            for ((entry, lane), h) in entries.iter_mut().zip(&lanes).zip(&work.h[block * 8..]) {
                *entry = h * lane;
            }
        }
        row[i] += work.nodes.slope[i] - own;
        row[nodes] = -work.nodes.miss[i];
    }
    if !eliminate(&mut work.system, nodes) {
        return f64::INFINITY;
    }
    let mut most = 0.0;
    for (h, row) in work.h.iter_mut().zip(work.system.chunks_exact(width)) {
        let next = *h + row[nodes];
        if next.is_finite() {
            let next = if next > 0.0 { next } else { 0.5 * *h };
            let next = if next < limits.most { next } else { limits.most };
            let change = (next - *h).abs();
            most = if change > most { change } else { most };
            *h = next;
        }
    }
    most
}

/// Every node's equation, as the logarithm of one side over the other.
///
/// With I the integral of interest and J that of yield, FP-A says `N = B D` with
/// `N = e^(-r tau) n(d2) / (s sqrt tau) + I` and
/// `D = e^(-q tau) (n(d1) / (s sqrt tau) + N(d1)) + J`. As `B e^(-q tau) n(d1) =
/// e^(-r tau) n(d2)`, which for short times is nearly all of both sides, what is left is
/// `I = B (e^(-q tau) N(d1) + J)`. Its logarithm is nearly straight in `h`.
/// FP-B says `e^(-r tau) N(d2) + I = B (e^(-q tau) N(d1) + J)`. A negative J
/// stands on the other side, so that both are positive.
///
/// `slope` is the derivative of `miss` by the node's `h` where the integrals stay
/// the same; `by_above` and `by_below` those by I and, less, by J.
#[inline(always)]
fn balance(put: &Put, limits: &Limits, equation: Equation, work: &mut Workspace) {
    let (r, q, sigma) = (put.rate, put.dividend_yield, put.volatility);
    let count = work.h.len();
    let (h, time) = (&work.h[..count], &work.time[..count]);
    let Nodes { interest, yielded, miss, slope, by_above, by_below } = &mut work.nodes;
    let (interest, yielded) = (&interest[..count], &yielded[..count]);
    let (miss, slope) = (&mut miss[..count], &mut slope[..count]);
    let (by_above, by_below) = (&mut by_above[..count], &mut by_below[..count]);
    let with_strike = if equation == Equation::B { 1.0 } else { 0.0 };
    let earned = q >= 0.0;
    for i in 0..count {
        let whole = sigma * time[i].sqrt();
        let d2 = (limits.start - h[i] + (r - q) * time[i]) / whole - 0.5 * whole;
        let d1 = d2 + whole;
        let (bell1, bell2) = (exp(-0.5 * d1 * d1), exp(-0.5 * d2 * d2));
        let (carry, discount) = (exp(-q * time[i]), with_strike * exp(-r * time[i]));
        let (held, held_slope) = (carry * cdf_by(d1, bell1), -carry * FRAC_1_SQRT_TAU * bell1 / whole);
        let (strike, strike_slope) = (discount * cdf_by(d2, bell2), -discount * FRAC_1_SQRT_TAU * bell2 / whole);
        let inverse = exp(h[i] - limits.start);
        let paid = (strike + interest[i]) * inverse;
        let paid_slope = paid + strike_slope * inverse;
        let above = if earned { paid } else { paid - yielded[i] };
        let below = if earned { held + yielded[i] } else { held };
        let above = if above > LEAST { above } else { LEAST };
        let below = if below > LEAST { below } else { LEAST };
        miss[i] = ln(above) - ln(below);
        slope[i] = paid_slope / above - held_slope / below;
        by_above[i] = inverse / above;
        by_below[i] = if earned { 1.0 / below } else { 1.0 / above };
    }
}

/// Solves a system given row by row with its right side last; the answer takes
/// the right side's place. False when it is singular.
#[inline(always)]
fn eliminate(system: &mut [f64], size: usize) -> bool {
    let width = size + 1;
    for pivot in 0..size {
        let mut best = pivot;
        for row in pivot + 1..size {
            if system[row * width + pivot].abs() > system[best * width + pivot].abs() {
                best = row;
            }
        }
        let largest = system[best * width + pivot].abs();
        if largest.is_nan() || largest < 1e-300 {
            return false;
        }
        if best != pivot {
            for column in pivot..width {
                system.swap(pivot * width + column, best * width + column);
            }
        }
        let (above, below) = system.split_at_mut((pivot + 1) * width);
        let lead = &above[pivot * width + pivot..];
        let inverse = 1.0 / lead[0];
        for row in below.chunks_exact_mut(width) {
            let factor = row[pivot] * inverse;
            for (entry, lead) in row[pivot..].iter_mut().zip(lead) {
                *entry -= factor * lead;
            }
        }
    }
    for row in (0..size).rev() {
        let (above, below) = system.split_at_mut((row + 1) * width);
        let entries = &mut above[row * width..];
        let mut value = entries[size];
        for column in row + 1..size {
            value -= entries[column] * below[(column - row - 1) * width + size];
        }
        entries[size] = value / entries[row];
    }
    true
}
