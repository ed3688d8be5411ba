//! The same run twice is the same; stepping bar by bar is the same as driving
//! over quiet rows.

use engine_core::compose::Composed;
use engine_core::fixed::Rate;
use engine_core::kernel::RunOptions;
use engine_core::registry::Role;
use serde_json::{Value, json};

use crate::common::{Part, closes, composed, feed, instrument, options, run, signal, walk};

fn signals() -> Vec<Part> {
    vec![
        ("macd", json!({"fast": 4, "slow": 9, "signal": 3})),
        ("macd", json!({"fast": 4, "slow": 9, "signal": 3, "seeding": "first"})),
        ("sma_cross", json!({"fast": 3, "slow": 8})),
        ("rsi", json!({"period": 5, "lower": 35.0, "upper": 65.0})),
        ("bollinger", json!({"period": 8, "width": 1.5, "mode": "reversion"})),
        ("bollinger", json!({"period": 8, "width": 1.5, "mode": "breakout"})),
        ("buy_and_hold", json!({})),
    ]
}

fn exit_sets() -> Vec<Vec<Part>> {
    let mut sets: Vec<Vec<Part>> = vec![Vec::new()];
    for name in ["stop", "target", "trailing"] {
        for (unit, value) in [("percent", 3.0), ("amount", 3.0), ("atr", 1.5)] {
            sets.push(vec![(name, json!({"unit": unit, "value": value, "period": 5}))]);
        }
    }
    let percent = |value: f64| -> Value { json!({"unit": "percent", "value": value}) };
    sets.push(vec![("stop", percent(3.0)), ("target", percent(5.0)), ("trailing", percent(4.0))]);
    sets
}

fn sizers(exits: &[Part]) -> Vec<Part> {
    let mut sizers = vec![
        ("all_in", json!({})),
        ("fixed", json!({"quantity": 300.0})),
        ("percent", json!({"percent": 60.0})),
        ("volatility_target", json!({"period": 5})),
    ];
    if exits.iter().any(|(name, _)| *name != "target") {
        sizers.push(("risk", json!({"percent": 1.0})));
    }
    sizers
}

#[test]
fn the_lists_above_are_complete() {
    let registry = strategies::registry();
    let names = |role| registry.plugins().iter().filter(move |p| p.role == role).map(|p| p.name);
    assert!(names(Role::Signal).all(|n| signals().iter().any(|(s, _)| *s == n)));
    assert!(names(Role::Exit).all(|n| exit_sets().iter().flatten().any(|(e, _)| *e == n)));
    let stops = &exit_sets()[1];
    assert!(names(Role::Sizer).all(|n| sizers(stops).iter().any(|(s, _)| *s == n)));
}

#[test]
fn per_bar_and_quiet_runs_are_equal_and_repeatable() {
    let feed = feed(instrument(), walk(600, 7));
    let capped = {
        let mut options = options(100_000);
        options.fills.participation = Rate::from_f64(0.02);
        options
    };
    let (mut runs, mut filled) = (0, 0);
    for signal_part in signals() {
        for exits in exit_sets() {
            for size in sizers(&exits) {
                for base in [options(100_000), capped.clone()] {
                    let strategy = || -> Composed { composed(signal(&signal_part), size.clone(), &exits) };
                    let place = format!("{signal_part:?} {size:?} {exits:?} {:?}", base.fills.participation);
                    let quiet = run(&feed, strategy(), &base);
                    let again = run(&feed, strategy(), &base);
                    let per_bar = run(&feed, strategy(), &RunOptions { per_bar: true, ..base });
                    assert!(quiet == again, "{place}: twice");
                    assert!(quiet == per_bar, "{place}: per bar");
                    runs += 1;
                    filled += usize::from(!quiet.fills.is_empty());
                }
            }
        }
    }
    assert!(filled == runs, "{filled} of {runs} runs traded");
}

/// Whole prices, so that averages often touch without crossing, and runs of one price.
fn coarse(rows: usize, seed: u64) -> Vec<f64> {
    let bars = walk(rows, seed);
    (0..rows).map(|row| (bars.row(row / 3).close() / 2.0).round()).collect()
}

#[test]
fn crossings_of_lines_that_often_touch_are_equal_too() {
    for seed in 0..12 {
        let feed = closes(&coarse(500, seed));
        for (fast, slow) in [(1, 2), (2, 3), (3, 8), (5, 40)] {
            let parts: [Part; 3] = [
                ("sma_cross", json!({"fast": fast, "slow": slow})),
                ("macd", json!({"fast": fast, "slow": slow, "signal": 3})),
                ("macd", json!({"fast": fast, "slow": slow, "signal": 1 + fast, "seeding": "first"})),
            ];
            for part in parts {
                // Late, and one more than the account can pay for: entries that are ignored or rejected.
                for (start_after, shares) in [(0, 1.0), (60, 1.0), (0, 2_000.0)] {
                    let strategy = || {
                        let sizer = crate::common::sizer(&("fixed", json!({"quantity": shares})));
                        Composed::new(crate::common::SYMBOL, signal(&part), sizer, start_after)
                    };
                    let quiet = run(&feed, strategy(), &options(100_000));
                    let per_bar = run(&feed, strategy(), &RunOptions { per_bar: true, ..options(100_000) });
                    assert!(quiet == per_bar, "seed {seed}: {part:?} after {start_after}, {shares} shares");
                    assert!(!quiet.orders.is_empty(), "seed {seed}: {part:?} after {start_after}");
                }
            }
        }
    }
}

#[test]
fn a_late_start_is_equal_too() {
    let feed = feed(instrument(), walk(300, 11));
    for signal_part in signals() {
        let strategy = || {
            let sizer = crate::common::sizer(&("all_in", json!({})));
            let stop = crate::common::exit(&("stop", json!({"value": 3.0})));
            Composed::new(crate::common::SYMBOL, signal(&signal_part), sizer, 100).exit(stop)
        };
        let quiet = run(&feed, strategy(), &options(100_000));
        let per_bar = run(&feed, strategy(), &RunOptions { per_bar: true, ..options(100_000) });
        assert!(quiet == per_bar, "{signal_part:?}");
        assert!(quiet.fills.iter().all(|f| f.bar > 100), "{signal_part:?}");
        assert!(!quiet.fills.is_empty(), "{signal_part:?}");
    }
}
