//! Deterministic synthetic bars, the same on every machine.

use engine_core::bars::{BarColumns, Bars};
use engine_core::feed::{Feed, Series};
use engine_core::instrument::{Instrument, Symbol};
use engine_core::time::MINUTE;
use std::sync::Arc;

/// A small generator (splitmix64, Steele, Lea and Flood 2014); enough for inputs.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Starts from a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in 0..1.
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// About normal: the sum of twelve uniforms less six.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

/// A random walk of one-minute bars on a grid of 0.01.
#[must_use]
pub fn walk(rows: usize, start: f64, sigma: f64, seed: u64) -> BarColumns {
    let mut random = Random::new(seed);
    let mut c = BarColumns::default();
    let grid = |x: f64| (x * 100.0).round() / 100.0;
    let mut close = start;
    for row in 0..rows {
        let open = grid(close * (1.0 + sigma * 0.1 * random.normal()));
        close = grid(open * (1.0 + sigma * random.normal())).max(0.05);
        let (top, bottom) = if open > close { (open, close) } else { (close, open) };
        c.open_time.push(1_577_836_800_000_000_000 + row as i64 * MINUTE);
        c.close_time.push(1_577_836_800_000_000_000 + (row as i64 + 1) * MINUTE);
        c.open.push(open);
        c.high.push(grid(top * (1.0 + 0.5 * sigma * random.normal().abs())).max(top));
        c.low.push(grid(bottom * (1.0 - 0.5 * sigma * random.normal().abs())).min(bottom).max(0.01));
        c.close.push(close);
        c.volume.push((random.uniform() * 20_000.0).floor() + 1_000.0);
    }
    c
}

/// A feed of one instrument, each bar in a session of its own.
///
/// # Panics
/// Never for columns made here.
#[must_use]
pub fn feed(columns: BarColumns) -> Arc<Feed> {
    let symbol = Symbol::new("SIM.WALK").expect("a valid symbol");
    let bars = Bars::new(columns).expect("checked columns");
    let series = Series::daily(Instrument::equity(symbol, "USD"), bars);
    Arc::new(Feed::new(vec![series]).expect("one series"))
}

/// A little-endian f64 `.npy` file (C order): shape and values.
///
/// # Errors
/// The file cannot be read or is no such file.
pub fn npy(path: &std::path::Path) -> std::io::Result<(Vec<usize>, Vec<f64>)> {
    let bytes = std::fs::read(path)?;
    let bad = || std::io::Error::other(format!("{} is no f64 .npy file", path.display()));
    let length = u16::from_le_bytes([*bytes.get(8).ok_or_else(bad)?, *bytes.get(9).ok_or_else(bad)?]) as usize;
    let header = std::str::from_utf8(bytes.get(10..10 + length).ok_or_else(bad)?).map_err(|_| bad())?;
    let from = header.find("'shape': (").ok_or_else(bad)? + 10;
    let to = from + header[from..].find(')').ok_or_else(bad)?;
    let shape = header[from..to].split(',').filter_map(|x| x.trim().parse().ok()).collect();
    let body = &bytes[10 + length..];
    let values = body.as_chunks::<8>().0.iter().map(|c| f64::from_le_bytes(*c)).collect();
    Ok((shape, values))
}
