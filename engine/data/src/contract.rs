//! The data contract: what a price file promises about its rows.
//!
//! It stands in `NAME.csv.toml` beside `NAME.csv`, or inline in the run config's
//! `[[data]]`, or is shared between the two. A key given in both places must say
//! the same. What is missing takes a default and leaves a warning:
//!
//! | key | default |
//! |---|---|
//! | `symbol` | none: it must be given |
//! | `bars` | guessed from the smallest spacing of the first rows |
//! | `timezone` | `UTC` |
//! | `stamp` | `close` |
//! | `prices` | `raw` |
//! | `currency` | by market: `US.` USD, `HK.` HKD, `SH.`, `SZ.`, `CFFEX.`, `SHFE.` and `INE.` CNY, else USD |
//! | `source` | empty |

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::bar_length::BarLength;
use crate::error::DataError;
use crate::hours;

/// Which end of a bar its time names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stamp {
    /// The start of the bar.
    Open,
    /// The end of the bar.
    Close,
}

/// Whether prices are as traded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Prices {
    /// As traded: splits and dividends show as jumps.
    Raw,
    /// Changed afterwards for splits, dividends or both.
    Adjusted,
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Open => "open",
            Self::Close => "close",
        })
    }
}

impl fmt::Display for Prices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Raw => "raw",
            Self::Adjusted => "adjusted",
        })
    }
}

/// The contract's keys, each of which may be absent: the content of a contract
/// file, and of the inline keys in `[[data]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ContractOverrides {
    /// `US.AAPL`.
    pub symbol: Option<String>,
    /// `1d`, `5m`, ...: see [`BarLength`].
    pub bars: Option<String>,
    /// IANA name of the zone of local times.
    pub timezone: Option<String>,
    /// Which end of a bar its time names.
    pub stamp: Option<Stamp>,
    /// As traded, or adjusted.
    pub prices: Option<Prices>,
    /// ISO 4217 code.
    pub currency: Option<String>,
    /// Where the file comes from, in words.
    pub source: Option<String>,
}

/// A complete contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    /// `US.AAPL`.
    pub symbol: String,
    /// Length of a bar.
    pub bars: BarLength,
    /// Zone of local times.
    pub timezone: Tz,
    /// Which end of a bar its time names.
    pub stamp: Stamp,
    /// As traded, or adjusted.
    pub prices: Prices,
    /// ISO 4217 code.
    pub currency: String,
    /// Where the file comes from, in words; empty when not said.
    pub source: String,
}

/// The contract file of a price file: `prices.csv` -> `prices.csv.toml`.
#[must_use]
pub fn contract_path(prices: &Path) -> PathBuf {
    let mut name = prices.as_os_str().to_owned();
    name.push(".toml");
    name.into()
}

impl Contract {
    /// The text of the contract's file.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        format!(
            "symbol = {}\nbars = \"{}\"\ntimezone = \"{}\"\nstamp = \"{}\"\nprices = \"{}\"\ncurrency = {}\nsource = {}\n",
            quoted(&self.symbol),
            self.bars,
            self.timezone,
            self.stamp,
            self.prices,
            quoted(&self.currency),
            quoted(&self.source)
        )
    }

    /// Reads the contract file beside `prices`, when there is one, and completes
    /// it with `inline` and defaults. `guess_bars` is asked only when no place
    /// names the bar length. A warning is left for every default taken.
    ///
    /// # Errors
    /// An unreadable contract, an unknown key, a bad value, a key that says two
    /// things, or no symbol.
    pub fn load(
        prices: &Path,
        inline: &ContractOverrides,
        guess_bars: impl FnOnce() -> Result<BarLength, DataError>,
        warnings: &mut Vec<String>,
    ) -> Result<Self, DataError> {
        let path = contract_path(prices);
        let inline =
            Keys::check(inline, |key, problem| DataError::file(prices, format!("{key} in [[data]]: {problem}")))?;
        let file = Keys::check(&read_file::<ContractOverrides>(&path)?, |key, problem| {
            DataError::file(&path, format!("{key}: {problem}"))
        })?;
        let merge = Merge(&path);

        let symbol = merge.take("symbol", inline.symbol, file.symbol)?.ok_or_else(|| {
            let path = path.display();
            let problem = format!("the data contract has no symbol: give it in {path} or in [[data]]");
            DataError::file(prices, problem)
        })?;
        let mut default = |key: &str, value: &str| {
            let prices = prices.display();
            warnings.push(format!("{prices}: the data contract has no {key}, took {value}"));
        };
        let bars = match merge.take("bars", inline.bars, file.bars)? {
            Some(bars) => bars,
            None => {
                let bars = guess_bars()?;
                default("bars", &format!("{bars} from the spacing of the first rows"));
                bars
            }
        };
        let timezone = merge.take("timezone", inline.timezone, file.timezone)?.unwrap_or_else(|| {
            default("timezone", "UTC");
            Tz::UTC
        });
        let stamp = merge.take("stamp", inline.stamp, file.stamp)?.unwrap_or_else(|| {
            default("stamp", "close");
            Stamp::Close
        });
        let kind = merge.take("prices", inline.prices, file.prices)?.unwrap_or_else(|| {
            default("prices", "raw");
            Prices::Raw
        });
        let currency = merge.take("currency", inline.currency, file.currency)?.unwrap_or_else(|| {
            let code = hours::currency_of_symbol(&symbol);
            default("currency", code);
            code.to_owned()
        });
        let source = merge.take("source", inline.source, file.source)?.unwrap_or_else(|| {
            default("source", "none");
            String::new()
        });
        Ok(Self { symbol, bars, timezone, stamp, prices: kind, currency, source })
    }
}

