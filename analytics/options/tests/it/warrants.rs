//! Warrants and callable bull and bear contracts.

use options::cbbc::{Category, Cbbc, Direction, State};
use options::warrant::{ProductError, ProductKind, Warrant, WarrantMarket};
use options::{OptionError, OptionType, historical_vol};
use proptest::prelude::*;

const HK: WarrantMarket = WarrantMarket { spot: 400.0, rate: 0.03, dividend_yield: 0.01, exchange_rate: 1.0 };

fn call() -> Warrant {
    Warrant { kind: OptionType::Call, strike: 420.0, years: 0.5, conversion_ratio: 50.0 }
}

fn near(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((found - expected).abs() <= tolerance, "{what}: {found} for {expected}");
}

#[test]
fn figures_as_an_issuer_prints_them() {
    // Three Hong Kong call warrants as shown on an issuer's site, premium and moneyness in percent:
    // spot, strike, ratio, price -> premium, gearing, breakeven, in the money.
    for (spot, strike, ratio, price, premium, gearing, breakeven, moneyness) in [
        (35.18, 46.88, 10.0, 0.242, 40.1364, 14.537, 49.3, -33.258),
        (41.50, 35.93, 50.0, 0.222, 13.3253, 3.739, 47.03, 13.422),
        (88.12, 92.828, 50.0, 0.088, 10.3359, 20.027, 97.228, -5.343),
    ] {
        let warrant = Warrant { strike, conversion_ratio: ratio, ..call() };
        let found = warrant.figures(price, &WarrantMarket { spot, ..HK }).expect("valid");
        near(100.0 * found.premium, premium, 5e-5, "premium");
        near(found.gearing, gearing, 6e-4, "gearing");
        near(found.breakeven, breakeven, 1e-12, "breakeven");
        near(100.0 * found.moneyness, moneyness, 1e-3, "moneyness");
        near(found.intrinsic + found.time_value, price, 1e-15, "intrinsic and time value");
        let at = found.at_implied.expect("a volatility");
        near(at.effective_gearing, found.gearing * at.delta, 1e-12, "effective gearing");
    }
}

#[test]
fn puts_are_the_other_way() {
    let warrant = Warrant { kind: OptionType::Put, strike: 380.0, ..call() };
    let found = warrant.figures(0.4, &HK).expect("valid");
    assert_eq!(found.price_per_share, 20.0);
    assert_eq!(found.breakeven, 360.0);
    near(found.premium, 0.1, 1e-15, "premium");
    assert_eq!(found.gearing, 20.0);
    assert_eq!(found.intrinsic, 0.0);
    let at = found.at_implied.expect("a volatility");
    assert!(at.delta < 0.0 && at.effective_gearing < 0.0 && at.theta_per_day < 0.0 && at.vega_per_point > 0.0);
}

#[test]
fn the_conversion_ratio_is_in_the_volatility() {
    for volatility in [0.05, 0.35, 1.2] {
        for kind in [OptionType::Call, OptionType::Put] {
            for (conversion_ratio, exchange_rate) in [(1.0, 1.0), (50.0, 1.0), (0.5, 1.0), (100.0, 7.8)] {
                let warrant = Warrant { kind, conversion_ratio, ..call() };
                let market = WarrantMarket { exchange_rate, ..HK };
                let price = warrant.value(volatility, &market).expect("valid");
                let found = warrant.implied_volatility(price, &market).expect("a volatility");
                near(found, volatility, 1e-9, "volatility");
                // One warrant a day later and a point higher, by revaluation.
                let at = warrant.sensitivities(price, volatility, &market).expect("valid");
                let tomorrow = Warrant { years: warrant.years - 1.0 / 365.0, ..warrant };
                let decay = tomorrow.value(volatility, &market).expect("valid") - price;
                near(at.theta_per_day, decay, 0.02 * decay.abs(), "theta");
                near(at.theta_per_day_fraction * price, at.theta_per_day, 1e-12, "theta fraction");
                let up = warrant.value(volatility + 0.005, &market).expect("valid");
                let down = warrant.value(volatility - 0.005, &market).expect("valid");
                near(at.vega_per_point, up - down, 0.01 * (up - down), "vega");
            }
        }
    }
}

