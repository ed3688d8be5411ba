//! The data of a run: files read, cut to the period, made into a feed.
//!
//! A bar belongs to the run when it opens at or after `start` and, by a day as
//! `end`, opens on that day or before; by a time, closes at or before it.

use std::path::Path;
use std::sync::Arc;

use engine_core::bars::Bars;
use engine_core::feed::{Feed, Series};
use engine_core::flags::Flags;
use engine_core::instrument::Symbol;
use engine_core::time::Timestamp;
use engine_data::contract::{Contract, contract_path};
use engine_data::tape::{is_tape, load_with_bars};
use engine_data::{DataError, Loaded, Prices, read_bars};

use crate::config::{Config, ConfigError, DataConfig};
use crate::error::RunFailure;
use crate::manifest::{InputFile, sha256_of_file};
use crate::markets::Markets;
use crate::nearest::hint;

/// The data of a run.
pub(crate) struct Input {
    pub(crate) feed: Arc<Feed>,
    /// First instant of the run; bars before it warm up indicators.
    pub(crate) begin: Timestamp,
    /// The account's currency.
    pub(crate) currency: String,
    /// What the strategy trades; empty when it does not say.
    pub(crate) symbol: String,
    pub(crate) files: Vec<InputFile>,
    pub(crate) warnings: Vec<String>,
    /// Time zone, and where the prices come from, per symbol.
    pub(crate) sources: Vec<(String, String)>,
    /// Which trading rules hold, in words.
    pub(crate) rules: Vec<String>,
    /// What finer data is used for, in words.
    pub(crate) finer: Vec<String>,
}

/// Reads, cuts and joins the data of a config.
pub(crate) fn load(config: &Config) -> Result<Input, RunFailure> {
    let mut series = Vec::with_capacity(config.data.len());
    let (mut files, mut warnings, mut sources) = (config.costs.files.clone(), Vec::new(), Vec::new());
    let mut finer = Vec::new();
    let mut markets = Markets::new(config);
    let mut begin = Timestamp::MAX;
    let mut currency = config.account.currency.clone();
    for (number, data) in config.data.iter().enumerate() {
        let path = config.resolve(&data.file);
        let read = match is_tape(&path) {
            true => load_with_bars(&path, &data.contract()).map(|(loaded, tape)| (loaded, Some(tape))),
            false => read_bars(&path, &data.contract()).map(|loaded| (loaded, None)),
        };
        let (mut loaded, tape) =
            read.map_err(|e| placed(config, (&format!("data.{number}"), &format!("data.{number}.file")), &path, e))?;
        warnings.append(&mut loaded.warnings);
        let symbol = Symbol::new(&loaded.contract.symbol)
            .map_err(|e| config.error(&format!("data.{number}.symbol"), e.to_string()))?;
        check_currency(config, number, &mut currency, &loaded)?;
        if series.iter().any(|s: &Series| s.instrument.symbol == symbol) {
            let problem = format!("its symbol {symbol} is given twice");
            return Err(config.error(&format!("data.{number}.file"), problem).into());
        }
        let hashes = (loaded.sha256.as_str(), loaded.actions_sha256.as_deref());
        files.extend(inputs(&data.file, &path, hashes).map_err(RunFailure::Data)?);
        sources.push((symbol.to_string(), about(&loaded.contract)));
        let contract = loaded.contract.clone();
        let adjusted = loaded.contract.prices == Prices::Adjusted;
        let (mut one, mut first) = cut(config, data, symbol, loaded)?;
        if let Some(tape) = tape {
            // The rows of its first bar belong to the run; those before build the book.
            let row = one.bars.columns().close_time.partition_point(|close| *close < first.nanos());
            first = one.bars.row(row).open_time();
            let last = one.bars.row(one.bars.len() - 1).time();
            one.tape = tape.before(last).map(Arc::new);
        }
        markets.apply(number, &mut one, adjusted)?;
        if data.finer.is_some() && one.tape.is_some() {
            let problem = format!("is for bars: {} trades on its tape, which has all there is", contract.symbol);
            return Err(config.error(&format!("data.{number}.finer"), problem).into());
        }
        if let Some(found) = crate::finer::read(config, number, data, &contract, &one.bars)? {
            one.finer = Some(found.bars);
            files.extend(found.files);
            warnings.extend(found.warnings);
            sources.push((contract.symbol, found.about));
            finer.push(found.assumption);
        }
        begin = begin.min(first);
        series.push(one);
    }
    let symbol = trading_symbol(config, &series)?;
    if let Some(benchmark) = &config.benchmark
        && !series.iter().any(|s| s.instrument.symbol.as_str() == benchmark)
    {
        return Err(not_in_data(config, "benchmark.symbol", benchmark, &series).into());
    }
    crate::queues::fit(config, &series)?;
    warnings.extend(crate::queues::without_effect(config, &series));
    let feed = Feed::new(series).map_err(|e| config.error("data", e.to_string()))?;
    let (rules, notes, read) = markets.finish();
    warnings.extend(notes);
    files.extend(read);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    sources.sort();
    Ok(Input {
        feed: Arc::new(feed),
        begin,
        currency: currency.unwrap_or_else(|| "USD".to_owned()),
        symbol,
        files,
        warnings,
        sources,
        rules,
        finer,
    })
}

/// What a price file holds, and where it comes from.
pub(crate) fn about(contract: &Contract) -> String {
    let source = if contract.source.is_empty() { "source not stated" } else { &contract.source };
    format!("{} bars, {} prices, times in {}; {source}", contract.bars, contract.prices, contract.timezone)
}

