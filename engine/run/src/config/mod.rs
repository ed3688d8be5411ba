//! `Config`: a run config read from TOML, checked key by key.
//!
//! Unknown keys are errors; a wrong config gives one error with file, line and
//! column (or the override it came from), what was found, what was expected and
//! the nearest key. What is left out takes the default that stands here. Paths
//! are relative to the config file. Sections of other commands (`[sweep]`,
//! `[live]`) are accepted and not looked into.

mod account;
mod check;
mod costs;
mod data;
mod document;
mod finer;
mod market;
mod overrides;
mod parts;
mod place;
mod rules;
mod schema;
mod section;
mod venue;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine_core::registry::Registry;
use serde::Serialize;

pub use account::{AccountConfig, Kind};
pub use check::{check, check_text};
pub use costs::{CostsConfig, Schedule, SlippageConfig};
pub use data::DataConfig;
pub use finer::FinerConfig;
pub use market::RulesConfig;
pub use parts::{PartConfig, StrategyConfig};
pub use place::{ConfigError, Origin};
pub use rules::{ActionsConfig, FillConfig, RiskConfig};
pub use schema::schema;
pub use venue::{DelayConfig, VenueConfig};

use crate::moment::{self, Moment};
pub(crate) use document::{Document, Node, Value};
pub(crate) use section::Section;

/// Sections of a config.
pub(crate) const SECTIONS: &[&str] = &[
    "run",
    "account",
    "data",
    "strategy",
    "sizing",
    "filter",
    "exit",
    "costs",
    "fill",
    "venue",
    "actions",
    "rules",
    "benchmark",
    "risk",
    "sweep",
    "live",
];
/// Those that are lists of tables.
pub(crate) const LISTS: &[&str] = &["data", "filter", "exit"];
/// Sections of other commands.
const OTHERS: &[(&str, &str)] = &[("sweep", "engine sweep"), ("live", "engine live")];
/// Longest config, in bytes.
const TEXT_MAX: u64 = 4 << 20;

/// `[run]`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunSection {
    /// Name of the run and of its folder: letters, digits, `.`, `-`, `_`; the
    /// name of the config file when left out.
    pub name: String,
    /// First day or time of the run; the start of the data when left out.
    pub start: Option<Moment>,
    /// Last day or time of the run, included; the end of the data when left out.
    pub end: Option<Moment>,
    /// For strategies that draw random numbers; 0 to 2^63 - 1, default 0.
    pub seed: u64,
    /// Bars before `start` that indicators see; 0 to 1,000,000, default 0.
    pub warmup_bars: usize,
}

/// A run config with every default filled in.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// `[run]`.
    pub run: RunSection,
    /// `[account]`.
    pub account: AccountConfig,
    /// `[[data]]`.
    pub data: Vec<DataConfig>,
    /// `[strategy]`.
    pub strategy: StrategyConfig,
    /// `[sizing]`; `None` when the strategy is a whole one.
    pub sizing: Option<PartConfig>,
    /// `[[filter]]`.
    pub filter: Vec<PartConfig>,
    /// `[[exit]]`.
    pub exit: Vec<PartConfig>,
    /// `[costs]`.
    pub costs: CostsConfig,
    /// `[fill]`.
    pub fill: FillConfig,
    /// `[venue]`.
    pub venue: VenueConfig,
    /// `[actions]`.
    pub actions: ActionsConfig,
    /// `[rules]`.
    pub rules: RulesConfig,
    /// `[benchmark] symbol`.
    pub benchmark: Option<String>,
    /// `[risk]`.
    pub risk: RiskConfig,
    /// What was accepted and not used.
    #[serde(skip)]
    pub notes: Vec<String>,
    #[serde(skip)]
    text: Arc<str>,
    #[serde(skip)]
    document: Document,
}

