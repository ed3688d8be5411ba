//! The contract of a series, each key with its evidence.

use chrono_tz::Tz;

use super::{Evidence, Format, Planned, RawSeries, Source, Wishes, load};
use crate::bar_length::BarLength;
use crate::calendars::{ExchangeCalendar, calendar_for};
use crate::contract::{Contract, Prices, Stamp};
use crate::error::DataError;
use crate::prices::{self, Loaded};
use crate::when;
use crate::{hours, shift};

/// Rows looked at for the length of bars.
const GUESS_ROWS: usize = 200;

/// A value and what tells it.
type Because<T> = (T, String);

pub(super) fn series(
    format: Format,
    one: &RawSeries,
    sources: &[Source],
    wishes: &Wishes,
) -> Result<Planned, DataError> {
    let path = &sources[one.places.first().map_or(0, |p| p.0)].path;
    let wish = &wishes.contract;
    let error = |key: &str, problem: String| DataError::file(path, format!("{key}: {problem}"));
    let said = || "as you said".to_owned();

    let (symbol, symbol_because) = match &wish.symbol {
        Some(symbol) => (symbol.clone(), said()),
        None => symbol(format, &one.code, path).ok_or_else(|| {
            error(
                "symbol",
                "neither a column nor the file's name says it; give --symbol, for example US.AAPL".to_owned(),
            )
        })?,
    };
    if !crate::contract::is_symbol(&symbol) {
        return Err(error("symbol", format!("`{symbol}` is no symbol, expected for example US.AAPL")));
    }
    let (bars, bars_because) = match &wish.bars {
        Some(text) => (text.parse::<BarLength>().map_err(|problem| error("bars", problem))?, said()),
        None => bars(one, path)?,
    };
    let (prices, prices_because) = match wish.prices {
        Some(prices) => (prices, said()),
        None => prices(format, &symbol, one),
    };
    let (currency, currency_because) = match &wish.currency {
        Some(code) => (code.clone(), said()),
        None => currency(format, &symbol),
    };
    let (timezone, timezone_because) = match &wish.timezone {
        Some(name) => {
            let problem =
                || error("timezone", format!("`{name}` is no IANA time zone, expected for example America/New_York"));
            (name.parse::<Tz>().map_err(|_| problem())?, said())
        }
        None => timezone(format, &symbol),
    };
    let (stamp, stamp_because) = match wish.stamp {
        Some(stamp) => (stamp, said()),
        None => stamp(format, bars),
    };
    let (source, source_because) = match &wish.source {
        Some(source) => (source.clone(), said()),
        None => source(format, path),
    };
    let contract = Contract { symbol, bars, timezone, stamp, prices, currency, source };
    let csv = one.csv();
    let mut times_because = (timezone_because, stamp_because);
    let loaded = match (format, bars) {
        (Format::Plain, BarLength::Intraday(_)) if wish.timezone.is_none() || wish.stamp.is_none() => {
            fitted(one, &csv, sources, contract, wishes, &mut times_because)?
        }
        _ => load(one, &csv, sources, &contract)?,
    };
    let c = &loaded.contract;
    let evidence = [
        ("symbol", c.symbol.clone(), symbol_because),
        ("bars", c.bars.to_string(), bars_because),
        ("timezone", c.timezone.to_string(), times_because.0),
        ("stamp", c.stamp.to_string(), times_because.1),
        ("prices", c.prices.to_string(), prices_because),
        ("currency", c.currency.clone(), currency_because),
        ("source", c.source.clone(), source_because),
    ];
    let evidence = evidence.into_iter().map(|(key, value, because)| Evidence { key, value, because }).collect();
    let ending = if wishes.parquet { "parquet" } else { "csv" };
    let file_name = format!("{}_{}.{ending}", c.symbol, c.bars);
    Ok(Planned { loaded, evidence, file_name })
}

