//! `diff`: two run folders side by side: the first event that differs, what may
//! have caused it, and how much differs.
//!
//! Orders are matched by time of submission, symbol, side and type; trades by their
//! entry; equity by time. Values are compared exactly as they stand in the tables.

use std::collections::BTreeMap;
use std::path::Path;

use engine_core::time::Timestamp;
use engine_data::DataError;
use engine_data::number::shortest;
use engine_data::run_tables::{Column, Table, read_parquet};
use serde::Serialize;
use serde_json::Value;

use crate::error::RunFailure;
use crate::manifest::Manifest;

/// The tables of a run: name, columns of the key, column of the time.
const TABLES: [(&str, &[&str], &str); 3] = [
    ("orders", &["symbol", "side", "type"], "submitted"),
    ("trades", &["symbol", "side"], "entry_time"),
    ("equity", &[], "time"),
];
/// Numbers that only name rows.
const NAMES_ONLY: [&str; 1] = ["id"];

/// What differs between two runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RunDifference {
    /// Digests of both.
    pub digests: [String; 2],
    /// What is not the same in version, config and inputs.
    pub causes: Vec<Cause>,
    /// The first event that differs.
    pub first: Option<FirstDifference>,
    /// Per table.
    pub counts: Vec<TableCounts>,
    /// Numbers of `summary.json` that differ: name, and both as text.
    pub figures: Vec<(String, String, String)>,
}

/// One possible cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// `version`, `config` or `input`.
    pub kind: &'static str,
    /// Key or file.
    pub name: String,
    /// In the first run; empty when it is not there.
    pub a: String,
    /// In the second run.
    pub b: String,
}

/// The first event that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FirstDifference {
    /// Table it is in.
    pub table: &'static str,
    /// When, UTC.
    pub time: String,
    /// The row of the first run; empty when it is only in the second.
    pub a: String,
    /// The row of the second run.
    pub b: String,
    /// Names of the columns that differ, when it is in both.
    pub columns: Vec<String>,
}

/// How the rows of a table compare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableCounts {
    /// Table.
    pub table: &'static str,
    /// Equal in both.
    pub same: usize,
    /// In both, with other values.
    pub changed: usize,
    /// Only in the first run.
    pub only_a: usize,
    /// Only in the second run.
    pub only_b: usize,
}

impl RunDifference {
    /// True when both runs did the same.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.first.is_none() && self.digests[0] == self.digests[1]
    }
}

/// Compares two run folders.
///
/// # Errors
/// A folder without a readable `run.json`, or with a table that cannot be read.
pub fn diff(a: &Path, b: &Path) -> Result<RunDifference, RunFailure> {
    let (of_a, of_b) = (manifest(a)?, manifest(b)?);
    let mut found = RunDifference {
        digests: [of_a.digest.clone(), of_b.digest.clone()],
        causes: causes(&of_a, &of_b),
        figures: figures(a, b)?,
        ..RunDifference::default()
    };
    let mut first: Option<(i64, FirstDifference)> = None;
    for (table, keys, time) in TABLES {
        let read = |folder: &Path| read_parquet(&folder.join(format!("{table}.parquet"))).map_err(RunFailure::Data);
        let (left, right) = (read(a)?, read(b)?);
        let (counts, at) = compare(table, &left, &right, keys, time);
        found.counts.push(counts);
        if let Some((when, _)) = &at
            && first.as_ref().is_none_or(|(earliest, _)| when < earliest)
        {
            first = at;
        }
    }
    found.first = first.map(|(_, first)| first);
    Ok(found)
}

fn manifest(folder: &Path) -> Result<Manifest, RunFailure> {
    let path = folder.join("run.json");
    if !path.exists() && folder.join("sweep.json").exists() {
        return Err(RunFailure::Data(DataError::file(folder, "is the folder of a sweep, expected that of a run")));
    }
    let text = std::fs::read_to_string(&path).map_err(|e| RunFailure::Data(DataError::io(&path, "read", e)))?;
    serde_json::from_str(&text).map_err(|e| {
        RunFailure::Data(DataError::line(&path, e.line() as u64, format!("is no run.json of this version: {e}")))
    })
}

