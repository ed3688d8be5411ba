//! Runs on tapes: what a strategy sees when, and what its orders meet.

use std::sync::Arc;

use engine_core::account::AccountKind;
use engine_core::bars::{BarColumns, BarRef, Bars};
use engine_core::builder::{Bar, BarBuilder, BarRule};
use engine_core::context::Context;
use engine_core::exchange::depth::{DepthRules, QueueModel};
use engine_core::feed::{Feed, Series};
use engine_core::fixed::{Money, Price, Quantity, Rate};
use engine_core::instrument::InstrumentId;
use engine_core::kernel::{RunOptions, run};
use engine_core::latency::{Delay, Latency};
use engine_core::market::Tick;
use engine_core::order::{NewOrder, OrderChange, OrderKind, OrderState, Reason, Side, Size, TimeInForce};
use engine_core::record::{Fill, RunResult};
use engine_core::setup::{Setup, SetupError};
use engine_core::strategy::Strategy;
use engine_core::tape::{LAST, Tape, TapeColumns, TapeEvent};
use engine_core::time::{SECOND, Timestamp};

use crate::common::{instrument, price, shares};

const ID: InstrumentId = InstrumentId(0);

fn at(millis: i64) -> Timestamp {
    Timestamp::from_nanos(SECOND + millis * 1_000_000)
}

fn level(side: Side, p: &str, q: i64) -> TapeEvent {
    TapeEvent::Level { side, price: price(p), quantity: shares(q) }
}

fn trade(p: &str, q: i64, aggressor: Side) -> TapeEvent {
    TapeEvent::Trade { price: price(p), quantity: shares(q), aggressor: Some(aggressor) }
}

/// Rows at milliseconds, each a packet, received `feed` milliseconds later.
fn tape(rows: &[(i64, TapeEvent)], feed: i64) -> Tape {
    let mut columns = TapeColumns::default();
    for (millis, event) in rows {
        columns.push(at(*millis), at(*millis + feed), *event, LAST);
    }
    Tape::new(columns).unwrap()
}

/// Sends orders at times, and keeps what it saw.
#[derive(Default)]
struct Plan {
    orders: Vec<(i64, NewOrder)>,
    cancels: Vec<(i64, u32)>,
    changes: Vec<(i64, u32, OrderChange)>,
    seen: Vec<String>,
}

impl Strategy for Plan {
    fn setup(&mut self, _: &mut Setup<'_>) -> Result<(), SetupError> {
        Ok(())
    }
    fn on_start(&mut self, cx: &mut Context) {
        for (i, (millis, _)) in self.orders.iter().enumerate() {
            cx.set_timer(at(*millis), i as u64);
        }
        for (i, (millis, _)) in self.cancels.iter().enumerate() {
            cx.set_timer(at(*millis), 1_000 + i as u64);
        }
        for (i, (millis, ..)) in self.changes.iter().enumerate() {
            cx.set_timer(at(*millis), 2_000 + i as u64);
        }
    }
    fn on_timer(&mut self, cx: &mut Context, tag: u64) {
        if tag < 1_000 {
            let (_, order) = self.orders[tag as usize];
            cx.submit(order);
        } else if tag >= 2_000 {
            let (_, order, change) = self.changes[tag as usize - 2_000];
            cx.modify(engine_core::order::OrderId(order), change);
        } else {
            let (_, order) = self.cancels[tag as usize - 1_000];
            cx.cancel(engine_core::order::OrderId(order));
        }
    }
    fn on_fill(&mut self, cx: &mut Context, fill: &Fill) {
        let now = (cx.now() - at(0)) / 1_000_000;
        self.seen.push(format!(
            "{now} fill {} {} @ {} position {}",
            fill.order,
            fill.quantity,
            fill.price,
            cx.position(ID)
        ));
    }
    fn on_order(&mut self, cx: &mut Context, order: engine_core::order::OrderId) {
        let now = (cx.now() - at(0)) / 1_000_000;
        let record = cx.order(order).unwrap();
        self.seen.push(format!("{now} order {order} {} {}", record.state.name(), record.reason.text()));
    }
}

