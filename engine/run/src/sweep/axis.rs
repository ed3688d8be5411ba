//! `Axis`: one parameter of a sweep and the values it takes.

use super::value::Scalar;
use crate::config::{ConfigError, Document, Node, Value};

/// Most values of one parameter in a grid.
pub(crate) const VALUES_MAX: usize = 100_000;

/// One parameter of a sweep.
#[derive(Clone, Debug)]
pub struct Axis {
    /// As the config names it: `fast`, `sizing.fraction`.
    pub name: String,
    /// The key of the config: `strategy.fast`, `sizing.fraction`.
    pub path: String,
    pub(crate) source: Source,
}

/// Where the values of a parameter come from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Source {
    /// One of these.
    List(Vec<Scalar>),
    /// Whole numbers, both ends included; drawn.
    Whole { from: i64, to: i64, log: bool },
    /// Numbers, both ends included; drawn.
    Range { from: f64, to: f64, log: bool },
}

impl Axis {
    /// The values of a grid; empty when they are drawn from a range.
    #[must_use]
    pub fn values(&self) -> &[Scalar] {
        match &self.source {
            Source::List(values) => values,
            _ => &[],
        }
    }

    /// Values that stand for all: every one of a list, both ends of a range.
    pub(crate) fn samples(&self) -> Vec<Scalar> {
        match &self.source {
            Source::List(values) => values.clone(),
            Source::Whole { from, to, .. } => vec![Scalar::Integer(*from), Scalar::Integer(*to)],
            Source::Range { from, to, .. } => vec![Scalar::Number(*from), Scalar::Number(*to)],
        }
    }

    /// The value at `u`, from 0 to below 1.
    pub(crate) fn draw(&self, u: f64) -> Scalar {
        match &self.source {
            Source::List(values) => {
                let at = ((u * values.len() as f64) as usize).min(values.len().saturating_sub(1));
                values.get(at).cloned().unwrap_or(Scalar::Integer(0))
            }
            Source::Whole { from, to, log } => {
                let (low, high) = (*from as f64, *to as f64 + 1.0);
                let x = if *log { between_logs(low, high, u) } else { low + u * (high - low) };
                Scalar::Integer((x.floor() as i64).clamp(*from, *to))
            }
            Source::Range { from, to, log } => {
                let x = if *log { between_logs(*from, *to, u) } else { from + u * (to - from) };
                // Six digits are plenty for a draw, and can be typed again.
                let x = format!("{x:.5e}").parse().unwrap_or(x);
                Scalar::Number(if x < *from {
                    *from
                } else if x > *to {
                    *to
                } else {
                    x
                })
            }
        }
    }

    /// Reads the value of a key of `[sweep]`.
    pub(crate) fn read(
        document: &Document,
        name: &str,
        path: String,
        node: &Node,
        random: bool,
    ) -> Result<Self, ConfigError> {
        let wrong = |node: &Node, problem: String| document.error_at(node.place, format!("[sweep] {name}: {problem}"));
        let expected = "a list of values or { from, to, step }";
        let source = match &node.value {
            Value::List(items) => {
                let values: Vec<Scalar> = items
                    .iter()
                    .map(|item| {
                        let found = || wrong(item, format!("found {}, expected a value", item.value.found()));
                        Scalar::of(&item.value).ok_or_else(found)
                    })
                    .collect::<Result<_, _>>()?;
                if values.is_empty() || values.len() > VALUES_MAX {
                    let found = values.len();
                    return Err(wrong(node, format!("found {found} values, expected 1 to {VALUES_MAX}")));
                }
                for (i, value) in values.iter().enumerate().take(1_000) {
                    if values[..i].contains(value) {
                        return Err(wrong(&items[i], format!("{value} is given twice")));
                    }
                }
                Source::List(values)
            }
            Value::Table(table) => range(table, random).map_err(|(key, problem)| {
                let at = table.get(key).unwrap_or(node);
                wrong(at, if key.is_empty() { problem } else { format!("{key}: {problem}") })
            })?,
            other => return Err(wrong(node, format!("found {}, expected {expected}", other.found()))),
        };
        Ok(Self { name: name.to_owned(), path, source })
    }
}

type Table = std::collections::BTreeMap<String, Node>;

