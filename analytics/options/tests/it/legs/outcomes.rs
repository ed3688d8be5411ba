//! Payoffs at one expiry: exact.

use options::legs::Limit::{Amount, Unlimited};
use options::legs::{Breakeven, Leg, Limit, Strategy, StrategyError};
use proptest::prelude::{prop, prop_assert, prop_assert_eq, proptest};
use proptest::strategy::Strategy as _;

use super::{ONE, breaks, call, later, near, put, quoted, shares, strategy};
use options::OptionType::Call;

fn limit(found: Limit, expected: Limit, what: &str) {
    match (found, expected) {
        (Amount(found), Amount(expected)) => near(found, expected, 1e-9, what),
        (found, expected) => assert_eq!(found, expected, "{what}"),
    }
}

/// Name, legs, breakevens, largest profit, largest loss.
type Case = (&'static str, Vec<Leg>, Vec<f64>, Limit, Limit);

#[test]
fn textbook_payoffs() {
    let long_stock_put = [shares(100.0, 100.0), put(95.0, 1.0, 2.0)];
    let cases: Vec<Case> = vec![
        ("long call", vec![call(100.0, 1.0, 5.0)], vec![105.0], Unlimited, Amount(500.0)),
        ("short call", vec![call(100.0, -1.0, 5.0)], vec![105.0], Amount(500.0), Unlimited),
        ("long put", vec![put(100.0, 1.0, 5.0)], vec![95.0], Amount(9500.0), Amount(500.0)),
        ("short put", vec![put(100.0, -1.0, 5.0)], vec![95.0], Amount(500.0), Amount(9500.0)),
        ("shares", vec![shares(100.0, 50.0)], vec![50.0], Unlimited, Amount(5000.0)),
        ("short shares", vec![shares(-100.0, 50.0)], vec![50.0], Amount(5000.0), Unlimited),
        (
            "bull call spread",
            vec![call(100.0, 1.0, 6.0), call(110.0, -1.0, 2.0)],
            vec![104.0],
            Amount(600.0),
            Amount(400.0),
        ),
        (
            "bear call spread",
            vec![call(100.0, -1.0, 6.0), call(110.0, 1.0, 2.0)],
            vec![104.0],
            Amount(400.0),
            Amount(600.0),
        ),
        (
            "bear put spread",
            vec![put(100.0, -1.0, 3.0), put(110.0, 1.0, 8.0)],
            vec![105.0],
            Amount(500.0),
            Amount(500.0),
        ),
        (
            "short straddle",
            vec![call(100.0, -1.0, 4.0), put(100.0, -1.0, 3.0)],
            vec![93.0, 107.0],
            Amount(700.0),
            Unlimited,
        ),
        (
            "long strangle",
            vec![put(95.0, 1.0, 1.0), call(105.0, 1.0, 2.0)],
            vec![92.0, 108.0],
            Unlimited,
            Amount(300.0),
        ),
        (
            "butterfly",
            vec![call(95.0, 1.0, 7.0), call(100.0, -2.0, 4.0), call(105.0, 1.0, 2.0)],
            vec![96.0, 104.0],
            Amount(400.0),
            Amount(100.0),
        ),
        ("covered call", vec![shares(100.0, 100.0), call(105.0, -1.0, 2.0)], vec![98.0], Amount(700.0), Amount(9800.0)),
        ("protective put", long_stock_put.to_vec(), vec![102.0], Unlimited, Amount(700.0)),
        (
            "collar",
            vec![shares(100.0, 100.0), put(95.0, 1.0, 2.0), call(105.0, -1.0, 2.0)],
            vec![100.0],
            Amount(500.0),
            Amount(500.0),
        ),
        // Two sold for one bought: 100 - 1 below, then to the strike 110, then down without limit.
        (
            "ratio spread",
            vec![call(100.0, 1.0, 5.0), call(110.0, -2.0, 2.0)],
            vec![101.0, 119.0],
            Amount(900.0),
            Unlimited,
        ),
        // A box is a loan: worth 10 whatever happens.
        (
            "box",
            vec![call(100.0, 1.0, 6.0), call(110.0, -1.0, 2.0), put(100.0, -1.0, 2.0), put(110.0, 1.0, 7.5)],
            vec![],
            Amount(50.0),
            Amount(-50.0),
        ),
    ];
    for (name, legs, breakevens, profit, loss) in cases {
        let outcome = strategy(&legs).payoff().expect("one expiry").outcome();
        breaks(&outcome, &breakevens, name);
        limit(outcome.max_profit, profit, name);
        limit(outcome.max_loss, loss, name);
        // The other side earns what this one loses.
        let other: Vec<Leg> = legs.iter().map(|leg| Leg { quantity: -leg.quantity, ..*leg }).collect();
        let outcome = strategy(&other).payoff().expect("one expiry").outcome();
        breaks(&outcome, &breakevens, name);
        let negated = |limit| if let Amount(amount) = limit { Amount(amount) } else { Unlimited };
        limit(outcome.max_profit, negated(loss), name);
        limit(outcome.max_loss, negated(profit), name);
    }
}

#[test]
fn iron_condor_loses_its_wing_not_its_middle() {
    let condor =
        Strategy::iron_condor(&ONE, quoted(90.0, 0.5), quoted(95.0, 1.5), quoted(105.0, 1.6), quoted(110.0, 0.6));
    let outcome = condor.expect("valid").payoff().expect("one expiry").outcome();
    breaks(&outcome, &[93.0, 107.0], "iron condor");
    limit(outcome.max_profit, Amount(200.0), "profit");
    limit(outcome.max_loss, Amount(300.0), "loss");
    assert_eq!(outcome.profitable.len(), 1);
    // Unequal wings: the wider one is the loss.
    let wide =
        Strategy::iron_condor(&ONE, quoted(80.0, 0.5), quoted(95.0, 1.5), quoted(105.0, 1.6), quoted(110.0, 0.6));
    let outcome = wide.expect("valid").payoff().expect("one expiry").outcome();
    limit(outcome.max_loss, Amount(1300.0), "loss");
}

#[test]
fn zero_profit_over_a_range() {
    use Breakeven::{At, Between};
    let inf = f64::INFINITY;
    let cases: Vec<(&str, Vec<Leg>, Vec<Breakeven>)> = vec![
        ("a call for nothing", vec![call(100.0, 1.0, 0.0)], vec![Between(0.0, 100.0)]),
        ("a put for nothing", vec![put(100.0, 1.0, 0.0)], vec![Between(100.0, inf)]),
        ("a straddle for nothing", vec![call(100.0, 1.0, 0.0), put(100.0, 1.0, 0.0)], vec![At(100.0)]),
        ("a strangle for nothing", vec![call(110.0, 1.0, 0.0), put(90.0, 1.0, 0.0)], vec![Between(90.0, 110.0)]),
        ("legs that cancel", vec![call(100.0, 1.0, 5.0), call(100.0, -1.0, 5.0)], vec![Between(0.0, inf)]),
        // 0.1 + 0.2 is not 0.3 in binary; the top of the spread is zero all the same.
        ("rounding", vec![call(100.0, 1.0, 0.1), call(100.0, 1.0, 0.2), call(100.3, -2.0, 0.0)], vec![At(100.15)]),
        (
            "a spread at its width",
            vec![call(100.0, 1.0, 0.1 + 0.2), call(100.5, -1.0, 0.0), shares(-1e-30, 0.0)],
            vec![At(100.3)],
        ),
        ("a put at its strike", vec![put(100.0, 1.0, 100.0)], vec![At(0.0)]),
        ("a call sold at 0 with a free share", vec![shares(100.0, 0.0), call(100.0, -1.0, 0.0)], vec![At(0.0)]),
    ];
    for (name, legs, expected) in cases {
        let found = strategy(&legs).payoff().expect("one expiry").outcome().breakevens;
        assert_eq!(found.len(), expected.len(), "{name}: {found:?}");
        for pair in found.iter().zip(&expected) {
            match pair {
                (At(a), At(b)) => near(*a, *b, 1e-12 * b, name),
                other => assert_eq!(other.0, other.1, "{name}"),
            }
        }
    }
    let width = 100.3 - 100.0;
    let spread = strategy(&[call(100.0, 1.0, width), call(100.3, -1.0, 0.0)]);
    let outcome = spread.payoff().expect("one expiry").outcome();
    assert_eq!(outcome.breakevens, [Between(100.3, inf)]);
    assert!(outcome.profitable.is_empty());
    assert_eq!(outcome.max_profit, Amount(0.0));
}

#[test]
fn closed_positions_keep_what_they_made() {
    let closed = strategy(&[call(100.0, 2.0, 5.0), call(100.0, -2.0, 7.0)]);
    let outcome = closed.payoff().expect("one expiry").outcome();
    assert!(outcome.breakevens.is_empty());
    assert_eq!((outcome.max_profit, outcome.max_loss), (Amount(400.0), Amount(-400.0)));
    assert_eq!(outcome.profitable, [(0.0, f64::INFINITY)]);
    assert_eq!(closed.cost(), -400.0);
}

#[test]
fn profit_at_a_price() {
    let payoff = strategy(&[call(100.0, 1.0, 5.0)]).payoff().expect("one expiry");
    for (spot, profit) in [(0.0, -500.0), (100.0, -500.0), (101.0, -400.0), (1e6, 99_989_500.0)] {
        assert_eq!(payoff.profit(spot), Ok(profit));
    }
    assert_eq!(payoff.corners(), [(0.0, -500.0), (100.0, -500.0)]);
    assert_eq!(payoff.slope_above(), 100.0);
    for spot in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(payoff.profit(spot).is_err());
    }
}