fn options() -> RunOptions {
    RunOptions {
        account: AccountKind::Margin { leverage: Rate::from_f64(4.0).unwrap() },
        cash: Money::from_whole(1_000_000),
        ..RunOptions::default()
    }
}

fn play(tape: Tape, plan: &mut Plan, options: &RunOptions) -> RunResult {
    let bars = tape.bars(BarRule::Time { nanos: SECOND, anchor: Timestamp::default() }).unwrap();
    let feed = Arc::new(Feed::new(vec![Series::taped(instrument("US.X"), bars, tape)]).unwrap());
    run(&feed, plan, options).unwrap()
}

fn book() -> Vec<(i64, TapeEvent)> {
    vec![
        (0, level(Side::Buy, "99", 10)),
        (0, level(Side::Buy, "98", 20)),
        (0, level(Side::Sell, "101", 5)),
        (0, level(Side::Sell, "102", 7)),
        (1, trade("101", 1, Side::Buy)),
    ]
}

#[test]
fn a_market_order_takes_level_by_level_when_it_arrives_and_is_reported_later() {
    let mut rows = book();
    rows.push((20, level(Side::Sell, "101", 2)));
    rows.push((100, trade("101", 1, Side::Buy)));
    let ms = 1_000_000;
    let latency =
        Latency { feed: Delay::Constant(0), order: Delay::Constant(15 * ms), response: Delay::Constant(30 * ms) };
    let mut plan =
        Plan { orders: vec![(10, NewOrder::market(ID, Side::Buy, Size::Quantity(shares(6))))], ..Plan::default() };
    let result = play(tape(&rows, 3), &mut plan, &RunOptions { latency, ..options() });
    // Sent at 10, at the venue at 25: the level had been cut to 2 by then.
    assert_eq!(plan.seen, ["55 fill 0 2 @ 101 position 2", "55 fill 0 4 @ 102 position 6", "55 order 0 filled "],);
    assert_eq!(result.fills[0].time, at(25));
    assert_eq!(result.final_cash, Money::from_whole(1_000_000 - 2 * 101 - 4 * 102));
}

#[test]
fn a_limit_waits_behind_what_was_there() {
    let mut rows = book();
    rows.push((20, trade("99", 8, Side::Sell)));
    rows.push((21, level(Side::Buy, "99", 2)));
    rows.push((30, trade("99", 5, Side::Sell)));
    rows.push((40, trade("99", 5, Side::Sell)));
    let limit = OrderKind::Limit { limit: price("99") };
    let order = NewOrder::new(ID, Side::Buy, Size::Quantity(shares(6)), limit);
    let mut plan = Plan { orders: vec![(10, order)], ..Plan::default() };
    play(tape(&rows, 0), &mut plan, &options());
    assert_eq!(plan.seen, ["30 fill 0 3 @ 99 position 3", "40 fill 0 3 @ 99 position 6", "40 order 0 filled "]);
    let mut plan = Plan { orders: vec![(10, order)], ..Plan::default() };
    let front = DepthRules { queue: Some(QueueModel::None), ..DepthRules::default() };
    let result = play(tape(&rows, 0), &mut plan, &RunOptions { depth: front, ..options() });
    assert_eq!(plan.seen, ["20 fill 0 6 @ 99 position 6", "20 order 0 filled "]);
    assert!(!result.fills[0].certain && result.fills[0].maker);
}

