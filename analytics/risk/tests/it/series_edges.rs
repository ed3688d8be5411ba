//! Bad and degenerate input of the time series: each refused by name, nothing panics.

use risk::RiskError;
use risk::series::adf::{AdfSettings, LagChoice, adf};
use risk::series::correlation::{covariance, pearson, rolling};
use risk::series::engle_granger::{EngleGrangerSettings, engle_granger};
use risk::series::ewma::{self, EwmaCovariance};
use risk::series::garch::{Garch, fit};
use risk::series::half_life::half_life;
use risk::series::kalman::{KalmanHedge, KalmanSettings, kalman_hedge};
use risk::series::mackinnon::{Trend, critical_values, p_value};
use risk::series::ols::ols;
use risk::series::rank::{kendall, ranks, spearman};

use crate::series_noise::{mix, noise, walk};

const TRENDS: [Trend; 4] = [Trend::None, Trend::Constant, Trend::Linear, Trend::Quadratic];
const CHOICES: [LagChoice; 4] = [LagChoice::Aic, LagChoice::Bic, LagChoice::TStatistic, LagChoice::Fixed];

#[track_caller]
fn says<T: std::fmt::Debug>(result: Result<T, RiskError>, message: &str) {
    assert_eq!(result.expect_err("refused").to_string(), message);
}

#[test]
fn regressions_that_have_no_answer() {
    let y = [1.0, 2.0, 4.0, 3.0];
    says(ols(&y, &[]), "columns has 0 elements, expected 1 or more");
    says(ols(&y, &[&[1.0; 3]]), "columns has 3 elements, expected 4, as y has");
    says(ols(&y[..1], &[&[1.0], &[2.0]]), "y has 1 elements, expected 2 or more");
    says(ols(&[1.0, f64::NAN], &[&[1.0; 2]]), "y[1] is NaN, expected a finite number");
    says(ols(&y, &[&[1.0, 1.0, f64::INFINITY, 1.0]]), "columns[2] is inf, expected a finite number");
    let dependent = "expected no column, counted from 0, that depends on those before it";
    says(ols(&y, &[&[1.0; 4], &[3.0; 4]]), &format!("columns is 1, {dependent}"));
    says(ols(&y, &[&[0.0; 4]]), &format!("columns is 0, {dependent}"));
    // A sum of two others, to rounding.
    let (a, b) = (noise(1, 60), walk(2, 60));
    let sum = mix(0.1, &a, 1e5, &b, 0.0);
    says(ols(&b, &[&[1.0; 60], &a, &b, &sum]), &format!("columns is 3, {dependent}"));
    says(ols(&[1e200, -1e200], &[&[1.0; 2]]), "y: its squares overflow");
}

#[test]
fn regressions_at_the_edge() {
    // As many columns as rows: coefficients, no errors.
    let fit = ols(&[3.0, 5.0], &[&[1.0, 1.0], &[0.0, 1.0]]).expect("independent");
    assert!((fit.coefficients[0] - 3.0).abs() < 1e-14 && (fit.coefficients[1] - 2.0).abs() < 1e-14);
    assert!(fit.standard_errors.is_empty() && fit.t_statistics().is_empty() && fit.p_values().is_empty());
    assert_eq!((fit.degrees_of_freedom(), fit.error_variance(), fit.adjusted_r_squared()), (0, None, None));
    // Nothing to explain.
    let fit = ols(&[2.5; 5], &[&[1.0; 5]]).expect("independent");
    assert_eq!(fit.r_squared(), None);
    // Columns of very different size.
    let (a, b) = (noise(1, 50), noise(2, 50));
    let y = mix(1.0, &a, 1.0, &b, 0.0);
    let (small, large) =
        (a.iter().map(|x| x * 1e-150).collect::<Vec<_>>(), b.iter().map(|x| x * 1e150).collect::<Vec<_>>());
    let fit = ols(&y, &[&small, &large]).expect("independent");
    assert!((fit.coefficients[0] * 1e-150 - 1.0).abs() < 1e-12 && (fit.coefficients[1] * 1e150 - 1.0).abs() < 1e-12);
}

