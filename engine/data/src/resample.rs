//! Longer bars from shorter ones, by core's bar builder.
//!
//! With a calendar a bar never spans two parts of a session: each part begins a
//! bar of its own, so that Hong Kong's morning of two and a half hours is an hour,
//! an hour and half an hour, and the last bar of a part ends with it. The evening
//! of a futures market opens the next day's bar. Bars outside all sessions are
//! left out and counted. Without a calendar bars are aligned to local midnight.
//! Volume and turnover are added up; an adjusted close cannot be and is dropped.

use engine_core::bars::{BarColumns, Bars};
use engine_core::builder::{Bar, BarBuilder, BarRule};
use engine_core::time::Timestamp;

use crate::bar_length::BarLength;
use crate::calendars::calendar_for;
use crate::contract::{Contract, Stamp};
use crate::prices::Loaded;
use crate::zone::Zone;

/// Bars of another length.
#[derive(Clone, Debug)]
pub struct Resampled {
    /// The contract of the new file.
    pub contract: Contract,
    /// The bars.
    pub bars: Bars,
    /// Money traded; empty when the source has none.
    pub turnover: Vec<f64>,
    /// Bars outside all sessions, which are in no new bar.
    pub left_out: usize,
}

/// A stretch in which bars are built: from, to; bars are aligned to `from`.
struct Stretch {
    from: i64,
    to: i64,
    /// Spans that belong to it: a trading day has several parts.
    parts: Vec<(i64, i64)>,
}

/// Builds bars of a length from shorter ones.
///
/// # Errors
/// A length that is not longer than that of the source, or not a multiple of it,
/// or weeks, or daily bars as the source.
pub fn resample(loaded: &Loaded, to: BarLength) -> Result<Resampled, String> {
    let BarLength::Intraday(from) = loaded.contract.bars else {
        return Err(format!("the bars are {} long; only bars shorter than a day can be joined", loaded.contract.bars));
    };
    let length = match to {
        BarLength::Intraday(to) if to > from && to % from == 0 => Some(to),
        BarLength::Day => None,
        _ => {
            let problem = format!("cannot make bars of {to} from bars of {}", loaded.contract.bars);
            return Err(format!("{problem}; expected a multiple of {}, or 1d", loaded.contract.bars));
        }
    };
    let stretches = stretches(loaded, length.is_none());
    let c = loaded.bars.columns();
    let mut out = BarColumns::default();
    let mut turnover = Vec::new();
    let mut left_out = 0;
    let mut row = 0;
    for stretch in &stretches {
        while row < loaded.bars.len() && c.open_time(row) < stretch.from {
            left_out += 1;
            row += 1;
        }
        let nanos = length.unwrap_or(stretch.to - stretch.from);
        let anchor = Timestamp::from_nanos(stretch.from);
        let mut builder = BarBuilder::new(BarRule::Time { nanos, anchor }).map_err(|e| e.to_string())?;
        let mut begun = 0.0;
        let mut push = |bar: Bar, turnover_of: f64| {
            // The last bar of a part ends with it.
            out.push_times(bar.open_time.nanos(), bar.close_time.nanos().min(stretch.to));
            out.open.push(bar.open);
            out.high.push(bar.high);
            out.low.push(bar.low);
            out.close.push(bar.close);
            out.volume.push(bar.volume);
            turnover.push(turnover_of);
        };
        while row < loaded.bars.len() && c.open_time(row) < stretch.to {
            let (open_time, close_time) = (c.open_time(row), c.close_time[row]);
            if !stretch.parts.iter().any(|(from, to)| open_time < *to && close_time > *from) {
                left_out += 1;
                row += 1;
                continue;
            }
            let part = Bar {
                open_time: Timestamp::from_nanos(open_time),
                close_time: Timestamp::from_nanos(close_time),
                open: c.open[row],
                high: c.high[row],
                low: c.low[row],
                close: c.close[row],
                volume: c.volume.get(row).copied().unwrap_or(0.0),
            };
            let amount = loaded.turnover.as_ref().map_or(0.0, |t| t[row]);
            let done = builder.bar(&part).map_err(|e| e.to_string())?;
            match done {
                // This part completed the bar in progress, or is one by itself.
                Some(bar) if builder.forming().is_none() => {
                    push(bar, begun + amount);
                    begun = 0.0;
                }
                // The bar before had ended; this part begins the next.
                Some(bar) => {
                    push(bar, begun);
                    begun = amount;
                }
                None => begun += amount,
            }
            row += 1;
        }
        if let Some(bar) = builder.finish() {
            push(bar, begun);
        }
    }
    left_out += loaded.bars.len() - row;
    if c.volume.is_empty() {
        out.volume = Vec::new();
    }
    if loaded.turnover.is_none() {
        turnover = Vec::new();
    }
    let bars = Bars::new(out).map_err(|e| e.to_string())?;
    let mut contract = loaded.contract.clone();
    contract.bars = to;
    // A short last bar can only be told from its end.
    contract.stamp = Stamp::Close;
    if !contract.source.is_empty() {
        contract.source.push_str("; ");
    }
    contract.source.push_str(&format!("bars of {} joined to {to}", loaded.contract.bars));
    Ok(Resampled { contract, bars, turnover, left_out })
}

/// Where bars are built: parts of sessions, trading days, or local days.
fn stretches(loaded: &Loaded, whole_days: bool) -> Vec<Stretch> {
    let c = loaded.bars.columns();
    let Some((first, last)) = c.span() else {
        return Vec::new();
    };
    if let Some(calendar) = calendar_for(&loaded.contract.symbol) {
        let days = calendar.days_around(first, last);
        if whole_days {
            let day = |d: crate::calendars::TradingDay| Stretch { from: d.open(), to: d.close(), parts: d.parts };
            return days.into_iter().map(day).collect();
        }
        let parts = days.into_iter().flat_map(|d| d.parts);
        return parts.map(|(from, to)| Stretch { from, to, parts: vec![(from, to)] }).collect();
    }
    let mut zone = Zone::new(loaded.contract.timezone);
    let (from, to) = (zone.local_day(first), zone.local_day(last));
    (from..=to)
        .map(|day| {
            let (from, to) = (zone.day_start(day), zone.day_start(day + 1));
            Stretch { from, to, parts: vec![(from, to)] }
        })
        .collect()
}
