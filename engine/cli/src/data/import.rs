//! `engine data import SRC`: a vendor's file to price files with a contract.

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use engine_data::audit::grouped;
use engine_data::contract::{Prices, Stamp};
use engine_data::feeds::{OnGap, Quotes, TapeFormat, TapePlan, TapeWishes};
use engine_data::import::{Format, Plan, Wishes, plan};
use engine_data::{ContractOverrides, DataError};
use engine_data::{feeds, tape};

use crate::failure::Failure;
use crate::output;

/// Bring in a vendor's file: guess its contract, show why, write on confirmation
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  engine data import HK.00700.csv -o data/hk\n  engine data import BTCUSDT-1h-2024.csv --yes\n  engine data import ibm.zip --symbol US.IBM --parquet --yes\n\nFormats: futu (K-line tables, many codes in one file), yahoo, binance (klines), lean\n(zip or CSV, prices in 1e-4 dollars), plain (our own columns, with code or symbol).\nA folder is read as one.\n\nTicks and books become tapes (docs/tapes.md): us-ticks, ctp-depth, crypto-l2, mbo,\ntrade-prints, trades, quotes; CSV with a header, or Parquet.\n\nNothing is written before the guess is confirmed: with a terminal you are asked, without\none give --yes. Every row is checked first."
)]
pub(crate) struct Arguments {
    /// A CSV or zip file, or a folder of them
    #[arg(value_name = "SRC")]
    source: PathBuf,
    /// Folder for the price files
    #[arg(short, long, value_name = "DIR", default_value = "data")]
    output: PathBuf,
    /// The format, where the guess is wrong
    #[arg(long, value_name = "FORMAT", value_parser = format)]
    format: Option<Chosen>,
    /// Symbol such as US.AAPL, for a file of one
    #[arg(long)]
    symbol: Option<String>,
    /// Length of a bar: 1m, 5m, 1h, 1d, 1w
    #[arg(long, value_name = "LENGTH")]
    bars: Option<String>,
    /// IANA zone of the times
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
    /// Which end of a bar its time names: open or close
    #[arg(long, value_parser = stamp)]
    stamp: Option<Stamp>,
    /// raw or adjusted
    #[arg(long, value_parser = prices)]
    prices: Option<Prices>,
    /// ISO 4217 code
    #[arg(long, value_parser = currency)]
    currency: Option<String>,
    /// Where the file comes from, in words
    #[arg(long = "source", value_name = "TEXT", id = "source_text")]
    source_text: Option<String>,
    /// Write Parquet instead of CSV (tapes are Parquet anyway)
    #[arg(long)]
    parquet: bool,
    /// Write tapes as CSV
    #[arg(long, conflicts_with = "parquet")]
    csv: bool,
    /// Where a feed misses or contradicts something: refuse the file, or mark a gap
    #[arg(long, value_name = "refuse|mark", value_parser = on_gap, default_value = "refuse")]
    on_gap: OnGap,
    /// Quote rows of us-ticks: each a new national best, or its venue's own
    #[arg(long, value_name = "national|venue", value_parser = quotes)]
    quotes: Option<Quotes>,
    /// Money per point of ctp-depth, where the totals do not tell it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    multiplier: Option<i64>,
    /// Write without asking
    #[arg(long)]
    yes: bool,
}

/// A format of prices, or of ticks.
#[derive(Clone, Copy, Debug)]
enum Chosen {
    Prices(Format),
    Tape(TapeFormat),
}

fn format(text: &str) -> Result<Chosen, String> {
    let prices = Format::ALL.into_iter().find(|f| f.name() == text).map(Chosen::Prices);
    let found = prices.or_else(|| TapeFormat::ALL.into_iter().find(|f| f.name() == text).map(Chosen::Tape));
    found.ok_or_else(|| {
        let names = Format::ALL.map(Format::name).into_iter().chain(TapeFormat::ALL.map(TapeFormat::name));
        format!("expected one of {}", names.collect::<Vec<_>>().join(", "))
    })
}

fn on_gap(text: &str) -> Result<OnGap, String> {
    match text {
        "refuse" => Ok(OnGap::Refuse),
        "mark" => Ok(OnGap::Mark),
        _ => Err("expected refuse or mark".to_owned()),
    }
}

fn quotes(text: &str) -> Result<Quotes, String> {
    match text {
        "national" => Ok(Quotes::National),
        "venue" => Ok(Quotes::Venue),
        _ => Err("expected national or venue".to_owned()),
    }
}

fn stamp(text: &str) -> Result<Stamp, String> {
    match text {
        "open" => Ok(Stamp::Open),
        "close" => Ok(Stamp::Close),
        _ => Err("expected open or close".to_owned()),
    }
}

