//! A case on trades, quotes and books: the exchange of `depth` before an account of unlimited cash.

use super::{Bounds, CaseFill, CaseOutcome, CaseWorking, Desk, TapeFill, Till, Working};
use crate::exchange::depth::{DepthRules, DepthVenue, QueueModel};
use crate::exchange::working::Slot;
use crate::fixed::{Money, Price, Quantity, SCALE, div_round};
use crate::instrument::Instrument;
use crate::order::{NewOrder, OrderChange, OrderId, OrderState, Reason, Size, TimeInForce};
use crate::orderbook::BookState;
use crate::tape::{IRREGULAR, LAST, Tape, TapeEvent};
use crate::time::Timestamp;

/// What is asked of the venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TapeAsk {
    /// A new order; its `parent` is a number.
    Submit(NewOrder),
    /// To end it.
    Cancel,
    /// To change it.
    Change(OrderChange),
}

/// An order, a change or a cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TapeRequest {
    /// When it is sent, in nanoseconds.
    pub sent: i64,
    /// The order's number: 0, 1, 2, ... in order of submission.
    pub order: OrderId,
    /// What.
    pub ask: TapeAsk,
}

/// Events, requests and rules.
#[derive(Clone, Debug, PartialEq)]
pub struct TapeCase {
    /// The instrument (lot, ticks).
    pub instrument: Instrument,
    /// What happens at the venue.
    pub tape: Tape,
    /// By row of the tape: the index of its event.
    pub events: Vec<u32>,
    /// In order of sending.
    pub requests: Vec<TapeRequest>,
    /// Fill model.
    pub rules: DepthRules,
    /// Nanoseconds between sending and arrival, 0 or more.
    pub latency: i64,
    /// When day orders expire, in nanoseconds, ascending.
    pub session_ends: Vec<i64>,
}

/// The account of a case and where the case stands.
struct Floor {
    till: Till<CaseFill>,
    /// By order: what was filled.
    filled: Vec<Quantity>,
    now: i64,
    /// The last event that happened, -1 before the first.
    event: i64,
}

impl Desk for Floor {
    fn resolve(&mut self, _: &Working, _: Price) -> Quantity {
        Quantity::ZERO
    }
    fn admit(&mut self, _: &Working, _: Price, quantity: Quantity) -> Result<Quantity, Reason> {
        Ok(quantity)
    }
    fn fill(&mut self, order: &Working, price: Price, quantity: Quantity) {
        let (side, index) = (order.side(), order.id().index());
        let on_tape = Some(TapeFill { time: Timestamp::from_nanos(self.now), maker: order.maker });
        let fill = CaseFill { order: index, bar: self.event, side, quantity, price, certain: order.sure, on_tape };
        self.till.book(fill, side, price, quantity);
        if let Some(filled) = self.filled.get_mut(index) {
            *filled += quantity;
        }
    }
    fn closed(&mut self, order: &Working, state: OrderState, reason: Reason) {
        self.till.closed.push((order.id(), state, reason));
    }
}

/// What open positions are worth.
#[derive(Clone, Copy, Default)]
struct Marks {
    /// Sum of bid and ask of the last good book with both sides.
    both: Option<i128>,
    /// The last regular trade.
    trade: Option<Price>,
    /// The last price of anything.
    any: Option<Price>,
}

impl Marks {
    fn follow(&mut self, tape: &Tape, row: usize, venue: &DepthVenue) {
        let code = tape.code(row);
        match tape.event(row) {
            TapeEvent::Trade { price, .. } => {
                if code & IRREGULAR == 0 {
                    self.trade = Some(price);
                }
                self.any = Some(price);
            }
            TapeEvent::Quote { price, .. }
            | TapeEvent::Level { price, .. }
            | TapeEvent::Add { price, .. }
            | TapeEvent::Modify { price, .. }
                if !price.is_zero() =>
            {
                self.any = Some(price);
            }
            _ => {}
        }
        let market = venue.market();
        if code & LAST != 0
            && market.state() == BookState::Good
            && let (Some(bid), Some(ask)) = (market.bid(), market.ask())
        {
            self.both = Some(i128::from(bid.price.units()) + i128::from(ask.price.units()));
        }
    }

    fn value(&self, position: Quantity) -> Money {
        match (self.both, self.trade.or(self.any)) {
            (Some(both), _) => {
                let twice = both * i128::from(position.units());
                Money::from_units(div_round(twice, 2 * i128::from(SCALE)))
            }
            (None, Some(price)) => Money::notional(price, position, 1),
            (None, None) => Money::ZERO,
        }
    }
}

/// A case under one queue model.
struct Play<'a> {
    case: &'a TapeCase,
    venue: DepthVenue,
    floor: Floor,
    marks: Marks,
    row: usize,
    next_session: usize,
    /// By order: where it is in the venue's book, once it arrived there.
    slots: Vec<Option<Slot>>,
}

impl<'a> Play<'a> {
    fn new(case: &'a TapeCase, queue: Option<QueueModel>) -> Self {
        let orders = case.requests.iter().map(|r| r.order.index() + 1).max().unwrap_or(0);
        let floor = Floor { till: Till::default(), filled: vec![Quantity::ZERO; orders], now: i64::MIN, event: -1 };
        Self {
            case,
            venue: DepthVenue::new(&DepthRules { queue, ..case.rules }, &case.tape),
            floor,
            marks: Marks::default(),
            row: 0,
            next_session: 0,
            slots: vec![None; orders],
        }
    }

