//! The event loop of a run with tapes: rows at the venues, rows received, requests,
//! answers, bars and timers, in order of time.
//!
//! At one stamp: rows at the venues, then requests that arrive there; then, on the
//! strategy's side, rows received, answers, bars, timers. Rows that call nobody are
//! played in one go.

use std::sync::Arc;

use super::wire::{Answer, Wire};
use super::{Kernel, ROUNDS_MAX, RunError};
use crate::context::{Command, Context, Received};
use crate::exchange::sim::Notice;
use crate::feed::Feed;
use crate::fixed::{Price, Quantity};
use crate::instrument::InstrumentId;
use crate::market::{Quote, Tick};
use crate::order::{OrderId, OrderState, PriceBasis, Reason, Side, Size, TimeInForce};
use crate::orderbook::{BookState, OrderBook, RowColumns, follow};
use crate::record::{BOOK_INCIDENTS_MAX, BookIncident};
use crate::rows::Rows;
use crate::rules::Settlement;
use crate::tape::{IRREGULAR, LAST, Tape, TapeEvent, is_trade};
use crate::time::Timestamp;

/// Instants at which the bars of a run are known.
fn due_of<R: Rows>(rows: &R, feed: &Feed, wire: &Wire) -> Vec<i64> {
    let mut due: Vec<i64> = rows.times().to_vec();
    for (i, stand) in wire.stands.iter().enumerate() {
        let Some(stand) = stand else { continue };
        let c = stand.tape.columns();
        // A bar of a tape is known once its last row was received.
        let delay = stand.feed.constant().unwrap_or(0);
        for close in &feed.series()[i].bars.columns().close_time {
            let rows_in = c.venue_time.partition_point(|t| t < close);
            let received = rows_in.checked_sub(1).map_or(*close, |row| stand.tape.local_times()[row] + delay);
            let at = rows.times().partition_point(|t| t < close);
            if let Some(due) = due.get_mut(at) {
                *due = (*due).max(received);
            }
        }
    }
    let mut last = i64::MIN;
    for due in &mut due {
        last = last.max(*due);
        *due = last;
    }
    due
}

pub(super) fn received(feed: &Feed) -> Vec<Received> {
    let of = |tape: Option<&Arc<Tape>>| Received {
        book: OrderBook::new(tape.is_some_and(|t| t.has_depth())),
        state: BookState::Good,
        last: None,
    };
    if feed.series().iter().all(|s| s.tape.is_none()) {
        return Vec::new();
    }
    feed.series().iter().map(|s| of(s.tape.as_ref())).collect()
}

