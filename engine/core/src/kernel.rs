//! `Kernel`: events in, decisions out. One thread, no clock, no I/O.
//!
//! Per instant: timers that are due, corporate actions, matching of every
//! instrument's bar, marks and equity, then the callbacks, then the commands they
//! sent. The same steps serve history and, later, live events.

mod events;
mod tape;
mod wire;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::account::{AccountKind, FeeSchedule};
use crate::bars::Bars;
use crate::context::{Command, Context};
use crate::date::Date;
use crate::drill_down::DrillDown;
use crate::exchange::depth::DepthRules;
use crate::exchange::sim::{Notice, SimExchange};
use crate::exchange::{FillRules, MarketFill};
use crate::feed::{Feed, Series, Times};
use crate::fixed::Money;
use crate::frames::FrameId;
use crate::gate::{Gate, RiskLimits};
use crate::instrument::InstrumentId;
use crate::latency::Latency;
use crate::ledger::{Entry, EntryKind};
use crate::order::{OrderId, OrderState, Reason};
use crate::per_instrument::PerInstrument;
use crate::portfolio::Portfolio;
use crate::record::{BookIncident, RunResult, Transfer};
use crate::rows::{Many, One, Rows};
use crate::setup::{ColumnCache, Setup, SetupError};
use crate::strategy::{SessionEvent, Strategy};
use crate::time::Timestamp;
use wire::Wire;

/// What a run may be told apart from its data and strategy.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// Kind of account.
    pub account: AccountKind,
    /// Cash at the start, in the account's currency.
    pub cash: Money,
    /// Fees.
    pub fees: FeeSchedule,
    /// Fill model on bars.
    pub fills: FillRules,
    /// Fill model of instruments with a tape.
    pub depth: DepthRules,
    /// How long data, orders and answers are on their way, where there is a tape.
    pub latency: Latency,
    /// Limits of the risk gate.
    pub risk: RiskLimits,
    /// Splits and dividends take effect; false for reference tables.
    pub apply_actions: bool,
    /// Callbacks, orders and equity begin with the first instant at or after this;
    /// earlier bars only warm up indicators.
    pub begin: Timestamp,
    /// For strategies that draw random numbers.
    pub seed: u64,
    /// Steps through every bar instead of driving the strategy over quiet rows:
    /// slower, and the same byte for byte.
    pub per_bar: bool,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            account: AccountKind::Cash,
            cash: Money::from_whole(100_000),
            fees: FeeSchedule::Free,
            fills: FillRules::default(),
            depth: DepthRules::default(),
            latency: Latency::default(),
            risk: RiskLimits::default(),
            apply_actions: true,
            begin: Timestamp::MIN,
            seed: 0,
            per_bar: false,
        }
    }
}

/// Why a run stopped before its end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// The strategy could not be set up.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// A strategy keeps answering its own notices.
    #[error("at {0}: the strategy sent orders from callbacks {1} times in a row within one instant")]
    Endless(Timestamp, usize),
    /// `same_close` fills everything at once, so a cap on volume has no meaning.
    #[error("fill.market = \"same_close\" and fill.participation exclude each other")]
    SameCloseCap,
    /// `same_close` fills at bars; an instrument with a tape is not filled at bars.
    #[error("fill.market = \"same_close\" needs bars; {0} has a tape")]
    SameCloseTape(crate::instrument::Symbol),
}

/// Rows of a quiet run that are looked at together, at first and at most.
const QUIET_ROWS_MIN: usize = 16;
const QUIET_ROWS_MAX: usize = 1_024;
/// Rounds of notices and answers within one instant.
pub const ROUNDS_MAX: usize = 1_000;

/// Buffers that a run may take over from an earlier one.
#[derive(Debug, Default)]
pub struct Scratch {
    result: RunResult,
}

impl Scratch {
    /// Keeps the memory of a result that is no longer needed.
    #[must_use]
    pub fn from(result: RunResult) -> Self {
        Self { result }
    }
}

/// Runs a strategy over a feed.
///
/// # Errors
/// The strategy cannot be set up, or never stops answering itself.
pub fn run(feed: &Arc<Feed>, strategy: &mut dyn Strategy, options: &RunOptions) -> Result<RunResult, RunError> {
    run_with(feed, strategy, options, &ColumnCache::default(), Scratch::default())
}

