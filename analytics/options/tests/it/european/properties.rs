//! What holds for every price: parity, bounds, shape, scale; derivatives against differences.

use options::{European, OptionType};
use proptest::prelude::*;

fn option() -> impl Strategy<Value = European> {
    let kind = prop_oneof![Just(OptionType::Call), Just(OptionType::Put)];
    (kind, 1.0..500.0_f64, -3.0..3.0_f64, 0.005..5.0_f64, -0.1..0.2_f64, -0.1..0.2_f64, 0.02..2.0_f64).prop_map(
        |(kind, spot, distance, years, rate, dividend_yield, volatility)| {
            let strike = spot * libm::exp(distance * volatility * years.sqrt());
            European { kind, spot, strike, years, rate, dividend_yield, volatility }
        },
    )
}

fn price(o: &European) -> f64 {
    o.price().expect("valid")
}

fn legs(o: &European) -> (f64, f64) {
    (o.spot * libm::exp(-o.dividend_yield * o.years), o.strike * libm::exp(-o.rate * o.years))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn put_call_parity(o in option()) {
        let call = European { kind: OptionType::Call, ..o }.greeks().expect("valid");
        let put = European { kind: OptionType::Put, ..o }.greeks().expect("valid");
        let (spot, strike) = legs(&o);
        let slack = 8.0 * f64::EPSILON * spot.max(strike);
        prop_assert!((call.price - put.price - (spot - strike)).abs() <= slack);
        prop_assert!((call.delta - put.delta - spot / o.spot).abs() <= 8.0 * f64::EPSILON * spot / o.spot);
        prop_assert!((call.rho - put.rho - o.years * strike).abs() <= 8.0 * f64::EPSILON * o.years * strike);
        prop_assert_eq!((call.gamma, call.vega, call.vanna, call.volga), (put.gamma, put.vega, put.vanna, put.volga));
    }

    #[test]
    fn bounds(o in option()) {
        let (spot, strike) = legs(&o);
        let most = if o.kind == OptionType::Call { spot } else { strike };
        let found = price(&o);
        let slack = 4.0 * f64::EPSILON * spot.max(strike);
        prop_assert!(found >= (o.kind.sign() * (spot - strike)).max(0.0) - slack);
        prop_assert!((0.0..=most * (1.0 + 4.0 * f64::EPSILON)).contains(&found));
        let g = o.greeks().expect("valid");
        prop_assert!(g.gamma >= 0.0 && g.vega >= 0.0 && g.delta * o.kind.sign() >= 0.0);
        prop_assert!(g.delta.abs() <= (spot / o.spot) * (1.0 + 4.0 * f64::EPSILON));
    }

    #[test]
    fn monotone_in_strike_and_volatility_and_convex_in_strike(o in option(), by in 1e-6..0.3_f64) {
        let (spot, strike) = legs(&o);
        let slack = 8.0 * f64::EPSILON * spot.max(strike);
        let up = European { strike: o.strike * (1.0 + by), ..o };
        let down = European { strike: o.strike * (1.0 - by), ..o };
        prop_assert!(o.kind.sign() * (price(&up) - price(&o)) <= slack);
        prop_assert!(0.5 * (price(&up) + price(&down)) >= price(&o) - slack);
        let wilder = European { volatility: o.volatility * (1.0 + by), ..o };
        prop_assert!(price(&wilder) >= price(&o) - slack);
    }

    #[test]
    fn twice_the_prices_twice_the_value(o in option(), doublings in -20..20_i32) {
        let by = 2.0_f64.powi(doublings);
        let other = European { spot: o.spot * by, strike: o.strike * by, ..o }.greeks().expect("valid");
        let found = o.greeks().expect("valid");
        prop_assert_eq!(other.price, found.price * by);
        prop_assert_eq!((other.delta, other.gamma, other.vega), (found.delta, found.gamma / by, found.vega * by));
    }

    #[test]
    fn the_equation_of_black_and_scholes(o in option()) {
        let g = o.greeks().expect("valid");
        let diffusion = 0.5 * o.volatility * o.volatility * o.spot * o.spot * g.gamma;
        let drift = (o.rate - o.dividend_yield) * o.spot * g.delta;
        let (spot, strike) = legs(&o);
        let scale = diffusion + drift.abs() + (spot + strike) * (o.rate.abs() + o.dividend_yield.abs());
        prop_assert!((g.theta + diffusion + drift - o.rate * g.price).abs() <= 1e-14 * scale);
        let variance = o.spot * o.spot * o.volatility * o.years;
        prop_assert!((g.vega - g.gamma * variance).abs() <= 1e-14 * g.vega);
    }

    #[test]
    fn derivatives_are_differences(o in option()) {
        let g = o.greeks().expect("valid");
        let deviation = o.volatility * o.years.sqrt();
        let (spot, strike) = legs(&o);
        let scale = spot.max(strike);
        let s = 1e-4 * deviation.min(1.0) * o.spot;
        let difference = |h: f64, change: &dyn Fn(f64) -> European, figure: &dyn Fn(&European) -> f64| {
            let at = |x: f64| figure(&change(x));
            (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h)
        };
        let delta = |o: &European| o.greeks().expect("valid").delta;
        let vega = |o: &European| o.greeks().expect("valid").vega;
        let by_spot = |h: f64| European { spot: o.spot + h, ..o };
        let v = 1e-3 * o.volatility;
        let by_volatility = |h: f64| European { volatility: o.volatility + h, ..o };
        let t = 1e-3 * o.years;
        let by_time = |h: f64| European { years: o.years - h, ..o };
        let by_rate = |h: f64| European { rate: o.rate + h, ..o };
        let by_yield = |h: f64| European { dividend_yield: o.dividend_yield + h, ..o };
        let root = o.years.sqrt();
        let rate = 1e-4 / (1.0 + o.years / deviation);
        for (name, found, expected, size) in [
            ("delta", g.delta, difference(s, &by_spot, &price), scale / o.spot),
            ("gamma", g.gamma, difference(s, &by_spot, &delta), scale / (o.spot * o.spot * deviation)),
            ("vega", g.vega, difference(v, &by_volatility, &price), scale * (root + 1.0 / o.volatility)),
            ("theta", g.theta, difference(t, &by_time, &price), scale * (1.0 + 1.0 / o.years)),
            ("rho", g.rho, difference(rate, &by_rate, &price), scale * (1.0 + o.years / deviation)),
            ("rho_q", g.rho_q, difference(rate, &by_yield, &price), scale * (1.0 + o.years / deviation)),
            ("vanna", g.vanna, difference(v, &by_volatility, &delta), scale / o.spot * (1.0 + 1.0 / o.volatility)),
            ("volga", g.volga, difference(v, &by_volatility, &vega), scale * root * (1.0 + 1.0 / o.volatility)),
            ("charm", g.charm, difference(t, &by_time, &delta), scale / o.spot * (1.0 + 1.0 / o.years)),
        ] {
            prop_assert!((found - expected).abs() <= 2e-7 * size, "{name}: {found}, differences {expected}");
        }
    }
}
