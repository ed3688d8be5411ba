//! `Context`: everything a strategy may see and do.
//!
//! It owns the portfolio, the records and the command buffer. What it shows is
//! stamped now or earlier. Commands are collected here and carried out by the
//! kernel after the callback.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;

use crate::bars::{BarRef, Bars};
use crate::feed::Feed;
use crate::fixed::{Money, Price, Quantity};
use crate::frames::{Frame, FrameHandle, FrameId};
use crate::instrument::{Instrument, InstrumentId};
use crate::market::Tick;
use crate::order::{NewOrder, OcoId, OrderChange, OrderId, OrderState, Reason, Side, Size};
use crate::orderbook::{BookState, OrderBook};
use crate::per_instrument::PerInstrument;
use crate::portfolio::Portfolio;
use crate::record::{Fill, LogLine, OrderRecord, PlotPoint, Trade};
use crate::setup::Handle;
use crate::time::Timestamp;

/// What a strategy asked for, in order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Command {
    Submit(OrderId),
    Cancel(OrderId),
    Modify(OrderId, OrderChange),
}

/// Most lines that a strategy may log in one run; what is beyond is counted, not kept.
pub const LOG_LINES_MAX: usize = 100_000;
/// Most points that a strategy may plot in one run.
pub const PLOT_POINTS_MAX: usize = 10_000_000;

/// The bars of one instant.
#[derive(Clone, Copy, Debug)]
pub struct Slice<'a> {
    pub(crate) ids: &'a [u32],
    pub(crate) close: &'a [f64],
}

impl Slice<'_> {
    /// Number of instruments that have a bar at this instant.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// True when no instrument has a bar.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Instruments and their closes, in order of `InstrumentId`.
    #[inline]
    pub fn closes(&self) -> impl Iterator<Item = (InstrumentId, f64)> + '_ {
        self.ids.iter().zip(self.close).map(|(id, close)| (InstrumentId(*id), *close))
    }
}

/// What was received of an instrument's tape.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) book: OrderBook,
    pub(crate) state: BookState,
    pub(crate) last: Option<Tick>,
}

/// Everything a strategy may see and do.
#[derive(Debug)]
pub struct Context {
    pub(crate) feed: Arc<Feed>,
    /// Their present terms.
    pub(crate) instruments: Vec<Instrument>,
    pub(crate) now: Timestamp,
    /// Rows of the only instrument are being shown; `now` is then the close of the last one seen.
    pub(crate) driving: bool,
    /// Per instrument: rows seen so far.
    pub(crate) seen: PerInstrument<u32>,
    pub(crate) columns: Vec<Arc<Vec<f64>>>,
    pub(crate) factors: Vec<Option<Arc<Vec<f64>>>>,
    /// Per instrument: what was received of its tape; no entries in a run on bars alone.
    pub(crate) received: Vec<Received>,
    pub(crate) frames: Vec<Frame>,
    pub(crate) frame_columns: Vec<Arc<Vec<f64>>>,
    pub(crate) portfolio: Portfolio,
    pub(crate) orders: Vec<OrderRecord>,
    /// In order of submission; orders mostly end in that order too, at the front.
    pub(crate) open: VecDeque<OrderId>,
    pub(crate) fills: Vec<Fill>,
    pub(crate) trades: Vec<Trade>,
    /// Equity at each instant so far.
    pub(crate) equity: Vec<f64>,
    /// Instants with a position.
    pub(crate) exposed: u64,
    pub(crate) commands: Vec<Command>,
    pub(crate) timers: BTreeMap<(Timestamp, u64), u64>,
    pub(crate) timer_count: u64,
    /// Timers that the kernel knows of.
    pub(crate) timers_seen: u64,
    pub(crate) oco_instruments: Vec<Option<InstrumentId>>,
    pub(crate) plot_names: Vec<String>,
    pub(crate) plots: Vec<PlotPoint>,
    pub(crate) logs: Vec<LogLine>,
    pub(crate) seed: u64,
}

