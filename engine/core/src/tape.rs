//! `Tape`: the recorded stream of one instrument besides bars: trades, quotes, changes of the book.
//!
//! Columns side by side, one row per statement. Rows that belong together (a
//! snapshot, both sides of a quote, all changes of one message) form a *packet*;
//! its last row carries `LAST`, and nobody looks at the book in between. Each row
//! has two stamps: when it happened at the venue, and when it was received.

use crate::bars::{BarColumns, BarError, Bars};
use crate::builder::{BarBuilder, BarRule, BuildError, push_bar};
use crate::fixed::{Price, Quantity, SCALE};
use crate::order::Side;
use crate::time::Timestamp;

/// What one row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TapeEvent {
    /// A trade.
    Trade {
        /// Its price.
        price: Price,
        /// Its size, above zero.
        quantity: Quantity,
        /// Who took liquidity, if known.
        aggressor: Option<Side>,
    },
    /// The best price of one side is this; quantity zero: the side is empty.
    Quote {
        /// Buy for the bid.
        side: Side,
        /// The best price.
        price: Price,
        /// The size at it.
        quantity: Quantity,
    },
    /// The size at a price is this; zero removes the level.
    Level {
        /// Buy for bids.
        side: Side,
        /// The price.
        price: Price,
        /// The size now.
        quantity: Quantity,
    },
    /// One side, or both, is empty: a snapshot follows, or the venue cleared the book.
    Clear {
        /// Which side; `None` = both.
        side: Option<Side>,
    },
    /// An order joined the end of the queue at its price.
    Add {
        /// The venue's number of the order.
        order: u64,
        /// Its side.
        side: Side,
        /// Its price.
        price: Price,
        /// Its size.
        quantity: Quantity,
    },
    /// An order has this price and size now. It keeps its place when only its size was cut.
    Modify {
        /// The venue's number of the order.
        order: u64,
        /// Its side.
        side: Side,
        /// Its price.
        price: Price,
        /// Its size.
        quantity: Quantity,
    },
    /// So much of an order was cancelled or executed; all of it when the quantity is no less than what is left.
    Cancel {
        /// The venue's number of the order.
        order: u64,
        /// How much.
        quantity: Quantity,
    },
    /// Something is missing here: the book is not to be trusted until it is cleared and told anew.
    Gap,
}

/// The packet ends with this row.
pub const LAST: u16 = 0x40;
/// The row is part of a snapshot.
pub const SNAPSHOT: u16 = 0x80;
/// The trade is the result of an auction.
pub const AUCTION: u16 = 0x100;
/// The trade does not set the last price (odd lot, late report, average price).
pub const IRREGULAR: u16 = 0x200;

const KIND: u16 = 0x0f;
const BUY: u16 = 0x10;
const SELL: u16 = 0x20;
const SIDES: u16 = BUY | SELL;
const KNOWN: u16 = KIND | SIDES | LAST | SNAPSHOT | AUCTION | IRREGULAR;

/// The kinds of rows, as the low four bits of a code.
pub mod kind {
    /// `TapeEvent::Trade`.
    pub const TRADE: u16 = 0;
    /// `TapeEvent::Quote`.
    pub const QUOTE: u16 = 1;
    /// `TapeEvent::Level`.
    pub const LEVEL: u16 = 2;
    /// `TapeEvent::Clear`.
    pub const CLEAR: u16 = 3;
    /// `TapeEvent::Add`.
    pub const ADD: u16 = 4;
    /// `TapeEvent::Modify`.
    pub const MODIFY: u16 = 5;
    /// `TapeEvent::Cancel`.
    pub const CANCEL: u16 = 6;
    /// `TapeEvent::Gap`.
    pub const GAP: u16 = 7;
}

/// The side of a row that sets a level; `None` for other rows.
#[inline]
pub(crate) const fn level_side(code: u16) -> Option<Side> {
    match code & (KIND | SIDES) {
        LEVEL_BUY => Some(Side::Buy),
        LEVEL_SELL => Some(Side::Sell),
        _ => None,
    }
}

const LEVEL_BUY: u16 = kind::LEVEL | BUY;
const LEVEL_SELL: u16 = kind::LEVEL | SELL;

/// True for a trade.
#[inline]
pub(crate) const fn is_trade(code: u16) -> bool {
    code & KIND == kind::TRADE
}

