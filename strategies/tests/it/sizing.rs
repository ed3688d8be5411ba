//! How much each sizer takes, worked by hand.

use engine_core::account::FeeSchedule;
use engine_core::feed::Series;
use engine_core::fixed::Rate;
use engine_core::instrument::Instrument;
use engine_core::kernel::RunOptions;
use serde_json::{Value, json};

use crate::common::{
    Part, bars, closes, composed, feed, fills, instrument, options, orders, play, refusal, run, script,
};

/// Decided at 20, filled at 33.
const JUMP: [f64; 3] = [20., 33., 33.];
/// Ten bars with a true range of 2 each.
const CALM: [[f64; 4]; 10] = [[50., 51., 49., 50.]; 10];

fn lots_of(lot: &str) -> Instrument {
    Instrument { lot: lot.parse().unwrap(), ..instrument() }
}

fn bought(size: Part, exits: &[Part], enter: &[usize]) -> Vec<String> {
    fills(&play(&bars(&CALM), composed(script(enter, &[]), size, exits)))
}

fn stop(unit: &str, value: f64) -> Part {
    ("stop", json!({"unit": unit, "value": value, "period": 3}))
}

#[test]
fn all_in_takes_what_the_cash_buys_at_the_fill_price() {
    let bought = |options: &RunOptions| {
        fills(&run(&closes(&JUMP), composed(script(&[0], &[]), ("all_in", json!({})), &[]), options))
    };
    // 1000 / 33 = 30.3
    assert_eq!(bought(&options(1_000)), ["bar 1 buy 30 @ 33"]);
    // 30 x 33 x 1.01 = 999.9; 30 x 33 x 1.02 = 1009.8
    let fee = |rate| RunOptions { fees: FeeSchedule::Rate(Rate::from_f64(rate).unwrap()), ..options(1_000) };
    assert_eq!(bought(&fee(0.01)), ["bar 1 buy 30 @ 33"]);
    assert_eq!(bought(&fee(0.02)), ["bar 1 buy 29 @ 33"]);
}

#[test]
fn all_in_takes_whole_lots_and_nothing_when_not_one_fits() {
    let all_in = |lot: &str, cash| {
        let feed = feed(lots_of(lot), closes(&JUMP).series()[0].bars.as_ref().clone());
        run(&feed, composed(script(&[0], &[]), ("all_in", json!({})), &[]), &options(cash))
    };
    assert_eq!(fills(&all_in("20", 1_000)), ["bar 1 buy 20 @ 33"]);
    assert_eq!(fills(&all_in("0.1", 1_000)), ["bar 1 buy 30.3 @ 33"]);
    assert_eq!(orders(&all_in("1", 32)), ["0 rejected: bad quantity"]);
}

#[test]
fn all_in_sells_everything_and_reinvests_the_proceeds() {
    let strategy = composed(script(&[0, 2], &[1]), ("all_in", json!({})), &[]);
    let result = run(&closes(&[20., 33., 40., 7.]), strategy, &options(1_000));
    // 30 x 33 = 990, cash 10; sold for 1200: 1210 / 7 = 172.86
    assert_eq!(fills(&result), ["bar 1 buy 30 @ 33", "bar 2 sell 30 @ 40", "bar 3 buy 172 @ 7"]);
}

#[test]
fn fixed_takes_the_same_every_time() {
    let strategy = composed(script(&[0, 2], &[1]), ("fixed", json!({"quantity": 7.0})), &[]);
    let result = play(&closes(&[20., 33., 40., 7.]), strategy);
    assert_eq!(fills(&result), ["bar 1 buy 7 @ 33", "bar 2 sell 7 @ 40", "bar 3 buy 7 @ 7"]);
}

#[test]
fn fixed_must_be_a_multiple_of_the_lot() {
    let at = |lot: &str, quantity: f64| {
        let feed = feed(lots_of(lot), closes(&JUMP).series()[0].bars.as_ref().clone());
        (feed, composed(script(&[0], &[]), ("fixed", json!({"quantity": quantity})), &[]))
    };
    let (feed, strategy) = at("100", 150.0);
    let (key, problem) = refusal(&feed, strategy);
    assert_eq!(key, "quantity");
    assert_eq!(problem, "is 150, expected a multiple of the lot, which is 100");
    let (feed, strategy) = at("1", 0.5);
    assert_eq!(refusal(&feed, strategy).0, "quantity");
    let (feed, strategy) = at("100", 200.0);
    assert_eq!(fills(&play(&feed, strategy)), ["bar 1 buy 200 @ 33"]);
    let (feed, strategy) = at("0.001", 0.125);
    assert_eq!(fills(&play(&feed, strategy)), ["bar 1 buy 0.125 @ 33"]);
}

