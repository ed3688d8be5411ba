//! Positions, round trips and equity.
//!
//! Cash is exact; the per-bar equity column is a double made from the exact cash
//! and quantities (`cash + quantity x close`), summed in a fixed order of instruments.

use std::ops::Range;

use crate::account::{AccountKind, Purse};
use crate::actions::Split;
use crate::bars::Bars;
use crate::charges::{Charges, Day};
use crate::date::Date;
use crate::fixed::{Money, Price, Quantity};
use crate::instrument::{Instrument, InstrumentId};
use crate::ledger::{Entry, EntryKind};
use crate::order::{Side, Size};
use crate::per_instrument::PerInstrument;
use crate::position::Seen;
pub use crate::position::{Lot, Position};
use crate::record::{Fill, Trade};
use crate::rules::Settlement;
use crate::time::Timestamp;

/// Cash and positions of a run.
#[derive(Clone, Debug)]
pub struct Portfolio {
    kind: AccountKind,
    cash: Money,
    cash_f64: f64,
    positions: Vec<Position>,
    /// Per instrument: what every bar touches.
    lines: PerInstrument<Line>,
    /// Instruments with a position, ascending.
    held: Vec<InstrumentId>,
    /// What all positions are worth at the marks, once somebody asked; fills keep it true.
    worth: Option<Worth>,
}

/// All positions at their marks.
#[derive(Clone, Copy, Debug, Default)]
struct Worth {
    /// Signed.
    net: Money,
    /// Absolute.
    gross: Money,
}

/// What every bar touches of a position, side by side.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Line {
    /// The last close.
    mark: f64,
    /// Quantity times multiplier.
    weight: f64,
    /// Prices seen while the round trip is open.
    seen: Seen,
}

