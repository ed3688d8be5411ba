//! Fixed-point numbers of the ledger and the exchange: `Price`, `Quantity`, `Money`.
//!
//! All three count units of 1e-8. Prices and quantities are `i64`, money is
//! `i128`, so that every sum of the ledger is exact. Floating point enters and
//! leaves only through `from_f64` and `to_f64`; text and venue rounding rules go
//! through `rust_decimal`. Arithmetic that overflows stops the run (overflow
//! checks are on in every profile) instead of wrapping.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

use rust_decimal::Decimal;

/// Units per 1.0.
pub const SCALE: i64 = 100_000_000;
/// Decimal places of the fixed-point types.
pub const SCALE_DIGITS: u32 = 8;
/// Largest absolute price or quantity accepted from outside: 1e10.
pub const MAX_ABS: f64 = 1e10;

/// A decimal that is not a valid fixed-point number, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// The text is no decimal number.
    #[error("`{0}` is not a decimal number")]
    NotANumber(String),
    /// More than eight decimal places.
    #[error("`{0}` has more than 8 decimal places")]
    TooFine(String),
    /// Beyond the accepted range.
    #[error("`{0}` is beyond ±1e10")]
    OutOfRange(String),
}

/// `x` in units of 1e-8, rounded half away from zero.
///
/// Written with a signed half and a cast: the conversion back by division gives
/// the double that parsing the same decimal gives.
#[inline]
fn to_units(x: f64) -> i64 {
    let scaled = x * SCALE as f64;
    if scaled < 0.0 { (scaled - 0.5) as i64 } else { (scaled + 0.5) as i64 }
}

fn decimal_units(text: &str, value: Decimal) -> Result<i64, NumberError> {
    let value = value.normalize();
    if value.scale() > SCALE_DIGITS {
        return Err(NumberError::TooFine(text.to_owned()));
    }
    let limit = Decimal::from(10_000_000_000_i64);
    if value > limit || value < -limit {
        return Err(NumberError::OutOfRange(text.to_owned()));
    }
    let factor = 10_i128.pow(SCALE_DIGITS - value.scale());
    i64::try_from(value.mantissa() * factor).map_err(|_| NumberError::OutOfRange(text.to_owned()))
}

fn parse_units(text: &str) -> Result<i64, NumberError> {
    let text = text.trim();
    let value = if text.contains(['e', 'E']) { Decimal::from_scientific(text) } else { Decimal::from_str_exact(text) };
    decimal_units(text, value.map_err(|_| NumberError::NotANumber(text.to_owned()))?)
}

/// Writes `units` of 1e-8 as the shortest exact decimal.
fn write_units(f: &mut fmt::Formatter<'_>, units: i128) -> fmt::Result {
    let scale = i128::from(SCALE);
    let sign = if units < 0 { "-" } else { "" };
    let (whole, frac) = (units.abs() / scale, units.abs() % scale);
    if frac == 0 {
        return f.pad(&format!("{sign}{whole}"));
    }
    let digits = format!("{frac:08}");
    f.pad(&format!("{sign}{whole}.{}", digits.trim_end_matches('0')))
}

/// The rare amount beyond 64 bits; apart, so that it is not computed in advance.
#[cold]
#[inline(never)]
fn wide_to_f64(units: i128) -> f64 {
    units as f64 / SCALE as f64
}

macro_rules! fixed {
    ($(#[$doc:meta])* $name:ident, $repr:ty) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name($repr);

        impl $name {
            /// Zero.
            pub const ZERO: Self = Self(0);

            /// From units of 1e-8.
            #[inline]
            #[must_use]
            pub const fn from_units(units: $repr) -> Self {
                Self(units)
            }

            /// In units of 1e-8.
            #[inline]
            #[must_use]
            pub const fn units(self) -> $repr {
                self.0
            }

            /// The nearest double; for a value read from a decimal, the double
            /// that parsing that decimal gives.
            #[inline]
            #[must_use]
            pub fn to_f64(self) -> f64 {
                // 128-bit amounts that fit 64 bits convert without a library call.
                match i64::try_from(self.0) {
                    Ok(units) => units as f64 / SCALE as f64,
                    Err(_) => wide_to_f64(i128::from(self.0)),
                }
            }

            /// True for zero.
            #[inline]
            #[must_use]
            pub const fn is_zero(self) -> bool {
                self.0 == 0
            }

            /// The absolute value.
            #[inline]
            #[must_use]
            pub const fn abs(self) -> Self {
                Self(self.0.abs())
            }
        }

        impl Add for $name {
            type Output = Self;
            #[inline]
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }
        impl Sub for $name {
            type Output = Self;
            #[inline]
            fn sub(self, other: Self) -> Self {
                Self(self.0 - other.0)
            }
        }
        impl Neg for $name {
            type Output = Self;
            #[inline]
            fn neg(self) -> Self {
                Self(-self.0)
            }
        }
        impl AddAssign for $name {
            #[inline]
            fn add_assign(&mut self, other: Self) {
                self.0 += other.0;
            }
        }
        impl SubAssign for $name {
            #[inline]
            fn sub_assign(&mut self, other: Self) {
                self.0 -= other.0;
            }
        }
        impl Sum for $name {
            fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
                items.fold(Self::ZERO, |a, b| a + b)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_units(f, i128::from(self.0))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self}")
            }
        }
    };
}