#[test]
fn wrong_legs_are_named() {
    assert_eq!(Strategy::new(vec![]), Err(StrategyError::NoLegs));
    let good = call(100.0, 1.0, 5.0);
    let message = |leg: Leg| Strategy::new(vec![good, leg]).expect_err("wrong").to_string();
    for (leg, expected) in [
        (call(100.0, 0.0, 5.0), "leg 1: quantity is 0, expected a finite number other than 0"),
        (call(100.0, f64::NAN, 5.0), "leg 1: quantity is NaN, expected a finite number other than 0"),
        (call(0.0, 1.0, 5.0), "leg 1: strike is 0, expected a finite number above 0"),
        (call(f64::INFINITY, 1.0, 5.0), "leg 1: strike is inf, expected a finite number above 0"),
        (call(100.0, 1.0, -5.0), "leg 1: premium is -5, expected a finite number, 0 or more"),
        (later(good, -0.01), "leg 1: years is -0.01, expected a finite number, 0 or more"),
        (Leg { multiplier: 0.0, ..good }, "leg 1: multiplier is 0, expected a finite number above 0"),
        (Leg { multiplier: -100.0, ..good }, "leg 1: multiplier is -100, expected a finite number above 0"),
        (call(1e300, 1e10, 0.0), "leg 1: quantity * multiplier * strike is inf, expected a finite number"),
        (shares(1e308, 1e308), "leg 1: cost is inf, expected a finite number"),
    ] {
        assert_eq!(message(leg), expected);
    }
    let calendar = strategy(&[good, later(call(100.0, -1.0, 7.0), 0.5)]);
    let error = calendar.payoff().expect_err("two expiries").to_string();
    assert_eq!(error, "options expire in 0.1 and in 0.5 years, expected one expiry");
}

