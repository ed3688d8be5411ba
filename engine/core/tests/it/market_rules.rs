//! Daily price limits in a run; figures worked by hand.

use engine_core::actions::{ActionKind, CorporateAction};
use engine_core::exchange::{FillRules, LimitGap, MarketFill, Slippage};
use engine_core::feed::Series;
use engine_core::kernel::RunOptions;
use engine_core::order::{NewOrder, OrderState, Reason, Side, Size, TimeInForce};
use engine_core::record::RunResult;
use engine_core::rules::{Listing, Settlement};

use crate::common::{price, shares};
use crate::venue::{
    ID, Tape, begin_of, buy, date, ends, fills, flat, go, limit, margin, rules, sell, share, with_rules,
};

const REFUSED: (OrderState, Reason) = (OrderState::Rejected, Reason::PriceLimit);
const FILLED: (OrderState, Reason) = (OrderState::Filled, Reason::None);
const OPEN: (OrderState, Reason) = (OrderState::Working, Reason::None);

/// With limits of 10 % and T+0.
fn limited(tape: &Tape, steps: Vec<(usize, NewOrder)>, options: RunOptions) -> RunResult {
    go(with_rules(tape.series(share("SH.600000")), rules(0.1, Settlement::SameSession)), steps, options)
}

#[test]
fn a_limit_price_beyond_the_limits_of_the_day_is_refused_and_no_other_order() {
    // Closed at 10.00: from 9.00 to 11.00.
    let tape = Tape::new().day("2024-03-04", &[flat(10.0)]).day("2024-03-05", &[[10.0, 10.1, 9.9, 10.0]; 2]);
    let five = Size::Quantity(shares(5));
    let cases = [
        (limit(Side::Buy, 5, "11.01"), REFUSED),
        (limit(Side::Buy, 5, "11"), FILLED),
        (limit(Side::Buy, 5, "8.99"), REFUSED),
        (limit(Side::Buy, 5, "9"), OPEN),
        (limit(Side::Sell, 5, "11.01"), REFUSED),
        (limit(Side::Sell, 5, "8.99"), REFUSED),
        (limit(Side::Sell, 5, "9"), FILLED),
        (limit(Side::Sell, 5, "11"), OPEN),
        (NewOrder::stop(ID, Side::Buy, five, price("11.5")), OPEN),
        (NewOrder::stop(ID, Side::Sell, five, price("8.5")), OPEN),
        (buy(5), FILLED),
    ];
    for row in [0, 1] {
        let steps = cases.iter().map(|(order, _)| (row, *order)).collect();
        let result = limited(&tape, steps, RunOptions { account: margin(2.0), ..RunOptions::default() });
        assert_eq!(ends(&result), cases.map(|(_, end)| end), "sent at the close of bar {row}");
    }
    // A refused entry takes its children along.
    let stop = NewOrder::stop(ID, Side::Sell, Size::AsParent, price("9.5"));
    let steps =
        vec![(0, limit(Side::Buy, 5, "11.01")), (0, stop.child_of(engine_core::order::OrderId(0))), (0, buy(5))];
    let result = limited(&tape, steps, RunOptions::default());
    assert_eq!(ends(&result), [REFUSED, (OrderState::Cancelled, Reason::ParentClosed), FILLED]);
}

#[test]
fn nobody_sells_at_the_upper_limit_and_nobody_buys_at_the_lower() {
    let tape = Tape::new()
        .day("2024-03-04", &[flat(10.0)])
        .day("2024-03-05", &[flat(10.0)])
        // 11.00 is the limit of this day, 12.10 of the next.
        .day("2024-03-06", &[flat(11.0)])
        .day("2024-03-07", &[[11.5, 11.6, 11.4, 11.5]])
        // Down to 10.35 (11.50 x 0.9), then from 9.32 (9.315) on.
        .day("2024-03-08", &[flat(10.35)])
        .day("2024-03-11", &[flat(10.0)]);
    let ten = Size::Quantity(shares(10));
    let steps = vec![
        (0, buy(100)),
        (1, buy(10)),
        (1, limit(Side::Buy, 20, "11")),
        (1, NewOrder::stop(ID, Side::Buy, ten, price("10.5"))),
        (1, sell(30)),
        (1, buy(7).tif(TimeInForce::Day)),
        (3, sell(40)),
        (3, NewOrder::stop(ID, Side::Sell, ten, price("11"))),
        (3, limit(Side::Buy, 5, "10.4")),
        (3, sell(7).tif(TimeInForce::Ioc)),
    ];
    let result = limited(&tape, steps, RunOptions::default());
    let at = |row, quantity, text: &str| (row, quantity, text.to_owned());
    assert_eq!(
        fills(&result),
        [
            at(1, 100, "10"),
            // The sale has buyers at the limit; the buys wait for the next open.
            at(2, -30, "11"),
            at(3, 10, "11.5"),
            at(3, 10, "11.5"),
            // The limit buy at 11 saw 11.40 at the least; here the price comes to it.
            at(4, 20, "10.35"),
            at(4, 5, "10.35"),
            at(5, -40, "10"),
            at(5, -10, "10"),
        ]
    );
    assert_eq!(ends(&result)[5], (OrderState::Expired, Reason::SessionEnd));
    assert_eq!(ends(&result)[9], (OrderState::Cancelled, Reason::IocRemainder));
    assert!(result.ambiguous.is_empty(), "{:?}", result.ambiguous);
}

