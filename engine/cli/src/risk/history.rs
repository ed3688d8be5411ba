//! Past returns: a table with a column per asset, or price files brought to common days.

use std::collections::BTreeMap;
use std::path::Path;

use engine_data::DataError;
use engine_data::table::read_table;

use crate::failure::Failure;

/// Names a column of times may have.
const TIMES: [&str; 4] = ["time", "date", "time_key", "t"];

/// Simple returns per day, oldest first, of several factors over the same days.
#[derive(Debug)]
pub(super) struct History {
    pub(super) names: Vec<String>,
    /// One list per factor.
    pub(super) returns: Vec<Vec<f64>>,
    /// Price at the end of the last day; 1 for a table of returns.
    pub(super) last: Vec<f64>,
    /// First and last day, where they are known.
    pub(super) span: Option<(String, String)>,
}

impl History {
    pub(super) fn days(&self) -> usize {
        self.returns.first().map_or(0, Vec::len)
    }

    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name)
    }

    pub(super) fn slices(&self) -> Vec<&[f64]> {
        self.returns.iter().map(Vec::as_slice).collect()
    }

    /// A table of returns as fractions: a column per asset, and perhaps one of times.
    pub(super) fn table(path: &Path) -> Result<Self, Failure> {
        let table = read_table(path)?;
        let is_time = |name: &String| TIMES.iter().any(|t| name.eq_ignore_ascii_case(t));
        let names: Vec<String> = table.header().iter().filter(|n| !is_time(n)).cloned().collect();
        if names.is_empty() || table.len() < 2 {
            let problem =
                format!("has {} columns and {} rows of returns, expected 1 and 2 at least", names.len(), table.len());
            return Err(DataError::file(path, problem).into());
        }
        let mut returns = Vec::new();
        for name in &names {
            let values = table.column_f64(name)?;
            if let Some((row, value)) = values.iter().enumerate().find(|(_, r)| !(r.is_finite() && **r > -1.0)) {
                let line = table.line(row).unwrap_or(0);
                let problem = format!("is {value}, expected a finite return above -1");
                return Err(DataError::field(path, line, name, problem).into());
            }
            returns.push(values);
        }
        let span = match table.header().iter().find(|n| is_time(n)) {
            Some(name) => {
                let times = table.column_text(name)?;
                times.first().cloned().zip(times.last().cloned())
            }
            None => None,
        };
        let last = vec![1.0; names.len()];
        Ok(Self { names, returns, last, span })
    }

    /// Price files by name; days that all of them have, within `start` and `end`. Returns are of `column`,
    /// else of `adj_close` where a file has it, else of `close`; the last price is the `close`.
    pub(super) fn prices(
        files: &BTreeMap<String, std::path::PathBuf>,
        column: Option<&str>,
        start: Option<&str>,
        end: Option<&str>,
    ) -> Result<Self, Failure> {
        let mut all: Vec<BTreeMap<String, (f64, f64)>> = Vec::new();
        for path in files.values() {
            all.push(series(path, column)?);
        }
        let mut days: Vec<&String> = all.first().map(|first| first.keys().collect()).unwrap_or_default();
        let within = |day: &str| start.is_none_or(|s| day >= s) && end.is_none_or(|e| day <= e);
        days.retain(|day| within(day) && all.iter().all(|of| of.contains_key(*day)));
        if days.len() < 3 {
            let problem = format!("history: {} days are in all of the files, expected at least 3", days.len());
            return Err(Failure::input(problem));
        }
        let of = |of: &BTreeMap<String, (f64, f64)>| -> Vec<(f64, f64)> {
            days.iter().filter_map(|day| of.get(*day).copied()).collect()
        };
        let (mut returns, mut last) = (Vec::new(), Vec::new());
        for prices in all.iter().map(of) {
            returns.push(prices.windows(2).map(|w| w[1].0 / w[0].0 - 1.0).collect());
            last.push(prices.last().map_or(1.0, |p| p.1));
        }
        let span = days.first().zip(days.last()).map(|(a, b)| ((*a).clone(), (*b).clone()));
        Ok(Self { names: files.keys().cloned().collect(), returns, last, span })
    }
}

/// Price for returns and price for levels by day.
fn series(path: &Path, column: Option<&str>) -> Result<BTreeMap<String, (f64, f64)>, Failure> {
    let table = read_table(path)?;
    let time = TIMES.into_iter().find(|name| table.position(name).is_some());
    let time = time.ok_or_else(|| Failure::from(DataError::line(path, 1, "column time is missing")))?;
    let days = table.column_text(time)?;
    let has = |name: &str| table.position(name).is_some();
    let of_returns = column.unwrap_or(if has("adj_close") { "adj_close" } else { "close" });
    let of_levels = if has("close") { "close" } else { of_returns };
    let (moves, levels) = (table.column_f64(of_returns)?, table.column_f64(of_levels)?);
    let mut found = BTreeMap::new();
    for (row, day) in days.into_iter().enumerate() {
        let line = table.line(row).unwrap_or(0);
        for (name, value) in [(of_returns, moves[row]), (of_levels, levels[row])] {
            if !(value.is_finite() && value > 0.0) {
                let problem = format!("is {value}, expected a price above 0");
                return Err(DataError::field(path, line, name, problem).into());
            }
        }
        let day: String = day.chars().take("2020-01-02".len()).collect();
        if found.insert(day.clone(), (moves[row], levels[row])).is_some() {
            return Err(DataError::line(path, line, format!("{day} is there twice, expected one price a day")).into());
        }
    }
    Ok(found)
}
