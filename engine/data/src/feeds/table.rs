//! A vendor's file of ticks as columns in memory: CSV with a header, or Parquet.

use std::path::{Path, PathBuf};

use polars::prelude::{DataFrame, DataType, TimeUnit};

use super::column::{Column, Strings, Values};
use crate::csv::header_line;
use crate::error::DataError;
use crate::parquet_columns::type_error;
use crate::parquet_file::{ParquetFile, check_ends, is_parquet};
use crate::pieces::{self, Pieces};
use crate::prices::Numbered;
use crate::text;
use crate::zone::Zone;

/// Bytes of a CSV parsed at a time.
const PIECE_BYTES: usize = 256 << 10;
/// Most rows of a file.
const ROWS_MAX: usize = 200_000_000;

/// A file.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) path: PathBuf,
    pub(super) columns: Vec<Column>,
    pub(super) rows: usize,
    numbered: Numbered,
}

/// The names of the columns, without reading the rows.
pub(super) fn names(path: &Path) -> Result<Vec<String>, DataError> {
    if is_parquet(path)? {
        pieces::sha256_of_file(path, check_ends)?;
        return Ok(ParquetFile::open(path)?.names.iter().map(|n| n.trim().to_ascii_lowercase()).collect());
    }
    let mut pieces = Pieces::open(path, PIECE_BYTES)?;
    let (header, _) = header_line(path, pieces.head()?, &mut Vec::new())?;
    Ok(header_names(header))
}

fn header_names(header: &str) -> Vec<String> {
    text::fields(header).map(|n| n.trim().to_ascii_lowercase()).collect()
}

