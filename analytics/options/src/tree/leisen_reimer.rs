//! The tree of Leisen and Reimer (1996), "Binomial models for option
//! valuation: examining and improving convergence": its nodes are placed so
//! that European prices converge with the square of the number of steps.

use crate::american::American;
use crate::european::European;
use crate::{OptionError, OptionType};

/// How a tree is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tree {
    /// Steps to expiry, 3 to 20,000; an even number is taken one higher.
    pub steps: usize,
    /// Extrapolate from this tree and one of a quarter of the steps (Richardson 1911).
    pub extrapolate: bool,
}

/// What a tree gives, in the units of spot and strike.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TreeValue {
    /// Value of the option.
    pub price: f64,
    /// dV/dS, from the nodes one and two steps from now.
    pub delta: f64,
    /// d2V/dS2, likewise.
    pub gamma: f64,
    /// Exercise now is as good as waiting.
    pub exercise_now: bool,
    /// What extrapolation changes: an estimate of the error without it, a bound with it.
    pub error_estimate: f64,
}

impl Tree {
    /// The American option.
    ///
    /// # Errors
    /// Names the argument that is not a number or outside its domain;
    /// [`OptionError::Unresolved`] where the numbers are too extreme for a tree.
    pub fn american(&self, option: &American) -> Result<TreeValue, OptionError> {
        option.check()?;
        self.value(&option.without_early_exercise(), true)
    }

    /// The same without early exercise.
    ///
    /// # Errors
    /// As [`Tree::american`].
    pub fn european(&self, option: &European) -> Result<TreeValue, OptionError> {
        option.price()?;
        self.value(option, false)
    }

    fn value(&self, option: &European, early: bool) -> Result<TreeValue, OptionError> {
        self.check(option)?;
        let odd = |steps: usize| steps | 1;
        let (fine, coarse) = (odd(self.steps), odd(self.steps / 4));
        // The error falls with the number of steps, of European prices with its square.
        let share = coarse as f64 / fine as f64;
        let share = if early { share } else { share * share };
        self.beyond(backwards(option, early, fine), backwards(option, early, coarse), share, option, early)
    }

    /// Names the number of steps, or what a tree cannot do without.
    pub(super) fn check(&self, option: &European) -> Result<(), OptionError> {
        if !(3..=20_000).contains(&self.steps) {
            let found = self.steps as f64;
            return Err(OptionError::Argument { argument: "steps", found, expected: "3 to 20,000" });
        }
        for (argument, found) in [("years", option.years), ("volatility", option.volatility)] {
            if found <= 0.0 {
                return Err(OptionError::Argument { argument, found, expected: "above 0 for a tree" });
            }
        }
        Ok(())
    }

    /// The answer of a fine and of a coarse tree, whose errors are as 1 to `1 / share`.
    pub(super) fn beyond(
        &self,
        fine: TreeValue,
        coarse: TreeValue,
        share: f64,
        option: &European,
        early: bool,
    ) -> Result<TreeValue, OptionError> {
        let beyond = |fine: f64, coarse: f64| (fine - share * coarse) / (1.0 - share);
        let (least, most) = bounds(option, early);
        let fine = TreeValue { price: fine.price.clamp(least, most), ..fine };
        let price = beyond(fine.price, coarse.price).clamp(least, most);
        let error_estimate = (price - fine.price).abs();
        let found = if !self.extrapolate || fine.exercise_now {
            TreeValue { error_estimate, ..fine }
        } else {
            let (delta, gamma) = (beyond(fine.delta, coarse.delta), beyond(fine.gamma, coarse.gamma));
            TreeValue { price, delta, gamma, exercise_now: false, error_estimate }
        };
        let known =
            [found.price, found.delta, found.gamma, found.error_estimate].iter().all(|figure| figure.is_finite());
        if known { Ok(found) } else { Err(OptionError::Unresolved) }
    }
}

/// What no price lies outside of, whatever the volatility: extrapolation may overshoot.
fn bounds(option: &European, early: bool) -> (f64, f64) {
    let least = if early { (option.kind.sign() * (option.spot - option.strike)).max(0.0) } else { 0.0 };
    let (paid, rate) = match option.kind {
        OptionType::Call => (option.spot, option.dividend_yield),
        OptionType::Put => (option.strike, option.rate),
    };
    let later = paid * libm::exp(-rate * option.years);
    (least, if early { later.max(paid) } else { later }.max(least))
}

/// Peizer and Pratt's inversion, method 2: the probability at which a binomial
/// of that many steps exceeds its half as often as a normal exceeds `-z`.
fn inversion(z: f64, steps: f64) -> f64 {
    let scaled = z / (steps + 1.0 / 3.0 + 0.1 / (steps + 1.0));
    let half = 0.5 * (-libm::expm1(-scaled * scaled * (steps + 1.0 / 6.0))).sqrt();
    if z < 0.0 { 0.5 - half } else { 0.5 + half }
}

fn backwards(option: &European, early: bool, steps: usize) -> TreeValue {
    let sign = option.kind.sign();
    let (spot, strike) = (option.spot, option.strike);
    let n = steps as f64;
    let step = option.years / n;
    let deviation = option.volatility * option.years.sqrt();
    let carry = option.rate - option.dividend_yield;
    let d1 = (libm::log(spot / strike) + carry * option.years) / deviation + 0.5 * deviation;
    let (with_spot, up) = (inversion(d1, n), inversion(d1 - deviation, n));
    let growth = carry * step;
    let rise = growth + libm::log(with_spot / up);
    let fall = growth + libm::log((1.0 - with_spot) / (1.0 - up));
    let discount = libm::exp(-option.rate * step);
    let (up, down) = (discount * up, discount * (1.0 - up));
    // Prices of the underlying at the last step; one step back divides by the fall.
    let mut prices: Vec<f64> =
        (0..=steps).map(|ups| spot * libm::exp(ups as f64 * rise + (steps - ups) as f64 * fall)).collect();
    let mut values: Vec<f64> = prices.iter().map(|price| (sign * (price - strike)).max(0.0)).collect();
    let back = libm::exp(-fall);
    let mut at_two = [0.0; 3];
    let mut at_one = [0.0; 2];
    let mut waiting = 0.0;
    for left in (0..steps).rev() {
        for i in 0..=left {
            let value = down * values[i] + up * values[i + 1];
            prices[i] *= back;
            let now = sign * (prices[i] - strike);
            waiting = value;
            values[i] = if early && now > value { now } else { value };
        }
        if left == 2 {
            at_two.copy_from_slice(&values[..3]);
        } else if left == 1 {
            at_one.copy_from_slice(&values[..2]);
        }
    }
    let at = |ups: f64, downs: f64| spot * libm::exp(ups * rise + downs * fall);
    let (low, middle, high) = (at(0.0, 2.0), at(1.0, 1.0), at(2.0, 0.0));
    let lower = (at_two[1] - at_two[0]) / (middle - low);
    let upper = (at_two[2] - at_two[1]) / (high - middle);
    let intrinsic = sign * (spot - strike);
    TreeValue {
        price: values[0],
        delta: (at_one[1] - at_one[0]) / (at(1.0, 0.0) - at(0.0, 1.0)),
        gamma: (upper - lower) / (0.5 * (high - low)),
        exercise_now: early && intrinsic > 0.0 && intrinsic >= waiting,
        error_estimate: 0.0,
    }
}
