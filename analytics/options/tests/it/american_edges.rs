//! American options where a case ends: rates of every sign, no time, no
//! volatility, extremes, bad input.

use options::american::Scheme;
use options::{American, OptionError, OptionType};

const BASE: American = American {
    kind: OptionType::Put,
    spot: 100.0,
    strike: 100.0,
    years: 1.0,
    rate: 0.05,
    dividend_yield: 0.02,
    volatility: 0.25,
};

/// The call that equals a put: spot and strike, rate and yield exchanged.
fn mirrored(option: American) -> American {
    American {
        kind: match option.kind {
            OptionType::Put => OptionType::Call,
            OptionType::Call => OptionType::Put,
        },
        spot: option.strike,
        strike: option.spot,
        rate: option.dividend_yield,
        dividend_yield: option.rate,
        ..option
    }
}

#[test]
fn never_exercised_early_is_european() {
    for (rate, dividend_yield) in [(0.0, 0.0), (0.0, 0.05), (-0.02, 0.01), (-0.02, -0.02), (-0.03, -0.01), (-0.01, 0.0)]
    {
        for spot in [1e-3, 50.0, 99.0, 150.0, 1e6] {
            let put = American { spot, rate, dividend_yield, ..BASE };
            for option in [put, mirrored(put)] {
                let european = option.without_early_exercise().price().expect("valid");
                let found = option.valuation(Scheme::Accurate).expect("valid");
                assert_eq!(found.price, european, "{option:?}");
                assert_eq!((found.exercise_now, found.critical_price), (false, None), "{option:?}");
            }
        }
    }
}

#[test]
fn other_signs_of_the_rates() {
    // QuantLib 1.44, QdFpAmericanEngine, tanh-sinh (20, 60, 1e-13), FP-A; FP-B within 1e-8.
    for (option, price) in NEGATIVE_YIELD {
        let found = option.price().expect("valid");
        assert!((found - price).abs() < 1e-6, "{option:?}: {found}");
        let call = mirrored(option).price().expect("valid");
        assert!((call - price).abs() < 1e-6, "{option:?} as a call: {call}");
    }
}

const NEGATIVE_YIELD: [(American, f64); 5] = [
    (
        American {
            spot: 109.8934,
            years: 916.0 / 365.0,
            rate: 0.016077208673482096,
            dividend_yield: -0.01683556496135992,
            volatility: 0.7074114162014832,
            ..BASE
        },
        36.56419985191819,
    ),
    (
        American {
            spot: 81.0257,
            years: 1010.0 / 365.0,
            rate: 0.011941652658228642,
            dividend_yield: -0.05157523138397614,
            volatility: 0.5716093940682248,
            ..BASE
        },
        37.90755255190804,
    ),
    (
        American {
            spot: 78.3797,
            years: 668.0 / 365.0,
            rate: 0.0455580852372334,
            dividend_yield: -0.059460224930600464,
            volatility: 0.5699602096622169,
            ..BASE
        },
        32.124057653194264,
    ),
    (
        American {
            spot: 92.5517,
            years: 1118.0 / 365.0,
            rate: 0.05645384318118281,
            dividend_yield: -0.07697164907168935,
            volatility: 0.785856715067488,
            ..BASE
        },
        40.329459008720235,
    ),
    (
        American {
            spot: 84.9401,
            years: 695.0 / 365.0,
            rate: 0.11322562178905023,
            dividend_yield: -0.017705250076343913,
            volatility: 0.3913216456494049,
            ..BASE
        },
        19.651916428070663,
    ),
];

#[test]
fn two_boundaries_come_from_the_tree_with_an_error() {
    let option = American { rate: -0.005, dividend_yield: -0.03, volatility: 0.1, years: 2.0, ..BASE };
    for option in [option, mirrored(option)] {
        let found = option.valuation(Scheme::Accurate).expect("valid");
        let european = option.without_early_exercise().price().expect("valid");
        assert!(found.price > european + 1e-3, "{found:?} {european}");
        assert!(found.tree_error.expect("from the tree") < 1e-2);
        assert_eq!(option.boundary(Scheme::Accurate).expect_err("two"), OptionError::TwoBoundaries);
    }
}

#[test]
fn no_time_left_is_the_payoff() {
    for (spot, price, delta, now) in [(90.0, 10.0, -1.0, true), (100.0, 0.0, 0.0, false), (110.0, 0.0, 0.0, false)] {
        let found = American { spot, years: 0.0, ..BASE }.valuation(Scheme::Accurate).expect("valid");
        assert_eq!((found.price, found.delta, found.gamma, found.exercise_now), (price, delta, 0.0, now));
    }
}

/// The best of 100,001 dates.
fn by_search(option: &American) -> f64 {
    (0..=100_000).fold(0.0_f64, |best, i| {
        let t = option.years * f64::from(i) / 1e5;
        let forward = option.spot * (-option.dividend_yield * t).exp() - option.strike * (-option.rate * t).exp();
        best.max(option.kind.sign() * forward)
    })
}

