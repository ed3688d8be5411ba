//! `Working`: one order in a book, and `Desk`: the account behind it.
//!
//! An order knows what it may still execute; where it stands in the book is the
//! book's business, and what it may cost is the desk's.

use super::level::Level;
use super::rules::share;
use crate::fixed::{Price, Quantity, Rate};
use crate::instrument::Instrument;
use crate::order::{
    NewOrder, OcoId, OrderChange, OrderId, OrderKind, OrderState, PriceBasis, Reason, Side, Size, TimeInForce, Trail,
};

/// Index of a working order in its book.
pub(crate) type Slot = u32;

/// Stands for "as much as the parent fills" and "not known yet".
pub(crate) const UNLIMITED: Quantity = Quantity::from_units(i64::MAX / 4);

/// Where a working order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Phase {
    /// A child whose parent has not filled, or that has nothing left to do until it fills more.
    Waiting,
    /// In one of the two stacks.
    Resting,
    /// A market order, or triggered into one.
    Market,
    /// Waits for an auction.
    Auction,
    /// Reached its level, but the bar's volume is used up; rests again from the next bar.
    Parked,
    /// Gone; the slot is free from the next bar.
    Closed,
}

/// What came of an order that could trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Traded {
    /// It filled, all or a part.
    Filled(Price, Quantity),
    /// Nothing now: the bar's volume is used up, the price is at the day's limit, or the
    /// account must wait.
    Nothing,
    /// It ended without a fill.
    Ended(OrderState, Reason),
}

/// A working order.
#[derive(Clone, Debug)]
pub struct Working {
    pub(crate) id: OrderId,
    pub(crate) side: Side,
    pub(crate) kind: OrderKind,
    pub(crate) basis: PriceBasis,
    pub(crate) tif: TimeInForce,
    pub(crate) size: Size,
    pub(crate) post_only: bool,
    pub(crate) shrink_to_fit: bool,
    pub(crate) oco: Option<OcoId>,
    pub(crate) parent: Option<OrderId>,
    pub(crate) parent_filled: Quantity,
    pub(crate) parent_open: bool,
    pub(crate) has_children: bool,
    pub(crate) phase: Phase,
    /// Has not seen its first price yet.
    pub(crate) fresh: bool,
    /// `size` is resolved into `total`.
    pub(crate) sized: bool,
    pub(crate) total: Quantity,
    pub(crate) filled: Quantity,
    /// Taken away by fills of its one-cancels-other siblings.
    pub(crate) reduced: Quantity,
    /// Count of traded bars when it became active.
    pub(crate) active_since: u32,
    /// Trailing orders: the best level passed since activation.
    pub(crate) best: Level,
    /// Level at which it stands in its stack.
    pub(crate) level: Level,
    /// Price of its fill before slippage moved it.
    pub(super) unslipped: Price,
    /// Its last fill would have happened at any place in the queue.
    pub(crate) sure: bool,
    /// Its last fill was that of a resting order.
    pub(crate) maker: bool,
}

