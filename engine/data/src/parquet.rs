//! Run tables as Parquet files, by polars, zstd-compressed.

use std::borrow::Borrow;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use polars::prelude::{
    Column as PolarsColumn, DataType, ParquetReader, PolarsError, PolarsResult, SerReader, TimeUnit,
};
use polars_arrow::datatypes::ArrowDataType;

use crate::error::DataError;
use crate::parquet_writer::{self as writer, Cells, GroupWriter};
use crate::run_tables::{Column, Table};

/// Rows in a group: what is copied at a time.
const GROUP_ROWS: usize = 128 * 1024;

/// Writes a table as Parquet.
///
/// # Errors
/// Columns that do not fit together, or the operating system.
pub fn write_parquet(table: &Table, path: &Path) -> Result<(), DataError> {
    write_parquet_parts(std::iter::once(table), path)
}

/// [`write_parquet`] of a table that comes part by part, all with the columns of
/// the first; each part is dropped before the next is asked for.
///
/// # Errors
/// As [`write_parquet`].
pub fn write_parquet_parts<T: Borrow<Table>>(parts: impl IntoIterator<Item = T>, path: &Path) -> Result<(), DataError> {
    let wrong = |e| polars_error(path, "write", e);
    let mut writer = None;
    for part in parts {
        let table = part.borrow();
        table.check(path)?;
        let writer = match &mut writer {
            Some(writer) => writer,
            None => writer.insert(start(table, path).map_err(wrong)?),
        };
        for from in (0..table.len()).step_by(GROUP_ROWS) {
            let to = (from + GROUP_ROWS).min(table.len());
            let columns = table.columns.iter().map(|(_, column)| cells(column, from, to)).collect();
            writer.write(to - from, columns).map_err(wrong)?;
        }
    }
    writer.map_or(Ok(()), GroupWriter::finish).map_err(wrong)
}

/// A file with the columns of a table and no row yet.
fn start(table: &Table, path: &Path) -> PolarsResult<GroupWriter> {
    GroupWriter::create(path, table.columns.iter().map(|(name, column)| (name.as_str(), dtype(column))))
}

/// Reads a Parquet file that `write_parquet` wrote; the table is named after the
/// file. A column with an undefined number or time comes back as `OptF64` or
/// `OptTime`, one without as `F64` or `Time`.
///
/// # Errors
/// An unreadable file, or a column of a type that run tables do not have.
pub fn read_parquet(path: &Path) -> Result<Table, DataError> {
    let file = File::open(path).map_err(|e| DataError::io(path, "read", e))?;
    let frame = ParquetReader::new(file).finish().map_err(|e| polars_error(path, "read", e))?;
    let columns = frame
        .columns()
        .iter()
        .map(|c| Ok((c.name().to_string(), column(path, c)?)))
        .collect::<Result<_, DataError>>()?;
    let name = path.file_stem().map(|s| s.to_string_lossy().into_owned());
    Ok(Table { name: name.unwrap_or_default(), columns })
}

fn dtype(column: &Column) -> ArrowDataType {
    match column {
        Column::I64(_) => ArrowDataType::Int64,
        Column::F64(_) | Column::OptF64(_) => ArrowDataType::Float64,
        Column::Text(_) => ArrowDataType::Utf8View,
        Column::Bool(_) => ArrowDataType::Boolean,
        Column::Time(_) | Column::OptTime(_) => writer::instants(),
    }
}

fn cells(column: &Column, from: usize, to: usize) -> Cells {
    let defined = |x: f64| (!x.is_nan()).then_some(x);
    match column {
        Column::I64(v) => writer::numbers(v[from..to].to_vec()),
        Column::F64(v) => writer::some_numbers(v[from..to].iter().map(|x| defined(*x))),
        Column::OptF64(v) => writer::some_numbers(v[from..to].iter().map(|x| x.and_then(defined))),
        Column::Text(v) => writer::texts(&v[from..to]),
        Column::Bool(v) => writer::flags(&v[from..to]),
        Column::Time(v) => writer::times(v[from..to].to_vec()),
        Column::OptTime(v) => writer::some_times(v[from..to].iter().copied()),
    }
}

fn column(path: &Path, series: &PolarsColumn) -> Result<Column, DataError> {
    let wrong = |e: PolarsError| polars_error(path, "read", e);
    let undefined = || DataError::file(path, format!("column {} has an undefined value, expected none", series.name()));
    let all = series.null_count() == 0;
    let s = series.as_materialized_series();
    Ok(match series.dtype() {
        DataType::Int64 => Column::I64(s.i64().map_err(wrong)?.iter().collect::<Option<_>>().ok_or_else(undefined)?),
        DataType::Float64 if all => Column::F64(s.f64().map_err(wrong)?.iter().flatten().collect()),
        DataType::Float64 => Column::OptF64(s.f64().map_err(wrong)?.iter().collect()),
        DataType::Boolean => {
            Column::Bool(s.bool().map_err(wrong)?.iter().collect::<Option<_>>().ok_or_else(undefined)?)
        }
        DataType::String => {
            let text = s.str().map_err(wrong)?;
            Column::Text(text.iter().map(|t| t.map(str::to_owned)).collect::<Option<_>>().ok_or_else(undefined)?)
        }
        DataType::Datetime(TimeUnit::Nanoseconds, _) => {
            let times = s.datetime().map_err(wrong)?.physical();
            if all { Column::Time(times.iter().flatten().collect()) } else { Column::OptTime(times.iter().collect()) }
        }
        other => {
            return Err(DataError::file(
                path,
                format!("column {} has the type {other}, which run tables do not have", series.name()),
            ));
        }
    })
}

pub(crate) fn polars_error(path: &Path, doing: &str, error: PolarsError) -> DataError {
    if let PolarsError::IO { error, .. } = error {
        let source = Arc::try_unwrap(error).unwrap_or_else(|e| std::io::Error::new(e.kind(), e.to_string()));
        return DataError::io(path, doing, source);
    }
    DataError::file(path, format!("cannot {doing}: {error}"))
}
