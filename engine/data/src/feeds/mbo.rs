//! `mbo`: every order of one instrument, as Databento writes it.
//!
//! Columns `ts_recv_ns,ts_event_ns,action,side,price,size,order_id,flags,sequence` (also
//! under Databento's names `ts_recv` and `ts_event`). Actions, after Databento's
//! "Market by order (MBO)" schema:
//!
//! | action | meaning | becomes |
//! |---|---|---|
//! | A | an order joined the book | `Add` |
//! | M | price or size of an order changed | `Modify` |
//! | C | an order, or a part of it, left | `Cancel` |
//! | T | an aggressor traded; side is the aggressor's, N: not told (auction) | `Trade` |
//! | F | a resting order was filled; the book changes with the C or M that follows | compared |
//! | R | the book was cleared | `Clear` |
//!
//! Flag 128 ends a packet, flag 32 is part of a snapshot, which needs no 128 and is one
//! packet that begins with a `Clear`. Sequence numbers may repeat and leave out (a channel
//! carries many instruments), and must not step back outside of snapshots. A trade without
//! a side while the book is crossed or locked is the result of an auction.

use std::collections::HashMap;

use engine_core::fixed::{Price, Quantity};
use engine_core::order::Side;
use engine_core::orderbook::OrderBook;
use engine_core::tape::{AUCTION, SNAPSHOT, TapeEvent};
use engine_core::time::Timestamp;

use super::assemble::Assembler;
use super::{Input, Reading};
use crate::audit::{count, grouped};
use crate::error::DataError;

/// The packet ends.
const FLAG_LAST: i64 = 128;
/// Part of a snapshot.
const FLAG_SNAPSHOT: i64 = 32;

/// Where the columns stand.
struct Layout {
    recv: usize,
    event: usize,
    action: usize,
    side: usize,
    price: usize,
    size: usize,
    order: usize,
    flags: usize,
    sequence: Option<usize>,
}

/// The packet in progress.
#[derive(Default)]
struct Packet {
    venue: i64,
    local: i64,
    rows: Vec<(TapeEvent, u16)>,
    snapshot: bool,
    open: bool,
}

/// What the fills are, compared with the book.
#[derive(Clone, Copy, Default)]
struct Fills {
    fit: usize,
    hidden: usize,
    aggressor: usize,
    auction: usize,
    wrong: usize,
    first: Option<usize>,
}

struct Reader {
    assembler: Assembler,
    packet: Packet,
    book: OrderBook,
    /// Price and what is left of each order, to see what the book's changes leave out.
    orders: HashMap<u64, (i64, i64)>,
    sequence: i64,
    gapped: bool,
    gaps: usize,
    /// The aggressor of the last trade.
    aggressor: Option<u64>,
    fills: Fills,
    snapshots: usize,
}

pub(super) fn read(input: &mut Input<'_>) -> Result<Reading, DataError> {
    let t = input.table;
    let layout = Layout {
        recv: t.need(&["ts_recv_ns", "ts_recv"])?,
        event: t.need(&["ts_event_ns", "ts_event"])?,
        action: t.need(&["action"])?,
        side: t.need(&["side"])?,
        price: t.need(&["price"])?,
        size: t.need(&["size"])?,
        order: t.need(&["order_id"])?,
        flags: t.need(&["flags"])?,
        sequence: t.find(&["sequence"]),
    };
    let mut reader = Reader {
        assembler: Assembler::default(),
        packet: Packet::default(),
        book: OrderBook::new(true),
        orders: HashMap::new(),
        sequence: i64::MIN,
        gapped: false,
        gaps: 0,
        aggressor: None,
        fills: Fills::default(),
        snapshots: 0,
    };
    let mut last_row = 0;
    for row in input.rows() {
        reader.row(input, &layout, row)?;
        last_row = row;
    }
    if reader.packet.open && !reader.packet.snapshot {
        let problem = "the last packet is not ended (flag 128): the file is cut off".to_owned();
        return Err(t.error(layout.flags, last_row, problem));
    }
    reader.end();
    let mut reading = Reading::default();
    reader.tell(input, &mut reading);
    reading.columns = reader.assembler.finish(&mut reading.notes);
    Ok(reading)
}

impl Reader {
    fn row(&mut self, input: &mut Input<'_>, layout: &Layout, row: usize) -> Result<(), DataError> {
        let t = input.table;
        let venue = input.time(layout.event, row, None)?;
        let local = input.time(layout.recv, row, None)?;
        if local < venue {
            let (local, venue) = (Timestamp::from_nanos(local), Timestamp::from_nanos(venue));
            let problem = format!("received {local}, before it happened, {venue}");
            return Err(t.error(layout.recv, row, problem));
        }
        let flags = t.int(layout.flags, row)?;
        let snapshot = flags & FLAG_SNAPSHOT != 0;
        if self.packet.open && self.packet.snapshot != snapshot {
            if !self.packet.snapshot {
                let problem = "a snapshot begins inside a packet that is not ended (flag 128)".to_owned();
                return Err(t.error(layout.flags, row, problem));
            }
            self.end();
        }
        if let Some(column) = layout.sequence.filter(|_| !snapshot) {
            let sequence = t.int(column, row)?;
            if sequence < self.sequence {
                self.miss(
                    input,
                    column,
                    row,
                    format!("{sequence} is before that of the row above, {}", self.sequence),
                )?;
            }
            self.sequence = self.sequence.max(sequence);
        }
        if !self.packet.open {
            self.packet.open = true;
            self.packet.snapshot = snapshot;
            (self.packet.venue, self.packet.local) = (venue, local);
            if snapshot {
                self.snapshots += 1;
                self.push(TapeEvent::Clear { side: None }, SNAPSHOT);
            }
        }
        self.packet.venue = self.packet.venue.max(venue);
        self.packet.local = self.packet.local.max(local);
        self.action(input, layout, row, if snapshot { SNAPSHOT } else { 0 })?;
        if flags & FLAG_LAST != 0 && !snapshot {
            self.end();
        }
        Ok(())
    }