fn causes(a: &Manifest, b: &Manifest) -> Vec<Cause> {
    let mut found = Vec::new();
    if a.version != b.version {
        let name = "engine".to_owned();
        found.push(Cause { kind: "version", name, a: a.version.clone(), b: b.version.clone() });
    }
    let (mut left, mut right) = (BTreeMap::new(), BTreeMap::new());
    flatten("", &a.resolved, &mut left);
    flatten("", &b.resolved, &mut right);
    // What a run is called changes nothing in it.
    pairs(&left, &right, |key, a, b| {
        if key != "run.name" {
            found.push(Cause { kind: "config", name: key.to_owned(), a, b });
        }
    });
    let files = |m: &Manifest| m.inputs.iter().map(|f| (f.path.clone(), f.sha256.clone())).collect();
    pairs(&files(a), &files(b), |path, a, b| found.push(Cause { kind: "input", name: path.to_owned(), a, b }));
    found
}

fn pairs(a: &BTreeMap<String, String>, b: &BTreeMap<String, String>, mut each: impl FnMut(&str, String, String)) {
    let keys: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    for key in keys {
        let text = |of: &BTreeMap<String, String>| of.get(key).cloned().unwrap_or_default();
        if a.get(key) != b.get(key) {
            each(key, text(a), text(b));
        }
    }
}

/// Keys as `--set` names them: parameters of plugins stand in their section.
fn flatten(path: &str, value: &Value, found: &mut BTreeMap<String, String>) {
    let join = |key: &str| match (path, key) {
        ("", key) => key.to_owned(),
        (path, "parameters") => path.to_owned(),
        (path, key) => format!("{path}.{key}"),
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| flatten(&join(key), value, found)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(i, value)| flatten(&join(&i.to_string()), value, found));
        }
        Value::Null => {}
        Value::String(text) => {
            found.insert(path.to_owned(), text.clone());
        }
        other => {
            found.insert(path.to_owned(), other.to_string());
        }
    }
}

fn figures(a: &Path, b: &Path) -> Result<Vec<(String, String, String)>, RunFailure> {
    let read = |folder: &Path| -> Result<Value, RunFailure> {
        let path = folder.join("summary.json");
        let text = std::fs::read_to_string(&path).map_err(|e| RunFailure::Data(DataError::io(&path, "read", e)))?;
        serde_json::from_str(&text)
            .map_err(|e| RunFailure::Data(DataError::line(&path, e.line() as u64, format!("is no JSON: {e}"))))
    };
    let (left, right) = (read(a)?, read(b)?);
    let names = crate::sweep::figures::NAMES.iter();
    let differing = names.filter(|name| left[**name] != right[**name]);
    Ok(differing.map(|n| ((*n).to_owned(), left[*n].to_string(), right[*n].to_string())).collect())
}

/// Time, words, and number among rows of the same.
type Key = (i64, String, u32);

fn keyed(table: &Table, words: &[&str], time: &str) -> BTreeMap<Key, usize> {
    let words: Vec<&Column> = words.iter().filter_map(|name| table.column(name)).collect();
    let times = match table.column(time) {
        Some(Column::Time(times)) => times.as_slice(),
        _ => &[],
    };
    let mut found = BTreeMap::new();
    for row in 0..table.len() {
        let text: Vec<String> = words.iter().map(|column| cell(column, row)).collect();
        let mut key = (times.get(row).copied().unwrap_or_default(), text.join(" "), 0);
        while found.contains_key(&key) {
            key.2 += 1;
        }
        found.insert(key, row);
    }
    found
}

