//! A piece of whole lines to rows.
//!
//! polars' CSV reader parses the piece with a fixed schema. It cannot say where
//! a bad field stands, so whenever it refuses a piece, finds a null, or the piece
//! does not have as many commas and lines as it should, the same piece is read
//! field by field, which has the last word.

use std::io::Cursor;
use std::sync::Arc;

use polars::prelude::{
    CsvParseOptions, CsvReadOptions, DataFrame, DataType, Field, PlSmallStr, PolarsResult, Schema, SerReader,
};

use crate::header::{Header, ROLES, Role};
use crate::rows::{Row, Rows, Time};
use crate::text;

/// Pieces below this are parsed on one thread.
const PARALLEL_BYTES_MIN: usize = 1 << 20;

/// Parses pieces of one file.
pub(crate) struct Parser {
    header: Header,
    roles: Vec<Role>,
    options: CsvReadOptions,
    /// Line number of the next piece's first line.
    line: u64,
    /// First of the empty lines just seen, which may only stand at the end.
    empty_line: Option<u64>,
}

impl Parser {
    /// For a file with that header on line 1.
    pub(crate) fn new(header: Header) -> Self {
        let roles: Vec<Role> = Role::ALL.into_iter().filter(|r| header.position(*r).is_some()).collect();
        let schema = Schema::from_iter((0..header.width).map(|position| {
            let number = roles.iter().any(|r| *r != Role::Time && header.position(*r) == Some(position));
            let dtype = if number { DataType::Float64 } else { DataType::String };
            Field::new(column_name(position), dtype)
        }));
        let projection: Vec<usize> = roles.iter().filter_map(|r| header.position(*r)).collect();
        let options = CsvReadOptions::default()
            .with_has_header(false)
            .with_schema(Some(Arc::new(schema)))
            .with_projection(Some(Arc::new(projection)))
            .with_rechunk(false)
            .with_low_memory(true)
            .with_parse_options(CsvParseOptions::default());
        Self { header, roles, options, line: 2, empty_line: None }
    }

    /// Gives every row of `piece` to `rows`, in order.
    pub(crate) fn piece(&mut self, piece: &[u8], rows: &mut Rows) {
        let newlines = count(piece, b'\n');
        let lines = newlines + usize::from(piece.last().is_some_and(|b| *b != b'\n'));
        let whole = count(piece, b',') == lines * (self.header.width - 1) && self.empty_line.is_none();
        if !(whole && self.columns(piece, lines, rows).unwrap_or(false)) {
            self.fields(piece, rows);
        }
        self.line += lines as u64;
    }

    /// By polars; `false` (and no row given) when the piece is not clean.
    fn columns(&self, piece: &[u8], lines: usize, rows: &mut Rows) -> PolarsResult<bool> {
        let threads = (piece.len() < PARALLEL_BYTES_MIN).then_some(1);
        let frame =
            self.options.clone().with_n_threads(threads).into_reader_with_file_handle(Cursor::new(piece)).finish()?;
        if frame.height() != lines || frame.columns().iter().any(|c| c.null_count() > 0) {
            return Ok(false);
        }
        self.give(&frame, rows)?;
        Ok(true)
    }

    fn give(&self, frame: &DataFrame, rows: &mut Rows) -> PolarsResult<()> {
        let series = |role: Role| {
            let position = self.header.position(role).unwrap_or(0);
            frame.column(&column_name(position)).map(|c| c.as_materialized_series())
        };
        let times = series(Role::Time)?.str()?;
        let numbers = self.roles[1..]
            .iter()
            .map(|role| series(*role)?.f64().map(|c| (*role as usize, c)))
            .collect::<PolarsResult<Vec<_>>>()?;
        let mut line = self.line;
        // Every column has the same chunks: one per part that polars parsed.
        for (k, times) in times.downcast_iter().enumerate() {
            let numbers: Vec<(usize, &[f64])> = numbers
                .iter()
                .filter_map(|(role, c)| Some((*role, c.downcast_iter().nth(k)?.values().as_slice())))
                .collect();
            for (i, time) in times.values_iter().enumerate() {
                let mut values = [0.0; ROLES];
                for (role, column) in &numbers {
                    values[*role] = column[i];
                }
                rows.push(line, &Row { time: Time::Text(time), values, no_volume: false });
                line += 1;
            }
        }
        Ok(())
    }

    /// Field by field, with the place of every error.
    fn fields(&mut self, piece: &[u8], rows: &mut Rows) {
        for (i, line) in piece.split_inclusive(|b| *b == b'\n').enumerate() {
            let number = self.line + i as u64;
            let Ok(line) = std::str::from_utf8(line) else {
                rows.refuse(number, None, "is not UTF-8 text".to_owned());
                continue;
            };
            let line = text::trim_line_end(line);
            if line.is_empty() {
                self.empty_line.get_or_insert(number);
                continue;
            }
            if let Some(empty) = self.empty_line.take() {
                rows.refuse(empty, None, "is an empty line between rows".to_owned());
            }
            match self.row(line) {
                Ok((time, values, no_volume)) => {
                    rows.push(number, &Row { time: Time::Text(&time), values, no_volume });
                }
                Err((role, problem)) => rows.refuse(number, role, problem),
            }
        }
    }

    fn row(&self, line: &str) -> Result<Fields, (Option<Role>, String)> {
        let mut fields: Vec<_> = text::fields(line).collect();
        if fields.len() != self.header.width {
            return Err((
                None,
                format!("has {} fields, expected {} as in the header", fields.len(), self.header.width),
            ));
        }
        let mut values = [0.0; ROLES];
        let mut time = String::new();
        let mut no_volume = false;
        for role in &self.roles {
            let Some(field) = self.header.position(*role).map(|p| std::mem::take(&mut fields[p])) else {
                continue;
            };
            let text = field.trim();
            if text.is_empty() && *role == Role::Volume {
                no_volume = true;
                continue;
            }
            if text.is_empty() {
                return Err((Some(*role), "is empty".to_owned()));
            }
            if *role == Role::Time {
                text.clone_into(&mut time);
            } else {
                values[*role as usize] =
                    text.parse().map_err(|_| (Some(*role), format!("`{text}` is not a number")))?;
            }
        }
        Ok((time, values, no_volume))
    }
}

/// Time, values, and whether the volume is empty.
type Fields = (String, [f64; ROLES], bool);

fn column_name(position: usize) -> PlSmallStr {
    PlSmallStr::from_string(position.to_string())
}

fn count(bytes: &[u8], byte: u8) -> usize {
    // In short runs, so that the compiler counts in vector bytes.
    bytes.chunks(192).map(|run| usize::from(run.iter().fold(0_u8, |n, b| n + u8::from(*b == byte)))).sum()
}
