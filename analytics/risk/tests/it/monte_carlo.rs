//! Simulated VaR against closed forms, other methods and itself.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use options::{European, OptionType};
use risk::RiskError;
use risk::monte_carlo::{
    BLOCK, Estimate, Growth, Instrument, Model, Outcome, Portfolio, Position, Progress, Sampling, Simulation,
    Valuation, simulate,
};
use risk::var::{Historical, Quantile, Tail, normal, portfolio_risk};

use crate::var::{numbers, rows};

const EXACT: &str = include_str!("../golden/mc_var_exact.csv");
const PORTFOLIO: &str = include_str!("../golden/portfolio_risk.csv");

fn on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn asset(factor: usize, quantity: f64) -> Position {
    Position { quantity, instrument: Instrument::Asset { factor }, currency: None }
}

fn run(portfolio: &Portfolio, model: &Model<'_>, settings: &Simulation) -> Outcome {
    simulate(portfolio, model, settings, &on).expect("simulated")
}

fn estimate(portfolio: &Portfolio, model: &Model<'_>, settings: &Simulation, confidence: f64) -> Estimate {
    run(portfolio, model, settings).estimate(confidence, 0.95).expect("estimated")
}

/// One asset worth 1.
fn single() -> Portfolio {
    Portfolio::new(vec![1.0], vec![asset(0, 1.0)]).expect("fine")
}

fn put(strike: f64, years: f64) -> European {
    European {
        kind: OptionType::Put,
        spot: f64::NAN,
        strike,
        years,
        rate: 0.03,
        dividend_yield: 0.01,
        volatility: 0.25,
    }
}

#[test]
fn closed_forms_within_four_standard_errors() {
    let mut checked = 0;
    for row in rows(EXACT) {
        let number = |name: &str| -> f64 { row(name).parse().expect(name) };
        let (mean, variance) = ([number("mu_daily")], [number("sigma_daily") * number("sigma_daily")]);
        let portfolio = Portfolio::new(vec![number("value") / 4.0], vec![asset(0, 4.0)]).expect("fine");
        let steps = number("horizon_days") as usize;
        let error = number("stderr_var_100k_paths");
        for sampling in [Sampling::Random, Sampling::Antithetic, Sampling::Sobol { replicates: 20 }] {
            for (growth, name) in [(Growth::Arithmetic, "normal"), (Growth::LogMean, "lognormal")] {
                let model = Model::Normal { mean: &mean, covariance: &variance, growth };
                let settings = Simulation { paths: 100_000, steps, seed: 42, sampling, ..Simulation::default() };
                let found = estimate(&portfolio, &model, &settings, number("confidence"));
                let (var, es) = (number(&format!("var_{name}")), number(&format!("cvar_{name}")));
                assert!((found.var - var).abs() <= 4.0 * error, "{} {name} {sampling:?}: {found:?}", row("id"));
                assert!((found.expected_shortfall - es).abs() <= 6.0 * error, "{} {name}: {found:?}", row("id"));
                checked += 1;
            }
        }
    }
    assert_eq!(checked, 12 * 3 * 2);
}