#[test]
fn no_volatility_is_the_best_date() {
    let mut between = 0;
    for kind in [OptionType::Call, OptionType::Put] {
        for spot in [60.0, 95.0, 100.0, 105.0, 170.0] {
            for rate in [-0.08, -0.01, 0.0, 0.03, 0.1] {
                for dividend_yield in [-0.08, -0.01, 0.0, 0.03, 0.1] {
                    for years in [0.5, 20.0] {
                        let option = American { kind, spot, rate, dividend_yield, years, volatility: 0.0, ..BASE };
                        let found = option.valuation(Scheme::Accurate).expect("valid");
                        let best = by_search(&option);
                        assert!((found.price - best).abs() < 1e-5 * best.max(1.0), "{option:?}: {found:?} {best}");
                        assert!(found.price >= best - 1e-12, "{option:?}: {found:?} {best}");
                        let ends = option.intrinsic().max(option.without_early_exercise().price().expect("valid"));
                        between += i32::from(found.price > ends + 1e-9);
                        let almost = American { volatility: 1e-6, ..option }.price().expect("valid");
                        assert!((almost - found.price).abs() < 2e-2, "{option:?}: {almost} {}", found.price);
                    }
                }
            }
        }
    }
    assert!(between >= 6, "{between} cases have their best date between the ends");
}

#[test]
fn extremes_stay_inside_the_bounds() {
    let mut unresolved = 0;
    for kind in [OptionType::Call, OptionType::Put] {
        for spot in [1e-8, 1.0, 60.0, 99.99, 100.0, 160.0, 1e4, 1e12] {
            for years in [1e-10, 1.0 / 365.0, 0.5, 5.0, 60.0] {
                for volatility in [1e-12, 1e-4, 0.01, 0.05, 0.3, 2.0, 30.0] {
                    for (rate, dividend_yield) in [
                        (1e-12, 0.0),
                        (1e-6, 0.05),
                        (0.05, 0.05),
                        (0.1, 0.0),
                        (0.03, -0.05),
                        (0.0, -0.04),
                        (1.0, 0.5),
                        (0.5, 1.0),
                        (0.02, 1e-9),
                    ] {
                        let option = American { kind, spot, years, rate, dividend_yield, volatility, ..BASE };
                        let found = match option.valuation(Scheme::Fast) {
                            Ok(found) => found,
                            Err(OptionError::Unresolved) => {
                                unresolved += 1;
                                continue;
                            }
                            Err(error) => panic!("{option:?}: {error}"),
                        };
                        let european = option.without_early_exercise().price().expect("valid");
                        let most = if kind == OptionType::Put { 100.0_f64 } else { spot }.max(european);
                        assert!(found.price >= option.intrinsic(), "{option:?}: {found:?}");
                        assert!(found.price >= european, "{option:?}: {found:?} {european}");
                        assert!(found.price <= most, "{option:?}: {found:?}");
                        let delta = found.delta * kind.sign();
                        assert!(
                            (-1e-4..=1.0001).contains(&delta) || rate < 0.0 || dividend_yield < 0.0,
                            "{option:?}: {found:?}"
                        );
                    }
                }
            }
        }
    }
    assert_eq!(unresolved, 0);
}

#[test]
fn the_boundary_runs_from_its_limit_at_expiry() {
    for (rate, dividend_yield, start) in
        [(0.05, 0.0, 100.0), (0.05, 0.02, 100.0), (0.03, 0.06, 50.0), (0.02, -0.01, 100.0)]
    {
        let put = American { rate, dividend_yield, years: 3.0, ..BASE };
        let boundary = put.boundary(Scheme::Accurate).expect("one boundary");
        let call = mirrored(put).boundary(Scheme::Accurate).expect("one boundary");
        let at = |years: f64| boundary.critical_price(years).expect("inside").expect("exercised");
        assert!((at(0.0) - start).abs() < 1e-10);
        let mut last = start + 1e-9;
        for i in 0..=300 {
            let years = f64::from(i) * 0.01;
            let price = at(years);
            assert!(price <= last, "{rate} {dividend_yield}: {price} at {years} after {last}");
            last = price;
            let mirror = call.critical_price(years).expect("inside").expect("exercised");
            assert!((mirror * price / 1e4 - 1.0).abs() < 1e-12);
        }
        let now = put.valuation(Scheme::Accurate).expect("valid").critical_price.expect("exercised");
        assert!((at(3.0) / now - 1.0).abs() < 1e-12);
        let just = |spot| American { spot, ..put }.valuation(Scheme::Accurate).expect("valid");
        assert!(just(now * (1.0 - 1e-9)).exercise_now && !just(now * 1.01).exercise_now);
        assert!(boundary.critical_price(3.1).is_err() && boundary.critical_price(-0.1).is_err());
    }
    let never = American { rate: -0.01, ..BASE }.boundary(Scheme::Fast).expect("none");
    assert_eq!(never.critical_price(0.5), Ok(None));
}

#[test]
fn bad_input_is_named() {
    let nan = f64::NAN;
    for (option, message) in [
        (American { spot: 0.0, ..BASE }, "spot is 0, expected a finite number above 0"),
        (American { spot: nan, ..BASE }, "spot is NaN, expected a finite number above 0"),
        (American { strike: -1.0, ..BASE }, "strike is -1, expected a finite number above 0"),
        (American { strike: f64::INFINITY, ..BASE }, "strike is inf, expected a finite number above 0"),
        (American { years: -1.0, ..BASE }, "years is -1, expected a finite number, 0 or more"),
        (American { years: nan, ..BASE }, "years is NaN, expected a finite number, 0 or more"),
        (American { rate: nan, ..BASE }, "rate is NaN, expected a finite number"),
        (American { dividend_yield: f64::INFINITY, ..BASE }, "dividend_yield is inf, expected a finite number"),
        (American { volatility: -0.1, ..BASE }, "volatility is -0.1, expected a finite number, 0 or more"),
    ] {
        for error in [
            option.price().expect_err("bad"),
            option.boundary(Scheme::Fast).expect_err("bad"),
            option.differences(Scheme::Fast).expect_err("bad"),
        ] {
            assert_eq!(error.to_string(), message);
        }
    }
}
