//! Loading a price CSV: ten years of days, and 100,000 minutes.

use benches::input;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use engine_data::{ContractOverrides, Prices, Stamp, read_bars};

fn contract(bars: &str) -> ContractOverrides {
    ContractOverrides {
        symbol: Some("SIM.WALK".to_owned()),
        bars: Some(bars.to_owned()),
        timezone: Some("UTC".to_owned()),
        stamp: Some(Stamp::Close),
        prices: Some(Prices::Raw),
        currency: Some("USD".to_owned()),
        source: Some("synthetic".to_owned()),
    }
}

fn csv_load(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut group = c.benchmark_group("csv_load");
    let days = ("2,520 days", "1d", input::daily_walk(2_520, 9));
    let minutes = ("100,000 minutes", "1m", input::walk(100_000, 1_000.0, 5e-4, 1));
    for (name, length, columns) in [days, minutes] {
        let path = folder.path().join(format!("{length}.csv"));
        input::write_csv(&path, &columns).expect("the folder can be written");
        let contract = contract(length);
        group.throughput(Throughput::Elements(columns.close.len() as u64));
        group.bench_function(name, |b| b.iter(|| read_bars(&path, &contract).expect("a valid file")));
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = csv_load
}
criterion_main!(benches);
