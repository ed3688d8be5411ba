//! The total deviation of one normalised price: region, guess, steps.

use super::guess::Frame;
use super::quote::{Quote, ln_ratio};
use super::step::{NEAR, REST, SERIES, Step, TAILS, Target, deviation, step};

/// A price out of the money forward, where a volatility exists: all above 0, x may be 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Normal {
    /// `|ln(forward / strike)|`.
    pub(super) x: f64,
    /// Price less intrinsic value.
    pub(super) price: f64,
    /// What it lacks to the maximum.
    pub(super) rest: f64,
    /// The smaller of forward and strike: the maximum of `price`.
    pub(super) unit: f64,
}

impl From<Quote> for Normal {
    #[inline(always)]
    fn from(quote: Quote) -> Self {
        Self { x: quote.x, price: quote.time_value, rest: quote.rest, unit: quote.unit }
    }
}

/// Which guess and which form, as one number; each has its own loop.
pub(super) type Lane = u8;
/// The number of lanes.
pub(super) const LANES: usize = 5;
const WING_SERIES: Lane = 0;
const WING_TAILS: Lane = 1;
const CENTRE_SERIES: Lane = 2;
const CENTRE_TAILS: Lane = 3;
const HIGH_REST: Lane = 4;

/// A price on its way into the loop of its lane.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sorted {
    pub(super) x: f64,
    /// Normalised price.
    pub(super) price: f64,
    /// Logarithm of the price, or of the rest in the high lane.
    pub(super) target: f64,
    pub(super) lane: Lane,
}

/// `ln` as in [`super::quote::forward_quote`].
#[inline(always)]
pub(super) fn sort(normal: &Normal, ln: impl Fn(f64, f64) -> f64) -> Sorted {
    let price = normal.price / normal.unit;
    let frame = Frame::new(normal.x);
    let high = price >= frame.high_price();
    let wing = price < frame.low_price;
    // The series holds for s up to 0.52: at x = 0 that is 0.2 of the forward, at x = 0.5 it is 0.055.
    let small = (normal.x < 0.5) & (price < 0.19 - 0.3 * normal.x);
    let side = if high { normal.rest } else { normal.price };
    let lane = (if wing { WING_SERIES } else { CENTRE_SERIES }) + (if small { 0 } else { 1 });
    let lane = if high { HIGH_REST } else { lane };
    Sorted { x: normal.x, price, target: ln(side, normal.unit), lane }
}

/// Guess and one step in lane `LANE`.
#[inline(always)]
pub(super) fn first<const LANE: Lane>(x: f64, price: f64, target: f64) -> Step {
    let frame = Frame::new(x);
    match LANE {
        WING_SERIES => step::<SERIES>(x, by_price(price, target), frame.wing(target)),
        WING_TAILS => step::<TAILS>(x, by_logarithm(target), frame.wing(target)),
        CENTRE_SERIES => step::<SERIES>(x, by_price(price, target), frame.centre(x, price)),
        CENTRE_TAILS => step::<TAILS>(x, by_logarithm(target), frame.centre(x, price)),
        _ => step::<REST>(x, by_logarithm(target), frame.high(target)),
    }
}

#[inline(always)]
fn by_logarithm(target: f64) -> Target {
    Target { factor: 1.0, offset: target }
}

/// As long as the normalised price is a normal number.
#[inline(always)]
fn by_price(price: f64, target: f64) -> Target {
    let normal = price >= f64::MIN_POSITIVE;
    Target { factor: if normal { price } else { 1.0 }, offset: if normal { 0.0 } else { target } }
}

/// More steps, for a guess that was far off; `None` if none of them settles it.
#[cold]
pub(super) fn again(sorted: &Sorted, mut at: Step) -> Option<f64> {
    let Sorted { x, price, target, lane } = *sorted;
    for _ in 0..STEPS_MAX {
        at = match lane {
            WING_SERIES | CENTRE_SERIES => step::<SERIES>(x, by_price(price, target), at.u),
            WING_TAILS | CENTRE_TAILS => step::<TAILS>(x, by_logarithm(target), at.u),
            _ => step::<REST>(x, by_logarithm(target), at.u),
        };
        if at.length <= NEAR {
            return Some(deviation(x, at.u));
        }
    }
    None
}

