//! From a price and its market to a normalised price: what is time value, what is missing to the
//! maximum, and whether there is a volatility at all.

use numeric::lanes;

use super::solve::{Normal, total_deviation};
use crate::error::{not_negative, positive};
use crate::{OptionError, OptionType};

/// A price split at its intrinsic value; everything in one unit of account.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quote {
    /// Price less discounted forward intrinsic value; negative: below it.
    pub(super) time_value: f64,
    /// Maximum less price; not above 0: at the maximum or beyond.
    pub(super) rest: f64,
    /// The smaller of the values of forward and strike.
    pub(super) unit: f64,
    /// `|ln(forward / strike)|`.
    pub(super) x: f64,
}

/// An undiscounted price of an option on a forward; `ln` of a ratio, [`ln_ratio`] or of normal numbers
/// `lanes::ln_ratio`, which is the same for them.
#[inline(always)]
pub(super) fn forward_quote(
    price: f64,
    forward: f64,
    strike: f64,
    is_call: bool,
    ln: impl Fn(f64, f64) -> f64,
) -> Quote {
    let above = forward > strike;
    let large = if above { forward } else { strike };
    let unit = if above { strike } else { forward };
    let in_the_money = above == is_call;
    // Large less unit and price less that, each with what rounding took away.
    let gap = large - unit;
    let back = large - gap;
    let gap_low = (large - (gap + back)) + (back - unit);
    let value = price - gap;
    let back = price - value;
    let value_low = (price - (value + back)) + (back - gap);
    Quote {
        time_value: if in_the_money { value + (value_low - gap_low) } else { price },
        rest: if in_the_money { large } else { unit } - price,
        unit,
        x: ln(large, unit),
    }
}

/// `ln(a / b)` of finite numbers above 0, subnormal ones among them. Not for loops: the compiler
/// makes a copy of all of it for each case.
pub(super) fn ln_ratio(a: f64, b: f64) -> f64 {
    let (low_a, low_b) = (a < f64::MIN_POSITIVE, b < f64::MIN_POSITIVE);
    let found = lanes::ln_ratio(if low_a { a * TWO_54 } else { a }, if low_b { b * TWO_54 } else { b });
    let shift = if low_a { LN_TWO_54 } else { 0.0 } - if low_b { LN_TWO_54 } else { 0.0 };
    found - shift
}

impl Quote {
    /// The volatility over so many years.
    ///
    /// Without time, every volatility gives the intrinsic value: that price has volatility 0, a
    /// higher one none.
    pub(super) fn volatility(&self, years: f64) -> Result<f64, OptionError> {
        if self.time_value < 0.0 {
            return Err(OptionError::BelowIntrinsic);
        }
        if self.time_value == 0.0 && self.rest >= 0.0 {
            return Ok(0.0);
        }
        if self.rest <= 0.0 || years == 0.0 {
            return Err(OptionError::AboveMaximum);
        }
        let Self { time_value: mut price, rest, unit, mut x } = *self;
        // At the money with next to no time value, squares underflow; there price and moneyness
        // scale with the deviation (Bachelier 1900), and may be enlarged together.
        let mut steps = 0;
        while x < TINY && price < TINY * unit {
            x *= ENLARGE;
            price *= ENLARGE;
            steps += 1;
        }
        let rest = if steps > 0 { unit } else { rest };
        let total = total_deviation(&Normal { x, price, rest, unit }).ok_or(unsettled(price))?;
        let mut volatility = total / years.sqrt();
        for _ in 0..steps {
            volatility /= ENLARGE;
        }
        Ok(volatility)
    }
}

impl Quote {
    /// Whether the fast path may take it: an ordinary time value at which a volatility exists, and
    /// nothing that is subnormal.
    #[inline(always)]
    pub(super) fn is_plain(&self, years: f64) -> bool {
        (self.time_value >= f64::MIN_POSITIVE)
            & (self.rest >= f64::MIN_POSITIVE)
            & (self.unit >= f64::MIN_POSITIVE)
            & (years > 0.0)
            & (years <= f64::MAX)
            & ((self.x >= TINY) | (self.time_value >= TINY * self.unit))
    }
}

/// Whether the arguments of [`forward_quote`] are in their domain.
#[inline(always)]
pub(super) fn is_finite(price: f64, forward: f64, strike: f64) -> bool {
    let valid = (forward > 0.0) & (forward <= f64::MAX) & (strike > 0.0) & (strike <= f64::MAX);
    valid & (price <= f64::MAX)
}

/// `price` when finite (below 0 it is below intrinsic, which is another error).
pub(super) fn finite_price(price: f64) -> Result<f64, OptionError> {
    crate::error::finite("price", price)
}

/// The arguments of a forward price, checked; then the volatility.
pub(super) fn checked(price: f64, forward: f64, strike: f64, years: f64, kind: OptionType) -> Result<f64, OptionError> {
    finite_price(price)?;
    positive("forward", forward)?;
    positive("strike", strike)?;
    not_negative("years", years)?;
    forward_quote(price, forward, strike, kind == OptionType::Call, ln_ratio).volatility(years)
}

/// No input is known that gets here; if there is one, it is better told than answered wrongly.
fn unsettled(price: f64) -> OptionError {
    OptionError::Argument { argument: "price", found: price, expected: "a time value at which the steps settle" }
}

/// 2^-200 and 2^100.
const TINY: f64 = 6.223_015_277_861_142e-61;
const ENLARGE: f64 = 1.267_650_600_228_229_4e30;

const TWO_54: f64 = 18_014_398_509_481_984.0;
const LN_TWO_54: f64 = 54.0 * std::f64::consts::LN_2;
