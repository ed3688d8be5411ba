//! `Feed`: the checked series of a run, merged on time once.
//!
//! Instruments are numbered in lexicographic order of their symbols, whatever
//! the order of files. Several series are merged into one time-major table: per
//! instant a run of rows in the order of instruments, so that the event loop
//! reads memory in sequence.

use std::sync::Arc;

use crate::actions::{ActionKind, CorporateAction};
use crate::bars::Bars;
use crate::flags::Flags;
use crate::instrument::{Instrument, InstrumentId, Symbol};
use crate::rules::MarketRules;
use crate::tape::Tape;
use crate::time::Timestamp;

/// The bars of one instrument, with what belongs to them.
#[derive(Clone, Debug)]
pub struct Series {
    /// The instrument.
    pub instrument: Instrument,
    /// Its bars.
    pub bars: Arc<Bars>,
    /// Per bar: the first of its session. Empty: every bar is a session of its own.
    pub session_start: Arc<Flags>,
    /// Corporate actions in order of time.
    pub actions: Vec<CorporateAction>,
    /// The venue's rules: price limits, settlement. `None`: no limits, sold at once.
    pub rules: Option<Arc<MarketRules>>,
    /// Changes of lot and price steps in order of time: from then on the instrument is this.
    pub changes: Vec<(Timestamp, Instrument)>,
    /// Trades, quotes, book changes. Where there is one, orders are matched against it
    /// and the bars only show what happened.
    pub tape: Option<Arc<Tape>>,
    /// Shorter bars of the instrument, down to single trades (open = high = low = close):
    /// ambiguous bars are matched on those inside them.
    pub finer: Option<Arc<Bars>>,
}

impl Series {
    /// A series without actions in which each bar is a session.
    #[must_use]
    pub fn daily(instrument: Instrument, bars: Bars) -> Self {
        Self {
            instrument,
            bars: Arc::new(bars),
            session_start: Arc::default(),
            actions: Vec::new(),
            rules: None,
            changes: Vec::new(),
            tape: None,
            finer: None,
        }
    }

    /// A tape with its bars.
    #[must_use]
    pub fn taped(instrument: Instrument, bars: Bars, tape: Tape) -> Self {
        Self { tape: Some(Arc::new(tape)), ..Self::daily(instrument, bars) }
    }

    #[inline]
    pub(crate) fn starts_session(&self, row: usize) -> bool {
        row == 0 || self.session_start.get(row).unwrap_or(true)
    }

    #[inline]
    pub(crate) fn ends_session(&self, row: usize) -> bool {
        self.session_start.get(row + 1).unwrap_or(true)
    }

    /// Per bar, the factor that makes prices comparable over splits and
    /// dividends: the growth of one share held since the first bar and
    /// reinvested. Known at each bar's time: it looks only back. `None` without actions.
    #[must_use]
    pub fn adjustment(&self) -> Option<Vec<f64>> {
        if self.actions.is_empty() {
            return None;
        }
        let columns = self.bars.columns();
        let mut next = 0;
        let mut factor = 1.0;
        let mut factors = Vec::with_capacity(self.bars.len());
        let mut any = false;
        for row in 0..self.bars.len() {
            while let Some(action) = self.actions.get(next).filter(|a| a.ex_time.nanos() <= columns.open_time(row)) {
                next += 1;
                if row == 0 {
                    continue;
                }
                any = true;
                match action.kind {
                    ActionKind::Split { to, from } => factor *= f64::from(to) / f64::from(from),
                    ActionKind::CashDividend { per_share } => {
                        let close = columns.close[row - 1];
                        let after = close - per_share.to_f64();
                        if after > 0.0 {
                            factor *= close / after;
                        }
                    }
                }
            }
            factors.push(factor);
        }
        any.then_some(factors)
    }
}

/// What is wrong with a set of series.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    /// No series, or one without bars.
    #[error("{0} has no bars")]
    Empty(String),
    /// A symbol occurs twice.
    #[error("{0} is given twice")]
    Twice(Symbol),
    /// Session flags do not fit the bars.
    #[error("{0}: {1} session flags for {2} bars")]
    Sessions(Symbol, usize, usize),
    /// More rows than a run may have.
    #[error("{0} bars, at most 4,000,000,000 in one run")]
    TooLarge(usize),
}

/// The rows of all series in order of time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Merged {
    pub(crate) time: Vec<i64>,
    /// First row of each instant; one more than instants.
    pub(crate) start: Vec<u32>,
    pub(crate) id: Vec<u32>,
    pub(crate) row: Vec<u32>,
    pub(crate) open_time: Vec<i64>,
    pub(crate) open: Vec<f64>,
    pub(crate) high: Vec<f64>,
    pub(crate) low: Vec<f64>,
    pub(crate) close: Vec<f64>,
    /// Below zero where the series has none.
    pub(crate) volume: Vec<f64>,
}

/// All series of a run.
#[derive(Clone, Debug)]
pub struct Feed {
    series: Vec<Series>,
    instruments: Vec<Instrument>,
    pub(crate) merged: Option<Merged>,
}

