//! Follows a random tape with a book of its own and checks every fill of a run and of a case.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine_core::account::{AccountKind, FeeSchedule};
use engine_core::builder::BarRule;
use engine_core::context::Context;
use engine_core::digest::digest;
use engine_core::exchange::depth::ThroughFill;
use engine_core::exchange::scenario::{self, Case, CaseOutcome, TapeAsk, TapeCase};
use engine_core::feed::{Feed, Series};
use engine_core::fixed::{Money, Price, Quantity, Rate};
use engine_core::instrument::InstrumentId;
use engine_core::kernel::{RunOptions, run};
use engine_core::latency::{Delay, Latency};
use engine_core::order::{NewOrder, OrderId, OrderState, Side, Size, TimeInForce};
use engine_core::orderbook::{BookState, OrderBook};
use engine_core::record::{Fill, RunResult};
use engine_core::setup::{Setup, SetupError};
use engine_core::strategy::Strategy;
use engine_core::tape::{IRREGULAR, Tape, TapeEvent};
use engine_core::time::Timestamp;

use crate::common::instrument;
use crate::tape_chaos::World;

const ID: InstrumentId = InstrumentId(0);
const CASH: Money = Money::from_whole(1_000_000_000_000);
const FEE: Rate = Rate::from_units(300_000_000);

/// Sends the requests of a world and checks the account at each fill.
struct Sender<'w> {
    world: &'w World,
    seed: u64,
    fills: usize,
    cash: Money,
    position: Quantity,
    filled: BTreeMap<OrderId, Quantity>,
    /// By fill: the limit of its order when it was filled.
    limits: Vec<Option<Price>>,
}

impl Strategy for Sender<'_> {
    fn setup(&mut self, _: &mut Setup<'_>) -> Result<(), SetupError> {
        Ok(())
    }
    fn on_start(&mut self, cx: &mut Context) {
        for _ in 0..self.world.groups {
            cx.new_group();
        }
        for (i, request) in self.world.requests.iter().enumerate() {
            cx.set_timer(Timestamp::from_nanos(request.sent), i as u64);
        }
    }
    fn on_timer(&mut self, cx: &mut Context, tag: u64) {
        let request = self.world.requests[tag as usize];
        match request.ask {
            TapeAsk::Submit(order) => assert_eq!(cx.submit(order), request.order),
            TapeAsk::Cancel => cx.cancel(request.order),
            TapeAsk::Change(change) => cx.modify(request.order, change),
        }
    }
    fn on_fill(&mut self, cx: &mut Context, fill: &Fill) {
        let signed = Quantity::from_units(fill.quantity.units() * fill.side.sign());
        let notional = Money::notional(fill.price, signed, 1);
        assert_eq!(fill.fee, Money::notional(fill.price, fill.quantity, 1).times(FEE));
        self.cash -= notional + fill.fee;
        self.position += signed;
        *self.filled.entry(fill.order).or_default() += fill.quantity;
        self.fills += 1;
        let record = cx.order(fill.order).unwrap();
        let found = (cx.cash(), cx.position(ID), record.filled);
        assert_eq!(found, (self.cash, self.position, self.filled[&fill.order]), "seed {} {fill:?}", self.seed);
        self.limits.push(record.order.kind.limit());
    }
}

fn play(world: &World, seed: u64, feed: &Arc<Feed>) -> (RunResult, Vec<Option<Price>>) {
    let latency = Latency {
        feed: Delay::Constant(0),
        order: Delay::Constant(world.latency),
        response: Delay::Constant(world.response),
    };
    let options = RunOptions {
        account: AccountKind::Margin { leverage: Rate::from_units(4 * Rate::SCALE) },
        cash: CASH,
        fees: FeeSchedule::Rate(FEE),
        depth: world.rules,
        latency,
        ..RunOptions::default()
    };
    let mut sender = Sender {
        world,
        seed,
        fills: 0,
        cash: CASH,
        position: Quantity::ZERO,
        filled: BTreeMap::new(),
        limits: Vec::new(),
    };
    let result = run(feed, &mut sender, &options).unwrap();
    assert_eq!(sender.fills, result.fills.len(), "seed {seed}: fills that nobody was told");
    assert_eq!(result.final_cash, sender.cash, "seed {seed}");
    (result, sender.limits)
}

