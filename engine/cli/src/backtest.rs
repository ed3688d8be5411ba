//! `engine backtest CONFIG`.

use std::path::PathBuf;

use clap::Args;
use engine_core::registry::Registry;
use engine_run::{Config, FolderOptions, RunFolder, Stage, backtest};

use crate::failure::Failure;
use crate::output;
use crate::progress::Progress;

/// Run a backtest and print its figures
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  engine backtest configs/macd.toml\n  engine backtest configs/macd.toml --set strategy.fast=8 --set data.0.file=../other.csv\n  engine backtest configs/macd.toml --json | jq .sharpe"
)]
pub(crate) struct Arguments {
    /// The run config
    config: PathBuf,
    /// Override a key of the config; entries of lists by number
    #[arg(long = "set", value_name = "SECTION.KEY=VALUE")]
    set: Vec<String>,
    /// The run folder [default: runs/<UTC time>-<name>]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print summary.json instead of the table
    #[arg(long)]
    json: bool,
    /// Write trades, orders, equity and, on tapes, fills as CSV too
    #[arg(long)]
    csv: bool,
    /// Leave report.html out
    #[arg(long)]
    no_report: bool,
}

pub(crate) fn run(arguments: &Arguments, registry: &Registry) -> Result<(), Failure> {
    let config = Config::read(&arguments.config, &arguments.set, registry)?;
    if let Some(out) = arguments.out.as_deref().filter(|out| out.is_file()) {
        let problem = format!("--out {}: is a file, expected a folder or a new name", out.display());
        return Err(Failure::input(problem));
    }
    let mut progress = Progress::of(Stage::ALL.len() as u64);
    let outcome = backtest(&config, registry, &mut |stage| progress.step(stage.text()))?;
    drop(progress);
    let report = outcome.report();
    // What a reader waits for comes first; a failure to print costs no run folder.
    let printed = match arguments.json {
        true => Ok(()),
        false => {
            let table = engine_report::terminal(&report, &outcome.summary, output::color());
            output::print(&format!("{}\n", table.trim_end()))
        }
    };
    drop(report);
    let mut progress = Progress::of(1);
    progress.step("writing the run folder");
    let options = FolderOptions { out: arguments.out.clone(), csv: arguments.csv, no_report: arguments.no_report };
    let folder = RunFolder::write(&config, &outcome, &options).map_err(Failure::other)?;
    drop(progress);
    let place = folder.path.display();
    if arguments.json {
        output::note(&format!("run folder {place}"));
        let text = serde_json::to_string_pretty(&outcome.summary).map_err(Failure::other)?;
        return output::print(&format!("{text}\n"));
    }
    printed?;
    output::print(&format!("\nrun folder  {place}\n"))
}