    fn run(mut self) -> Self {
        for request in &self.case.requests {
            let arrival = request.sent.saturating_add(self.case.latency.max(0));
            self.advance(arrival);
            self.floor.now = self.floor.now.max(arrival);
            self.carry(request);
        }
        self.advance(self.case.tape.venue_time(self.case.tape.len() - 1).nanos());
        self
    }

    /// Everything at the venue until a time: orders end before rows of the same stamp.
    fn advance(&mut self, until: i64) {
        let times = &self.case.tape.columns().venue_time;
        loop {
            let row = times.get(self.row).copied().unwrap_or(i64::MAX);
            let session = self.case.session_ends.get(self.next_session).copied().unwrap_or(i64::MAX);
            let end = session.min(self.venue.next_expiry());
            if row.min(end) > until || row.min(end) == i64::MAX {
                return;
            }
            self.floor.now = self.floor.now.max(row.min(end));
            if end <= row {
                while self.case.session_ends.get(self.next_session).is_some_and(|s| *s <= end) {
                    self.next_session += 1;
                }
                self.venue.expire(session <= end, Timestamp::from_nanos(end), &mut self.floor);
                continue;
            }
            self.floor.event = self.case.events.get(self.row).map_or(-1, |event| i64::from(*event));
            self.venue.on_row(&self.case.tape, self.row, &self.case.instrument, &mut self.floor);
            self.marks.follow(&self.case.tape, self.row, &self.venue);
            self.row += 1;
        }
    }

    /// A request reaches the venue.
    fn carry(&mut self, request: &TapeRequest) {
        let (id, instrument) = (request.order, &self.case.instrument);
        let slot = self.slots[id.index()].filter(|slot| self.venue.holds(*slot, id));
        match request.ask {
            TapeAsk::Submit(order) => match self.refusal(&order) {
                Some((state, reason)) => self.floor.till.closed.push((id, state, reason)),
                None => {
                    let parent_filled = order.parent.map(|p| self.floor.filled[p.index()]);
                    let floor = &mut self.floor;
                    let slot = self.venue.arrive(id, &order, parent_filled, instrument, floor);
                    self.slots[id.index()] = Some(slot);
                }
            },
            TapeAsk::Cancel => {
                if let Some(slot) = slot {
                    self.venue.cancel(slot, &mut self.floor);
                }
            }
            TapeAsk::Change(change) => {
                let ticks = [change.limit, change.stop].into_iter().flatten().all(|p| instrument.ticks.fits(p));
                let lots = change.quantity.is_none_or(|q| instrument.fits_lot(q));
                if let Some(slot) = slot.filter(|_| ticks && lots) {
                    // One that does not fit the order changes nothing.
                    let _ = self.venue.modify(slot, &change, instrument, &mut self.floor);
                }
            }
        }
    }

    /// How an order ends on arrival, if it does not get into the book.
    fn refusal(&self, order: &NewOrder) -> Option<(OrderState, Reason)> {
        let instrument = &self.case.instrument;
        if let Size::Quantity(quantity) = order.size
            && !instrument.fits_lot(quantity)
        {
            return Some((OrderState::Rejected, Reason::BadQuantity));
        }
        if ![order.kind.limit(), order.kind.trigger()].into_iter().flatten().all(|p| instrument.ticks.fits(p)) {
            return Some((OrderState::Rejected, Reason::BadPrice));
        }
        if let Some(parent) = order.parent {
            let open = self.slots[parent.index()].is_some_and(|slot| self.venue.holds(slot, parent));
            if !open && self.floor.filled[parent.index()].is_zero() {
                return Some((OrderState::Cancelled, Reason::ParentClosed));
            }
        }
        match order.tif {
            TimeInForce::Gtd(until) if until.nanos() <= self.floor.now => {
                Some((OrderState::Expired, Reason::GtdReached))
            }
            _ => None,
        }
    }

    fn pnl(&self) -> Money {
        self.floor.till.cash + self.marks.value(self.floor.till.position)
    }

    /// What an order can still execute.
    fn open(&self, id: OrderId) -> Option<Quantity> {
        self.venue.orders().working().find(|o| o.id() == id).map(Working::open_quantity)
    }
}

/// Runs a case on a tape, and its bounds under other queues.
pub(super) fn run(case: &TapeCase) -> CaseOutcome {
    let play = Play::new(case, case.rules.queue).run();
    let model = play.venue.model();
    let others: Vec<Play<'_>> = [QueueModel::None, QueueModel::VolumeAhead]
        .into_iter()
        .filter(|other| model != QueueModel::Fifo && *other != model)
        .map(|other| Play::new(case, Some(other)).run())
        .collect();
    let pnl = play.pnl();
    let (mut pnl_worst, mut pnl_best) = (pnl, pnl);
    for other in &others {
        pnl_worst = pnl_worst.min(other.pnl());
        pnl_best = pnl_best.max(other.pnl());
    }
    let mut working: Vec<CaseWorking> = play
        .venue
        .orders()
        .working()
        .map(|order| {
            let (id, quantity) = (order.id(), order.open_quantity());
            let certain = others.iter().all(|other| other.open(id) == Some(quantity));
            CaseWorking { order: id.index(), quantity, certain }
        })
        .collect();
    working.sort_unstable_by_key(|w| w.order);
    let closed = play.floor.till.ended();
    let fills = play.floor.till.fills;
    let certain = fills.iter().all(|f| f.certain);
    let bounds = if pnl_worst == pnl_best { Bounds::Exact } else { Bounds::Scenarios };
    CaseOutcome { fills, working, closed, pnl, pnl_worst, pnl_best, bounds, certain }
}
