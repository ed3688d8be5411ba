//! Where stops, targets and trailing stops stand, and what ends them.
//!
//! Most entries are decided at a close of 40 and filled at 50, so that a distance
//! from the wrong price shows.

use engine_core::order::{OrderKind, OrderState, Size, Trail};
use engine_core::record::RunResult;
use serde_json::json;

use crate::common::{Part, bars, composed, fills, fixed, orders, play, script};

const DECIDED: [f64; 4] = [40., 41., 39., 40.];
const ENTRY: [f64; 4] = [50., 51., 49.5, 51.];

fn part(name: &'static str, unit: &str, value: f64) -> Part {
    (name, json!({"unit": unit, "value": value, "period": 3}))
}

/// Bought at the open of the second bar; then these bars.
fn hold(exits: &[Part], rows: &[[f64; 4]]) -> RunResult {
    hold_from(exits, &[], ENTRY, rows)
}

fn hold_from(exits: &[Part], exit: &[usize], entry: [f64; 4], rows: &[[f64; 4]]) -> RunResult {
    let rows = [&[DECIDED, entry][..], rows].concat();
    play(&bars(&rows), composed(script(&[0], exit), fixed(100), exits))
}

/// Bought at 52 at the open of bar 5, when the average range of the bars before was 2.
fn hold_after_calm(exits: &[Part], rows: &[[f64; 4]]) -> RunResult {
    let calm = [[50., 51., 49., 50.]; 5];
    let rows = [&calm[..], &[[52., 52.5, 51.5, 52.]], rows].concat();
    play(&bars(&rows), composed(script(&[4], &[]), fixed(100), exits))
}

#[test]
fn a_stop_stands_below_the_entry_fill() {
    let falling = [[50., 50., 44., 44.]];
    let of = |unit: &str, value: f64| hold(&[part("stop", unit, value)], &falling);
    assert_eq!(fills(&of("percent", 5.0)), ["bar 1 buy 100 @ 50", "bar 2 sell 100 @ 47.5"]);
    assert_eq!(fills(&of("amount", 3.0))[1], "bar 2 sell 100 @ 47");
    // The order is reported with the price it stood at.
    assert_eq!(of("percent", 5.0).orders[1].order.kind, OrderKind::Stop { stop: "47.5".parse().unwrap() });
    let atr = hold_after_calm(&[part("stop", "atr", 1.5)], &[[52., 52., 48., 48.]]);
    assert_eq!(fills(&atr), ["bar 5 buy 100 @ 52", "bar 6 sell 100 @ 49"]);
}

#[test]
fn a_target_stands_above_the_entry_fill() {
    let rising = [[51., 60., 51., 60.]];
    let of = |unit: &str, value: f64| hold(&[part("target", unit, value)], &rising);
    assert_eq!(fills(&of("percent", 10.0)), ["bar 1 buy 100 @ 50", "bar 2 sell 100 @ 55"]);
    assert_eq!(fills(&of("amount", 4.0))[1], "bar 2 sell 100 @ 54");
    assert_eq!(of("percent", 10.0).orders[1].order.kind, OrderKind::Limit { limit: "55".parse().unwrap() });
    let atr = hold_after_calm(&[part("target", "atr", 2.0)], &[[52., 60., 52., 60.]]);
    assert_eq!(fills(&atr), ["bar 5 buy 100 @ 52", "bar 6 sell 100 @ 56"]);
}

#[test]
fn a_trailing_stop_follows_the_best_price_since_the_entry() {
    // Best 51 after the entry bar, 60 after the next: 4 % below is 57.6, 2 below is 58.
    let rows = [[52., 60., 51., 60.], [59., 59.5, 57., 58.]];
    let of = |unit: &str, value: f64| hold(&[part("trailing", unit, value)], &rows);
    assert_eq!(fills(&of("percent", 4.0)), ["bar 1 buy 100 @ 50", "bar 3 sell 100 @ 57.6"]);
    assert_eq!(fills(&of("amount", 2.0))[1], "bar 3 sell 100 @ 58");
    assert_eq!(
        of("amount", 2.0).orders[1].order.kind,
        OrderKind::TrailingStop { trail: Trail::Amount("2".parse().unwrap()) }
    );
    // ATR 2: 3 below the best price, which is 56.
    let atr = hold_after_calm(&[part("trailing", "atr", 1.5)], &[[52., 56., 52., 56.], [55., 55., 50., 50.]]);
    assert_eq!(fills(&atr), ["bar 5 buy 100 @ 52", "bar 7 sell 100 @ 53"]);
}

