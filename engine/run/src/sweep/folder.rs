//! `SweepFolder`: what a sweep leaves behind, and how it goes on.
//!
//! `sweep.json` stands from the start with `complete = false` and everything that is
//! needed to go on; `results.parquet` is replaced as a whole, so that a kill leaves
//! the cells of the last writing.

use std::path::{Path, PathBuf};

use engine_core::registry::Registry;
use engine_data::DataError;
use engine_data::run_tables::{Table, read_parquet, write_csv, write_parquet};
use engine_report::sweep::SweepReport;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Consent, Sweep, table};
use crate::config::Config;
use crate::error::RunFailure;
use crate::folder::{fresh_folder, json as pretty};
use crate::manifest::{ConfigRecord, InputFile};

const MARK: &str = "sweep.json";
const RESULTS: &str = "results.parquet";

/// The folder of a sweep.
#[derive(Clone, Debug)]
pub struct SweepFolder {
    /// Where it is.
    pub path: PathBuf,
}

/// What `sweep.json` says for going on.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Start {
    version: String,
    config: ConfigRecord,
    inputs: Vec<InputFile>,
}

impl SweepFolder {
    /// Makes the folder of a new sweep: `out`, or one in `runs` under the current directory.
    ///
    /// # Errors
    /// `out` is a file or holds a sweep already; the operating system refuses.
    pub fn create(sweep: &Sweep, out: Option<&Path>) -> Result<Self, RunFailure> {
        let path = match out {
            Some(out) => {
                if out.is_file() {
                    let problem = "is a file, expected a folder or a new name";
                    return Err(RunFailure::Data(DataError::file(out, problem)));
                }
                if out.join(MARK).exists() {
                    let problem = "holds a sweep already; go on with it by --resume, or name another folder";
                    return Err(RunFailure::Data(DataError::file(out, problem)));
                }
                std::fs::create_dir_all(out).map_err(|e| RunFailure::Write(DataError::io(out, "write", e)))?;
                out.to_path_buf()
            }
            None => fresh_folder(sweep.name()).map_err(RunFailure::Write)?,
        };
        let folder = Self { path };
        folder.text(MARK, &pretty(&folder.path.join(MARK), &sweep.partial_json()).map_err(RunFailure::Write)?)?;
        Ok(folder)
    }

    /// Reads a sweep that was stopped: the same config over the same data, with the
    /// cells that it has.
    ///
    /// # Errors
    /// No readable `sweep.json`, another version, changed inputs, a damaged table.
    pub fn resume(folder: &Path, registry: &Registry) -> Result<(Self, Sweep), RunFailure> {
        let mark = folder.join(MARK);
        let text = std::fs::read_to_string(&mark).map_err(|e| RunFailure::Data(DataError::io(&mark, "read", e)))?;
        let start: Start = serde_json::from_str(&text).map_err(|e| {
            RunFailure::Data(DataError::line(&mark, e.line() as u64, format!("is no sweep.json of this version: {e}")))
        })?;
        let wrong = |problem: String| RunFailure::Data(DataError::file(&mark, problem));
        let now = env!("CARGO_PKG_VERSION");
        if start.version != now {
            return Err(wrong(format!("was made by version {}, this is {now}: results would mix", start.version)));
        }
        let record = &start.config;
        let absolute = PathBuf::from(&record.absolute_path);
        let path = match absolute.parent().is_some_and(Path::is_dir) {
            true => absolute,
            false => PathBuf::from(&record.path),
        };
        let config = Config::parse(&path, record.text.clone(), &record.overrides, registry)?;
        // It was allowed when it was started.
        let consent = Consent { yes: true, limit: Some(u64::MAX) };
        let mut sweep = Sweep::prepare(config, registry, consent)?;
        if sweep.files() != start.inputs.as_slice() {
            let changed = sweep.files().iter().find(|f| !start.inputs.contains(f));
            let name = changed.map_or("a file is missing".to_owned(), |f| format!("{} has changed", f.path));
            return Err(wrong(format!("the inputs are not those of the sweep: {name}")));
        }
        let results = folder.join(RESULTS);
        if results.exists() {
            let table = read_parquet(&results).map_err(RunFailure::Data)?;
            table::restore(&table, &results, &mut sweep.outcomes).map_err(RunFailure::Data)?;
        }
        Ok((Self { path: folder.to_path_buf() }, sweep))
    }

    /// Replaces the table of results.
    pub(crate) fn keep(&self, table: &Table) -> Result<(), RunFailure> {
        let (temporary, path) = (self.path.join(".results.parquet"), self.path.join(RESULTS));
        write_parquet(table, &temporary).map_err(RunFailure::Write)?;
        std::fs::rename(&temporary, &path).map_err(|e| RunFailure::Write(DataError::io(&path, "write", e)))
    }

