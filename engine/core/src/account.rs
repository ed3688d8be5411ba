//! The money rules of an account: what an order may take, and what it costs.
//!
//! `Purse` is a snapshot small enough to copy: the exchange asks it along the
//! path that happens, along a trial path and along every path of the certainty
//! search, and always gets the same answers.

use crate::charges::Charges;
pub use crate::charges::FeeSchedule;
use crate::exchange::Working;
use crate::exchange::certainty::{Funds, PathFill};
use crate::fees::most_lots;
use crate::fixed::{Money, Price, Quantity, Rate};
use crate::instrument::Instrument;
use crate::order::{OrderId, Reason, Side, Size};

/// The most that can be held of one instrument, so that sums of quantities stay in range.
const MOST_HELD: Quantity = Quantity::from_units(i64::MAX / 4);

/// What kind of account it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    /// Pays in full, sells only what it holds; no trade takes it below zero. Costs of
    /// holding are taken whatever there is.
    Cash,
    /// May borrow and go short as long as positions are at most `leverage` times equity.
    Margin {
        /// Gross positions over equity, above 0 and at most 100.
        leverage: Rate,
    },
}

impl AccountKind {
    /// What a `Purse` would resolve and admit of an order at a price, where that is plain: no
    /// amount is near a limit. `None`: ask it. The fee must be in proportion and at most the
    /// amount traded, and what is held must be free to be sold.
    #[inline(always)]
    pub(crate) fn plainly(
        self,
        cash: Money,
        position: Quantity,
        multiplier: i64,
        (side, size): (Side, Size),
        price: Price,
    ) -> Option<Quantity> {
        let quantity = match (size, side) {
            (Size::Quantity(quantity), _) => quantity,
            (Size::AllIn, Side::Sell) => position,
            _ => return None,
        };
        if self != Self::Cash || quantity <= Quantity::ZERO || position.abs() + quantity > MOST_HELD {
            return None;
        }
        let fits = match side {
            Side::Buy => {
                let amount = Money::notional(price, quantity, multiplier);
                amount + amount <= cash
            }
            Side::Sell => quantity <= position,
        };
        fits.then_some(quantity)
    }
}

/// Money and position as one order on one instrument sees them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Purse<'a> {
    /// The instrument of the order.
    pub instrument: &'a Instrument,
    /// Kind of account.
    pub kind: AccountKind,
    /// Costs.
    pub(crate) fees: Charges<'a>,
    /// Cash in the account's currency.
    pub cash: Money,
    /// Position in the instrument.
    pub position: Quantity,
    /// What of a long position may be sold today.
    pub sellable: Quantity,
    /// What is bought may be sold only from the next session on.
    pub locks: bool,
    /// All other positions at their marks, signed.
    pub others: Money,
    /// All other positions at their marks, absolute.
    pub others_gross: Money,
}

