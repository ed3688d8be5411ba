//! A Parquet file written group of rows by group of rows, zstd-compressed.
//!
//! By the Parquet part of polars alone: columns go from plain slices to pages, without
//! data frames between, so that the program has neither their code nor their threads in
//! memory. Every column may have undefined values.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use polars::prelude::{PlSmallStr, PolarsError, PolarsResult};
use polars_arrow::array::{Array, BooleanArray, PrimitiveArray, Utf8ViewArray};
use polars_arrow::bitmap::{Bitmap, MutableBitmap};
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field, TimeUnit};
use polars_arrow::types::NativeType;
use polars_parquet::read::ParquetError;
use polars_parquet::write::{
    CompressedPage, CompressionOptions, Compressor, DynIter, DynStreamingIterator, Encoding, FallibleStreamingIterator,
    FileWriter, Nested, ParquetType, StatisticsOptions, Version, WriteOptions, array_to_pages, get_dtype_encoding,
};

const OPTIONS: WriteOptions = WriteOptions {
    statistics: StatisticsOptions {
        min_value: false,
        max_value: false,
        distinct_count: false,
        null_count: false,
        binary_statistics_truncate_length: None,
    },
    version: Version::V1,
    compression: CompressionOptions::Zstd(None),
    data_page_size: None,
};

/// One column of a group.
pub(crate) type Cells = Box<dyn Array>;

/// The type of a column of instants, nanoseconds UTC.
pub(crate) fn instants() -> ArrowDataType {
    ArrowDataType::Timestamp(TimeUnit::Nanosecond, Some(PlSmallStr::from_static("UTC")))
}

/// A file that is being written.
pub(crate) struct GroupWriter {
    writer: FileWriter<BufWriter<File>>,
    encodings: Vec<Encoding>,
}

impl GroupWriter {
    /// A file with those columns and no row yet.
    pub(crate) fn create<'a>(
        path: &Path,
        columns: impl IntoIterator<Item = (&'a str, ArrowDataType)>,
    ) -> PolarsResult<Self> {
        let field = |(name, dtype)| Field::new(PlSmallStr::from_str(name), dtype, true);
        let fields = columns.into_iter().map(field).map(|field| (field.name.clone(), field));
        let schema: ArrowSchema = fields.collect();
        let encodings = schema.iter_values().flat_map(|field| get_dtype_encoding(&field.dtype)).collect();
        let writer = FileWriter::try_new(BufWriter::new(File::create(path)?), schema, OPTIONS)?;
        Ok(Self { writer, encodings })
    }

    /// Writes a group of rows: one array per column, in the order and of the types given at the start.
    pub(crate) fn write(&mut self, rows: usize, columns: Vec<Cells>) -> PolarsResult<()> {
        if rows == 0 {
            return Ok(());
        }
        let fields = self.writer.parquet_schema().fields();
        let pages: Vec<_> = columns
            .iter()
            .zip(fields)
            .zip(&self.encodings)
            .map(|((cells, kind), encoding)| compressed(cells.as_ref(), kind, *encoding))
            .collect();
        self.writer.write(rows as u64, DynIter::new(pages.into_iter()))
    }

    /// Writes the footer.
    pub(crate) fn finish(mut self) -> PolarsResult<()> {
        self.writer.end(None)?;
        // What the buffer still holds, with the error that dropping it would hide.
        std::io::Write::flush(&mut self.writer.into_inner())?;
        Ok(())
    }
}

/// The pages of a column.
///
/// They are asked for one by one and not for a whole group with `row_group_iter`, because that
/// takes the bits of a column without any defined value from 8 MB of zeros, which are cleared
/// first: a third of a short run.
fn compressed(
    cells: &dyn Array,
    kind: &ParquetType,
    encoding: Encoding,
) -> PolarsResult<DynStreamingIterator<'static, CompressedPage, PolarsError>> {
    let ParquetType::PrimitiveType(kind) = kind else {
        return Err(PolarsError::ComputeError("a column of columns".into()));
    };
    let levels = [Nested::primitive(cells.validity().cloned(), true, cells.len())];
    let pages = array_to_pages(cells, kind.clone(), &levels, OPTIONS, encoding)?;
    let pages = pages.map(|page| page.map_err(|e| ParquetError::OutOfSpec(e.to_string())));
    let pages = Compressor::new(pages, OPTIONS.compression, Vec::new()).map_err(PolarsError::from);
    Ok(DynStreamingIterator::new(pages))
}

/// Numbers that are all defined.
pub(crate) fn numbers<T: NativeType>(values: Vec<T>) -> Cells {
    PrimitiveArray::from_vec(values).boxed()
}

/// Instants that are all defined.
pub(crate) fn times(values: Vec<i64>) -> Cells {
    PrimitiveArray::from_vec(values).to(instants()).boxed()
}

/// Days since 1970-01-01.
pub(crate) fn days(values: Vec<i32>) -> Cells {
    PrimitiveArray::from_vec(values).to(ArrowDataType::Date32).boxed()
}

/// Numbers of which some are undefined.
pub(crate) fn some_numbers(values: impl ExactSizeIterator<Item = Option<f64>>) -> Cells {
    let (values, defined) = split(values);
    PrimitiveArray::new(ArrowDataType::Float64, values.into(), defined).boxed()
}

/// Instants of which some are undefined.
pub(crate) fn some_times(values: impl ExactSizeIterator<Item = Option<i64>>) -> Cells {
    let (values, defined) = split(values);
    PrimitiveArray::new(instants(), values.into(), defined).boxed()
}

/// Values, zero where undefined, and which are defined; `None` when all are.
///
/// The bits are made here: for a column without any defined value the builders of polars
/// take them from 8 MB of zeros, which they clear first.
fn split<T: Default>(cells: impl ExactSizeIterator<Item = Option<T>>) -> (Vec<T>, Option<Bitmap>) {
    let mut defined = MutableBitmap::with_capacity(cells.len());
    let values: Vec<T> = cells
        .map(|cell| {
            defined.push(cell.is_some());
            cell.unwrap_or_default()
        })
        .collect();
    (values, Some(Bitmap::from(defined)).filter(|defined| defined.unset_bits() > 0))
}

/// Texts.
pub(crate) fn texts(values: &[String]) -> Cells {
    Utf8ViewArray::from_slice_values(values).boxed()
}

/// Yes or no.
pub(crate) fn flags(values: &[bool]) -> Cells {
    BooleanArray::from_slice(values).boxed()
}
