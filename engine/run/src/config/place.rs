//! Where in a config something stands, and the one error a wrong config gives.

use std::fmt;
use std::path::PathBuf;

/// Where a key or a value was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// In the file; both counted from 1, columns in characters.
    File {
        /// Line.
        line: usize,
        /// Column.
        column: usize,
    },
    /// In an override, by its number.
    Override(usize),
}

/// The origin of a wrong key or value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The config file.
    File {
        /// As the caller named it.
        path: PathBuf,
        /// Line and column, counted from 1; `None` when the whole file is meant.
        at: Option<(usize, usize)>,
    },
    /// An override, as it was given.
    Override(String),
}

/// What is wrong with a config, and where.
///
/// Shown as `configs/macd.toml:7:1: [strategy] fsat: unknown key; did you mean "fast"?`
/// or `--set strategy.fsat=8: [strategy] fsat: ...`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// Where.
    pub origin: Origin,
    /// Section, key, what was found and what was expected.
    pub problem: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Origin::File { path, at: None } => write!(f, "{}", path.display())?,
            Origin::File { path, at: Some((line, column)) } => {
                write!(f, "{}:{line}:{column}", path.display())?;
            }
            Origin::Override(text) => write!(f, "--set {text}")?,
        }
        write!(f, ": {}", self.problem)
    }
}
