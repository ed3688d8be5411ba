//! `Wire`: what is on its way between the strategy and the venues of a run with tapes.
//!
//! The strategy's side (`Context`) knows what was reported; the venues' side knows
//! what happened. Requests and answers travel in order.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::account::Purse;
use crate::context::{Command, Context};
use crate::exchange::depth::{DepthRules, DepthVenue};
use crate::exchange::sim::Floor;
use crate::exchange::{Desk, Working};
use crate::feed::{Feed, Series};
use crate::fixed::{Money, Price, Quantity};
use crate::instrument::{Instrument, InstrumentId};
use crate::latency::{Latency, Way};
use crate::order::{OrderChange, OrderId, OrderKind, OrderState, Reason, Side, Size};
use crate::record::Fill;
use crate::setup::Wanted;
use crate::tape::Tape;

/// What a venue tells the strategy.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    Accepted(OrderId),
    /// A size that depends on money was resolved.
    Sized(OrderId, Quantity),
    /// A child has prices of its own now.
    Priced(OrderId, OrderKind),
    Fill(Fill),
    /// With its final quantity, where that is not the requested one.
    Closed(OrderId, OrderState, Reason, Option<Quantity>),
    Changed(OrderId, OrderChange),
    Refused(OrderId, Reason),
}

/// One instrument's tape, its venue, and how far both sides have read.
#[derive(Debug)]
pub(super) struct Stand {
    pub(super) tape: Arc<Tape>,
    pub(super) venue: DepthVenue,
    pub(super) wanted: Wanted,
    /// Next row at the venue.
    pub(super) row: usize,
    /// Next row to be received.
    pub(super) received: usize,
    pub(super) feed: Way,
    /// When the next packet is received, where that is not plain from its stamp.
    pub(super) packet_due: i64,
    /// What the last row took from the venue to us.
    pub(super) took: i64,
    /// When the last row was received.
    pub(super) heard: i64,
    /// Ends of sessions, and which is next.
    session_ends: Vec<i64>,
    next_session: usize,
    /// The date at the venue changes.
    pub(super) day_end: i64,
}

impl Stand {
    fn new(
        series: &Series,
        tape: &Arc<Tape>,
        rules: &DepthRules,
        latency: Latency,
        wanted: Wanted,
        seed: u64,
        stream: u64,
    ) -> Self {
        let closes = &series.bars.columns().close_time;
        // Bars without flags say nothing of the sessions of a tape: it is one.
        let ends = |row: &usize| !series.session_start.is_empty() && series.ends_session(*row);
        let last = closes.len().saturating_sub(1);
        let session_ends = (0..closes.len()).filter(|row| *row == last || ends(row)).map(|row| closes[row]).collect();
        let mut stand = Self {
            tape: tape.clone(),
            venue: DepthVenue::new(rules, tape),
            wanted,
            row: 0,
            received: 0,
            feed: Way::new(latency.feed, seed, stream),
            packet_due: i64::MAX,
            took: 0,
            heard: i64::MAX,
            session_ends,
            next_session: 0,
            day_end: i64::MIN,
        };
        stand.look_for_packet();
        stand
    }

    /// When the venue's next row happens.
    #[inline]
    pub(super) fn next_row(&self) -> i64 {
        self.tape.columns().venue_time.get(self.row).copied().unwrap_or(i64::MAX)
    }

    /// When something else than a row happens at the venue: an order or a session ends.
    #[inline]
    pub(super) fn next_end(&self) -> i64 {
        let session = self.session_ends.get(self.next_session).copied().unwrap_or(i64::MAX);
        self.venue.next_expiry().min(session)
    }

    /// Passes the sessions that ended by a time; true when any did.
    pub(super) fn pass_sessions(&mut self, time: i64) -> bool {
        let before = self.next_session;
        while self.session_ends.get(self.next_session).is_some_and(|end| *end <= time) {
            self.next_session += 1;
        }
        self.next_session > before
    }

