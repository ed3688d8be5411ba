//! `Position`: what is held of one instrument, in lots and as a round trip.

use std::collections::VecDeque;

use crate::fixed::{Money, Price, Quantity};
use crate::instrument::InstrumentId;
use crate::order::Side;
use crate::record::{Fill, Trade};
use crate::rules::Availability;
use crate::time::Timestamp;

/// Shares bought (or sold short) together, first in, first out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lot {
    /// When.
    pub time: Timestamp,
    /// Price.
    pub price: Price,
    /// What is left of it, above zero.
    pub quantity: Quantity,
}

/// The round trip in progress.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenTrade {
    pub(crate) side: Side,
    pub(crate) certain: bool,
    pub(crate) entry_bar: u32,
    pub(crate) entry_time: Timestamp,
    pub(crate) entered: Quantity,
    pub(crate) left: Quantity,
    pub(crate) entry_notional: Money,
    pub(crate) exit_notional: Money,
    pub(crate) fees: Money,
    pub(crate) dividends: Money,
    pub(crate) multiplier: i64,
}

/// What is held of one instrument.
#[derive(Clone, Debug, Default)]
pub struct Position {
    pub(crate) quantity: Quantity,
    pub(crate) lots: VecDeque<Lot>,
    pub(crate) realised: Money,
    pub(crate) trade: Option<OpenTrade>,
    pub(crate) availability: Availability,
}

impl Position {
    /// Signed quantity: above zero long, below short.
    #[inline]
    #[must_use]
    pub fn quantity(&self) -> Quantity {
        self.quantity
    }

    /// Lots, oldest first.
    pub fn lots(&self) -> impl Iterator<Item = &Lot> {
        self.lots.iter()
    }

    /// Profit of closed lots, first in, first out, without fees.
    #[must_use]
    pub fn realised(&self) -> Money {
        self.realised
    }

    /// Average price of the lots held; `None` when flat.
    #[must_use]
    pub fn average_cost(&self) -> Option<f64> {
        let (mut amount, mut quantity) = (0.0, 0.0);
        for lot in &self.lots {
            amount += lot.price.to_f64() * lot.quantity.to_f64();
            quantity += lot.quantity.to_f64();
        }
        (quantity > 0.0).then(|| amount / quantity)
    }
}

/// The range of prices that an open round trip has seen.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// It began inside the bar being matched: of this bar only the close counts.
    pub(crate) inside: bool,
}

impl Seen {
    #[inline]
    pub(crate) fn widen(&mut self, low: f64, high: f64) {
        if low < self.low {
            self.low = low;
        }
        if high > self.high {
            self.high = high;
        }
    }

    /// `widen` with each of these.
    #[inline]
    pub(crate) fn widen_over(&mut self, low: &[f64], high: &[f64]) {
        self.low = extreme(self.low, low, |a, b| a < b);
        self.high = extreme(self.high, high, |a, b| a > b);
    }
}

/// The first of all in an order, `start` included; in lanes, as it does not matter in which
/// order they are compared.
#[inline(always)]
fn extreme(start: f64, values: &[f64], is_before: impl Fn(f64, f64) -> bool) -> f64 {
    let first = |a: f64, b: f64| if is_before(a, b) { a } else { b };
    let Some(end) = values.last_chunk::<4>() else {
        return values.iter().fold(start, |found, value| first(*value, found));
    };
    let mut lanes = [start; 4];
    // The last four once more, instead of a loop over what is left.
    for four in values.as_chunks().0.iter().chain([end]) {
        for (lane, value) in lanes.iter_mut().zip(four) {
            *lane = first(*value, *lane);
        }
    }
    first(first(lanes[0], lanes[1]), first(lanes[2], lanes[3]))
}