fn compare(
    name: &'static str,
    a: &Table,
    b: &Table,
    words: &[&str],
    time: &str,
) -> (TableCounts, Option<(i64, FirstDifference)>) {
    let (left, right) = (keyed(a, words, time), keyed(b, words, time));
    let mut counts = TableCounts { table: name, same: 0, changed: 0, only_a: 0, only_b: 0 };
    let mut first: Option<(i64, FirstDifference)> = None;
    let mut note = |key: &Key, at_a: Option<usize>, at_b: Option<usize>, columns: Vec<String>| {
        // A trade that was entered alike differs when the first of both ends.
        let ends = match (at_a, at_b) {
            (Some(row_a), Some(row_b)) if !columns.iter().any(|c| c.starts_with("entry") || c == "quantity") => {
                end_of(a, row_a).into_iter().chain(end_of(b, row_b)).min()
            }
            _ => None,
        };
        let when = ends.unwrap_or(key.0);
        if first.as_ref().is_none_or(|(earliest, _)| when < *earliest) {
            let row = |table: &Table, at: Option<usize>| at.map_or(String::new(), |row| shown(table, row));
            let time = Timestamp::from_nanos(when).to_string();
            let found = FirstDifference { table: name, time, a: row(a, at_a), b: row(b, at_b), columns };
            first = Some((when, found));
        }
    };
    for (key, at_a) in &left {
        match right.get(key) {
            None => {
                counts.only_a += 1;
                note(key, Some(*at_a), None, Vec::new());
            }
            Some(at_b) => {
                let columns = changed(a, *at_a, b, *at_b);
                if columns.is_empty() {
                    counts.same += 1;
                } else {
                    counts.changed += 1;
                    note(key, Some(*at_a), Some(*at_b), columns);
                }
            }
        }
    }
    for (key, at_b) in right.iter().filter(|(key, _)| !left.contains_key(*key)) {
        counts.only_b += 1;
        note(key, None, Some(*at_b), Vec::new());
    }
    (counts, first)
}

/// When a trade ends; `None` for rows of other tables.
fn end_of(table: &Table, row: usize) -> Option<i64> {
    match table.column("exit_time")? {
        Column::Time(times) => times.get(row).copied(),
        Column::OptTime(times) => times.get(row).copied().flatten(),
        _ => None,
    }
}

/// Names of the columns in which two rows differ.
fn changed(a: &Table, at_a: usize, b: &Table, at_b: usize) -> Vec<String> {
    let differs = |(name, column): &&(String, Column)| {
        let same = b.column(name).is_some_and(|other| same(column, at_a, other, at_b));
        !NAMES_ONLY.contains(&name.as_str()) && !same
    };
    a.columns.iter().filter(differs).map(|(name, _)| name.clone()).collect()
}

fn same(a: &Column, at_a: usize, b: &Column, at_b: usize) -> bool {
    let bits = |x: f64| if x.is_nan() { u64::MAX } else { x.to_bits() };
    match (a, b) {
        (Column::F64(a), Column::F64(b)) => bits(a[at_a]) == bits(b[at_b]),
        (Column::Time(a), Column::Time(b)) | (Column::I64(a), Column::I64(b)) => a[at_a] == b[at_b],
        (Column::Bool(a), Column::Bool(b)) => a[at_a] == b[at_b],
        _ => cell(a, at_a) == cell(b, at_b),
    }
}

fn cell(column: &Column, row: usize) -> String {
    let time = |t: i64| Timestamp::from_nanos(t).to_string();
    match column {
        Column::I64(v) => v[row].to_string(),
        Column::F64(v) => shortest(v[row]),
        Column::OptF64(v) => v[row].map_or_else(String::new, shortest),
        Column::Text(v) => v[row].clone(),
        Column::Bool(v) => v[row].to_string(),
        Column::Time(v) => time(v[row]),
        Column::OptTime(v) => v[row].map_or_else(String::new, time),
    }
}

/// A row as `name value, name value`; what is empty is left out.
fn shown(table: &Table, row: usize) -> String {
    let pairs = table.columns.iter().map(|(name, column)| (name, cell(column, row)));
    pairs
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| format!("{name} {text}"))
        .collect::<Vec<_>>()
        .join(", ")
}