impl Context {
    /// Time of the present event.
    #[inline]
    #[must_use]
    pub fn now(&self) -> Timestamp {
        if self.driving { self.last_seen().map_or(self.now, |bar| bar.time()) } else { self.now }
    }

    #[inline]
    fn last_seen(&self) -> Option<BarRef<'_>> {
        self.bar(InstrumentId(0), 0)
    }

    /// The run's seed, for strategies that draw random numbers of their own.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The instruments, by `InstrumentId`.
    #[must_use]
    pub fn instruments(&self) -> &[Instrument] {
        &self.instruments
    }

    /// One instrument.
    #[must_use]
    pub fn instrument(&self, id: InstrumentId) -> &Instrument {
        &self.instruments[id.index()]
    }

    /// Bars of an instrument that have closed so far.
    #[inline]
    #[must_use]
    pub fn bar_count(&self, id: InstrumentId) -> usize {
        self.seen[id.index()] as usize
    }

    /// The bar `back` bars ago (0 = the last closed one); `None` before the first.
    #[inline]
    #[must_use]
    pub fn bar(&self, id: InstrumentId, back: usize) -> Option<BarRef<'_>> {
        let row = self.bar_count(id).checked_sub(back + 1)?;
        Some(self.bars(id).row(row))
    }

    fn bars(&self, id: InstrumentId) -> &Bars {
        &self.feed.series()[id.index()].bars
    }

    /// The first output of an indicator at the last closed bar; NaN during warm-up.
    #[inline]
    #[must_use]
    pub fn value(&self, handle: Handle) -> f64 {
        self.output(handle, 0, 0)
    }

    /// Output number `output` of an indicator, `back` bars ago; NaN where there is none.
    #[inline]
    #[must_use]
    pub fn output(&self, handle: Handle, output: usize, back: usize) -> f64 {
        let row = (self.seen[handle.series as usize] as usize).wrapping_sub(back + 1);
        self.columns[handle.first as usize + output].get(row).copied().unwrap_or(f64::NAN)
    }

    /// Output number `output` of an indicator at all bars closed so far, the last one last.
    #[inline]
    #[must_use]
    pub fn history(&self, handle: Handle, output: usize) -> &[f64] {
        let rows = self.seen[handle.series as usize] as usize;
        &self.columns[handle.first as usize + output][..rows]
    }

    /// Bars of a frame that have closed so far.
    #[must_use]
    pub fn frame_count(&self, frame: FrameId) -> usize {
        let frame = &self.frames[frame.0 as usize];
        let seen = self.seen[frame.series.index()] as usize;
        seen.checked_sub(1).map_or(0, |row| frame.closed[row] as usize)
    }

    /// The bar of a frame `back` bars ago (0 = the last closed one); `None` before the first.
    #[must_use]
    pub fn frame_bar(&self, frame: FrameId, back: usize) -> Option<BarRef<'_>> {
        let row = self.frame_count(frame).checked_sub(back + 1)?;
        Some(self.frames[frame.0 as usize].bars.row(row))
    }

    /// The first output of an indicator over a frame at its last closed bar; NaN during warm-up.
    #[must_use]
    pub fn frame_value(&self, handle: FrameHandle) -> f64 {
        self.frame_output(handle, 0, 0)
    }

    /// Output number `output` of an indicator over a frame, `back` of its bars ago; NaN where there is none.
    #[must_use]
    pub fn frame_output(&self, handle: FrameHandle, output: usize, back: usize) -> f64 {
        let row = self.frame_count(FrameId(handle.frame)).wrapping_sub(back + 1);
        self.frame_columns[handle.first as usize + output].get(row).copied().unwrap_or(f64::NAN)
    }

    /// The factor by which raw prices are multiplied to be comparable with the
    /// adjusted prices that indicators see; 1 without corporate actions.
    #[inline]
    #[must_use]
    pub fn adjustment(&self, id: InstrumentId) -> f64 {
        match &self.factors[id.index()] {
            Some(factors) => (self.seen[id.index()] as usize).checked_sub(1).map_or(1.0, |row| factors[row]),
            None => 1.0,
        }
    }

    /// The book of an instrument as far as it was received; `None` without a tape.
    #[inline]
    #[must_use]
    pub fn book(&self, id: InstrumentId) -> Option<&OrderBook> {
        self.received.get(id.index()).filter(|_| self.has_tape(id)).map(|r| &r.book)
    }

    /// Whether the book of an instrument may be trusted.
    #[must_use]
    pub fn book_state(&self, id: InstrumentId) -> BookState {
        self.received.get(id.index()).map_or(BookState::Good, |r| r.state)
    }

    /// The last regular trade received; `None` before the first and without a tape.
    #[inline]
    #[must_use]
    pub fn last_trade(&self, id: InstrumentId) -> Option<Tick> {
        self.received.get(id.index()).and_then(|r| r.last)
    }

    /// True when the instrument has trades, quotes or a book besides bars.
    #[inline]
    #[must_use]
    pub fn has_tape(&self, id: InstrumentId) -> bool {
        self.feed.series()[id.index()].tape.is_some()
    }

    /// Cash, positions, equity.
    #[inline]
    #[must_use]
    pub fn portfolio(&self) -> &Portfolio {
        &self.portfolio
    }

    /// Signed position in an instrument.
    #[inline]
    #[must_use]
    pub fn position(&self, id: InstrumentId) -> Quantity {
        self.portfolio.position(id).quantity()
    }

    /// Equity at the marks.
    #[inline]
    #[must_use]
    pub fn equity(&self) -> f64 {
        self.portfolio.equity()
    }

    /// Cash at hand.
    #[inline]
    #[must_use]
    pub fn cash(&self) -> Money {
        self.portfolio.cash()
    }

    /// An order of this run.
    #[must_use]
    pub fn order(&self, id: OrderId) -> Option<&OrderRecord> {
        self.orders.get(id.index())
    }

    /// Orders that work or wait, in order of submission.
    pub fn open_orders(&self) -> impl Iterator<Item = OrderId> + '_ {
        self.open.iter().copied()
    }

    /// True when an order of this instrument works or waits.
    #[must_use]
    pub fn has_open_order(&self, id: InstrumentId) -> bool {
        self.open.iter().any(|o| self.orders[o.index()].order.instrument == id)
    }

    /// Closed round trips so far.
    #[must_use]
    pub fn trades(&self) -> &[Trade] {
        &self.trades
    }

    /// Sends an order; what becomes of it arrives in `on_order` and `on_fill`.
    #[inline(never)]
    pub fn submit(&mut self, order: NewOrder) -> OrderId {
        let id = OrderId(self.orders.len() as u32);
        let mark = if order.instrument.index() < self.seen.as_slice().len() {
            self.portfolio.mark(order.instrument)
        } else {
            0.0
        };
        self.orders.push(OrderRecord {
            order,
            submitted: self.now(),
            ended: Timestamp::MAX,
            state: OrderState::Created,
            reason: Reason::None,
            filled: Quantity::ZERO,
            quantity: match order.size {
                Size::Quantity(quantity) => quantity,
                _ => Quantity::ZERO,
            },
            traded: 0.0,
            last: Price::from_checked_f64(mark),
            slot: u32::MAX,
        });
        self.open.push_back(id);
        self.commands.push(Command::Submit(id));
        id
    }

    /// Closes the whole position in an instrument at the market, if there is one.
    pub fn close_position(&mut self, id: InstrumentId) -> Option<OrderId> {
        let position = self.position(id);
        let order = match position.units().signum() {
            1 => NewOrder::market(id, Side::Sell, Size::AllIn),
            -1 => NewOrder::market(id, Side::Buy, Size::Quantity(position.abs())),
            _ => return None,
        };
        Some(self.submit(order))
    }

    /// A new one-cancels-other group.
    pub fn new_group(&mut self) -> OcoId {
        self.oco_instruments.push(None);
        OcoId((self.oco_instruments.len() - 1) as u32)
    }

    /// Sends an entry with a protective stop and a target, which go live with its
    /// first fill, for what is filled, and cancel each other.
    pub fn submit_bracket(&mut self, entry: NewOrder, stop: Price, target: Price) -> [OrderId; 3] {
        let parent = self.submit(entry);
        let group = self.new_group();
        let side = entry.side.opposite();
        let exit = |order: NewOrder| order.child_of(parent).oco(group);
        let stop = self.submit(exit(NewOrder::stop(entry.instrument, side, Size::AsParent, stop)));
        let target = self.submit(exit(NewOrder::limit(entry.instrument, side, Size::AsParent, target)));
        [parent, stop, target]
    }

    /// Cancels an order; nothing happens if it has ended.
    pub fn cancel(&mut self, id: OrderId) {
        self.commands.push(Command::Cancel(id));
    }

    /// Cancels every open order of an instrument.
    pub fn cancel_all(&mut self, id: InstrumentId) {
        for i in 0..self.open.len() {
            let order = self.open[i];
            if self.orders[order.index()].order.instrument == id {
                self.cancel(order);
            }
        }
    }

    /// Changes a working order; nothing happens if it has ended or the change does not fit.
    pub fn modify(&mut self, id: OrderId, change: OrderChange) {
        self.commands.push(Command::Modify(id, change));
    }

    /// Asks for `on_timer` with `tag` at a time; a time not after now is due at
    /// once, after the present event.
    pub fn set_timer(&mut self, at: Timestamp, tag: u64) {
        self.timer_count += 1;
        self.timers.insert((at, self.timer_count), tag);
    }

    /// Adds a point to a line of the report's chart.
    pub fn plot(&mut self, name: &str, value: f64) {
        if !value.is_finite() || self.plots.len() >= PLOT_POINTS_MAX {
            return;
        }
        let line = self.plot_names.iter().position(|n| n == name).unwrap_or_else(|| {
            self.plot_names.push(name.to_owned());
            self.plot_names.len() - 1
        });
        self.plots.push(PlotPoint { line: line as u32, time: self.now(), value });
    }

    /// Adds a line to the run's log.
    pub fn log(&mut self, text: impl Into<String>) {
        if self.logs.len() < LOG_LINES_MAX {
            let time = self.now();
            self.logs.push(LogLine { time, text: text.into() });
        }
    }

    /// Rows of the only instrument that change no order are about to be shown.
    #[inline(always)]
    pub(crate) fn begin_rows(&mut self) {
        self.driving = true;
    }

    /// One of them closed: what a strategy can see of it.
    #[inline(always)]
    pub(crate) fn show_row(&mut self, row: usize, close: f64) {
        *self.seen.only() = (row + 1) as u32;
        self.portfolio.mark_only(close);
    }

    /// All of them closed: what only the records see.
    #[inline(never)]
    pub(crate) fn end_rows(&mut self, bars: &Bars, rows: Range<usize>) {
        self.driving = false;
        let Some(last) = rows.clone().next_back() else { return };
        self.now = bars.row(last).time();
        if !self.portfolio.held().is_empty() {
            self.exposed += rows.len() as u64;
        }
        self.portfolio.pass_rows(bars, rows, &mut self.equity);
    }

    /// Adds the equity of this instant to its column.
    #[inline(always)]
    pub(crate) fn note_equity(&mut self) {
        self.equity.push(self.portfolio.equity());
        self.exposed += u64::from(!self.portfolio.held().is_empty());
    }

    /// True when the kernel must act before the next bar.
    #[inline]
    pub(crate) fn has_requests(&self) -> bool {
        !self.commands.is_empty() || self.timer_count != self.timers_seen
    }

    /// Ends an order in the records.
    pub(crate) fn end_order(&mut self, id: OrderId, state: OrderState, reason: Reason) {
        let record = &mut self.orders[id.index()];
        record.state = state;
        record.reason = reason;
        record.ended = self.now;
        if self.open.front() == Some(&id) {
            self.open.pop_front();
        } else if let Ok(at) = self.open.binary_search(&id) {
            self.open.remove(at);
        }
    }
}
