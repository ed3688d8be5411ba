//! The market maker's rules, each on a book of a few levels.

use engine_core::feed::{Feed, Series};
use engine_core::order::Reason;
use engine_core::tape::Tape;
use serde_json::{Value, json};

use super::tapes::{feed_of, fills, instrument, orders, play, refusal, run, tape};

const BOOK: &str = "0 clear; bid 49.99 10; bid 49.98 10; ask 50.01 10; ask 50.02 10\n";

/// Two orders a side, one tick from the middle, no skew.
fn plain(more: &Value) -> Value {
    let mut values = json!({"levels": 2, "skew": 0.0, "half_spread": 1.0, "order_quantity": 100.0});
    for (key, value) in more.as_object().unwrap() {
        values[key] = value.clone();
    }
    values
}

fn quoted(text: &str, more: &Value) -> Vec<String> {
    orders(&play(&format!("{BOOK}{text}"), "market_maker", &plain(more)))
}

#[test]
fn it_quotes_a_grid_around_the_middle() {
    assert_eq!(
        quoted("5 bid 49.98 11", &json!({})),
        [
            "0.1 buy 100 @ 49.99 working",
            "0.1 sell 100 @ 50.01 working",
            "0.1 buy 100 @ 49.98 working",
            "0.1 sell 100 @ 50.02 working"
        ]
    );
}

#[test]
fn distances_are_half_spread_and_interval_rounded_away_from_the_middle() {
    // The middle is 50.005, so that 2.2 ticks lead to 49.983 and 50.027.
    let text = "0 clear; bid 49.99 10; ask 50.02 10\n5 bid 49.98 1";
    let values = plain(&json!({"half_spread": 2.2, "interval": 3}));
    assert_eq!(
        orders(&play(text, "market_maker", &values)),
        [
            "0.1 buy 100 @ 49.98 working",
            "0.1 sell 100 @ 50.03 working",
            "0.1 buy 100 @ 49.95 working",
            "0.1 sell 100 @ 50.06 working"
        ]
    );
}

#[test]
fn the_microprice_leans_to_the_thinner_side() {
    // (49.99 * 2 + 50.03 * 18) / 20 = 50.026: asks are thin, the price is about to rise.
    let text = "0 clear; bid 49.99 18; ask 50.03 2\n5 bid 49.98 1";
    let values = plain(&json!({"fair": "microprice", "levels": 1}));
    assert_eq!(
        orders(&play(text, "market_maker", &values)),
        ["0.1 buy 100 @ 50.01 working", "0.1 sell 100 @ 50.04 working"]
    );
}

#[test]
fn it_never_crosses_the_book_nor_itself() {
    // A spread of one tick and no half spread: the best prices themselves.
    let text = "0 clear; bid 50 10; ask 50.01 10\n5 bid 49.98 1";
    let values = plain(&json!({"half_spread": 0.0, "levels": 1}));
    assert_eq!(
        orders(&play(text, "market_maker", &values)),
        ["0.1 buy 100 @ 50 working", "0.1 sell 100 @ 50.01 working"]
    );
    // Both sides would be at 50, the middle.
    assert_eq!(
        quoted("5 bid 49.98 11", &json!({"half_spread": 0.0, "levels": 1})),
        ["0.1 buy 100 @ 49.99 working", "0.1 sell 100 @ 50.01 working"]
    );
}

#[test]
fn orders_whose_price_is_still_wanted_stay() {
    let up = "1.05 bid 50 10; ask 50.01 0; ask 50.03 10\n5 bid 49.98 11";
    assert_eq!(
        quoted(up, &json!({})),
        [
            "0.1 buy 100 @ 49.99 working",
            "0.1 sell 100 @ 50.01 cancelled: requested",
            "0.1 buy 100 @ 49.98 cancelled: requested",
            "0.1 sell 100 @ 50.02 working",
            "1.1 buy 100 @ 50 working",
            "1.1 sell 100 @ 50.03 working"
        ]
    );
}

#[test]
fn a_fill_moves_the_quotes_against_the_position() {
    // A trade through 49.99 fills the buy there; one order held is a skew of one tick.
    let text = "1.05 sell 49.98 1\n5 bid 49.97 1";
    let result = play(&format!("{BOOK}{text}"), "market_maker", &plain(&json!({"skew": 1.0, "levels": 1})));
    assert_eq!(fills(&result), ["1.05 buy 100 @ 49.99"]);
    // The fair price of 50 is 49.99 now: buy below 49.98, and sell at the best bid's next tick.
    assert_eq!(
        orders(&result),
        [
            "0.1 buy 100 @ 49.99 filled",
            "0.1 sell 100 @ 50.01 cancelled: requested",
            "1.1 buy 100 @ 49.98 working",
            "1.1 sell 100 @ 50 working"
        ]
    );
}

