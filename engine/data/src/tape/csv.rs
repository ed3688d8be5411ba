//! A tape as CSV: `venue_time[,local_time],event,side,price,quantity[,order][,flags]`.
//!
//! Times are ISO 8601 with a zone or offset, local times of the contract's zone, or whole
//! nanoseconds since 1970 UTC. Without the column `flags` every row ends its packet.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use engine_core::fixed::{Price, Quantity};
use engine_core::order::Side;
use engine_core::tape::{LAST, Tape, TapeColumns};
use engine_core::time::Timestamp;

use super::{First, TapeContract, row_text};
use crate::csv::{PIECE_BYTES, header_line};
use crate::error::DataError;
use crate::pieces::Pieces;
use crate::text;
use crate::when::{self, When};
use crate::zone::{Local, Zone};

/// The columns; the first row of rows has line 2.
const COLUMNS: [(&str, bool); 9] = [
    ("venue_time", true),
    ("local_time", false),
    ("event", true),
    ("side", true),
    ("price", true),
    ("quantity", true),
    ("order", false),
    ("flags", false),
    ("symbol", false),
];
const FIRST: First = First::Line(2);

/// Where each column stands.
struct Layout {
    at: [Option<usize>; COLUMNS.len()],
    width: usize,
}

impl Layout {
    fn of(path: &Path, header: &str) -> Result<Self, DataError> {
        if let Some(problem) = text::wrong_separator(header) {
            return Err(DataError::line(path, 1, problem));
        }
        let names: Vec<String> = text::fields(header).map(|n| n.trim().to_ascii_lowercase()).collect();
        let mut at = [None; COLUMNS.len()];
        for (place, (name, needed)) in at.iter_mut().zip(COLUMNS) {
            *place = names.iter().position(|n| n == name);
            if needed && place.is_none() {
                let expected = "venue_time[,local_time],event,side,price,quantity[,order][,flags]";
                let problem = format!("is missing; found {}, expected {expected}", names.join(","));
                return Err(DataError::field(path, 1, name, problem));
            }
        }
        if let Some((_, name)) = names.iter().enumerate().find(|(i, _)| !at.contains(&Some(*i))) {
            return Err(DataError::field(path, 1, name, "is not of a tape, or stands there twice"));
        }
        Ok(Self { at, width: names.len() })
    }
}

/// Reads the rows, not yet checked as a tape, and the file's SHA-256.
pub(super) fn read(
    path: &Path,
    contract: &TapeContract,
    warnings: &mut Vec<String>,
) -> Result<(TapeColumns, String, First), DataError> {
    let mut pieces = Pieces::open(path, PIECE_BYTES)?;
    let (header, end) = header_line(path, pieces.head()?, warnings)?;
    let layout = Layout::of(path, header)?;
    pieces.consume(end);
    let mut zone = Zone::new(contract.timezone);
    let mut columns = TapeColumns::default();
    let mut number = 2;
    // Empty lines may only stand at the end.
    let mut empty = None;
    while let Some(piece) = pieces.next()? {
        for line in piece.split_inclusive(|b| *b == b'\n') {
            let text = std::str::from_utf8(line).map_err(|_| DataError::line(path, number, "is not UTF-8 text"))?;
            let wrong = |(column, problem): (&'static str, String)| {
                let error = DataError::line(path, number, problem);
                DataError { column: Some(column.to_owned()).filter(|c| !c.is_empty()), ..error }
            };
            let line = text::trim_line_end(text);
            if line.is_empty() {
                empty.get_or_insert(number);
            } else if let Some(empty) = empty {
                return Err(DataError::line(path, empty, "is an empty line between rows"));
            } else {
                row(&layout, contract, &mut zone, line, &mut columns).map_err(wrong)?;
            }
            number += 1;
        }
    }
    if columns.code.is_empty() {
        return Err(DataError::file(path, "has a header but no rows"));
    }
    Ok((columns, pieces.sha256(), FIRST))
}