impl Purse<'_> {
    fn notional(&self, price: Price, quantity: Quantity) -> Money {
        Money::notional(price, quantity, self.instrument.multiplier)
    }

    /// What is traded and the fee of it.
    fn cost(&self, order: OrderId, side: Side, price: Price, quantity: Quantity) -> Money {
        let notional = self.notional(price, quantity);
        notional + self.fees.fee(order, side, quantity, notional)
    }

    /// The most whole lots whose amount and fee are at most `budget`; nothing below the smallest order.
    #[must_use]
    pub(crate) fn affordable(&self, order: OrderId, side: Side, price: Price, budget: Money) -> Quantity {
        let lot = self.instrument.lot;
        let cost_of_lot = self.cost(order, side, price, lot).units();
        if budget <= Money::ZERO || cost_of_lot <= 0 {
            return Quantity::ZERO;
        }
        let lot_units = lot.units();
        let most = i64::MAX / 8 / lot_units.max(1);
        let cost = |lots: i64| self.cost(order, side, price, Quantity::from_units(lots * lot_units));
        let lots = if self.fees.is_proportional() {
            let mut lots = i64::try_from(budget.units() / cost_of_lot).unwrap_or(most).min(most);
            // Rounding of one lot's cost against that of many: a few steps at the most.
            while lots > 0 && cost(lots) > budget {
                lots -= 1;
            }
            while lots < most && cost(lots + 1) <= budget {
                lots += 1;
            }
            lots
        } else {
            // Amounts are rounded at 1e-8: what a further lot adds may be a little less than one lot.
            let added = Money::from_units((self.notional(price, lot).units() - 2).max(1));
            most_lots(budget, added, most, cost)
        };
        self.instrument.floor_to_lot(Quantity::from_units(lots * lot_units))
    }

    /// Equity with the instrument marked at `price`.
    #[must_use]
    pub(crate) fn equity(&self, price: Price) -> Money {
        self.cash + self.others + self.notional(price, self.position)
    }

    /// Resolves a size that depends on money.
    #[must_use]
    pub(crate) fn resolve(&self, order: OrderId, side: Side, size: Size, price: Price) -> Quantity {
        match (size, side) {
            (Size::Quantity(quantity), _) => quantity,
            (Size::AllIn, Side::Buy) => self.affordable(order, side, price, self.cash),
            (Size::AllIn, Side::Sell) => self.position.max(Quantity::ZERO),
            (Size::Notional(amount), _) => self.affordable(order, side, price, amount.into()),
            (Size::PercentOfEquity(rate), _) => self.affordable(order, side, price, self.equity(price).times(rate)),
            (Size::AsParent, _) => Quantity::ZERO,
        }
    }

    /// How much of `quantity` may trade at `price`; nothing of a sale that must wait
    /// until what was bought today may be sold.
    ///
    /// # Errors
    /// Why nothing may.
    pub(crate) fn admit(
        &self,
        order: OrderId,
        side: Side,
        shrink: bool,
        price: Price,
        quantity: Quantity,
    ) -> Result<Quantity, Reason> {
        if self.position.abs() + quantity > MOST_HELD {
            return Err(Reason::RiskLimit);
        }
        if side == Side::Sell && self.sellable < self.position.min(quantity) {
            return Ok(Quantity::ZERO);
        }
        match (self.kind, side) {
            (AccountKind::Cash, Side::Buy) => {
                if self.cost(order, side, price, quantity) <= self.cash {
                    return Ok(quantity);
                }
                let most = self.affordable(order, side, price, self.cash);
                if shrink && most > Quantity::ZERO { Ok(most) } else { Err(Reason::InsufficientCash) }
            }
            (AccountKind::Cash, Side::Sell) => {
                let most = if quantity <= self.position {
                    quantity
                } else if shrink && self.position > Quantity::ZERO {
                    self.position
                } else {
                    return Err(Reason::InsufficientPosition);
                };
                if self.fees.is_proportional() {
                    return Ok(most);
                }
                // A minimum fee can be more than the sale brings.
                let proceeds = self.notional(price, most);
                let fee = self.fees.fee(order, side, most, proceeds);
                if self.cash + proceeds >= fee { Ok(most) } else { Err(Reason::InsufficientCash) }
            }
            (AccountKind::Margin { leverage }, _) => self.admit_margin(leverage, order, side, shrink, price, quantity),
        }
    }

    fn admit_margin(
        &self,
        leverage: Rate,
        order: OrderId,
        side: Side,
        shrink: bool,
        price: Price,
        quantity: Quantity,
    ) -> Result<Quantity, Reason> {
        let fits = |quantity: Quantity| {
            let after = self.position + Quantity::from_units(quantity.units() * side.sign());
            if after.abs() <= self.position.abs() && after.units().signum() * self.position.units().signum() >= 0 {
                return true; // closing is always allowed
            }
            let fee = self.fees.fee(order, side, quantity, self.notional(price, quantity));
            let gross = self.others_gross + self.notional(price, after).abs();
            gross <= (self.equity(price) - fee).times(leverage)
        };
        if fits(quantity) {
            return Ok(quantity);
        }
        if !shrink {
            return Err(Reason::InsufficientCash);
        }
        let lot = self.instrument.lot.units();
        let (mut low, mut high) = (0, quantity.units() / lot);
        while low < high {
            let middle = low + (high - low + 1) / 2;
            if fits(Quantity::from_units(middle * lot)) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        let most = self.instrument.floor_to_lot(Quantity::from_units(low * lot));
        if most > Quantity::ZERO { Ok(most) } else { Err(Reason::InsufficientCash) }
    }

    /// Cash and position after a fill; returns the fee.
    pub(crate) fn pay(&mut self, order: OrderId, side: Side, price: Price, quantity: Quantity) -> Money {
        let notional = self.notional(price, quantity);
        let fee = self.fees.fee(order, side, quantity, notional);
        let signed = Quantity::from_units(quantity.units() * side.sign());
        self.cash -= self.notional(price, signed) + fee;
        self.position += signed;
        if side == Side::Sell || !self.locks {
            self.sellable += signed;
        }
        fee
    }
}

