//! `SimExchange`: the books of all instruments, and what a bar does to them.

use std::ops::Range;
use std::sync::Arc;

use super::book::Book;
use super::certainty::{self, PathEnd, PathFill, Reach};
pub(crate) use super::clearing::Floor;
use super::clearing::{At, Trial};
use super::days::{daily_limits, first_day};
use super::level::Level;
use super::matching::Walk;
use super::replay::mark_fills;
use super::rules::{FillRules, MarketFill, PathRule, TradedBar};
use super::scenario::bars::choose_path;
use super::working::{Phase, Slot};
use crate::account::{FeeSchedule, Purse};
use crate::actions::Split;
use crate::bars::{Bars, WholeBar};
use crate::charges::{Day, FeeBook};
use crate::context::Context;
use crate::date::Date;
use crate::drill_down::{Disagreement, Drill};
use crate::feed::{Feed, Series};
use crate::fixed::{Money, Price, Quantity};
use crate::instrument::{Instrument, InstrumentId};
use crate::order::{
    NewOrder, OrderChange, OrderId, OrderKind, OrderState, PriceBasis, Reason, Side, Size, TimeInForce,
};
use crate::record::{AmbiguousBar, Fill};
use crate::rows::Rows;
use crate::rules::Settlement;
use crate::time::Timestamp;

/// Something that strategies are told about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    Order(OrderId),
    Fill(u32),
}

/// The order book of one instrument and what is on its way there.
#[derive(Clone, Debug)]
pub(super) struct Venue {
    pub(super) book: Book,
    /// Orders that no bar has seen yet: a bar may fill them if it opens at or after their arrival.
    arrivals: Vec<OrderId>,
}

/// The simulated exchange.
#[derive(Clone, Debug)]
pub(crate) struct SimExchange {
    pub(crate) rules: FillRules,
    pub(super) venues: Vec<Venue>,
    /// Per instrument: a bar whose low is at or below this, or whose high is at or above the other, must be matched.
    watch: Vec<(f64, f64)>,
    /// The same without regard to new orders.
    resting: Vec<(f64, f64)>,
    /// Instruments with something to watch.
    watched: usize,
    /// Their present terms.
    pub(super) instruments: Arc<Vec<Instrument>>,
    pub(crate) floor: Floor,
    /// Some instrument has rules or fees that depend on the date.
    dated: bool,
    pub(crate) ambiguous: Vec<AmbiguousBar>,
    /// The first ambiguous bar that its finer data does not fit.
    pub(crate) disagreement: Option<Disagreement>,
}

const NOTHING: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);
const EVERYTHING: (f64, f64) = (f64::INFINITY, f64::NEG_INFINITY);

impl SimExchange {
    pub(crate) fn new(rules: FillRules, feed: &Feed, fees: FeeSchedule) -> Self {
        let fees = FeeBook::new(fees);
        let dated = fees.table().is_some() || feed.series().iter().any(|s| s.rules.is_some());
        let floor =
            Floor { fees, days: feed.series().iter().map(first_day).collect(), notices: Vec::new(), tells: true };
        let instruments = feed.series().len();
        let venue = Venue { book: Book::new(rules.limit_fill), arrivals: Vec::new() };
        Self {
            rules,
            venues: vec![venue; instruments],
            watch: vec![NOTHING; instruments],
            resting: vec![NOTHING; instruments],
            watched: 0,
            instruments: Arc::new(feed.instruments().to_vec()),
            floor,
            dated,
            ambiguous: Vec::new(),
            disagreement: None,
        }
    }

    /// True when a bar between these prices cannot change the book of this instrument.
    #[inline]
    pub(crate) fn is_quiet(&self, id: usize, low: f64, high: f64) -> bool {
        let (below, above) = self.watch[id];
        low > below && high < above
    }

    /// False when no instrument has an order.
    #[inline]
    pub(crate) fn is_watching(&self) -> bool {
        self.watched > 0
    }

    fn set_watch(&mut self, id: InstrumentId, bounds: (f64, f64)) {
        let watch = &mut self.watch[id.index()];
        self.watched -= usize::from(*watch != NOTHING);
        self.watched += usize::from(bounds != NOTHING);
        *watch = bounds;
    }