#[test]
fn rich_and_cheap_against_a_smile_and_against_history() {
    let price = call().value(0.40, &HK).expect("valid");
    let found = call().richness(price, 0.35, &HK).expect("valid");
    near(found.points, 5.0, 1e-8, "points");
    assert!(found.price > 0.0 && found.fraction > 0.0);
    near(found.fair_price + found.price, price, 1e-15, "prices");

    // The smile is asked at the warrant's own strike and expiry.
    let smile = |strike: f64, years: f64| (strike == 420.0 && years == 0.5).then_some(0.45);
    let found = call().richness_to_surface(price, smile, &HK).expect("valid");
    near(found.points, -5.0, 1e-8, "points");
    assert!(found.price < 0.0);
    let outside = call().richness_to_surface(price, |_, _| None, &HK).expect_err("no volatility");
    assert_eq!(outside.to_string(), "surface(strike, years) is NaN, expected a finite number, 0 or more");

    let closes = [390.0, 398.0, 401.0, 396.0, 400.0];
    let bars = historical_vol::Bars { close: &closes, ..Default::default() };
    let history = historical_vol::whole(historical_vol::Estimator::CloseToClose, &bars, 252.0).expect("valid");
    let found = call().richness(price, history, &HK).expect("valid");
    near(found.points, 100.0 * (0.40 - history), 1e-8, "points");
}

#[test]
fn a_price_without_a_volatility_keeps_its_other_figures() {
    // Below the discounted intrinsic value, and dearer than the share.
    let deep = Warrant { strike: 200.0, ..call() };
    let found = deep.figures(3.9, &HK).expect("valid");
    assert_eq!(found.at_implied, Err(OptionError::BelowIntrinsic));
    assert!(found.time_value < 0.0 && found.premium < 0.0);
    let found = call().figures(8.1, &HK).expect("valid");
    assert_eq!(found.at_implied, Err(OptionError::AboveMaximum));
    // On the last day there is a price but no volatility.
    let found = Warrant { years: 0.0, strike: 300.0, ..call() }.figures(2.0, &HK).expect("valid");
    near(found.premium, 0.0, 1e-15, "premium");
    assert_eq!(found.at_implied.expect_err("no time").to_string(), "years is 0, expected a finite number above 0");
    // A put that cost more than its strike cannot break even.
    let put = Warrant { kind: OptionType::Put, strike: 10.0, ..call() };
    assert!(put.figures(0.21, &HK).expect("valid").breakeven < 0.0);
}

#[test]
fn wrong_arguments_of_a_warrant_are_named() {
    let odd = [0.0, -1.0, f64::NAN, f64::INFINITY];
    for value in odd {
        let cases: [(&str, Warrant, WarrantMarket, f64); 5] = [
            ("conversion_ratio", Warrant { conversion_ratio: value, ..call() }, HK, 0.3),
            ("strike", Warrant { strike: value, ..call() }, HK, 0.3),
            ("spot", call(), WarrantMarket { spot: value, ..HK }, 0.3),
            ("exchange_rate", call(), WarrantMarket { exchange_rate: value, ..HK }, 0.3),
            ("price", call(), HK, value),
        ];
        for (argument, warrant, market, price) in cases {
            let error = warrant.figures(price, &market).expect_err(argument).to_string();
            assert_eq!(error, format!("{argument} is {value}, expected a finite number above 0"));
        }
    }
    let past = Warrant { years: -0.01, ..call() }.figures(0.3, &HK).expect_err("past expiry").to_string();
    assert_eq!(past, "years is -0.01, expected a finite number, 0 or more");
    assert!(call().figures(0.3, &WarrantMarket { rate: f64::NAN, ..HK }).is_err());
    assert!(call().figures(0.3, &WarrantMarket { dividend_yield: f64::INFINITY, ..HK }).is_err());
    assert!(call().figures(f64::MAX, &HK).is_err(), "price per share overflows");
    assert!(call().richness(0.3, -0.2, &HK).is_err());
}

#[test]
fn other_kinds_are_refused_by_name() {
    for kind in ProductKind::ALL {
        assert_eq!(ProductKind::named(kind.name()), Some(kind));
        let standard = matches!(kind, ProductKind::Call | ProductKind::Put);
        let callable = matches!(kind, ProductKind::Bull | ProductKind::Bear);
        assert_eq!(kind.option_type().is_ok(), standard);
        assert_eq!(kind.direction().is_ok(), callable);
    }
    let inline = ProductKind::Inline.option_type().expect_err("unsupported").to_string();
    assert_eq!(inline, "inline products are unsupported, expected a standard call or put warrant");
    let bull = ProductKind::Bull.option_type().expect_err("unsupported").to_string();
    assert_eq!(bull, "bull products are unsupported, expected a standard call or put warrant");
    assert_eq!(ProductKind::named("lookback"), None);
}