#[test]
fn portfolios_have_their_parametric_risk_and_its_parts() {
    for row in rows(PORTFOLIO) {
        let number = |name: &str| -> f64 { row(name).parse().expect(name) };
        let [weights, mean, covariance] = ["weights", "mu", "cov_rowmajor"].map(|name| numbers(row(name)));
        let (confidence, value) = (number("confidence"), number("value"));
        let exact = portfolio_risk(&weights, &mean, &covariance, confidence, value).expect("fine");
        let positions = weights.iter().enumerate().map(|(i, w)| asset(i, w * value / 50.0)).collect();
        let portfolio = Portfolio::new(vec![50.0; weights.len()], positions).expect("fine");
        let model = Model::Normal { mean: &mean, covariance: &covariance, growth: Growth::Arithmetic };
        let outcome = run(&portfolio, &model, &Simulation { paths: 400_000, seed: 7, ..Simulation::default() });
        let found = outcome.estimate(confidence, 0.9999).expect("estimated");
        assert!(found.var_low < exact.var && exact.var < found.var_high, "{}", row("id"));
        assert!(found.es_low < exact.expected_shortfall && exact.expected_shortfall < found.es_high, "{}", row("id"));
        let parts = outcome.contributions(confidence, &on).expect("fine");
        assert_eq!((parts.var, parts.expected_shortfall), (found.var, found.expected_shortfall));
        let sum = |parts: &[f64]| parts.iter().sum::<f64>();
        assert!((sum(&parts.component_var) - found.var).abs() < 1e-9 * found.var, "{}", row("id"));
        assert!((sum(&parts.component_es) - found.expected_shortfall).abs() < 1e-9 * found.var, "{}", row("id"));
        for i in 0..weights.len() {
            // Noise: the deviation of the asset given the loss, over the root of the window.
            let own = weights[i].abs() * value * covariance[i * weights.len() + i].sqrt();
            let noise = 4.0 * own / (parts.window as f64).sqrt();
            assert!((parts.component_var[i] - exact.component_var[i]).abs() < noise, "{} {i}", row("id"));
            let noise = 4.0 * own / (400_000.0 * (1.0 - confidence)).sqrt();
            assert!((parts.component_es[i] - exact.component_es[i]).abs() < noise, "{} {i}", row("id"));
        }
    }
}

/// Two stocks, one of them foreign with an option on it, a currency account, an option whose volatility moves.
fn mixed() -> (Portfolio, Vec<f64>, Vec<f64>) {
    // Factors: stock, foreign stock, exchange rate, volatility.
    let levels = vec![100.0, 250.0, 7.8, 0.25];
    let positions = vec![
        asset(0, 300.0),
        Position { currency: Some(2), ..asset(1, -20.0) },
        asset(2, 1_000.0),
        Position {
            quantity: 100.0,
            instrument: Instrument::Option { factor: 0, option: put(95.0, 0.2), volatility: Some(3) },
            currency: None,
        },
        Position {
            quantity: -50.0,
            instrument: Instrument::Option {
                factor: 1,
                option: European { kind: OptionType::Call, ..put(260.0, 0.05) },
                volatility: None,
            },
            currency: Some(2),
        },
    ];
    let deviations = [0.02, 0.03, 0.004, 0.05];
    let correlation = [[1.0, 0.5, -0.2, -0.6], [0.5, 1.0, 0.1, -0.3], [-0.2, 0.1, 1.0, 0.0], [-0.6, -0.3, 0.0, 1.0]];
    let covariance =
        (0..16).map(|k| correlation[k / 4][k % 4] * deviations[k / 4] * deviations[k % 4]).collect::<Vec<f64>>();
    (Portfolio::new(levels, positions).expect("fine"), vec![0.0005, 0.0003, 0.0, 0.0], covariance)
}

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
fn each_position_is_valued_in_base_currency() {
    // A history of one day: the outcome is known to the last cent.
    let (portfolio, ..) = mixed();
    let day = [-0.10, 0.05, 0.02, 0.40];
    let model = Model::Bootstrap { returns: &day, mean_block: 1.0 };
    let settings = Simulation { paths: 10, years: 0.01, ..Simulation::default() };
    let outcome = run(&portfolio, &model, &settings);
    let price = |option: European, spot: f64, years: f64, volatility: f64| {
        European { spot, years, volatility, ..option }.price().expect("fine")
    };
    let call = European { kind: OptionType::Call, ..put(260.0, 0.05) };
    let expected = 300.0 * -10.0
        + -20.0 * (262.5 * 7.956 - 250.0 * 7.8)
        + 1_000.0 * (7.956 - 7.8)
        + 100.0 * (price(put(95.0, 0.2), 90.0, 0.19, 0.35) - price(put(95.0, 0.2), 100.0, 0.2, 0.25))
        + -50.0 * (price(call, 262.5, 0.04, 0.25) * 7.956 - price(call, 250.0, 0.05, 0.25) * 7.8);
    for profit in outcome.profits() {
        assert!((profit - expected).abs() < 1e-8, "{profit} {expected}");
    }
    let value = 30_000.0 - 20.0 * 250.0 * 7.8 + 7_800.0 + 100.0 * price(put(95.0, 0.2), 100.0, 0.2, 0.25)
        - 50.0 * price(call, 250.0, 0.05, 0.25) * 7.8;
    assert!((portfolio.value() - value).abs() < 1e-8);
    // A certain outcome is its own VaR, and its parts are the positions' profits.
    let parts = outcome.contributions(0.9, &on).expect("fine");
    assert!((parts.var + expected).abs() < 1e-8 && (parts.component_var[0] - 3_000.0).abs() < 1e-6);
    // Two days compound.
    let two =
        run(&single(), &Model::Bootstrap { returns: &[-0.1], mean_block: 3.0 }, &Simulation { steps: 2, ..settings });
    assert!((two.profits()[0] - (0.9 * 0.9 - 1.0)).abs() < 1e-15);
}