impl Working {
    /// An order as it was requested, not yet put to work. `last` is the last
    /// price, from which a trail starts.
    #[inline]
    pub(crate) fn new(id: OrderId, new: &NewOrder, last: Price) -> Self {
        let (sized, total) = match new.size {
            Size::Quantity(q) => (true, q),
            Size::AsParent => (true, UNLIMITED),
            _ => (false, UNLIMITED),
        };
        Self {
            id,
            side: new.side,
            kind: new.kind,
            basis: new.basis,
            tif: new.tif,
            size: new.size,
            post_only: new.post_only,
            shrink_to_fit: new.shrink_to_fit,
            oco: new.oco,
            parent: new.parent,
            parent_filled: Quantity::ZERO,
            parent_open: false,
            has_children: false,
            phase: Phase::Waiting,
            fresh: true,
            sized,
            total,
            filled: Quantity::ZERO,
            reduced: Quantity::ZERO,
            active_since: 0,
            best: Level::at(last),
            level: Level::at(last),
            unslipped: last,
            sure: true,
            maker: false,
        }
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> OrderId {
        self.id
    }

    /// Buy or sell.
    #[must_use]
    pub fn side(&self) -> Side {
        self.side
    }

    /// Type and prices as they stand now (a triggered stop-limit is a limit).
    #[must_use]
    pub fn kind(&self) -> OrderKind {
        self.kind
    }

    /// Filled so far.
    #[must_use]
    pub fn filled(&self) -> Quantity {
        self.filled
    }

    /// The requested size.
    #[must_use]
    pub fn size(&self) -> Size {
        self.size
    }

    /// True when it may take less than it asked for.
    #[must_use]
    pub fn shrink_to_fit(&self) -> bool {
        self.shrink_to_fit
    }

    /// What it could execute now; zero while a child waits, `UNLIMITED` while
    /// the size is still to be resolved.
    pub(crate) fn open_quantity(&self) -> Quantity {
        let limit = if self.parent.is_some() { self.total.min(self.parent_filled) } else { self.total };
        (limit - self.reduced - self.filled).max(Quantity::ZERO)
    }

    /// Asks the account for `wanted` at a price and fills what it grants; `whole` when less will not do.
    #[inline]
    pub(super) fn execute<D: Desk>(&mut self, price: Price, wanted: Quantity, whole: bool, desk: &mut D) -> Traded {
        let quantity = match desk.admit(self, price, wanted) {
            Ok(Quantity::ZERO) => return Traded::Nothing,
            Ok(quantity) if quantity > Quantity::ZERO && (!whole || quantity == wanted) => quantity,
            refused => {
                let reason = refused.err().unwrap_or(Reason::InsufficientCash);
                return Traded::Ended(self.state_when_refused(), reason);
            }
        };
        if quantity < wanted {
            // It takes what there is and asks for no more.
            self.total = self.filled + self.reduced + quantity;
        }
        self.filled += quantity;
        desk.fill(self, price, quantity);
        Traded::Filled(price, quantity)
    }

    /// How it ends when it may not go on.
    pub(super) fn state_when_refused(&self) -> OrderState {
        if self.filled.is_zero() { OrderState::Rejected } else { OrderState::Cancelled }
    }

    /// True when nothing is left and nothing can come.
    pub(super) fn is_complete(&self) -> bool {
        let limit =
            if self.parent.is_some() && !self.parent_open { self.total.min(self.parent_filled) } else { self.total };
        self.filled + self.reduced >= limit
    }

    /// True when some path between these prices reaches the level of this trailing order.
    pub(crate) fn may_fire_trailing(&self, low: Price, high: Price) -> bool {
        let Some(trail) = self.kind.trail() else { return false };
        let mut tightest = self.clone();
        match self.side {
            Side::Sell => {
                tightest.best = self.best.max(Level::at(high));
                tightest.trail_level(trail) >= Level::at(low)
            }
            Side::Buy => {
                tightest.best = self.best.min(Level::at(low));
                tightest.trail_level(trail) <= Level::at(high)
            }
        }
    }

    /// The stop level of a trailing order for its present best level.
    pub(super) fn trail_level(&self, trail: Trail) -> Level {
        let best = self.best.price();
        let distance = match trail {
            Trail::Amount(distance) => distance,
            Trail::Fraction(rate) => share(best, rate),
        };
        self.best.beside(match self.side {
            Side::Sell => best - distance,
            Side::Buy => best + distance,
        })
    }
}

/// What the exchange asks of the account behind the orders, and tells it.
pub trait Desk {
    /// Resolves a size that depends on money at a price. Whole lots; zero if nothing fits.
    fn resolve(&mut self, order: &Working, price: Price) -> Quantity;
    /// How much of `quantity` may trade at `price`: all, less (`shrink_to_fit`), nothing yet
    /// (zero), or a refusal.
    ///
    /// # Errors
    /// The reason of the refusal.
    fn admit(&mut self, order: &Working, price: Price, quantity: Quantity) -> Result<Quantity, Reason>;
    /// A child whose prices were distances from its parent's fill has prices of its own now.
    fn priced(&mut self, _order: &Working) {}
    /// A change was carried out; what it leads to follows.
    fn changed(&mut self, _order: &Working, _change: &OrderChange) {}
    /// A fill happened.
    fn fill(&mut self, order: &Working, price: Price, quantity: Quantity);
    /// An order ended.
    fn closed(&mut self, order: &Working, state: OrderState, reason: Reason);
}

/// The absolute prices of a child whose prices are distances from the fill.
pub(super) fn resolve_prices(order: &Working, fill: Price, instrument: &Instrument) -> OrderKind {
    let distance = |d: Price| match order.basis {
        PriceBasis::FromFillFraction => {
            // The distance is a fraction at 1e-8; rates count at 1e-12.
            let rate = Rate::from_f64(d.to_f64()).unwrap_or(Rate::ZERO);
            share(fill, rate)
        }
        _ => d,
    };
    let beyond = |d: Price, above: bool| {
        let d = distance(d);
        let price = if above { fill + d } else { fill - d };
        instrument.ticks.round(price).max(Price::from_units(1))
    };
    let buy = order.side == Side::Buy;
    match order.kind {
        // A sell takes profit above and protects below; a buy mirrors.
        OrderKind::Limit { limit } => OrderKind::Limit { limit: beyond(limit, !buy) },
        OrderKind::MarketIfTouched { touch } => OrderKind::MarketIfTouched { touch: beyond(touch, !buy) },
        OrderKind::LimitIfTouched { touch, limit } => {
            OrderKind::LimitIfTouched { touch: beyond(touch, !buy), limit: beyond(limit, !buy) }
        }
        OrderKind::Stop { stop } => OrderKind::Stop { stop: beyond(stop, buy) },
        OrderKind::StopLimit { stop, limit } => {
            OrderKind::StopLimit { stop: beyond(stop, buy), limit: beyond(limit, buy) }
        }
        kind => kind,
    }
}
