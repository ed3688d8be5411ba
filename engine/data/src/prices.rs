//! `read_bars`: a price file and its data contract to checked columns.
//!
//! A price file is CSV (`csv`) or Parquet (`parquet_prices`); both give the same
//! bars for the same rows, with the same checks.
//!
//! # Volume
//!
//! A bar of volume 0 did not trade: no order fills in it. An empty volume field is
//! a 0, with a warning. Where the column is missing, or every field of it is empty,
//! the volume is not known: every bar counts as traded, a cap on the share of the
//! volume has nothing to cap, and a warning says so.

use std::path::Path;

use engine_core::actions::{ActionKind, CorporateAction};
use engine_core::bars::Bars;
use engine_core::flags::Flags;

use crate::actions::{self, Actions};
use crate::bar_length::BarLength;
use crate::calendars;
use crate::contract::{Contract, ContractOverrides, Prices};
use crate::error::DataError;
use crate::header::{Header, Role};
use crate::hours;
use crate::jumps;
use crate::rows::Rows;
use crate::shift;
use crate::tape;
use crate::when::When;
use crate::zone::{Zone, clock_text, date_text};
use crate::{csv, parquet_file, parquet_prices};

/// A price file as read.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What the file promises, complete.
    pub contract: Contract,
    /// The bars.
    pub bars: Bars,
    /// The source's adjusted close, not rounded; one per bar.
    pub adj_close: Option<Vec<f64>>,
    /// Money traded; one per bar.
    pub turnover: Option<Vec<f64>>,
    /// Splits and dividends of `NAME.actions.csv`, oldest first.
    pub actions: Vec<CorporateAction>,
    /// First open and last close (UTC nanoseconds) of the bars of each local date.
    pub sessions: Vec<(i64, i64)>,
    /// Whether a bar is the first of its session; one per bar.
    pub session_start: Flags,
    /// What was assumed or looks odd, each naming its place.
    pub warnings: Vec<String>,
    /// SHA-256 of the price file, hex.
    pub sha256: String,
    /// SHA-256 of the actions file, hex; `None` when there is none.
    pub actions_sha256: Option<String>,
    /// Number of prices that were rounded to 1e-8.
    pub rounded: usize,
}

impl Loaded {
    /// First and last bar as local times of the contract: dates of daily bars, the
    /// first open and the last close of others.
    #[must_use]
    pub fn range(&self) -> (String, String) {
        let c = self.bars.columns();
        let Some((first, last)) = c.span() else {
            return Default::default();
        };
        let mut zone = Zone::new(self.contract.timezone);
        if let BarLength::Intraday(_) = self.contract.bars {
            let text = |t: i64| {
                let (day, nanos) = zone.local(t);
                format!("{} {}", date_text(day), clock_text(nanos))
            };
            return (text(first), text(last));
        }
        // A day that ends at midnight is not the next one.
        (date_text(zone.local_day(first)), date_text(zone.local_day(last - 1)))
    }

    /// Number of splits and of dividends in the actions file.
    #[must_use]
    pub fn action_counts(&self) -> (usize, usize) {
        let split = |a: &&CorporateAction| matches!(a.kind, ActionKind::Split { .. });
        let splits = self.actions.iter().filter(split).count();
        (splits, self.actions.len() - splits)
    }
}

/// Reads a price file with its contract and its corporate actions. A file whose
/// name ends in `.parquet`, or that begins as Parquet does, is Parquet; every other is CSV.
///
/// # Errors
/// The first thing that is wrong with one of the files, with its place.
pub fn read_bars(path: &Path, inline: &ContractOverrides) -> Result<Loaded, DataError> {
    if tape::is_tape(path) {
        return Err(DataError::file(path, "is a tape of ticks, expected bars; `data bars` makes them"));
    }
    if parquet_file::is_parquet(path)? {
        parquet_prices::read(path, inline)
    } else {
        csv::read_bars_in_pieces(path, inline, csv::PIECE_BYTES)
    }
}

/// How the rows of a file are numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numbered {
    /// By lines; the header is line 1.
    Lines,
    /// By rows from 1; there is no header line.
    Rows,
    /// As `Lines`, of text in memory.
    Source,
}

impl Numbered {
    /// A row's place, for warnings.
    pub(crate) fn place(self, path: &Path, number: u64) -> String {
        match self {
            Self::Lines | Self::Source => format!("{}:{number}", path.display()),
            Self::Rows => format!("{}: row {number}", path.display()),
        }
    }

    /// An error about a row.
    pub(crate) fn error(self, path: &Path, number: u64, problem: String) -> DataError {
        match self {
            Self::Lines | Self::Source => DataError::line(path, number, problem),
            Self::Rows => DataError::row(path, number, problem),
        }
    }

    /// The number of a bar, counted from 0.
    pub(crate) fn of_bar(self, bar: usize) -> u64 {
        match self {
            Self::Lines | Self::Source => bar as u64 + 2,
            Self::Rows => bar as u64 + 1,
        }
    }
}