#[test]
fn delta_gamma_is_right_for_small_moves_only() {
    let option = put(100.0, 0.5);
    let position = Position {
        quantity: 1.0,
        instrument: Instrument::Option { factor: 0, option, volatility: Some(1) },
        currency: None,
    };
    let portfolio = Portfolio::new(vec![100.0, 0.25], vec![position]).expect("fine");
    let gap = |day: &[f64]| {
        let model = Model::Bootstrap { returns: day, mean_block: 1.0 };
        let [full, near] = [Valuation::Full, Valuation::DeltaGamma].map(|valuation| {
            run(&portfolio, &model, &Simulation { paths: 2, valuation, ..Simulation::default() }).profits()[0]
        });
        (full - near).abs()
    };
    // The error is of third order in the price, of second order in the volatility.
    assert!(gap(&[0.001, 0.0]) < 1e-6 && gap(&[0.0, 0.001]) < 1e-4);
    assert!(gap(&[0.01, 0.0]) < 1e-3 && gap(&[0.2, 0.0]) > 0.05);
}

#[test]
fn options_age_and_expire() {
    let gone = Position {
        quantity: 1.0,
        instrument: Instrument::Option { factor: 0, option: put(110.0, 0.01), volatility: None },
        currency: None,
    };
    let portfolio = Portfolio::new(vec![100.0], vec![gone]).expect("fine");
    let model = Model::Bootstrap { returns: &[0.05], mean_block: 1.0 };
    let outcome = run(&portfolio, &model, &Simulation { paths: 2, years: 0.5, ..Simulation::default() });
    // Past its expiry: worth the intrinsic value, 110 - 105.
    assert!((outcome.profits()[0] - (5.0 - portfolio.value())).abs() < 1e-12);
}

#[test]
fn geometric_growth_has_the_mean_that_was_asked_for() {
    // E[S] = exp(mean) under PriceMean; the log mean is that less half of the variance.
    let (mean, covariance) = ([0.02], [0.09]);
    let settings =
        Simulation { paths: 400_000, steps: 3, seed: 5, sampling: Sampling::Antithetic, ..Simulation::default() };
    let grown = |growth| {
        let outcome = run(&single(), &Model::Normal { mean: &mean, covariance: &covariance, growth }, &settings);
        outcome.profits().iter().sum::<f64>() / 400_000.0
    };
    assert!((grown(Growth::PriceMean) - libm::expm1(0.06)).abs() < 0.004);
    assert!((grown(Growth::LogMean) - libm::expm1(0.06 + 0.135)).abs() < 0.005);
    assert!((grown(Growth::Arithmetic) - 0.06).abs() < 1e-12, "pairs cancel");
}

