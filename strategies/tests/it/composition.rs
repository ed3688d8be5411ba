//! What `Composed` makes of signals, whatever they are.

use engine_core::instrument::InstrumentId;
use engine_core::order::{OrderKind, OrderState, Reason};
use serde_json::json;

use crate::common::{SYMBOL, closes, composed, fills, fixed, orders, play, refusal, script, signal, sizer, traded};

const TEN: [f64; 7] = [10., 11., 12., 13., 14., 15., 16.];

#[test]
fn entries_while_long_are_ignored() {
    let result = play(&closes(&TEN), composed(script(&[0, 1, 2, 3, 4], &[]), fixed(5), &[]));
    assert_eq!(fills(&result), ["bar 1 buy 5 @ 11"]);
    assert_eq!(result.orders.len(), 1);
}

#[test]
fn exits_while_flat_are_ignored() {
    let result = play(&closes(&TEN), composed(script(&[2], &[0, 1, 4, 5]), fixed(5), &[]));
    assert_eq!(fills(&result), ["bar 3 buy 5 @ 13", "bar 5 sell 5 @ 15"]);
    assert_eq!(result.orders.len(), 2);
}

#[test]
fn a_round_trip_can_follow_another_at_once() {
    let result = play(&closes(&TEN), composed(script(&[0, 2, 4], &[1, 3]), fixed(5), &[]));
    let expected = ["bar 1 buy 5 @ 11", "bar 2 sell 5 @ 12", "bar 3 buy 5 @ 13", "bar 4 sell 5 @ 14"];
    assert_eq!(fills(&result)[..4], expected);
    assert_eq!(fills(&result)[4..], ["bar 5 buy 5 @ 15"]);
    assert_eq!((result.trades.len(), result.open_trades.len()), (2, 1));
    assert!(result.trades.iter().all(|t| t.pnl.to_string() == "5"));
}

#[test]
fn signals_before_start_after_are_not_acted_on() {
    let parts = || (script(&[0, 1, 3], &[2, 4]), sizer(&fixed(5)));
    let start = |row| {
        let (signal, sizer) = parts();
        fills(&play(&closes(&TEN), engine_core::compose::Composed::new(SYMBOL, signal, sizer, row)))
    };
    assert_eq!(start(0), ["bar 1 buy 5 @ 11", "bar 3 sell 5 @ 13", "bar 4 buy 5 @ 14", "bar 5 sell 5 @ 15"]);
    assert_eq!(start(1), ["bar 2 buy 5 @ 12", "bar 3 sell 5 @ 13", "bar 4 buy 5 @ 14", "bar 5 sell 5 @ 15"]);
    assert_eq!(start(2), ["bar 4 buy 5 @ 14", "bar 5 sell 5 @ 15"]);
    assert_eq!(start(4), [""; 0]);
}

#[test]
fn a_signal_that_keeps_wanting_acts_on_the_first_bar_allowed() {
    let hold = signal(&("buy_and_hold", json!({})));
    let strategy = engine_core::compose::Composed::new(SYMBOL, hold, sizer(&fixed(5)), 3);
    assert_eq!(fills(&play(&closes(&TEN), strategy)), ["bar 4 buy 5 @ 14"]);
}

#[test]
fn a_signal_on_the_last_bar_is_never_filled() {
    let result = play(&closes(&TEN), composed(script(&[6], &[]), fixed(5), &[]));
    assert_eq!((fills(&result).len(), orders(&result)), (0, vec!["0 working".to_owned()]));
    let result = play(&closes(&TEN), composed(script(&[0], &[6]), fixed(5), &[]));
    assert_eq!(fills(&result), ["bar 1 buy 5 @ 11"]);
    assert_eq!(orders(&result), ["0 filled", "1 working"]);
    // Marked at the last close.
    assert_eq!(result.final_equity.to_string(), "100025");
}

#[test]
fn an_entry_that_waits_for_a_bar_that_trades_is_not_doubled() {
    let row = |p: f64, volume| ([p; 4], volume);
    let rows = [row(10., 100.), row(11., 0.), row(12., 0.), row(13., 100.), row(14., 100.)];
    let result = play(&traded(&rows), composed(script(&[0, 1, 2], &[]), fixed(5), &[]));
    assert_eq!(fills(&result), ["bar 3 buy 5 @ 13"]);
    assert_eq!(result.orders.len(), 1);
}

#[test]
fn an_exit_before_the_entry_filled_cancels_it_and_its_children() {
    let row = |p: f64, volume| ([p; 4], volume);
    let rows = [row(10., 100.), row(11., 0.), row(12., 100.), row(13., 100.)];
    let exits = [("stop", json!({"value": 5.0})), ("target", json!({"value": 5.0}))];
    let result = play(&traded(&rows), composed(script(&[0], &[1]), fixed(5), &exits));
    assert!(result.fills.is_empty());
    assert_eq!(orders(&result), ["0 cancelled: requested", "1 cancelled: parent closed", "2 cancelled: parent closed"]);
}

#[test]
fn an_exit_that_waits_is_not_doubled() {
    let row = |p: f64, volume| ([p; 4], volume);
    let rows = [row(10., 100.), row(11., 100.), row(12., 0.), row(13., 0.), row(14., 100.), row(15., 100.)];
    let result = play(&traded(&rows), composed(script(&[0], &[1, 2, 3]), fixed(5), &[]));
    assert_eq!(fills(&result), ["bar 1 buy 5 @ 11", "bar 4 sell 5 @ 14"]);
    assert_eq!(result.orders.len(), 2);
}

#[test]
fn an_entry_the_cash_cannot_pay_for_is_refused_or_shrunk() {
    // 100,000 buys 9,090 at 11.
    let strategy = || composed(script(&[0], &[]), fixed(10_000), &[("stop", json!({"value": 5.0}))]);
    let result = play(&closes(&TEN), strategy());
    assert_eq!(orders(&result), ["0 rejected: insufficient cash", "1 cancelled: parent closed"]);
    let result = play(&closes(&TEN), strategy().shrink_to_fit(true));
    assert_eq!(fills(&result), ["bar 1 buy 9090 @ 11"]);
    // What was bought is protected.
    let stop = &result.orders[1];
    assert_eq!((stop.state, stop.quantity.to_string()), (OrderState::Working, "9090".to_owned()));
}

#[test]
fn a_refused_entry_does_not_stop_the_next() {
    // 5,000 shares at 21 cost too much; at 19 they do not.
    let result = play(&closes(&[20., 21., 19., 19.]), composed(script(&[0, 1], &[]), fixed(5_000), &[]));
    assert_eq!(fills(&result), ["bar 2 buy 5000 @ 19"]);
    assert_eq!(result.orders[0].reason, Reason::InsufficientCash);
}

#[test]
fn orders_are_market_orders_of_the_symbol() {
    let result = play(&closes(&TEN), composed(script(&[0], &[2]), fixed(5), &[]));
    assert!(result.orders.iter().all(|o| o.order.kind == OrderKind::Market));
    assert!(result.orders.iter().all(|o| o.order.instrument == InstrumentId(0) && o.order.oco.is_none()));
}

#[test]
fn a_setup_error_names_its_key() {
    let strategy = composed(script(&[0], &[]), ("risk", json!({})), &[("target", json!({}))]);
    assert_eq!(refusal(&closes(&TEN), strategy).0, "sizing.kind");
}
