//! `trades` and `quotes`: the simplest tables.
//!
//! - `time,price,size[,side][,local_time]`: `side` is who took liquidity: `buy` or `B`,
//!   `sell` or `S`, nothing when not known.
//! - `time,bid,bid_size,ask,ask_size[,local_time]`: a side whose price or size is empty or 0
//!   is empty.
//!
//! With `local_time` the rows may be in the order of receipt: they are put in the venue's
//! order. Without it times must not go back.

use engine_core::fixed::{Price, Quantity};
use engine_core::order::Side;
use engine_core::tape::TapeEvent;

use super::assemble::Assembler;
use super::{Empty, Input, Reading};
use crate::error::DataError;

/// Where the times stand, and the time of the row above.
struct Times {
    venue: usize,
    local: Option<usize>,
    above: i64,
}

impl Times {
    fn of(input: &Input<'_>) -> Result<Self, DataError> {
        let t = input.table;
        Ok(Self { venue: t.need(&["time", "datetime", "timestamp"])?, local: t.find(&["local_time"]), above: i64::MIN })
    }

    /// Venue's and receiver's time of a row.
    fn row(&mut self, input: &mut Input<'_>, row: usize) -> Result<(i64, i64), DataError> {
        let venue = input.time(self.venue, row, None)?;
        let Some(column) = self.local else {
            input.forward(self.venue, row, venue, &mut self.above)?;
            return Ok((venue, venue));
        };
        let local = input.time(column, row, None)?;
        if local < venue {
            let problem = "is before the time at the venue: received before it happened".to_owned();
            return Err(input.table.error(column, row, problem));
        }
        Ok((venue, local))
    }
}

pub(super) fn trades(input: &mut Input<'_>) -> Result<Reading, DataError> {
    let t = input.table;
    let mut times = Times::of(input)?;
    let (price_at, size_at) = (t.need(&["price"])?, t.need(&["size", "qty", "quantity", "volume"])?);
    let side_at = t.find(&["side"]);
    let mut empty = Empty::default();
    let mut assembler = Assembler::default();
    for row in input.rows() {
        let (venue, local) = times.row(input, row)?;
        let price = Price::from_units(t.price(price_at, row)?);
        let quantity = Quantity::from_units(t.size(size_at, row, true)?);
        if quantity.is_zero() {
            empty.note(row);
            continue;
        }
        let aggressor = match side_at.map(|c| t.text(c, row).to_ascii_lowercase()).as_deref() {
            Some("b" | "buy") => Some(Side::Buy),
            Some("s" | "sell") => Some(Side::Sell),
            Some("") | None => None,
            Some(other) => {
                let problem = format!("`{other}`, expected buy, sell or nothing");
                return Err(t.error(side_at.unwrap_or(0), row, problem));
            }
        };
        assembler.message(venue, local, [(TapeEvent::Trade { price, quantity, aggressor }, 0)]);
    }
    let mut reading = Reading::default();
    empty.tell(t, &mut reading);
    if side_at.is_none() {
        reading.assumptions.push("nobody knows who took liquidity: there is no column side".to_owned());
    }
    reading.columns = assembler.finish(&mut reading.notes);
    Ok(reading)
}

pub(super) fn quotes(input: &mut Input<'_>) -> Result<Reading, DataError> {
    let t = input.table;
    let mut times = Times::of(input)?;
    let bid = (t.need(&["bid"])?, t.need(&["bid_size"])?);
    let ask = (t.need(&["ask"])?, t.need(&["ask_size"])?);
    let mut assembler = Assembler::default();
    for row in input.rows() {
        let (venue, local) = times.row(input, row)?;
        let mut rows = [(TapeEvent::Gap, 0); 2];
        for (at, (side, (price, size))) in [(Side::Buy, bid), (Side::Sell, ask)].into_iter().enumerate() {
            let (price, quantity) = match t.level(price, size, row)? {
                Some((price, size)) => (Price::from_units(price), Quantity::from_units(size)),
                None => (Price::ZERO, Quantity::ZERO),
            };
            rows[at].0 = TapeEvent::Quote { side, price, quantity };
        }
        assembler.message(venue, local, rows);
    }
    let mut reading = Reading::default();
    reading.columns = assembler.finish(&mut reading.notes);
    Ok(reading)
}
