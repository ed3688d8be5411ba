//! Tapes: recorded trades, quotes and book changes of one instrument, as files.
//!
//! A tape file is `NAME.tape.parquet` (compact, for programs) or `NAME.tape.csv` (text, for
//! small files made by hand), with its contract beside it (`contract`). Both hold the
//! columns of `engine_core::tape::TapeColumns`, one row per statement; `docs/tapes.md` is
//! the description for users. Reading checks every row; what is wrong is an error with
//! file, row and column.
//!
//! Around it: `audit` (the book replayed: what is worth a look), `bars` (bars of a tape)
//! and, for the formats of vendors, `crate::feeds`.

mod audit;
mod bars;
mod contract;
mod csv;
mod parquet;
mod row_text;
mod series;

use std::path::Path;

use engine_core::tape::{Tape, TapeColumns, TapeError};

use crate::contract::ContractOverrides;
use crate::error::DataError;

pub use audit::{Latency, Span, TapeAudit, audit};
pub use bars::bars;
pub use contract::{TapeContract, VERSION, holds};
pub use series::load_with_bars;

/// A tape file as read.
#[derive(Clone, Debug)]
pub struct LoadedTape {
    /// What the file promises, complete.
    pub contract: TapeContract,
    /// The checked rows.
    pub tape: Tape,
    /// What was assumed, each naming its place.
    pub warnings: Vec<String>,
    /// SHA-256 of the tape file, hex.
    pub sha256: String,
}

/// True for a name that ends in `.tape.parquet` or `.tape.csv`.
#[must_use]
pub fn is_tape(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    name.ends_with(".tape.parquet") || name.ends_with(".tape.csv")
}

/// Reads a tape with its contract. Of `inline` the keys `symbol`, `timezone`, `currency`
/// and `source` count, and must not contradict the contract file; `bars` is for the caller,
/// who decides which bars to build; `stamp` and `prices` are refused.
///
/// # Errors
/// The first thing that is wrong with the file or its contract, with its place.
pub fn load(path: &Path, inline: &ContractOverrides) -> Result<LoadedTape, DataError> {
    let mut warnings = Vec::new();
    let contract = TapeContract::load(path, inline, &mut warnings)?;
    let (columns, sha256, first) =
        if is_csv(path) { csv::read(path, &contract, &mut warnings)? } else { parquet::read(path)? };
    let tape = check(path, columns, first)?;
    contract.check_holds(path, &tape)?;
    Ok(LoadedTape { contract, tape, warnings, sha256 })
}

/// Writes a tape and its contract, under a temporary name first. CSV when the name ends
/// in `.csv`, else Parquet.
///
/// # Errors
/// The operating system.
pub fn write(path: &Path, contract: &TapeContract, tape: &Tape) -> Result<(), DataError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let part = path.with_file_name(format!(".part-{name}"));
    if is_csv(path) {
        csv::write(&part, tape)?;
    } else {
        parquet::write(&part, tape)?;
    }
    let beside = crate::contract::contract_path(path);
    std::fs::write(&beside, contract.to_toml()).map_err(|e| DataError::io(&beside, "write", e))?;
    std::fs::rename(&part, path).map_err(|e| DataError::io(path, "write", e))
}

fn is_csv(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv"))
}

/// Where the first row of a file stands.
#[derive(Clone, Copy, Debug)]
enum First {
    /// On that line.
    Line(u64),
    /// Rows are counted, from 1.
    Row,
}

impl First {
    /// An error about the row with that number, counted from 0.
    fn error(self, path: &Path, row: usize, column: &str, problem: String) -> DataError {
        let error = match self {
            Self::Line(line) => DataError::line(path, line + row as u64, problem),
            Self::Row => DataError::row(path, row as u64 + 1, problem),
        };
        DataError { column: Some(column.to_owned()), ..error }
    }
}

fn check(path: &Path, columns: TapeColumns, first: First) -> Result<Tape, DataError> {
    Tape::new(columns).map_err(|error| match error {
        TapeError::Row { row, column, problem } => {
            // The CSV's words for the columns of the code.
            let column = match (first, column) {
                (First::Line(_), "code") if problem.contains("packet") => "flags",
                (First::Line(_), "code") => "event",
                _ => column,
            };
            first.error(path, row, column, problem)
        }
        other => DataError::file(path, other.to_string()),
    })
}