#[test]
fn unit_root_tests_that_have_no_answer() {
    let at = |series: &[f64]| adf(series, &AdfSettings::default());
    says(at(&[]), "series has 0 elements, expected 4 or more for 1 deterministic terms and 0 lags");
    says(at(&[1.0, 2.0, 3.0]), "series has 3 elements, expected 4 or more for 1 deterministic terms and 0 lags");
    says(at(&[5.0; 40]), "series: all values are the same");
    says(at(&[1.0, f64::NAN, 2.0, 3.0]), "series[1] is NaN, expected a finite number");
    let lags = AdfSettings { max_lag: Some(9), ..AdfSettings::default() };
    says(adf(&walk(1, 20), &lags), "series has 20 elements, expected 22 or more for 1 deterministic terms and 9 lags");
    let most = AdfSettings { max_lag: Some(8), ..AdfSettings::default() };
    assert!(adf(&walk(1, 20), &most).is_ok());
    // An exact line: its differences are a constant.
    let line: Vec<f64> = (0..50).map(|t| 0.1 * f64::from(t) + 3.0).collect();
    says(at(&line), "series: its own past explains it without an error");
    let trend = AdfSettings { trend: Trend::Linear, ..AdfSettings::default() };
    says(adf(&line, &trend), "series: its level, lags and deterministic terms are linearly dependent");
    // A cycle that repeats: its lags tell all.
    let cycle: Vec<f64> = (0..100).map(|t| [0.0, 1.0, 0.5, -1.0, 2.0][t % 5]).collect();
    assert!(matches!(at(&cycle), Err(RiskError::Degenerate { argument: "series", .. })));
    says(at(&[1e300, -1e300, 1e300, -1e300, 1e299, 1e300]), "series: its own past explains it without an error");
    // As many coefficients as rows.
    let full = AdfSettings { trend: Trend::None, choice: LagChoice::Fixed, max_lag: Some(9) };
    says(
        adf(&walk(1, 20), &full),
        "series has 20 elements, expected more: the regression has as many coefficients as rows",
    );
    let search = AdfSettings { choice: LagChoice::Aic, ..full };
    assert!(adf(&walk(1, 20), &search).expect("an outcome").lags < 9);
}

/// Every length, trend, choice and kind of series: an answer of finite numbers, or an error.
#[test]
fn no_series_panics() {
    for length in 0..40 {
        let spike: Vec<f64> = (0..length).map(|t| f64::from(u8::from(t == length / 2))).collect();
        let steps: Vec<f64> = noise(4, length).iter().map(|x| x.round()).collect();
        for series in [walk(7, length), spike, steps, vec![1e-310; length]] {
            for trend in TRENDS {
                for choice in CHOICES {
                    for max_lag in [None, Some(0), Some(3)] {
                        if let Ok(found) = adf(&series, &AdfSettings { trend, choice, max_lag }) {
                            assert!(found.statistic.is_finite() && (0.0..=1.0).contains(&found.p_value), "{found:?}");
                        }
                        let settings = EngleGrangerSettings { trend, choice, max_lag };
                        if let Ok(found) = engle_granger(&series, &[&walk(9, length)], &settings) {
                            assert!(!found.statistic.is_nan() && found.p_value.is_some(), "{found:?}");
                        }
                    }
                }
            }
            let _ = (half_life(&series), fit(&series), ols(&series, &[&walk(9, length)]));
            for window in 0..5 {
                let _ = rolling(&series, &walk(9, length), window);
            }
        }
    }
}

#[test]
fn pairs_that_cannot_be_tested() {
    let x = walk(1, 100);
    let y = mix(2.0, &x, 1.0, &noise(2, 100), 5.0);
    let at = |y: &[f64], x: &[&[f64]]| engle_granger(y, x, &EngleGrangerSettings::default());
    says(at(&y, &[]), "x has 0 elements, expected 1 or more regressors");
    says(at(&y, &[&x[..99]]), "x has 99 elements, expected 100, as y has");
    says(at(&y[..2], &[&x[..2]]), "y has 2 elements, expected 3 or more");
    says(at(&[3.0; 100], &[&x]), "y: all values are the same");
    says(at(&y, &[&[3.0; 100]]), "x: all values are the same");
    let mut gap = x.clone();
    gap[17] = f64::NAN;
    says(at(&y, &[&gap]), "x[17] is NaN, expected a finite number");
    says(at(&gap, &[&x]), "y[17] is NaN, expected a finite number");
    says(at(&y, &[&x, &x]), "x: depends on other regressors or on the deterministic terms");
    let lags = EngleGrangerSettings { max_lag: Some(60), ..EngleGrangerSettings::default() };
    says(
        engle_granger(&y, &[&x], &lags),
        "residuals has 100 elements, expected 122 or more for 0 deterministic terms and 60 lags",
    );
}