impl Config {
    /// Reads a config file.
    ///
    /// # Errors
    /// The file cannot be read, or the first thing that is wrong with it.
    pub fn read(path: &Path, overrides: &[String], registry: &Registry) -> Result<Self, ConfigError> {
        let text = std::fs::metadata(path)
            .and_then(|m| match m.len() {
                0..=TEXT_MAX => std::fs::read_to_string(path),
                _ => Err(std::io::Error::other(format!("larger than {TEXT_MAX} bytes"))),
            })
            .map_err(|e| Document::file_error(path, format!("cannot read the config: {e}")))?;
        Self::parse(path, text, overrides, registry)
    }

    /// Reads the text of a config file; paths in it are relative to `path`.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(path: &Path, text: String, overrides: &[String], registry: &Registry) -> Result<Self, ConfigError> {
        let mut document = Document::parse(path, &text)?;
        overrides::apply(&mut document, overrides)?;
        Self::of(document, text.into(), registry)
    }

    /// The same config with more overrides, checked as a whole; the text is not read again.
    pub(crate) fn with(&self, overrides: &[String], registry: &Registry) -> Result<Self, ConfigError> {
        let mut document = self.document.clone();
        overrides::apply(&mut document, overrides)?;
        Self::of(document, self.text.clone(), registry)
    }

    /// The same config, whose readers go on after an error.
    pub(crate) fn collecting(mut self) -> Self {
        self.document.collect();
        self
    }

    /// The same config without a section of another command.
    pub(crate) fn without(mut self, section: &str) -> Self {
        self.document.root.remove(section);
        self.document.strict();
        self
    }

    fn of(document: Document, text: Arc<str>, registry: &Registry) -> Result<Self, ConfigError> {
        check_sections(&document)?;
        let run = read_run(&document)?;
        let account = account::read(&document)?;
        let data = data::read(&document)?;
        let strategy = parts::read_strategy(&document, registry)?;
        let (sizing, filter, exit) = parts::read_parts(&document, registry, &strategy)?;
        let costs = costs::read(&document)?;
        let market_rules = market::read(&document, &costs)?;
        let fill = rules::read_fill(&document)?;
        let venue = venue::read(&document)?;
        let actions = rules::read_actions(&document)?;
        let benchmark = Section::new(&document, "benchmark", &["symbol"])?;
        let benchmark = match benchmark.exists() {
            true => Some(benchmark.need_text("symbol", "a symbol of [[data]]")?),
            false => None,
        };
        let risk = rules::read_risk(&document)?;
        let notes = OTHERS
            .iter()
            .filter(|(section, _)| document.root.contains_key(*section))
            .map(|(section, command)| format!("[{section}] belongs to `{command}`; a backtest does not use it"))
            .collect();
        let config = Self {
            run,
            account,
            data,
            strategy,
            sizing,
            filter,
            exit,
            costs,
            fill,
            venue,
            actions,
            rules: market_rules,
            benchmark,
            risk,
            notes,
            text,
            document,
        };
        crate::composition::check(&config, registry)?;
        Ok(config)
    }

    /// The path of the file, as it was given.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.document.path()
    }

    /// The text of the file.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The overrides, as they were given.
    #[must_use]
    pub fn overrides(&self) -> &[String] {
        &self.document.overrides
    }

    /// A path of the config, seen from where the program runs.
    #[must_use]
    pub fn resolve(&self, file: &str) -> PathBuf {
        self.path().parent().unwrap_or(Path::new("")).join(file)
    }

    /// An error about the value of a key such as `strategy.symbol` or `data.0.file`;
    /// about what should hold it when it was left out.
    #[must_use]
    pub fn error(&self, key: &str, problem: impl AsRef<str>) -> ConfigError {
        self.document.error(key, problem)
    }

    pub(crate) fn document(&self) -> &Document {
        &self.document
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.document.find(key).is_some()
    }
}