#[test]
fn student_t_has_its_quantile_and_its_covariance() {
    // scipy 1.17: t(4) scaled to deviation 0.02: 0.02 sqrt(2/4) t.ppf(.99, 4); ES by its closed form.
    let (var, es) = (T_VAR, T_ES);
    let settings = Simulation { paths: 400_000, seed: 9, ..Simulation::default() };
    let covariance = [0.0004, 0.0002, 0.0002, 0.0009];
    let model = Model::StudentT { mean: &[0.0; 2], covariance: &covariance, growth: Growth::Arithmetic, degrees: 4.0 };
    let one = Portfolio::new(vec![1.0; 2], vec![asset(0, 1.0)]).expect("fine");
    let found = run(&one, &model, &settings).estimate(0.99, 0.9999).expect("fine");
    assert!(found.var_low < var && var < found.var_high, "{found:?}");
    assert!(found.es_low < es && es < found.es_high, "{found:?}");
    // Both fall together more often than normal returns of the same correlation.
    let both = |model: &Model<'_>| {
        let falls = |factor| -> Vec<bool> {
            let portfolio = Portfolio::new(vec![1.0; 2], vec![asset(factor, 1.0)]).expect("fine");
            let limit = -3.0 * covariance[factor * 3_usize].sqrt();
            run(&portfolio, model, &settings).profits().iter().map(|p| *p < limit).collect()
        };
        falls(0).iter().zip(falls(1)).filter(|(a, b)| **a && *b).count()
    };
    let gauss = Model::Normal { mean: &[0.0; 2], covariance: &covariance, growth: Growth::Arithmetic };
    assert!(both(&model) > 10 * both(&gauss).max(1));
    // Steps add up: the variance of five steps is five times that of one.
    let five = run(&one, &model, &Simulation { steps: 5, ..settings });
    let variance = five.profits().iter().map(|p| p * p).sum::<f64>() / 400_000.0;
    assert!((variance / 0.002 - 1.0).abs() < 0.03, "{variance}");
}

const T_VAR: f64 = 0.05298983813578623;
const T_ES: f64 = 0.07383020971361523;

#[test]
fn the_bootstrap_of_one_day_is_history() {
    let returns: Vec<f64> = (0..500).map(|i| 0.02 * libm::sin(f64::from(i) * 12.9898) - 0.001).collect();
    let model = Model::Bootstrap { returns: &returns, mean_block: 10.0 };
    let found = estimate(&single(), &model, &Simulation { paths: 200_000, ..Simulation::default() }, 0.95);
    let history = Historical::new(&returns).expect("fine");
    let var = history.var(0.95, Quantile::InvertedCdf).expect("fine");
    let es = history.expected_shortfall(0.95, Tail::RockafellarUryasev).expect("fine");
    assert!((found.var - var).abs() < 2e-4, "{found:?} {var}");
    assert!((found.expected_shortfall - es).abs() < 1e-4, "{found:?} {es}");
}

#[test]
fn blocks_keep_what_follows_what() {
    // Days come in pairs of up and down: cut apart they add up, kept together they cancel.
    let returns: Vec<f64> = (0..200).map(|i| if i % 2 == 0 { 0.02 } else { -0.02 }).collect();
    let spread = |mean_block| {
        let model = Model::Bootstrap { returns: &returns, mean_block };
        let outcome = run(&single(), &model, &Simulation { paths: 20_000, steps: 20, ..Simulation::default() });
        (outcome.profits().iter().map(|p| p * p).sum::<f64>() / 20_000.0).sqrt()
    };
    assert!((spread(1.0) / (0.02 * 20_f64.sqrt()) - 1.0).abs() < 0.05);
    assert!(spread(50.0) < 0.4 * spread(1.0));
    // The mean length of a block: a jump back to any day has 1/200 of a chance to look like no jump.
    let ladder: Vec<f64> = (0..200).map(|i| f64::from(i) * 1e-6).collect();
    let model = Model::Bootstrap { returns: &ladder, mean_block: 4.0 };
    let two = run(&single(), &model, &Simulation { paths: 100_000, steps: 2, ..Simulation::default() });
    let one_apart = |p: &&f64| {
        let sum = **p / 1e-6;
        let first = ((sum - 1.0) / 2.0).round();
        (sum - 2.0 * first - 1.0).abs() < 0.3 || (sum - 199.0).abs() < 0.3
    };
    let kept = two.profits().iter().filter(one_apart).count() as f64 / 100_000.0;
    // 3/4 stay; of the 1/4 that jump, half give an odd sum.
    assert!((kept - (0.75 + 0.125)).abs() < 0.01, "{kept}");
}

