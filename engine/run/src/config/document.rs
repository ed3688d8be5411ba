//! A config as a tree in which every key and every value knows its place.
//!
//! toml parses; this keeps what a later check needs to point at the line that
//! caused an error: `strategy.fast` or `data.0.file` leads to a place.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::place::{ConfigError, Origin, Place};

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Integer(i64),
    Float(f64),
    Flag(bool),
    List(Vec<Node>),
    Table(Table),
}

/// Keys and their values.
pub(crate) type Table = BTreeMap<String, Node>;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    /// Of its key; of the value itself in a list.
    pub(crate) key: Place,
    /// Of the value.
    pub(crate) place: Place,
    pub(crate) value: Value,
    /// An override's text, for keys that want text and were given a number.
    pub(crate) raw: Option<String>,
}

/// A parsed config file with its overrides.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    path: PathBuf,
    pub(crate) overrides: Vec<String>,
    pub(crate) root: Table,
    /// Where errors go when all of them are wanted; else the first ends the reading.
    errors: Option<Arc<Mutex<Vec<ConfigError>>>>,
}

impl Value {
    /// As it is shown in "found ...".
    pub(crate) fn found(&self) -> String {
        match self {
            Self::Text(text) => format!("the text {text:?}"),
            Self::Integer(n) => n.to_string(),
            Self::Float(x) => format!("{x:?}"),
            Self::Flag(flag) => flag.to_string(),
            Self::List(_) => "a list".to_owned(),
            Self::Table(_) => "a table".to_owned(),
        }
    }

    /// As JSON, for plugin parameters; `None` for NaN and infinities.
    pub(crate) fn to_json(&self) -> Option<serde_json::Value> {
        Some(match self {
            Self::Text(text) => text.as_str().into(),
            Self::Integer(n) => (*n).into(),
            Self::Float(x) => serde_json::Number::from_f64(*x)?.into(),
            Self::Flag(flag) => (*flag).into(),
            Self::List(items) => {
                let items: Option<Vec<_>> = items.iter().map(|n| n.value.to_json()).collect();
                items?.into()
            }
            Self::Table(table) => {
                let pairs = table.iter().map(|(k, n)| Some((k.clone(), n.value.to_json()?)));
                serde_json::Value::Object(pairs.collect::<Option<_>>()?)
            }
        })
    }
}