/// More than any price needs; see [`again`].
const STEPS_MAX: usize = 16;

/// The total deviation.
#[inline]
pub(super) fn total_deviation(normal: &Normal) -> Option<f64> {
    let sorted = sort(normal, ln_ratio);
    let Sorted { x, price, target, lane } = sorted;
    let at = match lane {
        WING_SERIES => first::<WING_SERIES>(x, price, target),
        WING_TAILS => first::<WING_TAILS>(x, price, target),
        CENTRE_SERIES => first::<CENTRE_SERIES>(x, price, target),
        CENTRE_TAILS => first::<CENTRE_TAILS>(x, price, target),
        _ => first::<HIGH_REST>(x, price, target),
    };
    if at.length <= NEAR { Some(deviation(x, at.u)) } else { again(&sorted, at) }
}

#[cfg(test)]
mod tests {
    use super::super::step::tests::target;
    use super::*;

    /// Total deviations at the given moneyness, from next to nothing to far beyond any market.
    fn deviations(x: f64) -> impl Iterator<Item = f64> {
        (0..400).map(move |i| {
            let wide = libm::exp(f64::from(i) * 0.03 - 6.0);
            if x > 0.0 { x / 36.0 * libm::exp(f64::from(i) * 0.03).min(60.0 * 36.0 / x) } else { wide }
        })
    }

    #[test]
    fn one_step_from_the_guess_is_enough_and_right() {
        let mut worst = (0.0_f64, 0.0_f64);
        for k in 0..400 {
            let x = if k == 0 { 0.0 } else { libm::exp(f64::from(k) * 0.06 - 16.6) };
            for s in deviations(x) {
                let u = x / s - 0.5 * s;
                let ln_price = target(x, u, false);
                let ln_rest = target(x, u, true);
                if ln_price < -690.0 || ln_rest < -690.0 {
                    continue;
                }
                let (price, rest) = (libm::exp(ln_price), libm::exp(ln_rest));
                let sorted = sort(&Normal { x, price, rest, unit: 1.0 }, ln_ratio);
                let at = match sorted.lane {
                    WING_SERIES => first::<WING_SERIES>(x, price, ln_price),
                    WING_TAILS => first::<WING_TAILS>(x, price, ln_price),
                    CENTRE_SERIES => first::<CENTRE_SERIES>(x, price, ln_price),
                    CENTRE_TAILS => first::<CENTRE_TAILS>(x, price, ln_price),
                    _ => first::<HIGH_REST>(x, price, ln_rest),
                };
                let error = (deviation(x, at.u) / s - 1.0).abs();
                worst = (worst.0.max(at.length), worst.1.max(error));
                assert!(at.length <= NEAR, "x {x:e} s {s}: guess off by {:e}", at.length);
                assert!(error < 4e-15, "x {x:e} s {s}: {error:e}");
            }
        }
        println!("longest step {:e}, worst error {:e}", worst.0, worst.1);
    }

    #[test]
    fn a_bad_guess_is_mended() {
        for (x, s) in [(0.1, 0.3), (2.0, 0.5), (2.0, 5.0), (50.0, 9.0), (0.01, 0.001)] {
            let u = x / s - 0.5 * s;
            let (price, rest) = (libm::exp(target(x, u, false)), libm::exp(target(x, u, true)));
            let sorted = sort(&Normal { x, price, rest, unit: 1.0 }, ln_ratio);
            for off in [-0.2, 0.2] {
                let far = Step { u: u + off * u.abs().min(1.0), length: 1.0 };
                let found = again(&sorted, far).expect("settles");
                assert!((found / s - 1.0).abs() < 4e-15, "{x} {s} {found}");
            }
        }
    }
}
