//! The bars on which each signal acts. Bars have one price each, so that a fill's
//! price is the price of the bar after the signal.

use engine_core::order::OrderState;
use engine_core::record::RunResult;
use serde_json::{Value, json};

use crate::common::{Part, closes, composed, exit, fills, fixed, play, signal};

fn trade(name: &'static str, values: Value, prices: &[f64]) -> RunResult {
    let part: Part = (name, values);
    play(&closes(prices), composed(signal(&part), fixed(1), &[]))
}

#[test]
fn sma_cross_enters_from_zero_to_above_and_exits_from_zero_to_below() {
    // fast 1, slow 2: d = (c[t] - c[t-1]) / 2
    // close  10  10  11  12  12  11  11  12
    // d       -   0  .5  .5   0 -.5   0  .5
    // wants           E           X       E (last bar)
    let result = trade("sma_cross", json!({"fast": 1, "slow": 2}), &[10., 10., 11., 12., 12., 11., 11., 12.]);
    assert_eq!(fills(&result), ["bar 3 buy 1 @ 12", "bar 6 sell 1 @ 11"]);
    // The entry of the last bar was sent and never filled.
    assert_eq!(result.orders.len(), 3);
    assert_eq!(result.orders[2].state, OrderState::Working);
}

#[test]
fn sma_cross_hand_worked_with_two_and_three_bars() {
    // close  10  10  10  13    13  10    7    7
    // sma 2   -  10  10  11.5  13  11.5  8.5  7
    // sma 3   -   -  10  11    12  12    10   8
    // d       -   -   0   .5    1  -.5  -1.5 -1
    let result = trade("sma_cross", json!({"fast": 2, "slow": 3}), &[10., 10., 10., 13., 13., 10., 7., 7.]);
    assert_eq!(fills(&result), ["bar 4 buy 1 @ 13", "bar 6 sell 1 @ 7"]);
}

#[test]
fn a_fast_average_above_from_its_first_value_on_is_no_crossing() {
    let rising = [10., 11., 12., 13., 14.];
    assert!(trade("sma_cross", json!({"fast": 1, "slow": 2}), &rising).orders.is_empty());
    // d: - .5 0 .5: it came from zero, not from below, and that is a crossing.
    let paused = [10., 11., 11., 12., 13.];
    assert_eq!(fills(&trade("sma_cross", json!({"fast": 1, "slow": 2}), &paused)), ["bar 4 buy 1 @ 13"]);
}

#[test]
fn a_crossing_up_while_long_is_ignored() {
    // d: - 0 .5 0 .5 0 -.5 0: enters after bar 2, again after bar 4, exits after bar 6.
    let prices = [10., 10., 11., 11., 12., 12., 11., 11.];
    let result = trade("sma_cross", json!({"fast": 1, "slow": 2}), &prices);
    assert_eq!(fills(&result), ["bar 3 buy 1 @ 11", "bar 7 sell 1 @ 11"]);
    assert_eq!(result.orders.len(), 2);
}

#[test]
fn macd_seeded_with_the_first_value() {
    // fast 1 (the close), slow 3 and signal 3 (alpha 1/2):
    // close   8   8  16  16    8     8     8      8
    // slow    8   8  12  14   11    9.5   8.75   8.375
    // macd    0   0   4   2   -3   -1.5   -.75   -.375
    // signal  0   0   2   2   -.5  -1     -.875  -.625
    // hist    0   0   2   0  -2.5   -.5    .125   .25
    // wants           E       X            E
    let values = json!({"fast": 1, "slow": 3, "signal": 3, "seeding": "first"});
    let result = trade("macd", values, &[8., 8., 16., 16., 8., 8., 8., 8.]);
    assert_eq!(fills(&result), ["bar 3 buy 1 @ 16", "bar 5 sell 1 @ 8", "bar 7 buy 1 @ 8"]);
}

#[test]
fn macd_seeded_with_means_starts_when_its_signal_does() {
    // close   9  12  15  12  12  16   10     12
    // slow    -   -  12  12  12  14   12     12
    // macd    -   -   3   0   0   2   -2
    // signal  -   -   -   -   1   1.5 -.25
    // hist    -   -   -   -  -1   .5  -1.75
    // wants                       E    X
    let values = json!({"fast": 1, "slow": 3, "signal": 3, "seeding": "sma"});
    let result = trade("macd", values, &[9., 12., 15., 12., 12., 16., 10., 12.]);
    assert_eq!(fills(&result), ["bar 6 buy 1 @ 10", "bar 7 sell 1 @ 12"]);
}

