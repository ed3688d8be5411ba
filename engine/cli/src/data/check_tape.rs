//! What `engine data check` says of a tape, or of a vendor's file that would become one.

use std::path::Path;

use engine_data::feeds::{self, TapeWishes};
use engine_data::tape::{self, TapeAudit, TapeContract};
use engine_data::{ContractOverrides, DataError};
use serde_json::{Value, json};

use super::check::{item, without_path};
use crate::output;

/// One tape of a file.
pub(super) struct One {
    contract: TapeContract,
    rows: usize,
    range: (String, String),
    audit: TapeAudit,
    /// The format of a vendor's file; `None` for a tape.
    format: Option<&'static str>,
    sha256: Option<String>,
    warnings: Vec<String>,
    notes: Vec<String>,
}

type Checked = Result<Vec<One>, DataError>;

pub(super) fn check(path: &Path) -> Checked {
    let range =
        |tape: &engine_core::tape::Tape| (tape.venue_time(0).to_string(), tape.venue_time(tape.len() - 1).to_string());
    if tape::is_tape(path) {
        let loaded = tape::load(path, &ContractOverrides::default())?;
        return Ok(vec![One {
            rows: loaded.tape.len(),
            range: range(&loaded.tape),
            audit: tape::audit(&loaded.tape),
            contract: loaded.contract,
            format: None,
            sha256: Some(loaded.sha256),
            warnings: loaded.warnings,
            notes: Vec::new(),
        }]);
    }
    let plan = feeds::plan(path, &TapeWishes::default())?;
    let plan = plan.ok_or_else(|| DataError::file(path, "is of no known format of ticks"))?;
    let tapes = plan.tapes.into_iter().map(|one| {
        let mut audit = tape::audit(&one.tape);
        audit.findings.extend(one.findings.iter().cloned());
        let mut notes = one.contract.assumptions.clone();
        notes.retain(|note| !one.findings.contains(note));
        One {
            rows: one.tape.len(),
            range: range(&one.tape),
            audit,
            contract: one.contract,
            format: Some(plan.format.name()),
            sha256: None,
            warnings: Vec::new(),
            notes,
        }
    });
    Ok(tapes.collect())
}

pub(super) fn text(path: &Path, checked: &Checked) -> String {
    let all = match checked {
        Ok(all) => all,
        Err(error) => return format!("{}: bad\n{}\n", path.display(), item("error", &error.to_string())),
    };
    let mut text = String::new();
    for one in all {
        let c = &one.contract;
        text.push_str(&format!("{}: ok\n", path.display()));
        let kind = one.format.map_or_else(|| "tape".to_owned(), |format| format!("{format}, as a tape"));
        text.push_str(&output::wrap(&format!("{}, {kind}, in {}", c.symbol, c.currency), 80, "  "));
        if !c.source.is_empty() {
            text.push_str(&output::wrap(&format!("source: {}", c.source), 80, "  "));
        }
        for fact in &one.audit.facts {
            text.push_str(&output::wrap(fact, 80, "  "));
        }
        for note in &one.notes {
            text.push_str(&item("note", note));
        }
        for finding in &one.audit.findings {
            text.push_str(&item("finding", finding));
        }
        for warning in &one.warnings {
            text.push_str(&item("warning", &without_path(path, warning)));
        }
        text.push('\n');
    }
    text
}

/// One value for a tape; for a vendor's file with several instruments its tapes in a list.
pub(super) fn value(path: &Path, checked: &Checked) -> Value {
    let file = path.display().to_string();
    let all = match checked {
        Err(error) => return json!({ "file": file, "ok": false, "error": error.to_string() }),
        Ok(all) => all,
    };
    let mut values: Vec<Value> = all.iter().map(|one| of_tape(&file, one)).collect();
    match (values.len(), values.pop()) {
        (1, Some(value)) => value,
        (_, Some(last)) => {
            values.push(last);
            json!({ "file": file, "ok": true, "tapes": values })
        }
        (_, None) => json!({ "file": file, "ok": true, "tapes": [] }),
    }
}

fn of_tape(file: &str, one: &One) -> Value {
    let (c, a) = (&one.contract, &one.audit);
    let kinds = ["trade", "quote", "level", "clear", "add", "modify", "cancel", "gap"];
    let kinds: serde_json::Map<String, Value> =
        kinds.iter().zip(a.kinds).map(|(name, n)| ((*name).to_owned(), n.into())).collect();
    let spans = |spans: &[tape::Span]| -> Vec<Value> {
        let value = |s: &tape::Span| json!({ "row": s.row, "from": s.from.to_string(), "to": s.to.to_string() });
        spans.iter().map(value).collect()
    };
    let first = |(count, row): (usize, usize)| json!({ "count": count, "row": (count > 0).then_some(row) });
    json!({
        "file": file,
        "ok": true,
        "kind": "tape",
        "format": one.format,
        "symbol": c.symbol,
        "currency": c.currency,
        "timezone": c.timezone.to_string(),
        "source": c.source,
        "holds": c.holds,
        "assumptions": c.assumptions,
        "rows": one.rows,
        "from": one.range.0,
        "to": one.range.1,
        "sha256": one.sha256,
        "warnings": one.warnings,
        "kinds": kinds,
        "packets": a.packets,
        "auction_trades": a.trades[0],
        "irregular_trades": a.trades[1],
        "bought": a.trades[2],
        "sold": a.trades[3],
        "crossed": spans(&a.crossed),
        "gapped": spans(&a.gapped),
        "trades_compared": a.trades_compared,
        "trades_outside": first(a.trades_outside),
        "unknown_orders": first(a.unknown_orders),
        "snapshots_compared": a.snapshots_compared,
        "snapshots_differ": first(a.snapshots_differ),
        "pause_nanos": a.pause.map(|p| p.0),
        "latency_nanos": a.latency.map(|l| [l.min, l.median, l.max]),
        "findings": a.findings,
    })
}
