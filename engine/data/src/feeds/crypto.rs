//! `crypto-l2`: the book of a perpetual by levels, as exchanges of the Binance kind send it.
//!
//! Columns `recv_ns,exch_ms,event,side,price,qty,id,first_id,prev_id`, in the order of
//! receipt. `event` is `snapshot`, `depth` (quantity 0 removes the level), `trade` (side B:
//! the buyer took, S: the seller) or `bbo` (best quotes; side B or A). Rows of one event and
//! one id are one message.
//!
//! - `prev_id` of a depth message is the `id` of the one before; `first_id` to `id` are the
//!   updates in it. A snapshot with id S holds every update up to S: messages that end at or
//!   before S are in it, and the first one behind it must begin at S + 1 or before.
//! - A snapshot is asked for and comes late; in the tape it stands before the first message
//!   that it does not hold, whatever its stamp says. Messages before the first snapshot are
//!   left out.
//! - Where the receiver's clock is behind the venue's, one offset is added to all receipt
//!   times, so that the shortest latency is 0.
//! - Best quotes are another view of the same book, ahead of the depth messages, which
//!   collect the updates of some 50 ms. They do not become rows: with each depth message the
//!   book must show the last best quote up to its id, which is checked and counted.

use engine_core::fixed::{Price, Quantity};
use engine_core::order::Side;
use engine_core::tape::{SNAPSHOT, TapeEvent};
use engine_core::time::{MINUTE, Timestamp};

use super::assemble::Assembler;
use super::crypto_best::Best;
use super::{Input, Reading, crypto_best};
use crate::audit::{count, duration};
use crate::error::DataError;

/// A receiver's clock that is behind by more is taken as damaged.
const OFFSET_MAX: i64 = 10 * MINUTE;

/// Where the columns stand.
struct Layout {
    recv: usize,
    exch: usize,
    event: usize,
    side: usize,
    price: usize,
    quantity: usize,
    id: usize,
    first_id: usize,
    prev_id: usize,
}

/// A snapshot or a depth message.
pub(super) struct Update {
    row: usize,
    venue: i64,
    local: i64,
    pub(super) id: i64,
    first: i64,
    /// Updates are missing before it.
    gap: bool,
    pub(super) levels: Vec<TapeEvent>,
}

/// What the rows of the file are, in their order.
enum Entry {
    Depth(usize),
    Snapshot,
    Trade { venue: i64, local: i64, event: TapeEvent },
}

/// Everything in the file.
#[derive(Default)]
struct Feed {
    entries: Vec<Entry>,
    depth: Vec<Update>,
    snapshots: Vec<Update>,
    best: Vec<Best>,
    trade_id: Option<i64>,
    trade_time: i64,
    trade_gaps: usize,
    left_out: usize,
    offset: i64,
}

pub(super) fn read(input: &mut Input<'_>) -> Result<Reading, DataError> {
    let t = input.table;
    let layout = Layout {
        recv: t.need(&["recv_ns"])?,
        exch: t.need(&["exch_ms"])?,
        event: t.need(&["event"])?,
        side: t.need(&["side"])?,
        price: t.need(&["price"])?,
        quantity: t.need(&["qty", "quantity"])?,
        id: t.need(&["id"])?,
        first_id: t.need(&["first_id"])?,
        prev_id: t.need(&["prev_id"])?,
    };
    let mut feed = Feed::default();
    for row in input.rows() {
        feed.row(input, &layout, row)?;
    }
    feed.check_chain(input, &layout)?;
    let mut reading = Reading::default();
    feed.tape(input, &layout, &mut reading)?;
    crypto_best::compare(input, &feed.depth, feed.snapshots.first(), &feed.best, &mut reading);
    Ok(reading)
}