#[test]
fn rsi_trades_levels_not_crossings() {
    // close  10   9   8   10    12    12    6     6     6
    // gain    -   -   0    1   1.5   .75  .375  .188
    // loss    -   -   1   .5   .25   .125 3.06  1.53
    // rsi     -   -   0  66.7  85.7  85.7  10.9  10.9  10.9
    // wants           E         X     X     E     E     E
    let values = json!({"period": 2, "lower": 30.0, "upper": 70.0});
    let result = trade("rsi", values, &[10., 9., 8., 10., 12., 12., 6., 6., 6.]);
    assert_eq!(fills(&result), ["bar 3 buy 1 @ 10", "bar 5 sell 1 @ 12", "bar 7 buy 1 @ 6"]);
    // The second exit found no position, the later entries found one.
    assert_eq!(result.orders.len(), 3);
}

#[test]
fn an_rsi_at_its_level_does_nothing() {
    // Changes -1, +1: averages .5 and .5, RSI 50 at bar 2; then 0 changes keep it there.
    let prices = [10., 9., 10., 10., 10.];
    assert!(trade("rsi", json!({"period": 2, "lower": 50.0, "upper": 60.0}), &prices).orders.is_empty());
    let above = trade("rsi", json!({"period": 2, "lower": 50.1, "upper": 60.0}), &prices);
    assert_eq!(fills(&above), ["bar 3 buy 1 @ 10"]);
    // Bought at RSI 0 after bar 2; after bar 3 (+1) averages are .5 and .5: not above 50.
    let result = trade("rsi", json!({"period": 2, "lower": 30.0, "upper": 50.0}), &[10., 9., 8., 9., 9., 9.]);
    assert_eq!(fills(&result), ["bar 3 buy 1 @ 9"]);
}

#[test]
fn bollinger_reversion_buys_below_the_band_and_sells_at_the_middle() {
    // close   10  10  7     8     9    9
    // mean     -   -  9     8.33  8    8.67
    // lower    -   -  7.59  7.09  7.18
    // wants           E           X
    let values = json!({"period": 3, "width": 1.0, "mode": "reversion"});
    let result = trade("bollinger", values, &[10., 10., 7., 8., 9., 9.]);
    assert_eq!(fills(&result), ["bar 3 buy 1 @ 8", "bar 5 sell 1 @ 9"]);
}

#[test]
fn bollinger_reversion_sells_exactly_at_the_middle() {
    // Two bars, width .5: after 10, 8 the lower band is 8.5; after 8, 8 the middle is 8.
    let values = json!({"period": 2, "width": 0.5, "mode": "reversion"});
    let result = trade("bollinger", values, &[10., 10., 8., 8., 9.]);
    assert_eq!(fills(&result), ["bar 3 buy 1 @ 8", "bar 4 sell 1 @ 9"]);
}

#[test]
fn bollinger_breakout_buys_above_the_band_and_sells_below_the_middle() {
    // close   10  10  13     12     12     12
    // mean     -   -  11     11.67  12.33  12
    // upper    -   -  12.41  12.91  12.80  12
    // wants           E             X
    let values = json!({"period": 3, "width": 1.0, "mode": "breakout"});
    let result = trade("bollinger", values, &[10., 10., 13., 12., 12., 12.]);
    assert_eq!(fills(&result), ["bar 3 buy 1 @ 12", "bar 5 sell 1 @ 12"]);
}

#[test]
fn bollinger_breakout_holds_exactly_at_the_middle() {
    // Two bars, width .5: 12 over 11.5 enters; 12 at the middle 12 holds; 11 under 11.5 exits.
    let values = json!({"period": 2, "width": 0.5, "mode": "breakout"});
    let result = trade("bollinger", values, &[10., 12., 12., 11., 11.]);
    assert_eq!(fills(&result), ["bar 2 buy 1 @ 12", "bar 4 sell 1 @ 11"]);
}

#[test]
fn a_close_on_a_band_is_not_outside_it() {
    // Two bars, width 1: the bands are the two closes themselves.
    let prices = [10., 12., 10., 14., 12., 16., 10., 10.];
    for mode in ["reversion", "breakout"] {
        let result = trade("bollinger", json!({"period": 2, "width": 1.0, "mode": mode}), &prices);
        assert!(result.fills.is_empty(), "{mode}: {:?}", fills(&result));
    }
}

#[test]
fn buy_and_hold_buys_once() {
    let result = trade("buy_and_hold", json!({}), &[10., 11., 12., 13., 14.]);
    assert_eq!(fills(&result), ["bar 1 buy 1 @ 11"]);
    assert_eq!((result.orders.len(), result.open_trades.len()), (1, 1));
}

#[test]
fn buy_and_hold_does_not_come_back_after_a_stop() {
    let stop = exit(&("stop", json!({"unit": "amount", "value": 2.0})));
    let strategy = composed(signal(&("buy_and_hold", json!({}))), fixed(1), &[]).exit(stop);
    let result = play(&closes(&[10., 10., 9., 7., 7., 20., 20.]), strategy);
    assert_eq!(fills(&result), ["bar 1 buy 1 @ 10", "bar 3 sell 1 @ 7"]);
}