/// Mean and deviation of an estimate's VaR and ES over seeds, and the ES's mean standard error.
fn over_seeds(settings: Simulation, portfolio: &Portfolio, model: &Model<'_>) -> ([(f64, f64); 2], f64) {
    const SEEDS: f64 = 100.0;
    let all: Vec<Estimate> =
        (0..100).map(|seed| estimate(portfolio, model, &Simulation { seed, ..settings }, 0.99)).collect();
    let figures = [|e: &Estimate| e.var, |e: &Estimate| e.expected_shortfall].map(|of| {
        let mean = all.iter().map(of).sum::<f64>() / SEEDS;
        let square = all.iter().map(|e| (of(e) - mean) * (of(e) - mean)).sum::<f64>() / (SEEDS - 1.0);
        (mean, square.sqrt())
    });
    (figures, all.iter().map(|e| e.es_standard_error).sum::<f64>() / SEEDS)
}

#[test]
fn every_reduction_of_variance_reduces_it() {
    let mean = [0.0005, 0.0004, 0.0002];
    let covariance = [4e-4, 1e-4, 0.0, 1e-4, 2.25e-4, 5e-5, 0.0, 5e-5, 1e-4];
    let model = Model::Normal { mean: &mean, covariance: &covariance, growth: Growth::PriceMean };
    let positions = vec![asset(0, 2.0), asset(1, 1.0), asset(2, 3.0)];
    let portfolio = Portfolio::new(vec![100.0; 3], positions).expect("fine");
    let base = Simulation { paths: 16_384, ..Simulation::default() };
    let (random, error) = over_seeds(base, &portfolio, &model);
    assert!((0.75..1.3).contains(&(random[1].1 / error)), "{random:?} {error}");
    // How much of the deviation is left, of VaR and ES; a deviation over 100 seeds is known to 7 %.
    let sampling = |sampling| Simulation { sampling, ..base };
    for (settings, left) in [
        (sampling(Sampling::Antithetic), [1.2, 1.2]),
        (sampling(Sampling::Sobol { replicates: 8 }), [0.85, 0.65]),
        (Simulation { control: true, ..base }, [0.3, 0.55]),
    ] {
        let (other, error) = over_seeds(settings, &portfolio, &model);
        for i in 0..2 {
            // The same figure, within what the seeds leave.
            let gap = (other[i].0 - random[i].0).abs();
            assert!(gap < 4.0 * (random[i].1 + other[i].1) / 10.0, "{settings:?} {other:?} {random:?}");
            assert!(other[i].1 < left[i] * random[i].1, "{settings:?} {other:?} {random:?}");
        }
        assert!((0.75..1.3).contains(&(other[1].1 / error)), "{settings:?} {other:?} {error}");
    }
    // What pairs do for a mean, they cannot do for a tail; the mean of a loss without options is exact.
    let means = |sampling| {
        let outcome = run(&portfolio, &model, &Simulation { sampling, ..base });
        outcome.profits().iter().sum::<f64>() / 16_384.0
    };
    let exact = 100.0 * (2.0 * libm::expm1(0.0005) + libm::expm1(0.0004) + 3.0 * libm::expm1(0.0002));
    assert!((means(Sampling::Antithetic) - exact).abs() < 0.002 && (means(Sampling::Random) - exact).abs() > 0.002);
}

#[test]
fn bands_cover_as_often_as_they_say() {
    let (mean, covariance) = ([0.001], [4e-4]);
    let model = Model::Normal { mean: &mean, covariance: &covariance, growth: Growth::Arithmetic };
    let exact = normal(0.001, 0.02, 0.975).expect("fine");
    let base = Simulation { paths: 8_000, ..Simulation::default() };
    for settings in [
        base,
        Simulation { sampling: Sampling::Antithetic, ..base },
        Simulation { sampling: Sampling::Sobol { replicates: 10 }, ..base },
    ] {
        let (mut var, mut es) = (0, 0);
        for seed in 0..400 {
            let outcome = run(&single(), &model, &Simulation { seed, ..settings });
            let e = outcome.estimate(0.975, 0.9).expect("fine");
            var += usize::from((e.var_low..=e.var_high).contains(&exact.var));
            es += usize::from((e.es_low..=e.es_high).contains(&exact.expected_shortfall));
        }
        // 90 % of 400, four standard errors of 6 below; order statistics cover a little more.
        assert!((336..=390).contains(&var) && (330..=390).contains(&es), "{settings:?}: {var} {es}");
    }
}

