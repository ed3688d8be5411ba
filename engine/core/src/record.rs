//! What a run leaves behind: orders, fills, trades, equity, certainty.

use std::iter::Peekable;

use crate::drill_down::{Drill, DrillDown};
use crate::feed::Times;
use crate::fixed::{Money, Price, Quantity};
use crate::instrument::{Instrument, InstrumentId};
use crate::ledger::{Entry, EntryKind, LedgerAccount, postings};
use crate::order::{NewOrder, OrderId, OrderState, Reason, Side};
use crate::orderbook::BookState;
use crate::time::Timestamp;

/// An order and what became of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OrderRecord {
    /// As requested.
    pub order: NewOrder,
    /// When it was submitted.
    pub submitted: Timestamp,
    /// When it ended; `Timestamp::MAX` while it works.
    pub ended: Timestamp,
    /// Where it stands.
    pub state: OrderState,
    /// Why it ended so.
    pub reason: Reason,
    /// Filled so far.
    pub filled: Quantity,
    /// Requested quantity once known; zero before.
    pub quantity: Quantity,
    /// Sum of price times quantity of its fills, a double: for the average only.
    pub traded: f64,
    /// The last price when it was submitted.
    pub last: Price,
    pub(crate) slot: u32,
}

impl OrderRecord {
    /// Average fill price; `None` before the first fill.
    #[must_use]
    pub fn average_price(&self) -> Option<f64> {
        (!self.filled.is_zero()).then(|| tidy(self.traded / self.filled.to_f64()))
    }
}

/// An average of prices without the noise of its division: rounded to 1e-8.
fn tidy(price: f64) -> f64 {
    Price::from_f64(price).map_or(price, Price::to_f64)
}

/// One fill.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fill {
    /// Close of the bar in which it happened; on a tape the moment itself.
    pub time: Timestamp,
    /// Of which order.
    pub order: OrderId,
    /// Of which instrument.
    pub instrument: InstrumentId,
    /// Row of the bar in the instrument's series.
    pub bar: u32,
    /// Buy or sell.
    pub side: Side,
    /// The same on every path its bar allows.
    pub certain: bool,
    /// A resting order met by somebody (on tapes; false on bars, which do not tell).
    pub maker: bool,
    /// Slipped to a price outside the range of its bar.
    pub outside_bar: bool,
    /// Price, slippage included.
    pub price: Price,
    /// Shares or contracts.
    pub quantity: Quantity,
    /// Price times quantity times multiplier.
    pub notional: Money,
    /// Fee paid.
    pub fee: Money,
    /// How far slippage moved the price against us per unit, rounding to the tick included.
    pub slippage: Price,
}

/// A closed round trip: from flat to flat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trade {
    /// Of which instrument.
    pub instrument: InstrumentId,
    /// Buy for long, sell for short.
    pub side: Side,
    /// True when all its fills are certain.
    pub certain: bool,
    /// Row of the bar of the first entry.
    pub entry_bar: u32,
    /// Row of the bar of the last exit.
    pub exit_bar: u32,
    /// Total quantity entered (adjusted for splits at exit).
    pub quantity: Quantity,
    /// Close of the bar of the first entry.
    pub entry_time: Timestamp,
    /// Close of the bar of the last exit.
    pub exit_time: Timestamp,
    /// Average entry price.
    pub entry_price: f64,
    /// Average exit price.
    pub exit_price: f64,
    /// Money paid for entries (received, when short).
    pub entry_notional: Money,
    /// Money received for exits (paid, when short).
    pub exit_notional: Money,
    /// Fees of entries and exits.
    pub fees: Money,
    /// Dividends received (paid, when short) while it was open.
    pub dividends: Money,
    /// Net profit: exits minus entries (mirrored when short) minus fees plus dividends.
    pub pnl: Money,
    /// Worst unrealised return seen while it was open, a fraction, at most 0.
    pub mae: f64,
    /// Best unrealised return seen while it was open, a fraction, at least 0.
    pub mfe: f64,
}

impl Trade {
    /// Net profit over the money entered.
    #[must_use]
    pub fn return_on_entry(&self) -> f64 {
        self.pnl.to_f64() / self.entry_notional.to_f64()
    }
}

/// A bar whose fills depend on the path inside it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AmbiguousBar {
    /// Of which instrument.
    pub instrument: InstrumentId,
    /// Row in its series.
    pub bar: u32,
    /// Close of the bar.
    pub time: Timestamp,
    /// P&L of the fills of this bar as they happened, marked at its close, fees included.
    pub pnl: Money,
    /// The least over all paths of this bar.
    pub pnl_worst: Money,
    /// The most over all paths of this bar.
    pub pnl_best: Money,
    /// False when the search gave up: the range is then not known.
    pub searched: bool,
    /// What finer data made of it. With it, `pnl` is that of the replay, and the range
    /// above stays that of the bar alone; `range` gives the one that is left.
    pub drill: Drill,
}

/// Most book incidents that a run keeps.
pub const BOOK_INCIDENTS_MAX: usize = 100_000;

/// A book went bad, or was good again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookIncident {
    /// Of which instrument.
    pub instrument: InstrumentId,
    /// When it was received.
    pub time: Timestamp,
    /// What it is from then on.
    pub state: BookState,
}

/// One point that a strategy plotted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlotPoint {
    /// Which line, an index into `RunResult::plot_names`.
    pub line: u32,
    /// When.
    pub time: Timestamp,
    /// The value.
    pub value: f64,
}

/// One line that a strategy logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// When.
    pub time: Timestamp,
    /// The text.
    pub text: String,
}

