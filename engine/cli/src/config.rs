//! `engine config check FILE`, `engine config schema`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use engine_core::registry::Registry;
use engine_run::config::{check, schema};

use crate::failure::Failure;
use crate::output;

/// Check a run config, or print its JSON Schema for editors
#[derive(Debug, Args)]
#[command(
    arg_required_else_help = true,
    after_help = "Examples:\n  engine config check configs/macd.toml\n  engine config schema > engine.schema.json"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Report everything that is wrong with a config, at once
    #[command(after_help = "Example:\n  engine config check configs/macd.toml --set strategy.fast=8")]
    Check {
        /// The run config
        file: PathBuf,
        /// Override a key of the config; entries of lists by number
        #[arg(long = "set", value_name = "SECTION.KEY=VALUE")]
        set: Vec<String>,
    },
    /// Print the JSON Schema of a run config, with the parameters of every plugin
    #[command(
        after_help = "Example:\n  engine config schema > engine.schema.json\n\nAn editor that knows TOML schemas uses it with this as the first line of a config:\n  #:schema ./engine.schema.json"
    )]
    Schema,
}

pub(crate) fn run(arguments: &Arguments, registry: &Registry) -> Result<(), Failure> {
    match &arguments.command {
        Command::Check { file, set } => match check(file, set, registry).as_slice() {
            [] => output::print(&format!("{}: no errors\n", file.display())),
            errors => Err(Failure::input(errors.join("\n"))),
        },
        Command::Schema => {
            let text = serde_json::to_string_pretty(&schema(registry)).map_err(Failure::other)?;
            output::print(&format!("{text}\n"))
        }
    }
}
