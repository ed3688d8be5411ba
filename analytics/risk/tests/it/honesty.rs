//! Degenerate input of the statistics of a curve: never a number that means nothing.

use risk::covariance::{Target, shrink};
use risk::kelly::{Market, win_loss};
use risk::performance::performance;
use risk::portfolio::{Book, Instrument, Position};
use risk::series::adf::{AdfSettings, adf};
use risk::series::engle_granger::{EngleGrangerSettings, engle_granger};
use risk::{benchmark, moments, ratios};

#[test]
fn a_return_that_is_not_finite_makes_a_statistic_undefined() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let r = [0.01, bad, -0.02, 0.03, 0.01];
        let found = [
            ratios::volatility(&r, 252.0),
            ratios::sharpe(&r, 252.0, 0.0),
            ratios::downside_risk(&r, 252.0),
            ratios::sortino(&r, 252.0),
            ratios::win_rate(&r),
            ratios::win_rate_all(&r),
            ratios::profit_factor(&r),
            ratios::payoff_ratio(&r),
            ratios::tail_ratio(&r),
            ratios::stability(&r),
            ratios::probabilistic_sharpe(&r),
            moments::mean(&r),
            moments::deviation(&r),
            moments::skew(&r),
            moments::excess_kurtosis(&r),
            moments::quantile(&r, 0.5),
            benchmark::beta(&r, &[0.01, 0.02, 0.0, 0.01, 0.03]),
            benchmark::information_ratio(&r, &[0.01, 0.02, 0.0, 0.01, 0.03]),
        ];
        assert_eq!(found, [None; 18], "{bad}");
    }
}

#[test]
fn one_return_has_no_ratio_of_a_mean_to_a_deviation() {
    let p = performance(&[100.0, 90.0], 252.0);
    assert_eq!((p.sharpe, p.sortino, p.volatility), (None, None, None));
    // A zero, not the -0 of an empty sum.
    assert!(p.profit_factor.is_some_and(|f| f == 0.0 && f.is_sign_positive()));
}

#[test]
fn returns_without_change_have_no_payoff() {
    let error = win_loss(&[0.0; 5]).expect_err("undefined").to_string();
    assert_eq!(error, "returns: no gain and no loss among them: the payoff is undefined");
}

/// statsmodels 0.15, `coint(y, x, trend="ctt", maxlag=0, autolag=None)`: one degree of freedom is enough.
#[test]
fn as_few_observations_as_the_regression_needs() {
    let (y, x) =
        ([0.123741, 1.111545, -0.112741, 0.127999, -3.352037], [0.082494, -0.381924, -0.331409, 0.354822, -1.401969]);
    let settings = EngleGrangerSettings {
        trend: risk::series::mackinnon::Trend::named("ctt").expect("a trend"),
        choice: risk::series::adf::LagChoice::Fixed,
        max_lag: Some(0),
    };
    let found = engle_granger(&y, &[&x], &settings).expect("tested");
    assert!((found.statistic / -4.80096858776798 - 1.0).abs() < 1e-8, "{}", found.statistic);
}

/// The exposure of an option in the far wing, which a difference of prices loses.
#[test]
fn an_option_has_the_delta_of_its_model() {
    let option = options::European {
        kind: options::OptionType::Call,
        spot: 100.0,
        strike: 100.0,
        years: 1e-9,
        rate: 0.0,
        dividend_yield: 0.0,
        volatility: 0.2,
    };
    for option in [option, options::European { strike: 180.0, years: 0.05, ..option }] {
        let positions = [Position {
            name: "option",
            underlying: "stock",
            currency: "USD",
            quantity: 2.0,
            multiplier: 100.0,
            price: 1.0,
            instrument: Instrument::European(option),
        }];
        let book = Book { positions: &positions, base: "USD", rates: &[], equity: None };
        let exposure = book.summary().expect("sound").lines[0].exposure;
        let delta = option.greeks().expect("sound").delta;
        assert_eq!(exposure, 200.0 * delta * 100.0);
        assert!(delta > 0.0);
    }
}

#[test]
fn shrinkage_knows_no_scale() {
    let (a, b) = ([0.01, -0.02, 0.03, 0.01, -0.01], [0.02, -0.01, 0.01, 0.02, -0.03]);
    for target in [Target::Identity, Target::ConstantCorrelation] {
        let plain = shrink(&[&a, &b], target).expect("shrunk");
        // Powers of two are exact: the same bits.
        for power in [400, -400] {
            let scaled = |v: &[f64]| v.iter().map(|x| libm::ldexp(*x, power)).collect::<Vec<f64>>();
            let found = shrink(&[&scaled(&a), &scaled(&b)], target).expect("shrunk");
            assert_eq!(found.intensity, plain.intensity);
            assert_eq!(plain.intensity > 0.0, target == Target::Identity);
            let back: Vec<f64> = found.covariance.iter().map(|c| libm::ldexp(*c, -2 * power)).collect();
            assert_eq!(back, plain.covariance);
        }
        let error = shrink(&[&[1e200, -1e200], &[1.0, 2.0]], target).expect_err("too large").to_string();
        assert!(
            error == "series: its products are beyond the range of numbers" || error.contains("variance"),
            "{error}"
        );
    }
}

#[test]
fn figures_beyond_the_range_of_numbers_are_errors() {
    let market = Market { drift: &[1e200], covariance: &[1e-10], rate: 0.0 };
    assert_eq!(market.optimum().expect_err("too large").to_string(), "growth is inf, expected a finite number");
    let lags = AdfSettings { max_lag: Some(usize::MAX), ..AdfSettings::default() };
    let error = adf(&[1.0, 2.0, 1.5, 3.0, 2.0, 1.0], &lags).expect_err("too many").to_string();
    assert!(error.starts_with("series has 6 elements, expected 18446744073709551615 or more"), "{error}");
}
