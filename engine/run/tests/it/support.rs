//! Configs as text, and what comes of them.

use std::path::{Path, PathBuf};

use engine_run::{Config, Outcome, backtest};

/// A folder of this package, or beside it.
pub(crate) fn folder(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// Runs a config text as if it stood in the workspace's `configs`.
pub(crate) fn run(text: &str, overrides: &[&str]) -> Result<Outcome, String> {
    run_in(&folder("../../configs"), text, overrides)
}

/// Runs a config text as if it stood in a folder as `run.toml`.
pub(crate) fn run_in(folder: &Path, text: &str, overrides: &[&str]) -> Result<Outcome, String> {
    let registry = strategies::registry();
    let overrides: Vec<String> = overrides.iter().map(|o| (*o).to_owned()).collect();
    let prefix = format!("{}/", folder.display());
    let shown = |e: String| e.replace(&prefix, "");
    let config = Config::parse(&folder.join("run.toml"), text.to_owned(), &overrides, &registry)
        .map_err(|e| shown(e.to_string()))?;
    backtest(&config, &registry, &mut |_| {}).map_err(|e| shown(e.to_string()))
}

/// A config that works; tests change lines of it.
pub(crate) const BASE: &str = r#"[run]
start = "2005-01-01"
end = "2006-12-31"

[account]
cash = 100000.0

[[data]]
symbol = "US.AAPL"
file = "../data/us_daily/AAPL.csv"

[strategy]
name = "macd"
fast = 12

[costs]
schedule = "rate"
rate = 0.001
"#;

/// `BASE` with one piece of text replaced.
pub(crate) fn changed(from: &str, to: &str) -> String {
    assert!(BASE.contains(from), "{from} is not in the base config");
    BASE.replacen(from, to, 1)
}
