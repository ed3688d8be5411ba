//! Warnings about prices that jump as a split would, where no split is named, and
//! about named splits that the prices do not show; an error where the source's own
//! adjusted close proves that raw and adjusted prices are mixed.

use std::path::Path;

use engine_core::actions::{ActionKind, CorporateAction};
use engine_core::bars::BarColumns;
use engine_core::flags::Flags;

use crate::bar_length::BarLength;
use crate::contract::{Contract, Prices};
use crate::zone::{Zone, date_text};

/// Ratios of close before to open after that a split leaves; their inverses too.
const RATIOS: [f64; 7] = [1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0];
/// How close the jump must be, relative.
const TOLERANCE: f64 = 0.02;
/// A jump of the adjusted close that no dividend makes.
const MIXED_MIN: f64 = 1.4;
/// Most warnings of one kind about one file.
const WARNINGS_MAX: usize = 5;

/// Looks at the jump into each session.
pub(crate) fn warn(
    path: &Path,
    contract: &Contract,
    columns: &BarColumns,
    session_start: &Flags,
    actions: &[CorporateAction],
    warnings: &mut Vec<String>,
) {
    let mut zone = Zone::new(contract.timezone);
    let mut found = 0;
    let mut next = 0;
    let mut earlier = 0;
    for row in (1..columns.open.len()).filter(|row| session_start.get(*row) == Some(true)) {
        let (from, to) = (columns.open_time(row - 1), columns.open_time(row));
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
        // A first bar may open at the old price and close at the new one.
        let intraday = matches!(contract.bars, BarLength::Intraday(_));
        let at = if intraday && !looks_split(close / open) { columns.close[row] } else { open };
        let (word, open) = if at == open { ("open", open) } else { ("close", at) };
        let jump = close / open;
        let problem = match named {
            Some(ratio) if (ratio >= 1.5 || ratio <= 1.0 / 1.5) && is_nearer_one(jump, ratio) => {
                "the actions file has a split here, but the prices do not jump: are they adjusted?"
            }
            None if looks_split(jump) && contract.prices == Prices::Adjusted => {
                "looks like a split, in prices that are said to be adjusted: are raw ones among them?"
            }
            None if looks_split(jump) => {
                "looks like a split; name it in the actions file, or say prices = \"adjusted\""
            }
            _ => continue,
        };
        found += 1;
        if found <= WARNINGS_MAX {
            let date = date_text(zone.local_day(to));
            warnings.push(format!("{}: {date}: close {close}, then {word} {open}: {problem}", path.display()));
        }
    }
    if found > WARNINGS_MAX {
        warnings.push(format!("{}: {} more jumps like these", path.display(), found - WARNINGS_MAX));
    }
}

fn looks_split(jump: f64) -> bool {
    RATIOS.iter().any(|r| is_near(jump, *r) || is_near(jump, 1.0 / r))
}

/// The first row at which the adjusted close jumps and the close does not: above
/// and below it the closes are not of one kind.
pub(crate) fn mixed(columns: &BarColumns, adj_close: &[f64]) -> Option<(usize, String)> {
    let large = |ratio: f64| ratio >= MIXED_MIN || ratio <= 1.0 / MIXED_MIN;
    (1..adj_close.len()).find_map(|row| {
        let (close, adjusted) = (columns.close[row] / columns.close[row - 1], adj_close[row] / adj_close[row - 1]);
        (large(adjusted / close) && large(adjusted) && !large(close)).then(|| {
            let problem = format!(
                "goes from {} to {} while the close goes from {} to {}: adjusted and raw prices are mixed",
                adj_close[row - 1],
                adj_close[row],
                columns.close[row - 1],
                columns.close[row]
            );
            (row, problem)
        })
    })
}

fn is_near(jump: f64, ratio: f64) -> bool {
    (jump / ratio - 1.0).abs() <= TOLERANCE
}

/// True when `jump` is nearer to 1 than to `ratio`, on a scale of ratios.
fn is_nearer_one(jump: f64, ratio: f64) -> bool {
    let middle = ratio.sqrt();
    if ratio > 1.0 { jump < middle } else { jump > middle }
}
