//! `engine data list [DIR]`: the local catalogue.

use std::path::PathBuf;

use clap::Args;
use engine_data::audit::grouped;
use engine_data::{ContractOverrides, catalogue, read_bars, tape};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output;

/// List the price files below a folder
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  engine data list\n  engine data list data/us_daily --json\n\nFiles with a contract (NAME.csv.toml) are listed; each is read and checked."
)]
pub(crate) struct Arguments {
    /// The folder
    #[arg(default_value = "data", value_name = "DIR")]
    folder: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let found = catalogue::find(&arguments.folder)?;
    let mut values = Vec::new();
    let mut text = format!("{:13}{:5}{:>10} {:25}{:9}{}\n", "SYMBOL", "BARS", "ROWS", "RANGE", "PRICES", "SOURCE");
    let mut bad = Vec::new();
    for path in &found.files {
        let file = path.display().to_string();
        if tape::is_tape(path) {
            match tape::load(path, &ContractOverrides::default()) {
                Ok(loaded) => {
                    let c = &loaded.contract;
                    let (from, to) = (
                        loaded.tape.venue_time(0).to_string(),
                        loaded.tape.venue_time(loaded.tape.len() - 1).to_string(),
                    );
                    let dates = format!("{} {}", &from[..10], &to[..10]);
                    let (symbol, rows) = (clip(&c.symbol, 12), grouped(loaded.tape.len()));
                    let line =
                        format!("{symbol:13}{:5}{rows:>10} {dates:25}{:9}{}", "tape", "raw", clip(&c.source, 17));
                    text.push_str(line.trim_end());
                    text.push('\n');
                    values.push(json!({
                        "file": file,
                        "symbol": c.symbol,
                        "kind": "tape",
                        "holds": c.holds,
                        "rows": loaded.tape.len(),
                        "from": from,
                        "to": to,
                        "currency": c.currency,
                        "timezone": c.timezone.to_string(),
                        "source": c.source,
                        "sha256": loaded.sha256,
                        "warnings": loaded.warnings.len(),
                    }));
                }
                Err(error) => {
                    values.push(json!({ "file": file, "error": error.to_string() }));
                    bad.push(error.to_string());
                }
            }
            continue;
        }
        match read_bars(path, &ContractOverrides::default()) {
            Ok(loaded) => {
                let c = &loaded.contract;
                let (from, to) = loaded.range();
                let dates = format!("{} {}", &from[..from.len().min(10)], &to[..to.len().min(10)]);
                let symbol = clip(&c.symbol, 12);
                let line = format!(
                    "{symbol:13}{:5}{:>10} {dates:25}{:9}{}",
                    c.bars,
                    grouped(loaded.bars.len()),
                    c.prices,
                    clip(&c.source, 17)
                );
                text.push_str(line.trim_end());
                text.push('\n');
                values.push(json!({
                    "file": file,
                    "symbol": c.symbol,
                    "bars": c.bars.to_string(),
                    "rows": loaded.bars.len(),
                    "from": from,
                    "to": to,
                    "prices": c.prices.to_string(),
                    "currency": c.currency,
                    "timezone": c.timezone.to_string(),
                    "stamp": c.stamp.to_string(),
                    "source": c.source,
                    "sha256": loaded.sha256,
                    "warnings": loaded.warnings.len(),
                }));
            }
            Err(error) => {
                values.push(json!({ "file": file, "error": error.to_string() }));
                bad.push(error.to_string());
            }
        }
    }
    if arguments.json {
        let text = serde_json::to_string_pretty(&Value::from(values)).map_err(Failure::other)?;
        output::print(&format!("{text}\n"))?;
    } else if found.files.is_empty() {
        let problem = format!("{}: no price file with a contract (NAME.csv.toml)", arguments.folder.display());
        return Err(Failure::input(problem));
    } else {
        let files = found.files.len() - bad.len();
        text.push_str(&format!(
            "{files} file{} in {}\n",
            if files == 1 { "" } else { "s" },
            arguments.folder.display()
        ));
        output::print(&text)?;
    }
    if bad.is_empty() { Ok(()) } else { Err(Failure::input(bad.join("\n"))) }
}

/// At most `width` characters.
fn clip(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let start: String = text.chars().take(width - 2).collect();
    format!("{}..", start.trim_end())
}
