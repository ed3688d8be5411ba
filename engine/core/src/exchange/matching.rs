//! How one bar moves through a book: open, the two extremes, close.
//!
//! `match_bar` walks one path. `Walk` holds where the price is and what is left
//! of the bar's volume; the certainty search takes the same steps along every
//! other path a bar allows.

use super::book::Book;
use super::level::Level;
use super::rules::{FillRules, LimitGap, Slippage, TradedBar};
use super::working::{Desk, Phase, Slot, Traded, Working};
use crate::fixed::{Price, Quantity};
use crate::instrument::Instrument;
use crate::order::{OrderKind, OrderState, Reason, Side, TimeInForce};

/// The state of one walk through one bar.
#[derive(Clone, Debug)]
pub(crate) struct Walk<'a> {
    pub(crate) rules: &'a FillRules,
    pub(crate) instrument: &'a Instrument,
    pub(crate) bar: &'a TradedBar,
    pub(crate) position: Level,
    /// What our orders may still take; `None` = no cap.
    pub(crate) left: Option<Quantity>,
    /// The price is still the open.
    pub(crate) at_open: bool,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(rules: &'a FillRules, instrument: &'a Instrument, bar: &'a TradedBar) -> Self {
        Self { rules, instrument, bar, position: Level::at(bar.open), left: rules.cap(bar, instrument), at_open: true }
    }

    /// The first price of the bar: gaps, market orders, the opening auction, first looks.
    pub(crate) fn open<D: Desk>(&mut self, book: &mut Book, desk: &mut D) {
        book.ready.append(&mut book.market);
        let auction = if self.bar.session_start { self.join_auction(book, true) } else { Vec::new() };
        self.settle(book, desk);
        end_auction(&auction, book, desk);
        book.advance_trails(self.position);
        self.at_open = false;
    }

    /// Moves to a price, executing what lies on the way.
    pub(crate) fn move_to<D: Desk>(&mut self, target: Level, book: &mut Book, desk: &mut D) {
        if target < self.position {
            while let Some(level) = book.falling.last().map(|e| e.level).filter(|l| *l >= target) {
                self.step_to(level, book, desk);
            }
        } else {
            while let Some(level) = book.rising.last().map(|e| e.level).filter(|l| *l <= target) {
                self.step_to(level, book, desk);
            }
        }
        self.step_to(target, book, desk);
    }

    /// Moves to a level with nothing on the way, and executes what fires there.
    pub(crate) fn step_to<D: Desk>(&mut self, level: Level, book: &mut Book, desk: &mut D) {
        self.position = level;
        book.advance_trails(level);
        self.settle(book, desk);
    }

    /// The closing auction, after everything else at the close.
    pub(crate) fn close<D: Desk>(&mut self, book: &mut Book, desk: &mut D) {
        if self.bar.session_end && !book.auctions.is_empty() {
            let auction = self.join_auction(book, false);
            self.settle(book, desk);
            end_auction(&auction, book, desk);
        }
        for i in 0..book.parked.len() {
            let slot = book.parked[i];
            book.rest(slot);
        }
        book.parked.clear();
        book.traded_bars += 1;
        book.reclaim();
    }

    /// Makes the orders of an auction ready; a child that joins later waits for the next one.
    fn join_auction(&self, book: &mut Book, opening: bool) -> Vec<Slot> {
        let mut joined = Vec::new();
        for i in 0..book.auctions.len() {
            let slot = book.auctions[i];
            let kind = book.get(slot).kind;
            if matches!(kind, OrderKind::MarketOnOpen | OrderKind::LimitOnOpen { .. }) == opening {
                book.ready.push(slot);
                joined.push(slot);
            }
        }
        joined
    }

    /// Executes everything that can execute at the present price, in order of submission.
    fn settle<D: Desk>(&mut self, book: &mut Book, desk: &mut D) {
        loop {
            while book.falling.last().is_some_and(|e| e.level >= self.position) {
                let entry = book.falling.pop();
                book.ready.extend(entry.map(|e| e.slot));
            }
            while book.rising.last().is_some_and(|e| e.level <= self.position) {
                let entry = book.rising.pop();
                book.ready.extend(entry.map(|e| e.slot));
            }
            let first = (0..book.ready.len()).min_by_key(|i| book.get(book.ready[*i]).id);
            let Some(first) = first else { break };
            let slot = book.ready.swap_remove(first);
            self.execute(slot, book, desk);
        }
        for slot in std::mem::take(&mut book.looking) {
            let order = book.get_mut(slot);
            if order.phase == Phase::Closed {
                continue;
            }
            order.fresh = false;
            let reason = match order.tif {
                TimeInForce::Ioc => Reason::IocRemainder,
                TimeInForce::Fok => Reason::FokNotFillable,
                _ => continue,
            };
            book.close(slot, OrderState::Cancelled, reason, desk);
        }
    }

    fn execute<D: Desk>(&mut self, slot: Slot, book: &mut Book, desk: &mut D) {
        let here = self.position.price();
        let order = book.get_mut(slot);
        if order.parent.is_some() && order.open_quantity().is_zero() {
            // Nothing to do until the parent fills more: it rests again then.
            if order.phase == Phase::Resting {
                order.phase = Phase::Waiting;
            }
            return;
        }
        let acceptable = |limit: Price, side: Side| match side {
            Side::Buy => here <= limit,
            Side::Sell => here >= limit,
        };
        let now = book.traded_bars;
        let order = book.get_mut(slot);
        let rested = order.active_since < now;
        let side = order.side;
        let passive = match order.kind {
            OrderKind::Limit { limit } => {
                if order.post_only && order.fresh {
                    // Out of its stack already, and never worked.
                    order.phase = Phase::Waiting;
                    book.close(slot, OrderState::Rejected, Reason::PostOnlyWouldTake, desk);
                    return;
                }
                let gap = self.at_open && rested && self.rules.limit_gap == LimitGap::Limit;
                // It may rest from a day of other limits.
                let within = |price: Price| self.bar.limits.map_or(price, |l| price.clamp(l.down, l.up));
                Some(if gap { within(limit) } else { here })
            }
            OrderKind::LimitOnOpen { limit } | OrderKind::LimitOnClose { limit } => {
                if !acceptable(limit, side) {
                    return;
                }
                Some(here)
            }
            OrderKind::StopLimit { limit, .. } | OrderKind::LimitIfTouched { limit, .. } => {
                order.kind = OrderKind::Limit { limit };
                order.active_since = now;
                if !acceptable(limit, side) {
                    book.rest(slot);
                    return;
                }
                Some(here)
            }
            OrderKind::TrailingStopLimit { offset, .. } => {
                let stop = order.level.price();
                let limit = match side {
                    Side::Sell => stop - offset,
                    Side::Buy => stop + offset,
                };
                order.kind = OrderKind::Limit { limit };
                order.active_since = now;
                book.trails.retain(|s| *s != slot);
                if !acceptable(limit, side) {
                    book.rest(slot);
                    return;
                }
                Some(here)
            }
            OrderKind::Market | OrderKind::MarketOnOpen | OrderKind::MarketOnClose => None,
            OrderKind::Stop { .. } | OrderKind::MarketIfTouched { .. } => {
                order.kind = OrderKind::Market;
                order.phase = Phase::Market;
                None
            }
            OrderKind::TrailingStop { .. } => {
                order.kind = OrderKind::Market;
                order.phase = Phase::Market;
                book.trails.retain(|s| *s != slot);
                None
            }
        };
        self.trade(slot, passive, book, desk);
    }

    /// Trades what can be traded now; `passive` is the price of a limit fill,
    /// `None` a market fill that slips.
    fn trade<D: Desk>(&mut self, slot: Slot, passive: Option<Price>, book: &mut Book, desk: &mut D) {
        let order = book.get_mut(slot);
        let traded = self.execute_now(order, passive, desk);
        // Out of its stack already.
        if order.phase == Phase::Resting {
            order.phase = Phase::Waiting;
        }
        match traded {
            Traded::Ended(state, reason) => book.close(slot, state, reason, desk),
            Traded::Nothing => self.put_back(slot, book),
            Traded::Filled(price, quantity) => {
                if order.has_children || order.oco.is_some() {
                    book.propagate(slot, price, quantity, self.position, self.instrument, desk);
                }
                book.close_if_complete(slot, desk);
                let order = book.get(slot);
                if order.phase != Phase::Closed && !order.open_quantity().is_zero() {
                    self.put_back(slot, book);
                }
            }
        }
    }

    /// Sizes an order, asks the account, fills it; its place in a book is the caller's business.
    pub(crate) fn execute_now<D: Desk>(&mut self, order: &mut Working, passive: Option<Price>, desk: &mut D) -> Traded {
        let here = self.position.price();
        if self.bar.is_locked(order.side, here) {
            return Traded::Nothing;
        }
        let mut price = passive.unwrap_or(here);
        if !order.sized {
            let mut total = desk.resolve(order, price);
            if passive.is_none() && self.rules.slippage != Slippage::None {
                price = self.rules.slip(order.side, here, total, self.bar, &self.instrument.ticks);
                total = desk.resolve(order, price);
            }
            if total <= Quantity::ZERO {
                return Traded::Ended(OrderState::Rejected, Reason::BadQuantity);
            }
            order.total = total;
            order.sized = true;
        }
        let open = order.open_quantity();
        let wanted = self.left.map_or(open, |left| open.min(left));
        if order.tif == TimeInForce::Fok && wanted < open {
            return Traded::Ended(OrderState::Cancelled, Reason::FokNotFillable);
        }
        if wanted <= Quantity::ZERO {
            return Traded::Nothing;
        }
        if passive.is_none() {
            price = self.rules.slip(order.side, here, wanted, self.bar, &self.instrument.ticks);
        }
        order.unslipped = passive.unwrap_or(here);
        let traded = order.execute(price, wanted, order.tif == TimeInForce::Fok, desk);
        if let (Traded::Filled(_, quantity), Some(left)) = (traded, &mut self.left) {
            *left -= quantity;
        }
        traded
    }

    /// Keeps an order that could not trade all it wanted for the next bar.
    fn put_back(&self, slot: Slot, book: &mut Book) {
        let order = book.get_mut(slot);
        match order.phase {
            Phase::Market => book.market.push(slot),
            Phase::Auction | Phase::Closed => {}
            _ => {
                order.phase = Phase::Parked;
                book.parked.push(slot);
            }
        }
    }
}

