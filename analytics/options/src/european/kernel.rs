//! The price and its derivatives as a straight line of operations.
//!
//! Every function here takes one option, has no branch and no call, and so turns
//! into vector code in a loop (`batch`); alone it serves `European::price`. Both do
//! the same operations and come to the same bits. Valid where [`is_ordinary`] says
//! so; all else is for `careful`.
//!
//! The forms are those of Black and Scholes (1973) and Merton (1973), arranged so
//! that three exponentials, one logarithm and two tails are enough. With
//! `S' = S exp(-qT)`, `K' = K exp(-rT)`, `s = sigma sqrt T` and
//! `d1,2 = (ln(S/K) + (r-q)T) / s +- s/2`, the identity `S' pdf(d1) = K' pdf(d2)`
//! gives both tails from one density: `S' P(Z > d1) = m t(d1)` and
//! `K' P(Z > d2) = m t(d2)` with `m = S' exp(-d1^2/2)` and `t` the scaled tail of
//! `numeric::lanes`. An option out of the money is then `m |t(|d1|) - t(|d2|)|`, a
//! product that keeps its digits however small it is.

use numeric::lanes::{PDF_AT_0, TAIL_MAX, exp_near, exp_shifted, ln_ratio, scaled_tail};

/// What an option is given by; `sign` is 1 for a call and -1 for a put.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    pub(super) sign: f64,
    pub(super) spot: f64,
    pub(super) strike: f64,
    pub(super) years: f64,
    pub(super) rate: f64,
    pub(super) dividend_yield: f64,
    pub(super) volatility: f64,
}

/// Least s for which tails are subtracted; below it their difference loses digits.
pub(super) const DEVIATION_MIN: f64 = 1e-3;

/// Whether the operations below are safe: no overflow, no lost digits.
#[inline(always)]
pub(super) fn is_ordinary(o: &Terms) -> bool {
    let within = |x: f64, low: f64, high: f64| (x >= low) & (x <= high);
    let variance = o.volatility * o.volatility * o.years;
    within(o.spot, 1e-15, 1e15)
        & within(o.strike, 1e-15, 1e15)
        & within(o.years, 1e-12, 1e6)
        & within(o.volatility, 1e-6, 1e3)
        & within(variance, DEVIATION_MIN * DEVIATION_MIN, 3600.0)
        & within(o.rate * o.years, -8.0, 8.0)
        & within(o.dividend_yield * o.years, -8.0, 8.0)
}

/// Both legs discounted, and the deviation.
#[derive(Clone, Copy)]
pub(super) struct Legs {
    /// S'.
    pub(super) spot: f64,
    /// K'.
    pub(super) strike: f64,
    /// sqrt T.
    pub(super) root: f64,
    /// 1 / s.
    pub(super) inverse: f64,
}

#[inline(always)]
pub(super) fn legs(o: &Terms) -> Legs {
    let root = o.years.sqrt();
    Legs {
        spot: o.spot * exp_near(-(o.dividend_yield * o.years)),
        strike: o.strike * exp_near(-(o.rate * o.years)),
        root,
        inverse: 1.0 / (o.volatility * root),
    }
}

/// d1 and d2.
#[inline(always)]
pub(super) fn distances(o: &Terms, root: f64, inverse: f64) -> (f64, f64) {
    let forward = ln_ratio(o.spot, o.strike) + (o.rate - o.dividend_yield) * o.years;
    let middle = forward * inverse;
    let half = 0.5 * (o.volatility * root);
    (middle + half, middle - half)
}

/// m is carried as `m 2^400`, so that nothing is lost before the last product.
const SHIFT: u64 = 400;
const BACK: f64 = f64::from_bits((1023 - SHIFT) << 52);
/// Beyond it m is 0 for every ordinary option.
const EXPONENT_MAX: f64 = 900.0;

/// `m 2^400`.
#[inline(always)]
pub(super) fn weight(spot_leg: f64, d1: f64) -> f64 {
    let y = 0.5 * (d1 * d1);
    let y = if y > EXPONENT_MAX { EXPONENT_MAX } else { y };
    spot_leg * exp_shifted::<SHIFT>(-y)
}

/// t(|d|).
#[inline(always)]
pub(super) fn tail(d: f64) -> f64 {
    let size = d.abs();
    scaled_tail(if size > TAIL_MAX { TAIL_MAX } else { size })
}

/// What the price and the derivatives are made of.
#[derive(Clone, Copy)]
pub(super) struct Parts {
    pub(super) legs: Legs,
    pub(super) d1: f64,
    pub(super) d2: f64,
    /// `m 2^400`.
    pub(super) weight: f64,
    pub(super) tail1: f64,
    pub(super) tail2: f64,
}

#[inline(always)]
pub(super) fn parts(o: &Terms) -> Parts {
    let legs = legs(o);
    let (d1, d2) = distances(o, legs.root, legs.inverse);
    Parts { legs, d1, d2, weight: weight(legs.spot, d1), tail1: tail(d1), tail2: tail(d2) }
}