impl Table {
    /// Reads a file.
    pub(super) fn read(path: &Path) -> Result<Self, DataError> {
        let table = if is_parquet(path)? { Self::parquet(path)? } else { Self::csv(path)? };
        let mut names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|w| w[0] == w[1]) {
            return Err(type_error(path, twice[0], "stands there twice"));
        }
        if table.rows == 0 {
            return Err(DataError::file(path, "has columns but no rows"));
        }
        Ok(table)
    }

    fn csv(path: &Path) -> Result<Self, DataError> {
        let mut pieces = Pieces::open(path, PIECE_BYTES)?;
        let (header, end) = header_line(path, pieces.head()?, &mut Vec::new())?;
        if let Some(problem) = text::wrong_separator(header) {
            return Err(DataError::line(path, 1, problem));
        }
        let names = header_names(header);
        pieces.consume(end);
        let mut columns: Vec<Strings> = names.iter().map(|_| Strings::default()).collect();
        let mut rows = 0;
        // Empty lines may only stand at the end.
        let mut empty = None;
        while let Some(piece) = pieces.next()? {
            for line in piece.split_inclusive(|b| *b == b'\n') {
                let number = rows as u64 + 2;
                let line = std::str::from_utf8(line).map_err(|_| DataError::line(path, number, "is not UTF-8 text"))?;
                let line = text::trim_line_end(line);
                if line.is_empty() {
                    empty.get_or_insert(number);
                    continue;
                }
                if let Some(empty) = empty {
                    return Err(DataError::line(path, empty, "is an empty line between rows"));
                }
                let mut found = 0;
                for field in text::fields(line) {
                    if let Some(column) = columns.get_mut(found) {
                        column.push(&field);
                    }
                    found += 1;
                }
                if found != names.len() {
                    let problem = format!("has {found} fields, expected {} as in the header", names.len());
                    return Err(DataError::line(path, number, problem));
                }
                rows += 1;
                if rows > ROWS_MAX {
                    return Err(DataError::file(path, format!("has more than {ROWS_MAX} rows")));
                }
            }
        }
        let columns = names.into_iter().zip(columns);
        let columns =
            columns.map(|(name, text)| Column { name, values: Values::Text(text), empty: Vec::new() }).collect();
        Ok(Self { path: path.to_path_buf(), columns, rows, numbered: Numbered::Lines })
    }

    fn parquet(path: &Path) -> Result<Self, DataError> {
        pieces::sha256_of_file(path, check_ends)?;
        let file = ParquetFile::open(path)?;
        if file.rows > ROWS_MAX {
            return Err(DataError::file(path, format!("has more than {ROWS_MAX} rows")));
        }
        let width = file.names.len();
        let mut columns: Vec<Column> = Vec::new();
        let mut rows = 0;
        for frame in file.frames((0..width).collect())? {
            append(path, &frame?, rows, &mut columns)?;
            rows = columns.first().map_or(0, length);
        }
        Ok(Self { path: path.to_path_buf(), columns, rows, numbered: Numbered::Rows })
    }

    /// The column with one of these names.
    pub(super) fn find(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.columns.iter().position(|c| c.name == *name))
    }

    /// As `find`, and it must be there.
    pub(super) fn need(&self, names: &[&str]) -> Result<usize, DataError> {
        self.find(names).ok_or_else(|| {
            let found: Vec<&str> = self.columns.iter().map(|c| c.name.as_str()).collect();
            type_error(&self.path, names[0], &format!("is missing; found {}", found.join(",")))
        })
    }

    /// An error about a row.
    pub(super) fn row_error(&self, row: usize, problem: String) -> DataError {
        self.numbered.error(&self.path, self.numbered.of_bar(row), problem)
    }

    /// An error about a field.
    pub(super) fn error(&self, column: usize, row: usize, problem: String) -> DataError {
        DataError { column: Some(self.columns[column].name.clone()), ..self.row_error(row, problem) }
    }

    /// `line 7` or `row 6`, for notes.
    pub(super) fn place(&self, row: usize) -> String {
        let word = if self.numbered == Numbered::Lines { "line" } else { "row" };
        format!("{word} {}", self.numbered.of_bar(row))
    }

    pub(super) fn is_empty(&self, column: usize, row: usize) -> bool {
        self.columns[column].is_empty(row)
    }

    pub(super) fn int(&self, column: usize, row: usize) -> Result<i64, DataError> {
        self.columns[column].int(row).map_err(|problem| self.error(column, row, problem))
    }

    pub(super) fn float(&self, column: usize, row: usize) -> Result<f64, DataError> {
        self.columns[column].float(row).map_err(|problem| self.error(column, row, problem))
    }

    pub(super) fn text(&self, column: usize, row: usize) -> String {
        self.columns[column].text(row)
    }

    pub(super) fn word(&self, column: usize, row: usize) -> &str {
        self.columns[column].word(row)
    }

    /// A price: above zero.
    pub(super) fn price(&self, column: usize, row: usize) -> Result<i64, DataError> {
        let units = self.columns[column].units(row).map_err(|problem| self.error(column, row, problem))?;
        if units > 0 {
            return Ok(units);
        }
        let found = engine_core::fixed::Price::from_units(units);
        Err(self.error(column, row, format!("{found} is no price, expected above 0")))
    }

    /// A size: zero or more, or above zero.
    pub(super) fn size(&self, column: usize, row: usize, zero: bool) -> Result<i64, DataError> {
        let units = self.columns[column].units(row).map_err(|problem| self.error(column, row, problem))?;
        if units > 0 || (zero && units == 0) {
            return Ok(units);
        }
        let found = engine_core::fixed::Quantity::from_units(units);
        let expected = if zero { "0 or more" } else { "above 0" };
        Err(self.error(column, row, format!("{found} is no size, expected {expected}")))
    }

    /// True where there is no number, or 0. CTP writes the largest double where there is no price.
    pub(super) fn is_nothing(&self, column: usize, row: usize) -> bool {
        let one = &self.columns[column];
        one.is_empty(row) || one.units(row) == Ok(0) || one.float(row).is_ok_and(|x| x == f64::MAX)
    }

    /// A price and a size of one side; `None` where either field is empty or 0.
    pub(super) fn level(&self, price: usize, size: usize, row: usize) -> Result<Option<(i64, i64)>, DataError> {
        if self.is_nothing(price, row) || self.is_nothing(size, row) {
            return Ok(None);
        }
        Ok(Some((self.price(price, row)?, self.size(size, row, false)?)))
    }

    pub(super) fn time(&self, column: usize, row: usize, unit: Option<i64>, zone: &mut Zone) -> Result<i64, DataError> {
        self.columns[column].time(row, unit, zone).map_err(|problem| self.error(column, row, problem))
    }
}

