//! `Setup`: where a strategy declares what it needs before the first event.
//!
//! Indicators become columns, filled once per distinct (series, definition) and
//! shared by every run over the same feed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use indicators::{Indicator, Series as IndicatorSeries};

use crate::builder::BarRule;
use crate::feed::{Feed, Series};
use crate::frames::{Frame, FrameError, FrameHandle, FrameId};
use crate::instrument::InstrumentId;

/// Why a strategy cannot start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The symbol is not in the data.
    #[error("{symbol} is not in the data; there are {known}")]
    UnknownSymbol {
        /// What was asked for.
        symbol: String,
        /// What there is.
        known: String,
    },
    /// An indicator needs volume and the series has none.
    #[error("{definition} needs volume, and {symbol} has none")]
    NoVolume {
        /// The indicator.
        definition: String,
        /// The series.
        symbol: String,
    },
    /// Trades, quotes or books are needed and the series has only bars.
    #[error("{symbol} has only bars; this strategy needs its trades, quotes or book")]
    NoTape {
        /// The series.
        symbol: String,
    },
    /// A parameter makes no sense.
    #[error("{key}: {problem}")]
    Parameter {
        /// Which parameter.
        key: String,
        /// What was found and what was expected.
        problem: String,
    },
}

impl SetupError {
    /// A parameter that makes no sense.
    pub fn parameter(key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Parameter { key: key.into(), problem: problem.into() }
    }
}

/// Which prices an indicator sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Prices {
    /// Comparable over splits and dividends (looking only back), in the scale of
    /// the first bar; the same as raw without corporate actions.
    #[default]
    Adjusted,
    /// As they traded.
    Raw,
}

/// An indicator's columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle {
    pub(crate) first: u32,
    pub(crate) series: u32,
}

type Column = Arc<Vec<f64>>;
type ColumnKey = (u32, Prices, String);

/// Most dropped columns whose memory is kept for others.
const SPARE_MAX: usize = 4;

/// Indicator columns of one feed, shared by all runs over it, on any number of threads.
#[derive(Debug, Default)]
pub struct ColumnCache {
    inner: Mutex<Columns>,
}

#[derive(Debug, Default)]
struct Columns {
    /// Empty: dropped, to be filled again when wanted.
    filled: BTreeMap<ColumnKey, Filled>,
    /// Adjustment factors by series; they look only at the feed.
    factors: BTreeMap<u32, Option<Column>>,
    /// Memory of columns that are no longer needed.
    spare: Vec<Vec<f64>>,
    /// Bytes that columns may take; no limit when `None`.
    limit: Option<usize>,
    bytes: usize,
    bytes_most: usize,
    refilled: u64,
    clock: u64,
}

#[derive(Debug, Default)]
struct Filled {
    columns: Vec<Column>,
    /// When it was last asked for.
    used: u64,
}

/// What a `ColumnCache` holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheUse {
    /// Distinct (series, indicator).
    pub distinct: usize,
    /// Bytes of their columns, now.
    pub bytes: usize,
    /// Bytes of their columns, at most so far.
    pub bytes_most: usize,
    /// Columns filled again after the limit made room for others.
    pub refilled: u64,
}

impl Columns {
    fn get(
        &mut self,
        key: ColumnKey,
        series: &Series,
        factor: Option<&Vec<f64>>,
        indicator: Box<dyn Indicator>,
        outputs: &[usize],
    ) -> Vec<Column> {
        self.clock += 1;
        let used = self.clock;
        let known = match self.filled.get_mut(&key) {
            Some(found) if !found.columns.is_empty() => {
                found.used = used;
                return found.columns.clone();
            }
            found => found.is_some(),
        };
        self.refilled += u64::from(known);
        self.make_room(outputs.len() * series.bars.len() * size_of::<f64>());
        let columns = fill_columns(series, factor, indicator, outputs, &mut self.spare);
        self.bytes += columns.iter().map(|c| c.capacity() * size_of::<f64>()).sum::<usize>();
        self.bytes_most = self.bytes_most.max(self.bytes);
        self.filled.insert(key, Filled { columns: columns.clone(), used });
        columns
    }

