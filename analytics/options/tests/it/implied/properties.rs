//! What must hold for any input.

use options::OptionType::{Call, Put};
use options::{European, OptionError, OptionType, implied};
use proptest::prelude::*;

fn any_kind() -> impl Strategy<Value = OptionType> {
    prop_oneof![Just(Call), Just(Put)]
}

/// Any double, and often one that options have.
fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        any::<u64>().prop_map(f64::from_bits),
        (-300.0..300.0).prop_map(|p: f64| libm::exp10(p)),
        0.0..200.0,
        Just(0.0),
        Just(100.0)
    ]
}

/// How far the price at `volatility` may be from the given one: sixteen roundings of each input, as the
/// golden table's tolerance has it.
fn allowed(price: f64, option: &European) -> f64 {
    let spot = option.spot * libm::exp(-option.dividend_yield * option.years);
    let strike = option.strike * libm::exp(-option.rate * option.years);
    16.0 * f64::EPSILON * (price + spot + strike)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, rng_seed: proptest::test_runner::RngSeed::Fixed(5), ..ProptestConfig::default() })]

    #[test]
    fn an_error_or_a_volatility_that_gives_the_price(
        kind in any_kind(), price in any_number(), forward in any_number(), strike in any_number(), years in any_number()
    ) {
        match implied::black(price, forward, strike, years, kind) {
            Ok(volatility) => {
                prop_assert!(volatility >= 0.0 && volatility.is_finite());
                let option = European { kind, spot: forward, strike, years, rate: 0.0, dividend_yield: 0.0, volatility };
                let found = option.price().expect("the arguments are valid");
                let allowed = allowed(price, &option);
                if allowed.is_finite() {
                    prop_assert!((found - price).abs() <= allowed, "{option:?}: {found:e}");
                }
            }
            Err(OptionError::BelowIntrinsic) => {
                let intrinsic = (kind.sign() * (forward - strike)).max(0.0);
                prop_assert!(price <= intrinsic);
            }
            Err(OptionError::AboveMaximum) => {
                let maximum = if kind == Call { forward } else { strike };
                prop_assert!(price >= maximum || years == 0.0);
            }
            Err(OptionError::Argument { argument, found, .. }) => {
                prop_assert!(["price", "forward", "strike", "years"].contains(&argument));
                prop_assert!(!(found.is_finite() && found > 0.0));
            }
            Err(other) => prop_assert!(false, "{other}"),
        }
    }

    #[test]
    fn there_and_back(
        kind in any_kind(), moneyness in -20.0..20.0, deviation in -12.0..2.5, years in -8.0..3.0,
        rate in -0.2..0.5, dividend_yield in -0.2..0.5
    ) {
        let years = libm::exp10(years);
        let volatility = libm::exp(deviation) / years.sqrt();
        let (rate, dividend_yield) = if years > 10.0 { (0.0, 0.0) } else { (rate, dividend_yield) };
        let option = European { kind, spot: 100.0, strike: 100.0 * libm::exp(moneyness), years, rate, dividend_yield, volatility };
        let price = option.price().expect("valid");
        match implied::volatility(price, &option) {
            Ok(found) => {
                let again = European { volatility: found, ..option }.price().expect("valid");
                prop_assert!((again - price).abs() <= allowed(price, &option), "{option:?} {price:e}: {found} {again:e}");
            }
            // Rounded to a bound, or over it by a rounding.
            Err(OptionError::BelowIntrinsic) => {
                let least = European { volatility: 0.0, ..option }.price().expect("valid");
                prop_assert!(price <= least + allowed(price, &option), "{option:?}");
            }
            Err(OptionError::AboveMaximum) => {
                let most = European { volatility: 1e6 / years.sqrt(), ..option }.price().expect("valid");
                prop_assert!(price >= most - allowed(price, &option), "{option:?}");
            }
            Err(other) => prop_assert!(false, "{option:?}: {other}"),
        }
    }

    #[test]
    fn a_higher_price_has_no_lower_volatility(
        kind in any_kind(), moneyness in -3.0..3.0_f64, share in 1e-12..0.999_999_f64, ulps in 1_u32..100
    ) {
        let (forward, strike): (f64, f64) = (100.0, 100.0 * libm::exp(moneyness));
        let intrinsic = (kind.sign() * (forward - strike)).max(0.0);
        let maximum = if kind == Call { forward } else { strike };
        let price: f64 = intrinsic + share * (maximum - intrinsic);
        let mut higher = price;
        for _ in 0..ulps {
            higher = higher.next_up();
        }
        prop_assume!(higher < maximum && price > intrinsic);
        let at = |price| implied::black(price, forward, strike, 1.0, kind).expect("between the bounds");
        prop_assert!(at(higher) >= at(price) * (1.0 - 1e-15), "{} {}", at(price), at(higher));
    }

    #[test]
    fn calls_and_puts_mirror_and_scale(moneyness in -8.0..8.0, share in 1e-300..0.999_999, power in -200..200) {
        let (forward, strike): (f64, f64) = (1.0, libm::exp(moneyness));
        let price = share * forward.min(strike);
        let kind = if forward < strike { Call } else { Put };
        let other = if forward < strike { Put } else { Call };
        let found = implied::black(price, forward, strike, 2.0, kind);
        prop_assert_eq!(found, implied::black(price, strike, forward, 2.0, other));
        let scale = libm::scalbn(1.0, power);
        if price * scale > 1e-300 {
            prop_assert_eq!(found, implied::black(price * scale, forward * scale, strike * scale, 2.0, kind));
        }
        let four = implied::black(price, forward, strike, 8.0, kind).expect("valid");
        prop_assert!((four * 2.0 / found.expect("valid") - 1.0).abs() < 1e-15);
    }

    #[test]
    fn discounting_the_price_changes_nothing(
        kind in any_kind(), moneyness in -2.0..2.0, volatility in 0.05..2.0, rate in -0.1..0.3_f64, years in 0.01..5.0_f64
    ) {
        let forward = European { kind, spot: 100.0, strike: 100.0 * libm::exp(moneyness), years, rate: 0.0, dividend_yield: 0.0, volatility };
        let price = forward.price().expect("valid");
        prop_assume!(price > 1e-3 && price > (kind.sign() * (forward.spot - forward.strike)) + 1e-3);
        let undiscounted = implied::black(price, forward.spot, forward.strike, years, kind).expect("valid");
        let discounted = price * libm::exp(-rate * years);
        let found = implied::black76(discounted, forward.spot, forward.strike, years, rate, kind).expect("valid");
        let option = European { rate, dividend_yield: rate, ..forward };
        prop_assert_eq!(Ok(found), implied::volatility(discounted, &option));
        prop_assert!((found / undiscounted - 1.0).abs() < 1e-9, "{found} {undiscounted}");
    }
}
