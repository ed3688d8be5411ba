//! `engine data`: price files looked at, brought in, listed and joined.

mod bars;
mod calendar;
mod check;
mod check_tape;
mod import;
mod list;
mod resample;
mod synth;

use clap::{Args, Subcommand};

use crate::failure::Failure;

/// Check, import, list, resample and make up price files and tapes
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  engine data check data\n  engine data import HK.00700.csv -o data/hk\n  engine data list"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Arguments),
    Import(import::Arguments),
    List(list::Arguments),
    Resample(resample::Arguments),
    Bars(bars::Arguments),
    Calendar(calendar::Arguments),
    Synth(synth::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.command {
        Command::Check(arguments) => check::run(arguments),
        Command::Import(arguments) => import::run(arguments),
        Command::List(arguments) => list::run(arguments),
        Command::Resample(arguments) => resample::run(arguments),
        Command::Bars(arguments) => bars::run(arguments),
        Command::Calendar(arguments) => calendar::run(arguments),
        Command::Synth(arguments) => synth::run(arguments),
    }
}