/// The columns of a tape. `code` is a kind, the side (0x10 buy, 0x20 sell, 0 none) and flags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TapeColumns {
    /// When it happened at the venue: UTC nanoseconds, never going back.
    pub venue_time: Vec<i64>,
    /// When it was received: UTC nanoseconds, never going back, not before `venue_time`. Empty: at once.
    pub local_time: Vec<i64>,
    /// Kind, side, flags.
    pub code: Vec<u16>,
    /// Prices at 1e-8; 0 where there is none.
    pub price: Vec<i64>,
    /// Sizes at 1e-8; 0 where there is none.
    pub quantity: Vec<i64>,
    /// The venue's order numbers. Empty: the tape is not order by order.
    pub order: Vec<u64>,
}

impl TapeColumns {
    /// Adds a row.
    pub fn push(&mut self, venue_time: Timestamp, local_time: Timestamp, event: TapeEvent, flags: u16) {
        let side_of = |side: Side| if side == Side::Buy { BUY } else { SELL };
        let (code, price, quantity, order) = match event {
            TapeEvent::Trade { price, quantity, aggressor } => {
                (kind::TRADE | aggressor.map_or(0, side_of), price, quantity, 0)
            }
            TapeEvent::Quote { side, price, quantity } => (kind::QUOTE | side_of(side), price, quantity, 0),
            TapeEvent::Level { side, price, quantity } => (kind::LEVEL | side_of(side), price, quantity, 0),
            TapeEvent::Clear { side } => (kind::CLEAR | side.map_or(0, side_of), Price::ZERO, Quantity::ZERO, 0),
            TapeEvent::Add { order, side, price, quantity } => (kind::ADD | side_of(side), price, quantity, order),
            TapeEvent::Modify { order, side, price, quantity } => {
                (kind::MODIFY | side_of(side), price, quantity, order)
            }
            TapeEvent::Cancel { order, quantity } => (kind::CANCEL, Price::ZERO, quantity, order),
            TapeEvent::Gap => (kind::GAP, Price::ZERO, Quantity::ZERO, 0),
        };
        let row = self.code.len();
        if local_time != venue_time && self.local_time.is_empty() {
            self.local_time.extend_from_slice(&self.venue_time);
        }
        if local_time != venue_time || !self.local_time.is_empty() {
            self.local_time.push(local_time.nanos());
        }
        self.venue_time.push(venue_time.nanos());
        if matches!(code & KIND, kind::ADD | kind::MODIFY | kind::CANCEL) || !self.order.is_empty() {
            self.order.resize(row, 0);
            self.order.push(order);
        }
        self.code.push(code | flags);
        self.price.push(price.units());
        self.quantity.push(quantity.units());
    }
}

/// What is wrong with a tape, and in which row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TapeError {
    /// No rows.
    #[error("a tape needs at least one row")]
    Empty,
    /// A column of another length.
    #[error("column {0}: {1} rows, expected {2}")]
    Length(&'static str, usize, usize),
    /// A row that does not fit, counted from 0.
    #[error("row {row}: column {column}: {problem}")]
    Row {
        /// Which.
        row: usize,
        /// In which column.
        column: &'static str,
        /// What was found and what was expected.
        problem: String,
    },
}

/// A checked tape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tape {
    columns: TapeColumns,
    kinds: u16,
}

impl Tape {
    /// Checks the columns.
    ///
    /// # Errors
    /// Columns of different lengths; a stamp that goes back or is received before it
    /// happened; a code, side, price or size that makes no sense for its kind; a tape
    /// whose last row does not end its packet.
    pub fn new(columns: TapeColumns) -> Result<Self, TapeError> {
        let rows = columns.code.len();
        if rows == 0 {
            return Err(TapeError::Empty);
        }
        let lengths = [
            ("venue_time", columns.venue_time.len(), false),
            ("local_time", columns.local_time.len(), true),
            ("price", columns.price.len(), false),
            ("quantity", columns.quantity.len(), false),
            ("order", columns.order.len(), true),
        ];
        for (name, length, optional) in lengths {
            if length != rows && !(optional && length == 0) {
                return Err(TapeError::Length(name, length, rows));
            }
        }
        let mut kinds = 0;
        for row in 0..rows {
            check(&columns, row).map_err(|(column, problem)| TapeError::Row { row, column, problem })?;
            kinds |= 1 << (columns.code[row] & KIND);
        }
        if columns.code[rows - 1] & LAST == 0 {
            let problem = "the last row must end its packet".into();
            return Err(TapeError::Row { row: rows - 1, column: "code", problem });
        }
        Ok(Self { columns, kinds })
    }