#[test]
fn percent_takes_a_share_of_equity_at_the_fill_price() {
    let with = |percent: f64| {
        let strategy = composed(script(&[0, 2], &[1]), ("percent", json!({"percent": percent})), &[]);
        fills(&run(&closes(&[20., 33., 40., 7.]), strategy, &options(1_000)))
    };
    // 500 / 33 = 15.15; equity 1000 + 15 x 7 = 1105: 552.5 / 7 = 78.9
    assert_eq!(with(50.0), ["bar 1 buy 15 @ 33", "bar 2 sell 15 @ 40", "bar 3 buy 78 @ 7"]);
    // 33 / 33 = 1
    assert_eq!(with(3.3)[0], "bar 1 buy 1 @ 33");
    assert_eq!(with(100.0)[0], "bar 1 buy 30 @ 33");
}

#[test]
fn percent_counts_fees() {
    let fees = FeeSchedule::Rate(Rate::from_f64(0.02).unwrap());
    let strategy = composed(script(&[0], &[]), ("percent", json!({"percent": 99.0})), &[]);
    // 990 / 33 = 30 without a fee; 30 x 33.66 = 1009.8 is more than 990.
    let result = run(&closes(&JUMP), strategy, &RunOptions { fees, ..options(1_000) });
    assert_eq!(fills(&result), ["bar 1 buy 29 @ 33"]);
}

#[test]
fn percent_above_equity_is_refused_on_a_cash_account() {
    let strategy = composed(script(&[0], &[]), ("percent", json!({"percent": 150.0})), &[]);
    assert_eq!(orders(&run(&closes(&JUMP), strategy, &options(1_000))), ["0 rejected: insufficient cash"]);
}

#[test]
fn risk_divides_by_the_distance_to_the_stop() {
    let risk = |percent: f64| ("risk", json!({"percent": percent}));
    // 1 % of 100,000 = 1000
    assert_eq!(bought(risk(1.0), &[stop("amount", 2.5)], &[4]), ["bar 5 buy 400 @ 50"]);
    // 4 % of 50 = 2
    assert_eq!(bought(risk(1.0), &[stop("percent", 4.0)], &[4]), ["bar 5 buy 500 @ 50"]);
    // ATR 2, times 1.6 = 3.2: 312.5
    assert_eq!(bought(risk(1.0), &[stop("atr", 1.6)], &[4]), ["bar 5 buy 312 @ 50"]);
    assert_eq!(bought(risk(0.5), &[stop("amount", 2.5)], &[4]), ["bar 5 buy 200 @ 50"]);
}

#[test]
fn risk_counts_the_nearest_stop_and_no_target() {
    let trailing: Part = ("trailing", json!({"unit": "amount", "value": 2.0}));
    let target: Part = ("target", json!({"unit": "amount", "value": 0.5}));
    let risk = || ("risk", json!({"percent": 1.0}));
    assert_eq!(bought(risk(), &[stop("amount", 5.0), trailing.clone()], &[0])[0], "bar 1 buy 500 @ 50");
    assert_eq!(bought(risk(), &[trailing, stop("amount", 5.0)], &[0])[0], "bar 1 buy 500 @ 50");
    assert_eq!(bought(risk(), &[target, stop("amount", 5.0)], &[0])[0], "bar 1 buy 200 @ 50");
}

#[test]
fn risk_is_capped_and_in_whole_lots() {
    let risk = |percent: f64, most: f64| ("risk", json!({"percent": percent, "most_percent": most}));
    // 1000 / .5 = 2000 shares are 100,000, and 1000 / .1 would be five times as much.
    let wide = |value| [("stop", json!({"unit": "amount", "value": value}))];
    let calm: [[f64; 4]; 4] = [[50.; 4]; 4];
    let taken = |size: Part, value: f64| fills(&play(&bars(&calm), composed(script(&[0], &[]), size, &wide(value))));
    assert_eq!(taken(risk(1.0, 100.0), 0.1), ["bar 1 buy 2000 @ 50"]);
    assert_eq!(taken(risk(1.0, 25.0), 0.1), ["bar 1 buy 500 @ 50"]);
    assert_eq!(taken(risk(1.0, 25.0), 4.0), ["bar 1 buy 250 @ 50"]);
    // 1000 / 3 = 333.3
    let round = feed(lots_of("100"), bars(&calm).series()[0].bars.as_ref().clone());
    let strategy = composed(script(&[0], &[]), risk(1.0, 100.0), &wide(3.0));
    assert_eq!(fills(&play(&round, strategy)), ["bar 1 buy 300 @ 50"]);
    // Less than one lot is no trade.
    let strategy = composed(script(&[0], &[]), risk(1.0, 100.0), &wide(20.0));
    assert!(play(&round, strategy).orders.is_empty());
}