fn check_sections(document: &Document) -> Result<(), ConfigError> {
    let mut found: Vec<(&String, ConfigError)> = Vec::new();
    for key in document.root.keys() {
        if !SECTIONS.contains(&key.as_str()) {
            let hint = crate::nearest::hint(key, SECTIONS.iter().copied());
            found.push((key, document.key_error(key, format!("unknown section{hint}"))));
        }
    }
    found.sort_by_key(|(key, _)| document.root.get(*key).map(|node| node.key));
    for (key, node) in document.root.iter().filter(|(key, _)| SECTIONS.contains(&key.as_str())) {
        found.extend(check_shape(document, key, node).err().map(|error| (key, error)));
    }
    for (_, error) in found {
        document.tolerate::<()>(error)?;
    }
    Ok(())
}

/// A list where there are lists, else a table.
fn check_shape(document: &Document, key: &str, node: &Node) -> Result<(), ConfigError> {
    let list = LISTS.contains(&key);
    match &node.value {
        Value::Table(_) if list => {
            Err(document.key_error(key, format!("found [{key}], expected a list of tables: [[{key}]]")))
        }
        Value::List(items) if list => {
            let wrong = items.iter().position(|item| !matches!(item.value, Value::Table(_)));
            match wrong.and_then(|i| Some((i, items.get(i)?))) {
                Some((i, item)) => {
                    let problem = format!("found {}, expected a table", item.value.found());
                    Err(document.error(&format!("{key}.{i}"), problem))
                }
                None => Ok(()),
            }
        }
        Value::Table(_) => Ok(()),
        Value::List(_) => Err(document.key_error(key, format!("found a list, expected one table: [{key}]"))),
        other => {
            let form = if list { format!("[[{key}]]") } else { format!("[{key}]") };
            Err(document.error(key, format!("found {}, expected a table: {form}", other.found())))
        }
    }
}

fn read_run(document: &Document) -> Result<RunSection, ConfigError> {
    let section = Section::new(document, "run", &["name", "start", "end", "seed", "warmup_bars"])?;
    let fits = |name: &str| {
        let fine = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        (1..=64).contains(&name.len()) && name.chars().all(fine) && !name.starts_with('.')
    };
    let expected = "1 to 64 letters, digits, `-`, `_` or `.`, the first not a dot";
    let name = match section.text("name", expected)? {
        Some(name) if fits(&name) => name,
        Some(name) => {
            document.tolerate::<()>(section.error("name", format!("found {name:?}, expected {expected}")))?;
            "run".to_owned()
        }
        None => {
            let stem = document.path().file_stem().map(|s| s.to_string_lossy().into_owned());
            stem.filter(|s| fits(s)).unwrap_or_else(|| "run".to_owned())
        }
    };
    let moment = |key: &str| -> Result<Option<Moment>, ConfigError> {
        let Some(text) = section.text(key, moment::EXPECTED)? else {
            return Ok(None);
        };
        let wrong = || section.error(key, format!("found {text:?}, expected {}", moment::EXPECTED));
        match Moment::parse(&text) {
            Some(moment) => Ok(Some(moment)),
            None => document.tolerate(wrong()),
        }
    };
    let (start, end) = (moment("start")?, moment("end")?);
    // Instants far apart enough for any zone are compared here, the rest with the data.
    if let (Some(from), Some(to)) = (start, end) {
        let utc = chrono_tz::UTC;
        let last = to.day_after(utc).unwrap_or(to.first_instant(utc));
        let mixed = matches!(from, Moment::Instant(_)) != matches!(to, Moment::Instant(_));
        if from.first_instant(utc) >= last && !mixed {
            return Err(section.error("end", format!("found {to}, expected a time after start {from}")));
        }
    }
    let seed = section.integer("seed", 0, i64::MAX)?.unwrap_or(0);
    let warmup_bars = section.integer("warmup_bars", 0, 1_000_000)?.unwrap_or(0);
    Ok(RunSection { name, start, end, seed: seed as u64, warmup_bars: warmup_bars as usize })
}