    /// Number of rows, at least one.
    #[must_use]
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.columns.code.len()
    }

    /// The rows that happened before a time, whole packets only; `None` when there are none.
    #[must_use]
    pub fn before(mut self, time: Timestamp) -> Option<Self> {
        let c = &mut self.columns;
        let mut rows = c.venue_time.partition_point(|t| *t < time.nanos());
        while rows > 0 && c.code[rows - 1] & LAST == 0 {
            rows -= 1;
        }
        c.venue_time.truncate(rows);
        c.local_time.truncate(rows);
        c.code.truncate(rows);
        c.price.truncate(rows);
        c.quantity.truncate(rows);
        c.order.truncate(rows);
        (rows > 0).then_some(self)
    }

    /// The columns.
    #[must_use]
    pub fn columns(&self) -> &TapeColumns {
        &self.columns
    }

    /// True when it has rows of a kind.
    #[must_use]
    pub fn has(&self, kind: u16) -> bool {
        self.kinds & (1 << kind) != 0
    }

    /// True when it tells more of the book than its best prices.
    #[must_use]
    pub fn has_depth(&self) -> bool {
        self.has(kind::LEVEL) || self.has_orders()
    }

    /// True when it tells of single orders.
    #[must_use]
    pub fn has_orders(&self) -> bool {
        self.has(kind::ADD)
    }

    /// True when something tells what may be bought and sold at which price.
    #[must_use]
    pub fn has_book(&self) -> bool {
        self.has(kind::QUOTE) || self.has_depth()
    }

    /// When a row happened at the venue.
    #[inline]
    #[must_use]
    pub fn venue_time(&self, row: usize) -> Timestamp {
        Timestamp::from_nanos(self.columns.venue_time[row])
    }

    /// When a row was received.
    #[inline]
    #[must_use]
    pub fn local_time(&self, row: usize) -> Timestamp {
        Timestamp::from_nanos(self.local_times()[row])
    }

    /// When the rows were received, in UTC nanoseconds.
    #[inline]
    #[must_use]
    pub fn local_times(&self) -> &[i64] {
        if self.columns.local_time.is_empty() { &self.columns.venue_time } else { &self.columns.local_time }
    }

    /// Kind, side and flags of a row.
    #[inline]
    #[must_use]
    pub fn code(&self, row: usize) -> u16 {
        self.columns.code[row]
    }

    /// What a row says.
    #[inline(always)]
    #[must_use]
    pub fn event(&self, row: usize) -> TapeEvent {
        let c = &self.columns;
        let code = c.code[row];
        let (price, quantity) = (Price::from_units(c.price[row]), Quantity::from_units(c.quantity[row]));
        let side = if code & SELL != 0 { Side::Sell } else { Side::Buy };
        let order = || c.order.get(row).copied().unwrap_or(0);
        match code & KIND {
            kind::TRADE => TapeEvent::Trade { price, quantity, aggressor: (code & SIDES != 0).then_some(side) },
            kind::QUOTE => TapeEvent::Quote { side, price, quantity },
            kind::LEVEL => TapeEvent::Level { side, price, quantity },
            kind::CLEAR => TapeEvent::Clear { side: (code & SIDES != 0).then_some(side) },
            kind::ADD => TapeEvent::Add { order: order(), side, price, quantity },
            kind::MODIFY => TapeEvent::Modify { order: order(), side, price, quantity },
            kind::CANCEL => TapeEvent::Cancel { order: order(), quantity },
            _ => TapeEvent::Gap,
        }
    }

    /// The bars of its trades; irregular trades are left out. Without any trade: bars of the middle between the best prices, without volume.
    ///
    /// The last bar is closed by the rule's end even if the data stops before.
    ///
    /// # Errors
    /// A rule without a length.
    pub fn bars(&self, rule: BarRule) -> Result<Bars, TapeBarError> {
        let mut builder = BarBuilder::new(rule)?;
        let mut columns = BarColumns::default();
        let trades = self.has(kind::TRADE);
        let mut book = crate::orderbook::OrderBook::new(self.has_depth());
        for row in 0..self.len() {
            let event = self.event(row);
            let point = match event {
                TapeEvent::Trade { price, quantity, .. } if trades => {
                    (self.code(row) & IRREGULAR == 0).then(|| (price.to_f64(), quantity.to_f64()))
                }
                _ if trades => None,
                event => {
                    book.apply(&event);
                    let ends = self.code(row) & LAST != 0;
                    ends.then(|| book.mid()).flatten().map(|mid| (mid, 0.0))
                }
            };
            if let Some((price, size)) = point
                && let Some(bar) = builder.trade(self.venue_time(row), price, size)?
            {
                push_bar(&mut columns, &bar);
            }
        }
        if let Some(bar) = builder.finish() {
            push_bar(&mut columns, &bar);
        }
        if !trades {
            columns.volume.clear();
        }
        Ok(Bars::new(columns)?)
    }
}

