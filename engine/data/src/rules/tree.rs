//! A rule file as tables whose every error names file, line and key.
//!
//! Numbers are taken from their text, never through a double: `0.0027` is exactly
//! that. What a key may hold is said where it is read.

use std::path::Path;

use engine_core::date::Date;
use engine_core::fixed::{Amount, Rate};
use rust_decimal::Decimal;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::DataError;

/// The text of a rule file.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

impl<'a> Source<'a> {
    pub(super) fn error(&self, at: usize, problem: impl Into<String>) -> DataError {
        let before = &self.text.as_bytes()[..at.min(self.text.len())];
        let line = 1 + before.iter().filter(|b| **b == b'\n').count() as u64;
        DataError::line(self.path, line, problem)
    }

    /// The parsed file, for `Table::root`.
    pub(super) fn parse(&self) -> Result<Spanned<DeTable<'a>>, DataError> {
        DeTable::parse(self.text).map_err(|e| {
            let at = e.span().map_or(0, |span| span.start);
            self.error(at, e.message().trim().replace('\n', "; "))
        })
    }
}

/// One table of the file.
#[derive(Clone)]
pub(super) struct Table<'a> {
    source: Source<'a>,
    /// `[[fee]] stamp duty: `; empty for the file itself.
    label: String,
    at: usize,
    table: &'a DeTable<'a>,
}

/// `a`, `b` or `c`.
pub(super) fn one_of<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<String> = names.into_iter().map(|n| format!("\"{n}\"")).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} or {last}", all.join(", ")),
    }
}

