//! `OrderBook`: what is offered and asked for at which price, as a feed tells it.
//!
//! It follows the rows of a tape: best prices alone, levels, or single orders.
//! It says what a row changed, so that queues can follow, and whether it may be
//! trusted: a book that is crossed or misses something is good for nothing.

mod follow;
mod ladder;
mod orders;

pub(crate) use follow::{RowColumns, follow};
use ladder::Ladder;
use orders::{Orders, Resting};

use crate::fixed::{Price, Quantity};
use crate::market::BookLevel;
use crate::order::Side;
use crate::tape::TapeEvent;

/// Whether a book may be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum BookState {
    /// It may.
    #[default]
    Good,
    /// The best bid is above the best ask (with depth: or equal to it, which one venue's
    /// book cannot be).
    Crossed,
    /// Something is missing; it is good again after both sides were cleared, or told by a quote on a
    /// tape of best prices alone.
    Gapped,
    /// Nothing came for longer than the run allows.
    Stale,
}

impl BookState {
    /// The name used in tables and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Crossed => "crossed",
            Self::Gapped => "gapped",
            Self::Stale => "stale",
        }
    }
}

/// What a row changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing in the book.
    Nothing,
    /// The size at a price.
    Level {
        /// Which side.
        side: Side,
        /// At which price.
        price: Price,
        /// Size before.
        before: Quantity,
        /// Size now.
        after: Quantity,
    },
    /// One order lost `removed`, here or by moving away from here.
    Order {
        /// Which side.
        side: Side,
        /// At which price it stood.
        price: Price,
        /// How much of it is gone from there.
        removed: Quantity,
        /// Its place: the lower goes first.
        priority: u64,
    },
    /// A side or all of it was emptied or replaced: queues have to look anew.
    Replaced,
    /// The row speaks of an order that is not there.
    Unknown,
}

/// What is offered and asked for at which price.
#[derive(Clone, Debug)]
pub struct OrderBook {
    bids: Ladder,
    asks: Ladder,
    orders: Orders,
    /// It is told by levels or orders; otherwise by best prices alone.
    depth: bool,
    gapped: bool,
    /// Sides that were cleared since the gap: bit 0 bids, bit 1 asks.
    renewed: u8,
    arrivals: u64,
}

impl OrderBook {
    /// An empty book; `depth` when a feed tells it by levels or orders, false when by best prices alone.
    #[must_use]
    pub fn new(depth: bool) -> Self {
        Self {
            bids: Ladder::new(Side::Buy),
            asks: Ladder::new(Side::Sell),
            orders: Orders::default(),
            depth,
            gapped: false,
            renewed: 0,
            arrivals: 0,
        }
    }

    #[inline]
    fn side(&self, side: Side) -> &Ladder {
        if side == Side::Buy { &self.bids } else { &self.asks }
    }

    #[inline]
    fn side_mut(&mut self, side: Side) -> &mut Ladder {
        if side == Side::Buy { &mut self.bids } else { &mut self.asks }
    }

    /// Follows a row.
    #[inline(always)]
    pub fn apply(&mut self, event: &TapeEvent) -> Change {
        match *event {
            TapeEvent::Trade { .. } => Change::Nothing,
            TapeEvent::Level { side, price, quantity } => {
                let before = self.set_level(side, price, quantity);
                Change::Level { side, price, before, after: quantity }
            }
            TapeEvent::Quote { side, price, quantity } => self.quote(side, price, quantity),
            other => self.seldom(&other),
        }
    }

    /// Sets the size at a price, zero removes the level; returns the size before.
    #[inline(always)]
    pub fn set_level(&mut self, side: Side, price: Price, quantity: Quantity) -> Quantity {
        self.side_mut(side).set(price, quantity)
    }

    fn quote(&mut self, side: Side, price: Price, quantity: Quantity) -> Change {
        let depth = self.depth;
        if !depth {
            // A quote tells its side anew.
            self.renew(side);
        }
        let ladder = self.side_mut(side);
        if quantity.is_zero() {
            ladder.clear();
            return Change::Replaced;
        }
        if !depth {
            // The only level there is.
            let before = ladder.size_at(price);
            if ladder.best().is_some_and(|best| best.price == price) {
                ladder.set(price, quantity);
                return Change::Level { side, price, before, after: quantity };
            }
            ladder.clear();
            ladder.set(price, quantity);
            return Change::Replaced;
        }
        let cut = ladder.cut_above(price);
        let before = ladder.set(price, quantity);
        if cut { Change::Replaced } else { Change::Level { side, price, before, after: quantity } }
    }

    /// A side was told anew; after both were, nothing is missing any more.
    #[inline]
    fn renew(&mut self, side: Side) {
        if self.gapped {
            self.renewed |= 1 << u8::from(side == Side::Sell);
            self.gapped = self.renewed != 3;
        }
    }

