//! VaR and expected shortfall: reference tables, properties, bad input.

use proptest::prelude::*;
use risk::RiskError;
use risk::var::{
    Deviation, Historical, Quantile, Tail, backtest, cornish_fisher, cornish_fisher_of, exceptions, lognormal, normal,
    normal_of, portfolio_risk,
};

const RETURNS: &str = include_str!("../golden/risk_returns.csv");
const RISK: &str = include_str!("../golden/risk.csv");
const PORTFOLIO: &str = include_str!("../golden/portfolio_risk.csv");
const EXACT: &str = include_str!("../golden/mc_var_exact.csv");

pub(crate) fn numbers(cell: &str) -> Vec<f64> {
    cell.split(';').map(|x| x.parse().expect("a number")).collect()
}

/// Rows of a table as (column, cell) look-ups.
pub(crate) fn rows(table: &'static str) -> impl Iterator<Item = impl Fn(&str) -> &'static str> {
    let mut lines = table.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    lines.map(move |line| {
        let header = header.clone();
        move |name: &str| {
            let column = header.iter().position(|h| *h == name).expect(name);
            line.split(',').nth(column).expect("a cell")
        }
    })
}

fn series(name: &str) -> Vec<f64> {
    let of_name = RETURNS.lines().skip(1).filter(|line| line.split(',').next() == Some(name));
    of_name.map(|line| line.rsplit(',').next().expect("ret").parse().expect("a number")).collect()
}

#[test]
fn every_convention_of_the_reference_table() {
    let mut checked = 0;
    for row in rows(RISK) {
        let number = |name: &str| -> f64 { row(name).parse().expect(name) };
        let returns = series(row("series"));
        assert_eq!(returns.len() as f64, number("n"));
        let c = number("confidence");
        let historical = Historical::new(&returns).expect("fine");
        let var = |method| historical.var(c, method).expect("fine");
        let es = |tail| historical.expected_shortfall(c, tail).expect("fine");
        let gauss = normal_of(&returns, c).expect("fine");
        let population = cornish_fisher_of(&returns, c, Deviation::Population).expect("fine");
        let sample = cornish_fisher_of(&returns, c, Deviation::Sample).expect("fine");
        for (name, found) in [
            ("var_hist_linear", var(Quantile::Linear)),
            ("var_hist_lower", var(Quantile::Lower)),
            ("var_hist_higher", var(Quantile::Higher)),
            ("var_hist_nearest", var(Quantile::Nearest)),
            ("var_hist_inverted_cdf", var(Quantile::InvertedCdf)),
            ("var_hist_weibull", var(Quantile::Weibull)),
            ("var_hist_hazen", var(Quantile::Hazen)),
            ("var_hist_median_unbiased", var(Quantile::MedianUnbiased)),
            ("cvar_hist_mean_le_linear_var", es(Tail::AtOrBelowVar)),
            ("cvar_hist_empyrical", es(Tail::Count)),
            ("cvar_hist_rockafellar_uryasev", es(Tail::RockafellarUryasev)),
            ("var_normal", gauss.var),
            ("cvar_normal", gauss.expected_shortfall),
            ("var_cf_population_std", population.var),
            ("var_cf_sample_std", sample.var),
        ] {
            assert!((found - number(name)).abs() <= 1e-12, "{} {c} {name}: {found}", row("series"));
            checked += 1;
        }
        assert_eq!(sample.slope_positive, row("cf_slope_positive") == "1");
    }
    assert_eq!(checked, 20 * 15);
}

#[test]
fn portfolios_of_the_reference_table() {
    let mut checked = 0;
    for row in rows(PORTFOLIO) {
        let number = |name: &str| -> f64 { row(name).parse().expect(name) };
        let [weights, mu, cov] = ["weights", "mu", "cov_rowmajor"].map(|name| numbers(row(name)));
        let found = portfolio_risk(&weights, &mu, &cov, number("confidence"), number("value")).expect("fine");
        let near = |a: f64, b: f64| assert!((a - b).abs() <= 1e-11 * b.abs(), "{}: {a} {b}", row("id"));
        near(found.sigma, number("sigma"));
        near(found.var, number("var_normal"));
        near(found.expected_shortfall, number("cvar_normal"));
        near(found.diversification_ratio, number("diversification_ratio"));
        near(found.component_sigma.iter().sum(), found.sigma);
        near(found.component_var.iter().sum(), found.var);
        near(found.component_es.iter().sum(), found.expected_shortfall);
        for (a, b) in found.component_sigma.iter().zip(numbers(row("component_sigma"))) {
            near(*a, b);
        }
        for (a, b) in found.marginal_var.iter().zip(numbers(row("marginal_var"))) {
            near(*a, b);
        }
        checked += 1;
    }
    assert_eq!(checked, 12);
}

#[test]
fn closed_forms_of_the_reference_table() {
    let mut checked = 0;
    for row in rows(EXACT) {
        let number = |name: &str| -> f64 { row(name).parse().expect(name) };
        let days = number("horizon_days");
        let (mean, deviation) = (number("mu_daily") * days, number("sigma_daily") * days.sqrt());
        let (c, value) = (number("confidence"), number("value"));
        let gauss = normal(mean, deviation, c).expect("fine");
        let log = lognormal(mean, deviation, c).expect("fine");
        for (name, found) in [
            ("var_normal", gauss.var),
            ("cvar_normal", gauss.expected_shortfall),
            ("var_lognormal", log.var),
            ("cvar_lognormal", log.expected_shortfall),
        ] {
            let expected = number(name);
            assert!((found * value - expected).abs() <= 1e-11 * expected, "{} {name}", row("id"));
            checked += 1;
        }
    }
    assert_eq!(checked, 12 * 4);
}

/// Exceptions on these days of so many.
fn on(days: usize, which: &[usize]) -> Vec<bool> {
    (0..days).map(|day| which.contains(&day)).collect()
}

#[test]
fn backtests_by_hand() {
    let near = |a: f64, b: f64| assert!((a - b).abs() <= 1e-12 * b.abs().max(1e-3), "{a} {b}");
    // 250 days, 7 exceptions at 99 %: -2 ln(0.99^243 0.01^7 / ((243/250)^243 (7/250)^7)), by mpmath.
    let b = backtest(&on(250, &[10, 40, 70, 100, 130, 160, 190]), 0.99).expect("fine");
    assert_eq!((b.days, b.exceptions), (250, 7));
    near(b.proportion_of_failures.statistic, KUPIEC.0);
    near(b.proportion_of_failures.p_value, KUPIEC.1);
    // The same number, in two clusters: 0->0 240, 0->1 2, 1->0 2, 1->1 5.
    let b = backtest(&on(250, &[10, 11, 12, 100, 101, 102, 103]), 0.99).expect("fine");
    let independence = b.independence.expect("defined");
    near(independence.statistic, INDEPENDENCE.0);
    near(independence.p_value, INDEPENDENCE.1);
    let both = b.conditional_coverage.expect("defined");
    near(both.statistic, KUPIEC.0 + INDEPENDENCE.0);
    near(both.p_value, BOTH);
}

/// Statistic and p-value, by mpmath.
const KUPIEC: (f64, f64) = (5.496_990_447_792_691, 0.019_049_230_890_526_44);
const INDEPENDENCE: (f64, f64) = (32.260_579_119_179_58, 1.348_210_282_462_986_5e-8);
const BOTH: f64 = 6.324_816_696_861_509e-9;

#[test]
fn backtests_at_the_ends() {
    // No exception: -2 n ln(1 - p). All: -2 n ln p. Nothing in either is infinite.
    let none = backtest(&[false; 100], 0.99).expect("fine");
    assert!((none.proportion_of_failures.statistic + 200.0 * libm::log(0.99)).abs() < 1e-12);
    assert_eq!(none.independence.map(|i| (i.statistic, i.p_value)), Some((0.0, 1.0)));
    let all = backtest(&[true; 10], 0.99).expect("fine");
    assert!((all.proportion_of_failures.statistic + 20.0 * libm::log(0.01)).abs() < 1e-10);
    assert_eq!(all.independence.map(|i| i.statistic), Some(0.0));
    let one = backtest(&[true], 0.5).expect("fine");
    assert_eq!((one.independence, one.conditional_coverage), (None, None));
    // Exactly as many as expected.
    let exact = backtest(&on(100, &[50]), 0.99).expect("fine");
    assert!(exact.proportion_of_failures.statistic < 1e-12 && exact.proportion_of_failures.p_value > 0.999_999);
    assert!(matches!(backtest(&[], 0.99), Err(RiskError::Length { argument: "exceptions", .. })));
    assert!(matches!(backtest(&[true], 1.0), Err(RiskError::Argument { argument: "confidence", .. })));
    assert_eq!(exceptions(&[1.0, 2.0, -1.0], &[1.0, 1.5, 0.0]), Ok(vec![false, true, false]));
    assert!(matches!(exceptions(&[1.0], &[]), Err(RiskError::Length { argument: "var", .. })));
    assert!(matches!(exceptions(&[f64::NAN], &[1.0]), Err(RiskError::Element { argument: "losses", index: 0, .. })));
}

#[test]
fn bad_input_is_named() {
    for c in [0.0, 1.0, -0.5, 1.5, f64::NAN, f64::INFINITY, 1e-17] {
        let refused = |error: RiskError| matches!(error, RiskError::Argument { argument: "confidence", .. });
        let historical = Historical::new(&[0.1, -0.1]).expect("fine");
        assert!(refused(historical.var(c, Quantile::Linear).expect_err("refused")), "{c}");
        assert!(refused(historical.expected_shortfall(c, Tail::Count).expect_err("refused")), "{c}");
        assert!(refused(normal(0.0, 1.0, c).expect_err("refused")), "{c}");
        assert!(refused(lognormal(0.0, 1.0, c).expect_err("refused")), "{c}");
        assert!(refused(cornish_fisher(0.0, 1.0, 0.0, 0.0, c).expect_err("refused")), "{c}");
        assert!(refused(portfolio_risk(&[1.0], &[0.0], &[1.0], c, 1.0).expect_err("refused")), "{c}");
    }
    let message = |error: RiskError| error.to_string();
    assert_eq!(message(Historical::new(&[]).expect_err("empty")), "returns has 0 elements, expected 1 or more");
    assert_eq!(
        message(Historical::new(&[0.0, f64::NAN]).expect_err("NaN")),
        "returns[1] is NaN, expected a finite number"
    );
    assert_eq!(message(normal_of(&[0.1], 0.9).expect_err("one")), "returns has 1 elements, expected 2 or more");
    assert_eq!(
        message(normal(0.0, -1.0, 0.9).expect_err("negative")),
        "deviation is -1, expected a finite number, 0 or more"
    );
    assert!(normal_of(&[1e308, -1e308], 0.9).is_err());
    assert!(cornish_fisher_of(&[0.01; 9], 0.9, Deviation::Sample).is_err());
    assert!(Historical::new(&[-1e308; 3]).expect("fine").expected_shortfall(0.1, Tail::Count).is_err());
    type Case = (&'static [f64], &'static [f64], &'static [f64], f64, &'static str);
    let cases: [Case; 9] = [
        (&[], &[], &[], 1.0, "weights has 0 elements, expected 1 or more"),
        (&[1.0, f64::NAN], &[0.0; 2], &[1.0; 4], 1.0, "weights[1] is NaN, expected a finite number"),
        (&[1.0, 1.0], &[0.0], &[1.0; 4], 1.0, "mean has 1 elements, expected 2"),
        (&[1.0, 1.0], &[0.0; 2], &[1.0; 3], 1.0, "covariance has 3 elements, expected 2 x 2"),
        (
            &[1.0, 1.0],
            &[0.0; 2],
            &[1.0, 0.5, 0.4, 1.0],
            1.0,
            "covariance[2] is 0.4, expected the element on the other side of the diagonal",
        ),
        (&[1.0, 1.0], &[0.0; 2], &[1.0, 0.0, 0.0, -1.0], 1.0, "covariance[3] is -1, expected a variance, 0 or more"),
        (&[1.0, -1.0], &[0.0; 2], &[1.0; 4], 1.0, "covariance: the portfolio has no variance"),
        (
            &[1.0, -1.0],
            &[0.0; 2],
            &[1.0, 2.0, 2.0, 1.0],
            1.0,
            "covariance: is not positive semi-definite: the portfolio's variance is negative",
        ),
        (&[1.0], &[0.0], &[1.0], 0.0, "value is 0, expected a finite number above 0"),
    ];
    for (weights, mean, covariance, value, expected) in cases {
        assert_eq!(message(portfolio_risk(weights, mean, covariance, 0.99, value).expect_err(expected)), expected);
    }
}

#[test]
fn small_and_tied_samples() {
    let flat = Historical::new(&[-0.02; 7]).expect("fine");
    let single = Historical::new(&[0.01]).expect("fine");
    for method in [
        Quantile::Linear,
        Quantile::Lower,
        Quantile::Higher,
        Quantile::Nearest,
        Quantile::InvertedCdf,
        Quantile::Hazen,
        Quantile::Weibull,
        Quantile::MedianUnbiased,
    ] {
        for c in [0.001, 0.5, 0.95, 0.999_999] {
            assert_eq!(flat.var(c, method), Ok(0.02), "{method:?}");
            // A gain even in the tail is a negative loss.
            assert_eq!(single.var(c, method), Ok(-0.01), "{method:?}");
        }
    }
    for tail in [Tail::AtOrBelowVar, Tail::Count, Tail::RockafellarUryasev] {
        for c in [0.001, 0.5, 0.95, 0.999_999] {
            assert!((flat.expected_shortfall(c, tail).expect("fine") - 0.02).abs() < 1e-16);
            assert!((single.expected_shortfall(c, tail).expect("fine") + 0.01).abs() < 1e-16);
        }
    }
    // No variance: the loss is certain.
    let certain = normal(-0.03, 0.0, 0.99).expect("fine");
    assert_eq!((certain.var, certain.expected_shortfall), (0.03, 0.03));
    let certain = lognormal(-0.03, 0.0, 0.99).expect("fine");
    assert_eq!(certain.var, certain.expected_shortfall);
}

#[test]
fn the_expansion_says_where_it_fails() {
    let fine = cornish_fisher(0.0, 1.0, -0.3, 1.0, 0.99).expect("fine");
    assert!(fine.slope_positive && fine.monotone);
    // No bend at all: the normal quantile.
    let plain = cornish_fisher(0.0, 1.0, 0.0, 0.0, 0.975).expect("fine");
    assert!((plain.var - 1.959_963_984_540_054).abs() < 1e-14 && plain.monotone);
    // Skewness without kurtosis falls again in the far tail; kurtosis alone falls in the middle.
    let skewed = cornish_fisher(0.0, 1.0, -2.0, 0.0, 0.999).expect("fine");
    assert!(!skewed.slope_positive && !skewed.monotone);
    let peaked = cornish_fisher(0.0, 1.0, 0.0, 30.0, 0.999).expect("fine");
    assert!(peaked.slope_positive && !peaked.monotone);
    assert!(!cornish_fisher(0.0, 1.0, 0.0, 30.0, 0.55).expect("fine").slope_positive);
}

fn returns() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(-0.3..0.3_f64, 2..80)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn shortfall_is_coherent(
        pairs in prop::collection::vec((-0.3..0.3_f64, -0.3..0.3_f64), 1..80),
        c in 0.01..0.995_f64,
        shift in -0.5..0.5_f64,
        times in 0.0..10.0_f64,
    ) {
        let es = |r: &[f64]| {
            Historical::new(r).expect("fine").expected_shortfall(c, Tail::RockafellarUryasev).expect("fine")
        };
        let (a, b): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
        let sum: Vec<f64> = pairs.iter().map(|(a, b)| a + b).collect();
        prop_assert!(es(&sum) <= es(&a) + es(&b) + 1e-12);
        let moved: Vec<f64> = a.iter().map(|r| r + shift).collect();
        prop_assert!((es(&moved) - (es(&a) - shift)).abs() < 1e-12);
        let scaled: Vec<f64> = a.iter().map(|r| r * times).collect();
        prop_assert!((es(&scaled) - times * es(&a)).abs() < 1e-12);
        let better: Vec<f64> = pairs.iter().map(|(a, b)| a + b.abs()).collect();
        prop_assert!(es(&better) <= es(&a) + 1e-12);
    }

    #[test]
    fn shortfall_is_no_less_than_var(r in returns(), c in 0.01..0.999_f64) {
        let h = Historical::new(&r).expect("fine");
        let var = |method| h.var(c, method).expect("fine");
        let es = |tail| h.expected_shortfall(c, tail).expect("fine");
        prop_assert!(es(Tail::RockafellarUryasev) >= var(Quantile::InvertedCdf) - 1e-12);
        prop_assert!(es(Tail::AtOrBelowVar) >= var(Quantile::Linear) - 1e-12);
        prop_assert!(es(Tail::Count) >= var(Quantile::Lower) - 1e-12);
        prop_assert!(var(Quantile::Higher) <= var(Quantile::Linear) && var(Quantile::Linear) <= var(Quantile::Lower));
        let gauss = normal_of(&r, c).expect("fine");
        prop_assert!(gauss.expected_shortfall >= gauss.var);
        let log = lognormal(r[0], r[1].abs(), c).expect("fine");
        prop_assert!(log.expected_shortfall >= log.var - 1e-12);
    }

    #[test]
    fn more_confidence_is_more_loss(r in returns(), c in 0.01..0.9_f64, more in 0.0..0.09_f64) {
        let h = Historical::new(&r).expect("fine");
        for method in [Quantile::Linear, Quantile::InvertedCdf, Quantile::Hazen, Quantile::Weibull] {
            prop_assert!(h.var(c + more, method) .expect("fine") >= h.var(c, method).expect("fine") - 1e-15);
        }
        let es = |c| h.expected_shortfall(c, Tail::RockafellarUryasev).expect("fine");
        prop_assert!(es(c + more) >= es(c) - 1e-12);
    }

    #[test]
    fn parts_are_slopes(
        w in prop::collection::vec(-1.0..1.0_f64, 3),
        a in prop::collection::vec(-1.0..1.0_f64, 9),
        c in 0.6..0.999_f64,
    ) {
        // a a' + 0.1 is positive definite.
        let cov: Vec<f64> = (0..9).map(|i| {
            let (r, s) = (i / 3, i % 3);
            (0..3).map(|k| a[r * 3 + k] * a[s * 3 + k]).sum::<f64>() + if r == s { 0.1 } else { 0.0 }
        }).collect();
        prop_assume!(w.iter().map(|w| w * w).sum::<f64>() > 1e-2);
        let mean = [0.01, -0.02, 0.03];
        let at = |w: &[f64]| portfolio_risk(w, &mean, &cov, c, 1.0).expect("fine");
        let base = at(&w);
        for i in 0..3 {
            let h = 1e-5;
            let moved = |by: f64| { let mut w = w.clone(); w[i] += by; at(&w) };
            let slope = (moved(h).var - moved(-h).var) / (2.0 * h);
            prop_assert!((slope - base.marginal_var[i]).abs() < 1e-5 * (1.0 + slope.abs()));
            let slope = (moved(h).expected_shortfall - moved(-h).expected_shortfall) / (2.0 * h);
            prop_assert!((slope - base.marginal_es[i]).abs() < 1e-5 * (1.0 + slope.abs()));
        }
    }
}