    /// Drops the columns that no run uses, the least recently used first, until
    /// `wanted` bytes more fit the limit.
    fn make_room(&mut self, wanted: usize) {
        let Some(limit) = self.limit else { return };
        while self.bytes + wanted > limit {
            let idle = |f: &&mut Filled| {
                !f.columns.is_empty() && f.columns.iter().all(|column| Arc::strong_count(column) == 1)
            };
            let Some(oldest) = self.filled.values_mut().filter(idle).min_by_key(|f| f.used) else { return };
            for column in std::mem::take(&mut oldest.columns) {
                self.bytes -= column.capacity() * size_of::<f64>();
                // One of them serves the column that is about to be filled.
                if let (true, Ok(memory)) = (self.spare.len() < SPARE_MAX, Arc::try_unwrap(column)) {
                    self.spare.push(memory);
                }
            }
        }
    }
}

impl ColumnCache {
    /// A cache whose columns take at most so many bytes, as far as the runs that are
    /// going on need no more; what was dropped is filled again when it is wanted.
    #[must_use]
    pub fn with_limit(bytes: usize) -> Self {
        Self { inner: Mutex::new(Columns { limit: Some(bytes), ..Columns::default() }) }
    }

    /// What it holds.
    #[must_use]
    pub fn usage(&self) -> CacheUse {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        CacheUse {
            distinct: inner.filled.len(),
            bytes: inner.bytes,
            bytes_most: inner.bytes_most,
            refilled: inner.refilled,
        }
    }

    /// Forgets all columns and keeps their memory for the next ones, for runs over
    /// another feed or to measure the whole work again.
    pub fn forget(&mut self) {
        let inner = self.inner.get_mut().unwrap_or_else(PoisonError::into_inner);
        let columns = std::mem::take(&mut inner.filled).into_values().flat_map(|f| f.columns);
        inner.bytes = 0;
        inner.factors.clear();
        inner.spare.extend(columns.filter_map(|column| Arc::try_unwrap(column).ok()));
    }
}

/// Where a strategy declares what it needs.
#[derive(Debug)]
pub struct Setup<'a> {
    feed: &'a Feed,
    cache: &'a ColumnCache,
    apply_actions: bool,
    pub(crate) columns: Vec<Column>,
    pub(crate) factors: Vec<Option<Column>>,
    pub(crate) slices: bool,
    pub(crate) bars: bool,
    pub(crate) sessions: bool,
    pub(crate) notices: bool,
    /// Per instrument: which rows of its tape the strategy is called for.
    pub(crate) wanted: Vec<Wanted>,
    pub(crate) frames: Vec<Frame>,
    /// How each frame was made.
    rules: Vec<BarRule>,
    /// Columns of indicators over frames.
    pub(crate) frame_columns: Vec<Column>,
}

/// What a strategy wants to be called for as soon as it is received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) ticks: bool,
    pub(crate) quotes: bool,
    pub(crate) books: bool,
}

impl Wanted {
    pub(crate) fn any(self) -> bool {
        self.ticks || self.quotes || self.books
    }
}

impl<'a> Setup<'a> {
    pub(crate) fn new(feed: &'a Feed, cache: &'a ColumnCache, apply_actions: bool) -> Self {
        let mut cached = cache.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |(i, series): (usize, &Series)| {
            let fill = || series.adjustment().map(Arc::new);
            cached.factors.entry(i as u32).or_insert_with(fill).clone().filter(|_| apply_actions)
        };
        let factors = feed.series().iter().enumerate().map(of).collect();
        drop(cached);
        Self {
            feed,
            cache,
            apply_actions,
            columns: Vec::new(),
            factors,
            slices: false,
            bars: true,
            sessions: false,
            notices: true,
            wanted: vec![Wanted::default(); feed.series().len()],
            frames: Vec::new(),
            rules: Vec::new(),
            frame_columns: Vec::new(),
        }
    }

