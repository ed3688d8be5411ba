//! The first guess of the boundary: QD+ (Li 2010, "Analytical approximations
//! for the critical stock prices of American options: a performance
//! comparison"), accurate to about 1e-3.

use super::collocation::Limits;
use super::elementary::{cdf_by, exp};
use super::put::Put;

/// Newton steps in the logarithm of the boundary.
const STEPS: usize = 4;

/// `ln(X / B)` at each time (years to expiry, above 0).
///
/// The early exercise premium is taken as `h(tau) A(h) S^(x + c)`, where
/// `h = 1 - e^(-r tau)` and x solves the equation of Barone-Adesi and Whaley;
/// c is what makes it hold at the boundary. Multiplied out, its condition is
/// `(1 - e^(-q tau) N(-d1)) B + (x + c) (1 - B - p(B)) = 0`. All terms are
/// written with `h / r`, which has a limit where the rate is 0.
#[inline(always)]
pub(super) fn guess(put: &Put, limits: &Limits, times: &[f64], out: &mut [f64]) {
    let (r, q, sigma) = (put.rate, put.dividend_yield, put.volatility);
    let variance = sigma * sigma;
    let tilt = 2.0 * (r - q) / variance - 1.0;
    let last = exp(limits.start - limits.most);
    for (time, out) in times.iter().zip(out) {
        let time = *time;
        let (discount, carry) = (exp(-r * time), exp(-q * time));
        let left = if (r * time).abs() < 1e-5 { time * (1.0 - 0.5 * r * time) } else { (1.0 - discount) / r };
        let ratio = 2.0 / (variance * left);
        let root2 = tilt * tilt + 4.0 * ratio;
        let root = root2.sqrt();
        let x = -0.5 * (tilt + root);
        let constant = discount * ratio * (1.0 - ratio / root2) / root;
        let theta_share = 2.0 / (variance * root);
        let whole = sigma * time.sqrt();
        // The first step of Barone-Adesi and Whaley (1987): from the boundary without expiry towards X.
        let fade = ((r - q) * time - 2.0 * whole) / (1.0 - last).max(1e-12);
        let fade = if fade < 0.0 { exp(fade) } else { 1.0 };
        let mut b = super::elementary::ln(last + (exp(limits.start) - last) * fade);
        for _ in 0..STEPS {
            let price = exp(b);
            let d1 = (b + (r - q) * time) / whole + 0.5 * whole;
            let d2 = d1 - whole;
            let (bell1, bell2) = (exp(-0.5 * d1 * d1), exp(-0.5 * d2 * d2));
            let (tail1, tail2) = (cdf_by(-d1, bell1), cdf_by(-d2, bell2));
            let european = discount * tail2 - price * carry * tail1;
            let density = carry * super::elementary::FRAC_1_SQRT_TAU * bell1;
            let theta = -0.5 * sigma * sigma * price * density / whole + r * discount * tail2 - q * price * carry * tail1;
            let theta_slope = density * (d2 / (2.0 * time) - (r - q) / whole) - q * carry * tail1;
            let premium = 1.0 - price - european;
            let value = (1.0 - carry * tail1) * price + (x + constant) * premium - theta_share * theta;
            let slope =
                1.0 - carry * tail1 + density / whole - (x + constant) * (1.0 - carry * tail1) - theta_share * theta_slope;
            let change = -value / (slope * price);
            let next = b + change.clamp(-0.5, 0.5);
            let next = if next.is_finite() { next } else { b };
            b = next.clamp(limits.start - limits.most, limits.start);
        }
        *out = limits.start - b;
    }
}
