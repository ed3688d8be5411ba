//! Models against closed forms and history.

use risk::monte_carlo::{Growth, Model, Portfolio, Sampling, Simulation};
use risk::var::{Historical, Quantile, Tail, portfolio_risk};

use super::{asset, estimate, on, run, single};
use crate::var::{numbers, rows};

const EXACT: &str = include_str!("../../golden/mc_var_exact.csv");
const PORTFOLIO: &str = include_str!("../../golden/portfolio_risk.csv");

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