/// Tries the zones and stamps that a plain intraday file may have and takes the
/// one in which most days are complete sessions.
fn fitted(
    one: &RawSeries,
    csv: &str,
    sources: &[Source],
    contract: Contract,
    wishes: &Wishes,
    because: &mut (String, String),
) -> Result<Loaded, DataError> {
    let Some(calendar) = calendar_for(&contract.symbol) else {
        return load(one, csv, sources, &contract);
    };
    let mut zones = vec![calendar.timezone(), Tz::UTC];
    if wishes.contract.timezone.is_some() {
        zones = vec![contract.timezone];
    }
    let stamps = wishes.contract.stamp.map_or(vec![Stamp::Close, Stamp::Open], |stamp| vec![stamp]);
    let mut best: Option<(usize, usize, Loaded)> = None;
    for timezone in &zones {
        for stamp in &stamps {
            let contract = Contract { timezone: *timezone, stamp: *stamp, ..contract.clone() };
            let Ok(loaded) = load(one, csv, sources, &contract) else {
                continue;
            };
            let (aligned, days) = shift::aligned(loaded.bars.columns(), &calendar);
            if aligned > best.as_ref().map_or(0, |(most, ..)| *most) {
                best = Some((aligned, days, loaded));
            }
        }
    }
    let Some((aligned, days, loaded)) = best else {
        return load(one, csv, sources, &contract);
    };
    let text = sessions_text(&calendar, aligned, days, &loaded);
    if wishes.contract.timezone.is_none() {
        because.0.clone_from(&text);
    }
    if wishes.contract.stamp.is_none() {
        because.1 = text;
    }
    Ok(loaded)
}

fn sessions_text(calendar: &ExchangeCalendar, aligned: usize, days: usize, loaded: &Loaded) -> String {
    let (zone, stamp) = (loaded.contract.timezone, loaded.contract.stamp);
    format!("{aligned} of {days} days are whole sessions of {} with times of the {stamp} in {zone}", calendar.name())
}

fn symbol(format: Format, code: &str, path: &std::path::Path) -> Option<Because<String>> {
    let stem = path.file_stem()?.to_string_lossy().into_owned();
    match format {
        Format::Futu | Format::Plain if !code.is_empty() => Some((code.to_owned(), "from the column".to_owned())),
        Format::Futu | Format::Plain => {
            // US.AAPL, US.AAPL_1d, US.AAPL-2020.
            let name = stem.split(['_', ' ']).next().unwrap_or(&stem);
            let (market, rest) = name.split_once('.')?;
            let known = ["US", "HK", "SH", "SZ", "CFFEX", "SHFE", "INE"].contains(&market) && !rest.is_empty();
            known.then(|| (name.to_owned(), format!("from the file's name, {stem}")))
        }
        Format::Yahoo => {
            let (name, market) = match stem.rsplit_once('.') {
                Some((digits, "HK")) => (format!("{digits:0>5}"), "HK"),
                Some((digits, "SS")) => (digits.to_owned(), "SH"),
                Some((digits, "SZ")) => (digits.to_owned(), "SZ"),
                Some(_) => return None,
                None => (stem.trim_start_matches('^').to_uppercase(), "US"),
            };
            Some((format!("{market}.{name}"), format!("from the file's name, {stem}, in Yahoo's spelling")))
        }
        Format::Binance => {
            let name = stem.split(['-', '_', ' ']).next().unwrap_or(&stem).to_uppercase();
            Some((name, format!("from the file's name, {stem}")))
        }
        Format::Lean => {
            // 20131008_trade.zip holds 20131008_spy_minute_trade.csv.
            Some((format!("US.{}", code.to_uppercase()), format!("from the file's name, {stem}; taken as a US stock")))
        }
    }
}

fn bars(one: &RawSeries, path: &std::path::Path) -> Result<Because<BarLength>, DataError> {
    if let Some(kind) = &one.bars {
        let found = match kind.trim_start_matches("K_").to_ascii_uppercase().as_str() {
            "DAY" => Some(BarLength::Day),
            "WEEK" => Some(BarLength::Week),
            minutes => minutes.strip_suffix('M').and_then(|n| format!("{n}m").parse().ok()),
        };
        if let Some(length) = found {
            return Ok((length, format!("the column k_type says {kind}")));
        }
    }
    let times = one.lines.iter().take(GUESS_ROWS).filter_map(|line| {
        let time = line.split(',').next()?;
        when::parse(time).ok()
    });
    let length = prices::guess_bars(path, times)
        .map_err(|e| DataError::file(&e.path, "the rows do not tell the bar length; give for example --bars 1m"))?;
    Ok((length, "the smallest step between the first rows".to_owned()))
}

/// Decimal places that a market's ticks have at most.
fn places_max(symbol: &str) -> Option<usize> {
    match symbol.split_once('.')?.0 {
        "HK" | "SH" | "SZ" => Some(3),
        "US" => Some(4),
        _ => None,
    }
}