impl Document {
    /// Parses the text of a config file.
    pub(crate) fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let lines = Lines::new(text);
        let mut document = Self::empty(path);
        let root = DeTable::parse(text).map_err(|e| document.syntax_error(&lines, text, &e))?;
        document.root = document.table(&lines, "", root.get_ref())?;
        Ok(document)
    }

    /// Everything that is wrong with the syntax of a text.
    pub(crate) fn syntax_errors(path: &Path, text: &str) -> Vec<ConfigError> {
        let (lines, document) = (Lines::new(text), Self::empty(path));
        let (_, errors) = DeTable::parse_recoverable(text);
        errors.iter().map(|e| document.syntax_error(&lines, text, e)).collect()
    }

    fn empty(path: &Path) -> Self {
        Self { path: path.to_path_buf(), overrides: Vec::new(), root: Table::new(), errors: None }
    }

    fn syntax_error(&self, lines: &Lines<'_>, text: &str, e: &toml::de::Error) -> ConfigError {
        let span = e.span().unwrap_or_default();
        let message = e.message().trim().replace('\n', "; ");
        let key = text.get(span.clone()).filter(|_| message == "duplicate key");
        let problem = key.map_or(message.clone(), |key| format!("{key}: {message}"));
        self.error_at(lines.place(span.start), problem)
    }

    /// Collects errors from now on instead of ending at the first.
    pub(crate) fn collect(&mut self) {
        self.errors = Some(Arc::default());
    }

    /// The first error ends the reading again.
    pub(crate) fn strict(&mut self) {
        self.errors = None;
    }

    /// Keeps an error and goes on without the value, when errors are collected; else
    /// gives it back.
    pub(crate) fn tolerate<T>(&self, error: ConfigError) -> Result<Option<T>, ConfigError> {
        let Some(errors) = &self.errors else { return Err(error) };
        errors.lock().unwrap_or_else(PoisonError::into_inner).push(error);
        Ok(None)
    }

    /// The errors collected so far, in the order of their places.
    pub(crate) fn collected(&self) -> Vec<ConfigError> {
        let Some(errors) = &self.errors else { return Vec::new() };
        let mut found: Vec<ConfigError> = Vec::new();
        for error in errors.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let label = |e: &ConfigError| e.problem.split(": ").next().unwrap_or_default().to_owned();
            // What was wrong is not missing as well.
            let echo = error.problem.contains(": missing") && found.iter().any(|e| label(e) == label(error));
            if !echo && !found.contains(error) {
                found.push(error.clone());
            }
        }
        found.sort_by_key(|e| match &e.origin {
            Origin::File { at, .. } => (0, at.unwrap_or_default()),
            Origin::Override(_) => (1, (0, 0)),
        });
        found
    }

    fn table(&self, lines: &Lines<'_>, path: &str, table: &DeTable<'_>) -> Result<Table, ConfigError> {
        let mut nodes = Table::new();
        for (key, value) in table {
            let path = join(path, key.get_ref());
            let mut node = self.node(lines, &path, value)?;
            node.key = lines.place_of(&key.span());
            nodes.insert(key.get_ref().to_string(), node);
        }
        Ok(nodes)
    }

    fn node(&self, lines: &Lines<'_>, path: &str, spanned: &Spanned<DeValue<'_>>) -> Result<Node, ConfigError> {
        let place = lines.place_of(&spanned.span());
        let value = self.value(lines, path, place, spanned.get_ref())?;
        Ok(Node { key: place, place, value, raw: None })
    }

    fn value(&self, lines: &Lines<'_>, path: &str, place: Place, value: &DeValue<'_>) -> Result<Value, ConfigError> {
        let wrong =
            |found: &str, problem: &str| self.error_at(place, format!("{}: {found} {problem}", self.label(path)));
        Ok(match value {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(n) => Value::Integer(
                i64::from_str_radix(n.as_str(), n.radix()).map_err(|_| wrong(n.as_str(), "does not fit 64 bits"))?,
            ),
            DeValue::Float(x) => Value::Float(x.as_str().parse().map_err(|_| wrong(x.as_str(), "is no number"))?),
            DeValue::Boolean(flag) => Value::Flag(*flag),
            // Dates may be written with or without quotes.
            DeValue::Datetime(moment) => Value::Text(moment.to_string()),
            DeValue::Array(items) => {
                let items =
                    items.iter().enumerate().map(|(i, item)| self.node(lines, &join(path, &i.to_string()), item));
                Value::List(items.collect::<Result<_, _>>()?)
            }
            DeValue::Table(table) => Value::Table(self.table(lines, path, table)?),
        })
    }

    /// Parses the value of override number `number`: TOML, else text.
    pub(crate) fn override_value(&self, number: usize, text: &str) -> Node {
        let place = Place::Override(number);
        let lines = Lines { of: Err(place) };
        let parsed = DeValue::parse(text).ok();
        let value = parsed.and_then(|v| self.value(&lines, "", place, v.get_ref()).ok());
        Node {
            key: place,
            place,
            value: value.unwrap_or_else(|| Value::Text(text.to_owned())),
            raw: Some(text.to_owned()),
        }
    }

    /// The path of the file, as the caller named it.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The node at a path such as `data.0.file`.
    pub(crate) fn find(&self, path: &str) -> Option<&Node> {
        let mut parts = path.split('.');
        let mut node = self.root.get(parts.next()?)?;
        for part in parts {
            node = match &node.value {
                Value::Table(table) => table.get(part)?,
                Value::List(items) => items.get(part.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(node)
    }

    /// An error about the value at a path; about what holds it when it is not there.
    pub(crate) fn error(&self, path: &str, problem: impl AsRef<str>) -> ConfigError {
        let mut at = path;
        let place = loop {
            if let Some(node) = self.find(at) {
                break node.place;
            }
            match at.rsplit_once('.') {
                Some((above, _)) => at = above,
                None => break Place::File { line: 1, column: 1 },
            }
        };
        self.error_at(place, format!("{}: {}", self.label(path), problem.as_ref()))
    }

    /// An error about the key at a path.
    pub(crate) fn key_error(&self, path: &str, problem: impl AsRef<str>) -> ConfigError {
        match self.find(path) {
            Some(node) => self.error_at(node.key, format!("{}: {}", self.label(path), problem.as_ref())),
            None => self.error(path, problem),
        }
    }

    /// An error about the file as a whole.
    pub(crate) fn file_error(path: &Path, problem: impl Into<String>) -> ConfigError {
        let origin = Origin::File { path: path.to_path_buf(), at: None };
        ConfigError { origin, problem: problem.into() }
    }

    pub(crate) fn error_at(&self, place: Place, problem: String) -> ConfigError {
        let origin = match place {
            Place::File { line, column } => Origin::File { path: self.path.clone(), at: Some((line, column)) },
            Place::Override(number) => Origin::Override(self.overrides.get(number).cloned().unwrap_or_default()),
        };
        ConfigError { origin, problem }
    }

    /// `data.0.file` as `[[data]] file`, `strategy.fast` as `[strategy] fast`.
    fn label(&self, path: &str) -> String {
        let (section, rest) = path.split_once('.').unwrap_or((path, ""));
        let numbered = rest.split('.').next().is_some_and(|n| n.parse::<usize>().is_ok());
        if super::LISTS.contains(&section) {
            let key = if numbered { rest.split_once('.').map_or("", |(_, key)| key) } else { rest };
            return format!("[[{section}]] {key}").trim_end().to_owned();
        }
        if rest.is_empty() && !super::SECTIONS.contains(&section) {
            return section.to_owned();
        }
        format!("[{section}] {rest}").trim_end().to_owned()
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// Byte offsets to lines and columns; or one place for everything.
struct Lines<'a> {
    of: Result<(&'a str, Vec<usize>), Place>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let starts = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1);
        Self { of: Ok((text, std::iter::once(0).chain(starts).collect())) }
    }

    fn place_of(&self, span: &Range<usize>) -> Place {
        self.place(span.start)
    }

    fn place(&self, offset: usize) -> Place {
        let (text, starts) = match &self.of {
            Ok(text) => text,
            Err(place) => return *place,
        };
        let line = starts.partition_point(|start| *start <= offset).max(1);
        let before = text.get(starts[line - 1]..offset).unwrap_or_default();
        Place::File { line, column: before.chars().count() + 1 }
    }
}