fixed!(
    /// A price in currency units per share (or per unit of a contract), at 1e-8.
    Price,
    i64
);
fixed!(
    /// A number of shares or contracts, at 1e-8; signed where a side is implied.
    Quantity,
    i64
);
fixed!(
    /// An amount of one currency, at 1e-8.
    Money,
    i128
);

fixed!(
    /// An amount of money that fits 64 bits (up to 9.2e10), at 1e-8, for orders
    /// and limits, where small size matters.
    Amount,
    i64
);

macro_rules! edges {
    ($name:ident) => {
        impl $name {
            /// Rounds to 1e-8, half away from zero; `None` for a value that is not
            /// finite or beyond ±1e10.
            #[inline]
            #[must_use]
            pub fn from_f64(x: f64) -> Option<Self> {
                (x.abs() <= MAX_ABS).then(|| Self(to_units(x)))
            }

            /// From a decimal.
            ///
            /// # Errors
            /// More than eight decimal places, or beyond ±1e10.
            pub fn from_decimal(value: Decimal) -> Result<Self, NumberError> {
                decimal_units(&value.to_string(), value).map(Self)
            }

            /// As a decimal, exact.
            #[must_use]
            pub fn to_decimal(self) -> Decimal {
                Decimal::new(self.0, SCALE_DIGITS).normalize()
            }
        }

        impl FromStr for $name {
            type Err = NumberError;
            fn from_str(text: &str) -> Result<Self, NumberError> {
                parse_units(text).map(Self)
            }
        }
    };
}

edges!(Price);
edges!(Quantity);
edges!(Amount);

impl From<Amount> for Money {
    fn from(amount: Amount) -> Self {
        Self(i128::from(amount.0))
    }
}

/// `numerator / denominator`, rounded half away from zero. `denominator > 0`.
#[inline(always)]
#[must_use]
pub fn div_round(numerator: i128, denominator: i128) -> i128 {
    // Most amounts fit 64 bits, where division is several times cheaper.
    if let (Ok(n), Ok(d)) = (i64::try_from(numerator), i64::try_from(denominator)) {
        let (q, r) = (n / d, n % d);
        let up = i128::from(r.unsigned_abs()) * 2 >= i128::from(d);
        return i128::from(q) + if up { i128::from(n.signum()) } else { 0 };
    }
    let (q, r) = (numerator / denominator, numerator % denominator);
    if r.abs() * 2 >= denominator { q + numerator.signum() } else { q }
}

impl Price {
    /// As `from_f64`, for a value that was checked when it was loaded.
    #[inline]
    pub(crate) fn from_checked_f64(x: f64) -> Self {
        Self(to_units(x))
    }
}

impl Money {
    /// From a whole number of currency units.
    #[must_use]
    pub const fn from_whole(amount: i64) -> Self {
        Self(amount as i128 * SCALE as i128)
    }

    /// Rounds to 1e-8; `None` for a value that is not finite or beyond ±1e18.
    #[must_use]
    pub fn from_f64(x: f64) -> Option<Self> {
        if !x.is_finite() || x.abs() > 1e18 {
            return None;
        }
        let scaled = x * SCALE as f64;
        Some(Self(if scaled < 0.0 { (scaled - 0.5) as i128 } else { (scaled + 0.5) as i128 }))
    }

    /// `price x quantity x multiplier`, rounded half away from zero at 1e-8
    /// (exact whenever price and quantity have eight decimals between them).
    #[inline]
    #[must_use]
    pub fn notional(price: Price, quantity: Quantity, multiplier: i64) -> Self {
        // Whole shares need no division.
        let (whole, rest) = (quantity.0 / SCALE, quantity.0 % SCALE);
        let money = if rest == 0 {
            i128::from(price.0) * i128::from(whole)
        } else {
            div_round(i128::from(price.0) * i128::from(quantity.0), i128::from(SCALE))
        };
        Self(if multiplier == 1 { money } else { money * i128::from(multiplier) })
    }

