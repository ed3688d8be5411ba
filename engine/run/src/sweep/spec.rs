//! `Spec`: the `[sweep]` section, read and checked.
//!
//! A bare key is a parameter of the strategy, a dotted one any key that leaves the
//! data as it is. Each value is checked as `--set` would check it, once.

use engine_core::registry::{Domain, Registered, Registry, Role};

use super::axis::Axis;
use super::constraint::{Constraint, Name};
use super::figures;
use super::value::Scalar;
use crate::config::{Config, ConfigError, Document, Node, Origin, PartConfig, Section, Value};
use crate::nearest::hint;

/// Keys of `[sweep]` that are no parameters.
pub(crate) const KEYS: [&str; 9] =
    ["mode", "samples", "seed", "constraint", "rank", "memory_mb", "digests", "scenarios", "heat_map"];
/// Sections whose keys leave the data as it is.
const SECTIONS: [&str; 10] =
    ["strategy", "sizing", "filter", "exit", "costs", "fill", "venue", "account", "actions", "risk"];
/// Most parameters of a sweep.
const AXES_MAX: usize = 32;
/// Most draws of a random sweep.
const SAMPLES_MAX: i64 = 100_000_000;
/// Memory of shared columns, MB, when the config does not say.
const MEMORY_MB: i64 = 100;

/// How combinations are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// All of them.
    Grid,
    /// So many, drawn.
    Random {
        /// Distinct combinations.
        samples: u64,
        /// Of the draws.
        seed: u64,
    },
}

/// Which cells get the digest of their whole run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digests {
    /// All when that is quick, else the top.
    Auto,
    /// All: the equity of every bar is hashed.
    All,
    /// Those of the top table.
    Top,
}

/// Where the value of a parameter goes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    /// A parameter of a plugin, checked alone: role, number, name.
    Plugin(Role, usize, String),
    /// Another key: the config is checked as a whole.
    Key,
}

/// The `[sweep]` section.
#[derive(Clone, Debug)]
pub(crate) struct Spec {
    pub(crate) axes: Vec<Axis>,
    pub(crate) targets: Vec<Target>,
    pub(crate) constraints: Vec<Constraint>,
    pub(crate) mode: Mode,
    /// Number of a figure.
    pub(crate) rank: usize,
    pub(crate) memory_mb: u64,
    pub(crate) digests: Digests,
    pub(crate) scenarios: bool,
    /// The two parameters of the heat map, when they are chosen.
    pub(crate) heat_map: Option<(usize, usize)>,
}

impl Spec {
    pub(crate) fn read(config: &Config, registry: &Registry) -> Result<Self, ConfigError> {
        let document = config.document();
        let section = Section::unchecked(document, "sweep")?;
        if !section.exists() {
            return Err(document.error("sweep", "missing, expected a section such as\n[sweep]\nfast = [5, 10, 15]"));
        }
        let mode = match read_mode(&section) {
            Ok(mode) => mode,
            Err(error) => document.tolerate(error)?.unwrap_or(Mode::Grid),
        };
        let mut found = Vec::new();
        for (key, node) in section.entries().filter(|(key, _)| !KEYS.contains(key)) {
            flatten(key, node, &mut found);
        }
        found.sort_by_key(|(_, node)| node.key);
        if found.is_empty() || found.len() > AXES_MAX {
            let problem = format!("found {} parameters, expected 1 to {AXES_MAX}", found.len());
            return Err(document.error("sweep", problem));
        }
        let base = config.clone().without("sweep");
        let kinds: Vec<String> = found.iter().map(|(name, _)| full_path(name)).collect();
        let (mut axes, mut targets) = (Vec::<Axis>::new(), Vec::new());
        let mut whole = true;
        for ((name, node), path) in found.iter().zip(&kinds) {
            let key_error = |problem: String| document.error_at(node.key, format!("[sweep] {name}: {problem}"));
            let read = || {
                if axes.iter().any(|a| a.path == *path) {
                    return Err(key_error(format!("{path} is given twice")));
                }
                check_path(name, path).map_err(key_error)?;
                let axis = Axis::read(document, name, path.clone(), node, mode != Mode::Grid)?;
                let (target, domain) = target(&base, registry, path, &kinds);
                check_values(document, &base, registry, &axis, node, domain)?;
                Ok((axis, target))
            };
            match read() {
                Ok((axis, target)) => {
                    axes.push(axis);
                    targets.push(target);
                }
                Err(error) => {
                    whole = false;
                    document.tolerate::<()>(error)?;
                }
            }
        }
        // A parameter that is wrong is not unknown as well.
        let constraints = if whole { read_constraints(config, document, &section, &axes)? } else { Vec::new() };
        let rank = read_rank(&section)?;
        let memory_mb = section.integer("memory_mb", 1, 1_000_000)?.unwrap_or(MEMORY_MB) as u64;
        let digests = [("auto", Digests::Auto), ("all", Digests::All), ("top", Digests::Top)];
        let digests = section.word("digests", &digests)?.unwrap_or(Digests::Auto);
        let scenarios = section.flag("scenarios")?.unwrap_or(false);
        let scenarios = scenarios || matches!(figures::NAMES[rank], "pnl_worst" | "pnl_best");
        let heat_map = if whole { read_heat_map(&section, &axes)? } else { None };
        Ok(Self { axes, targets, constraints, mode, rank, memory_mb, digests, scenarios, heat_map })
    }
}