/// The error's key and problem.
type Wrong = (&'static str, String);

fn range(table: &Table, random: bool) -> Result<Source, Wrong> {
    const KEYS: [&str; 5] = ["from", "to", "step", "count", "scale"];
    if let Some(unknown) = table.keys().find(|k| !KEYS.contains(&k.as_str())) {
        let hint = crate::nearest::hint(unknown, KEYS);
        return Err(("", format!("unknown key {unknown}{hint}")));
    }
    let scalar = |key: &'static str| -> Result<Option<Scalar>, Wrong> {
        let Some(node) = table.get(key) else { return Ok(None) };
        let number = Scalar::of(&node.value).filter(|v| v.number().is_some());
        number.map(Some).ok_or_else(|| (key, format!("found {}, expected a finite number", node.value.found())))
    };
    let need = |key: &'static str| scalar(key)?.ok_or_else(|| ("", format!("{key} is missing, expected a number")));
    let (from, to, step, count) = (need("from")?, need("to")?, scalar("step")?, scalar("count")?);
    let (low, high) = (from.number().unwrap_or(f64::NAN), to.number().unwrap_or(f64::NAN));
    if low > high {
        return Err(("to", format!("found {to}, expected a number not below from, which is {from}")));
    }
    let log = match table.get("scale").map(|n| &n.value) {
        None => false,
        Some(Value::Text(text)) if text == "linear" => false,
        Some(Value::Text(text)) if text == "log" => true,
        Some(other) => return Err(("scale", format!("found {}, expected \"linear\" or \"log\"", other.found()))),
    };
    if log && low <= 0.0 {
        return Err(("from", format!("found {from}, expected a number above zero with scale = \"log\"")));
    }
    match (step, count) {
        (Some(_), Some(_)) => Err(("count", "stands beside step, expected one of both".to_owned())),
        (Some(step), None) if log => Err(("step", format!("found {step}, expected count with scale = \"log\""))),
        (Some(step), None) => stepped(&from, &to, &step),
        (None, Some(count)) => counted(&from, &to, &count, log),
        (None, None) if random => Ok(match (&from, &to) {
            (Scalar::Integer(from), Scalar::Integer(to)) => Source::Whole { from: *from, to: *to, log },
            _ => Source::Range { from: low, to: high, log },
        }),
        (None, None) => Err(("", "step is missing, expected a number above zero (or count)".to_owned())),
    }
}

fn stepped(from: &Scalar, to: &Scalar, step: &Scalar) -> Result<Source, Wrong> {
    let number = |s: &Scalar| s.number().unwrap_or(f64::NAN);
    let (low, high, width) = (number(from), number(to), number(step));
    if width.is_nan() || width <= 0.0 {
        return Err(("step", format!("found {step}, expected a number above zero")));
    }
    // Half of a millionth of a step: 0.1, 0.2, 0.3 ends at 0.3.
    let steps = ((high - low) / width + 5e-7).floor();
    if steps >= VALUES_MAX as f64 {
        return Err(("step", format!("found {step}, which gives more than {VALUES_MAX} values")));
    }
    let values = (0..=steps as i64).map(|i| match (from, step) {
        (Scalar::Integer(from), Scalar::Integer(step)) => Scalar::Integer(from.saturating_add(i.saturating_mul(*step))),
        _ => Scalar::Number(tidy(low + i as f64 * width)),
    });
    Ok(Source::List(values.collect()))
}

fn counted(from: &Scalar, to: &Scalar, count: &Scalar, log: bool) -> Result<Source, Wrong> {
    let Scalar::Integer(n @ 2..=100_000) = *count else {
        return Err(("count", format!("found {count}, expected a whole number from 2 to {VALUES_MAX}")));
    };
    let (low, high) = (from.number().unwrap_or(f64::NAN), to.number().unwrap_or(f64::NAN));
    let whole = matches!((from, to), (Scalar::Integer(_), Scalar::Integer(_)));
    let mut values: Vec<Scalar> = (0..n)
        .map(|i| {
            let u = i as f64 / (n - 1) as f64;
            let x = if i == n - 1 {
                high
            } else if log {
                between_logs(low, high, u)
            } else {
                low + u * (high - low)
            };
            if whole { Scalar::Integer(x.round() as i64) } else { Scalar::Number(tidy(x)) }
        })
        .collect();
    // Whole numbers that are close fall together.
    values.dedup();
    Ok(Source::List(values))
}

fn between_logs(low: f64, high: f64, u: f64) -> f64 {
    let (a, b) = (libm::log(low), libm::log(high));
    libm::exp(a + u * (b - a))
}

/// Without the noise of the last digits: 0.3 instead of 0.30000000000000004.
fn tidy(x: f64) -> f64 {
    format!("{x:.11e}").parse().unwrap_or(x)
}
