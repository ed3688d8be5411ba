//! What a tape that loads is still worth a look for: its book replayed from the first row.
//!
//! Nothing here is an error: auctions cross a book, venues report trades late, feeds have
//! pauses. Rows are numbered from 1. Between the rows of a packet nobody looks.

use engine_core::fixed::Price;
use engine_core::market::BookLevel;
use engine_core::order::Side;
use engine_core::orderbook::{BookState, Change, OrderBook};
use engine_core::tape::{AUCTION, IRREGULAR, LAST, SNAPSHOT, Tape, TapeEvent};
use engine_core::time::Timestamp;

use super::contract::holds;
use crate::audit::{count, duration, grouped};

/// Spans that are named; the rest is counted.
const NAMED_MAX: usize = 3;

/// A time in which the book could not be trusted, from the end of one packet to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Row of its first packet's end, from 1.
    pub row: usize,
    /// When it began at the venue.
    pub from: Timestamp,
    /// When it ended: at the first packet after it, or with the data.
    pub to: Timestamp,
}

/// Nanoseconds from the venue to the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// Shortest.
    pub min: i64,
    /// The middle of all packets; of two, the later.
    pub median: i64,
    /// Longest.
    pub max: i64,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TapeAudit {
    /// Rows by kind, in the order of `engine_core::tape::kind`.
    pub kinds: [usize; 8],
    /// Packets.
    pub packets: usize,
    /// Trades that an auction made, that set no price, whose aggressor bought, sold.
    pub trades: [usize; 4],
    /// Spans in which the book was crossed.
    pub crossed: Vec<Span>,
    /// Spans in which the book missed something.
    pub gapped: Vec<Span>,
    /// Regular trades that could be compared with the best prices around them.
    pub trades_compared: usize,
    /// Of those, outside the best prices of the last message about the book before them and
    /// of the first at or after them; and the first row.
    pub trades_outside: (usize, usize),
    /// Changes of orders that were not there; and the first row.
    pub unknown_orders: (usize, usize),
    /// Snapshots inside the feed that were compared with the book built so far. One that
    /// already holds a part of the message behind it may agree only after that message.
    pub snapshots_compared: usize,
    /// Of those, that said otherwise; and the first row.
    pub snapshots_differ: (usize, usize),
    /// Longest time between two packets, and when it began.
    pub pause: Option<(i64, Timestamp)>,
    /// `None` when the tape has no receipt times.
    pub latency: Option<Latency>,
    /// What is worth a look, in words.
    pub findings: Vec<String>,
    /// What the tape is, in words.
    pub facts: Vec<String>,
}

type Best = (Option<Price>, Option<Price>);

/// Replays a tape.
#[must_use]
pub fn audit(tape: &Tape) -> TapeAudit {
    let mut replay = Replay::new(tape);
    for row in 0..tape.len() {
        replay.row(row);
    }
    let mut audit = replay.finish();
    audit.facts(tape);
    audit.words(tape);
    audit
}

struct Replay<'a> {
    tape: &'a Tape,
    book: OrderBook,
    audit: TapeAudit,
    latencies: Vec<i64>,
    before: Best,
    trusted: bool,
    /// Regular trades since the last packet about the book.
    trades: Vec<(usize, Price)>,
    /// The packet in progress has rows about the book.
    of_book: bool,
    /// The book without the snapshot in progress, and the snapshot's first row.
    old: Option<(usize, OrderBook)>,
    /// The book without a snapshot that differs, until the next packet.
    without: Option<Without>,
    packet_above: Option<Timestamp>,
}

/// A book that goes on without a snapshot.
struct Without {
    row: usize,
    book: OrderBook,
    /// Prices that the snapshot reaches, by side; `None` when it has no level there.
    reach: [Option<Price>; 2],
}

/// Counts, and keeps the first row, from 1.
fn note(place: &mut (usize, usize), row: usize) {
    if place.0 == 0 {
        place.1 = row + 1;
    }
    place.0 += 1;
}

impl<'a> Replay<'a> {
    fn new(tape: &'a Tape) -> Self {
        Self {
            tape,
            book: OrderBook::new(tape.has_depth()),
            audit: TapeAudit::default(),
            latencies: Vec::new(),
            before: (None, None),
            trusted: false,
            trades: Vec::new(),
            of_book: false,
            old: None,
            without: None,
            packet_above: None,
        }
    }

