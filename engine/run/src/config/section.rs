//! `Section`: the keys of one table, read by type and range.
//!
//! Every key of a config goes through here, so that every error has the same
//! form: `[section] key: found ..., expected ...`.

use super::document::{Document, Node, Table, Value};
use super::place::ConfigError;
use crate::nearest::{hint, one_of};

/// One table of a config.
pub(crate) struct Section<'a> {
    document: &'a Document,
    /// `strategy` or `data.0`.
    path: String,
    table: Option<&'a Table>,
}

impl<'a> Section<'a> {
    /// The table at a path (empty when it is absent), none of whose keys is unknown.
    pub(crate) fn new(document: &'a Document, path: &str, keys: &[&str]) -> Result<Self, ConfigError> {
        let section = Self::unchecked(document, path)?;
        section.allow(keys)?;
        Ok(section)
    }

    /// The table at a path, whatever its keys.
    pub(crate) fn unchecked(document: &'a Document, path: &str) -> Result<Self, ConfigError> {
        let table = match document.find(path).map(|node| &node.value) {
            None => None,
            Some(Value::Table(table)) => Some(table),
            Some(other) => {
                let problem = format!("found {}, expected a table", other.found());
                return Err(document.error(path, problem));
            }
        };
        Ok(Self { document, path: path.to_owned(), table })
    }

    /// Refuses keys other than these; the first in the file is named.
    pub(crate) fn allow(&self, keys: &[&str]) -> Result<(), ConfigError> {
        let mut unknown: Vec<_> = self.entries().filter(|(key, _)| !keys.contains(key)).collect();
        unknown.sort_by_key(|(_, node)| node.key);
        for (key, _) in unknown {
            let problem = format!("unknown key{}", hint(key, keys.iter().copied()));
            self.document.tolerate::<()>(self.document.key_error(&self.at(key), problem))?;
        }
        Ok(())
    }

    /// Keys and nodes.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'a str, &'a Node)> + use<'a> {
        self.table.into_iter().flatten().map(|(key, node)| (key.as_str(), node))
    }

    /// True when the table is there.
    pub(crate) fn exists(&self) -> bool {
        self.table.is_some()
    }

    /// The path of a key.
    pub(crate) fn at(&self, key: &str) -> String {
        format!("{}.{key}", self.path)
    }

    /// An error about a key's value.
    pub(crate) fn error(&self, key: &str, problem: impl AsRef<str>) -> ConfigError {
        self.document.error(&self.at(key), problem)
    }

    pub(crate) fn get(&self, key: &str) -> Option<&'a Node> {
        self.table?.get(key)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub(crate) fn wrong(&self, key: &str, node: &Node, expected: &str) -> ConfigError {
        self.error(key, format!("found {}, expected {expected}", node.value.found()))
    }

    fn tolerate<T>(&self, error: ConfigError) -> Result<Option<T>, ConfigError> {
        self.document.tolerate(error)
    }

    /// A text of 1 to 200 characters.
    pub(crate) fn text(&self, key: &str, expected: &str) -> Result<Option<String>, ConfigError> {
        let Some(node) = self.get(key) else {
            return Ok(None);
        };
        let text = match (&node.value, &node.raw) {
            (Value::Text(text), _) | (Value::Integer(_) | Value::Float(_) | Value::Flag(_), Some(text)) => text,
            _ => return self.tolerate(self.wrong(key, node, expected)),
        };
        if text.is_empty() || text.chars().count() > 200 {
            return self.tolerate(self.wrong(key, node, expected));
        }
        Ok(Some(text.clone()))
    }

    /// A text that must be there.
    pub(crate) fn need_text(&self, key: &str, expected: &str) -> Result<String, ConfigError> {
        match self.text(key, expected)? {
            Some(text) => Ok(text),
            None => Err(self.error(key, format!("missing, expected {expected}"))),
        }
    }

    /// One of some words, each with its meaning.
    pub(crate) fn word<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Result<Option<T>, ConfigError> {
        let Some(node) = self.get(key) else {
            return Ok(None);
        };
        let names = words.iter().map(|(name, _)| *name);
        let Value::Text(text) = &node.value else {
            return self.tolerate(self.wrong(key, node, &one_of(names)));
        };
        match words.iter().find(|(name, _)| name == text) {
            Some((_, meaning)) => Ok(Some(*meaning)),
            None => {
                let expected = one_of(names.clone());
                let meant = crate::nearest(text, names);
                let meant = meant.map_or(String::new(), |m| format!("; did you mean \"{m}\"?"));
                self.tolerate(self.error(key, format!("found {text:?}, expected {expected}{meant}")))
            }
        }
    }

    /// A number within a range, both ends included.
    pub(crate) fn number(&self, key: &str, low: f64, high: f64) -> Result<Option<f64>, ConfigError> {
        let Some(node) = self.get(key) else {
            return Ok(None);
        };
        let found = match node.value {
            Value::Integer(n) => n as f64,
            Value::Float(x) => x,
            _ => f64::NAN,
        };
        if found >= low && found <= high {
            return Ok(Some(found));
        }
        self.tolerate(self.wrong(key, node, &format!("a number from {low} to {high}")))
    }

    /// A whole number within a range, both ends included.
    pub(crate) fn integer(&self, key: &str, low: i64, high: i64) -> Result<Option<i64>, ConfigError> {
        let Some(node) = self.get(key) else {
            return Ok(None);
        };
        match node.value {
            Value::Integer(n) if (low..=high).contains(&n) => Ok(Some(n)),
            _ => self.tolerate(self.wrong(key, node, &format!("a whole number from {low} to {high}"))),
        }
    }

    /// true or false.
    pub(crate) fn flag(&self, key: &str) -> Result<Option<bool>, ConfigError> {
        match self.get(key) {
            None => Ok(None),
            Some(Node { value: Value::Flag(flag), .. }) => Ok(Some(*flag)),
            Some(node) => self.tolerate(self.wrong(key, node, "true or false")),
        }
    }
}
