//! `trade-prints`: trades of Chinese stocks as vendors of the mainland write them.
//!
//! Columns `symbol,time,price,volume_lots,side`; a lot is 100 shares; `side` 0: the buyer
//! took, 1: the seller took, 2: auction or not known. Prints before 09:30 and from 15:00 on
//! with side 2 are the results of the auctions.

use engine_core::fixed::{Price, Quantity};
use engine_core::order::Side;
use engine_core::tape::{AUCTION, TapeEvent};
use engine_core::time::{HOUR, MINUTE};

use super::assemble::Assembler;
use super::{Empty, Input, Reading};
use crate::error::DataError;

/// Shares in a lot.
const LOT: i64 = 100;
const MORNING: i64 = 9 * HOUR + 30 * MINUTE;
const CLOSE: i64 = 15 * HOUR;

pub(super) fn read(input: &mut Input<'_>) -> Result<Reading, DataError> {
    let t = input.table;
    let (time_at, price_at) = (t.need(&["time"])?, t.need(&["price"])?);
    let (lots_at, side_at) = (t.need(&["volume_lots"])?, t.need(&["side"])?);
    let mut assembler = Assembler::default();
    let mut above = i64::MIN;
    let mut empty = Empty::default();
    for row in input.rows() {
        let time = input.time(time_at, row, None)?;
        input.forward(time_at, row, time, &mut above)?;
        let price = Price::from_units(t.price(price_at, row)?);
        let shares = t.size(lots_at, row, true)?.checked_mul(LOT);
        let shares = shares.ok_or_else(|| t.error(lots_at, row, "is too large".to_owned()))?;
        if shares == 0 {
            empty.note(row);
            continue;
        }
        let aggressor = match t.text(side_at, row).as_str() {
            "0" => Some(Side::Buy),
            "1" => Some(Side::Sell),
            "2" => None,
            other => return Err(t.error(side_at, row, format!("`{other}`, expected 0 (bought), 1 (sold) or 2"))),
        };
        let (_, clock) = input.zone.local(time);
        let auction = aggressor.is_none() && !(MORNING..CLOSE).contains(&clock);
        let event = TapeEvent::Trade { price, quantity: Quantity::from_units(shares), aggressor };
        assembler.message(time, time, [(event, if auction { AUCTION } else { 0 })]);
    }
    let mut reading = Reading::default();
    empty.tell(t, &mut reading);
    reading.assumptions.push("a lot is 100 shares; side 0 bought, 1 sold, 2 auction or not known".to_owned());
    reading.columns = assembler.finish(&mut reading.notes);
    Ok(reading)
}
