//! `Rule`: an item made ready for evaluation.
//!
//! Amounts are counted in the item's rounding unit. Every rate is kept as a
//! reduced fraction of whole numbers, from the traded amount straight to that
//! unit, so that there is one exact division and one rounding, mostly in 64 bits.
//! Rounding is monotone, so minimum and maximum can be rounded beforehand.

use super::item::{FeeBasis, FeeItem, FeePer, Rounding};
use super::tally::OrderTally;
use crate::exact::{Round, gcd, scaled};
use crate::fixed::{Amount, Money, Quantity, Rate, SCALE};

/// A reduced fraction.
#[derive(Clone, Copy, Debug)]
struct Ratio {
    numerator: i64,
    denominator: i128,
}

#[derive(Clone, Debug)]
enum Basis {
    Notional(Ratio),
    Quantity(Ratio),
    Flat(i128),
    ByOrders(Box<[(u32, i128)]>),
    /// `(units of shares below, units of amount per share)`, and the divisor.
    ByShares(Box<[(i64, i64)]>, i128),
}

/// An item on one side of one product.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// Index in the table's list.
    pub(super) item: usize,
    pub(super) per: FeePer,
    basis: Basis,
    /// A maximum as a fraction of the traded amount.
    cap: Option<Ratio>,
    minimum: i128,
    maximum: i128,
    unit: i64,
    round: Round,
}

impl Ratio {
    fn new(numerator: i64, denominator: i128) -> Self {
        let divisor = gcd(i128::from(numerator), denominator).max(1);
        // The divisor is at most the numerator: both quotients fit.
        Self { numerator: numerator / i64::try_from(divisor).unwrap_or(i64::MAX), denominator: denominator / divisor }
    }

    fn of_notional(rate: Rate, unit: i64) -> Self {
        if rate == Rate::ZERO {
            return Self { numerator: 0, denominator: 1 };
        }
        Self::new(rate.units(), i128::from(Rate::SCALE) * i128::from(unit))
    }

    fn of_quantity(amount: Amount, unit: i64) -> Self {
        if amount.is_zero() {
            return Self { numerator: 0, denominator: 1 };
        }
        Self::new(amount.units(), i128::from(SCALE) * i128::from(unit))
    }

    #[inline]
    fn of(self, n: i128, round: Round) -> i128 {
        scaled(n, self.numerator, self.denominator, round)
    }
}

impl Rule {
    pub(super) fn new(index: usize, item: &FeeItem) -> Self {
        let (unit, round) = match item.rounding {
            Rounding::None => (1, Round::HalfUp),
            Rounding::HalfUp(unit) => (unit.units(), Round::HalfUp),
            Rounding::Up(unit) => (unit.units(), Round::Up),
        };
        let whole = |amount: Amount| scaled(amount.units().into(), 1, unit.into(), round);
        let basis = match &item.basis {
            FeeBasis::Rate(rate) => Basis::Notional(Ratio::of_notional(*rate, unit)),
            FeeBasis::PerUnit(amount) => Basis::Quantity(Ratio::of_quantity(*amount, unit)),
            FeeBasis::Flat(amount) => Basis::Flat(whole(*amount)),
            FeeBasis::ByOrders(tiers) => Basis::ByOrders(tiers.iter().map(|(n, a)| (*n, whole(*a))).collect()),
            FeeBasis::ByShares(tiers) => Basis::ByShares(
                tiers.iter().map(|(n, a)| (n.units(), a.units())).collect(),
                i128::from(SCALE) * i128::from(unit),
            ),
        };
        Self {
            item: index,
            per: item.per,
            basis,
            cap: item.maximum_rate.map(|rate| Ratio::of_notional(rate, unit)),
            minimum: whole(item.minimum),
            maximum: item.maximum.map_or(i128::MAX, whole),
            unit,
            round,
        }
    }

    /// What comes of so much, in one piece; nothing for nothing.
    #[inline]
    pub(super) fn amount(&self, quantity: Quantity, notional: Money, order: &OrderTally) -> Money {
        if quantity.is_zero() {
            return Money::ZERO;
        }
        let raw = match &self.basis {
            Basis::Notional(ratio) => ratio.of(notional.units(), self.round),
            Basis::Quantity(ratio) => ratio.of(quantity.units().into(), self.round),
            Basis::Flat(units) => *units,
            Basis::ByOrders(tiers) => {
                let after = tiers.partition_point(|(first, _)| *first <= order.ordinal);
                tiers[..after].last().map_or(0, |(_, units)| *units)
            }
            Basis::ByShares(tiers, denominator) => {
                let exact = by_shares(tiers, order.month_before.units(), quantity.units());
                scaled(exact, 1, *denominator, self.round)
            }
        };
        let mut units = raw.min(self.maximum);
        if let Some(cap) = self.cap {
            units = units.min(cap.of(notional.units(), self.round));
        }
        Money::from_units(units.max(self.minimum) * i128::from(self.unit))
    }
}

/// Shares times amounts, each share by its ordinal in the month, at 1e-16.
fn by_shares(tiers: &[(i64, i64)], before: i64, quantity: i64) -> i128 {
    let end = i128::from(before) + i128::from(quantity);
    let mut exact = 0;
    for (i, (below, amount)) in tiers.iter().enumerate() {
        let upper = tiers.get(i + 1).map_or(end, |next| i128::from(next.0).min(end));
        let lower = i128::from(before.max(*below));
        if upper > lower {
            exact += (upper - lower) * i128::from(*amount);
        }
    }
    exact
}