    /// How many of these rows, from the first on, cannot change the book of this instrument.
    #[inline]
    pub(crate) fn quiet_rows(&self, id: usize, bars: &Bars, rows: Range<usize>) -> usize {
        match self.watch[id] {
            NOTHING => rows.len(),
            EVERYTHING => 0,
            bounds => bars.rows_between(rows, bounds),
        }
    }

    fn rewatch(&mut self, id: InstrumentId) {
        let venue = &self.venues[id.index()];
        let book = &venue.book;
        let busy = !book.market.is_empty()
            || !book.trails.is_empty()
            || !book.auctions.is_empty()
            || !book.looking.is_empty()
            || book.expiring > 0;
        let (below, above) = if busy { (None, None) } else { book.bounds() };
        let mut bounds = if busy { EVERYTHING } else { NOTHING };
        // Converted one by one, and only where there is a level.
        if let Some(below) = below {
            bounds.0 = below.to_f64();
        }
        if let Some(above) = above {
            bounds.1 = above.to_f64();
        }
        self.resting[id.index()] = bounds;
        let waiting = !venue.arrivals.is_empty();
        self.set_watch(id, if waiting { EVERYTHING } else { bounds });
    }

    /// Takes an order that passed the gate; bars that open at or after now may fill it.
    pub(crate) fn accept(&mut self, id: OrderId, instrument: InstrumentId) {
        self.venues[instrument.index()].arrivals.push(id);
        self.set_watch(instrument, EVERYTHING);
    }

    /// Puts what has arrived by the open of a bar into the book.
    fn arrive(&mut self, cx: &mut Context, id: InstrumentId, open_time: Timestamp) {
        let limits = self.floor.days[id.index()].limits;
        let beyond = |price: Price| limits.is_some_and(|l| price < l.down || price > l.up);
        let mut i = 0;
        while let Some(order) = self.venues[id.index()].arrivals.get(i).copied() {
            let record = &cx.orders[order.index()];
            if record.submitted > open_time {
                i += 1;
                continue;
            }
            let venue = &mut self.venues[id.index()];
            venue.arrivals.remove(i);
            // A child waits for its parent, perhaps for days: its price is not yet before the venue.
            let stands = record.order.parent.is_none() && record.order.basis == PriceBasis::Absolute;
            if stands && record.order.kind.limit().is_some_and(beyond) {
                // Its children, which stand behind it, go with it.
                self.end_on_the_way(cx, order, OrderState::Rejected, Reason::PriceLimit);
                continue;
            }
            let parent_filled = record.order.parent.map(|p| cx.orders[p.index()].filled);
            let slot = venue.book.insert(order, &record.order, record.last, parent_filled);
            cx.orders[order.index()].slot = slot;
        }
    }

    /// A bar that may act on an order of its instrument.
    #[inline(never)]
    pub(crate) fn pass_bar<R: Rows>(&mut self, cx: &mut Context, feed: &Feed, rows: &R, at: usize, time: i64) {
        let id = InstrumentId(rows.id(at) as u32);
        if self.dated {
            self.begin_day(feed, id, rows.row(at), Timestamp::from_nanos(time));
        }
        if !self.opens_only(cx, rows, at) {
            return self.match_bar(cx, feed, id, &rows.bar(at, time));
        }
        let open = rows.open(at);
        let [price, low, high] = [open, rows.low(at), rows.high(at)].map(Price::from_checked_f64);
        // What follows the open does not matter.
        let (session_start, session_end) = (false, false);
        let bar =
            TradedBar { open: price, high, low, close: price, volume: None, session_start, session_end, limits: None };
        self.fill_at_open(cx, &bar, At { id, row: rows.row(at) as u32, open, low, high });
    }

