//! The finer data of a `[[data]]`, shorter bars or the trades of a tape: read, compared
//! with the longer bars, cut to them.

use std::path::Path;
use std::sync::Arc;

use engine_core::bars::{BarError, Bars};
use engine_core::tape::{IRREGULAR, Tape, TapeEvent, kind};
use engine_core::time::{DAY, Timestamp};
use engine_data::contract::{Contract, contract_path};
use engine_data::tape::{self, is_tape};
use engine_data::{BarLength, ContractOverrides, Prices, read_bars};

use crate::config::{Config, ConfigError, DataConfig, FinerConfig};
use crate::error::RunFailure;
use crate::load::{about, inputs, placed};
use crate::manifest::InputFile;

/// What finer data may lack at either end of a run without a warning.
const GAP: i64 = 7 * DAY;

/// Shorter bars of an instrument; single trades are bars of one price.
pub(crate) struct Finer {
    pub(crate) bars: Arc<Bars>,
    pub(crate) files: Vec<InputFile>,
    pub(crate) warnings: Vec<String>,
    /// Where it comes from.
    pub(crate) about: String,
    /// What is taken for granted.
    pub(crate) assumption: String,
}

/// Reads the finer data of a `[[data]]` whose own bars, with this contract, are those of the run.
pub(crate) fn read(
    config: &Config,
    number: usize,
    data: &DataConfig,
    whole: &Contract,
    bars: &Bars,
) -> Result<Option<Finer>, RunFailure> {
    let Some(finer) = &data.finer else { return Ok(None) };
    let own = format!("data.{number}.finer");
    let file = format!("{own}.file");
    let file = if config.has(&file) { file } else { own.clone() };
    let path = config.resolve(&finer.file);
    let c = bars.columns();
    let period = c.span().unwrap_or_default();
    if is_tape(&path) {
        return trades(config, (&own, &file), (data, finer), &path, whole, period).map(Some);
    }
    let contract = overrides(finer, &path, whole);
    let mut loaded = read_bars(&path, &contract).map_err(|e| placed(config, (&own, &file), &path, e))?;
    fits(config, (&own, &file), data, whole, &loaded.contract)?;
    let hashes = (loaded.sha256.as_str(), loaded.actions_sha256.as_deref());
    let files = inputs(&finer.file, &path, hashes).map_err(RunFailure::Data)?;
    let mut warnings = std::mem::take(&mut loaded.warnings);
    warnings.extend(missing(&loaded.bars, &path, period));
    let length = loaded.contract.bars;
    let symbol = &whole.symbol;
    Ok(Some(Finer {
        about: format!("finer data: {}", about(&loaded.contract)),
        assumption: format!(
            "ambiguous bars of {symbol} are matched on the {length} bars inside them, where those agree"
        ),
        bars: Arc::new(within(loaded.bars, period)),
        files,
        warnings,
    }))
}

/// The regular trades of a tape.
fn trades(
    config: &Config,
    (own, file): (&str, &str),
    (data, finer): (&DataConfig, &FinerConfig),
    path: &Path,
    whole: &Contract,
    period: (i64, i64),
) -> Result<Finer, RunFailure> {
    if finer.bars.is_some() {
        return Err(config.error(&format!("{own}.bars"), "a tape has none, remove it").into());
    }
    let mut contract = overrides(finer, path, whole);
    if finer.prices.is_none() {
        contract.prices = None;
    }
    let loaded = tape::load(path, &contract).map_err(|e| placed(config, (own, file), path, e))?;
    let about = &loaded.contract;
    same(config, (own, file), data, "symbol", &about.symbol, &whole.symbol)?;
    same(config, (own, file), data, "currency", &about.currency, &whole.currency)?;
    if whole.prices != Prices::Raw {
        let problem = format!("its prices are raw, expected {} as in {}", whole.prices, data.file);
        return Err(config.error(file, problem).into());
    }
    let bars = bars_of(&loaded.tape).ok_or_else(|| {
        let problem = format!("{}: the tape has no trades that set a price, expected some", path.display());
        config.error(file, problem)
    })?;
    let bars = bars.map_err(|e| config.error(file, format!("{}: {e}", path.display())))?;
    let files = inputs(&finer.file, path, (&loaded.sha256, None)).map_err(RunFailure::Data)?;
    let mut warnings = loaded.warnings;
    warnings.extend(missing(&bars, path, period));
    let source = if about.source.is_empty() { "source not stated" } else { &about.source };
    Ok(Finer {
        about: format!("finer data: trades, times in {}; {source}", about.timezone),
        assumption: format!(
            "ambiguous bars of {} are matched on the trades inside them, where those agree",
            whole.symbol
        ),
        bars: Arc::new(within(bars, period)),
        files,
        warnings,
    })
}