    /// The row after the packet that is received next.
    pub(super) fn packet_end(&self) -> usize {
        let codes = &self.tape.columns().code;
        let rest = &codes[self.received..];
        self.received + rest.iter().position(|c| c & crate::tape::LAST != 0).map_or(rest.len(), |at| at + 1)
    }

    /// When the packet that is received next is.
    pub(super) fn look_for_packet(&mut self) {
        if self.received >= self.tape.len() {
            self.packet_due = i64::MAX;
            return;
        }
        let last = self.packet_end() - 1;
        let local = self.tape.local_times()[last];
        self.took = local - self.tape.columns().venue_time[last];
        self.packet_due = self.feed.arrival(local, self.took);
    }
}

/// What is on its way.
#[derive(Debug, Default)]
pub(super) struct Wire {
    /// By instrument; empty in a run without tapes.
    pub(super) stands: Vec<Option<Stand>>,
    pub(super) requests: VecDeque<(i64, Command)>,
    pub(super) responses: VecDeque<(i64, Answer)>,
    ways: Option<[Way; 2]>,
    /// By order: filled at the venue.
    pub(super) filled: Vec<Quantity>,
    /// The data end; what arrives at a venue later meets nobody.
    pub(super) end: i64,
    /// A book is stale after so much silence.
    pub(super) stale_after: i64,
}

impl Wire {
    pub(super) fn new(feed: &Feed, rules: &DepthRules, latency: Latency, wanted: &[Wanted], seed: u64) -> Self {
        if feed.series().iter().all(|s| s.tape.is_none()) {
            return Self::default();
        }
        let stand = |(i, series): (usize, &Series)| {
            let tape = series.tape.as_ref()?;
            Some(Stand::new(series, tape, rules, latency, wanted[i], seed, i as u64 + 3))
        };
        Self {
            stands: feed.series().iter().enumerate().map(stand).collect(),
            ways: Some([Way::new(latency.order, seed, 1), Way::new(latency.response, seed, 2)]),
            stale_after: rules.stale_after.unwrap_or(i64::MAX),
            ..Self::default()
        }
    }

    /// When the next request arrives at its venue.
    #[inline]
    pub(super) fn next_request(&self) -> i64 {
        self.requests.front().map(|(due, _)| *due).filter(|due| *due <= self.end).unwrap_or(i64::MAX)
    }

    /// When the next answer arrives.
    #[inline]
    pub(super) fn next_response(&self) -> i64 {
        self.responses.front().map_or(i64::MAX, |(due, _)| *due)
    }

    /// True for an instrument that is traded against its tape.
    #[inline]
    pub(super) fn serves(&self, id: InstrumentId) -> bool {
        self.stands.get(id.index()).is_some_and(Option::is_some)
    }

    /// Sends something to a venue.
    pub(super) fn request(&mut self, now: i64, id: InstrumentId, command: Command) {
        let took = self.stands.get(id.index()).and_then(Option::as_ref).map_or(0, |stand| stand.took);
        if let Some([orders, _]) = &mut self.ways {
            let due = orders.arrival(now, took);
            self.requests.push_back((due, command));
        }
    }

    /// The venue of an instrument with the desk behind it.
    pub(super) fn counter<'a>(
        &'a mut self,
        id: InstrumentId,
        cx: &'a mut Context,
        floor: &'a mut Floor,
        now: i64,
    ) -> Option<(&'a mut Stand, Counter<'a>)> {
        let stand = self.stands.get_mut(id.index())?.as_mut()?;
        let way = &mut self.ways.as_mut()?[1];
        let took = stand.took;
        Some((
            stand,
            Counter { cx, floor, responses: &mut self.responses, filled: &mut self.filled, way, id, now, took },
        ))
    }
}

/// The account behind the orders of one venue.
pub(super) struct Counter<'a> {
    cx: &'a mut Context,
    floor: &'a mut Floor,
    pub(super) responses: &'a mut VecDeque<(i64, Answer)>,
    filled: &'a mut Vec<Quantity>,
    way: &'a mut Way,
    id: InstrumentId,
    pub(super) now: i64,
    took: i64,
}

