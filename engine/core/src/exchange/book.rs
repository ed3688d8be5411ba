//! `Book`: the working orders of one instrument, kept so that the next price
//! that matters is found at once.
//!
//! Two stacks hold what rests: `falling` fires when the price falls to a level
//! (buy limits, sell stops), `rising` when it rises to one. The nearest level
//! stands last, so that a quiet bar costs two comparisons however many orders
//! rest. The book knows no account: sizes, money and records are the business of
//! the `Desk`. How a bar moves through the book is in `matching`.

use smallvec::SmallVec;

use super::level::Level;
use super::rules::LimitFill;
use super::working::{Desk, Phase, Slot, UNLIMITED, Working, resolve_prices};
use crate::actions::Split;
use crate::fixed::{Price, Quantity};
use crate::instrument::Instrument;
use crate::order::{
    NewOrder, OcoId, OrderChange, OrderId, OrderKind, OrderState, PriceBasis, Reason, Side, Size, TimeInForce,
};
use crate::time::Timestamp;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) level: Level,
    pub(crate) id: OrderId,
    pub(crate) slot: Slot,
}

/// The working orders of one instrument.
#[derive(Clone, Debug)]
pub struct Book {
    pub(crate) limit_fill: LimitFill,
    pub(crate) orders: Vec<Working>,
    pub(crate) free: Vec<Slot>,
    /// Fires when the price falls to the level; ascending, first submitted last among equals.
    pub(crate) falling: Vec<Entry>,
    /// Fires when the price rises to the level; descending, first submitted last among equals.
    pub(crate) rising: Vec<Entry>,
    /// Market orders that wait for the next open.
    pub(crate) market: Vec<Slot>,
    /// Live trailing orders.
    pub(crate) trails: Vec<Slot>,
    /// Orders for an auction.
    pub(crate) auctions: Vec<Slot>,
    /// IOC, FOK and post-only orders that have not seen their first price.
    pub(crate) looking: Vec<Slot>,
    /// Orders whose level was reached while the bar's volume was used up.
    pub(crate) parked: Vec<Slot>,
    /// Orders that can execute at the present price.
    pub(crate) ready: Vec<Slot>,
    /// Bars matched so far that traded.
    pub(crate) traded_bars: u32,
    /// Orders that end with the session or at a date.
    pub(crate) expiring: u32,
    pub(crate) closed_slots: Vec<Slot>,
    /// Lists what becomes active, for an exchange that looks at each at once.
    pub(crate) tell_activated: bool,
    pub(crate) activated: Vec<Slot>,
}

impl Book {
    /// An empty book.
    #[must_use]
    pub fn new(limit_fill: LimitFill) -> Self {
        Self {
            limit_fill,
            orders: Vec::new(),
            free: Vec::new(),
            falling: Vec::new(),
            rising: Vec::new(),
            market: Vec::new(),
            trails: Vec::new(),
            auctions: Vec::new(),
            looking: Vec::new(),
            parked: Vec::new(),
            ready: Vec::new(),
            traded_bars: 0,
            expiring: 0,
            closed_slots: Vec::new(),
            tell_activated: false,
            activated: Vec::new(),
        }
    }

    /// The orders that work or wait.
    pub fn working(&self) -> impl Iterator<Item = &Working> {
        self.orders.iter().filter(|o| o.phase != Phase::Closed)
    }