/// A ledger entry that is no fill, and its place among the fills.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transfer {
    /// Fills that happened before it.
    pub fills_before: u32,
    /// The entry.
    pub entry: Entry,
}

/// The ledger of a run in order: made from its fills and transfers.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    run: &'a RunResult,
    fill: usize,
    transfer: usize,
}

impl Iterator for Entries<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let transfer = self.run.transfers.get(self.transfer);
        if let Some(transfer) = transfer.filter(|t| t.fills_before as usize <= self.fill) {
            self.transfer += 1;
            return Some(transfer.entry);
        }
        let fill = self.run.fills.get(self.fill)?;
        self.fill += 1;
        Some(Entry { time: fill.time, kind: EntryKind::Fill { fill: self.fill as u32 - 1 } })
    }
}

/// Cash over time, one time after the other.
#[derive(Clone, Debug)]
pub struct CashCurve<'a> {
    fills: &'a [Fill],
    entries: Peekable<Entries<'a>>,
    sum: Money,
}

impl CashCurve<'_> {
    /// Cash after a time (UTC nanoseconds) that is not before the one asked for last.
    pub fn after(&mut self, time: i64) -> f64 {
        while let Some(entry) = self.entries.next_if(|e| e.time.nanos() <= time) {
            let lines = postings(&entry, self.fills);
            self.sum += lines.iter().filter(|p| p.account == LedgerAccount::Cash).map(|p| p.amount).sum();
        }
        self.sum.to_f64()
    }
}

/// All that a run produced.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunResult {
    /// The instruments, by `InstrumentId`.
    pub instruments: Vec<Instrument>,
    /// Bars fed to the strategy.
    pub bars: u64,
    /// Start of the run's money.
    pub initial_cash: Money,
    /// Orders, by `OrderId`.
    pub orders: Vec<OrderRecord>,
    /// Fills in the order they happened.
    pub fills: Vec<Fill>,
    /// Round trips in the order they closed.
    pub trades: Vec<Trade>,
    /// Round trips still open at the end, marked at the last price, without exit fee.
    pub open_trades: Vec<Trade>,
    /// What moved money besides fills, in order; `entries` gives all of the ledger.
    pub transfers: Vec<Transfer>,
    /// The instants of the run.
    pub times: Times,
    /// Equity at each instant.
    pub equity: Vec<f64>,
    /// Instants at which a position was held.
    pub exposed: u64,
    /// Bars whose fills depend on the path.
    pub ambiguous: Vec<AmbiguousBar>,
    /// Books that went bad, and were good again.
    pub incidents: Vec<BookIncident>,
    /// What finer data made of them; `None` when there is none for any instrument.
    pub drill_down: Option<DrillDown>,
    /// Cash at the end.
    pub final_cash: Money,
    /// Equity at the end, exact.
    pub final_equity: Money,
    /// Names of plotted lines.
    pub plot_names: Vec<String>,
    /// Plotted points.
    pub plots: Vec<PlotPoint>,
    /// Logged lines.
    pub logs: Vec<LogLine>,
    /// Decisions were filled at the price they were made on (`fill.market = "same_close"`).
    pub same_close: bool,
}

impl RunResult {
    /// The ledger in order.
    #[must_use]
    pub fn entries(&self) -> Entries<'_> {
        Entries { run: self, fill: 0, transfer: 0 }
    }

    /// Cash over time, rebuilt from the ledger.
    #[must_use]
    pub fn cash(&self) -> CashCurve<'_> {
        CashCurve { fills: &self.fills, entries: self.entries().peekable(), sum: Money::ZERO }
    }

    /// Cash after each instant.
    #[must_use]
    pub fn cash_column(&self) -> Vec<f64> {
        let mut cash = self.cash();
        self.times.iter().map(|time| cash.after(*time)).collect()
    }

    /// Bars whose fills depend on the path, finer data considered.
    #[must_use]
    pub fn left_ambiguous(&self) -> usize {
        self.ambiguous.iter().filter(|bar| bar.is_left()).count()
    }

    /// Fees of all fills.
    #[must_use]
    pub fn fees(&self) -> Money {
        self.fills.iter().map(|f| f.fee).sum()
    }

    /// Interest, borrow costs and custody paid.
    #[must_use]
    pub fn carry(&self) -> Money {
        let amount =
            |t: &Transfer| if let EntryKind::Carry { amount, .. } = t.entry.kind { amount } else { Money::ZERO };
        self.transfers.iter().map(amount).sum()
    }

    /// Dividends received less those paid, before tax.
    #[must_use]
    pub fn dividends(&self) -> Money {
        let amount =
            |t: &Transfer| if let EntryKind::Dividend { amount, .. } = t.entry.kind { amount } else { Money::ZERO };
        self.transfers.iter().map(amount).sum()
    }

    /// Taxes paid on dividends.
    #[must_use]
    pub fn taxes(&self) -> Money {
        let amount =
            |t: &Transfer| if let EntryKind::DividendTax { amount, .. } = t.entry.kind { amount } else { Money::ZERO };
        self.transfers.iter().map(amount).sum()
    }

    /// What slippage cost in one fill; already in its price.
    #[must_use]
    pub fn slippage_of(&self, fill: &Fill) -> Money {
        Money::notional(fill.slippage, fill.quantity, self.instruments[fill.instrument.index()].multiplier)
    }

    /// What slippage cost over all fills; already in the prices.
    #[must_use]
    pub fn slippage(&self) -> Money {
        self.fills.iter().map(|f| self.slippage_of(f)).sum()
    }

    /// Sum of the traded amounts.
    #[must_use]
    pub fn traded(&self) -> Money {
        self.fills.iter().map(|f| f.notional.abs()).sum()
    }
}
