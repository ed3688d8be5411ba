//! Values, Greeks, several expiries, grids, probabilities.

use options::legs::{Breakeven, LegVolatility, Limit, Lognormal, Market, Strategy, StrategyError};
use options::{European, OptionType};
use proptest::prelude::{ProptestConfig, prop, prop_assert, proptest};

use super::{ONE, american, breaks, call, later, market, near, put, quoted, shares, strategy};

fn calendar() -> Strategy {
    Strategy::calendar(&ONE, OptionType::Call, quoted(100.0, 2.5), 0.35, quoted(100.0, 5.0)).expect("valid")
}

#[test]
fn a_calendar_at_its_near_expiry() {
    // mpmath, 30 digits: rate 3 %, no dividends, both volatilities 25 %.
    let outcome = calendar().outcome(&market(100.0, 0.25)).expect("valid");
    breaks(&outcome, &[93.607_414_273_546_97, 108.773_950_251_657_27], "calendar");
    near(outcome.max_profit.amount().expect("bounded"), 284.743_520_767_767_1, 1e-9, "profit");
    near(outcome.max_loss.amount().expect("bounded"), 250.0, 1e-6, "loss");
    assert_eq!(outcome.profitable.len(), 1);
    // Sold, the same curve upside down.
    let short = Strategy::calendar(
        &super::Terms { quantity: -1.0, ..ONE },
        OptionType::Call,
        quoted(100.0, 2.5),
        0.35,
        quoted(100.0, 5.0),
    );
    let outcome = short.expect("valid").outcome(&market(100.0, 0.25)).expect("valid");
    assert_eq!(outcome.profitable.len(), 2);
    near(outcome.max_loss.amount().expect("bounded"), 284.743_520_767_767_1, 1e-9, "loss");
}

#[test]
fn a_diagonal_with_its_own_volatilities() {
    // mpmath: rate 5 %, dividends 2 %, the far leg at 28 %.
    let legs = [put(95.0, -2.0, 1.2), later(put(100.0, 2.0, 6.0), 0.5)];
    let volatilities = [0.30, 0.28];
    let market =
        Market { spot: 100.0, rate: 0.05, dividend_yield: 0.02, volatility: LegVolatility::PerLeg(&volatilities) };
    let diagonal = strategy(&legs);
    for (spot, expected) in [
        (0.0, -356.026_533_864_894),
        (60.0, -258.470_412_473_212_5),
        (80.0, -50.971_435_900_077_88),
        (95.0, 807.368_810_410_319_5),
        (120.0, -696.753_294_974_567_4),
        (200.0, -959.961_904_342_160_3),
    ] {
        near(diagonal.profit(&market, spot, 0.1, 0.0).expect("valid"), expected, 1e-9, "profit");
    }
    let outcome = diagonal.outcome(&market).expect("valid");
    assert_eq!(outcome.breakevens.len(), 2);
    let Breakeven::At(upper) = outcome.breakevens[1] else { unreachable!("a point") };
    near(upper, 104.045_301_012_532_77, 1e-10, "upper");
    near(outcome.max_profit.amount().expect("bounded"), 807.368_810_410_319_5, 1e-9, "profit");
    near(outcome.max_loss.amount().expect("bounded"), 960.0, 1e-6, "loss");
    // A surface that says the same gives the same bits.
    let surface = |strike: f64, years: f64| match (strike, years) {
        (95.0, 0.1) => Some(0.30),
        (100.0, 0.5) => Some(0.28),
        _ => None,
    };
    let by_surface = Market { volatility: LegVolatility::Surface(&surface), ..market };
    assert_eq!(diagonal.outcome(&by_surface), Ok(outcome));
}

#[test]
fn one_expiry_does_not_ask_for_a_market() {
    let spread = strategy(&[call(100.0, 1.0, 6.0), call(110.0, -1.0, 2.0)]);
    let none = |_: f64, _: f64| None;
    let nothing = Market { spot: f64::NAN, rate: 0.0, dividend_yield: 0.0, volatility: LegVolatility::Surface(&none) };
    assert_eq!(spread.outcome(&nothing), Ok(spread.payoff().expect("one expiry").outcome()));
}

