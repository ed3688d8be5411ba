//! A recombining lattice over one stretch of time, as wide at its start as the
//! spot may have moved by then.

use super::TreeValue;
use crate::european::European;
use crate::{OptionError, OptionType};

/// Deviations of the spot that a lattice covers at its start.
const REACH: f64 = 7.0;
/// The lowest spot covered, as a share of the middle one; below it values are straight lines.
const LOWEST: f64 = 0.05;

/// Nodes of a lattice over all its steps, at most: a little above what 20,000 steps take.
const NODES_MAX: f64 = 5e8;

/// Spots a constant factor apart, and the option's value at each.
#[derive(Debug)]
pub(super) struct Lattice {
    /// The spot in the middle at the start.
    middle: f64,
    /// Spots on either side of it.
    half: usize,
    steps: usize,
    /// Years to a step.
    step: f64,
    /// Half the logarithm of the factor from spot to spot: the deviation of a step.
    deviation: f64,
    /// The logarithm by which a step's two outcomes move together.
    growth: f64,
    values: Vec<f64>,
    /// In the middle at the start: the value of waiting.
    waiting: f64,
}

impl Lattice {
    /// From `start` over `years`, after dividends of `before`; `finest` sets how far apart
    /// the spots are from which delta and gamma come.
    ///
    /// # Errors
    /// Where it would take too many nodes: a volatility so low that a dividend is very many
    /// of its deviations, or dividends a moment apart.
    pub(super) fn new(
        option: &European,
        start: f64,
        years: f64,
        steps: usize,
        before: f64,
        finest: usize,
    ) -> Result<Self, OptionError> {
        let step = years / steps as f64;
        let deviation = option.volatility * step.sqrt();
        let carry = option.rate - option.dividend_yield;
        let middle = option.spot * libm::exp(carry * start);
        let spread = REACH * option.volatility * start.sqrt();
        let low = (middle * libm::exp(-spread) - before * libm::exp(carry.abs() * start)).max(LOWEST * middle);
        let wide = spread.max(libm::log(middle / low));
        let apart = option.volatility * (option.years / finest as f64).sqrt();
        let places = (wide.max(2.0 * apart) / (2.0 * deviation)).ceil() + 2.0;
        let nodes = (2.0 * places + 1.0 + steps as f64) * steps as f64;
        if nodes.is_nan() || nodes > NODES_MAX {
            return Err(OptionError::Unresolved);
        }
        let half = places as usize;
        Ok(Self { middle, half, steps, step, deviation, growth: carry * step, values: Vec::new(), waiting: 0.0 })
    }

    /// The spot at place `i` of those at `step`.
    fn spot(&self, step: usize, i: usize) -> f64 {
        let place = 2.0 * i as f64 - 2.0 * self.half as f64 - step as f64;
        self.middle * libm::exp(self.growth * step as f64 + self.deviation * place)
    }

    /// Values at the start from those at the end, `last` of the spot. With
    /// the dividend `at_expiry` the last step is European and exact instead (Broadie and Detemple 1996).
    pub(super) fn roll(&mut self, option: &European, early: bool, at_expiry: Option<f64>, last: impl Fn(f64) -> f64) {
        let sign = option.kind.sign();
        let count = 2 * self.half + 1;
        let now = |spot: f64| sign * (spot - option.strike);
        // The two outcomes of a step keep the forward: p e^d + (1 - p) e^-d = 1.
        let up = 1.0 / (1.0 + libm::exp(self.deviation));
        let discount = libm::exp(-option.rate * self.step);
        let (up, down) = (discount * up, discount * (1.0 - up));
        let from = if at_expiry.is_some() { self.steps - 1 } else { self.steps };
        let mut spots: Vec<f64> = (0..count + from).map(|i| self.spot(from, i)).collect();
        self.values = if let Some(amount) = at_expiry {
            let short = |spot: f64| self.last_step(option, early, amount, spot);
            spots.iter().map(|spot| if early { short(*spot).max(now(*spot)) } else { short(*spot) }).collect()
        } else {
            spots.iter().map(|spot| last(*spot)).collect()
        };
        // One step back the spot at a place is the one there, moved up and without growth.
        let back = libm::exp(self.deviation - self.growth);
        for step in (0..from).rev() {
            for (i, spot) in spots[..count + step].iter_mut().enumerate() {
                let waiting = down * self.values[i] + up * self.values[i + 1];
                *spot *= back;
                let exercise = now(*spot);
                if step == 0 && i == self.half {
                    self.waiting = waiting;
                }
                self.values[i] = if early && exercise > waiting { exercise } else { waiting };
            }
        }
        self.values.truncate(count);
    }

    /// The value one step before expiry of holding to it. A dividend then moves the
    /// strike up by as much; of a put, less what the spot cannot fall below zero. An
    /// American call is exercised just before it.
    fn last_step(&self, option: &European, early: bool, amount: f64, spot: f64) -> f64 {
        let at = |strike: f64| European { spot, strike, years: self.step, ..*option }.price().unwrap_or(f64::NAN);
        match option.kind {
            OptionType::Call if early => at(option.strike),
            OptionType::Call => at(option.strike + amount),
            OptionType::Put if amount > 0.0 => at(option.strike + amount) - at(amount),
            OptionType::Put => at(option.strike),
        }
    }

    /// The value at a spot at the start: a cubic through the four nearest, straight
    /// lines outside, from `at_zero` below.
    pub(super) fn interpolate(&self, spot: f64, at_zero: f64) -> f64 {
        let count = self.values.len();
        let place = libm::log(spot / self.middle) / (2.0 * self.deviation) + self.half as f64;
        if place < 0.0 {
            let share = spot / self.spot(0, 0);
            return at_zero + share * (self.values[0] - at_zero);
        }
        if place > (count - 1) as f64 {
            let (low, high) = (self.spot(0, count - 2), self.spot(0, count - 1));
            let (below, above) = (self.values[count - 2], self.values[count - 1]);
            return above + (above - below) / (high - low) * (spot - high);
        }
        let first = (place.floor() as usize).saturating_sub(1).min(count - 4);
        let x = place - first as f64;
        let [a, b, c, d] = [0, 1, 2, 3].map(|i| self.values[first + i]);
        let (p, q, r) = (x - 1.0, x - 2.0, x - 3.0);
        -a * p * q * r / 6.0 + b * x * q * r / 2.0 - c * x * p * r / 2.0 + d * x * p * q / 6.0
    }

    /// Price, delta and gamma at the start, in the middle: the parabola through
    /// it and two spots a usual step away.
    pub(super) fn now(&self, option: &European, early: bool) -> TreeValue {
        let (low, high) = (self.spot(0, 0), self.spot(0, 2 * self.half));
        let (below, price, above) = (self.values[0], self.values[self.half], self.values[2 * self.half]);
        let down = (price - below) / (self.middle - low);
        let up = (above - price) / (high - self.middle);
        let gamma = 2.0 * (up - down) / (high - low);
        let delta = down + 0.5 * gamma * (self.middle - low);
        let intrinsic = option.kind.sign() * (option.spot - option.strike);
        let exercise_now = early && intrinsic > 0.0 && intrinsic >= self.waiting;
        let price = if exercise_now { intrinsic } else { price };
        TreeValue { price, delta, gamma, exercise_now, error_estimate: 0.0 }
    }
}
