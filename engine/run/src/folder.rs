//! `RunFolder`: the files a run leaves behind.
//!
//! Written into a temporary folder beside the final one and renamed, so that a
//! kill leaves no half run. `run.json` is the mark of a whole one: into a folder
//! that is already there, it goes last.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use engine_core::record::RunResult;
use engine_data::DataError;
use engine_data::run_tables::{write_csv_parts, write_parquet_parts};

use crate::backtest::Outcome;
use crate::config::Config;
use crate::manifest::{ConfigRecord, Manifest};
use crate::tables::{self, Parts};

/// Most runs of one name in one second.
const SAME_SECOND_MAX: usize = 10_000;
/// Instants of a run up to which the page and the tables are made at the same time.
const TOGETHER_MAX: usize = 100_000;
/// The mark of a whole run folder.
const MARK: &str = "run.json";

/// Where a run folder goes, and what is in it.
#[derive(Clone, Debug, Default)]
pub struct FolderOptions {
    /// The folder itself; else one in `runs` under the current directory.
    pub out: Option<PathBuf>,
    /// The tables as CSV too.
    pub csv: bool,
    /// Without `report.html`.
    pub no_report: bool,
}

/// A written run folder.
#[derive(Clone, Debug)]
pub struct RunFolder {
    /// Where it is.
    pub path: PathBuf,
}

impl RunFolder {
    /// Writes the folder of a run.
    ///
    /// # Errors
    /// The operating system refuses, or `out` is a file.
    pub fn write(config: &Config, outcome: &Outcome, options: &FolderOptions) -> Result<Self, DataError> {
        let now = chrono::Utc::now();
        let parent = match &options.out {
            Some(out) => out.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_path_buf(),
            None => PathBuf::from("runs"),
        };
        let io = |path: &Path, e| DataError::io(path, "write", e);
        std::fs::create_dir_all(&parent).map_err(|e| io(&parent, e))?;
        if let Some(out) = options.out.as_deref().filter(|out| out.is_file()) {
            return Err(DataError::file(out, "is a file, expected a folder or a new name"));
        }
        let temporary = parent.join(format!(".run-{}-{}", std::process::id(), now.timestamp_subsec_nanos()));
        std::fs::create_dir(&temporary).map_err(|e| io(&temporary, e))?;
        let written = fill(&temporary, config, outcome, options, now).and_then(|()| match &options.out {
            Some(out) => settle(&temporary, out),
            None => settle_stamped(&temporary, &parent, &format!("{}-{}", now.format("%Y%m%dT%H%M%SZ"), outcome.name)),
        });
        if written.is_err() {
            // The error of interest is the first one.
            let _ = std::fs::remove_dir_all(&temporary);
        }
        written.map(|path| Self { path })
    }
}

fn fill(
    folder: &Path,
    config: &Config,
    outcome: &Outcome,
    options: &FolderOptions,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(), DataError> {
    let text = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|e| DataError::io(&path, "write", e))
    };
    let page = || match options.no_report {
        true => Ok(()),
        false => text("report.html", &engine_report::html(&outcome.report(), &outcome.summary)),
    };
    let equity = || write_table(folder, outcome, options.csv, "equity", tables::equity);
    let lists = || {
        write_table(folder, outcome, options.csv, "trades", tables::trades)?;
        if outcome.feed.series().iter().any(|s| s.tape.is_some()) {
            write_table(folder, outcome, options.csv, "fills", tables::fills)?;
        }
        write_table(folder, outcome, options.csv, "orders", tables::orders)
    };
    if outcome.run.times.len() > TOGETHER_MAX {
        // One after the other, so that their memory does not add up; the page first, because
        // the code of the Parquet writer, once read, stays.
        page()?;
        lists()?;
        equity()?;
    } else {
        // Two halves that take about as long as each other, and most of a short run.
        std::thread::scope(|scope| {
            let half = scope.spawn(|| page().and_then(|()| equity()));
            lists()?;
            half.join().unwrap_or_else(|_| Err(DataError::file(&folder.join("report.html"), "could not be made")))
        })?;
    }
    text("summary.json", &json(&folder.join("summary.json"), &outcome.summary)?)?;
    let manifest = manifest(config, outcome, now);
    text(MARK, &json(&folder.join(MARK), &manifest)?)
}