fn length(column: &Column) -> usize {
    match &column.values {
        Values::Int(v) | Values::Local(v) | Values::Instant(v) => v.len(),
        Values::Float(v) => v.len(),
        Values::Text(text) => text.len(),
        Values::Other(_, rows) => *rows,
    }
}

/// Adds a window of a Parquet file.
fn append(path: &Path, frame: &DataFrame, start: usize, columns: &mut Vec<Column>) -> Result<(), DataError> {
    for (at, found) in frame.columns().iter().enumerate() {
        let name = found.name().trim().to_ascii_lowercase();
        let series = found.as_materialized_series();
        let wrong = |e: polars::prelude::PolarsError| type_error(path, &name, &e.to_string());
        let zero = |x: Option<i64>| x.unwrap_or(0);
        let values = match found.dtype() {
            DataType::Datetime(unit, zone) => {
                let nanos: i64 = match unit {
                    TimeUnit::Nanoseconds => 1,
                    TimeUnit::Microseconds => 1_000,
                    TimeUnit::Milliseconds => 1_000_000,
                };
                let physical = series.datetime().map_err(wrong)?.physical();
                // What is beyond the range becomes a time that no row may have.
                let times = physical.iter().map(|x| zero(x).checked_mul(nanos).unwrap_or(i64::MIN / 4)).collect();
                if zone.is_some() { Values::Instant(times) } else { Values::Local(times) }
            }
            DataType::Float64 | DataType::Float32 => {
                let cast = series.cast(&DataType::Float64).map_err(wrong)?;
                Values::Float(cast.f64().map_err(wrong)?.iter().map(|x| x.unwrap_or(0.0)).collect())
            }
            DataType::String => {
                let mut text = Strings::default();
                series.str().map_err(wrong)?.iter().for_each(|one| text.push(one.unwrap_or_default()));
                Values::Text(text)
            }
            other if other.is_integer() => {
                let cast = series.cast(&DataType::Int64).map_err(wrong)?;
                if cast.null_count() != series.null_count() {
                    return Err(type_error(path, &name, "has a number beyond 64 bits"));
                }
                Values::Int(cast.i64().map_err(wrong)?.iter().map(zero).collect())
            }
            other => Values::Other(other.to_string(), found.len()),
        };
        let nulls = series.null_count() > 0;
        let mut empty: Vec<bool> = Vec::new();
        if nulls {
            empty = series.is_null().iter().map(|null| null == Some(true)).collect();
        }
        match columns.get_mut(at) {
            None => columns.push(Column { name, values, empty }),
            Some(column) => {
                if nulls || !column.empty.is_empty() {
                    column.empty.resize(start, false);
                    empty.resize(frame.height(), false);
                    column.empty.extend(empty);
                }
                extend(&mut column.values, values);
            }
        }
    }
    Ok(())
}

fn extend(values: &mut Values, more: Values) {
    match (values, more) {
        (Values::Int(a), Values::Int(b))
        | (Values::Local(a), Values::Local(b))
        | (Values::Instant(a), Values::Instant(b)) => a.extend(b),
        (Values::Float(a), Values::Float(b)) => a.extend(b),
        (Values::Text(a), Values::Text(b)) => (0..b.len()).for_each(|row| a.push(b.get(row))),
        (Values::Other(_, a), Values::Other(_, b)) => *a += b,
        // The schema is that of the file: every window has the same types.
        _ => {}
    }
}
