//! Indicators per point: whole columns, and bar by bar.

use std::hint::black_box;

use ::indicators::Series;
use benches::indicator_set::indicator_set;
use benches::input;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const POINTS: usize = 100_000;

fn indicators(c: &mut Criterion) {
    let bars = input::walk(POINTS, 1_000.0, 5e-4, 8);
    let series = Series {
        open: &bars.open,
        high: &bars.high,
        low: &bars.low,
        close: &bars.close,
        volume: &bars.volume,
        session_start: &[],
    };
    let set = indicator_set().expect("valid parameters");
    let mut group = c.benchmark_group("indicators/batch");
    group.throughput(Throughput::Elements(POINTS as u64));
    for (name, indicator) in &set {
        let mut out = vec![Vec::new(); indicator.outputs().len()];
        group.bench_function(*name, |b| b.iter(|| indicator.batch(series, black_box(&mut out))));
    }
    group.finish();

    let inputs: Vec<_> = (0..POINTS).map(|row| series.input(row)).collect();
    let mut group = c.benchmark_group("indicators/streaming");
    group.throughput(Throughput::Elements(POINTS as u64));
    for (name, indicator) in &set {
        let mut out = vec![0.0; indicator.outputs().len()];
        group.bench_function(*name, |b| {
            b.iter(|| {
                let mut indicator = indicator.clone();
                for input in &inputs {
                    indicator.update(input, black_box(&mut out));
                }
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = indicators
}
criterion_main!(benches);