#[test]
fn contracts_as_an_issuer_prints_them() {
    // Contracts as shown on an issuer's site: price, spot, call, strike, ratio, days ->
    // distance, its percent, intrinsic, funding a year in percent (none where the price they used is not
    // the one they show), gearing, premium in percent, breakeven.
    use Direction::{Bear, Bull};
    let funding = Some(4.63);
    for (
        direction,
        price,
        spot,
        call,
        strike,
        ratio,
        days,
        distance,
        percent,
        intrinsic,
        rate,
        gearing,
        premium,
        even,
    ) in [
        (Bull, 0.080, 333.20, 300.0, 298.0, 500.0, 127.0, 33.20, 9.96, 0.070, funding, 8.33, 1.44, 338.0),
        (Bear, 0.380, 84.25, 120.0, 122.0, 100.0, 17.0, 35.75, 42.43, 0.378, Some(4.40), 2.22, 0.30, 84.0),
        (Bull, 0.065, 85.25, 56.0, 54.0, 500.0, 185.0, 29.25, 34.31, 0.063, Some(4.57), 2.62, 1.47, 86.5),
        (Bull, 0.048, 2.75, 2.41, 2.33, 10.0, 141.0, 0.34, 12.36, 0.042, None, 5.73, 2.18, 2.81),
        (Bear, 0.210, 75.20, 92.88, 95.88, 100.0, 74.0, 17.68, 23.51, 0.207, Some(1.65), 3.58, 0.43, 74.88),
    ] {
        let contract = Cbbc::new(direction, strike, call, days / 365.0, ratio).expect("valid");
        let found = contract.figures(price, spot).expect("valid");
        assert_eq!((found.state, found.category), (State::Live, Category::R));
        near(found.distance_to_call, distance, 1e-9, "distance");
        near(100.0 * found.distance_to_call_fraction, percent, 5.1e-3, "distance in percent");
        near(found.intrinsic, intrinsic, 5.1e-4, "intrinsic");
        near(found.call_to_strike, (call - strike).abs(), 0.0, "call to strike");
        let trading = found.trading.expect("live");
        near(trading.gearing, gearing, 5.1e-3, "gearing");
        near(100.0 * trading.premium, premium, 5.1e-3, "premium");
        near(trading.breakeven, even, 1e-9, "breakeven");
        near(trading.funding_per_day.expect("alive") * days, trading.funding, 1e-15, "funding");
        if let Some(rate) = rate {
            near(100.0 * trading.funding_rate.expect("alive"), rate, 5.1e-3, "funding a year");
        }
    }
}

#[test]
fn example_of_the_exchange() {
    // HKEX FAQ on CBBCs: spot 110, strike 90, funding 7.2, 100:1, one year: 0.272 at issue.
    for (call, category) in [(90.0, Category::N), (95.0, Category::R)] {
        let contract = Cbbc::new(Direction::Bull, 90.0, call, 1.0, 100.0).expect("valid");
        assert_eq!(contract.category(), category);
        let trading = contract.figures(0.272, 110.0).expect("valid").trading.expect("live");
        near(trading.funding, 0.072, 1e-15, "funding");
        near(trading.funding_rate.expect("alive"), 0.08, 1e-12, "rate");
    }
}

#[test]
fn a_contract_is_called_at_its_call_price() {
    let bull = Cbbc::new(Direction::Bull, 90.0, 95.0, 0.5, 100.0).expect("valid");
    let bear = Cbbc::new(Direction::Bear, 110.0, 105.0, 0.5, 100.0).expect("valid");
    for (contract, spot, state) in [
        (bull, 95.01, State::Live),
        (bull, 95.0, State::Called),
        (bull, 90.0, State::Called),
        (bull, 1.0, State::Called),
        (bear, 104.99, State::Live),
        (bear, 105.0, State::Called),
        (bear, 200.0, State::Called),
    ] {
        assert_eq!(contract.state(spot), Ok(state));
        // The last price of a called contract is not read: it may be anything.
        let price = if state == State::Live { 0.1 } else { f64::NAN };
        let found = contract.figures(price, spot).expect("valid");
        assert_eq!(found.state, state);
        assert_eq!(found.trading.is_some(), state == State::Live);
        assert_eq!(found.distance_to_call > 0.0, state == State::Live);
    }
    // Called once is called for good: the lowest since listing decides, not the spot of now.
    assert_eq!(bull.state(94.0), Ok(State::Called));
    let last_day = Cbbc::new(Direction::Bull, 90.0, 95.0, 0.0, 100.0).expect("valid");
    let found = last_day.figures(0.2, 110.0).expect("valid");
    assert_eq!(found.state, State::Expired);
    let trading = found.trading.expect("settles");
    assert_eq!((trading.funding_rate, trading.funding_per_day), (None, None));
    assert_eq!(last_day.state(95.0), Ok(State::Called));
}

