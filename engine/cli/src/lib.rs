//! The `engine` command as a library: every command over any registry.
//!
//! A crate of one's own strategies is a binary of three lines:
//!
//! ```no_run
//! # use engine_core::registry::Registry;
//! # let my_registry = Registry::new();
//! engine_cli::main(my_registry);
//! ```
//!
//! Commands only read flags, call the crates that do the work and print. Results
//! go to standard output, everything else to standard error. Exit codes: 0 ok,
//! 2 usage, config or bad data, 1 failure, 130 after Ctrl-C.

mod backtest;
mod batch;
mod config;
mod data;
mod diff;
mod failure;
mod indicators;
mod init;
mod interrupt;
mod options;
mod output;
mod progress;
mod report;
mod risk;
mod simulate_orders;
mod stats;
mod strategies;
mod sweep;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use engine_core::registry::Registry;

/// Backtests from a TOML file, with every figure reproducible.
#[derive(Debug, Parser)]
#[command(
    name = "engine",
    version,
    arg_required_else_help = true,
    after_help = "Example:\n  engine backtest configs/macd.toml"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Backtest(backtest::Arguments),
    Sweep(sweep::Arguments),
    Init(init::Arguments),
    Config(config::Arguments),
    Verify(verify::Arguments),
    Report(report::Arguments),
    Diff(diff::Arguments),
    SimulateOrders(simulate_orders::Arguments),
    Indicators(indicators::Arguments),
    Strategies(strategies::Arguments),
    Stats(stats::Arguments),
    Risk(risk::Arguments),
    Options(options::Arguments),
    Data(data::Arguments),
}

/// Runs the command that the program's arguments name.
#[must_use]
pub fn main(registry: Registry) -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // A closed pipe is no reason to complain about.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let done = match arguments.command {
        Command::Backtest(arguments) => backtest::run(&arguments, &registry),
        Command::Init(arguments) => init::run(&arguments, &registry),
        Command::Config(arguments) => config::run(&arguments, &registry),
        Command::Sweep(arguments) => sweep::run(&arguments, &registry),
        Command::Verify(arguments) => verify::run(&arguments, &registry),
        Command::Report(arguments) => report::run(&arguments, &registry),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::SimulateOrders(arguments) => simulate_orders::run(&arguments),
        Command::Indicators(arguments) => indicators::run(&arguments),
        Command::Strategies(arguments) => strategies::run(&arguments, &registry),
        Command::Stats(arguments) => stats::run(&arguments),
        Command::Risk(arguments) => risk::run(&arguments),
        Command::Options(arguments) => options::run(&arguments),
        Command::Data(arguments) => data::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