/// Checks a world; returns how many fills there were, and how many of resting orders.
pub fn audit(world: &World, seed: u64) -> (usize, usize) {
    let bars = world.tape.bars(BarRule::Time { nanos: 100_000_000, anchor: Timestamp::default() }).unwrap();
    let starts: Vec<bool> = (0..bars.len()).map(|row| row % 4 == 0).collect();
    let closes = &bars.columns().close_time;
    let ends_session = |row: usize| starts.get(row + 1).copied().unwrap_or(true);
    let session_ends: Vec<i64> = (0..bars.len()).filter(|row| ends_session(*row)).map(|row| closes[row]).collect();
    let series = Series {
        session_start: Arc::new(starts.into()),
        ..Series::taped(instrument("US.X"), bars.clone(), world.tape.clone())
    };
    let feed = Arc::new(Feed::new(vec![series]).unwrap());
    let (result, limits) = play(world, seed, &feed);
    assert_eq!(digest(&result), digest(&play(world, seed, &feed).0), "seed {seed}");
    let case = Case::Tape(TapeCase {
        instrument: instrument("US.X"),
        tape: world.tape.clone(),
        events: (0..world.tape.len() as u32).collect(),
        requests: world.requests.clone(),
        rules: world.rules,
        latency: world.latency,
        session_ends,
    });
    let outcome = scenario::run(&case);
    check_orders(&result, world, seed);
    check_market(&result.fills, &limits, world, seed);
    check_case(&outcome, world, seed);
    if world.comparable {
        let end = world.tape.venue_time(world.tape.len() - 1);
        compare(&outcome, &result, end, seed);
    }
    (result.fills.len(), result.fills.iter().filter(|f| f.maker).count())
}

/// A case gives what a run gives.
fn compare(outcome: &CaseOutcome, result: &RunResult, end: Timestamp, seed: u64) {
    for (i, (a, b)) in outcome.fills.iter().zip(&result.fills).enumerate() {
        let t = a.on_tape.unwrap();
        let found = (t.time, a.order, a.side, a.quantity, a.price, t.maker, a.certain);
        let expected = (b.time, b.order.index(), b.side, b.quantity, b.price, b.maker, b.certain);
        assert_eq!(found, expected, "seed {seed} fill {i}: case, run {:?}", result.orders[b.order.index()]);
    }
    assert_eq!(outcome.fills.len(), result.fills.len(), "seed {seed}");
    let mut closed = vec![None; result.orders.len()];
    for c in &outcome.closed {
        assert!(closed[c.order].replace((c.state, c.reason)).is_none(), "seed {seed}: ended twice");
    }
    for (i, record) in result.orders.iter().enumerate() {
        // A run goes on to the close of its last bar.
        let later = closed[i].is_none() && record.ended > end;
        let found = record.state.is_closed().then_some((record.state, record.reason));
        assert!(later || found == closed[i], "seed {seed} order {i}: run {found:?}, case {:?} {record:?}", closed[i]);
    }
}

fn check_case(outcome: &CaseOutcome, world: &World, seed: u64) {
    assert!(outcome.pnl_worst <= outcome.pnl && outcome.pnl <= outcome.pnl_best, "seed {seed}");
    assert_eq!(outcome.certain, outcome.fills.iter().all(|f| f.certain), "seed {seed}");
    for fill in &outcome.fills {
        let time = fill.on_tape.unwrap().time;
        assert!(world.tape.venue_time(fill.bar as usize) <= time, "seed {seed}");
    }
}

/// What must hold of each order.
fn check_orders(result: &RunResult, world: &World, seed: u64) {
    let mut most: Vec<Quantity> = Vec::new();
    let mut plain: Vec<bool> = Vec::new();
    let mut requests: Vec<NewOrder> = Vec::new();
    for request in &world.requests {
        match request.ask {
            TapeAsk::Submit(order) => {
                most.push(match order.size {
                    Size::Quantity(q) => q,
                    _ => Quantity::from_units(i64::MAX),
                });
                plain.push(order.parent.is_none() && order.oco.is_none());
                requests.push(order);
            }
            TapeAsk::Change(change) => {
                let at = request.order.index();
                most[at] = most[at].max(change.quantity.unwrap_or(Quantity::ZERO));
                plain[at] = false;
            }
            TapeAsk::Cancel => {}
        }
    }
    let mut filled = vec![Quantity::ZERO; requests.len()];
    let mut first: Vec<Option<Timestamp>> = vec![None; requests.len()];
    for fill in &result.fills {
        let at = fill.order.index();
        assert!(fill.quantity > Quantity::ZERO, "seed {seed} {fill:?}");
        filled[at] += fill.quantity;
        assert!(filled[at] <= most[at], "seed {seed}: more than ordered {fill:?}");
        let time = *first[at].get_or_insert(fill.time);
        let order = &requests[at];
        assert!(!order.post_only || fill.maker, "seed {seed}: post_only took {fill:?}");
        if matches!(order.tif, TimeInForce::Fok) && order.parent.is_none() {
            assert_eq!(fill.time, time, "seed {seed}: fok in parts");
        }
        if let TimeInForce::Gtd(until) = order.tif {
            assert!(fill.time < until, "seed {seed}: after its date {fill:?}");
        }
        if let Some(parent) = order.parent {
            assert!(filled[at] <= filled[parent.index()], "seed {seed}: more than its parent {fill:?}");
        }
    }
    for (i, record) in result.orders.iter().enumerate() {
        assert_eq!(record.filled, filled[i], "seed {seed} order {i}");
        if plain[i] && requests[i].tif == TimeInForce::Fok {
            assert!(filled[i].is_zero() || filled[i] == most[i], "seed {seed} order {i}: fok");
        }
        if plain[i] && record.state == OrderState::Filled {
            assert_eq!(filled[i], most[i], "seed {seed} order {i}");
        }
    }
}