#[test]
fn a_near_leg_that_expires_now() {
    // The first expiry is this moment: the near leg is worth its intrinsic value.
    let legs = [later(call(100.0, -1.0, 2.0), 0.0), later(call(100.0, 1.0, 5.0), 0.25)];
    let today = strategy(&legs);
    let far = European {
        kind: OptionType::Call,
        spot: 104.0,
        strike: 100.0,
        years: 0.25,
        rate: 0.03,
        dividend_yield: 0.0,
        volatility: 0.25,
    };
    let expected = 100.0 * (far.price().expect("valid") - 4.0);
    near(today.value(&market(104.0, 0.25)).expect("valid"), expected, 1e-10, "value");
    assert_eq!(today.outcome(&market(104.0, 0.25)).expect("valid").breakevens.len(), 2);
}

#[test]
fn dividends_open_the_top_of_a_european_calendar() {
    let with = Market { dividend_yield: 0.04, ..market(100.0, 0.25) };
    assert_eq!(calendar().outcome(&with).expect("valid").max_loss, Limit::Unlimited);
    let short = strategy(&[call(100.0, 1.0, 2.5), later(call(100.0, -1.0, 5.0), 0.35)]);
    assert_eq!(short.outcome(&with).expect("valid").max_profit, Limit::Unlimited);
}

#[test]
fn two_breakevens_closer_than_the_samples() {
    // A calendar bought for a hair less than its peak: both breakevens within 0.02 of the strike.
    let peak = 2.847_435_207_677_671;
    let legs = [call(100.0, -1.0, 2.5), later(call(100.0, 1.0, 5.0 + peak - 0.005), 0.35)];
    let outcome = strategy(&legs).outcome(&market(100.0, 0.25)).expect("valid");
    assert_eq!(outcome.breakevens.len(), 2, "{:?}", outcome.breakevens);
    near(outcome.max_profit.amount().expect("bounded"), 0.5, 1e-9, "profit");
    // And the smooth bottom of two options of unlike expiry, where no strike helps.
    let legs = [later(call(120.0, 1.0, 0.0), 0.5), later(put(80.0, 1.0, 0.0), 0.5), call(300.0, 1.0, 0.0)];
    let free = strategy(&legs);
    let market = market(100.0, 0.25);
    let lowest = -free.outcome(&market).expect("valid").max_loss.amount().expect("bounded");
    let legs = [later(call(120.0, 1.0, (lowest + 1e-4) / 100.0), 0.5), legs[1], legs[2]];
    let outcome = strategy(&legs).outcome(&market).expect("valid");
    assert_eq!(outcome.breakevens.len(), 2, "{:?}", outcome.breakevens);
    near(outcome.max_loss.amount().expect("bounded"), 1e-4, 1e-9, "loss");
}

#[test]
fn greeks_are_slopes_of_the_value() {
    let legs = [shares(200.0, 98.0), call(105.0, -2.0, 3.0), put(95.0, 1.0, 2.0), later(call(110.0, 3.0, 4.0), 0.4)];
    let whole = strategy(&legs);
    let at = |spot: f64, rate: f64, q: f64, v: f64| {
        let market = Market { spot, rate, dividend_yield: q, volatility: LegVolatility::Flat(v) };
        whole.value(&market).expect("valid")
    };
    let market = Market { spot: 101.0, rate: 0.03, dividend_yield: 0.01, volatility: LegVolatility::Flat(0.25) };
    let greeks = whole.greeks(&market).expect("valid");
    let (s, r, q, v) = (101.0, 0.03, 0.01, 0.25);
    near(greeks.price, at(s, r, q, v), 1e-9, "price");
    let slope = |up: f64, down: f64, step: f64| (up - down) / (2.0 * step);
    near(greeks.delta, slope(at(s + 1e-3, r, q, v), at(s - 1e-3, r, q, v), 1e-3), 1e-5, "delta");
    let second = (at(s + 0.01, r, q, v) - 2.0 * at(s, r, q, v) + at(s - 0.01, r, q, v)) / 1e-4;
    near(greeks.gamma, second, 1e-4, "gamma");
    near(greeks.vega, slope(at(s, r, q, v + 1e-4), at(s, r, q, v - 1e-4), 1e-4), 1e-3, "vega");
    near(greeks.rho, slope(at(s, r + 1e-4, q, v), at(s, r - 1e-4, q, v), 1e-4), 1e-3, "rho");
    near(greeks.rho_q, slope(at(s, r, q + 1e-4, v), at(s, r, q - 1e-4, v), 1e-4), 1e-3, "rho_q");
    let later = |t: f64| whole.profit(&market, 101.0, t, 0.0).expect("valid");
    near(greeks.theta, (later(1e-5) - later(0.0)) / 1e-5, 1.0, "theta");
    // Legs that cancel have none.
    let nothing = strategy(&[call(100.0, 1.0, 5.0), call(100.0, -1.0, 4.0)]).greeks(&market).expect("valid");
    assert_eq!((nothing.price, nothing.delta, nothing.vega), (0.0, 0.0, 0.0));
    let only = strategy(&[shares(-300.0, 5.0)]).greeks(&market).expect("valid");
    assert_eq!((only.price, only.delta, only.theta), (-30_300.0, -300.0, 0.0));
}

