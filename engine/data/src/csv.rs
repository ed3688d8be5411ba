//! `read_bars`: a price CSV and its data contract to checked columns.
//!
//! Reads the file once, in pieces, so that the peak is the columns themselves
//! plus a small constant. What a file must look like stands in `contract` (the
//! promises), `header` (the columns), `when` (the times) and `rows` (the checks).

use std::path::Path;

use engine_core::actions::CorporateAction;
use engine_core::bars::Bars;

use crate::actions::{self, Actions};
use crate::bar_length::BarLength;
use crate::contract::{Contract, ContractOverrides, Prices};
use crate::error::DataError;
use crate::header::{Header, Role};
use crate::jumps;
use crate::parse::Parser;
use crate::pieces::Pieces;
use crate::rows::Rows;
use crate::text;
use crate::when::{self, When};
use crate::zone::Zone;

/// Bytes parsed at a time.
const PIECE_BYTES: usize = 256 << 10;
/// Rows looked at when the length of bars must be guessed.
const GUESS_ROWS: usize = 100;

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
    pub session_start: Vec<bool>,
    /// What was assumed or looks odd, each naming its place.
    pub warnings: Vec<String>,
    /// SHA-256 of the price file, hex.
    pub sha256: String,
    /// SHA-256 of the actions file, hex; `None` when there is none.
    pub actions_sha256: Option<String>,
    /// Number of prices that were rounded to 1e-8.
    pub rounded: usize,
}

/// Reads a price CSV with its contract and its corporate actions.
///
/// # Errors
/// The first thing that is wrong with one of the files, with its place.
pub fn read_bars(path: &Path, inline: &ContractOverrides) -> Result<Loaded, DataError> {
    read_bars_in_pieces(path, inline, PIECE_BYTES)
}

/// [`read_bars`] with another piece size; the result does not depend on it.
///
/// # Errors
/// As [`read_bars`].
pub fn read_bars_in_pieces(path: &Path, inline: &ContractOverrides, piece_bytes: usize) -> Result<Loaded, DataError> {
    let mut warnings = Vec::new();
    let mut pieces = Pieces::open(path, piece_bytes)?;
    let bytes_total = pieces.bytes_total();
    let (line, end) = header_line(path, pieces.head()?, &mut warnings)?;
    let header = Header::parse(path, line, &mut warnings)?;
    pieces.consume(end);

    let head = pieces.head()?;
    if head.is_empty() {
        return Err(DataError::file(path, "has a header but no rows"));
    }
    let guess = || guess_bars(path, &header, head);
    let contract = Contract::load(path, inline, guess, &mut warnings)?;
    let expected = expected_rows(head, bytes_total);

    let has = Role::ALL.map(|role| header.position(role).is_some());
    let mut rows = Rows::new(&contract, has, expected);
    let mut parser = Parser::new(header.clone());
    while let Some(piece) = pieces.next()? {
        parser.piece(piece, &mut rows);
    }
    let sha256 = pieces.sha256();
    if let Some((error, further)) = rows.finish() {
        return Err(DataError {
            column: error.column.map(|role| header.name(role).to_owned()),
            further,
            ..DataError::line(path, error.line, error.problem)
        });
    }
    if rows.columns.close_time.is_empty() {
        return Err(DataError::file(path, "has a header but no rows"));
    }

    let actions = actions::read(path, &mut Zone::new(contract.timezone))?;
    let (actions, actions_sha256) = match actions {
        Some(Actions { actions, sha256 }) => (actions, Some(sha256)),
        None => (Vec::new(), None),
    };
    warn_of_rows(path, &contract, &rows, &mut warnings);
    if contract.prices == Prices::Raw {
        jumps::warn(path, &contract, &rows.columns, &rows.session_start, &actions, &mut warnings);
    } else if !actions.is_empty() {
        warnings.push(format!(
            "{}: prices are adjusted and there is an actions file: applying it would count the actions twice",
            path.display()
        ));
    }
    let bars = Bars::new(rows.columns).map_err(|e| DataError::field(path, e.row as u64 + 2, e.column, e.problem))?;
    Ok(Loaded {
        contract,
        bars,
        adj_close: has[Role::AdjClose as usize].then_some(rows.adj_close),
        turnover: has[Role::Turnover as usize].then_some(rows.turnover),
        actions,
        sessions: rows.sessions,
        session_start: rows.session_start,
        warnings,
        sha256,
        actions_sha256,
        rounded: rows.rounded,
    })
}

/// The header line, and where the rows start.
fn header_line<'a>(path: &Path, head: &'a [u8], warnings: &mut Vec<String>) -> Result<(&'a str, usize), DataError> {
    if head.iter().all(u8::is_ascii_whitespace) {
        return Err(DataError::file(path, "is empty, expected a header and rows"));
    }
    if head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]) {
        return Err(DataError::file(path, "is UTF-16 text, expected UTF-8"));
    }
    if head.starts_with(&[0x1F, 0x8B]) {
        return Err(DataError::file(path, "is gzip-compressed, expected plain CSV"));
    }
    let mut start = 0;
    if head.starts_with(&[0xEF, 0xBB, 0xBF]) {
        warnings.push(format!("{}: starts with a byte order mark, ignored", path.display()));
        start = 3;
    }
    let end = head.iter().position(|b| *b == b'\n').map_or(head.len(), |p| p + 1);
    let line = std::str::from_utf8(&head[start..end]).map_err(|_| DataError::line(path, 1, "is not UTF-8 text"))?;
    Ok((text::trim_line_end(line), end))
}

/// Rows to reserve for: the bytes of the file over the mean line of its head.
fn expected_rows(head: &[u8], bytes_total: u64) -> usize {
    let lines = head.iter().filter(|b| **b == b'\n').count().max(1);
    let rows = bytes_total as f64 * lines as f64 / head.len().max(1) as f64;
    // Untouched reserve costs nothing; too little costs a copy of a column.
    (rows * 1.05) as usize + 16
}

/// The bar length whose spacing is the smallest among the first rows.
fn guess_bars(path: &Path, header: &Header, head: &[u8]) -> Result<BarLength, DataError> {
    let position = header.position(Role::Time).unwrap_or(0);
    let mut dates = true;
    let times: Vec<i64> = head
        .split(|b| *b == b'\n')
        .take(GUESS_ROWS)
        .filter_map(|line| {
            let field = text::fields(std::str::from_utf8(line).ok()?).nth(position)?;
            let day = engine_core::time::DAY;
            match when::parse(field.trim()).ok()? {
                When::Date(d) => Some(d * day),
                When::Local(d, nanos) => {
                    dates = false;
                    Some(d * day + nanos)
                }
                When::Instant(utc) => {
                    dates = false;
                    Some(utc)
                }
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

fn warn_of_rows(path: &Path, contract: &Contract, rows: &Rows, warnings: &mut Vec<String>) {
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
            "{path}:{}: {} times were shown twice by the clocks of {} (summer time ended); took the first, or the second where the rows were past the first",
            rows.ambiguous_line, rows.ambiguous, contract.timezone
        ));
    }
    if rows.shortened > 0 {
        warnings.push(format!(
            "{path}: {} bars are shorter than {}; they start where the bar before ends",
            rows.shortened, contract.bars
        ));
    }
}
