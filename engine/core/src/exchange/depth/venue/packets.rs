//! What the rows of a packet do to the book, to queues and to what we took.

use smallvec::SmallVec;

use super::DepthVenue;
use crate::exchange::depth::TriggerPrice;
use crate::exchange::depth::queue::{Queue, QueueModel};
use crate::exchange::level::Level;
use crate::exchange::working::{Desk, Phase};
use crate::fixed::{Price, Quantity};
use crate::instrument::Instrument;
use crate::order::{OrderKind, Side};
use crate::orderbook::{BookState, Change};
use crate::tape::TapeEvent;

/// What the rows of a packet did that acts when it ends.
#[derive(Clone, Debug, Default)]
pub(super) struct Packet {
    /// Whether the book could be trusted before its first row; `None` as long as no row changed the book.
    trusted_before: Option<bool>,
    /// A level that concerns us changed, or a side was told anew, or the range shown of it.
    changed: bool,
    /// Sides that were cleared or replaced.
    replaced: [bool; 2],
    /// Levels that changed and concern us.
    touched: SmallVec<[(Side, Price); 8]>,
    /// A trade met orders of ours.
    pub(super) traded: bool,
    /// Trades that have still to fire triggers.
    pub(super) fired: SmallVec<[Price; 4]>,
}

impl Packet {
    /// A row changed the book and others are to come.
    #[inline]
    pub(super) fn is_open(&self) -> bool {
        self.trusted_before.is_some()
    }
}

impl DepthVenue {
    /// A level that is all its packet tells.
    #[inline(always)]
    pub(super) fn on_level(&mut self, side: Side, price: Price, quantity: Quantity) {
        self.market.set_level(side, price, quantity);
        if self.concerns(side, price) {
            self.show(side, price, quantity);
        }
        self.reveal(side);
    }

    /// Any other row that may change the book.
    #[inline(never)]
    pub(super) fn on_change(&mut self, event: &TapeEvent) {
        if !self.packet.is_open() {
            self.packet.trusted_before = Some(self.market.state() == BookState::Good);
        }
        let change = self.market.apply(event);
        self.follow(event, &change);
    }

    /// What the last packet left; within a packet the book may look crossed and not be.
    pub(super) fn is_trusted(&self) -> bool {
        !self.has_book || self.packet.trusted_before.unwrap_or_else(|| self.market.state() == BookState::Good)
    }

    /// Notes what a row changed; a single order before us leaves at once, the rest acts when the packet ends.
    fn follow(&mut self, event: &TapeEvent, change: &Change) {
        match *change {
            Change::Level { side, price, .. } => self.touch(side, price),
            Change::Order { side, price, removed, priority } => {
                self.touch(side, price);
                if let TapeEvent::Modify { side, price, .. } = *event {
                    self.touch(side, price);
                }
                if self.model == QueueModel::Fifo && self.rests_at(side, price) {
                    self.each_at(side, price, |queue| queue.leave(removed, priority));
                }
            }
            Change::Replaced => {
                self.packet.changed = true;
                match *event {
                    TapeEvent::Quote { side, .. } | TapeEvent::Clear { side: Some(side) } => {
                        self.packet.replaced[side as usize] = true;
                    }
                    _ => self.packet.replaced = [true; 2],
                }
            }
            Change::Nothing | Change::Unknown => {}
        }
    }

    fn touch(&mut self, side: Side, price: Price) {
        if self.concerns(side, price) {
            self.packet.changed = true;
            self.packet.touched.push((side, price));
        }
        self.packet.changed |= self.hidden[side as usize].is_some();
    }

    /// Whether we may rest there or have taken something there.
    #[inline]
    fn concerns(&self, side: Side, price: Price) -> bool {
        self.rests_at(side, price) || !self.taken.is_empty()
    }

    /// Whether a limit of ours may rest there.
    #[inline]
    fn rests_at(&self, side: Side, price: Price) -> bool {
        let (low, high) = self.limits[side as usize];
        price >= low && price <= high
    }

    /// A level shows a size.
    #[inline(never)]
    fn show(&mut self, side: Side, price: Price, shown: Quantity) {
        if self.taken.show(side, price, shown) {
            self.watch();
        }
        if self.model != QueueModel::Fifo && self.rests_at(side, price) {
            let model = self.model;
            self.each_at(side, price, |queue| queue.show(model, shown));
        }
    }

    /// The queues of our resting limits at a price.
    fn each_at(&mut self, side: Side, price: Price, mut f: impl FnMut(&mut Queue)) {
        let level = Level::at(price);
        let stack = self.resting(side);
        let from = match side {
            Side::Buy => stack.partition_point(|e| e.level < level),
            Side::Sell => stack.partition_point(|e| e.level > level),
        };
        for i in from..stack.len() {
            let entry = self.resting(side)[i];
            if entry.level != level {
                break;
            }
            if self.limit_of(&entry).is_some() {
                f(&mut self.queues[entry.slot as usize]);
            }
        }
    }

