//! What the rows of these tables hold: words, whole numbers, lists; and series
//! that stand in a table of their own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use engine_data::table::{TextTable, read_table};
use risk::RiskError;
use risk::series::adf::LagChoice;
use risk::series::mackinnon::{CriticalValues, Trend};

use crate::batch::Cell;
use crate::failure::Failure;
use crate::options::columns::{Numbers, Words};

/// Whole numbers up to here are exact.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

/// A column of numbers that every row needs.
pub(super) fn numbers(table: &TextTable, name: &str) -> Result<Numbers, Failure> {
    Numbers::required(table, &[name])
}

/// A column of words, also empty ones.
pub(super) fn words(table: &TextTable, name: &str) -> Result<Words, Failure> {
    Words::required(table, &[name])
}

/// A whole number from `least` on.
pub(super) fn whole(column: &Numbers, row: usize, least: u32) -> Result<usize, String> {
    let found = column.at(row)?;
    if found.fract() == 0.0 && (f64::from(least)..=WHOLE_MAX).contains(&found) {
        return Ok(found as usize);
    }
    Err(format!("{} is {found}, expected a whole number from {least}", column.name()))
}

/// The same; none when the field is empty.
pub(super) fn maybe_whole(column: &Numbers, row: usize) -> Result<Option<usize>, String> {
    match column.maybe(row)? {
        None => Ok(None),
        Some(_) => whole(column, row, 0).map(Some),
    }
}

/// Numbers separated by semicolons.
pub(super) fn list(name: &str, field: &str) -> Result<Vec<f64>, String> {
    let number = |(i, text): (usize, &str)| {
        let text = text.trim();
        text.parse().map_err(|_| format!("{name}[{i}] is {text:?}, expected a number"))
    };
    if field.trim().is_empty() {
        return Err(format!("{name} is empty, expected numbers separated by semicolons"));
    }
    field.split(';').enumerate().map(number).collect()
}

/// Deterministic terms by their short name.
pub(super) fn trend(name: &str, field: &str) -> Result<Trend, String> {
    Trend::named(field).ok_or_else(|| format!("{name} is {field:?}, expected n, c, ct or ctt"))
}

/// How lags are chosen.
pub(super) fn lag_choice(name: &str, field: &str) -> Result<LagChoice, String> {
    LagChoice::named(field).ok_or_else(|| format!("{name} is {field:?}, expected aic, bic, t-stat or none"))
}

/// Three cells, empty where there is no table.
pub(super) fn critical(values: Option<CriticalValues>) -> [Cell; 3] {
    [values.map(|v| v.one), values.map(|v| v.five), values.map(|v| v.ten)].map(Cell::from)
}

/// An error with the argument named as the table names its column.
pub(crate) fn named(error: &RiskError, names: &[(&str, &str)]) -> String {
    let name = |argument: &'static str| names.iter().find(|(of, _)| *of == argument).map_or(argument, |(_, name)| name);
    match error {
        RiskError::Argument { argument, found, expected } => {
            format!("{} is {found}, expected {expected}", name(argument))
        }
        RiskError::Element { argument, index, found, expected } => {
            format!("{}[{index}] is {found}, expected {expected}", name(argument))
        }
        RiskError::Length { argument, found, expected } => {
            format!("{} has {found} elements, expected {expected}", name(argument))
        }
        RiskError::Degenerate { argument, problem } => format!("{}: {problem}", name(argument)),
        _ => error.to_string(),
    }
}

/// Series of one table, each named by a key column, its rows in order of time.
pub(super) struct SeriesTable {
    path: PathBuf,
    key: &'static str,
    /// Values per column, or what is wrong with this series.
    series: BTreeMap<String, Result<Series, String>>,
}

/// One series: a list per value column.
#[derive(Default)]
pub(super) struct Series {
    /// Times, where the table has a column `t`.
    pub(super) times: Vec<f64>,
    pub(super) columns: Vec<Vec<f64>>,
}

impl SeriesTable {
    /// Reads `given`, or the file `name` beside `table`.
    pub(super) fn read(
        given: Option<&Path>,
        name: &str,
        table: &TextTable,
        key: &'static str,
        columns: &[&str],
    ) -> Result<Self, Failure> {
        let path = given.map_or_else(|| table.path().with_file_name(name), Path::to_path_buf);
        let found = read_table(&path).map_err(|e| match given {
            Some(_) => Failure::from(e),
            None => Failure::input(format!(
                "{e}; --{} names another file",
                if key == "pair" { "series" } else { "returns" }
            )),
        })?;
        let keys = words(&found, key)?;
        let times = Numbers::find(&found, &["t"])?;
        let values = columns.iter().map(|name| numbers(&found, name)).collect::<Result<Vec<_>, _>>()?;
        let mut series: BTreeMap<String, Result<Series, String>> = BTreeMap::new();
        for row in 0..found.len() {
            let of = series.entry(keys.at(row).to_owned());
            let of = of.or_insert_with(|| Ok(Series { times: Vec::new(), columns: vec![Vec::new(); columns.len()] }));
            let Ok(so_far) = of else { continue };
            if let Err(problem) = so_far.push(times.as_ref(), &values, row) {
                let line = found.line(row).unwrap_or(0);
                *of = Err(format!("{}:{line}: {problem}", path.display()));
            }
        }
        Ok(Self { path, key, series })
    }

    /// The series of this name.
    pub(super) fn get(&self, name: &str) -> Result<&Series, String> {
        match self.series.get(name) {
            Some(Ok(found)) => Ok(found),
            Some(Err(problem)) => Err(problem.clone()),
            None => Err(format!("{} is {name:?}, which is not in {}", self.key, self.path.display())),
        }
    }
}

impl Series {
    fn push(&mut self, times: Option<&Numbers>, values: &[Numbers], row: usize) -> Result<(), String> {
        if let Some(times) = times {
            let time = times.at(row)?;
            if let Some(before) =
                self.times.last().filter(|before| time.partial_cmp(*before) != Some(std::cmp::Ordering::Greater))
            {
                return Err(format!("t is {time} after {before}, expected rows in order of time"));
            }
            self.times.push(time);
        }
        for (column, values) in self.columns.iter_mut().zip(values) {
            let value = values.at(row)?;
            if !value.is_finite() {
                return Err(format!("{} is {value}, expected a finite number", values.name()));
            }
            column.push(value);
        }
        Ok(())
    }
}
