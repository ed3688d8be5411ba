//! European options: columns with price and five Greeks, prices alone, one at a time.

use std::hint::black_box;

use benches::w5::{self, Chain};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// Small enough for the columns to stay in the second cache.
const OPTIONS: usize = 8_192;

fn european(c: &mut Criterion) {
    let chain = Chain::random(OPTIONS);
    let mut out = w5::results(OPTIONS);
    let mut group = c.benchmark_group("options/european");
    group.throughput(Throughput::Elements(OPTIONS as u64));
    group.bench_function("columns", |b| b.iter(|| w5::compute(&chain, black_box(&mut out), false)));
    group.bench_function("prices", |b| b.iter(|| w5::compute_prices(&chain, black_box(&mut out))));
    group.bench_function("one_by_one", |b| b.iter(|| w5::compute_one_by_one(&chain, black_box(&mut out))));
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = european
}
criterion_main!(benches);
