//! `engine verify RUN`.

use std::path::PathBuf;

use clap::Args;
use engine_core::registry::Registry;
use engine_run::{Stage, verify};

use crate::failure::Failure;
use crate::output;
use crate::progress::Progress;

/// Make the run of a run folder again and compare
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  engine verify runs/20261121T141500Z-macd-aapl")]
pub(crate) struct Arguments {
    /// The run folder
    run: PathBuf,
}

pub(crate) fn run(arguments: &Arguments, registry: &Registry) -> Result<(), Failure> {
    let mut progress = Progress::of(Stage::ALL.len() as u64);
    let verdict = verify(&arguments.run, registry, &mut |stage| progress.step(stage.text()))?;
    drop(progress);
    for note in &verdict.notes {
        output::note(&format!("note: {note}"));
    }
    if verdict.is_same() {
        let digest = verdict.digest.unwrap_or_default();
        return output::print(&format!("same  digest {digest}\n"));
    }
    output::print(&format!("differs\n{}\n", verdict.differences.join("\n")))?;
    let place = arguments.run.display();
    Err(Failure::other(format!("{place}: {} differences", verdict.differences.len())))
}