    /// The series of the run, by `InstrumentId`.
    #[must_use]
    pub fn series(&self) -> &[Series] {
        self.feed.series()
    }

    /// The number of a symbol.
    ///
    /// # Errors
    /// The symbol is not in the data.
    pub fn instrument(&self, symbol: &str) -> Result<InstrumentId, SetupError> {
        self.feed.find(symbol).ok_or_else(|| {
            let known: Vec<&str> = self.feed.instruments().iter().map(|i| i.symbol.as_str()).take(20).collect();
            SetupError::UnknownSymbol { symbol: symbol.to_owned(), known: known.join(", ") }
        })
    }

    /// Asks for `on_slice` instead of `on_bar`.
    pub fn slices(&mut self) {
        self.slices = true;
        self.bars = false;
    }

    /// Asks for `on_session`.
    pub fn sessions(&mut self) {
        self.sessions = true;
    }

    /// Asks for `on_tick`: every trade of an instrument.
    ///
    /// # Errors
    /// The instrument has no tape.
    pub fn ticks(&mut self, id: InstrumentId) -> Result<(), SetupError> {
        self.wanted_of(id)?.ticks = true;
        Ok(())
    }

    /// Asks for `on_quote`: every change of an instrument's best bid or ask.
    ///
    /// # Errors
    /// The instrument has no tape.
    pub fn quotes(&mut self, id: InstrumentId) -> Result<(), SetupError> {
        self.wanted_of(id)?.quotes = true;
        Ok(())
    }

    /// Asks for `on_book`: every packet of an instrument's book.
    ///
    /// # Errors
    /// The instrument has no tape.
    pub fn books(&mut self, id: InstrumentId) -> Result<(), SetupError> {
        self.wanted_of(id)?.books = true;
        Ok(())
    }

    fn wanted_of(&mut self, id: InstrumentId) -> Result<&mut Wanted, SetupError> {
        let series = &self.feed.series()[id.index()];
        match series.tape {
            Some(_) => Ok(&mut self.wanted[id.index()]),
            None => Err(SetupError::NoTape { symbol: series.instrument.symbol.to_string() }),
        }
    }

    /// Asks for no `on_fill` and no `on_order`.
    pub fn without_notices(&mut self) {
        self.notices = false;
    }

    /// Bars of another length of an instrument, told by `on_frame`; with as many lengths as
    /// wanted. It shows raw prices.
    ///
    /// # Errors
    /// A rule without a length, or one that gives no bar.
    pub fn frame(&mut self, id: InstrumentId, rule: BarRule) -> Result<FrameId, SetupError> {
        let series = &self.feed.series()[id.index()];
        let frame = Frame::build(series, id, rule, None).map_err(|e| frame_error(series, &e))?;
        self.frames.push(frame);
        self.rules.push(rule);
        Ok(FrameId(self.frames.len() as u32 - 1))
    }

    /// An indicator over the adjusted prices of a frame.
    ///
    /// # Errors
    /// The indicator needs volume and the series has none.
    pub fn frame_indicator(
        &mut self,
        frame: FrameId,
        indicator: impl Indicator + 'static,
    ) -> Result<FrameHandle, SetupError> {
        let id = self.frames[frame.0 as usize].series;
        let series = &self.feed.series()[id.index()];
        if indicator.needs_volume() && series.bars.columns().volume.is_empty() {
            let symbol = series.instrument.symbol.to_string();
            return Err(SetupError::NoVolume { definition: indicator.definition(), symbol });
        }
        let factor = self.factors[id.index()].clone().filter(|_| self.apply_actions);
        let bars = match factor {
            None => self.frames[frame.0 as usize].bars.clone(),
            Some(factor) => {
                let rule = self.rules[frame.0 as usize];
                Frame::build(series, id, rule, Some(&factor)).map_err(|e| frame_error(series, &e))?.bars
            }
        };
        let outputs: Vec<usize> = (0..indicator.outputs().len()).collect();
        let over = Series { bars, session_start: Arc::default(), ..series.clone() };
        let first = self.frame_columns.len() as u32;
        self.frame_columns.extend(fill_columns(&over, None, Box::new(indicator), &outputs, &mut Vec::new()));
        Ok(FrameHandle { frame: frame.0, first })
    }

