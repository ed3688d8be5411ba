//! `[costs]`: fees and slippage.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use engine_core::account::FeeSchedule;
use engine_core::exchange::Slippage;
use engine_core::fees::FeeTable;
use engine_core::fixed::{Price, Rate};
use engine_data::DataError;
use engine_data::rules::{LoadedFees, read_fees, schedules, shipped_fees};
use serde::Serialize;

use super::document::Document;
use super::place::ConfigError;
use super::section::Section;
use crate::manifest::InputFile;

/// What begins the name of a schedule in a file.
const FILE: &str = "file:";

/// Which fees are charged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// None.
    None,
    /// A fraction of the traded amount, on both sides.
    Rate,
    /// A dated table: a shipped one by name, or `file:PATH`.
    Table(String),
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::None => "none",
            Self::Rate => "rate",
            Self::Table(name) => name,
        })
    }
}

impl Serialize for Schedule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// How far market and stop fills move against us.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", content = "value", rename_all = "lowercase")]
pub enum SlippageConfig {
    /// Not at all.
    None,
    /// By ticks; 0 to 10,000.
    Ticks(u32),
    /// By basis points of the price; 0 to 10,000.
    Bps(f64),
    /// By a price distance; 0 to 1e6.
    Amount(f64),
    /// By `value x sqrt(quantity / volume)` of the price; 0 to 10.
    Sqrt(f64),
}

/// `[costs]`.
#[derive(Clone, Debug, Serialize)]
pub struct CostsConfig {
    /// `none`, `rate` (default when a rate is given), the name of a shipped fee schedule, or
    /// `file:PATH` for one of the user's, relative to the config.
    pub schedule: Schedule,
    /// Fraction of the traded amount; 0 to 1.
    pub rate: f64,
    /// Which plan of the schedule; its first when left out.
    pub plan: Option<String>,
    /// Default none.
    pub slippage: SlippageConfig,
    #[serde(skip)]
    table: Option<Arc<FeeTable>>,
    /// The user's file, for provenance.
    #[serde(skip)]
    pub(crate) files: Vec<InputFile>,
}

impl CostsConfig {
    pub(crate) fn fees(&self) -> FeeSchedule {
        match (&self.schedule, &self.table) {
            (_, Some(table)) => FeeSchedule::Table(table.clone()),
            (Schedule::Rate, None) => FeeSchedule::Rate(Rate::from_f64(self.rate).unwrap_or(Rate::ZERO)),
            _ => FeeSchedule::Free,
        }
    }

    /// The dated table, when the schedule is one.
    pub(crate) fn table(&self) -> Option<&FeeTable> {
        self.table.as_deref()
    }

    pub(crate) fn slippage(&self) -> Slippage {
        match self.slippage {
            SlippageConfig::None => Slippage::None,
            SlippageConfig::Ticks(n) => Slippage::Ticks(n),
            SlippageConfig::Bps(bps) => Slippage::Fraction(Rate::from_f64(bps / 10_000.0).unwrap_or(Rate::ZERO)),
            SlippageConfig::Amount(x) => Slippage::Amount(Price::from_f64(x).unwrap_or(Price::ZERO)),
            SlippageConfig::Sqrt(x) => Slippage::SquareRoot(Rate::from_f64(x).unwrap_or(Rate::ZERO)),
        }
    }
}

pub(crate) fn read(document: &Document) -> Result<CostsConfig, ConfigError> {
    let section = Section::new(document, "costs", &["schedule", "rate", "plan", "slippage"])?;
    let names: Vec<&str> = ["none", "rate"].into_iter().chain(schedules()).collect();
    let expected = format!("{} or \"file:PATH\"", crate::nearest::one_of(names.iter().copied()));
    let schedule = match section.text("schedule", &expected)?.as_deref() {
        None => None,
        Some("none") => Some(Schedule::None),
        Some("rate") => Some(Schedule::Rate),
        Some(name) if name.starts_with(FILE) || names.contains(&name) => Some(Schedule::Table(name.to_owned())),
        Some(name) => {
            let hint = crate::nearest::hint(name, names.iter().copied());
            document.tolerate(section.error("schedule", format!("found {name:?}, expected {expected}{hint}")))?
        }
    };
    let rate = section.number("rate", 0.0, 1.0)?;
    let schedule = match (schedule, rate) {
        (Some(Schedule::Rate), None) => {
            return Err(section.error("rate", "missing, expected a number from 0 to 1 with schedule = \"rate\""));
        }
        (Some(schedule), Some(_)) if schedule != Schedule::Rate => {
            let problem = format!("belongs to schedule = \"rate\", the schedule is \"{schedule}\"");
            return Err(section.error("rate", problem));
        }
        (Some(schedule), _) => schedule,
        (None, Some(_)) => Schedule::Rate,
        (None, None) => Schedule::None,
    };
    let plan = section.text("plan", "the name of a plan of the fee schedule")?;
    if plan.is_some() && !matches!(schedule, Schedule::Table(_)) {
        let problem = format!("belongs to a fee schedule with plans, the schedule is \"{schedule}\"");
        return Err(section.error("plan", problem));
    }
    let (mut table, mut files) = (None, Vec::new());
    if let Schedule::Table(name) = &schedule {
        let place = if plan.is_some() { "plan" } else { "schedule" };
        let loaded = load(document, name, plan.as_deref()).map_err(|e| section.error(place, e.to_string()))?;
        if let Some(path) = name.strip_prefix(FILE) {
            let read = loaded.files.last();
            files.extend(read.map(|f| InputFile { path: path.to_owned(), sha256: f.sha256.clone() }));
        }
        table = Some(Arc::new(loaded.table));
    }
    let slippage = read_slippage(document)?;
    Ok(CostsConfig { schedule, rate: rate.unwrap_or(0.0), plan, slippage, table, files })
}

fn load(document: &Document, name: &str, plan: Option<&str>) -> Result<LoadedFees, DataError> {
    let path = match name.strip_prefix(FILE) {
        Some(path) => document.path().parent().unwrap_or(Path::new("")).join(path),
        None => return shipped_fees(name, plan).unwrap_or_else(|| read_fees(Path::new(name), plan)),
    };
    read_fees(&path, plan)
}

fn read_slippage(document: &Document) -> Result<SlippageConfig, ConfigError> {
    let section = Section::new(document, "costs.slippage", &["kind", "value"])?;
    if !section.exists() {
        return Ok(SlippageConfig::None);
    }
    let kinds = ["none", "ticks", "bps", "amount", "sqrt"].map(|k| (k, k));
    let Some(kind) = section.word("kind", &kinds)? else {
        let names = crate::nearest::one_of(kinds.iter().map(|(k, _)| *k));
        return Err(section.error("kind", format!("missing, expected {names}")));
    };
    if kind == "none" {
        section.allow(&["kind"])?;
        return Ok(SlippageConfig::None);
    }
    let missing = || section.error("value", format!("missing, expected a number with kind = \"{kind}\""));
    if kind == "ticks" {
        let ticks = section.integer("value", 0, 10_000)?.ok_or_else(missing)?;
        return Ok(SlippageConfig::Ticks(ticks as u32));
    }
    let most = match kind {
        "bps" => 10_000.0,
        "amount" => 1e6,
        _ => 10.0,
    };
    let value = section.number("value", 0.0, most)?.ok_or_else(missing)?;
    Ok(match kind {
        "bps" => SlippageConfig::Bps(value),
        "amount" => SlippageConfig::Amount(value),
        _ => SlippageConfig::Sqrt(value),
    })
}
