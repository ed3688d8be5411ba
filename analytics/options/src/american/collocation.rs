//! The exercise boundary of a put, by collocation at Chebyshev nodes.
//!
//! Unknown is `h = ln(X / B(tau))` at the nodes, X the boundary at expiry;
//! `h^2` is interpolated in `sqrt(tau)`, where it is nearly a straight line.
//! Source: Andersen, Lake and Offengenden (2016), "High-performance American
//! option pricing", sections 4 and 5; the steps are theirs taken in `ln B`.

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
    points: Points,
    /// The system of Newton's method, row by row, with its right side.
    system: Vec<f64>,
    /// What the premium's integral asks.
    pub(super) outer: [Vec<f64>; 4],
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

/// Solves for the boundary; the answer is in `work.h` and `work.square`.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(super) fn solve(put: &Put, limits: &Limits, tables: &Tables, work: &mut Workspace) {
    prepare(put, limits, tables, work);
    super::qd_plus::guess(put, limits, &work.time, &mut work.h);
    for iteration in 0..tables.iterations {
        integrands(put, tables, work);
        step(put, limits, tables, work, iteration >= tables.simple);
    }
    work.square.clear();
    work.square.extend(work.h.iter().map(|h| h * h));
}

#[inline(always)]
fn prepare(put: &Put, limits: &Limits, tables: &Tables, work: &mut Workspace) {
    let (r, q, sigma) = (put.rate, put.dividend_yield, put.volatility);
    let (nodes, count) = (tables.nodes.len(), tables.inner.weight.len());
    let Points { deviation, inverse, drift, paid, earned, own, passed, above, above_slope, below, below_slope } =
        &mut work.points;
    for column in [deviation, inverse, drift, paid, earned, own, passed, above, above_slope, below, below_slope] {
        column.resize(nodes * count, 0.0);
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
    let Points { deviation, inverse, drift, paid, earned, own, passed, above, above_slope, below, below_slope } = points;
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
}

/// One step towards the root of each node's equation: Newton's method in all
/// nodes together when `full`, else each alone with the boundary before it moving
/// along ("Jacobi-Newton", their 5.2), which is slower and more robust.
#[inline(always)]
fn step(put: &Put, limits: &Limits, tables: &Tables, work: &mut Workspace, full: bool) {
    let (nodes, count) = (tables.nodes.len(), tables.inner.weight.len());
    let width = nodes + 1;
    for i in 0..nodes {
        let range = i * count..(i + 1) * count;
        let sums = (sum(&work.points.above[range.clone()]), sum(&work.points.below[range.clone()]));
        let Balance { miss, slope, by_above, by_below } =
            balance(put, limits, tables.equation, work.time[i], work.h[i], sums);
        let row = &mut work.system[i * width..(i + 1) * width];
        row.fill(0.0);
        row[nodes] = -miss;
        row[i] = slope;
        if full {
            let (above, below) = (&work.points.above_slope[range.clone()], &work.points.below_slope[range.clone()]);
            let passed = &work.points.passed[range.clone()];
            let pull = &mut work.points.own[range.clone()];
            for (pull, (above, below)) in pull.iter_mut().zip(above.iter().zip(below)) {
                *pull = above * by_above - below * by_below;
            }
            row[i] -= sum(pull);
            for (pull, passed) in pull.iter_mut().zip(passed) {
                *pull = if *passed > LOST { *pull / passed } else { 0.0 };
            }
            for (j, entry) in row[..nodes].iter_mut().enumerate() {
                *entry += work.h[j] * dot(pull, &tables.inner_weights[j][range.clone()]);
            }
        }
    }
    if full && !eliminate(&mut work.system, nodes) {
        return;
    }
    for i in 0..nodes {
        let row = &work.system[i * width..(i + 1) * width];
        let change = if full { row[nodes] } else { row[nodes] / row[i] };
        let h = work.h[i] + change;
        if h.is_finite() {
            work.h[i] = if h < 0.0 {
                0.0
            } else if h > limits.most {
                limits.most
            } else {
                h
            };
        }
    }
}

/// The equation of a node, as the logarithm of one side over the other.
struct Balance {
    miss: f64,
    /// Its derivative by the node's `h` where the integrals stay the same.
    slope: f64,
    /// Its derivative by the first integral, and less that by the second.
    by_above: f64,
    by_below: f64,
}

/// With `sums` the integrals of interest I and of yield J:
///
/// FP-A says `N = B D` with `N = e^(-r tau) n(d2) / (s sqrt tau) + I` and
/// `D = e^(-q tau) (n(d1) / (s sqrt tau) + N(d1)) + J`. As `B e^(-q tau) n(d1) =
/// e^(-r tau) n(d2)`, which for short times is nearly all of both sides, what is left is
/// `I = B (e^(-q tau) N(d1) + J)`. Its logarithm is nearly straight in `h`.
/// FP-B says `e^(-r tau) N(d2) + I = B (e^(-q tau) N(d1) + J)`. A negative J
/// stands on the other side, so that both are positive.
#[inline(always)]
fn balance(put: &Put, limits: &Limits, equation: Equation, time: f64, h: f64, sums: (f64, f64)) -> Balance {
    let (r, q, sigma) = (put.rate, put.dividend_yield, put.volatility);
    let whole = sigma * time.sqrt();
    let d2 = (limits.start - h + (r - q) * time) / whole - 0.5 * whole;
    let d1 = d2 + whole;
    let bell1 = exp(-0.5 * d1 * d1);
    let carry = exp(-q * time);
    let (held, held_slope) = (carry * cdf_by(d1, bell1), -carry * FRAC_1_SQRT_TAU * bell1 / whole);
    let (strike, strike_slope) = match equation {
        Equation::A => (0.0, 0.0),
        Equation::B => {
            let bell2 = exp(-0.5 * d2 * d2);
            let discount = exp(-r * time);
            (discount * cdf_by(d2, bell2), -discount * FRAC_1_SQRT_TAU * bell2 / whole)
        }
    };
    let (interest, earned) = sums;
    let inverse = exp(h - limits.start);
    let paid = (strike + interest) * inverse;
    let paid_slope = paid + strike_slope * inverse;
    let (above, below, earned_above) = if q < 0.0 { (paid - earned, held, true) } else { (paid, held + earned, false) };
    let above = if above > LEAST { above } else { LEAST };
    let below = if below > LEAST { below } else { LEAST };
    Balance {
        miss: ln(above) - ln(below),
        slope: paid_slope / above - held_slope / below,
        by_above: inverse / above,
        by_below: if earned_above { 1.0 / above } else { 1.0 / below },
    }
}

/// The inner product in the order of [`sum`].
#[inline(always)]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a_chunks, a_rest) = a.as_chunks::<8>();
    let (b_chunks, b_rest) = b.as_chunks::<8>();
    let mut lanes = [0.0; 8];
    for (a, b) in a_chunks.iter().zip(b_chunks) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    let rest = a_rest.iter().zip(b_rest).fold(0.0, |sum, (a, b)| sum + a * b);
    let [a, b, c, d, e, f, g, h] = lanes;
    (((a + b) + (c + d)) + ((e + f) + (g + h))) + rest
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
        if !(system[best * width + pivot].abs() > 1e-300) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look() {
        let put = Put { spot: 0.9687, years: 0.0136986301369863, rate: 0.0138, dividend_yield: 0.0071, volatility: 0.561 };
        let limits = Limits::of(&put);
        for equation in [Equation::A, Equation::B] {
            for (simple, iterations, n, l) in [(0, 0, 20, 24), (9, 2, 20, 24), (9, 8, 20, 24), (9, 30, 20, 24), (0, 1, 20, 24), (0, 2, 20, 24), (0, 3, 20, 24), (0, 6, 20, 24), (0, 12, 20, 24), (2, 12, 20, 24), (1, 2, 20, 24), (1, 3, 20, 24), (1, 4, 20, 24), (2, 12, 12, 48)] {
                let simple = if simple == 9 { 999 } else { simple };
                let tables = Tables::new(equation, [simple, iterations, n, l, 48]);
                let mut work = Workspace::default();
                solve(&put, &limits, &tables, &mut work);
                let h: Vec<f64> = work.h.iter().zip(&work.time).map(|(h, t)| (1e4 * h / (put.volatility * t.sqrt())).round() / 1e4).collect();
                integrands(&put, &tables, &mut work);
                let before = work.h.clone();
                step(&put, &limits, &tables, &mut work, true);
                let full = work.h.iter().zip(&before).fold(0.0_f64, |m, (a, b)| m.max((a - b).abs()));
                println!("{equation:?} {simple} {iterations} {n} {l} change {full:.2e} price {} h {h:?}", 100.0 * (super::super::premium::premium(&put, &limits, &tables, &mut work).price + super::super::premium::european(&put).price));
            }
        }
    }
}
