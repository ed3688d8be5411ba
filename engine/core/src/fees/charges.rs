//! `Charges`: what the orders of one instrument pay at a moment, small enough to copy.
//!
//! The three ways a run may charge behind one question, so that the plain rate
//! stays a multiplication. A copy may follow a trial path: what it notes stays in
//! the copy.

use super::day::DayFees;
use super::tally::{FeeTrade, MonthTally, OrderTally};
use crate::date::Date;
use crate::fixed::{Money, Quantity, Rate};
use crate::order::Side;

/// The fees in force for one instrument.
#[derive(Clone, Copy, Debug, Default)]
pub enum Charges<'a> {
    /// Nothing.
    #[default]
    Free,
    /// A fraction of the traded amount, not rounded.
    Rate(Rate),
    /// A fee table.
    Table {
        /// The items of the instrument's class on the date.
        fees: &'a DayFees,
        /// Trade date.
        date: Date,
        /// What the account traded this month.
        month: MonthTally,
    },
}

impl Charges<'_> {
    /// The fee of a fill, given what its order traded before.
    #[inline]
    #[must_use]
    pub fn fee(&self, side: Side, quantity: Quantity, notional: Money, order: &OrderTally) -> Money {
        match self {
            Self::Free => Money::ZERO,
            Self::Rate(rate) => notional.abs().times(*rate),
            Self::Table { fees, date, month } => {
                fees.fee(&FeeTrade { date: *date, side, quantity, notional }, order, month)
            }
        }
    }

    /// The fee of a fill, and notes the fill.
    #[inline]
    pub fn charge(&mut self, side: Side, quantity: Quantity, notional: Money, order: &mut OrderTally) -> Money {
        let fee = self.fee(side, quantity, notional, order);
        if let Self::Table { fees, date, month } = self {
            fees.note(&FeeTrade { date: *date, side, quantity, notional }, order, month);
        }
        fee
    }
}