    /// `self x rate`, rounded half away from zero.
    #[inline]
    #[must_use]
    pub fn times(self, rate: Rate) -> Self {
        // Rates in use have few decimals: the smaller division fits 64 bits, and
        // both divisors are constants.
        const STEP: i64 = 1_000_000;
        const REST: i64 = Rate::SCALE / STEP;
        if rate.0 % STEP != 0 {
            return Self(div_round(self.0 * i128::from(rate.0), i128::from(Rate::SCALE)));
        }
        let rate = rate.0 / STEP;
        let narrow = i64::try_from(self.0).ok().and_then(|units| units.checked_mul(rate));
        let product = narrow.map_or_else(|| self.0 * i128::from(rate), i128::from);
        Self(div_round(product, i128::from(REST)))
    }

    /// As a decimal; `None` beyond the 28 digits of a decimal.
    #[must_use]
    pub fn to_decimal(self) -> Option<Decimal> {
        Decimal::try_from_i128_with_scale(self.0, SCALE_DIGITS).ok().map(|d| d.normalize())
    }
}

impl FromStr for Money {
    type Err = NumberError;
    fn from_str(text: &str) -> Result<Self, NumberError> {
        parse_units(text).map(|units| Self(i128::from(units)))
    }
}

/// A dimensionless factor (a commission rate, a percentage as a fraction) at 1e-12.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Rate(i64);

impl Rate {
    /// Units per 1.0.
    pub const SCALE: i64 = 1_000_000_000_000;
    /// Zero.
    pub const ZERO: Self = Self(0);

    /// Rounds to 1e-12; `None` for a value that is not finite or beyond ±1e6.
    #[must_use]
    pub fn from_f64(x: f64) -> Option<Self> {
        if !x.is_finite() || x.abs() > 1e6 {
            return None;
        }
        let scaled = x * Self::SCALE as f64;
        Some(Self(if scaled < 0.0 { (scaled - 0.5) as i64 } else { (scaled + 0.5) as i64 }))
    }

    /// From a decimal of at most twelve places within ±1e6.
    ///
    /// # Errors
    /// Too many decimal places or out of range.
    pub fn from_decimal(value: Decimal) -> Result<Self, NumberError> {
        let value = value.normalize();
        if value.scale() > 12 {
            return Err(NumberError::TooFine(value.to_string()));
        }
        if value.abs() > Decimal::from(1_000_000) {
            return Err(NumberError::OutOfRange(value.to_string()));
        }
        let factor = 10_i128.pow(12 - value.scale());
        i64::try_from(value.mantissa() * factor).map(Self).map_err(|_| NumberError::OutOfRange(value.to_string()))
    }

    /// From units of 1e-12.
    #[must_use]
    pub const fn from_units(units: i64) -> Self {
        Self(units)
    }

    /// In units of 1e-12.
    #[must_use]
    pub const fn units(self) -> i64 {
        self.0
    }

    /// The nearest double.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / Self::SCALE as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_text_survives_the_round_trip() {
        for text in ["0", "0.01", "-12.5", "99999.99999999", "10000000000"] {
            let price: Price = text.parse().expect("valid");
            assert_eq!(price.to_string(), text);
            assert_eq!(price.to_f64(), text.parse::<f64>().expect("valid"));
            assert_eq!(Price::from_f64(price.to_f64()), Some(price));
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!("1.123456789".parse::<Price>(), Err(NumberError::TooFine("1.123456789".into())));
        assert_eq!("1e11".parse::<Price>(), Err(NumberError::OutOfRange("1e11".into())));
        assert_eq!("abc".parse::<Price>(), Err(NumberError::NotANumber("abc".into())));
        assert_eq!(Price::from_f64(f64::NAN), None);
        assert_eq!(Price::from_f64(1e11), None);
    }

    #[test]
    fn notional_rounds_half_away_from_zero() {
        let p: Price = "0.00000001".parse().expect("valid");
        let half: Quantity = "0.5".parse().expect("valid");
        assert_eq!(Money::notional(p, half, 1).units(), 1);
        assert_eq!(Money::notional(p, -half, 1).units(), -1);
        let price: Price = "82.12".parse().expect("valid");
        let q: Quantity = "1216".parse().expect("valid");
        let notional = Money::notional(price, q, 1);
        assert_eq!(notional.to_string(), "99857.92");
        assert_eq!(notional.times(Rate::from_f64(0.001).expect("valid")).to_string(), "99.85792");
    }
}
