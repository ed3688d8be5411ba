//! Frames: bars of other lengths of the same instrument, seen at the same clock.
//!
//! A frame is built from the instrument's tape where there is one, else from its
//! bars. Its bar is seen with the first bar of the instrument that closes at or
//! after its end, before any callback of that instant.

use std::sync::Arc;

use crate::bars::{BarColumns, BarError, Bars};
use crate::builder::{Bar, BarBuilder, BarRule, BuildError, push_bar};
use crate::feed::Series;
use crate::instrument::InstrumentId;
use crate::tape::{IRREGULAR, TapeEvent, kind};
use crate::time::Timestamp;

/// A frame of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId(pub(crate) u32);

/// An indicator's columns over a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHandle {
    pub(crate) frame: u32,
    pub(crate) first: u32,
}

/// The bars of a frame, and how many of them each bar of the instrument has seen.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) series: InstrumentId,
    pub(crate) bars: Arc<Bars>,
    /// Per bar of the instrument: frame bars that had ended by its close.
    pub(crate) closed: Arc<Vec<u32>>,
}

/// Why a rule gives no frame.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FrameError {
    /// The rule, or the input.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// Columns that are no bars.
    #[error(transparent)]
    Bars(#[from] BarError),
}

impl Frame {
    /// Builds a frame; `factor` scales the prices of each bar of the series (adjusted prices).
    pub(crate) fn build(
        series: &Series,
        id: InstrumentId,
        rule: BarRule,
        factor: Option<&[f64]>,
    ) -> Result<Self, FrameError> {
        let mut columns = BarColumns::default();
        let mut builder = BarBuilder::new(rule)?;
        let counted = !matches!(rule, BarRule::Time { .. });
        let tape = series.tape.as_deref().filter(|tape| tape.has(kind::TRADE) && factor.is_none());
        match tape {
            Some(tape) => {
                for row in 0..tape.len() {
                    if let TapeEvent::Trade { price, quantity, .. } = tape.event(row)
                        && tape.code(row) & IRREGULAR == 0
                    {
                        let done = builder.trade(tape.venue_time(row), price.to_f64(), quantity.to_f64())?;
                        done.iter().for_each(|bar| push_bar(&mut columns, bar));
                    }
                }
            }
            None => {
                let c = series.bars.columns();
                for row in 0..series.bars.len() {
                    let scale = factor.map_or(1.0, |f| f[row]);
                    let part = Bar {
                        open_time: Timestamp::from_nanos(c.open_time(row)),
                        close_time: Timestamp::from_nanos(c.close_time[row]),
                        open: c.open[row] * scale,
                        high: c.high[row] * scale,
                        low: c.low[row] * scale,
                        close: c.close[row] * scale,
                        volume: c.volume.get(row).copied().filter(|v| *v >= 0.0).unwrap_or(0.0),
                    };
                    builder.bar(&part)?.iter().for_each(|bar| push_bar(&mut columns, bar));
                }
            }
        }
        if !counted {
            builder.finish().iter().for_each(|bar| push_bar(&mut columns, bar));
        }
        if series.bars.columns().volume.is_empty() {
            columns.volume.clear();
        }
        // A trade at the very end of a bar of the instrument belongs to its next one.
        let ended = |frame: i64, close: i64| if counted && tape.is_some() { frame < close } else { frame <= close };
        let mut closed = Vec::with_capacity(series.bars.len());
        let mut at = 0;
        for close in &series.bars.columns().close_time {
            while columns.close_time.get(at).is_some_and(|end| ended(*end, *close)) {
                at += 1;
            }
            closed.push(at as u32);
        }
        Ok(Self { series: id, bars: Arc::new(Bars::new(columns)?), closed: Arc::new(closed) })
    }
}