#[test]
fn a_grid_holds_the_profits() {
    let calendar = calendar();
    let market = market(100.0, 0.25);
    let spots = [80.0, 100.0, f64::NAN, -1.0, 120.0, 0.0];
    let times = [0.0, 0.05, 0.1, 0.2, -0.1];
    let shifts = [-0.05, 0.0, 0.10, -0.30];
    let grid = calendar.profit_grid(&market, &spots, &times, &shifts).expect("valid");
    assert_eq!(grid.profits.len(), spots.len() * times.len() * shifts.len());
    for (t, time) in times.iter().enumerate() {
        for (v, shift) in shifts.iter().enumerate() {
            for (s, spot) in spots.iter().enumerate() {
                let found = grid.at(s, t, v).expect("inside");
                match calendar.profit(&market, *spot, *time, *shift) {
                    Ok(expected) => assert_eq!(found.to_bits(), expected.to_bits()),
                    Err(_) => assert!(found.is_nan(), "{spot} {time} {shift}"),
                }
            }
        }
    }
    // After the near expiry, before now, bad spots and a volatility below 0 have no answer.
    assert!(grid.at(0, 3, 1).expect("inside").is_nan());
    assert!(grid.at(0, 4, 1).expect("inside").is_nan());
    assert!(grid.at(2, 0, 1).expect("inside").is_nan());
    assert!(grid.at(0, 0, 3).expect("inside").is_nan());
    assert!(grid.at(5, 0, 1).expect("inside").is_finite(), "a spot of 0 is the limit");
    assert_eq!(grid.at(6, 0, 0), None);
    assert_eq!(grid.at(0, 0, 4), None);
    // At the expiry of one set of legs the grid is its payoff.
    let spread = strategy(&[call(100.0, 1.0, 6.0), call(110.0, -1.0, 2.0)]);
    let payoff = spread.payoff().expect("one expiry");
    let grid = spread.profit_grid(&market, &[90.0, 104.0, 200.0], &[0.1], &[0.0]).expect("valid");
    for (found, spot) in grid.profits.iter().zip([90.0, 104.0, 200.0]) {
        near(*found, payoff.profit(spot).expect("valid"), 1e-9, "payoff");
    }
    for (spots, times, shifts, name) in [
        (&[][..], &[0.0][..], &[0.0][..], "spots"),
        (&[1.0][..], &[][..], &[0.0][..], "elapsed"),
        (&[1.0][..], &[0.0][..], &[][..], "shifts"),
    ] {
        let error = spread.profit_grid(&market, spots, times, shifts).expect_err(name);
        assert_eq!(error, StrategyError::Empty { argument: name });
    }
}

