//! `engine diff RUN_A RUN_B`.

use std::path::PathBuf;

use clap::Args;
use engine_run::diff::{RunDifference, diff};

use crate::failure::Failure;
use crate::output;

const WIDTH: usize = 80;
/// Figures and causes shown; `--json` has all.
const LINES_MAX: usize = 20;

/// Compare two run folders: first differing event, causes, counts
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine diff runs/20261121T141500Z-macd runs/20261121T141812Z-macd\n\nExit codes: 0 the same, 1 different, 2 usage or a folder that cannot be read."
)]
pub(crate) struct Arguments {
    /// The first run folder
    a: PathBuf,
    /// The second run folder
    b: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let found = diff(&arguments.a, &arguments.b)?;
    if arguments.json {
        let text = serde_json::to_string_pretty(&found).map_err(Failure::other)?;
        output::print(&format!("{text}\n"))?;
    } else {
        output::print(&text(&found))?;
    }
    if found.is_same() { Ok(()) } else { Err(Failure::with_code(1, "the runs differ")) }
}

fn text(found: &RunDifference) -> String {
    let mut out = String::new();
    let line = |out: &mut String, text: &str| out.push_str(&output::wrap(text, WIDTH, "  "));
    if found.is_same() {
        out.push_str(&format!("same  digest {}\n", found.digests[0]));
    } else {
        out.push_str(&format!("A  digest {}\nB  digest {}\n", found.digests[0], found.digests[1]));
    }
    if !found.causes.is_empty() {
        out.push_str(if found.is_same() { "\nDIFFERS WITHOUT EFFECT\n" } else { "\nCAUSES\n" });
        for cause in found.causes.iter().take(LINES_MAX) {
            let show = |text: &str| match (text, cause.kind) {
                ("", _) => "(not there)".to_owned(),
                (text, "input") => format!("sha256 {}...", text.get(..12).unwrap_or(text)),
                (text, _) => text.to_owned(),
            };
            line(&mut out, &format!("{} {}: {} in A, {} in B", cause.kind, cause.name, show(&cause.a), show(&cause.b)));
        }
        more(&mut out, found.causes.len());
    } else if !found.is_same() {
        out.push_str("\nCAUSES\n");
        line(&mut out, "none known: the same version, config and inputs");
    }
    if let Some(first) = &found.first {
        out.push_str(&format!("\nFIRST DIFFERENCE  {} at {}\n", first.table, first.time));
        if !first.columns.is_empty() {
            line(&mut out, &format!("differs in {}", first.columns.join(", ")));
        }
        let show = |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
        line(&mut out, &format!("A: {}", show(&first.a)));
        line(&mut out, &format!("B: {}", show(&first.b)));
    }
    if !found.is_same() {
        out.push_str("\nCOUNTS\n");
        for c in &found.counts {
            let counts =
                format!("{} same, {} changed, {} only in A, {} only in B", c.same, c.changed, c.only_a, c.only_b);
            line(&mut out, &format!("{}: {counts}", c.table));
        }
    }
    if !found.figures.is_empty() {
        out.push_str("\nFIGURES\n");
        for (name, a, b) in found.figures.iter().take(LINES_MAX) {
            line(&mut out, &format!("{name}: {a} in A, {b} in B"));
        }
        more(&mut out, found.figures.len());
    }
    out
}

fn more(out: &mut String, all: usize) {
    if all > LINES_MAX {
        out.push_str(&format!("  and {} more; --json has all\n", all - LINES_MAX));
    }
}
