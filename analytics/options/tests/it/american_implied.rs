//! Volatilities implied by American prices.

use options::american::{Scheme, de_americanise, volatility};
use options::{American, OptionError, OptionType};

use crate::american::table;

#[test]
fn golden_prices_give_their_volatility_back() {
    let mut resolved = 0;
    for row in table() {
        let option = American { volatility: f64::NAN, ..row.option };
        let known = American { volatility: 0.2, ..option };
        let found = volatility(row.price, &known, Scheme::Accurate);
        if row.exercise_now {
            // Some of the table's prices are above the intrinsic value by 1e-12.
            match found {
                Err(OptionError::NotUnique { highest }) => {
                    assert!(highest >= row.option.volatility - 1e-6, "{}: {highest}", row.name);
                }
                Ok(found) => {
                    let again = American { volatility: found, ..option }.price().expect("valid");
                    assert!((again - row.price).abs() < 1e-9, "{}: {found} costs {again}", row.name);
                }
                Err(error) => panic!("{}: {error}", row.name),
            }
            continue;
        }
        let vega = row.option.differences(Scheme::Accurate).expect("valid").vega;
        if vega < 1e-2 {
            continue;
        }
        resolved += 1;
        let found = found.unwrap_or_else(|error| panic!("{}: {error}", row.name));
        let allowed = 2e-6_f64.max(10.0 * row.price_error) / vega + 1e-10;
        assert!(
            (found - row.option.volatility).abs() <= allowed,
            "{}: {found} is not {}",
            row.name,
            row.option.volatility
        );
    }
    assert!(resolved > 250, "{resolved}");
}

#[test]
fn there_and_back() {
    for kind in [OptionType::Call, OptionType::Put] {
        for spot in [80.0, 95.0, 100.0, 110.0, 125.0] {
            for sigma in [0.08, 0.2, 0.5, 1.5, 4.0] {
                let option = American {
                    kind,
                    spot,
                    strike: 100.0,
                    years: 0.7,
                    rate: 0.04,
                    dividend_yield: 0.03,
                    volatility: sigma,
                };
                let value = option.valuation(Scheme::Accurate).expect("valid");
                if value.exercise_now || value.price - option.intrinsic() < 1e-4 {
                    continue;
                }
                let found = volatility(value.price, &option, Scheme::Accurate).expect("inside");
                assert!((found - sigma).abs() < 1e-7, "{option:?}: {found}");
                let european = de_americanise(value.price, &option, Scheme::Accurate).expect("inside");
                assert!((european.european - value.european).abs() < 1e-6);
                assert!((european.early_exercise_premium - (value.price - value.european)).abs() < 1e-6);
            }
        }
    }
}

#[test]
fn prices_without_a_volatility_are_named() {
    let put = American {
        kind: OptionType::Put,
        spot: 90.0,
        strike: 100.0,
        years: 1.0,
        rate: 0.05,
        dividend_yield: 0.0,
        volatility: 0.0,
    };
    let of = |price: f64| volatility(price, &put, Scheme::Accurate);
    assert_eq!(of(9.99), Err(OptionError::BelowIntrinsic));
    assert_eq!(of(-1.0), Err(OptionError::BelowIntrinsic));
    assert_eq!(of(100.0), Err(OptionError::AboveMaximum));
    assert_eq!(of(1e9), Err(OptionError::AboveMaximum));
    assert!(matches!(of(f64::NAN), Err(OptionError::Argument { argument: "price", .. })));
    assert!(matches!(of(f64::INFINITY), Err(OptionError::Argument { argument: "price", .. })));
    let Err(OptionError::NotUnique { highest }) = of(10.0) else { panic!("{:?}", of(10.0)) };
    let at = |volatility| American { volatility, ..put }.price().expect("valid");
    assert!(highest > 0.05 && at(highest) < 10.0 + 1e-9 && at(highest * 1.05) > 10.0 + 1e-6, "{highest}");
    let call = American { kind: OptionType::Call, ..put };
    let Err(error) = volatility(90.0, &call, Scheme::Fast) else { panic!("a call is worth less than its underlying") };
    assert_eq!(error, OptionError::AboveMaximum);
    // Out of the money with nothing to gain: zero is the price of every small volatility.
    let out = American { spot: 200.0, ..put };
    assert!(matches!(volatility(0.0, &out, Scheme::Fast), Err(OptionError::NotUnique { .. })));
    assert!(volatility(1.0, &American { years: 0.0, ..out }, Scheme::Fast).is_err());
    assert!(volatility(1.0, &American { spot: f64::NAN, ..put }, Scheme::Fast).is_err());
}