#[test]
fn the_chance_of_a_profit() {
    let condor =
        Strategy::iron_condor(&ONE, quoted(90.0, 0.5), quoted(95.0, 1.5), quoted(105.0, 1.6), quoted(110.0, 0.6));
    let outcome = condor.expect("valid").payoff().expect("one expiry").outcome();
    // mpmath: rate 2 %, a quarter, volatility 20 %.
    let market = Market { spot: 100.0, rate: 0.02, dividend_yield: 0.0, volatility: LegVolatility::Flat(0.2) };
    let distribution = Lognormal::risk_neutral(&market, 0.25, 0.2).expect("valid");
    near(outcome.probability_of_profit(&distribution), 0.516_656_594_933_857_5, 1e-14, "condor");
    near(distribution.between(300.0, f64::INFINITY) / 2.228_308_426_650_998_3e-28, 1.0, 1e-11, "far tail");
    near(distribution.between(0.0, f64::INFINITY), 1.0, 1e-15, "all");
    assert_eq!(distribution.between(100.0, 100.0), 0.0);
    assert_eq!(distribution.between(f64::NAN, 100.0), 0.0);
    // Without volatility or time the price is known.
    for (spot, expected) in [(100.0, 1.0), (93.0, 0.0), (92.0, 0.0), (107.0, 0.0)] {
        let known = Lognormal::new(spot, 0.0, 0.5, 0.2).expect("valid");
        assert_eq!(outcome.probability_of_profit(&known), expected, "{spot}");
        let known = Lognormal::new(spot, 1.0, 0.0, 0.0).expect("valid");
        assert_eq!(outcome.probability_of_profit(&known), expected, "{spot}");
    }
    // Both sides together are certain; what never earns has no chance, what always earns has all.
    let bought = strategy(&[call(100.0, 1.0, 4.0), put(100.0, 1.0, 3.0)]).payoff().expect("one").outcome();
    let sold = strategy(&[call(100.0, -1.0, 4.0), put(100.0, -1.0, 3.0)]).payoff().expect("one").outcome();
    let both = bought.probability_of_profit(&distribution) + sold.probability_of_profit(&distribution);
    near(both, 1.0, 1e-14, "both sides");
    let always = strategy(&[call(100.0, 1.0, 5.0), call(100.0, -1.0, 7.0)]).payoff().expect("one").outcome();
    assert_eq!(always.probability_of_profit(&distribution), 1.0);
    let never = strategy(&[call(100.0, 1.0, 7.0), call(100.0, -1.0, 7.0)]).payoff().expect("one").outcome();
    assert_eq!(never.probability_of_profit(&distribution), 0.0);
    for (spot, years, drift, volatility) in [
        (0.0, 1.0, 0.0, 0.2),
        (f64::NAN, 1.0, 0.0, 0.2),
        (100.0, -1.0, 0.0, 0.2),
        (100.0, 1.0, f64::INFINITY, 0.2),
        (100.0, 1.0, 0.0, -0.2),
    ] {
        assert!(Lognormal::new(spot, years, drift, volatility).is_err());
    }
}

#[test]
fn american_legs_are_valued_as_such() {
    let with = Market { dividend_yield: 0.04, ..market(100.0, 0.25) };
    let legs = [call(100.0, -1.0, 2.5), later(call(100.0, 1.0, 5.0), 0.35)].map(american);
    let calendar = strategy(&legs);
    // Exercise bounds the loss that a European calendar has: at least a debit apart from zero.
    let outcome = calendar.outcome(&with).expect("valid");
    near(outcome.max_loss.amount().expect("bounded"), 250.0, 1e-4, "loss");
    assert_eq!(outcome.breakevens.len(), 2, "{:?}", outcome.breakevens);
    // Without dividends a call is not exercised early: the European answer.
    let outcome = calendar.outcome(&market(100.0, 0.25)).expect("valid");
    let Breakeven::At(low) = outcome.breakevens[0] else { unreachable!("a point") };
    near(low, 93.607_414_273_546_97, 1e-9, "breakeven");
    near(outcome.max_profit.amount().expect("bounded"), 284.743_520_767_767_1, 1e-6, "profit");
    // A put deep in the money is worth its intrinsic value now, its strike at 0.
    let leg = american(later(put(100.0, 1.0, 5.0), 2.0));
    let deep = strategy(&[leg]);
    near(deep.value(&market(20.0, 0.25)).expect("valid"), 8000.0, 1e-9, "value");
    near(deep.profit(&market(20.0, 0.25), 0.0, 0.5, 0.0).expect("valid"), 9500.0, 1e-9, "at 0");
    let greeks = deep.greeks(&market(105.0, 0.25)).expect("valid");
    let value = |spot| deep.value(&market(spot, 0.25)).expect("valid");
    near(greeks.delta, (value(105.01) - value(104.99)) / 0.02, 1e-3, "delta");
    assert!(greeks.vega > 0.0 && greeks.theta < 0.0 && greeks.vanna.is_nan());
    // Of another style it is another contract, with another name at the same strike.
    let european = later(put(100.0, -1.0, 5.0), 2.0);
    assert!(strategy(&[leg, european]).value(&market(105.0, 0.25)).expect("valid") > 0.0);
}

