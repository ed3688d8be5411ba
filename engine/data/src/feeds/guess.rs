//! Which format a file is, and the contract of an instrument, each key with its evidence.

use std::path::Path;

use chrono_tz::Tz;

use super::table::{self, Table};
use super::{TapeFormat, TapeWishes};
use crate::calendars::calendar_for;
use crate::contract::{Keys, is_symbol};
use crate::error::DataError;
use crate::hours;
use crate::import::Evidence;

/// A value and what tells it.
pub(super) type Because<T> = (T, String);

/// Tells the format from the names of the columns; `None` when they are of no tape format.
///
/// # Errors
/// A file that cannot be read.
pub fn detect(path: &Path) -> Result<Option<(TapeFormat, String)>, DataError> {
    let names = table::names(path)?;
    let has = |all: &[&str]| all.iter().all(|name| names.iter().any(|n| n == name));
    let bars = has(&["open", "high", "low", "close"]);
    let tells = [
        (TapeFormat::UsTicks, has(&["time", "kind", "bid", "ask", "exchange", "cond"])),
        (TapeFormat::Mbo, has(&["action", "order_id", "flags"])),
        (TapeFormat::CryptoL2, has(&["recv_ns", "exch_ms", "event", "prev_id"])),
        (TapeFormat::CtpDepth, has(&["bid1", "ask1"]) || has(&["bid_price_1", "ask_price_1"])),
        (TapeFormat::TradePrints, has(&["symbol", "time", "price", "volume_lots", "side"])),
        (TapeFormat::Quotes, has(&["bid", "bid_size", "ask", "ask_size"]) && !bars),
        (TapeFormat::Trades, has(&["time", "price", "size"]) && !bars),
    ];
    let found = tells.into_iter().find(|(_, tells)| *tells).map(|(format, _)| format);
    Ok(found.map(|format| {
        let columns = names.iter().take(10).cloned().collect::<Vec<_>>().join(",");
        (format, format!("the columns are those of {}: {columns}", format.name()))
    }))
}

/// The instruments of a file and the rows of each, in the order of their names; one
/// without a name when no column tells it.
pub(super) fn instruments(format: TapeFormat, table: &Table) -> Vec<(String, Vec<u32>)> {
    let columns: Vec<usize> = match format {
        TapeFormat::CtpDepth => {
            [table.find(&["exchange"]), table.find(&["instrument", "symbol"])].into_iter().flatten().collect()
        }
        TapeFormat::UsTicks => table.find(&["symbol"]).into_iter().collect(),
        TapeFormat::Mbo => table.find(&["symbol", "instrument_id"]).into_iter().collect(),
        _ => [table.find(&["symbol"]), table.find(&["expiry"])].into_iter().flatten().collect(),
    };
    let mut all: std::collections::BTreeMap<String, Vec<u32>> = std::collections::BTreeMap::new();
    let mut above: Option<String> = None;
    let separator = if format == TapeFormat::CtpDepth { "." } else { "" };
    let rows = u32::try_from(table.rows).unwrap_or(u32::MAX);
    for row in 0..rows {
        let parts: Vec<String> = columns.iter().map(|c| table.text(*c, row as usize)).collect();
        let name = parts.join(separator);
        if above.as_ref() == Some(&name)
            && let Some(list) = above.as_ref().and_then(|name| all.get_mut(name))
        {
            list.push(row);
            continue;
        }
        all.entry(name.clone()).or_default().push(row);
        above = Some(name);
    }
    // The vendor's number of a lone instrument says less than the file's name.
    let numbered = format == TapeFormat::Mbo && table.find(&["symbol"]).is_none();
    if numbered && all.len() == 1 {
        return all.into_values().map(|rows| (String::new(), rows)).collect();
    }
    all.into_iter().collect()
}

/// What a contract says before the rows are read.
pub(super) struct Guess {
    pub(super) symbol: String,
    pub(super) currency: String,
    pub(super) timezone: Tz,
    pub(super) source: String,
    pub(super) evidence: Vec<Evidence>,
}