impl Kernel<'_> {
    pub(super) fn play_tapes<R: Rows>(&mut self, rows: &R, begin: Timestamp) -> Result<(), RunError> {
        let feed = self.cx.feed.clone();
        let due = due_of(rows, &feed, &self.wire);
        let first = due.partition_point(|t| *t < begin.nanos());
        self.warm_up(rows, first);
        if first > 0 {
            self.pass_events();
        }
        self.cx.equity.reserve(rows.instants() - first);
        // What came before the run builds the books and calls nobody.
        let before = begin.nanos().saturating_sub(1);
        self.advance(&feed, before);
        self.receive_silently(before);
        let ends = self.wire.stands.iter().flatten().map(|s| s.tape.local_times()[s.tape.len() - 1]);
        let end = ends.chain(due.last().copied()).max().unwrap_or(i64::MIN);
        self.wire.end = end;
        let starts = self.wire.stands.iter().flatten().map(|s| s.packet_due).chain(due.get(first).copied());
        let start = starts.filter(|t| *t != i64::MAX).min().unwrap_or(end);
        self.cx.now = Timestamp::from_nanos(start.max(begin.nanos()));
        self.strategy.on_start(&mut self.cx);
        self.obey(&feed)?;
        let mut instant = first;
        let (mut rounds, mut last) = (0, i64::MIN);
        loop {
            let bar = due.get(instant).copied().unwrap_or(i64::MAX);
            let timer = self.cx.timers.first_key_value().map_or(i64::MAX, |((at, _), _)| at.nanos());
            let timer = if timer <= end { timer.max(last) } else { i64::MAX };
            let called = self.wire.stands.iter().flatten().filter(|s| s.wanted.any()).map(|s| s.packet_due).min();
            let mut wake = bar.min(timer).min(called.unwrap_or(i64::MAX));
            if wake == i64::MAX {
                // Nothing to wake for: the rest of the rows is played, then the last answers come.
                let answer = self.wire.next_response();
                wake = if last < end || answer == i64::MAX { end } else { answer };
            }
            let wake = self.advance(&feed, wake);
            let now = wake.max(last);
            rounds = if now == last { rounds + 1 } else { 0 };
            if rounds > ROUNDS_MAX * ROUNDS_MAX {
                return Err(RunError::Endless(self.cx.now, rounds));
            }
            last = now;
            self.cx.now = Timestamp::from_nanos(now);
            self.receive(&feed, now)?;
            self.report(&feed, now)?;
            if bar <= now && instant < rows.instants() {
                self.mark_books();
                self.instant(&feed, rows, instant)?;
                instant += 1;
            }
            if !self.cx.timers.is_empty() {
                self.mark_books();
                self.timers_before(&feed, Timestamp::from_nanos(now + 1))?;
            }
            // Delays of the feed may bring the last rows after the end of the data.
            let heard = self.wire.stands.iter().flatten().all(|s| !s.wanted.any() || s.packet_due == i64::MAX);
            let idle = heard
                && instant >= rows.instants()
                && now >= end
                && self.wire.responses.is_empty()
                && self.wire.next_request() == i64::MAX;
            if idle {
                break;
            }
        }
        self.first = first;
        self.bars = (first..rows.instants()).map(|i| (rows.range(i).1 - rows.range(i).0) as u64).sum();
        self.strategy.on_stop(&mut self.cx);
        self.obey(&feed)
    }

    /// Plays what happens at the venues until a time, or until the first answer is due; returns that time.
    fn advance(&mut self, feed: &Feed, until: i64) -> i64 {
        loop {
            let until = until.min(self.wire.next_response());
            let request = self.wire.next_request();
            let stop = until.min(request);
            if self.play_rows(feed, stop) {
                continue;
            }
            if request <= until {
                if let Some((due, command)) = self.wire.requests.pop_front() {
                    self.carry_to_venue(feed, due, command);
                }
                continue;
            }
            return until;
        }
    }

    /// Plays rows of the venue whose row is next, as long as it is next; false when there is none until `stop`.
    fn play_rows(&mut self, feed: &Feed, stop: i64) -> bool {
        let (mut next, mut second, mut at) = (i64::MAX, i64::MAX, usize::MAX);
        for (i, stand) in self.wire.stands.iter().enumerate() {
            let Some(stand) = stand else { continue };
            let time = stand.next_row().min(stand.next_end());
            if time < next {
                (second, next, at) = (next, time, i);
            } else if time < second {
                second = time;
            }
        }
        if next > stop || at == usize::MAX {
            return false;
        }
        let id = InstrumentId(at as u32);
        self.begin_venue_day(feed, id, next);
        // Another instrument's row of the same stamp comes after this one's.
        let stop = stop.min(second);
        let instruments = self.exchange.instruments().clone();
        let instrument = &instruments[at];
        let floor = &mut self.exchange.floor;
        let Some((stand, mut counter)) = self.wire.counter(id, &mut self.cx, floor, next) else { return false };
        let answers = counter.responses.len();
        let tape = stand.tape.clone();
        let times = &tape.columns().venue_time;
        let mut end = stand.next_end();
        let day_end = stand.day_end;
        while counter.responses.len() == answers {
            let time = times.get(stand.row).copied().unwrap_or(i64::MAX);
            if end <= time {
                if end > stop {
                    break;
                }
                counter.now = end;
                let session = stand.pass_sessions(end);
                stand.venue.expire(session, Timestamp::from_nanos(end), &mut counter);
                end = stand.next_end();
                continue;
            }
            if time > stop || time >= day_end {
                break;
            }
            if stand.venue.is_idle() {
                // Nobody looks: the book follows when somebody arrives.
                let until = stop.min(day_end - 1).min(end - 1);
                // Far ahead first: between two wakes lie many rows.
                while times.get(stand.row + 16).is_some_and(|time| *time <= until) {
                    stand.row += 16;
                }
                while times.get(stand.row).is_some_and(|time| *time <= until) {
                    stand.row += 1;
                }
                continue;
            }
            counter.now = time;
            stand.venue.on_row(&tape, stand.row, instrument, &mut counter);
            stand.row += 1;
        }
        true
    }

    /// Sees to it that the rules of a venue are those of a time.
    fn begin_venue_day(&mut self, feed: &Feed, id: InstrumentId, time: i64) {
        let Some(Some(stand)) = self.wire.stands.get_mut(id.index()) else { return };
        if time < stand.day_end {
            return;
        }
        if !self.exchange.is_dated() {
            stand.day_end = i64::MAX;
            return;
        }
        let closes = &feed.series()[id.index()].bars.columns().close_time;
        let row = closes.partition_point(|t| *t <= time).min(closes.len() - 1);
        stand.day_end = self.exchange.begin_day_until(feed, id, row, Timestamp::from_nanos(time)).nanos();
    }

    /// A request arrives at its venue.
    fn carry_to_venue(&mut self, feed: &Feed, now: i64, command: Command) {
        let order = match command {
            Command::Submit(id) | Command::Cancel(id) | Command::Modify(id, _) => id,
        };
        let request = self.cx.orders[order.index()].order;
        let id = request.instrument;
        self.begin_venue_day(feed, id, now);
        let instruments = self.exchange.instruments().clone();
        let instrument = &instruments[id.index()];
        let record = &self.cx.orders[order.index()];
        let slot = record.slot;
        let limits = self.exchange.floor.days[id.index()].limits;
        let parent_filled = request.parent.map(|p| self.wire.filled.get(p.index()).copied().unwrap_or(Quantity::ZERO));
        let parent_slot = request.parent.map(|p| (p, self.cx.orders[p.index()].slot));
        let Some((stand, mut counter)) = self.wire.counter(id, &mut self.cx, &mut self.exchange.floor, now) else {
            return;
        };
        let tape = stand.tape.clone();
        stand.venue.catch_up(&tape, stand.row);
        match command {
            Command::Submit(_) => {
                let beyond = |price: Price| limits.is_some_and(|l| price < l.down || price > l.up);
                let stands = request.parent.is_none() && request.basis == PriceBasis::Absolute;
                let orphan = parent_slot.is_some_and(|(p, slot)| !stand.venue.holds(slot, p))
                    && parent_filled == Some(Quantity::ZERO);
                if orphan {
                    let closed = Answer::Closed(order, OrderState::Cancelled, Reason::ParentClosed, None);
                    counter.tell(closed);
                    return;
                }
                if stands && request.kind.limit().is_some_and(beyond) {
                    counter.tell(Answer::Closed(order, OrderState::Rejected, Reason::PriceLimit, None));
                    return;
                }
                if let TimeInForce::Gtd(until) = request.tif
                    && until.nanos() <= now
                {
                    counter.tell(Answer::Closed(order, OrderState::Expired, Reason::GtdReached, None));
                    return;
                }
                counter.tell(Answer::Accepted(order));
                let slot = stand.venue.arrive(order, &request, parent_filled, instrument, &mut counter);
                self.cx.orders[order.index()].slot = slot;
            }
            Command::Cancel(_) if stand.venue.holds(slot, order) => stand.venue.cancel(slot, &mut counter),
            Command::Modify(_, change) if stand.venue.holds(slot, order) => {
                if let Err(reason) = stand.venue.modify(slot, &change, instrument, &mut counter) {
                    counter.tell(Answer::Refused(order, reason));
                }
            }
            _ => {}
        }
    }

    /// Receives rows before the run begins.
    fn receive_silently(&mut self, until: i64) {
        for (i, (stand, received)) in self.wire.stands.iter_mut().zip(&mut self.cx.received).enumerate() {
            let Some(stand) = stand else { continue };
            while stand.packet_due <= until {
                let end = stand.packet_end();
                for row in stand.received..end {
                    note(received, &stand.tape, row, InstrumentId(i as u32));
                }
                received.state = received.book.state();
                stand.received = end;
                stand.heard = stand.packet_due;
                stand.look_for_packet();
            }
        }
    }

    /// A split: orders at the venue follow.
    pub(super) fn split_at_venue(&mut self, id: InstrumentId, split: crate::actions::Split) {
        if let Some(Some(stand)) = self.wire.stands.get_mut(id.index()) {
            stand.venue.split(split);
        }
    }

    /// Receives all rows that are due.
    fn receive(&mut self, feed: &Feed, now: i64) -> Result<(), RunError> {
        for i in 0..self.wire.stands.len() {
            let Some(stand) = &self.wire.stands[i] else { continue };
            let silent = stand.packet_due.min(now).saturating_sub(stand.heard) > self.wire.stale_after;
            if silent && self.cx.received[i].state != BookState::Stale {
                let time = stand.heard + self.wire.stale_after;
                self.cx.received[i].state = BookState::Stale;
                self.book_changed_state(InstrumentId(i as u32), time, BookState::Stale);
            }
            let Some(stand) = &self.wire.stands[i] else { continue };
            if stand.packet_due > now {
                continue;
            }
            if stand.wanted.any() {
                self.receive_calling(feed, i, now)?;
            } else {
                self.receive_quietly(i, now);
            }
        }
        Ok(())
    }

    /// Rows that call nobody, unless the book goes bad.
    fn receive_quietly(&mut self, i: usize, now: i64) {
        let id = InstrumentId(i as u32);
        let Some(stand) = &mut self.wire.stands[i] else { return };
        let tape = stand.tape.clone();
        let received = &mut self.cx.received[i];
        let constant = stand.feed.constant();
        let stale_after = self.wire.stale_after;
        let mut changes = Vec::new();
        if let Some(delay) = constant {
            let limit = now.saturating_sub(delay);
            let local = tape.local_times();
            let from = stand.received;
            let mut heard = stand.heard.saturating_sub(delay);
            let c = tape.columns();
            let mut row = from;
            while let Some(until) = quiet_until(local, row, limit, heard, stale_after) {
                if until == row {
                    // A silence before this row.
                    if received.state != BookState::Stale {
                        received.state = BookState::Stale;
                        changes.push((heard + delay + stale_after, BookState::Stale));
                    }
                    heard = local[row];
                    continue;
                }
                let rows = RowColumns {
                    code: &c.code[row..until],
                    price: &c.price[row..until],
                    quantity: &c.quantity[row..until],
                };
                let mut to = row + follow(&mut received.book, rows, received.state);
                if to < until && (to == row || c.code[to - 1] & LAST == 0 || received.book.state() == received.state) {
                    received.book.apply(&tape.event(to));
                    to += 1;
                }
                heard = local[to - 1];
                if c.code[to - 1] & LAST != 0 && received.book.state() != received.state {
                    received.state = received.book.state();
                    changes.push((heard + delay, received.state));
                }
                row = to;
            }
            let is_last = |code: &u16| is_trade(*code) && code & IRREGULAR == 0;
            let last = c.code[from..row].iter().rposition(is_last).map(|at| from + at);
            received.last = last.map(|row| tick_of(&tape, row, id)).or(received.last);
            stand.received = row;
            stand.heard = heard + delay;
            if let Some(last) = row.checked_sub(1) {
                stand.took = local[last] - tape.columns().venue_time[last];
            }
            stand.look_for_packet();
        } else {
            while stand.packet_due <= now {
                let end = stand.packet_end();
                if stand.packet_due.saturating_sub(stand.heard) > stale_after && received.state != BookState::Stale {
                    received.state = BookState::Stale;
                    changes.push((stand.heard + stale_after, BookState::Stale));
                }
                stand.heard = stand.packet_due;
                for row in stand.received..end {
                    note(received, &tape, row, id);
                }
                if received.book.state() != received.state {
                    received.state = received.book.state();
                    changes.push((stand.packet_due, received.state));
                }
                stand.received = end;
                stand.look_for_packet();
            }
        }
        for (time, state) in changes {
            self.book_changed_state(id, time, state);
        }
    }

    /// One packet after the other, each with its callbacks.
    fn receive_calling(&mut self, feed: &Feed, i: usize, now: i64) -> Result<(), RunError> {
        let id = InstrumentId(i as u32);
        loop {
            let Some(stand) = &mut self.wire.stands[i] else { return Ok(()) };
            if stand.packet_due > now {
                return Ok(());
            }
            let (tape, wanted, from, to) = (stand.tape.clone(), stand.wanted, stand.received, stand.packet_end());
            let time = stand.packet_due;
            let silent = time.saturating_sub(stand.heard) > self.wire.stale_after;
            let silence_until = stand.heard.saturating_add(self.wire.stale_after);
            stand.heard = time;
            stand.received = to;
            stand.look_for_packet();
            if silent && self.cx.received[i].state != BookState::Stale {
                self.cx.received[i].state = BookState::Stale;
                self.book_changed_state(id, silence_until, BookState::Stale);
            }
            let received = &mut self.cx.received[i];
            let before = (received.book.bid(), received.book.ask());
            let mut told = false;
            for row in from..to {
                note(received, &tape, row, id);
                told |= !matches!(tape.event(row), TapeEvent::Trade { .. });
            }
            let state = received.book.state();
            let after = (received.book.bid(), received.book.ask());
            if state != received.state {
                received.state = state;
                self.book_changed_state(id, time, state);
            }
            self.mark_book(i);
            if wanted.ticks {
                for row in from..to {
                    if let TapeEvent::Trade { .. } = tape.event(row) {
                        let tick = tick_of(&tape, row, id);
                        self.strategy.on_tick(&mut self.cx, &tick);
                    }
                }
            }
            if wanted.quotes && after != before {
                let quote = Quote { time: tape.venue_time(to - 1), instrument: id, bid: after.0, ask: after.1 };
                self.strategy.on_quote(&mut self.cx, &quote);
            }
            if wanted.books && told {
                self.strategy.on_book(&mut self.cx, id);
            }
            self.obey(feed)?;
        }
    }

    fn book_changed_state(&mut self, id: InstrumentId, time: i64, state: BookState) {
        if self.incidents.len() < BOOK_INCIDENTS_MAX {
            self.incidents.push(BookIncident { instrument: id, time: Timestamp::from_nanos(time), state });
        }
        self.strategy.on_book_state(&mut self.cx, id, state);
    }

    /// Marks what is held at the middle of its book, else at its last trade.
    pub(super) fn mark_books(&mut self) {
        for i in 0..self.wire.stands.len() {
            if self.wire.stands[i].is_some() {
                self.mark_book(i);
            }
        }
    }

    fn mark_book(&mut self, i: usize) {
        let received = &self.cx.received[i];
        let mid = received.book.mid().filter(|_| received.state == BookState::Good);
        let price = mid.or(received.last.map(|t| t.price.to_f64()));
        if let Some(price) = price {
            self.cx.portfolio.lines_to_mark()[i].pass_bar(price, price, price);
        }
    }

    /// Tells the strategy what the venues answered by now.
    fn report(&mut self, feed: &Feed, now: i64) -> Result<(), RunError> {
        if self.wire.responses.front().is_none_or(|(due, _)| *due > now) {
            return Ok(());
        }
        self.mark_books();
        while let Some((_, answer)) = self.wire.responses.pop_front_if(|(due, _)| *due <= now) {
            if let Some(notice) = deliver(&mut self.cx, &self.exchange.floor.days, answer) {
                self.exchange.floor.note(notice);
                if !self.exchange.floor.notices.is_empty() {
                    self.tell(feed)?;
                }
            }
        }
        Ok(())
    }

    /// What an order at a venue could still execute.
    pub(super) fn open_at_venue(&self, order: OrderId) -> Option<Quantity> {
        let record = &self.cx.orders[order.index()];
        let stand = self.wire.stands.get(record.order.instrument.index())?.as_ref()?;
        let working = stand.venue.orders().orders.get(record.slot as usize)?;
        stand.venue.holds(record.slot, order).then(|| working.open_quantity())
    }
}

