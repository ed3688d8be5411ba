//! A tape as a run reads it: its rows, and its bars with their sessions.

use std::path::Path;

use engine_core::tape::Tape;

use super::{LoadedTape, bars};
use crate::bar_length::BarLength;
use crate::calendars;
use crate::contract::ContractOverrides;
use crate::error::DataError;
use crate::prices::Loaded;
use crate::zone::Zone;

/// Length of the bars of a tape when nothing else is said.
const MINUTE: &str = "1m";

/// Reads a tape and builds its bars; `bars` of `inline` is their length, one minute when left out.
///
/// # Errors
/// As `load`; a length that is not below a day.
pub fn load_with_bars(path: &Path, inline: &ContractOverrides) -> Result<(Loaded, Tape), DataError> {
    let text = inline.bars.as_deref().unwrap_or(MINUTE);
    let length: BarLength = text.parse().map_err(|e| DataError::file(path, format!("bars in [[data]]: {e}")))?;
    let tape = super::load(path, &ContractOverrides { bars: None, ..inline.clone() })?;
    let (contract, bars) = bars(path, &tape, length)?;
    let LoadedTape { tape, warnings, sha256, .. } = tape;
    let columns = bars.columns();
    let nights = calendars::calendar_for(&contract.symbol).filter(|calendar| calendar.has_nights());
    let (session_start, sessions) = match nights {
        Some(calendar) => calendar.sessions_of(columns),
        None => {
            let zone = Zone::new(contract.timezone);
            let days: Vec<i64> = columns.open_times().map(|open| zone.local(open).0).collect();
            let starts: Vec<bool> = (0..days.len()).map(|row| row == 0 || days[row] != days[row - 1]).collect();
            let mut sessions: Vec<(i64, i64)> = Vec::new();
            for (row, close) in columns.close_time.iter().enumerate() {
                match sessions.last_mut() {
                    Some(session) if !starts[row] => session.1 = *close,
                    _ => sessions.push((columns.open_time(row), *close)),
                }
            }
            (starts.into(), sessions)
        }
    };
    let loaded = Loaded {
        contract,
        bars,
        adj_close: None,
        turnover: None,
        actions: Vec::new(),
        sessions,
        session_start,
        warnings,
        sha256,
        actions_sha256: None,
        rounded: 0,
    };
    Ok((loaded, tape))
}
