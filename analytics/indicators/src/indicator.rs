//! What every indicator is: one bar in, one value per output column out.
//!
//! The two ways to run an indicator, bar by bar ([`Indicator::update`]) and whole columns at
//! once ([`Indicator::batch`]), give the same bits. Nothing here knows where bars come from.

/// One bar's fields as an indicator sees them.
///
/// Prices and volume are in whatever unit the caller uses; only ratios and differences of
/// them reach the output. `NaN` stands for "unknown".
#[derive(Clone, Copy, Debug)]
pub struct Input {
    /// First price of the bar.
    pub open: f64,
    /// Highest price of the bar.
    pub high: f64,
    /// Lowest price of the bar.
    pub low: f64,
    /// Last price of the bar.
    pub close: f64,
    /// Traded quantity of the bar; `NaN` when unknown.
    pub volume: f64,
    /// True for the first bar of a trading session.
    pub session_start: bool,
}

/// Columns side by side; all of one length, which is the length of `close`.
///
/// `volume` may be empty (unknown) and `session_start` may be empty (no session begins).
/// Any other column that is too short reads as `NaN` from its end on.
#[derive(Clone, Copy, Debug)]
pub struct Series<'a> {
    /// First prices.
    pub open: &'a [f64],
    /// Highest prices.
    pub high: &'a [f64],
    /// Lowest prices.
    pub low: &'a [f64],
    /// Last prices; their number is the length of the series.
    pub close: &'a [f64],
    /// Traded quantities, or empty.
    pub volume: &'a [f64],
    /// Marks of the first bars of sessions, or empty.
    pub session_start: &'a [bool],
}

impl<'a> Series<'a> {
    /// A series of which only one price is known: every price column is `close`.
    #[must_use]
    pub fn of_close(close: &'a [f64]) -> Self {
        Self { open: close, high: close, low: close, close, volume: &[], session_start: &[] }
    }

    /// Number of bars.
    #[must_use]
    pub fn len(&self) -> usize {
        self.close.len()
    }

    /// True when there is no bar.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.close.is_empty()
    }

    /// The bar in row `row`; what is not there is `NaN` (or no session start).
    #[must_use]
    pub fn input(&self, row: usize) -> Input {
        let at = |column: &[f64]| column.get(row).copied().unwrap_or(f64::NAN);
        Input {
            open: at(self.open),
            high: at(self.high),
            low: at(self.low),
            close: at(self.close),
            volume: at(self.volume),
            session_start: self.session_start.get(row).copied().unwrap_or(false),
        }
    }

    /// The bars from `start` to before `end`; a column that does not reach `end` is empty there.
    pub(crate) fn rows(&self, start: usize, end: usize) -> Self {
        let part = |column: &'a [f64]| column.get(start..end).unwrap_or_default();
        Self {
            open: part(self.open),
            high: part(self.high),
            low: part(self.low),
            close: part(self.close),
            volume: part(self.volume),
            session_start: self.session_start.get(start..end).unwrap_or_default(),
        }
    }

    /// True when `high` and `low` have one value per bar.
    pub(crate) fn has_range(&self) -> bool {
        self.high.len() == self.len() && self.low.len() == self.len()
    }

    /// True when `volume` has one value per bar.
    pub(crate) fn has_volume(&self) -> bool {
        self.volume.len() == self.len()
    }
}

/// An indicator: a definition, a state, and a rule that turns bars into values.
///
/// `NaN` in an output means "undefined": the warm-up, or a bar that has no answer. No input
/// makes an implementation panic, and after construction `update` allocates nothing.
pub trait Indicator: std::fmt::Debug + Send + Sync {
    /// Canonical text, such as `macd(12,26,9,sma)`; [`crate::parse`] reads it back. Two
    /// indicators with one definition compute the same columns.
    fn definition(&self) -> String;

    /// Names of the output columns in order, such as `["macd", "signal", "hist"]`.
    fn outputs(&self) -> &'static [&'static str];

    /// Number of leading bars for which no output is defined. Where outputs begin at
    /// different bars (ADX), this is the bar of the earliest.
    fn warm_up(&self) -> usize;

    /// True when the outputs are undefined without volume.
    fn needs_volume(&self) -> bool {
        false
    }

    /// Names for the columns of a table, such as `["macd", "macd_signal", "macd_hist"]` or
    /// `["rsi_14"]`, one per output.
    ///
    /// The default joins output name and arguments: `rsi(14)` gives `rsi_14`.
    fn column_names(&self) -> Vec<String> {
        let suffix = crate::naming::suffix(&self.definition());
        let named = |output: &&str| format!("{output}{suffix}");
        self.outputs().iter().map(named).collect()
    }

    /// Feeds one bar and writes one value per output into `out`, whose length is that of
    /// [`Indicator::outputs`] (a shorter one gets the first values only).
    fn update(&mut self, input: &Input, out: &mut [f64]);

    /// Back to the state before the first bar.
    fn reset(&mut self);

    /// Whole columns at once: each `Vec` of `out`, one per output, is overwritten and has the
    /// length of the series afterwards. Bit-identical to `update` row by row from the reset
    /// state; the state of `self` does not matter and does not change.
    fn batch(&self, series: Series<'_>, out: &mut [Vec<f64>]) {
        crate::column::row_by_row(self.boxed_clone(), series, out);
    }

    /// As [`Indicator::batch`], but only the outputs whose numbers are in `wanted`, in that
    /// order; `out` gets one column each. The others cost no memory where the indicator can
    /// do without.
    fn batch_of(&self, series: Series<'_>, wanted: &[usize], out: &mut [Vec<f64>]) {
        crate::column::picked(self, series, wanted, out);
    }

    /// A copy with its state.
    fn boxed_clone(&self) -> Box<dyn Indicator>;
}

impl Clone for Box<dyn Indicator> {
    fn clone(&self) -> Self {
        self.boxed_clone()
    }
}