#[test]
fn what_was_taken_of_a_level_is_gone_for_us() {
    let mut rows = book();
    rows.push((50, level(Side::Sell, "101", 8)));
    rows.push((60, trade("101", 1, Side::Buy)));
    let ioc = |q| {
        NewOrder::new(ID, Side::Buy, Size::Quantity(shares(q)), OrderKind::Limit { limit: price("101") })
            .tif(TimeInForce::Ioc)
    };
    let mut plan = Plan { orders: vec![(10, ioc(4)), (20, ioc(4)), (55, ioc(9))], ..Plan::default() };
    let result = play(tape(&rows, 0), &mut plan, &options());
    let fills: Vec<(u32, Quantity, Price)> = result.fills.iter().map(|f| (f.order.0, f.quantity, f.price)).collect();
    assert_eq!(fills, [(0, shares(4), price("101")), (1, shares(1), price("101")), (2, shares(3), price("101"))],);
    assert_eq!(result.orders[1].state, OrderState::Cancelled);
}

#[test]
fn a_cut_to_no_more_than_what_is_filled_cancels_and_none_to_nothing_is_sent() {
    let mut rows = book();
    rows.push((40, level(Side::Sell, "103", 1)));
    rows.push((60, trade("103", 1, Side::Buy)));
    let cut = |q| OrderChange { quantity: Some(shares(q)), ..OrderChange::default() };
    for (quantity, filled, state, reason) in [
        (0, 13, OrderState::PartlyFilled, Reason::None),
        (11, 12, OrderState::Cancelled, Reason::Requested),
        (12, 12, OrderState::Cancelled, Reason::Requested),
        (13, 13, OrderState::Filled, Reason::None),
    ] {
        let order = NewOrder::market(ID, Side::Buy, Size::Quantity(shares(20)));
        let mut plan = Plan { orders: vec![(10, order)], changes: vec![(30, 0, cut(quantity))], ..Plan::default() };
        let result = play(tape(&rows, 0), &mut plan, &options());
        let order = &result.orders[0];
        assert_eq!((order.filled, order.state, order.reason), (shares(filled), state, reason), "cut to {quantity}");
    }
}

#[test]
fn a_crossed_book_fills_nothing_and_is_told_once() {
    let mut rows = book();
    rows.push((20, level(Side::Buy, "103", 1)));
    rows.push((25, level(Side::Buy, "103", 2)));
    rows.push((30, trade("99", 100, Side::Sell)));
    rows.push((40, level(Side::Buy, "103", 0)));
    rows.push((50, trade("99", 1, Side::Sell)));
    let limit = NewOrder::limit(ID, Side::Buy, Size::Quantity(shares(1)), price("99"));
    let market = NewOrder::market(ID, Side::Sell, Size::Quantity(shares(1)));
    let mut plan = Plan { orders: vec![(10, limit), (35, market)], ..Plan::default() };
    let result = play(tape(&rows, 0), &mut plan, &options());
    assert_eq!(plan.seen, ["40 fill 1 1 @ 99 position -1", "40 order 1 filled "]);
    assert_eq!(result.incidents.len(), 2);
}

#[test]
fn what_was_taken_is_there_again_after_the_price_was_away_though_no_order_worked() {
    let ask = |p, q| TapeEvent::Quote { side: Side::Sell, price: price(p), quantity: shares(q) };
    let bid = TapeEvent::Quote { side: Side::Buy, price: price("99"), quantity: shares(5) };
    let rows = [(0, bid), (1, ask("100", 5)), (20, ask("101", 5)), (30, ask("100", 5)), (60, ask("100", 5))];
    let take = NewOrder::limit(ID, Side::Buy, Size::Quantity(shares(5)), price("100")).tif(TimeInForce::Ioc);
    // At 15 nothing is left of what the order at 10 took; at 40 others offer there.
    let mut plan = Plan { orders: vec![(10, take), (15, take), (40, take)], ..Plan::default() };
    let result = play(tape(&rows, 0), &mut plan, &options());
    let filled: Vec<String> = result.orders.iter().map(|order| order.filled.to_string()).collect();
    assert_eq!(filled, ["5", "0", "5"]);
}

