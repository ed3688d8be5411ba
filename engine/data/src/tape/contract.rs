//! The contract of a tape: what `NAME.tape.parquet.toml` or `NAME.tape.csv.toml` says.
//!
//! | key | meaning | default |
//! |---|---|---|
//! | `kind` | `"tape"` | |
//! | `version` | of the format, 1 | 1 |
//! | `symbol` | `US.IBM` | none: it must be given |
//! | `currency` | ISO 4217 | by market, with a warning |
//! | `timezone` | zone of the original's times, and of times without a zone in a CSV | `UTC`, with a warning |
//! | `source` | where it comes from, in words | empty, with a warning |
//! | `holds` | some of `trades`, `quotes`, `levels`, `orders`; checked against the rows | not checked |
//! | `assumptions` | what the conversion assumed, in words | none |

use std::path::Path;

use chrono_tz::Tz;
use engine_core::tape::{Tape, kind};
use serde::Deserialize;

use crate::contract::{ContractOverrides, Keys, Merge, contract_path, read_file};
use crate::error::DataError;
use crate::hours;

/// The version of the format that this program writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// What a tape file promises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TapeContract {
    /// `US.IBM`.
    pub symbol: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Zone of the original's times.
    pub timezone: Tz,
    /// Where it comes from, in words; empty when not said.
    pub source: String,
    /// What it holds: `trades`, `quotes`, `levels`, `orders`; empty when not said.
    pub holds: Vec<String>,
    /// What the conversion assumed, in words.
    pub assumptions: Vec<String>,
}

/// The file's keys.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    kind: Option<String>,
    version: Option<u32>,
    symbol: Option<String>,
    currency: Option<String>,
    timezone: Option<String>,
    source: Option<String>,
    holds: Option<Vec<String>>,
    assumptions: Vec<String>,
}

/// What a tape holds, in the contract's words.
#[must_use]
pub fn holds(tape: &Tape) -> Vec<String> {
    let all = [
        ("trades", tape.has(kind::TRADE)),
        ("quotes", tape.has(kind::QUOTE)),
        ("levels", tape.has(kind::LEVEL)),
        ("orders", tape.has_orders()),
    ];
    all.into_iter().filter(|(_, has)| *has).map(|(name, _)| name.to_owned()).collect()
}

impl TapeContract {
    /// The text of the contract's file.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let list = |all: &[String]| all.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ");
        let mut text = format!(
            "kind = \"tape\"\nversion = {VERSION}\nsymbol = {}\ncurrency = {}\ntimezone = \"{}\"\nsource = {}\nholds = [{}]\n",
            quoted(&self.symbol),
            quoted(&self.currency),
            self.timezone,
            quoted(&self.source),
            list(&self.holds)
        );
        if !self.assumptions.is_empty() {
            text.push_str("assumptions = [\n");
            for one in &self.assumptions {
                text.push_str(&format!("    {},\n", quoted(one)));
            }
            text.push_str("]\n");
        }
        text
    }

    /// Reads the contract beside `tape` and completes it; a warning is left for every default.
    pub(super) fn load(tape: &Path, inline: &ContractOverrides, warnings: &mut Vec<String>) -> Result<Self, DataError> {
        let path = contract_path(tape);
        let file: File = read_file(&path)?;
        let error = |key: &str, problem: String| DataError::file(&path, format!("{key}: {problem}"));
        if let Some(kind) = file.kind.as_deref().filter(|kind| *kind != "tape") {
            return Err(error("kind", format!("`{kind}`, expected tape")));
        }
        if let Some(version) = file.version.filter(|version| !(1..=VERSION).contains(version)) {
            return Err(error("version", format!("{version}, expected {VERSION}; a newer program wrote this file")));
        }
        for (key, given) in [("stamp", inline.stamp.is_some()), ("prices", inline.prices.is_some())] {
            if given {
                return Err(DataError::file(tape, format!("{key} in [[data]]: a tape has none, remove it")));
            }
        }
        let known = ["trades", "quotes", "levels", "orders"];
        if let Some(one) = file.holds.iter().flatten().find(|one| !known.contains(&one.as_str())) {
            return Err(error("holds", format!("`{one}`, expected some of {}", known.join(", "))));
        }
        let of_file = ContractOverrides {
            symbol: file.symbol,
            currency: file.currency,
            timezone: file.timezone,
            source: file.source,
            ..ContractOverrides::default()
        };
        let of_file = Keys::check(&of_file, error)?;
        let inline =
            Keys::check(inline, |key, problem| DataError::file(tape, format!("{key} in [[data]]: {problem}")))?;
        let merge = Merge(&path);
        let symbol = merge.take("symbol", inline.symbol, of_file.symbol)?.ok_or_else(|| {
            let path = path.display();
            DataError::file(tape, format!("the data contract has no symbol: give it in {path} or in [[data]]"))
        })?;
        let mut default = |key: &str, value: &str| {
            warnings.push(format!("{}: the data contract has no {key}, took {value}", tape.display()));
        };
        let currency = merge.take("currency", inline.currency, of_file.currency)?.unwrap_or_else(|| {
            let code = hours::currency_of_symbol(&symbol);
            default("currency", code);
            code.to_owned()
        });
        let timezone = merge.take("timezone", inline.timezone, of_file.timezone)?.unwrap_or_else(|| {
            default("timezone", "UTC");
            Tz::UTC
        });
        let source = merge.take("source", inline.source, of_file.source)?.unwrap_or_else(|| {
            default("source", "none");
            String::new()
        });
        let holds = file.holds.unwrap_or_default();
        Ok(Self { symbol, currency, timezone, source, holds, assumptions: file.assumptions })
    }

    /// Refuses a tape that holds other things than its contract says.
    pub(super) fn check_holds(&self, path: &Path, tape: &Tape) -> Result<(), DataError> {
        let (mut said, found) = (self.holds.clone(), holds(tape));
        let mut sorted = found.clone();
        said.sort();
        sorted.sort();
        if said.is_empty() || said == sorted {
            return Ok(());
        }
        let found = if found.is_empty() { "none of them".to_owned() } else { found.join(", ") };
        let problem = format!("holds: this file says {}, the rows hold {found}", self.holds.join(", "));
        Err(DataError::file(&contract_path(path), problem))
    }
}
