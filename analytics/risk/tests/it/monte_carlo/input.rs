//! Extremes and bad input.

use risk::RiskError;
use risk::monte_carlo::{Growth, Instrument, Model, Portfolio, Position, Sampling, Simulation, simulate};
use risk::var::normal;

use super::{asset, estimate, on, put, run, single};

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
        (of(&mean, &[1.0; 3]), base, "covariance has 3 elements, expected 2 x 2"),
        (of(&mean, &[1.0, f64::INFINITY, 0.0, 1.0]), base, "covariance[1] is inf, expected a finite number"),
        (of(&mean, &[1.0, 0.0, 0.0, -1.0]), base, "covariance[3] is -1, expected a variance, 0 or more"),
        (
            of(&mean, &[1.0, 0.2, 0.3, 1.0]),
            base,
            "covariance[2] is 0.3, expected the element on the other side of the diagonal",
        ),
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