    fn row(&mut self, row: usize) {
        let (event, code) = (self.tape.event(row), self.tape.code(row));
        self.audit.kinds[usize::from(code & 7)] += 1;
        self.of_book |= !matches!(event, TapeEvent::Trade { .. });
        match event {
            TapeEvent::Trade { price, aggressor, .. } => {
                let counts = &mut self.audit.trades;
                counts[0] += usize::from(code & AUCTION != 0);
                counts[1] += usize::from(code & IRREGULAR != 0);
                counts[2] += usize::from(aggressor == Some(Side::Buy));
                counts[3] += usize::from(aggressor == Some(Side::Sell));
                if code & (AUCTION | IRREGULAR) == 0 {
                    self.trades.push((row, price));
                }
            }
            TapeEvent::Clear { .. } if code & SNAPSHOT != 0 && self.old.is_none() && self.trusted => {
                self.old = Some((row, self.book.clone()));
            }
            _ => {}
        }
        if let Some(without) = &mut self.without {
            without.book.apply(&event);
        }
        if self.book.apply(&event) == Change::Unknown {
            note(&mut self.audit.unknown_orders, row);
        }
        if code & LAST != 0 {
            self.packet(row);
        }
    }

    fn packet(&mut self, row: usize) {
        let now = self.tape.venue_time(row);
        self.audit.packets += 1;
        // A snapshot tells at once what happened long before.
        let snapshot = self.tape.code(row) & SNAPSHOT != 0;
        if !self.tape.columns().local_time.is_empty() && !snapshot {
            self.latencies.push(self.tape.local_time(row) - now);
        }
        let packet_above = std::mem::replace(&mut self.packet_above, (!snapshot).then_some(now));
        if let Some(above) = packet_above
            && self.audit.pause.is_none_or(|(longest, _)| now - above > longest)
        {
            self.audit.pause = Some((now - above, above));
        }
        let state = self.book.state();
        follow(&mut self.audit.crossed, state == BookState::Crossed, row, now);
        follow(&mut self.audit.gapped, state == BookState::Gapped, row, now);
        if !std::mem::take(&mut self.of_book) {
            return;
        }
        let after = (self.book.bid().map(|l| l.price), self.book.ask().map(|l| l.price));
        let trusted = state == BookState::Good && after.0.is_some() && after.1.is_some();
        if self.trusted && trusted {
            self.audit.trades_compared += self.trades.len();
            let low = self.before.0.min(after.0);
            let high = self.before.1.max(after.1);
            for (row, price) in &self.trades {
                if low.is_some_and(|low| *price < low) || high.is_some_and(|high| *price > high) {
                    note(&mut self.audit.trades_outside, *row);
                }
            }
        }
        self.compare();
        self.trades.clear();
        self.before = after;
        self.trusted = trusted;
    }

    /// Compares the book with the one that goes on without a snapshot.
    fn compare(&mut self) {
        if let Some(without) = self.without.take() {
            self.audit.snapshots_compared += 1;
            if !without.agrees(&self.book) {
                note(&mut self.audit.snapshots_differ, without.row);
            }
        }
        let Some((row, book)) = self.old.take() else { return };
        let reach = [Side::Buy, Side::Sell].map(|side| self.book.levels(side).last().map(|level| level.price));
        let without = Without { row, book, reach };
        if without.agrees(&self.book) {
            self.audit.snapshots_compared += 1;
        } else {
            self.without = Some(without);
        }
    }

    fn finish(mut self) -> TapeAudit {
        self.compare();
        let middle = self.latencies.len() / 2;
        if !self.latencies.is_empty() {
            self.latencies.sort_unstable();
            let (min, max) = (self.latencies[0], self.latencies[self.latencies.len() - 1]);
            self.audit.latency = Some(Latency { min, median: self.latencies[middle], max });
        }
        self.audit
    }
}

