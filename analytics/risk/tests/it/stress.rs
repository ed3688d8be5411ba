//! Portfolios under stress.

use options::European;
use proptest::prelude::*;
use risk::RiskError;
use risk::portfolio::{Book, Instrument, Position};
use risk::stress::{Scenario, VolatilityShock, grid, standard_scenarios, stress};

use crate::portfolio::{INF, NAN, RATES, book, near, positions, put};

/// The value of the whole book under a scenario, put together another way.
fn value(positions: &[Position], scenario: &Scenario) -> f64 {
    let named =
        |list: &[(String, f64)], name: &str, all: f64| list.iter().find(|(n, _)| n == name).map_or(all, |x| x.1);
    let one = |p: &Position| {
        let spot = 1.0 + named(&scenario.spots, p.underlying, scenario.spot);
        let rate = match RATES.iter().find(|(name, _)| *name == p.currency) {
            Some((name, rate)) => rate * (1.0 + named(&scenario.currencies, name, scenario.currency)),
            None => 1.0,
        };
        let price = match p.instrument {
            Instrument::Cash => 1.0,
            Instrument::Asset => p.price * spot,
            Instrument::Future => p.price * spot - p.price,
            Instrument::European(option) => {
                let shocked = European {
                    spot: option.spot * spot,
                    volatility: scenario.volatility.of(option.volatility),
                    rate: option.rate + scenario.rate,
                    ..option
                };
                p.price + shocked.price().expect("fine") - option.price().expect("fine")
            }
        };
        p.quantity * p.multiplier * price * rate
    };
    positions.iter().map(one).sum()
}

#[test]
fn stress_is_the_change_of_the_whole_value() {
    let positions = positions();
    let book = Book { equity: Some(900_000.0), ..book(&positions) };
    let mut scenarios = standard_scenarios();
    scenarios.push(Scenario::named("nothing"));
    scenarios.push(Scenario {
        spots: vec![("ES".into(), 0.07), ("HK.00700".into(), -0.5)],
        currencies: vec![("CNY".into(), 0.2)],
        spot: 0.03,
        currency: -0.04,
        ..Scenario::named("by name")
    });
    let before = value(&positions, &Scenario::named(""));
    let outcomes = stress(&book, &scenarios).expect("sound");
    for (outcome, scenario) in outcomes.iter().zip(&scenarios) {
        assert_eq!(outcome.scenario, scenario.name);
        assert_eq!(outcome.contributions.iter().sum::<f64>(), outcome.change);
        assert_eq!(outcome.share, Some(outcome.change / 900_000.0));
        let expected = value(&positions, scenario) - before;
        assert!((outcome.change - expected).abs() < 1e-6, "{}: {} {expected}", scenario.name, outcome.change);
    }
    let by = |name: &str| &outcomes.iter().find(|o| o.scenario == name).expect("there").contributions;
    assert_eq!(by("nothing"), &[0.0; 7]);
    assert!(near(by("spot -10 %")[0], -40_000.0) && near(by("spot -10 %")[3], 234_000.0));
    // Puts gain when prices fall, cash feels currencies only, the future gains no currency.
    assert!(by("spot -10 %")[1] > 0.0 && by("spot -10 %")[2] < 0.0);
    assert_eq!(by("crash: spot -30 %, volatility +30 points, rates -100 bp")[5..], [0.0, 0.0]);
    let fall = by("foreign currencies -10 %");
    assert!(near(fall[5], -23_400.0) && near(fall[6], 10_800.0) && fall[3] == 0.0 && fall[0] == 0.0);
    assert!(by("rates +100 bp")[1] < 0.0 && by("volatility +10 points")[1] > 0.0 && by("volatility -25 %")[2] > 0.0);
}

#[test]
fn a_grid_is_its_scenarios() {
    let positions = positions();
    let book = book(&positions);
    let spots = [-0.3, -0.1, 0.0, 0.2];
    let volatilities = [VolatilityShock::Points(-0.1), VolatilityShock::Points(0.0), VolatilityShock::Relative(0.5)];
    let found = grid(&book, &spots, &volatilities).expect("sound");
    for (row, spot) in spots.into_iter().enumerate() {
        for (column, volatility) in volatilities.into_iter().enumerate() {
            let scenario = Scenario { spot, volatility, ..Scenario::named("") };
            let one = stress(&book, &[scenario]).expect("sound").remove(0);
            assert_eq!(found.changes[row * 3 + column], one.change);
        }
    }
    assert_eq!(found.changes[2 * 3 + 1], 0.0);
    assert_eq!(found.worst, found.changes.iter().copied().fold(0.0, f64::min));
    assert!(grid(&book, &[], &volatilities).is_err() && grid(&book, &spots, &[]).is_err());
    assert!(grid(&book, &[-1.0], &volatilities).is_err() && grid(&book, &[NAN], &volatilities).is_err());
    let error = grid(&book, &[0.0], &[VolatilityShock::Points(-0.4)]).expect_err("below zero");
    assert!(matches!(error, RiskError::Option { argument: "positions", index: 1, .. }), "{error}");
    assert!(error.to_string().starts_with("positions[1]: volatility is -0.1"), "{error}");
}

