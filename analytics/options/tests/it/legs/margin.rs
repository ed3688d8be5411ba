//! Margin by the strategy-based rules.

use options::legs::MarginRule::{self, *};
use proptest::prelude::{prop, prop_assert, proptest};

use options::legs::{Leg, Margin, MarginMarket, UnderlyingClass};

use super::{call, later, near, put, shares, strategy};

fn at(spot: f64) -> MarginMarket<'static> {
    MarginMarket { spot, class: UnderlyingClass::Equity, marks: None }
}

fn margin(spot: f64, legs: &[Leg]) -> Margin {
    strategy(legs).margin(&at(spot)).expect("valid")
}

fn rules(margin: &Margin) -> Vec<MarginRule> {
    margin.parts.iter().map(|part| part.rule).collect()
}

/// Name, spot, legs, initial, deposit, maintenance, rules.
type Case = (&'static str, f64, Vec<Leg>, f64, f64, f64, Vec<MarginRule>);

#[test]
fn worked_by_hand_from_the_rules() {
    let cases: Vec<Case> = vec![
        ("long call", 100.0, vec![call(100.0, 1.0, 5.0)], 500.0, 500.0, 0.0, vec![LongOptions]),
        // 150 + 20 % of 12,850 less 850 out of the money.
        ("put", 128.5, vec![put(120.0, -1.0, 1.5)], 1870.0, 1720.0, 1870.0, vec![UncoveredPut]),
        // 840 + 20 % of 12,850; in the money.
        ("call", 128.5, vec![call(120.0, -1.0, 8.4)], 3410.0, 2570.0, 3410.0, vec![UncoveredCall]),
        // Far out: 10 % of the strike for a put, 10 % of spot for a call.
        ("far put", 100.0, vec![put(70.0, -1.0, 0.1)], 710.0, 700.0, 710.0, vec![UncoveredPut]),
        ("far call", 100.0, vec![call(140.0, -1.0, 0.1)], 1010.0, 1000.0, 1010.0, vec![UncoveredCall]),
        // 3,000 between the strikes; the put alone 50 + 1,000 (20 % of 10,000 less 1,000), the lesser.
        (
            "wide put spread",
            100.0,
            vec![put(90.0, -1.0, 0.5), put(60.0, 1.0, 0.1)],
            1060.0,
            1010.0,
            1050.0,
            vec![LongOptions, Spread],
        ),
        // The greater side (call 2,000, put 1,500) and both premiums.
        (
            "straddle",
            100.0,
            vec![call(100.0, -1.0, 4.0), put(95.0, -1.0, 2.0)],
            2600.0,
            2000.0,
            2600.0,
            vec![ShortStraddle],
        ),
        (
            "uneven straddle",
            100.0,
            vec![call(100.0, -2.0, 4.0), put(100.0, -1.0, 3.0)],
            2700.0 + 2400.0,
            4000.0,
            5100.0,
            vec![ShortStraddle, UncoveredCall],
        ),
        (
            "debit spread",
            100.0,
            vec![call(100.0, 1.0, 6.0), call(110.0, -1.0, 2.0)],
            600.0,
            400.0,
            0.0,
            vec![LongOptions],
        ),
        (
            "credit spread",
            100.0,
            vec![call(100.0, -1.0, 6.0), call(110.0, 1.0, 2.0)],
            1200.0,
            600.0,
            1000.0,
            vec![LongOptions, Spread],
        ),
        (
            "iron condor: one wing, the wider",
            100.0,
            vec![put(88.0, 1.0, 0.5), put(95.0, -1.0, 1.5), call(105.0, -1.0, 1.6), call(110.0, 1.0, 0.6)],
            110.0 + 700.0,
            500.0,
            700.0,
            vec![LongOptions, Spread],
        ),
        (
            "butterfly",
            100.0,
            vec![call(95.0, 1.0, 7.0), call(100.0, -2.0, 4.0), call(105.0, 1.0, 2.0)],
            900.0,
            100.0,
            0.0,
            vec![LongOptions],
        ),
        (
            "short box",
            100.0,
            vec![call(100.0, -1.0, 6.0), call(110.0, 1.0, 2.0), put(100.0, 1.0, 2.0), put(110.0, -1.0, 7.0)],
            400.0 + 1000.0,
            100.0,
            1000.0,
            vec![LongOptions, Spread],
        ),
        (
            "calendar: the far leg covers",
            100.0,
            vec![call(100.0, -1.0, 2.0), later(call(100.0, 1.0, 5.0), 0.5)],
            500.0,
            300.0,
            0.0,
            vec![LongOptions, PairedSpread],
        ),
        (
            "diagonal with an adverse strike",
            100.0,
            vec![call(100.0, -1.0, 2.0), later(call(105.0, 1.0, 3.0), 0.5)],
            300.0 + 500.0,
            600.0,
            500.0,
            vec![LongOptions, PairedSpread],
        ),
        (
            "short calendar: the near leg does not cover",
            100.0,
            vec![call(100.0, 1.0, 2.0), later(call(100.0, -1.0, 5.0), 0.5)],
            200.0 + 500.0 + 2000.0,
            2200.0,
            2500.0,
            vec![LongOptions, UncoveredCall],
        ),
        (
            "ratio spread: one paired, one alone",
            100.0,
            vec![call(100.0, 1.0, 5.0), call(110.0, -2.0, 2.0)],
            500.0 + 200.0 + 1000.0,
            1300.0,
            1200.0,
            vec![LongOptions, PairedSpread, UncoveredCall],
        ),
        ("shares", 100.0, vec![shares(100.0, 90.0)], 5000.0, 5000.0, 2500.0, vec![LongShares]),
        ("short shares", 100.0, vec![shares(-100.0, 90.0)], 15_000.0, 5000.0, 13_000.0, vec![ShortShares]),
        ("short at 12: 5.00 a share", 12.0, vec![shares(-100.0, 12.0)], 1800.0, 600.0, 1700.0, vec![ShortShares]),
        ("short at 3: all of it", 3.0, vec![shares(-100.0, 3.0)], 600.0, 300.0, 600.0, vec![ShortShares]),
        ("short at 1: 2.50 a share", 1.0, vec![shares(-100.0, 1.0)], 350.0, 250.0, 350.0, vec![ShortShares]),
        (
            "covered call in the money",
            110.0,
            vec![shares(100.0, 100.0), call(105.0, -1.0, 7.0)],
            5500.0,
            4800.0,
            2625.0,
            vec![CoveredCall],
        ),
        (
            "half covered",
            100.0,
            vec![shares(200.0, 100.0), call(105.0, -1.0, 2.0)],
            10_000.0,
            9800.0,
            5000.0,
            vec![CoveredCall, LongShares],
        ),
        (
            "covered twice over",
            100.0,
            vec![shares(100.0, 100.0), call(105.0, -2.0, 2.0)],
            5000.0 + 200.0 + 1500.0,
            6300.0,
            2500.0 + 1700.0,
            vec![UncoveredCall, CoveredCall],
        ),
        (
            "protective put: 10 % of 95 and 5 out",
            100.0,
            vec![shares(100.0, 100.0), put(95.0, 1.0, 2.0)],
            5200.0,
            5200.0,
            1450.0,
            vec![LongOptions, ProtectivePut],
        ),
        (
            "collar",
            100.0,
            vec![shares(100.0, 100.0), put(95.0, 1.0, 2.0), call(105.0, -1.0, 2.0)],
            5200.0,
            5000.0,
            1450.0,
            vec![LongOptions, Collar],
        ),
        (
            "conversion",
            100.0,
            vec![shares(100.0, 100.0), put(100.0, 1.0, 3.0), call(100.0, -1.0, 4.0)],
            5300.0,
            4900.0,
            1000.0,
            vec![LongOptions, Conversion],
        ),
        (
            "covered put, in the money",
            100.0,
            vec![shares(-100.0, 100.0), put(105.0, -1.0, 6.0)],
            15_000.0,
            4400.0,
            13_500.0,
            vec![CoveredPut],
        ),
        (
            "protective call",
            100.0,
            vec![shares(-100.0, 100.0), call(105.0, 1.0, 2.0)],
            15_200.0,
            5200.0,
            11_550.0,
            vec![LongOptions, ProtectiveCall],
        ),
        (
            "reverse conversion",
            100.0,
            vec![shares(-100.0, 100.0), call(102.0, 1.0, 3.0), put(102.0, -1.0, 4.0)],
            15_300.0,
            4900.0,
            11_220.0,
            vec![LongOptions, ReverseConversion],
        ),
        ("closed", 100.0, vec![call(100.0, 1.0, 5.0), call(100.0, -1.0, 6.0)], 0.0, 0.0, 0.0, vec![]),
        (
            "the rest of a closed one",
            100.0,
            vec![call(100.0, -3.0, 6.0), call(100.0, 1.0, 5.0)],
            1200.0 + 4000.0,
            4000.0,
            5200.0,
            vec![UncoveredCall],
        ),
    ];
    for (name, spot, legs, initial, deposit, maintenance, expected) in cases {
        let found = margin(spot, &legs);
        near(found.initial, initial, 1e-9, name);
        near(found.deposit, deposit, 1e-9, name);
        near(found.maintenance, maintenance, 1e-9, name);
        // A debit spread asks for nothing beyond its premium: that part is 0.
        let kept: Vec<_> = found.parts.iter().filter(|p| p.rule != Spread || p.initial > 0.0).map(|p| p.rule).collect();
        assert_eq!(kept, expected, "{name}");
        let reversed: Vec<Leg> = legs.iter().rev().copied().collect();
        assert_eq!(margin(spot, &reversed), found, "{name}: the order of legs matters");
    }
}

#[test]
fn a_broad_index_needs_less() {
    let index = MarginMarket { class: UnderlyingClass::BroadIndex, ..at(100.0) };
    let found = strategy(&[call(100.0, -1.0, 4.0)]).margin(&index).expect("valid");
    near(found.deposit, 1500.0, 1e-9, "15 %");
    let found = strategy(&[call(112.0, -1.0, 1.0)]).margin(&index).expect("valid");
    near(found.deposit, 1000.0, 1e-9, "at least 10 %");
}

#[test]
fn maintenance_follows_the_marks() {
    let marks = [9.0];
    let marked = MarginMarket { marks: Some(&marks), ..at(100.0) };
    let found = strategy(&[call(100.0, -1.0, 4.0)]).margin(&marked).expect("valid");
    near(found.initial, 2400.0, 1e-9, "as opened");
    near(found.maintenance, 2900.0, 1e-9, "as marked");
    for (marks, message) in [
        (&[1.0, 2.0][..], "marks has 2 elements, expected 1"),
        (&[f64::NAN][..], "leg 0: marks is NaN, expected a finite number, 0 or more"),
        (&[-1.0][..], "leg 0: marks is -1, expected a finite number, 0 or more"),
    ] {
        let error = strategy(&[call(100.0, -1.0, 4.0)]).margin(&MarginMarket { marks: Some(marks), ..at(100.0) });
        assert_eq!(error.expect_err("wrong").to_string(), message);
    }
    for spot in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(strategy(&[call(100.0, -1.0, 4.0)]).margin(&at(spot)).is_err());
    }
    // The mark of shares is not read.
    let with_shares = MarginMarket { marks: Some(&[f64::NAN, 2.0]), ..at(100.0) };
    assert!(strategy(&[shares(100.0, 100.0), call(105.0, -1.0, 2.0)]).margin(&with_shares).is_ok());
}