/// Opens, extends or closes the span in progress: an open one ends where it was last seen.
fn follow(spans: &mut Vec<Span>, is: bool, row: usize, now: Timestamp) {
    let open = spans.last_mut().filter(|span| span.to == Timestamp::MAX);
    match (is, open) {
        (true, None) => spans.push(Span { row: row + 1, from: now, to: Timestamp::MAX }),
        (false, Some(span)) => span.to = now,
        _ => {}
    }
}

impl Without {
    /// True when both books show the same levels as far as the snapshot reaches.
    fn agrees(&self, book: &OrderBook) -> bool {
        [Side::Buy, Side::Sell].into_iter().zip(self.reach).all(|(side, reach)| {
            let within = |level: &BookLevel| {
                reach.is_none_or(|last| if side == Side::Buy { level.price >= last } else { level.price <= last })
            };
            self.book.levels(side).filter(within).eq(book.levels(side).filter(within))
        })
    }
}

impl TapeAudit {
    fn facts(&mut self, tape: &Tape) {
        let end = tape.venue_time(tape.len() - 1);
        for span in self.crossed.iter_mut().chain(&mut self.gapped) {
            span.to = span.to.min(end);
        }
        let names = ["trade", "quote", "level", "clear", "add", "change", "cancel", "gap"];
        let kinds = names.iter().zip(self.kinds).filter(|(_, n)| *n > 0).map(|(name, n)| count(n, name));
        let kinds = kinds.collect::<Vec<_>>().join(", ");
        let held = holds(tape).join(", ");
        let lead = format!("{} in {}: {kinds}", count(tape.len(), "row"), count(self.packets, "packet"));
        self.facts.push(if held.is_empty() { lead } else { format!("holds {held}; {lead}") });
        self.facts.push(format!("from {} to {} at the venue", tape.venue_time(0), end));
        let [auction, irregular, buys, sells] = self.trades;
        if self.kinds[0] > 0 {
            let (buys, sells) = (grouped(buys), grouped(sells));
            let (auction, irregular) = (grouped(auction), grouped(irregular));
            self.facts.push(format!(
                "of the trades: {buys} bought, {sells} sold, {auction} of auctions, {irregular} irregular"
            ));
        }
        if let Some(l) = self.latency {
            let [min, median, max] = [l.min, l.median, l.max].map(duration);
            self.facts.push(format!("latency: least {min}, median {median}, most {max}"));
        }
        if let Some((pause, from)) = self.pause {
            self.facts.push(format!("longest pause: {} from {from}", duration(pause)));
        }
        if self.snapshots_compared > 0 && self.snapshots_differ.0 == 0 {
            let snapshots = count(self.snapshots_compared, "snapshot");
            self.facts.push(format!("{snapshots} inside the feed: each says what the book was"));
        }
    }

    fn words(&mut self, tape: &Tape) {
        for (name, spans) in [("crossed", &self.crossed), ("gapped", &self.gapped)] {
            if !spans.is_empty() {
                let named = spans.iter().take(NAMED_MAX).map(|span| {
                    let for_how_long = duration(span.to - span.from);
                    format!("at row {} from {} for {for_how_long}", span.row, span.from)
                });
                let mut text = named.collect::<Vec<_>>().join("; ");
                if spans.len() > NAMED_MAX {
                    text.push_str(&format!("; and {} more", grouped(spans.len() - NAMED_MAX)));
                }
                self.findings.push(format!("the book is {name} in {}: {text}", count(spans.len(), "span")));
            }
        }
        let at = |row: usize| format!("the first at row {row} ({})", tape.venue_time(row - 1));
        let (outside, row) = self.trades_outside;
        if outside > 0 {
            let of = grouped(self.trades_compared);
            self.findings.push(format!(
                "{} of {of} outside the best prices before and after, {}",
                count(outside, "trade"),
                at(row)
            ));
        }
        let (unknown, row) = self.unknown_orders;
        if unknown > 0 {
            self.findings.push(format!("{} of orders that are not in the book, {}", count(unknown, "change"), at(row)));
        }
        let (differ, row) = self.snapshots_differ;
        if differ > 0 {
            let of = grouped(self.snapshots_compared);
            self.findings.push(format!(
                "{} of {of} inside the feed do not say what the book was, {}",
                count(differ, "snapshot"),
                at(row)
            ));
        }
    }
}