impl Feed {
    /// Sorts the series by symbol and merges them on time.
    ///
    /// # Errors
    /// No bars, a symbol twice, session flags of another length.
    pub fn new(mut series: Vec<Series>) -> Result<Self, FeedError> {
        if series.is_empty() {
            return Err(FeedError::Empty("the run".into()));
        }
        series.sort_by(|a, b| a.instrument.symbol.cmp(&b.instrument.symbol));
        for s in &series {
            if s.bars.is_empty() {
                return Err(FeedError::Empty(s.instrument.symbol.to_string()));
            }
            if !s.session_start.is_empty() && s.session_start.len() != s.bars.len() {
                return Err(FeedError::Sessions(s.instrument.symbol.clone(), s.session_start.len(), s.bars.len()));
            }
        }
        if let Some(pair) = series.windows(2).find(|w| w[0].instrument.symbol == w[1].instrument.symbol) {
            return Err(FeedError::Twice(pair[0].instrument.symbol.clone()));
        }
        let rows: usize = series.iter().map(|s| s.bars.len()).sum();
        if rows > 4_000_000_000 {
            return Err(FeedError::TooLarge(rows));
        }
        for s in &mut series {
            s.actions.sort_by_key(|a| a.ex_time);
            s.changes.sort_by_key(|(time, _)| *time);
        }
        let instruments = series.iter().map(|s| s.instrument.clone()).collect();
        let merged = (series.len() > 1).then(|| merge(&series, rows));
        Ok(Self { series, instruments, merged })
    }

    /// The series, by `InstrumentId`.
    #[must_use]
    pub fn series(&self) -> &[Series] {
        &self.series
    }

    /// The instruments, by `InstrumentId`.
    #[must_use]
    pub fn instruments(&self) -> &[Instrument] {
        &self.instruments
    }

    /// The number of a symbol.
    #[must_use]
    pub fn find(&self, symbol: &str) -> Option<InstrumentId> {
        let found = self.instruments.binary_search_by(|i| i.symbol.as_str().cmp(symbol)).ok()?;
        Some(InstrumentId(found as u32))
    }

    /// Bars of all series.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.series.iter().map(|s| s.bars.len()).sum()
    }

    /// First and last instant.
    #[must_use]
    pub fn span(&self) -> (Timestamp, Timestamp) {
        let firsts = self.series.iter().map(|s| s.bars.row(0).time());
        let lasts = self.series.iter().map(|s| s.bars.row(s.bars.len() - 1).time());
        (firsts.min().unwrap_or_default(), lasts.max().unwrap_or_default())
    }
}

/// The instants of a run: a view of its feed, or a list of their own. Reads like
/// a slice of UTC nanoseconds.
#[derive(Clone, Debug)]
pub enum Times {
    /// The instants of a feed from an index on.
    Of(Arc<Feed>, usize),
    /// A list.
    List(Vec<i64>),
}

impl std::ops::Deref for Times {
    type Target = [i64];
    fn deref(&self) -> &[i64] {
        match self {
            Self::Of(feed, from) => {
                let all = match &feed.merged {
                    Some(merged) => &merged.time,
                    None => &feed.series[0].bars.columns().close_time,
                };
                all.get(*from..).unwrap_or(&[])
            }
            Self::List(times) => times,
        }
    }
}

impl Default for Times {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl PartialEq for Times {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl From<Vec<i64>> for Times {
    fn from(times: Vec<i64>) -> Self {
        Self::List(times)
    }
}

fn merge(series: &[Series], rows: usize) -> Merged {
    let mut time: Vec<i64> = series.iter().flat_map(|s| s.bars.columns().close_time.iter().copied()).collect();
    time.sort_unstable();
    time.dedup();
    // Where each series' rows go: count per instant, then fill in the order of instruments.
    let mut start = vec![0_u32; time.len() + 1];
    let mut instants: Vec<Vec<u32>> = Vec::with_capacity(series.len());
    for s in series {
        let mut at = 0;
        let mut of_series = Vec::with_capacity(s.bars.len());
        for t in &s.bars.columns().close_time {
            while time[at] < *t {
                at += 1;
            }
            start[at + 1] += 1;
            of_series.push(at as u32);
        }
        instants.push(of_series);
    }
    for i in 1..start.len() {
        start[i] += start[i - 1];
    }
    let mut next: Vec<u32> = start[..time.len()].to_vec();
    let mut m = Merged {
        time,
        start,
        id: vec![0; rows],
        row: vec![0; rows],
        open_time: vec![0; rows],
        open: vec![0.0; rows],
        high: vec![0.0; rows],
        low: vec![0.0; rows],
        close: vec![0.0; rows],
        volume: vec![-1.0; rows],
    };
    for (id, (s, of_series)) in series.iter().zip(&instants).enumerate() {
        let c = s.bars.columns();
        for (row, instant) in of_series.iter().enumerate() {
            let at = next[*instant as usize] as usize;
            next[*instant as usize] += 1;
            m.id[at] = id as u32;
            m.row[at] = row as u32;
            m.open_time[at] = c.open_time(row);
            m.open[at] = c.open[row];
            m.high[at] = c.high[row];
            m.low[at] = c.low[row];
            m.close[at] = c.close[row];
            if let Some(volume) = c.volume.get(row) {
                m.volume[at] = *volume;
            }
        }
    }
    m
}