    fn action(&mut self, input: &Input<'_>, layout: &Layout, row: usize, flags: u16) -> Result<(), DataError> {
        let t = input.table;
        let action = t.word(layout.action, row);
        if action == "R" {
            self.push(TapeEvent::Clear { side: None }, flags);
            return Ok(());
        }
        let side = match t.word(layout.side, row) {
            "B" => Some(Side::Buy),
            "A" => Some(Side::Sell),
            "N" => None,
            other => return Err(t.error(layout.side, row, format!("`{other}`, expected A, B or N"))),
        };
        let one = || side.ok_or_else(|| t.error(layout.side, row, format!("`N`, but {action} needs A or B")));
        let order = || {
            let number = t.int(layout.order, row)?;
            u64::try_from(number).map_err(|_| t.error(layout.order, row, format!("{number} is no order number")))
        };
        let size = t.size(layout.size, row, false)?;
        let quantity = Quantity::from_units(size);
        let price = || t.price(layout.price, row).map(Price::from_units);
        match action {
            "A" => {
                let (order, side, price) = (order()?, one()?, price()?);
                if self.orders.contains_key(&order) {
                    self.miss(input, layout.order, row, format!("order {order} is added a second time"))?;
                }
                self.orders.insert(order, (price.units(), size));
                self.push(TapeEvent::Add { order, side, price, quantity }, flags);
            }
            "M" => {
                let (order, side, price) = (order()?, one()?, price()?);
                if self.orders.contains_key(&order) {
                    self.push(TapeEvent::Modify { order, side, price, quantity }, flags);
                } else {
                    self.miss(input, layout.order, row, format!("order {order} is changed and was never added"))?;
                    self.push(TapeEvent::Add { order, side, price, quantity }, flags);
                }
                self.orders.insert(order, (price.units(), size));
            }
            "C" => {
                let order = order()?;
                match self.orders.get_mut(&order) {
                    Some((_, left)) => {
                        *left -= size.min(*left);
                        if *left == 0 {
                            self.orders.remove(&order);
                        }
                        self.push(TapeEvent::Cancel { order, quantity }, flags);
                    }
                    None => self.miss(input, layout.order, row, format!("order {order} leaves and was never added"))?,
                }
            }
            "T" => {
                let auction = side.is_none() && self.crossed();
                self.aggressor = order().ok();
                let event = TapeEvent::Trade { price: price()?, quantity, aggressor: side };
                self.push(event, flags | if auction { AUCTION } else { 0 });
            }
            "F" => {
                let order = order()?;
                let known = self.orders.get(&order).copied();
                let price = price()?.units();
                let of = &mut self.fills;
                match (side, known) {
                    (None, _) => of.auction += 1,
                    (Some(_), _) if self.aggressor == Some(order) => of.aggressor += 1,
                    (Some(_), Some((at, left))) if at == price && size <= left => of.fit += 1,
                    (Some(_), Some((at, _))) if at == price => of.hidden += 1,
                    _ => {
                        of.first.get_or_insert(row);
                        of.wrong += 1;
                    }
                }
            }
            other => return Err(t.error(layout.action, row, format!("`{other}`, expected A, C, M, T, F or R"))),
        }
        Ok(())
    }

    /// Something does not follow from what stands above: refused, or marked once until the next snapshot.
    fn miss(&mut self, input: &Input<'_>, column: usize, row: usize, problem: String) -> Result<(), DataError> {
        if !input.marks() {
            return Err(input.table.error(column, row, problem));
        }
        if !self.gapped {
            self.gapped = true;
            self.gaps += 1;
            self.packet.open = true;
            self.push(TapeEvent::Gap, 0);
        }
        Ok(())
    }

    fn crossed(&self) -> bool {
        matches!((self.book.bid(), self.book.ask()), (Some(bid), Some(ask)) if bid.price >= ask.price)
    }

    fn push(&mut self, event: TapeEvent, flags: u16) {
        if matches!(event, TapeEvent::Clear { .. }) {
            self.orders.clear();
            self.gapped = false;
        }
        self.book.apply(&event);
        self.packet.rows.push((event, flags));
    }

    fn end(&mut self) {
        let packet = std::mem::take(&mut self.packet);
        self.assembler.message(packet.venue, packet.local, packet.rows);
    }

    fn tell(&self, input: &Input<'_>, reading: &mut Reading) {
        if self.snapshots == 0 {
            reading.findings.push("no snapshot opens the book: orders from before the file are not in it".to_owned());
        }
        if self.gaps > 0 {
            reading.findings.push(format!("{} in the orders, each marked", count(self.gaps, "gap")));
        }
        let Fills { fit, hidden, aggressor, auction, wrong, first } = self.fills;
        let [fit, hidden, aggressor, auction] = [fit, hidden, aggressor, auction].map(grouped);
        reading.notes.push(format!(
            "fills: {fit} have price and size of an order in the book, {hidden} are larger than the order showed (hidden size), {aggressor} are of the aggressor itself, {auction} of auctions"
        ));
        if let Some(row) = first {
            let (fills, place) = (count(wrong, "fill"), input.table.place(row));
            reading
                .findings
                .push(format!("{fills} of orders that are not in the book at that price, the first in {place}"));
        }
        reading.assumptions.push(
            "fills (F) change nothing by themselves: the cancel or modify behind each does; sequence numbers of the channel may leave some out"
                .to_owned(),
        );
    }
}
