//! Levels of the other side: what our orders take of them, and what stays taken.

use smallvec::SmallVec;

use super::DepthVenue;
use crate::exchange::level::Level;
use crate::exchange::working::{Desk, Phase, Slot, Traded, UNLIMITED};
use crate::fixed::{Price, Quantity};
use crate::instrument::Instrument;
use crate::order::{OrderState, Reason, Side, TimeInForce};
use crate::orderbook::OrderBook;

/// What our orders took of levels that are still shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Taken(Vec<(Side, Price, Quantity)>);

impl Taken {
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn find(&self, side: Side, price: Price) -> Option<usize> {
        self.0.iter().position(|(s, p, _)| *s == side && *p == price)
    }

    /// What of a level we may still take.
    fn left_of(&self, side: Side, price: Price, shown: Quantity) -> Quantity {
        self.find(side, price).map_or(shown, |at| (shown - self.0[at].2).max(Quantity::ZERO))
    }

    fn note(&mut self, side: Side, price: Price, quantity: Quantity) {
        match self.find(side, price) {
            Some(at) => self.0[at].2 += quantity,
            None => self.0.push((side, price, quantity)),
        }
    }

    /// No more can stay taken of a level than it shows. True when it is forgotten.
    pub(super) fn show(&mut self, side: Side, price: Price, shown: Quantity) -> bool {
        let Some(at) = self.find(side, price) else { return false };
        self.0[at].2 = self.0[at].2.min(shown);
        if shown.is_zero() {
            self.0.swap_remove(at);
        }
        shown.is_zero()
    }

    /// A side was told anew. True when a level of it is forgotten.
    pub(super) fn show_anew(&mut self, side: Side, market: &OrderBook) -> bool {
        let before = self.0.len();
        self.0.retain_mut(|(s, price, quantity)| {
            if *s != side {
                return true;
            }
            let shown = market.size_at(side, *price);
            *quantity = (*quantity).min(shown);
            !shown.is_zero()
        });
        self.0.len() < before
    }
}

/// What an order may execute at a price.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deal {
    pub(super) price: Price,
    pub(super) quantity: Quantity,
    /// It would have happened at any place in the queue.
    pub(super) sure: bool,
    /// The order rested.
    pub(super) maker: bool,
}

impl DepthVenue {
    /// Takes the other side level by level; a resting order (`rested`) is filled at its own limit.
    pub(super) fn take<D: Desk>(&mut self, slot: Slot, rested: bool, instrument: &Instrument, desk: &mut D) {
        let order = self.orders.get(slot);
        let (tif, other, limit) = (order.tif, order.side.opposite(), order.kind.limit());
        let levels = self.within_reach(slot, instrument, desk);
        // A resting order is filled at its own limit, any other at the prices of the levels.
        let at = |price: Price| limit.filter(|_| rested).unwrap_or(price);
        if !order.sized {
            // Sized at the worst price it reaches, so that it can pay for all of it.
            let Some((price, _)) = levels.last() else { return };
            if !self.size(slot, at(*price), desk) {
                return;
            }
        }
        let sum = levels.iter().fold(Quantity::ZERO, |sum, (_, free)| sum + *free);
        if tif == TimeInForce::Fok && sum < self.orders.get(slot).open_quantity() {
            self.orders.close(slot, OrderState::Cancelled, Reason::FokNotFillable, desk);
            return;
        }
        for (price, quantity) in levels {
            let deal = Deal { price: at(price), quantity, sure: true, maker: rested };
            let filled = self.fill(slot, deal, instrument, desk);
            if filled.is_zero() {
                break;
            }
            self.taken.note(other, price, filled);
        }
        if tif == TimeInForce::Ioc && self.orders.get(slot).phase == Phase::Market {
            self.orders.close(slot, OrderState::Cancelled, Reason::IocRemainder, desk);
        }
        self.keep(slot);
    }

    /// The levels that an order takes, the best first, and what it may take of each.
    fn within_reach<D: Desk>(
        &self,
        slot: Slot,
        instrument: &Instrument,
        desk: &mut D,
    ) -> SmallVec<[(Price, Quantity); 8]> {
        let order = self.orders.get(slot);
        let (limit, other) = (order.kind.limit(), order.side.opposite());
        let accepts = |price: Price| {
            limit.is_none_or(|limit| if order.side == Side::Buy { price <= limit } else { price >= limit })
        };
        let mut levels = SmallVec::new();
        let mut wanted = if order.sized { order.open_quantity() } else { UNLIMITED };
        for level in self.market.levels(other).take_while(|l| accepts(l.price)) {
            let free = self.taken.left_of(other, level.price, level.quantity);
            if free.is_zero() {
                continue;
            }
            if levels.is_empty() && !order.sized {
                wanted = desk.resolve(order, level.price);
            }
            // Whole lots of each level, but for the last part of the order.
            let odd = if free < wanted { free.units() % instrument.lot.units() } else { 0 };
            let free = free - Quantity::from_units(odd);
            if free.is_zero() {
                continue;
            }
            levels.push((level.price, free));
            wanted -= free;
            if wanted <= Quantity::ZERO {
                break;
            }
        }
        levels
    }

    /// Resolves a size that depends on money; false when nothing fits, and the order has ended.
    fn size<D: Desk>(&mut self, slot: Slot, price: Price, desk: &mut D) -> bool {
        let order = self.orders.get_mut(slot);
        order.total = desk.resolve(order, price);
        order.sized = true;
        let fits = order.total > Quantity::ZERO;
        if !fits {
            self.orders.close(slot, OrderState::Rejected, Reason::BadQuantity, desk);
        }
        fits
    }

    /// Asks the account and fills; returns how much. The order may be closed afterwards.
    pub(super) fn fill<D: Desk>(&mut self, slot: Slot, deal: Deal, instrument: &Instrument, desk: &mut D) -> Quantity {
        let order = self.orders.get(slot);
        if order.phase == Phase::Closed || (!order.sized && !self.size(slot, deal.price, desk)) {
            return Quantity::ZERO;
        }
        let order = self.orders.get_mut(slot);
        let wanted = deal.quantity.min(order.open_quantity());
        if wanted <= Quantity::ZERO {
            return Quantity::ZERO;
        }
        (order.sure, order.maker, order.unslipped) = (deal.sure, deal.maker, deal.price);
        let (price, quantity) = match order.execute(deal.price, wanted, false, desk) {
            Traded::Filled(price, quantity) => (price, quantity),
            Traded::Nothing => return Quantity::ZERO,
            Traded::Ended(state, reason) => {
                self.orders.close(slot, state, reason, desk);
                return Quantity::ZERO;
            }
        };
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
}
