//! `DayFees`: the items of one product that hold on a day, ready to be asked.

use super::amount::Rule;
use super::item::{FeeBasis, FeeItem, FeePer};
use super::tally::{FeeTrade, MonthTally, OrderTally};
use crate::date::Date;
use crate::fixed::Money;
use crate::order::Side;
use crate::rules::ProductClass;

/// The fees of one product between two changes of its table.
#[derive(Clone, Debug)]
pub struct DayFees {
    from: Date,
    until: Date,
    /// Of buys, of sells.
    sides: [Vec<Rule>; 2],
    tiered: bool,
}

impl DayFees {
    pub(super) fn new(items: &[FeeItem], class: ProductClass, from: Date, until: Date) -> Self {
        let holds = |item: &FeeItem| item.products.contains(class) && item.from <= from && item.until >= from;
        let of_side = |side: Side| {
            let all = items.iter().enumerate().filter(|(_, item)| holds(item) && item.side.pays(side));
            all.map(|(i, item)| Rule::new(i, item)).collect()
        };
        let any = |what: fn(&FeeItem) -> bool| items.iter().any(|item| holds(item) && what(item));
        Self {
            from,
            until,
            sides: [of_side(Side::Buy), of_side(Side::Sell)],
            tiered: any(|item| matches!(item.basis, FeeBasis::ByOrders(_) | FeeBasis::ByShares(_))),
        }
    }

    /// True when these are the fees of a date: a caller may keep them that long.
    #[inline]
    #[must_use]
    pub fn hold_on(&self, date: Date) -> bool {
        self.from <= date && date <= self.until
    }

    /// First and last date.
    #[must_use]
    pub fn span(&self) -> (Date, Date) {
        (self.from, self.until)
    }

    /// The fee of a fill, given what its order traded before. The date of the
    /// trade must be one of this span.
    #[inline]
    #[must_use]
    pub fn fee(&self, trade: &FeeTrade, order: &OrderTally, month: &MonthTally) -> Money {
        let mut total = Money::ZERO;
        self.breakdown(trade, order, month, |_, amount| total += amount);
        total
    }

    /// The fee of a fill, and notes the fill.
    #[inline]
    pub fn charge(&self, trade: &FeeTrade, order: &mut OrderTally, month: &mut MonthTally) -> Money {
        let fee = self.fee(trade, order, month);
        self.note(trade, order, month);
        fee
    }

    /// Notes a fill whose fee was asked before.
    #[inline]
    pub fn note(&self, trade: &FeeTrade, order: &mut OrderTally, month: &mut MonthTally) {
        order.add(trade, month, self.tiered);
    }

    /// The fee of a fill by item: calls `each` with the item's index in
    /// [`super::FeeTable::items`] and its amount. The amounts add up to `fee`.
    #[inline]
    pub fn breakdown(
        &self,
        trade: &FeeTrade,
        order: &OrderTally,
        month: &MonthTally,
        mut each: impl FnMut(usize, Money),
    ) {
        debug_assert!(self.hold_on(trade.date), "{} is not between {} and {}", trade.date, self.from, self.until);
        if trade.quantity.is_zero() {
            return;
        }
        let notional = trade.notional.abs();
        let order = order.on(trade.date, month, self.tiered);
        for rule in &self.sides[usize::from(trade.side == Side::Sell)] {
            let amount = match rule.per {
                FeePer::Fill => rule.amount(trade.quantity, notional, &order),
                FeePer::OrderDay => {
                    let after = rule.amount(order.quantity + trade.quantity, order.notional + notional, &order);
                    // The first fill of a day, as most, has nothing before it.
                    after - rule.amount(order.quantity, order.notional, &order)
                }
            };
            each(rule.item, amount);
        }
    }
}
