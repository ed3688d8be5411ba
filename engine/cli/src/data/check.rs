//! `engine data check FILE|DIR...`: does it load, and what is worth a look.

use std::path::{Path, PathBuf};

use clap::Args;
use engine_data::audit::{Audit, audit, grouped};
use engine_data::contract::contract_path;
use engine_data::{ContractOverrides, DataError, Loaded, catalogue, feeds, read_bars, tape};
use serde_json::{Value, json};

use super::check_tape;
use crate::failure::Failure;
use crate::output;

/// Check price files and tapes: contract, every row, gaps against the calendar, the book
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  engine data check data\n  engine data check HK.00700_1m.parquet --json\n\nA folder is searched for files with a contract (NAME.csv.toml). Gaps, bars outside\nsessions and bars that did not trade are findings, not errors. A bar of volume 0, or\nof an empty volume, did not trade; without a volume column the volume is not known.\nA tape (NAME.tape.parquet, NAME.tape.csv) has its book\nreplayed: crossed and gapped spans, trades outside the book, unknown orders, latency and\nsnapshots that disagree are told. A vendor's file of ticks that `data import` knows is\nchecked as it would be brought in.\n\nExit code 0: every file loads; 2: one does not."
)]
pub(crate) struct Arguments {
    /// Price files, or folders of them
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A file and what came of it.
type Checked = (PathBuf, Result<(Box<Loaded>, Audit), DataError>);

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut bad = 0;
    let mut total = 0;
    let mut values = Vec::new();
    let mut without = Vec::new();
    for path in &arguments.paths {
        let files = if path.is_dir() {
            let found = catalogue::find(path)?;
            without.extend(found.without_contract);
            found.files
        } else {
            vec![path.clone()]
        };
        for file in files {
            total += 1;
            if tape::is_tape(&file) || is_feed(&file) {
                let checked = check_tape::check(&file);
                bad += usize::from(checked.is_err());
                if arguments.json {
                    values.push(check_tape::value(&file, &checked));
                } else {
                    output::print(&check_tape::text(&file, &checked))?;
                }
                continue;
            }
            let result = read_bars(&file, &ContractOverrides::default());
            let result = result.map(|loaded| {
                let audit = audit(&loaded);
                (Box::new(loaded), audit)
            });
            bad += usize::from(result.is_err());
            let checked = (file, result);
            if arguments.json {
                values.push(value(&checked));
            } else {
                output::print(&text(&checked))?;
            }
        }
    }
    let names = without.iter().map(|p| p.display().to_string());
    if arguments.json {
        let all = json!({ "files": values, "without_contract": names.collect::<Vec<_>>() });
        let text = serde_json::to_string_pretty(&all).map_err(Failure::other)?;
        output::print(&format!("{text}\n"))?;
    } else if !without.is_empty() {
        let names = names.collect::<Vec<_>>().join(" ");
        output::print(&output::wrap(&format!("not checked, for want of a contract: {names}"), 80, ""))?;
    }
    if total == 0 {
        return Err(Failure::input("no price file with a contract (NAME.csv.toml) was found"));
    }
    if bad > 0 {
        return Err(Failure::input(format!("{bad} of {total} files cannot be used")));
    }
    Ok(())
}

/// True for a file of ticks of a vendor: one without a contract whose columns are of a known format.
fn is_feed(path: &Path) -> bool {
    // What cannot be read is reported with the rest.
    !contract_path(path).is_file() && path.is_file() && feeds::detect(path).is_ok_and(|found| found.is_some())
}

/// Warnings name the file, which stands above them.
pub(super) fn without_path(path: &Path, text: &str) -> String {
    let path = path.display().to_string();
    match text.strip_prefix(&path) {
        Some(rest) => {
            let rest = rest.strip_prefix(": ").map(str::to_owned);
            rest.unwrap_or_else(|| text[path.len()..].replacen(':', "line ", 1))
        }
        None => text.to_owned(),
    }
}

fn text((path, result): &Checked) -> String {
    let (loaded, audit) = match result {
        Ok((loaded, audit)) => (loaded, audit),
        Err(error) => return format!("{}: bad\n{}\n", path.display(), item("error", &error.to_string())),
    };
    let c = &loaded.contract;
    let mut text = format!("{}: ok\n", path.display());
    let mut line = |words: String| text.push_str(&output::wrap(&words, 80, "  "));
    line(format!("{}, bars of {}, {} prices in {}", c.symbol, c.bars, c.prices, c.currency));
    line(format!("times in {}, stamped at the {} of each bar", c.timezone, c.stamp));
    if !c.source.is_empty() {
        line(format!("source: {}", c.source));
    }
    let (from, to) = loaded.range();
    let (splits, dividends) = loaded.action_counts();
    let actions = match (splits, dividends) {
        (0, 0) => String::new(),
        _ => format!("; {splits} splits, {dividends} dividends"),
    };
    line(format!("{} bars from {from} to {to}{actions}", grouped(loaded.bars.len())));
    let whole = audit.missing_sessions + audit.missing_bars + audit.closed_day_bars + audit.not_covered_bars == 0;
    if let Some(calendar) = audit.calendar.filter(|_| whole) {
        line(format!("every session of {calendar} has its bars"));
    }
    for finding in &audit.findings {
        text.push_str(&item("finding", finding));
    }
    for warning in &loaded.warnings {
        text.push_str(&item("warning", &without_path(path, warning)));
    }
    text.push('\n');
    text
}

/// A labelled paragraph, its further lines indented.
pub(super) fn item(label: &str, words: &str) -> String {
    let wrapped = output::wrap(words, 80 - label.len() - 2, "  ");
    let mut text = String::new();
    for (i, line) in wrapped.lines().enumerate() {
        let lead = if i == 0 { format!("  {label}: ") } else { " ".repeat(label.len() + 4) };
        text.push_str(&format!("{lead}{}\n", line.trim_start()));
    }
    text
}

fn value((path, result): &Checked) -> Value {
    let file = path.display().to_string();
    match result {
        Err(error) => json!({ "file": file, "ok": false, "error": error.to_string() }),
        Ok((loaded, audit)) => {
            let c = &loaded.contract;
            let (from, to) = loaded.range();
            let (splits, dividends) = loaded.action_counts();
            json!({
                "file": file,
                "ok": true,
                "symbol": c.symbol,
                "bars": c.bars.to_string(),
                "timezone": c.timezone.to_string(),
                "stamp": c.stamp.to_string(),
                "prices": c.prices.to_string(),
                "currency": c.currency,
                "source": c.source,
                "rows": loaded.bars.len(),
                "from": from,
                "to": to,
                "splits": splits,
                "dividends": dividends,
                "sha256": loaded.sha256,
                "warnings": loaded.warnings,
                "calendar": audit.calendar,
                "missing_sessions": audit.missing_sessions,
                "missing_bars": audit.missing_bars,
                "incomplete_sessions": audit.incomplete_sessions,
                "closed_day_bars": audit.closed_day_bars,
                "outside_bars": audit.outside_bars,
                "not_covered_bars": audit.not_covered_bars,
                "gaps": audit.gaps,
                "zero_volume_bars": audit.zero_volume_bars,
                "findings": audit.findings,
            })
        }
    }
}