    /// An indicator over adjusted prices.
    ///
    /// # Errors
    /// The indicator needs volume and the series has none.
    pub fn indicator(&mut self, id: InstrumentId, indicator: impl Indicator + 'static) -> Result<Handle, SetupError> {
        self.indicator_on(id, Prices::Adjusted, Box::new(indicator))
    }

    /// An indicator over the prices named.
    ///
    /// # Errors
    /// The indicator needs volume and the series has none.
    pub fn indicator_on(
        &mut self,
        id: InstrumentId,
        prices: Prices,
        indicator: Box<dyn Indicator>,
    ) -> Result<Handle, SetupError> {
        let outputs: Vec<usize> = (0..indicator.outputs().len()).collect();
        self.outputs_on(id, prices, indicator, &outputs)
    }

    /// Only some outputs of an indicator (memory: one column each).
    ///
    /// # Errors
    /// The indicator needs volume and the series has none.
    pub fn outputs_on(
        &mut self,
        id: InstrumentId,
        prices: Prices,
        indicator: Box<dyn Indicator>,
        outputs: &[usize],
    ) -> Result<Handle, SetupError> {
        let series = &self.feed.series()[id.index()];
        if indicator.needs_volume() && series.bars.columns().volume.is_empty() {
            return Err(SetupError::NoVolume {
                definition: indicator.definition(),
                symbol: series.instrument.symbol.to_string(),
            });
        }
        let factor = self.factors[id.index()].clone().filter(|_| prices == Prices::Adjusted && self.apply_actions);
        let prices = if factor.is_some() { prices } else { Prices::Raw };
        let key = (id.0, prices, format!("{} {outputs:?}", indicator.definition()));
        let mut cached = self.cache.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let columns = cached.get(key, series, factor.as_deref(), indicator, outputs);
        let handle = Handle { first: self.columns.len() as u32, series: id.0 };
        self.columns.extend(columns);
        Ok(handle)
    }
}

fn frame_error(series: &Series, error: &FrameError) -> SetupError {
    SetupError::parameter("frame", format!("{}: {error}", series.instrument.symbol))
}

/// Computes the wanted outputs over a whole series.
fn fill_columns(
    series: &Series,
    factor: Option<&Vec<f64>>,
    indicator: Box<dyn Indicator>,
    outputs: &[usize],
    spare: &mut Vec<Vec<f64>>,
) -> Vec<Column> {
    let c = series.bars.columns();
    let scaled = factor.map(|factor| {
        let scale = |prices: &[f64]| prices.iter().zip(factor).map(|(p, f)| p * f).collect::<Vec<f64>>();
        [scale(&c.open), scale(&c.high), scale(&c.low), scale(&c.close)]
    });
    let [open, high, low, close] = match &scaled {
        Some([open, high, low, close]) => [open, high, low, close],
        None => [&c.open, &c.high, &c.low, &c.close],
    };
    let session_start: Vec<bool> = series.session_start.iter().collect();
    let view = IndicatorSeries { open, high, low, close, volume: &c.volume, session_start: &session_start };
    let mut columns: Vec<Vec<f64>> = outputs.iter().map(|_| spare.pop().unwrap_or_default()).collect();
    indicator.batch_of(view, outputs, &mut columns);
    columns.into_iter().map(Arc::new).collect()
}
