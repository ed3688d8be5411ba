//! Random bars and small strategies for the kernel's tests.

use std::sync::Arc;

use engine_core::bars::{BarColumns, Bars};
use engine_core::feed::{Feed, Series};
use engine_core::fixed::{Price, Quantity};
use engine_core::instrument::{Instrument, Symbol};
use engine_core::time::{DAY, HOUR, Timestamp};

/// Splitmix64 (Steele, Lea and Flood 2014).
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

pub fn price(text: &str) -> Price {
    text.parse().unwrap()
}

pub fn shares(n: i64) -> Quantity {
    n.to_string().parse().unwrap()
}

pub fn instrument(symbol: &str) -> Instrument {
    Instrument::equity(Symbol::new(symbol).unwrap(), "USD")
}

/// Daily bars from (open, high, low, close).
pub fn daily(rows: &[[f64; 4]]) -> Bars {
    let mut c = BarColumns::default();
    for (i, [open, high, low, close]) in rows.iter().enumerate() {
        let day = Timestamp::from_date(2020, 1, 1) + i as i64 * DAY;
        c.push_times((day + 10 * HOUR).nanos(), (day + 16 * HOUR).nanos());
        c.open.push(*open);
        c.high.push(*high);
        c.low.push(*low);
        c.close.push(*close);
    }
    Bars::new(c).unwrap()
}

/// A random walk in cents, some bars of which did not trade.
pub fn walk(rows: usize, seed: u64) -> Bars {
    let mut random = Random(seed);
    let mut c = BarColumns::default();
    let mut last = 10_000_i64;
    for i in 0..rows {
        let step = |random: &mut Random, width: u64| random.below(2 * width + 1) as i64 - width as i64;
        let open = (last + step(&mut random, 40)).max(500);
        let close = (open + step(&mut random, 150)).max(500);
        let high = open.max(close) + random.below(80) as i64;
        let low = (open.min(close) - random.below(80) as i64).max(400);
        let day = Timestamp::from_date(2020, 1, 1) + i as i64 * DAY;
        c.push_times((day + 10 * HOUR).nanos(), (day + 16 * HOUR).nanos());
        for (column, cents) in [(&mut c.open, open), (&mut c.high, high), (&mut c.low, low), (&mut c.close, close)] {
            column.push(cents as f64 / 100.0);
        }
        c.volume.push(if random.chance(3) { 0.0 } else { 1_000.0 + random.below(9_000) as f64 });
        last = close;
    }
    Bars::new(c).unwrap()
}

pub fn feed(series: Vec<Series>) -> Arc<Feed> {
    Arc::new(Feed::new(series).unwrap())
}

pub fn one(bars: Bars) -> Arc<Feed> {
    feed(vec![Series::daily(instrument("US.A"), bars)])
}
