//! What the boundary's equation asks at the nodes: its integrals, and how far it is from holding.

#![allow(clippy::needless_range_loop, reason = "plain indices over columns of one length become vector instructions")]

use numeric::lanes::{PDF_AT_0, cdf_from, exp_bounded, ln_ratio};

use super::collocation::{Limits, Nodes, Points, Workspace};
use super::put::Put;
use super::scheme::{Equation, Tables};

/// Of either side of the equation.
const LEAST: f64 = 1e-290;

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

/// The terms of the sums that the equation needs, at the boundary as it stands.
#[inline(always)]
pub(super) fn integrands(put: &Put, tables: &Tables, work: &mut Workspace) {
    let count = tables.inner.weight.len();
    work.square.clear();
    work.square.extend(work.h.iter().map(|h| h * h));
    let points = &mut work.points;
    let total = points.passed.len();
    // The squares at the points, eight by eight.
    let nodes = tables.nodes.len();
    let (eights, _) = points.passed.as_chunks_mut::<8>();
    for (eight, weights) in eights.iter_mut().zip(tables.inner_weights.chunks_exact(nodes)) {
        let mut lanes = [0.0; 8];
        for (weights, square) in weights.iter().zip(&work.square) {
            for (lane, weight) in lanes.iter_mut().zip(weights) {
                *lane += weight * square;
            }
        }
        *eight = lanes;
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
            let term = paid[k] * PDF_AT_0 * exp_bounded(-0.5 * z * z) * inverse[k];
            above[k] = term;
            above_slope[k] = -term * z * inverse[k];
        }
    } else {
        for k in 0..total {
            let z = (passed[k] - own[k]) * inverse[k] + drift[k];
            let bell = exp_bounded(-0.5 * z * z);
            above[k] = paid[k] * cdf_from(z, bell);
            above_slope[k] = paid[k] * PDF_AT_0 * bell * inverse[k];
        }
    }
    if put.dividend_yield == 0.0 {
        below.fill(0.0);
        below_slope.fill(0.0);
    } else if curved {
        for k in 0..total {
            let z2 = (passed[k] - own[k]) * inverse[k] + drift[k];
            let z = z2 + deviation[k];
            let bell = exp_bounded(-0.5 * z * z);
            let density = PDF_AT_0 * bell * inverse[k];
            below[k] = earned[k] * (density + cdf_from(z, bell));
            below_slope[k] = -earned[k] * density * z2 * inverse[k];
        }
    } else {
        for k in 0..total {
            let z = (passed[k] - own[k]) * inverse[k] + drift[k] + deviation[k];
            let bell = exp_bounded(-0.5 * z * z);
            below[k] = earned[k] * cdf_from(z, bell);
            below_slope[k] = earned[k] * PDF_AT_0 * bell * inverse[k];
        }
    }
    for i in 0..tables.nodes.len() {
        let range = i * count..(i + 1) * count;
        work.nodes.interest[i] = sum(&work.points.above[range.clone()]);
        work.nodes.yielded[i] = sum(&work.points.below[range]);
    }
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
pub(super) fn balance(put: &Put, limits: &Limits, equation: Equation, work: &mut Workspace) {
    let (r, q, sigma) = (put.rate, put.dividend_yield, put.volatility);
    let Nodes { time, h, interest, yielded, miss, slope, by_above, by_below } = &mut work.nodes;
    let count = time.len();
    // What fills up the columns is like the last node.
    let last = work.h.last().copied().unwrap_or_default();
    h.fill(last);
    h[..work.h.len()].copy_from_slice(&work.h);
    let (h, time) = (&h[..count], &time[..count]);
    let (interest, yielded) = (&interest[..count], &yielded[..count]);
    let (miss, slope) = (&mut miss[..count], &mut slope[..count]);
    let (by_above, by_below) = (&mut by_above[..count], &mut by_below[..count]);
    let with_strike = if equation == Equation::B { 1.0 } else { 0.0 };
    let earned = q >= 0.0;
    for i in 0..count {
        let whole = sigma * time[i].sqrt();
        let d2 = (limits.start - h[i] + (r - q) * time[i]) / whole - 0.5 * whole;
        let d1 = d2 + whole;
        let (bell1, bell2) = (exp_bounded(-0.5 * d1 * d1), exp_bounded(-0.5 * d2 * d2));
        let (carry, discount) = (exp_bounded(-q * time[i]), with_strike * exp_bounded(-r * time[i]));
        let (held, held_slope) = (carry * cdf_from(d1, bell1), -carry * PDF_AT_0 * bell1 / whole);
        let (strike, strike_slope) = (discount * cdf_from(d2, bell2), -discount * PDF_AT_0 * bell2 / whole);
        let inverse = exp_bounded(h[i] - limits.start);
        let paid = (strike + interest[i]) * inverse;
        let paid_slope = paid + strike_slope * inverse;
        let above = if earned { paid } else { paid - yielded[i] };
        let below = if earned { held + yielded[i] } else { held };
        let above = if above > LEAST { above } else { LEAST };
        let below = if below > LEAST { below } else { LEAST };
        miss[i] = ln_ratio(above, below);
        slope[i] = paid_slope / above - held_slope / below;
        by_above[i] = inverse / above;
        by_below[i] = if earned { 1.0 / below } else { 1.0 / above };
    }
}