/// The value: never below the intrinsic value of the legs, never above the larger leg's bound.
#[inline(always)]
pub(super) fn price(o: &Terms, p: &Parts) -> f64 {
    let Legs { spot, strike, .. } = p.legs;
    let is_call = o.sign > 0.0;
    let forward = o.sign * (spot - strike);
    let most = if is_call { spot } else { strike };
    let intrinsic = if forward > 0.0 { forward } else { 0.0 };
    // Both tails on one side: a difference above the intrinsic value. One on each: a sum below the most.
    let straddles = (p.d1 > 0.0) & (p.d2 < 0.0);
    let tails = if straddles { -(p.tail1 + p.tail2) } else { (p.tail1 - p.tail2).abs() };
    let time_value = (p.weight * tails) * BACK;
    let base = if o.sign * (p.d1 + p.d2) > 0.0 { forward } else { 0.0 };
    let base = if straddles { most } else { base };
    let value = base + time_value;
    let value = if value > intrinsic { value } else { intrinsic };
    if value < most { value } else { most }
}

/// What the derivatives share.
#[derive(Clone, Copy)]
pub(super) struct Shared {
    /// S' N(sign d1).
    pub(super) spot_part: f64,
    /// K' N(sign d2).
    pub(super) strike_part: f64,
    /// S' pdf(d1).
    pub(super) density: f64,
    /// 1 / S.
    pub(super) per_spot: f64,
}

#[inline(always)]
pub(super) fn shared(o: &Terms, p: &Parts) -> Shared {
    let side = |leg: f64, d: f64, tail: f64| {
        let small = (p.weight * tail) * BACK;
        if o.sign * d > 0.0 { leg - small } else { small }
    };
    Shared {
        spot_part: side(p.legs.spot, p.d1, p.tail1),
        strike_part: side(p.legs.strike, p.d2, p.tail2),
        density: (p.weight * PDF_AT_0) * BACK,
        per_spot: 1.0 / o.spot,
    }
}

/// dV/dS = sign exp(-qT) N(sign d1). Adding 0 takes the sign from a 0, here and below.
#[inline(always)]
pub(super) fn delta(o: &Terms, h: &Shared) -> f64 {
    o.sign * (h.spot_part * h.per_spot) + 0.0
}

/// d2V/dS2 = exp(-qT) pdf(d1) / (S s).
#[inline(always)]
pub(super) fn gamma(p: &Parts, h: &Shared) -> f64 {
    (h.density * h.per_spot) * (h.per_spot * p.legs.inverse)
}

/// dV/dsigma = S' pdf(d1) sqrt T.
#[inline(always)]
pub(super) fn vega(p: &Parts, h: &Shared) -> f64 {
    h.density * p.legs.root
}

/// dV/dt = -S' pdf(d1) sigma / (2 sqrt T) - sign (r K' N(sign d2) - q S' N(sign d1)).
#[inline(always)]
pub(super) fn theta(o: &Terms, p: &Parts, h: &Shared) -> f64 {
    // sigma / sqrt T = sigma^2 / s.
    let decay = h.density * (0.5 * (o.volatility * o.volatility) * p.legs.inverse);
    let carry = o.dividend_yield * h.spot_part - o.rate * h.strike_part;
    (0.0 - decay) + o.sign * carry
}

/// dV/dr = sign T K' N(sign d2).
#[inline(always)]
pub(super) fn rho(o: &Terms, h: &Shared) -> f64 {
    o.sign * (o.years * h.strike_part) + 0.0
}

/// dV/dq = -sign T S' N(sign d1).
#[inline(always)]
pub(super) fn rho_q(o: &Terms, h: &Shared) -> f64 {
    0.0 - o.sign * (o.years * h.spot_part)
}

/// d2V/dS dsigma = -exp(-qT) pdf(d1) d2 / sigma.
#[inline(always)]
pub(super) fn vanna(p: &Parts, h: &Shared) -> f64 {
    0.0 - (h.density * h.per_spot) * (p.d2 * (p.legs.root * p.legs.inverse))
}

/// d2V/dsigma2 = vega d1 d2 / sigma.
#[inline(always)]
pub(super) fn volga(p: &Parts, h: &Shared) -> f64 {
    (h.density * p.legs.root) * (p.d1 * p.d2 * (p.legs.root * p.legs.inverse)) + 0.0
}

/// d(delta)/dt = sign q exp(-qT) N(sign d1) - exp(-qT) pdf(d1) ((r - q) / s - d2 / (2 T)).
#[inline(always)]
pub(super) fn charm(o: &Terms, p: &Parts, h: &Shared) -> f64 {
    // 1 / sqrt T = sigma / s.
    let per_root = o.volatility * p.legs.inverse;
    let drift = (o.rate - o.dividend_yield) * p.legs.inverse - 0.5 * p.d2 * (per_root * per_root);
    o.sign * (o.dividend_yield * (h.spot_part * h.per_spot)) - (h.density * h.per_spot) * drift
}
