//! `rebuild_report`: `report.html` of a run folder, made again from what the
//! folder recorded.
//!
//! The tables of a folder do not hold all that a page shows (prices, ambiguous
//! bars, plots), so the run is made again; only when its inputs are what they were,
//! and when it comes out with the digest that was recorded.

use std::path::{Path, PathBuf};

use engine_core::registry::Registry;
use engine_data::DataError;

use crate::backtest::{Outcome, Stage, backtest};
use crate::config::Config;
use crate::error::RunFailure;
use crate::manifest::Manifest;
use crate::verify::{changed_inputs, config_path, read_json};

/// Name of the page in a run folder.
const PAGE: &str = "report.html";

/// Makes the run of a folder again and writes its `report.html`, over one that is
/// there. Returns the page's path and the run.
///
/// # Errors
/// The folder has no readable `run.json`; an input is missing or not what it was;
/// the run comes out differently; the page cannot be written. The old page then
/// stays as it is.
pub fn rebuild_report(
    folder: &Path,
    registry: &Registry,
    progress: &mut dyn FnMut(Stage),
) -> Result<(PathBuf, Outcome), RunFailure> {
    let record = folder.join("run.json");
    let manifest: Manifest = read_json(&record)?;
    let refused = |problem: String| RunFailure::Data(DataError::file(&record, problem));
    let config = config_path(&manifest);
    let changed = changed_inputs(&config, &manifest)?;
    if !changed.is_empty() {
        let problem =
            format!("the report cannot be made again, the inputs are not as they were: {}", changed.join("; "));
        return Err(refused(problem));
    }
    let config = Config::parse(&config, manifest.config.text.clone(), &manifest.config.overrides, registry)?;
    let mut outcome = backtest(&config, registry, progress)?;
    if outcome.digest != manifest.digest {
        let (was, now) = (&manifest.version, env!("CARGO_PKG_VERSION"));
        let by = if was == now { "the same version".to_owned() } else { format!("version {was}, this is {now}") };
        let problem = format!(
            "the report cannot be made again, the run comes out differently: digest recorded {} by {by}, now {}",
            manifest.digest, outcome.digest
        );
        return Err(refused(problem));
    }
    // The files as they were named then.
    outcome.warnings.clone_from(&manifest.warnings);
    for (label, text) in &mut outcome.provenance {
        if label == "config" {
            text.clone_from(&manifest.config.path);
        }
    }
    let page = folder.join(PAGE);
    let temporary = folder.join(format!(".{PAGE}-{}", std::process::id()));
    let html = engine_report::html(&outcome.report(), &outcome.summary);
    let written = std::fs::write(&temporary, html).and_then(|()| std::fs::rename(&temporary, &page));
    if let Err(e) = written {
        // The error of interest is the first one.
        let _ = std::fs::remove_file(&temporary);
        return Err(RunFailure::Write(DataError::io(&page, "write", e)));
    }
    Ok((page, outcome))
}