fn prices(format: Format, symbol: &str, one: &RawSeries) -> Because<Prices> {
    match format {
        Format::Yahoo => {
            return (Prices::Adjusted, "Yahoo adjusts open, high, low and close for splits".to_owned());
        }
        Format::Binance => return (Prices::Raw, "nothing is ever adjusted there".to_owned()),
        Format::Lean => return (Prices::Raw, "Lean keeps prices as traded, with factors beside them".to_owned()),
        Format::Futu | Format::Plain => {}
    }
    let Some(max) = places_max(symbol) else {
        return (Prices::Raw, "no evidence: the market's price steps are not known; check it".to_owned());
    };
    let finer = one.lines.iter().enumerate().find_map(|(row, line)| {
        let place = |f: &str| f.split_once('.').map_or(0, |(_, p)| p.trim_end_matches('0').len());
        line.split(',').skip(1).take(4).find(|f| place(f) > max).map(|f| (row, f.to_owned()))
    });
    match finer {
        Some((row, price)) => {
            let line = one.places.get(row).map_or(0, |p| p.1);
            (Prices::Adjusted, format!("{price} (line {line}) has more decimals than a price step of the market"))
        }
        None => (
            Prices::Raw,
            format!("no price has more than {max} decimals; prices adjusted to the cent look the same, check it"),
        ),
    }
}

fn currency(format: Format, symbol: &str) -> Because<String> {
    if format == Format::Binance {
        let dollars = ["USDT", "USDC", "FDUSD", "BUSD", "TUSD"];
        if let Some(coin) = dollars.into_iter().find(|coin| symbol.ends_with(coin)) {
            return ("USD".to_owned(), format!("quoted in {coin}, taken as US dollars"));
        }
        let last = symbol.len().checked_sub(3).and_then(|at| symbol.get(at..)).unwrap_or(symbol);
        return (last.to_owned(), "the end of the symbol".to_owned());
    }
    let because = match symbol.split_once('.') {
        Some((market, _)) => format!("the currency of {market}"),
        None => "no market in the symbol; check it".to_owned(),
    };
    (hours::currency_of_symbol(symbol).to_owned(), because)
}

fn timezone(format: Format, symbol: &str) -> Because<Tz> {
    let market = symbol.split_once('.').map_or("", |(market, _)| market);
    let local = match market {
        "HK" => Some(Tz::Asia__Hong_Kong),
        "SH" | "SZ" | "CFFEX" | "SHFE" | "INE" => Some(Tz::Asia__Shanghai),
        "US" => Some(Tz::America__New_York),
        _ => None,
    };
    match (format, local) {
        (Format::Binance, _) => (Tz::UTC, "Binance counts from 1970 in UTC".to_owned()),
        (Format::Lean, _) => (Tz::America__New_York, "Lean writes US stocks in New York time".to_owned()),
        (Format::Futu, Some(zone)) => {
            (zone, format!("Futu writes the exchange's time, and the code begins with {market}."))
        }
        (Format::Yahoo, Some(zone)) => (zone, "Yahoo's dates are trading dates of the exchange".to_owned()),
        (_, Some(zone)) => (zone, format!("the exchange's own zone, for {market}.")),
        (_, None) => (Tz::UTC, "no evidence: the symbol names no market that is known; check it".to_owned()),
    }
}

fn stamp(format: Format, bars: BarLength) -> Because<Stamp> {
    match (format, bars) {
        (Format::Binance, _) => (Stamp::Open, "the first column is the open time".to_owned()),
        (Format::Lean, _) => (Stamp::Open, "Lean stamps the start of a bar".to_owned()),
        (_, BarLength::Day | BarLength::Week) => {
            (Stamp::Close, "a date is the trading day; nothing hangs on it".to_owned())
        }
        (Format::Futu, _) => (Stamp::Close, "Futu's intraday times are the end of each bar".to_owned()),
        _ => (Stamp::Close, "no whole session in the file tells it; check it".to_owned()),
    }
}

fn source(format: Format, path: &std::path::Path) -> Because<String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let text = match format {
        Format::Futu => format!("Futu, {name}"),
        Format::Yahoo => format!("Yahoo, {name}"),
        Format::Binance => format!("Binance, {name}"),
        Format::Lean => format!("Lean, {name}"),
        Format::Plain => name,
    };
    (text, "the format and the file's name".to_owned())
}
