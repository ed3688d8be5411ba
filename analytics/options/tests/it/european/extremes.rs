//! Bad input, degenerate options, numbers of any size.

use options::{European, Greeks, OptionError, OptionType};
use proptest::prelude::*;

use super::CALL;

/// An argument, a call with that argument, what it must not be besides NaN and infinities.
type Bad = (&'static str, fn(f64) -> European, &'static [f64]);

#[test]
fn bad_input_names_the_argument() {
    let change: [Bad; 6] = [
        ("spot", |spot| European { spot, ..CALL }, &[0.0, -0.0, -1.0]),
        ("strike", |strike| European { strike, ..CALL }, &[0.0, -1.0]),
        ("years", |years| European { years, ..CALL }, &[-1e-300]),
        ("rate", |rate| European { rate, ..CALL }, &[]),
        ("dividend_yield", |dividend_yield| European { dividend_yield, ..CALL }, &[]),
        ("volatility", |volatility| European { volatility, ..CALL }, &[-0.2]),
    ];
    for (argument, with, more) in change {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY].iter().chain(more) {
            let option = with(*value);
            let Err(OptionError::Argument { argument: named, found, .. }) = option.price() else {
                unreachable!("{argument} {value}")
            };
            assert_eq!(named, argument);
            assert_eq!(found.to_bits(), value.to_bits());
            assert!(option.greeks().is_err());
        }
    }
}

#[test]
fn a_leg_beyond_the_largest_number_is_an_error() {
    let option = European { rate: -1_000.0, years: 1.0, ..CALL };
    let message = option.price().expect_err("too large").to_string();
    assert_eq!(message, "rate is -1000, expected a rate with strike * exp(-rate * years) below 1.8e308");
    let option = European { dividend_yield: -1_000.0, years: 1.0, ..CALL };
    assert!(matches!(option.price(), Err(OptionError::Argument { argument: "dividend_yield", .. })));
    // Worth nothing is not an error.
    let option = European { rate: 1_000.0, dividend_yield: 1_000.0, years: 1.0, ..CALL };
    assert_eq!(option.price(), Ok(0.0));
}

#[test]
fn at_the_money_without_time_or_volatility() {
    let call = European { spot: 100.0, strike: 100.0, rate: 0.05, dividend_yield: 0.05, ..CALL };
    let put = European { kind: OptionType::Put, ..call };
    let now = European { years: 0.0, ..call };
    let expected = Greeks { delta: 0.5, charm: 0.025, ..Greeks::default() };
    assert_eq!(now.greeks(), Ok(expected));
    let expected = Greeks { delta: -0.5, charm: -0.025, ..expected };
    assert_eq!(European { years: 0.0, ..put }.greeks(), Ok(expected));
    // Without volatility: the limit of ever smaller volatilities, where there is one.
    let still = European { volatility: 0.0, ..call }.greeks().expect("valid");
    let nearly = European { volatility: 1e-9, ..call }.greeks().expect("valid");
    assert_eq!(still.price, 0.0);
    assert_eq!((still.gamma, still.volga), (0.0, 0.0));
    for (a, b) in [
        (still.delta, nearly.delta),
        (still.vega, nearly.vega),
        (still.theta, nearly.theta),
        (still.rho, nearly.rho),
        (still.rho_q, nearly.rho_q),
        (still.vanna, nearly.vanna),
        (still.charm, nearly.charm),
    ] {
        assert!((a - b).abs() <= 1e-7 * b.abs().max(1.0), "{a} {b}");
    }
}

#[test]
fn wings_reach_zero_without_a_jump() {
    for kind in [OptionType::Call, OptionType::Put] {
        let mut before = f64::INFINITY;
        let mut least = f64::INFINITY;
        for step in 0..4_000 {
            let distance = 0.01 * f64::from(step);
            let strike = 100.0 * libm::exp(kind.sign() * 0.2 * distance);
            let option =
                European { kind, spot: 100.0, strike, years: 1.0, rate: 0.0, dividend_yield: 0.0, volatility: 0.2 };
            let found = option.price().expect("valid");
            // A put's price grows with the strike: compare in units of it.
            let found = if kind == OptionType::Put { found / strike } else { found };
            assert!(found < before || found < 1e-320, "{kind:?} {distance}: {found} after {before}");
            before = found;
            if found > 0.0 {
                least = found;
            }
        }
        assert_eq!(before, 0.0);
        assert!(least < 1e-320, "{least}");
    }
}

/// Magnitudes of every size, zero, and powers of ten.
fn size() -> impl Strategy<Value = f64> {
    prop_oneof![
        (-320.0..308.0_f64).prop_map(|e| 10.0_f64.powf(e)),
        (-4.0..4.0_f64).prop_map(|e| 10.0_f64.powf(e)),
        Just(f64::from_bits(1)),
        Just(f64::MIN_POSITIVE),
        Just(f64::MAX),
        Just(1.0),
    ]
}

fn or_zero() -> impl Strategy<Value = f64> {
    prop_oneof![9 => size(), 1 => Just(0.0)]
}

fn signed() -> impl Strategy<Value = f64> {
    prop_oneof![4 => -0.2..0.2_f64, 1 => or_zero(), 1 => or_zero().prop_map(|x| -x)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn any_finite_input_has_finite_results(
        is_call in any::<bool>(), spot in size(), strike in size(), years in or_zero(),
        rate in signed(), dividend_yield in signed(), volatility in or_zero(),
    ) {
        let kind = if is_call { OptionType::Call } else { OptionType::Put };
        let option = European { kind, spot, strike, years, rate, dividend_yield, volatility };
        match option.greeks() {
            Ok(g) => {
                prop_assert_eq!(option.price(), Ok(g.price));
                let all = [g.price, g.delta, g.gamma, g.vega, g.theta, g.rho, g.vanna, g.volga, g.charm, g.rho_q];
                prop_assert!(all.iter().all(|x| x.is_finite()), "{g:?}");
                prop_assert!(g.price >= 0.0 && g.gamma >= 0.0 && g.vega >= 0.0);
                let (growth, discount) = (libm::exp(-dividend_yield * years), libm::exp(-rate * years));
                let most = if is_call { spot * growth } else { strike * discount };
                if most.is_normal() && (dividend_yield * years).abs() < 700.0 && (rate * years).abs() < 700.0 {
                    prop_assert!(g.price <= most * (1.0 + 1e-12));
                }
            }
            Err(OptionError::Argument { argument, .. }) => {
                // Only a leg that is too large.
                let (leg, exponent) = match argument {
                    "rate" => (strike, -rate * years),
                    "dividend_yield" => (spot, -dividend_yield * years),
                    other => unreachable!("{other}"),
                };
                prop_assert!(libm::log(leg) + exponent > 709.7);
            }
            Err(other) => unreachable!("{other}"),
        }
    }
}

/// A worthless put has no sign: `-0` would show in a table.
#[test]
fn zeros_have_no_sign() {
    for strike in [1e-9, 1e-3] {
        let put = European { kind: OptionType::Put, strike, volatility: 0.05, years: 0.01, ..CALL };
        let g = put.greeks().expect("valid");
        for value in [g.price, g.delta, g.gamma, g.vega, g.theta, g.rho, g.vanna, g.volga, g.charm, g.rho_q] {
            assert_eq!(value.to_bits(), 0.0_f64.to_bits(), "{g:?}");
        }
    }
}