fn read_mode(section: &Section<'_>) -> Result<Mode, ConfigError> {
    let random = section.word("mode", &[("grid", false), ("random", true)])?.unwrap_or(false);
    let samples = section.integer("samples", 1, SAMPLES_MAX)?;
    let seed = section.integer("seed", 0, i64::MAX)?;
    match (random, samples) {
        (true, Some(samples)) => Ok(Mode::Random { samples: samples as u64, seed: seed.unwrap_or(0) as u64 }),
        (true, None) => {
            Err(section.error("samples", format!("missing, expected a whole number from 1 to {SAMPLES_MAX}")))
        }
        (false, Some(_)) => Err(section.error("samples", "belongs to mode = \"random\", the mode is \"grid\"")),
        (false, None) if seed.is_some() => {
            Err(section.error("seed", "belongs to mode = \"random\", the mode is \"grid\""))
        }
        (false, None) => Ok(Mode::Grid),
    }
}

fn read_heat_map(section: &Section<'_>, axes: &[Axis]) -> Result<Option<(usize, usize)>, ConfigError> {
    let Some(node) = section.get("heat_map") else { return Ok(None) };
    let expected = "two parameters of the sweep";
    let Value::List(items) = &node.value else { return Err(section.wrong("heat_map", node, expected)) };
    let find = |item: &Node| match &item.value {
        Value::Text(text) => axes.iter().position(|a| a.name == *text || a.path == *text),
        _ => None,
    };
    match items.iter().map(find).collect::<Vec<_>>().as_slice() {
        [Some(a), Some(b)] if a != b => Ok(Some((*a, *b))),
        _ => {
            let names = crate::nearest::one_of(axes.iter().map(|a| a.name.as_str()));
            Err(section.error("heat_map", format!("expected a list of {expected}: {names}")))
        }
    }
}

fn read_rank(section: &Section<'_>) -> Result<usize, ConfigError> {
    let words: Vec<(&str, usize)> = figures::NAMES.iter().enumerate().map(|(i, name)| (*name, i)).collect();
    let sharpe = figures::NAMES.iter().position(|n| *n == "sharpe").unwrap_or(0);
    Ok(section.word("rank", &words)?.unwrap_or(sharpe))
}

fn read_constraints(
    config: &Config,
    document: &Document,
    section: &Section<'_>,
    axes: &[Axis],
) -> Result<Vec<Constraint>, ConfigError> {
    let Some(node) = section.get("constraint") else {
        return Ok(Vec::new());
    };
    let single = std::slice::from_ref(node);
    let list = match &node.value {
        Value::List(items) => items.as_slice(),
        _ => single,
    };
    let resolved = serde_json::to_value(config).unwrap_or_default();
    let find = |name: &str| find_name(name, axes, &resolved);
    let one = |node: &Node| {
        let problem = match &node.value {
            Value::Text(text) => match Constraint::parse(text, &find) {
                Ok(constraint) => return Ok(constraint),
                Err(problem) => problem,
            },
            other => format!("found {}, expected a text such as \"fast < slow\"", other.found()),
        };
        Err(document.error_at(node.place, format!("[sweep] constraint: {problem}")))
    };
    let mut found = Vec::with_capacity(list.len());
    for node in list {
        match one(node) {
            Ok(constraint) => found.push(constraint),
            Err(error) => document.tolerate::<()>(error).map(|_| ())?,
        }
    }
    Ok(found)
}

/// What a name in a constraint stands for.
fn find_name(name: &str, axes: &[Axis], resolved: &serde_json::Value) -> Result<Name, String> {
    let path = full_path(name);
    if let Some((i, axis)) = axes.iter().enumerate().find(|(_, a)| a.path == path) {
        let sample = axis.samples().into_iter().next().unwrap_or(Scalar::Integer(0));
        return Ok(Name::Axis(i, sample));
    }
    let parts: Vec<&str> = path.split('.').collect();
    if let [above @ .., key] = parts.as_slice() {
        let holder = resolved.pointer(&format!("/{}", above.join("/")));
        let value = holder.and_then(|h| h.get("parameters").and_then(|p| p.get(key)).or_else(|| h.get(key)));
        if let Some(value) = value.and_then(Scalar::of_json) {
            return Ok(Name::Fixed(value));
        }
    }
    let mut known: Vec<&str> = axes.iter().map(|a| a.name.as_str()).collect();
    let parameters = resolved.pointer("/strategy/parameters").and_then(serde_json::Value::as_object);
    known.extend(
        parameters
            .into_iter()
            .flat_map(|p| p.keys())
            .map(String::as_str)
            .filter(|k| !axes.iter().any(|a| a.name == *k)),
    );
    Err(hint(name, known.iter().copied()))
}