impl Feed {
    fn row(&mut self, input: &mut Input<'_>, layout: &Layout, row: usize) -> Result<(), DataError> {
        let t = input.table;
        let local = input.time(layout.recv, row, Some(1))?;
        let venue = input.time(layout.exch, row, Some(1_000_000))?;
        if venue - local > OFFSET_MAX {
            let (local, venue) = (Timestamp::from_nanos(local), Timestamp::from_nanos(venue));
            let problem = format!("received {local}, long before it happened, {venue}");
            return Err(t.error(layout.recv, row, problem));
        }
        self.offset = self.offset.max(venue - local);
        let price = t.price(layout.price, row)?;
        let id = t.int(layout.id, row)?;
        let event = t.word(layout.event, row);
        let side = match (t.word(layout.side, row), event) {
            ("B", _) => Side::Buy,
            ("S", "trade") | ("A", "depth" | "snapshot" | "bbo") => Side::Sell,
            (other, _) => {
                let expected = if event == "trade" { "B or S" } else { "B or A" };
                return Err(t.error(layout.side, row, format!("`{other}`, expected {expected}")));
            }
        };
        let size = t.size(layout.quantity, row, event != "trade")?;
        let (price_of, quantity) = (Price::from_units(price), Quantity::from_units(size));
        match event {
            "trade" => self.trade(input, layout, row, (id, venue, local, price_of, quantity, side))?,
            "bbo" => {
                if self.best.last().is_some_and(|best| id < best.id) {
                    return Err(t.error(layout.id, row, format!("{id} is before the best quote above it")));
                }
                if self.best.last().is_none_or(|best| best.id != id) {
                    self.best.push(Best { id, row, sides: [None, None] });
                }
                if let Some(best) = self.best.last_mut() {
                    best.sides[usize::from(side == Side::Sell)] = (size > 0).then_some((price, size));
                }
            }
            "depth" | "snapshot" => {
                let level = TapeEvent::Level { side, price: price_of, quantity };
                let snapshot = event == "snapshot";
                let list = if snapshot { &mut self.snapshots } else { &mut self.depth };
                let goes_on = match self.entries.last() {
                    Some(Entry::Depth(_)) => !snapshot,
                    Some(Entry::Snapshot) => snapshot,
                    _ => false,
                };
                if let Some(update) = list.last_mut()
                    && update.id == id
                    && goes_on
                {
                    update.levels.push(level);
                    return Ok(());
                }
                let first =
                    if snapshot || t.is_empty(layout.first_id, row) { id } else { t.int(layout.first_id, row)? };
                let at = list.len();
                list.push(Update { row, venue, local, id, first, gap: false, levels: vec![level] });
                self.entries.push(if snapshot { Entry::Snapshot } else { Entry::Depth(at) });
            }
            other => {
                let problem = format!("`{other}`, expected snapshot, depth, trade or bbo");
                return Err(t.error(layout.event, row, problem));
            }
        }
        Ok(())
    }

    fn trade(
        &mut self,
        input: &Input<'_>,
        layout: &Layout,
        row: usize,
        (id, venue, local, price, quantity, side): (i64, i64, i64, Price, Quantity, Side),
    ) -> Result<(), DataError> {
        if let Some(above) = self.trade_id {
            if id <= above {
                let word = if id == above { "repeats" } else { "is before" };
                return Err(input.table.error(layout.id, row, format!("{id} {word} the trade above, {above}")));
            }
            self.trade_gaps += usize::from(id != above.saturating_add(1));
        }
        input.forward(layout.exch, row, venue, &mut self.trade_time)?;
        self.trade_id = Some(id);
        let event = TapeEvent::Trade { price, quantity, aggressor: Some(side) };
        self.entries.push(Entry::Trade { venue, local, event });
        Ok(())
    }

    /// Checks that each depth message follows the one before.
    fn check_chain(&mut self, input: &Input<'_>, layout: &Layout) -> Result<(), DataError> {
        let t = input.table;
        let mut above: Option<(i64, i64)> = None;
        let mut kept: Vec<bool> = Vec::with_capacity(self.depth.len());
        for update in &mut self.depth {
            let Update { row, id, venue, .. } = *update;
            if let Some((last, time)) = above {
                let refuse = |column: usize, problem: String| match input.marks() {
                    true => Ok(()),
                    false => Err(t.error(column, row, problem)),
                };
                if id <= last {
                    let word = if id == last { "repeats" } else { "is before" };
                    refuse(layout.id, format!("{id} {word} the depth message above, {last}"))?;
                    self.left_out += 1;
                    kept.push(false);
                    continue;
                }
                if venue < time {
                    let (here, above) = (Timestamp::from_nanos(venue), Timestamp::from_nanos(time));
                    let problem = format!("{here} is before the depth message above, {above}");
                    return Err(t.error(layout.exch, row, problem));
                }
                if !t.is_empty(layout.prev_id, row) {
                    let previous = t.int(layout.prev_id, row)?;
                    if previous != last {
                        let problem =
                            format!("{previous}, but the depth message above ends with {last}: updates are missing");
                        refuse(layout.prev_id, problem)?;
                        update.gap = true;
                    }
                }
            }
            kept.push(true);
            above = Some((id, venue));
        }
        if self.left_out > 0 {
            // What is left out must not be asked for again.
            for (update, keep) in self.depth.iter_mut().zip(&kept) {
                if !keep {
                    update.levels.clear();
                }
            }
            let mut newest = i64::MIN;
            for update in &mut self.depth {
                newest = newest.max(update.id);
                update.id = newest;
            }
        }
        Ok(())
    }

