//! Entries and exits that take several bars: what is filled is protected, exactly.

use std::sync::Arc;

use engine_core::feed::Feed;
use engine_core::fixed::Quantity;
use engine_core::order::{OrderKind, OrderState};
use engine_core::record::RunResult;
use serde_json::json;

use crate::common::{
    Part, composed, feed, fills, fixed, instrument, orders, participating, position, run, script, signal, traded, walk,
};

/// 10 % of 1000 is 100 shares a bar.
fn bars(rows: &[[f64; 4]]) -> Arc<Feed> {
    traded(&rows.iter().map(|row| (*row, 1_000.0)).collect::<Vec<_>>())
}

fn part(name: &'static str, value: f64) -> Part {
    (name, json!({"unit": "amount", "value": value}))
}

/// What the working children of one kind could still sell.
fn protected(result: &RunResult, is: fn(&OrderKind) -> bool) -> Quantity {
    let open = |o: &&engine_core::record::OrderRecord| !o.state.is_closed() && o.order.parent.is_some();
    result.orders.iter().filter(open).filter(|o| is(&o.order.kind)).map(|o| o.quantity - o.filled).sum()
}

const FLAT: [f64; 4] = [50., 51., 49., 50.];

#[test]
fn exits_grow_with_the_entry() {
    let rows = [FLAT; 6];
    for (bars_seen, held) in [(2, "100"), (3, "200"), (4, "250"), (5, "250")] {
        let strategy = composed(script(&[0], &[]), fixed(250), &[part("stop", 3.0), part("target", 3.0)]);
        let result = run(&bars(&rows[..bars_seen]), strategy, &participating(10.0));
        assert_eq!(position(&result).to_string(), held);
        assert_eq!(protected(&result, |k| matches!(k, OrderKind::Stop { .. })).to_string(), held);
        assert_eq!(protected(&result, |k| matches!(k, OrderKind::Limit { .. })).to_string(), held);
    }
}

#[test]
fn the_distance_counts_from_the_first_fill() {
    // 100 at 50 and 100 at 54: the stop stays at 47.
    let rows = [FLAT, FLAT, [54., 55., 53., 54.], [50., 50., 46., 46.], [46.; 4]];
    let result = run(&bars(&rows), composed(script(&[0], &[]), fixed(200), &[part("stop", 3.0)]), &participating(10.0));
    let expected = ["bar 1 buy 100 @ 50", "bar 2 buy 100 @ 54", "bar 3 sell 100 @ 47", "bar 4 sell 100 @ 46"];
    assert_eq!(fills(&result), expected);
    assert_eq!(orders(&result), ["0 filled", "1 filled"]);
}

#[test]
fn an_exit_signal_ends_a_partial_entry_and_sells_what_it_bought() {
    let rows = [FLAT; 7];
    let exits = [part("stop", 3.0), part("target", 3.0)];
    let result = run(&bars(&rows), composed(script(&[0], &[2]), fixed(1_000), &exits), &participating(10.0));
    let expected = ["bar 1 buy 100 @ 50", "bar 2 buy 100 @ 50", "bar 3 sell 100 @ 50", "bar 4 sell 100 @ 50"];
    assert_eq!(fills(&result), expected);
    assert_eq!(orders(&result), ["0 cancelled: requested", "1 cancelled: oco", "2 cancelled: oco", "3 filled"]);
}

#[test]
fn what_an_exit_signal_has_not_sold_yet_stays_protected() {
    let rows = [FLAT, FLAT, FLAT, FLAT, FLAT, FLAT];
    let strategy = || composed(script(&[0], &[2, 3, 4]), fixed(200), &[part("stop", 3.0)]);
    // 200 held after bar 2; bar 3 sells 100 of them.
    let result = run(&bars(&rows[..4]), strategy(), &participating(10.0));
    assert_eq!((position(&result).to_string(), result.orders.len()), ("100".to_owned(), 3));
    assert_eq!(protected(&result, |k| matches!(k, OrderKind::Stop { .. })).to_string(), "100");
    let result = run(&bars(&rows), strategy(), &participating(10.0));
    assert_eq!(fills(&result)[2..], ["bar 3 sell 100 @ 50", "bar 4 sell 100 @ 50"]);
    assert_eq!(orders(&result), ["0 filled", "1 cancelled: oco", "2 filled"]);
}

