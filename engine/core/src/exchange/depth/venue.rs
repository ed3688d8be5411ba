//! `DepthVenue`: our orders on one instrument, before the market that a tape tells.

use std::collections::BTreeMap;

use smallvec::SmallVec;

use super::queue::{Queue, QueueModel};
use super::{DepthRules, ThroughFill, TriggerPrice};
use crate::exchange::book::Book;
use crate::exchange::level::Level;
use crate::exchange::rules::LimitFill;
use crate::exchange::working::{Desk, Phase, Slot};
use crate::fixed::{Price, Quantity};
use crate::instrument::Instrument;
use crate::order::{NewOrder, OcoId, OrderChange, OrderId, OrderKind, OrderState, Reason, Side, TimeInForce};
use crate::orderbook::{BookState, Change, OrderBook};
use crate::tape::{IRREGULAR, LAST, Tape, TapeEvent};
use crate::time::Timestamp;

/// What our orders took of a level that is still shown.
#[derive(Clone, Copy, Debug)]
struct Taken {
    side: Side,
    price: Price,
    quantity: Quantity,
}

/// What is left of a trade for our orders.
#[derive(Clone, Copy, Debug)]
struct Print {
    price: Price,
    size: Quantity,
    aggressor: Option<Side>,
    /// What of it went to our orders.
    ours: Quantity,
}

/// Our orders on one instrument, before the market that a tape tells.
#[derive(Clone, Debug)]
pub(crate) struct DepthVenue {
    market: OrderBook,
    orders: Book,
    /// By slot.
    queues: Vec<Queue>,
    taken: Vec<Taken>,
    model: QueueModel,
    through: ThroughFill,
    trigger: TriggerPrice,
    /// The tape tells a book, not trades alone.
    has_book: bool,
    last: Option<Price>,
    /// Rows followed so far.
    seen: usize,
    /// Some order works: rows have to be looked at.
    active: bool,
    /// Lowest and highest price of our resting limits, by side; an empty range where there is none.
    limits: [(Price, Price); 2],
    /// Sides that were cleared or replaced in this packet.
    replaced: [bool; 2],
    /// Levels that changed in this packet.
    touched: SmallVec<[(Side, Price); 8]>,
    /// Trades of this packet that have still to fire triggers.
    fired: SmallVec<[Price; 4]>,
    /// The book could be trusted when the last packet ended.
    trusted: bool,
    /// Places given to resting limits so far.
    places: u64,
    /// What members of groups filled, and whether one is complete: for members that arrive later.
    groups: BTreeMap<OcoId, (Quantity, bool)>,
    /// Some resting limit may stand beyond the levels shown.
    hidden: bool,
    /// Some queue waits for the orders of a trade to leave.
    pending: bool,
    /// Earliest date at which an order ends.
    expires: i64,
    /// Orders that expire with the session.
    day_orders: bool,
    /// Limit orders that have met no trade yet, on a tape without a book.
    newcomers: bool,
}

