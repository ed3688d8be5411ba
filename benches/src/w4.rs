//! W4: a grid market maker on a synthetic level-2 feed.
//!
//! The feed follows the model of the shared comparison: ten levels a side, tick
//! 0.1, the middle a walk of one tick, five rows a step about every 20 ms: two
//! that move or refresh the touch, two deeper levels, one trade or refresh.

use std::sync::Arc;

use engine_core::account::{AccountKind, FeeSchedule};
use engine_core::builder::BarRule;
use engine_core::context::Context;
use engine_core::exchange::depth::{DepthRules, QueueModel};
use engine_core::feed::{Feed, Series};
use engine_core::fixed::{Money, Price, Quantity, Rate, SCALE};
use engine_core::instrument::{Instrument, InstrumentId, Symbol, TickLadder};
use engine_core::kernel::RunOptions;
use engine_core::latency::{Delay, Latency};
use engine_core::order::{NewOrder, OrderId, OrderState, Side, Size};
use engine_core::setup::{Setup, SetupError};
use engine_core::strategy::Strategy;
use engine_core::tape::{LAST, Tape, TapeColumns, TapeEvent};
use engine_core::time::{MINUTE, Timestamp};

use crate::input::Random;
use crate::npy::Event;

/// A tick of 0.1, in units of 1e-8.
pub const TICK: i64 = SCALE / 10;
/// A thousandth, in units of 1e-8.
const LOT: i64 = SCALE / 1_000;
const LEVELS: i64 = 10;
const MS: i64 = 1_000_000;
const ID: InstrumentId = InstrumentId(0);

/// A tape of about `rows` rows.
#[must_use]
pub fn columns(rows: usize) -> TapeColumns {
    let mut random = Random::new(20_240_104);
    let mut c = TapeColumns::default();
    let mut below = move |n: u64| (random.bits() % n) as i64;
    let mut time = 1_700_000_000_000_000_000_i64;
    let mut mid = 500_000;
    let level = |side, tick: i64, lots: i64| TapeEvent::Level {
        side,
        price: Price::from_units(tick * TICK),
        quantity: Quantity::from_units(lots * LOT),
    };
    let push = |c: &mut TapeColumns, at: i64, event| {
        // Received one millisecond later.
        c.push(Timestamp::from_nanos(at), Timestamp::from_nanos(at + MS), event, LAST);
    };
    for d in 0..LEVELS {
        push(&mut c, time, level(Side::Buy, mid - d, 2_000));
        push(&mut c, time, level(Side::Sell, mid + 1 + d, 2_000));
    }
    while c.code.len() < rows {
        // Exponential with a mean of 20 ms, by the inverse of its distribution.
        let unit = (below(1 << 52) + 1) as f64 / (1_u64 << 52) as f64;
        time += 1_000 + (-unit.ln() * 20e6) as i64;
        let step = match below(100) {
            0..15 => -1,
            85.. => 1,
            _ => 0,
        };
        let before = mid;
        mid += step;
        let (first, second) = match step {
            1 => (level(Side::Sell, before + 1, 0), level(Side::Buy, mid, 1 + below(4_999))),
            -1 => (level(Side::Buy, before, 0), level(Side::Sell, mid + 1, 1 + below(4_999))),
            _ => (level(Side::Buy, mid, 1 + below(4_999)), level(Side::Sell, mid + 1, 1 + below(4_999))),
        };
        push(&mut c, time, first);
        push(&mut c, time + 100, second);
        for k in 2..4 {
            let (d, lots) = (1 + below(LEVELS as u64 - 1), 1 + below(4_999));
            let deep = match below(2) {
                0 => level(Side::Buy, mid - d, lots),
                _ => level(Side::Sell, mid + 1 + d, lots),
            };
            push(&mut c, time + 100 * k, deep);
        }
        let buy = below(2) == 0;
        let last = if below(2) == 0 {
            TapeEvent::Trade {
                price: Price::from_units((if buy { mid + 1 } else { mid }) * TICK),
                quantity: Quantity::from_units((1 + below(799)) * LOT),
                aggressor: Some(if buy { Side::Buy } else { Side::Sell }),
            }
        } else if buy {
            level(Side::Buy, mid, 1 + below(4_999))
        } else {
            level(Side::Sell, mid + 1, 1 + below(4_999))
        };
        push(&mut c, time + 400, last);
    }
    c
}

/// Bits of hftbacktest's kinds: a trade or a change of depth, who, and for whom.
const TRADE: u64 = 2;
const DEPTH: u64 = 1;
const SELL: u64 = 1 << 28;
const BUY: u64 = 1 << 29;
const BOTH_SIDES: u64 = 0b11 << 30;

/// The rows as hftbacktest's records.
pub fn events(columns: &TapeColumns) -> impl ExactSizeIterator<Item = Event> + '_ {
    (0..columns.code.len()).map(|row| {
        let code = columns.code[row];
        let side = if code & 0x20 != 0 { SELL } else { BUY };
        let kind = if code & 0xf == 0 { TRADE } else { DEPTH };
        let decimal = |units: i64| units as f64 / SCALE as f64;
        let local = columns.local_time.get(row).copied().unwrap_or(columns.venue_time[row]);
        let (price, size) = (decimal(columns.price[row]), decimal(columns.quantity[row]));
        (BOTH_SIDES | side | kind, columns.venue_time[row], local, price, size)
    })
}

