//! `verify`: a run folder's run made again from what it recorded, and compared.

use std::path::{Path, PathBuf};

use engine_core::registry::Registry;
use engine_data::DataError;

use crate::backtest::{Stage, backtest};
use crate::config::Config;
use crate::error::RunFailure;
use crate::manifest::{Manifest, sha256_of_file};

/// What came of a verification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Digest of the new run; `None` when it could not be made.
    pub digest: Option<String>,
    /// What is not as it was; empty: the run is reproduced.
    pub differences: Vec<String>,
    /// What changed and does not matter.
    pub notes: Vec<String>,
}

impl Verdict {
    /// True when the run is reproduced.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.differences.is_empty()
    }
}

/// Checks a run folder: the hashes of its inputs, and the digest of the same run
/// made again from the config it recorded.
///
/// # Errors
/// The folder has no readable `run.json`.
pub fn verify(folder: &Path, registry: &Registry, progress: &mut dyn FnMut(Stage)) -> Result<Verdict, RunFailure> {
    let manifest: Manifest = read_json(&folder.join("run.json"))?;
    let mut verdict = Verdict { digest: None, differences: Vec::new(), notes: Vec::new() };
    let config = config_path(&manifest);
    check_summary(folder, &manifest, &mut verdict);
    verdict.differences.extend(changed_inputs(&config, &manifest)?);
    if manifest.version != env!("CARGO_PKG_VERSION") {
        let now = env!("CARGO_PKG_VERSION");
        verdict.notes.push(format!("the run was made by version {}, this is {now}", manifest.version));
    }
    if std::fs::read_to_string(&config).ok().as_ref() != Some(&manifest.config.text) {
        let path = config.display();
        verdict.notes.push(format!("{path} is not as it was; the text that the run recorded is used"));
    }
    let run = Config::parse(&config, manifest.config.text.clone(), &manifest.config.overrides, registry)
        .map_err(RunFailure::from)
        .and_then(|config| backtest(&config, registry, progress));
    match run {
        Ok(outcome) if outcome.digest == manifest.digest => verdict.digest = Some(outcome.digest),
        Ok(outcome) => {
            let problem = format!("digest: recorded {}, now {}", manifest.digest, outcome.digest);
            verdict.differences.push(problem);
            verdict.digest = Some(outcome.digest);
        }
        Err(e) => verdict.differences.push(format!("the run fails now: {e}")),
    }
    Ok(verdict)
}

/// Where the config was; else where it is seen from here.
pub(crate) fn config_path(manifest: &Manifest) -> PathBuf {
    let absolute = PathBuf::from(&manifest.config.absolute_path);
    match absolute.parent().is_some_and(Path::is_dir) {
        true => absolute,
        false => PathBuf::from(&manifest.config.path),
    }
}

fn check_summary(folder: &Path, manifest: &Manifest, verdict: &mut Verdict) {
    match read_json::<serde_json::Value>(&folder.join("summary.json")) {
        Ok(summary) if summary["digest"] == manifest.digest.as_str() => {}
        Ok(summary) => {
            let problem = format!("summary.json: digest {}, run.json has {}", summary["digest"], manifest.digest);
            verdict.differences.push(problem);
        }
        Err(e) => verdict.differences.push(e.to_string()),
    }
}

/// Inputs that are missing or not what they were, one line each.
pub(crate) fn changed_inputs(config: &Path, manifest: &Manifest) -> Result<Vec<String>, RunFailure> {
    let mut changed = Vec::new();
    for input in &manifest.inputs {
        let path = config.parent().unwrap_or(Path::new("")).join(&input.path);
        match sha256_of_file(&path).map_err(RunFailure::Data)? {
            Some(found) if found == input.sha256 => {}
            Some(found) => {
                changed.push(format!("{}: sha256 recorded {}, now {found}", input.path, input.sha256));
            }
            None => changed.push(format!("{}: is missing", input.path)),
        }
    }
    Ok(changed)
}

pub(crate) fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, RunFailure> {
    let text = std::fs::read_to_string(path).map_err(|e| RunFailure::Data(DataError::io(path, "read", e)))?;
    serde_json::from_str(&text).map_err(|e| {
        let line = e.line() as u64;
        RunFailure::Data(DataError::line(path, line, format!("is no run.json of this version: {e}")))
    })
}
