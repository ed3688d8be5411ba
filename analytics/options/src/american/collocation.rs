//! The exercise boundary of a put, by collocation at Chebyshev nodes.
//!
//! Unknown is `h = ln(X / B(tau))` at the nodes, X the boundary at expiry;
//! `h^2` is interpolated in `sqrt(tau)`, where it is nearly a straight line.
//! Source: Andersen, Lake and Offengenden (2016), "High-performance American
//! option pricing", sections 4 and 5; the steps are theirs taken in `ln B`.

#![allow(clippy::needless_range_loop, reason = "plain indices over columns of one length become vector instructions")]

use multiversion::multiversion;
use numeric::lanes::exp_bounded;

use super::equation::{balance, integrands};
use super::newton::{newton, width};
use super::put::Put;
use super::scheme::{Equation, Tables};

/// Room for the computation, to be used again.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    /// `ln(X / B)` at the nodes.
    pub(super) h: Vec<f64>,
    /// Its square.
    pub(super) square: Vec<f64>,
    /// `h` at the nodes, from coarser ones.
    carried: Vec<f64>,
    pub(super) nodes: Nodes,
    pub(super) guess: super::qd_plus::Columns,
    pub(super) points: Points,
    /// The system of Newton's method, row by row, with its right side.
    pub(super) system: Vec<f64>,
    /// What the premium's integral asks.
    pub(super) outer: [Vec<f64>; 4],
}

/// Columns over the nodes, filled up to whole vectors: each one's equation, see [`balance`].
#[derive(Debug, Default)]
pub(super) struct Nodes {
    /// Years to expiry.
    pub(super) time: Vec<f64>,
    pub(super) h: Vec<f64>,
    pub(super) interest: Vec<f64>,
    pub(super) yielded: Vec<f64>,
    pub(super) miss: Vec<f64>,
    pub(super) slope: Vec<f64>,
    pub(super) by_above: Vec<f64>,
    pub(super) by_below: Vec<f64>,
}

/// Columns over the points of all nodes' integrals, node after node.
#[derive(Debug, Default)]
pub(super) struct Points {
    /// Deviation of the log price, and 1 over it.
    pub(super) deviation: Vec<f64>,
    pub(super) inverse: Vec<f64>,
    /// Drift of the log price over its deviation.
    pub(super) drift: Vec<f64>,
    /// Discounted interest and yield, times weight, times `1 / sqrt(2 pi)` where a density follows.
    pub(super) paid: Vec<f64>,
    pub(super) earned: Vec<f64>,
    /// `h` of the node whose integral it is, and of the boundary then.
    pub(super) own: Vec<f64>,
    pub(super) passed: Vec<f64>,
    /// Terms of numerator and denominator, and their slopes by `passed`.
    pub(super) above: Vec<f64>,
    pub(super) above_slope: Vec<f64>,
    pub(super) below: Vec<f64>,
    pub(super) below_slope: Vec<f64>,
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

/// `e^-36` is 2e-16.
const SETTLED: f64 = 36.0;

/// Solves for the boundary; the answer is in `work.h` and `work.square`. False when
/// Newton's method does not settle.
///
/// A scheme may have a coarse one whose boundary is solved first, at a fraction of the cost:
/// from there one step on the scheme's own nodes mostly is enough. If that fails, or the scheme has none,
/// the start is QD+.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(super) fn solve(put: &Put, limits: &Limits, tables: &Tables, work: &mut Workspace) -> bool {
    let mut level = tables.coarse.as_deref().map_or(tables, |coarse| &coarse.tables);
    let mut guessed = true;
    loop {
        prepare(put, limits, level, work);
        if guessed {
            super::qd_plus::guess(put, limits, &work.nodes.time, &mut work.guess);
            work.h.copy_from_slice(&work.guess.h[..level.nodes.len()]);
        } else {
            work.h.copy_from_slice(&work.carried);
        }
        let settled = iterate(put, limits, level, guessed, work);
        if std::ptr::eq(level, tables) {
            if settled || guessed {
                work.square.clear();
                work.square.extend(work.h.iter().map(|h| h * h));
                return settled;
            }
            guessed = true;
        } else {
            guessed = !(settled && carry(tables, work));
            level = tables;
        }
    }
}

/// Steps of each node alone.
const ALONE: usize = 2;

/// Newton's method from `work.h`; whether it settles.
#[inline(always)]
fn iterate(put: &Put, limits: &Limits, tables: &Tables, guessed: bool, work: &mut Workspace) -> bool {
    // QD+ is poor where little time is left and the boundary starts at the strike:
    // there each node is first solved alone, the integrals being what they are.
    let mut alone = guessed && tables.equation == Equation::A && put.dividend_yield <= put.rate;
    let mut iterations = 0;
    while iterations < tables.iterations {
        integrands(put, tables, work);
        if alone {
            alone = false;
            for _ in 0..ALONE {
                balance(put, limits, tables.equation, work);
                for (h, (miss, slope)) in work.h.iter_mut().zip(work.nodes.miss.iter().zip(&work.nodes.slope)) {
                    let next = *h - miss / slope;
                    let next = if next > 0.0 { next } else { 0.5 * *h };
                    *h = if next < limits.most { next } else { limits.most };
                }
            }
            continue;
        }
        balance(put, limits, tables.equation, work);
        if newton(limits, tables, work) < tables.tolerance {
            return true;
        }
        iterations += 1;
    }
    false
}

/// From the boundary on the coarse nodes that on the scheme's own; false when it is lost between them.
#[inline(always)]
fn carry(tables: &Tables, work: &mut Workspace) -> bool {
    let Some(coarse) = &tables.coarse else { return false };
    work.carried.clear();
    work.carried.resize(tables.nodes.len(), 0.0);
    for (weights, h) in coarse.to_fine.iter().zip(&work.h) {
        let square = h * h;
        for (sum, weight) in work.carried.iter_mut().zip(weights) {
            *sum += weight * square;
        }
    }
    let mut sound = true;
    for carried in &mut work.carried {
        sound &= *carried > 1e-300;
        *carried = carried.sqrt();
    }
    sound
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
    let Nodes { time, h, interest, yielded, miss, slope, by_above, by_below } = &mut work.nodes;
    for column in [&mut *time, h, interest, yielded, miss, slope, by_above, by_below] {
        column.clear();
        column.resize(nodes.next_multiple_of(8), 0.0);
    }
    time.fill(limits.horizon);
    for (time, node) in time.iter_mut().zip(&tables.nodes) {
        *time = limits.horizon * node * node;
    }
    work.system.resize(nodes * width(nodes), 0.0);
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
        *paid = limits.horizon * weight * r * exp_bounded(-r * years);
        *earned = limits.horizon * weight * q * exp_bounded(-q * years);
    }
}