#[test]
fn the_band_of_the_control_covers() {
    let (portfolio, mean, covariance) = mixed();
    let model = Model::Normal { mean: &mean, covariance: &covariance, growth: Growth::PriceMean };
    let settings = Simulation { paths: 300_000, seed: 99, valuation: Valuation::DeltaGamma, ..Simulation::default() };
    let exact = estimate(&portfolio, &model, &settings, 0.95);
    let (mut var, mut es, mut width) = (0, 0, 0.0);
    for seed in 0..100 {
        let small = Simulation { paths: 4_000, control: true, seed, ..settings };
        let e = estimate(&portfolio, &model, &small, 0.95);
        var += usize::from((e.var_low..=e.var_high).contains(&exact.var));
        es += usize::from((e.es_low..=e.es_high).contains(&exact.expected_shortfall));
        let plain = estimate(&portfolio, &model, &Simulation { control: false, ..small }, 0.95);
        width += (e.es_high - e.es_low) / (plain.es_high - plain.es_low) / 100.0;
    }
    assert!(var >= 86 && es >= 86, "{var} {es}");
    assert!(width < 0.9, "{width}");
}

#[test]
fn semidefinite_covariances_work() {
    let model = |covariance| Model::Normal { mean: &[0.0; 2], covariance, growth: Growth::Arithmetic };
    let settings = Simulation::default();
    let hedged = Portfolio::new(vec![100.0; 2], vec![asset(0, 1.0), asset(1, -1.0)]).expect("fine");
    // Perfectly correlated: the hedge leaves nothing.
    let found = estimate(&hedged, &model(&[1e-4; 4]), &settings, 0.99);
    assert!(found.var.abs() < 1e-12 && found.expected_shortfall.abs() < 1e-12);
    // One without variance.
    let found = estimate(&hedged, &model(&[1e-4, 0.0, 0.0, 0.0]), &settings, 0.99);
    let exact = normal(0.0, 1.0, 0.99).expect("fine");
    assert!((found.var - exact.var).abs() < 0.06, "{found:?}");
    // None at all: certain.
    for sampling in [Sampling::Random, Sampling::Antithetic, Sampling::Sobol { replicates: 8 }] {
        let still = Model::Normal { mean: &[-0.01, 0.0], covariance: &[0.0; 4], growth: Growth::Arithmetic };
        let found = estimate(&hedged, &still, &Simulation { sampling, ..settings }, 0.99);
        assert!((found.var - 1.0).abs() < 1e-12 && (found.es_high - 1.0).abs() < 1e-9, "{found:?}");
    }
}

