//! Bars to a price file and its contract: what `prices` reads comes out again.
//!
//! CSV times are local times of the contract's zone, with their offset where the
//! clocks showed a time twice; daily and weekly bars carry the date alone. Parquet
//! has dates, or instants in UTC. Numbers are in the shortest form that reads back
//! to the same double.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use engine_core::bars::Bars;
use engine_core::time::{DAY, HOUR, MINUTE};
use polars::prelude::PolarsResult;
use polars_arrow::datatypes::ArrowDataType;

use crate::bar_length::BarLength;
use crate::contract::{Contract, Stamp, contract_path};
use crate::error::DataError;
use crate::number::shortest;
use crate::parquet::polars_error;
use crate::parquet_writer::{self as writer, GroupWriter};
use crate::zone::{Local, Zone, clock_text, date_text};

/// Rows in a group: what a reader needs at a time, and of a column one page.
const GROUP_ROWS: usize = 32 * 1024;

/// Bars with what may stand beside them; each further column is empty or one per bar.
#[derive(Clone, Copy, Debug)]
pub struct PriceColumns<'a> {
    /// The bars.
    pub bars: &'a Bars,
    /// Money traded.
    pub turnover: &'a [f64],
    /// The source's adjusted close.
    pub adj_close: &'a [f64],
}

/// Writes a price file, as Parquet when its name ends in `.parquet`, else as CSV.
///
/// # Errors
/// The operating system.
pub fn write_prices(path: &Path, contract: &Contract, prices: &PriceColumns<'_>) -> Result<(), DataError> {
    if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("parquet")) {
        write_parquet(path, contract, prices).map_err(|e| polars_error(path, "write", e))
    } else {
        write_csv(path, contract, prices).map_err(|e| DataError::io(path, "write", e))
    }
}

/// Writes the contract beside a price file.
///
/// # Errors
/// The operating system.
pub fn write_contract(prices: &Path, contract: &Contract) -> Result<(), DataError> {
    let path = contract_path(prices);
    std::fs::write(&path, contract.to_toml()).map_err(|e| DataError::io(&path, "write", e))
}

/// The columns beside the time, those that there are.
fn columns<'a>(prices: &PriceColumns<'a>) -> Vec<(&'static str, &'a [f64])> {
    let c = prices.bars.columns();
    let all = [
        ("open", c.open.as_slice()),
        ("high", &c.high),
        ("low", &c.low),
        ("close", &c.close),
        ("volume", &c.volume),
        ("turnover", prices.turnover),
        ("adj_close", prices.adj_close),
    ];
    all.into_iter().filter(|(_, values)| !values.is_empty()).collect()
}

/// The end of a bar that its time names.
fn stamp(contract: &Contract, bars: &Bars, row: usize) -> i64 {
    let c = bars.columns();
    match (contract.bars, contract.stamp) {
        (BarLength::Day, _) | (_, Stamp::Open) => c.open_time(row),
        // A week that closes at midnight belongs to the day before it.
        (BarLength::Week, Stamp::Close) => c.close_time[row] - 1,
        (BarLength::Intraday(_), Stamp::Close) => c.close_time[row],
    }
}

/// The local time of an instant, with its offset when the clocks showed it twice.
fn time_text(zone: &mut Zone, length: BarLength, utc: i64) -> String {
    if !matches!(length, BarLength::Intraday(_)) {
        return date_text(zone.local_day(utc));
    }
    let (day, nanos) = zone.local(utc);
    let mut text = format!("{} {}", date_text(day), clock_text(nanos));
    if let Local::Two(..) = zone.utc(day, nanos) {
        let east = day * DAY + nanos - utc;
        let sign = if east < 0 { '-' } else { '+' };
        text.push_str(&format!("{sign}{:02}:{:02}", east.abs() / HOUR, east.abs() / MINUTE % 60));
    }
    text
}

fn write_csv(path: &Path, contract: &Contract, prices: &PriceColumns<'_>) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    let columns = columns(prices);
    let mut zone = Zone::new(contract.timezone);
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    writeln!(out, "time,{}", names.join(","))?;
    for row in 0..prices.bars.len() {
        let time = time_text(&mut zone, contract.bars, stamp(contract, prices.bars, row));
        out.write_all(time.as_bytes())?;
        for (_, values) in &columns {
            write!(out, ",{}", shortest(values[row]))?;
        }
        out.write_all(b"\n")?;
    }
    out.flush()
}

fn write_parquet(path: &Path, contract: &Contract, prices: &PriceColumns<'_>) -> PolarsResult<()> {
    let columns = columns(prices);
    let rows = prices.bars.len();
    let mut zone = Zone::new(contract.timezone);
    let intraday = matches!(contract.bars, BarLength::Intraday(_));
    let time = if intraday { writer::instants() } else { ArrowDataType::Date32 };
    let numbers = columns.iter().map(|(name, _)| (*name, ArrowDataType::Float64));
    let mut file = GroupWriter::create(path, std::iter::once(("time", time)).chain(numbers))?;
    for from in (0..rows).step_by(GROUP_ROWS) {
        let to = (from + GROUP_ROWS).min(rows);
        let stamps = (from..to).map(|row| stamp(contract, prices.bars, row));
        let time = if intraday {
            writer::times(stamps.collect())
        } else {
            writer::days(stamps.map(|t| i32::try_from(zone.local_day(t)).unwrap_or(0)).collect())
        };
        let numbers = columns.iter().map(|(_, values)| writer::numbers(values[from..to].to_vec()));
        file.write(to - from, std::iter::once(time).chain(numbers).collect())?;
    }
    file.finish()
}