#[test]
fn a_trailing_stop_starts_at_the_fill_not_at_the_close_before() {
    // Decided at 60, filled at 50: 3 below the fill is 47; 3 below 60 would sell at once.
    let rows = [[60., 60., 60., 60.], [50., 50., 48., 48.], [48., 48., 46., 46.]];
    let strategy = composed(script(&[0], &[]), fixed(100), &[part("trailing", "amount", 3.0)]);
    assert_eq!(fills(&play(&bars(&rows), strategy)), ["bar 1 buy 100 @ 50", "bar 2 sell 100 @ 47"]);
}

#[test]
fn a_trailing_stop_never_loosens() {
    // Best 51: 49. It stands there while prices fall, and fires at 49.
    let rows = [[50., 50.5, 49.5, 50.], [50., 50., 49.2, 49.5], [49.5, 49.5, 48., 48.]];
    let result = hold(&[part("trailing", "amount", 2.0)], &rows);
    assert_eq!(fills(&result), ["bar 1 buy 100 @ 50", "bar 4 sell 100 @ 49"]);
}

#[test]
fn the_range_is_the_one_of_the_decision() {
    // ATR 2 at the decision; the wild entry bar has no say: 52 - 2 x 2 = 48.
    let calm = [[50., 51., 49., 50.]; 5];
    let rows = [&calm[..], &[[52., 70., 49., 60.], [60., 60., 40., 40.]]].concat();
    let strategy = composed(script(&[4], &[]), fixed(100), &[part("stop", "atr", 2.0)]);
    assert_eq!(fills(&play(&bars(&rows), strategy)), ["bar 5 buy 100 @ 52", "bar 6 sell 100 @ 48"]);
}

#[test]
fn the_entry_bar_is_covered() {
    let bar = |high, low| [50., high, low, 50.];
    let stop = hold_from(&[part("stop", "percent", 5.0)], &[], bar(51., 46.), &[]);
    assert_eq!(fills(&stop), ["bar 1 buy 100 @ 50", "bar 1 sell 100 @ 47.5"]);
    let target = hold_from(&[part("target", "percent", 10.0)], &[], bar(56., 49.), &[]);
    assert_eq!(fills(&target), ["bar 1 buy 100 @ 50", "bar 1 sell 100 @ 55"]);
    // Low 49 first, then 56, then back to 50: 2 below 56 lies on the way.
    let trailing = hold_from(&[part("trailing", "amount", 2.0)], &[], bar(56., 49.), &[]);
    assert_eq!(fills(&trailing), ["bar 1 buy 100 @ 50", "bar 1 sell 100 @ 54"]);
    for result in [stop, target, trailing] {
        assert_eq!((result.trades.len(), result.open_trades.len()), (1, 0));
    }
}

#[test]
fn what_the_entry_bar_had_seen_before_the_close_of_the_signal_does_not_count() {
    // The bar of the decision went down to 39; the stop at 47.5 was not there yet.
    let result = hold(&[part("stop", "percent", 5.0)], &[[51., 52., 48., 50.]]);
    assert_eq!(fills(&result), ["bar 1 buy 100 @ 50"]);
    assert_eq!(result.orders[1].state, OrderState::Working);
}

#[test]
fn the_first_exit_cancels_the_others() {
    let exits = || [part("stop", "percent", 5.0), part("target", "percent", 10.0), part("trailing", "percent", 8.0)];
    // Orders: 0 entry, 1 stop 47.5, 2 target 55, 3 trailing from 46.
    let up = hold(&exits(), &[[51., 56., 51., 56.], [40., 40., 40., 40.]]);
    assert_eq!(fills(&up), ["bar 1 buy 100 @ 50", "bar 2 sell 100 @ 55"]);
    assert_eq!(orders(&up), ["0 filled", "1 cancelled: oco", "2 filled", "3 cancelled: oco"]);
    let down = hold(&exits(), &[[49., 49., 40., 40.], [60., 60., 60., 60.]]);
    assert_eq!(fills(&down), ["bar 1 buy 100 @ 50", "bar 2 sell 100 @ 47.5"]);
    assert_eq!(orders(&down), ["0 filled", "1 filled", "2 cancelled: oco", "3 cancelled: oco"]);
}

#[test]
fn children_are_linked_to_the_entry_and_to_each_other() {
    let result = hold(&[part("stop", "amount", 3.0), part("target", "amount", 3.0)], &[[51., 52., 50., 51.]]);
    let [entry, stop, target] = &result.orders[..] else { panic!("{:?}", orders(&result)) };
    assert!(entry.order.parent.is_none() && entry.order.oco.is_none());
    for child in [stop, target] {
        assert_eq!(child.order.parent.map(|p| p.0), Some(0));
        assert_eq!(child.order.size, Size::AsParent);
        assert_eq!(child.order.oco, stop.order.oco);
        assert_eq!((child.state, child.quantity.to_string()), (OrderState::Working, "100".to_owned()));
    }
    assert!(stop.order.oco.is_some());
}