fn write_table(
    folder: &Path,
    outcome: &Outcome,
    csv: bool,
    name: &str,
    make: fn(&RunResult) -> Parts<'_>,
) -> Result<(), DataError> {
    write_parquet_parts(make(&outcome.run), &folder.join(format!("{name}.parquet")))?;
    if csv {
        write_csv_parts(make(&outcome.run), &folder.join(format!("{name}.csv")))?;
    }
    Ok(())
}

/// Pretty JSON with a line end.
pub(crate) fn json(path: &Path, value: &impl serde::Serialize) -> Result<String, DataError> {
    let text = serde_json::to_string_pretty(value).map_err(|e| DataError::file(path, e.to_string()))?;
    Ok(text + "\n")
}

fn manifest(config: &Config, outcome: &Outcome, now: chrono::DateTime<chrono::Utc>) -> Manifest {
    let absolute = std::path::absolute(config.path()).unwrap_or_else(|_| config.path().to_path_buf());
    let mut resolved = serde_json::to_value(config).unwrap_or_default();
    // What the data decided.
    resolved["account"]["currency"] = outcome.currency.as_str().into();
    if !outcome.symbol.is_empty() {
        resolved["strategy"]["symbol"] = outcome.symbol.as_str().into();
    }
    Manifest {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        name: outcome.name.clone(),
        written: now.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        digest: outcome.digest.clone(),
        seed: config.run.seed,
        config: ConfigRecord {
            path: config.path().display().to_string(),
            absolute_path: absolute.display().to_string(),
            text: config.text().to_owned(),
            overrides: config.overrides().to_vec(),
        },
        resolved,
        inputs: outcome.files.clone(),
        assumptions: outcome.assumptions.clone(),
        warnings: outcome.warnings.clone(),
    }
}

/// A new folder in `runs` under the current directory, named by the time and the run.
pub(crate) fn fresh_folder(name: &str) -> Result<PathBuf, DataError> {
    let now = chrono::Utc::now();
    let parent = Path::new("runs");
    std::fs::create_dir_all(parent).map_err(|e| DataError::io(parent, "write", e))?;
    let temporary = parent.join(format!(".run-{}-{}", std::process::id(), now.timestamp_subsec_nanos()));
    std::fs::create_dir(&temporary).map_err(|e| DataError::io(&temporary, "write", e))?;
    settle_stamped(&temporary, parent, &format!("{}-{name}", now.format("%Y%m%dT%H%M%SZ")))
}

/// Renames to the first free of `name`, `name-2`, `name-3`, ...
fn settle_stamped(temporary: &Path, parent: &Path, name: &str) -> Result<PathBuf, DataError> {
    for number in 1..=SAME_SECOND_MAX {
        let path = match number {
            1 => parent.join(name),
            n => parent.join(format!("{name}-{n}")),
        };
        if path.symlink_metadata().is_ok() {
            continue;
        }
        match std::fs::rename(temporary, &path) {
            Ok(()) => return Ok(path),
            // Another run took the name in between.
            Err(_) if path.exists() => {}
            Err(e) => return Err(DataError::io(&path, "write", e)),
        }
    }
    Err(DataError::file(&parent.join(name), format!("and {SAME_SECOND_MAX} numbered ones exist already")))
}

/// Renames to `out`; into a folder that is there, file by file, an earlier run's
/// mark off first and ours on last.
fn settle(temporary: &Path, out: &Path) -> Result<PathBuf, DataError> {
    let io = |path: &Path, e| DataError::io(path, "write", e);
    if !out.is_dir() {
        std::fs::rename(temporary, out).map_err(|e| io(out, e))?;
        return Ok(out.to_path_buf());
    }
    let ours = ["report.html", "summary.json"].map(str::to_owned).into_iter();
    let tables = ["trades", "orders", "equity", "fills"].into_iter();
    let tables = tables.flat_map(|t| [format!("{t}.parquet"), format!("{t}.csv")]);
    for name in std::iter::once(MARK.to_owned()).chain(ours.clone()).chain(tables.clone()) {
        let old = out.join(name);
        match std::fs::remove_file(&old) {
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(io(&old, e)),
            _ => {}
        }
    }
    for name in ours.chain(tables).chain(std::iter::once(MARK.to_owned())) {
        let (from, to) = (temporary.join(&name), out.join(&name));
        match std::fs::rename(from, &to) {
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(io(&to, e)),
            _ => {}
        }
    }
    std::fs::remove_dir(temporary).map_err(|e| io(temporary, e))?;
    Ok(out.to_path_buf())
}