/// A book that follows the tape, and what was taken of it.
struct Follower<'t> {
    tape: &'t Tape,
    book: OrderBook,
    row: usize,
    taken: BTreeMap<(bool, Price), Quantity>,
    /// It was good at some time within the last stamp.
    was_good: bool,
    /// Regular trades of the last stamp.
    trades: Vec<(Price, Quantity, Option<Side>)>,
}

impl Follower<'_> {
    /// Everything of a stamp and before.
    fn follow(&mut self, time: Timestamp) {
        if self.row < self.tape.len() && self.tape.venue_time(self.row) <= time {
            self.trades.clear();
        }
        while self.row < self.tape.len() && self.tape.venue_time(self.row) <= time {
            let row = self.row;
            self.row += 1;
            if self.tape.venue_time(row) < time {
                self.was_good = false;
            }
            if self.tape.venue_time(row) == time {
                self.was_good |= self.book.state() == BookState::Good;
                if let TapeEvent::Trade { price, quantity, aggressor } = self.tape.event(row)
                    && self.tape.code(row) & IRREGULAR == 0
                {
                    self.trades.push((price, quantity, aggressor));
                }
            }
            self.book.apply(&self.tape.event(row));
            let book = &self.book;
            self.taken.retain(|(buy, price), taken| {
                *taken = (*taken).min(book.size_at(if *buy { Side::Buy } else { Side::Sell }, *price));
                !taken.is_zero()
            });
        }
        if self.row == 0 || self.tape.venue_time(self.row - 1) < time {
            self.trades.clear();
            self.was_good = false;
        }
        self.was_good |= self.book.state() == BookState::Good;
    }
}

/// What must hold of each fill in the market at its moment.
fn check_market(fills: &[Fill], limits: &[Option<Price>], world: &World, seed: u64) {
    let tape = &world.tape;
    let mut market = Follower {
        tape,
        book: OrderBook::new(tape.has_depth()),
        row: 0,
        taken: BTreeMap::new(),
        was_good: false,
        trades: Vec::new(),
    };
    let mut printed: (Timestamp, Quantity) = (Timestamp::MIN, Quantity::ZERO);
    let mut last = Timestamp::MIN;
    for (fill, limit) in fills.iter().zip(limits) {
        let place = || format!("seed {seed} {fill:?}, limit {limit:?}");
        assert!(fill.time >= last, "{}", place());
        last = fill.time;
        market.follow(fill.time);
        let within = |price: Price, limit: Price| if fill.side == Side::Buy { price <= limit } else { price >= limit };
        let other = fill.side.opposite();
        if let Some(limit) = limit {
            assert!(within(fill.price, *limit), "beyond its limit: {}", place());
            assert!(!fill.maker || fill.price == *limit, "a resting order not at its limit: {}", place());
        }
        if !tape.has_book() {
            assert!(market.trades.iter().any(|t| within(t.0, fill.price)), "no trade: {}", place());
            continue;
        }
        assert!(market.was_good, "in an untrusted book: {}", place());
        if !world.strict {
            continue;
        }
        assert_eq!(market.book.state(), BookState::Good, "{}", place());
        let shown = market.book.size_at(other, fill.price);
        if !fill.maker {
            let taken = market.taken.entry((other == Side::Buy, fill.price)).or_default();
            *taken += fill.quantity;
            assert!(*taken <= shown, "{taken} taken of {shown}: {}", place());
            continue;
        }
        let met = market.book.best(other).is_some_and(|best| within(best.price, fill.price));
        let passed = market.trades.first().filter(|t| within(t.0, fill.price));
        assert!(met || passed.is_some(), "nothing came to its price: {}", place());
        let Some((price, size, aggressor)) = passed.copied().filter(|_| !met) else { continue };
        assert!(price != fill.price || aggressor != Some(fill.side), "the wrong side took: {}", place());
        if price == fill.price || world.rules.through == ThroughFill::Traded {
            if printed.0 != fill.time {
                printed = (fill.time, Quantity::ZERO);
            }
            printed.1 += fill.quantity;
            assert!(printed.1 <= size, "{} of a trade of {size}: {}", printed.1, place());
        }
    }
}
