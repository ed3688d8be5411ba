//! A tape as Parquet: read and written window by window, so that the peak is the columns
//! plus a small constant.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use engine_core::tape::{Tape, TapeColumns};
use polars::io::parquet::write::StatisticsOptions;
use polars::prelude::{
    Column, DataFrame, DataType, Int64Chunked, IntoColumn, NewChunkedArray, ParquetCompression, ParquetWriter,
    PlSmallStr, PolarsResult, UInt32Chunked, UInt64Chunked,
};

use super::First;
use crate::error::DataError;
use crate::parquet::polars_error;
use crate::parquet_columns::type_error;
use crate::parquet_file::{ParquetFile, check_ends};
use crate::pieces;

/// Rows in a group.
const GROUP_ROWS: usize = 128 * 1024;
/// Most rows to reserve for before they are seen.
const RESERVE_ROWS_MAX: usize = 32 << 20;
/// The columns, and whether one may be absent.
const COLUMNS: [(&str, bool); 6] = [
    ("venue_time", false),
    ("local_time", true),
    ("code", false),
    ("price", false),
    ("quantity", false),
    ("order", true),
];

/// Writes the rows.
pub(super) fn write(path: &Path, tape: &Tape) -> Result<(), DataError> {
    let file = File::create(path).map_err(|e| DataError::io(path, "write", e))?;
    write_groups(file, tape).map_err(|e| polars_error(path, "write", e))
}

fn write_groups(file: File, tape: &Tape) -> PolarsResult<()> {
    let first = frame(tape.columns(), 0, tape.len().min(GROUP_ROWS))?;
    let mut writer = ParquetWriter::new(BufWriter::new(file))
        .with_compression(ParquetCompression::Zstd(None))
        .with_statistics(StatisticsOptions::empty())
        .set_parallel(false)
        .batched(first.schema())?;
    writer.write_batch(&first)?;
    for from in (GROUP_ROWS..tape.len()).step_by(GROUP_ROWS) {
        writer.write_batch(&frame(tape.columns(), from, (from + GROUP_ROWS).min(tape.len()))?)?;
    }
    writer.finish()?;
    Ok(())
}

fn frame(c: &TapeColumns, from: usize, to: usize) -> PolarsResult<DataFrame> {
    let whole = |name: &'static str, values: &[i64]| {
        Int64Chunked::from_slice(PlSmallStr::from_static(name), &values[from..to]).into_column()
    };
    let mut columns: Vec<Column> = vec![whole("venue_time", &c.venue_time)];
    if !c.local_time.is_empty() {
        columns.push(whole("local_time", &c.local_time));
    }
    let code = c.code[from..to].iter().map(|code| u32::from(*code));
    columns.push(UInt32Chunked::from_iter_values(PlSmallStr::from_static("code"), code).into_column());
    columns.push(whole("price", &c.price));
    columns.push(whole("quantity", &c.quantity));
    if !c.order.is_empty() {
        columns.push(UInt64Chunked::from_slice(PlSmallStr::from_static("order"), &c.order[from..to]).into_column());
    }
    DataFrame::new(to - from, columns)
}

/// Reads the rows, not yet checked, and the file's SHA-256.
pub(super) fn read(path: &Path) -> Result<(TapeColumns, String, First), DataError> {
    let sha256 = pieces::sha256_of_file(path, check_ends)?;
    let file = ParquetFile::open(path)?;
    let mut wanted = Vec::new();
    for (name, optional) in COLUMNS {
        match file.names.iter().position(|found| found == name) {
            Some(at) => wanted.push(at),
            None if optional => {}
            None => {
                let found = file.names.join(",");
                return Err(type_error(path, name, &format!("is missing; found {found}")));
            }
        }
    }
    if let Some(other) = file.names.iter().find(|name| COLUMNS.iter().all(|(known, _)| known != name)) {
        return Err(type_error(path, other, "is not of a tape; one file holds one instrument"));
    }
    let rows = file.rows.min(RESERVE_ROWS_MAX);
    let mut c = TapeColumns {
        venue_time: Vec::with_capacity(rows),
        code: Vec::with_capacity(rows),
        price: Vec::with_capacity(rows),
        quantity: Vec::with_capacity(rows),
        ..TapeColumns::default()
    };
    for frame in file.frames(wanted)? {
        append(path, &frame?, &mut c)?;
    }
    if c.code.is_empty() {
        return Err(DataError::file(path, "has columns but no rows"));
    }
    Ok((c, sha256, First::Row))
}

fn append(path: &Path, frame: &DataFrame, c: &mut TapeColumns) -> Result<(), DataError> {
    let start = c.code.len();
    for column in frame.columns() {
        let (name, series) = (column.name().as_str(), column.as_materialized_series());
        let wrong =
            |expected: &str| type_error(path, name, &format!("has the type {}, expected {expected}", column.dtype()));
        if let Some(row) = series.is_null().iter().position(|null| null == Some(true)) {
            return Err(First::Row.error(path, start + row, name, "is empty".to_owned()));
        }
        match name {
            "code" => {
                let codes = series.u32().map_err(|_| wrong("u32"))?.iter().flatten();
                for (row, code) in codes.enumerate() {
                    let known = u16::try_from(code)
                        .map_err(|_| First::Row.error(path, start + row, name, format!("{code:#x} is not known")))?;
                    c.code.push(known);
                }
            }
            "order" if *column.dtype() == DataType::UInt64 => {
                c.order.extend(series.u64().map_err(|_| wrong("u64"))?.iter().flatten());
            }
            "order" => return Err(wrong("u64")),
            _ => {
                let values = series.i64().map_err(|_| wrong("i64"))?.iter().flatten();
                match name {
                    "venue_time" => c.venue_time.extend(values),
                    "local_time" => c.local_time.extend(values),
                    "price" => c.price.extend(values),
                    _ => c.quantity.extend(values),
                }
            }
        }
    }
    Ok(())
}
