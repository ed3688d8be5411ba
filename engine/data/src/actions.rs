//! Corporate actions: `NAME.actions.csv` beside `NAME.csv`.
//!
//! Header `ex_date,kind,value`; kinds `split` (value `2` or `2/1`: new shares per
//! old, also `1/10` or `1.5`) and `dividend` (cash per share). Dates rise; a date
//! has at most one action of each kind.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use engine_core::actions::{ActionKind, CorporateAction};
use engine_core::fixed::Price;
use engine_core::time::Timestamp;

use crate::error::DataError;
use crate::pieces::sha256;
use crate::text;
use crate::when;
use crate::zone::Zone;

/// Largest number on either side of a split.
const SPLIT_MAX: u64 = 10_000;
/// Decimal places of a split written as one number.
const SPLIT_PLACES_MAX: usize = 4;

/// The actions file's content.
pub(crate) struct Actions {
    pub(crate) actions: Vec<CorporateAction>,
    pub(crate) sha256: String,
}

/// The actions file of a price file: `prices.csv` -> `prices.actions.csv`.
#[must_use]
pub fn actions_path(prices: &Path) -> PathBuf {
    prices.with_extension("actions.csv")
}

/// Reads the actions file beside `prices`; `None` when there is none.
pub(crate) fn read(prices: &Path, zone: &mut Zone) -> Result<Option<Actions>, DataError> {
    let path = actions_path(prices);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(DataError::io(&path, "read", e)),
    };
    let sha256 = sha256(&bytes);
    let content = String::from_utf8(bytes).map_err(|_| DataError::file(&path, "is not UTF-8 text"))?;
    let content = content.strip_prefix('\u{feff}').unwrap_or(&content);
    let mut lines = content.lines().map(str::trim_end);
    match lines.next() {
        Some("ex_date,kind,value") => {}
        other => {
            let found = other.unwrap_or("");
            let problem = text::wrong_separator(found)
                .unwrap_or_else(|| format!("found the header `{found}`, expected `ex_date,kind,value`"));
            return Err(DataError::line(&path, 1, problem));
        }
    }

    let mut actions: Vec<CorporateAction> = Vec::new();
    for (line, record) in (2_u64..).zip(lines) {
        if record.is_empty() {
            continue;
        }
        let action = parse_row(record, zone).map_err(|(column, problem)| DataError {
            column: column.map(str::to_owned),
            ..DataError::line(&path, line, problem)
        })?;
        let same_day = actions.iter().rev().take_while(|a| a.ex_time == action.ex_time);
        let fields: Vec<_> = text::fields(record).collect();
        if same_day.into_iter().any(|a| same_kind(a.kind, action.kind)) {
            return Err(DataError::line(&path, line, format!("{} has two actions of kind {}", fields[0], fields[1])));
        }
        if actions.last().is_some_and(|a| a.ex_time > action.ex_time) {
            let problem = format!("{} is before the row above; expected rising dates", fields[0]);
            return Err(DataError::field(&path, line, "ex_date", problem));
        }
        actions.push(action);
    }
    Ok(Some(Actions { actions, sha256 }))
}

fn same_kind(a: ActionKind, b: ActionKind) -> bool {
    std::mem::discriminant(&a) == std::mem::discriminant(&b)
}

type Problem = (Option<&'static str>, String);

fn parse_row(record: &str, zone: &mut Zone) -> Result<CorporateAction, Problem> {
    let fields: Vec<_> = text::fields(record).map(|f| f.trim().to_owned()).collect();
    let [date, kind, value] = fields.as_slice() else {
        return Err((None, format!("has {} fields, expected 3: ex_date,kind,value", fields.len())));
    };
    let day =
        when::parse_date(date).ok_or_else(|| (Some("ex_date"), format!("`{date}` is no date, expected YYYY-MM-DD")))?;
    let kind = match kind.as_str() {
        "split" => {
            let (to, from) = parse_split(value).ok_or_else(|| {
                (
                    Some("value"),
                    format!(
                        "`{value}` is no split, expected for example 2, 3/2 or 1/10 (new/old shares, up to {SPLIT_MAX})"
                    ),
                )
            })?;
            ActionKind::Split { to, from }
        }
        "dividend" => match value.parse::<Price>() {
            Ok(per_share) if per_share > Price::ZERO => ActionKind::CashDividend { per_share },
            Ok(_) => {
                return Err((Some("value"), format!("{value} is no dividend, expected an amount above 0")));
            }
            Err(e) => return Err((Some("value"), e.to_string())),
        },
        other => {
            return Err((Some("kind"), format!("`{other}` is unknown, expected split or dividend")));
        }
    };
    Ok(CorporateAction { ex_time: Timestamp::from_nanos(zone.day_start(day)), kind })
}

/// New and old shares, in lowest terms.
fn parse_split(text: &str) -> Option<(u32, u32)> {
    let whole = |t: &str| {
        let digits = !t.is_empty() && t.len() <= 9 && t.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| t.parse::<u64>().ok()).flatten()
    };
    let (to, from) = match (text.split_once('/'), text.split_once('.')) {
        (Some((to, from)), _) => (whole(to.trim())?, whole(from.trim())?),
        (None, Some((units, places))) => {
            if places.len() > SPLIT_PLACES_MAX {
                return None;
            }
            let scale = 10_u64.pow(places.len() as u32);
            (whole(units)? * scale + whole(places)?, scale)
        }
        (None, None) => (whole(text)?, 1),
    };
    if to == 0 || from == 0 {
        return None;
    }
    let divisor = gcd(to, from);
    let (to, from) = (to / divisor, from / divisor);
    if to == from || to > SPLIT_MAX || from > SPLIT_MAX {
        return None;
    }
    Some((u32::try_from(to).ok()?, u32::try_from(from).ok()?))
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_are_read_in_lowest_terms() {
        assert_eq!(parse_split("2"), Some((2, 1)));
        assert_eq!(parse_split("2/1"), Some((2, 1)));
        assert_eq!(parse_split("6/4"), Some((3, 2)));
        assert_eq!(parse_split("1/10"), Some((1, 10)));
        assert_eq!(parse_split("1.5"), Some((3, 2)));
        for text in ["0", "1", "2/0", "-2", "2:1", "20000", "", "1.00001", "x"] {
            assert_eq!(parse_split(text), None, "{text}");
        }
    }
}