    /// Matches a bar and ends what its session ends.
    fn match_bar(&mut self, cx: &mut Context, feed: &Feed, id: InstrumentId, bar: &WholeBar) {
        let series = &feed.series()[id.index()];
        let traded = traded_bar(series, bar, &self.floor.days[id.index()]);
        let at = At { id, row: bar.row as u32, open: bar.open, low: traded.low, high: traded.high };
        let has_traded = traded.volume != Some(Quantity::ZERO);
        // What arrives now has not rested through a bar, however many were passed over.
        self.venues[id.index()].book.traded_bars = at.row + u32::from(!has_traded);
        self.arrive(cx, id, bar.open_time);
        if has_traded {
            let drill = match &series.finer {
                None => Err(Drill::Off),
                Some(finer) => self.replay(cx, finer, bar, &traded, at),
            };
            if let Err(drill) = drill {
                let ambiguous = self.ambiguous.len();
                self.match_traded(cx, &traded, at);
                self.ambiguous[ambiguous..].iter_mut().for_each(|bar| bar.drill = drill);
            }
        }
        let mut desk = self.floor.desk(&self.instruments, cx, at);
        self.venues[id.index()].book.expire(traded.session_end, bar.time, &mut desk);
        self.rewatch(id);
    }

    /// True when the bar can do nothing but fill new market orders without links at its open.
    fn opens_only<R: Rows>(&self, cx: &Context, rows: &R, at: usize) -> bool {
        let id = rows.id(at);
        let plain = |order: &OrderId| {
            let record = &cx.orders[order.index()];
            let new = &record.order;
            new.kind == OrderKind::Market
                && new.tif == TimeInForce::Gtc
                && new.parent.is_none()
                && new.oco.is_none()
                && rows.opens_after(at, record.submitted)
        };
        let (below, above) = self.resting[id];
        let day = &self.floor.days[id];
        !self.rules.needs_volume()
            && rows.low(at) > below
            && rows.high(at) < above
            && rows.has_traded(at)
            && day.limits.is_none()
            && day.settlement == Settlement::SameSession
            && self.venues[id].arrivals.iter().all(plain)
    }

    /// The open of a bar that does nothing else: what `match_bar` would do, without the book.
    #[inline(always)]
    fn fill_at_open(&mut self, cx: &mut Context, bar: &TradedBar, at: At) {
        let mut desk = self.floor.desk(&self.instruments, cx, at);
        let arrivals = &mut self.venues[at.id.index()].arrivals;
        for id in &*arrivals {
            desk.trade_at_open(*id, &self.rules, bar);
        }
        arrivals.clear();
        self.set_watch(at.id, self.resting[at.id.index()]);
    }

    fn match_traded(&mut self, cx: &mut Context, bar: &TradedBar, at: At) {
        let rules = self.rules;
        let instruments = self.instruments.clone();
        let instrument = &instruments[at.id.index()];
        let book = &mut self.venues[at.id.index()].book;
        // What paths that are only tried may ask, while the one that happens is booked.
        let day = self.floor.days[at.id.index()];
        let fees = if is_entangled(book, bar) { Some(self.floor.fees.clone()) } else { None };
        let before = fees
            .as_ref()
            .map(|fees| (book.clone(), cx.portfolio.purse(at.id, &instruments, fees.charges(&day), &day, true)));
        let high_first = match (&before, rules.path) {
            (Some((book, purse)), PathRule::Pessimistic | PathRule::Optimistic) => {
                choose_path(rules.path, bar, |high_first| {
                    let (mut book, mut trial) = (book.clone(), Trial { purse: *purse });
                    book.match_bar(bar, high_first, &rules, instrument, &mut trial);
                    trial.purse.equity(bar.close)
                })
            }
            // One outcome only: either path will do.
            (None, PathRule::Pessimistic | PathRule::Optimistic) => false,
            (_, rule) => choose_path(rule, bar, |_| Money::ZERO),
        };
        let (first_fill, first_trade) = (cx.fills.len(), cx.trades.len());
        let mut desk = self.floor.desk(&instruments, cx, at);
        book.match_bar(bar, high_first, &rules, instrument, &mut desk);
        if let Some((book, purse)) = before {
            let refused = desk.refused;
            self.judge(cx, (first_fill, first_trade), &book, &purse, bar, at, refused);
        }
    }