#[test]
fn extremes_stay_defined() {
    // So wild that prices fall below zero: counted, and options are worth what they are at zero.
    let position = Position {
        quantity: 1.0,
        instrument: Instrument::Option { factor: 0, option: put(100.0, 1.0), volatility: None },
        currency: None,
    };
    let portfolio = Portfolio::new(vec![100.0], vec![position]).expect("fine");
    let wild = Model::Normal { mean: &[0.0], covariance: &[4.0], growth: Growth::Arithmetic };
    let outcome = run(&portfolio, &wild, &Simulation::default());
    let share = outcome.below_zero() as f64 / 100_000.0;
    assert!((share - 0.3085).abs() < 0.01, "{share}");
    let most = 100.0 * libm::exp(-0.03) - portfolio.value();
    assert!(outcome.profits().iter().all(|p| *p <= most + 1e-12));
    // Moves that overflow.
    let wild = Model::Normal { mean: &[0.0], covariance: &[1e6], growth: Growth::LogMean };
    let error = simulate(&single(), &wild, &Simulation::default(), &on).expect_err("refused");
    assert_eq!(error.to_string(), "profits: are not finite: the moves over the horizon are too large");
    // Few paths: no finite end where there are too few losses.
    let calm = Model::Normal { mean: &[0.0], covariance: &[1e-4], growth: Growth::LogMean };
    let few = estimate(&single(), &calm, &Simulation { paths: 20, ..Simulation::default() }, 0.99);
    assert_eq!(few.var_high, f64::INFINITY);
    assert!(few.var_low <= few.var && few.var.is_finite());
    for control in [false, true] {
        for confidence in [0.001, 0.5, 0.999_999] {
            let e = estimate(&single(), &calm, &Simulation { paths: 64, control, ..Simulation::default() }, confidence);
            assert!(e.var.is_finite() && e.expected_shortfall >= e.var - 1e-12 && e.var_low <= e.var_high, "{e:?}");
        }
    }
    // Nothing held: nothing lost.
    let empty = Portfolio::new(vec![1.0], Vec::new()).expect("fine");
    let found = estimate(&empty, &calm, &Simulation::default(), 0.99);
    assert_eq!((found.var, found.expected_shortfall), (0.0, 0.0));
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

#[test]
fn bad_portfolios_are_named() {
    let message = |levels: &[f64], position: Position| {
        Portfolio::new(levels.to_vec(), vec![asset(0, 1.0), position]).expect_err("refused").to_string()
    };
    let option = |option, factor, volatility| Position {
        quantity: 1.0,
        instrument: Instrument::Option { factor, option, volatility },
        currency: None,
    };
    assert_eq!(message(&[], asset(0, 1.0)), "levels has 0 elements, expected 1 or more");
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let expected = format!("levels[1] is {bad}, expected a finite number above 0");
        assert_eq!(message(&[1.0, bad], asset(0, 1.0)), expected);
    }
    assert_eq!(message(&[1.0], asset(1, 1.0)), "positions.factor[1] is 1, expected the index of a factor");
    let expected = "positions.quantity[1] is NaN, expected a finite number";
    assert_eq!(message(&[1.0], asset(0, f64::NAN)), expected);
    let foreign = Position { currency: Some(7), ..asset(0, 1.0) };
    assert_eq!(message(&[1.0], foreign), "positions.currency[1] is 7, expected the index of a factor");
    let expected = "positions.volatility[1] is 4, expected the index of a factor";
    assert_eq!(message(&[1.0], option(put(1.0, 1.0), 0, Some(4))), expected);
    let expected = "positions.option.strike[1] is -1, expected a finite number above 0";
    assert_eq!(message(&[1.0], option(put(-1.0, 1.0), 0, None)), expected);
    let expected = "positions.option.years[1] is NaN, expected a finite number, 0 or more";
    assert_eq!(message(&[1.0], option(put(1.0, f64::NAN), 0, None)), expected);
}

