//! `engine simulate-orders FILE|-`.

use std::io::Read;
use std::path::PathBuf;

use clap::Args;
use engine_core::exchange::scenario;
use engine_core::exchange::scenario_json::{read_cases, write_outcome};

use crate::failure::Failure;
use crate::output;

/// Say which fills given bars, or trades, quotes and books, give to given orders, and how certain they are
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  echo '{\"bars\":[[50,51,49,50],[50,52,49.5,51]],\"orders\":[{\"id\":\"a\",\"side\":\"buy\",\"quantity\":100,\"type\":\"market\"}]}' | engine simulate-orders -\n  echo '{\"events\":[{\"type\":\"book\",\"bids\":[[99,10]],\"asks\":[[101,5],[102,7]]}],\"orders\":[{\"id\":\"a\",\"side\":\"buy\",\"quantity\":6,\"type\":\"market\"}]}' | engine simulate-orders -\n\nBoth formats: docs/simulate-orders.md"
)]
pub(crate) struct Arguments {
    /// A case, or an array of cases, as JSON; `-` reads standard input
    file: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let stdin = arguments.file.as_os_str() == "-";
    let name = if stdin { "standard input".to_owned() } else { arguments.file.display().to_string() };
    let mut bytes = Vec::new();
    let read = match stdin {
        true => std::io::stdin().lock().read_to_end(&mut bytes).map(|_| ()),
        false => std::fs::read(&arguments.file).map(|content| bytes = content),
    };
    read.map_err(|e| Failure::input(format!("{name}: cannot read: {e}")))?;
    let text = String::from_utf8(bytes).map_err(|_| Failure::input(format!("{name}: is not UTF-8 text")))?;
    let one_line = |e: String| Failure::input(format!("{name}: {}", e.replace(['\n', '\r'], " ")));
    let (cases, is_array) = read_cases(text.trim_start_matches('\u{feff}')).map_err(|e| one_line(e.to_string()))?;
    let outcomes: Vec<String> = cases.iter().map(|(case, names)| write_outcome(&scenario::run(case), names)).collect();
    output::print(&match is_array {
        true if outcomes.is_empty() => "[]\n".to_owned(),
        true => format!("[\n{}\n]\n", outcomes.join(",\n")),
        false => format!("{}\n", outcomes.concat()),
    })
}
