//! `DepthVenue`: our orders on one instrument, before the market that a tape tells.
//!
//! Here is what it knows and how orders get in and out. `packets` follows the book, `trades` meets what
//! rests with prints, `triggers` fires stops and trails, `placing` looks at the market for an order that
//! is new to it, `taking` takes levels and fills.

mod packets;
mod placing;
mod taking;
mod trades;
mod triggers;

use std::collections::BTreeMap;

use super::queue::{Queue, QueueModel};
use super::{DepthRules, ThroughFill, TriggerPrice};
use crate::exchange::book::{Book, Entry};
use crate::exchange::rules::LimitFill;
use crate::exchange::working::{Desk, Phase, Slot};
use crate::fixed::{Price, Quantity};
use crate::instrument::Instrument;
use crate::order::{NewOrder, OcoId, OrderChange, OrderId, OrderKind, OrderState, Reason, Side, TimeInForce};
use crate::orderbook::OrderBook;
use crate::tape::{IRREGULAR, LAST, Tape, TapeEvent};
use crate::time::Timestamp;
use packets::Packet;
use taking::Taken;
use trades::Print;

/// Our orders on one instrument, before the market that a tape tells.
#[derive(Clone, Debug)]
pub(crate) struct DepthVenue {
    market: OrderBook,
    orders: Book,
    /// By slot.
    queues: Vec<Queue>,
    taken: Taken,
    packet: Packet,
    model: QueueModel,
    through: ThroughFill,
    trigger: TriggerPrice,
    /// The tape tells a book, not trades alone.
    has_book: bool,
    last: Option<Price>,
    /// Rows followed so far.
    seen: usize,
    /// An order works, or something stays taken: rows have to be looked at.
    watched: bool,
    /// Lowest and highest price of our resting limits, by side; an empty range where there is none.
    limits: [(Price, Price); 2],
    /// By side: the limit of ours nearest to the market that may stand beyond the levels shown.
    hidden: [Option<Price>; 2],
    /// Places given to resting limits so far.
    places: u64,
    /// What members of groups filled, and whether one is complete: for members that arrive later.
    groups: BTreeMap<OcoId, (Quantity, bool)>,
    /// Some limit order has met no trade yet (on trades alone), or no book that can be trusted.
    newcomers: bool,
    /// Something looks at the book after every packet: triggers on quotes, market orders that wait, newcomers.
    restless: bool,
    /// Earliest date at which an order ends.
    expires: i64,
    /// Orders that expire with the session.
    day_orders: bool,
}

/// Above every price.
const NO_PRICE_YET: Price = Price::from_units(10_000_000_000 * crate::fixed::SCALE);
const NO_LIMITS: (Price, Price) = (Price::from_units(i64::MAX), Price::from_units(-i64::MAX));

impl DepthVenue {
    pub(crate) fn new(rules: &DepthRules, tape: &Tape) -> Self {
        let model = rules.queue.unwrap_or(if tape.has_orders() { QueueModel::Fifo } else { QueueModel::VolumeAhead });
        let trades = tape.has(crate::tape::kind::TRADE);
        let mut orders = Book::new(LimitFill::Touch);
        orders.tell_activated = true;
        Self {
            market: OrderBook::new(tape.has_depth()),
            orders,
            queues: Vec::new(),
            taken: Taken::default(),
            packet: Packet::default(),
            // Without single orders their places are not known.
            model: if model == QueueModel::Fifo && !tape.has_orders() { QueueModel::VolumeAhead } else { model },
            through: rules.through,
            trigger: rules.trigger.unwrap_or(if trades { TriggerPrice::Trade } else { TriggerPrice::Quote }),
            has_book: tape.has_book(),
            last: None,
            seen: 0,
            watched: false,
            limits: [NO_LIMITS; 2],
            hidden: [None; 2],
            places: 0,
            groups: BTreeMap::new(),
            newcomers: false,
            restless: false,
            expires: i64::MAX,
            day_orders: false,
        }
    }

    /// The market as the tape told it so far.
    pub(crate) fn market(&self) -> &OrderBook {
        &self.market
    }

    /// The model of queues in force.
    pub(crate) fn model(&self) -> QueueModel {
        self.model
    }

    /// Our orders.
    pub(crate) fn orders(&self) -> &Book {
        &self.orders
    }

    /// When the next order ends by its date.
    #[inline]
    pub(crate) fn next_expiry(&self) -> i64 {
        self.expires
    }

    /// True when no order works: rows may be left to `catch_up`.
    #[inline]
    pub(crate) fn is_idle(&self) -> bool {
        !self.watched
    }

    /// Follows the rows before `row` that were left out while nobody looked.
    pub(crate) fn catch_up(&mut self, tape: &Tape, row: usize) {
        while self.seen < row {
            match tape.event(self.seen) {
                TapeEvent::Trade { price, .. } => {
                    if tape.code(self.seen) & IRREGULAR == 0 {
                        self.last = Some(price);
                    }
                }
                event => {
                    self.market.apply(&event);
                }
            }
            self.seen += 1;
        }
    }

    /// A row of the tape happened; all before it were followed.
    #[inline]
    pub(crate) fn on_row<D: Desk>(&mut self, tape: &Tape, row: usize, instrument: &Instrument, desk: &mut D) {
        let event = tape.event(row);
        let code = tape.code(row);
        let ends = code & LAST != 0;
        self.seen = row + 1;
        match event {
            TapeEvent::Trade { .. } if code & IRREGULAR != 0 => {}
            TapeEvent::Trade { price, quantity, aggressor } => {
                self.last = Some(price);
                if self.watched {
                    let print = Print { price, size: quantity, aggressor, ours: Quantity::ZERO };
                    self.on_trade(print, instrument, desk);
                }
            }
            _ if !self.watched => {
                self.market.apply(&event);
            }
            TapeEvent::Level { side, price, quantity } if ends && !self.packet.is_open() => {
                self.on_level(side, price, quantity);
            }
            _ => self.on_change(&event),
        }
        if ends && self.watched {
            self.end_packet(instrument, desk);
        }
    }

