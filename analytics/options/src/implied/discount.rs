//! Prices of today: spot, rates and yields to the values of forward and strike.

use super::pair::Pair;
use super::quote::{Quote, finite_price, ln_ratio};
use crate::error::{finite, not_negative, positive};
use crate::{European, OptionError, OptionType};

/// A price of today, split, for [`super::volatility`].
pub(super) fn quote(price: f64, option: &European) -> Result<Quote, OptionError> {
    finite_price(price)?;
    let European { kind, spot, strike, years, rate, dividend_yield, .. } = *option;
    positive("spot", spot)?;
    positive("strike", strike)?;
    not_negative("years", years)?;
    finite("rate", rate)?;
    finite("dividend_yield", dividend_yield)?;
    let leg = |value, argument, rate| Leg { value, argument, rate };
    today(price, leg(spot, "dividend_yield", dividend_yield), leg(strike, "rate", rate), years, kind)
}

/// A price of today of an option on a forward, split, for [`super::black76`].
pub(super) fn forward_quote(
    price: f64,
    forward: f64,
    strike: f64,
    years: f64,
    rate: f64,
    kind: OptionType,
) -> Result<Quote, OptionError> {
    finite_price(price)?;
    positive("forward", forward)?;
    positive("strike", strike)?;
    not_negative("years", years)?;
    finite("rate", rate)?;
    let leg = |value| Leg { value, argument: "rate", rate };
    today(price, leg(forward), leg(strike), years, kind)
}

/// What is exchanged at expiry: `value e^(-rate years)` today.
#[derive(Clone, Copy)]
struct Leg {
    value: f64,
    argument: &'static str,
    rate: f64,
}

impl Leg {
    /// `rate years`, with the digits that rounding takes away.
    fn yield_to(&self, years: f64) -> Result<Pair, OptionError> {
        let product = Pair::product(self.rate, years);
        if product.high.abs() <= YIELD_MAX { Ok(product) } else { Err(self.too_large()) }
    }

    fn too_large(&self) -> OptionError {
        OptionError::Argument {
            argument: self.argument,
            found: self.rate,
            expected: "a rate at which the discounted values are finite",
        }
    }

    /// Its value today, times 2^lift.
    fn discounted(&self, product: Pair, lift: i32) -> Result<Pair, OptionError> {
        let (factor, power) = (-product).exp();
        let today = (Pair::new(libm::scalbn(self.value, lift)) * factor).scale(power);
        if today.high.is_finite() { Ok(today) } else { Err(self.too_large()) }
    }
}

fn today(price: f64, spot: Leg, strike: Leg, years: f64, kind: OptionType) -> Result<Quote, OptionError> {
    let (spot_yield, strike_yield) = (spot.yield_to(years)?, strike.yield_to(years)?);
    let (mut s, mut k) = (spot.discounted(spot_yield, 0)?, strike.discounted(strike_yield, 0)?);
    let mut price = price;
    if s.high.min(k.high) < LOW && s.high.max(k.high).max(spot.value).max(strike.value).max(price) < HIGH {
        // The price is homogeneous in the three: away from subnormal numbers.
        (s, k) = (spot.discounted(spot_yield, LIFT)?, strike.discounted(strike_yield, LIFT)?);
        price = libm::scalbn(price, LIFT);
    }
    let difference = s - k;
    let above = difference.value() > 0.0;
    let (large, unit) = if above { (s, k) } else { (k, s) };
    let gap = if above { difference } else { -difference };
    let in_the_money = above == (kind == OptionType::Call);
    let p = Pair::new(price);
    let time_value = if in_the_money { (p - gap).value() } else { price };
    let rest = (if in_the_money { large } else { unit } - p).value();
    // Near the money the difference of the discounted values has the more digits.
    let x = if gap.high <= 0.5 * unit.high {
        libm::log1p(gap.value() / unit.value())
    } else {
        let carry = strike_yield - spot_yield;
        (Pair::new(ln_ratio(spot.value, strike.value)) + carry).value().abs()
    };
    Ok(Quote { time_value, rest, unit: unit.high, x })
}

/// Beyond this many e-folds nothing is left of any price.
const YIELD_MAX: f64 = 1e4;

/// 2^-900, 2^800.
const LOW: f64 = 1.183_052_186_166_774_7e-271;
const HIGH: f64 = 6.668_014_432_879_854e240;
const LIFT: i32 = 200;