#[test]
fn wrong_markets_are_named() {
    let calendar = calendar();
    let error = |market: Market<'_>| calendar.value(&market).expect_err("wrong").to_string();
    let good = market(100.0, 0.25);
    assert_eq!(error(Market { spot: 0.0, ..good }), "spot is 0, expected a finite number above 0");
    assert_eq!(error(Market { rate: f64::NAN, ..good }), "rate is NaN, expected a finite number");
    assert_eq!(
        error(Market { volatility: LegVolatility::Flat(-0.1), ..good }),
        "leg 0: volatility is -0.1, expected a finite number, 0 or more"
    );
    assert_eq!(
        error(Market { volatility: LegVolatility::PerLeg(&[0.2]), ..good }),
        "volatility has 1 elements, expected 2"
    );
    let near_only = |_: f64, years: f64| (years < 0.2).then_some(0.2);
    assert_eq!(
        error(Market { volatility: LegVolatility::Surface(&near_only), ..good }),
        "leg 1: volatility is NaN, expected a finite number, 0 or more"
    );
    let late = calendar.profit(&good, 100.0, 0.2, 0.0).expect_err("late").to_string();
    assert_eq!(late, "leg 0: elapsed is 0.2, expected no later than the expiry of the leg");
    assert!(calendar.profit(&good, -1.0, 0.0, 0.0).is_err());
    assert!(calendar.profit(&good, 100.0, -0.1, 0.0).is_err());
    assert!(calendar.profit(&good, 100.0, 0.0, f64::NAN).is_err());
    assert!(calendar.profit(&good, 100.0, 0.0, -0.26).is_err());
    assert!(calendar.outcome(&Market { spot: f64::NAN, ..good }).is_err());
    assert!(calendar.greeks(&Market { spot: -1.0, ..good }).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Searched breakevens and limits agree with the profit at many prices.
    #[test]
    fn searched_outcomes_agree_with_profit(
        legs in prop::collection::vec((prop::bool::ANY, 16_u32..25, 0_usize..3, 1_i32..=3, prop::bool::ANY, 0_u32..40), 2..5),
        volatility in 0.05_f64..0.8,
        dividend_yield in -0.02_f64..0.06,
    ) {
        let legs: Vec<_> = legs
            .into_iter()
            .map(|(is_call, strike, expiry, quantity, bought, premium)| {
                let kind = if is_call { OptionType::Call } else { OptionType::Put };
                let quantity = f64::from(if bought { quantity } else { -quantity });
                let leg = super::option(kind, f64::from(strike) * 5.0, quantity, f64::from(premium) * 0.25);
                later(leg, [0.1, 0.15, 0.6][expiry])
            })
            .collect();
        let strategy = strategy(&legs);
        let market = Market { dividend_yield, ..market(100.0, volatility) };
        let outcome = strategy.outcome(&market).expect("valid");
        let elapsed = strategy.first_expiry().expect("options");
        for step in 0..600 {
            let price = 0.05 + f64::from(step) * 0.5;
            let profit = strategy.profit(&market, price, elapsed, 0.0).expect("valid");
            let inside = outcome.profitable.iter().any(|(low, high)| *low < price && price < *high);
            prop_assert!((profit > 1e-7) <= inside, "{price} {profit} {outcome:?}");
            prop_assert!(!(inside && profit < -1e-7), "{price} {profit} {outcome:?}");
            if let Limit::Amount(most) = outcome.max_profit {
                prop_assert!(profit <= most + 1e-6, "{price} {profit} {outcome:?}");
            }
            if let Limit::Amount(most) = outcome.max_loss {
                prop_assert!(-profit <= most + 1e-6, "{price} {profit} {outcome:?}");
            }
        }
        for breakeven in &outcome.breakevens {
            let Breakeven::At(at) = breakeven else { continue };
            let profit = strategy.profit(&market, *at, elapsed, 0.0).expect("valid");
            prop_assert!(profit.abs() <= 1e-9 * at.max(100.0), "{at} {profit}");
        }
    }
}
