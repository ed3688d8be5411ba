//! Cases on events that do not fit: each is one error with its place.

use engine_core::exchange::scenario_json::read_cases;

/// A good case.
fn case(events: &str, orders: &str, rest: &str) -> String {
    format!(r#"{{"events": [{events}], "orders": [{orders}]{rest}}}"#)
}

const BOOK: &str = r#"{"type": "book", "bids": [[99, 1]], "asks": [[101, 1]]}"#;
const ORDER: &str = r#"{"id": "a", "side": "buy", "quantity": 1, "type": "limit", "limit": 99, "after_event": 0}"#;

fn error(text: &str) -> String {
    match read_cases(text) {
        Ok(_) => format!("no error: {text}"),
        Err(e) => e.to_string(),
    }
}

#[test]
fn the_case_that_the_others_break_is_good() {
    assert!(read_cases(&case(BOOK, ORDER, "")).is_ok());
}

#[test]
fn broken_events() {
    for (event, expected) in [
        ("7", "case.events[1]: expected an object {...}, found 7"),
        (
            "{}",
            "case.events[1].type: missing, expected one of trade, quote, level, book, clear, gap, add, modify, cancel",
        ),
        (
            r#"{"type": "tick"}"#,
            "case.events[1].type: is \"tick\", expected one of trade, quote, level, book, clear, gap, add, modify, cancel",
        ),
        (
            r#"{"type": "gap", "time": 1.5}"#,
            "case.events[1].time: is 1.5, expected whole nanoseconds from 0 to 4611686018427387903",
        ),
        (
            r#"{"type": "gap", "time": -1}"#,
            "case.events[1].time: is -1, expected whole nanoseconds from 0 to 4611686018427387903",
        ),
        (r#"{"type": "gap", "more": 1}"#, "case.events[1].more: expected true or false, found 1"),
        (r#"{"type": "gap", "more": true}"#, "case.events[1].more: is true, but no event follows"),
        (r#"{"type": "gap", "side": "buy"}"#, "case.events[1].side: unknown key, expected one of type, time, more"),
        (r#"{"type": "gap", "type": "gap"}"#, "case.events[1].type: is there twice"),
        (r#"{"type": "trade", "quantity": 1}"#, "case.events[1].price: missing, expected a price above 0"),
        (r#"{"type": "trade", "price": 0, "quantity": 1}"#, "case.events[1].price: is 0, expected a price above 0"),
        (r#"{"type": "trade", "price": 1, "quantity": -2}"#, "case.events[1].quantity: is -2, expected a size above 0"),
        (r#"{"type": "trade", "price": 1, "quantity": 0}"#, "case.events[1].quantity: is 0, expected a size above 0"),
        (
            r#"{"type": "trade", "price": 1, "quantity": 1, "side": "bid"}"#,
            "case.events[1].side: is \"bid\", expected one of buy, sell",
        ),
        (
            r#"{"type": "trade", "price": 1, "quantity": 1, "irregular": "yes"}"#,
            "case.events[1].irregular: expected true or false, found \"yes\"",
        ),
        (
            r#"{"type": "trade", "price": 1, "size": 1, "quantity": 1}"#,
            "case.events[1].size: unknown key, expected one of type, time, more, price, quantity, side, irregular",
        ),
        (r#"{"type": "quote", "bid": 99}"#, "case.events[1].bid_size: missing, expected a size above 0"),
        (r#"{"type": "quote", "bid": 99, "bid_size": 0}"#, "case.events[1].bid_size: is 0, expected a size above 0"),
        (r#"{"type": "quote", "ask_size": 5}"#, "case.events[1].ask_size: is the size of no ask: expected ask as well"),
        (r#"{"type": "level", "price": 1, "quantity": 1}"#, "case.events[1].side: missing, expected buy or sell"),
        (
            r#"{"type": "level", "side": "up", "price": 1, "quantity": 1}"#,
            "case.events[1].side: is \"up\", expected one of buy, sell, bid, ask",
        ),
        (
            r#"{"type": "level", "side": "buy", "price": 1, "quantity": -1}"#,
            "case.events[1].quantity: is -1, expected a size of 0 or more",
        ),
        (r#"{"type": "book", "bids": 5}"#, "case.events[1].bids: expected an array of [price, quantity], found 5"),
        (r#"{"type": "book", "bids": [[1]]}"#, "case.events[1].bids[0]: has 1 numbers, expected [price, quantity]"),
        (r#"{"type": "book", "asks": [[1, 0]]}"#, "case.events[1].asks[0] quantity: is 0, expected a size above 0"),
        (r#"{"type": "book", "asks": [[-1, 1]]}"#, "case.events[1].asks[0] price: is -1, expected a price above 0"),
        (r#"{"type": "book", "asks": [[5, 1], [5.0, 2]]}"#, "case.events[1].asks[1]: price 5 is there twice"),
        (
            r#"{"type": "clear", "side": "both"}"#,
            "case.events[1].side: is \"both\", expected one of buy, sell, bid, ask",
        ),
        (
            r#"{"type": "add", "side": "buy", "price": 1, "quantity": 1}"#,
            "case.events[1].order: missing, expected a whole number of 0 or more",
        ),
        (
            r#"{"type": "add", "order": "x", "side": "buy", "price": 1, "quantity": 1}"#,
            "case.events[1].order: is \"x\", expected a whole number of 0 or more",
        ),
        (
            r#"{"type": "modify", "order": 1, "side": "buy", "price": 1, "quantity": 0}"#,
            "case.events[1].quantity: is 0, expected a size above 0",
        ),
        (r#"{"type": "cancel", "order": 1, "quantity": 0}"#, "case.events[1].quantity: is 0, expected a size above 0"),
        (
            r#"{"type": "add", "order": 1, "side": "buy", "price": 1, "quantity": 6000000000}, {"type": "add", "order": 2, "side": "buy", "price": 1, "quantity": 6000000000}"#,
            "case.events[2].quantity: all sizes of orders together are above 10000000000",
        ),
        (
            r#"{"type": "gap", "time": 9}, {"type": "gap", "time": 8}"#,
            "case.events[2].time: is 8, before the event above it, 9; times must not go back",
        ),
        (
            r#"{"type": "gap", "time": 9}, {"type": "gap"}"#,
            "case.events[2].time: missing, so it is the index 2, before the event above it, 9; times must not go back",
        ),
        (
            r#"{"type": "gap", "time": 9, "more": true}, {"type": "gap", "time": 10}"#,
            "case.events[2].time: is 10, but the event above it says more: expected its time, 9",
        ),
    ] {
        assert_eq!(error(&case(&format!("{BOOK}, {event}"), ORDER, "")), expected, "{event}");
    }
}

#[test]
fn broken_orders_and_changes() {
    let order = |change: &str| ORDER.replace("\"after_event\": 0", change);
    for (orders, rest, expected) in [
        (order(r#""after_event": 1"#), "", "case.orders[0].after_event: is 1, expected an event index from 0 to 0"),
        (
            order(r#""at": 0, "after_event": 0"#),
            "",
            "case.orders[0].at: does not go with after_event: expected one of the two",
        ),
        (
            order(r#""at": "soon""#),
            "",
            "case.orders[0].at: is \"soon\", expected whole nanoseconds from 0 to 4611686018427387903",
        ),
        (
            order(r#""after_bar": 0"#),
            "",
            "case.orders[0].after_bar: unknown key, expected one of id, side, quantity, type, limit, stop, trail, trail_percent, limit_offset, tif, until, post_only, parent, oco, at, after_event",
        ),
        (
            order(r#""tif": "gtd""#),
            "",
            "case.orders[0].until: missing, expected the time in nanoseconds at which the order expires",
        ),
        (order(r#""stop": 3"#), "", "case.orders[0].stop: does not belong to an order of this type"),
        (
            ORDER.replace("\"limit\", ", "\"iceberg\", "),
            "",
            "case.orders[0].type: is \"iceberg\", expected one of market, limit, stop, stop_limit, trailing_stop, trailing_stop_limit, market_if_touched, limit_if_touched, market_on_open, limit_on_open, market_on_close, limit_on_close",
        ),
        (ORDER.replace("\"buy\"", "\"bid\""), "", "case.orders[0].side: is \"bid\", expected one of buy, sell"),
        (order(r#""parent": "b""#), "", "case.orders[0].parent: \"b\" is the id of no order"),
        (order(r#""parent": "a""#), "", "case.orders[0].parent: a chain of more than 16 orders, or a circle"),
        (format!("{ORDER}, {ORDER}"), "", "case.orders[1].id: \"a\" is used twice"),
        (
            format!(
                "{}, {}",
                order(r#""parent": "b""#),
                ORDER.replace("\"a\"", "\"b\"").replace("\"after_event\": 0", "\"at\": 5")
            ),
            "",
            "case.orders[0].parent: \"b\" is submitted after its child",
        ),
        (
            ORDER.into(),
            r#"{"order": "b", "at": 1, "cancel": true}"#,
            "case.changes[0].order: \"b\" is the id of no order",
        ),
        (ORDER.into(), r#"{"at": 1, "cancel": true}"#, "case.changes[0].order: missing, expected the id of an order"),
        (
            ORDER.into(),
            r#"{"order": "a", "cancel": true}"#,
            "case.changes[0]: expected at (nanoseconds) or after_event (the index of an event)",
        ),
        (
            order(r#""at": 5"#),
            r#"{"order": "a", "at": 4, "cancel": true}"#,
            "case.changes[0]: is sent at 4, before its order, which is sent at 5",
        ),
        (ORDER.into(), r#"{"order": "a", "at": 1}"#, "case.changes[0]: expected cancel, quantity, limit or stop"),
        (
            ORDER.into(),
            r#"{"order": "a", "at": 1, "cancel": false}"#,
            "case.changes[0].cancel: is false, expected true, or no such key",
        ),
        (
            ORDER.into(),
            r#"{"order": "a", "at": 1, "cancel": true, "limit": 5}"#,
            "case.changes[0]: cancel does not go with quantity, limit or stop",
        ),
        (
            ORDER.into(),
            r#"{"order": "a", "at": 1, "quantity": 0}"#,
            "case.changes[0].quantity: is 0, expected a number above 0",
        ),
        (
            ORDER.into(),
            r#"{"order": "a", "at": 1, "limit": -1}"#,
            "case.changes[0].limit: is -1, expected a price above 0",
        ),
        (
            ORDER.into(),
            r#"{"order": "a", "at": 1, "trail": 1}"#,
            "case.changes[0].trail: unknown key, expected one of order, at, after_event, cancel, quantity, limit, stop",
        ),
    ] {
        let rest = if rest.is_empty() { String::new() } else { format!(r#", "changes": [{rest}]"#) };
        assert_eq!(error(&case(BOOK, &orders, &rest)), expected, "{orders} {rest}");
    }
}

#[test]
fn broken_rules() {
    for (rest, expected) in [
        (r#""bars": [[1, 1, 1, 1]]"#, "case.bars: does not go with events: a case has either bars or events"),
        (r#""path": "near_first""#, "case.path: belongs to a case with bars, not to one with events"),
        (r#""slippage": 1"#, "case.slippage: belongs to a case with bars, not to one with events"),
        (r#""participation": 1"#, "case.participation: belongs to a case with bars, not to one with events"),
        (
            r#""queue": "last""#,
            "case.queue: is \"last\", expected one of none, volume_ahead, proportional, log, fifo, or {\"power\": 2}",
        ),
        (r#""queue": "fifo""#, "case.queue: is \"fifo\", which needs events that tell single orders (type add)"),
        (r#""queue": {"power": 0}"#, "case.queue.power: is 0, expected a power above 0 and at most 10"),
        (r#""queue": {"power": 11}"#, "case.queue.power: is 11, expected a power above 0 and at most 10"),
        (r#""queue": {"log": 1}"#, "case.queue.power: missing, expected a power above 0 and at most 10"),
        (r#""through": "half""#, "case.through: is \"half\", expected one of full, traded"),
        (r#""trigger": "mid""#, "case.trigger: is \"mid\", expected one of trade, quote"),
        (r#""latency": -1"#, "case.latency: is -1, expected whole nanoseconds from 0 to 3600000000000"),
        (
            r#""latency": 3600000000001"#,
            "case.latency: is 3600000000001, expected whole nanoseconds from 0 to 3600000000000",
        ),
        (r#""lot": 0"#, "case.lot: expected a lot above 0"),
        (r#""tick": 0"#, "case.tick: is 0, expected a price above 0"),
        (r#""session_ends": 5"#, "case.session_ends: expected an array of times in nanoseconds, found 5"),
        (
            r#""session_ends": [true]"#,
            "case.session_ends[0]: is true, expected whole nanoseconds from 0 to 4611686018427387903",
        ),
        (
            r#""fees": 1"#,
            "case.fees: unknown key, expected one of events, orders, changes, queue, through, trigger, latency, lot, tick, session_ends",
        ),
    ] {
        assert_eq!(error(&case(BOOK, ORDER, &format!(", {rest}"))), expected);
    }
    assert_eq!(error(r#"{"events": [], "orders": []}"#), "case.events: is empty, expected at least one event");
    assert_eq!(error(r#"{"events": {}, "orders": []}"#), "case.events: expected an array of events, found {}");
    assert_eq!(error(&format!(r#"{{"events": [{BOOK}]}}"#)), "case.orders: missing, expected an array of orders");
    assert_eq!(
        error(r#"[{"bars": [[1, 1, 1, 1]], "orders": [], "queue": "none"}]"#),
        "case 0.queue: belongs to a case with events, not to one with bars"
    );
    assert_eq!(
        error(r#"{"orders": []}"#),
        "case.bars: missing, expected an array of [open, high, low, close] or [open, high, low, close, volume], or else `events`"
    );
}

#[test]
fn what_a_case_may_hold_is_bounded() {
    let levels: Vec<String> = (1..=1_000).map(|i| format!("[{i}, 1]")).collect();
    let book = format!(r#"{{"type": "book", "bids": [{}]}}"#, levels.join(","));
    let books = vec![book; 1_000].join(",");
    assert_eq!(error(&case(&books, "", "")), "case.events[999]: with it, the events say more than 1000000 things");
    let order = |i: usize| ORDER.replace("\"a\"", &format!("{i}"));
    let orders: Vec<String> = (0..=10_000).map(order).collect();
    assert_eq!(error(&case(BOOK, &orders.join(","), "")), "case.orders: has 10001 orders, expected at most 10000");
    let change = r#"{"order": "a", "at": 1, "quantity": 1}"#;
    let changes = format!(r#", "changes": [{}]"#, vec![change; 100_001].join(","));
    assert_eq!(error(&case(BOOK, ORDER, &changes)), "case.changes: has 100001 changes, expected at most 100000");
}
