//! Columns of a table whose bad fields spoil their own row and no other.

use engine_data::table::TextTable;
use options::{OptionError, OptionType};

use crate::failure::Failure;

/// A column of numbers, kept as text until a row asks.
pub(crate) struct Numbers {
    name: String,
    fields: Result<Vec<String>, f64>,
}

impl Numbers {
    /// The first of `names` that the table has.
    pub(crate) fn required(table: &TextTable, names: &[&str]) -> Result<Self, Failure> {
        match Self::find(table, names)? {
            Some(found) => Ok(found),
            None => Err(missing(table, names)),
        }
    }

    /// The same; a table without it means `default` in every row.
    pub(crate) fn or(table: &TextTable, names: &[&str], default: f64) -> Result<Self, Failure> {
        let name = names.first().copied().unwrap_or_default().to_owned();
        Ok(Self::find(table, names)?.unwrap_or(Self { name, fields: Err(default) }))
    }

    /// The same; none when the table does not have it.
    pub(crate) fn find(table: &TextTable, names: &[&str]) -> Result<Option<Self>, Failure> {
        let Some(name) = present(table, names) else { return Ok(None) };
        let fields = table.column_text(name)?;
        Ok(Some(Self { name: name.to_owned(), fields: Ok(fields) }))
    }

    /// Its name in the table.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The number in a row; the column and what was expected when it is none. `nan` and `inf` are
    /// left for the calculation to judge.
    pub(crate) fn at(&self, row: usize) -> Result<f64, String> {
        match &self.fields {
            Err(default) => Ok(*default),
            Ok(fields) => number(&self.name, fields.get(row).map_or("", String::as_str)),
        }
    }

    /// The same; none when the field is empty.
    pub(crate) fn maybe(&self, row: usize) -> Result<Option<f64>, String> {
        match &self.fields {
            Ok(fields) if fields.get(row).is_none_or(String::is_empty) => Ok(None),
            _ => self.at(row).map(Some),
        }
    }
}

fn number(name: &str, field: &str) -> Result<f64, String> {
    match field {
        "" => Err(format!("{name} is empty, expected a number")),
        _ => field.parse().map_err(|_| format!("{name} is {field:?}, expected a number")),
    }
}

/// A column of words.
pub(crate) struct Words {
    name: String,
    fields: Vec<String>,
}

impl Words {
    pub(crate) fn required(table: &TextTable, names: &[&str]) -> Result<Self, Failure> {
        let name = present(table, names).ok_or_else(|| missing(table, names))?;
        Ok(Self { name: name.to_owned(), fields: table.column_text(name)? })
    }

    pub(crate) fn find(table: &TextTable, names: &[&str]) -> Result<Option<Self>, Failure> {
        if present(table, names).is_none() {
            return Ok(None);
        }
        Self::required(table, names).map(Some)
    }

    pub(crate) fn at(&self, row: usize) -> &str {
        self.fields.get(row).map_or("", String::as_str)
    }

    /// Call or put.
    pub(super) fn option_type(&self, row: usize) -> Result<OptionType, String> {
        let field = self.at(row);
        option_type(field).ok_or_else(|| format!("{} is {field:?}, expected call or put", self.name))
    }
}

/// `call`, `put`, `c` or `p`, in any case.
pub(super) fn option_type(text: &str) -> Option<OptionType> {
    match text.to_ascii_lowercase().as_str() {
        "call" | "c" => Some(OptionType::Call),
        "put" | "p" => Some(OptionType::Put),
        _ => None,
    }
}

fn present<'a>(table: &TextTable, names: &[&'a str]) -> Option<&'a str> {
    let exact = names.iter().find(|name| table.header().iter().any(|h| h == *name));
    exact.or_else(|| names.iter().find(|name| table.position(name).is_some())).copied()
}

fn missing(table: &TextTable, names: &[&str]) -> Failure {
    let (found, path) = (table.header().join(","), table.path().display());
    let (first, others) = names.split_first().map_or(("", &[][..]), |(first, others)| (*first, others));
    let or = if others.is_empty() { String::new() } else { format!(" (or {})", others.join(", ")) };
    Failure::input(format!("{path}:1: column {first}{or} is missing; found {found}"))
}

/// An option's error with the argument named as the table names its column.
pub(super) fn named(error: &OptionError, names: &[(&str, &str)]) -> String {
    match error {
        OptionError::Argument { argument, found, expected } => {
            let name = names.iter().find(|(of, _)| of == argument).map_or(*argument, |(_, name)| *name);
            format!("{name} is {found}, expected {expected}")
        }
        _ => error.to_string(),
    }
}