/// What all rows became: the bars, or the first error.
pub(crate) fn finish(
    path: &Path,
    numbered: Numbered,
    contract: Contract,
    header: &Header,
    mut rows: Rows,
    sha256: String,
    mut warnings: Vec<String>,
) -> Result<Loaded, DataError> {
    if let Some((error, further)) = rows.finish() {
        return Err(DataError {
            column: error.column.map(|role| header.name(role).to_owned()),
            further,
            ..numbered.error(path, error.line, error.problem)
        });
    }
    if rows.columns.close_time.is_empty() {
        return Err(DataError::file(path, "has a header but no rows"));
    }
    // Text in memory has no file beside it.
    let beside = numbered != Numbered::Source;
    let actions = if beside { actions::read(path, &mut Zone::new(contract.timezone))? } else { None };
    let (actions, actions_sha256) = match actions {
        Some(Actions { actions, sha256 }) => (actions, Some(sha256)),
        None => (Vec::new(), None),
    };
    warn_of_rows(path, numbered, &contract, &rows, &mut warnings);
    if rows.no_volume == rows.columns.close_time.len() {
        rows.columns.volume = Vec::new();
    }
    if let Some(calendar) = calendars::calendar_for(&contract.symbol) {
        shift::check(path, numbered, &contract, rows.instants, &rows.columns, &calendar)?;
        if let BarLength::Intraday(_) = contract.bars
            && calendar.has_nights()
        {
            (rows.session_start, rows.sessions) = calendar.sessions_of(&rows.columns);
        }
    }
    if let Some((bar, problem)) = jumps::mixed(&rows.columns, &rows.adj_close) {
        let error = numbered.error(path, numbered.of_bar(bar), problem);
        return Err(DataError { column: Some("adj_close".to_owned()), ..error });
    }
    jumps::warn(path, &contract, &rows.columns, &rows.session_start, &actions, &mut warnings);
    if contract.prices == Prices::Adjusted && !actions.is_empty() {
        warnings.push(format!(
            "{}: prices are adjusted and there is an actions file: applying it would count the actions twice",
            path.display()
        ));
    }
    let usual = hours::currency_of_market(&contract.symbol).filter(|usual| *usual != contract.currency);
    if let Some(usual) = usual {
        warnings.push(format!(
            "{}: the currency is {}, and {} trades in {usual}: is it right?",
            path.display(),
            contract.currency,
            contract.symbol
        ));
    }
    let bars = Bars::new(rows.columns).map_err(|e| {
        let error = numbered.error(path, numbered.of_bar(e.row), e.problem);
        DataError { column: Some(e.column.to_owned()), ..error }
    })?;
    let has = |role: Role| header.position(role).is_some();
    Ok(Loaded {
        contract,
        bars,
        adj_close: has(Role::AdjClose).then_some(rows.adj_close),
        turnover: has(Role::Turnover).then_some(rows.turnover),
        actions,
        sessions: rows.sessions,
        session_start: rows.session_start,
        warnings,
        sha256,
        actions_sha256,
        rounded: rows.rounded,
    })
}

/// The bar length whose spacing is the smallest among the first rows' times.
pub(crate) fn guess_bars(path: &Path, times: impl Iterator<Item = When>) -> Result<BarLength, DataError> {
    let day_nanos = engine_core::time::DAY;
    let mut dates = true;
    let times: Vec<i64> = times
        .map(|when| {
            dates &= matches!(when, When::Date(_) | When::Local(_, 0));
            match when {
                When::Date(day) => day * day_nanos,
                When::Local(day, nanos) => day * day_nanos + nanos,
                When::Instant(utc) => utc,
            }
        })
        .collect();
    let spacing = times.windows(2).map(|w| w[1] - w[0]).filter(|d| *d > 0).min();
    match spacing.and_then(BarLength::from_spacing) {
        Some(length) => Ok(length),
        None if dates && !times.is_empty() => Ok(BarLength::Day),
        None => Err(DataError::file(
            path,
            "the data contract has no bars and the first rows do not tell the bar length; give for example bars = \"1m\"",
        )),
    }
}

fn warn_of_rows(path: &Path, numbered: Numbered, contract: &Contract, rows: &Rows, warnings: &mut Vec<String>) {
    let place = |number: u64| numbered.place(path, number);
    let path = path.display();
    if rows.rounded > 0 {
        let more = if rows.coarse > 0 {
            format!(", {} of them by more than 1e-9 of the price", rows.coarse)
        } else {
            String::new()
        };
        warnings.push(format!("{path}: {} prices rounded to 8 decimal places{more}", rows.rounded));
    }
    if rows.ambiguous > 0 {
        warnings.push(format!(
            "{}: {} times were shown twice by the clocks of {} (summer time ended); took the first, or the second where the rows were past the first",
            place(rows.ambiguous_line), rows.ambiguous, contract.timezone
        ));
    }
    let bars = rows.columns.close_time.len();
    if rows.no_volume == bars {
        warnings.push(format!(
            "{path}: every volume is empty: taken as not known, so every bar counts as traded and no share of the volume can be capped"
        ));
    } else if rows.no_volume > 0 {
        warnings.push(format!(
            "{}: {} volumes are empty: taken as 0, bars that did not trade",
            place(rows.no_volume_line),
            rows.no_volume
        ));
    } else if !rows.columns.volume.is_empty() && rows.columns.volume.iter().all(|v| *v == 0.0) {
        warnings.push(format!(
            "{path}: every volume is 0, so no bar traded and no order would fill; leave the column out if volume is not known"
        ));
    }
    if rows.shortened > 0 {
        warnings.push(format!(
            "{path}: {} bars are shorter than {}; they start where the bar before ends",
            rows.shortened, contract.bars
        ));
    }
}