#[test]
fn series_that_are_one() {
    let x = walk(1, 100);
    let y = mix(2.0, &x, 1e-6, &noise(2, 100), 5.0);
    for trend in TRENDS {
        let settings = EngleGrangerSettings { trend, ..EngleGrangerSettings::default() };
        for y in [&mix(2.0, &x, 0.0, &x, if trend == Trend::None { 0.0 } else { 5.0 }), &x] {
            let found = engle_granger(y, &[&x], &settings).expect("an outcome");
            assert!(found.collinear && found.statistic == f64::NEG_INFINITY);
            assert_eq!((found.p_value, found.lags), (Some(0.0), None));
        }
    }
    let found = engle_granger(&y, &[&x], &EngleGrangerSettings::default()).expect("an outcome");
    assert!(found.collinear && (found.slopes[0] - 2.0).abs() < 1e-5 && (found.terms[0] - 5.0).abs() < 1e-5);
    assert!(found.critical.is_some());
}

#[test]
fn names() {
    assert_eq!(["n", "c", "ct", "ctt"].map(Trend::named), TRENDS.map(Some));
    assert_eq!(["aic", "BIC", "t-stat", "none"].map(LagChoice::named), CHOICES.map(Some));
    assert_eq!((Trend::named("C"), Trend::named(""), LagChoice::named("hqic")), (None, None, None));
}

#[test]
fn tables_end_where_they_end() {
    assert!(p_value(-3.0, Trend::Constant, 6).is_some() && critical_values(Trend::Constant, 12, 100.0).is_some());
    for variables in [0, 7, 13] {
        assert_eq!(p_value(-3.0, Trend::Constant, variables), None);
    }
    for variables in [0, 13] {
        assert_eq!(critical_values(Trend::Constant, variables, 100.0), None);
    }
    assert_eq!(critical_values(Trend::None, 2, 100.0), None);
    for observations in [0.0, -5.0, f64::NAN] {
        assert_eq!(critical_values(Trend::Constant, 1, observations), None);
    }
    for trend in TRENDS {
        for variables in 1..=6 {
            assert_eq!(p_value(f64::NEG_INFINITY, trend, variables), Some(0.0));
            assert_eq!(p_value(f64::INFINITY, trend, variables), Some(1.0));
            assert_eq!(p_value(f64::NAN, trend, variables), None);
        }
    }
    // Seven variables: critical values, no p-value.
    let series: Vec<Vec<f64>> = (1..=6).map(|seed| walk(seed, 120)).collect();
    let x: Vec<&[f64]> = series.iter().map(Vec::as_slice).collect();
    let found = engle_granger(&walk(9, 120), &x, &EngleGrangerSettings::default()).expect("an outcome");
    assert!(found.p_value.is_none() && found.critical.is_some());
}

#[test]
fn series_that_do_not_revert() {
    says(half_life(&[1.0, 2.0, 3.0]), "series has 3 elements, expected 4 or more");
    says(half_life(&[2.0; 9]), "series: all values before the last are the same");
    says(half_life(&[1.0, 2.0, f64::NEG_INFINITY, 3.0]), "series[2] is -inf, expected a finite number");
    let outside = |series: &[f64]| match half_life(series) {
        Err(RiskError::Argument { argument: "b", found, .. }) => found,
        other => unreachable!("{other:?}"),
    };
    let grows: Vec<f64> = (0..20).map(|t| 1.1_f64.powi(t)).collect();
    assert!((outside(&grows) - 0.1).abs() < 1e-12);
    let jumps: Vec<f64> = (0..20).map(|t| (-0.5_f64).powi(t)).collect();
    assert!((outside(&jumps) + 1.5).abs() < 1e-12);
    let problem = "series: its squares overflow, or its changes vanish in rounding";
    says(half_life(&[1e200, -1e200, 2e200, 3e200, 1e199]), problem);
    // Without noise: half of it is left after one period.
    let halves: Vec<f64> = (0..20).map(|t| 3.0 + 0.5_f64.powi(t)).collect();
    let found = half_life(&halves).expect("reverts");
    assert!((found.half_life - 1.0).abs() < 1e-9 && (found.mean - 3.0).abs() < 1e-9, "{found:?}");
    for confidence in [0.0, 1.0, -0.5, 2.0, f64::NAN] {
        assert!(matches!(found.interval(confidence), Err(RiskError::Argument { argument: "confidence", .. })));
    }
}

