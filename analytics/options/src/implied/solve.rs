//! The total deviation of one normalised price: region, guess, steps.

use super::guess::Frame;
use super::log::ln_ratio;
use super::step::{Form, NEAR, REST, SERIES, Step, TAILS, deviation, step};

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

#[inline(always)]
pub(super) fn sort(normal: &Normal) -> Sorted {
    let price = normal.price / normal.unit;
    let frame = Frame::new(normal.x);
    let high = price >= frame.high_price();
    let wing = price < frame.low_price;
    // The series holds for s up to 0.52: at x = 0 that is 0.2 of the forward, at x = 0.5 it is 0.055.
    let small = normal.x < 0.5 && price < 0.19 - 0.3 * normal.x;
    let side = if high { normal.rest } else { normal.price };
    let lane = (if wing { WING_SERIES } else { CENTRE_SERIES }) + (if small { 0 } else { 1 });
    let lane = if high { HIGH_REST } else { lane };
    Sorted { x: normal.x, price, target: ln_ratio(side, normal.unit), lane }
}

/// Guess and one step in lane `LANE`.
#[inline(always)]
pub(super) fn first<const LANE: Lane>(x: f64, price: f64, target: f64) -> Step {
    let frame = Frame::new(x);
    match LANE {
        WING_SERIES => step::<SERIES>(x, target, frame.wing(target)),
        WING_TAILS => step::<TAILS>(x, target, frame.wing(target)),
        CENTRE_SERIES => step::<SERIES>(x, target, frame.centre(x, price)),
        CENTRE_TAILS => step::<TAILS>(x, target, frame.centre(x, price)),
        _ => step::<REST>(x, target, frame.high(target)),
    }
}

/// The form that lane uses.
fn form(lane: Lane) -> Form {
    match lane {
        WING_SERIES | CENTRE_SERIES => SERIES,
        WING_TAILS | CENTRE_TAILS => TAILS,
        _ => REST,
    }
}

/// More steps, for a guess that was far off; `None` if none of them settles it.
#[cold]
pub(super) fn again(sorted: &Sorted, mut at: Step) -> Option<f64> {
    for _ in 0..STEPS_MAX {
        let next = match form(sorted.lane) {
            SERIES => step::<SERIES>,
            TAILS => step::<TAILS>,
            _ => step::<REST>,
        };
        at = next(sorted.x, sorted.target, at.u);
        if at.length <= NEAR {
            return Some(deviation(sorted.x, at.u));
        }
    }
    None
}

/// More than any price needs; see [`again`].
const STEPS_MAX: usize = 16;

/// The total deviation.
#[inline]
pub(super) fn total_deviation(normal: &Normal) -> Option<f64> {
    let sorted = sort(normal);
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