    /// True when no order works or waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.orders.len() == self.free.len() + self.closed_slots.len()
    }

    /// True when no bar inside `low..=high` can change the book, sessions and dates apart.
    #[inline]
    #[must_use]
    pub fn is_quiet(&self, low: Price, high: Price) -> bool {
        let above_falling = self.falling.last().is_none_or(|e| e.level < Level::at(low));
        let below_rising = self.rising.last().is_none_or(|e| e.level > Level::at(high));
        above_falling
            && below_rising
            && self.market.is_empty()
            && self.looking.is_empty()
            && self.trails.is_empty()
            && self.auctions.is_empty()
    }

    /// The nearest prices at which a resting order fires, below and above.
    #[inline]
    #[must_use]
    pub fn bounds(&self) -> (Option<Price>, Option<Price>) {
        (self.falling.last().map(|e| e.level.price()), self.rising.last().map(|e| e.level.price()))
    }

    pub(crate) fn get(&self, slot: Slot) -> &Working {
        &self.orders[slot as usize]
    }

    pub(crate) fn get_mut(&mut self, slot: Slot) -> &mut Working {
        &mut self.orders[slot as usize]
    }

    pub(crate) fn slot_of(&self, id: OrderId) -> Option<Slot> {
        self.orders.iter().position(|o| o.id == id && o.phase != Phase::Closed).map(|i| i as Slot)
    }

    /// Takes an order that was checked. `last` is the last price, from which a
    /// trail starts; `parent_filled` is `None` for an order without a parent.
    pub(crate) fn insert(&mut self, id: OrderId, new: &NewOrder, last: Price, parent_filled: Option<Quantity>) -> Slot {
        let parent_slot = new.parent.and_then(|p| self.slot_of(p));
        if let Some(parent) = parent_slot {
            self.get_mut(parent).has_children = true;
        }
        let mut order = Working::new(id, new, last);
        order.active_since = self.traded_bars;
        order.parent_open = parent_slot.is_some();
        if let Some(filled) = parent_filled {
            order.parent_filled = filled;
            if parent_slot.is_none() {
                order.total = order.total.min(filled);
            }
        }
        if matches!(new.tif, TimeInForce::Day | TimeInForce::Gtd(_)) {
            self.expiring += 1;
        }
        let slot = match self.free.pop() {
            Some(slot) => {
                self.orders[slot as usize] = order;
                slot
            }
            None => {
                self.orders.push(order);
                (self.orders.len() - 1) as Slot
            }
        };
        if parent_filled.is_none_or(|q| q > Quantity::ZERO) {
            self.activate(slot, Level::at(last));
            if self.get(slot).phase == Phase::Market {
                self.market.push(slot);
            }
        }
        slot
    }

    /// Puts an order to work. A market order becomes `Market` and is not listed
    /// anywhere: the caller says when it executes.
    pub(crate) fn activate(&mut self, slot: Slot, position: Level) {
        let since = self.traded_bars;
        let order = self.get_mut(slot);
        order.active_since = since;
        // A trail that was armed before keeps its best price: it never loosens.
        let armed = order.phase == Phase::Waiting && !order.filled.is_zero();
        let behind = match order.side {
            Side::Sell => position > order.best,
            Side::Buy => position < order.best,
        };
        if !armed || behind {
            order.best = position;
        }
        let looks = order.fresh && (order.post_only || matches!(order.tif, TimeInForce::Ioc | TimeInForce::Fok));
        match order.kind {
            OrderKind::Market => order.phase = Phase::Market,
            OrderKind::MarketOnOpen
            | OrderKind::LimitOnOpen { .. }
            | OrderKind::MarketOnClose
            | OrderKind::LimitOnClose { .. } => {
                order.phase = Phase::Auction;
                self.auctions.push(slot);
            }
            _ => self.rest(slot),
        }
        if looks {
            self.looking.push(slot);
        }
        if self.get(slot).kind.trail().is_some() && !self.trails.contains(&slot) {
            self.trails.push(slot);
        }
        if self.tell_activated {
            self.activated.push(slot);
        }
    }

    /// Takes a resting order out of its stack; it waits.
    pub(crate) fn lift(&mut self, slot: Slot) {
        if self.get(slot).phase == Phase::Resting {
            self.unfile(slot);
            self.get_mut(slot).phase = Phase::Waiting;
        }
    }

    /// Files an order in its stack.
    pub(crate) fn rest(&mut self, slot: Slot) {
        let through = self.limit_fill == LimitFill::Through;
        let order = self.get_mut(slot);
        order.phase = Phase::Resting;
        order.level = match order.kind {
            OrderKind::Limit { limit } if through && order.side == Side::Buy => Level::below(limit),
            OrderKind::Limit { limit } if through => Level::above(limit),
            OrderKind::Limit { limit } => Level::at(limit),
            OrderKind::TrailingStop { trail } | OrderKind::TrailingStopLimit { trail, .. } => order.trail_level(trail),
            kind => Level::at(kind.trigger().unwrap_or(Price::ZERO)),
        };
        self.file(slot);
    }

    pub(crate) fn fires_falling(order: &Working) -> bool {
        match order.kind {
            OrderKind::Limit { .. } | OrderKind::MarketIfTouched { .. } | OrderKind::LimitIfTouched { .. } => {
                order.side == Side::Buy
            }
            _ => order.side == Side::Sell,
        }
    }

    fn file(&mut self, slot: Slot) {
        let order = self.get(slot);
        let entry = Entry { level: order.level, id: order.id, slot };
        if Self::fires_falling(order) {
            let at = self
                .falling
                .partition_point(|e| (e.level, std::cmp::Reverse(e.id)) < (entry.level, std::cmp::Reverse(entry.id)));
            self.falling.insert(at, entry);
        } else {
            let at = self.rising.partition_point(|e| {
                (std::cmp::Reverse(e.level), std::cmp::Reverse(e.id))
                    < (std::cmp::Reverse(entry.level), std::cmp::Reverse(entry.id))
            });
            self.rising.insert(at, entry);
        }
    }

    fn unfile(&mut self, slot: Slot) {
        let order = self.get(slot);
        let key = (order.level, std::cmp::Reverse(order.id));
        if Self::fires_falling(order) {
            let at = self.falling.partition_point(|e| (e.level, std::cmp::Reverse(e.id)) < key);
            if self.falling.get(at).is_some_and(|e| e.slot == slot) {
                self.falling.remove(at);
            }
        } else {
            let key = (std::cmp::Reverse(key.0), key.1);
            let at = self.rising.partition_point(|e| (std::cmp::Reverse(e.level), std::cmp::Reverse(e.id)) < key);
            if self.rising.get(at).is_some_and(|e| e.slot == slot) {
                self.rising.remove(at);
            }
        }
    }

    /// Moves trailing stops along with a price that was just passed. Never loosens.
    pub(crate) fn advance_trails(&mut self, position: Level) {
        self.advance_trails_of(Side::Buy, position);
        self.advance_trails_of(Side::Sell, position);
    }

    /// Moves the trailing stops of one side.
    pub(crate) fn advance_trails_of(&mut self, side: Side, position: Level) {
        for i in 0..self.trails.len() {
            let slot = self.trails[i];
            let order = self.get(slot);
            if order.side != side {
                continue;
            }
            let better = match order.side {
                Side::Sell => position > order.best,
                Side::Buy => position < order.best,
            };
            if !better || order.phase != Phase::Resting {
                continue;
            }
            self.unfile(slot);
            self.get_mut(slot).best = position;
            self.rest(slot);
        }
    }

    /// Takes an order out of the book; its links react.
    pub(crate) fn close<D: Desk>(&mut self, slot: Slot, state: OrderState, reason: Reason, desk: &mut D) {
        let order = self.get(slot);
        match order.phase {
            Phase::Closed => return,
            Phase::Resting => self.unfile(slot),
            _ => {}
        }
        let order = self.get_mut(slot);
        order.phase = Phase::Closed;
        let (tif, has_children, trailing, auction) =
            (order.tif, order.has_children, order.kind.trail().is_some(), order.kind);
        if matches!(tif, TimeInForce::Day | TimeInForce::Gtd(_)) {
            self.expiring -= 1;
        }
        if trailing {
            self.trails.retain(|s| *s != slot);
        }
        if matches!(
            auction,
            OrderKind::MarketOnOpen
                | OrderKind::MarketOnClose
                | OrderKind::LimitOnOpen { .. }
                | OrderKind::LimitOnClose { .. }
        ) {
            self.auctions.retain(|s| *s != slot);
        }
        self.market.retain(|s| *s != slot);
        self.ready.retain(|s| *s != slot);
        self.looking.retain(|s| *s != slot);
        self.parked.retain(|s| *s != slot);
        self.activated.retain(|s| *s != slot);
        self.closed_slots.push(slot);
        desk.closed(&self.orders[slot as usize], state, reason);
        if has_children {
            self.parent_closed(slot, desk);
        }
    }

    fn children(&self, parent: OrderId) -> SmallVec<[Slot; 4]> {
        let mine = |o: &Working| o.parent == Some(parent) && o.phase != Phase::Closed;
        (0..self.orders.len()).filter(|i| mine(&self.orders[*i])).map(|i| i as Slot).collect()
    }

    fn parent_closed<D: Desk>(&mut self, parent: Slot, desk: &mut D) {
        let (id, filled) = (self.get(parent).id, self.get(parent).filled);
        for child in self.children(id) {
            let order = self.get_mut(child);
            order.parent_open = false;
            if filled.is_zero() {
                self.close(child, OrderState::Cancelled, Reason::ParentClosed, desk);
            } else {
                order.total = order.total.min(filled);
                self.close_if_complete(child, desk);
            }
        }
    }

    /// Closes an order that can do no more: filled if it filled, else cancelled by its group.
    pub(crate) fn close_if_complete<D: Desk>(&mut self, slot: Slot, desk: &mut D) {
        let order = self.get(slot);
        if order.phase == Phase::Closed || !order.is_complete() {
            return;
        }
        if order.filled.is_zero() {
            self.close(slot, OrderState::Cancelled, Reason::Oco, desk);
            return;
        }
        let group = order.oco;
        self.close(slot, OrderState::Filled, Reason::None, desk);
        if let Some(group) = group {
            for sibling in self.group(group, slot) {
                self.close(sibling, OrderState::Cancelled, Reason::Oco, desk);
            }
        }
    }

    fn group(&self, group: OcoId, except: Slot) -> SmallVec<[Slot; 4]> {
        let mine = |o: &Working| o.oco == Some(group) && o.phase != Phase::Closed;
        (0..self.orders.len() as Slot).filter(|s| *s != except && mine(self.get(*s))).collect()
    }

    /// What a fill of `quantity` does to the siblings and children of an order
    /// (its own `filled` is already up to date).
    pub(crate) fn propagate<D: Desk>(
        &mut self,
        slot: Slot,
        price: Price,
        quantity: Quantity,
        position: Level,
        instrument: &Instrument,
        desk: &mut D,
    ) {
        let order = self.get(slot);
        let (group, has_children) = (order.oco, order.has_children);
        if let Some(group) = group {
            for sibling in self.group(group, slot) {
                let other = self.get_mut(sibling);
                if other.sized {
                    other.reduced += quantity;
                }
                if other.is_complete() {
                    self.close(sibling, OrderState::Cancelled, Reason::Oco, desk);
                }
            }
        }
        if has_children {
            let (id, filled) = (self.get(slot).id, self.get(slot).filled);
            for child in self.children(id) {
                let order = self.get_mut(child);
                order.parent_filled = filled;
                if order.basis != PriceBasis::Absolute {
                    order.kind = resolve_prices(order, price, instrument);
                    order.basis = PriceBasis::Absolute;
                    desk.priced(order);
                }
                self.grow(child, position);
            }
        }
    }

    /// A child has more to do than before, at the present price.
    fn grow(&mut self, slot: Slot, position: Level) {
        let order = self.get(slot);
        if order.open_quantity().is_zero() {
            return;
        }
        match order.phase {
            Phase::Waiting => {
                self.activate(slot, position);
                if self.get(slot).phase == Phase::Market {
                    self.ready.push(slot);
                }
            }
            // Triggered before: a market order for all that comes.
            Phase::Market if !self.ready.contains(&slot) && !self.market.contains(&slot) => self.ready.push(slot),
            _ => {}
        }
    }

    /// Ends the orders whose session or date is over; `now` is the bar's close.
    pub(crate) fn expire<D: Desk>(&mut self, session_end: bool, now: Timestamp, desk: &mut D) {
        if self.expiring == 0 {
            return;
        }
        let mut due: Vec<(OrderId, Slot, Reason)> = Vec::new();
        for (i, o) in self.orders.iter().enumerate() {
            let reason = match o.tif {
                TimeInForce::Day if session_end && o.phase != Phase::Waiting => Reason::SessionEnd,
                TimeInForce::Gtd(until) if now >= until => Reason::GtdReached,
                _ => continue,
            };
            if o.phase != Phase::Closed {
                due.push((o.id, i as Slot, reason));
            }
        }
        due.sort_unstable_by_key(|d| d.0);
        for (_, slot, reason) in due {
            self.close(slot, OrderState::Expired, reason, desk);
        }
        self.reclaim();
    }

    /// Ends an order on request.
    pub(crate) fn cancel<D: Desk>(&mut self, slot: Slot, desk: &mut D) {
        self.close(slot, OrderState::Cancelled, Reason::Requested, desk);
        self.reclaim();
    }

    /// Changes a working order; a new price is matched from the next bar. A quantity of no more than what
    /// is filled ends it as a cancel does.
    ///
    /// # Errors
    /// A quantity of zero or below, or a price the type does not have.
    pub(crate) fn modify<D: Desk>(&mut self, slot: Slot, change: &OrderChange, desk: &mut D) -> Result<(), Reason> {
        let order = self.get(slot);
        let kind = match (order.kind, change.limit, change.stop) {
            (kind, None, None) => kind,
            (OrderKind::Limit { .. }, Some(limit), None) => OrderKind::Limit { limit },
            (OrderKind::Stop { .. }, None, Some(stop)) => OrderKind::Stop { stop },
            (OrderKind::StopLimit { stop, limit }, l, s) => {
                OrderKind::StopLimit { stop: s.unwrap_or(stop), limit: l.unwrap_or(limit) }
            }
            (OrderKind::MarketIfTouched { .. }, None, Some(touch)) => OrderKind::MarketIfTouched { touch },
            (OrderKind::LimitIfTouched { touch, limit }, l, s) => {
                OrderKind::LimitIfTouched { touch: s.unwrap_or(touch), limit: l.unwrap_or(limit) }
            }
            _ => return Err(Reason::BadPrice),
        };
        match change.quantity {
            Some(quantity) if quantity <= Quantity::ZERO => return Err(Reason::BadQuantity),
            Some(quantity) if quantity <= order.filled => {
                self.cancel(slot, desk);
                return Ok(());
            }
            _ => {}
        }
        let resting = order.phase == Phase::Resting;
        if resting {
            self.unfile(slot);
        }
        let order = self.get_mut(slot);
        order.kind = kind;
        if let Some(total) = change.quantity {
            order.total = total;
            order.sized = true;
            order.size = Size::Quantity(total);
        }
        if resting {
            self.rest(slot);
        }
        desk.changed(&self.orders[slot as usize], change);
        self.close_if_complete(slot, desk);
        self.reclaim();
        Ok(())
    }

    /// Frees the slots of closed orders; only between bars.
    pub(crate) fn reclaim(&mut self) {
        self.free.append(&mut self.closed_slots);
    }

    /// A split: `to` new shares for `from` old ones.
    pub(crate) fn split(&mut self, split: Split) {
        let price = |p: Price| split.price(p);
        let quantity = |q: Quantity| if q >= UNLIMITED { q } else { split.quantity(q) };
        self.falling.clear();
        self.rising.clear();
        for i in 0..self.orders.len() {
            let order = &mut self.orders[i];
            if order.phase == Phase::Closed {
                continue;
            }
            if order.basis != PriceBasis::FromFillFraction {
                order.kind = order.kind.map_prices(price);
            }
            if let Size::Quantity(q) = order.size {
                order.size = Size::Quantity(quantity(q));
            }
            order.total = quantity(order.total);
            order.filled = quantity(order.filled);
            order.reduced = quantity(order.reduced);
            order.parent_filled = quantity(order.parent_filled);
            order.best = order.best.beside(price(order.best.price()));
            if order.phase == Phase::Resting {
                self.rest(i as Slot);
            }
        }
    }
}