    fn text(&self, name: &str, text: &str) -> Result<(), RunFailure> {
        let (temporary, path) = (self.path.join(format!(".{name}")), self.path.join(name));
        std::fs::write(&temporary, text)
            .and_then(|()| std::fs::rename(&temporary, &path))
            .map_err(|e| RunFailure::Write(DataError::io(&path, "write", e)))
    }

    /// Writes results, page and `sweep.json`; of a sweep that was stopped, what is done.
    ///
    /// # Errors
    /// The operating system refuses.
    pub fn finish(&self, sweep: &Sweep, report: &SweepReport, csv: bool, page: bool) -> Result<Value, RunFailure> {
        let table = table::of(&sweep.spec, &sweep.plan, &sweep.outcomes);
        self.keep(&table)?;
        if csv {
            write_csv(&table, &self.path.join("results.csv")).map_err(RunFailure::Write)?;
        }
        if page {
            self.text("report.html", &engine_report::sweep::html(report))?;
        }
        let summary = sweep.json(report);
        self.text(MARK, &pretty(&self.path.join(MARK), &summary).map_err(RunFailure::Write)?)?;
        Ok(summary)
    }
}

impl Sweep {
    /// What is known before the first cell.
    fn partial_json(&self) -> Value {
        let config = &self.config;
        let absolute = std::path::absolute(config.path()).unwrap_or_else(|_| config.path().to_path_buf());
        let counts = self.counts();
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "name": self.name(),
            "complete": false,
            "digest": null,
            "counts": {
                "combinations": u64::try_from(counts.combinations).unwrap_or(u64::MAX),
                "excluded": counts.excluded,
                "cells": counts.cells,
                "done": counts.done,
                "invalid": counts.invalid,
                "failed": counts.failed,
                "pending": counts.pending,
            },
            "trials": counts.done,
            "parameters": self.spec.axes.iter().map(|a| a.path.clone()).collect::<Vec<_>>(),
            "rank": super::figures::NAMES[self.spec.rank],
            "inputs": self.files(),
            "config": ConfigRecord {
                path: config.path().display().to_string(),
                absolute_path: absolute.display().to_string(),
                text: config.text().to_owned(),
                overrides: config.overrides().to_vec(),
            },
        })
    }

    /// The content of `sweep.json`.
    fn json(&self, report: &SweepReport) -> Value {
        let cell = |cell: &engine_report::sweep::Cell| {
            let figures = report.figures.iter().zip(&cell.figures).map(|(name, x)| {
                let value = match x {
                    Some(x) if table::is_count(name) => json!(*x as i64),
                    x => json!(x),
                };
                (name.clone(), value)
            });
            let values = self.spec.axes.iter().zip(self.values(cell.number));
            let parameters: Map<String, Value> = values.map(|(a, v)| (a.path.clone(), v.to_json())).collect();
            json!({
                "cell": cell.number,
                "parameters": parameters,
                "digest": cell.digest,
                "figures": figures.collect::<Map<String, Value>>(),
            })
        };
        let d = &report.deflated;
        let rate = if report.seconds > 0.0 { report.ran as f64 / report.seconds } else { 0.0 };
        let usage = self.columns();
        let mut summary = self.partial_json();
        summary["complete"] = self.is_complete().into();
        summary["digest"] = json!(report.digest);
        summary["best"] = report.top.first().map_or(Value::Null, cell);
        summary["top"] = report.top.iter().map(cell).collect();
        summary["neighbours"] = report.neighbours.iter().map(cell).collect();
        summary["deflated_sharpe"] = json!({
            "ratio": d.ratio,
            "trials": d.trials,
            "sharpe_per_period": d.sharpe,
            "variance_of_trials_per_period": d.variance,
            "expected_maximum_per_period": d.threshold,
            "observations": d.observations,
            "skew": d.skew,
            "kurtosis": d.kurtosis,
        });
        summary["judgement"] = engine_report::sweep::judgement(report).into();
        summary["columns"] = json!({
            "distinct": usage.distinct,
            "bytes": usage.bytes_most,
            "limit_mb": self.spec.memory_mb,
            "filled_again": usage.refilled,
        });
        summary["timing"] = json!({
            "threads": report.threads,
            "seconds": report.seconds,
            "cells": report.ran,
            "cells_per_second": rate,
            "bars_per_second": rate * report.bars as f64,
        });
        summary["warnings"] = json!(report.warnings);
        summary["assumptions"] = json!(report.assumptions);
        summary
    }
}
