//! Prints and our orders: what rests with a book, and all that takes the next trade without one.

use smallvec::SmallVec;

use super::DepthVenue;
use crate::exchange::depth::queue::QueueModel;
use crate::exchange::depth::venue::taking::Deal;
use crate::exchange::depth::{ThroughFill, TriggerPrice};
use crate::exchange::level::Level;
use crate::exchange::working::{Desk, Phase, Slot};
use crate::fixed::{Price, Quantity};
use crate::instrument::Instrument;
use crate::order::{OrderKind, OrderState, Reason, Side, TimeInForce};

/// What is left of a trade for our orders.
#[derive(Clone, Copy, Debug)]
pub(super) struct Print {
    pub(super) price: Price,
    pub(super) size: Quantity,
    pub(super) aggressor: Option<Side>,
    /// What of it went to our orders.
    pub(super) ours: Quantity,
}

impl DepthVenue {
    /// A trade that sets the price.
    #[inline]
    pub(super) fn on_trade<D: Desk>(&mut self, print: Print, instrument: &Instrument, desk: &mut D) {
        let orders = &self.orders;
        let at = Level::at(print.price);
        let quiet = orders.falling.last().is_none_or(|e| e.level < at)
            && orders.rising.last().is_none_or(|e| e.level > at)
            && orders.trails.is_empty()
            && (self.has_book || orders.market.is_empty() && orders.looking.is_empty() && !self.newcomers);
        if !quiet && self.is_trusted() {
            self.act_on_trade(print, instrument, desk);
        }
    }

    /// Fills what rests. What it triggers or activates looks at the book when the packet has told it.
    #[inline(never)]
    fn act_on_trade<D: Desk>(&mut self, mut print: Print, instrument: &Instrument, desk: &mut D) {
        // Those who rested when it happened: not a child that it activates.
        let mut met = self.limits_met(Side::Buy, print.price);
        met.extend(self.limits_met(Side::Sell, print.price));
        for slot in met {
            self.meet(slot, &mut print, instrument, desk);
        }
        if !self.has_book {
            self.settle(instrument, desk);
            self.meet_trade(&mut print, instrument, desk);
        }
        if self.trigger == TriggerPrice::Trade {
            self.packet.fired.push(print.price);
        }
        self.packet.traded = true;
        if self.has_book {
            self.refresh();
        } else {
            self.act_after_trades(instrument, desk);
        }
    }

    /// Our resting limits that accept a price, the best first, then the earlier place.
    pub(super) fn limits_met(&self, side: Side, price: Price) -> SmallVec<[Slot; 8]> {
        let level = Level::at(price);
        let stack = self.resting(side).iter().rev();
        let near = stack.take_while(|e| if side == Side::Buy { e.level >= level } else { e.level <= level });
        let mut met: SmallVec<[_; 8]> = near.filter(|e| self.limit_of(e).is_some()).collect();
        // At one price by place: an order that was raised or came from elsewhere is behind the others.
        for same in met.chunk_by_mut(|a, b| a.level == b.level) {
            same.sort_by_key(|e| self.queues[e.slot as usize].place());
        }
        met.iter().map(|e| e.slot).collect()
    }

    /// A resting limit order and a trade at its price or through it.
    fn meet<D: Desk>(&mut self, slot: Slot, print: &mut Print, instrument: &Instrument, desk: &mut D) {
        let order = self.orders.get(slot);
        let OrderKind::Limit { limit } = order.kind else { return };
        // Without a book one that met no trade yet takes this one.
        let fresh = order.fresh && !self.has_book;
        if order.phase != Phase::Resting || fresh || self.orders.activated.contains(&slot) {
            return;
        }
        let (side, open) = (order.side, order.open_quantity());
        let (quantity, sure) = if limit != print.price {
            match self.through {
                ThroughFill::Full => (open, true),
                ThroughFill::Traded => (open.min(print.size - print.ours), self.model == QueueModel::Fifo),
            }
        } else {
            if print.aggressor == Some(side) {
                return;
            }
            let queue = &mut self.queues[slot as usize];
            let reached = queue.trade(self.model, print.size, print.ours);
            let given = queue.whole_lots(reached, open.min(print.size - print.ours), instrument.lot);
            (given, queue.is_sure(self.model, given))
        };
        if quantity <= Quantity::ZERO {
            return;
        }
        let filled = self.fill(slot, Deal { price: limit, quantity, sure, maker: true }, instrument, desk);
        print.ours = (print.ours + filled).min(print.size);
        self.keep(slot);
    }

    /// On a tape without a book: what takes the next trade whatever its side.
    fn meet_trade<D: Desk>(&mut self, print: &mut Print, instrument: &Instrument, desk: &mut D) {
        let mut takers: SmallVec<[Slot; 8]> = self.orders.market.drain(..).collect();
        takers.retain(|slot| !self.orders.get(*slot).open_quantity().is_zero());
        if self.newcomers {
            let entries = [Side::Buy, Side::Sell].map(|side| self.limits_met(side, print.price));
            takers.extend(entries.into_iter().flatten().filter(|slot| self.orders.get(*slot).fresh));
        }
        takers.sort_unstable_by_key(|slot| self.orders.get(*slot).id);
        for slot in takers {
            self.take_trade(slot, print, instrument, desk);
        }
        // What saw its first price and may not wait.
        let ended: SmallVec<[Slot; 8]> = self.orders.looking.drain(..).collect();
        for slot in ended {
            self.orders.get_mut(slot).fresh = false;
            self.end_immediate(slot, desk);
        }
        if self.newcomers {
            self.end_newcomers();
        }
        self.settle(instrument, desk);
    }

    /// A market order, or a limit order that accepts the price of its first trade.
    fn take_trade<D: Desk>(&mut self, slot: Slot, print: &mut Print, instrument: &Instrument, desk: &mut D) {
        let order = self.orders.get_mut(slot);
        if order.phase == Phase::Closed {
            // A fill just before it ended it.
            return;
        }
        order.fresh = false;
        let (tif, open, left) = (order.tif, order.open_quantity(), print.size - print.ours);
        if order.post_only {
            self.refuse(slot, Reason::PostOnlyWouldTake, desk);
            return;
        }
        if tif == TimeInForce::Fok && open > left && order.sized {
            self.orders.close(slot, OrderState::Cancelled, Reason::FokNotFillable, desk);
            return;
        }
        let deal = Deal { price: print.price, quantity: open.min(left), sure: true, maker: false };
        print.ours += self.fill(slot, deal, instrument, desk);
        let order = self.orders.get(slot);
        if order.phase == Phase::Market && !order.open_quantity().is_zero() && tif != TimeInForce::Ioc {
            self.orders.market.push(slot);
        }
        self.keep(slot);
    }
}