#[test]
fn what_works_counts_against_the_largest_position() {
    let prices = |max: f64| {
        let lines = quoted("5 bid 49.98 11", &json!({"levels": 3, "max_position": max}));
        lines.iter().filter(|line| line.contains("buy")).count()
    };
    assert_eq!((prices(100.0), prices(250.0), prices(1e6)), (1, 2, 3));
}

#[test]
fn a_bad_book_is_not_quoted() {
    let text = "1.05 gap\n2.05 bid 49.99 12\n3.05 clear; bid 49.99 10; ask 50.01 10\n5 bid 49.98 1";
    assert_eq!(
        quoted(text, &json!({"levels": 1})),
        [
            "0.1 buy 100 @ 49.99 cancelled: requested",
            "0.1 sell 100 @ 50.01 cancelled: requested",
            "3.1 buy 100 @ 49.99 working",
            "3.1 sell 100 @ 50.01 working"
        ]
    );
}

#[test]
fn one_side_alone_is_not_quoted() {
    let text = "1.05 ask 50.01 0; ask 50.02 0\n5 bid 49.98 11";
    let lines = quoted(text, &json!({"levels": 1}));
    assert_eq!(lines, ["0.1 buy 100 @ 49.99 cancelled: requested", "0.1 sell 100 @ 50.01 cancelled: requested"]);
}

#[test]
fn it_closes_its_position_before_the_session_ends() {
    let text = "1.05 sell 49.98 1\n49 bid 49.98 9\n50.15 bid 49.98 8\n55 bid 49.98 7";
    let result = play(&format!("{BOOK}{text}"), "market_maker", &plain(&json!({"levels": 1, "close_before": 10.0})));
    assert_eq!(fills(&result), ["1.05 buy 100 @ 49.99", "50.1 sell 100 @ 49.99"]);
    assert!(result.orders.iter().all(|order| order.state.is_closed()));
    assert_eq!(orders(&result).last().map(String::as_str), Some("50.1 sell 100 market filled"));
}

#[test]
fn a_refused_order_is_told_once_and_not_repeated_at_every_look() {
    // A cash account has nothing to sell: a sale is refused when somebody wants to buy from it.
    let bought: String = (1..=40).map(|i| format!("{:.2} buy 50.02 1\n", 0.05 + f64::from(i) * 0.1)).collect();
    let feed = feed_of(tape(&format!("{BOOK}{bought}")));
    let result = run(&feed, "market_maker", &plain(&json!({"levels": 1})), &crate::common::options(1_000_000));
    let refused = result.orders.iter().filter(|o| o.reason == Reason::InsufficientPosition);
    assert_eq!(refused.count(), 4);
    let told: Vec<&str> = result.logs.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(told, ["order 1 was refused: insufficient position; one second of pause after each"]);
}

#[test]
fn what_it_needs_is_asked_for_by_name() {
    let book = || tape(&format!("{BOOK}5 buy 50.01 1"));
    let feed = feed_of(book());
    let says = |values: Value, expected: &str| {
        let found = refusal(&feed, "market_maker", &values);
        assert!(found.contains(expected), "{found}");
    };
    says(json!({"order_quantity": 150.0}), "order_quantity: is 150, expected whole lots of 100");
    says(json!({"symbol": "SYN.B"}), "SYN.B is not in the data");
    let series = Series { tape: None, ..Series::taped(instrument(), (*feed.series()[0].bars).clone(), book()) };
    let bars_only = std::sync::Arc::new(Feed::new(vec![series]).unwrap());
    assert!(refusal(&bars_only, "market_maker", &json!({})).contains("has only bars"));
    let mut no_step = instrument();
    no_step.ticks = engine_core::instrument::TickLadder::default();
    let series = Series::taped(no_step, (*feed.series()[0].bars).clone(), book());
    let no_step = std::sync::Arc::new(Feed::new(vec![series]).unwrap());
    assert!(refusal(&no_step, "market_maker", &json!({})).contains("no price step"));
    let trades: Tape = tape("0 buy 50.01 1");
    assert!(refusal(&feed_of(trades), "market_maker", &json!({})).contains("trades alone"));
    let values = json!({"order_quantity": 200.0, "max_position": 100.0});
    let registry = strategies::registry();
    let plugin = registry.find(engine_core::registry::Role::Strategy, "market_maker").unwrap();
    assert!(plugin.strategy(crate::common::map(&values)).is_err());
}