#[test]
fn whole_lots_are_taken_of_sizes_that_are_none() {
    let mut rows = book();
    rows[2] = (0, level(Side::Sell, "101", 150));
    rows[3] = (0, level(Side::Sell, "102", 250));
    let buy = |q, tif| NewOrder::market(ID, Side::Buy, Size::Quantity(shares(q))).tif(tif);
    let mut plan =
        Plan { orders: vec![(10, buy(300, TimeInForce::Fok)), (11, buy(100, TimeInForce::Ioc))], ..Plan::default() };
    let tape = tape(&rows, 0);
    let bars = tape.bars(BarRule::Time { nanos: SECOND, anchor: Timestamp::default() }).unwrap();
    let mut of = instrument("US.X");
    of.lot = shares(100);
    let feed = Arc::new(Feed::new(vec![Series::taped(of, bars, tape)]).unwrap());
    let result = run(&feed, &mut plan, &options()).unwrap();
    let fills: Vec<(u32, Quantity, Price)> = result.fills.iter().map(|f| (f.order.0, f.quantity, f.price)).collect();
    // Of 150 one lot, of 250 two; what is left of both is no lot.
    assert_eq!(fills, [(0, shares(100), price("101")), (0, shares(200), price("102"))]);
    assert_eq!(result.orders[1].state, OrderState::Cancelled);
}

