//! `ctp-depth`: snapshots of a Chinese futures exchange, twice a second, as CTP sends them.
//!
//! Columns `time,last,total_volume,bid1,bid1_size,ask1,ask1_size` and, where there are
//! some, `total_turnover,volume,high,low,trading_day,bid2...ask5_size`; also under the
//! names of vn.py (`datetime,last_price,volume,turnover,bid_price_1,bid_volume_1`).
//!
//! - One level becomes quotes; with `bid2` and so on the changes between two snapshots
//!   become levels.
//! - What traded between two snapshots is told by the totals: see `ctp_trades`. A trade at
//!   or above the ask of the snapshot before was bought, at or below its bid sold, else
//!   nobody knows.
//! - Where the symbol has a calendar: what traded before the session opens is the result of
//!   the auction; snapshots more than a minute after a part of the session closes carry
//!   final values: they clear the book, and what they add is irregular.
//! - The multiplier (yuan per point) is taken from turnover, volume and price.

use engine_core::fixed::{Price, Quantity, SCALE};
use engine_core::order::Side;
use engine_core::tape::{AUCTION, IRREGULAR, TapeEvent};
use engine_core::time::{HOUR, MINUTE};

use super::assemble::Assembler;
use super::ctp_layout::{Layout, Scales, scales};
use super::ctp_trades::Traded;
use super::{Input, Reading};
use crate::audit::{count, grouped};
use crate::calendars::calendar_for;
use crate::error::DataError;

/// Snapshots of a closed market come later than this after the close.
const CLOSED_AFTER: i64 = MINUTE;
/// The auction is told within this time before the open.
const AUCTION_BEFORE: i64 = HOUR;

/// Price and size of a level, in units.
type Level = (i64, i64);

/// A part of the trading day.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Auction,
    Open,
    Closed,
}

/// Totals of the day so far.
#[derive(Clone, Default)]
struct Totals {
    day: String,
    volume: i64,
    turnover: f64,
    high: Option<i64>,
    low: Option<i64>,
}

struct Reader {
    layout: Layout,
    /// Price step in units, and yuan per point.
    step: i64,
    multiplier: Option<i64>,
    /// Open and close of the parts of all sessions; empty when not known.
    parts: Vec<(i64, i64)>,
    totals: Option<Totals>,
    book: [Vec<Level>; 2],
    closed: bool,
    /// Snapshots in which something traded; of those, told by one price only; without a price.
    traded: usize,
    single: usize,
    after_close: usize,
    volume_differs: (usize, usize),
}

pub(super) fn read(input: &mut Input<'_>) -> Result<Reading, DataError> {
    let layout = Layout::of(input)?;
    let Scales { step, multiplier, seen } = scales(input, &layout)?;
    let mut reading = Reading::default();
    let mut reader = Reader {
        layout,
        step,
        multiplier,
        parts: parts(input, seen),
        totals: None,
        book: [Vec::new(), Vec::new()],
        closed: false,
        traded: 0,
        single: 0,
        after_close: 0,
        volume_differs: (0, 0),
    };
    let mut assembler = Assembler::default();
    let mut above = i64::MIN;
    for row in input.rows() {
        let time = input.time(reader.layout.time, row, None)?;
        input.forward(reader.layout.time, row, time, &mut above)?;
        let rows = reader.snapshot(input, row, time, &mut reading)?;
        assembler.message(time, time, rows);
    }
    reader.tell(input, &mut reading);
    reading.columns = assembler.finish(&mut reading.notes);
    Ok(reading)
}

fn parts(input: &Input<'_>, (first, last): (i64, i64)) -> Vec<(i64, i64)> {
    let days = calendar_for(input.symbol).map(|c| c.days_around(first, last)).unwrap_or_default();
    days.into_iter().flat_map(|day| day.parts).collect()
}

