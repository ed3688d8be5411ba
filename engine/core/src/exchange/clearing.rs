//! The two desks of a run: `Clearing` books what happens, `Trial` follows a path
//! without leaving a trace.

use super::rules::{FillRules, Slippage, TradedBar};
use super::sim::Notice;
use super::working::{Desk, Working};
use crate::account::Purse;
use crate::charges::{Day, FeeBook};
use crate::context::Context;
use crate::fixed::{Money, Price, Quantity};
use crate::instrument::{Instrument, InstrumentId};
use crate::order::{OrderId, OrderState, PriceBasis, Reason, Side, Size};
use crate::record::Fill;
use crate::rules::Settlement;

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
    pub(super) instruments: &'a [Instrument],
    pub(super) floor: &'a mut Floor,
    pub(super) at: At,
    /// An order was refused or shrunk for money: other paths may differ.
    pub(super) refused: bool,
}

/// What all instruments share: the day's rules, the fees, what is to be told.
#[derive(Clone, Debug)]
pub(crate) struct Floor {
    pub(crate) fees: FeeBook,
    /// Per instrument: what holds today.
    pub(crate) days: Vec<Day>,
    pub(crate) notices: Vec<Notice>,
    /// Somebody listens.
    pub(crate) tells: bool,
}

impl Floor {
    #[inline]
    pub(crate) fn note(&mut self, notice: Notice) {
        if self.tells {
            self.notices.push(notice);
        }
    }

    pub(super) fn desk<'a>(&'a mut self, instruments: &'a [Instrument], cx: &'a mut Context, at: At) -> Clearing<'a> {
        Clearing { cx, instruments, floor: self, at, refused: false }
    }
}

impl Clearing<'_> {
    fn purse(&mut self, with_others: bool) -> Purse<'_> {
        let day = &self.floor.days[self.at.id.index()];
        self.cx.portfolio.purse(self.at.id, self.instruments, self.floor.fees.charges(day), day, with_others)
    }

    /// A market order without links that has all it may take at the open: the whole life of
    /// an order in a book, in one step. What is held may be sold.
    #[inline(always)]
    pub(super) fn trade_at_open(&mut self, id: OrderId, rules: &FillRules, bar: &TradedBar) {
        let request = &self.cx.orders[id.index()].order;
        let (side, size) = (request.side, request.size);
        if rules.slippage == Slippage::None && self.floor.fees.is_at_most_all() {
            let instrument = &self.instruments[self.at.id.index()];
            let price = instrument.ticks.round_against(side, bar.open);
            let plain = self.cx.portfolio.plainly(self.at.id, instrument.multiplier, (side, size), price);
            if let Some(quantity) = plain {
                self.book(id, side, price, slipped(side, bar.open, price), quantity);
                self.cx.orders[id.index()].quantity = quantity;
                return self.ended(id, OrderState::Filled, Reason::None);
            }
        }
        self.ask_at_open(id, rules, bar);
    }

    /// `trade_at_open` with all that the account and the fill model may say.
    #[inline(never)]
    fn ask_at_open(&mut self, id: OrderId, rules: &FillRules, bar: &TradedBar) {
        let record = &self.cx.orders[id.index()];
        let (side, shrink) = (record.order.side, record.order.shrink_to_fit);
        let by_equity = matches!(record.order.size, Size::PercentOfEquity(_));
        let with_others = by_equity || self.cx.portfolio.is_leveraged();
        let day = &self.floor.days[self.at.id.index()];
        let charges = self.floor.fees.charges(day);
        let purse = self.cx.portfolio.purse(self.at.id, self.instruments, charges, day, with_others);
        let ticks = &purse.instrument.ticks;
        let record = &mut self.cx.orders[id.index()];
        // `quantity` is the requested one already, where the request says so.
        if !matches!(record.order.size, Size::Quantity(_)) {
            let size = record.order.size;
            record.quantity = purse.resolve(id, side, size, bar.open);
            if rules.slippage != Slippage::None {
                let price = rules.slip(side, bar.open, record.quantity, bar, ticks);
                record.quantity = purse.resolve(id, side, size, price);
            }
        }
        let quantity = record.quantity;
        let mut end = (OrderState::Rejected, Reason::BadQuantity);
        if quantity > Quantity::ZERO {
            let price = rules.slip(side, bar.open, quantity, bar, ticks);
            match purse.admit(id, side, shrink, price, quantity) {
                Ok(quantity) => {
                    self.book(id, side, price, slipped(side, bar.open, price), quantity);
                    self.cx.orders[id.index()].quantity = quantity;
                    end = (OrderState::Filled, Reason::None);
                }
                Err(reason) => end.1 = reason,
            }
        }
        self.ended(id, end.0, end.1);
    }

    fn ended(&mut self, id: OrderId, state: OrderState, reason: Reason) {
        self.cx.end_order(id, state, reason);
        self.floor.fees.ended(id);
        self.floor.note(Notice::Order(id));
    }

    /// Books a fill: records, account, notice.
    #[inline(never)]
    fn book(&mut self, order: OrderId, side: Side, price: Price, slippage: Price, quantity: Quantity) {
        let multiplier = self.instruments[self.at.id.index()].multiplier;
        let day = &self.floor.days[self.at.id.index()];
        let notional = Money::notional(price, quantity, multiplier);
        let fill = Fill {
            time: self.cx.now,
            order,
            instrument: self.at.id,
            bar: self.at.row,
            side,
            certain: true,
            maker: false,
            outside_bar: price < self.at.low || price > self.at.high,
            price,
            quantity,
            notional,
            fee: self.floor.fees.charge(day, order, side, quantity, notional),
            slippage,
        };
        let index = self.cx.fills.len() as u32;
        self.cx.fills.push(fill);
        self.cx.portfolio.apply(&fill, self.at.open, multiplier, &mut self.cx.trades);
        let record = &mut self.cx.orders[order.index()];
        record.filled += quantity;
        record.traded += price.to_f64() * quantity.to_f64();
        record.state = OrderState::PartlyFilled;
        if day.settlement == Settlement::NextSession && side == Side::Buy {
            self.cx.portfolio.lock(self.at.id, day.date, quantity);
        }
        self.floor.note(Notice::Fill(index));
    }
}

