//! Options on forwards and futures.

use options::{Black76, European, OptionError, OptionType};
use proptest::prelude::*;

const PUT: Black76 =
    Black76 { kind: OptionType::Put, forward: 20.0, strike: 20.0, years: 4.0 / 12.0, rate: 0.09, volatility: 0.25 };

#[test]
fn hull_example() {
    // Hull, "Options, Futures, and Other Derivatives", chapter on options on futures: a put
    // on crude oil futures at 60, 4 months, is the like of this one; here at 20: 1.12.
    assert!((PUT.price().expect("valid") - 1.12).abs() < 0.005);
}

#[test]
fn margined_like_a_future_is_not_discounted() {
    let (paid, margined) = (PUT.greeks().expect("valid"), PUT.undiscounted_greeks().expect("valid"));
    let discount = libm::exp(-PUT.rate * PUT.years);
    assert!((paid.price / margined.price - discount).abs() < 3e-15);
    assert!((paid.delta_forward / margined.delta_forward - discount).abs() < 3e-15);
    assert_eq!(PUT.undiscounted_price(), Ok(margined.price));
    assert_eq!(margined.rho, 0.0);
    assert_eq!(Black76 { rate: -3.0, ..PUT }.undiscounted_greeks(), Ok(margined));
}

#[test]
fn errors_name_what_the_struct_names() {
    for (option, argument) in [
        (Black76 { forward: 0.0, ..PUT }, "forward"),
        (Black76 { strike: f64::NAN, ..PUT }, "strike"),
        (Black76 { years: -1.0, ..PUT }, "years"),
        (Black76 { rate: f64::INFINITY, ..PUT }, "rate"),
        (Black76 { rate: -1e4, ..PUT }, "rate"),
        (Black76 { volatility: f64::INFINITY, ..PUT }, "volatility"),
    ] {
        for found in [option.price().err(), option.greeks().err()] {
            let Some(OptionError::Argument { argument: named, .. }) = found else {
                unreachable!("{option:?}: {found:?}")
            };
            assert_eq!(named, argument);
        }
    }
    assert!(Black76 { rate: f64::NAN, ..PUT }.undiscounted_price().is_err());
}

proptest! {
    #[test]
    fn derivatives_are_differences(
        forward in 10.0..200.0_f64, years in 0.05..3.0_f64, rate in -0.05..0.1_f64, volatility in 0.1..0.8_f64,
    ) {
        let at = Black76 { kind: OptionType::Call, forward, strike: 80.0, years, rate, volatility };
        let g = at.greeks().expect("valid");
        let price = |o: Black76| o.price().expect("valid");
        let near = |found: f64, expected: f64, scale: f64| (found - expected).abs() <= 1e-6 * scale;
        let h = 1e-4 * forward;
        let (up, down) = (Black76 { forward: forward + h, ..at }, Black76 { forward: forward - h, ..at });
        prop_assert!(near(g.delta_forward, (price(up) - price(down)) / (2.0 * h), 1.0));
        let h = 1e-5;
        let (up, down) = (Black76 { rate: rate + h, ..at }, Black76 { rate: rate - h, ..at });
        prop_assert!(near(g.rho, (price(up) - price(down)) / (2.0 * h), forward));
        let (up, down) = (Black76 { years: years + h, ..at }, Black76 { years: years - h, ..at });
        prop_assert!(near(g.theta, -(price(up) - price(down)) / (2.0 * h), forward));
        let charm = -(up.greeks().expect("valid").delta_forward - down.greeks().expect("valid").delta_forward);
        prop_assert!(near(g.charm_forward, charm / (2.0 * h), 10.0));
    }

    #[test]
    fn a_forward_of_a_stock_gives_the_option_on_the_stock(
        spot in 10.0..200.0_f64, years in 0.05..3.0_f64, rate in -0.05..0.1_f64, dividend_yield in -0.05..0.1_f64,
    ) {
        let (kind, strike, volatility) = (OptionType::Put, 80.0, 0.3);
        let stock = European { kind, spot, strike, years, rate, dividend_yield, volatility };
        let forward = spot * libm::exp((rate - dividend_yield) * years);
        let black = Black76 { kind, forward, strike, years, rate, volatility };
        let (a, b) = (stock.price().expect("valid"), black.price().expect("valid"));
        prop_assert!((a - b).abs() <= 1e-14 * spot.max(strike));
    }
}
