//! `FeeBook`: the fees of a run, and what they remember of orders and months.
//!
//! A schedule is constant. Some of its items depend on what an order traded
//! before on its day, or an account in its month; the book remembers that. A
//! `Charges` is a view for one instrument and day, asked by the path that happens
//! and by every path that is tried.

use std::sync::Arc;

use crate::date::{Date, utc_offset_hours};
use crate::fees::{DayFees, FeeTable, FeeTrade, MonthTally, OrderTally};
use crate::fixed::{Money, Quantity, Rate};
use crate::order::{OrderId, Side};
use crate::rules::{DailyLimits, ProductClass, Settlement};
use crate::time::Timestamp;

/// What trading costs, apart from slippage.
#[derive(Clone, Debug, Default)]
pub enum FeeSchedule {
    /// Nothing.
    #[default]
    Free,
    /// A fraction of the traded amount, on both sides, not rounded.
    Rate(Rate),
    /// A dated table of a broker and a venue.
    Table(Arc<FeeTable>),
}

/// What holds for one instrument on the day at hand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Day {
    /// Date at the venue.
    pub(crate) date: Date,
    /// Hours from UTC at which the venue's trading hours fall on their date.
    pub(crate) offset: i8,
    pub(crate) class: ProductClass,
    pub(crate) settlement: Settlement,
    /// Lowest and highest price of the day.
    pub(crate) limits: Option<DailyLimits>,
}

impl Day {
    pub(crate) fn new(symbol: &str, class: ProductClass, settlement: Settlement) -> Self {
        let market = symbol.split_once('.').map_or("", |(market, _)| market);
        Self { date: Date::MIN, offset: utc_offset_hours(market), class, settlement, limits: None }
    }

    #[inline]
    pub(crate) fn date_of(&self, time: Timestamp) -> Date {
        Date::at(time, self.offset)
    }
}

/// The fees of a run, and what they remember.
#[derive(Clone, Debug, Default)]
pub(crate) struct FeeBook {
    schedule: FeeSchedule,
    /// Orders that have traded and still work.
    orders: Vec<(OrderId, OrderTally)>,
    month: MonthTally,
}

impl FeeBook {
    pub(crate) fn new(schedule: FeeSchedule) -> Self {
        Self { schedule, ..Self::default() }
    }

    pub(crate) fn table(&self) -> Option<&Arc<FeeTable>> {
        match &self.schedule {
            FeeSchedule::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The fees of an instrument on a day.
    #[inline]
    pub(crate) fn charges(&self, day: &Day) -> Charges<'_> {
        match &self.schedule {
            FeeSchedule::Free => Charges::Free,
            FeeSchedule::Rate(rate) => Charges::Rate(*rate),
            FeeSchedule::Table(table) => {
                Charges::Dated(DatedCharges { fees: table.on(day.date, day.class), date: day.date, book: self })
            }
        }
    }

    /// True when the fee of a fill is known to be at most what it trades.
    #[inline]
    pub(crate) fn is_at_most_all(&self) -> bool {
        match &self.schedule {
            FeeSchedule::Free => true,
            FeeSchedule::Rate(rate) => rate.units() <= Rate::SCALE,
            FeeSchedule::Table(_) => false,
        }
    }

    /// The fee of a fill, and notes the fill.
    #[inline(always)]
    pub(crate) fn charge(
        &mut self,
        day: &Day,
        order: OrderId,
        side: Side,
        quantity: Quantity,
        notional: Money,
    ) -> Money {
        match &self.schedule {
            FeeSchedule::Free => Money::ZERO,
            FeeSchedule::Rate(rate) => notional.abs().times(*rate),
            FeeSchedule::Table(_) => self.charge_dated(day, order, side, quantity, notional),
        }
    }

    #[inline(never)]
    fn charge_dated(&mut self, day: &Day, order: OrderId, side: Side, quantity: Quantity, notional: Money) -> Money {
        let FeeSchedule::Table(table) = &self.schedule else { return Money::ZERO };
        let trade = FeeTrade { date: day.date, side, quantity, notional };
        let mut tally = tally_of(&self.orders, order);
        let fee = table.on(day.date, day.class).charge(&trade, &mut tally, &mut self.month);
        match self.orders.iter_mut().find(|(id, _)| *id == order) {
            Some((_, kept)) => *kept = tally,
            None => self.orders.push((order, tally)),
        }
        fee
    }

    /// Forgets an order that has ended.
    #[inline]
    pub(crate) fn ended(&mut self, order: OrderId) {
        if !self.orders.is_empty() {
            self.orders.retain(|(id, _)| *id != order);
        }
    }
}

fn tally_of(orders: &[(OrderId, OrderTally)], order: OrderId) -> OrderTally {
    orders.iter().find(|(id, _)| *id == order).map(|(_, tally)| *tally).unwrap_or_default()
}

/// The fees of one instrument on one day.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Charges<'a> {
    /// None.
    Free,
    /// A fraction of the traded amount.
    Rate(Rate),
    /// From a table.
    Dated(DatedCharges<'a>),
}

/// The day's fees of a table, and what they remember.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DatedCharges<'a> {
    fees: &'a DayFees,
    date: Date,
    book: &'a FeeBook,
}

impl Charges<'_> {
    /// The fee of one fill. Along a path that is only tried, an order's fills of
    /// the same bar are each charged as its first since the bar began.
    #[inline]
    pub(crate) fn fee(&self, order: OrderId, side: Side, quantity: Quantity, notional: Money) -> Money {
        match self {
            Self::Free => Money::ZERO,
            Self::Rate(rate) => notional.abs().times(*rate),
            Self::Dated(dated) => dated.fee(order, side, quantity, notional),
        }
    }

    /// False where a fee has minimums, steps or tiers.
    pub(crate) fn is_proportional(&self) -> bool {
        !matches!(self, Self::Dated(_))
    }
}

impl DatedCharges<'_> {
    #[inline(never)]
    fn fee(&self, order: OrderId, side: Side, quantity: Quantity, notional: Money) -> Money {
        let trade = FeeTrade { date: self.date, side, quantity, notional };
        self.fees.fee(&trade, &tally_of(&self.book.orders, order), &self.book.month)
    }
}