/// Above every price.
const NO_PRICE_YET: Price = Price::from_units(10_000_000_000 * crate::fixed::SCALE);
const NO_LIMITS: (Price, Price) = (Price::from_units(i64::MAX), Price::from_units(i64::MIN));

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
            taken: Vec::new(),
            // Without single orders their places are not known.
            model: if model == QueueModel::Fifo && !tape.has_orders() { QueueModel::VolumeAhead } else { model },
            through: rules.through,
            trigger: rules.trigger.unwrap_or(if trades { TriggerPrice::Trade } else { TriggerPrice::Quote }),
            has_book: tape.has_book(),
            last: None,
            seen: 0,
            active: false,
            limits: [NO_LIMITS; 2],
            replaced: [false; 2],
            touched: SmallVec::new(),
            fired: SmallVec::new(),
            trusted: true,
            places: 0,
            groups: BTreeMap::new(),
            hidden: false,
            pending: false,
            expires: i64::MAX,
            day_orders: false,
            newcomers: false,
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
        !self.active && self.taken.is_empty()
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
        self.seen = row + 1;
        if let TapeEvent::Trade { price, quantity, aggressor } = event {
            if code & IRREGULAR == 0 {
                self.last = Some(price);
                if self.active {
                    let print = Print { price, size: quantity, aggressor, ours: Quantity::ZERO };
                    self.on_trade(print, instrument, desk);
                }
            }
        } else {
            let change = self.market.apply(&event);
            if self.active || !self.taken.is_empty() {
                self.follow(&event, &change);
            }
        }
        if code & LAST != 0 && (self.active || !self.taken.is_empty()) {
            self.end_packet(instrument, desk);
        }
    }

    /// What the last packet left; within a packet the book may look crossed and not be.
    fn is_trusted(&self) -> bool {
        !self.has_book || self.trusted
    }

    fn look_at_state(&mut self) {
        self.trusted = self.market.state() == BookState::Good;
    }

    /// Notes what a row changed; a single order before us leaves at once, the rest acts when the packet ends.
    #[inline(never)]
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
            Change::Replaced => match *event {
                TapeEvent::Quote { side, .. } | TapeEvent::Clear { side: Some(side) } => {
                    self.replaced[side as usize] = true;
                }
                _ => self.replaced = [true; 2],
            },
            Change::Nothing | Change::Unknown => {}
        }
    }

    fn touch(&mut self, side: Side, price: Price) {
        if !self.taken.is_empty() || self.rests_at(side, price) {
            self.touched.push((side, price));
        }
    }

    /// Whether a limit of ours may rest there.
    fn rests_at(&self, side: Side, price: Price) -> bool {
        let (low, high) = self.limits[side as usize];
        price >= low && price <= high
    }

    /// What the packet did to the levels at which we rest or took something.
    fn settle_levels(&mut self) {
        for i in 0..self.touched.len() {
            let (side, price) = self.touched[i];
            if self.replaced[side as usize] {
                continue;
            }
            let shown = self.market.size_at(side, price);
            self.untake(side, price, shown);
            if self.model != QueueModel::Fifo && self.rests_at(side, price) {
                let model = self.model;
                self.each_at(side, price, |queue| queue.show(model, shown));
            }
        }
        self.touched.clear();
        for side in [Side::Buy, Side::Sell] {
            if std::mem::take(&mut self.replaced[side as usize]) {
                self.look_again(side);
            }
        }
        if self.hidden {
            self.reveal();
        }
    }

    /// Beyond the levels shown nobody knew who was there. Where the range shown reaches now, what it
    /// shows is before us, or nobody.
    fn reveal(&mut self) {
        self.hidden = false;
        for entry in self.orders.falling.iter().chain(&self.orders.rising) {
            let order = self.orders.get(entry.slot);
            let OrderKind::Limit { limit } = order.kind else { continue };
            let queue = &mut self.queues[entry.slot as usize];
            if queue.is_hidden() {
                if is_beyond(&self.market, order.side, limit) {
                    self.hidden = true;
                } else {
                    queue.reveal(self.model, self.market.size_at(order.side, limit));
                }
            }
        }
    }

    /// No more can stay taken of a level than it shows.
    fn untake(&mut self, side: Side, price: Price, shown: Quantity) {
        if self.taken.is_empty() {
            return;
        }
        if let Some(at) = self.taken.iter().position(|t| t.side == side && t.price == price) {
            if shown.is_zero() {
                self.taken.swap_remove(at);
            } else if self.taken[at].quantity > shown {
                self.taken[at].quantity = shown;
            }
        }
    }

    /// The queues of our resting limits at a price.
    fn each_at(&mut self, side: Side, price: Price, mut f: impl FnMut(&mut Queue)) {
        let level = Level::at(price);
        let stack = if side == Side::Buy { &self.orders.falling } else { &self.orders.rising };
        let from = match side {
            Side::Buy => stack.partition_point(|e| e.level < level),
            Side::Sell => stack.partition_point(|e| e.level > level),
        };
        for entry in stack[from..].iter().take_while(|e| e.level == level) {
            let order = self.orders.get(entry.slot);
            if order.side == side && matches!(order.kind, OrderKind::Limit { .. }) {
                f(&mut self.queues[entry.slot as usize]);
            }
        }
    }

    /// The packet is over: the book is what it is.
    fn end_packet<D: Desk>(&mut self, instrument: &Instrument, desk: &mut D) {
        self.settle_levels();
        if !self.active {
            self.fired.clear();
            return;
        }
        self.look_at_state();
        if self.pending {
            self.pending = false;
            for queue in &mut self.queues {
                queue.end_packet();
            }
        }
        if !self.fired.is_empty() || !self.orders.activated.is_empty() || !self.orders.ready.is_empty() {
            self.act_after_trades(instrument, desk);
        }
        let crossed = |limits: (Price, Price), best: Option<Price>, side: Side| match (side, best) {
            (Side::Buy, Some(ask)) => limits.1 >= ask,
            (Side::Sell, Some(bid)) => limits.0 <= bid,
            _ => false,
        };
        let (bid, ask) = (self.market.best_price(Side::Buy), self.market.best_price(Side::Sell));
        let met = crossed(self.limits[0], ask, Side::Buy) || crossed(self.limits[1], bid, Side::Sell);
        let by_quote = self.trigger == TriggerPrice::Quote;
        if !met && !by_quote && self.orders.market.is_empty() {
            return;
        }
        if self.is_trusted() {
            self.act_on_book(by_quote, instrument, desk);
        }
    }

    /// What the trades of the packet activated and triggered looks at the book.
    #[inline(never)]
    fn act_after_trades<D: Desk>(&mut self, instrument: &Instrument, desk: &mut D) {
        self.settle(instrument, desk);
        for price in std::mem::take(&mut self.fired) {
            if self.is_trusted() {
                self.fire(Side::Buy, price, instrument, desk);
                self.fire(Side::Sell, price, instrument, desk);
            }
        }
        self.refresh();
    }

    /// Fills what the other side came to, gives waiting market orders what is shown, fires triggers.
    #[inline(never)]
    fn act_on_book<D: Desk>(&mut self, by_quote: bool, instrument: &Instrument, desk: &mut D) {
        for slot in std::mem::take(&mut self.orders.market) {
            self.place(slot, instrument, desk);
        }
        self.settle(instrument, desk);
        for side in [Side::Buy, Side::Sell] {
            let Some(best) = self.market.best(side.opposite()) else { continue };
            let met: SmallVec<[Slot; 8]> = self.resting_limits(side, best.price);
            for slot in met {
                self.take(slot, true, instrument, desk);
            }
            self.settle(instrument, desk);
        }
        if by_quote {
            let (bid, ask) = (self.market.bid(), self.market.ask());
            if let Some(ask) = ask {
                self.fire(Side::Buy, ask.price, instrument, desk);
            }
            if let Some(bid) = bid {
                self.fire(Side::Sell, bid.price, instrument, desk);
            }
        }
        self.refresh();
    }

    /// Our resting limits that accept a price, the best first, then the earlier place.
    fn resting_limits(&self, side: Side, price: Price) -> SmallVec<[Slot; 8]> {
        let level = Level::at(price);
        let of = |stack: &[crate::exchange::book::Entry], reached: &dyn Fn(Level) -> bool| {
            let near = stack.iter().rev().take_while(|e| reached(e.level));
            let mine = near.filter(|e| {
                let order = self.orders.get(e.slot);
                order.side == side && matches!(order.kind, OrderKind::Limit { .. })
            });
            mine.map(|e| e.slot).collect()
        };
        let mut met: SmallVec<[Slot; 8]> = match side {
            Side::Buy => of(&self.orders.falling, &|l| l >= level),
            Side::Sell => of(&self.orders.rising, &|l| l <= level),
        };
        // At one price by place: an order that was raised or came from elsewhere is behind the others.
        met.sort_by(|a, b| {
            let (first, second) = (self.orders.get(*a).level, self.orders.get(*b).level);
            let better = if side == Side::Buy { second.cmp(&first) } else { first.cmp(&second) };
            better.then(self.queues[*a as usize].place().cmp(&self.queues[*b as usize].place()))
        });
        met
    }

    /// After a side was told anew: what is shown where our orders rest, and what we took. Where it shows
    /// nothing because it does not reach so far, nothing more is known than before.
    #[inline(never)]
    fn look_again(&mut self, side: Side) {
        let market = &self.market;
        self.taken.retain_mut(|t| {
            if t.side != side {
                return true;
            }
            let shown = market.size_at(t.side, t.price);
            t.quantity = t.quantity.min(shown);
            !shown.is_zero()
        });
        let priority = self.market.next_priority();
        for entry in self.orders.falling.iter().chain(&self.orders.rising) {
            let order = self.orders.get(entry.slot);
            if let OrderKind::Limit { limit } = order.kind
                && order.side == side
            {
                let shown = self.market.size_at(side, limit);
                if self.model == QueueModel::Fifo || !shown.is_zero() || !is_beyond(&self.market, side, limit) {
                    self.queues[entry.slot as usize].look_again(self.model, shown, priority);
                }
            }
        }
    }

    /// A trade that sets the price.
    #[inline]
    fn on_trade<D: Desk>(&mut self, print: Print, instrument: &Instrument, desk: &mut D) {
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
        let mut met = self.resting_limits(Side::Buy, print.price);
        met.extend(self.resting_limits(Side::Sell, print.price));
        for slot in met {
            self.meet(slot, &mut print, instrument, desk);
        }
        if !self.has_book {
            self.settle(instrument, desk);
            self.meet_trade(&mut print, instrument, desk);
        }
        if self.trigger == TriggerPrice::Trade {
            self.fired.push(print.price);
        }
        if self.has_book {
            self.refresh();
        } else {
            self.act_after_trades(instrument, desk);
        }
    }

    /// A resting limit order and a trade at its price or through it.
    fn meet<D: Desk>(&mut self, slot: Slot, print: &mut Print, instrument: &Instrument, desk: &mut D) {
        let order = self.orders.get(slot);
        let OrderKind::Limit { limit } = order.kind else { return };
        if order.phase != Phase::Resting || self.orders.activated.contains(&slot) {
            return;
        }
        let (side, open) = (order.side, order.open_quantity());
        let through = limit != print.price;
        // Without a book nobody rested before it; it is met as any price it accepts.
        let fresh = order.fresh && !self.has_book;
        if fresh {
            return;
        }
        let (quantity, sure) = if through {
            match self.through {
                ThroughFill::Full => (open, true),
                ThroughFill::Traded => (open.min(print.size - print.ours), self.model == QueueModel::Fifo),
            }
        } else {
            if print.aggressor == Some(side) {
                return;
            }
            let queue = &mut self.queues[slot as usize];
            self.pending |= self.model == QueueModel::Fifo;
            let reached = queue.trade(self.model, print.size, print.ours);
            let given = queue.whole_lots(reached, open.min(print.size - print.ours), instrument.lot);
            (given, queue.is_sure(self.model, given))
        };
        if quantity <= Quantity::ZERO {
            return;
        }
        let filled = self.fill(slot, limit, quantity, sure, true, instrument, desk);
        print.ours = (print.ours + filled).min(print.size);
        self.keep(slot);
    }

    /// On a tape without a book: what takes the next trade whatever its side.
    fn meet_trade<D: Desk>(&mut self, print: &mut Print, instrument: &Instrument, desk: &mut D) {
        let mut takers: SmallVec<[Slot; 8]> = self.orders.market.drain(..).collect();
        takers.retain(|slot| !self.orders.get(*slot).open_quantity().is_zero());
        takers.extend(self.orders.working().filter(|o| o.phase == Phase::Resting && o.fresh).filter_map(|o| {
            let OrderKind::Limit { limit } = o.kind else { return None };
            let accepts = if o.side == Side::Buy { print.price <= limit } else { print.price >= limit };
            accepts.then(|| self.orders.slot_of(o.id)).flatten()
        }));
        takers.sort_unstable_by_key(|slot| self.orders.get(*slot).id);
        for slot in takers {
            let order = self.orders.get_mut(slot);
            if order.phase == Phase::Closed {
                // A fill just before it ended it.
                continue;
            }
            order.fresh = false;
            let (tif, open, post_only) = (order.tif, order.open_quantity(), order.post_only);
            let left = print.size - print.ours;
            if post_only {
                self.refuse(slot, Reason::PostOnlyWouldTake, desk);
                continue;
            }
            if tif == TimeInForce::Fok && open > left && self.orders.get(slot).sized {
                self.close(slot, OrderState::Cancelled, Reason::FokNotFillable, desk);
                continue;
            }
            let filled = self.fill(slot, print.price, open.min(left), true, false, instrument, desk);
            print.ours += filled;
            let order = self.orders.get(slot);
            if order.phase == Phase::Market && !order.open_quantity().is_zero() && tif != TimeInForce::Ioc {
                self.orders.market.push(slot);
            }
            self.keep(slot);
        }
        // What saw its first price and may not wait.
        let ended: SmallVec<[Slot; 8]> = self.orders.looking.drain(..).collect();
        for slot in ended {
            self.orders.get_mut(slot).fresh = false;
            self.end_immediate(slot, desk);
        }
        // What rests has met a trade now; what waits for its parent or its trigger has not.
        self.newcomers = false;
        for order in &mut self.orders.orders {
            if order.phase == Phase::Resting && matches!(order.kind, OrderKind::Limit { .. }) {
                order.fresh = false;
            }
        }
        self.settle(instrument, desk);
    }

    /// Triggers of one side that a price reaches, then trails follow it.
    fn fire<D: Desk>(&mut self, side: Side, price: Price, instrument: &Instrument, desk: &mut D) {
        let at = Level::at(price);
        let falling = self.orders.falling.iter().rev().take_while(|e| e.level >= at);
        let rising = self.orders.rising.iter().rev().take_while(|e| e.level <= at);
        let mut reached: SmallVec<[Slot; 8]> = falling
            .chain(rising)
            .filter(|e| {
                let order = self.orders.get(e.slot);
                order.side == side && !matches!(order.kind, OrderKind::Limit { .. })
            })
            .map(|e| e.slot)
            .collect();
        reached.sort_unstable_by_key(|slot| self.orders.get(*slot).id);
        for slot in reached {
            if self.orders.get(slot).phase == Phase::Resting {
                self.trigger(slot, instrument, desk);
            }
        }
        self.orders.advance_trails_of(side, at);
        self.settle(instrument, desk);
    }

    /// An order whose trigger was reached becomes what it is after it.
    fn trigger<D: Desk>(&mut self, slot: Slot, instrument: &Instrument, desk: &mut D) {
        self.orders.lift(slot);
        let order = self.orders.get_mut(slot);
        let kind = match order.kind {
            OrderKind::StopLimit { limit, .. } | OrderKind::LimitIfTouched { limit, .. } => OrderKind::Limit { limit },
            OrderKind::TrailingStopLimit { offset, .. } => {
                let stop = order.level.price();
                OrderKind::Limit { limit: if order.side == Side::Sell { stop - offset } else { stop + offset } }
            }
            _ => OrderKind::Market,
        };
        order.kind = kind;
        order.fresh = true;
        if kind == OrderKind::Market {
            order.phase = Phase::Market;
        } else {
            self.orders.rest(slot);
        }
        self.orders.trails.retain(|s| *s != slot);
        self.place(slot, instrument, desk);
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
        if !self.active {
            self.look_at_state();
            self.fired.clear();
            self.touched.clear();
            self.replaced = [false; 2];
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
                self.close(slot, OrderState::Cancelled, Reason::Oco, desk);
            } else {
                self.orders.close_if_complete(slot, desk);
            }
        }
        self.settle(instrument, desk);
        self.keep(slot);
        self.finish();
        slot
    }

    fn note_expiry(&mut self, tif: TimeInForce) {
        match tif {
            TimeInForce::Gtd(until) => self.expires = self.expires.min(until.nanos()),
            TimeInForce::Day => self.day_orders = true,
            _ => {}
        }
    }

    /// The price that fires triggers of a side.
    fn reference(&self, side: Side) -> Option<Price> {
        match self.trigger {
            TriggerPrice::Trade => self.last,
            TriggerPrice::Quote => self.market.best(side.opposite()).map(|l| l.price),
        }
    }

    /// Places orders that have become active, and triggered children whose parent filled more, in order of
    /// submission.
    fn settle<D: Desk>(&mut self, instrument: &Instrument, desk: &mut D) {
        loop {
            let due = self.orders.activated.iter().chain(&self.orders.ready).copied();
            let Some(slot) = due.min_by_key(|slot| self.orders.get(*slot).id) else { break };
            self.orders.activated.retain(|s| *s != slot);
            self.orders.ready.retain(|s| *s != slot);
            if self.queues.len() <= slot as usize {
                self.queues.resize(slot as usize + 1, Queue::default());
            }
            self.place(slot, instrument, desk);
            self.keep(slot);
        }
    }

    /// An order looks at the market for the first time since it arrived, was activated or triggered.
    fn place<D: Desk>(&mut self, slot: Slot, instrument: &Instrument, desk: &mut D) {
        let order = self.orders.get(slot);
        match (order.phase, order.kind) {
            (Phase::Closed | Phase::Waiting, _) => {}
            (Phase::Auction, _) => self.close(slot, OrderState::Rejected, Reason::NotTradable, desk),
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

    fn place_limit<D: Desk>(&mut self, slot: Slot, limit: Price, instrument: &Instrument, desk: &mut D) {
        if !self.has_book {
            // It meets the next trade like a new order; its queue is nobody's knowledge.
            self.orders.get_mut(slot).fresh = true;
            self.newcomers = true;
            self.places += 1;
            self.queues[slot as usize] = Queue::blind(self.places);
            return;
        }
        let order = self.orders.get(slot);
        let (side, post_only) = (order.side, order.post_only);
        let best = self.market.best(side.opposite()).filter(|_| self.is_trusted());
        let takes = best.is_some_and(|best| if side == Side::Buy { best.price <= limit } else { best.price >= limit });
        if takes && post_only {
            self.refuse(slot, Reason::PostOnlyWouldTake, desk);
            return;
        }
        if takes {
            self.take(slot, false, instrument, desk);
        }
        self.end_immediate(slot, desk);
        if self.orders.get(slot).phase != Phase::Closed {
            self.orders.get_mut(slot).fresh = false;
            self.join(slot, side, limit);
        }
    }

    /// IOC and FOK orders do not wait.
    fn end_immediate<D: Desk>(&mut self, slot: Slot, desk: &mut D) {
        let reason = match self.orders.get(slot).tif {
            TimeInForce::Ioc => Reason::IocRemainder,
            TimeInForce::Fok => Reason::FokNotFillable,
            _ => return,
        };
        self.close(slot, OrderState::Cancelled, reason, desk);
    }

    /// Takes its place at the end of the queue at its price.
    fn join(&mut self, slot: Slot, side: Side, limit: Price) {
        let shown = self.market.size_at(side, limit);
        // Single orders tell the whole book.
        let hidden = self.model != QueueModel::Fifo && is_beyond(&self.market, side, limit);
        self.hidden |= hidden;
        let priority = self.market.next_priority();
        self.places += 1;
        self.queues[slot as usize] = Queue::join(self.model, shown, hidden, priority, self.places);
    }

    /// What of a level we may still take.
    fn available(&self, side: Side, price: Price, shown: Quantity) -> Quantity {
        let taken = self.taken.iter().find(|t| t.side == side && t.price == price);
        taken.map_or(shown, |t| (shown - t.quantity).max(Quantity::ZERO))
    }

    /// Takes the other side level by level; a resting order (`rested`) is filled at its own limit.
    fn take<D: Desk>(&mut self, slot: Slot, rested: bool, instrument: &Instrument, desk: &mut D) {
        let order = self.orders.get(slot);
        let (side, tif) = (order.side, order.tif);
        let limit = order.kind.limit();
        let accepts =
            |price: Price| limit.is_none_or(|limit| if side == Side::Buy { price <= limit } else { price >= limit });
        let other = side.opposite();
        let mut levels: SmallVec<[(Price, Quantity); 8]> = SmallVec::new();
        let (mut sum, mut bound) = (Quantity::ZERO, if order.sized { order.open_quantity() } else { UNBOUNDED });
        for level in self.market.levels(other).take_while(|l| accepts(l.price)) {
            let free = self.available(other, level.price, level.quantity);
            if free.is_zero() {
                continue;
            }
            if levels.is_empty() && !order.sized {
                bound = desk.resolve(order, level.price);
            }
            // Whole lots of each level, but for the last part of the order.
            let left = bound - sum;
            let odd = if free < left { free.units() % instrument.lot.units() } else { 0 };
            let free = free - Quantity::from_units(odd);
            if free.is_zero() {
                continue;
            }
            levels.push((level.price, free));
            sum += free;
            if sum >= bound {
                break;
            }
        }
        if !self.orders.get(slot).sized {
            // Sized at the worst price it reaches, so that it can pay for all of it.
            let Some((price, _)) = levels.last() else { return };
            let at = limit.filter(|_| rested).unwrap_or(*price);
            let total = desk.resolve(self.orders.get(slot), at);
            if total <= Quantity::ZERO {
                self.close(slot, OrderState::Rejected, Reason::BadQuantity, desk);
                return;
            }
            let order = self.orders.get_mut(slot);
            (order.total, order.sized) = (total, true);
        }
        if tif == TimeInForce::Fok && sum < self.orders.get(slot).open_quantity() {
            self.close(slot, OrderState::Cancelled, Reason::FokNotFillable, desk);
            return;
        }
        for (price, free) in levels {
            let order = self.orders.get(slot);
            let wanted = order.open_quantity().min(free);
            if order.phase == Phase::Closed || wanted.is_zero() {
                break;
            }
            let at = limit.filter(|_| rested).unwrap_or(price);
            let filled = self.fill(slot, at, wanted, true, rested, instrument, desk);
            if filled.is_zero() {
                break;
            }
            self.note_taken(other, price, filled);
        }
        if tif == TimeInForce::Ioc && self.orders.get(slot).phase == Phase::Market {
            self.close(slot, OrderState::Cancelled, Reason::IocRemainder, desk);
        }
        self.keep(slot);
    }

    fn note_taken(&mut self, side: Side, price: Price, quantity: Quantity) {
        match self.taken.iter_mut().find(|t| t.side == side && t.price == price) {
            Some(taken) => taken.quantity += quantity,
            None => self.taken.push(Taken { side, price, quantity }),
        }
    }

    /// Asks the account and fills; returns how much. The order may be closed afterwards.
    #[allow(clippy::too_many_arguments)]
    fn fill<D: Desk>(
        &mut self,
        slot: Slot,
        price: Price,
        wanted: Quantity,
        sure: bool,
        maker: bool,
        instrument: &Instrument,
        desk: &mut D,
    ) -> Quantity {
        let order = self.orders.get_mut(slot);
        if !order.sized {
            order.total = desk.resolve(order, price);
            order.sized = true;
            if order.total <= Quantity::ZERO {
                self.close(slot, OrderState::Rejected, Reason::BadQuantity, desk);
                return Quantity::ZERO;
            }
        }
        let wanted = wanted.min(order.open_quantity());
        if wanted <= Quantity::ZERO {
            return Quantity::ZERO;
        }
        let quantity = match desk.admit(order, price, wanted) {
            Ok(Quantity::ZERO) => return Quantity::ZERO,
            Ok(quantity) if quantity > Quantity::ZERO => quantity,
            refused => {
                self.refuse(slot, refused.err().unwrap_or(Reason::InsufficientCash), desk);
                return Quantity::ZERO;
            }
        };
        if quantity < wanted {
            // It takes what there is and asks for no more.
            order.total = order.filled + order.reduced + quantity;
        }
        order.filled += quantity;
        order.unslipped = price;
        (order.sure, order.maker) = (sure, maker);
        desk.fill(order, price, quantity);
        let group = order.oco;
        if order.has_children || group.is_some() {
            self.orders.propagate(slot, price, quantity, Level::at(price), instrument, desk);
        }
        self.orders.close_if_complete(slot, desk);
        if let Some(group) = group {
            let (filled, complete) = self.groups.entry(group).or_default();
            *filled += quantity;
            *complete |= self.orders.get(slot).phase == Phase::Closed;
        }
        quantity
    }

    /// A child that has nothing to do until its parent fills more leaves its place.
    fn keep(&mut self, slot: Slot) {
        let order = self.orders.get(slot);
        if order.phase == Phase::Resting && order.parent.is_some() && order.open_quantity().is_zero() {
            self.orders.lift(slot);
        }
    }

    /// Ends an order that may not go on: rejected, or cancelled if a part of it was filled.
    fn refuse<D: Desk>(&mut self, slot: Slot, reason: Reason, desk: &mut D) {
        let unfilled = self.orders.get(slot).filled.is_zero();
        self.close(slot, if unfilled { OrderState::Rejected } else { OrderState::Cancelled }, reason, desk);
    }

    fn close<D: Desk>(&mut self, slot: Slot, state: OrderState, reason: Reason, desk: &mut D) {
        self.orders.close(slot, state, reason, desk);
    }

    /// Ends an order on request.
    pub(crate) fn cancel<D: Desk>(&mut self, slot: Slot, desk: &mut D) {
        self.orders.close(slot, OrderState::Cancelled, Reason::Requested, desk);
        self.finish();
    }

    /// Changes an order; it keeps its place when only its quantity is cut.
    ///
    /// # Errors
    /// A quantity not above what is filled, or a price the type does not have.
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

    /// A split of the instrument: working orders follow.
    pub(crate) fn split(&mut self, split: crate::actions::Split) {
        self.orders.split(split);
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
        self.orders.reclaim();
        self.refresh();
    }

    /// What rows have to be looked at.
    fn refresh(&mut self) {
        self.orders.reclaim();
        self.active = !self.orders.is_empty();
        self.limits = [NO_LIMITS; 2];
        for entry in self.orders.falling.iter().chain(&self.orders.rising) {
            let order = self.orders.get(entry.slot);
            if let OrderKind::Limit { limit } = order.kind {
                let (low, high) = &mut self.limits[order.side as usize];
                *low = (*low).min(limit);
                *high = (*high).max(limit);
            }
        }
    }
}

/// Worse than the last level shown of its side.
fn is_beyond(market: &OrderBook, side: Side, price: Price) -> bool {
    market.worst(side).is_some_and(|worst| if side == Side::Buy { price < worst } else { price > worst })
}

const UNBOUNDED: Quantity = Quantity::from_units(i64::MAX / 4);