    /// What holds for an instrument from the first bar of a date on.
    #[cold]
    fn roll(&mut self, series: &Series, id: InstrumentId, row: usize, date: Date) {
        let ticks = &self.instruments[id.index()].ticks;
        let day = &mut self.floor.days[id.index()];
        day.limits = series.rules.as_deref().and_then(|rules| daily_limits(series, rules, day, row, date, ticks));
        day.date = date;
    }

    /// Sees to it that the day's rules are those of a bar that closes at a time.
    #[inline]
    fn begin_day(&mut self, feed: &Feed, id: InstrumentId, row: usize, time: Timestamp) {
        let day = &self.floor.days[id.index()];
        let date = day.date_of(time);
        if date != day.date {
            self.roll(&feed.series()[id.index()], id, row, date);
        }
    }

    /// As `begin_day`; returns when the date ends.
    pub(crate) fn begin_day_until(&mut self, feed: &Feed, id: InstrumentId, row: usize, time: Timestamp) -> Timestamp {
        self.begin_day(feed, id, row, time);
        let day = &self.floor.days[id.index()];
        day.date.plus(1).begin(day.offset)
    }

    /// The instruments at their present terms.
    pub(crate) fn instruments(&self) -> &Arc<Vec<Instrument>> {
        &self.instruments
    }

    /// True when some instrument has rules or fees that depend on the date.
    pub(crate) fn is_dated(&self) -> bool {
        self.dated
    }

    /// An instrument has other terms from now on.
    pub(crate) fn change_terms(&mut self, id: InstrumentId, terms: &Instrument) {
        Arc::make_mut(&mut self.instruments)[id.index()] = terms.clone();
    }

    /// Labels the fills of a bar, and notes the bar if paths differ.
    #[allow(clippy::too_many_arguments)]
    fn judge(
        &mut self,
        cx: &mut Context,
        firsts: (usize, usize),
        book: &Book,
        purse: &Purse<'_>,
        bar: &TradedBar,
        at: At,
        refused: bool,
    ) {
        let actual = path_fills(&cx.fills[firsts.0..]);
        let seeds = [bar.open, bar.high, bar.low, bar.close];
        let walk = Walk::new(&self.rules, purse.instrument, bar);
        let found = certainty::explore(PathEnd::start(book), walk, &seeds, purse, &mut Reach::of_run(book));
        let ends: &[PathEnd] = found.as_deref().unwrap_or(&[]);
        let searched = found.is_ok() && !refused;
        if searched && certainty::is_single(&actual, ends) {
            return;
        }
        let labels = if searched { certainty::label(&actual, ends) } else { vec![false; actual.len()] };
        mark_fills(cx, firsts, at, &actual, &labels);
        let gain = |fills: &[PathFill]| marked_gain(fills, bar.close, purse);
        let pnl = gain(&actual);
        let all = || ends.iter().map(|e| gain(&e.fills)).chain([pnl]);
        self.ambiguous.push(AmbiguousBar {
            instrument: at.id,
            bar: at.row,
            time: cx.now,
            pnl,
            pnl_worst: all().min().unwrap_or(pnl),
            pnl_best: all().max().unwrap_or(pnl),
            searched,
            drill: Drill::Off,
        });
    }

    /// Fills market orders at the close they were decided on (`fill.market = "same_close"`).
    pub(crate) fn fill_at_close(&mut self, cx: &mut Context, feed: &Feed, id: InstrumentId) {
        let series = &feed.series()[id.index()];
        let Some(row) = (cx.seen[id.index()] as usize).checked_sub(1) else {
            return;
        };
        let bar = WholeBar::from(series.bars.row(row));
        if self.dated {
            self.begin_day(feed, id, row, bar.time);
        }
        let mut traded = traded_bar(series, &bar, &self.floor.days[id.index()]);
        if self.rules.market != MarketFill::SameClose || bar.time != cx.now || traded.volume == Some(Quantity::ZERO) {
            return;
        }
        (traded.open, traded.high, traded.low) = (traded.close, traded.close, traded.close);
        (traded.session_start, traded.session_end) = (false, false);
        let venue = &mut self.venues[id.index()];
        let all = std::mem::take(&mut venue.arrivals);
        let is_market = |o: &OrderId| cx.orders[o.index()].order.kind == OrderKind::Market;
        let (now, later): (Vec<OrderId>, Vec<OrderId>) = all.into_iter().partition(is_market);
        venue.arrivals = now;
        let market = !venue.arrivals.is_empty();
        if market {
            self.arrive(cx, id, cx.now);
        }
        // Children of what fills now must be there to be activated.
        self.venues[id.index()].arrivals = later;
        if market {
            self.arrive(cx, id, cx.now);
            let at = At { id, row: row as u32, open: bar.close, low: traded.low, high: traded.high };
            self.match_traded(cx, &traded, at);
        }
        self.rewatch(id);
    }

