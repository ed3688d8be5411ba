//! The first guess of the boundary: QD+ (Li 2010, "Analytical approximations
//! for the critical stock prices of American options: a performance
//! comparison"), accurate to about 1e-3.

#![allow(clippy::needless_range_loop, reason = "plain indices over columns of one length become vector instructions")]

use numeric::lanes::{PDF_AT_0, cdf_from, exp_bounded, ln_ratio};

use super::collocation::Limits;
use super::put::Put;

/// Newton steps in the logarithm of the boundary.
const STEPS: usize = 3;

/// `ln(X / B)` at each time (years to expiry, above 0), in `columns.h`.
///
/// The early exercise premium is taken as `h(tau) A(h) S^(x + c)`, where
/// `h = 1 - e^(-r tau)` and x solves the equation of Barone-Adesi and Whaley;
/// c is what makes it hold at the boundary. Multiplied out, its condition is
/// `(1 - e^(-q tau) N(-d1)) B + (x + c) (1 - B - p(B)) = 0`. All terms are
/// written with `h / r`, which has a limit where the rate is 0.
#[inline(always)]
pub(super) fn guess(put: &Put, limits: &Limits, times: &[f64], columns: &mut Columns) {
    let (r, q, sigma) = (put.rate, put.dividend_yield, put.volatility);
    let variance = sigma * sigma;
    let tilt = 2.0 * (r - q) / variance - 1.0;
    let count = times.len();
    let (last, first) = (exp_bounded(limits.start - limits.most), exp_bounded(limits.start));
    let (least, most) = (limits.start - limits.most, limits.start);
    let Columns { h, power, theta_share, b } = columns;
    for column in [&mut *h, &mut *power, &mut *theta_share, &mut *b] {
        column.resize(count, 0.0);
    }
    let (power, theta_share, b) = (&mut power[..count], &mut theta_share[..count], &mut b[..count]);
    let h = &mut h[..count];
    for i in 0..count {
        let time = times[i];
        let discount = exp_bounded(-r * time);
        // (1 - e^(-r time)) / r, by its series where that cancels.
        let small = r * time;
        let series = time * (1.0 - small * (0.5 - small * (1.0 / 6.0)));
        let left = if small.abs() < 1e-5 { series } else { (1.0 - discount) / r };
        let ratio = 2.0 / (variance * left);
        let root2 = tilt * tilt + 4.0 * ratio;
        let root = root2.sqrt();
        power[i] = -0.5 * (tilt + root) + discount * ratio * (1.0 - ratio / root2) / root;
        theta_share[i] = 2.0 / (variance * root);
        // The first step of Barone-Adesi and Whaley (1987): from the boundary without expiry towards X.
        let room = if 1.0 - last > 1e-12 { 1.0 - last } else { 1e-12 };
        let fade = ((r - q) * time - 2.0 * sigma * time.sqrt()) / room;
        let fade = if fade < 0.0 { fade } else { 0.0 };
        b[i] = ln_ratio(last + (first - last) * exp_bounded(fade), 1.0);
    }
    for _ in 0..STEPS {
        for i in 0..count {
            let time = times[i];
            let (discount, carry) = (exp_bounded(-r * time), exp_bounded(-q * time));
            let whole = sigma * time.sqrt();
            let price = exp_bounded(b[i]);
            let d1 = (b[i] + (r - q) * time) / whole + 0.5 * whole;
            let d2 = d1 - whole;
            let (bell1, bell2) = (exp_bounded(-0.5 * d1 * d1), exp_bounded(-0.5 * d2 * d2));
            let (tail1, tail2) = (carry * cdf_from(-d1, bell1), discount * cdf_from(-d2, bell2));
            let premium = 1.0 - price - (tail2 - price * tail1);
            let density = carry * PDF_AT_0 * bell1;
            let theta = -0.5 * variance * price * density / whole + r * tail2 - q * price * tail1;
            let theta_slope = density * (d2 / (2.0 * time) - (r - q) / whole) - q * tail1;
            let value = (1.0 - tail1) * price + power[i] * premium - theta_share[i] * theta;
            let slope = (1.0 - tail1) * (1.0 - power[i]) + density / whole - theta_share[i] * theta_slope;
            let change = -value / (slope * price);
            let change = if change < 0.5 { change } else { 0.5 };
            let change = if change > -0.5 { change } else { -0.5 };
            let next = b[i] + change;
            let next = if next > least { next } else { least };
            b[i] = if next < most { next } else { most };
        }
    }
    for i in 0..count {
        h[i] = most - b[i];
    }
}

/// What [`guess`] keeps of each time.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// The guess.
    pub(super) h: Vec<f64>,
    /// `x + c`.
    power: Vec<f64>,
    /// How much the European option's theta counts.
    theta_share: Vec<f64>,
    /// The logarithm of the boundary.
    b: Vec<f64>,
}