#[test]
fn constructors_check_their_order() {
    let (low, high) = (quoted(95.0, 1.0), quoted(105.0, 1.0));
    let body = quoted(100.0, 1.0);
    assert_eq!(
        Strategy::strangle(&ONE, high, low).expect_err("order").to_string(),
        "call is 95, expected a strike above 105"
    );
    assert!(Strategy::strangle(&ONE, low, low).is_err());
    assert!(Strategy::vertical(&ONE, Call, low, low).is_err());
    assert!(Strategy::butterfly(&ONE, Call, low, high, body).is_err());
    assert!(Strategy::iron_condor(&ONE, low, body, body, high).is_ok(), "an iron butterfly");
    assert!(Strategy::iron_condor(&ONE, low, high, body, high).is_err());
    assert!(Strategy::collar(&ONE, 100.0, high, low).is_err());
    assert!(Strategy::calendar(&ONE, Call, body, 0.1, body).is_err(), "same expiry");
    assert!(Strategy::straddle(&super::Terms { quantity: 0.0, ..ONE }, 100.0, 1.0, 1.0).is_err());
    let covered = Strategy::covered_call(&super::Terms { quantity: 3.0, ..ONE }, 100.0, high).expect("valid");
    assert_eq!(covered.legs()[0].units(), 300.0);
    assert_eq!(covered.legs()[1].units(), -300.0);
    assert_eq!(covered.cost(), 29_700.0);
}