/// The keys of one place, each checked.
pub(crate) struct Keys {
    pub(crate) symbol: Option<String>,
    bars: Option<BarLength>,
    pub(crate) timezone: Option<Tz>,
    stamp: Option<Stamp>,
    prices: Option<Prices>,
    pub(crate) currency: Option<String>,
    pub(crate) source: Option<String>,
}

impl Keys {
    pub(crate) fn check(
        keys: &ContractOverrides,
        error: impl Fn(&str, String) -> DataError,
    ) -> Result<Self, DataError> {
        let bars = keys.bars.as_deref().map(str::parse).transpose();
        let timezone = keys.timezone.as_deref().map(|name| {
            let problem = || format!("`{name}` is no IANA time zone, expected for example America/New_York");
            name.parse().map_err(|_| error("timezone", problem()))
        });
        if let Some(symbol) = keys.symbol.as_deref().filter(|s| !is_symbol(s)) {
            let problem = format!("`{symbol}` is no symbol, expected for example US.AAPL");
            return Err(error("symbol", problem));
        }
        if let Some(code) = keys.currency.as_deref().filter(|c| !is_currency(c)) {
            let problem = format!("`{code}` is no currency code, expected for example USD");
            return Err(error("currency", problem));
        }
        Ok(Self {
            symbol: keys.symbol.clone(),
            bars: bars.map_err(|problem| error("bars", problem))?,
            timezone: timezone.transpose()?,
            stamp: keys.stamp,
            prices: keys.prices,
            currency: keys.currency.clone(),
            source: keys.source.clone(),
        })
    }
}

/// A symbol is `MARKET.CODE` or a bare code: letters, digits and `._-`.
pub(crate) fn is_symbol(symbol: &str) -> bool {
    let fine = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    !symbol.is_empty() && symbol.len() <= 64 && symbol.bytes().all(fine)
}

fn is_currency(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase())
}

/// Nothing is said when there is no such file.
pub(crate) fn read_file<T: Default + DeserializeOwned>(path: &Path) -> Result<T, DataError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(T::default()),
        Err(e) => return Err(DataError::io(path, "read", e)),
    };
    toml::from_str(&text).map_err(|e| {
        let at = e.span().map_or(0, |span| span.start.min(text.len()));
        let line = 1 + text.as_bytes()[..at].iter().filter(|b| **b == b'\n').count() as u64;
        DataError::line(path, line, e.message().trim().replace('\n', "; "))
    })
}

/// Two places for one key; holds the contract file's path.
pub(crate) struct Merge<'a>(pub(crate) &'a Path);

impl Merge<'_> {
    pub(crate) fn take<T: PartialEq + fmt::Display>(
        &self,
        key: &str,
        inline: Option<T>,
        file: Option<T>,
    ) -> Result<Option<T>, DataError> {
        match (inline, file) {
            (Some(inline), Some(file)) if inline != file => Err(DataError::file(
                self.0,
                format!(
                    "{key}: this file says `{file}`, the run config's [[data]] says `{inline}`; remove one of them"
                ),
            )),
            (Some(value), _) | (None, Some(value)) => Ok(Some(value)),
            (None, None) => Ok(None),
        }
    }
}