#[test]
fn filters_that_cannot_be() {
    let new = |change: fn(&mut KalmanSettings)| {
        let mut settings = KalmanSettings::default();
        change(&mut settings);
        KalmanHedge::new(&settings)
    };
    says(new(|s| s.delta = 1.0), "delta is 1, expected a number from 0 to below 1");
    says(new(|s| s.delta = f64::NAN), "delta is NaN, expected a number from 0 to below 1");
    says(new(|s| s.observation_variance = 0.0), "observation_variance is 0, expected a finite number above 0");
    says(new(|s| s.prior[1] = f64::INFINITY), "prior[1] is inf, expected a finite number");
    says(new(|s| s.prior_variance[0] = -1.0), "prior_variance[0] is -1, expected 0 or more");
    says(new(|s| s.state_variance = Some([0.0, -2.0])), "state_variance[1] is -2, expected 0 or more");
    let settings = KalmanSettings::default();
    says(kalman_hedge(&[1.0, 2.0], &[1.0], &settings), "x has 1 elements, expected 2, as y has");
    says(kalman_hedge(&[1.0, f64::NAN], &[1.0, 2.0], &settings), "y[1] is NaN, expected a finite number");
    assert_eq!(kalman_hedge(&[], &[], &settings), Ok(vec![]));
}

#[test]
fn correlations_at_the_edge() {
    says(pearson(&[1.0], &[1.0]), "x has 1 elements, expected 2 or more");
    says(pearson(&[1.0, 2.0], &[1.0]), "y has 1 elements, expected 2, as x has");
    says(pearson(&[0.1; 7], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]), "x: all values are the same");
    says(spearman(&[1.0, 2.0, 3.0], &[0.1; 3]), "y: all values are the same");
    says(kendall(&[1.0, 2.0, 3.0], &[0.1; 3]), "y: all values are the same");
    says(kendall(&[1.0, f64::NAN], &[1.0, 2.0]), "x[1] is NaN, expected a finite number");
    says(ranks(&[f64::INFINITY]), "values[0] is inf, expected a finite number");
    says(rolling(&[1.0, 2.0], &[1.0, 2.0], 1), "window is 1, expected 2 or more");
    assert_eq!(covariance(&[0.1; 3], &[1.0, 2.0, 3.0]), Ok(0.0));
    assert!(covariance(&[0.1; 3], &[1.0, 2.0]).is_err());
    // Two pairs always correlate fully, which tells nothing.
    let two = pearson(&[1.0, 2.0], &[5.0, -3.0]).expect("defined");
    assert_eq!((two.coefficient, two.p_value(), two.interval(0.9)), (-1.0, None, Ok((-1.0, 1.0))));
    assert_eq!(kendall(&[1.0, 2.0], &[5.0, -3.0]).expect("defined").tau, -1.0);
    // Perfect.
    let x: Vec<f64> = (0..30).map(f64::from).collect();
    let y: Vec<f64> = x.iter().map(|x| 5.0 - 0.25 * x).collect();
    let perfect = pearson(&x, &y).expect("defined");
    assert!((perfect.coefficient + 1.0).abs() < 1e-15 && perfect.p_value().is_some_and(|p| p < 1e-100));
    let of_ranks = spearman(&x, &y).expect("defined");
    assert_eq!(
        (of_ranks.coefficient, of_ranks.p_value(), of_ranks.interval(0.95)),
        (-1.0, Some(0.0), Ok((-1.0, -1.0)))
    );
    // The largest and the smallest numbers.
    let huge = [f64::MAX, -f64::MAX, f64::MAX / 2.0];
    assert!((pearson(&huge, &huge).expect("defined").coefficient - 1.0).abs() < 1e-15);
    let least = [5e-324, 0.0, 1e-323];
    assert!((pearson(&least, &[1.0, 0.0, 2.0]).expect("defined").coefficient - 1.0).abs() < 1e-15);
}

#[test]
fn what_left_the_window_leaves_nothing() {
    let (mut x, y) = (noise(1, 200), noise(2, 200));
    let clean = rolling(&x, &y, 20).expect("finite");
    x[50] = 1e15;
    let hit = rolling(&x, &y, 20).expect("finite");
    assert_eq!(clean[..50], hit[..50]);
    assert_eq!(clean[70..], hit[70..]);
    x[100..130].fill(0.7);
    let flat = rolling(&x, &y, 20).expect("finite");
    assert!(flat[..19].iter().all(Option::is_none) && flat[118].is_some());
    assert!(flat[119..130].iter().all(Option::is_none) && flat[130].is_some());
    assert_eq!(rolling(&x[..5], &y[..5], 20), Ok(vec![None; 5]));
}

