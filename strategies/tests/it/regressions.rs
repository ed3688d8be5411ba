//! Faults that were found and mended: each case as it was reported.

use std::sync::Arc;

use engine_core::account::AccountKind;
use engine_core::feed::Feed;
use engine_core::fixed::Rate;
use engine_core::instrument::{Instrument, TickLadder};
use engine_core::kernel::RunOptions;
use engine_core::order::Side;
use engine_core::registry::Role;
use serde_json::json;

use crate::common::{bars, closes, composed, feed, fills, fixed, instrument, map, options, play, run, script};

const CALM: [[f64; 4]; 8] = [[50., 51., 49., 50.]; 8];

/// Contracts of 100 units each, on margin.
fn contracts() -> (Arc<Feed>, RunOptions) {
    let instrument = Instrument { multiplier: 100, ..instrument() };
    let account = AccountKind::Margin { leverage: Rate::from_f64(20.0).unwrap() };
    let feed = feed(instrument, bars(&CALM).series()[0].bars.as_ref().clone());
    (feed, RunOptions { account, ..options(100_000) })
}

#[test]
fn the_cap_of_risk_counts_the_multiplier() {
    // A contract is worth 5,000; 25 % of 100,000 is five of them.
    let (feed, options) = contracts();
    let size = ("risk", json!({"percent": 1.0, "most_percent": 25.0}));
    let stop = ("stop", json!({"unit": "amount", "value": 0.25}));
    let result = run(&feed, composed(script(&[4], &[]), size, &[stop]), &options);
    assert_eq!(fills(&result)[0], "bar 5 buy 5 @ 50");
}

#[test]
fn the_cap_of_the_volatility_target_counts_the_multiplier() {
    let (feed, options) = contracts();
    let values = json!({"percent": 100.0, "period": 3, "bars_per_year": 1.0, "most_percent": 25.0});
    let result = run(&feed, composed(script(&[4], &[]), ("volatility_target", values), &[]), &options);
    assert_eq!(fills(&result), ["bar 5 buy 5 @ 50"]);
}

#[test]
fn no_entry_goes_in_without_the_exits_it_was_given() {
    // Whichever way it is settled (no trade, or an error), 100 shares from 50 to 10 without a stop is not it.
    let warm_up = [[50., 51., 49., 50.], [50., 51., 49., 50.], [50.; 4], [30.; 4], [10.; 4]];
    for name in ["stop", "trailing"] {
        let exit = || (name, json!({"unit": "atr", "value": 1.0, "period": 3}));
        let result = play(&bars(&warm_up), composed(script(&[1], &[]), fixed(100), &[exit()]));
        assert!(result.open_trades.is_empty(), "{name}, warm-up: {:?}", fills(&result));
        let still = closes(&[50., 50., 50., 50., 50., 50., 10.]);
        let result = play(&still, composed(script(&[4], &[]), fixed(100), &[exit()]));
        assert!(result.open_trades.is_empty(), "{name}, range zero: {:?}", fills(&result));
    }
}

#[test]
fn a_target_may_be_more_than_a_whole_price_away() {
    let registry = strategies::registry();
    let target = registry.find(Role::Exit, "target").unwrap();
    assert!(target.exit(map(&json!({"unit": "percent", "value": 150.0}))).is_ok());
}

#[test]
fn a_trailing_stop_fills_on_the_tick() {
    let ticks = TickLadder::single("0.05".parse().unwrap()).unwrap();
    let rows = [[50.; 4], [50.; 4], [50., 51.05, 50., 51.05], [51.05, 51.05, 45., 45.]];
    let instrument = Instrument { ticks: ticks.clone(), ..instrument() };
    let feed = feed(instrument, bars(&rows).series()[0].bars.as_ref().clone());
    let exit = ("trailing", json!({"unit": "percent", "value": 3.3}));
    let result = play(&feed, composed(script(&[0], &[]), fixed(10), &[exit]));
    let sold = result.fills.iter().find(|f| f.side == Side::Sell).unwrap();
    assert!(ticks.fits(sold.price), "sold at {}", sold.price);
}
