//! `engine data import`: files of vendors to price files with a contract.
//!
//! A [`Plan`] is made first and changes nothing: which format, which symbols, and
//! for every key of each contract a guess with its evidence. Every row goes through
//! the checks of `prices` already then, so a plan that exists can be written; what
//! is wrong is an error with the place in the vendor's file. [`Plan::write`] writes
//! each series and its contract under a temporary name and renames it.
//!
//! | format | what it is |
//! |---|---|
//! | `futu` | K-line table of Futu's API: `code,time_key,open,close,high,low,volume,turnover,...`; exchange time, an intraday stamp is the end of its bar, many codes in one file |
//! | `yahoo` | `Date,Open,High,Low,Close,Adj Close,Volume`; prices are adjusted for splits, `Adj Close` for dividends too |
//! | `binance` | klines, 12 columns without a header: open time in milliseconds or (since 2025) microseconds UTC |
//! | `lean` | zip or CSV: `yyyyMMdd HH:mm,o,h,l,c,v`, or milliseconds since midnight with the date in the file's name; 1e-4 dollars, New York, stamped at the open |
//! | `plain` | the columns of our own price files, with `code` or `symbol` for many |

mod formats;
mod guess;
mod inflate;
mod times;

use std::path::{Path, PathBuf};

use crate::contract::{Contract, ContractOverrides, contract_path};
use crate::csv;
use crate::error::DataError;
use crate::prices::Loaded;
use crate::write_prices::{PriceColumns, write_contract, write_prices};

/// Most bytes of all source files together.
const SOURCE_BYTES_MAX: u64 = 4 << 30;

/// A vendor's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// K-line tables of Futu's API.
    Futu,
    /// History downloads of Yahoo.
    Yahoo,
    /// Klines of Binance.
    Binance,
    /// Files of QuantConnect Lean.
    Lean,
    /// Our own columns.
    Plain,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Futu, Self::Yahoo, Self::Binance, Self::Lean, Self::Plain];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Futu => "futu",
            Self::Yahoo => "yahoo",
            Self::Binance => "binance",
            Self::Lean => "lean",
            Self::Plain => "plain",
        }
    }
}

/// One key of a contract, and why it is what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Key of the contract.
    pub key: &'static str,
    /// Its value.
    pub value: String,
    /// What tells it.
    pub because: String,
}

/// One series to be written.
#[derive(Clone, Debug)]
pub struct Planned {
    /// What was read, with the complete contract.
    pub loaded: Loaded,
    /// One per key of the contract, in its order.
    pub evidence: Vec<Evidence>,
    /// Name of the file to be written.
    pub file_name: String,
}

/// What an import would do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The format.
    pub format: Format,
    /// What tells it.
    pub because: String,
    /// The series, in the order of their symbols.
    pub series: Vec<Planned>,
    /// What was left out.
    pub notes: Vec<String>,
}

/// What the user says instead of a guess.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// The format.
    pub format: Option<Format>,
    /// Keys of the contract, for all series.
    pub contract: ContractOverrides,
    /// Write Parquet.
    pub parquet: bool,
}

/// A source file in memory.
struct Source {
    path: PathBuf,
    text: String,
}

/// Rows of one symbol, as text in our columns, each with its place.
struct RawSeries {
    /// The symbol as the file has it; empty when it has none.
    code: String,
    columns: Vec<&'static str>,
    /// The rows as lines of CSV, with their time first.
    lines: Vec<String>,
    /// Source and line of each row.
    places: Vec<(usize, u64)>,
    /// The bar length, where the file names it.
    bars: Option<String>,
}

impl RawSeries {
    fn csv(&self) -> String {
        let mut text = self.columns.join(",");
        text.push('\n');
        for line in &self.lines {
            text.push_str(line);
            text.push('\n');
        }
        text
    }
}

/// Reads a file, an archive, or all files of a folder, and plans what to write.
///
/// # Errors
/// What cannot be read or guessed, or the first bad row, with its place.
pub fn plan(path: &Path, wishes: &Wishes) -> Result<Plan, DataError> {
    let sources = read_sources(path)?;
    let (format, because) = match wishes.format {
        Some(format) => (format, "as you said".to_owned()),
        None => formats::detect(&sources)?,
    };
    let mut notes = Vec::new();
    let raw = formats::read(format, &sources, &mut notes)?;
    if raw.len() > 1 && wishes.contract.symbol.is_some() {
        return Err(DataError::file(path, format!("holds {} symbols; --symbol can name only one", raw.len())));
    }
    let mut series = Vec::with_capacity(raw.len());
    for one in &raw {
        series.push(guess::series(format, one, &sources, wishes)?);
    }
    series.sort_by(|a, b| a.loaded.contract.symbol.cmp(&b.loaded.contract.symbol));
    Ok(Plan { format, because, series, notes })
}