/// The end of the rows from `row` on that came by `limit`, none of them after a silence of more than
/// `stale_after`; `None` when there is none.
#[inline]
fn quiet_until(local: &[i64], row: usize, limit: i64, heard: i64, stale_after: i64) -> Option<usize> {
    if local.get(row).is_none_or(|time| *time > limit) {
        return None;
    }
    if stale_after == i64::MAX {
        let mut until = row;
        // Far ahead first: between two wakes lie many rows.
        while local.get(until + 16).is_some_and(|time| *time <= limit) {
            until += 16;
        }
        while local.get(until).is_some_and(|time| *time <= limit) {
            until += 1;
        }
        return Some(until);
    }
    let mut before = heard;
    let mut until = row;
    while let Some(time) = local.get(until).filter(|time| **time <= limit) {
        if time.saturating_sub(before) > stale_after {
            break;
        }
        before = *time;
        until += 1;
    }
    Some(until)
}

/// Follows a row on the strategy's side; true when it ends its packet.
#[inline(always)]
fn note(received: &mut Received, tape: &Tape, row: usize, id: InstrumentId) -> bool {
    let code = tape.code(row);
    match tape.event(row) {
        TapeEvent::Trade { price, quantity, aggressor } => {
            if code & IRREGULAR == 0 {
                let time = tape.venue_time(row);
                received.last = Some(Tick { time, instrument: id, price, quantity, aggressor });
            }
        }
        event => {
            received.book.apply(&event);
        }
    }
    code & LAST != 0
}

