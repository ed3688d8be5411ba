//! A CSV kept as text, for commands that append result columns to its rows.
//!
//! Input rows go out byte for byte as they came in (line ends apart); only the
//! columns asked for are parsed. RFC 4180: quoted fields may hold commas, quotes
//! and line ends. Numbers go out with 17 significant digits.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::error::DataError;
use crate::number::digits17;
use crate::text;

/// A CSV file in memory: its header, and its rows as text.
#[derive(Clone, Debug)]
pub struct TextTable {
    path: PathBuf,
    header: Vec<String>,
    header_text: String,
    content: String,
    /// Of each row: line number of its first line, and where its text lies.
    rows: Vec<(u64, Range<usize>)>,
}

/// The values of a column to append.
#[derive(Clone, Debug, PartialEq)]
pub enum ResultColumn {
    /// Numbers; `None` and NaN are written as an empty field.
    Numbers(Vec<Option<f64>>),
    /// Text, for example the reason why a row has no answer.
    Text(Vec<String>),
}

/// Reads a CSV with a header line. Every row must have as many fields as it.
///
/// # Errors
/// An unreadable or empty file, a wrong separator, two columns of one name, or
/// the first row with another number of fields.
pub fn read_table(path: &Path) -> Result<TextTable, DataError> {
    let bytes = std::fs::read(path).map_err(|e| DataError::io(path, "read", e))?;
    if bytes.starts_with(b"PAR1") {
        return Err(DataError::file(path, "is a Parquet file, expected CSV"));
    }
    let mut content = String::from_utf8(bytes).map_err(|e| {
        let before = &e.as_bytes()[..e.utf8_error().valid_up_to()];
        let line = 1 + before.iter().filter(|b| **b == b'\n').count() as u64;
        DataError::line(path, line, "is not UTF-8 text")
    })?;
    if content.starts_with('\u{feff}') {
        content.drain(..'\u{feff}'.len_utf8());
    }

    let mut records = records(&content);
    let Some((_, first)) = records.next().filter(|(_, r)| !content[r.clone()].trim().is_empty()) else {
        return Err(DataError::file(path, "is empty, expected a header and rows"));
    };
    let header_text = content[first].to_owned();
    if let Some(problem) = text::wrong_separator(&header_text) {
        return Err(DataError::line(path, 1, problem));
    }
    let header: Vec<String> = text::fields(&header_text).map(|f| f.trim().to_owned()).collect();
    for (i, name) in header.iter().enumerate() {
        if header[..i].contains(name) {
            return Err(DataError::line(path, 1, format!("two columns are named `{name}`")));
        }
    }

    let mut rows: Vec<(u64, Range<usize>)> = Vec::new();
    let mut empty = None;
    for (line, range) in records {
        // A file of one column may have empty fields; else an empty line is no row.
        if range.is_empty() && header.len() > 1 {
            empty.get_or_insert(line);
            continue;
        }
        if let Some(line) = empty {
            return Err(DataError::line(path, line, "is an empty line between rows"));
        }
        let found = text::fields(&content[range.clone()]).count();
        if found != header.len() {
            let expected = header.len();
            return Err(DataError::line(
                path,
                line,
                format!("has {found} fields, expected {expected} as in the header"),
            ));
        }
        rows.push((line, range));
    }
    Ok(TextTable { path: path.to_path_buf(), header, header_text, content, rows })
}

/// Line number and place of each record, without its line end.
fn records(content: &str) -> impl Iterator<Item = (u64, Range<usize>)> {
    let bytes = content.as_bytes();
    let (mut at, mut line) = (0, 1);
    std::iter::from_fn(move || {
        if at >= bytes.len() {
            return None;
        }
        let (start, first) = (at, line);
        let mut quoted = false;
        while at < bytes.len() {
            let b = bytes[at];
            at += 1;
            match b {
                b'"' => quoted = !quoted,
                b'\n' => {
                    line += 1;
                    if !quoted {
                        break;
                    }
                }
                _ => {}
            }
        }
        let record = text::trim_line_end(&content[start..at]);
        Some((first, start..start + record.len()))
    })
}

