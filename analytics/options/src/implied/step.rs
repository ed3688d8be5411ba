//! One step toward `-d1`, of fifth order.
//!
//! The option is out of the money forward, its price normalised by the smaller of forward and
//! strike; `x = |ln(forward / strike)|`, s the total deviation, `u = -d1 = x / s - s / 2`,
//! `w = sqrt(u^2 + 2 x) = x / s + s / 2`. With phi the normal density and R Mills' ratio
//! (Black 1976, written by tails):
//!
//! - price `= phi(u) (R(u) - R(w))`, what it lacks to its maximum 1 `= phi(u) (R(-u) + R(w))`,
//! - both have the slope `phi(u)` in s, up to sign, and `ds / du = -s / w`.
//!
//! So the logarithm of either is `-u^2 / 2 + ln D(u)` plus a constant, all derivatives follow from
//! D alone, and its relative derivative in s is 1 / D: an error in D shows in s as much as D / s,
//! which never exceeds 1 below and is small above. Solving for the logarithm, on the side that is
//! small, is the idea of Jaeckel (2015), "Let's Be Rational"; the variable u and the forms here
//! make one function of it for the whole domain. The step is Householder's of order 5
//! (Householder 1970, "The Numerical Treatment of a Single Nonlinear Equation").

use numeric::lanes::ln_ratio;
use numeric::mills;

use super::series;

/// The form in which the price is evaluated.
pub(super) type Form = u8;
/// The price, at small deviation and moneyness: by a series.
pub(super) const SERIES: Form = 0;
/// The price, as a difference of tails.
pub(super) const TAILS: Form = 1;
/// What the price lacks to its maximum.
pub(super) const REST: Form = 2;

/// Where a step leads.
#[derive(Clone, Copy)]
pub(super) struct Step {
    /// `-d1`.
    pub(super) u: f64,
    /// Length of the step per scale of u: below [`NEAR`] what is left is rounding.
    pub(super) length: f64,
}

/// After a step of this length the error is below 1e-16 (measured over the domain: at most a tenth
/// of the fifth power of the length).
pub(super) const NEAR: f64 = 1e-3;

/// `-ln phi(0)`.
const LN_SQRT_2_PI: f64 = 0.918_938_533_204_672_7;

/// What the logarithm is to be, as `ln(factor) + offset`: with a factor that D resembles, tiny prices at the
/// money lose no digits to a large logarithm.
#[derive(Clone, Copy)]
pub(super) struct Target {
    pub(super) factor: f64,
    pub(super) offset: f64,
}

/// A step from u toward the root of `ln D(u) - u^2 / 2 - ln sqrt(2 pi) = target`.
#[inline(always)]
pub(super) fn step<const FORM: Form>(x: f64, target: Target, u: f64) -> Step {
    let w = (u * u + 2.0 * x).sqrt();
    let long = 0.5 * (w + u.abs());
    let short = x / (long + long);
    let (s, d, sign) = if FORM == SERIES {
        let a = if u >= 0.0 { long } else { short };
        let t = if u >= 0.0 { short } else { long };
        let (y, z, s) = (0.25 * x * x, t * t, t + t);
        (s, s * (series::between(y, z) - a * mills::ratio(a) * series::growth(y, z)), -1.0)
    } else {
        let s = if u >= 0.0 { short + short } else { long + long };
        if FORM == TAILS {
            (s, mills::ratio(u) - mills::ratio(w), -1.0)
        } else {
            (s, mills::ratio(-u) + mills::ratio(w), 1.0)
        }
    };
    let f = ((ln_ratio(d, target.factor) - target.offset) - 0.5 * u * u) - LN_SQRT_2_PI;
    // Derivatives of the logarithm by u, in units of w: first `slope`, then `slope` times h2, h3, h4.
    let slope = sign * (s / d);
    let newton = -f * (sign * (d / s));
    let r = u / w;
    let k0 = u * w + (1.0 + r);
    let k1 = w * w + (1.0 - r - 2.0 * (r * r));
    let k2 = ((8.0 * r + 3.0) * r - 6.0) * r - 1.0;
    let h2 = -(slope + k0);
    let e1 = -(slope * h2 + k1);
    let h3 = h2 * h2 + e1;
    let e2 = -(slope * h3 + k2);
    let h4 = (h2 * h2 + 3.0 * e1) * h2 + e2;
    let above = 1.0 + (h2 + h3 * (1.0 / 6.0) * newton) * newton;
    let below =
        1.0 + (1.5 * h2 + ((h3 * (1.0 / 3.0) + 0.25 * (h2 * h2)) + h4 * (1.0 / 24.0) * newton) * newton) * newton;
    let change = newton * above / below * w;
    let near = if w < 1.0 { w } else { 1.0 };
    let scale = if u.abs() > near { u.abs() } else { near };
    Step { u: u + change, length: change.abs() / scale }
}

/// The total deviation s at `u = -d1`.
#[inline(always)]
pub(super) fn deviation(x: f64, u: f64) -> f64 {
    let w = (u * u + 2.0 * x).sqrt();
    if u >= 0.0 { 2.0 * x / (w + u) } else { w - u }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The logarithm of price or rest at `u = -d1`, by the better of the forms.
    pub(in super::super) fn target(x: f64, u: f64, rest: bool) -> f64 {
        let w = (u * u + 2.0 * x).sqrt();
        let s = deviation(x, u);
        let d = if rest && u > 0.0 {
            // The other tail of a positive u: 1 / phi(u) less R(u).
            libm::exp(0.5 * u * u + LN_SQRT_2_PI) - (mills::ratio(u) - mills::ratio(w))
        } else if rest {
            mills::ratio(-u) + mills::ratio(w)
        } else if s < 0.5 && x < 0.5 {
            let (a, t) = (x / s, 0.5 * s);
            s * (series::between(0.25 * x * x, t * t) - a * mills::ratio(a) * series::growth(0.25 * x * x, t * t))
        } else if u < mills::LOWEST {
            libm::exp(0.5 * u * u + LN_SQRT_2_PI) - mills::ratio(-u) - mills::ratio(w)
        } else {
            mills::ratio(u) - mills::ratio(w)
        };
        libm::log(d) - 0.5 * u * u - LN_SQRT_2_PI
    }
}
