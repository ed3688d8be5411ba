//! Tables in, tables out: the same rows, and what each of them answers in
//! columns behind them.

use std::path::{Path, PathBuf};

use clap::Args;
use engine_data::number::digits17;
use engine_data::table::{ResultColumn, TextTable, write_table};

use crate::failure::Failure;
use crate::output;

/// Where a table comes from, and where it goes with its answers.
#[derive(Debug, Args)]
pub(crate) struct Files {
    /// A CSV with a header
    pub(crate) file: PathBuf,
    /// Where the table goes [default: standard output]
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,
}

/// A field of an answer; what is undefined is empty.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Number(Option<f64>),
    Text(String),
}

impl From<f64> for Cell {
    fn from(value: f64) -> Self {
        Self::Number(Some(value))
    }
}

impl From<Option<f64>> for Cell {
    fn from(value: Option<f64>) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&[f64]> for Cell {
    /// A list in one field, separated by semicolons.
    fn from(values: &[f64]) -> Self {
        Self::Text(values.iter().map(|value| digits17(*value)).collect::<Vec<_>>().join(";"))
    }
}

/// The answers of a table's rows, in columns; the last column is `out_error`,
/// why a row has no answer.
#[derive(Debug)]
pub(crate) struct Answers {
    names: Vec<String>,
    rows: Vec<Vec<Cell>>,
    problems: Vec<String>,
}

impl Answers {
    /// Columns of these names, without the `out_` that they go out with.
    pub(crate) fn new(names: &[&str]) -> Self {
        let names = names.iter().map(|name| format!("out_{name}")).collect();
        Self { names, rows: Vec::new(), problems: Vec::new() }
    }

    /// The next row's answer: a cell for each name, or why there is none.
    pub(crate) fn push(&mut self, answer: Result<Vec<Cell>, String>) {
        match answer {
            Ok(cells) => self.push_partly(cells, String::new()),
            Err(problem) => self.push_partly(Vec::new(), problem),
        }
    }

    /// The next row's answer, and why it lacks what it lacks.
    pub(crate) fn push_partly(&mut self, mut cells: Vec<Cell>, problem: String) {
        cells.resize(self.names.len(), Cell::Number(None));
        self.rows.push(cells);
        self.problems.push(problem);
    }

    /// Writes the table with the answers behind it.
    pub(crate) fn write(self, table: &TextTable, output: Option<&Path>) -> Result<(), Failure> {
        let mut results = Vec::with_capacity(self.names.len() + 1);
        for (i, name) in self.names.into_iter().enumerate() {
            let cells = || self.rows.iter().map(|row| &row[i]);
            let column = if cells().any(|cell| matches!(cell, Cell::Text(_))) {
                ResultColumn::Text(cells().map(text).collect())
            } else {
                ResultColumn::Numbers(cells().map(number).collect())
            };
            results.push((name, column));
        }
        results.push(("out_error".to_owned(), ResultColumn::Text(self.problems)));
        if let Some((name, _)) = results.iter().find(|(name, _)| table.header().contains(name)) {
            return Err(Failure::input(format!("{}: has a column {name} already", table.path().display())));
        }
        output::written(write_table(output, table, &results))
    }
}

fn number(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Number(value) => *value,
        Cell::Text(_) => None,
    }
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Number(value) => value.filter(|v| !v.is_nan()).map_or_else(String::new, digits17),
        Cell::Text(text) => text.clone(),
    }
}
