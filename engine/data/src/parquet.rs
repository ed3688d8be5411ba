//! Run tables as Parquet files, by polars, zstd-compressed.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

use polars::prelude::{
    BooleanChunked, Column as PolarsColumn, DataFrame, DataType, Field, Float64Chunked, Int64Chunked, IntoColumn,
    NewChunkedArray, ParquetCompression, ParquetReader, ParquetWriter, PlSmallStr, PolarsError, PolarsResult, Schema,
    SerReader, StringChunked, TimeUnit, TimeZone,
};

use crate::error::DataError;
use crate::run_tables::{Column, Table};

/// Rows in a group: what is copied at a time.
const GROUP_ROWS: usize = 128 * 1024;
/// Tables below this are compressed on the calling thread.
const PARALLEL_ROWS_MIN: usize = 32 * 1024;

/// Writes a table as Parquet.
///
/// # Errors
/// Columns that do not fit together, or the operating system.
pub fn write_parquet(table: &Table, path: &Path) -> Result<(), DataError> {
    write_in_groups(table, path, GROUP_ROWS)
}

fn write_in_groups(table: &Table, path: &Path, group_rows: usize) -> Result<(), DataError> {
    table.check(path)?;
    let file = File::create(path).map_err(|e| DataError::io(path, "write", e))?;
    let write = || -> PolarsResult<()> {
        let schema =
            Schema::from_iter(table.columns.iter().map(|(name, c)| Field::new(name.as_str().into(), dtype(c))));
        let mut writer = ParquetWriter::new(BufWriter::new(file))
            .with_compression(ParquetCompression::Zstd(None))
            .set_parallel(table.len() >= PARALLEL_ROWS_MIN)
            .batched(&schema)?;
        let mut from = 0;
        while from < table.len() {
            let to = (from + group_rows).min(table.len());
            let columns = table.columns.iter().map(|(name, c)| series(name, c, from, to));
            writer.write_batch(&DataFrame::new(to - from, columns.collect::<PolarsResult<_>>()?)?)?;
            from = to;
        }
        writer.finish()?;
        Ok(())
    };
    write().map_err(|e| polars_error(path, "write", e))
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

fn dtype(column: &Column) -> DataType {
    match column {
        Column::I64(_) => DataType::Int64,
        Column::F64(_) | Column::OptF64(_) => DataType::Float64,
        Column::Text(_) => DataType::String,
        Column::Bool(_) => DataType::Boolean,
        Column::Time(_) | Column::OptTime(_) => DataType::Datetime(TimeUnit::Nanoseconds, Some(TimeZone::UTC)),
    }
}

fn series(name: &str, column: &Column, from: usize, to: usize) -> PolarsResult<PolarsColumn> {
    let name = PlSmallStr::from_str(name);
    let defined = |x: f64| (!x.is_nan()).then_some(x);
    let time = |values: Int64Chunked| values.into_datetime(TimeUnit::Nanoseconds, Some(TimeZone::UTC)).into_column();
    Ok(match column {
        Column::I64(v) => Int64Chunked::from_slice(name, &v[from..to]).into_column(),
        Column::F64(v) => {
            Float64Chunked::from_iter_options(name, v[from..to].iter().map(|x| defined(*x))).into_column()
        }
        Column::OptF64(v) => {
            Float64Chunked::from_iter_options(name, v[from..to].iter().map(|x| x.and_then(defined))).into_column()
        }
        Column::Text(v) => StringChunked::from_iter_values(name, v[from..to].iter().map(String::as_str)).into_column(),
        Column::Bool(v) => BooleanChunked::from_slice(name, &v[from..to]).into_column(),
        Column::Time(v) => time(Int64Chunked::from_slice(name, &v[from..to])),
        Column::OptTime(v) => time(Int64Chunked::from_iter_options(name, v[from..to].iter().copied())),
    })
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

fn polars_error(path: &Path, doing: &str, error: PolarsError) -> DataError {
    if let PolarsError::IO { error, .. } = error {
        let source = Arc::try_unwrap(error).unwrap_or_else(|e| std::io::Error::new(e.kind(), e.to_string()));
        return DataError::io(path, doing, source);
    }
    DataError::file(path, format!("cannot {doing}: {error}"))
}