#[test]
fn at_a_close_that_is_a_limit_only_the_other_side_trades() {
    let tape = Tape::new()
        .day("2024-03-04", &[flat(10.0)])
        .day("2024-03-05", &[[10.0, 11.0, 10.0, 11.0]])
        .day("2024-03-06", &[[11.5, 11.6, 11.4, 11.5]]);
    let rules = FillRules { market: MarketFill::SameClose, ..FillRules::default() };
    let steps = vec![(0, buy(100)), (1, sell(40)), (1, buy(10))];
    let result = limited(&tape, steps, RunOptions { fills: rules, ..RunOptions::default() });
    assert_eq!(fills(&result), [(0, 100, "10".into()), (1, -40, "11".into()), (2, 10, "11.5".into())]);
}

#[test]
fn slippage_and_gaps_stay_inside_the_limits() {
    let tape = Tape::new()
        .day("2024-03-04", &[flat(10.0)])
        .day("2024-03-05", &[[10.8, 10.9, 10.7, 10.8]])
        // From 9.72 to 11.88.
        .day("2024-03-06", &[[9.8, 11.0, 9.8, 10.0]])
        // From 9.00 to 11.00.
        .day("2024-03-07", &[[10.0, 10.2, 9.9, 10.0]]);
    let fills_of = |slippage, limit_gap, steps| {
        let rules = FillRules { slippage, limit_gap, ..FillRules::default() };
        fills(&limited(&tape, steps, RunOptions { fills: rules, ..RunOptions::default() }))
    };
    let slipped = fills_of(Slippage::Amount(price("0.5")), LimitGap::Open, vec![(0, buy(100)), (1, sell(100))]);
    assert_eq!(slipped, [(1, 100, "11".into()), (2, -100, "9.72".into())]);
    // A limit at 11.5 rests through a day that stays above it? It fits the limits of the
    // second day only; on the third it would be paid 11.00 at the most.
    let rested = NewOrder::limit(ID, Side::Sell, Size::Quantity(shares(10)), price("9.72"));
    let steps = vec![(0, buy(10)), (1, rested.tif(TimeInForce::Gtc))];
    assert_eq!(fills_of(Slippage::None, LimitGap::Limit, steps), [(1, 10, "10.8".into()), (2, -10, "9.8".into())]);
}

#[test]
fn a_rested_limit_is_not_filled_at_a_price_beyond_the_limits() {
    // Day 2 is locked at 11.00, so the buy at 11.00 rests; day 3 closes at 9.90 without
    // meeting it (no bar for it); day 4 has 8.91 to 10.89 and opens below.
    let tape = Tape::new()
        .day("2024-03-04", &[flat(10.0)])
        .day("2024-03-05", &[flat(11.0)])
        .day("2024-03-06", &[flat(12.1), [12.1, 12.1, 11.5, 11.5]])
        .day("2024-03-07", &[[10.4, 10.5, 10.35, 10.4]]);
    let rules = FillRules { limit_gap: LimitGap::Limit, ..FillRules::default() };
    let options = RunOptions { fills: rules, ..RunOptions::default() };
    // 10.35 to 12.65: the limit price itself.
    let result = limited(&tape, vec![(0, limit(Side::Buy, 10, "11"))], options.clone());
    assert_eq!(fills(&result), [(4, 10, "11".into())]);
    // After a close of 9.90 the day ends at 10.89.
    let tape = Tape::new()
        .day("2024-03-04", &[flat(10.0)])
        .day("2024-03-05", &[flat(11.0)])
        .day("2024-03-06", &[flat(12.1)])
        .day("2024-03-07", &[flat(13.31), [13.31, 13.31, 12.0, 12.0]]);
    let dividend =
        CorporateAction { ex_time: begin_of("2024-03-08"), kind: ActionKind::CashDividend { per_share: price("2.1") } };
    let mut tape = tape;
    tape.push(date("2024-03-08"), &[[9.9, 10.0, 9.8, 9.9]]);
    let series = Series { actions: vec![dividend], ..tape.series(share("SH.600000")) };
    let series = with_rules(series, crate::venue::rules(0.1, Settlement::SameSession));
    let result = go(series, vec![(0, limit(Side::Buy, 10, "11"))], options);
    // 12.00 - 2.10 = 9.90: up to 10.89.
    assert_eq!(fills(&result), [(5, 10, "10.89".into())]);
}