fn any_leg() -> impl proptest::strategy::Strategy<Value = Leg> {
    (0_u8..3, 16_u32..30, -3_i32..=3, 0_u32..40).prop_filter_map("a quantity", |(kind, strike, quantity, premium)| {
        let (strike, quantity, premium) = (f64::from(strike) * 5.0, f64::from(quantity), f64::from(premium) * 0.25);
        let leg = match kind {
            0 => call(strike, quantity, premium),
            1 => put(strike, quantity, premium),
            _ => shares(100.0 * quantity, strike),
        };
        (quantity != 0.0).then_some(leg)
    })
}

proptest! {
    /// Breakevens, limits and profitable ranges agree with the profit at many prices.
    #[test]
    fn outcome_agrees_with_profit(legs in prop::collection::vec(any_leg(), 1..6)) {
        let payoff = strategy(&legs).payoff().expect("one expiry");
        let outcome = payoff.outcome();
        for quarter in 0..1_200 {
            let price = f64::from(quarter) * 0.25 + 0.1;
            let profit = payoff.profit(price).expect("valid");
            let inside = outcome.profitable.iter().any(|(low, high)| *low < price && price < *high);
            prop_assert!((profit > 1e-9) <= inside, "{price} {profit} {outcome:?}");
            prop_assert!(!(inside && profit < -1e-9), "{price} {profit} {outcome:?}");
            if let Amount(most) = outcome.max_profit {
                prop_assert!(profit <= most + 1e-9);
            }
            if let Amount(most) = outcome.max_loss {
                prop_assert!(-profit <= most + 1e-9);
            }
        }
        for breakeven in &outcome.breakevens {
            let (from, to) = match breakeven { Breakeven::At(at) => (*at, *at), Breakeven::Between(a, b) => (*a, *b) };
            for price in [from, to].into_iter().filter(|price| price.is_finite()) {
                prop_assert!(payoff.profit(price).expect("valid").abs() < 1e-8);
            }
        }
        prop_assert!(outcome.profitable.windows(2).all(|pair| pair[0].1 <= pair[1].0));
        // Neither the order of the legs nor splitting them matters.
        let mut split: Vec<Leg> = legs.iter().rev().copied().collect();
        let half = Leg { quantity: split[0].quantity / 2.0, ..split[0] };
        split[0] = half;
        split.push(half);
        let again = strategy(&split);
        prop_assert_eq!(again.shape(), strategy(&legs).shape());
        let other = again.payoff().expect("one expiry").outcome();
        prop_assert_eq!(other.breakevens.len(), outcome.breakevens.len());
        prop_assert_eq!(other.max_profit.amount().is_some(), outcome.max_profit.amount().is_some());
    }
}
