//! A second opinion on fills, from the rows of the tape alone.

use std::collections::BTreeMap;

use engine_core::fixed::{Price, Quantity};
use engine_core::kernel::RunOptions;
use engine_core::latency::Delay;
use engine_core::market::BookLevel;
use engine_core::order::{OrderState, Reason, Side};
use engine_core::orderbook::OrderBook;
use engine_core::record::{Fill, OrderRecord, RunResult};
use engine_core::tape::{LAST, Tape, TapeEvent};
use engine_core::time::Timestamp;

/// True when `price` is at `limit` or better for an order of `side`.
fn accepts(side: Side, limit: Price, price: Price) -> bool {
    price.units() * side.sign() <= limit.units() * side.sign()
}

/// The least time that an order is on its way.
fn least(delay: Delay) -> i64 {
    match delay {
        Delay::Constant(nanos) => nanos,
        Delay::Uniform { least, .. } | Delay::Exponential { least, .. } => least,
        Delay::AsData { .. } => 0,
    }
}

/// Fills in the order they happened.
fn in_time(result: &RunResult) -> Vec<&Fill> {
    let mut fills: Vec<&Fill> = result.fills.iter().collect();
    fills.sort_by_key(|fill| fill.time);
    fills
}

/// What our orders took of a level that is still shown: at least, and at most.
type Taken = BTreeMap<(i64, Price), (Quantity, Quantity)>;

fn free(taken: &Taken, side: Side, level: BookLevel) -> Quantity {
    level.quantity - taken.get(&(side.sign(), level.price)).map_or(Quantity::ZERO, |t| t.0)
}

/// The market at a moment, and what our orders took of it.
struct Moment<'a> {
    tape: &'a Tape,
    row: usize,
    book: OrderBook,
    taken: Taken,
    /// Trades of the last stamp.
    trades: Vec<(Price, Quantity, Side)>,
}

impl Moment<'_> {
    /// Plays all rows up to a time, that time included.
    fn play_until(&mut self, time: Timestamp) {
        while self.row < self.tape.len() && self.tape.venue_time(self.row) <= time {
            let row = self.row;
            if row > 0 && self.tape.venue_time(row) != self.tape.venue_time(row - 1) {
                self.trades.clear();
            }
            match self.tape.event(row) {
                TapeEvent::Trade { price, quantity, aggressor } => {
                    self.trades.push((price, quantity, aggressor.unwrap()));
                }
                event => {
                    self.book.apply(&event);
                }
            }
            if self.tape.code(row) & LAST != 0 {
                // No more stays taken of a level than it shows.
                let book = &self.book;
                self.taken.retain(|(sign, price), (least, most)| {
                    let shown = book.size_at(if *sign > 0 { Side::Buy } else { Side::Sell }, *price);
                    (*least, *most) = ((*least).min(shown), (*most).min(shown));
                    !shown.is_zero()
                });
            }
            self.row += 1;
        }
    }

    /// A fill that took: nothing better was left, and no more was taken than is shown.
    fn check_taker(&mut self, fill: &Fill) {
        let other = fill.side.opposite();
        let (least, most) = self.taken.entry((other.sign(), fill.price)).or_default();
        (*least, *most) = (*least + fill.quantity, *most + fill.quantity);
        let (shown, least) = (self.book.size_at(other, fill.price), *least);
        assert!(least <= shown, "{fill:?} takes {least} of {shown}");
        for level in self.book.levels(other).take_while(|level| level.price != fill.price) {
            let most = self.taken.get(&(other.sign(), level.price)).map_or(Quantity::ZERO, |t| t.1);
            assert!(most >= level.quantity, "{fill:?} leaves {level:?} of which {most} was taken");
        }
    }

    /// A fill of a resting order: somebody traded there, or the other side came there.
    fn check_maker(&mut self, fill: &Fill, given: &mut Quantity) {
        let (limit, other) = (fill.price, fill.side.opposite());
        assert!(self.row > 0 && self.tape.venue_time(self.row - 1) == fill.time, "{fill:?}: nothing happened then");
        let at: Vec<_> = self.trades.iter().filter(|(p, _, by)| *by == other && *p == limit).collect();
        let through = self.trades.iter().any(|(p, _, _)| accepts(fill.side, limit, *p) && *p != limit);
        let met: Vec<_> = self.book.levels(other).take_while(|level| accepts(fill.side, limit, level.price)).collect();
        assert!(!at.is_empty() || through || !met.is_empty(), "{fill:?} without a cause");
        if met.is_empty() {
            *given += fill.quantity;
            let sum: Quantity = at.iter().map(|(_, quantity, _)| *quantity).sum();
            assert!(through || *given <= sum, "{fill:?}: {given} of {sum} that traded");
            return;
        }
        // It took what came, for sure when nothing traded.
        let sure = at.is_empty() && !through;
        let mut rest = fill.quantity;
        for level in met {
            let part = rest.min(free(&self.taken, other, level));
            rest -= part;
            let (least, most) = self.taken.entry((other.sign(), level.price)).or_default();
            *most = if sure { *most + part } else { level.quantity };
            if sure {
                *least += part;
            }
        }
        assert!(!sure || rest.is_zero(), "{fill:?} takes {rest} too much");
    }
}

