//! The price and its derivatives where the ordinary form would overflow or lose
//! digits: no time, no volatility, a deviation below 0.001, rates times years beyond 8,
//! numbers of extreme size.

use numeric::lanes::{PDF_AT_0, TAIL_MAX, ln_ratio, scaled_tail};

use super::kernel::{DEVIATION_MIN, Terms};
use super::{European, Greeks};
use crate::OptionError;

/// All of it. The terms have been checked.
pub(super) fn greeks(option: &European) -> Result<Greeks, OptionError> {
    let o = &option.terms();
    let spot = discounted(o.spot, o.dividend_yield, o.years);
    let strike = discounted(o.strike, o.rate, o.years);
    if spot > f64::MAX {
        let expected = "a yield with spot * exp(-dividend_yield * years) below 1.8e308";
        return Err(OptionError::Argument { argument: "dividend_yield", found: o.dividend_yield, expected });
    }
    if strike > f64::MAX {
        let expected = "a rate with strike * exp(-rate * years) below 1.8e308";
        return Err(OptionError::Argument { argument: "rate", found: o.rate, expected });
    }
    let deviation = bounded(o.volatility * o.years.sqrt());
    let forward = log_forward(o);
    // Near the money the difference of the legs has lost its digits.
    let gap = if forward.abs() < 0.5 { strike * libm::expm1(forward) } else { spot - strike };
    let growth = bounded(discounted(1.0, o.dividend_yield, o.years));
    let sides = Sides { spot, strike, growth, forward, gap };
    let found = if deviation == 0.0 { certain(o, &sides) } else { uncertain(o, &sides, deviation) };
    Ok(Greeks {
        price: found.price,
        delta: bounded(found.delta),
        gamma: bounded(found.gamma),
        vega: bounded(found.vega),
        theta: bounded(found.theta),
        rho: bounded(found.rho),
        vanna: bounded(found.vanna),
        volga: bounded(found.volga),
        charm: bounded(found.charm),
        rho_q: bounded(found.rho_q),
    })
}

/// The legs.
struct Sides {
    /// S'.
    spot: f64,
    /// K'.
    strike: f64,
    /// exp(-qT).
    growth: f64,
    /// ln(S' / K').
    forward: f64,
    /// S' - K'.
    gap: f64,
}

/// Without time or without volatility the option is its intrinsic value. At the
/// money, its derivatives are those of half an option, what depends on the
/// density without time is 0, and gamma is 0 rather than infinite.
fn certain(o: &Terms, sides: &Sides) -> Greeks {
    let &Sides { spot, strike, growth, gap, .. } = sides;
    let forward = o.sign * gap;
    let share = match forward {
        f if f > 0.0 => 1.0,
        f if f < 0.0 => 0.0,
        _ => 0.5,
    };
    let at_the_money = if share == 0.5 { PDF_AT_0 } else { 0.0 };
    let root = o.years.sqrt();
    let (spot_part, strike_part) = (share * spot, share * strike);
    Greeks {
        price: forward.max(0.0),
        delta: o.sign * (share * growth),
        gamma: 0.0,
        vega: spot * at_the_money * root,
        theta: o.sign * (bounded(o.dividend_yield * spot_part) - bounded(o.rate * strike_part)),
        rho: o.sign * (strike_part * o.years),
        vanna: 0.5 * growth * at_the_money * root,
        volga: 0.0,
        charm: o.sign * (o.dividend_yield * bounded(share * growth)),
        rho_q: -(o.sign * (spot_part * o.years)),
    }
}

fn uncertain(o: &Terms, sides: &Sides, s: f64) -> Greeks {
    let &Sides { spot, strike, growth, forward, .. } = sides;
    let middle = bounded_to(forward / s, 1e150);
    let half = 0.5 * bounded_to(s, 1e150);
    let (d1, d2) = (middle + half, middle - half);
    let (t1, t2) = (tail(d1.abs()), tail(d2.abs()));

    // The leg with the smaller |d| gives m with the smaller error.
    let (leg, d) = if d1.abs() <= d2.abs() { (spot, d1) } else { (strike, d2) };
    let m = |factor: f64| times_exp(leg * factor, -0.5 * (d * d));
    let side = |leg: f64, d: f64, t: f64| {
        let small = m(t).min(leg);
        if o.sign * d > 0.0 { leg - small } else { small }
    };
    let (spot_part, strike_part) = (side(spot, d1, t1), side(strike, d2, t2));
    let share = if o.sign * d1 > 0.0 { 1.0 - own_tail(d1, t1) } else { own_tail(d1, t1) };
    let density = m(PDF_AT_0);
    // exp(-qT) pdf(d1).
    let unit_density = times_exp(growth * PDF_AT_0, -0.5 * (d1 * d1));
    let root = o.years.sqrt();
    let per_volatility = 1.0 / o.volatility;
    let carry = bounded(o.dividend_yield * spot_part) - bounded(o.rate * strike_part);
    let drift = bounded((o.rate - o.dividend_yield) / s) - bounded(0.5 * d2 / o.years);
    Greeks {
        price: price(o, sides, &Point { s, d1, d2, t1, t2 }, m),
        delta: o.sign * growth * share,
        gamma: product(unit_density, &[1.0 / s, 1.0 / o.spot]),
        vega: product(density, &[root]),
        theta: bounded(o.sign * carry) - product(density, &[0.5 * o.volatility, 1.0 / root]),
        rho: o.sign * (strike_part * o.years),
        vanna: -product(unit_density, &[d2, per_volatility]),
        volga: product(density, &[root, d1, d2, per_volatility]),
        charm: bounded(o.sign * o.dividend_yield * bounded(growth * share)) - product(unit_density, &[drift]),
        rho_q: -(o.sign * (spot_part * o.years)),
    }
}

