//! An open Parquet file: its footer, and the wanted columns window by window.
//!
//! Of a window only the pages that have its rows are read, and they are decoded column
//! by column by the Parquet part of polars alone, without data frames between.

use std::fs::File;
use std::io::{Cursor, ErrorKind, Read};
use std::ops::Range;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

use polars::prelude::{Column, DataFrame, PolarsError, PolarsResult};
use polars_arrow::array::Array;
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field};
use polars_buffer::Buffer;
use polars_parquet::parquet::read::PageMetaData;
use polars_parquet::read::{
    BasicDecompressor, ColumnChunkMetadata, FileMetadata, Filter, PageReader, RowGroupMetadata, column_iter_to_arrays,
    infer_schema, read_metadata,
};

use crate::error::DataError;
use crate::parquet_columns::type_error;
use crate::parquet_pages::{self, Chunk, Pages};
use crate::quiet;

/// Rows decoded at a time.
const WINDOW_ROWS: usize = 64 * 1024;

/// What a Parquet file begins and ends with.
const MAGIC: &[u8; 4] = b"PAR1";

/// True for a file that is to be read as Parquet.
pub(crate) fn is_parquet(path: &Path) -> Result<bool, DataError> {
    if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("parquet")) {
        return Ok(true);
    }
    let mut start = Vec::with_capacity(MAGIC.len());
    // What cannot be read is reported by who reads it.
    let read = File::open(path).and_then(|file| file.take(MAGIC.len() as u64).read_to_end(&mut start));
    Ok(read.is_ok() && start == MAGIC)
}

/// Checks the first and the last bytes.
pub(crate) fn check_ends(path: &Path, bytes: u64, start: &[u8], end: &[u8]) -> Result<(), DataError> {
    let wrong = |problem: &str| Err(DataError::file(path, problem));
    if bytes == 0 {
        return wrong("is empty, expected a Parquet file");
    }
    if !start.starts_with(MAGIC) {
        return wrong("is no Parquet file: it does not begin with PAR1");
    }
    if bytes < 12 || !end.ends_with(MAGIC) {
        return wrong("is cut off: a Parquet file ends with PAR1");
    }
    Ok(())
}

/// An open file: what its footer says.
pub(crate) struct ParquetFile<'a> {
    path: &'a Path,
    file: File,
    metadata: FileMetadata,
    schema: ArrowSchema,
    /// The columns, in the order of the file.
    pub(crate) names: Vec<String>,
    /// The rows of all groups.
    pub(crate) rows: usize,
}

/// The wanted columns of some rows, in the order in which they were wanted.
pub(crate) struct Window {
    /// How many.
    pub(crate) rows: usize,
    pub(crate) columns: Vec<Decoded>,
}

/// A column of a window.
pub(crate) struct Decoded {
    pub(crate) field: Field,
    pub(crate) arrays: Vec<Box<dyn Array>>,
}

impl<'a> ParquetFile<'a> {
    pub(crate) fn open(path: &'a Path) -> Result<Self, DataError> {
        let mut file = File::open(path).map_err(|e| DataError::io(path, "read", e))?;
        let bytes = file.metadata().map_err(|e| DataError::io(path, "read", e))?.len();
        let (metadata, schema) = guarded(path, || {
            let metadata = read_metadata(&mut file)?;
            let schema = infer_schema(&metadata)?;
            Ok((metadata, schema))
        })?;
        // What lies outside the file would be read past its end.
        for (number, group) in metadata.row_groups.iter().enumerate() {
            for column in group.parquet_columns() {
                let from = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
                let (from, length) = (u64::try_from(from), u64::try_from(column.compressed_size()));
                let fits = matches!((from, length), (Ok(f), Ok(l)) if f >= 4 && f.checked_add(l).is_some_and(|end| end <= bytes));
                if !fits {
                    let problem = format!("is damaged: row group {} lies outside the file", number + 1);
                    return Err(DataError::file(path, problem));
                }
            }
        }
        let rows = metadata.row_groups.iter().map(|g| g.num_rows()).fold(0, usize::saturating_add);
        let names = schema.iter_names().map(|name| name.to_string()).collect();
        Ok(Self { path, file, metadata, schema, names, rows })
    }

