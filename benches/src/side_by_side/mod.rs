//! Ours and the installed peers on the same input, in one go.
//!
//! Each workload makes its input once (`place`), runs ours beside the plain loop
//! (`timing`), runs the peers that are installed (`peer`), compares fills and
//! equity, and gives back tables (`table`). Only disagreement is a failure: a
//! missed target on a busy machine is something to look at, not to stop for.

mod bsm;
mod depth;
mod far;
mod implied;
mod indicators;
mod memory;
mod multi;
mod pairs;
mod peer;
mod place;
mod process;
mod simulated;
mod startup;
mod table;
mod timing;
mod trend;

use std::process::ExitCode;

use place::Place;
use table::{Check, Table};

/// What went wrong, in words.
type Failure = Box<dyn std::error::Error>;

/// What a workload found.
#[derive(Default)]
struct Report {
    tables: Vec<Table>,
    checks: Vec<Check>,
    notes: Vec<String>,
}

type Workload = (&'static str, &'static str, fn(&Place) -> Result<Report, Failure>);

const WORKLOADS: [Workload; 10] = [
    ("W1", "MACD on 1,000,000 minute bars", trend::run),
    ("ORDERS", "W1 with resting orders far from the price", far::run),
    ("W2", "1,840 pairs of averages on 100,000 minute bars", pairs::run),
    ("W3", "500 symbols rebalanced monthly", multi::run),
    ("W4", "a grid market maker on 5,000,000 level-2 events", depth::run),
    ("W5", "price and five Greeks of 1,000,000 European options", bsm::run),
    ("W7", "VaR of ten assets over 1,000,000 simulated days", simulated::run),
    ("W6", "implied volatility of 1,000,000 quotes", implied::run),
    ("W8", "indicators, ns a point", indicators::run),
    ("W9", "process start to printed table", startup::run),
    ("W10", "peak memory of W1", memory::run),
];

/// Runs the workloads that the arguments name and prints their tables.
///
/// Exit code 1 when fills or equity disagree or something could not be run, 2 for
/// arguments that name nothing.
#[must_use]
pub fn main(arguments: &[String]) -> ExitCode {
    if let [command, file] = arguments
        && command == memory::COMMAND
    {
        return exit(memory::child(file));
    }
    if let [command, file, half] = arguments
        && command == pairs::COMMAND
    {
        return exit(pairs::child(file, half));
    }
    let wanted = |name: &str| arguments.iter().any(|a| a.eq_ignore_ascii_case(name) || a == "all");
    let known = |a: &String| a == "all" || WORKLOADS.iter().any(|w| a.eq_ignore_ascii_case(w.0));
    if arguments.is_empty() || !arguments.iter().all(known) {
        eprint!("{}", usage());
        return ExitCode::from(2);
    }
    let place = match Place::find() {
        Ok(place) => place,
        Err(error) => return exit(Err(error)),
    };
    let mut fine = true;
    for (name, title, run) in WORKLOADS.iter().filter(|w| wanted(w.0)) {
        println!("## {name}: {title}\n");
        match run(&place) {
            Ok(report) => fine &= report.print(),
            Err(error) => {
                println!("failed: {error}\n");
                fine = false;
            }
        }
    }
    if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Report {
    /// Prints everything; true when all checks agree.
    fn print(&self) -> bool {
        for table in &self.tables {
            println!("{table}");
        }
        for check in &self.checks {
            println!("- {check}");
        }
        for note in &self.notes {
            println!("- {note}");
        }
        println!();
        self.checks.iter().all(Check::agrees)
    }
}

fn exit(done: Result<(), Failure>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> String {
    let list: String = WORKLOADS.iter().map(|(name, title, _)| format!("  {name:7} {title}\n")).collect();
    format!(
        "usage: benches/side-by-side WORKLOAD...\n\n{list}  all     every one of them\n\n\
         Environment:\n\
         \x20 SIDE_BY_SIDE_PYTHONS   Python interpreters to look for peers in, separated by colons [python3]\n\
         \x20 SIDE_BY_SIDE_NAUTILUS  a program that runs W1 in NautilusTrader [none]\n\
         \x20 SIDE_BY_SIDE_DATA      a folder with w1_ohlcv.npy, w3_*.npy, w4_feed.npy, w5_opts.npy, w7_*.npy, w8_*.npy to use as input [made here]\n"
         \x20 SIDE_BY_SIDE_DATA      a folder with w1_ohlcv.npy, w3_*.npy, w4_feed.npy, w5_opts.npy, w6_iv.npy, w8_*.npy to use as input [made here]\n"
    )
}
