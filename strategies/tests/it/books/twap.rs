//! The execution's rules, each on a book of a few levels.

use serde_json::{Value, json};

use super::tapes::{feed_of, fills, orders, play, refusal, tape};

const BOOK: &str = "0 clear; bid 49.99 10; bid 49.98 10; ask 50.01 10; ask 50.02 10\n";

/// 300 in three slices of ten seconds.
fn plain(more: &Value) -> Value {
    let mut values = json!({"quantity": 300.0, "slices": 3, "duration": 30.0});
    for (key, value) in more.as_object().unwrap() {
        values[key] = value.clone();
    }
    values
}

#[test]
fn a_slice_waits_at_the_best_price_and_takes_what_is_left_at_its_end() {
    let result = play(&format!("{BOOK}59 bid 49.90 1"), "twap", &plain(&json!({})));
    assert_eq!(
        orders(&result),
        [
            "0 buy 100 @ 49.99 cancelled: requested",
            "10.1 buy 100 @ 50.03 filled",
            "10.2 buy 100 @ 49.99 cancelled: requested",
            "20.1 buy 100 @ 50.03 filled",
            "20.2 buy 100 @ 49.99 cancelled: requested",
            "30.1 buy 100 @ 50.03 filled"
        ]
    );
    assert_eq!(fills(&result), ["10.1 buy 100 @ 50.01", "20.1 buy 100 @ 50.01", "30.1 buy 100 @ 50.01"]);
    assert_eq!(
        result.logs[0].text,
        "buy 300 of 300, 0 of it passively, at 50.010000 on average against 50.000000 at the start: \
         a shortfall of 1.000 ticks"
    );
    assert_eq!(result.plots.iter().map(|p| (p.value * 1e6).round() / 1e6).collect::<Vec<_>>(), [1.0; 3]);
}

#[test]
fn what_waits_may_fill_and_earns_the_spread() {
    let text = "1 sell 49.98 1\n12 sell 49.98 1\n22 sell 49.98 1\n59 bid 49.90 1";
    let result = play(&format!("{BOOK}{text}"), "twap", &plain(&json!({})));
    assert_eq!(fills(&result), ["1 buy 100 @ 49.99", "12 buy 100 @ 49.99", "22 buy 100 @ 49.99"]);
    assert!(result.logs[0].text.contains("300 of it passively"), "{}", result.logs[0].text);
    assert!(result.logs[0].text.ends_with("a shortfall of -1.000 ticks"), "{}", result.logs[0].text);
}

#[test]
fn it_follows_the_best_price() {
    let text = "1.05 bid 50 3\n59 bid 49.90 1";
    let result = play(&format!("{BOOK}{text}"), "twap", &plain(&json!({"slices": 1, "quantity": 100.0})));
    assert_eq!(
        orders(&result),
        [
            "0 buy 100 @ 49.99 cancelled: requested",
            "1.2 buy 100 @ 50 cancelled: requested",
            "30.1 buy 100 @ 50.03 filled"
        ]
    );
}

#[test]
fn it_sells_too_and_starts_later() {
    let values = plain(&json!({"side": "sell", "slices": 1, "start_after": 5.0, "duration": 10.0, "cap": 0}));
    let result = play(&format!("{BOOK}59 bid 49.90 1"), "twap", &values);
    assert_eq!(orders(&result), ["5 sell 300 @ 50.01 cancelled: requested", "15.1 sell 300 @ 49.99 filled"]);
    assert_eq!(fills(&result), ["15.1 sell 300 @ 49.99"]);
}

#[test]
fn slices_are_whole_lots_and_the_last_takes_the_rest() {
    let result = play(&format!("{BOOK}59 bid 49.90 1"), "twap", &plain(&json!({"quantity": 1_000.0})));
    let sizes: Vec<String> = result.fills.iter().map(|fill| fill.quantity.to_string()).collect();
    assert_eq!(sizes, ["300", "300", "400"]);
    // Fewer lots than slices: some slices have nothing to do.
    let result = play(&format!("{BOOK}59 bid 49.90 1"), "twap", &plain(&json!({"quantity": 100.0})));
    assert_eq!(fills(&result), ["30.1 buy 100 @ 50.01"]);
}

#[test]
fn what_the_cap_leaves_is_tried_again_and_told() {
    // Two lots at an allowed price for three that are due.
    let text = "0 clear; bid 49.99 10; ask 50.01 2; ask 50.09 9\n31 ask 50.02 1\n59 bid 49.90 1";
    let values = plain(&json!({"slices": 1}));
    let result = play(text, "twap", &values);
    let quantity: i64 = result.fills.iter().map(|fill| fill.quantity.units()).sum();
    assert!(quantity <= 300 * engine_core::fixed::SCALE);
    assert!(fills(&result).starts_with(&["30.1 buy 200 @ 50.01".to_owned()]), "{:?}", fills(&result));
    let none =
        play("0 clear; bid 49.99 10; ask 50.01 10\n5 bid 49.90 1", "twap", &plain(&json!({"start_after": 600.0})));
    assert_eq!(none.logs[0].text, "buy 0 of 300, 0 of it passively");
}

#[test]
fn a_quantity_that_is_no_whole_lots_is_refused() {
    let feed = feed_of(tape(&format!("{BOOK}59 bid 49.90 1")));
    let found = refusal(&feed, "twap", &json!({"quantity": 250.0}));
    assert!(found.contains("quantity: is 250, expected whole lots of 100"), "{found}");
}
