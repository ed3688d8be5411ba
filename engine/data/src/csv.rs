//! A price CSV to checked columns.
//!
//! Reads the file once, in pieces, so that the peak is the columns themselves
//! plus a small constant. What a file must look like stands in `contract` (the
//! promises), `header` (the columns), `when` (the times) and `rows` (the checks).

use std::path::Path;

use crate::bar_length::BarLength;
use crate::contract::{Contract, ContractOverrides};
use crate::error::DataError;
use crate::header::{Header, Role};
use crate::parse::Parser;
use crate::pieces::Pieces;
use crate::prices::{self, Loaded, Numbered};
use crate::rows::Rows;
use crate::text;
use crate::when;

/// Bytes parsed at a time.
pub(crate) const PIECE_BYTES: usize = 256 << 10;
/// Rows looked at when the length of bars must be guessed.
const GUESS_ROWS: usize = 100;

/// [`crate::read_bars`] of a CSV with another piece size; the result does not
/// depend on it.
///
/// # Errors
/// As [`crate::read_bars`].
pub fn read_bars_in_pieces(path: &Path, inline: &ContractOverrides, piece_bytes: usize) -> Result<Loaded, DataError> {
    let contract = |guess: Guess<'_>, warnings: &mut _| Contract::load(path, inline, guess, warnings);
    read(path, Numbered::Lines, Pieces::open(path, piece_bytes)?, contract)
}

/// Checks the text of a price CSV against a contract; `path` is what errors name.
pub(crate) fn read_text(path: &Path, text: &[u8], contract: &Contract) -> Result<Loaded, DataError> {
    read(path, Numbered::Source, Pieces::of_text(path, text, PIECE_BYTES), |_, _| Ok(contract.clone()))
}

/// Asked for the bar length where the contract has none.
type Guess<'a> = &'a dyn Fn() -> Result<BarLength, DataError>;

fn read(
    path: &Path,
    numbered: Numbered,
    mut pieces: Pieces<'_>,
    contract: impl FnOnce(Guess<'_>, &mut Vec<String>) -> Result<Contract, DataError>,
) -> Result<Loaded, DataError> {
    let mut warnings = Vec::new();
    let bytes_total = pieces.bytes_total();
    let (line, end) = header_line(path, pieces.head()?, &mut warnings)?;
    let header = Header::parse(path, line, &mut warnings)?;
    pieces.consume(end);

    let head = pieces.head()?;
    if head.is_empty() {
        return Err(DataError::file(path, "has a header but no rows"));
    }
    let guess = || guess_bars(path, &header, head);
    let contract = contract(&guess, &mut warnings)?;
    let expected = expected_rows(head, bytes_total);

    let has = Role::ALL.map(|role| header.position(role).is_some());
    let mut rows = Rows::new(&contract, has, expected);
    let mut parser = Parser::new(header.clone());
    while let Some(piece) = pieces.next()? {
        parser.piece(piece, &mut rows);
    }
    let sha256 = pieces.sha256();
    prices::finish(path, numbered, contract, &header, rows, sha256, warnings)
}

/// The header line, and where the rows start.
pub(crate) fn header_line<'a>(
    path: &Path,
    head: &'a [u8],
    warnings: &mut Vec<String>,
) -> Result<(&'a str, usize), DataError> {
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
    let times = head.split(|b| *b == b'\n').take(GUESS_ROWS).filter_map(|line| {
        let field = text::fields(std::str::from_utf8(line).ok()?).nth(position)?;
        when::parse(field.trim()).ok()
    });
    prices::guess_bars(path, times)
}
