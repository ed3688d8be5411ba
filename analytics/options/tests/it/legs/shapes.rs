//! Names of sets of legs.

use options::OptionType::{Call, Put};
use options::legs::{Leg, Shape, Strategy};

use super::{ONE, Terms, call, later, put, quoted, shares, strategy};

#[test]
fn every_name() {
    use Shape::*;
    let far = |leg: Leg| later(leg, 0.5);
    let cases: Vec<(Shape, Vec<Leg>)> = vec![
        (Flat, vec![call(100.0, 1.0, 5.0), call(100.0, -1.0, 4.0)]),
        (LongShares, vec![shares(100.0, 50.0)]),
        (ShortShares, vec![shares(-100.0, 50.0)]),
        (LongCall, vec![call(100.0, 1.0, 5.0)]),
        (LongCall, vec![call(100.0, 3.0, 5.0), call(100.0, -1.0, 6.0)]),
        (ShortCall, vec![call(100.0, -1.0, 5.0)]),
        (LongPut, vec![put(100.0, 1.0, 5.0)]),
        (ShortPut, vec![put(100.0, -1.0, 5.0)]),
        (CoveredCall, vec![call(110.0, -1.0, 2.0), shares(100.0, 100.0)]),
        (CoveredPut, vec![put(90.0, -1.0, 2.0), shares(-100.0, 100.0)]),
        (ProtectivePut, vec![put(90.0, 1.0, 2.0), shares(100.0, 100.0)]),
        (ProtectiveCall, vec![call(110.0, 1.0, 2.0), shares(-100.0, 100.0)]),
        (Custom, vec![call(110.0, -2.0, 2.0), shares(100.0, 100.0)]),
        (Custom, vec![call(110.0, 1.0, 2.0), shares(100.0, 100.0)]),
        (Collar, vec![call(110.0, -1.0, 2.0), put(90.0, 1.0, 2.0), shares(100.0, 100.0)]),
        (Custom, vec![call(90.0, -1.0, 2.0), put(110.0, 1.0, 2.0), shares(100.0, 100.0)]),
        (Conversion, vec![call(100.0, -1.0, 2.0), put(100.0, 1.0, 2.0), shares(100.0, 100.0)]),
        (ReverseConversion, vec![call(100.0, 1.0, 2.0), put(100.0, -1.0, 2.0), shares(-100.0, 100.0)]),
        (BullCallSpread, vec![call(100.0, 1.0, 5.0), call(110.0, -1.0, 2.0)]),
        (BearCallSpread, vec![call(100.0, -1.0, 5.0), call(110.0, 1.0, 2.0)]),
        (BullPutSpread, vec![put(100.0, 1.0, 5.0), put(110.0, -1.0, 8.0)]),
        (BearPutSpread, vec![put(100.0, -1.0, 5.0), put(110.0, 1.0, 8.0)]),
        (RatioSpread, vec![call(100.0, 1.0, 5.0), call(110.0, -2.0, 2.0)]),
        (BackSpread, vec![call(100.0, -1.0, 5.0), call(110.0, 2.0, 2.0)]),
        (Custom, vec![call(100.0, 1.0, 5.0), call(110.0, 1.0, 2.0)]),
        (LongStraddle, vec![call(100.0, 1.0, 5.0), put(100.0, 1.0, 5.0)]),
        (ShortStraddle, vec![call(100.0, -1.0, 5.0), put(100.0, -1.0, 5.0)]),
        (LongStrangle, vec![call(110.0, 1.0, 5.0), put(90.0, 1.0, 5.0)]),
        (ShortStrangle, vec![call(110.0, -1.0, 5.0), put(90.0, -1.0, 5.0)]),
        (LongGuts, vec![call(90.0, 1.0, 12.0), put(110.0, 1.0, 12.0)]),
        (ShortGuts, vec![call(90.0, -1.0, 12.0), put(110.0, -1.0, 12.0)]),
        (SyntheticLong, vec![call(100.0, 1.0, 5.0), put(100.0, -1.0, 5.0)]),
        (SyntheticShort, vec![call(100.0, -1.0, 5.0), put(100.0, 1.0, 5.0)]),
        (BullRiskReversal, vec![call(110.0, 1.0, 5.0), put(90.0, -1.0, 5.0)]),
        (BearRiskReversal, vec![call(110.0, -1.0, 5.0), put(90.0, 1.0, 5.0)]),
        (Custom, vec![call(100.0, 1.0, 5.0), far(put(100.0, 1.0, 5.0))]),
        (Custom, vec![call(100.0, 2.0, 5.0), put(100.0, 1.0, 5.0)]),
        (LongCalendar, vec![call(100.0, -1.0, 5.0), far(call(100.0, 1.0, 8.0))]),
        (ShortCalendar, vec![put(100.0, 1.0, 5.0), far(put(100.0, -1.0, 8.0))]),
        (LongDiagonal, vec![call(110.0, -1.0, 5.0), far(call(100.0, 1.0, 8.0))]),
        (ShortDiagonal, vec![call(100.0, 1.0, 5.0), far(call(110.0, -1.0, 8.0))]),
        (Custom, vec![call(100.0, -1.0, 5.0), far(call(100.0, 2.0, 8.0))]),
        (LongButterfly, vec![put(90.0, 1.0, 1.0), put(100.0, -2.0, 4.0), put(110.0, 1.0, 9.0)]),
        (ShortButterfly, vec![call(90.0, -1.0, 1.0), call(100.0, 2.0, 4.0), call(110.0, -1.0, 9.0)]),
        (BrokenWingButterfly, vec![call(90.0, 1.0, 9.0), call(100.0, -2.0, 4.0), call(115.0, 1.0, 1.0)]),
        (Custom, vec![call(90.0, 1.0, 9.0), call(100.0, -3.0, 4.0), call(110.0, 1.0, 1.0)]),
        (LongCondor, vec![call(90.0, 1.0, 9.0), call(95.0, -1.0, 6.0), call(105.0, -1.0, 3.0), call(110.0, 1.0, 1.0)]),
        (ShortCondor, vec![put(90.0, -1.0, 9.0), put(95.0, 1.0, 6.0), put(105.0, 1.0, 3.0), put(110.0, -1.0, 1.0)]),
        (
            ReverseIronCondor,
            vec![put(90.0, -1.0, 1.0), put(95.0, 1.0, 2.0), call(105.0, 1.0, 2.0), call(110.0, -1.0, 1.0)],
        ),
        (
            ReverseIronButterfly,
            vec![put(90.0, -1.0, 1.0), put(100.0, 1.0, 4.0), call(100.0, 1.0, 4.0), call(110.0, -1.0, 1.0)],
        ),
        (LongBox, vec![call(100.0, 1.0, 6.0), call(110.0, -1.0, 2.0), put(100.0, -1.0, 2.0), put(110.0, 1.0, 7.0)]),
        (ShortBox, vec![call(100.0, -1.0, 6.0), call(110.0, 1.0, 2.0), put(100.0, 1.0, 2.0), put(110.0, -1.0, 7.0)]),
        (Custom, vec![call(100.0, 1.0, 6.0), call(110.0, -1.0, 2.0), put(100.0, -1.0, 2.0), far(put(110.0, 1.0, 7.0))]),
        (Custom, vec![shares(100.0, 1.0), call(90.0, 1.0, 1.0), call(95.0, 1.0, 1.0), put(90.0, 1.0, 1.0)]),
    ];
    for (shape, legs) in cases {
        assert_eq!(strategy(&legs).shape(), shape, "{legs:?}");
        let reversed: Vec<Leg> = legs.iter().rev().copied().collect();
        assert_eq!(strategy(&reversed).shape(), shape, "{legs:?} reversed");
        // Contracts of another size are the same strategy.
        let small: Vec<Leg> = legs.iter().map(|leg| Leg { quantity: leg.quantity * 0.7, ..*leg }).collect();
        assert_eq!(strategy(&small).shape(), shape, "{legs:?} smaller");
    }
}