impl Reader {
    fn phase(&self, time: i64) -> Phase {
        if self.parts.is_empty() {
            return Phase::Open;
        }
        let at = self.parts.partition_point(|(open, _)| *open <= time);
        let trading = at.checked_sub(1).is_some_and(|at| time <= self.parts[at].1 + CLOSED_AFTER);
        match self.parts.get(at) {
            _ if trading => Phase::Open,
            Some((open, _)) if open - time <= AUCTION_BEFORE => Phase::Auction,
            _ => Phase::Closed,
        }
    }

    fn snapshot(
        &mut self,
        input: &Input<'_>,
        row: usize,
        time: i64,
        reading: &mut Reading,
    ) -> Result<Vec<(TapeEvent, u16)>, DataError> {
        let phase = self.phase(time);
        let flags = match phase {
            Phase::Auction => AUCTION,
            Phase::Open => 0,
            Phase::Closed => IRREGULAR,
        };
        let mut rows: Vec<(TapeEvent, u16)> =
            self.trades(input, row, phase, reading)?.into_iter().map(|trade| (trade, flags)).collect();
        if phase == Phase::Closed {
            self.after_close += 1;
            if !self.closed {
                rows.push((TapeEvent::Clear { side: None }, 0));
            }
            self.closed = true;
            self.book = [Vec::new(), Vec::new()];
            return Ok(rows);
        }
        self.closed = false;
        let depth = self.layout.sides[0].len().max(self.layout.sides[1].len()) > 1;
        for (at, side) in [Side::Buy, Side::Sell].into_iter().enumerate() {
            let mut levels = Vec::with_capacity(self.layout.sides[at].len());
            for (price, size) in &self.layout.sides[at] {
                levels.extend(input.table.level(*price, *size, row)?);
            }
            let of = |(price, size): Level| (Price::from_units(price), Quantity::from_units(size));
            if depth {
                let gone = self.book[at].iter().filter(|(price, _)| levels.iter().all(|(p, _)| p != price));
                let gone = gone.map(|(price, _)| (*price, 0));
                let told =
                    levels.iter().enumerate().filter(|(n, l)| *n == 0 || !self.book[at].contains(l)).map(|(_, l)| *l);
                rows.extend(gone.chain(told).map(|level| {
                    let (price, quantity) = of(level);
                    (TapeEvent::Level { side, price, quantity }, 0)
                }));
            } else {
                let (price, quantity) = of(levels.first().copied().unwrap_or((0, 0)));
                rows.push((TapeEvent::Quote { side, price, quantity }, 0));
            }
            self.book[at] = levels;
        }
        Ok(rows)
    }