/// Data errors that a key of the config causes point to that key: the one that names
/// the file, or one beside it.
pub(crate) fn placed(config: &Config, (table, file): (&str, &str), path: &Path, error: DataError) -> RunFailure {
    if error.source.is_some() && error.path == path {
        return config.error(file, error.to_string()).into();
    }
    // A contract that lacks a key, or says another thing than the config.
    let key = error.problem.split([':', ' ']).next().unwrap_or_default().to_owned();
    let of_contract = error.line.is_none() && error.path == contract_path(path);
    if of_contract && config.has(&format!("{table}.{key}")) {
        return config.error(&format!("{table}.{key}"), error.to_string()).into();
    }
    if error.line.is_none() && error.problem.starts_with("the data contract has no") {
        return config.error(table, error.to_string()).into();
    }
    RunFailure::Data(error)
}

fn check_currency(
    config: &Config,
    number: usize,
    account: &mut Option<String>,
    loaded: &Loaded,
) -> Result<(), ConfigError> {
    let found = &loaded.contract.currency;
    let account = account.get_or_insert_with(|| found.clone());
    if account == found {
        return Ok(());
    }
    let symbol = &loaded.contract.symbol;
    let problem = format!(
        "{account} account cannot trade an instrument in {found} ({symbol}): conversion is not available in this version"
    );
    let inline = format!("data.{number}.currency");
    let key = if config.has(&inline) || !config.has("account.currency") { inline.as_str() } else { "account.currency" };
    Err(config.error(key, problem))
}

/// A data file, by the hashes of itself and of its actions, with what stands beside it.
pub(crate) fn inputs(
    file: &str,
    path: &Path,
    (sha256, actions): (&str, Option<&str>),
) -> Result<Vec<InputFile>, DataError> {
    let beside = |of: &Path| {
        let name = of.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Path::new(file).with_file_name(name).to_string_lossy().into_owned()
    };
    let mut files = vec![InputFile { path: file.to_owned(), sha256: sha256.to_owned() }];
    let contract = contract_path(path);
    if let Some(sha256) = sha256_of_file(&contract)? {
        files.push(InputFile { path: beside(&contract), sha256 });
    }
    if let Some(sha256) = actions {
        let actions = engine_data::actions::actions_path(path);
        files.push(InputFile { path: beside(&actions), sha256: sha256.to_owned() });
    }
    Ok(files)
}

/// The bars of the period, with those before it that indicators are to see;
/// and the close of the first bar of the period.
fn cut(config: &Config, data: &DataConfig, symbol: Symbol, loaded: Loaded) -> Result<(Series, Timestamp), ConfigError> {
    let zone = loaded.contract.timezone;
    let columns = loaded.bars.columns();
    let rows = loaded.bars.len();
    let first = config.run.start.map_or(0, |start| {
        let start = start.first_instant(zone).nanos();
        columns.opened_before(start)
    });
    let last = config.run.end.map_or(rows, |end| match end.day_after(zone) {
        Some(after) => columns.opened_before(after.nanos()),
        None => {
            let end = end.first_instant(zone).nanos();
            columns.close_time.partition_point(|t| *t <= end)
        }
    });
    if first >= last {
        let text =
            |row: usize| columns.close_time.get(row).map_or(String::new(), |t| Timestamp::from_nanos(*t).to_string());
        let key = if config.run.start.is_some() && first == rows { "run.start" } else { "run.end" };
        let from = config.run.start.map_or_else(|| "its start".to_owned(), |m| m.to_string());
        let to = config.run.end.map_or_else(|| "its end".to_owned(), |m| m.to_string());
        let problem = format!(
            "{symbol} has no bar from {from} to {to}; its bars close from {} to {}",
            text(0),
            text(rows.saturating_sub(1))
        );
        return Err(config.error(key, problem));
    }
    let from = first.saturating_sub(config.run.warmup_bars);
    let begin = Timestamp::from_nanos(columns.close_time[first]);
    let opens = columns.open_time(from);
    let instrument = data.instrument(symbol, &loaded.contract.currency);
    let bars: Bars = if (from, last) == (0, rows) { loaded.bars } else { loaded.bars.slice(from, last) };
    let mut session_start = loaded.session_start.slice(from, last);
    // Empty means that every bar is a session of its own.
    if session_start.iter().all(|starts| starts) {
        session_start = Flags::default();
    }
    let adjusted = loaded.contract.prices == Prices::Adjusted;
    let mut actions = if adjusted { Vec::new() } else { loaded.actions };
    // What took effect before the first bar is in its prices.
    actions.retain(|action| action.ex_time.nanos() > opens);
    let series = Series {
        instrument,
        bars: Arc::new(bars),
        session_start: Arc::new(session_start),
        actions,
        rules: None,
        changes: Vec::new(),
        tape: None,
        finer: None,
    };
    Ok((series, begin))
}

fn trading_symbol(config: &Config, series: &[Series]) -> Result<String, ConfigError> {
    match (&config.strategy.symbol, series) {
        (Some(symbol), _) if series.iter().any(|s| s.instrument.symbol.as_str() == symbol) => Ok(symbol.clone()),
        (Some(symbol), _) => Err(not_in_data(config, "strategy.symbol", symbol, series)),
        (None, [one]) => Ok(one.instrument.symbol.to_string()),
        (None, _) if config.strategy.composed => {
            let known = crate::nearest::one_of(series.iter().map(|s| s.instrument.symbol.as_str()));
            Err(config.error("strategy.symbol", format!("missing, expected {known}")))
        }
        (None, _) => Ok(String::new()),
    }
}

fn not_in_data(config: &Config, key: &str, symbol: &str, series: &[Series]) -> ConfigError {
    let known: Vec<&str> = series.iter().map(|s| s.instrument.symbol.as_str()).take(20).collect();
    config.error(key, format!("{symbol} is not in the data{}", hint(symbol, known.iter().copied())))
}