/// The rows of hftbacktest's records; `None` for a kind that W4 does not have.
#[must_use]
pub fn columns_of(events: &[Event]) -> Option<TapeColumns> {
    let mut c = TapeColumns::default();
    for (kind, venue, local, price, size) in events {
        let side = if kind & SELL != 0 { Side::Sell } else { Side::Buy };
        let (price, quantity) = (Price::from_f64(*price)?, Quantity::from_f64(*size)?);
        let event = match kind & 0xff {
            TRADE => TapeEvent::Trade { price, quantity, aggressor: Some(side) },
            DEPTH => TapeEvent::Level { side, price, quantity },
            _ => return None,
        };
        c.push(Timestamp::from_nanos(*venue), Timestamp::from_nanos(*local), event, LAST);
    }
    Some(c)
}

/// The feed of a tape, with one-minute bars.
///
/// # Panics
/// Never for columns made here.
#[must_use]
pub fn feed(columns: TapeColumns) -> Arc<Feed> {
    let tape = Tape::new(columns).expect("a checked tape");
    let bars = tape.bars(BarRule::Time { nanos: MINUTE, anchor: Timestamp::default() }).expect("trades");
    let mut instrument = Instrument::equity(Symbol::new("SIM.BOOK").expect("a symbol"), "USD");
    instrument.lot = Quantity::from_units(LOT);
    instrument.ticks = TickLadder::single(Price::from_units(TICK)).expect("a step");
    Arc::new(Feed::new(vec![Series::taped(instrument, bars, tape)]).expect("one series"))
}

/// Queue, latency and costs of the comparison.
#[must_use]
pub fn options() -> RunOptions {
    RunOptions {
        account: AccountKind::Margin { leverage: Rate::from_f64(10.0).unwrap_or(Rate::ZERO) },
        cash: Money::from_whole(1_000_000),
        fees: FeeSchedule::Rate(Rate::from_f64(0.0002).unwrap_or(Rate::ZERO)),
        depth: DepthRules { queue: Some(QueueModel::VolumeAhead), ..DepthRules::default() },
        latency: Latency {
            feed: Delay::Constant(0),
            order: Delay::Constant(10 * MS),
            response: Delay::Constant(10 * MS),
        },
        ..RunOptions::default()
    }
}

/// Nothing but the replay: wakes every 100 ms.
#[derive(Debug, Default)]
pub struct Watcher {
    /// Times it woke.
    pub steps: u64,
}

impl Strategy for Watcher {
    fn setup(&mut self, _: &mut Setup<'_>) -> Result<(), SetupError> {
        Ok(())
    }
    fn on_start(&mut self, cx: &mut Context) {
        cx.set_timer(cx.now() + 100 * MS, 0);
    }
    fn on_timer(&mut self, cx: &mut Context, _: u64) {
        self.steps += 1;
        cx.set_timer(cx.now() + 100 * MS, 0);
    }
}

#[derive(Clone, Copy, Debug)]
struct Placed {
    tick: i64,
    side: Side,
    order: OrderId,
    cancelling: bool,
}

/// Five post-only orders a side, two ticks apart, every 100 ms.
#[derive(Debug, Default)]
pub struct Grid {
    placed: Vec<Placed>,
    wanted: Vec<(Side, i64)>,
    /// Orders sent.
    pub sent: u64,
}

const GRID: i64 = 2;
const HALF_SPREAD: i64 = 2;
const EACH_SIDE: i64 = 5;

impl Strategy for Grid {
    fn setup(&mut self, setup: &mut Setup<'_>) -> Result<(), SetupError> {
        setup.without_notices();
        Ok(())
    }
    fn on_start(&mut self, cx: &mut Context) {
        cx.set_timer(cx.now() + 100 * MS, 0);
    }
    fn on_timer(&mut self, cx: &mut Context, _: u64) {
        cx.set_timer(cx.now() + 100 * MS, 0);
        self.placed.retain(|p| cx.order(p.order).is_some_and(|o| !o.state.is_closed()));
        let Some(book) = cx.book(ID) else { return };
        let (Some(bid), Some(ask)) = (book.bid(), book.ask()) else { return };
        let (bid, ask) = (bid.price.units() / TICK, ask.price.units() / TICK);
        // Twice the middle, so that it is whole.
        let twice = bid + ask;
        let lowest = (twice - 2 * HALF_SPREAD).min(2 * bid).div_euclid(2 * GRID) * GRID;
        let highest = -(-(twice + 2 * HALF_SPREAD).max(2 * ask)).div_euclid(2 * GRID) * GRID;
        let position = cx.position(ID);
        let most = Quantity::from_units(2 * SCALE);
        self.wanted.clear();
        if position < most {
            self.wanted.extend((0..EACH_SIDE).map(|i| (Side::Buy, lowest - i * GRID)));
        }
        if position > -most {
            self.wanted.extend((0..EACH_SIDE).map(|i| (Side::Sell, highest + i * GRID)));
        }
        for placed in &mut self.placed {
            let keep = self.wanted.contains(&(placed.side, placed.tick));
            let working = cx.order(placed.order).is_some_and(|o| o.state != OrderState::PendingSubmit);
            if !keep && !placed.cancelling && working {
                placed.cancelling = true;
                cx.cancel(placed.order);
            }
        }
        for (side, tick) in &self.wanted {
            if self.placed.iter().any(|p| p.side == *side && p.tick == *tick) {
                continue;
            }
            let price = Price::from_units(tick * TICK);
            let mut order = NewOrder::limit(ID, *side, Size::Quantity(Quantity::from_units(SCALE / 10)), price);
            order.post_only = true;
            self.placed.push(Placed { tick: *tick, side: *side, order: cx.submit(order), cancelling: false });
            self.sent += 1;
        }
    }
}