#[test]
fn the_first_date_of_the_data_and_new_listings_are_free() {
    // One date: nothing is known of the day before.
    let tape = Tape::new().day("2024-03-04", &[flat(10.0), flat(10.0), flat(20.0)]);
    assert_eq!(ends(&limited(&tape, vec![(0, limit(Side::Buy, 5, "15"))], RunOptions::default())), [FILLED]);
    // Listed on Monday the 4th: free until Friday the 8th.
    let days = ["2024-03-04", "2024-03-05", "2024-03-06", "2024-03-07", "2024-03-08", "2024-03-11", "2024-03-12"];
    let tape = days.iter().fold(Tape::new(), |tape, day| tape.day(day, &[flat(10.0), flat(10.0)]));
    let mut free = rules(0.1, Settlement::SameSession);
    free.listings.insert("SH.600000".into(), Listing { listed: Some(date("2024-03-04")), ..Listing::default() });
    // Sent at each day's last close, so that the next day meets them.
    let steps = (0..6).map(|day| (day * 2 + 1, limit(Side::Buy, 5, "15"))).collect();
    let result = go(with_rules(tape.series(share("SH.600000")), free), steps, RunOptions::default());
    assert_eq!(ends(&result), [FILLED, FILLED, FILLED, FILLED, REFUSED, REFUSED]);
}

#[test]
fn limits_of_an_ex_date_are_measured_from_its_reference_price() {
    let split = |to, from| ActionKind::Split { to, from };
    let cash = |text: &str| ActionKind::CashDividend { per_share: price(text) };
    // close, actions, lowest and highest price of the ex-date
    let cases = [
        // 20.00 / 2 = 10.00
        (20.0, vec![split(2, 1)], "9", "11"),
        // 15.80 - 0.238 = 15.562 -> 15.56: 14.004, 17.116
        (15.8, vec![cash("0.238")], "14", "17.12"),
        // (10.00 - 0.125) / 1.5 = 6.5833 -> 6.58: 5.922, 7.238, rounded once
        (10.0, vec![cash("0.125"), split(15, 10)], "5.92", "7.24"),
        // The dividend is on the new shares: (10.00 - 1.5 x 0.25) / 1.5 = 6.41666 -> 6.42: 5.778, 7.062
        (10.0, vec![split(15, 10), cash("0.25")], "5.78", "7.06"),
        // Three for eight: 10.04 x 3 / 8 = 3.765, the half goes up: 3.77: 3.393, 4.147
        (10.04, vec![split(8, 3)], "3.39", "4.15"),
        // One for three: 10.01 x 3 = 30.03: 27.027, 33.033
        (10.01, vec![split(1, 3)], "27.03", "33.03"),
    ];
    for (close, kinds, down, up) in cases {
        let tape = Tape::new().day("2024-03-04", &[flat(close)]).day("2024-03-05", &[flat(close), flat(close)]);
        let actions = kinds.iter().map(|kind| CorporateAction { ex_time: begin_of("2024-03-05"), kind: *kind });
        let series = Series { actions: actions.collect(), ..tape.series(share("SH.600000")) };
        let series = with_rules(series, rules(0.1, Settlement::SameSession));
        let cent = price("0.01");
        // Sent in the ex-date, so that no split changes them.
        let at = |side, text: &str, shift| {
            let price = price(text) + shift;
            (1, NewOrder::limit(ID, side, Size::Quantity(shares(1)), price))
        };
        let steps = vec![
            at(Side::Buy, down, price("0")),
            at(Side::Buy, down, -cent),
            at(Side::Sell, up, price("0")),
            at(Side::Sell, up, cent),
        ];
        let result = go(series, steps, RunOptions { account: margin(2.0), ..RunOptions::default() });
        let refused: Vec<bool> = ends(&result).iter().map(|end| *end == REFUSED).collect();
        assert_eq!(refused, [false, true, false, true], "{close} {kinds:?}: {down} to {up}");
    }
}

#[test]
fn many_refused_orders_of_one_bar_are_refused_one_by_one() {
    let tape = Tape::new().day("2024-03-04", &[flat(10.0)]).day("2024-03-05", &[flat(10.0)]);
    let steps = vec![(0, limit(Side::Buy, 5, "15")); 20_000];
    let result = limited(&tape, steps, RunOptions::default());
    assert!(ends(&result).iter().all(|end| *end == REFUSED));
}

#[test]
fn a_child_waits_with_a_price_that_only_a_later_day_allows() {
    // Bought at 10.00; a target of 12.50 lies beyond that day's 11.00, and within the 13.20 after 12.00.
    let tape = Tape::new()
        .day("2024-03-04", &[flat(10.0)])
        .day("2024-03-05", &[flat(10.0)])
        .day("2024-03-06", &[flat(10.9)])
        .day("2024-03-07", &[flat(11.9)])
        .day("2024-03-08", &[[12.0, 13.0, 11.9, 12.8]]);
    let target = NewOrder::limit(ID, Side::Sell, Size::AsParent, price("12.5"));
    let steps = vec![(0, buy(5)), (0, target.child_of(engine_core::order::OrderId(0)))];
    let result = limited(&tape, steps, RunOptions::default());
    assert_eq!(fills(&result), [(1, 5, "10".into()), (4, -5, "12.5".into())]);
}
