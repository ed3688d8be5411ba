//! Stops, touches and trails.

use smallvec::SmallVec;

use super::DepthVenue;
use crate::exchange::depth::TriggerPrice;
use crate::exchange::level::Level;
use crate::exchange::working::{Desk, Phase, Slot};
use crate::fixed::Price;
use crate::instrument::Instrument;
use crate::order::{OrderKind, Side};

impl DepthVenue {
    /// The price that fires triggers of a side.
    pub(super) fn reference(&self, side: Side) -> Option<Price> {
        match self.trigger {
            TriggerPrice::Trade => self.last,
            TriggerPrice::Quote => self.market.best_price(side.opposite()),
        }
    }

    /// Triggers of one side that a price reaches, then trails follow it.
    pub(super) fn fire<D: Desk>(&mut self, side: Side, price: Price, instrument: &Instrument, desk: &mut D) {
        let at = Level::at(price);
        let falling = self.orders.falling.iter().rev().take_while(|e| e.level >= at);
        let rising = self.orders.rising.iter().rev().take_while(|e| e.level <= at);
        let reached = falling.chain(rising);
        let mut reached: SmallVec<[_; 8]> = reached
            .filter(|e| self.orders.get(e.slot).side == side && self.limit_of(e).is_none())
            .map(|e| (e.id, e.slot))
            .collect();
        reached.sort_unstable();
        for (_, slot) in reached {
            if self.orders.get(slot).phase == Phase::Resting {
                self.trigger(slot, instrument, desk);
            }
        }
        self.orders.advance_trails_of(side, at);
        self.settle(instrument, desk);
    }

    /// An order whose trigger was reached becomes what it is after it.
    pub(super) fn trigger<D: Desk>(&mut self, slot: Slot, instrument: &Instrument, desk: &mut D) {
        self.orders.lift(slot);
        let order = self.orders.get_mut(slot);
        order.kind = match order.kind {
            OrderKind::StopLimit { limit, .. } | OrderKind::LimitIfTouched { limit, .. } => OrderKind::Limit { limit },
            OrderKind::TrailingStopLimit { offset, .. } => {
                let stop = order.level.price();
                OrderKind::Limit { limit: if order.side == Side::Sell { stop - offset } else { stop + offset } }
            }
            _ => OrderKind::Market,
        };
        order.fresh = true;
        if order.kind == OrderKind::Market {
            order.phase = Phase::Market;
        } else {
            self.orders.rest(slot);
        }
        self.orders.trails.retain(|s| *s != slot);
        self.place(slot, instrument, desk);
    }
}