    /// Ends an order on request.
    pub(crate) fn cancel(&mut self, cx: &mut Context, order: OrderId) {
        let record = &cx.orders[order.index()];
        if record.state.is_closed() {
            return;
        }
        let id = record.order.instrument;
        let slot = record.slot;
        if self.is_on_its_way(id, order) {
            self.venues[id.index()].arrivals.retain(|o| *o != order);
            self.end_on_the_way(cx, order, OrderState::Cancelled, Reason::Requested);
        } else if slot != u32::MAX {
            let mut desk = self.floor.desk(&self.instruments, cx, At::nothing(id));
            self.venues[id.index()].book.cancel(slot, &mut desk);
        }
        self.rewatch(id);
    }

    fn is_on_its_way(&self, id: InstrumentId, order: OrderId) -> bool {
        self.venues[id.index()].arrivals.contains(&order)
    }

    /// Ends an order that is not in a book, and the children that wait for it.
    pub(crate) fn end_on_the_way(&mut self, cx: &mut Context, order: OrderId, state: OrderState, reason: Reason) {
        cx.end_order(order, state, reason);
        self.floor.fees.ended(order);
        self.floor.note(Notice::Order(order));
        let id = cx.orders[order.index()].order.instrument;
        let Some(venue) = self.venues.get_mut(id.index()) else {
            return;
        };
        let orphans: Vec<OrderId> =
            venue.arrivals.iter().copied().filter(|o| cx.orders[o.index()].order.parent == Some(order)).collect();
        venue.arrivals.retain(|o| !orphans.contains(o));
        for orphan in orphans {
            self.end_on_the_way(cx, orphan, OrderState::Cancelled, Reason::ParentClosed);
        }
    }

    /// Changes an order; a change that does not fit is ignored and logged.
    pub(crate) fn modify(&mut self, cx: &mut Context, order: OrderId, change: &OrderChange) {
        let record = &cx.orders[order.index()];
        if record.state.is_closed() {
            return;
        }
        let id = record.order.instrument;
        let refused = if self.is_on_its_way(id, order) {
            change_request(&mut cx.orders[order.index()].order, change)
        } else {
            let slot: Slot = record.slot;
            let mut desk = self.floor.desk(&self.instruments, cx, At::nothing(id));
            self.venues[id.index()].book.modify(slot, change, &mut desk)
        };
        match refused {
            // A cut to no more than what is filled ended it.
            Ok(()) if cx.orders[order.index()].state.is_closed() => {}
            Ok(()) => {
                let record = &mut cx.orders[order.index()];
                let _ = change_request(&mut record.order, change);
                record.quantity = change.quantity.unwrap_or(record.quantity);
            }
            Err(reason) => cx.log(format!("change of order {order} refused: {}", reason.text())),
        }
        self.rewatch(id);
    }

    /// A split of an instrument: working orders follow.
    pub(crate) fn split(&mut self, id: InstrumentId, split: Split) {
        self.venues[id.index()].book.split(split);
        self.rewatch(id);
    }

    /// What an order could execute now.
    pub(crate) fn open_quantity(&self, cx: &Context, order: OrderId) -> Quantity {
        let record = &cx.orders[order.index()];
        let book = &self.venues[record.order.instrument.index()].book;
        match book.orders.get(record.slot as usize) {
            Some(working) if working.id == order && working.phase != Phase::Closed => working.open_quantity(),
            _ => record.quantity,
        }
    }
}