#[test]
fn residual_values() {
    // Strike 125, call price 128, lowest 126, 100:1: 0.01.
    let bull = Cbbc::new(Direction::Bull, 125.0, 128.0, 0.5, 100.0).expect("valid");
    assert_eq!(bull.residual_value(126.0), Ok(0.01));
    assert_eq!(bull.residual_value(128.0), Ok(0.03));
    assert_eq!(bull.residual_value(125.0), Ok(0.0));
    assert_eq!(bull.residual_value(60.0), Ok(0.0));
    let bear = Cbbc::new(Direction::Bear, 131.0, 128.0, 0.5, 100.0).expect("valid");
    assert_eq!(bear.residual_value(130.0), Ok(0.01));
    assert_eq!(bear.residual_value(140.0), Ok(0.0));
    let none = Cbbc::new(Direction::Bull, 125.0, 125.0, 0.5, 100.0).expect("valid");
    assert_eq!(none.residual_value(125.0), Ok(0.0));
    // Not called at that price.
    assert!(bull.residual_value(128.01).is_err());
    assert!(bear.residual_value(127.0).is_err());
    assert!(bull.residual_value(f64::NAN).is_err());
    let american = bull.in_currency(7.8).expect("valid");
    near(american.residual_value(126.0).expect("valid"), 0.078, 1e-15, "in another currency");
}

#[test]
fn wrong_arguments_of_a_contract_are_named() {
    for value in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let new = |strike, call, ratio| Cbbc::new(Direction::Bull, strike, call, 0.5, ratio);
        for (argument, result) in [
            ("strike", new(value, 95.0, 100.0)),
            ("call_price", new(90.0, value, 100.0)),
            ("conversion_ratio", new(90.0, 95.0, value)),
        ] {
            let error = result.expect_err(argument).to_string();
            assert_eq!(error, format!("{argument} is {value}, expected a finite number above 0"));
        }
        let contract = new(90.0, 95.0, 100.0).expect("valid");
        assert!(contract.figures(value, 110.0).expect_err("price").to_string().starts_with("price is "));
        assert!(contract.figures(0.2, value).expect_err("spot").to_string().starts_with("spot is "));
        assert!(contract.in_currency(value).is_err());
    }
    assert!(Cbbc::new(Direction::Bull, 90.0, 95.0, -0.1, 100.0).is_err(), "past expiry");
    let wrong = Cbbc::new(Direction::Bull, 95.0, 90.0, 0.5, 100.0).expect_err("call price below strike");
    assert_eq!(
        wrong.to_string(),
        "a bull contract with call price 90 and strike 95, expected a call price at or above the strike"
    );
    let wrong = Cbbc::new(Direction::Bear, 90.0, 95.0, 0.5, 100.0).expect_err("call price above strike");
    assert!(matches!(wrong, ProductError::CallPrice { direction: "bear", .. }));
}

proptest! {
    /// A split of the warrant (ratio times n, price over n) changes no figure of the share.
    #[test]
    fn a_split_changes_nothing(price in 0.01_f64..3.0, n in 1_u32..1000, strike in 200.0_f64..600.0) {
        let n = f64::from(n);
        let one = Warrant { strike, ..call() };
        let many = Warrant { conversion_ratio: one.conversion_ratio * n, ..one };
        let a = one.figures(price, &HK).expect("valid");
        let b = many.figures(price / n, &HK).expect("valid");
        for (a, b) in [(a.premium, b.premium), (a.gearing, b.gearing), (a.breakeven, b.breakeven)] {
            prop_assert!((a - b).abs() <= 1e-11 * b.abs().max(1.0));
        }
        // Far in the money a volatility near 0 is all rounding: compare where it is not.
        if let (Ok(a), Ok(b)) = (a.at_implied, b.at_implied)
            && a.volatility > 0.05
        {
            prop_assert!((a.volatility - b.volatility).abs() < 1e-6);
        }
    }
}
