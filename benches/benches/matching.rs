//! Matching: bars that touch 1, 10 or 100 orders, a bracket, and the search over every path.

use benches::input;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use engine_core::bars::BarRef;
use engine_core::context::Context;
use engine_core::exchange::FillRules;
use engine_core::exchange::TradedBar;
use engine_core::exchange::scenario::{BarCase, Case, CaseOrder, run as run_case};
use engine_core::fixed::{Money, Price, Quantity, SCALE};
use engine_core::instrument::{Instrument, InstrumentId, Symbol};
use engine_core::kernel::{RunOptions, run};
use engine_core::order::{NewOrder, OcoId, OrderId, OrderKind, Side, Size};
use engine_core::setup::{Setup, SetupError};
use engine_core::strategy::Strategy;

const ONE: Size = Size::Quantity(Quantity::from_units(SCALE));

/// At every close: so many orders at the market, which all fill at the next open.
struct Crowd {
    count: usize,
}

impl Strategy for Crowd {
    fn setup(&mut self, _: &mut Setup<'_>) -> Result<(), SetupError> {
        Ok(())
    }

    fn on_bar(&mut self, cx: &mut Context, id: InstrumentId, bar: BarRef<'_>) {
        let side = if bar.row().is_multiple_of(2) { Side::Buy } else { Side::Sell };
        for _ in 0..self.count {
            cx.submit(NewOrder::market(id, side, ONE));
        }
    }
}

fn touched(c: &mut Criterion) {
    const BARS: usize = 1_000;
    let feed = input::feed(input::walk(BARS, 1_000.0, 5e-4, 2));
    let options = RunOptions { cash: Money::from_whole(1_000_000), ..RunOptions::default() };
    let mut group = c.benchmark_group("matching/orders a bar");
    for count in [1, 10, 100] {
        group.throughput(Throughput::Elements((count * BARS) as u64));
        group.bench_function(count.to_string(), |b| {
            b.iter(|| run(&feed, &mut Crowd { count }, &options).expect("a valid strategy"));
        });
    }
    group.finish();
}

fn price(whole: i64) -> Price {
    Price::from_units(whole * SCALE)
}

/// One bar from 100 to 100 that reaches 90 and 110, after a bar that only decides.
fn case(orders: Vec<NewOrder>) -> Case {
    let bar = |high, low| TradedBar {
        open: price(100),
        high: price(high),
        low: price(low),
        close: price(100),
        volume: None,
        session_start: false,
        session_end: false,
        limits: None,
    };
    let named = |(i, order): (usize, NewOrder)| CaseOrder { name: i.to_string(), order, after_bar: 0 };
    Case::Bars(BarCase {
        instrument: Instrument::equity(Symbol::new("SIM.CASE").expect("a valid symbol"), "USD"),
        bars: vec![bar(100, 100), bar(110, 90)],
        orders: orders.into_iter().enumerate().map(named).collect(),
        rules: FillRules::default(),
    })
}

/// Entry with stop and target.
fn bracket() -> Vec<NewOrder> {
    let id = InstrumentId(0);
    let exit = |kind| NewOrder::new(id, Side::Sell, Size::AsParent, kind).child_of(OrderId(0)).oco(OcoId(0));
    vec![
        NewOrder::market(id, Side::Buy, ONE),
        exit(OrderKind::Stop { stop: price(95) }),
        exit(OrderKind::Limit { limit: price(105) }),
    ]
}

/// Limits to buy below the price, or on both sides of it.
fn ladder(count: i64, both_sides: bool) -> Vec<NewOrder> {
    let order = |i: i64| {
        let step = Price::from_units((1 + i / 2) * SCALE / 10);
        match both_sides && i % 2 == 1 {
            true => NewOrder::limit(InstrumentId(0), Side::Sell, ONE, price(100) + step),
            false => NewOrder::limit(InstrumentId(0), Side::Buy, ONE, price(100) - step),
        }
    };
    (0..count).map(order).collect()
}

fn search(c: &mut Criterion) {
    let mut group = c.benchmark_group("matching/search over every path of a bar");
    let cases = [
        ("bracket", bracket()),
        ("10 limits on one side", ladder(10, false)),
        ("10 limits on both sides", ladder(10, true)),
        ("100 limits on one side", ladder(100, false)),
    ];
    for (name, orders) in cases {
        group.throughput(Throughput::Elements(1));
        let case = case(orders);
        group.bench_function(name, |b| {
            b.iter_batched_ref(|| case.clone(), |case| run_case(case), BatchSize::SmallInput)
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = touched, search
}
criterion_main!(benches);
