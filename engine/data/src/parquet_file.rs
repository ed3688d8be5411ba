//! A Parquet file, window by window, on the calling thread.
//!
//! The decoder trusts what a file says of itself; so the footer and every page header
//! are checked first, and a panic of the decoder is an error like any other.

use std::fs::File;
use std::io::Read;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::Arc;

use polars::io::parquet::read::FileMetadata;
use polars::prelude::{DataFrame, ParallelStrategy, ParquetReader, PolarsError, PolarsResult, SerReader};

use crate::error::DataError;
use crate::parquet_columns::type_error;
use crate::parquet_pages::{self, Chunk};
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
    metadata: FileMetadata,
    pub(crate) names: Vec<String>,
    pub(crate) rows: usize,
    /// Whole numbers of 8 or 16 bits, which the decoder is built without.
    narrow: Vec<bool>,
}

impl<'a> ParquetFile<'a> {
    /// Opens a file and checks its footer.
    pub(crate) fn open(path: &'a Path) -> Result<Self, DataError> {
        let file = File::open(path).map_err(|e| DataError::io(path, "read", e))?;
        let bytes = file.metadata().map_err(|e| DataError::io(path, "read", e))?.len();
        let (metadata, names, narrow) = guarded(path, || {
            let mut reader = ParquetReader::new(file);
            let schema = reader.schema()?;
            let names = schema.iter_names().map(|name| name.to_string()).collect::<Vec<_>>();
            let types = ["Int8", "Int16", "UInt8", "UInt16"];
            let narrow = schema.iter_values().map(|field| types.contains(&format!("{:?}", field.dtype).as_str()));
            let narrow = narrow.collect::<Vec<_>>();
            Ok((reader.get_metadata()?.as_ref().clone(), names, narrow))
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
        Ok(Self { path, metadata, names, rows, narrow })
    }

    /// The wanted columns of all rows, window by window, in the order of the file.
    pub(crate) fn windows(
        &self,
        wanted: Vec<usize>,
    ) -> Result<impl Iterator<Item = Result<DataFrame, DataError>>, DataError> {
        if let Some(column) = wanted.iter().find(|column| self.narrow.get(**column) == Some(&true)) {
            let problem = "is of 8 or 16 bits, which is not read; write it with 32 or 64 bits";
            return Err(type_error(self.path, self.names[*column].trim(), problem));
        }
        self.check_pages(&wanted)?;
        let mut group = 0;
        let mut from = 0;
        let mut one = None;
        Ok(std::iter::from_fn(move || {
            while group < self.metadata.row_groups.len() && from >= self.metadata.row_groups[group].num_rows() {
                group += 1;
                from = 0;
                one = None;
            }
            let rows = self.metadata.row_groups.get(group)?.num_rows();
            let metadata = one.get_or_insert_with(|| Arc::new(self.only(group)));
            let count = WINDOW_ROWS.min(rows - from);
            let frame = self.window(metadata, &wanted, from, count);
            from += count;
            // After an error there is nothing to come.
            if frame.is_err() {
                group = self.metadata.row_groups.len();
            }
            Some(frame)
        }))
    }

    /// Checks the page headers of the wanted columns.
    fn check_pages(&self, wanted: &[usize]) -> Result<(), DataError> {
        let mut file = File::open(self.path).map_err(|e| DataError::io(self.path, "read", e))?;
        for (number, group) in self.metadata.row_groups.iter().enumerate() {
            for name in wanted.iter().map(|position| &self.names[*position]) {
                let error = |problem: String| {
                    let problem = format!("is damaged in row group {}: {problem}", number + 1);
                    DataError { column: Some(name.trim().to_owned()), ..DataError::file(self.path, problem) }
                };
                let mut columns = group.columns_under_root_iter(name).into_iter().flatten();
                let (Some(column), None) = (columns.next(), columns.next()) else {
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
                parquet_pages::check(&mut file, &chunk).map_err(error)?;
            }
        }
        Ok(())
    }

    /// The footer as if the file had only that row group.
    fn only(&self, group: usize) -> FileMetadata {
        let mut one = self.metadata.clone();
        one.row_groups = vec![self.metadata.row_groups[group].clone()];
        one.num_rows = self.metadata.row_groups[group].num_rows();
        one
    }

    fn window(
        &self,
        metadata: &Arc<FileMetadata>,
        wanted: &[usize],
        from: usize,
        count: usize,
    ) -> Result<DataFrame, DataError> {
        let file = File::open(self.path).map_err(|e| DataError::io(self.path, "read", e))?;
        let frame = guarded(self.path, || {
            let mut reader = ParquetReader::new(file)
                .read_parallel(ParallelStrategy::None)
                .with_projection(Some(wanted.to_vec()))
                .with_slice(Some((from, count)));
            reader.set_metadata(Arc::clone(metadata));
            reader.finish()
        })?;
        if frame.height() != count || frame.columns().iter().any(|c| c.len() != count) {
            let problem = format!("is damaged: a row group has {} rows, its footer says {count}", frame.height());
            return Err(DataError::file(self.path, problem));
        }
        Ok(frame)
    }
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