/// Trades a share on bars and one on a tape in the same run, and builds the bars of the tape itself.
#[derive(Default)]
struct Mixed {
    builder: Option<BarBuilder>,
    built: Vec<(i64, u64, u64, u64, u64, u64)>,
    told: Vec<(i64, u64, u64, u64, u64, u64)>,
    order: Vec<(i64, &'static str)>,
}

const BARS: InstrumentId = InstrumentId(0);
const TAPE: InstrumentId = InstrumentId(1);

fn bits(b: &Bar) -> (i64, u64, u64, u64, u64, u64) {
    let [open, high, low, close, volume] = [b.open, b.high, b.low, b.close, b.volume].map(f64::to_bits);
    (b.close_time.nanos(), open, high, low, close, volume)
}

impl Strategy for Mixed {
    fn setup(&mut self, setup: &mut Setup<'_>) -> Result<(), SetupError> {
        assert_eq!(
            setup.ticks(BARS).unwrap_err().to_string(),
            "US.A has only bars; this strategy needs its trades, quotes or book"
        );
        setup.ticks(TAPE)?;
        self.builder = BarBuilder::new(BarRule::Time { nanos: SECOND, anchor: Timestamp::default() }).ok();
        Ok(())
    }
    fn on_tick(&mut self, cx: &mut Context, tick: &Tick) {
        assert!(tick.time <= cx.now());
        self.order.push((cx.now().nanos(), "tick"));
        let builder = self.builder.as_mut().unwrap();
        let done = builder.trade(tick.time, tick.price.to_f64(), tick.quantity.to_f64()).unwrap();
        self.built.extend(done.iter().map(bits));
    }
    fn on_bar(&mut self, cx: &mut Context, id: InstrumentId, bar: BarRef<'_>) {
        assert!(bar.time() <= cx.now());
        if id == BARS {
            self.order.push((cx.now().nanos(), "bar"));
            if bar.row() == 1 {
                cx.submit(NewOrder::market(BARS, Side::Buy, Size::Quantity(shares(10))));
                cx.submit(NewOrder::market(TAPE, Side::Buy, Size::Quantity(shares(3))));
            }
            return;
        }
        let c = [bar.open(), bar.high(), bar.low(), bar.close(), bar.volume().unwrap()].map(f64::to_bits);
        self.told.push((bar.time().nanos(), c[0], c[1], c[2], c[3], c[4]));
    }
}

#[test]
fn bars_and_ticks_share_one_clock_and_bars_built_live_are_those_of_history() {
    let mut rows = book();
    for i in 0..400 {
        let p = if i % 3 == 0 { "101" } else { "99" };
        rows.push((20 + i * 37, trade(p, 1 + i % 7, if p == "101" { Side::Buy } else { Side::Sell })));
    }
    // Bars of the other share close in the middle of the tape's seconds.
    let close: Vec<i64> = (0..12).map(|i| at(500 + i * 1_000).nanos()).collect();
    let columns = BarColumns {
        open_time: close.iter().map(|t| t - SECOND).collect::<Vec<i64>>().into(),
        close_time: close.clone(),
        open: (0..12).map(|i| 50.0 + f64::from(i)).collect(),
        high: (0..12).map(|i| 51.0 + f64::from(i)).collect(),
        low: (0..12).map(|i| 49.0 + f64::from(i)).collect(),
        close: (0..12).map(|i| 50.5 + f64::from(i)).collect(),
        volume: vec![],
    };
    let tape = tape(&rows, 2);
    let of_tape = tape.bars(BarRule::Time { nanos: SECOND, anchor: Timestamp::default() }).unwrap();
    let series = vec![
        Series::taped(instrument("US.B"), of_tape, tape),
        Series::daily(instrument("US.A"), Bars::new(columns).unwrap()),
    ];
    let feed = Arc::new(Feed::new(series).unwrap());
    let mut strategy = Mixed::default();
    let result = run(&feed, &mut strategy, &options()).unwrap();
    assert!(strategy.order.is_sorted_by_key(|o| o.0), "one clock");
    // At one stamp what was received comes before the bar.
    let tie = strategy.order.windows(2).find(|w| w[0].0 == w[1].0).unwrap();
    assert_eq!((tie[0].1, tie[1].1), ("tick", "bar"));
    assert!(strategy.built.len() >= 13);
    assert_eq!(strategy.told[..strategy.built.len()], strategy.built[..]);
    // On bars at the next open, on the tape at once, level by level.
    let fills: Vec<(u32, i64, Quantity, Price)> =
        result.fills.iter().map(|f| (f.instrument.0, f.time.nanos(), f.quantity, f.price)).collect();
    assert_eq!(
        fills,
        [(1, at(1_500).nanos(), shares(3), price("101")), (0, at(2_500).nanos(), shares(10), price("52")),],
    );
}

/// Counts the trades it is told, and looks at the last one known when it starts.
#[derive(Default)]
struct Listener {
    told: Vec<Timestamp>,
    known: Option<Tick>,
}

impl Strategy for Listener {
    fn setup(&mut self, setup: &mut Setup<'_>) -> Result<(), SetupError> {
        setup.ticks(TAPE)
    }
    fn on_start(&mut self, cx: &mut Context) {
        self.known = cx.last_trade(TAPE);
    }
    fn on_tick(&mut self, _: &mut Context, tick: &Tick) {
        self.told.push(tick.time);
    }
}

#[test]
fn a_delayed_feed_is_told_to_its_last_row_and_what_came_before_is_known_by_its_instrument() {
    let made = || {
        let mut rows = book();
        rows.extend((1..50).map(|i| (20 * i, trade("101", 1, Side::Buy))));
        tape(&rows, 2)
    };
    let rule = BarRule::Time { nanos: SECOND, anchor: Timestamp::default() };
    let of = |symbol: &str| Series::taped(instrument(symbol), made().bars(rule).unwrap(), made());
    let feed = Arc::new(Feed::new(vec![of("US.A"), of("US.B")]).unwrap());
    for delay in [Delay::Constant(3 * SECOND), Delay::Uniform { least: 2 * SECOND, most: 4 * SECOND }] {
        let latency = Latency { feed: delay, ..Latency::default() };
        let mut strategy = Listener::default();
        run(&feed, &mut strategy, &RunOptions { latency, ..options() }).unwrap();
        assert_eq!(strategy.told.len(), 50);
        assert_eq!(strategy.known, None);
    }
    let mut late = Listener::default();
    run(&feed, &mut late, &RunOptions { begin: at(500), ..options() }).unwrap();
    assert_eq!(late.known.map(|tick| (tick.instrument, tick.time)), Some((TAPE, at(480))));
}
