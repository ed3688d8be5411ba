//! The ledger: postings of a fill, and a run with a fill on every bar.

use std::hint::black_box;

use benches::input;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use engine_core::account::FeeSchedule;
use engine_core::bars::BarRef;
use engine_core::context::Context;
use engine_core::fixed::{Money, Quantity, Rate, SCALE};
use engine_core::instrument::InstrumentId;
use engine_core::kernel::{RunOptions, Scratch, run, run_with};
use engine_core::ledger::postings;
use engine_core::order::{NewOrder, Side, Size};
use engine_core::setup::{ColumnCache, Setup, SetupError};
use engine_core::strategy::Strategy;

const BARS: usize = 10_000;

/// Buys a share at one close and sells it at the next.
struct Flip;

impl Strategy for Flip {
    fn setup(&mut self, _: &mut Setup<'_>) -> Result<(), SetupError> {
        Ok(())
    }

    fn on_bar(&mut self, cx: &mut Context, id: InstrumentId, bar: BarRef<'_>) {
        let side = if bar.row().is_multiple_of(2) { Side::Buy } else { Side::Sell };
        cx.submit(NewOrder::market(id, side, Size::Quantity(Quantity::from_units(SCALE))));
    }
}

fn ledger(c: &mut Criterion) {
    let feed = input::feed(input::walk(BARS, 1_000.0, 5e-4, 4));
    let fees = FeeSchedule::Rate(Rate::from_f64(0.001).expect("a valid rate"));
    let options = RunOptions { cash: Money::from_whole(1_000_000), fees, ..RunOptions::default() };
    let done = run(&feed, &mut Flip, &options).expect("a valid strategy");
    let mut group = c.benchmark_group("ledger");
    let entries: Vec<_> = done.entries().collect();
    group.throughput(Throughput::Elements(entries.len() as u64));
    group.bench_function("postings of an entry", |b| {
        b.iter(|| {
            for entry in &entries {
                black_box(postings(entry, &done.fills));
            }
        });
    });
    group.throughput(Throughput::Elements(BARS as u64));
    group.bench_function("a bar with a fill", |b| {
        let mut kept = Scratch::default();
        b.iter(|| {
            let scratch = std::mem::take(&mut kept);
            let run = run_with(&feed, &mut Flip, &options, &ColumnCache::default(), scratch);
            kept = Scratch::from(run.expect("a valid strategy"));
        });
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = ledger
}
criterion_main!(benches);