    #[inline(never)]
    fn seldom(&mut self, event: &TapeEvent) -> Change {
        match *event {
            TapeEvent::Clear { side } => {
                for one in [Side::Buy, Side::Sell] {
                    if side.is_none_or(|s| s == one) {
                        self.side_mut(one).clear();
                        self.renew(one);
                    }
                }
                self.orders.clear(side);
                Change::Replaced
            }
            TapeEvent::Add { order, side, price, quantity } => {
                self.arrivals += 1;
                let resting = Resting { side, price, quantity, priority: self.arrivals };
                if let Some(old) = self.orders.insert(order, resting) {
                    // The same number again: the feed says anew what it said before.
                    self.shift(old.side, old.price, -old.quantity);
                }
                let before = self.shift(side, price, quantity);
                Change::Level { side, price, before, after: self.size_at(side, price) }
            }
            TapeEvent::Modify { order, side, price, quantity } => self.modify(order, side, price, quantity),
            TapeEvent::Cancel { order, quantity } => {
                let Some(resting) = self.orders.get_mut(order) else { return Change::Unknown };
                let old = *resting;
                let removed = if quantity < old.quantity { quantity } else { old.quantity };
                resting.quantity = old.quantity - removed;
                if resting.quantity.is_zero() {
                    self.orders.remove(order);
                }
                self.shift(old.side, old.price, -removed);
                Change::Order { side: old.side, price: old.price, removed, priority: old.priority }
            }
            TapeEvent::Gap => {
                self.gapped = true;
                self.renewed = 0;
                Change::Nothing
            }
            _ => Change::Nothing,
        }
    }

    fn modify(&mut self, order: u64, side: Side, price: Price, quantity: Quantity) -> Change {
        let Some(old) = self.orders.get(order) else { return Change::Unknown };
        let keeps = old.side == side && old.price == price && quantity <= old.quantity;
        let priority = if keeps {
            old.priority
        } else {
            self.arrivals += 1;
            self.arrivals
        };
        self.orders.insert(order, Resting { side, price, quantity, priority });
        self.shift(old.side, old.price, -old.quantity);
        self.shift(side, price, quantity);
        let removed = if keeps { old.quantity - quantity } else { old.quantity };
        Change::Order { side: old.side, price: old.price, removed, priority: old.priority }
    }

    /// Adds to the size at a price, which stays within what can be told; returns the size before.
    fn shift(&mut self, side: Side, price: Price, by: Quantity) -> Quantity {
        let ladder = self.side_mut(side);
        let before = ladder.size_at(price);
        let after = before.units().saturating_add(by.units()).max(0);
        ladder.set(price, Quantity::from_units(after));
        before
    }

    /// The best level of a side: the highest bid, the lowest ask.
    #[inline]
    #[must_use]
    pub fn best(&self, side: Side) -> Option<BookLevel> {
        self.side(side).best()
    }

    /// The best price of a side.
    #[inline]
    #[must_use]
    pub fn best_price(&self, side: Side) -> Option<Price> {
        self.side(side).best_price()
    }

    /// True when the other side comes to a limit of this side or through it.
    #[inline]
    pub(crate) fn meets(&self, side: Side, limit: Price) -> bool {
        // Keys of asks are their prices below zero.
        match side {
            Side::Buy => self.asks.top() >= -limit.units(),
            Side::Sell => self.bids.top() >= limit.units(),
        }
    }

    /// The best bid.
    #[inline]
    #[must_use]
    pub fn bid(&self) -> Option<BookLevel> {
        self.bids.best()
    }

    /// The best ask.
    #[inline]
    #[must_use]
    pub fn ask(&self) -> Option<BookLevel> {
        self.asks.best()
    }

    /// The middle between the best prices; `None` unless both sides are there.
    #[inline]
    #[must_use]
    pub fn mid(&self) -> Option<f64> {
        Some(self.mid_price()?.to_f64())
    }

    /// The middle between the best prices at 1e-8, rounded down.
    #[inline]
    #[must_use]
    pub fn mid_price(&self) -> Option<Price> {
        let (bid, ask) = (self.bids.best_price()?.units(), self.asks.best_price()?.units());
        Some(Price::from_units(bid + (ask - bid) / 2))
    }

    /// Best ask less best bid; `None` unless both sides are there.
    #[must_use]
    pub fn spread(&self) -> Option<Price> {
        Some(self.ask()?.price - self.bid()?.price)
    }

    /// The last price shown of a side.
    pub(crate) fn worst(&self, side: Side) -> Option<Price> {
        self.side(side).worst()
    }

    /// The levels of a side, the best first.
    pub fn levels(&self, side: Side) -> impl Iterator<Item = BookLevel> + '_ {
        self.side(side).iter()
    }

    /// Number of levels of a side.
    #[must_use]
    pub fn depth(&self, side: Side) -> usize {
        self.side(side).len()
    }

    /// The size at a price; zero where there is none.
    #[inline]
    #[must_use]
    pub fn size_at(&self, side: Side, price: Price) -> Quantity {
        self.side(side).size_at(price)
    }

    /// Single orders that rest in it; zero unless it is told order by order.
    #[must_use]
    pub fn orders(&self) -> usize {
        self.orders.len()
    }

    /// The place that an order arriving now would get: every order of the feed with a
    /// lower priority goes before it.
    pub(crate) fn next_priority(&mut self) -> u64 {
        self.arrivals += 1;
        self.arrivals
    }

    /// Whether its prices may be trusted; staleness is the clock's business.
    #[inline]
    #[must_use]
    pub fn state(&self) -> BookState {
        if self.gapped {
            return BookState::Gapped;
        }
        // Keys of asks are their prices below zero.
        let sum = self.bids.top() + self.asks.top();
        if sum > 0 || (sum == 0 && self.depth) { BookState::Crossed } else { BookState::Good }
    }
}