    /// An order reached the venue. Before the price of its trigger is known a trail has no level: the
    /// first price starts it.
    pub(crate) fn arrive<D: Desk>(
        &mut self,
        id: OrderId,
        new: &NewOrder,
        parent_filled: Option<Quantity>,
        instrument: &Instrument,
        desk: &mut D,
    ) -> Slot {
        if !self.watched {
            self.packet = Packet::default();
        }
        // Any price that comes is better than these.
        let unknown = if new.side == Side::Buy { NO_PRICE_YET } else { Price::ZERO };
        let start = self.reference(new.side).unwrap_or(unknown);
        let slot = self.orders.insert(id, new, start, parent_filled);
        self.orders.market.retain(|s| *s != slot);
        if self.queues.len() <= slot as usize {
            self.queues.resize(slot as usize + 1, Queue::default());
        }
        self.note_expiry(new.tif);
        if let Some((filled, complete)) = new.oco.and_then(|group| self.groups.get(&group)).copied() {
            // Siblings filled while it was on its way.
            self.orders.get_mut(slot).reduced = filled;
            if complete {
                self.orders.close(slot, OrderState::Cancelled, Reason::Oco, desk);
            } else {
                self.orders.close_if_complete(slot, desk);
            }
        }
        self.settle(instrument, desk);
        self.keep(slot);
        self.finish();
        slot
    }

    /// Ends an order on request.
    pub(crate) fn cancel<D: Desk>(&mut self, slot: Slot, desk: &mut D) {
        self.orders.cancel(slot, desk);
        self.finish();
    }

    /// Changes an order; it keeps its place when only its quantity is cut.
    ///
    /// # Errors
    /// A quantity of zero or below, or a price the type does not have.
    pub(crate) fn modify<D: Desk>(
        &mut self,
        slot: Slot,
        change: &OrderChange,
        instrument: &Instrument,
        desk: &mut D,
    ) -> Result<(), Reason> {
        let before = self.orders.get(slot);
        let (kind, total, phase) = (before.kind, before.total, before.phase);
        self.orders.modify(slot, change, desk)?;
        let order = self.orders.get(slot);
        let keeps = order.kind == kind && order.total <= total;
        if order.phase == Phase::Resting && phase == Phase::Resting && !keeps {
            self.orders.get_mut(slot).fresh = true;
            self.place(slot, instrument, desk);
        }
        self.settle(instrument, desk);
        self.finish();
        Ok(())
    }

    /// Ends the orders whose session or date is over.
    pub(crate) fn expire<D: Desk>(&mut self, session_end: bool, now: Timestamp, desk: &mut D) {
        if now.nanos() >= self.expires || (session_end && self.day_orders) {
            self.orders.expire(session_end, now, desk);
            self.expires = i64::MAX;
            self.day_orders = false;
            for i in 0..self.orders.orders.len() {
                let order = &self.orders.orders[i];
                if order.phase != Phase::Closed {
                    self.note_expiry(order.tif);
                }
            }
            self.finish();
        }
    }

    fn note_expiry(&mut self, tif: TimeInForce) {
        match tif {
            TimeInForce::Gtd(until) => self.expires = self.expires.min(until.nanos()),
            TimeInForce::Day => self.day_orders = true,
            _ => {}
        }
    }

    /// A split of the instrument: working orders follow.
    pub(crate) fn split(&mut self, split: crate::actions::Split) {
        self.orders.split(split);
        self.hidden = self.hidden.map(|hidden| hidden.map(|limit| split.price(limit)));
        self.refresh();
    }

    /// True when a slot still holds this order, working or waiting.
    pub(crate) fn holds(&self, slot: Slot, id: OrderId) -> bool {
        self.orders.orders.get(slot as usize).is_some_and(|o| o.id == id && o.phase != Phase::Closed)
    }

    /// Frees what ended, between events.
    fn finish(&mut self) {
        if self.has_book {
            self.orders.looking.clear();
        }
        self.refresh();
    }

    /// What rows have to be looked at.
    fn refresh(&mut self) {
        self.orders.reclaim();
        self.watch();
        self.restless =
            self.trigger == TriggerPrice::Quote || !self.orders.market.is_empty() || (self.newcomers && self.has_book);
        self.limits = [Side::Buy, Side::Sell].map(|side| {
            let limit = |entry: &Entry| self.limit_of(entry);
            let resting = self.resting(side);
            match (resting.iter().find_map(limit), resting.iter().rev().find_map(limit)) {
                (Some(far), Some(near)) => (far.min(near), far.max(near)),
                _ => NO_LIMITS,
            }
        });
    }

    fn watch(&mut self) {
        self.watched = !self.orders.is_empty() || !self.taken.is_empty();
    }

    /// The stack with our limits of a side, the best last; triggers of the other side stand there too.
    fn resting(&self, side: Side) -> &[Entry] {
        if side == Side::Buy { &self.orders.falling } else { &self.orders.rising }
    }

    /// The limit of a limit order.
    fn limit_of(&self, entry: &Entry) -> Option<Price> {
        match self.orders.get(entry.slot).kind {
            OrderKind::Limit { limit } => Some(limit),
            _ => None,
        }
    }
}