/// Each fill is looked for in the market of its moment, and what an immediate order did not
/// fill must not have been there; returns how many were looked at.
pub fn causes(tape: &Tape, options: &RunOptions, result: &RunResult) -> usize {
    let book = OrderBook::new(tape.has_depth());
    let mut moment = Moment { tape, row: 0, book, taken: Taken::new(), trades: Vec::new() };
    let mut given: BTreeMap<(Timestamp, Side, Price), Quantity> = BTreeMap::new();
    let delay = least(options.latency.order);
    let constant = matches!(options.latency.order, Delay::Constant(_));
    let mut events: Vec<(Timestamp, Result<&Fill, &OrderRecord>)> = Vec::new();
    events.extend(result.fills.iter().map(|fill| (fill.time, Ok(fill))));
    let unfilled = result.orders.iter().filter(|o| constant && o.reason == Reason::IocRemainder);
    events.extend(unfilled.map(|order| (order.submitted + delay, Err(order))));
    events.sort_by_key(|(time, event)| (*time, event.is_err()));
    for (time, event) in &events {
        moment.play_until(*time);
        let Ok(fill) = event else {
            let order = event.unwrap_err();
            let (side, limit) = (order.order.side, order.order.kind.limit().unwrap());
            let there = moment.book.levels(side.opposite()).take_while(|level| accepts(side, limit, level.price));
            for level in there {
                let most = moment.taken.get(&(side.opposite().sign(), level.price)).map_or(Quantity::ZERO, |t| t.1);
                assert!(most >= level.quantity, "{order:?} did not take {level:?}");
            }
            continue;
        };
        let sent = result.orders[fill.order.index()].submitted;
        assert!(fill.time - sent >= delay, "{fill:?} before its order arrived");
        if fill.maker {
            moment.check_maker(fill, given.entry((fill.time, fill.side, fill.price)).or_default());
        } else {
            moment.check_taker(fill);
        }
    }
    events.len()
}

/// With constant delays, and trades through a limit filling all of it: nothing ever traded
/// through the limit of an order that rested; returns how many orders were looked at.
pub fn passed_by(tape: &Tape, options: &RunOptions, result: &RunResult) -> usize {
    let (Delay::Constant(to), Delay::Constant(back)) = (options.latency.order, options.latency.response) else {
        return 0;
    };
    let is_trade = |row: usize| match tape.event(row) {
        TapeEvent::Trade { price, .. } => Some((tape.venue_time(row), price)),
        _ => None,
    };
    let trades: Vec<(Timestamp, Price)> = (0..tape.len()).filter_map(is_trade).collect();
    let mut last_fill: BTreeMap<u32, Timestamp> = BTreeMap::new();
    for fill in in_time(result) {
        last_fill.insert(fill.order.0, fill.time);
    }
    let mut looked_at = 0;
    for (number, order) in result.orders.iter().enumerate() {
        let Some(limit) = order.order.kind.limit().filter(|_| order.order.post_only) else { continue };
        let arrived = order.submitted + to;
        let ended = match order.state {
            OrderState::Filled => last_fill[&(number as u32)],
            OrderState::Cancelled => order.ended + -back,
            _ => continue,
        };
        looked_at += 1;
        let from = trades.partition_point(|(time, _)| *time <= arrived);
        for (time, price) in trades[from..].iter().take_while(|(time, _)| *time < ended) {
            let through = *price != limit && accepts(order.order.side, limit, *price);
            assert!(!through, "{order:?} was passed by a trade at {price} at {time}");
        }
    }
    looked_at
}

/// On a tape of single orders and constant delays: when a trade at our price fills us,
/// all that were at that price when we arrived are gone, or went to the end of the queue.
pub fn first_come(tape: &Tape, options: &RunOptions, result: &RunResult) -> usize {
    let delay = least(options.latency.order);
    let mut checked = 0;
    for fill in result.fills.iter().filter(|fill| fill.maker) {
        let arrival = result.orders[fill.order.index()].submitted + delay;
        let mut resting: BTreeMap<u64, (Side, Price, Quantity)> = BTreeMap::new();
        // Orders at our price since before we arrived.
        let mut before: BTreeMap<u64, Quantity> = BTreeMap::new();
        let mut joined = false;
        let mut through = false;
        for row in 0..tape.len() {
            let time = tape.venue_time(row);
            if time > fill.time {
                break;
            }
            if time > arrival && !joined {
                joined = true;
                let there = resting.iter().filter(|(_, (side, price, _))| *side == fill.side && *price == fill.price);
                before = there.map(|(id, (_, _, quantity))| (*id, *quantity)).collect();
            }
            match tape.event(row) {
                TapeEvent::Trade { price, .. } if time == fill.time => {
                    through |= price != fill.price && accepts(fill.side, fill.price, price);
                }
                TapeEvent::Add { order, side, price, quantity } => {
                    resting.insert(order, (side, price, quantity));
                }
                TapeEvent::Modify { order, side, price, quantity } => {
                    let old = resting.insert(order, (side, price, quantity)).unwrap();
                    if old.1 != price || quantity > old.2 {
                        before.remove(&order);
                    }
                }
                TapeEvent::Cancel { order, quantity } => {
                    let old = resting.get_mut(&order).unwrap();
                    old.2 -= quantity;
                    if old.2.is_zero() {
                        resting.remove(&order);
                        before.remove(&order);
                    }
                }
                _ => {}
            }
        }
        let best =
            resting.values().filter(|o| o.0 == fill.side.opposite()).map(|o| o.1.units() * fill.side.sign()).min();
        let met = best.is_some_and(|best| best <= fill.price.units() * fill.side.sign());
        if !through && !met {
            assert!(before.is_empty(), "{fill:?} before {before:?}");
            checked += 1;
        }
    }
    checked
}