impl Purse<'_> {
    fn after(mut self, fills: &[PathFill]) -> Self {
        for fill in fills {
            self.pay(fill.order, fill.side, fill.price, fill.quantity);
        }
        self
    }
}

impl Funds for Purse<'_> {
    fn resolve(&self, fills: &[PathFill], order: &Working, price: Price) -> Quantity {
        self.after(fills).resolve(order.id(), order.side(), order.size(), price)
    }
    fn admit(&self, fills: &[PathFill], order: &Working, price: Price, quantity: Quantity) -> Result<Quantity, Reason> {
        self.after(fills).admit(order.id(), order.side(), order.shrink_to_fit(), price, quantity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::Symbol;

    const ID: OrderId = OrderId(0);

    #[test]
    fn what_is_plain_is_what_the_purse_says() {
        let instrument = Instrument::equity(Symbol::new("US.X").expect("valid"), "USD");
        let share = |n: i64| Quantity::from_units(n * crate::fixed::SCALE);
        let leverage = Rate::from_f64(2.0).expect("valid");
        let kinds = [AccountKind::Cash, AccountKind::Margin { leverage }];
        let whole = |n: i64| Size::Quantity(share(n));
        let sizes = [whole(0), whole(1), whole(9), whole(10), whole(11), whole(100), Size::AllIn];
        let (mut plain, mut asked) = (0, 0);
        for (kind, cash) in kinds.into_iter().flat_map(|k| [-1, 0, 99, 100, 199, 200, 2_000].map(|cash| (k, cash))) {
            for (position, rate) in [-5, 0, 1, 10].into_iter().flat_map(|p| [0.0, 0.001, 1.0].map(|rate| (p, rate))) {
                let purse = Purse {
                    instrument: &instrument,
                    kind,
                    fees: Charges::Rate(Rate::from_f64(rate).expect("valid")),
                    cash: Money::from_whole(cash),
                    position: share(position),
                    sellable: share(position),
                    locks: false,
                    others: Money::ZERO,
                    others_gross: Money::ZERO,
                };
                for (size, side) in sizes.into_iter().flat_map(|size| [Side::Buy, Side::Sell].map(|side| (size, side)))
                {
                    let price: Price = "100".parse().expect("valid");
                    let found = kind.plainly(purse.cash, purse.position, 1, (side, size), price);
                    asked += usize::from(found.is_none());
                    let Some(quantity) = found else { continue };
                    plain += 1;
                    assert_eq!(purse.resolve(ID, side, size, price), quantity, "{purse:?} {side:?} {size:?}");
                    let admitted = purse.admit(ID, side, false, price, quantity);
                    assert_eq!(admitted, Ok(quantity), "{purse:?} {side:?} {size:?}");
                }
            }
        }
        assert!(plain > 100 && asked > 100, "{plain} plain, {asked} asked");
    }

    #[test]
    fn all_in_takes_the_last_affordable_share_and_not_one_more() {
        let instrument = Instrument::equity(Symbol::new("US.X").expect("valid"), "USD");
        let purse = Purse {
            instrument: &instrument,
            kind: AccountKind::Cash,
            fees: Charges::Rate(Rate::from_f64(0.001).expect("valid")),
            cash: Money::from_whole(100_000),
            position: Quantity::ZERO,
            sellable: Quantity::ZERO,
            locks: false,
            others: Money::ZERO,
            others_gross: Money::ZERO,
        };
        let price: Price = "82.12".parse().expect("valid");
        let q = purse.resolve(ID, Side::Buy, Size::AllIn, price);
        assert_eq!(q.to_string(), "1216");
        let one_more = q + instrument.lot;
        let cost = |quantity| purse.cost(ID, Side::Buy, price, quantity);
        assert!(cost(q) <= purse.cash && cost(one_more) > purse.cash);
        assert_eq!(purse.admit(ID, Side::Buy, false, price, one_more), Err(Reason::InsufficientCash));
        assert_eq!(purse.admit(ID, Side::Buy, true, price, one_more), Ok(q));
        assert_eq!(purse.admit(ID, Side::Sell, false, price, q), Err(Reason::InsufficientPosition));
    }
}