#[test]
fn defined_risk_needs_its_worst_loss() {
    // Of one expiry and bounded on both sides: the deposit is the largest loss.
    for legs in [
        vec![call(100.0, -1.0, 6.0), call(110.0, 1.0, 2.0)],
        vec![put(90.0, 1.0, 0.5), put(95.0, -1.0, 1.5), call(105.0, -1.0, 1.6), call(110.0, 1.0, 0.6)],
        vec![call(95.0, 1.0, 7.0), call(100.0, -2.0, 4.0), call(105.0, 1.0, 2.0)],
        vec![call(95.0, -1.0, 7.0), call(100.0, 2.0, 4.0), call(105.0, -1.0, 2.0)],
        vec![call(95.0, 1.0, 7.0), call(100.0, -2.0, 4.0), call(110.0, 1.0, 1.0)],
        vec![put(90.0, 2.0, 1.0), put(100.0, -1.0, 4.0)],
    ] {
        let strategy = strategy(&legs);
        let loss = strategy.payoff().expect("one expiry").outcome().max_loss.amount().expect("bounded");
        let found = strategy.margin(&at(100.0)).expect("valid");
        near(found.deposit, loss.max(0.0), 1e-9, strategy.shape().name());
        assert!(!rules(&found).contains(&UncoveredCall));
    }
}

