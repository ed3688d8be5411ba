//! Bars as columns side by side in memory, and the cheap view of one row.
//!
//! A bar is an event at its close. Prices are kept as the doubles that
//! indicators read; each is exactly the double of a fixed-point `Price` (checked
//! when the columns are made), so matching converts without loss.

use std::ops::Range;

use crate::fixed::Price;
pub use crate::open_times::OpenTimes;
use crate::time::Timestamp;

/// What is wrong with bar columns, and in which row (0 = first bar).
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("row {row}, {column}: {problem}")]
pub struct BarError {
    /// Row, counted from 0.
    pub row: usize,
    /// Name of the column.
    pub column: &'static str,
    /// What was found and what was expected.
    pub problem: String,
}

/// The raw columns from which `Bars` are made. All of one length; `volume`
/// (and the optional columns) may be empty when the source has none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BarColumns {
    /// Start of each bar; read by `open_time(row)`, added to by `push_times`.
    pub open_time: OpenTimes,
    /// End of each bar, UTC nanoseconds; strictly increasing.
    pub close_time: Vec<i64>,
    /// First price.
    pub open: Vec<f64>,
    /// Highest price.
    pub high: Vec<f64>,
    /// Lowest price.
    pub low: Vec<f64>,
    /// Last price.
    pub close: Vec<f64>,
    /// Shares or contracts traded; empty when unknown. A bar of volume 0 did not trade.
    pub volume: Vec<f64>,
}

/// Checked bars of one instrument: one length, times strictly increasing, no
/// NaN, `low <= open, close <= high`, prices above zero on the 1e-8 grid.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bars {
    columns: BarColumns,
    /// Some bar has a volume of zero: it did not trade.
    untraded: bool,
    /// Lowest low and highest high of each block of rows, so that orders far from the
    /// price are passed a block at a time.
    extremes: Vec<(f64, f64)>,
}

/// Rows of a block.
const BLOCK: usize = 64;

fn extremes_of(columns: &BarColumns) -> Vec<(f64, f64)> {
    let block = |(low, high): (&[f64], &[f64])| {
        let least = low.iter().fold(f64::INFINITY, |a, b| if *b < a { *b } else { a });
        let most = high.iter().fold(f64::NEG_INFINITY, |a, b| if *b > a { *b } else { a });
        (least, most)
    };
    columns.low.chunks(BLOCK).zip(columns.high.chunks(BLOCK)).map(block).collect()
}

impl Bars {
    /// Checks the columns and rounds prices to 1e-8.
    ///
    /// # Errors
    /// The first row that breaks one of the promises above, with its column.
    pub fn new(mut columns: BarColumns) -> Result<Self, BarError> {
        let c = &mut columns;
        let n = c.close_time.len();
        let open_times = if let OpenTimes::Each(times) = &c.open_time { times.len() } else { n };
        let lengths = [
            ("open_time", open_times),
            ("open", c.open.len()),
            ("high", c.high.len()),
            ("low", c.low.len()),
            ("close", c.close.len()),
        ];
        for (column, len) in lengths {
            if len != n {
                return fail(n.min(len), column, format!("has {len} rows, close_time has {n}"));
            }
        }
        if !c.volume.is_empty() && c.volume.len() != n {
            return fail(n.min(c.volume.len()), "volume", "is shorter or longer than close_time".into());
        }
        for (column, values) in
            [("open", &mut c.open), ("high", &mut c.high), ("low", &mut c.low), ("close", &mut c.close)]
        {
            for (row, x) in values.iter_mut().enumerate() {
                match Price::from_f64(*x) {
                    Some(p) if p > Price::ZERO => *x = p.to_f64(),
                    _ => {
                        return fail(row, column, format!("is {x}, expected a price above 0 and at most 1e10"));
                    }
                }
            }
        }
        for row in 0..n {
            let (o, h, l, cl) = (c.open[row], c.high[row], c.low[row], c.close[row]);
            if h < l {
                return fail(row, "high", format!("{h} is below low {l}"));
            }
            for (column, x) in [("open", o), ("close", cl)] {
                if x > h || x < l {
                    return fail(row, column, format!("{x} is outside low {l} to high {h}"));
                }
            }
            let opens = c.open_time(row);
            if c.close_time[row] <= opens {
                return fail(row, "close_time", "is not after open_time".into());
            }
            if row > 0 && c.close_time[row] <= c.close_time[row - 1] {
                let (now, before) = (c.close_time[row], c.close_time[row - 1]);
                let word = if now == before { "repeats" } else { "is before" };
                let (now, before) = (Timestamp::from_nanos(now), Timestamp::from_nanos(before));
                return fail(row, "time", format!("{now} {word} the row above, {before}"));
            }
            if row > 0 && opens < c.close_time[row - 1] {
                return fail(row, "time", "the bar overlaps the row above".into());
            }
            if let Some(v) = c.volume.get(row)
                && !(0.0..=1e15).contains(v)
            {
                return fail(row, "volume", format!("is {v}, expected 0 to 1e15"));
            }
        }
        columns.open_time = columns.open_time.shortened(&columns.close_time);
        let untraded = columns.volume.contains(&0.0);
        let extremes = extremes_of(&columns);
        Ok(Self { columns, untraded, extremes })
    }

