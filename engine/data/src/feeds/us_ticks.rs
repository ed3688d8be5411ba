//! `us-ticks`: trades and quotes of a US stock, one venue's side per quote row.
//!
//! Columns `time,kind,price,size,bid,bid_size,ask,ask_size,exchange,cond,suspicious` as
//! Lean's tick files have them. `cond` is hexadecimal. The bits are those of AlgoSeek's
//! trade conditions (its guide "US Equity TAQ", trade condition flags):
//!
//! | bits | meaning | becomes |
//! |---|---|---|
//! | 0x40, 0x80, 0x100 | opening, closing, reopening print | `AUCTION` |
//! | 0x2, 0x4, 0x8 | cash, next day, seller's settlement | `IRREGULAR` |
//! | 0x200, 0x100000 | derivatively priced, average price | `IRREGULAR` |
//! | 0x800, 0x4000, 0x2000000 | sold late, out of sequence, prior reference price | `IRREGULAR` |
//! | 0x400000, 0x40000 | price variation, stock option | `IRREGULAR` |
//! | 0x1000000, 0x4000000 | a venue's official close and open: the auction's trade told again | `IRREGULAR` |
//! | 0x80000000 | odd lot | `IRREGULAR` |
//!
//! Trades before and after hours (0x400, 0x2000) are regular: they are the prices of those hours.
//!
//! What a quote row means is not the same in all such files. In some it is any quote of
//! its venue, and the national best is the best of the venues' last ones; in others only
//! quotes are listed that made the national best, and the last of each side is it; read as
//! quotes of venues, what a venue no longer bids would stay, and the book would be crossed
//! nearly always. The share of crossed books tells the two apart, and is stated.

use std::collections::BTreeMap;

use engine_core::fixed::{Price, Quantity};
use engine_core::order::Side;
use engine_core::tape::{AUCTION, IRREGULAR, TapeEvent};

use super::assemble::Assembler;
use super::{Input, Quotes, Reading};
use crate::audit::{count, grouped};
use crate::error::DataError;

/// Venues do not lock each other out for long: more crossed books than this mean that rows are no venue's own.
const CROSSED_SHARE_MAX: f64 = 0.05;
const AUCTIONS: u64 = 0x40 | 0x80 | 0x100;
const IRREGULARS: u64 = 0x2
    | 0x4
    | 0x8
    | 0x200
    | 0x800
    | 0x4000
    | 0x4_0000
    | 0x10_0000
    | 0x40_0000
    | 0x100_0000
    | 0x200_0000
    | 0x400_0000
    | 0x8000_0000;

/// Where the columns stand.
struct Layout {
    time: usize,
    kind: usize,
    price: usize,
    size: usize,
    sides: [(usize, usize); 2],
    exchange: usize,
    cond: Option<usize>,
    suspicious: Option<usize>,
}

/// What a quote row says of a side: nothing, that it is empty, or its price and size.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Nothing,
    Empty,
    Level(i64, i64),
}

/// A quote of one venue: one side, or both.
struct Quote {
    row: usize,
    time: i64,
    venue: u16,
    sides: [Told; 2],
}

pub(super) fn read(input: &mut Input<'_>) -> Result<Reading, DataError> {
    let t = input.table;
    let layout = Layout {
        time: t.need(&["time"])?,
        kind: t.need(&["kind"])?,
        price: t.need(&["price"])?,
        size: t.need(&["size"])?,
        sides: [(t.need(&["bid"])?, t.need(&["bid_size"])?), (t.need(&["ask"])?, t.need(&["ask_size"])?)],
        exchange: t.need(&["exchange"])?,
        cond: t.find(&["cond"]),
        suspicious: t.find(&["suspicious"]),
    };
    let mut reading = Reading::default();
    let (mut quotes, mut trades) = (Vec::new(), Vec::new());
    let mut venues: BTreeMap<String, u16> = BTreeMap::new();
    let mut above = i64::MIN;
    let (mut suspicious, mut nothing) = (0, 0);
    for row in input.rows() {
        let time = input.time(layout.time, row, None)?;
        input.forward(layout.time, row, time, &mut above)?;
        if let Some(column) = layout.suspicious
            && t.int(column, row)? != 0
        {
            suspicious += 1;
            continue;
        }
        match t.word(layout.kind, row) {
            "Q" => {
                let mut sides = [Told::Nothing; 2];
                for (side, (price, size)) in sides.iter_mut().zip(layout.sides) {
                    *side = match t.level(price, size, row)? {
                        Some((price, size)) => Told::Level(price, size),
                        None if t.is_nothing(price, row) => Told::Nothing,
                        None => Told::Empty,
                    };
                }
                // Without a price on either side the venue takes its quotes back.
                if sides == [Told::Nothing; 2] {
                    sides = [Told::Empty; 2];
                    nothing += 1;
                }
                let new = venues.len() as u16;
                let venue = *venues.entry(t.text(layout.exchange, row)).or_insert(new);
                quotes.push(Quote { row, time, venue, sides });
            }
            "T" => trades.push((row, time, trade(input, &layout, row)?)),
            other => {
                let problem = format!("`{other}`, expected T or Q");
                return Err(t.error(layout.kind, row, problem));
            }
        }
    }
    let kind = choose(input, &quotes, venues.len(), &mut reading);
    let mut book = Book::new(kind);
    let mut assembler = Assembler::default();
    let mut trades = trades.into_iter().peekable();
    for quote in &quotes {
        while let Some((_, time, trade)) = trades.next_if(|(row, ..)| *row < quote.row) {
            assembler.message(time, time, [trade]);
        }
        let rows = book.quote(quote);
        assembler.message(quote.time, quote.time, rows);
    }
    for (_, time, trade) in trades {
        assembler.message(time, time, [trade]);
    }
    if suspicious > 0 {
        reading.notes.push(format!("{} marked as suspicious left out", count(suspicious, "row")));
    }
    if nothing > 0 {
        reading
            .notes
            .push(format!("{} without a price: what that venue quoted is taken back", count(nothing, "quote")));
    }
    reading.assumptions.push(
        "trades of late reports, average and derived prices, official opens and closes and odd lots (cond) are irregular"
            .to_owned(),
    );
    reading.columns = assembler.finish(&mut reading.notes);
    Ok(reading)
}

