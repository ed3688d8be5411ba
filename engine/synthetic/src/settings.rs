//! `SyntheticBook`: the settings of a made-up market and their ranges.

use engine_core::fixed::{Price, Quantity, SCALE};
use engine_core::time::{DAY, MINUTE, SECOND, Timestamp};

/// How a market is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Detail {
    /// Trades, and the size at each price that changes.
    #[default]
    Levels,
    /// Trades, and each order that comes, changes or leaves.
    Orders,
    /// Trades, and the best bid and ask.
    Quotes,
}

/// A made-up market. Rates are per second and hold before `swing`.
#[derive(Clone, Debug, PartialEq)]
pub struct SyntheticBook {
    /// Start of the random numbers.
    pub seed: u64,
    /// How it is told.
    pub detail: Detail,
    /// Venue time of the snapshot.
    pub start: Timestamp,
    /// Nanoseconds until the last event at most; 1 second to 7 days.
    pub length: i64,
    /// Middle price at the start and mean of the fair value; 100 to 10 million ticks.
    pub price: Price,
    /// Price step, above 0.
    pub tick: Price,
    /// Sizes are multiples of it; above 0, at most 1 million.
    pub lot: Quantity,
    /// Limit orders arrive at so many prices a side; 1 to 100.
    pub levels: u32,
    /// Limit orders a second, both sides together; 0.01 to 100,000.
    pub limits: f64,
    /// How fast the rate of limit orders falls with the distance: `i^-decay`; 0 to 4.
    pub decay: f64,
    /// Market orders a second, both sides together; 0 to 100,000.
    pub markets: f64,
    /// Changes a second of each resting order; 0.001 to 1,000.
    pub changes: f64,
    /// Mean size of a limit order in lots; 1 to 1,000.
    pub limit_lots: f64,
    /// Mean size of a market order in lots; 1 to 1,000.
    pub market_lots: f64,
    /// Standard deviation of the fair value's change in one second, in ticks; 0 to 100.
    pub volatility: f64,
    /// Share of the fair value's distance from its mean that it loses in one second; 0 to 1.
    pub reversion: f64,
    /// Distance of the fair value from the middle, in ticks, at which market orders would all be on one side; 0.1 to 10,000.
    pub lean: f64,
    /// How far the rates rise and fall, as a fraction; 0 to 0.9.
    pub swing: f64,
    /// Nanoseconds of one rise and fall; 1 second to 7 days.
    pub season: i64,
    /// Least and greatest nanoseconds from the venue to us, uniform; 0 to 10 seconds.
    pub latency: (i64, i64),
}

impl Default for SyntheticBook {
    /// Forty minutes of a share at about 50.00, about thirty events a second.
    fn default() -> Self {
        Self {
            seed: 7,
            detail: Detail::Levels,
            start: Timestamp::from_date(2026, 1, 5) + (14 * 60 + 30) * MINUTE,
            length: 40 * MINUTE,
            price: Price::from_units(50 * SCALE),
            tick: Price::from_units(SCALE / 100),
            lot: Quantity::from_units(100 * SCALE),
            levels: 10,
            limits: 14.0,
            decay: 0.2,
            markets: 2.5,
            changes: 0.25,
            limit_lots: 3.0,
            market_lots: 5.0,
            volatility: 0.7,
            reversion: 1.0 / 300.0,
            lean: 8.0,
            swing: 0.4,
            season: 15 * MINUTE,
            latency: (1_000_000, 3_000_000),
        }
    }
}

/// A setting outside its range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting} is {found}, expected {expected}")]
pub struct SettingsError {
    /// Which.
    pub setting: &'static str,
    /// What it is.
    pub found: String,
    /// What it may be.
    pub expected: String,
}

impl SyntheticBook {
    /// Checks every range.
    ///
    /// # Errors
    /// The first setting that is outside its range.
    pub fn check(&self) -> Result<(), SettingsError> {
        let error = |setting, found: String, expected: &str| {
            Err(SettingsError { setting, found, expected: expected.to_owned() })
        };
        if self.tick <= Price::ZERO {
            return error("tick", self.tick.to_string(), "above 0");
        }
        let ticks = self.price.units() / self.tick.units();
        if self.price.units() % self.tick.units() != 0 || !(100..=10_000_000).contains(&ticks) {
            return error("price", self.price.to_string(), "100 to 10,000,000 whole ticks");
        }
        if self.lot <= Quantity::ZERO || self.lot.units() > 1_000_000 * SCALE {
            return error("lot", self.lot.to_string(), "above 0, at most 1,000,000");
        }
        if !(1..=100).contains(&self.levels) {
            return error("levels", self.levels.to_string(), "1 to 100");
        }
        if self.start.nanos() < 0 || self.start.nanos() > Timestamp::from_date(2200, 1, 1).nanos() {
            return error("start", self.start.to_string(), "a time from 1970 to 2200");
        }
        for (setting, nanos) in [("length", self.length), ("season", self.season)] {
            if !(SECOND..=7 * DAY).contains(&nanos) {
                return error(setting, format!("{nanos} ns"), "1 second to 7 days");
            }
        }
        let (least, most) = self.latency;
        if !(0..=10 * SECOND).contains(&most) || !(0..=most).contains(&least) {
            return error("latency", format!("{least} to {most} ns"), "0 to 10 seconds, the least first");
        }
        let numbers = [
            ("limits", self.limits, 0.01, 1e5),
            ("decay", self.decay, 0.0, 4.0),
            ("markets", self.markets, 0.0, 1e5),
            ("changes", self.changes, 0.001, 1e3),
            ("limit_lots", self.limit_lots, 1.0, 1e3),
            ("market_lots", self.market_lots, 1.0, 1e3),
            ("volatility", self.volatility, 0.0, 100.0),
            ("reversion", self.reversion, 0.0, 1.0),
            ("lean", self.lean, 0.1, 1e4),
            ("swing", self.swing, 0.0, 0.9),
        ];
        for (setting, value, low, high) in numbers {
            if !(low..=high).contains(&value) {
                return error(setting, value.to_string(), &format!("a number from {low} to {high}"));
            }
        }
        Ok(())
    }
}