    /// What the packet did to the levels at which we rest or took something.
    #[inline(never)]
    fn settle_levels(&mut self) {
        self.packet.changed = false;
        for i in 0..self.packet.touched.len() {
            let (side, price) = self.packet.touched[i];
            if !self.packet.replaced[side as usize] {
                self.show(side, price, self.market.size_at(side, price));
            }
        }
        self.packet.touched.clear();
        for side in [Side::Buy, Side::Sell] {
            if std::mem::take(&mut self.packet.replaced[side as usize]) {
                self.look_again(side);
            }
            self.reveal(side);
        }
    }

    /// After a side was told anew: what is shown where our orders rest, and what we took. Where it shows
    /// nothing because it does not reach so far, nothing more is known than before.
    fn look_again(&mut self, side: Side) {
        if self.taken.show_anew(side, &self.market) {
            self.watch();
        }
        let priority = self.market.next_priority();
        for i in (0..self.resting(side).len()).rev() {
            let entry = self.resting(side)[i];
            let Some(limit) = self.limit_of(&entry) else { continue };
            let shown = self.market.size_at(side, limit);
            if self.model == QueueModel::Fifo || !shown.is_zero() || !self.is_beyond(side, limit) {
                self.queues[entry.slot as usize].look_again(self.model, shown, priority);
            } else {
                // So is what stands further away.
                break;
            }
        }
    }

    /// Worse than the last level shown of its side.
    pub(super) fn is_beyond(&self, side: Side, price: Price) -> bool {
        let worst = self.market.worst(side);
        worst.is_some_and(|worst| if side == Side::Buy { price < worst } else { price > worst })
    }

    /// Beyond the levels shown nobody knew who was there. Where the range shown reaches now, what it
    /// shows is before us, or nobody.
    #[inline]
    fn reveal(&mut self, side: Side) {
        if self.hidden[side as usize].is_some_and(|nearest| !self.is_beyond(side, nearest)) {
            self.reveal_those_reached(side);
        }
    }

    #[inline(never)]
    fn reveal_those_reached(&mut self, side: Side) {
        self.hidden[side as usize] = None;
        for i in (0..self.resting(side).len()).rev() {
            let entry = self.resting(side)[i];
            let Some(limit) = self.limit_of(&entry) else { continue };
            if !self.queues[entry.slot as usize].is_hidden() {
                continue;
            }
            if self.is_beyond(side, limit) {
                self.hidden[side as usize] = Some(limit);
                break;
            }
            self.queues[entry.slot as usize].reveal(self.model, self.market.size_at(side, limit));
        }
    }

    /// The packet is over: the book is what it is.
    #[inline]
    pub(super) fn end_packet<D: Desk>(&mut self, instrument: &Instrument, desk: &mut D) {
        self.packet.trusted_before = None;
        if self.packet.changed {
            self.settle_levels();
        }
        if self.packet.traded {
            self.act_after_trades(instrument, desk);
        }
        let [buys, sells] = &self.limits;
        let met = self.market.meets(Side::Buy, buys.1) || self.market.meets(Side::Sell, sells.0);
        if (met || self.restless) && self.is_trusted() {
            self.act_on_book(instrument, desk);
        }
    }

    /// What the trades of the packet activated and triggered looks at the book.
    #[inline(never)]
    pub(super) fn act_after_trades<D: Desk>(&mut self, instrument: &Instrument, desk: &mut D) {
        self.packet.traded = false;
        if self.model == QueueModel::Fifo {
            for queue in &mut self.queues {
                queue.end_packet();
            }
        }
        self.settle(instrument, desk);
        for price in std::mem::take(&mut self.packet.fired) {
            if self.is_trusted() {
                self.fire(Side::Buy, price, instrument, desk);
                self.fire(Side::Sell, price, instrument, desk);
            }
        }
        self.refresh();
    }

    /// Fills what the other side came to, gives waiting market orders what is shown, fires triggers.
    #[inline(never)]
    fn act_on_book<D: Desk>(&mut self, instrument: &Instrument, desk: &mut D) {
        for slot in std::mem::take(&mut self.orders.market) {
            self.place(slot, instrument, desk);
        }
        self.settle(instrument, desk);
        for side in [Side::Buy, Side::Sell] {
            let Some(best) = self.market.best_price(side.opposite()) else { continue };
            for slot in self.limits_met(side, best) {
                let order = self.orders.get(slot);
                match order.kind {
                    _ if order.phase != Phase::Resting => {}
                    // It arrived while the book could not be trusted and looks at it now.
                    OrderKind::Limit { limit } if order.fresh => self.place_limit(slot, limit, instrument, desk),
                    _ => self.take(slot, true, instrument, desk),
                }
            }
            self.settle(instrument, desk);
        }
        if self.newcomers && self.has_book {
            self.end_newcomers();
        }
        if self.trigger == TriggerPrice::Quote {
            for side in [Side::Buy, Side::Sell] {
                if let Some(price) = self.market.best_price(side.opposite()) {
                    self.fire(side, price, instrument, desk);
                }
            }
        }
        self.refresh();
    }
}