#[test]
fn books_and_scenarios_that_make_no_sense_are_errors() {
    let fine = positions();
    let changed = |index: usize, change: &dyn Fn(&mut Position<'static>)| {
        let mut wrong = fine.clone();
        change(&mut wrong[index]);
        wrong
    };
    let expired = European { years: -0.1, ..put(380.0, 0.3) };
    for (index, wrong) in [
        (0, changed(0, &|p| p.quantity = NAN)),
        (3, changed(3, &|p| p.multiplier = 0.0)),
        (4, changed(4, &|p| p.price = INF)),
        (5, changed(5, &|p| p.price = 2.0)),
        (1, changed(1, &|p| p.price = -1.0)),
        (2, changed(2, &|p| p.currency = "JPY")),
        (1, changed(1, &|p| p.instrument = Instrument::European(expired))),
    ] {
        for error in [
            book(&wrong).summary().expect_err("bad"),
            stress(&book(&wrong), &[Scenario::named("")]).expect_err("bad"),
            grid(&book(&wrong), &[0.0], &[VolatilityShock::Points(0.0)]).expect_err("bad"),
        ] {
            assert!(error.to_string().starts_with(&format!("positions[{index}]")), "{error}");
        }
    }
    assert!(book(&[]).summary().is_err() && stress(&book(&[]), &[]).is_err());
    for rates in
        [&[("USD", 0.0), ("CNY", 1.0)][..], &[("USD", NAN), ("CNY", 1.0)], &[("USD", 7.8), ("USD", 7.9), ("CNY", 1.0)]]
    {
        assert!(Book { rates, ..book(&fine) }.summary().is_err(), "{rates:?}");
    }
    let odd = [("USD", 7.8), ("CNY", 1.08), ("HKD", 2.0)];
    assert!(Book { rates: &odd, ..book(&fine) }.summary().is_err());
    for equity in [0.0, -1.0, NAN] {
        let book = Book { equity: Some(equity), ..book(&fine) };
        assert!(book.summary().is_err() && stress(&book, &[]).is_err());
    }
    let debt = [fine[6]];
    assert!(matches!(book(&debt).summary(), Err(RiskError::Argument { argument: "equity", .. })));
    let still = Scenario::named("");
    for wrong in [
        Scenario { spot: -1.0, ..still.clone() },
        Scenario { spot: NAN, ..still.clone() },
        Scenario { rate: INF, ..still.clone() },
        Scenario { currency: -1.5, ..still.clone() },
        Scenario { volatility: VolatilityShock::Points(NAN), ..still.clone() },
        Scenario { volatility: VolatilityShock::Relative(-1.5), ..still.clone() },
        Scenario { spots: vec![("HK.00701".into(), 0.1)], ..still.clone() },
        Scenario { spots: vec![("ES".into(), -1.0)], ..still.clone() },
        Scenario { spots: vec![("ES".into(), 0.1), ("ES".into(), 0.2)], ..still.clone() },
        Scenario { currencies: vec![("USD".into(), 0.1), ("USD".into(), 0.2)], ..still.clone() },
        Scenario { currencies: vec![("HKD".into(), 0.1)], ..still.clone() },
        Scenario { currencies: vec![("EUR".into(), 0.1)], ..still },
    ] {
        assert!(stress(&book(&fine), std::slice::from_ref(&wrong)).is_err(), "{wrong:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn twice_the_positions_lose_twice(spot in -0.9..1.0_f64, points in -0.2..1.0_f64, rate in -0.05..0.05_f64, currency in -0.5..0.5_f64) {
        let positions = positions();
        let twice: Vec<Position> = positions.iter().map(|p| Position { quantity: 2.0 * p.quantity, ..*p }).collect();
        let scenario = Scenario { spot, volatility: VolatilityShock::Points(points), rate, currency, ..Scenario::named("") };
        let of = |positions: &[Position]| stress(&book(positions), std::slice::from_ref(&scenario)).expect("sound").remove(0);
        prop_assert_eq!(of(&twice).change, 2.0 * of(&positions).change);
        // A long put never loses more than the model says it is worth, at the currency it is in.
        prop_assert!(of(&positions).contributions[1] >= -put(380.0, 0.3).price().expect("sound") * 1_000.0 - 1e-9);
    }
}