    /// The wanted columns of all rows, window by window; ends after an error.
    pub(crate) fn windows(
        mut self,
        wanted: Vec<usize>,
    ) -> Result<impl Iterator<Item = Result<Window, DataError>> + use<'a>, DataError> {
        let pages = self.check_pages(&wanted)?;
        let mut windows = Vec::new();
        for (group, metadata) in self.metadata.row_groups.iter().enumerate() {
            let rows = metadata.num_rows();
            windows.extend((0..rows).step_by(WINDOW_ROWS).map(|from| (group, from..rows.min(from + WINDOW_ROWS))));
        }
        let mut windows = windows.into_iter();
        Ok(std::iter::from_fn(move || {
            let (group, rows) = windows.next()?;
            let window = self.window(group, &wanted, &pages[group], rows);
            if window.is_err() {
                windows = Vec::new().into_iter();
            }
            Some(window)
        }))
    }

    /// As `windows`, as data frames, for columns of any type that can be read.
    pub(crate) fn frames(
        self,
        wanted: Vec<usize>,
    ) -> Result<impl Iterator<Item = Result<DataFrame, DataError>> + use<'a>, DataError> {
        let path = self.path;
        let narrow = |at: &&usize| {
            let (_, field) = self.schema.get_at_index(**at)?;
            let type_ = field.dtype();
            let small = [ArrowDataType::Int8, ArrowDataType::Int16, ArrowDataType::UInt8, ArrowDataType::UInt16];
            small.contains(type_).then_some(())
        };
        if let Some(at) = wanted.iter().find(|at| narrow(at).is_some()) {
            let problem = "is of 8 or 16 bits, which is not read; write it with 32 or 64 bits";
            return Err(type_error(path, self.names[*at].trim(), problem));
        }
        let frame = move |window: Result<Window, DataError>| {
            let window = window?;
            guarded(path, || {
                let series = window.columns.iter().map(|c| Ok(c.series()?.into()));
                DataFrame::new(window.rows, series.collect::<PolarsResult<Vec<Column>>>()?)
            })
        };
        Ok(self.windows(wanted)?.map(frame))
    }

    /// Checks the page headers of the wanted columns; where their pages are, group by group.
    fn check_pages(&mut self, wanted: &[usize]) -> Result<Vec<Vec<Pages>>, DataError> {
        let mut all = Vec::with_capacity(self.metadata.row_groups.len());
        for (number, group) in self.metadata.row_groups.iter().enumerate() {
            let mut pages = Vec::with_capacity(wanted.len());
            for name in wanted.iter().map(|position| &self.names[*position]) {
                let error = |problem: String| {
                    let problem = format!("is damaged in row group {}: {problem}", number + 1);
                    DataError { column: Some(name.trim().to_owned()), ..DataError::file(self.path, problem) }
                };
                let Some(column) = plain_column(group, name) else {
                    return Err(type_error(self.path, name.trim(), "is not one plain column"));
                };
                if column.num_values() != group.num_rows() as i64 {
                    return Err(error(format!("{} values in {} rows", column.num_values(), group.num_rows())));
                }
                let from = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
                let chunk = Chunk {
                    from: u64::try_from(from).unwrap_or(0),
                    bytes: u64::try_from(column.compressed_size()).unwrap_or(0),
                    values: column.num_values(),
                };
                pages.push(parquet_pages::check(&mut self.file, &chunk).map_err(error)?);
            }
            all.push(pages);
        }
        Ok(all)
    }

    fn window(
        &mut self,
        group: usize,
        wanted: &[usize],
        pages: &[Pages],
        rows: Range<usize>,
    ) -> Result<Window, DataError> {
        let mut columns = Vec::with_capacity(wanted.len());
        for (position, pages) in wanted.iter().zip(pages) {
            let name = &self.names[*position];
            let damaged = || DataError::file(self.path, format!("is damaged: column {} cannot be read", name.trim()));
            let column = plain_column(&self.metadata.row_groups[group], name).ok_or_else(damaged)?;
            let (_, field) = self.schema.get_at_index(*position).ok_or_else(damaged)?;
            let part = pages.read(&mut self.file, &rows).map_err(|e| match e.kind() {
                ErrorKind::UnexpectedEof => damaged(),
                _ => DataError::io(self.path, "read", e),
            })?;
            let arrays = guarded(self.path, || {
                let kind = &column.descriptor().descriptor;
                let meta = PageMetaData::new(0, part.rows as i64, column.compression(), kind.clone());
                let reader = Cursor::new(Buffer::from_vec(part.bytes));
                let pages = PageReader::new_with_page_meta(reader, meta, Vec::new(), usize::MAX);
                let pages = BasicDecompressor::new(pages, Vec::new());
                let rows = Filter::new_ranged(part.before, part.before + rows.len());
                let decoded = column_iter_to_arrays(vec![pages], vec![&kind.primitive_type], field.clone(), Some(rows));
                Ok(decoded?.0)
            })?;
            let found: usize = arrays.iter().map(|array| array.len()).sum();
            if found != rows.len() {
                let problem = format!("is damaged: a row group has {found} rows, its footer says {}", rows.len());
                return Err(DataError::file(self.path, problem));
            }
            columns.push(Decoded { field: field.clone(), arrays });
        }
        Ok(Window { rows: rows.len(), columns })
    }
}

/// The column of that name, unless it consists of several.
fn plain_column<'a>(group: &'a RowGroupMetadata, name: &str) -> Option<&'a ColumnChunkMetadata> {
    let mut columns = group.columns_under_root_iter(name)?;
    columns.next().filter(|_| columns.next().is_none())
}

/// Runs the decoder. Where a damaged file makes it give up by a panic, that is an
/// error like any other.
fn guarded<T>(path: &Path, decode: impl FnOnce() -> PolarsResult<T>) -> Result<T, DataError> {
    match quiet::silently(|| panic::catch_unwind(AssertUnwindSafe(decode))) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(PolarsError::IO { error, .. })) if error.raw_os_error().is_some() => {
            let copy = std::io::Error::new(error.kind(), error.to_string());
            Err(DataError::io(path, "read", copy))
        }
        Ok(Err(error)) => {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default().trim().to_owned();
            Err(DataError::file(path, format!("is damaged, or no Parquet file: {first}")))
        }
        Err(_) => Err(DataError::file(path, "is damaged: its pages cannot be decoded")),
    }
}
