//! End to end: a config and a CSV in, all figures of the run out.

use benches::input;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use engine_run::{Config, backtest};

const CONFIG: &str = r#"[run]
name = "end-to-end"

[account]
cash = 1000000.0
currency = "USD"

[[data]]
symbol = "SIM.WALK"
file = "FILE"
bars = "LENGTH"
timezone = "UTC"
stamp = "close"
prices = "raw"
currency = "USD"
source = "synthetic"

[strategy]
name = "macd"
seeding = "first"

[sizing]
kind = "fixed"
quantity = 1.0

[costs]
schedule = "rate"
rate = 0.001
"#;

fn end_to_end(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let registry = strategies::registry();
    let mut group = c.benchmark_group("end_to_end");
    let days = ("2,520 days", "1d", input::daily_walk(2_520, 9));
    let minutes = ("100,000 minutes", "1m", input::walk(100_000, 1_000.0, 5e-4, 1));
    for (name, length, columns) in [days, minutes] {
        let csv = format!("{length}.csv");
        input::write_csv(&folder.path().join(&csv), &columns).expect("the folder can be written");
        let path = folder.path().join(format!("{length}.toml"));
        let text = CONFIG.replace("FILE", &csv).replace("LENGTH", length);
        std::fs::write(&path, text).expect("the folder can be written");
        group.throughput(Throughput::Elements(columns.close.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| {
                let config = Config::read(&path, &[], &registry).expect("a valid config");
                backtest(&config, &registry, &mut |_| {}).expect("a valid run")
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = end_to_end
}
criterion_main!(benches);