fn prices(text: &str) -> Result<Prices, String> {
    match text {
        "raw" => Ok(Prices::Raw),
        "adjusted" => Ok(Prices::Adjusted),
        _ => Err("expected raw or adjusted".to_owned()),
    }
}

fn currency(text: &str) -> Result<String, String> {
    let fits = text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase());
    if fits { Ok(text.to_owned()) } else { Err("expected three capital letters such as USD".to_owned()) }
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let contract = ContractOverrides {
        symbol: arguments.symbol.clone(),
        bars: arguments.bars.clone(),
        timezone: arguments.timezone.clone(),
        stamp: arguments.stamp,
        prices: arguments.prices,
        currency: arguments.currency.clone(),
        source: arguments.source_text.clone(),
    };
    let (prices, ticks) = match arguments.format {
        Some(Chosen::Prices(format)) => (Some(format), None),
        Some(Chosen::Tape(format)) => (None, Some(format)),
        None => (None, None),
    };
    if prices.is_none() && arguments.source.is_file() && !is_zip(&arguments.source) {
        let wishes = TapeWishes {
            format: ticks,
            contract: contract.clone(),
            on_gap: arguments.on_gap,
            quotes: arguments.quotes,
            multiplier: arguments.multiplier,
            csv: arguments.csv,
        };
        if let Some(plan) = feeds::plan(&arguments.source, &wishes)? {
            output::print(&tapes_text(&plan, arguments))?;
            return write(arguments, |folder| plan.write(folder));
        }
    }
    let wishes = Wishes { format: prices, contract, parquet: arguments.parquet };
    let plan = plan(&arguments.source, &wishes)?;
    output::print(&text(&plan, arguments))?;
    write(arguments, |folder| plan.write(folder))
}

/// Ticks come as plain files.
fn is_zip(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("zip"))
}

/// Writes what was shown, once the user agrees.
fn write(arguments: &Arguments, write: impl FnOnce(&Path) -> Result<Vec<PathBuf>, DataError>) -> Result<(), Failure> {
    if !arguments.yes && !confirmed()? {
        return Err(Failure::input("nothing was written"));
    }
    let mut done = String::new();
    for path in write(&arguments.output)? {
        done.push_str(&format!("wrote {} and its contract\n", path.display()));
    }
    output::print(&done)
}

/// Asks on the terminal. Without one there is nobody to ask.
fn confirmed() -> Result<bool, Failure> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        let problem = "nothing was written: look at the guess above and say --yes (there is no terminal to ask on)";
        return Err(Failure::input(problem));
    }
    let mut error = std::io::stderr().lock();
    let _ = write!(error, "Write these files? [y/N] ");
    let _ = error.flush();
    let mut answer = String::new();
    input.lock().read_line(&mut answer).map_err(Failure::other)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn text(plan: &Plan, arguments: &Arguments) -> String {
    let lead = format!("{}: format {}: {}", arguments.source.display(), plan.format.name(), plan.because);
    let mut text = output::wrap(&lead, 80, "");
    for note in &plan.notes {
        text.push_str(&output::wrap(&format!("note: {note}"), 80, "  "));
    }
    for one in &plan.series {
        let (from, to) = one.loaded.range();
        let file = arguments.output.join(&one.file_name);
        text.push_str(&format!("\n{}\n", file.display()));
        text.push_str(&format!("  {} bars from {from} to {to}\n", grouped(one.loaded.bars.len())));
        for e in &one.evidence {
            text.push_str(&format!("  {:10}{}\n", e.key, e.value));
            text.push_str(&output::wrap(&e.because, 80, "              "));
        }
        for warning in &one.loaded.warnings {
            text.push_str(&output::wrap(&format!("warning: {warning}"), 80, "  "));
        }
    }
    text.push('\n');
    text
}

fn tapes_text(plan: &TapePlan, arguments: &Arguments) -> String {
    let lead = format!("{}: format {}: {}", arguments.source.display(), plan.format.name(), plan.because);
    let mut text = output::wrap(&lead, 80, "");
    for one in &plan.tapes {
        text.push_str(&format!("\n{}\n", arguments.output.join(&one.file_name).display()));
        for fact in &tape::audit(&one.tape).facts {
            text.push_str(&output::wrap(fact, 80, "  "));
        }
        for e in &one.evidence {
            text.push_str(&format!("  {:10}{}\n", e.key, e.value));
            text.push_str(&output::wrap(&e.because, 80, "              "));
        }
        for assumption in &one.contract.assumptions {
            let finding = one.findings.contains(assumption);
            let note = one.notes.contains(assumption);
            let label = if finding {
                "finding"
            } else if note {
                "note"
            } else {
                "assumed"
            };
            text.push_str(&output::wrap(&format!("{label}: {assumption}"), 80, "  "));
        }
    }
    text.push('\n');
    text
}