    /// What traded since the snapshot before.
    fn trades(
        &mut self,
        input: &Input<'_>,
        row: usize,
        phase: Phase,
        reading: &mut Reading,
    ) -> Result<Vec<TapeEvent>, DataError> {
        let t = input.table;
        let l = &self.layout;
        let extreme = |column: Option<usize>| {
            column.filter(|c| !t.is_empty(*c, row)).and_then(|c| t.price(c, row).ok()).map(|p| p / self.step)
        };
        let volume = t.int(l.total_volume, row)?;
        if volume < 0 {
            return Err(t.error(l.total_volume, row, format!("{volume} is no volume, expected 0 or more")));
        }
        let now = Totals {
            day: l.day.map_or_else(String::new, |c| t.text(c, row)),
            volume,
            turnover: l.total_turnover.map(|c| t.float(c, row)).transpose()?.unwrap_or(0.0),
            high: extreme(l.high).filter(|_| volume > 0),
            low: extreme(l.low).filter(|_| volume > 0),
        };
        let told = l.volume.map(|c| t.int(c, row)).transpose()?;
        let opens = self.totals.is_none();
        let before = match self.totals.take() {
            Some(before) if before.day == now.day => before,
            // A new day begins at zero.
            Some(_) => Totals { day: now.day.clone(), ..Totals::default() },
            None if phase == Phase::Auction || told == Some(volume) => {
                Totals { day: now.day.clone(), ..Totals::default() }
            }
            None => {
                if volume > 0 {
                    reading.notes.push(format!(
                        "{} lots traded before the first snapshot: no trade of the tape",
                        grouped_i(volume)
                    ));
                }
                now.clone()
            }
        };
        let lots = volume - before.volume;
        if lots < 0 {
            let problem =
                format!("{volume} is below that of the row above, {}: a total does not go back", before.volume);
            return Err(t.error(l.total_volume, row, problem));
        }
        if told.is_some_and(|told| told != lots) && !opens {
            if self.volume_differs.0 == 0 {
                self.volume_differs.1 = row;
            }
            self.volume_differs.0 += 1;
        }
        self.totals = Some(now.clone());
        if lots == 0 {
            return Ok(Vec::new());
        }
        self.traded += 1;
        let last = t.price(self.layout.last, row)?;
        let points = self.multiplier.filter(|_| self.layout.total_turnover.is_some()).and_then(|multiplier| {
            let steps = (now.turnover - before.turnover) / multiplier as f64 / (self.step as f64 / SCALE as f64);
            let whole = steps.round();
            ((steps - whole).abs() < 0.01 && (1.0..9e15).contains(&whole)).then_some(whole as i64)
        });
        let new = |now: Option<i64>, before: Option<i64>| now.map(|price| (price, before != Some(price)));
        let traded = Traded {
            lots,
            value: points,
            last: last / self.step,
            high: new(now.high, before.high),
            low: new(now.low, before.low),
        };
        let (trades, met) = traded.trades();
        self.single += usize::from(!met);
        let [bid, ask] = [0, 1].map(|at| self.book[at].first().map(|(price, _)| *price));
        let event = |(steps, lots): (i64, i64)| {
            let price = steps * self.step;
            let bought = ask.is_some_and(|ask| price >= ask);
            let sold = bid.is_some_and(|bid| price <= bid);
            let aggressor = match (bought, sold) {
                (true, false) => Some(Side::Buy),
                (false, true) => Some(Side::Sell),
                _ => None,
            };
            let quantity = lots.checked_mul(SCALE).map(Quantity::from_units);
            let quantity =
                quantity.ok_or_else(|| t.error(self.layout.total_volume, row, format!("{lots} lots in one trade")))?;
            Ok(TapeEvent::Trade { price: Price::from_units(price), quantity, aggressor })
        };
        trades.into_iter().map(event).collect()
    }

    fn tell(&self, input: &Input<'_>, reading: &mut Reading) {
        let step = Price::from_units(self.step);
        let multiplier = match self.multiplier {
            Some(m) => format!("the multiplier {m}"),
            None => "no multiplier that fits".to_owned(),
        };
        reading.assumptions.push(format!(
            "trades are made from the totals of the snapshots with {multiplier} and the price step {step}: {} of {} meet volume and turnover, the rest are one trade at the last price",
            grouped(self.traded - self.single),
            grouped(self.traded)
        ));
        reading.assumptions.push(
            "a trade at or beyond a quote of the snapshot before was bought or sold there; others have no aggressor"
                .to_owned(),
        );
        match calendar_for(input.symbol).filter(|_| !self.parts.is_empty()) {
            Some(calendar) => reading.assumptions.push(format!(
                "sessions of {}: trades before the open are the auction's; snapshots after a close clear the book",
                calendar.name()
            )),
            None => {
                reading.assumptions.push("no calendar for the symbol: every snapshot is of an open market".to_owned())
            }
        }
        let (differs, row) = self.volume_differs;
        if differs > 0 {
            let snapshots = count(differs, "snapshot");
            let place = input.table.place(row);
            reading
                .findings
                .push(format!("the volume of {snapshots} is not the difference of the totals, the first in {place}"));
        }
        if self.after_close > 0 {
            reading
                .notes
                .push(format!("{} after the close: their quotes left out", count(self.after_close, "snapshot")));
        }
    }
}

fn grouped_i(n: i64) -> String {
    grouped(usize::try_from(n).unwrap_or(0))
}