#[test]
fn an_exit_signal_sells_at_the_open_and_cancels_the_children() {
    let exits = [part("stop", "percent", 5.0), part("target", "percent", 10.0)];
    let result = hold_from(&exits, &[2], ENTRY, &[[51., 52., 50., 51.], [52., 60., 40., 50.]]);
    assert_eq!(fills(&result), ["bar 1 buy 100 @ 50", "bar 3 sell 100 @ 52"]);
    assert_eq!(orders(&result), ["0 filled", "1 cancelled: oco", "2 cancelled: oco", "3 filled"]);
}

#[test]
fn an_exit_signal_after_a_stop_out_finds_nothing_to_sell() {
    let result = hold_from(&[part("stop", "percent", 5.0)], &[2], ENTRY, &[[50., 50., 44., 44.], [44.; 4]]);
    assert_eq!(fills(&result), ["bar 1 buy 100 @ 50", "bar 2 sell 100 @ 47.5"]);
    assert_eq!(result.orders.len(), 2);
}

#[test]
fn a_gap_through_the_stop_fills_at_the_open() {
    for exit in [part("stop", "percent", 5.0), part("trailing", "percent", 5.0)] {
        let result = hold(&[exit], &[[45., 46., 44., 45.]]);
        assert_eq!(fills(&result), ["bar 1 buy 100 @ 50", "bar 2 sell 100 @ 45"]);
    }
}

#[test]
fn a_gap_over_the_target_fills_at_the_open() {
    let result = hold(&[part("target", "percent", 10.0)], &[[60., 61., 59., 60.]]);
    assert_eq!(fills(&result), ["bar 1 buy 100 @ 50", "bar 2 sell 100 @ 60"]);
}

#[test]
fn an_exit_signal_and_a_gap_through_the_stop_sell_once() {
    // Both act at the same open.
    let exits = [part("stop", "percent", 5.0), part("target", "percent", 10.0)];
    let result = hold_from(&exits, &[1], ENTRY, &[[45., 46., 44., 45.], [45.; 4]]);
    assert_eq!(fills(&result), ["bar 1 buy 100 @ 50", "bar 2 sell 100 @ 45"]);
    assert_eq!(orders(&result), ["0 filled", "1 filled", "2 cancelled: oco", "3 cancelled: oco"]);
}

#[test]
fn a_new_entry_after_a_stop_out_has_exits_of_its_own() {
    let exits = [part("stop", "percent", 10.0), part("target", "percent", 10.0)];
    let rows = [
        DECIDED,
        [50., 51., 49., 50.], // entry at 50: stop 45, target 55
        [50., 50., 44., 44.], // stopped at 45; wants in again
        [30., 31., 29., 30.], // entry at 30: stop 27, target 33
        [30., 34., 30., 34.], // target 33
        [44., 56., 26., 44.], // nothing is left to act on this
    ];
    let result = play(&bars(&rows), composed(script(&[0, 2], &[]), fixed(100), &exits));
    let expected = ["bar 1 buy 100 @ 50", "bar 2 sell 100 @ 45", "bar 3 buy 100 @ 30", "bar 4 sell 100 @ 33"];
    assert_eq!(fills(&result), expected);
    let expected = ["0 filled", "1 filled", "2 cancelled: oco", "3 filled", "4 cancelled: oco", "5 filled"];
    assert_eq!(orders(&result), expected);
    let group = |i: usize| result.orders[i].order.oco.unwrap();
    assert_eq!((group(1), group(4)), (group(2), group(5)));
    assert_ne!(group(1), group(4));
}

#[test]
fn a_new_entry_after_an_exit_signal_has_exits_of_its_own() {
    let rows = [DECIDED, ENTRY, [50.; 4], [60.; 4], [60., 60., 56., 57.], [57., 57., 50., 50.]];
    // Sold at the open of bar 2; bought again at 60: 5 % below is 57.
    let strategy = composed(script(&[0, 2], &[1]), fixed(100), &[part("stop", "percent", 5.0)]);
    let result = play(&bars(&rows), strategy);
    let expected = ["bar 1 buy 100 @ 50", "bar 2 sell 100 @ 50", "bar 3 buy 100 @ 60", "bar 4 sell 100 @ 57"];
    assert_eq!(fills(&result), expected);
}

#[test]
fn an_entry_while_long_leaves_the_exits_alone() {
    let rows = [DECIDED, ENTRY, [51.; 4], [51., 51., 47., 47.]];
    let strategy = composed(script(&[0, 1, 2], &[]), fixed(100), &[part("stop", "percent", 5.0)]);
    let result = play(&bars(&rows), strategy);
    assert_eq!(fills(&result), ["bar 1 buy 100 @ 50", "bar 3 sell 100 @ 47.5"]);
    assert_eq!(result.orders.len(), 2);
}