#[test]
fn a_stop_that_fires_while_an_exit_signal_sells_takes_only_the_rest() {
    // Bar 3 sells 100 at its open and then falls through the stop with no volume left.
    let rows = [FLAT, FLAT, FLAT, [50., 50., 46., 46.], [45.; 4], [45.; 4]];
    let result =
        run(&bars(&rows), composed(script(&[0], &[2]), fixed(200), &[part("stop", 3.0)]), &participating(10.0));
    assert_eq!(fills(&result)[2..], ["bar 3 sell 100 @ 50", "bar 4 sell 100 @ 45"]);
    assert_eq!(position(&result), Quantity::ZERO);
    assert!(result.orders.iter().all(|o| o.state.is_closed()));
}

#[test]
fn a_target_that_fills_in_part_leaves_the_stop_for_the_rest() {
    let rows = [FLAT, FLAT, FLAT, [50., 54., 50., 54.], [50., 50., 46., 46.]];
    let exits = || [part("stop", 3.0), part("target", 3.0)];
    let result = run(&bars(&rows[..4]), composed(script(&[0], &[]), fixed(200), &exits()), &participating(10.0));
    assert_eq!(fills(&result)[2..], ["bar 3 sell 100 @ 53"]);
    assert_eq!(protected(&result, |k| matches!(k, OrderKind::Stop { .. })).to_string(), "100");
    let result = run(&bars(&rows), composed(script(&[0], &[]), fixed(200), &exits()), &participating(10.0));
    assert_eq!(fills(&result)[3..], ["bar 4 sell 100 @ 47"]);
    assert_eq!(position(&result), Quantity::ZERO);
    assert!(result.orders.iter().all(|o| o.state.is_closed()));
}

/// After every bar of random walks, whatever the signal: never short, all of the
/// position protected once by each exit, nothing left working when flat.
#[test]
fn the_position_is_protected_after_every_bar() {
    let signals: [Part; 3] = [
        ("sma_cross", json!({"fast": 2, "slow": 4})),
        ("rsi", json!({"period": 2})),
        ("bollinger", json!({"period": 3, "width": 0.8})),
    ];
    let sets: [Vec<Part>; 3] = [
        vec![part("stop", 2.5)],
        vec![part("stop", 2.5), part("target", 2.0)],
        vec![part("trailing", 2.0), part("target", 3.0)],
    ];
    let (mut held, mut partial) = (0, 0);
    for seed in 0..2 {
        let all = walk(100, seed);
        for signal_part in &signals {
            for exits in &sets {
                for rows in 3..=all.len() {
                    let feed = feed(instrument(), all.slice(0, rows));
                    let strategy = composed(signal(signal_part), fixed(400), exits);
                    let result = run(&feed, strategy, &participating(4.0));
                    let position = position(&result);
                    let place = format!("seed {seed}, {} {exits:?}, {rows} bars", signal_part.0);
                    assert!(position >= Quantity::ZERO, "{place}");
                    let stops =
                        protected(&result, |k| matches!(k, OrderKind::Stop { .. } | OrderKind::TrailingStop { .. }));
                    assert_eq!(stops, position, "{place}: stop");
                    if exits.len() == 2 {
                        assert_eq!(protected(&result, |k| matches!(k, OrderKind::Limit { .. })), position, "{place}");
                    }
                    held += usize::from(!position.is_zero());
                    partial += usize::from(result.orders.iter().any(|o| o.state == OrderState::PartlyFilled));
                    if position.is_zero() {
                        let entry_works = |o: &engine_core::record::OrderRecord| {
                            let id = o.order.parent.map_or(o, |p| &result.orders[p.index()]);
                            !id.state.is_closed()
                        };
                        let orphan = result.orders.iter().find(|o| !o.state.is_closed() && !entry_works(o));
                        assert!(orphan.is_none(), "{place}: {orphan:?}");
                    }
                }
            }
        }
    }
    assert!(held > 200 && partial > 50, "too quiet to mean anything: {held} held, {partial} partial");
}