/// Where an option stands.
struct Point {
    s: f64,
    d1: f64,
    d2: f64,
    t1: f64,
    t2: f64,
}

fn price(o: &Terms, sides: &Sides, at: &Point, m: impl Fn(f64) -> f64) -> f64 {
    let &Sides { spot, strike, forward, gap, .. } = sides;
    let intrinsic = (o.sign * gap).max(0.0);
    let most = if o.sign > 0.0 { spot } else { strike };
    let value = if at.d1 > 0.0 && at.d2 < 0.0 {
        if at.s < DEVIATION_MIN { near_the_money(o, sides, at) } else { most - m(at.t1 + at.t2) }
    } else {
        let difference =
            if at.s < DEVIATION_MIN { tail_difference((forward / at.s).abs(), at.s) } else { (at.t1 - at.t2).abs() };
        intrinsic + m(difference)
    };
    value.max(intrinsic).min(most)
}

/// The value for |d| < 0.001: `N(d) - 1/2 = pdf(0) (d - d^3/6 + d^5/40 - ...)`.
fn near_the_money(o: &Terms, sides: &Sides, at: &Point) -> f64 {
    let excess = |d: f64| {
        let w = d * d;
        PDF_AT_0 * d * (1.0 - w * (1.0 / 6.0 - w / 40.0))
    };
    0.5 * o.sign * sides.gap + (sides.spot * excess(at.d1) - sides.strike * excess(at.d2))
}

/// `t(y - s/2) - t(y + s/2)` for a small s, by Taylor's series about y, where
/// `t' = y t - pdf(0)`, `t'' = t + y t'` and `t''' = 2 t' + y t''`.
fn tail_difference(y: f64, s: f64) -> f64 {
    let fall = tail_fall(y);
    let third = y * (tail(y) - y * fall) - 2.0 * fall;
    if y > TAIL_MAX { s * fall } else { s * (fall - s * s / 24.0 * third) }
}

/// `pdf(0) - y t(y)`, that is `-t'(y)`.
fn tail_fall(y: f64) -> f64 {
    if y <= TAIL_MAX {
        return PDF_AT_0 - y * scaled_tail(y);
    }
    let w = 1.0 / (y * y);
    PDF_AT_0 * w * (1.0 - 3.0 * w * (1.0 - 5.0 * w * (1.0 - 7.0 * w * (1.0 - 9.0 * w))))
}

/// The scaled tail at any distance; far out by its asymptotic series (Laplace).
fn tail(x: f64) -> f64 {
    if x <= TAIL_MAX { scaled_tail(x) } else { (PDF_AT_0 - tail_fall(x)) / x }
}

/// `P(Z > |d|)` from its scaled tail.
fn own_tail(d: f64, tail: f64) -> f64 {
    times_exp(tail, -0.5 * (d * d))
}

/// ln(S/K) + (r - q) T.
fn log_forward(o: &Terms) -> f64 {
    let ratio = if o.spot.is_normal() && o.strike.is_normal() {
        ln_ratio(o.spot, o.strike)
    } else {
        libm::log(o.spot) - libm::log(o.strike)
    };
    let net = o.rate - o.dividend_yield;
    let drift = if net.is_finite() { net * o.years } else { o.rate * o.years - o.dividend_yield * o.years };
    bounded(ratio + bounded(drift))
}

/// `x exp(-rate * years)`; what the product of rate and years is rounded by counts too.
fn discounted(x: f64, rate: f64, years: f64) -> f64 {
    let exponent = rate * years;
    let lost = if exponent.abs() < 1e4 { libm::fma(rate, years, -exponent) } else { 0.0 };
    times_exp(x, -exponent) * (1.0 - lost)
}

/// `x e^y` for any y, without overflow on the way.
fn times_exp(x: f64, y: f64) -> f64 {
    if y.abs() <= 700.0 {
        return x * libm::exp(y);
    }
    let part = libm::exp(bounded_to(y, 2800.0) / 4.0);
    x * part * part * part * part
}

/// `first` times the factors; 0 when it is 0, whatever they are.
fn product(first: f64, factors: &[f64]) -> f64 {
    if first == 0.0 {
        return 0.0;
    }
    factors.iter().fold(first, |found, factor| bounded(found * bounded(*factor)))
}

/// Without infinities, and without the sign of 0.
fn bounded(x: f64) -> f64 {
    bounded_to(x, f64::MAX) + 0.0
}

fn bounded_to(x: f64, most: f64) -> f64 {
    x.clamp(-most, most)
}