/// A sum in a fixed order of four lanes: the same bits everywhere, without
/// waiting for one addition after the other.
#[inline]
fn four_lanes(ids: &[InstrumentId], worth: impl Fn(&InstrumentId) -> f64) -> f64 {
    let mut lanes = [0.0; 4];
    let (fours, rest) = ids.as_chunks::<4>();
    for four in fours {
        for (lane, id) in lanes.iter_mut().zip(four) {
            *lane += worth(id);
        }
    }
    for (lane, id) in lanes.iter_mut().zip(rest) {
        *lane += worth(id);
    }
    (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
}

impl Line {
    /// Marks the instrument at a close and widens the range its round trip has seen.
    #[inline(always)]
    pub(crate) fn pass_bar(&mut self, low: f64, high: f64, close: f64) {
        self.mark = close;
        if self.weight != 0.0 {
            if self.seen.inside {
                self.seen.inside = false;
                self.seen.widen(close, close);
            } else {
                self.seen.widen(low, high);
            }
        }
    }
}

impl Portfolio {
    pub(crate) fn new(kind: AccountKind, cash: Money, instruments: usize) -> Self {
        Self {
            kind,
            cash,
            cash_f64: cash.to_f64(),
            positions: vec![Position::default(); instruments],
            lines: PerInstrument::new(instruments),
            held: Vec::new(),
            worth: None,
        }
    }

    /// Cash at hand.
    #[inline]
    #[must_use]
    pub fn cash(&self) -> Money {
        self.cash
    }

    /// What is held of an instrument.
    #[inline]
    #[must_use]
    pub fn position(&self, id: InstrumentId) -> &Position {
        &self.positions[id.index()]
    }

    /// Instruments with a position, ascending.
    #[inline]
    #[must_use]
    pub fn held(&self) -> &[InstrumentId] {
        &self.held
    }

    /// Equity at the marks.
    #[inline(always)]
    #[must_use]
    pub fn equity(&self) -> f64 {
        let worth = |id: &InstrumentId| {
            let line = &self.lines[id.index()];
            line.weight * line.mark
        };
        match self.held.as_slice() {
            [] => self.cash_f64,
            [only] => self.cash_f64 + worth(only),
            many => self.cash_f64 + four_lanes(many, worth),
        }
    }

    /// Equity at the marks, exact.
    #[must_use]
    pub fn exact_equity(&self, instruments: &[Instrument]) -> Money {
        self.cash + self.held.iter().map(|id| self.value(*id, instruments)).sum()
    }

    fn value(&self, id: InstrumentId, instruments: &[Instrument]) -> Money {
        let mark = Price::from_checked_f64(self.lines[id.index()].mark);
        Money::notional(mark, self.positions[id.index()].quantity, instruments[id.index()].multiplier)
    }

    /// The money of one instrument's orders. The other positions count only where
    /// `with_others` says so (equity, leverage).
    #[inline]
    pub(crate) fn purse<'a>(
        &mut self,
        id: InstrumentId,
        instruments: &'a [Instrument],
        charges: Charges<'a>,
        day: &Day,
        with_others: bool,
    ) -> Purse<'a> {
        let (worth, own) = if with_others && !self.held.is_empty() {
            (self.worth(instruments), self.value(id, instruments))
        } else {
            (Worth::default(), Money::ZERO)
        };
        let position = &self.positions[id.index()];
        let locks = day.settlement == Settlement::NextSession;
        let sellable = if locks {
            position.availability.sellable(day.settlement, day.date, position.quantity)
        } else {
            position.quantity
        };
        Purse {
            instrument: &instruments[id.index()],
            kind: self.kind,
            fees: charges,
            cash: self.cash,
            position: position.quantity,
            sellable,
            locks,
            others: worth.net - own,
            others_gross: worth.gross - own.abs(),
        }
    }

    /// `AccountKind::plainly` for an order on an instrument.
    #[inline(always)]
    pub(crate) fn plainly(
        &self,
        id: InstrumentId,
        multiplier: i64,
        request: (Side, Size),
        price: Price,
    ) -> Option<Quantity> {
        self.kind.plainly(self.cash, self.positions[id.index()].quantity, multiplier, request, price)
    }

    /// Summed once per change of marks, not once per order.
    fn worth(&mut self, instruments: &[Instrument]) -> Worth {
        if let Some(worth) = self.worth {
            return worth;
        }
        let mut worth = Worth::default();
        for id in &self.held {
            let value = self.value(*id, instruments);
            worth.net += value;
            worth.gross += value.abs();
        }
        self.worth = Some(worth);
        worth
    }

    /// True for a margin account.
    #[inline]
    pub(crate) fn is_leveraged(&self) -> bool {
        matches!(self.kind, AccountKind::Margin { .. })
    }

    /// What was just bought may be sold from the next session on.
    pub(crate) fn lock(&mut self, id: InstrumentId, date: Date, quantity: Quantity) {
        self.positions[id.index()].availability.buy(date, quantity);
    }

    /// Takes a tax on a dividend.
    pub(crate) fn tax(&mut self, id: InstrumentId, amount: Money) {
        if let Some(trade) = &mut self.positions[id.index()].trade {
            trade.dividends -= amount;
        }
        self.pay(amount);
    }

    /// Takes a cost that belongs to no fill.
    pub(crate) fn pay(&mut self, amount: Money) {
        self.cash -= amount;
        self.cash_f64 = self.cash.to_f64();
    }

    /// The worth of one instrument's position at its mark, signed.
    pub(crate) fn position_value(&self, id: InstrumentId, instruments: &[Instrument]) -> Money {
        self.value(id, instruments)
    }

    /// The last close seen of an instrument; zero before its first bar.
    #[inline]
    #[must_use]
    pub fn mark(&self, id: InstrumentId) -> f64 {
        self.lines[id.index()].mark
    }

    /// The lines of all instruments, about to be marked at their closes.
    #[inline(always)]
    pub(crate) fn lines_to_mark(&mut self) -> &mut [Line] {
        self.worth = None;
        self.lines.as_mut_slice()
    }

    /// Marks the only instrument at a close; `pass_rows` does the rest.
    #[inline(always)]
    pub(crate) fn mark_only(&mut self, close: f64) {
        self.lines.only().mark = close;
    }

    /// What `pass_bar` does for rows of the only instrument, and the equity after each.
    pub(crate) fn pass_rows(&mut self, bars: &Bars, rows: Range<usize>, equity: &mut Vec<f64>) {
        self.worth = None;
        let c = bars.columns();
        let (low, high, close) = (&c.low[rows.clone()], &c.high[rows.clone()], &c.close[rows.clone()]);
        if self.held.is_empty() {
            equity.resize(equity.len() + rows.len(), self.cash_f64);
            return;
        }
        let cash = self.cash_f64;
        let Line { weight, seen, .. } = self.lines.only();
        equity.extend(close.iter().map(|close| cash + *weight * close));
        let mut from = 0;
        if seen.inside {
            seen.inside = false;
            seen.widen(close[0], close[0]);
            from = 1;
        }
        seen.widen_over(&low[from..], &high[from..]);
    }

    /// Books a fill; `open` is the open of its bar. Adds the round trips it closes.
    pub(crate) fn apply(&mut self, fill: &Fill, open: f64, multiplier: i64, trades: &mut Vec<Trade>) {
        let sign = fill.side.sign();
        self.cash -= if fill.side == Side::Buy { fill.notional } else { -fill.notional } + fill.fee;
        self.cash_f64 = self.cash.to_f64();
        let i = fill.instrument.index();
        let p = &mut self.positions[i];
        let before = p.quantity;
        p.quantity += Quantity::from_units(fill.quantity.units() * sign);
        let after = p.quantity;
        p.trade_fill(fill, open, before, multiplier, &mut self.lines[i].seen, trades);
        p.lot_fill(fill, multiplier);
        self.lines[i].weight = after.to_f64() * multiplier as f64;
        if self.lines[i].mark == 0.0 {
            self.lines[i].mark = open;
        }
        if let Some(worth) = &mut self.worth {
            let mark = Price::from_checked_f64(self.lines[i].mark);
            let (old, new) = (Money::notional(mark, before, multiplier), Money::notional(mark, after, multiplier));
            worth.net += new - old;
            worth.gross += new.abs() - old.abs();
        }
        match (before.is_zero(), after.is_zero()) {
            (true, false) if self.held.is_empty() => self.held.push(fill.instrument),
            (true, false) => {
                let at = self.held.partition_point(|id| *id < fill.instrument);
                self.held.insert(at, fill.instrument);
            }
            (false, true) if self.held.len() == 1 => self.held.clear(),
            (false, true) => self.held.retain(|id| *id != fill.instrument),
            _ => {}
        }
    }

    /// Credits a dividend on what is held; returns the entry, if any money moved.
    pub(crate) fn dividend(
        &mut self,
        id: InstrumentId,
        per_share: Price,
        multiplier: i64,
        time: Timestamp,
    ) -> Option<Entry> {
        self.worth = None;
        let p = &mut self.positions[id.index()];
        if p.quantity.is_zero() {
            return None;
        }
        let amount = Money::notional(per_share, p.quantity, multiplier);
        // The price goes ex: equity stays as it was until the next price.
        self.lines[id.index()].mark -= per_share.to_f64();
        if let Some(trade) = &mut p.trade {
            trade.dividends += amount;
        }
        self.cash += amount;
        self.cash_f64 = self.cash.to_f64();
        Some(Entry { time, kind: EntryKind::Dividend { instrument: id, amount } })
    }

    /// Splits a position; a fraction of a share is paid out at the mark.
    pub(crate) fn split(
        &mut self,
        id: InstrumentId,
        split: Split,
        instrument: &Instrument,
        time: Timestamp,
    ) -> Option<Entry> {
        self.worth = None;
        let i = id.index();
        let ratio = f64::from(split.from) / f64::from(split.to);
        let mark = self.lines[i].mark * ratio;
        self.lines[i].mark = mark;
        let p = &mut self.positions[i];
        if p.quantity.is_zero() {
            return None;
        }
        let exact = split.quantity(p.quantity).units();
        let smallest = instrument.lot.units().min(crate::fixed::SCALE);
        let whole = Quantity::from_units(exact / smallest * smallest);
        let fraction = Quantity::from_units(exact) - whole;
        let in_lieu = Money::notional(Price::from_f64(mark).unwrap_or(Price::ZERO), fraction, instrument.multiplier);
        let change = whole - p.quantity;
        p.quantity = whole;
        self.lines[i].weight = whole.to_f64() * instrument.multiplier as f64;
        self.lines[i].seen.low *= ratio;
        self.lines[i].seen.high *= ratio;
        for lot in &mut p.lots {
            lot.quantity = split.quantity(lot.quantity);
            lot.price = split.price(lot.price);
        }
        if let Some(trade) = &mut p.trade {
            trade.entered = split.quantity(trade.entered);
            trade.left = whole.abs();
            trade.exit_notional += in_lieu.abs();
        }
        self.cash += in_lieu;
        self.cash_f64 = self.cash.to_f64();
        if whole.is_zero() {
            p.trade = None;
            self.held.retain(|held| *held != id);
        }
        Some(Entry { time, kind: EntryKind::Split { instrument: id, quantity: change, in_lieu } })
    }

    /// The certainty of fills is known only after their bar.
    pub(crate) fn taint(&mut self, id: InstrumentId) {
        if let Some(trade) = &mut self.positions[id.index()].trade {
            trade.certain = false;
        }
    }

    /// Round trips still open, as if they ended at the mark without a fee.
    pub(crate) fn open_trades(&self, instruments: &[Instrument], bar: &[u32], time: Timestamp) -> Vec<Trade> {
        let mut open = Vec::new();
        for id in &self.held {
            let p = &self.positions[id.index()];
            let Some(mut trade) = p.trade else { continue };
            trade.exit_notional += self.value(*id, instruments).abs();
            let mut closed = trade.close(*id, bar[id.index()], time, &self.lines[id.index()].seen);
            closed.exit_price = self.lines[id.index()].mark;
            open.push(closed);
        }
        open
    }
}