/// As `run`, with shared indicator columns and reused buffers.
///
/// # Errors
/// As `run`.
pub fn run_with(
    feed: &Arc<Feed>,
    strategy: &mut dyn Strategy,
    options: &RunOptions,
    cache: &ColumnCache,
    scratch: Scratch,
) -> Result<RunResult, RunError> {
    if options.fills.market == MarketFill::SameClose && options.fills.participation.is_some() {
        return Err(RunError::SameCloseCap);
    }
    let mut taped = feed.series().iter().filter(|s| s.tape.is_some());
    if options.fills.market == MarketFill::SameClose
        && let Some(series) = taped.next()
    {
        return Err(RunError::SameCloseTape(series.instrument.symbol.clone()));
    }
    let mut setup = Setup::new(feed, cache, options.apply_actions);
    strategy.setup(&mut setup)?;
    let wants =
        Wants { slices: setup.slices, bars: setup.bars, sessions: setup.sessions, frames: !setup.frames.is_empty() };
    let (columns, factors, tells, wanted) = (setup.columns, setup.factors, setup.notices, setup.wanted);
    let count = feed.series().len();
    let mut old = scratch.result;
    old.orders.clear();
    old.fills.clear();
    old.trades.clear();
    old.transfers.clear();
    old.equity.clear();
    let cx = Context {
        feed: feed.clone(),
        instruments: feed.instruments().to_vec(),
        now: Timestamp::MIN,
        driving: false,
        seen: PerInstrument::new(count),
        columns,
        factors,
        received: tape::received(feed),
        frames: setup.frames,
        frame_columns: setup.frame_columns,
        portfolio: Portfolio::new(options.account, options.cash, count),
        orders: old.orders,
        open: VecDeque::new(),
        fills: old.fills,
        trades: old.trades,
        equity: old.equity,
        exposed: 0,
        commands: Vec::new(),
        timers: std::collections::BTreeMap::new(),
        timer_count: 0,
        timers_seen: 0,
        oco_instruments: Vec::new(),
        plot_names: Vec::new(),
        plots: Vec::new(),
        logs: Vec::new(),
        seed: options.seed,
    };
    let mut kernel = Kernel {
        cx,
        exchange: SimExchange::new(options.fills, feed, options.fees.clone()),
        gate: Gate::new(options.risk),
        transfers: old.transfers,
        strategy,
        wants,
        next_action: vec![0; count],
        next_change: vec![0; count],
        carried: None,
        event_due: i64::MAX,
        apply_actions: options.apply_actions,
        first: 0,
        bars: 0,
        per_bar: options.per_bar,
        wire: Wire::new(feed, &options.depth, options.latency, &wanted, options.seed),
        incidents: Vec::new(),
    };
    kernel.exchange.floor.tells = tells;
    kernel.look_for_events();
    let first = feed.span().0;
    let opened = if options.begin > first { options.begin } else { first };
    kernel.transfer(Entry { time: opened, kind: EntryKind::Deposit { amount: options.cash } });
    match (&feed.merged, kernel.wire.stands.is_empty()) {
        (Some(merged), true) => kernel.play(&Many(merged), options.begin)?,
        (None, true) => kernel.play(&One(&feed.series()[0].bars), options.begin)?,
        (Some(merged), false) => kernel.play_tapes(&Many(merged), options.begin)?,
        (None, false) => kernel.play_tapes(&One(&feed.series()[0].bars), options.begin)?,
    }
    Ok(kernel.finish(options))
}

#[derive(Clone, Copy, Debug)]
struct Wants {
    slices: bool,
    bars: bool,
    sessions: bool,
    frames: bool,
}

struct Kernel<'s> {
    cx: Context,
    exchange: SimExchange,
    gate: Gate,
    transfers: Vec<Transfer>,
    strategy: &'s mut dyn Strategy,
    wants: Wants,
    next_action: Vec<u32>,
    next_change: Vec<u32>,
    /// Until when the costs of holding are paid; `None` before the first bar.
    carried: Option<Date>,
    /// No corporate action, change of terms or cost of holding takes effect before a
    /// bar that closes at or after this.
    event_due: i64,
    apply_actions: bool,
    /// Index of the first instant of the run.
    first: usize,
    bars: u64,
    /// Never uses quiet runs; for the test that compares both.
    per_bar: bool,
    /// What is on its way to the venues of tapes and back.
    wire: Wire,
    /// Books that went bad, and were good again.
    incidents: Vec<BookIncident>,
}

