//! What an order traded today and an account this month, as far as fees look at it.

use crate::date::Date;
use crate::fixed::{Money, Quantity};
use crate::order::Side;

/// A fill, as fees see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeeTrade {
    /// Trade date at the venue.
    pub date: Date,
    /// Buy or sell.
    pub side: Side,
    /// Shares or contracts, zero or above; a quantity of zero costs nothing.
    pub quantity: Quantity,
    /// Price times quantity times multiplier; its sign is ignored.
    pub notional: Money,
}

/// What one order traded on its latest day (48 bytes). A new order starts with the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct OrderTally {
    date: Date,
    /// Ordinal of the order-day in its month; 0 = nothing traded yet.
    pub(super) ordinal: u32,
    pub(super) quantity: Quantity,
    /// Shares of the account in the month before this order-day.
    pub(super) month_before: Quantity,
    pub(super) notional: Money,
}

/// What an account traded in a calendar month under one fee table (16 bytes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct MonthTally {
    /// Months since year 0.
    month: i32,
    orders: u32,
    shares: Quantity,
}

impl MonthTally {
    fn on(self, date: Date) -> Self {
        let month = date.month();
        if self.month == month { self } else { Self { month, orders: 0, shares: Quantity::ZERO } }
    }

    /// Order-days counted in the month.
    #[must_use]
    pub fn orders(&self) -> u32 {
        self.orders
    }

    /// Shares and contracts counted in the month.
    #[must_use]
    pub fn shares(&self) -> Quantity {
        self.shares
    }
}

impl OrderTally {
    /// The tally for a day: as it is, or begun anew. `tiered` says whether the
    /// month matters: working out the month of a date is the dearest part.
    #[inline]
    pub(super) fn on(&self, date: Date, month: &MonthTally, tiered: bool) -> Self {
        if self.ordinal != 0 && self.date == date {
            return *self;
        }
        let month = if tiered { month.on(date) } else { MonthTally::default() };
        Self { date, ordinal: month.orders.saturating_add(1), month_before: month.shares, ..Self::default() }
    }

    /// Notes a fill.
    #[inline]
    pub(super) fn add(&mut self, trade: &FeeTrade, month: &mut MonthTally, tiered: bool) {
        if trade.quantity.is_zero() {
            return;
        }
        let first = self.ordinal == 0 || self.date != trade.date;
        *self = self.on(trade.date, month, tiered);
        self.quantity += trade.quantity;
        self.notional += trade.notional.abs();
        if tiered {
            *month = month.on(trade.date);
            month.orders = month.orders.saturating_add(u32::from(first));
            // A month of more than 9e10 shares is beyond every tier.
            let shares = month.shares.units().saturating_add(trade.quantity.units());
            month.shares = Quantity::from_units(shares);
        }
    }

    /// What the order has traded on its latest day.
    #[must_use]
    pub fn traded(&self) -> (Quantity, Money) {
        (self.quantity, self.notional)
    }
}
