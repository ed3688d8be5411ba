//! American prices one by one and by columns, per scheme; implied volatility; the tree.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use options::american::{Chain, Scheme, prices, volatility};
use options::tree::Tree;
use options::{American, OptionType};

/// Calls and puts over moneyness, time, rates and volatility, all of which may be exercised early.
fn set() -> Vec<American> {
    let mut set = Vec::new();
    for kind in [OptionType::Call, OptionType::Put] {
        for spot in [80.0, 95.0, 100.0, 105.0, 125.0] {
            for years in [0.05, 0.5, 2.0] {
                for (rate, dividend_yield) in [(0.03, 0.01), (0.05, 0.05), (0.02, 0.06)] {
                    for volatility in [0.15, 0.3, 0.6] {
                        set.push(American { kind, spot, strike: 100.0, years, rate, dividend_yield, volatility });
                    }
                }
            }
        }
    }
    set
}

fn american(c: &mut Criterion) {
    let set = set();
    let column = |of: fn(&American) -> f64| set.iter().map(of).collect::<Vec<f64>>();
    let kind: Vec<OptionType> = set.iter().map(|option| option.kind).collect();
    let (spot, strike, years) = (column(|o| o.spot), column(|o| o.strike), column(|o| o.years));
    let (rate, dividend_yield, vols) = (column(|o| o.rate), column(|o| o.dividend_yield), column(|o| o.volatility));
    let chain = Chain {
        kind: &kind,
        spot: &spot,
        strike: &strike,
        years: &years,
        rate: &rate,
        dividend_yield: &dividend_yield,
        volatility: &vols,
    };
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool of one");
    let mut out = vec![0.0; set.len()];
    let mut group = c.benchmark_group("american/batch_one_thread");
    group.throughput(Throughput::Elements(set.len() as u64));
    for scheme in [Scheme::Fast, Scheme::Accurate, Scheme::Reference] {
        group.bench_function(format!("{scheme:?}"), |b| {
            b.iter(|| one.install(|| prices(black_box(&chain), scheme, &mut out)).expect("same lengths"));
        });
    }
    group.finish();

    let option = set[set.len() / 2 + 40];
    let price = option.price().expect("valid");
    let tree = Tree { steps: 501, extrapolate: true };
    let mut group = c.benchmark_group("american/one");
    group.bench_function("price", |b| b.iter(|| black_box(&option).price()));
    group.bench_function("implied", |b| b.iter(|| volatility(black_box(price), &option, Scheme::Accurate)));
    group.bench_function("tree_501", |b| b.iter(|| tree.american(black_box(&option))));
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = american
}
criterion_main!(benches);
