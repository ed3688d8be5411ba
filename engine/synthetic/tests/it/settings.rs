//! Ranges of the settings, and what the seed does.

use engine_core::time::{MINUTE, SECOND};
use engine_synthetic::{Detail, SyntheticBook, book};

fn short() -> SyntheticBook {
    SyntheticBook { length: MINUTE, ..SyntheticBook::default() }
}

#[test]
fn the_seed_decides_all() {
    let one = book(&short()).unwrap();
    assert_eq!(book(&short()).unwrap(), one);
    assert_ne!(book(&SyntheticBook { seed: 8, ..short() }).unwrap(), one);
}

#[test]
fn a_longer_tape_begins_as_a_shorter_one() {
    let minute = book(&short()).unwrap();
    let two = book(&SyntheticBook { length: 2 * MINUTE, ..short() }).unwrap();
    let rows = minute.code.len();
    assert!(two.code.len() > rows * 3 / 2);
    assert_eq!((&two.venue_time[..rows], &two.code[..rows]), (&minute.venue_time[..], &minute.code[..]));
    assert_eq!((&two.price[..rows], &two.quantity[..rows]), (&minute.price[..], &minute.quantity[..]));
}

#[test]
fn every_setting_has_a_range() {
    type Change = fn(&mut SyntheticBook);
    let cases: [(&str, Change); 20] = [
        ("tick", |s| s.tick = "0".parse().unwrap()),
        ("price", |s| s.price = "0.99".parse().unwrap()),
        ("price", |s| s.price = "50.005".parse().unwrap()),
        ("price", |s| s.price = "100000.01".parse().unwrap()),
        ("lot", |s| s.lot = "0".parse().unwrap()),
        ("levels", |s| s.levels = 0),
        ("levels", |s| s.levels = 101),
        ("length", |s| s.length = SECOND - 1),
        ("season", |s| s.season = 0),
        ("latency", |s| s.latency = (2, 1)),
        ("latency", |s| s.latency = (-1, 1)),
        ("limits", |s| s.limits = 0.0),
        ("decay", |s| s.decay = f64::NAN),
        ("markets", |s| s.markets = -1.0),
        ("changes", |s| s.changes = f64::INFINITY),
        ("limit_lots", |s| s.limit_lots = 0.5),
        ("market_lots", |s| s.market_lots = 1e4),
        ("volatility", |s| s.volatility = 101.0),
        ("lean", |s| s.lean = 0.0),
        ("swing", |s| s.swing = 1.0),
    ];
    for (setting, change) in cases {
        let mut settings = short();
        change(&mut settings);
        let error = book(&settings).unwrap_err();
        assert_eq!(error.setting, setting);
        assert!(error.to_string().contains("expected"), "{error}");
    }
}

#[test]
fn extreme_settings_give_tapes_too() {
    let cases = [
        SyntheticBook { levels: 1, market_lots: 1e3, markets: 50.0, ..short() },
        SyntheticBook { limits: 0.01, changes: 1e3, length: 10 * SECOND, ..short() },
        SyntheticBook { price: "1".parse().unwrap(), volatility: 100.0, lean: 0.1, markets: 30.0, ..short() },
        SyntheticBook { latency: (0, 0), markets: 0.0, ..short() },
        SyntheticBook { latency: (10 * SECOND, 10 * SECOND), detail: Detail::Quotes, ..short() },
    ];
    for settings in cases {
        let tape = engine_core::tape::Tape::new(book(&settings).unwrap()).unwrap();
        assert!(tape.has_book(), "{settings:?}");
    }
}
