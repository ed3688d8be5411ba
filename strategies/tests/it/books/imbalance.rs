//! The rules of the imbalance strategy, each on a book of a few levels.

use serde_json::{Value, json};

use super::tapes::{fills, orders, play};

fn traded(text: &str, values: &Value) -> Vec<String> {
    fills(&play(text, "imbalance", values))
}

/// One level, no cool-down, held until the sign turns.
fn plain(more: &Value) -> Value {
    let mut values = json!({"depth": 1, "threshold": 0.5, "cool_down": 0.0, "hold": 0.0});
    for (key, value) in more.as_object().unwrap() {
        values[key] = value.clone();
    }
    values
}

#[test]
fn it_takes_the_heavier_side_and_leaves_when_the_sign_turns() {
    let text = "0 clear; bid 49.99 10; ask 50.01 10
        1 ask 50.01 3
        2 ask 50.01 9
        3 ask 50.01 11
        9 bid 49.98 1";
    let result = play(text, "imbalance", &plain(&json!({})));
    assert_eq!(orders(&result), ["1 buy 100 @ 50.02 filled", "3 sell 100 @ 49.98 filled"]);
    assert_eq!(fills(&result), ["1 buy 100 @ 50.01", "3 sell 100 @ 49.99"]);
}

#[test]
fn it_sells_short_when_asks_are_heavier() {
    let text = "0 clear; bid 49.99 10; ask 50.01 10
        1 bid 49.99 3
        2 bid 49.99 10
        3 bid 49.99 11
        9 bid 49.98 1";
    assert_eq!(traded(text, &plain(&json!({}))), ["1 sell 100 @ 49.99", "3 buy 100 @ 50.01"]);
}

#[test]
fn the_threshold_itself_is_not_beyond_it() {
    // (9 - 3) / 12 = 0.5 and (10 - 3) / 13 = 0.54.
    let text = "0 clear; bid 49.99 9; ask 50.01 3\n1 bid 49.99 10\n9 bid 49.98 1";
    assert_eq!(traded(text, &plain(&json!({}))), ["1 buy 100 @ 50.01"]);
}

#[test]
fn it_counts_as_many_levels_as_asked() {
    let text = "0 clear; bid 49.99 10; bid 49.98 1; ask 50.01 2; ask 50.02 30\n9 bid 49.90 1";
    assert_eq!(traded(text, &plain(&json!({"depth": 1}))), ["0 buy 100 @ 50.01"]);
    assert_eq!(traded(text, &plain(&json!({"depth": 2, "threshold": 0.4}))), ["0 sell 100 @ 49.99"]);
}

#[test]
fn the_cap_bounds_the_price() {
    // Three lots wanted, one at the best price, then a hole of four ticks.
    let text = "0 clear; bid 49.99 10; ask 50.01 1; ask 50.05 1; ask 50.06 9\n9 bid 49.90 1";
    let values =
        |cap: i64| plain(&json!({"cap": cap, "order_quantity": 300.0, "max_position": 300.0, "cool_down": 60.0}));
    let bought =
        |cap| traded(text, &values(cap)).iter().filter(|line| line.contains("buy")).cloned().collect::<Vec<_>>();
    assert_eq!(bought(3), ["0 buy 100 @ 50.01"]);
    assert_eq!(bought(4), ["0 buy 100 @ 50.01", "0 buy 100 @ 50.05"]);
    assert_eq!(bought(5), ["0 buy 100 @ 50.01", "0 buy 100 @ 50.05", "0 buy 100 @ 50.06"]);
}

#[test]
fn the_cool_down_keeps_entries_apart_and_the_largest_position_bounds_them() {
    let heavy: String = (1..=9).map(|second| format!("{second} bid 49.99 {}\n", 20 + second)).collect();
    let text = format!("0 clear; bid 49.99 20; ask 50.01 5\n{heavy}");
    let buys = |cool_down: f64, most: f64| {
        let values = plain(&json!({"cool_down": cool_down, "max_position": most}));
        traded(&text, &values).iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(buys(4.0, 1_000.0), ["0", "4", "8"]);
    assert_eq!(buys(4.0, 250.0), ["0", "4"]);
    assert_eq!(buys(0.0, 100.0), ["0"]);
}

#[test]
fn a_position_is_held_for_a_time() {
    let steady: String = (1..=9).map(|second| format!("{second} bid 49.99 {}\n", 20 + second)).collect();
    let text = format!("0 clear; bid 49.99 20; ask 50.01 2\n{steady}");
    let values = plain(&json!({"hold": 3.0, "cool_down": 100.0}));
    assert_eq!(traded(&text, &values), ["0 buy 100 @ 50.01", "3 sell 100 @ 49.99"]);
}

#[test]
fn a_bad_book_is_not_traded() {
    let text = "0 clear; bid 49.99 10; ask 50.01 10
        1 gap
        2 ask 50.01 1
        3 clear; bid 49.99 10; ask 50.01 2
        9 bid 49.98 1";
    assert_eq!(traded(text, &plain(&json!({}))), ["3 buy 100 @ 50.01"]);
}
