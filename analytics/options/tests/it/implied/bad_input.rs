//! What has no volatility says why, and names the argument.

use options::OptionError::{self, AboveMaximum, BelowIntrinsic};
use options::OptionType::{Call, Put};
use options::{European, implied};

const OPTION: European = European {
    kind: Call,
    spot: 100.0,
    strike: 110.0,
    years: 0.5,
    rate: 0.03,
    dividend_yield: 0.01,
    volatility: f64::NAN,
};

/// The name of the argument that the error is about.
fn argument(found: Result<f64, OptionError>) -> Option<&'static str> {
    match found {
        Err(OptionError::Argument { argument, .. }) => Some(argument),
        _ => None,
    }
}

const NEITHER: [f64; 3] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];

#[test]
fn an_argument_outside_its_domain_is_named() {
    let below: &[f64] = &[0.0, -0.0, -1.0];
    for bad in NEITHER.iter().chain(below) {
        assert_eq!(argument(implied::volatility(5.0, &European { spot: *bad, ..OPTION })), Some("spot"), "{bad}");
        assert_eq!(argument(implied::volatility(5.0, &European { strike: *bad, ..OPTION })), Some("strike"), "{bad}");
        assert_eq!(argument(implied::black(5.0, *bad, 110.0, 0.5, Call)), Some("forward"), "{bad}");
        assert_eq!(argument(implied::black(5.0, 100.0, *bad, 0.5, Put)), Some("strike"), "{bad}");
        assert_eq!(argument(implied::black76(5.0, *bad, 110.0, 0.5, 0.0, Call)), Some("forward"), "{bad}");
    }
    for bad in NEITHER {
        assert_eq!(argument(implied::volatility(bad, &OPTION)), Some("price"), "{bad}");
        assert_eq!(argument(implied::volatility(5.0, &European { years: bad, ..OPTION })), Some("years"), "{bad}");
        assert_eq!(argument(implied::volatility(5.0, &European { rate: bad, ..OPTION })), Some("rate"), "{bad}");
        let option = European { dividend_yield: bad, ..OPTION };
        assert_eq!(argument(implied::volatility(5.0, &option)), Some("dividend_yield"), "{bad}");
        assert_eq!(argument(implied::black(bad, 100.0, 110.0, 0.5, Call)), Some("price"), "{bad}");
        assert_eq!(argument(implied::black(5.0, 100.0, 110.0, bad, Call)), Some("years"), "{bad}");
        assert_eq!(argument(implied::black76(5.0, 100.0, 110.0, 0.5, bad, Call)), Some("rate"), "{bad}");
    }
    assert_eq!(argument(implied::volatility(5.0, &European { years: -1e-9, ..OPTION })), Some("years"));
    // Nothing finite is left to exchange.
    for (rate, dividend_yield, name) in [(-1e4, 0.0, "rate"), (0.0, -2e3, "dividend_yield"), (1e300, 0.0, "rate")] {
        let option = European { rate, dividend_yield, ..OPTION };
        assert_eq!(argument(implied::volatility(5.0, &option)), Some(name), "{rate} {dividend_yield}");
    }
}

#[test]
fn outside_the_bounds_each_side_has_its_error() {
    for (kind, forward, strike, low, high) in [
        (Call, 120.0, 100.0, 20.0, 120.0),
        (Call, 100.0, 120.0, 0.0, 100.0),
        (Put, 100.0, 120.0, 20.0, 120.0),
        (Put, 120.0, 100.0, 0.0, 100.0),
    ] {
        let at = |price| implied::black(price, forward, strike, 0.5, kind);
        assert_eq!(at(low), Ok(0.0));
        assert_eq!(at(f64::next_down(low)), Err(BelowIntrinsic));
        assert_eq!(at(-1.0), Err(BelowIntrinsic));
        assert_eq!(at(-f64::MAX), Err(BelowIntrinsic));
        assert_eq!(at(high), Err(AboveMaximum));
        assert_eq!(at(f64::MAX), Err(AboveMaximum));
        assert!(at(f64::next_up(low)).expect("above intrinsic") > 0.0);
        assert!(at(f64::next_down(high)).expect("below maximum") > 10.0);
    }
}

#[test]
fn without_time_only_the_intrinsic_value_has_a_volatility() {
    for (kind, strike, intrinsic) in [(Call, 90.0, 10.0), (Call, 110.0, 0.0), (Put, 110.0, 10.0), (Put, 100.0, 0.0)] {
        let option = European { kind, strike, years: 0.0, ..OPTION };
        let at = |price| [implied::volatility(price, &option), implied::black(price, 100.0, strike, 0.0, kind)];
        assert_eq!(at(intrinsic), [Ok(0.0); 2]);
        assert_eq!(at(intrinsic + 0.01), [Err(AboveMaximum); 2]);
        assert_eq!(at(intrinsic - 0.01), [Err(BelowIntrinsic); 2]);
    }
}

#[test]
fn bounds_are_those_of_the_discounted_forward() {
    // e^-1 and e^-2 of 100: the call's intrinsic value is 100 e^-1 - 100 e^-2, its maximum 100 e^-1.
    let call = European { strike: 100.0, years: 10.0, rate: 0.2, dividend_yield: 0.1, ..OPTION };
    let put = European { kind: Put, ..call };
    assert_eq!(implied::volatility(23.25, &call), Err(BelowIntrinsic));
    assert!(implied::volatility(23.26, &call).is_ok());
    assert!(implied::volatility(36.78, &call).is_ok());
    assert_eq!(implied::volatility(36.79, &call), Err(AboveMaximum));
    assert!(implied::volatility(13.53, &put).is_ok());
    assert_eq!(implied::volatility(13.54, &put), Err(AboveMaximum));
    assert_eq!(implied::volatility(-1e-300, &put), Err(BelowIntrinsic));
    // Discounted to nothing.
    let gone = European { years: 1e3, rate: 5.0, dividend_yield: 0.0, ..put };
    assert_eq!(implied::volatility(1e-300, &gone), Err(AboveMaximum));
    assert_eq!(implied::volatility(99.0, &European { kind: Call, ..gone }), Err(BelowIntrinsic));
    // Then intrinsic value and maximum are the same double, and volatility 0 gives it.
    assert_eq!(implied::volatility(100.0, &European { kind: Call, ..gone }), Ok(0.0));
}
