//! `check`: everything that is wrong with a config, at once.
//!
//! The same readers as of a run, which go on after an error. What can only be seen
//! when all keys are right (plugins that do not fit each other, the data) is looked
//! at when they are.

use std::path::Path;

use engine_core::registry::Registry;

use super::{Config, ConfigError, Document, Section, StrategyConfig, TEXT_MAX, Value};
use crate::error::RunFailure;

/// All errors of a config file, in the order of their places; none: it runs, and
/// `[sweep]`, if there is one, can be swept.
///
/// Data files are read as well, when the config itself is right.
#[must_use]
pub fn check(path: &Path, overrides: &[String], registry: &Registry) -> Vec<String> {
    let text = match std::fs::metadata(path).map(|m| m.len()) {
        Ok(0..=TEXT_MAX) => std::fs::read_to_string(path),
        Ok(_) => Err(std::io::Error::other(format!("larger than {TEXT_MAX} bytes"))),
        Err(e) => Err(e),
    };
    let text = match text {
        Ok(text) => text,
        Err(e) => return vec![Document::file_error(path, format!("cannot read the config: {e}")).to_string()],
    };
    check_text(path, text, overrides, registry)
}

/// [`check`] of the text of a config; paths in it are relative to `path`.
#[must_use]
pub fn check_text(path: &Path, text: String, overrides: &[String], registry: &Registry) -> Vec<String> {
    let shown = |errors: Vec<ConfigError>| errors.iter().map(ToString::to_string).collect::<Vec<_>>();
    let syntax = Document::syntax_errors(path, &text);
    if !syntax.is_empty() {
        return shown(syntax);
    }
    match keys(path, &text, overrides, registry) {
        Ok(errors) if errors.is_empty() => {}
        Ok(errors) => return shown(errors),
        Err(error) => return vec![error.to_string()],
    }
    whole(path, text, overrides, registry).unwrap_or_else(|e| vec![e.to_string()])
}

/// What single keys say.
fn keys(path: &Path, text: &str, overrides: &[String], registry: &Registry) -> Result<Vec<ConfigError>, ConfigError> {
    let mut document = Document::parse(path, text)?;
    super::overrides::apply(&mut document, overrides)?;
    document.collect();
    let keep = |error: Option<ConfigError>| {
        if let Some(error) = error {
            // Collecting never gives an error back.
            let _ = document.tolerate::<()>(error);
        }
    };
    super::check_sections(&document)?;
    let fits = |section: &str| match document.root.get(section).map(|node| &node.value) {
        None => true,
        Some(Value::List(_)) => super::LISTS.contains(&section),
        Some(Value::Table(_)) => !super::LISTS.contains(&section),
        Some(_) => false,
    };
    if fits("run") {
        keep(super::read_run(&document).err());
    }
    if fits("account") {
        keep(super::account::read(&document).err());
    }
    if fits("data") {
        keep(super::data::read(&document).err());
    }
    let strategy = match fits("strategy").then(|| super::parts::read_strategy(&document, registry)) {
        Some(Ok(strategy)) => strategy,
        other => {
            keep(other.and_then(Result::err));
            // So that sizing, filters and exits are looked at too.
            StrategyConfig {
                name: String::new(),
                composed: true,
                symbol: None,
                start_after: 0,
                parameters: serde_json::Map::new(),
            }
        }
    };
    if ["sizing", "filter", "exit"].iter().all(|section| fits(section)) {
        keep(super::parts::read_parts(&document, registry, &strategy).err());
    }
    if fits("costs") {
        match super::costs::read(&document) {
            Ok(costs) if fits("rules") => keep(super::market::read(&document, &costs).err()),
            other => keep(other.err()),
        }
    }
    if fits("fill") {
        keep(super::rules::read_fill(&document).err());
    }
    if fits("actions") {
        keep(super::rules::read_actions(&document).err());
    }
    if fits("risk") {
        keep(super::rules::read_risk(&document).err());
    }
    if fits("benchmark") {
        let benchmark = Section::new(&document, "benchmark", &["symbol"])?;
        if benchmark.exists() {
            keep(benchmark.need_text("symbol", "a symbol of [[data]]").err());
        }
    }
    Ok(document.collected())
}

/// What can be seen when every key is right: parameters that do not fit each other,
/// the sweep, the data.
fn whole(path: &Path, text: String, overrides: &[String], registry: &Registry) -> Result<Vec<String>, RunFailure> {
    let config = Config::parse(path, text, overrides, registry)?;
    if config.has("sweep") {
        let errors = crate::sweep::check(&config, registry);
        if !errors.is_empty() {
            return Ok(errors.iter().map(ToString::to_string).collect());
        }
    }
    let config = config.without("sweep");
    let input = crate::load::load(&config)?;
    crate::backtest::set_up(&config, registry, &input).map(|()| Vec::new())
}
