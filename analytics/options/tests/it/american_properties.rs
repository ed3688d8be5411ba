//! What holds for every American option.

use options::american::Scheme;
use options::{American, OptionType};
use proptest::prelude::*;

/// Errors of [`Scheme::Accurate`] in units of the strike.
const ERROR: f64 = 1e-7;

fn options() -> impl Strategy<Value = American> {
    (any::<bool>(), -0.6..0.6_f64, 0.003..8.0_f64, 0.0..0.12_f64, 0.0..0.12_f64, 0.04..0.9_f64).prop_map(
        |(call, moneyness, years, rate, dividend_yield, volatility)| American {
            kind: if call { OptionType::Call } else { OptionType::Put },
            spot: 100.0 * moneyness.exp(),
            strike: 100.0,
            years,
            rate,
            dividend_yield,
            volatility,
        },
    )
}

fn price(option: American) -> f64 {
    option.price().expect("valid")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn between_its_bounds(option in options()) {
        let found = option.valuation(Scheme::Accurate).expect("valid");
        let european = option.without_early_exercise().price().expect("valid");
        prop_assert!(found.price >= option.intrinsic() && found.price >= european);
        let most = if option.kind == OptionType::Put { option.strike } else { option.spot };
        prop_assert!(found.price <= most);
        prop_assert!((-1e-6..=1.0 + 1e-6).contains(&(found.delta * option.kind.sign())), "{found:?}");
        prop_assert!(found.gamma >= -1e-6, "{found:?}");
    }

    #[test]
    fn more_time_and_more_volatility_are_worth_more(option in options(), more in 1.001..2.0_f64) {
        let before = price(option);
        let slack = ERROR * option.strike;
        let longer = price(American { years: option.years * more, ..option });
        let wilder = price(American { volatility: option.volatility * more, ..option });
        prop_assert!(longer >= before - slack, "{longer} {before}");
        prop_assert!(wilder >= before - slack, "{wilder} {before}");
    }

    #[test]
    fn convex_and_monotone_in_spot(option in options(), step in 0.001..0.2_f64) {
        let at = |factor: f64| price(American { spot: option.spot * factor, ..option });
        let (low, middle, high) = (at(1.0 - step), at(1.0), at(1.0 + step));
        let slack = ERROR * option.strike;
        prop_assert!(low + high >= 2.0 * middle - slack);
        let sign = option.kind.sign();
        prop_assert!(sign * (high - low) >= -slack);
        prop_assert!(sign * (high - low) <= 2.0 * step * option.spot + slack);
    }

    #[test]
    fn a_put_is_a_call_the_other_way_round(option in options()) {
        let other = American {
            kind: if option.kind == OptionType::Put { OptionType::Call } else { OptionType::Put },
            spot: option.strike,
            strike: option.spot,
            rate: option.dividend_yield,
            dividend_yield: option.rate,
            ..option
        };
        let (one, two) = (price(option), price(other));
        prop_assert!((one - two).abs() <= 1e-11 * option.strike, "{one} {two}");
    }

    #[test]
    fn scale_does_not_matter(option in options(), scale in 1e-6..1e6_f64) {
        let scaled = American { spot: option.spot * scale, strike: option.strike * scale, ..option };
        prop_assert!((price(scaled) / scale - price(option)).abs() <= 1e-11 * option.strike);
    }

    #[test]
    fn schemes_agree(option in options()) {
        let exact = option.valuation(Scheme::Reference).expect("valid").price;
        let fast = option.valuation(Scheme::Fast).expect("valid").price;
        prop_assert!((price(option) - exact).abs() <= ERROR * option.strike, "{} {exact}", price(option));
        prop_assert!((fast - exact).abs() <= 1e-5 * option.strike, "{fast} {exact}");
    }
}
