//! Rule files: fee schedules and trading rules of markets, as TOML.
//!
//! The shipped files stand in `engine/data/rules` and are part of the program;
//! each figure there has its dates, its source and how sure it is. A user's file
//! has the same form and may take over a shipped one and change parts of it. The
//! format is described in `docs/costs.md`.
//!
//! Nothing is repaired: an unknown key, a figure out of range, a missing figure or
//! two periods that overlap are a [`DataError`] with file, line and key. What a
//! file takes for granted comes along as [`engine_core::rules::Assumption`]s, for
//! the run to show.

mod fees;
mod market;
mod shipped;
mod tree;

use std::path::{Path, PathBuf};

use engine_core::fees::FeeTable;
use engine_core::rules::MarketRules;

pub use market::Switches;

use crate::error::DataError;
use crate::pieces::sha256;

/// A file that was read, for the provenance of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFile {
    /// The file; a path in the repository for a shipped one.
    pub path: PathBuf,
    /// Of its bytes, in hexadecimal.
    pub sha256: String,
}

/// A fee table and where it comes from.
#[derive(Clone, Debug)]
pub struct LoadedFees {
    /// The table.
    pub table: FeeTable,
    /// The file it was read from, and before it the shipped one that it extends.
    pub files: Vec<RuleFile>,
}

/// The rules of a market and where they come from.
#[derive(Clone, Debug)]
pub struct LoadedRules {
    /// The rules.
    pub rules: MarketRules,
    /// The shipped file, then the user's.
    pub files: Vec<RuleFile>,
}

/// The names of the shipped fee schedules.
pub fn schedules() -> impl Iterator<Item = &'static str> {
    shipped::FEES.iter().map(|(name, ..)| *name)
}

/// The markets with shipped rules.
pub fn markets() -> impl Iterator<Item = &'static str> {
    shipped::MARKETS.iter().map(|(name, ..)| *name)
}

/// A shipped fee schedule; `plan` chooses among its plans, the first is the
/// default. `None` when there is no schedule of this name.
///
/// # Errors
/// No such plan.
pub fn shipped_fees(name: &str, plan: Option<&str>) -> Option<Result<LoadedFees, DataError>> {
    let (path, text) = shipped::fees(name)?;
    Some(parse_fees(Path::new(path), text, plan))
}

/// The fee schedule of a user's file.
///
/// # Errors
/// An unreadable file, or what is wrong in it.
pub fn read_fees(path: &Path, plan: Option<&str>) -> Result<LoadedFees, DataError> {
    parse_fees(path, &read(path)?, plan)
}

fn parse_fees(path: &Path, text: &str, plan: Option<&str>) -> Result<LoadedFees, DataError> {
    let schedule = fees::Schedule::parse(path, text, plan, 0)?;
    let mut files = Vec::new();
    if let Some((base, text)) = schedule.extends.and_then(shipped::fees) {
        files.push(RuleFile { path: base.into(), sha256: sha256(text.as_bytes()) });
    }
    files.push(RuleFile { path: path.to_path_buf(), sha256: sha256(text.as_bytes()) });
    let table = FeeTable::new(schedule.spec).map_err(|e| DataError::file(path, e.to_string()))?;
    Ok(LoadedFees { table, files })
}

/// The trading rules of a market: the shipped ones, and over them a user's file.
/// `switches` sets the dates of rules whose day is not known. `None` when there are
/// neither shipped rules nor a file.
///
/// # Errors
/// An unreadable file, what is wrong in it, or a switch that does not exist.
pub fn market_rules(market: &str, file: Option<&Path>, switches: &Switches) -> Option<Result<LoadedRules, DataError>> {
    let base = shipped::market(market);
    if base.is_none() && file.is_none() {
        return None;
    }
    Some(load_rules(market, base, file, switches))
}

fn load_rules(
    market: &str,
    base: Option<(&str, &str)>,
    file: Option<&Path>,
    switches: &Switches,
) -> Result<LoadedRules, DataError> {
    let (mut collected, mut files) = (market::Collected::default(), Vec::new());
    let mut last = PathBuf::new();
    if let Some((path, text)) = base {
        collected.read(Path::new(path), text, market, switches)?;
        last = path.into();
        files.push(RuleFile { path: path.into(), sha256: sha256(text.as_bytes()) });
    }
    if let Some(path) = file {
        let text = read(path)?;
        collected.read(path, &text, market, switches)?;
        last = path.to_path_buf();
        files.push(RuleFile { path: path.to_path_buf(), sha256: sha256(text.as_bytes()) });
    }
    if let Some(name) = switches.keys().find(|name| !collected.switch_names().contains(name)) {
        let known = tree::one_of(collected.switch_names().iter().map(String::as_str));
        let known = if known.is_empty() { "none".to_owned() } else { known };
        return Err(DataError::file(&last, format!("there is no switch \"{name}\", expected {known}")));
    }
    Ok(LoadedRules { rules: collected.finish(&last)?, files })
}

fn read(path: &Path) -> Result<String, DataError> {
    let bytes = std::fs::read(path).map_err(|e| DataError::io(path, "read", e))?;
    let text = String::from_utf8(bytes).map_err(|_| DataError::file(path, "is not UTF-8 text"))?;
    Ok(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned))
}
