//! Volume-weighted average price.

use crate::column::{finite, prepare, row_by_row, write};
use crate::indicator::{Indicator, Input, Series};
use crate::parameter::{ParameterError, period};
use crate::window::WindowSum;

/// The bars a volume-weighted average price covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VwapSpan {
    /// All bars since the first.
    Cumulative,
    /// The last n bars, 1 to 100,000.
    Rolling(usize),
    /// The bars since the session began, by [`Input::session_start`].
    Session,
}

/// Volume-weighted average price: sum(p v) / sum(v) with the typical price
/// p = (high + low + close) / 3.
///
/// Inputs: high, low, close, volume. Unit: that of the price. Warm-up: n - 1 bars when rolling,
/// else none. Undefined while the total volume is zero. A bar with a value that is not finite is
/// undefined; the cumulative and the session form leave it out and go on, the rolling one is
/// undefined as long as the window contains it. The first bar of a series begins a session.
#[derive(Clone, Debug)]
pub struct Vwap {
    span: VwapSpan,
    sums: Sums,
}

#[derive(Clone, Debug)]
enum Sums {
    Running { turnover: f64, volume: f64 },
    Rolling { turnover: WindowSum, volume: WindowSum },
}

impl Vwap {
    /// The average over `span`.
    ///
    /// # Errors
    /// When the length of a rolling span is out of range.
    pub fn new(span: VwapSpan) -> Result<Self, ParameterError> {
        let sums = match span {
            VwapSpan::Cumulative | VwapSpan::Session => Sums::Running { turnover: 0.0, volume: 0.0 },
            VwapSpan::Rolling(period) => {
                let period = self::period("vwap", "span", period)?;
                Sums::Rolling { turnover: WindowSum::new(period), volume: WindowSum::new(period) }
            }
        };
        Ok(Self { span, sums })
    }

    #[inline]
    fn next(&mut self, [high, low, close]: [f64; 3], traded: f64, session_start: bool) -> f64 {
        let amount = (high + low + close) / 3.0 * traded;
        match &mut self.sums {
            Sums::Running { turnover, volume } => {
                if session_start && self.span == VwapSpan::Session {
                    (*turnover, *volume) = (0.0, 0.0);
                }
                if !amount.is_finite() {
                    return f64::NAN;
                }
                *turnover += amount;
                *volume += traded;
                finite(*turnover / *volume)
            }
            Sums::Rolling { turnover, volume } => finite(turnover.push(amount) / volume.push(traded)),
        }
    }
}

impl Indicator for Vwap {
    fn definition(&self) -> String {
        match self.span {
            VwapSpan::Cumulative => "vwap(cumulative)".to_owned(),
            VwapSpan::Rolling(period) => format!("vwap({period})"),
            VwapSpan::Session => "vwap(session)".to_owned(),
        }
    }

    fn outputs(&self) -> &'static [&'static str] {
        &["vwap"]
    }

    fn warm_up(&self) -> usize {
        match self.span {
            VwapSpan::Cumulative | VwapSpan::Session => 0,
            VwapSpan::Rolling(period) => period - 1,
        }
    }

    fn needs_volume(&self) -> bool {
        true
    }

    fn column_names(&self) -> Vec<String> {
        vec![match self.span {
            VwapSpan::Cumulative => "vwap".to_owned(),
            VwapSpan::Rolling(period) => format!("vwap_{period}"),
            VwapSpan::Session => "vwap_session".to_owned(),
        }]
    }

    #[inline]
    fn update(&mut self, input: &Input, out: &mut [f64]) {
        let prices = [input.high, input.low, input.close];
        write(out, [self.next(prices, input.volume, input.session_start)]);
    }

    fn reset(&mut self) {
        match &mut self.sums {
            Sums::Running { turnover, volume } => (*turnover, *volume) = (0.0, 0.0),
            Sums::Rolling { turnover, volume } => {
                turnover.reset();
                volume.reset();
            }
        }
    }

    fn batch(&self, series: Series<'_>, out: &mut [Vec<f64>]) {
        let [column, ..] = out else { return };
        if !(series.has_range() && series.has_volume()) {
            return row_by_row(self.boxed_clone(), series, out);
        }
        let mut vwap = self.clone();
        vwap.reset();
        let cells = prepare(column, series.len());
        let bars = series.high.iter().zip(series.low).zip(series.close).zip(series.volume);
        let starts = series.session_start.iter().copied().chain(std::iter::repeat(false));
        for ((cell, (((high, low), close), volume)), start) in cells.iter_mut().zip(bars).zip(starts) {
            *cell = vwap.next([*high, *low, *close], *volume, start);
        }
    }

    fn boxed_clone(&self) -> Box<dyn Indicator> {
        Box::new(self.clone())
    }
}
