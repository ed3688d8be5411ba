//! `finer` of a `[[data]]`: shorter bars of the same instrument, on which ambiguous
//! bars are matched again.

use engine_data::ContractOverrides;
use serde::Serialize;

use super::data::{CONTRACT_KEYS, ContractKeys};
use super::document::{Document, Value};
use super::place::ConfigError;
use super::section::Section;

const KEYS: &[&str] = &["file"];
const EXPECTED: &str = "the path of a price file or a tape, or a table with file and the keys of its data contract";

/// A price file of shorter bars, or a tape, whose trades are used. What the data contract beside it says may be left
/// out; where it has none, zone, prices and currency are those of the longer bars.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FinerConfig {
    /// Price file, relative to the config.
    pub file: String,
    /// Length of a bar; shorter than those of the `[[data]]`; none for a tape.
    pub bars: Option<String>,
    /// IANA time zone of times without an offset.
    pub timezone: Option<String>,
    /// `open` or `close`: which end of a bar its time names.
    pub stamp: Option<String>,
    /// `raw` or `adjusted`, as those of the `[[data]]`.
    pub prices: Option<String>,
    /// Where the file comes from.
    pub source: Option<String>,
}

impl FinerConfig {
    /// The inline keys of the data contract.
    pub(crate) fn contract(&self) -> ContractOverrides {
        let Self { bars, timezone, stamp, prices, source, .. } = self.clone();
        ContractKeys { bars, timezone, stamp, prices, source }.overrides()
    }
}

/// Reads `finer` of the table at `above`, which is `data.0`.
pub(super) fn read(document: &Document, above: &Section<'_>) -> Result<Option<FinerConfig>, ConfigError> {
    match above.get("finer").map(|node| &node.value) {
        None => Ok(None),
        Some(Value::Table(_)) => {
            let section = Section::new(document, &above.at("finer"), &[KEYS, CONTRACT_KEYS].concat())?;
            let file =
                section.need_text("file", "the path of a price file (CSV or Parquet), relative to the config")?;
            let ContractKeys { bars, timezone, stamp, prices, source } = ContractKeys::read(document, &section)?;
            Ok(Some(FinerConfig { file, bars, timezone, stamp, prices, source }))
        }
        Some(_) => Ok(above.text("finer", EXPECTED)?.map(|file| FinerConfig {
            file,
            bars: None,
            timezone: None,
            stamp: None,
            prices: None,
            source: None,
        })),
    }
}
