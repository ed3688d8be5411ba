//! Books: rows that change one, runs over a tape, taking, and queues that advance.

use std::hint::black_box;
use std::sync::Arc;

use benches::input::Random;
use benches::w4::{self, Grid, TICK, Watcher};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use engine_core::context::Context;
use engine_core::feed::Feed;
use engine_core::fixed::{Price, Quantity, SCALE};
use engine_core::instrument::InstrumentId;
use engine_core::kernel::{RunOptions, run};
use engine_core::order::{NewOrder, Side, Size};
use engine_core::orderbook::OrderBook;
use engine_core::setup::{Setup, SetupError};
use engine_core::strategy::Strategy;
use engine_core::tape::{LAST, Tape, TapeColumns, TapeEvent};
use engine_core::time::Timestamp;

const ROWS: usize = 100_000;
const ID: InstrumentId = InstrumentId(0);

/// Orders that join, shrink and leave on twenty price levels.
fn single_orders() -> Tape {
    let mut random = Random::new(7);
    let mut below = move |n: u64| random.bits() % n;
    let mut columns = TapeColumns::default();
    let mut alive: Vec<(u64, Side, i64)> = Vec::new();
    for row in 0..ROWS as u64 {
        let at = Timestamp::from_nanos(1_700_000_000_000_000_000 + row as i64 * 1_000);
        let event = if alive.len() < 200 || below(100) < 45 {
            let side = if below(2) == 0 { Side::Buy } else { Side::Sell };
            let away = below(10) as i64;
            let tick = if side == Side::Buy { 500_000 - away } else { 500_001 + away };
            alive.push((row + 1, side, tick));
            let quantity = Quantity::from_units((1 + below(50) as i64) * SCALE);
            TapeEvent::Add { order: row + 1, side, price: Price::from_units(tick * TICK), quantity }
        } else {
            let (order, _, _) = alive.swap_remove(below(alive.len() as u64) as usize);
            TapeEvent::Cancel { order, quantity: Quantity::from_units(50 * SCALE) }
        };
        columns.push(at, at, event, LAST);
    }
    Tape::new(columns).expect("a tape made here")
}

fn updates(c: &mut Criterion) {
    let mut group = c.benchmark_group("books/a row");
    let levels = w4::feed(w4::columns(ROWS)).series()[0].tape.clone().expect("a tape");
    for (name, tape) in [("of levels and trades", &*levels), ("of single orders", &single_orders())] {
        group.throughput(Throughput::Elements(tape.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut book = OrderBook::new(true);
                for row in 0..tape.len() {
                    black_box(book.apply(&tape.event(row)));
                }
                book.mid()
            });
        });
    }
    group.finish();
}

/// Every 100 ms: a market order, or nothing but the resting orders it began with.
struct Sender {
    resting: i64,
    takes: bool,
    buy: bool,
}

impl Strategy for Sender {
    fn setup(&mut self, setup: &mut Setup<'_>) -> Result<(), SetupError> {
        setup.without_notices();
        Ok(())
    }
    fn on_start(&mut self, cx: &mut Context) {
        cx.set_timer(cx.now() + 100_000_000, 0);
    }
    fn on_timer(&mut self, cx: &mut Context, _: u64) {
        cx.set_timer(cx.now() + 100_000_000, 0);
        let Some(bid) = cx.book(ID).and_then(|book| book.bid()) else { return };
        // As large as never to be filled by the trades of the tape.
        let size = Size::Quantity(Quantity::from_units(1_000_000 * SCALE));
        for i in 0..std::mem::take(&mut self.resting) {
            cx.submit(NewOrder::limit(ID, Side::Buy, size, bid.price - Price::from_units(i % 10 * TICK)));
        }
        if self.takes {
            self.buy = !self.buy;
            let side = if self.buy { Side::Buy } else { Side::Sell };
            cx.submit(NewOrder::market(ID, side, Size::Quantity(Quantity::from_units(SCALE / 2))));
        }
    }
}

fn runs(c: &mut Criterion) {
    let mut group = c.benchmark_group("books/a run, a row");
    let feed = w4::feed(w4::columns(ROWS));
    let options = RunOptions { cash: engine_core::fixed::Money::from_whole(1_000_000_000_000), ..w4::options() };
    let rows = feed.series()[0].tape.as_ref().map_or(0, |tape| tape.len());
    group.throughput(Throughput::Elements(rows as u64));
    let once = |feed: &Arc<Feed>, strategy: &mut dyn Strategy| run(feed, strategy, &options).map(|r| r.fills.len());
    group.bench_function("replay", |b| b.iter(|| once(&feed, &mut Watcher::default())));
    group.bench_function("a grid of ten orders", |b| b.iter(|| once(&feed, &mut Grid::default())));
    group.bench_function("a market order every 100 ms", |b| {
        b.iter(|| once(&feed, &mut Sender { resting: 0, takes: true, buy: false }));
    });
    for resting in [1, 10, 100] {
        group.bench_function(format!("{resting} orders in their queues"), |b| {
            b.iter(|| once(&feed, &mut Sender { resting, takes: false, buy: false }));
        });
    }
    group.finish();
}

criterion_group!(benches, updates, runs);
criterion_main!(benches);
