//! Options on an underlying that pays cash dividends, on a tree.
//!
//! Between ex-dates the spot is lognormal with the given volatility; at each
//! it falls by the dividend, or to zero if there is less (the spot, or
//! piecewise lognormal, model: Haug, Haug and Lewis 2003, "Back to basics: a new
//! approach to the discrete dividend problem"). It is the model in which options of all
//! expiries agree on the spot's volatility; the escrowed model, which takes the
//! dividends' present value off the spot, is not it.
//!
//! Each stretch between ex-dates has its own lattice, whose last step lies on
//! the ex-date; there the option is worth what it is worth on the next lattice
//! at the lower spot, interpolated (Vellekoop and Nieuwenhuis 2006, "Efficient
//! pricing of derivatives on assets with discrete dividends"), or if it is American, its
//! exercise just before.

use super::lattice::Lattice;
use super::{Tree, TreeValue};
use crate::american::American;
use crate::error::{not_negative, positive};
use crate::european::European;
use crate::{OptionError, OptionType};

/// A dividend in the currency of the spot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CashDividend {
    /// Years from now to the ex-date, above 0; a dividend that is ex already is in the spot.
    pub years: f64,
    /// Amount per share, 0 or more.
    pub amount: f64,
}

/// Dividends nearer to each other than this, in years (a thirtieth of a second), are one.
const SAME_TIME: f64 = 1e-9;

/// Steps that the shortest stretch has at least.
const LEAST_STEPS: usize = 8;

impl Tree {
    /// The American option with cash dividends, given in order of time, on top
    /// of its continuous yield. Those after expiry do not count; one at expiry
    /// does: exercise is possible just before it.
    ///
    /// # Errors
    /// Names the argument that is not a number or outside its domain;
    /// `dividends.years` also when out of order. [`OptionError::Unresolved`] where a tree would
    /// take too many nodes: a volatility so low that a dividend is very many of its deviations.
    pub fn american_with_dividends(
        &self,
        option: &American,
        dividends: &[CashDividend],
    ) -> Result<TreeValue, OptionError> {
        option.check()?;
        self.with_dividends(&option.without_early_exercise(), dividends, true)
    }

    /// The same without early exercise: the payoff is on the spot after a dividend at expiry.
    ///
    /// # Errors
    /// As [`Tree::american_with_dividends`].
    pub fn european_with_dividends(
        &self,
        option: &European,
        dividends: &[CashDividend],
    ) -> Result<TreeValue, OptionError> {
        option.price()?;
        self.with_dividends(option, dividends, false)
    }

    fn with_dividends(
        &self,
        option: &European,
        dividends: &[CashDividend],
        early: bool,
    ) -> Result<TreeValue, OptionError> {
        self.check(option)?;
        let mut before = 0.0;
        for dividend in dividends {
            positive("dividends.years", dividend.years)?;
            not_negative("dividends.amount", dividend.amount)?;
            if dividend.years < before {
                let expected = "in order of time";
                return Err(OptionError::Argument { argument: "dividends.years", found: dividend.years, expected });
            }
            before = dividend.years;
        }
        let paid = by_day(dividends, option.years);
        let at = |steps| backwards(option, &paid, early, steps);
        self.beyond(at(self.steps)?, at(self.steps.div_ceil(2))?, 0.5, option, early)
    }
}

/// What is paid until expiry, the dividends of one time as one.
fn by_day(dividends: &[CashDividend], expiry: f64) -> Vec<CashDividend> {
    let mut paid: Vec<CashDividend> = Vec::new();
    for dividend in dividends.iter().filter(|dividend| dividend.years <= expiry && dividend.amount > 0.0) {
        let years = if expiry - dividend.years < SAME_TIME { expiry } else { dividend.years };
        match paid.last_mut() {
            Some(last) if years - last.years < SAME_TIME => last.amount += dividend.amount,
            _ => paid.push(CashDividend { years, amount: dividend.amount }),
        }
    }
    paid
}

/// A dividend that comes at the end of a stretch, and what the option is worth after it.
struct After<'a> {
    amount: f64,
    next: Option<&'a Lattice>,
    /// What the option is worth when the spot is zero.
    at_zero: f64,
}

fn backwards(
    option: &European,
    dividends: &[CashDividend],
    early: bool,
    steps: usize,
) -> Result<TreeValue, OptionError> {
    let sign = option.kind.sign();
    let payoff = |spot: f64| (sign * (spot - option.strike)).max(0.0);
    let mut ends: Vec<(f64, f64)> = dividends.iter().map(|dividend| (dividend.years, dividend.amount)).collect();
    if ends.last().is_none_or(|(years, _)| *years < option.years) {
        ends.push((option.years, 0.0));
    }
    let mut next: Option<Lattice> = None;
    for (i, (end, amount)) in ends.iter().enumerate().rev() {
        let start = if i == 0 { 0.0 } else { ends[i - 1].0 };
        let count = ((end - start) / option.years * steps as f64).ceil() as usize;
        let before: f64 = ends[..i].iter().map(|(_, amount)| amount).sum();
        let mut lattice = Lattice::new(option, start, end - start, count.max(LEAST_STEPS), before, steps)?;
        let left = option.years - end;
        let at_zero = match option.kind {
            OptionType::Call => 0.0,
            OptionType::Put => {
                let later = option.strike * libm::exp(-option.rate * left);
                if early && option.strike > later { option.strike } else { later }
            }
        };
        let after = After { amount: *amount, next: next.as_ref(), at_zero };
        let last = |spot: f64| {
            let ex = (spot - after.amount).max(0.0);
            let held = match after.next {
                None => payoff(ex),
                Some(_) if ex <= 0.0 => after.at_zero,
                Some(next) => next.interpolate(ex, after.at_zero),
            };
            if early { held.max(payoff(spot)) } else { held }
        };
        let at_expiry = after.next.is_none().then_some(*amount);
        lattice.roll(option, early, at_expiry, last);
        next = Some(lattice);
    }
    Ok(next.map_or_else(TreeValue::default, |first| first.now(option, early)))
}