    /// The rows, with each snapshot before the first message that it does not hold.
    fn tape(&mut self, input: &Input<'_>, layout: &Layout, reading: &mut Reading) -> Result<(), DataError> {
        let mut behind: Vec<usize> = Vec::with_capacity(self.snapshots.len());
        for snapshot in &mut self.snapshots {
            let at = self.depth.partition_point(|update| update.id <= snapshot.id);
            if let Some(next) = self.depth.get(at) {
                if next.first > snapshot.id.saturating_add(1) {
                    let problem = format!(
                        "{}, but the next depth message begins with {} ({}): updates are missing",
                        snapshot.id,
                        next.first,
                        input.table.place(next.row)
                    );
                    if !input.marks() {
                        return Err(input.table.error(layout.id, snapshot.row, problem));
                    }
                    reading.findings.push(format!("snapshot {problem}"));
                }
                snapshot.venue = snapshot.venue.min(next.venue);
            }
            if let Some(before) = at.checked_sub(1).and_then(|at| self.depth.get(at)) {
                snapshot.venue = snapshot.venue.max(before.venue);
            }
            behind.push(at);
        }
        let begin = behind.first().copied();
        if begin.is_none() && !self.depth.is_empty() && !input.marks() {
            let problem = "depth without a snapshot: the book is never known".to_owned();
            return Err(input.table.error(layout.event, self.depth[0].row, problem));
        }
        let mut assembler = Assembler::default();
        let (mut next, mut gaps) = (0, 0);
        for entry in &self.entries {
            match entry {
                Entry::Trade { venue, local, event } => assembler.message(*venue, local + self.offset, [(*event, 0)]),
                Entry::Depth(at) => {
                    while behind.get(next).is_some_and(|behind| behind <= at) {
                        self.snapshot(next, &mut assembler);
                        next += 1;
                    }
                    let update = &self.depth[*at];
                    if begin.is_some_and(|begin| *at < begin) {
                        continue;
                    }
                    let gap = update.gap || (begin.is_none() && *at == 0);
                    gaps += usize::from(gap);
                    let gap = gap.then_some((TapeEvent::Gap, 0));
                    let levels = update.levels.iter().map(|level| (*level, 0));
                    assembler.message(update.venue, update.local + self.offset, gap.into_iter().chain(levels));
                }
                Entry::Snapshot => {}
            }
        }
        while next < self.snapshots.len() {
            self.snapshot(next, &mut assembler);
            next += 1;
        }
        self.tell(begin.unwrap_or(0), gaps, reading);
        reading.columns = assembler.finish(&mut reading.notes);
        Ok(())
    }

    fn snapshot(&self, at: usize, assembler: &mut Assembler) {
        let snapshot = &self.snapshots[at];
        let clear = (TapeEvent::Clear { side: None }, SNAPSHOT);
        let levels = snapshot.levels.iter().map(|level| (*level, SNAPSHOT));
        assembler.message(snapshot.venue, snapshot.local + self.offset, std::iter::once(clear).chain(levels));
    }

    fn tell(&self, skipped: usize, gaps: usize, reading: &mut Reading) {
        if self.offset > 0 {
            reading.assumptions.push(format!(
                "the receiver's clock is {} behind the venue's: so much is added to every receipt time, and the shortest latency is 0",
                duration(self.offset)
            ));
        }
        if skipped > 0 {
            reading.notes.push(format!("{} older than the snapshot left out", count(skipped, "depth message")));
        }
        if self.left_out > 0 {
            let messages = count(self.left_out, "depth message");
            reading.findings.push(format!("{messages} that repeat or step back left out"));
        }
        if gaps > 0 {
            reading.findings.push(format!("{} in the depth messages, each marked", count(gaps, "gap")));
        }
        if self.trade_gaps > 0 {
            reading.findings.push(format!("{} in the numbers of the trades", count(self.trade_gaps, "gap")));
        }
    }
}
