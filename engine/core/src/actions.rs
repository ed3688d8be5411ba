//! Corporate actions: splits and cash dividends as dated events.
//!
//! Prices are raw, so an action is an event that leaves equity unchanged at the
//! moment it takes effect (the open of the first bar at or after `ex_time`): a
//! split multiplies the position and divides marks and working orders; a cash
//! dividend is credited to the holder of the night before.

use crate::fixed::{Price, Quantity, div_round};
use crate::time::Timestamp;

/// What happens to each share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionKind {
    /// `from` old shares become `to` new ones (a 2-for-1 split: to 2, from 1).
    Split {
        /// New shares, 1 to 10,000.
        to: u32,
        /// Old shares, 1 to 10,000.
        from: u32,
    },
    /// Cash per share held before the ex date, in the instrument's currency.
    CashDividend {
        /// Amount per share, above 0.
        per_share: Price,
    },
}

/// One dated action of one instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CorporateAction {
    /// Start of the ex date in the instrument's time zone, as UTC.
    pub ex_time: Timestamp,
    /// What happens.
    pub kind: ActionKind,
}

/// What a split does to prices and quantities.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Split {
    pub(crate) to: u32,
    pub(crate) from: u32,
}

impl Split {
    /// A price after the split, rounded to 1e-8, at least the smallest there is.
    pub(crate) fn price(self, price: Price) -> Price {
        let units = div_round(i128::from(price.units()) * i128::from(self.from), i128::from(self.to));
        Price::from_units(narrow(units).max(price.units().signum()))
    }

    /// A quantity after the split, fractions of 1e-8 dropped.
    pub(crate) fn quantity(self, quantity: Quantity) -> Quantity {
        Quantity::from_units(narrow(i128::from(quantity.units()) * i128::from(self.to) / i128::from(self.from)))
    }
}

/// Far beyond what an account can hold; a quantity stops there instead of wrapping.
fn narrow(units: i128) -> i64 {
    const MOST: i64 = i64::MAX / 8;
    i64::try_from(units).unwrap_or(MOST).clamp(-MOST, MOST)
}
