//! What takes effect at a bar besides trading: new terms, costs of holding, splits, dividends and their tax.

use super::Kernel;
use crate::actions::{ActionKind, Split};
use crate::feed::{Feed, Series};
use crate::fixed::Money;
use crate::instrument::InstrumentId;
use crate::ledger::{Entry, EntryKind};
use crate::rows::Rows;
use crate::rules::{CarryBase, CarryFee};
use crate::time::Timestamp;

impl Kernel<'_> {
    pub(super) fn look_for_events(&mut self) {
        let mut due = i64::MAX;
        for (i, series) in self.cx.feed.series().iter().enumerate() {
            let action = series.actions.get(self.next_action[i] as usize).filter(|_| self.apply_actions);
            due = action.map_or(due, |action| due.min(action.ex_time.nanos()));
            let change = series.changes.get(self.next_change[i] as usize);
            due = change.map_or(due, |(time, _)| due.min(time.nanos()));
        }
        if let Some(table) = self.exchange.floor.fees.table().filter(|table| !table.spec().carry.is_empty()) {
            due = due.min(self.carried.map_or(i64::MIN, |date| table.begin_of(date.plus(1)).nanos()));
        }
        self.event_due = due;
    }

    /// What took effect at bars before the run: their prices and the run's first orders know of it.
    pub(super) fn pass_events(&mut self) {
        let feed = self.cx.feed.clone();
        for (i, series) in feed.series().iter().enumerate() {
            let Some(row) = (self.cx.seen[i] as usize).checked_sub(1) else { continue };
            let open_time = series.bars.row(row).open_time();
            self.change_terms(series, i, open_time);
            let passed = series.actions.partition_point(|action| action.ex_time <= open_time);
            self.next_action[i] = passed as u32;
        }
        self.look_for_events();
    }

    /// Takes over the terms of an instrument at a bar that opens at a time.
    fn change_terms(&mut self, series: &Series, i: usize, open_time: Timestamp) {
        while let Some((_, terms)) =
            series.changes.get(self.next_change[i] as usize).filter(|(time, _)| *time <= open_time)
        {
            self.next_change[i] += 1;
            self.cx.instruments[i] = terms.clone();
            self.exchange.change_terms(InstrumentId(i as u32), terms);
        }
    }

    /// What takes effect at these bars besides trading.
    #[inline(never)]
    pub(super) fn events<R: Rows>(&mut self, feed: &Feed, rows: &R, (from, to): (usize, usize)) {
        self.carry();
        for at in from..to {
            let i = rows.id(at);
            let series = &feed.series()[i];
            let open_time = series.bars.row(rows.row(at)).open_time();
            self.change_terms(series, i, open_time);
        }
        if self.apply_actions {
            self.actions(feed, rows, (from, to));
        }
        self.look_for_events();
    }

    /// Interest, borrow costs and custody of the nights since they were last paid, on what
    /// is held and borrowed now.
    fn carry(&mut self) {
        let Some(table) = self.exchange.floor.fees.table().cloned() else { return };
        let today = table.date(self.cx.now);
        let Some(from) = self.carried.replace(today).filter(|from| *from < today) else { return };
        // What one of them costs is no part of the night's debt for the next.
        let cash = self.cx.portfolio.cash();
        for (item, fee) in table.spec().carry.iter().enumerate() {
            let balance = match fee.base {
                CarryBase::Debit => -cash,
                CarryBase::Short => -self.worth_of(fee, |value| value < Money::ZERO),
                CarryBase::Long => self.worth_of(fee, |value| value > Money::ZERO),
            };
            let amount = fee.rates.accrue(balance, from, today);
            if amount > Money::ZERO {
                self.cx.portfolio.pay(amount);
                self.transfer(Entry { time: self.cx.now, kind: EntryKind::Carry { item: item as u32, amount } });
            }
        }
    }

    /// The sum of the positions that a cost of holding is about.
    fn worth_of(&self, fee: &CarryFee, counts: impl Fn(Money) -> bool) -> Money {
        let held = self.cx.portfolio.held().iter();
        let of_class = held.filter(|id| fee.products.contains(self.exchange.floor.days[id.index()].class));
        of_class.map(|id| self.cx.portfolio.position_value(*id, &self.cx.instruments)).filter(|v| counts(*v)).sum()
    }

    /// Splits and dividends that take effect at the open of these bars.
    fn actions<R: Rows>(&mut self, feed: &Feed, rows: &R, (from, to): (usize, usize)) {
        for at in from..to {
            let i = rows.id(at);
            let series = &feed.series()[i];
            let open_time = series.bars.row(rows.row(at)).open_time();
            let id = InstrumentId(i as u32);
            while let Some(action) = series.actions.get(self.next_action[i] as usize) {
                if action.ex_time > open_time {
                    break;
                }
                self.next_action[i] += 1;
                let entry = match action.kind {
                    ActionKind::Split { to, from } => {
                        let split = Split { to, from };
                        self.exchange.split(id, split);
                        self.split_at_venue(id, split);
                        self.split_records(id, split);
                        self.cx.portfolio.split(id, split, &series.instrument, self.cx.now)
                    }
                    ActionKind::CashDividend { per_share } => {
                        self.cx.portfolio.dividend(id, per_share, series.instrument.multiplier, self.cx.now)
                    }
                };
                if let Some(entry) = entry {
                    self.transfer(entry);
                    self.tax(&entry);
                }
            }
        }
    }

    /// The tax on a dividend received, where the fee schedule has one.
    fn tax(&mut self, entry: &Entry) {
        let EntryKind::Dividend { instrument, amount: dividend } = entry.kind else { return };
        let Some(table) = self.exchange.floor.fees.table().filter(|_| dividend > Money::ZERO) else { return };
        let Some(rate) = table.spec().dividend_tax.on(table.date(self.cx.now)) else { return };
        let amount = dividend.times(*rate);
        if amount.is_zero() {
            return;
        }
        self.cx.portfolio.tax(instrument, amount);
        self.transfer(Entry { time: entry.time, kind: EntryKind::DividendTax { instrument, amount } });
    }

    /// Orders on their way follow a split like those in the book.
    fn split_records(&mut self, id: InstrumentId, split: Split) {
        for i in 0..self.cx.open.len() {
            let record = &mut self.cx.orders[self.cx.open[i].index()];
            if record.order.instrument != id {
                continue;
            }
            if record.order.basis != crate::order::PriceBasis::FromFillFraction {
                record.order.kind = record.order.kind.map_prices(|p| split.price(p));
            }
            if let crate::order::Size::Quantity(q) = record.order.size {
                record.order.size = crate::order::Size::Quantity(split.quantity(q));
            }
            record.quantity = split.quantity(record.quantity);
            record.filled = split.quantity(record.filled);
            record.last = split.price(record.last);
        }
    }
}
