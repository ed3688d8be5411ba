//! `[[data]]`: a price file, its data contract and the contract of its instrument.

use engine_core::fixed::{Price, Quantity};
use engine_core::instrument::{Instrument, Symbol, TickLadder};
use engine_data::{BarLength, ContractOverrides, Prices, Stamp};
use serde::Serialize;

use super::document::{Document, Value};
use super::finer::FinerConfig;
use super::place::ConfigError;
use super::section::Section;

/// Most price files of a run.
const FILES_MAX: usize = 10_000;
/// What a currency is.
pub(crate) const CURRENCY: &str = "three capital letters such as \"USD\"";

const KEYS: &[&str] = &["symbol", "file", "finer", "currency", "lot", "tick", "multiplier"];
/// Keys of the data contract that any price file may have inline.
pub(super) const CONTRACT_KEYS: &[&str] = &["bars", "timezone", "stamp", "prices", "source"];

pub(crate) fn is_currency(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase())
}

/// One `[[data]]`. What the data contract beside the file says may be left out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DataConfig {
    /// Symbol such as `US.AAPL`.
    pub symbol: Option<String>,
    /// Price file, relative to the config.
    pub file: String,
    /// Shorter bars of the same instrument, for its ambiguous bars.
    pub finer: Option<FinerConfig>,
    /// Length of a bar: `1m`, `5m`, `1h`, `1d`, `1w`.
    pub bars: Option<String>,
    /// IANA time zone of times without an offset.
    pub timezone: Option<String>,
    /// `open` or `close`: which end of a bar its time names.
    pub stamp: Option<String>,
    /// `raw` or `adjusted`.
    pub prices: Option<String>,
    /// ISO 4217 code.
    pub currency: Option<String>,
    /// Where the file comes from.
    pub source: Option<String>,
    /// Quantities are multiples of this; 1e-8 to 1e9; that of the market's rules, else 1, when left out.
    pub lot: Option<f64>,
    /// Price step; 1e-8 to 1e6; those of the market's rules, else none, when left out.
    pub tick: Option<f64>,
    /// Units of the underlying per contract; 1 to 1,000,000, default 1.
    pub multiplier: i64,
}

impl DataConfig {
    /// The inline keys of the data contract.
    pub(crate) fn contract(&self) -> ContractOverrides {
        let Self { bars, timezone, stamp, prices, source, .. } = self.clone();
        ContractOverrides {
            symbol: self.symbol.clone(),
            currency: self.currency.clone(),
            ..ContractKeys { bars, timezone, stamp, prices, source }.overrides()
        }
    }

    /// The instrument, once symbol and currency are known.
    pub(crate) fn instrument(&self, symbol: Symbol, currency: &str) -> Instrument {
        let mut instrument = Instrument::equity(symbol, currency);
        if let Some(lot) = self.lot.and_then(Quantity::from_f64) {
            instrument.lot = lot;
        }
        if let Some(ticks) = self.tick.and_then(Price::from_f64).and_then(|t| TickLadder::single(t).ok()) {
            instrument.ticks = ticks;
        }
        instrument.multiplier = self.multiplier;
        instrument
    }
}

pub(crate) fn read(document: &Document) -> Result<Vec<DataConfig>, ConfigError> {
    let count = match document.root.get("data").map(|node| &node.value) {
        Some(Value::List(items)) => items.len(),
        _ => 0,
    };
    if count == 0 {
        return Err(document.error("data", "missing, expected at least one with symbol and file"));
    }
    if count > FILES_MAX {
        return Err(document.error("data", format!("found {count}, expected at most {FILES_MAX}")));
    }
    let mut all = Vec::with_capacity(count);
    for i in 0..count {
        match read_one(document, i) {
            Ok(one) => all.push(one),
            Err(error) => document.tolerate::<()>(error).map(|_| ())?,
        }
    }
    for (i, one) in all.iter().enumerate() {
        if one.symbol.is_some() && all[..i].iter().any(|other| other.symbol == one.symbol) {
            let symbol = one.symbol.as_deref().unwrap_or_default();
            return Err(document.error(&format!("data.{i}.symbol"), format!("{symbol} is given twice")));
        }
    }
    Ok(all)
}

fn read_one(document: &Document, number: usize) -> Result<DataConfig, ConfigError> {
    let section = Section::new(document, &format!("data.{number}"), &[KEYS, CONTRACT_KEYS].concat())?;
    let file = section.need_text("file", "the path of a price file (CSV or Parquet), relative to the config")?;
    let symbol_byte = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    let symbol = checked(document, &section, "symbol", "a symbol such as \"US.AAPL\"", &|t| {
        t.len() <= 64 && t.bytes().all(symbol_byte)
    })?;
    let ContractKeys { bars, timezone, stamp, prices, source } = ContractKeys::read(document, &section)?;
    let currency = checked(document, &section, "currency", CURRENCY, &is_currency)?;
    let finer = super::finer::read(document, &section)?;
    let lot = section.number("lot", 1e-8, 1e9)?;
    let tick = section.number("tick", 1e-8, 1e6)?;
    let multiplier = section.integer("multiplier", 1, 1_000_000)?.unwrap_or(1);
    Ok(DataConfig { symbol, file, finer, bars, timezone, stamp, prices, currency, source, lot, tick, multiplier })
}

/// The keys of `CONTRACT_KEYS`.
pub(super) struct ContractKeys {
    pub(super) bars: Option<String>,
    pub(super) timezone: Option<String>,
    pub(super) stamp: Option<String>,
    pub(super) prices: Option<String>,
    pub(super) source: Option<String>,
}

impl ContractKeys {
    pub(super) fn read(document: &Document, section: &Section<'_>) -> Result<Self, ConfigError> {
        let length = "a bar length such as \"1m\", \"1h\", \"1d\" or \"1w\"";
        let zone = "an IANA time zone such as \"America/New_York\"";
        Ok(Self {
            bars: checked(document, section, "bars", length, &|t| t.parse::<BarLength>().is_ok())?,
            timezone: checked(document, section, "timezone", zone, &|t| t.parse::<chrono_tz::Tz>().is_ok())?,
            stamp: section.word("stamp", &[("open", "open"), ("close", "close")])?.map(str::to_owned),
            prices: section.word("prices", &[("raw", "raw"), ("adjusted", "adjusted")])?.map(str::to_owned),
            source: section.text("source", "a text")?,
        })
    }

    pub(super) fn overrides(self) -> ContractOverrides {
        ContractOverrides {
            bars: self.bars,
            timezone: self.timezone,
            stamp: self.stamp.map(|s| if s == "open" { Stamp::Open } else { Stamp::Close }),
            prices: self.prices.map(|p| if p == "raw" { Prices::Raw } else { Prices::Adjusted }),
            source: self.source,
            ..ContractOverrides::default()
        }
    }
}

/// A text that fits.
fn checked(
    document: &Document,
    section: &Section<'_>,
    key: &str,
    expected: &str,
    fits: &dyn Fn(&str) -> bool,
) -> Result<Option<String>, ConfigError> {
    let text = section.text(key, expected)?;
    match text.as_deref().filter(|t| !fits(t)) {
        Some(found) => document.tolerate(section.error(key, format!("found {found:?}, expected {expected}"))),
        None => Ok(text),
    }
}
