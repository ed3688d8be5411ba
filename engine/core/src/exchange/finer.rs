//! `Parts`: the finer bars inside one bar, checked against it.

use super::matching::Walk;
use super::rules::{FillRules, TradedBar};
use crate::bars::{BarColumns, Bars, WholeBar};
use crate::fixed::{Price, Quantity};
use crate::instrument::Instrument;

/// Sums of volumes that are doubles may differ by so much, as a share.
const VOLUME_TOLERANCE: f64 = 1e-9;

/// Why a bar cannot be replayed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Unfit {
    /// No finer bar traded inside it.
    Nothing,
    /// A field, what the bar says of it, what the finer bars say.
    Differs(&'static str, f64, f64),
}

/// A bar as a sequence of finer ones.
///
/// Days, price limits and the volume that slippage looks at are those of the whole
/// bar. The opening auction is in the first, the closing one in the last.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub(super) bars: Vec<TradedBar>,
    /// Per finer bar, what our orders may take; empty: no cap, or one for all.
    caps: Vec<Quantity>,
    /// What they may take of all of them, where the finer data has no volume.
    together: Option<Quantity>,
}

impl Parts {
    /// The finer bars inside a bar, those that did not trade left out.
    pub(super) fn inside(
        finer: &Bars,
        whole: &WholeBar,
        bar: &TradedBar,
        rules: &FillRules,
        instrument: &Instrument,
    ) -> Result<Self, Unfit> {
        let c = finer.columns();
        let (from, to) = (whole.open_time.nanos(), whole.time.nanos());
        let first = c.close_time.partition_point(|t| *t <= from);
        let end = c.close_time.partition_point(|t| *t <= to);
        let rows: Vec<usize> = (first..end).filter(|row| finer.has_traded(*row)).collect();
        let (Some(begin), Some(last)) = (rows.first(), rows.last()) else {
            return Err(Unfit::Nothing);
        };
        let seconds = |nanos: i64| nanos as f64 / 1e9;
        if c.open_time(first) < from {
            return Err(Unfit::Differs("times", seconds(from), seconds(c.open_time(first))));
        }
        if let Some(next) = (end < finer.len()).then(|| c.open_time(end)).filter(|next| *next < to) {
            return Err(Unfit::Differs("times", seconds(to), seconds(next)));
        }
        // A bar may have been made with the stale prices of those that did not trade.
        if let Some(found) = differs(c, whole, &rows)
            && (rows.len() == end - first || differs(c, whole, &(first..end).collect::<Vec<_>>()).is_some())
        {
            return Err(found);
        }
        if let (Some(volume), false) = (whole.volume, c.volume.is_empty()) {
            let sum: f64 = rows.iter().map(|row| c.volume[*row]).sum();
            if sum > volume * (1.0 + VOLUME_TOLERANCE) {
                return Err(Unfit::Differs("volume", volume, sum));
            }
        }
        let volume = |row: usize| c.volume.get(row).map(|v| Quantity::from_f64(*v).unwrap_or(MOST));
        let price = Price::from_checked_f64;
        let part = |row: usize| TradedBar {
            open: price(c.open[row]),
            high: price(c.high[row]),
            low: price(c.low[row]),
            close: price(c.close[row]),
            volume: bar.volume.or(volume(row)),
            session_start: bar.session_start && row == *begin,
            session_end: bar.session_end && row == *last,
            limits: bar.limits,
        };
        let mut parts = Self { bars: rows.iter().map(|row| part(*row)).collect(), caps: Vec::new(), together: None };
        if rules.participation.is_some() {
            if c.volume.is_empty() {
                parts.together = rules.cap(bar, instrument);
            } else {
                // Floored to lots over all volume so far, so that small trades count too.
                let (mut sum, mut taken) = (Quantity::ZERO, Quantity::ZERO);
                for row in &rows {
                    sum = MOST.min(sum + volume(*row).unwrap_or_default());
                    let most = rules.cap(&TradedBar { volume: Some(sum), ..*bar }, instrument).unwrap_or_default();
                    parts.caps.push(most - taken);
                    taken = most;
                }
            }
        }
        Ok(parts)
    }

    /// A walk at the open of one of them, once so much was taken of those before.
    pub(super) fn walk<'a>(
        &'a self,
        index: usize,
        taken: Quantity,
        rules: &'a FillRules,
        instrument: &'a Instrument,
    ) -> Walk<'a> {
        let mut walk = Walk::new(rules, instrument, &self.bars[index]);
        walk.left = self.caps.get(index).copied().or_else(|| self.together.map(|all| all - taken));
        walk
    }
}

/// The first price of a bar that is not that of its parts. Each is exactly the double of a
/// fixed-point price.
fn differs(c: &BarColumns, whole: &WholeBar, rows: &[usize]) -> Option<Unfit> {
    let (begin, last) = (rows.first()?, rows.last()?);
    let least = rows.iter().fold(f64::INFINITY, |a, row| if c.low[*row] < a { c.low[*row] } else { a });
    let most = rows.iter().fold(f64::NEG_INFINITY, |a, row| if c.high[*row] > a { c.high[*row] } else { a });
    let prices = [
        ("open", whole.open, c.open[*begin]),
        ("high", whole.high, most),
        ("low", whole.low, least),
        ("close", whole.close, c.close[*last]),
    ];
    let found = prices.into_iter().find(|(_, bar, finer)| bar != finer);
    found.map(|(field, bar, finer)| Unfit::Differs(field, bar, finer))
}

/// Stands for a volume beyond all that can be counted.
const MOST: Quantity = Quantity::from_units(i64::MAX / 4);