fn row(
    layout: &Layout,
    contract: &TapeContract,
    zone: &mut Zone,
    line: &str,
    columns: &mut TapeColumns,
) -> Result<(), (&'static str, String)> {
    let fields: Vec<_> = text::fields(line).collect();
    if fields.len() != layout.width {
        return Err(("", format!("has {} fields, expected {} as in the header", fields.len(), layout.width)));
    }
    let field = |column: usize| layout.at[column].map_or("", |at| fields[at].trim());
    let venue_time = instant(zone, field(0)).map_err(|problem| (COLUMNS[0].0, problem))?;
    let local_time = match field(1) {
        "" => venue_time,
        text => instant(zone, text).map_err(|problem| (COLUMNS[1].0, problem))?,
    };
    let side: Option<Side> = row_text::side(field(3)).map_err(|problem| ("side", problem))?;
    let price = number(field(4)).map_err(|problem| ("price", problem))?;
    let quantity = number(field(5)).map_err(|problem| ("quantity", problem))?;
    let name = field(2);
    let order = match (field(6), name) {
        ("", "add" | "modify" | "cancel") => return Err(("order", format!("is empty; {name} needs a number"))),
        ("", _) => 0,
        (text, _) => text.parse().map_err(|_| ("order", format!("`{text}` is no whole number of 0 or more")))?,
    };
    let flags = match layout.at[7] {
        Some(_) => row_text::flags(field(7)).map_err(|problem| ("flags", problem))?,
        None => LAST,
    };
    if layout.at[8].is_some() && field(8) != contract.symbol {
        let problem = format!("`{}`, expected {}: a tape holds one instrument", field(8), contract.symbol);
        return Err(("symbol", problem));
    }
    let event = row_text::event(name, side, Price::from_units(price), Quantity::from_units(quantity), order)?;
    columns.push(Timestamp::from_nanos(venue_time), Timestamp::from_nanos(local_time), event, flags);
    Ok(())
}

/// Units of 1e-8; nothing is 0.
fn number(text: &str) -> Result<i64, String> {
    if text.is_empty() {
        return Ok(0);
    }
    let value: Result<Price, _> = text.parse();
    value.map(Price::units).map_err(|e| e.to_string())
}

fn instant(zone: &mut Zone, text: &str) -> Result<i64, String> {
    match when::parse(text)? {
        When::Instant(nanos) => Ok(nanos),
        When::Date(_) => Err(format!("`{text}` has no time of day")),
        When::Local(day, nanos) => match zone.utc(day, nanos) {
            Local::One(utc) => Ok(utc),
            Local::Two(..) => Err(format!("`{text}` was shown twice by the clocks; give the offset or Z")),
            Local::Never => Err(format!("`{text}` does not exist: clocks were set forward over it")),
        },
    }
}

/// Writes the rows, with the columns that the tape has and always with its flags.
pub(super) fn write(path: &Path, tape: &Tape) -> Result<(), DataError> {
    let file = File::create(path).map_err(|e| DataError::io(path, "write", e))?;
    write_rows(BufWriter::new(file), tape).map_err(|e| DataError::io(path, "write", e))
}

fn write_rows(mut out: impl Write, tape: &Tape) -> io::Result<()> {
    let columns = tape.columns();
    let (local, orders) = (!columns.local_time.is_empty(), !columns.order.is_empty());
    let name = |has: bool, name: &'static str| if has { name } else { "" };
    writeln!(
        out,
        "venue_time{},event,side,price,quantity{},flags",
        name(local, ",local_time"),
        name(orders, ",order")
    )?;
    for row in 0..tape.len() {
        write!(out, "{}", tape.venue_time(row))?;
        if local {
            write!(out, ",{}", tape.local_time(row))?;
        }
        let (event, side, numbers, order) = row_text::fields(&tape.event(row));
        let side = side.map_or("", |side| if side == Side::Buy { "buy" } else { "sell" });
        write!(out, ",{event},{side}")?;
        match numbers {
            Some((price, quantity)) if event == "cancel" || price == Price::ZERO => write!(out, ",,{quantity}")?,
            Some((price, quantity)) => write!(out, ",{price},{quantity}")?,
            None => write!(out, ",,")?,
        }
        if orders {
            write!(out, ",{}", order.map_or_else(String::new, |order| order.to_string()))?;
        }
        writeln!(out, ",{}", row_text::flags_text(tape.code(row)))?;
    }
    out.flush()
}