/// `fast` as `strategy.fast`.
fn full_path(name: &str) -> String {
    if name.contains('.') { name.to_owned() } else { format!("strategy.{name}") }
}

/// Tables that are no range hold keys of their own: `sizing.fraction = [..]` without quotes.
fn flatten<'a>(name: &str, node: &'a Node, found: &mut Vec<(String, &'a Node)>) {
    match &node.value {
        Value::Table(table) if !table.keys().any(|k| ["from", "to", "step", "count"].contains(&k.as_str())) => {
            for (key, inner) in table {
                flatten(&format!("{name}.{key}"), inner, found);
            }
        }
        _ => found.push((name.to_owned(), node)),
    }
}

fn check_path(name: &str, path: &str) -> Result<(), String> {
    let section = path.split('.').next().unwrap_or_default();
    if path == "account.currency" {
        return Err("cannot be swept: it is that of the data".to_owned());
    }
    if path == "costs.schedule" {
        return Err("cannot be swept: it decides which trading rules hold".to_owned());
    }
    if SECTIONS.contains(&section) || path == "run.seed" {
        return Ok(());
    }
    if ["run", "data", "benchmark", "rules"].contains(&section) {
        return Err("cannot be swept: all cells share the same data and period".to_owned());
    }
    Err(format!("{} is no section with parameters{}", name.split('.').next().unwrap_or(name), hint(section, SECTIONS)))
}

/// Where a value goes, and what a plugin's parameter may be. A plugin whose name
/// is swept as well is chosen anew for each cell.
fn target(base: &Config, registry: &Registry, path: &str, all: &[String]) -> (Target, Option<Domain>) {
    let parts: Vec<&str> = path.split('.').collect();
    let swept = |key: &str| all.iter().any(|p| p == key);
    let field = |plugin: Option<&Registered>, name: &str| {
        plugin.and_then(|p| p.fields.iter().find(|f| f.name == name)).map(|f| f.domain)
    };
    let listed = |list: &[PartConfig], number: &str, role: Role, name: &str| {
        let i = number.parse::<usize>().ok()?;
        let domain = field(registry.find(role, &list.get(i)?.kind), name)?;
        Some((Target::Plugin(role, i, name.to_owned()), Some(domain)))
    };
    let found = match parts.as_slice() {
        ["strategy", name] if !swept("strategy.name") && *name != "symbol" => {
            let role = if base.strategy.composed { Role::Signal } else { Role::Strategy };
            let domain = field(registry.find(role, &base.strategy.name), name);
            domain.map(|d| (Target::Plugin(role, 0, (*name).to_owned()), Some(d)))
        }
        ["sizing", name] if !swept("sizing.kind") => {
            let plugin = base.sizing.as_ref().and_then(|s| registry.find(Role::Sizer, &s.kind));
            field(plugin, name).map(|d| (Target::Plugin(Role::Sizer, 0, (*name).to_owned()), Some(d)))
        }
        ["exit", i, name] if !swept(&format!("exit.{i}.kind")) => listed(&base.exit, i, Role::Exit, name),
        ["filter", i, name] if !swept(&format!("filter.{i}.kind")) => listed(&base.filter, i, Role::Filter, name),
        _ => None,
    };
    found.unwrap_or((Target::Key, None))
}

/// Checks each value once, as `--set` would.
fn check_values(
    document: &Document,
    base: &Config,
    registry: &Registry,
    axis: &Axis,
    node: &Node,
    domain: Option<Domain>,
) -> Result<(), ConfigError> {
    let place = |i: usize| match &node.value {
        Value::List(items) => items.get(i).map_or(node.place, |item| item.place),
        _ => node.place,
    };
    for (i, value) in axis.samples().iter().enumerate() {
        if let Some(domain) = domain {
            if domain.contains(&value.to_json()) {
                continue;
            }
            let found = match value {
                Scalar::Text(text) => format!("the text {text:?}"),
                other => other.to_string(),
            };
            let problem = format!("[sweep] {}: found {found}, expected {domain}", axis.name);
            return Err(document.error_at(place(i), problem));
        }
        let Err(error) = base.with(&[format!("{}={value}", axis.path)], registry) else { continue };
        // What does not fit another key may fit another value of it: that is for each cell to say.
        if matches!(error.origin, Origin::Override(_)) && !is_about_two_keys(&error.problem) {
            let unknown = error.problem.contains(": unknown key");
            let at = if unknown { node.key } else { place(i) };
            return Err(document.error_at(at, format!("[sweep] {}: {}", axis.name, error.problem)));
        }
    }
    Ok(())
}

/// Complaints that name another key as well.
fn is_about_two_keys(problem: &str) -> bool {
    ["belongs to", "excludes", "missing", "less than"].iter().any(|text| problem.contains(text))
}
