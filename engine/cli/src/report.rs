//! `engine report RUN`.

use std::path::PathBuf;

use clap::Args;
use engine_core::registry::Registry;
use engine_run::{Stage, rebuild_report};

use crate::failure::Failure;
use crate::output;
use crate::progress::Progress;

/// Make report.html of a run folder again
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine report runs/20261121T141500Z-macd-aapl\n\nThe run is made again from what the folder recorded. Inputs that are not what they\nwere, or a run that comes out differently, are an error; the old page then stays."
)]
pub(crate) struct Arguments {
    /// The run folder
    run: PathBuf,
}

pub(crate) fn run(arguments: &Arguments, registry: &Registry) -> Result<(), Failure> {
    let mut progress = Progress::of(Stage::ALL.len() as u64);
    let (page, outcome) = rebuild_report(&arguments.run, registry, &mut |stage| progress.step(stage.text()))?;
    drop(progress);
    output::print(&format!("{}  digest {}\n", page.display(), outcome.digest))
}