pub(super) fn contract(format: TapeFormat, code: &str, table: &Table, wishes: &TapeWishes) -> Result<Guess, DataError> {
    let path = &table.path;
    let error = |key: &str, problem: String| DataError::file(path, format!("{key}: {problem}"));
    let wish = Keys::check(&wishes.contract, error)?;
    let said = |value: String| (value, "as you said".to_owned());
    let (symbol, symbol_because) = match wish.symbol {
        Some(symbol) => said(symbol),
        None => symbol(format, code, path)
            .filter(|(symbol, _)| is_symbol(symbol))
            .ok_or_else(|| error("symbol", "neither a column nor the file's name says it; give --symbol".to_owned()))?,
    };
    let (currency, currency_because) = match wish.currency {
        Some(code) => said(code),
        None => currency(format, &symbol),
    };
    let (timezone, timezone_because) = match wish.timezone {
        Some(zone) => (zone, "as you said".to_owned()),
        None => timezone(format, &symbol),
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (source, source_because) = match wish.source {
        Some(text) => said(text),
        None => (format!("{}, {name}", format.name()), "the format and the file's name".to_owned()),
    };
    let all = [
        ("symbol", symbol.clone(), symbol_because),
        ("currency", currency.clone(), currency_because),
        ("timezone", timezone.to_string(), timezone_because),
        ("source", source.clone(), source_because),
    ];
    let evidence = all.into_iter().map(|(key, value, because)| Evidence { key, value, because }).collect();
    Ok(Guess { symbol, currency, timezone, source, evidence })
}

fn symbol(format: TapeFormat, code: &str, path: &Path) -> Option<Because<String>> {
    if !code.is_empty() {
        // 600000.SH is SH.600000 here.
        let turned = code
            .rsplit_once('.')
            .filter(|(digits, market)| ["SH", "SZ"].contains(market) && digits.bytes().all(|b| b.is_ascii_digit()));
        let name = match turned {
            Some((digits, market)) => format!("{market}.{digits}"),
            None if format == TapeFormat::UsTicks && !code.contains('.') => format!("US.{}", code.to_uppercase()),
            None => code.to_owned(),
        };
        return Some((name, "from the columns".to_owned()));
    }
    let stem = path.file_stem()?.to_string_lossy().into_owned();
    let name = stem.split(['_', ' ']).next().unwrap_or(&stem);
    let because = format!("from the file's name, {stem}");
    match format {
        TapeFormat::UsTicks if !name.contains('.') => Some((format!("US.{}", name.to_uppercase()), because)),
        _ => Some((name.to_owned(), because)),
    }
}

fn currency(format: TapeFormat, symbol: &str) -> Because<String> {
    let dollars = ["USDT", "USDC", "FDUSD", "BUSD", "TUSD"];
    if format == TapeFormat::CryptoL2
        && let Some(coin) = dollars.into_iter().find(|coin| symbol.ends_with(coin))
    {
        return ("USD".to_owned(), format!("quoted in {coin}, taken as US dollars"));
    }
    let because = match symbol.split_once('.') {
        Some((market, _)) => format!("the currency of {market}"),
        None => "no market in the symbol; check it".to_owned(),
    };
    (hours::currency_of_symbol(symbol).to_owned(), because)
}

fn timezone(format: TapeFormat, symbol: &str) -> Because<Tz> {
    match format {
        TapeFormat::CryptoL2 | TapeFormat::Mbo => (Tz::UTC, "times count from 1970 in UTC".to_owned()),
        TapeFormat::UsTicks => (Tz::America__New_York, "such files are in New York time".to_owned()),
        TapeFormat::CtpDepth | TapeFormat::TradePrints => {
            (Tz::Asia__Shanghai, "the exchanges of the mainland write their own time".to_owned())
        }
        TapeFormat::Trades | TapeFormat::Quotes => match calendar_for(symbol) {
            Some(calendar) => (calendar.timezone(), format!("the zone of {}, where times have none", calendar.name())),
            None => (Tz::UTC, "no evidence: taken as UTC where times have no zone; check it".to_owned()),
        },
    }
}
