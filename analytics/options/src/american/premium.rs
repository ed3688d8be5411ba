//! Price, delta and gamma of a put whose exercise boundary is known.

#![allow(clippy::needless_range_loop, reason = "plain indices over columns of one length become vector instructions")]

use multiversion::multiversion;
use numeric::lanes::{PDF_AT_0, cdf, cdf_from, exp_bounded};

use super::collocation::{Limits, Workspace};
use super::equation::sum;
use super::put::Put;
use super::scheme::Tables;

/// Price and its first two derivatives by the spot, or a part of them that adds to the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Value {
    pub(super) price: f64,
    pub(super) delta: f64,
    pub(super) gamma: f64,
}

impl Value {
    pub(super) fn plus(self, other: Self) -> Self {
        Self { price: self.price + other.price, delta: self.delta + other.delta, gamma: self.gamma + other.gamma }
    }
}

/// The European put (Merton 1973).
pub(super) fn european(put: &Put) -> Value {
    let whole = put.volatility * put.years.sqrt();
    let (discount, carry) = (libm::exp(-put.rate * put.years), libm::exp(-put.dividend_yield * put.years));
    let d1 = (libm::log(put.spot) + (put.rate - put.dividend_yield) * put.years) / whole + 0.5 * whole;
    let below = numeric::normal::cdf(-d1);
    let density = PDF_AT_0 * libm::exp(-0.5 * d1 * d1);
    Value {
        price: discount * numeric::normal::cdf(whole - d1) - put.spot * carry * below,
        delta: -carry * below,
        gamma: carry * density / (put.spot * whole),
    }
}

/// What the right to exercise early adds: the interest on the strike less the
/// yield of the underlying, over the times and prices at which it is exercised
/// (Kim 1990, "The analytic valuation of American options", equation 12).
pub(super) fn premium(put: &Put, limits: &Limits, tables: &Tables, work: &mut Workspace) -> Value {
    let changing = while_it_changes(put, limits, tables, work);
    let constant = put.years - limits.horizon;
    if constant > 0.0 {
        let h = work.h.last().copied().unwrap_or_default();
        return changing.plus(while_constant(put, limits.start - h, constant));
    }
    changing
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn while_it_changes(put: &Put, limits: &Limits, tables: &Tables, work: &mut Workspace) -> Value {
    let (r, q, sigma) = (put.rate, put.dividend_yield, put.volatility);
    let count = tables.outer.weight.len();
    let Workspace { square, outer: [passed, price, delta, gamma], .. } = work;
    for column in [&mut *passed, &mut *price, &mut *delta, &mut *gamma] {
        column.clear();
        column.resize(count, 0.0);
    }
    for (weights, square) in tables.outer_weights.iter().zip(square.iter()) {
        for (sum, weight) in passed.iter_mut().zip(weights) {
            *sum += weight * square;
        }
    }
    let before = put.years - limits.horizon;
    let start = libm::log(put.spot) - limits.start;
    let inverse = exp_bounded(-limits.start);
    let per_year = r - q + 0.5 * sigma * sigma;
    let (left, weight) = (&tables.outer.root_left[..count], &tables.outer.weight[..count]);
    for k in 0..count {
        let years = before + limits.horizon * left[k] * left[k];
        let deviation = sigma * years.sqrt();
        let h = if passed[k] > 0.0 { passed[k].sqrt() } else { 0.0 };
        let d1 = (start + h + per_year * years) / deviation;
        let d2 = d1 - deviation;
        let (bell1, bell2) = (exp_bounded(-0.5 * d1 * d1), exp_bounded(-0.5 * d2 * d2));
        let (below1, below2) = (cdf_from(-d1, bell1), cdf_from(-d2, bell2));
        let carry = weight[k] * limits.horizon * exp_bounded(-q * years);
        let discount = weight[k] * limits.horizon * exp_bounded(-r * years);
        let density = carry * PDF_AT_0 * bell1 / deviation;
        let gain = r * inverse * exp_bounded(h) - q;
        price[k] = r * discount * below2 - q * put.spot * carry * below1;
        delta[k] = -gain * density - q * carry * below1;
        gamma[k] = density / put.spot * (gain * d1 / deviation + q);
    }
    Value { price: sum(price), delta: sum(delta), gamma: sum(gamma) }
}

/// The premium of the first `years`, over which the boundary is constant; `boundary` its logarithm.
///
/// The integrals of `rho e^(-rho t) N(a / sqrt t + b sqrt t)` by parts; what is
/// left are densities of first passage, which `e^(..) N(a / sqrt t +- g sqrt t)`
/// integrate, `g^2 = b^2 + 2 rho`.
fn while_constant(put: &Put, boundary: f64, years: f64) -> Value {
    let (r, q, sigma) = (put.rate, put.dividend_yield, put.volatility);
    let root = years.sqrt();
    let a = (boundary - libm::log(put.spot)) / sigma;
    let g = (2.0 * put.settling_speed()).sqrt();
    let part = |rho: f64, b: f64| {
        let z = a / root + b * root;
        let (near, far) = (a / root + g * root, a / root - g * root);
        // g - b and g + b, whose product is 2 rho, without cancellation.
        let (less, more) = if b > 0.0 { (2.0 * rho / (g + b), g + b) } else { (g - b, 2.0 * rho / (g - b)) };
        let up = exp_bounded(a * less) * cdf(near);
        let down = cdf_from(far, exp_bounded(-rho * years - 0.5 * z * z));
        let value = 0.5 * (more / g * up + less / g * down) - exp_bounded(-rho * years) * cdf(z);
        let slope = rho / g * (up - down);
        let curve = rho / g * (less * up + more * down);
        let per = sigma * put.spot;
        (value, -slope / per, curve / (per * per) + slope / (per * put.spot))
    };
    let (strike, strike_slope, strike_curve) = part(r, -(r - q) / sigma + 0.5 * sigma);
    let (spot, spot_slope, spot_curve) = part(q, -(r - q) / sigma - 0.5 * sigma);
    Value {
        price: strike - put.spot * spot,
        delta: strike_slope - spot - put.spot * spot_slope,
        gamma: strike_curve - 2.0 * spot_slope - put.spot * spot_curve,
    }
}
