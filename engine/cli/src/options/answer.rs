//! Named figures with their units, as a table or as JSON.

use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::output;

/// A number with its name and unit.
#[derive(Clone, Debug)]
pub(super) struct Figure {
    pub(super) name: &'static str,
    /// None where it is undefined.
    pub(super) value: Option<f64>,
    /// Nothing when it needs no word.
    pub(super) unit: &'static str,
}

/// What a command says of one option.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    title: String,
    pub(super) figures: Vec<Figure>,
    pub(super) notes: Vec<&'static str>,
}

impl Answer {
    pub(super) fn new(title: String) -> Self {
        Self { title, figures: Vec::new(), notes: Vec::new() }
    }

    /// To standard output: a table, or a JSON object of the figures and `units`.
    pub(super) fn print(&self, json: bool) -> Result<(), Failure> {
        output::print(&if json { self.json()? } else { self.table() })
    }

    fn table(&self) -> String {
        let mut text = format!("{}\n", self.title);
        for Figure { name, value, unit } in &self.figures {
            let value = value.map_or_else(|| "none".to_owned(), shown);
            text.push_str(format!("  {name:<19}{value:>18}  {unit}").trim_end());
            text.push('\n');
        }
        for note in &self.notes {
            text.push_str(&format!("  {note}\n"));
        }
        text
    }

    fn json(&self) -> Result<String, Failure> {
        let mut object = Map::new();
        let mut units = Map::new();
        for Figure { name, value, unit } in &self.figures {
            object.insert((*name).to_owned(), value.map_or(Value::Null, Value::from));
            if !unit.is_empty() {
                units.insert((*name).to_owned(), Value::from(*unit));
            }
        }
        object.insert("units".to_owned(), Value::Object(units));
        pretty(&Value::Object(object))
    }
}

/// JSON with line ends.
pub(crate) fn pretty(value: &Value) -> Result<String, Failure> {
    Ok(serde_json::to_string_pretty(value).map_err(Failure::other)? + "\n")
}

/// Ten significant digits, plain where that is short.
fn shown(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 {
        return "0".to_owned();
    }
    if !(1e-5..1e12).contains(&size) {
        return format!("{value:.9e}");
    }
    let whole = if size < 1.0 { 1 } else { size.log10().floor() as usize + 1 };
    let decimals = 10_usize.saturating_sub(whole);
    format!("{value:.decimals$}")
}

/// A table with its columns aligned: words to the left, numbers to the right.
pub(crate) fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|f| f.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    // A column of words, told by all its fields below the header.
    let word = |field: &String| field.is_empty() || field.chars().next().is_some_and(char::is_alphabetic);
    let words = |column: usize| rows.iter().skip(1).filter_map(|row| row.get(column)).all(word);
    let left: Vec<bool> = (0..columns).map(|column| column == 0 || words(column)).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::from(" ");
        for (i, ((field, width), left)) in row.iter().zip(&widths).zip(&left).enumerate() {
            let room = " ".repeat(width - field.chars().count());
            let gap = if i == 0 { " " } else { "  " };
            line.push_str(&if *left { format!("{gap}{field}{room}") } else { format!("{gap}{room}{field}") });
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
