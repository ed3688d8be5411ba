//! `[rules]`: whether the trading rules of the markets hold in a run, and which.

use engine_core::date::Date;
use engine_data::rules::Switches;
use serde::Serialize;

use super::costs::{CostsConfig, Schedule};
use super::document::{Document, Value};
use super::place::ConfigError;
use super::section::Section;

/// `[rules]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RulesConfig {
    /// `apply`: price steps, lots, price limits and settlement of the market, by date; or
    /// `ignore`. Default: apply with a dated fee schedule, else ignore.
    pub mode: &'static str,
    /// A file of the user's that is read over the shipped rules, relative to the config.
    pub file: Option<String>,
    /// Dates of rules whose day is not known, by name.
    #[serde(skip)]
    pub switches: Switches,
}

impl RulesConfig {
    pub(crate) fn apply(&self) -> bool {
        self.mode == "apply"
    }
}

pub(crate) fn read(document: &Document, costs: &CostsConfig) -> Result<RulesConfig, ConfigError> {
    let section = Section::new(document, "rules", &["mode", "file", "switches"])?;
    let mode = section.word("mode", &[("apply", "apply"), ("ignore", "ignore")])?;
    let by_schedule = if matches!(costs.schedule, Schedule::Table(_)) { "apply" } else { "ignore" };
    let mode = mode.unwrap_or(by_schedule);
    let file = section.text("file", "the path of a rule file, relative to the config")?;
    let table = Section::unchecked(document, "rules.switches")?;
    let mut switches = Switches::new();
    for (name, node) in table.entries() {
        let date = match (&node.value, &node.raw) {
            (Value::Text(text), _) => text.parse::<Date>().ok(),
            (_, Some(text)) => text.parse::<Date>().ok(),
            _ => None,
        };
        match date {
            Some(date) => switches.insert(name.to_owned(), date),
            None => document.tolerate(table.wrong(name, node, "a date such as \"2026-07-01\""))?,
        };
    }
    if mode == "ignore" {
        for key in ["file", "switches"] {
            if section.has(key) {
                document.tolerate::<()>(section.error(key, "belongs to mode = \"apply\", the mode is \"ignore\""))?;
            }
        }
    }
    Ok(RulesConfig { mode, file, switches })
}