#[test]
fn weights_and_volatilities_at_the_edge() {
    for lambda in [0.0, 1.0, -0.1, f64::NAN, f64::INFINITY] {
        assert!(matches!(ewma::averages(&[1.0], lambda), Err(RiskError::Argument { argument: "lambda", .. })));
        assert!(ewma::averages(&[], lambda).is_err() && EwmaCovariance::new(2, lambda).is_err());
    }
    assert_eq!(ewma::averages(&[], 0.9), Ok(vec![]));
    assert_eq!(ewma::averages(&[-3.0], 0.9), Ok(vec![9.0]));
    assert_eq!(ewma::forecasts(&[], 0.9, 4.0), Ok(vec![4.0]));
    says(ewma::averages(&[f64::NAN, 1.0], 0.9), "returns[0] is NaN, expected a finite number");
    says(ewma::averages(&[0.5, 1.0, f64::NAN], 0.9), "returns[2] is NaN, expected a finite number");
    says(ewma::forecasts(&[1.0], 0.9, -1.0), "initial_variance is -1, expected a finite number, 0 or more");
    assert_eq!(ewma::initial_variance(&[]), None);
    let square = "expected a number whose square does not overflow";
    let huge = 1e200_f64.to_string();
    says(ewma::averages(&[1.0, 1e200], 0.9), &format!("returns[1] is {huge}, {square}"));
    says(fit(&[1e200; 30]), &format!("returns[0] is {huge}, {square}"));
    says(EwmaCovariance::new(0, 0.9), "members is 0, expected 1 or more");
    says(ewma::covariance(&[&[1.0, 2.0], &[1.0]], 0.9), "series[1] has 1 elements, expected 2, as series[0] has");
    says(ewma::covariance(&[&[], &[]], 0.9), "series[0] has 0 elements, expected 1 or more");
    says(
        EwmaCovariance::with_initial(2, 0.9, &[1.0, 0.5, 0.4, 1.0]),
        "initial[1] is 0.5, expected a symmetric matrix with a diagonal of 0 or more",
    );
    let mut estimate = EwmaCovariance::new(2, 0.9).expect("inside");
    assert_eq!((estimate.covariance(), estimate.correlation()), (None, None));
    says(estimate.update(&[1.0]), "returns has 1 elements, expected 2, as members has");
    assert!(estimate.update(&[0.0, 1.0]).is_ok() && estimate.correlation().is_none());

    let garch = Garch { omega: 0.1, alpha: 0.1, beta: 0.8 };
    says(Garch { omega: 0.0, ..garch }.variances(&[], 1.0), "omega is 0, expected a finite number above 0");
    says(Garch { alpha: -0.1, ..garch }.forecast(1.0, 3), "alpha is -0.1, expected a finite number, 0 or more");
    says(Garch { beta: f64::NAN, ..garch }.variances(&[], 1.0), "beta is NaN, expected a finite number, 0 or more");
    says(garch.variances(&[], 0.0), "first_variance is 0, expected a finite number above 0");
    says(garch.variances(&[1.0, f64::NAN], 1.0), "returns[1] is NaN, expected a finite number");
    says(garch.forecast(-1.0, 2), "next_variance is -1, expected a finite number above 0");
    assert_eq!(Garch { beta: 0.9, ..garch }.long_run_variance(), None);
    assert_eq!(garch.forecast(5.0, 0), Ok(vec![]));
    let path = garch.forecast(5.0, 200).expect("inside");
    assert!(path[0] == 5.0 && path.is_sorted_by(|a, b| a >= b));
    assert!((path[199] - garch.long_run_variance().expect("below 1")).abs() < 1e-8);
    says(fit(&[1.0; 19]), "returns has 19 elements, expected 20 or more");
    says(fit(&[0.0; 30]), "returns: all are 0");
    // No clustering: an answer all the same, and no better than a constant variance by much.
    let found = fit(&noise(3, 400)).expect("a maximum");
    assert!(found.garch.persistence() < 1.0 && found.variances.iter().all(|v| *v > 0.0), "{:?}", found.garch);
    assert!(fit(&[0.01; 50]).is_ok());
}