proptest! {
    /// Twice the contracts need twice the margin, whatever the order of the legs.
    #[test]
    fn margin_is_proportional(
        legs in prop::collection::vec((0_u8..3, 16_u32..25, prop::bool::ANY, -3_i32..=3, 0_u32..40), 1..6),
        spot in 60.0_f64..140.0,
        turn in 0_usize..6,
    ) {
        let legs: Vec<Leg> = legs
            .into_iter()
            .filter(|(_, _, _, quantity, _)| *quantity != 0)
            .map(|(kind, strike, far, quantity, premium)| {
                let (strike, quantity) = (f64::from(strike) * 5.0, f64::from(quantity));
                let leg = match kind {
                    0 => call(strike, quantity, f64::from(premium) * 0.25),
                    1 => put(strike, quantity, f64::from(premium) * 0.25),
                    _ => shares(100.0 * quantity, strike),
                };
                later(leg, if far { 0.5 } else { 0.1 })
            })
            .collect();
        if !legs.is_empty() {
            let one = margin(spot, &legs);
            let mut turned: Vec<Leg> = legs.iter().map(|leg| Leg { quantity: 2.0 * leg.quantity, ..*leg }).collect();
            turned.rotate_left(turn % legs.len());
            let two = margin(spot, &turned);
            for (one, two) in [
                (one.initial, two.initial),
                (one.deposit, two.deposit),
                (one.maintenance, two.maintenance),
                (one.proceeds, two.proceeds),
            ] {
                prop_assert!((2.0 * one - two).abs() <= 1e-8, "{one} {two} {legs:?}");
                prop_assert!(one >= 0.0 && one.is_finite());
            }
        }
    }
}