fn found(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("{text:?}"),
        DeValue::Integer(n) => n.as_str().to_owned(),
        DeValue::Float(x) => x.as_str().to_owned(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(moment) => moment.to_string(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// The decimal that a number or a text such as `0.13 %` stands for.
fn decimal(value: &DeValue<'_>) -> Option<Decimal> {
    let number = |text: &str| {
        let text = text.replace('_', "");
        let exact = if text.contains(['e', 'E']) {
            Decimal::from_scientific(&text).ok()
        } else {
            Decimal::from_str_exact(&text).ok()
        };
        exact.map(|d| d.normalize())
    };
    match value {
        DeValue::Integer(n) if n.radix() == 10 => number(n.as_str()),
        DeValue::Float(x) => number(x.as_str()),
        DeValue::String(text) => {
            let percent = number(text.strip_suffix('%')?.trim_end())?;
            percent.checked_mul(Decimal::new(1, 2)).map(|d| d.normalize())
        }
        _ => None,
    }
}

impl<'a> Table<'a> {
    pub(super) fn root(source: Source<'a>, parsed: &'a Spanned<DeTable<'a>>) -> Self {
        Self { source, label: String::new(), at: 0, table: parsed.get_ref() }
    }

    /// About the table as a whole.
    pub(super) fn error(&self, problem: impl Into<String>) -> DataError {
        self.source.error(self.at, format!("{}{}", self.label, problem.into()))
    }

    /// About one of its keys.
    pub(super) fn key_error(&self, key: &str, problem: impl AsRef<str>) -> DataError {
        let at = self.table.get(key).map_or(self.at, |value| value.span().start);
        self.source.error(at, format!("{}{key}: {}", self.label, problem.as_ref()))
    }

    fn wrong(&self, key: &str, value: &DeValue<'_>, expected: &str) -> DataError {
        self.key_error(key, format!("found {}, expected {expected}", found(value)))
    }

    /// Adds what the table is called to its errors.
    pub(super) fn named(mut self, name: &str) -> Self {
        self.label = format!("{} {name}: ", self.label.trim_end_matches(": "));
        self
    }

    /// Refuses keys that are not known.
    pub(super) fn allow(&self, known: &[&str]) -> Result<(), DataError> {
        match self.table.iter().find(|(key, _)| !known.contains(&key.get_ref().as_ref())) {
            None => Ok(()),
            Some((key, _)) => {
                let label = &self.label;
                let names = one_of(known.iter().copied());
                let problem = format!("{label}{}: unknown key, expected {names}", key.get_ref());
                Err(self.source.error(key.span().start, problem))
            }
        }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    fn get(&self, key: &str) -> Option<&'a DeValue<'a>> {
        self.table.get(key).map(|value| value.get_ref())
    }

    pub(super) fn missing(&self, key: &str, expected: &str) -> DataError {
        self.error(format!("{key}: missing, expected {expected}"))
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<&'a str>, DataError> {
        match self.get(key) {
            None => Ok(None),
            Some(DeValue::String(text)) if !text.trim().is_empty() => Ok(Some(text.as_ref())),
            Some(other) => Err(self.wrong(key, other, "a text")),
        }
    }

    pub(super) fn need_text(&self, key: &str, expected: &str) -> Result<&'a str, DataError> {
        self.text(key)?.ok_or_else(|| self.missing(key, expected))
    }

    /// One of some words.
    pub(super) fn word<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Result<Option<T>, DataError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let text = if let DeValue::String(text) = value { text.as_ref() } else { "" };
        match words.iter().find(|(word, _)| *word == text) {
            Some((_, meaning)) => Ok(Some(*meaning)),
            None => Err(self.wrong(key, value, &one_of(words.iter().map(|(word, _)| *word)))),
        }
    }

    /// A list of some words.
    pub(super) fn words<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Result<Option<Vec<T>>, DataError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let expected = format!("a list of {}", one_of(words.iter().map(|(word, _)| *word)));
        let DeValue::Array(items) = value else { return Err(self.wrong(key, value, &expected)) };
        let meaning = |item: &Spanned<DeValue<'_>>| {
            let text = if let DeValue::String(text) = item.get_ref() { text.as_ref() } else { "" };
            let known = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
            known.ok_or_else(|| self.wrong(key, item.get_ref(), &expected))
        };
        items.iter().map(meaning).collect::<Result<_, _>>().map(Some)
    }

    /// A list of texts.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<&'a str>, DataError> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let DeValue::Array(items) = value else { return Err(self.wrong(key, value, "a list of texts")) };
        let text = |item: &'a Spanned<DeValue<'a>>| match item.get_ref() {
            DeValue::String(text) if !text.trim().is_empty() => Ok(text.as_ref()),
            other => Err(self.wrong(key, other, "a list of texts")),
        };
        items.iter().map(text).collect()
    }

    pub(super) fn date(&self, key: &str) -> Result<Option<Date>, DataError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let text = match value {
            DeValue::Datetime(moment) => moment.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => String::new(),
        };
        text.parse().map(Some).map_err(|_| self.wrong(key, value, "a date such as 2025-06-30, from 1900 to 2199"))
    }

    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>, DataError> {
        match self.get(key) {
            None => Ok(None),
            Some(DeValue::Boolean(flag)) => Ok(Some(*flag)),
            Some(other) => Err(self.wrong(key, other, "true or false")),
        }
    }

    pub(super) fn whole(&self, key: &str, low: u32, high: u32) -> Result<Option<u32>, DataError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let number = match value {
            DeValue::Integer(n) => u32::from_str_radix(n.as_str(), n.radix()).ok(),
            _ => None,
        };
        let number = number.filter(|n| (low..=high).contains(n));
        number.map(Some).ok_or_else(|| self.wrong(key, value, &format!("a whole number from {low} to {high}")))
    }

    /// An amount of money, a price or a quantity: 0 to `most`, at most eight decimals.
    pub(super) fn amount(&self, key: &str, most: i64) -> Result<Option<Amount>, DataError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let amount = exact_amount(value, most);
        amount.map(Some).ok_or_else(|| self.wrong(key, value, &expected_amount(most)))
    }

    /// A fraction as a number or as a text with a percent sign: 0 to 1, at most twelve decimals.
    pub(super) fn rate(&self, key: &str) -> Result<Option<Rate>, DataError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let rate = decimal(value).and_then(|d| Rate::from_decimal(d).ok());
        let rate = rate.filter(|r| (0..=Rate::SCALE).contains(&r.units()));
        let expected = "a fraction from 0 to 1 such as 0.0003, or a text such as \"0.03 %\"";
        rate.map(Some).ok_or_else(|| self.wrong(key, value, expected))
    }

    /// A list of pairs of numbers, each from 0 to `most`.
    pub(super) fn pairs(&self, key: &str, most: i64) -> Result<Option<Vec<(Amount, Amount)>>, DataError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let expected = format!("a list of pairs [from, value], each {}", expected_amount(most));
        let pair = |item: &DeValue<'_>| match item {
            DeValue::Array(pair) => match pair.iter().collect::<Vec<_>>().as_slice() {
                [a, b] => Some((exact_amount(a.get_ref(), most)?, exact_amount(b.get_ref(), most)?)),
                _ => None,
            },
            _ => None,
        };
        let all = match value {
            DeValue::Array(items) if !items.is_empty() => items.iter().map(|i| pair(i.get_ref())).collect(),
            _ => None,
        };
        let all: Option<Vec<_>> = all;
        all.map(Some).ok_or_else(|| self.key_error(key, format!("expected {expected}")))
    }

    /// A table within: `{ ... }`.
    pub(super) fn table(&self, key: &str) -> Result<Option<Table<'a>>, DataError> {
        match self.table.get(key) {
            None => Ok(None),
            Some(value) => match value.get_ref() {
                DeValue::Table(table) => {
                    let label = format!("{}{key}: ", self.label);
                    Ok(Some(Table { source: self.source, label, at: value.span().start, table }))
                }
                other => Err(self.wrong(key, other, "a table")),
            },
        }
    }

    /// The tables of `[[key]]`.
    pub(super) fn list(&self, key: &str) -> Result<Vec<Table<'a>>, DataError> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let wrong = |other: &DeValue<'_>| self.wrong(key, other, &format!("a list of tables: [[{key}]]"));
        let DeValue::Array(items) = value else { return Err(wrong(value)) };
        let one = |item: &'a Spanned<DeValue<'a>>| match item.get_ref() {
            DeValue::Table(table) => {
                let label = format!("[[{key}]]: ");
                Ok(Table { source: self.source, label, at: item.span().start, table })
            }
            other => Err(wrong(other)),
        };
        items.iter().map(one).collect()
    }
}

fn exact_amount(value: &DeValue<'_>, most: i64) -> Option<Amount> {
    let number = matches!(value, DeValue::Integer(_) | DeValue::Float(_));
    let amount = decimal(value).filter(|_| number).and_then(|d| Amount::from_decimal(d).ok())?;
    (amount >= Amount::ZERO && amount <= Amount::from_units(most.saturating_mul(100_000_000))).then_some(amount)
}

fn expected_amount(most: i64) -> String {
    format!("a number from 0 to {most} with at most 8 decimals")
}