impl Plan {
    /// Writes all series into a folder, which is made when it is not there.
    /// Returns the paths of the price files.
    ///
    /// # Errors
    /// A file that is there already, or the operating system.
    pub fn write(&self, folder: &Path) -> Result<Vec<PathBuf>, DataError> {
        let paths: Vec<PathBuf> = self.series.iter().map(|one| folder.join(&one.file_name)).collect();
        for path in paths.iter().flat_map(|p| [p.clone(), contract_path(p)]) {
            if path.exists() {
                return Err(DataError::file(&path, "is there already; remove it, or choose another folder with -o"));
            }
        }
        std::fs::create_dir_all(folder).map_err(|e| DataError::io(folder, "make", e))?;
        for (one, path) in self.series.iter().zip(&paths) {
            let loaded = &one.loaded;
            let prices = PriceColumns {
                bars: &loaded.bars,
                turnover: loaded.turnover.as_deref().unwrap_or_default(),
                adj_close: loaded.adj_close.as_deref().unwrap_or_default(),
            };
            let part = folder.join(format!(".part-{}", one.file_name));
            write_prices(&part, &loaded.contract, &prices)?;
            write_contract(path, &loaded.contract)?;
            std::fs::rename(&part, path).map_err(|e| DataError::io(path, "write", e))?;
        }
        Ok(paths)
    }
}

/// Runs the rows of a series through every check; an error has its place in the source.
fn load(one: &RawSeries, csv: &str, sources: &[Source], contract: &Contract) -> Result<Loaded, DataError> {
    let first = one.places.first().map_or(0, |p| p.0);
    let path = &sources[first].path;
    csv::read_text(path, csv.as_bytes(), contract).map_err(|mut error| {
        let row = error.line.and_then(|line| usize::try_from(line).ok()).and_then(|line| line.checked_sub(2));
        if let Some((source, line)) = row.and_then(|row| one.places.get(row)) {
            error.path.clone_from(&sources[*source].path);
            error.line = Some(*line);
        }
        error
    })
}

fn read_sources(path: &Path) -> Result<Vec<Source>, DataError> {
    let io = |e| DataError::io(path, "read", e);
    let mut paths = vec![path.to_path_buf()];
    if std::fs::metadata(path).map_err(io)?.is_dir() {
        paths.clear();
        for entry in std::fs::read_dir(path).map_err(io)? {
            let file = entry.map_err(io)?.path();
            let name = file.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
            if !name.starts_with('.') && (name.ends_with(".csv") || name.ends_with(".zip")) {
                paths.push(file);
            }
        }
        paths.sort();
        if paths.is_empty() {
            return Err(DataError::file(path, "holds no .csv and no .zip file"));
        }
    }
    let mut sources = Vec::new();
    let mut total = 0;
    for path in paths {
        let bytes = std::fs::read(&path).map_err(|e| DataError::io(&path, "read", e))?;
        total += bytes.len() as u64;
        if total > SOURCE_BYTES_MAX {
            return Err(DataError::file(&path, "is too much: import at most 4 GB at a time"));
        }
        if bytes.starts_with(b"PK\x03\x04") {
            for entry in inflate::unzip(&bytes).map_err(|problem| DataError::file(&path, problem))? {
                let text = text_of(&path.join(&entry.name), entry.bytes)?;
                sources.push(Source { path: path.join(&entry.name), text });
            }
        } else if bytes.starts_with(b"PAR1") {
            let contract = contract_path(&path);
            let problem = format!("is Parquet, which needs no import: write its contract, {}", contract.display());
            return Err(DataError::file(&path, problem));
        } else {
            sources.push(Source { text: text_of(&path, bytes)?, path });
        }
    }
    Ok(sources)
}

fn text_of(path: &Path, bytes: Vec<u8>) -> Result<String, DataError> {
    if bytes.starts_with(&[0x1F, 0x8B]) {
        return Err(DataError::file(path, "is gzip-compressed, expected CSV or zip"));
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(DataError::file(path, "is UTF-16 text, expected UTF-8"));
    }
    let text = String::from_utf8(bytes).map_err(|e| {
        let before = &e.as_bytes()[..e.utf8_error().valid_up_to()];
        DataError::line(path, 1 + before.iter().filter(|b| **b == b'\n').count() as u64, "is not UTF-8 text")
    })?;
    if text.trim().is_empty() {
        return Err(DataError::file(path, "is empty, expected rows"));
    }
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
