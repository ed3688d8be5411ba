//! Reads `rsi(14)`, `ema(12,first)`, `vwap(session)` and the like.
//!
//! Names and words are lower case; blanks around names and arguments do not matter; arguments at
//! the end may be left out, and with the last the parentheses: `macd` is `macd(12,26,9,sma)`.

use std::fmt;

use crate::catalogue::{Entry, catalogue};
use crate::indicator::Indicator;
use crate::parameter::ParameterError;

/// Why a text is no indicator. The message says what was found, what was expected, what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseError {
    /// The text is not `name` or `name(argument,...)`.
    Shape {
        /// The text.
        text: String,
    },
    /// There is no indicator of this name.
    UnknownName {
        /// The name found.
        name: String,
        /// The known name that looks most like it.
        nearest: &'static str,
    },
    /// More arguments than the indicator has.
    TooManyArguments {
        /// Name of the indicator.
        name: &'static str,
        /// How many were found.
        found: usize,
        /// Its arguments, such as `fast, slow, signal, seeding`.
        expected: String,
    },
    /// An argument that is not what it should be.
    Argument {
        /// Name of the indicator.
        name: &'static str,
        /// Name of the argument.
        argument: &'static str,
        /// The argument found.
        found: String,
        /// What it should be.
        expected: String,
    },
    /// Arguments that do not fit together.
    Parameter(ParameterError),
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape { text } => {
                write!(f, "`{text}` is no indicator, expected a name and arguments such as rsi(14)")
            }
            Self::UnknownName { name, nearest } => {
                write!(f, "no indicator is called `{name}`; did you mean `{nearest}`?")
            }
            Self::TooManyArguments { name, found, expected } if expected.is_empty() => {
                write!(f, "{name}: found {found} arguments, expected none")
            }
            Self::TooManyArguments { name, found, expected } => {
                write!(f, "{name}: found {found} arguments, expected at most: {expected}")
            }
            Self::Argument { name, argument, found, expected } => {
                write!(f, "{name}: {argument} is `{found}`, expected {expected}")
            }
            Self::Parameter(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ParseError {}

impl From<ParameterError> for ParseError {
    fn from(error: ParameterError) -> Self {
        Self::Parameter(error)
    }
}

/// Builds the indicator that `text` describes.
///
/// # Errors
/// When the text has not the right shape, names no indicator of the [`catalogue`], or has an
/// argument too many or out of range.
///
/// ```
/// let rsi = indicators::parse("rsi(14)")?;
/// assert_eq!(rsi.column_names(), ["rsi_14"]);
/// # Ok::<(), indicators::ParseError>(())
/// ```
pub fn parse(text: &str) -> Result<Box<dyn Indicator>, ParseError> {
    let shape = || ParseError::Shape { text: text.to_owned() };
    let trimmed = text.trim();
    let (name, inner) = match trimmed.split_once('(') {
        Some((name, rest)) => (name.trim(), rest.strip_suffix(')').ok_or_else(shape)?),
        None => (trimmed, ""),
    };
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(word) || inner.contains(['(', ')']) {
        return Err(shape());
    }
    let entry = find(name)?;
    let found: Vec<&str> = match inner.trim() {
        "" => Vec::new(),
        inner => inner.split(',').map(str::trim).collect(),
    };
    if found.len() > entry.arguments.len() {
        let names: Vec<&str> = entry.arguments.iter().map(|a| a.name).collect();
        return Err(ParseError::TooManyArguments { name: entry.name, found: found.len(), expected: names.join(", ") });
    }
    let mut values = Vec::with_capacity(entry.arguments.len());
    for (at, argument) in entry.arguments.iter().enumerate() {
        values.push(match found.get(at) {
            None => argument.kind.default_value(),
            Some(text) => argument.kind.read(text).ok_or_else(|| ParseError::Argument {
                name: entry.name,
                argument: argument.name,
                found: (*text).to_owned(),
                expected: argument.kind.to_string(),
            })?,
        });
    }
    Ok((entry.build)(&values)?)
}

fn find(name: &str) -> Result<&'static Entry, ParseError> {
    if let Some(entry) = catalogue().iter().find(|entry| entry.name == name) {
        return Ok(entry);
    }
    let lower = name.to_ascii_lowercase();
    let nearest = catalogue().iter().min_by_key(|entry| distance(&lower, entry.name));
    Err(ParseError::UnknownName { name: name.to_owned(), nearest: nearest.map_or("", |entry| entry.name) })
}

/// Edit distance (Levenshtein 1966): insertions, deletions and substitutions.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, to) in row.iter_mut().skip(1).zip(b.bytes()) {
            let substituted = diagonal + usize::from(from != to);
            diagonal = *cell;
            left = substituted.min(diagonal + 1).min(left + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}