impl Kernel<'_> {
    fn play<R: Rows>(&mut self, rows: &R, begin: Timestamp) -> Result<(), RunError> {
        let feed = self.cx.feed.clone();
        let first = rows.times().partition_point(|t| *t < begin.nanos());
        self.warm_up(rows, first);
        if first > 0 {
            self.pass_events();
        }
        self.cx.equity.reserve(rows.instants() - first);
        self.cx.now = Timestamp::from_nanos(rows.times().get(first).copied().unwrap_or(i64::MAX));
        self.strategy.on_start(&mut self.cx);
        self.obey(&feed)?;
        let quiet = rows
            .single()
            .filter(|_| self.wants.bars && !self.wants.slices && !self.wants.sessions && !self.wants.frames);
        let mut instant = first;
        while instant < rows.instants() {
            if let Some(bars) = quiet
                && !self.per_bar
            {
                instant = self.quiet_run(bars, instant);
                if !self.cx.commands.is_empty() {
                    self.obey(&feed)?;
                }
                if instant == rows.instants() {
                    break;
                }
            }
            let time = rows.time(instant);
            if !self.cx.timers.is_empty() {
                self.timers_before(&feed, Timestamp::from_nanos(time))?;
            }
            self.cx.now = Timestamp::from_nanos(time);
            self.instant(&feed, rows, instant)?;
            if !self.cx.timers.is_empty() {
                self.timers_before(&feed, Timestamp::from_nanos(time + 1))?;
            }
            instant += 1;
        }
        self.first = first;
        self.bars = (first..rows.instants()).map(|i| (rows.range(i).1 - rows.range(i).0) as u64).sum();
        self.strategy.on_stop(&mut self.cx);
        self.obey(&feed)
    }

    /// The bars of one instant: what happens to orders, marks, callbacks, commands.
    #[inline(always)]
    fn instant<R: Rows>(&mut self, feed: &Feed, rows: &R, instant: usize) -> Result<(), RunError> {
        let time = rows.time(instant);
        let (from, to) = rows.range(instant);
        if time >= self.event_due {
            self.events(feed, rows, (from, to));
        }
        if self.exchange.is_watching() {
            for at in from..to {
                if !self.exchange.is_quiet(rows.id(at), rows.low(at), rows.high(at)) {
                    self.exchange.pass_bar(&mut self.cx, feed, rows, at, time);
                }
            }
        }
        self.close_bars(rows, from, to);
        if !self.wire.stands.is_empty() {
            self.mark_books();
        }
        self.cx.note_equity();
        if !self.exchange.floor.notices.is_empty() {
            self.tell(feed)?;
        }
        if self.wants.bars {
            for at in from..to {
                let id = rows.id(at);
                let bar = feed.series()[id].bars.row(rows.row(at));
                self.strategy.on_bar(&mut self.cx, InstrumentId(id as u32), bar);
            }
        }
        if self.wants.frames {
            self.frames(rows, (from, to));
        }
        if self.wants.slices {
            self.strategy.on_slice(&mut self.cx, &rows.slice(from, to));
        }
        if self.wants.sessions {
            self.sessions(feed, rows, (from, to));
        }
        if self.cx.commands.is_empty() { Ok(()) } else { self.obey(feed) }
    }

    /// Drives the strategy over rows in which nothing can happen to any order or to
    /// the account; returns the row after the last one it saw. Gives what the loop
    /// over bars gives, byte for byte.
    #[inline(never)]
    fn quiet_run(&mut self, bars: &Bars, mut row: usize) -> usize {
        let c = bars.columns();
        let due = self.cx.timers.first_key_value().map_or(i64::MAX, |((at, _), _)| at.nanos());
        let due = due.min(self.event_due);
        self.cx.timers_seen = self.cx.timer_count;
        // Runs tend to be short: look a few rows ahead first, then further; nothing needs
        // to be looked at where no order works.
        let mut ahead = if self.exchange.is_watching() { QUIET_ROWS_MIN } else { QUIET_ROWS_MAX };
        loop {
            let end = bars.len().min(row + ahead);
            ahead = (ahead * 4).min(QUIET_ROWS_MAX);
            let mut to = row + self.exchange.quiet_rows(0, bars, row..end);
            if due != i64::MAX && to > row && c.close_time[to - 1] >= due {
                to = row + c.close_time[row..to].partition_point(|t| *t < due);
            }
            if to == row {
                return row;
            }
            let stop = self.strategy.drive(&mut self.cx, InstrumentId(0), bars, row..to);
            let asked = self.cx.has_requests();
            row = stop;
            if asked || stop < end || row == bars.len() {
                return row;
            }
        }
    }

    /// Bars before the run's begin: marks and rows only.
    fn warm_up<R: Rows>(&mut self, rows: &R, first: usize) {
        for instant in 0..first {
            let (from, to) = rows.range(instant);
            self.close_bars(rows, from, to);
        }
    }

    /// The bars of one instant closed: rows seen and marks.
    #[inline(always)]
    fn close_bars<R: Rows>(&mut self, rows: &R, from: usize, to: usize) {
        let (seen, lines) = (self.cx.seen.as_mut_slice(), self.cx.portfolio.lines_to_mark());
        // A count instead of the row: one column less to read.
        rows.each(from, to, |id, _, low, high, close| {
            seen[id] += 1;
            lines[id].pass_bar(low, high, close);
        });
    }

    /// Timers due before `time`, in order.
    #[inline(never)]
    fn timers_before(&mut self, feed: &Feed, time: Timestamp) -> Result<(), RunError> {
        let mut rounds = 0;
        while let Some(entry) = self.cx.timers.first_entry() {
            let at = entry.key().0;
            if at >= time {
                break;
            }
            let tag = entry.remove();
            if at > self.cx.now {
                self.cx.now = at;
            }
            self.strategy.on_timer(&mut self.cx, tag);
            self.obey(feed)?;
            rounds += 1;
            if rounds > ROUNDS_MAX * ROUNDS_MAX {
                return Err(RunError::Endless(self.cx.now, rounds));
            }
        }
        Ok(())
    }

    /// Money moved by something else than a fill.
    fn transfer(&mut self, entry: Entry) {
        self.transfers.push(Transfer { fills_before: self.cx.fills.len() as u32, entry });
    }

    fn sessions<R: Rows>(&mut self, feed: &Feed, rows: &R, (from, to): (usize, usize)) {
        for at in from..to {
            let (id, row) = (rows.id(at), rows.row(at));
            let series: &Series = &feed.series()[id];
            let id = InstrumentId(id as u32);
            if series.starts_session(row) {
                self.strategy.on_session(&mut self.cx, id, SessionEvent::Started);
            }
            if series.ends_session(row) {
                self.strategy.on_session(&mut self.cx, id, SessionEvent::Ended);
            }
        }
    }

    /// Bars of frames that closed with these bars.
    fn frames<R: Rows>(&mut self, rows: &R, (from, to): (usize, usize)) {
        for at in from..to {
            let (id, row) = (rows.id(at), rows.row(at));
            for i in 0..self.cx.frames.len() {
                let frame = &self.cx.frames[i];
                if frame.series.index() != id {
                    continue;
                }
                let before = row.checked_sub(1).map_or(0, |row| frame.closed[row]);
                let (closed, bars) = (frame.closed[row], frame.bars.clone());
                for done in before..closed {
                    self.strategy.on_frame(&mut self.cx, FrameId(i as u32), bars.row(done as usize));
                }
            }
        }
    }

    /// Tells the strategy what happened to its orders, and carries out its answers.
    #[inline(never)]
    fn tell(&mut self, feed: &Feed) -> Result<(), RunError> {
        let mut rounds = 0;
        while !self.exchange.floor.notices.is_empty() {
            // Callbacks only ask; what comes of it is noticed when it is carried out.
            for notice in self.exchange.floor.notices.drain(..) {
                match notice {
                    Notice::Order(id) => self.strategy.on_order(&mut self.cx, id),
                    Notice::Fill(index) => {
                        let fill = self.cx.fills[index as usize];
                        self.strategy.on_fill(&mut self.cx, &fill);
                    }
                }
            }
            self.carry_out(feed);
            rounds += 1;
            if rounds > ROUNDS_MAX {
                return Err(RunError::Endless(self.cx.now, rounds));
            }
        }
        Ok(())
    }

    /// Carries out what the strategy asked for, and tells it what came of it.
    #[inline(never)]
    fn obey(&mut self, feed: &Feed) -> Result<(), RunError> {
        self.carry_out(feed);
        if self.exchange.floor.notices.is_empty() { Ok(()) } else { self.tell(feed) }
    }

    fn carry_out(&mut self, feed: &Feed) {
        if self.cx.commands.is_empty() {
            return;
        }
        for i in 0..self.cx.commands.len() {
            let command = self.cx.commands[i];
            match command {
                Command::Submit(id) => self.submit(id),
                Command::Cancel(id) | Command::Modify(id, _) if self.cx.orders.len() <= id.index() => {}
                Command::Modify(id, change) if !self.may_change(id, &change) => {}
                Command::Cancel(id) | Command::Modify(id, _) if self.is_at_venue(id) => {
                    let record = &self.cx.orders[id.index()];
                    if !record.state.is_closed() {
                        self.wire.request(self.cx.now.nanos(), record.order.instrument, command);
                    }
                }
                Command::Cancel(id) => self.exchange.cancel(&mut self.cx, id),
                Command::Modify(id, change) => self.exchange.modify(&mut self.cx, id, &change),
            }
        }
        self.cx.commands.clear();
        if self.exchange.rules.market == MarketFill::SameClose {
            let fills = self.cx.fills.len();
            for i in 0..feed.series().len() {
                let id = InstrumentId(i as u32);
                self.exchange.fill_at_close(&mut self.cx, feed, id);
            }
            if let (true, Some(last)) = (self.cx.fills.len() > fills, self.cx.equity.last_mut()) {
                *last = self.cx.portfolio.equity();
            }
        }
    }

    /// False for a change that the gate refuses, which is logged.
    fn may_change(&mut self, id: OrderId, change: &crate::order::OrderChange) -> bool {
        if self.cx.orders[id.index()].state.is_closed() {
            return true; // nothing happens
        }
        let checked = self.gate.check_change(&self.cx, id, change);
        if let Err(reason) = checked {
            self.cx.log(format!("change of order {id} refused: {}", reason.text()));
        }
        checked.is_ok()
    }

    /// True when an order is traded against a tape.
    fn is_at_venue(&self, id: OrderId) -> bool {
        self.wire.serves(self.cx.orders[id.index()].order.instrument)
    }

    fn submit(&mut self, id: OrderId) {
        match self.gate.check(&mut self.cx, id) {
            Ok(()) => {
                let record = &mut self.cx.orders[id.index()];
                let instrument = record.order.instrument;
                if self.wire.serves(instrument) {
                    record.state = OrderState::PendingSubmit;
                    self.wire.request(self.cx.now.nanos(), instrument, Command::Submit(id));
                    return;
                }
                record.state = OrderState::Working;
                self.exchange.accept(id, instrument);
            }
            Err(Reason::ParentClosed) => {
                self.exchange.end_on_the_way(&mut self.cx, id, OrderState::Cancelled, Reason::ParentClosed);
            }
            Err(reason) => self.exchange.end_on_the_way(&mut self.cx, id, OrderState::Rejected, reason),
        }
    }

    fn finish(mut self, options: &RunOptions) -> RunResult {
        let feed = self.cx.feed.clone();
        // Working orders that were sized by money are reported with what they resolved to.
        for i in 0..self.cx.open.len() {
            let id = self.cx.open[i];
            let open = self.open_at_venue(id).unwrap_or_else(|| self.exchange.open_quantity(&self.cx, id));
            let record = &mut self.cx.orders[id.index()];
            if record.quantity.is_zero() && open < crate::fixed::Quantity::from_units(i64::MAX / 8) {
                record.quantity = record.filled + open;
            }
        }
        let last_rows: Vec<u32> = self.cx.seen.as_slice().iter().map(|n| n.saturating_sub(1)).collect();
        let cx = self.cx;
        let drilled = feed.series().iter().any(|s| s.finer.is_some());
        let drill_down =
            drilled.then(|| DrillDown::of(&self.exchange.ambiguous, &cx.fills, self.exchange.disagreement));
        RunResult {
            instruments: feed.instruments().to_vec(),
            bars: self.bars,
            initial_cash: options.cash,
            open_trades: cx.portfolio.open_trades(feed.instruments(), &last_rows, cx.now),
            final_cash: cx.portfolio.cash(),
            final_equity: cx.portfolio.exact_equity(feed.instruments()),
            orders: cx.orders,
            fills: cx.fills,
            trades: cx.trades,
            transfers: self.transfers,
            times: Times::Of(feed.clone(), self.first),
            equity: cx.equity,
            exposed: cx.exposed,
            ambiguous: self.exchange.ambiguous,
            drill_down,
            plot_names: cx.plot_names,
            plots: cx.plots,
            logs: cx.logs,
            incidents: self.incidents,
            same_close: options.fills.market == MarketFill::SameClose,
        }
    }
}