#[test]
fn bad_models_and_settings_are_named() {
    let two = Portfolio::new(vec![1.0; 2], vec![asset(0, 1.0), asset(1, 1.0)]).expect("fine");
    let (mean, covariance) = ([0.0; 2], [1.0, 0.5, 0.5, 1.0]);
    let fine = Model::Normal { mean: &mean, covariance: &covariance, growth: Growth::LogMean };
    let student = |growth, degrees| Model::StudentT { mean: &mean, covariance: &covariance, growth, degrees };
    let base = Simulation::default();
    let sobol = |replicates| Simulation { sampling: Sampling::Sobol { replicates }, ..base };
    let history = Model::Bootstrap { returns: &[0.0; 4], mean_block: 2.0 };
    let of = |mean, covariance| Model::Normal { mean, covariance, growth: Growth::LogMean };
    let block = |returns, mean_block| Model::Bootstrap { returns, mean_block };
    let cases = [
        (fine, Simulation { paths: 1, ..base }, "paths is 1, expected 2 to 100,000,000"),
        (fine, Simulation { steps: 0, ..base }, "steps is 0, expected 1 to 100,000"),
        (fine, Simulation { years: -1.0, ..base }, "years is -1, expected a finite number, 0 or more"),
        (fine, sobol(7), "sampling.replicates is 7, expected 8 to 1,024"),
        (fine, sobol(9), "paths is 100000, expected a multiple of the Sobol replicates"),
        (of(&[0.0], &covariance), base, "mean has 1 elements, expected 2"),
        (of(&[0.0, f64::NAN], &covariance), base, "mean[1] is NaN, expected a finite number"),
        (of(&mean, &[1.0; 3]), base, "covariance has 3 elements, expected 4"),
        (of(&mean, &[1.0, f64::INFINITY, 0.0, 1.0]), base, "covariance[1] is inf, expected a finite number"),
        (of(&mean, &[1.0, 0.0, 0.0, -1.0]), base, "covariance[3] is -1, expected a variance, 0 or more"),
        (of(&mean, &[1.0, 0.2, 0.3, 1.0]), base, "covariance: is not symmetric"),
        (of(&mean, &[1.0, 1.1, 1.1, 1.0]), base, "covariance: is not positive semi-definite"),
        (student(Growth::LogMean, 2.0), base, "degrees is 2, expected a finite number above 2"),
        (student(Growth::LogMean, f64::NAN), base, "degrees is NaN, expected a finite number above 2"),
        (
            student(Growth::PriceMean, 4.0),
            base,
            "growth: a Student t has no mean price; give the mean of its log returns",
        ),
        (student(Growth::LogMean, 4.0), sobol(8), "sampling: Sobol points are for the normal model"),
        (history, sobol(8), "sampling: Sobol points are for the normal model"),
        (
            history,
            Simulation { sampling: Sampling::Antithetic, ..base },
            "sampling: a bootstrap has no antithetic paths",
        ),
        (history, Simulation { control: true, ..base }, "control: is for the normal model"),
        (student(Growth::LogMean, 4.0), Simulation { control: true, ..base }, "control: is for the normal model"),
        (fine, Simulation { control: true, ..sobol(8) }, "control: is for random sampling"),
        (
            of(&mean, &[0.0; 4]),
            Simulation { control: true, ..base },
            "control: the portfolio has no loss to first order",
        ),
        (block(&[], 2.0), base, "returns has 0 elements, expected rows of 2, one or more"),
        (block(&[0.0; 3], 2.0), base, "returns has 3 elements, expected rows of 2, one or more"),
        (block(&[0.0, -1.5], 2.0), base, "returns[1] is -1.5, expected a finite number, -1 or more"),
        (block(&[0.0, f64::NAN], 2.0), base, "returns[1] is NaN, expected a finite number, -1 or more"),
        (block(&[0.0; 2], 0.5), base, "mean_block is 0.5, expected a finite number, 1 or more"),
    ];
    for (model, settings, expected) in cases {
        let error = simulate(&two, &model, &settings, &on).expect_err(expected);
        assert_eq!(error.to_string(), expected);
    }
    let many = vec![1.0; 65];
    let identity: Vec<f64> = (0..65 * 65).map(|k| f64::from(u8::from(k % 66 == 0))).collect();
    let large = Portfolio::new(many.clone(), Vec::new()).expect("fine");
    let model = Model::Normal { mean: &many, covariance: &identity, growth: Growth::Arithmetic };
    let error = simulate(&large, &model, &sobol(8), &on).expect_err("refused").to_string();
    assert_eq!(error, "rank of the covariance is 65, expected at most 64 for Sobol points");
    let outcome = run(&two, &fine, &Simulation { paths: 100, ..base });
    for bad in [0.0, 1.0, f64::NAN] {
        assert!(matches!(outcome.estimate(bad, 0.9), Err(RiskError::Argument { argument: "confidence", .. })));
        assert!(matches!(outcome.estimate(0.9, bad), Err(RiskError::Argument { argument: "band", .. })));
        assert!(matches!(outcome.contributions(bad, &on), Err(RiskError::Argument { argument: "confidence", .. })));
    }
}
