//! How an order looks at the market for the first time, and where it rests.

use super::DepthVenue;
use crate::exchange::book::Book;
use crate::exchange::depth::queue::{Queue, QueueModel};
use crate::exchange::level::Level;
use crate::exchange::working::{Desk, Phase, Slot};
use crate::fixed::Price;
use crate::instrument::Instrument;
use crate::order::{OrderKind, OrderState, Reason, Side, TimeInForce};

impl DepthVenue {
    /// Places orders that have become active, and triggered children whose parent filled more, in order of
    /// submission.
    pub(super) fn settle<D: Desk>(&mut self, instrument: &Instrument, desk: &mut D) {
        loop {
            let due = self.orders.activated.iter().chain(&self.orders.ready).copied();
            let Some(slot) = due.min_by_key(|slot| self.orders.get(*slot).id) else { break };
            self.orders.activated.retain(|s| *s != slot);
            self.orders.ready.retain(|s| *s != slot);
            self.place(slot, instrument, desk);
            self.keep(slot);
        }
    }

    /// An order looks at the market for the first time since it arrived, was activated or triggered.
    pub(super) fn place<D: Desk>(&mut self, slot: Slot, instrument: &Instrument, desk: &mut D) {
        let order = self.orders.get(slot);
        match (order.phase, order.kind) {
            (Phase::Closed | Phase::Waiting, _) => {}
            (Phase::Auction, _) => self.orders.close(slot, OrderState::Rejected, Reason::NotTradable, desk),
            (Phase::Market, _) => {
                if self.has_book && self.is_trusted() {
                    self.take(slot, false, instrument, desk);
                } else if self.has_book {
                    self.end_immediate(slot, desk);
                }
                // A child that did all it may waits until its parent fills more, then acts at once.
                let order = self.orders.get(slot);
                let idle = order.sized && order.open_quantity().is_zero();
                if order.phase == Phase::Market && !idle && !self.orders.market.contains(&slot) {
                    self.orders.market.push(slot);
                }
            }
            (_, OrderKind::Limit { limit }) => self.place_limit(slot, limit, instrument, desk),
            _ => {
                let reached = self.reference(order.side).filter(|_| self.is_trusted()).is_some_and(|price| {
                    let at = Level::at(price);
                    if Book::fires_falling(order) { order.level >= at } else { order.level <= at }
                });
                if reached {
                    self.trigger(slot, instrument, desk);
                } else if self.has_book {
                    self.end_immediate(slot, desk);
                }
            }
        }
    }

    /// Takes what the book shows at its limit or better; the rest rests. Without a book, or with one that
    /// cannot be trusted, it rests and stays new to the market.
    pub(super) fn place_limit<D: Desk>(&mut self, slot: Slot, limit: Price, instrument: &Instrument, desk: &mut D) {
        if !self.has_book {
            // Its queue is nobody's knowledge.
            self.orders.get_mut(slot).fresh = true;
            self.newcomers = true;
            self.places += 1;
            self.queues[slot as usize] = Queue::blind(self.places);
            return;
        }
        let order = self.orders.get(slot);
        let (side, post_only, trusted) = (order.side, order.post_only, self.is_trusted());
        let best = self.market.best_price(side.opposite()).filter(|_| trusted);
        let takes = best.is_some_and(|best| if side == Side::Buy { best <= limit } else { best >= limit });
        if takes && post_only {
            self.refuse(slot, Reason::PostOnlyWouldTake, desk);
            return;
        }
        if takes {
            self.take(slot, false, instrument, desk);
        }
        self.end_immediate(slot, desk);
        if self.orders.get(slot).phase != Phase::Closed {
            self.orders.get_mut(slot).fresh = !trusted;
            self.newcomers |= !trusted;
            self.join(slot, side, limit);
        }
    }

    /// What rests has met a trade or a good book now; what waits for its parent or its trigger has not.
    pub(super) fn end_newcomers(&mut self) {
        self.newcomers = false;
        for order in &mut self.orders.orders {
            if order.phase == Phase::Resting && matches!(order.kind, OrderKind::Limit { .. }) {
                order.fresh = false;
            }
        }
    }

    /// Takes its place at the end of the queue at its price.
    fn join(&mut self, slot: Slot, side: Side, limit: Price) {
        let shown = self.market.size_at(side, limit);
        // Single orders tell the whole book.
        let hidden = self.model != QueueModel::Fifo && self.is_beyond(side, limit);
        if hidden {
            let nearest = &mut self.hidden[side as usize];
            let near = nearest.unwrap_or(limit);
            *nearest = Some(if side == Side::Buy { near.max(limit) } else { near.min(limit) });
        }
        let priority = self.market.next_priority();
        self.places += 1;
        self.queues[slot as usize] = Queue::join(self.model, shown, hidden, priority, self.places);
    }

    /// A child that has nothing to do until its parent fills more leaves its place.
    pub(super) fn keep(&mut self, slot: Slot) {
        let order = self.orders.get(slot);
        if order.phase == Phase::Resting && order.parent.is_some() && order.open_quantity().is_zero() {
            self.orders.lift(slot);
        }
    }

    /// IOC and FOK orders do not wait.
    pub(super) fn end_immediate<D: Desk>(&mut self, slot: Slot, desk: &mut D) {
        let reason = match self.orders.get(slot).tif {
            TimeInForce::Ioc => Reason::IocRemainder,
            TimeInForce::Fok => Reason::FokNotFillable,
            _ => return,
        };
        self.orders.close(slot, OrderState::Cancelled, reason, desk);
    }

    /// Ends an order that may not go on: rejected, or cancelled if a part of it was filled.
    pub(super) fn refuse<D: Desk>(&mut self, slot: Slot, reason: Reason, desk: &mut D) {
        let state = self.orders.get(slot).state_when_refused();
        self.orders.close(slot, state, reason, desk);
    }
}