/// The trades that set a price, at their own times; `None` when there is none.
fn bars_of(tape: &Tape) -> Option<Result<Bars, BarError>> {
    if !tape.has(kind::TRADE) {
        return None;
    }
    let (mut time, mut prices, mut sizes) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..tape.len() {
        if let TapeEvent::Trade { price, quantity, .. } = tape.event(row)
            && tape.code(row) & IRREGULAR == 0
        {
            time.push(tape.columns().venue_time[row]);
            prices.push(price.to_f64());
            sizes.push(quantity.to_f64());
        }
    }
    (!time.is_empty()).then(|| Bars::of_trades(&time, prices, sizes))
}

/// The inline keys; a file without a contract of its own is as the longer bars are.
fn overrides(finer: &FinerConfig, path: &Path, whole: &Contract) -> ContractOverrides {
    let inline = finer.contract();
    if contract_path(path).exists() {
        return inline;
    }
    ContractOverrides {
        symbol: Some(whole.symbol.clone()),
        timezone: inline.timezone.or_else(|| Some(whole.timezone.to_string())),
        prices: inline.prices.or(Some(whole.prices)),
        currency: Some(whole.currency.clone()),
        source: inline.source.or_else(|| Some(String::new())),
        ..inline
    }
}

/// What two contracts must say alike.
fn same(
    config: &Config,
    (own, file): (&str, &str),
    data: &DataConfig,
    what: &str,
    found: &str,
    expected: &str,
) -> Result<(), ConfigError> {
    if found == expected {
        return Ok(());
    }
    let problem = format!("its {what} is {found}, expected {expected} as in {}", data.file);
    let key = format!("{own}.{what}");
    Err(config.error(if config.has(&key) { &key } else { file }, problem))
}

/// The same instrument, in shorter bars of the same kind.
fn fits(
    config: &Config,
    (own, file): (&str, &str),
    data: &DataConfig,
    whole: &Contract,
    finer: &Contract,
) -> Result<(), ConfigError> {
    same(config, (own, file), data, "symbol", &finer.symbol, &whole.symbol)?;
    same(config, (own, file), data, "currency", &finer.currency, &whole.currency)?;
    if finer.prices != whole.prices {
        let key = format!("{own}.prices");
        let problem = format!("its prices are {}, expected {} as in {}", finer.prices, whole.prices, data.file);
        return Err(config.error(if config.has(&key) { &key } else { file }, problem));
    }
    if nanos(finer.bars) >= nanos(whole.bars) {
        let key = format!("{own}.bars");
        let problem =
            format!("its bars are {} long, expected shorter than the {} of {}", finer.bars, whole.bars, data.file);
        return Err(config.error(if config.has(&key) { &key } else { file }, problem));
    }
    Ok(())
}

fn nanos(length: BarLength) -> i64 {
    match length {
        BarLength::Intraday(nanos) => nanos,
        BarLength::Day => DAY,
        BarLength::Week => 7 * DAY,
    }
}

/// Says so when the finer data does not cover all of the run.
fn missing(bars: &Bars, path: &Path, (from, to): (i64, i64)) -> Option<String> {
    let c = bars.columns();
    let (first, last) = c.span()?;
    if first < from + GAP && last > to - GAP {
        return None;
    }
    let text = |nanos: i64| Timestamp::from_nanos(nanos).to_string();
    Some(format!(
        "{}: it goes from {} to {} and the run from {} to {}: ambiguous bars outside of it stay as they are",
        path.display(),
        text(first),
        text(last),
        text(from),
        text(to)
    ))
}

/// The bars that lie within a period.
fn within(bars: Bars, (from, to): (i64, i64)) -> Bars {
    let c = bars.columns();
    let first = c.close_time.partition_point(|t| *t <= from);
    // One that reaches over the end is kept: it shows that bars do not fit.
    let last = c.opened_before(to);
    if (first, last) == (0, bars.len()) { bars } else { bars.slice(first, last) }
}