fn tick_of(tape: &Tape, row: usize, id: InstrumentId) -> Tick {
    let (price, quantity, aggressor) = match tape.event(row) {
        TapeEvent::Trade { price, quantity, aggressor } => (price, quantity, aggressor),
        _ => (Price::ZERO, Quantity::ZERO, None),
    };
    Tick { time: tape.venue_time(row), instrument: id, price, quantity, aggressor }
}

/// Books an answer on the strategy's side.
fn deliver(cx: &mut Context, days: &[crate::charges::Day], answer: Answer) -> Option<Notice> {
    match answer {
        Answer::Accepted(id) => {
            let record = &mut cx.orders[id.index()];
            if record.state == OrderState::PendingSubmit {
                record.state = OrderState::Working;
            }
            None
        }
        Answer::Sized(id, quantity) => {
            cx.orders[id.index()].quantity = quantity;
            None
        }
        Answer::Priced(id, kind) => {
            let request = &mut cx.orders[id.index()].order;
            request.kind = kind;
            request.basis = PriceBasis::Absolute;
            None
        }
        Answer::Fill(fill) => {
            let id = fill.instrument;
            let index = cx.fills.len() as u32;
            let multiplier = cx.instruments[id.index()].multiplier;
            let closed = cx.trades.len();
            cx.fills.push(fill);
            cx.portfolio.apply(&fill, fill.price.to_f64(), multiplier, &mut cx.trades);
            if !fill.certain {
                cx.trades[closed..].iter_mut().for_each(|t| t.certain = false);
                cx.portfolio.taint(id);
            }
            let record = &mut cx.orders[fill.order.index()];
            record.filled += fill.quantity;
            record.traded += fill.price.to_f64() * fill.quantity.to_f64();
            record.state = OrderState::PartlyFilled;
            let day = &days[id.index()];
            if day.settlement == Settlement::NextSession && fill.side == Side::Buy {
                cx.portfolio.lock(id, day.date, fill.quantity);
            }
            Some(Notice::Fill(index))
        }
        Answer::Closed(id, state, reason, total) => {
            let record = &mut cx.orders[id.index()];
            record.quantity = total.unwrap_or(record.quantity);
            cx.end_order(id, state, reason);
            Some(Notice::Order(id))
        }
        Answer::Changed(id, change) => {
            let record = &mut cx.orders[id.index()];
            record.order.kind =
                crate::exchange::sim::changed_kind(record.order.kind, &change).unwrap_or(record.order.kind);
            if let Some(quantity) = change.quantity {
                record.order.size = Size::Quantity(quantity);
                record.quantity = quantity;
            }
            None
        }
        Answer::Refused(id, reason) => {
            cx.log(format!("change of order {id} refused: {}", reason.text()));
            None
        }
    }
}
