//! Deterministic synthetic bars, the same on every machine.

use engine_core::bars::{BarColumns, Bars, OpenTimes};
use engine_core::feed::{Feed, Series};
use engine_core::instrument::{Instrument, Symbol};
use engine_core::time::{DAY, MINUTE};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// 2020-01-01 00:00 UTC, where minute bars begin; nanoseconds.
const MINUTES_FROM: i64 = 1_577_836_800_000_000_000;
/// 2014-01-02 00:00 UTC (a Thursday), where daily bars begin; nanoseconds.
const DAYS_FROM: i64 = 1_388_620_800_000_000_000;

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
    let mut c = empty(rows);
    let grid = |x: f64| (x * 100.0).round() / 100.0;
    let mut close = start;
    for row in 0..rows {
        let open = grid(close * (1.0 + sigma * 0.1 * random.normal()));
        close = grid(open * (1.0 + sigma * random.normal())).max(0.05);
        let (top, bottom) = if open > close { (open, close) } else { (close, open) };
        let from = MINUTES_FROM + row as i64 * MINUTE;
        c.push_times(from, from + MINUTE);
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

/// The first `rows` bars.
#[must_use]
pub fn head(columns: &BarColumns, rows: usize) -> BarColumns {
    let prices = |column: &[f64]| column[..rows.min(column.len())].to_vec();
    let rows = rows.min(columns.close_time.len());
    BarColumns {
        open_time: columns.open_times().take(rows).collect::<Vec<_>>().into(),
        close_time: columns.close_time[..rows].to_vec(),
        open: prices(&columns.open),
        high: prices(&columns.high),
        low: prices(&columns.low),
        close: prices(&columns.close),
        volume: prices(&columns.volume),
    }
}

/// Columns with room for so many rows.
fn empty(rows: usize) -> BarColumns {
    BarColumns {
        close_time: Vec::with_capacity(rows),
        open: Vec::with_capacity(rows),
        high: Vec::with_capacity(rows),
        low: Vec::with_capacity(rows),
        close: Vec::with_capacity(rows),
        volume: Vec::with_capacity(rows),
        ..BarColumns::default()
    }
}

/// One-minute bars from a `.npy` file of rows of open, high, low, close, volume.
///
/// # Errors
/// The file cannot be read or is no such file.
pub fn read_minute_bars(path: &Path) -> std::io::Result<BarColumns> {
    let mut c = BarColumns::default();
    crate::npy::read_rows(path, |rows, [open, high, low, close, volume]| {
        if c.close.is_empty() {
            c = empty(rows);
        }
        let row = c.close.len() as i64;
        let from = MINUTES_FROM + row * MINUTE;
        c.push_times(from, from + MINUTE);
        c.open.push(open);
        c.high.push(high);
        c.low.push(low);
        c.close.push(close);
        c.volume.push(volume);
    })?;
    Ok(c)
}

/// The columns as rows of open, high, low, close, volume.
#[must_use]
pub fn interleaved(c: &BarColumns) -> Vec<f64> {
    (0..c.close.len()).flat_map(|i| [c.open[i], c.high[i], c.low[i], c.close[i], c.volume[i]]).collect()
}

/// Midnights (UTC) of so many business days from 2014-01-02 on, nanoseconds.
#[must_use]
pub fn business_days(count: usize) -> Vec<i64> {
    // Day 0 is a Thursday; Saturday and Sunday are left out.
    (0..).filter(|day| (day + 3) % 7 < 5).take(count).map(|day: i64| DAYS_FROM + day * DAY).collect()
}

/// Daily bars of a random walk from 100 on business days.
#[must_use]
pub fn daily_walk(rows: usize, seed: u64) -> BarColumns {
    let mut c = walk(rows, 100.0, 0.012, seed);
    c.close_time = business_days(rows).into_iter().map(|t| t + DAY).collect();
    c.open_time = OpenTimes::Before(DAY);
    c
}

/// Writes bars as CSV, with their closing times in nanoseconds.
///
/// # Errors
/// The file cannot be written.
pub fn write_csv(path: &Path, c: &BarColumns) -> std::io::Result<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    writeln!(file, "time,open,high,low,close,volume")?;
    for i in 0..c.close.len() {
        let (time, volume) = (c.close_time[i], c.volume[i]);
        writeln!(file, "{time},{:.2},{:.2},{:.2},{:.2},{volume}", c.open[i], c.high[i], c.low[i], c.close[i])?;
    }
    file.flush()
}
