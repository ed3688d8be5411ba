//! The same bits for any number of threads; progress and stopping.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use risk::RiskError;
use risk::monte_carlo::{BLOCK, Growth, Model, Progress, Sampling, Simulation, Valuation, simulate};

use super::{mixed, on, run, single};

/// All models over the factors of `mixed`, with what they may be sampled by.
fn everything() -> Vec<Simulation> {
    let base = Simulation { paths: 3 * BLOCK + 1_000, steps: 2, years: 2.0 / 252.0, seed: 3, ..Simulation::default() };
    vec![
        base,
        Simulation { sampling: Sampling::Antithetic, ..base },
        Simulation { sampling: Sampling::Sobol { replicates: 8 }, ..base },
        Simulation { control: true, ..base },
        Simulation { valuation: Valuation::DeltaGamma, ..base },
    ]
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let (portfolio, mean, covariance) = mixed();
    let history: Vec<f64> = (0..400).map(|i| 0.03 * libm::sin(f64::from(i) * 1.7)).collect();
    let models = [
        Model::Normal { mean: &mean, covariance: &covariance, growth: Growth::PriceMean },
        Model::StudentT { mean: &mean, covariance: &covariance, growth: Growth::LogMean, degrees: 4.0 },
        Model::Bootstrap { returns: &history, mean_block: 5.0 },
    ];
    let mut ran = 0;
    for model in models {
        for settings in everything() {
            let all = || -> Result<_, RiskError> {
                let outcome = simulate(&portfolio, &model, &settings, &on)?;
                let estimate = outcome.estimate(0.99, 0.9)?;
                let parts = outcome.contributions(0.99, &on)?;
                let bits: Vec<u64> = outcome.profits().iter().map(|p| p.to_bits()).collect();
                Ok((bits, estimate, parts))
            };
            let with = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
                pool.install(all)
            };
            let one = with(1);
            for threads in [2, 3, 8] {
                assert!(with(threads) == one, "{threads} threads: {settings:?}");
            }
            if let Ok((_, estimate, parts)) = one {
                let sum: f64 = parts.component_es.iter().sum();
                assert!((sum - parts.expected_shortfall).abs() < 1e-9 * sum.abs());
                assert!(estimate.expected_shortfall >= estimate.var);
                ran += 1;
            }
        }
    }
    // All of the normal model, three of the t, two of the bootstrap.
    assert_eq!(ran, 5 + 3 + 2);
}

#[test]
fn a_seed_and_the_number_of_paths_are_all_that_matters() {
    let (portfolio, mean, covariance) = mixed();
    let model = Model::StudentT { mean: &mean, covariance: &covariance, growth: Growth::LogMean, degrees: 5.0 };
    let profits =
        |paths, seed| run(&portfolio, &model, &Simulation { paths, seed, ..Simulation::default() }).profits().to_vec();
    let long = profits(2 * BLOCK + 77, 1);
    // Fewer paths are the first of many.
    assert_eq!(profits(BLOCK + 5, 1), long[..BLOCK + 5]);
    assert_ne!(profits(BLOCK, 2), long[..BLOCK]);
}

#[test]
fn work_reports_and_stops() {
    let model = Model::Normal { mean: &[0.0], covariance: &[1e-4], growth: Growth::LogMean };
    let settings = Simulation { paths: 10 * BLOCK + 1, ..Simulation::default() };
    let (calls, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let outcome = simulate(&single(), &model, &settings, &|progress| {
        calls.fetch_add(1, Ordering::Relaxed);
        most.fetch_max(progress.done, Ordering::Relaxed);
        assert_eq!(progress.total, 10 * BLOCK + 1);
        ControlFlow::Continue(())
    })
    .expect("simulated");
    assert_eq!((calls.into_inner(), most.into_inner()), (11, 10 * BLOCK + 1));
    let stop = |_: Progress| ControlFlow::Break(());
    assert_eq!(simulate(&single(), &model, &settings, &stop).map(|_| ()), Err(RiskError::Cancelled));
    assert_eq!(outcome.contributions(0.99, &stop), Err(RiskError::Cancelled));
}