#[test]
fn constructors_make_what_they_say() {
    let q = quoted;
    let short = Terms { quantity: -2.0, ..ONE };
    for (terms, straddle, strangle, condor, butterfly, calendar, diagonal) in [
        (
            ONE,
            Shape::LongStraddle,
            Shape::LongStrangle,
            Shape::IronCondor,
            Shape::LongButterfly,
            Shape::LongCalendar,
            Shape::LongDiagonal,
        ),
        (
            short,
            Shape::ShortStraddle,
            Shape::ShortStrangle,
            Shape::ReverseIronCondor,
            Shape::ShortButterfly,
            Shape::ShortCalendar,
            Shape::ShortDiagonal,
        ),
    ] {
        let made = [
            (Strategy::straddle(&terms, 100.0, 4.0, 3.0), straddle),
            (Strategy::strangle(&terms, q(95.0, 1.0), q(105.0, 1.0)), strangle),
            (Strategy::iron_condor(&terms, q(90.0, 0.5), q(95.0, 1.0), q(105.0, 1.0), q(110.0, 0.5)), condor),
            (Strategy::butterfly(&terms, Put, q(95.0, 1.0), q(100.0, 3.0), q(105.0, 6.0)), butterfly),
            (Strategy::calendar(&terms, Put, q(95.0, 1.0), 0.5, q(95.0, 3.0)), calendar),
            (Strategy::calendar(&terms, Call, q(105.0, 1.0), 0.5, q(100.0, 3.0)), diagonal),
        ];
        for (strategy, shape) in made {
            assert_eq!(strategy.expect("valid").shape(), shape);
        }
    }
    let bull = Strategy::vertical(&ONE, Call, q(100.0, 5.0), q(105.0, 3.0)).expect("valid");
    assert_eq!(bull.shape(), Shape::BullCallSpread);
    let bear = Strategy::vertical(&ONE, Put, q(105.0, 5.0), q(100.0, 3.0)).expect("valid");
    assert_eq!(bear.shape(), Shape::BearPutSpread);
    assert_eq!(Strategy::covered_call(&ONE, 100.0, q(105.0, 2.0)).expect("valid").shape(), Shape::CoveredCall);
    let collar = Strategy::collar(&ONE, 100.0, q(95.0, 2.0), q(105.0, 2.0)).expect("valid");
    assert_eq!(collar.shape(), Shape::Collar);
    let iron = Strategy::iron_condor(&ONE, q(90.0, 0.5), q(100.0, 4.0), q(100.0, 4.0), q(110.0, 0.5));
    assert_eq!(iron.expect("valid").shape(), Shape::IronButterfly);
    assert_eq!(Shape::IronButterfly.name(), "iron butterfly");
}
