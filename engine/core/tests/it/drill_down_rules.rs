//! Ambiguous bars replayed on finer data: sessions, volume, links, states and jumps.

use engine_core::fixed::Rate;
use engine_core::order::{NewOrder, OrderKind, Reason, Side, Size, TimeInForce, Trail};
use engine_core::time::{MINUTE, Timestamp};

use crate::common::{price, shares};
use crate::drill_down::{BAR, DOWN_FIRST, ID, Table, UP_FIRST, bracket, child, fills, limit, order, replay, stop};

#[test]
fn the_session_begins_in_the_first_finer_bar_and_ends_in_the_last() {
    let close = order(Side::Sell, OrderKind::MarketOnClose);
    let open = order(Side::Buy, OrderKind::MarketOnOpen);
    let mut day = order(Side::Sell, limit("103"));
    day.tif = TimeInForce::Day;
    let [entry, protects, takes] = bracket();
    let orders = [entry, protects, takes, open, close, day];
    for (parts, exit) in [(UP_FIRST, "2 100 @ 103"), (DOWN_FIRST, "1 100 @ 98")] {
        let run = Table::new(BAR, parts).run(&orders);
        assert_eq!(replay(&run, 0).bars, 5);
        // The opening auction at the open, the closing one after all else.
        let got = fills(&run);
        assert_eq!(got[..2], ["0 100 @ 100", "3 100 @ 100"], "{got:?}");
        assert_eq!(got[2..], [exit, "5 100 @ 103", "4 100 @ 100"]);
    }
    // A day order works through all of the session's finer bars and then ends.
    let mut table = Table::new([100.0, 104.0, 97.0, 100.0], UP_FIRST).then(BAR, UP_FIRST);
    table.starts = vec![true, true, false];
    let mut late = order(Side::Sell, limit("104.5"));
    late.tif = TimeInForce::Day;
    let [a, b, c] = bracket();
    let run = table.run(&[a, b, c, late]);
    assert_eq!(run.orders[3].state.name(), "expired");
    assert_eq!(run.orders[3].ended, Timestamp::from_date(2024, 3, 4) + 30 * MINUTE);
}

#[test]
fn the_cap_on_volume_goes_by_the_finer_volume_and_else_by_that_of_the_bar() {
    let big = NewOrder::new(ID, Side::Buy, Size::Quantity(shares(300)), OrderKind::Market);
    let orders = [big, child(stop("98"), 1), child(limit("103"), 1)];
    let capped = |share: f64, coarse: f64, fine: f64| {
        let mut table = Table::new(BAR, UP_FIRST).volumes(coarse, fine);
        table.rules.participation = Some(Rate::from_f64(share).unwrap());
        table.run(&orders)
    };
    // 100 in each part: the entry takes it at three opens, then the stop.
    let run = capped(0.1, 5_000.0, 1_000.0);
    assert_eq!(fills(&run), ["0 100 @ 100", "0 100 @ 102", "0 100 @ 103", "1 100 @ 98", "1 100 @ 98"]);
    assert!(replay(&run, 0).resolved);
    // No volume in the finer bars: 500 for all of them together.
    let run = capped(0.1, 5_000.0, -1.0);
    assert_eq!(fills(&run), ["0 300 @ 100", "2 200 @ 103"]);
    // Shares too small for a lot add up: 0.7 of 1, 2, 3, 4 and 5, floored, is 0, 1, 2, 2 and 3.
    let [entry, protects, takes] = bracket();
    let one = NewOrder { size: Size::Quantity(shares(1)), ..entry };
    let mut table = Table::new(BAR, UP_FIRST).volumes(5.0, 1.0);
    table.rules.participation = Some(Rate::from_f64(0.7).unwrap());
    let run = table.run(&[one, protects, takes]);
    assert_eq!(fills(&run), ["0 1 @ 102", "2 1 @ 103"]);
}

#[test]
fn children_and_siblings_carry_from_one_finer_bar_to_the_next() {
    // The entry triggers in the first part, its target is in the second.
    let [_, protects, takes] = bracket();
    let run = Table::new(BAR, UP_FIRST).run(&[order(Side::Buy, stop("102")), protects, takes]);
    assert_eq!(fills(&run), ["0 100 @ 102", "2 100 @ 103"]);
    assert!(replay(&run, 0).resolved && run.orders[1].reason == Reason::Oco);
    // 60 in each part: the children grow with the entry, and 20 at the target, then 60 more,
    // leave 20 to the stop.
    let mut table = Table::new(BAR, UP_FIRST).volumes(3_000.0, 600.0);
    table.rules.participation = Some(Rate::from_f64(0.1).unwrap());
    let run = table.run(&bracket());
    assert_eq!(fills(&run), ["0 60 @ 100", "0 40 @ 102", "2 20 @ 103", "2 60 @ 103", "1 20 @ 98"]);
    assert_eq!(run.orders.iter().map(|o| o.filled).collect::<Vec<_>>(), [shares(100), shares(20), shares(80)]);
}

#[test]
fn a_state_that_later_bars_depend_on_is_taken_from_the_finer_bars() {
    // The trail is armed inside the bar. Its fills are the same on every path, its best
    // price is not: after 97 the parts go to 104, so the stop stands at 101.
    let trail = OrderKind::TrailingStop { trail: Trail::Amount(price("3")) };
    let orders = [order(Side::Buy, limit("97")), child(trail, 1)];
    let bar = [100.0, 104.0, 97.0, 103.5];
    let up = [
        [100.0, 100.0, 97.0, 98.0],
        [98.0, 100.0, 98.0, 100.0],
        [100.0, 104.0, 100.0, 104.0],
        [104.0, 104.0, 103.5, 103.5],
        [103.5, 103.5, 103.5, 103.5],
    ];
    let next = [103.5, 103.5, 100.0, 100.0];
    let falls = [next, [100.0; 4], [100.0; 4], [100.0; 4], [100.0; 4]];
    let table = Table::new(bar, up).then(next, falls);
    let run = table.run(&orders);
    assert_eq!(fills(&run), ["0 100 @ 97", "1 100 @ 101"]);
    // On the bar alone the same fill would rest on where the rule thinks the high was.
    let early = [
        [100.0, 104.0, 100.0, 100.0],
        [100.0, 100.0, 97.0, 98.0],
        [98.0, 101.0, 98.0, 101.0],
        [101.0, 103.5, 101.0, 103.5],
        [103.5, 103.5, 103.5, 103.5],
    ];
    let run = Table::new(bar, early).then(next, falls).run(&orders);
    assert_eq!(fills(&run), ["0 100 @ 97", "1 100 @ 100.5"]);
}

#[test]
fn a_jump_between_finer_bars_is_not_forgiven_and_shows() {
    // From 99 to 97 at once: no price between them was traded.
    let parts = [
        [100.0, 100.0, 99.0, 99.0],
        [97.0, 99.0, 97.0, 99.0],
        [99.0, 104.0, 99.0, 104.0],
        [104.0, 104.0, 100.0, 100.0],
        [100.0, 100.0, 100.0, 100.0],
    ];
    let run = Table::new(BAR, parts).run(&bracket());
    assert_eq!(fills(&run), ["0 100 @ 100", "1 100 @ 97"]);
    let all = run.drill_down.unwrap();
    assert_eq!((all.resolved, all.outside, all.changed), (1, 1, 1));
}
