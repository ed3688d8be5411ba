//! `engine data synth book -o OUT`: a made-up market as a tape.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use engine_core::tape::Tape;
use engine_core::time::MINUTE;
use engine_data::audit::grouped;
use engine_data::tape::{LoadedTape, TapeContract, bars, holds, is_tape, write};
use engine_data::write_prices::{PriceColumns, write_contract, write_prices};
use engine_data::{BarLength, DataError, contract};
use engine_synthetic::{Detail, SyntheticBook, book};

use crate::failure::Failure;
use crate::output;

/// Make up a market, with a seed
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  engine data synth book --seed 7 --minutes 40 -o book.tape.parquet --bars 1m\n  engine data synth book --detail orders -o orders.tape.csv"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    market: Market,
}

#[derive(Debug, Subcommand)]
enum Market {
    Book(Book),
}

/// A limit order book: random orders at Poisson rates around a hidden fair value
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  engine data synth book --seed 7 --minutes 40 -o book.tape.parquet --bars 1m\n\nThe same seed gives the same file everywhere, and the three details tell the same market.\nIt is no picture of any real market: the model and its sources are in the text of the\npackage engine-synthetic. A file ending in .tape.csv is text, .tape.parquet compact."
)]
struct Book {
    /// Start of the random numbers
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Minutes of the market
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u16).range(1..=10_080))]
    minutes: u16,
    /// How it is told: sizes by price, order by order, or the best prices
    #[arg(long, default_value = "levels")]
    detail: DetailName,
    /// Prices a side at which orders arrive
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100))]
    levels: u32,
    /// Its symbol
    #[arg(long, default_value = "SYN.BOOK")]
    symbol: String,
    /// The tape; its contract goes beside it
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
    /// Write its bars of this length too, as CSV beside it
    #[arg(long, value_name = "LENGTH")]
    bars: Option<BarLength>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DetailName {
    Levels,
    Orders,
    Quotes,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.market {
        Market::Book(arguments) => make(arguments),
    }
}

fn make(arguments: &Book) -> Result<(), Failure> {
    let out = &arguments.output;
    if !is_tape(out) {
        return Err(DataError::file(out, "expected a name that ends in .tape.parquet or .tape.csv").into());
    }
    let bars_path = arguments.bars.map(|length| bars_path(out, length));
    for path in [Some(out), bars_path.as_ref()].into_iter().flatten() {
        for path in [path.clone(), contract::contract_path(path)] {
            if path.exists() {
                return Err(DataError::file(&path, "is there already; remove it or choose another name").into());
            }
        }
    }
    let settings = SyntheticBook {
        seed: arguments.seed,
        length: i64::from(arguments.minutes) * MINUTE,
        levels: arguments.levels,
        detail: match arguments.detail {
            DetailName::Levels => Detail::Levels,
            DetailName::Orders => Detail::Orders,
            DetailName::Quotes => Detail::Quotes,
        },
        ..SyntheticBook::default()
    };
    let wrong = |e: String| DataError::file(out, e);
    let columns = book(&settings).map_err(|e| wrong(e.to_string()))?;
    let tape = Tape::new(columns).map_err(|e| wrong(e.to_string()))?;
    let contract = TapeContract {
        symbol: engine_core::instrument::Symbol::new(&arguments.symbol).map_err(|e| wrong(e.to_string()))?.to_string(),
        currency: "USD".to_owned(),
        timezone: "UTC".parse().map_err(|_| wrong("the zone UTC is not known".to_owned()))?,
        source: format!("synthetic: engine data synth book, seed {}, {} minutes", arguments.seed, arguments.minutes),
        holds: holds(&tape),
        assumptions: vec!["made up; no picture of any real market".to_owned()],
    };
    let rows = tape.len();
    let loaded = LoadedTape { contract, tape, warnings: Vec::new(), sha256: String::new() };
    // Before anything is written: a length may give no bars.
    let bars = arguments.bars.map(|length| bars(out, &loaded, length)).transpose()?;
    output::written(write(out, &loaded.contract, &loaded.tape))?;
    let mut text = format!("{}: {} rows\n", out.display(), grouped(rows));
    if let (Some(path), Some((contract, bars))) = (bars_path, bars) {
        output::written(write_prices(&path, &contract, &PriceColumns { bars: &bars, turnover: &[], adj_close: &[] }))?;
        output::written(write_contract(&path, &contract))?;
        text.push_str(&format!("{}: {} bars of {}\n", path.display(), grouped(bars.len()), contract.bars));
    }
    output::print(&text)
}

/// `book.tape.parquet` -> `book_1m.csv`.
fn bars_path(tape: &Path, length: BarLength) -> PathBuf {
    let name = tape.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.split(".tape.").next().unwrap_or("bars");
    tape.with_file_name(format!("{stem}_{length}.csv"))
}
