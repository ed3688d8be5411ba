//! `DataError`: what is wrong with a file, and where.
//!
//! One shape for every file: path, line, column, problem. The problem says what
//! was found and what was expected.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What is wrong with a file, and where.
///
/// Shown as `prices.csv:17: column high: 10.2 is below low 10.5`.
#[derive(Debug, thiserror::Error)]
pub struct DataError {
    /// The file, as it was named by the caller.
    pub path: PathBuf,
    /// Line in the file, the first is 1; `None` when the whole file is meant.
    pub line: Option<u64>,
    /// Row of a file that has no lines (Parquet), the first is 1.
    pub row: Option<u64>,
    /// Column or key, where there is one.
    pub column: Option<String>,
    /// What was found and what was expected.
    pub problem: String,
    /// Number of further bad rows below this one.
    pub further: u64,
    /// The operating system's error, when that was the cause.
    #[source]
    pub source: Option<io::Error>,
}

impl DataError {
    /// About the file as a whole.
    #[must_use]
    pub fn file(path: &Path, problem: impl Into<String>) -> Self {
        Self {
            path: path.to_path_buf(),
            line: None,
            row: None,
            column: None,
            problem: problem.into(),
            further: 0,
            source: None,
        }
    }

    /// About one line.
    #[must_use]
    pub fn line(path: &Path, line: u64, problem: impl Into<String>) -> Self {
        Self { line: Some(line), ..Self::file(path, problem) }
    }

    /// About one row of a file that has no lines; the first is 1.
    #[must_use]
    pub fn row(path: &Path, row: u64, problem: impl Into<String>) -> Self {
        Self { row: Some(row), ..Self::file(path, problem) }
    }

    /// About one field of one line.
    #[must_use]
    pub fn field(path: &Path, line: u64, column: &str, problem: impl Into<String>) -> Self {
        Self { column: Some(column.to_owned()), ..Self::line(path, line, problem) }
    }

    /// The operating system refused; `doing` is a verb such as `read`.
    #[must_use]
    pub fn io(path: &Path, doing: &str, source: io::Error) -> Self {
        Self { source: Some(source), ..Self::file(path, format!("cannot {doing}")) }
    }
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(row) = self.row {
            write!(f, ": row {row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ": column {column}")?;
        }
        write!(f, ": {}", self.problem)?;
        if let Some(source) = &self.source {
            write!(f, ": {source}")?;
        }
        match self.further {
            0 => Ok(()),
            1 => write!(f, " (and 1 more bad row)"),
            n => write!(f, " (and {n} more bad rows)"),
        }
    }
}
