//! `[strategy]`, `[sizing]`, `[[filter]]`, `[[exit]]`: plugins and their parameters.
//!
//! Which names and keys there are is the registry's word; what is left out takes
//! the plugin's default, so that a config in memory is complete.

use engine_core::registry::{Registered, Registry, Role};
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::document::{Document, Value};
use super::place::ConfigError;
use super::section::Section;
use crate::nearest::{nearest, one_of};

/// Most filters or exits.
const PARTS_MAX: usize = 100;

/// `[strategy]`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StrategyConfig {
    /// Name of a signal or of a whole strategy.
    pub name: String,
    /// True when it is a signal, composed with sizing, filters and exits.
    pub composed: bool,
    /// What it trades; the only symbol of the data when left out.
    pub symbol: Option<String>,
    /// No signal is acted on before this many bars; 0 to 1,000,000,000, default 0.
    pub start_after: usize,
    /// All parameters of the plugin.
    pub parameters: Map<String, Json>,
}

/// `[sizing]`, `[[filter]]` or `[[exit]]`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartConfig {
    /// Name of the plugin.
    pub kind: String,
    /// Of a sizing: take what the account can pay for instead of a rejection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shrink_to_fit: Option<bool>,
    /// All parameters of the plugin.
    pub parameters: Map<String, Json>,
}

/// Sizing, filters, exits.
pub(crate) type Parts = (Option<PartConfig>, Vec<PartConfig>, Vec<PartConfig>);

fn names(registry: &Registry, roles: &[Role]) -> Vec<&'static str> {
    registry.plugins().iter().filter(|p| roles.contains(&p.role)).map(|p| p.name).collect()
}

fn unknown(section: &Section<'_>, key: &str, found: &str, what: &str, known: &[&'static str]) -> ConfigError {
    let hint = match nearest(found, known.iter().copied()) {
        Some(name) => format!("; did you mean \"{name}\"?"),
        None => format!("; there are {}", one_of(known.iter().copied()).trim_start_matches("one of ")),
    };
    section.error(key, format!("there is no {what} {found:?}{hint}"))
}

/// The plugin's parameters from the keys that are its own; `own` are the section's.
fn parameters(
    document: &Document,
    section: &Section<'_>,
    plugin: &Registered,
    own: &[&str],
) -> Result<Map<String, Json>, ConfigError> {
    let mut keys = own.to_vec();
    keys.extend(plugin.fields.iter().map(|f| f.name));
    section.allow(&keys)?;
    let mut values = Map::new();
    for (field, default) in plugin.fields.iter().zip(&plugin.defaults) {
        let value = match section.get(field.name) {
            None => default.clone(),
            Some(node) => {
                let wrong = || format!("found {}, expected {}", node.value.found(), field.domain);
                match node.value.to_json().filter(|json| field.domain.contains(json)) {
                    Some(json) => json,
                    None => {
                        document.tolerate::<()>(section.error(field.name, wrong()))?;
                        default.clone()
                    }
                }
            }
        };
        values.insert(field.name.to_owned(), value);
    }
    Ok(values)
}

pub(crate) fn read_strategy(document: &Document, registry: &Registry) -> Result<StrategyConfig, ConfigError> {
    let section = Section::unchecked(document, "strategy")?;
    if !section.exists() {
        return Err(document.error("strategy", "missing, expected a section with name"));
    }
    let name = section.need_text("name", "the name of a strategy")?;
    let signal = registry.find(Role::Signal, &name);
    let composed = signal.is_some();
    let Some(plugin) = signal.or_else(|| registry.find(Role::Strategy, &name)) else {
        let known = names(registry, &[Role::Signal, Role::Strategy]);
        return Err(unknown(&section, "name", &name, "strategy", &known));
    };
    let takes_symbol = composed || plugin.fields.iter().any(|f| f.name == "symbol");
    let own: &[&str] = match (composed, takes_symbol) {
        (true, _) => &["name", "symbol", "start_after"],
        (false, true) => &["name", "symbol"],
        (false, false) => &["name"],
    };
    let mut parameters = parameters(document, &section, plugin, own)?;
    let symbol = section.text("symbol", "a symbol of [[data]]")?;
    if takes_symbol && !composed {
        // Filled in once the data is known.
        parameters.remove("symbol");
    }
    let start_after = match composed {
        true => section.integer("start_after", 0, 1_000_000_000)?.unwrap_or(0),
        false => 0,
    };
    Ok(StrategyConfig { name, composed, symbol, start_after: start_after as usize, parameters })
}

pub(crate) fn read_parts(
    document: &Document,
    registry: &Registry,
    strategy: &StrategyConfig,
) -> Result<Parts, ConfigError> {
    if !strategy.composed {
        for section in ["sizing", "filter", "exit"] {
            if document.find(section).is_some() {
                let name = &strategy.name;
                let problem = format!("has no meaning here: \"{name}\" is a whole strategy and sends its own orders");
                return Err(document.key_error(section, problem));
            }
        }
        return Ok((None, Vec::new(), Vec::new()));
    }
    let sizing = if document.find("sizing").is_some() {
        read_part(document, registry, "sizing", Role::Sizer)?
    } else {
        let plugin = registry.find(Role::Sizer, "all_in");
        let plugin = plugin.ok_or_else(|| document.error("sizing", "missing, expected a section with kind"))?;
        let fields = plugin.fields.iter().map(|f| f.name.to_owned());
        let parameters = fields.zip(plugin.defaults.iter().cloned()).collect();
        PartConfig { kind: "all_in".to_owned(), shrink_to_fit: Some(false), parameters }
    };
    let list = |name: &str, role: Role| -> Result<Vec<PartConfig>, ConfigError> {
        let count = match document.find(name).map(|node| &node.value) {
            Some(Value::List(items)) => items.len(),
            _ => 0,
        };
        if count > PARTS_MAX {
            return Err(document.error(name, format!("found {count}, expected at most {PARTS_MAX}")));
        }
        let mut found = Vec::with_capacity(count);
        for i in 0..count {
            match read_part(document, registry, &format!("{name}.{i}"), role) {
                Ok(part) => found.push(part),
                Err(error) => document.tolerate::<()>(error).map(|_| ())?,
            }
        }
        Ok(found)
    };
    Ok((Some(sizing), list("filter", Role::Filter)?, list("exit", Role::Exit)?))
}

fn read_part(document: &Document, registry: &Registry, path: &str, role: Role) -> Result<PartConfig, ConfigError> {
    let section = Section::unchecked(document, path)?;
    let kind = section.need_text("kind", &format!("the kind of {}", role.name()))?;
    let Some(plugin) = registry.find(role, &kind) else {
        return Err(unknown(&section, "kind", &kind, role.name(), &names(registry, &[role])));
    };
    let own: &[&str] = if role == Role::Sizer { &["kind", "shrink_to_fit"] } else { &["kind"] };
    let parameters = parameters(document, &section, plugin, own)?;
    let shrink_to_fit = match role {
        Role::Sizer => Some(section.flag("shrink_to_fit")?.unwrap_or(false)),
        _ => None,
    };
    Ok(PartConfig { kind, shrink_to_fit, parameters })
}