#[test]
fn risk_follows_equity() {
    // 500 shares lose 2 each at the stop: equity 99,000; 990 / 2 = 495.
    let rows = [[50.; 4], [50.; 4], [50., 50., 48., 48.], [48.; 4], [48.; 4]];
    let strategy = composed(script(&[0, 3], &[]), ("risk", json!({"percent": 1.0})), &[stop("amount", 2.0)]);
    let result = play(&bars(&rows), strategy);
    assert_eq!(fills(&result), ["bar 1 buy 500 @ 50", "bar 2 sell 500 @ 48", "bar 4 buy 495 @ 48"]);
    assert_eq!(result.trades[0].pnl.to_string(), "-1000");
}

#[test]
fn risk_needs_an_exit_that_is_a_stop() {
    let size = || ("risk", json!({}));
    for exits in [vec![], vec![("target", json!({}))]] {
        let (key, problem) = refusal(&bars(&CALM), composed(script(&[0], &[]), size(), &exits));
        assert_eq!(key, "sizing.kind");
        assert!(problem.contains("stop"), "{problem}");
    }
    assert_eq!(bought(size(), &[("trailing", json!({}))], &[0]).len(), 1);
}

#[test]
fn risk_takes_nothing_while_the_range_warms_up() {
    // ATR 3 is defined from bar 3 on.
    let size = || ("risk", json!({"percent": 1.0}));
    assert!(bought(size(), &[stop("atr", 2.0)], &[0, 1, 2]).is_empty());
    assert_eq!(bought(size(), &[stop("atr", 2.0)], &[0, 1, 2, 3]), ["bar 4 buy 250 @ 50"]);
}

fn volatility(extra: Value) -> Part {
    let mut values = json!({"percent": 15.0, "period": 3, "bars_per_year": 100.0});
    values.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    ("volatility_target", values)
}

#[test]
fn volatility_target_divides_by_the_yearly_range() {
    // ATR 2 x sqrt(100) = 20 a year and share; 15 % of 100,000 = 15,000: 750 shares.
    assert_eq!(bought(volatility(json!({})), &[], &[4]), ["bar 5 buy 750 @ 50"]);
    assert_eq!(bought(volatility(json!({"percent": 1.0})), &[], &[4]), ["bar 5 buy 50 @ 50"]);
    assert_eq!(bought(volatility(json!({"bars_per_year": 400.0})), &[], &[4]), ["bar 5 buy 375 @ 50"]);
    // 10 % of 100,000 buys 200.
    assert_eq!(bought(volatility(json!({"most_percent": 10.0})), &[], &[4]), ["bar 5 buy 200 @ 50"]);
    // Twice the range, half the shares.
    let rows: Vec<[f64; 4]> = CALM.iter().map(|_| [50., 52., 48., 50.]).collect();
    let result = play(&bars(&rows), composed(script(&[4], &[]), volatility(json!({})), &[]));
    assert_eq!(fills(&result), ["bar 5 buy 375 @ 50"]);
}

#[test]
fn volatility_target_takes_nothing_during_the_warm_up_or_without_a_range() {
    assert!(bought(volatility(json!({})), &[], &[0, 1, 2]).is_empty());
    assert_eq!(bought(volatility(json!({})), &[], &[0, 1, 2, 3]), ["bar 4 buy 750 @ 50"]);
    let still = play(&closes(&[50.; 10]), composed(script(&[4, 5, 6], &[]), volatility(json!({})), &[]));
    assert!(still.orders.is_empty());
}

#[test]
fn volatility_target_takes_whole_lots() {
    let feed = std::sync::Arc::new(
        engine_core::feed::Feed::new(vec![Series::daily(
            lots_of("100"),
            bars(&CALM).series()[0].bars.as_ref().clone(),
        )])
        .unwrap(),
    );
    let result = play(&feed, composed(script(&[4], &[]), volatility(json!({})), &[]));
    assert_eq!(fills(&result), ["bar 5 buy 700 @ 50"]);
}