    /// Single trades as bars with one price: each lasts a nanosecond from its time (UTC
    /// nanoseconds); those of the same time follow each other. `size` may be empty.
    ///
    /// # Errors
    /// As `new`; the rows are the trades.
    pub fn of_trades(time: &[i64], price: Vec<f64>, size: Vec<f64>) -> Result<Self, BarError> {
        if let Some(row) = (1..time.len()).find(|row| time[*row] < time[row - 1]) {
            return fail(row, "time", "is before the trade above".into());
        }
        let (mut close_time, mut end) = (Vec::with_capacity(time.len()), i64::MIN);
        for time in time {
            let from = if *time > end { *time } else { end };
            end = from + 1;
            close_time.push(end);
        }
        let open_time = OpenTimes::Before(1);
        let (open, high, low) = (price.clone(), price.clone(), price.clone());
        let columns = BarColumns { open_time, close_time, open, high, low, close: price, volume: size };
        Self::new(columns)
    }

    /// Number of bars.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.columns.close_time.len()
    }

    /// True when there is no bar.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The columns.
    #[inline]
    #[must_use]
    pub fn columns(&self) -> &BarColumns {
        &self.columns
    }

    /// False for a bar with a volume of zero. Reads the volume only where some bar has none.
    #[inline]
    pub(crate) fn has_traded(&self, row: usize) -> bool {
        !self.untraded || self.columns.volume.get(row) != Some(&0.0)
    }

    /// One row.
    ///
    /// # Panics
    /// When `row` is not below `len()`.
    #[inline]
    #[must_use]
    pub fn row(&self, row: usize) -> BarRef<'_> {
        assert!(row < self.len(), "row {row} of {}", self.len());
        BarRef { bars: self, row }
    }

    /// Asks the memory for the prices of a row that was skipped up to now, so that it answers
    /// while other work is done. Of no consequence but that.
    #[inline(always)]
    pub(crate) fn fetch(&self, row: usize) {
        let c = &self.columns;
        std::hint::black_box([&c.open, &c.low, &c.high].map(|prices| prices.get(row).copied()));
    }

    /// How many of these rows, from the first on, stay above one price and below another.
    #[inline]
    pub(crate) fn rows_between(&self, rows: Range<usize>, (below, above): (f64, f64)) -> usize {
        let (low, high) = (&self.columns.low, &self.columns.high);
        let mut row = rows.start;
        while row < rows.end {
            let end = rows.end.min((row / BLOCK + 1) * BLOCK);
            let (least, most) = self.extremes[row / BLOCK];
            if least > below && most < above {
                row = end;
                continue;
            }
            let inside = low[row..end].iter().zip(&high[row..end]);
            let quiet = inside.take_while(|(low, high)| **low > below && **high < above).count();
            row += quiet;
            if row < end {
                break;
            }
        }
        row - rows.start
    }

    /// Some rows with their closes, for loops.
    #[inline(always)]
    pub(crate) fn rows(&self, rows: Range<usize>) -> impl Iterator<Item = (BarRef<'_>, f64)> {
        let close = &self.columns.close[rows.clone()];
        rows.zip(close).map(|(row, close)| (BarRef { bars: self, row }, *close))
    }

    /// Keeps the rows `from..to` (clamped to the length).
    #[must_use]
    pub fn slice(&self, from: usize, to: usize) -> Self {
        let to = to.min(self.len());
        let from = from.min(to);
        let c = &self.columns;
        let f = |v: &[f64]| {
            if v.is_empty() { Vec::new() } else { v[from..to].to_vec() }
        };
        let close_time = c.close_time[from..to].to_vec();
        let columns = BarColumns {
            open_time: c.open_time.slice(from, to).shortened(&close_time),
            close_time,
            open: f(&c.open),
            high: f(&c.high),
            low: f(&c.low),
            close: f(&c.close),
            volume: f(&c.volume),
        };
        let extremes = extremes_of(&columns);
        Self { columns, untraded: self.untraded, extremes }
    }
}