impl Desk for Clearing<'_> {
    fn resolve(&mut self, order: &Working, price: Price) -> Quantity {
        let by_equity = matches!(order.size(), Size::PercentOfEquity(_));
        let quantity = self.purse(by_equity).resolve(order.id(), order.side(), order.size(), price);
        self.cx.orders[order.id().index()].quantity = quantity;
        quantity
    }

    fn admit(&mut self, order: &Working, price: Price, quantity: Quantity) -> Result<Quantity, Reason> {
        let leveraged = self.cx.portfolio.is_leveraged();
        let admitted = self.purse(leveraged).admit(order.id(), order.side(), order.shrink_to_fit(), price, quantity);
        // A sale that waits for the next session waits on the search's paths, too.
        self.refused |= admitted != Ok(quantity) && admitted != Ok(Quantity::ZERO);
        admitted
    }

    fn priced(&mut self, order: &Working) {
        let request = &mut self.cx.orders[order.id().index()].order;
        request.kind = order.kind();
        request.basis = PriceBasis::Absolute;
    }

    fn fill(&mut self, order: &Working, price: Price, quantity: Quantity) {
        let slippage = slipped(order.side(), order.unslipped, price);
        self.book(order.id(), order.side(), price, slippage, quantity);
    }

    fn closed(&mut self, order: &Working, state: OrderState, reason: Reason) {
        let id = order.id();
        let record = &mut self.cx.orders[id.index()];
        if state == OrderState::Filled {
            record.quantity = record.filled;
        } else if order.size() == Size::AsParent {
            record.quantity = order.parent_filled;
        }
        self.ended(id, state, reason);
    }
}

/// How far slippage moved a price against a side.
fn slipped(side: Side, from: Price, to: Price) -> Price {
    if side == Side::Buy { to - from } else { from - to }
}

/// Follows one path without leaving a trace but the money.
pub(super) struct Trial<'a> {
    pub(super) purse: Purse<'a>,
}

impl Desk for Trial<'_> {
    fn resolve(&mut self, order: &Working, price: Price) -> Quantity {
        self.purse.resolve(order.id(), order.side(), order.size(), price)
    }
    fn admit(&mut self, order: &Working, price: Price, quantity: Quantity) -> Result<Quantity, Reason> {
        self.purse.admit(order.id(), order.side(), order.shrink_to_fit(), price, quantity)
    }
    fn fill(&mut self, order: &Working, price: Price, quantity: Quantity) {
        self.purse.pay(order.id(), order.side(), price, quantity);
    }
    fn closed(&mut self, _: &Working, _: OrderState, _: Reason) {}
}