fn trade(input: &Input<'_>, layout: &Layout, row: usize) -> Result<(TapeEvent, u16), DataError> {
    let t = input.table;
    let price = Price::from_units(t.price(layout.price, row)?);
    let quantity = Quantity::from_units(t.size(layout.size, row, false)?);
    let mut flags = 0;
    if let Some(column) = layout.cond.filter(|c| !t.is_empty(*c, row)) {
        let text = t.text(column, row);
        let cond = u64::from_str_radix(&text, 16)
            .map_err(|_| t.error(column, row, format!("`{text}` is no hexadecimal number")))?;
        flags |= if cond & IRREGULARS != 0 { IRREGULAR } else { 0 };
        flags |= if cond & AUCTIONS != 0 { AUCTION } else { 0 };
    }
    Ok((TapeEvent::Trade { price, quantity, aggressor: None }, flags))
}

/// What the quote rows are: as the user says, or its venue's own unless that crosses the book often.
fn choose(input: &Input<'_>, quotes: &[Quote], venues: usize, reading: &mut Reading) -> Quotes {
    if quotes.is_empty() {
        return Quotes::National;
    }
    let crossed = |kind: Quotes| {
        let mut book = Book::new(kind);
        quotes
            .iter()
            .filter(|quote| {
                book.update(quote);
                matches!((book.best(0), book.best(1)), (Some((bid, _)), Some((ask, _))) if bid > ask)
            })
            .count()
    };
    let (national, venue) = (crossed(Quotes::National), crossed(Quotes::Venue));
    let often = venue as f64 > CROSSED_SHARE_MAX * quotes.len() as f64;
    let kind = input.wishes.quotes.unwrap_or(if often { Quotes::National } else { Quotes::Venue });
    let of = format!("of {} quotes of {venues} venues the book is crossed after", grouped(quotes.len()));
    let (national, venue) = (grouped(national), grouped(venue));
    reading.assumptions.push(match kind {
        Quotes::National => format!(
            "each quote row is a new national best: {of} {national} read so, after {venue} when each is its venue's own{}",
            if often { " (too often)" } else { "" }
        ),
        Quotes::Venue => format!(
            "each quote row is its venue's own, the best of all venues is the national best and sizes at it are added: {of} {venue}"
        ),
    });
    kind
}

/// The national best as it is built.
struct Book {
    kind: Quotes,
    /// Last price and size of each venue, by side; one entry for all when rows are national.
    sides: [BTreeMap<u16, (i64, i64)>; 2],
}

impl Book {
    fn new(kind: Quotes) -> Self {
        Self { kind, sides: [BTreeMap::new(), BTreeMap::new()] }
    }

    fn update(&mut self, quote: &Quote) {
        let venue = if self.kind == Quotes::National { 0 } else { quote.venue };
        for (side, told) in self.sides.iter_mut().zip(quote.sides) {
            match told {
                Told::Nothing => {}
                Told::Empty => drop(side.remove(&venue)),
                Told::Level(price, size) => drop(side.insert(venue, (price, size))),
            }
        }
    }

    /// Best price of a side, and all size at it.
    fn best(&self, side: usize) -> Option<(i64, i64)> {
        let prices = self.sides[side].values().map(|(price, _)| *price);
        let best = if side == 0 { prices.max() } else { prices.min() }?;
        let at_best = self.sides[side].values().filter(|(price, _)| *price == best);
        Some((best, at_best.fold(0, |sum: i64, (_, size)| sum.saturating_add(*size))))
    }

    /// The rows that a quote makes: the new best of each side that it tells or changes.
    fn quote(&mut self, quote: &Quote) -> Vec<(TapeEvent, u16)> {
        let before = [self.best(0), self.best(1)];
        self.update(quote);
        let mut rows = Vec::with_capacity(2);
        for (at, side) in [Side::Buy, Side::Sell].into_iter().enumerate() {
            let now = self.best(at);
            let told = self.kind == Quotes::National && quote.sides[at] != Told::Nothing;
            if now == before[at] && !told {
                continue;
            }
            let (price, size) = now.unwrap_or((0, 0));
            let (price, quantity) = (Price::from_units(price), Quantity::from_units(size));
            rows.push((TapeEvent::Quote { side, price, quantity }, 0));
        }
        rows
    }
}
