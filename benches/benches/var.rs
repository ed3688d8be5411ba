//! VaR by simulation: ten assets, the ways of sampling, revalued options.

use std::hint::black_box;
use std::ops::ControlFlow;

use benches::w7::{self, Assets, CONFIDENCE};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use options::{European, OptionType};
use risk::monte_carlo::{Growth, Instrument, Model, Portfolio, Position, Sampling, Simulation, Valuation, simulate};

const PATHS: usize = 65_536;

fn assets(c: &mut Criterion) {
    let assets = Assets::random();
    let mut group = c.benchmark_group("var/ten_assets");
    group.throughput(Throughput::Elements(PATHS as u64));
    for (name, sampling) in [
        ("random", Sampling::Random),
        ("antithetic", Sampling::Antithetic),
        ("sobol", Sampling::Sobol { replicates: 16 }),
    ] {
        group.bench_function(name, |b| b.iter(|| assets.simulate(black_box(PATHS), sampling)));
    }
    group.bench_function("normals", |b| b.iter(|| w7::normals(black_box(PATHS))));
    let outcome = assets.simulate(PATHS, Sampling::Random).expect("a model");
    group.bench_function("estimate", |b| b.iter(|| outcome.estimate(black_box(CONFIDENCE), 0.95)));
    let on = |_| ControlFlow::Continue(());
    group.bench_function("contributions", |b| b.iter(|| outcome.contributions(black_box(CONFIDENCE), &on)));
    group.finish();
}

fn options(c: &mut Criterion) {
    let put = European {
        kind: OptionType::Put,
        spot: 100.0,
        strike: 95.0,
        years: 0.25,
        rate: 0.03,
        dividend_yield: 0.0,
        volatility: 0.25,
    };
    let instrument = Instrument::Option { factor: 0, option: put, volatility: None };
    let position = Position { quantity: 1.0, instrument, currency: None };
    let portfolio = Portfolio::new(vec![100.0], vec![position; 10]).expect("a portfolio");
    let mut group = c.benchmark_group("var/ten_options");
    group.throughput(Throughput::Elements(PATHS as u64));
    for (name, model, valuation) in [
        ("full", None, Valuation::Full),
        ("delta_gamma", None, Valuation::DeltaGamma),
        ("student_t", Some(4.0), Valuation::DeltaGamma),
    ] {
        let (mean, covariance, growth) = (&[0.0][..], &[2e-4][..], Growth::LogMean);
        let model = match model {
            None => Model::Normal { mean, covariance, growth },
            Some(degrees) => Model::StudentT { mean, covariance, growth, degrees },
        };
        let settings = Simulation { paths: PATHS, valuation, years: 1.0 / 252.0, ..Simulation::default() };
        let run = || simulate(black_box(&portfolio), &model, &settings, &|_| ControlFlow::Continue(()));
        group.bench_function(name, |b| b.iter(run));
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = assets, options
}
criterion_main!(benches);
