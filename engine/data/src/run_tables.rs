//! The tables of a run (trades, orders, equity): plain named columns to Parquet
//! and CSV, and Parquet back to columns.
//!
//! Rows are written in groups, so that a long table is never copied as a whole.

use std::borrow::Borrow;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use engine_core::time::Timestamp;

use crate::error::DataError;
use crate::number::shortest;
use crate::text;

pub use crate::parquet::{read_parquet, write_parquet, write_parquet_parts};

/// A column of a run table.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Whole numbers.
    I64(Vec<i64>),
    /// Numbers; NaN is written as null.
    F64(Vec<f64>),
    /// Numbers, some of them undefined.
    OptF64(Vec<Option<f64>>),
    /// Text.
    Text(Vec<String>),
    /// Yes or no.
    Bool(Vec<bool>),
    /// Instants, nanoseconds UTC.
    Time(Vec<i64>),
    /// Instants, some of them undefined (the exit of an open trade).
    OptTime(Vec<Option<i64>>),
}

impl Column {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::I64(v) | Self::Time(v) => v.len(),
            Self::F64(v) => v.len(),
            Self::OptF64(v) => v.len(),
            Self::Text(v) => v.len(),
            Self::Bool(v) => v.len(),
            Self::OptTime(v) => v.len(),
        }
    }

    /// True when there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Named columns of one length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// `trades`, `orders` or `equity`.
    pub name: String,
    /// Columns with their names, in order.
    pub columns: Vec<(String, Column)>,
}

impl Table {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, |(_, c)| c.len())
    }

    /// True when there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|(n, _)| n == name).map(|(_, c)| c)
    }

    /// Checks that the columns have one length and different names.
    pub(crate) fn check(&self, path: &Path) -> Result<(), DataError> {
        for (i, (name, column)) in self.columns.iter().enumerate() {
            let problem = if column.len() != self.len() {
                format!("has {} rows, the first column has {}", column.len(), self.len())
            } else if self.columns[..i].iter().any(|(n, _)| n == name) {
                "stands twice".to_owned()
            } else {
                continue;
            };
            return Err(DataError::file(path, format!("table {}: column {name} {problem}", self.name)));
        }
        Ok(())
    }
}

/// Writes a table as CSV: times as ISO 8601 UTC, numbers in the shortest form
/// that reads back to the same double, undefined as an empty field.
///
/// # Errors
/// Columns that do not fit together, or the operating system.
pub fn write_csv(table: &Table, path: &Path) -> Result<(), DataError> {
    write_csv_parts(std::iter::once(table), path)
}

/// [`write_csv`] of a table that comes part by part, all with the same columns.
///
/// # Errors
/// As [`write_csv`].
pub fn write_csv_parts<T: Borrow<Table>>(parts: impl IntoIterator<Item = T>, path: &Path) -> Result<(), DataError> {
    let io = |e| DataError::io(path, "write", e);
    let mut out: Option<BufWriter<File>> = None;
    for part in parts {
        let table = part.borrow();
        table.check(path)?;
        let first = out.is_none();
        let out = match &mut out {
            Some(out) => out,
            None => out.insert(BufWriter::new(File::create(path).map_err(io)?)),
        };
        write_rows(out, table, first).map_err(io)?;
    }
    out.map_or(Ok(()), |mut out| out.flush()).map_err(io)
}

fn write_rows(out: &mut impl Write, table: &Table, header: bool) -> io::Result<()> {
    let mut line = String::new();
    if header {
        for (i, (name, _)) in table.columns.iter().enumerate() {
            if i > 0 {
                line.push(',');
            }
            text::push_field(&mut line, name);
        }
        line.push('\n');
    }
    for row in 0..table.len() {
        for (i, (_, column)) in table.columns.iter().enumerate() {
            if i > 0 {
                line.push(',');
            }
            push_value(&mut line, column, row);
        }
        line.push('\n');
        out.write_all(line.as_bytes())?;
        line.clear();
    }
    out.write_all(line.as_bytes())
}

fn push_value(line: &mut String, column: &Column, row: usize) {
    let time = |t: i64| Timestamp::from_nanos(t).to_string();
    match column {
        Column::I64(v) => line.push_str(&v[row].to_string()),
        Column::F64(v) => line.push_str(&shortest(v[row])),
        Column::OptF64(v) => line.push_str(&v[row].map_or_else(String::new, shortest)),
        Column::Text(v) => text::push_field(line, &v[row]),
        Column::Bool(v) => line.push_str(if v[row] { "true" } else { "false" }),
        Column::Time(v) => line.push_str(&time(v[row])),
        Column::OptTime(v) => line.push_str(&v[row].map_or_else(String::new, time)),
    }
}