impl Book {
    /// Matches one bar along the path open, high or low, the other, close.
    #[inline(never)]
    pub(crate) fn match_bar<D: Desk>(
        &mut self,
        bar: &TradedBar,
        high_first: bool,
        rules: &FillRules,
        instrument: &Instrument,
        desk: &mut D,
    ) {
        if bar.volume == Some(Quantity::ZERO) {
            return;
        }
        self.walk_bar(Walk::new(rules, instrument, bar), high_first, desk);
    }

    /// The same for a walk that stands at the open.
    #[inline]
    pub(crate) fn walk_bar<D: Desk>(&mut self, mut walk: Walk<'_>, high_first: bool, desk: &mut D) {
        let bar = walk.bar;
        walk.open(self, desk);
        // Market orders alone are done at the open.
        if !self.falling.is_empty() || !self.rising.is_empty() {
            for extreme in bar.extremes(high_first) {
                walk.move_to(Level::at(extreme), self, desk);
            }
            walk.move_to(Level::at(bar.close), self, desk);
        } else {
            walk.position = Level::at(bar.close);
        }
        walk.close(self, desk);
    }
}

/// What the auction did not fill is cancelled.
fn end_auction<D: Desk>(joined: &[Slot], book: &mut Book, desk: &mut D) {
    for slot in joined {
        if book.get(*slot).phase == Phase::Auction {
            book.close(*slot, OrderState::Cancelled, Reason::AuctionRemainder, desk);
        }
    }
}
