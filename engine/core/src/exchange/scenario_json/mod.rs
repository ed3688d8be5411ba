//! The JSON text of `simulate-orders`: cases in, outcomes out.
//!
//! Numbers are read as exact decimals from the text itself, never through a
//! double. Anything that does not fit is one error with the case, the key and
//! what was expected; unknown keys are errors. The format is described in
//! `docs/simulate-orders.md`.

mod bars;
mod events;
mod object;
mod orders;

use std::fmt::Write as _;

use super::scenario::{Case, CaseOutcome};
use crate::fixed::{Price, Quantity};
use crate::instrument::{Instrument, Symbol};
use object::{Object, Raw, fail, list, number};

/// Most cases in one file.
pub const CASES_MAX: usize = 100_000;
/// Most entries of a list, bars above all; most rows that the events of a case become.
pub const ROWS_MAX: usize = 1_000_000;
/// Most orders in one case.
pub const ORDERS_MAX: usize = 10_000;
/// Most changes of orders in one case.
pub const CHANGES_MAX: usize = 100_000;
/// Largest sum of the quantities of a case, in shares; the same of single orders told by events.
pub const QUANTITY_MAX: i64 = 10_000_000_000;
/// Largest trail, offset or slippage: sums of prices and distances stay in range.
pub const DISTANCE_MAX: Price = Price::from_units(1_000_000_000 * crate::fixed::SCALE);
/// Longest chain of parents.
pub const CHAIN_MAX: usize = 16;

/// A case and the ids of its orders, by their numbers.
pub type NamedCase = (Case, Vec<String>);

/// A text that is no case, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct CaseError {
    place: String,
    problem: String,
}

/// Reads a file: one case, or an array of cases (`true`: it was an array).
///
/// # Errors
/// The first thing that does not fit, with its case and key.
pub fn read_cases(text: &str) -> Result<(Vec<NamedCase>, bool), CaseError> {
    let raw: Raw<'_> = match serde_json::from_str(text) {
        Ok(raw) => raw,
        Err(e) => return fail("file", format!("is not JSON: {e}")),
    };
    if !raw.get().starts_with('[') {
        return Ok((vec![read_case(raw, "case")?], false));
    }
    let items = list(raw, "file", "a case or an array of cases")?;
    if items.len() > CASES_MAX {
        return fail("file", format!("more than {CASES_MAX} cases"));
    }
    let cases = items.iter().enumerate().map(|(i, raw)| read_case(raw, &format!("case {i}")));
    Ok((cases.collect::<Result<_, _>>()?, true))
}

fn read_case(raw: Raw<'_>, place: &str) -> Result<NamedCase, CaseError> {
    let mut object = Object::read(raw, place)?;
    if !object.has("events") {
        object.refuse(events::ONLY, "belongs to a case with events, not to one with bars")?;
        let (case, names) = bars::read(object)?;
        return Ok((Case::Bars(case), names));
    }
    object.refuse(&["bars"], "does not go with events: a case has either bars or events")?;
    object.refuse(bars::ONLY, "belongs to a case with bars, not to one with events")?;
    let (case, names) = events::read(&mut object)?;
    object.finish(events::KEYS)?;
    Ok((Case::Tape(case), names))
}

/// The instrument of a case, with its lot.
fn read_instrument(object: &mut Object<'_>) -> Result<Instrument, CaseError> {
    let symbol = Symbol::new("SIM.CASE").or_else(|e| fail(&object.place, e.to_string()))?;
    let mut instrument = Instrument::equity(symbol, "USD");
    if let Some((at, raw)) = object.take("lot") {
        instrument.lot = number(raw, &at, "a lot above 0")?;
        if instrument.lot <= Quantity::ZERO {
            return fail(&at, "expected a lot above 0");
        }
    }
    Ok(instrument)
}

/// Writes an outcome as JSON; `names` are the ids of the orders by number.
#[must_use]
pub fn write_outcome(outcome: &CaseOutcome, names: &[String]) -> String {
    let quote = |i: usize| serde_json::Value::from(names[i].as_str()).to_string();
    let join = |rows: Vec<String>| rows.join(",");
    let fills = outcome.fills.iter().map(|f| {
        let on_tape = f.on_tape.map_or(String::new(), |t| format!(r#","time":{},"maker":{}"#, t.time.nanos(), t.maker));
        format!(
            r#"{{"order":{},"bar":{},"side":"{}","quantity":{},"price":{},"certain":{}{on_tape}}}"#,
            quote(f.order),
            f.bar,
            f.side.name(),
            f.quantity,
            f.price,
            f.certain
        )
    });
    let working = outcome
        .working
        .iter()
        .map(|w| format!(r#"{{"order":{},"quantity":{},"certain":{}}}"#, quote(w.order), w.quantity, w.certain));
    let closed = outcome.closed.iter().map(|c| {
        format!(r#"{{"order":{},"state":"{}","reason":"{}"}}"#, quote(c.order), c.state.name(), c.reason.text())
    });
    let mut json = String::new();
    let _ = write!(
        json,
        r#"{{"fills":[{}],"working":[{}],"closed":[{}],"pnl":{},"pnl_worst":{},"pnl_best":{},"bounds":"{}","certain":{}}}"#,
        join(fills.collect()),
        join(working.collect()),
        join(closed.collect()),
        outcome.pnl,
        outcome.pnl_worst,
        outcome.pnl_best,
        outcome.bounds.name(),
        outcome.certain
    );
    json
}
