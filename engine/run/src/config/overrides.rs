//! `--set a.b=c`: an override of one key, put into the tree before it is checked.
//!
//! Lists of tables are addressed by number (`data.0.file`); the number after the
//! last adds one. What an override names wrongly is an error of that override.

use super::document::{Document, Node, Table, Value};
use super::place::{ConfigError, Origin, Place};

/// Most parts of a key.
const DEPTH_MAX: usize = 8;

/// Puts the overrides into the document, in order, after those it has.
pub(crate) fn apply(document: &mut Document, overrides: &[String]) -> Result<(), ConfigError> {
    let had = document.overrides.len();
    document.overrides.extend_from_slice(overrides);
    for (number, text) in overrides.iter().enumerate() {
        let number = had + number;
        let error = |problem: String| ConfigError { origin: Origin::Override(text.clone()), problem };
        let Some((key, value)) = text.split_once('=') else {
            return Err(error("expected KEY=VALUE, for example strategy.fast=8".to_owned()));
        };
        let parts: Vec<&str> = key.trim().split('.').map(str::trim).collect();
        if parts.iter().any(|p| p.is_empty()) || !(2..=DEPTH_MAX).contains(&parts.len()) {
            return Err(error("expected SECTION.KEY=VALUE, for example strategy.fast=8".to_owned()));
        }
        let node = document.override_value(number, value.trim());
        put(&mut document.root, &parts, node).map_err(error)?;
    }
    Ok(())
}

fn put(table: &mut Table, parts: &[&str], node: Node) -> Result<(), String> {
    let [first, rest @ ..] = parts else {
        return Ok(());
    };
    let place = node.place;
    if rest.is_empty() {
        table.insert((*first).to_owned(), node);
        return Ok(());
    }
    let is_list = super::LISTS.contains(first);
    let empty = if is_list { Value::List(Vec::new()) } else { Value::Table(Table::new()) };
    let below = table.entry((*first).to_owned()).or_insert_with(|| made(place, empty));
    match &mut below.value {
        Value::Table(inner) => put(inner, rest, node),
        Value::List(items) => put_in_list(first, items, rest, node),
        other => Err(format!("{first} is {}, it has no keys", other.found())),
    }
}

fn put_in_list(name: &str, items: &mut Vec<Node>, parts: &[&str], node: Node) -> Result<(), String> {
    let [number, rest @ ..] = parts else {
        return Ok(());
    };
    let numbers =
        || format!("{name} is a list of {}: name an entry by its number, for example {name}.0.{number}", items.len());
    let Ok(at) = number.parse::<usize>() else {
        return Err(numbers());
    };
    if at > items.len() {
        return Err(format!("{name} has {} entries, counted from 0; {at} is beyond the next", items.len()));
    }
    let place = node.place;
    if rest.is_empty() {
        if at == items.len() {
            items.push(node);
        } else {
            items[at] = node;
        }
        return Ok(());
    }
    if at == items.len() {
        items.push(made(place, Value::Table(Table::new())));
    }
    match &mut items[at].value {
        Value::Table(inner) => put(inner, rest, node),
        other => Err(format!("{name}.{at} is {}, it has no keys", other.found())),
    }
}

fn made(place: Place, value: Value) -> Node {
    Node { key: place, place, value, raw: None }
}
