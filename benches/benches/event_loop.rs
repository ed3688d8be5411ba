//! The event loop per bar: no strategy, MACD, resting orders far from the price, brackets.

use std::sync::Arc;

use benches::far_orders::{FarOrders, Idle};
use benches::{input, w1};
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use engine_core::compose::Composed;
use engine_core::feed::Feed;
use engine_core::kernel::{Scratch, run_with};
use engine_core::registry::Plugin;
use engine_core::setup::ColumnCache;
use engine_core::strategy::Strategy;
use strategies::exits::{Stop, StopParameters, Target, TargetParameters};

const BARS: usize = 100_000;

/// One run per iteration, buffers reused.
fn bench<S: Strategy>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    feed: &Arc<Feed>,
    strategy: impl Fn() -> S,
) {
    let options = w1::options();
    let mut kept = Scratch::default();
    group.bench_function(name, |b| {
        b.iter(|| {
            let scratch = std::mem::take(&mut kept);
            let run = run_with(feed, &mut strategy(), &options, &ColumnCache::default(), scratch);
            kept = Scratch::from(run.expect("a valid strategy"));
        });
    });
}

/// W1's strategy with a stop and a target on every entry.
fn bracket() -> Composed {
    let percent = |value| StopParameters { value, ..StopParameters::default() };
    let stop = Stop::new(percent(0.2)).expect("valid");
    let target = Target::new(TargetParameters { value: 0.4, ..TargetParameters::default() }).expect("valid");
    w1::strategy().exit(Box::new(stop)).exit(Box::new(target))
}

fn event_loop(c: &mut Criterion) {
    let feed = input::feed(input::walk(BARS, 1_000.0, 5e-4, 1));
    let mut group = c.benchmark_group("event_loop");
    group.throughput(Throughput::Elements(BARS as u64));
    bench(&mut group, "no strategy", &feed, || Idle);
    bench(&mut group, "macd", &feed, w1::strategy);
    for count in [10, 100] {
        bench(&mut group, &format!("{count} far orders, no strategy"), &feed, || FarOrders { inner: Idle, count });
        bench(&mut group, &format!("{count} far orders, macd"), &feed, || FarOrders { inner: w1::strategy(), count });
    }
    bench(&mut group, "macd with brackets", &feed, bracket);
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = event_loop
}
criterion_main!(benches);