impl Position {
    pub(crate) fn lot_fill(&mut self, fill: &Fill, multiplier: i64) {
        let mut left = fill.quantity;
        let opposite = |lots_are_long: bool| lots_are_long == (fill.side == Side::Sell);
        let held_long =
            (self.quantity - Quantity::from_units(fill.quantity.units() * fill.side.sign())) > Quantity::ZERO;
        if !self.lots.is_empty() && opposite(held_long) {
            while let Some(lot) = self.lots.front_mut() {
                if left.is_zero() {
                    break;
                }
                let part = lot.quantity.min(left);
                let gain = Money::notional(fill.price - lot.price, part, multiplier);
                self.realised += if held_long { gain } else { -gain };
                lot.quantity -= part;
                left -= part;
                if lot.quantity.is_zero() {
                    self.lots.pop_front();
                }
            }
        }
        if !left.is_zero() {
            self.lots.push_back(Lot { time: fill.time, price: fill.price, quantity: left });
        }
    }

    pub(crate) fn trade_fill(
        &mut self,
        fill: &Fill,
        open: f64,
        before: Quantity,
        multiplier: i64,
        seen: &mut Seen,
        trades: &mut Vec<Trade>,
    ) {
        let price = fill.price.to_f64();
        let mut fresh = fill.quantity;
        let mut fresh_notional = fill.notional;
        let mut fresh_fee = fill.fee;
        if let Some(trade) = &mut self.trade {
            if !seen.inside {
                seen.widen(open, open);
            }
            seen.widen(price, price);
            if trade.side != fill.side {
                let closing = fill.quantity.min(before.abs());
                // A fill that turns the position is divided in proportion.
                let part = |m: Money| {
                    let units = m.units() * i128::from(closing.units());
                    Money::from_units(crate::fixed::div_round(units, i128::from(fill.quantity.units())))
                };
                let whole = closing == fill.quantity;
                let (notional, fee) =
                    if whole { (fill.notional, fill.fee) } else { (part(fill.notional), part(fill.fee)) };
                trade.exit_notional += notional;
                trade.fees += fee;
                trade.left -= closing;
                fresh -= closing;
                fresh_notional -= notional;
                fresh_fee -= fee;
                if trade.left.is_zero() {
                    trades.push(trade.close(fill.instrument, fill.bar, fill.time, seen));
                    self.trade = None;
                }
            }
        }
        if fresh.is_zero() {
            return;
        }
        match &mut self.trade {
            Some(trade) => {
                trade.entered += fresh;
                trade.left += fresh;
                trade.entry_notional += fresh_notional;
                trade.fees += fresh_fee;
            }
            None => {
                *seen = Seen { low: price, high: price, inside: price != open };
                self.trade = Some(OpenTrade {
                    side: fill.side,
                    certain: true,
                    entry_bar: fill.bar,
                    entry_time: fill.time,
                    entered: fresh,
                    left: fresh,
                    entry_notional: fresh_notional,
                    exit_notional: Money::ZERO,
                    fees: fresh_fee,
                    dividends: Money::ZERO,
                    multiplier,
                });
            }
        }
    }
}

impl OpenTrade {
    #[inline(always)]
    pub(crate) fn close(&self, instrument: InstrumentId, bar: u32, time: Timestamp, seen: &Seen) -> Trade {
        let quantity = self.entered.to_f64() * self.multiplier as f64;
        let gain = self.exit_notional - self.entry_notional;
        let gain = if self.side == Side::Buy { gain } else { -gain };
        let entry_price = self.entry_notional.to_f64() / quantity;
        let (worst, best) = match self.side {
            Side::Buy => (seen.low / entry_price - 1.0, seen.high / entry_price - 1.0),
            Side::Sell => (1.0 - seen.high / entry_price, 1.0 - seen.low / entry_price),
        };
        Trade {
            instrument,
            side: self.side,
            certain: self.certain,
            entry_bar: self.entry_bar,
            exit_bar: bar,
            quantity: self.entered,
            entry_time: self.entry_time,
            exit_time: time,
            entry_price,
            exit_price: self.exit_notional.to_f64() / quantity,
            entry_notional: self.entry_notional,
            exit_notional: self.exit_notional,
            fees: self.fees,
            dividends: self.dividends,
            pnl: gain - self.fees + self.dividends,
            mae: if worst < 0.0 { worst } else { 0.0 },
            mfe: if best > 0.0 { best } else { 0.0 },
        }
    }
}
