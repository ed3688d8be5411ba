//! `FeeItem`: one line of a fee table, as a person would write it down.

use crate::date::Date;
use crate::fixed::{Amount, Quantity, Rate};
use crate::order::Side;
use crate::rules::ProductSet;

/// Who takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum FeeCategory {
    /// The broker: commission, platform fee.
    #[default]
    Broker,
    /// The exchange: trading fee, handling fee.
    Exchange,
    /// The clearing house: settlement, transfer.
    Clearing,
    /// A regulator: levies.
    Regulator,
    /// The state: stamp duty.
    Tax,
}

impl FeeCategory {
    /// Every category, in order.
    pub const ALL: [Self; 5] = [Self::Broker, Self::Exchange, Self::Clearing, Self::Regulator, Self::Tax];

    /// The name used in files and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Broker => "broker",
            Self::Exchange => "exchange",
            Self::Clearing => "clearing",
            Self::Regulator => "regulator",
            Self::Tax => "tax",
        }
    }
}

/// Which side pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum FeeSide {
    /// Buyer and seller.
    #[default]
    Both,
    /// The buyer.
    Buy,
    /// The seller.
    Sell,
}

impl FeeSide {
    /// Every choice, in order.
    pub const ALL: [Self; 3] = [Self::Both, Self::Buy, Self::Sell];

    /// The name used in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Buy => "buy",
            Self::Sell => "sell",
        }
    }

    /// True when this side pays.
    #[must_use]
    pub fn pays(self, side: Side) -> bool {
        matches!((self, side), (Self::Both, _) | (Self::Buy, Side::Buy) | (Self::Sell, Side::Sell))
    }

    /// True when some side pays both.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self == other || self == Self::Both || other == Self::Both
    }
}

/// What an item is computed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum FeePer {
    /// Each fill alone.
    #[default]
    Fill,
    /// All that an order traded on a day.
    OrderDay,
}

impl FeePer {
    /// The name used in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fill => "fill",
            Self::OrderDay => "order-day",
        }
    }
}

/// How an amount is computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeeBasis {
    /// A fraction of the traded amount, 0 to 1.
    Rate(Rate),
    /// An amount per share or contract.
    PerUnit(Amount),
    /// One amount.
    Flat(Amount),
    /// One amount, by the ordinal of the order-day in its month: `(first ordinal, amount)`,
    /// ascending from 1. Per order and day only.
    ByOrders(Vec<(u32, Amount)>),
    /// An amount per share, by the ordinal of the share in its month:
    /// `(shares below, amount)`, ascending from 0. Per order and day only.
    ByShares(Vec<(Quantity, Amount)>),
}

/// How the venue rounds an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Rounding {
    /// To 1e-8, half up.
    #[default]
    None,
    /// To the nearest multiple of this, a half up; above 0, at most 1000.
    HalfUp(Amount),
    /// Up to the next multiple of this; above 0, at most 1000.
    Up(Amount),
}

/// One fee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeeItem {
    /// What it is called, `stamp duty`.
    pub name: String,
    /// Who takes it.
    pub category: FeeCategory,
    /// Which side pays.
    pub side: FeeSide,
    /// Which products pay; at least one.
    pub products: ProductSet,
    /// How it is computed.
    pub basis: FeeBasis,
    /// What it is computed on.
    pub per: FeePer,
    /// The least it comes to; zero = no minimum. Wins over the maximum.
    pub minimum: Amount,
    /// The most it comes to.
    pub maximum: Option<Amount>,
    /// The most it comes to, as a fraction of the traded amount, 0 to 1.
    pub maximum_rate: Option<Rate>,
    /// How the venue rounds it; minimum and maximum are rounded likewise.
    pub rounding: Rounding,
    /// First day, venue-local.
    pub from: Date,
    /// Last day, venue-local.
    pub until: Date,
}

impl FeeItem {
    /// An item on all fills of all products and dates, without bounds or rounding.
    #[must_use]
    pub fn new(name: &str, basis: FeeBasis) -> Self {
        Self {
            name: name.to_owned(),
            category: FeeCategory::Broker,
            side: FeeSide::Both,
            products: ProductSet::ALL,
            basis,
            per: FeePer::Fill,
            minimum: Amount::ZERO,
            maximum: None,
            maximum_rate: None,
            rounding: Rounding::None,
            from: Date::MIN,
            until: Date::MAX,
        }
    }

    /// What is wrong with it, if anything.
    pub(super) fn problem(&self) -> Option<String> {
        let rate_fits = |r: Rate| (0..=Rate::SCALE).contains(&r.units());
        let rising = |mut firsts: Box<dyn Iterator<Item = i64> + '_>, first: i64| {
            let mut last = firsts.next();
            last == Some(first) && firsts.all(|f| last.replace(f) < Some(f))
        };
        match &self.basis {
            FeeBasis::Rate(rate) if !rate_fits(*rate) => return Some("the rate must be from 0 to 1".into()),
            FeeBasis::PerUnit(amount) | FeeBasis::Flat(amount) if *amount < Amount::ZERO => {
                return Some(format!("the amount {amount} is below 0"));
            }
            FeeBasis::ByOrders(_) | FeeBasis::ByShares(_) if self.per == FeePer::Fill => {
                return Some("tiers need per = \"order-day\"".into());
            }
            FeeBasis::ByOrders(tiers) => {
                if !rising(Box::new(tiers.iter().map(|t| t.0.into())), 1) {
                    return Some("tiers by orders must rise from 1".into());
                }
                if tiers.iter().any(|t| t.1 < Amount::ZERO) {
                    return Some("an amount of a tier is below 0".into());
                }
            }
            FeeBasis::ByShares(tiers) => {
                if !rising(Box::new(tiers.iter().map(|t| t.0.units())), 0) {
                    return Some("tiers by shares must rise from 0".into());
                }
                if tiers.iter().any(|t| t.1 < Amount::ZERO) {
                    return Some("an amount of a tier is below 0".into());
                }
            }
            _ => {}
        }
        if self.products.is_empty() {
            return Some("it is for no product".into());
        }
        if self.minimum < Amount::ZERO || self.maximum.is_some_and(|m| m < Amount::ZERO) {
            return Some("minimum and maximum must be 0 or above".into());
        }
        if let Some(maximum) = self.maximum.filter(|m| *m < self.minimum) {
            return Some(format!("the maximum {maximum} is below the minimum {}", self.minimum));
        }
        if self.maximum_rate.is_some_and(|r| !rate_fits(r)) {
            return Some("the maximum rate must be from 0 to 1".into());
        }
        if let Rounding::HalfUp(unit) | Rounding::Up(unit) = self.rounding
            && !(1..=1000 * crate::fixed::SCALE).contains(&unit.units())
        {
            return Some("the rounding unit must be above 0 and at most 1000".into());
        }
        (self.from > self.until).then(|| format!("it begins on {} after its end on {}", self.from, self.until))
    }

    /// True when both would charge the same trade on some day.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.from <= other.until
            && other.from <= self.until
            && self.side.overlaps(other.side)
            && self.products.overlaps(other.products)
    }
}
