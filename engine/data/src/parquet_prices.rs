//! A Parquet price file to checked columns.
//!
//! Read by polars on the calling thread, a window of rows at a time (`parquet_file`):
//! the peak is the columns themselves plus a small constant, however large a row group
//! is. Every check is that of `rows`, so a Parquet file
//! gives the same bars, and the same errors by row, as the CSV of the same rows.
//!
//! The columns are those of a CSV, by name; prices and volumes may be of any
//! number type. The time column may be
//!
//! | type | meaning |
//! |---|---|
//! | date | the trading day |
//! | datetime with a zone, any unit | an instant |
//! | datetime without a zone, any unit | local time in the contract's zone |
//! | whole number | since 1970 UTC; seconds, milliseconds, microseconds or nanoseconds, told from the size of the first: the four do not overlap between 1973-03-03 and 2200; a warning names the unit |
//! | text | as in a CSV |

use std::path::Path;

use crate::contract::{Contract, ContractOverrides};
use crate::error::DataError;
use crate::header::{Header, Role};
use crate::parquet_columns::{Unit, give, guess_bars, wanted};
use crate::parquet_file::{ParquetFile, check_ends};
use crate::pieces;
use crate::prices::{self, Loaded, Numbered};
use crate::rows::Rows;

/// Most rows to reserve for before they are seen.
const RESERVE_ROWS_MAX: usize = 32 << 20;

/// Reads a Parquet price file.
pub(crate) fn read(path: &Path, inline: &ContractOverrides) -> Result<Loaded, DataError> {
    let mut warnings = Vec::new();
    let sha256 = pieces::sha256_of_file(path, check_ends)?;
    let file = ParquetFile::open(path)?;
    let names: Vec<String> = file.names.iter().map(|name| name.trim().to_owned()).collect();
    let header = Header::of_names(path, None, &names, &mut warnings)?;
    let expected = file.rows.min(RESERVE_ROWS_MAX);
    let mut windows = file.windows(wanted(&header))?;
    let Some(first) = windows.next().transpose()? else {
        return Err(DataError::file(path, "has columns but no rows"));
    };
    let guess = || guess_bars(path, &header, &first);
    let contract = Contract::load(path, inline, guess, &mut warnings)?;

    let has = Role::ALL.map(|role| header.position(role).is_some());
    let mut rows = Rows::new(&contract, has, expected);
    let mut unit: Option<Unit> = None;
    let mut number = 1;
    let mut window = Some(Ok(first));
    while let Some(columns) = window.transpose()? {
        give(path, &header, &columns, number, &mut unit, &mut rows)?;
        number += columns.rows as u64;
        drop(columns);
        window = windows.next();
    }
    if let Some(unit) = unit {
        warnings.push(format!(
            "{}: column {} holds whole numbers, taken as {} since 1970 UTC",
            path.display(),
            header.time_name,
            unit.name
        ));
    }
    prices::finish(path, Numbered::Rows, contract, &header, rows, sha256, warnings)
}
