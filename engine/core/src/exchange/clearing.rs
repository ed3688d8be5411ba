//! The two desks of a run: `Clearing` books what happens, `Trial` follows a path
//! without leaving a trace.

use super::sim::Notice;
use super::working::{Desk, Working};
use crate::account::Purse;
use crate::context::Context;
use crate::fixed::{Money, Price, Quantity};
use crate::instrument::InstrumentId;
use crate::order::{OrderState, PriceBasis, Reason, Size};
use crate::record::Fill;

/// The bar being matched, for the records.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub(super) id: InstrumentId,
    pub(super) row: u32,
    pub(super) open: f64,
    pub(super) low: Price,
    pub(super) high: Price,
}

impl At {
    /// Outside a bar.
    pub(super) fn nothing(id: InstrumentId) -> Self {
        Self { id, row: 0, open: 0.0, low: Price::ZERO, high: Price::ZERO }
    }
}

/// The run's own desk: money, records, notices.
pub(super) struct Clearing<'a> {
    pub(super) cx: &'a mut Context,
    pub(super) notices: &'a mut Vec<Notice>,
    pub(super) at: At,
    /// An order was refused or shrunk for money: other paths may differ.
    pub(super) refused: bool,
}

impl Clearing<'_> {
    fn purse(&mut self, with_others: bool) -> Purse<'_> {
        self.cx.portfolio.purse(self.at.id, self.cx.feed.instruments(), with_others)
    }
}

impl Desk for Clearing<'_> {
    fn resolve(&mut self, order: &Working, price: Price) -> Quantity {
        let by_equity = matches!(order.size(), Size::PercentOfEquity(_));
        let quantity = self.purse(by_equity).resolve(order.side(), order.size(), price);
        self.cx.orders[order.id().index()].quantity = quantity;
        quantity
    }

    fn admit(&mut self, order: &Working, price: Price, quantity: Quantity) -> Result<Quantity, Reason> {
        let leveraged = self.cx.portfolio.is_leveraged();
        let admitted = self.purse(leveraged).admit(order.side(), order.shrink_to_fit(), price, quantity);
        self.refused |= admitted != Ok(quantity);
        admitted
    }

    fn priced(&mut self, order: &Working) {
        let request = &mut self.cx.orders[order.id().index()].order;
        request.kind = order.kind();
        request.basis = PriceBasis::Absolute;
    }

    #[inline(never)]
    fn fill(&mut self, order: &Working, price: Price, quantity: Quantity) {
        let multiplier = self.cx.instrument(self.at.id).multiplier;
        let notional = Money::notional(price, quantity, multiplier);
        let fill = Fill {
            time: self.cx.now,
            order: order.id(),
            instrument: self.at.id,
            bar: self.at.row,
            side: order.side(),
            certain: true,
            outside_bar: price < self.at.low || price > self.at.high,
            price,
            quantity,
            notional,
            fee: self.cx.portfolio.fee(notional),
            slippage: (notional - Money::notional(order.unslipped, quantity, multiplier)).abs(),
        };
        let index = self.cx.fills.len() as u32;
        self.cx.fills.push(fill);
        self.cx.portfolio.apply(&fill, self.at.open, multiplier, &mut self.cx.trades);
        let record = &mut self.cx.orders[order.id().index()];
        record.filled += quantity;
        record.traded += price.to_f64() * quantity.to_f64();
        record.state = OrderState::PartlyFilled;
        self.notices.push(Notice::Fill(index));
    }

    fn closed(&mut self, order: &Working, state: OrderState, reason: Reason) {
        let id = order.id();
        let record = &mut self.cx.orders[id.index()];
        if state == OrderState::Filled {
            record.quantity = record.filled;
        } else if order.size() == Size::AsParent {
            record.quantity = order.parent_filled;
        }
        self.cx.end_order(id, state, reason);
        self.notices.push(Notice::Order(id));
    }
}

/// Follows one path without leaving a trace but the money.
pub(super) struct Trial<'a> {
    pub(super) purse: Purse<'a>,
}

impl Desk for Trial<'_> {
    fn resolve(&mut self, order: &Working, price: Price) -> Quantity {
        self.purse.resolve(order.side(), order.size(), price)
    }
    fn admit(&mut self, order: &Working, price: Price, quantity: Quantity) -> Result<Quantity, Reason> {
        self.purse.admit(order.side(), order.shrink_to_fit(), price, quantity)
    }
    fn fill(&mut self, order: &Working, price: Price, quantity: Quantity) {
        self.purse.pay(order.side(), price, quantity);
    }
    fn closed(&mut self, _: &Working, _: OrderState, _: Reason) {}
}