impl TextTable {
    /// Names of the columns.
    #[must_use]
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True when there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The file it was read from.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Line number in the file of a row (counted from 0), for messages.
    #[must_use]
    pub fn line(&self, row: usize) -> Option<u64> {
        self.rows.get(row).map(|(line, _)| *line)
    }

    /// Position of a column: the exact name, else the same without regard to case.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        let exact = self.header.iter().position(|h| h == name);
        exact.or_else(|| self.header.iter().position(|h| h.eq_ignore_ascii_case(name)))
    }

    /// The fields of a column as text, spaces around them taken off.
    ///
    /// # Errors
    /// No such column.
    pub fn column_text(&self, name: &str) -> Result<Vec<String>, DataError> {
        let position = self.require(name)?;
        Ok(self.fields_of(position).map(|(_, field)| field.trim().to_owned()).collect())
    }

    /// The fields of a column as numbers. An empty field, `nan` and `undefined`
    /// give NaN; `inf` and `-inf` are numbers.
    ///
    /// # Errors
    /// No such column, or the first field that is no number.
    pub fn column_f64(&self, name: &str) -> Result<Vec<f64>, DataError> {
        let position = self.require(name)?;
        let mut values = Vec::with_capacity(self.rows.len());
        for (line, field) in self.fields_of(position) {
            let field = field.trim();
            values.push(match field {
                "" | "undefined" => f64::NAN,
                _ => field.parse().map_err(|_| {
                    DataError::field(&self.path, line, &self.header[position], format!("`{field}` is not a number"))
                })?,
            });
        }
        Ok(values)
    }

    fn require(&self, name: &str) -> Result<usize, DataError> {
        self.position(name).ok_or_else(|| {
            let found = self.header.join(",");
            DataError::line(&self.path, 1, format!("column {name} is missing; found {found}"))
        })
    }

    fn fields_of(&self, position: usize) -> impl Iterator<Item = (u64, Cow<'_, str>)> {
        self.rows.iter().map(move |(line, range)| {
            let field = text::fields(&self.content[range.clone()]).nth(position);
            (*line, field.unwrap_or_default())
        })
    }
}

/// Writes the table with result columns appended, to a file or (`None`) to
/// standard output.
///
/// # Errors
/// A result column of another length than the table, or the operating system.
pub fn write_table(
    path: Option<&Path>,
    table: &TextTable,
    results: &[(String, ResultColumn)],
) -> Result<(), DataError> {
    let place = path.unwrap_or(Path::new("standard output"));
    for (name, column) in results {
        let found = match column {
            ResultColumn::Numbers(v) => v.len(),
            ResultColumn::Text(v) => v.len(),
        };
        if found != table.len() {
            return Err(DataError::file(place, format!("column {name} has {found} rows, expected {}", table.len())));
        }
    }
    let written = match path {
        Some(path) => File::create(path).and_then(|file| write_rows(BufWriter::new(file), table, results)),
        None => write_rows(BufWriter::new(io::stdout().lock()), table, results),
    };
    written.map_err(|e| DataError::io(place, "write", e))
}

fn write_rows(mut out: impl Write, table: &TextTable, results: &[(String, ResultColumn)]) -> io::Result<()> {
    let mut line = table.header_text.clone();
    for (name, _) in results {
        line.push(',');
        text::push_field(&mut line, name);
    }
    for row in 0..=table.len() {
        line.push('\n');
        out.write_all(line.as_bytes())?;
        let Some((_, range)) = table.rows.get(row) else {
            break;
        };
        line.clear();
        line.push_str(&table.content[range.clone()]);
        for (_, column) in results {
            line.push(',');
            match column {
                ResultColumn::Numbers(v) => line.push_str(&v[row].map_or_else(String::new, digits17)),
                ResultColumn::Text(v) => text::push_field(&mut line, &v[row]),
            }
        }
    }
    out.flush()
}
