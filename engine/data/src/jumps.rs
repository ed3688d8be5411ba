//! Warnings about raw prices that jump as a split would, where no split is named,
//! and about named splits that the prices do not show.

use std::path::Path;

use engine_core::actions::{ActionKind, CorporateAction};
use engine_core::bars::BarColumns;

use crate::contract::Contract;
use crate::zone::{Zone, date_text};

/// Ratios of close before to open after that a split leaves; their inverses too.
const RATIOS: [f64; 7] = [1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0];
/// How close the jump must be, relative.
const TOLERANCE: f64 = 0.02;
/// Most warnings of one kind about one file.
const WARNINGS_MAX: usize = 5;

/// Looks at the jump into each session.
pub(crate) fn warn(
    path: &Path,
    contract: &Contract,
    columns: &BarColumns,
    session_start: &[bool],
    actions: &[CorporateAction],
    warnings: &mut Vec<String>,
) {
    let mut zone = Zone::new(contract.timezone);
    let mut found = 0;
    let mut next = 0;
    let mut earlier = 0;
    for row in (1..columns.open.len()).filter(|row| session_start[*row]) {
        let (from, to) = (columns.open_time[row - 1], columns.open_time[row]);
        // Actions take effect at the first bar at or after their time.
        while earlier < actions.len() && actions[earlier].ex_time.nanos() <= from {
            earlier += 1;
        }
        next = next.max(earlier);
        while next < actions.len() && actions[next].ex_time.nanos() <= to {
            next += 1;
        }
        let named = actions[earlier.min(next)..next]
            .iter()
            .filter_map(|a| match a.kind {
                ActionKind::Split { to, from } => Some(f64::from(to) / f64::from(from)),
                ActionKind::CashDividend { .. } => None,
            })
            .reduce(|a, b| a * b);
        let (close, open) = (columns.close[row - 1], columns.open[row]);
        let jump = close / open;
        let problem = match named {
            Some(ratio) if (ratio >= 1.5 || ratio <= 1.0 / 1.5) && is_nearer_one(jump, ratio) => {
                "the actions file has a split here, but the prices do not jump: are they adjusted?"
            }
            None if RATIOS.iter().any(|r| is_near(jump, *r) || is_near(jump, 1.0 / r)) => {
                "looks like a split; name it in the actions file, or say prices = \"adjusted\""
            }
            _ => continue,
        };
        found += 1;
        if found <= WARNINGS_MAX {
            let date = date_text(zone.local_day(to));
            warnings.push(format!("{}: {date}: close {close}, then open {open}: {problem}", path.display()));
        }
    }
    if found > WARNINGS_MAX {
        warnings.push(format!("{}: {} more jumps like these", path.display(), found - WARNINGS_MAX));
    }
}

fn is_near(jump: f64, ratio: f64) -> bool {
    (jump / ratio - 1.0).abs() <= TOLERANCE
}

/// True when `jump` is nearer to 1 than to `ratio`, on a scale of ratios.
fn is_nearer_one(jump: f64, ratio: f64) -> bool {
    let middle = ratio.sqrt();
    if ratio > 1.0 { jump < middle } else { jump > middle }
}