/// Why a tape gives no bars.
#[derive(Debug, thiserror::Error)]
pub enum TapeBarError {
    /// The rule or the input.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// No bar at all, or stamps that collide.
    #[error(transparent)]
    Bars(#[from] BarError),
}

/// Largest price and size, in units: what [`Price`] and [`Quantity`] take from text.
const UNITS_MAX: i64 = 10_000_000_000 * SCALE;

/// 2200-01-01, in nanoseconds since 1970.
const TIME_MAX: i64 = 7_258_118_400_000_000_000;

/// What is wrong with a row, and in which column.
fn check(c: &TapeColumns, row: usize) -> Result<(), (&'static str, String)> {
    let stamp = |nanos: i64| Timestamp::from_nanos(nanos);
    let local = c.local_time.get(row).map(|time| ("local_time", *time));
    for (column, time) in [("venue_time", c.venue_time[row])].into_iter().chain(local) {
        if !(0..TIME_MAX).contains(&time) {
            return Err((column, format!("{time} is no time from 1970 to 2199")));
        }
    }
    if row > 0 && c.venue_time[row] < c.venue_time[row - 1] {
        let (here, above) = (stamp(c.venue_time[row]), stamp(c.venue_time[row - 1]));
        return Err(("venue_time", format!("{here} is before the row above, {above}; stamps must not go back")));
    }
    if let Some(local) = c.local_time.get(row) {
        if row > 0 && *local < c.local_time[row - 1] {
            let (here, above) = (stamp(*local), stamp(c.local_time[row - 1]));
            return Err(("local_time", format!("{here} is before the row above, {above}; stamps must not go back")));
        }
        if *local < c.venue_time[row] {
            let (here, venue) = (stamp(*local), stamp(c.venue_time[row]));
            return Err(("local_time", format!("received {here}, before it happened, {venue}")));
        }
    }
    let code = c.code[row];
    let (price, quantity) = (c.price[row], c.quantity[row]);
    if code & !KNOWN != 0 || code & SIDES == SIDES || code & KIND > kind::GAP {
        return Err(("code", format!("{code:#x} is not known")));
    }
    if !(0..=UNITS_MAX).contains(&quantity) {
        return Err(("quantity", format!("{}, expected 0 to 1e10", Quantity::from_units(quantity))));
    }
    let kind = code & KIND;
    let sided = matches!(kind, kind::QUOTE | kind::LEVEL | kind::ADD | kind::MODIFY);
    if sided && code & SIDES == 0 {
        return Err(("code", "a quote, level or order needs a side".into()));
    }
    let filled = matches!(kind, kind::TRADE | kind::ADD | kind::MODIFY);
    if filled && quantity == 0 {
        return Err(("quantity", "0, expected above 0".into()));
    }
    let empty_quote = kind == kind::QUOTE && quantity == 0;
    if (sided || kind == kind::TRADE) && !(1..=UNITS_MAX).contains(&price) && !(empty_quote && price == 0) {
        return Err(("price", format!("{}, expected above 0 and at most 1e10", Price::from_units(price))));
    }
    let numbered = matches!(kind, kind::ADD | kind::MODIFY | kind::CANCEL);
    if numbered && c.order.is_empty() {
        return Err(("order", "an order without a number".into()));
    }
    Ok(())
}