fn fail<T>(row: usize, column: &'static str, problem: String) -> Result<T, BarError> {
    Err(BarError { row, column, problem })
}

/// One bar of an instrument: 16 bytes, reads the columns.
///
/// Handed out instead of a copied struct: a bar freshly written to the stack and
/// passed to an outlined callback costs a failed store forwarding on every bar.
#[derive(Clone, Copy, Debug)]
pub struct BarRef<'a> {
    bars: &'a Bars,
    row: usize,
}

impl BarRef<'_> {
    /// Row in its columns, counted from 0.
    #[inline]
    #[must_use]
    pub fn row(&self) -> usize {
        self.row
    }

    /// Start of the bar.
    #[inline]
    #[must_use]
    pub fn open_time(&self) -> Timestamp {
        Timestamp::from_nanos(self.bars.columns.open_time(self.row))
    }

    /// End of the bar: the moment of the event.
    #[inline]
    #[must_use]
    pub fn time(&self) -> Timestamp {
        Timestamp::from_nanos(self.bars.columns.close_time[self.row])
    }

    /// First price.
    #[inline]
    #[must_use]
    pub fn open(&self) -> f64 {
        self.bars.columns.open[self.row]
    }

    /// Highest price.
    #[inline]
    #[must_use]
    pub fn high(&self) -> f64 {
        self.bars.columns.high[self.row]
    }

    /// Lowest price.
    #[inline]
    #[must_use]
    pub fn low(&self) -> f64 {
        self.bars.columns.low[self.row]
    }

    /// Last price.
    #[inline]
    #[must_use]
    pub fn close(&self) -> f64 {
        self.bars.columns.close[self.row]
    }

    /// Shares or contracts traded; `None` when the source has no volume.
    #[inline]
    #[must_use]
    pub fn volume(&self) -> Option<f64> {
        self.bars.columns.volume.get(self.row).copied()
    }
}

/// One bar by value, for the rare places that need all of it at once: matching.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WholeBar {
    pub(crate) row: usize,
    pub(crate) open_time: Timestamp,
    pub(crate) time: Timestamp,
    pub(crate) open: f64,
    pub(crate) high: f64,
    pub(crate) low: f64,
    pub(crate) close: f64,
    pub(crate) volume: Option<f64>,
}

impl From<BarRef<'_>> for WholeBar {
    #[inline]
    fn from(bar: BarRef<'_>) -> Self {
        Self {
            row: bar.row(),
            open_time: bar.open_time(),
            time: bar.time(),
            open: bar.open(),
            high: bar.high(),
            low: bar.low(),
            close: bar.close(),
            volume: bar.volume(),
        }
    }
}