/// A type with the prices of a change; the types must fit.
///
/// # Errors
/// A price that the type does not have.
pub(crate) fn changed_kind(kind: OrderKind, change: &OrderChange) -> Result<OrderKind, Reason> {
    let kind = match (kind, change.stop) {
        (kind, None) => kind,
        (OrderKind::Stop { .. }, Some(stop)) => OrderKind::Stop { stop },
        (OrderKind::StopLimit { limit, .. }, Some(stop)) => OrderKind::StopLimit { stop, limit },
        (OrderKind::MarketIfTouched { .. }, Some(touch)) => OrderKind::MarketIfTouched { touch },
        (OrderKind::LimitIfTouched { limit, .. }, Some(touch)) => OrderKind::LimitIfTouched { touch, limit },
        _ => return Err(Reason::BadPrice),
    };
    match (kind, change.limit) {
        (kind, None) => Ok(kind),
        (OrderKind::Limit { .. }, Some(limit)) => Ok(OrderKind::Limit { limit }),
        (OrderKind::StopLimit { stop, .. }, Some(limit)) => Ok(OrderKind::StopLimit { stop, limit }),
        (OrderKind::LimitIfTouched { touch, .. }, Some(limit)) => Ok(OrderKind::LimitIfTouched { touch, limit }),
        _ => Err(Reason::BadPrice),
    }
}

/// Applies a change to a request; the types must fit.
fn change_request(order: &mut NewOrder, change: &OrderChange) -> Result<(), Reason> {
    order.kind = changed_kind(order.kind, change)?;
    if let Some(quantity) = change.quantity {
        if quantity <= Quantity::ZERO {
            return Err(Reason::BadQuantity);
        }
        order.size = Size::Quantity(quantity);
    }
    Ok(())
}

fn traded_bar(series: &Series, bar: &WholeBar, day: &Day) -> TradedBar {
    let price = Price::from_checked_f64;
    TradedBar {
        open: price(bar.open),
        high: price(bar.high),
        low: price(bar.low),
        close: price(bar.close),
        volume: bar.volume.map(|v| Quantity::from_f64(v).unwrap_or(Quantity::from_units(i64::MAX / 4))),
        session_start: series.starts_session(bar.row),
        session_end: series.ends_session(bar.row),
        limits: day.limits,
    }
}

/// False when it is plain that every path gives the same fills, so that no
/// search is needed: orders that act at the open, then at most one unlinked order
/// at a price of its own.
pub(super) fn is_entangled(book: &Book, bar: &TradedBar) -> bool {
    if book.trails.iter().any(|slot| book.get(*slot).may_fire_trailing(bar.low, bar.high)) {
        return true;
    }
    let mut openers = book.market.iter().chain(&book.auctions);
    if openers.any(|slot| book.get(*slot).has_children) {
        return true;
    }
    let down = book.falling.iter().rev().take_while(|e| e.level >= Level::at(bar.low));
    let up = book.rising.iter().rev().take_while(|e| e.level <= Level::at(bar.high));
    let mut touched = 0;
    for entry in down.chain(up) {
        let order = book.get(entry.slot);
        touched += 1;
        let simple =
            matches!(order.kind, OrderKind::Limit { .. } | OrderKind::Stop { .. } | OrderKind::MarketIfTouched { .. });
        let linked = order.has_children || order.oco.is_some() || order.parent.is_some();
        if !simple || linked || touched > 1 {
            return true;
        }
    }
    false
}

/// The fills of a run as those of a path, sorted.
pub(super) fn path_fills(fills: &[Fill]) -> Vec<PathFill> {
    let path = |f: &Fill| PathFill { order: f.order, side: f.side, quantity: f.quantity, price: f.price };
    let mut all: Vec<PathFill> = fills.iter().map(path).collect();
    all.sort_unstable();
    all
}

pub(super) fn marked_gain(fills: &[PathFill], mark: Price, purse: &Purse<'_>) -> Money {
    let multiplier = purse.instrument.multiplier;
    fills
        .iter()
        .map(|f| {
            let notional = Money::notional(f.price, f.quantity, multiplier);
            let value = Money::notional(mark, f.quantity, multiplier);
            let gain = if f.side == Side::Buy { value - notional } else { notional - value };
            gain - purse.fees.fee(f.order, f.side, f.quantity, notional)
        })
        .sum()
}