impl Counter<'_> {
    pub(super) fn tell(&mut self, answer: Answer) {
        let due = self.way.arrival(self.now, self.took);
        self.responses.push_back((due, answer));
    }

    /// The account with what was filled and is not reported yet.
    fn purse(&mut self, with_others: bool) -> Purse<'_> {
        let day = &self.floor.days[self.id.index()];
        let charges = self.floor.fees.charges(day);
        let mut purse = self.cx.portfolio.purse(self.id, &self.cx.instruments, charges, day, with_others);
        for (_, answer) in &*self.responses {
            if let Answer::Fill(fill) = answer {
                purse.foresee(fill, fill.instrument == self.id);
            }
        }
        purse
    }
}

impl Desk for Counter<'_> {
    fn resolve(&mut self, order: &Working, price: Price) -> Quantity {
        let by_equity = matches!(order.size(), Size::PercentOfEquity(_));
        let quantity = self.purse(by_equity).resolve(order.id(), order.side(), order.size(), price);
        self.tell(Answer::Sized(order.id(), quantity));
        quantity
    }

    fn admit(&mut self, order: &Working, price: Price, quantity: Quantity) -> Result<Quantity, Reason> {
        let leveraged = self.cx.portfolio.is_leveraged();
        self.purse(leveraged).admit(order.id(), order.side(), order.shrink_to_fit(), price, quantity)
    }

    fn priced(&mut self, order: &Working) {
        self.tell(Answer::Priced(order.id(), order.kind()));
    }

    fn changed(&mut self, order: &Working, change: &OrderChange) {
        self.tell(Answer::Changed(order.id(), *change));
    }

    fn fill(&mut self, order: &Working, price: Price, quantity: Quantity) {
        let instrument: &Instrument = &self.cx.instruments[self.id.index()];
        let notional = Money::notional(price, quantity, instrument.multiplier);
        let day = &self.floor.days[self.id.index()];
        let fee = self.floor.fees.charge(day, order.id(), order.side(), quantity, notional);
        let closes = &self.cx.feed.series()[self.id.index()].bars.columns().close_time;
        let bar = closes.partition_point(|t| *t <= self.now).min(closes.len() - 1);
        let fill = Fill {
            time: crate::time::Timestamp::from_nanos(self.now),
            order: order.id(),
            instrument: self.id,
            bar: bar as u32,
            side: order.side(),
            certain: order.sure,
            maker: order.maker,
            outside_bar: false,
            price,
            quantity,
            notional,
            fee,
            slippage: Price::ZERO,
        };
        let index = order.id().index();
        if self.filled.len() <= index {
            self.filled.resize(index + 1, Quantity::ZERO);
        }
        self.filled[index] += quantity;
        self.tell(Answer::Fill(fill));
    }

    fn closed(&mut self, order: &Working, state: OrderState, reason: Reason) {
        let total = match (state, order.size()) {
            (OrderState::Filled, _) => Some(order.filled()),
            (_, Size::AsParent) => Some(order.parent_filled),
            _ => None,
        };
        self.floor.fees.ended(order.id());
        self.tell(Answer::Closed(order.id(), state, reason, total));
    }
}

impl Purse<'_> {
    /// Takes a fill into account that is not booked yet; `own` when it is of this instrument.
    fn foresee(&mut self, fill: &Fill, own: bool) {
        let sign = fill.side.sign();
        let signed = if fill.side == Side::Buy { fill.notional } else { -fill.notional };
        self.cash -= signed + fill.fee;
        if own {
            let quantity = Quantity::from_units(fill.quantity.units() * sign);
            self.position += quantity;
            if fill.side == Side::Sell || !self.locks {
                self.sellable += quantity;
            }
        } else {
            self.others += signed;
            self.others_gross += fill.notional.abs();
        }
    }
}
