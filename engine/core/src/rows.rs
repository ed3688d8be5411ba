//! The rows of a feed in order of time, for one instrument or many.
//!
//! The event loop is compiled for each, so that a single series is read straight
//! from its columns without being merged first.

use crate::bars::{Bars, WholeBar};
use crate::context::Slice;
use crate::feed::Merged;
use crate::time::Timestamp;

/// The rows of a feed in order of time.
pub(crate) trait Rows {
    fn instants(&self) -> usize;
    fn time(&self, instant: usize) -> i64;
    fn range(&self, instant: usize) -> (usize, usize);
    fn id(&self, at: usize) -> usize;
    fn row(&self, at: usize) -> usize;
    fn high(&self, at: usize) -> f64;
    fn low(&self, at: usize) -> f64;
    fn close(&self, at: usize) -> f64;
    fn open(&self, at: usize) -> f64;
    /// True when the bar opens at or after a time.
    fn opens_after(&self, at: usize, time: Timestamp) -> bool;
    /// False for a bar without volume.
    fn has_traded(&self, at: usize) -> bool;
    /// All of a row; `time` is the instant's.
    fn bar(&self, at: usize, time: i64) -> WholeBar;
    fn slice(&self, from: usize, to: usize) -> Slice<'_>;
    /// Calls with (id, row, low, high, close) of each row from `from` to before `to`.
    fn each(&self, from: usize, to: usize, f: impl FnMut(usize, usize, f64, f64, f64));
    fn times(&self) -> &[i64];
    /// The bars, when there is one instrument.
    fn single(&self) -> Option<&Bars>;
}

/// The rows of the only instrument, straight from its columns.
pub(crate) struct One<'a>(pub(crate) &'a Bars);

impl Rows for One<'_> {
    #[inline]
    fn instants(&self) -> usize {
        self.0.len()
    }
    #[inline]
    fn time(&self, instant: usize) -> i64 {
        self.0.columns().close_time[instant]
    }
    #[inline]
    fn range(&self, instant: usize) -> (usize, usize) {
        (instant, instant + 1)
    }
    #[inline]
    fn id(&self, _: usize) -> usize {
        0
    }
    #[inline]
    fn row(&self, at: usize) -> usize {
        at
    }
    #[inline]
    fn high(&self, at: usize) -> f64 {
        self.0.columns().high[at]
    }
    #[inline]
    fn low(&self, at: usize) -> f64 {
        self.0.columns().low[at]
    }
    #[inline]
    fn close(&self, at: usize) -> f64 {
        self.0.columns().close[at]
    }
    #[inline(always)]
    fn each(&self, from: usize, to: usize, mut f: impl FnMut(usize, usize, f64, f64, f64)) {
        for at in from..to {
            f(0, at, self.low(at), self.high(at), self.close(at));
        }
    }
    #[inline]
    fn open(&self, at: usize) -> f64 {
        self.0.columns().open[at]
    }
    #[inline]
    fn opens_after(&self, at: usize, time: Timestamp) -> bool {
        // No bar opens before the last one closed, and that time has just been read.
        let columns = self.0.columns();
        at > 0 && time.nanos() <= columns.close_time[at - 1] || time.nanos() <= columns.open_time(at)
    }
    #[inline]
    fn has_traded(&self, at: usize) -> bool {
        self.0.has_traded(at)
    }
    #[inline]
    fn bar(&self, at: usize, _: i64) -> WholeBar {
        self.0.row(at).into()
    }
    fn slice(&self, from: usize, to: usize) -> Slice<'_> {
        Slice { ids: &[0], close: &self.0.columns().close[from..to] }
    }
    fn times(&self) -> &[i64] {
        &self.0.columns().close_time
    }
    fn single(&self) -> Option<&Bars> {
        Some(self.0)
    }
}

/// The merged rows of several instruments.
pub(crate) struct Many<'a>(pub(crate) &'a Merged);

impl Rows for Many<'_> {
    #[inline]
    fn instants(&self) -> usize {
        self.0.time.len()
    }
    #[inline]
    fn time(&self, instant: usize) -> i64 {
        self.0.time[instant]
    }
    #[inline]
    fn range(&self, instant: usize) -> (usize, usize) {
        (self.0.start[instant] as usize, self.0.start[instant + 1] as usize)
    }
    #[inline]
    fn id(&self, at: usize) -> usize {
        self.0.id[at] as usize
    }
    #[inline]
    fn row(&self, at: usize) -> usize {
        self.0.row[at] as usize
    }
    #[inline]
    fn high(&self, at: usize) -> f64 {
        self.0.high[at]
    }
    #[inline]
    fn low(&self, at: usize) -> f64 {
        self.0.low[at]
    }
    #[inline]
    fn close(&self, at: usize) -> f64 {
        self.0.close[at]
    }
    #[inline(always)]
    fn each(&self, from: usize, to: usize, mut f: impl FnMut(usize, usize, f64, f64, f64)) {
        let m = self.0;
        let rows = m.id[from..to].iter().zip(&m.row[from..to]).zip(&m.low[from..to]).zip(&m.high[from..to]);
        for ((((id, row), low), high), close) in rows.zip(&m.close[from..to]) {
            f(*id as usize, *row as usize, *low, *high, *close);
        }
    }
    #[inline]
    fn open(&self, at: usize) -> f64 {
        self.0.open[at]
    }
    #[inline]
    fn opens_after(&self, at: usize, time: Timestamp) -> bool {
        time.nanos() <= self.0.open_time[at]
    }
    #[inline]
    fn has_traded(&self, at: usize) -> bool {
        self.0.volume[at] != 0.0
    }
    #[inline]
    fn bar(&self, at: usize, time: i64) -> WholeBar {
        // From the merged table: what lies side by side is in the cache already.
        let m = self.0;
        WholeBar {
            row: m.row[at] as usize,
            open_time: Timestamp::from_nanos(m.open_time[at]),
            time: Timestamp::from_nanos(time),
            open: m.open[at],
            high: m.high[at],
            low: m.low[at],
            close: m.close[at],
            volume: Some(m.volume[at]).filter(|v| *v >= 0.0),
        }
    }
    fn slice(&self, from: usize, to: usize) -> Slice<'_> {
        Slice { ids: &self.0.id[from..to], close: &self.0.close[from..to] }
    }
    fn times(&self) -> &[i64] {
        &self.0.time
    }
    fn single(&self) -> Option<&Bars> {
        None
    }
}
