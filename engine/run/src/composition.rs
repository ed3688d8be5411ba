//! A config and a registry to a strategy: fresh plugins for every run.

use engine_core::compose::Composed;
use engine_core::kernel::RunError;
use engine_core::registry::{Registered, Registry, Role};
use engine_core::setup::SetupError;
use engine_core::strategy::Strategy;
use serde_json::{Map, Value as Json};

use crate::config::{Config, ConfigError, PartConfig, SECTIONS};

/// Makes every plugin once, so that parameters that do not fit each other are
/// found before any data is read.
pub(crate) fn check(config: &Config, registry: &Registry) -> Result<(), ConfigError> {
    let symbol = config.strategy.symbol.as_deref().unwrap_or("");
    strategy(config, registry, symbol).map(|_| ())
}

/// A fresh strategy that trades `symbol`.
pub(crate) fn strategy(config: &Config, registry: &Registry, symbol: &str) -> Result<Box<dyn Strategy>, ConfigError> {
    let chosen = &config.strategy;
    let values = chosen.parameters.clone();
    if !chosen.composed {
        let plugin = plugin(config, registry, Role::Strategy, &chosen.name, "strategy.name")?;
        let values = with_symbol(plugin, values, symbol);
        return plugin.strategy(values).map_err(|e| place(config, "strategy", &e));
    }
    let signal = plugin(config, registry, Role::Signal, &chosen.name, "strategy.name")?
        .signal(values)
        .map_err(|e| place(config, "strategy", &e))?;
    let missing = || config.error("sizing", "missing, expected a section with kind");
    let sizing = config.sizing.as_ref().ok_or_else(missing)?;
    let sizer = plugin(config, registry, Role::Sizer, &sizing.kind, "sizing.kind")?
        .sizer(sizing.parameters.clone())
        .map_err(|e| place(config, "sizing", &e))?;
    let mut composed =
        Composed::new(symbol, signal, sizer, chosen.start_after).shrink_to_fit(sizing.shrink_to_fit.unwrap_or(false));
    for (path, part) in numbered("filter", &config.filter) {
        let filter = plugin(config, registry, Role::Filter, &part.kind, &path)?
            .filter(part.parameters.clone())
            .map_err(|e| place(config, &path, &e))?;
        composed = composed.filter(filter);
    }
    for (path, part) in numbered("exit", &config.exit) {
        let exit = plugin(config, registry, Role::Exit, &part.kind, &path)?
            .exit(part.parameters.clone())
            .map_err(|e| place(config, &path, &e))?;
        composed = composed.exit(exit);
    }
    Ok(Box::new(composed))
}

fn numbered<'a>(section: &'a str, parts: &'a [PartConfig]) -> impl Iterator<Item = (String, &'a PartConfig)> {
    parts.iter().enumerate().map(move |(i, part)| (format!("{section}.{i}"), part))
}

fn plugin<'r>(
    config: &Config,
    registry: &'r Registry,
    role: Role,
    name: &str,
    key: &str,
) -> Result<&'r Registered, ConfigError> {
    let missing = || config.error(key, format!("there is no {} \"{name}\"", role.name()));
    registry.find(role, name).ok_or_else(missing)
}

/// A whole strategy gets its symbol only when it has a parameter of that name.
fn with_symbol(plugin: &Registered, mut values: Map<String, Json>, symbol: &str) -> Map<String, Json> {
    if !symbol.is_empty() && plugin.fields.iter().any(|f| f.name == "symbol") {
        values.insert("symbol".to_owned(), symbol.into());
    }
    values
}

/// Where in the config a plugin's complaint belongs.
fn place(config: &Config, section: &str, error: &SetupError) -> ConfigError {
    match error {
        SetupError::Parameter { key, problem } => config.error(&full_key(section, key), problem),
        other => config.error(section, other.to_string()),
    }
}

/// A plugin's key within its section; a key that names a section stays as it is.
fn full_key(section: &str, key: &str) -> String {
    let first = key.split('.').next().unwrap_or(key);
    match SECTIONS.contains(&first) {
        true => key.to_owned(),
        false => format!("{section}.{key}"),
    }
}

/// Where in the config the reason stands why a run could not start or go on.
pub(crate) fn run_error(config: &Config, error: &RunError) -> ConfigError {
    let setup = match error {
        RunError::Setup(setup) => setup,
        RunError::SameCloseCap => return config.error("fill.participation", error.to_string()),
        RunError::SameCloseTape(_) => return config.error("fill.market", error.to_string()),
        RunError::Endless(..) => return config.error("strategy.name", error.to_string()),
    };
    match setup {
        SetupError::UnknownSymbol { .. } => config.error("strategy.symbol", setup.to_string()),
        SetupError::Parameter { key, problem } => {
            let section = owner(config, key);
            config.error(&full_key(&section, key), problem)
        }
        _ => config.error("strategy.name", setup.to_string()),
    }
}

/// The section whose plugin has a parameter of that name; the strategy first.
fn owner(config: &Config, key: &str) -> String {
    if config.strategy.parameters.contains_key(key) {
        return "strategy".to_owned();
    }
    let sizing = config.sizing.iter().map(|part| ("sizing".to_owned(), part));
    let lists = numbered("filter", &config.filter).chain(numbered("exit", &config.exit));
    let found = sizing.chain(lists).find(|(_, part)| part.parameters.contains_key(key));
    found.map_or_else(|| "strategy".to_owned(), |(path, _)| path)
}
