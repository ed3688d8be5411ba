//! Implied volatility: columns, one at a time, and the crate implied-vol.

use std::hint::black_box;

use benches::w6::{self, Quotes, Solver};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// Small enough for the columns to stay in the second cache.
const QUOTES: usize = 8_192;

fn implied(c: &mut Criterion) {
    let quotes = Quotes::random(QUOTES).expect("valid options");
    let mut out = vec![0.0; QUOTES];
    let mut group = c.benchmark_group("options/implied");
    group.throughput(Throughput::Elements(QUOTES as u64));
    group.bench_function("columns", |b| b.iter(|| w6::compute(&quotes, black_box(&mut out), false)));
    group.bench_function("one_by_one", |b| b.iter(|| w6::compute_one_by_one(&quotes, black_box(&mut out))));
    for (name, solver) in [("peer_jaeckel", Solver::Jaeckel), ("peer_hybrid", Solver::Hybrid)] {
        group.bench_function(name, |b| b.iter(|| w6::compute_peer(&quotes, solver, black_box(&mut out))));
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = implied
}
criterion_main!(benches);
