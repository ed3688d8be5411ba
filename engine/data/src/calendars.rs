//! Sessions of exchanges as dated tables: which days, which hours, which breaks.
//!
//! The tables travel with the program (`calendars/*.txt`, with their source in
//! `calendars/SOURCES.md`): HKEX 2000 to 2027, NYSE 2000 to 2027, SSE and SZSE 2000
//! to 2026, and the Chinese futures exchanges CFFEX, SHFE and INE 2000 to 2026.
//! Outside these years nothing is known and nothing is claimed.
//!
//! A trading day has one or more parts in which it trades without a break: a stock
//! has one or two, a commodity future three and an evening before. The evening
//! belongs to the next trading day: Friday's to Monday's.
//!
//! For `engine_core` a day is one [`Session`] with at most one pause, so there are
//! two views: [`ExchangeCalendar::calendar`] has one session per trading day, with
//! its longest pause (exact for stocks; what marks where sessions begin), and
//! [`ExchangeCalendar::parts`] one session per part (exact for "is it trading now").

mod table;

use chrono_tz::Tz;
use engine_core::bars::BarColumns;
use engine_core::calendar::{Calendar, Session};
use engine_core::flags::Flags;
use engine_core::time::{DAY, HOUR, Timestamp};

pub use crate::when::parse_date;
use crate::zone::clock_text;
pub use crate::zone::date_text;
use crate::zone::{Local, Zone};
use table::{Futures, Hours, Table, futures, hkex, mainland, nyse};

/// When evening sessions open, local time.
const EVENING: i64 = 21 * HOUR;

/// One trading day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TradingDay {
    /// Days since 1970-01-01 of the trading date.
    pub date: i64,
    /// Open and close (UTC nanoseconds) of each part, in order.
    pub parts: Vec<(i64, i64)>,
    /// True when it closes early.
    pub early_close: bool,
}

impl TradingDay {
    /// First open.
    #[must_use]
    pub fn open(&self) -> i64 {
        self.parts.first().map_or(0, |p| p.0)
    }

    /// Last close.
    #[must_use]
    pub fn close(&self) -> i64 {
        self.parts.last().map_or(0, |p| p.1)
    }
}

/// Why an exchange does not trade on a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// Saturday or Sunday.
    Weekend,
    /// A holiday or another closure, by name.
    Holiday(&'static str),
    /// The date is outside the table.
    NotCovered,
}

/// The sessions of an exchange, or of one product of a futures exchange.
#[derive(Clone, Copy, Debug)]
pub struct ExchangeCalendar {
    name: &'static str,
    table: &'static Table,
    futures: Option<(&'static Futures, Product)>,
}

/// Which hours of a futures exchange.
#[derive(Clone, Copy, Debug)]
struct Product {
    day: &'static [(i64, Hours)],
    night: &'static [(i64, i64)],
}

/// The calendar of a symbol (`HK.00700`, `US.AAPL`, `SH.600000`, `SZ.000001`,
/// `CFFEX.IF2101`, `SHFE.au2406`, `INE.sc2406`) or of an exchange by name (`HKEX`,
/// `NYSE`, `NASDAQ`, `SSE`, `SZSE`, `CFFEX`, `SHFE`, `INE`; a futures exchange by
/// name is its day session). `None` for everything else, futures of Hong Kong and
/// the US among it.
#[must_use]
pub fn calendar_for(name: &str) -> Option<ExchangeCalendar> {
    let of = |name, table| Some(ExchangeCalendar { name, table, futures: None });
    let (market, code) = name.split_once('.').unwrap_or((name, ""));
    let digits = code.bytes().all(|b| b.is_ascii_digit());
    let capitals = code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b".-".contains(&b));
    match (market, code.is_empty()) {
        ("HKEX" | "SEHK", true) => of("HKEX", hkex()),
        ("HK", false) if digits => of("HKEX", hkex()),
        ("NYSE", true) => of("NYSE", nyse()),
        ("NASDAQ", true) => of("NASDAQ", nyse()),
        ("US", false) if capitals => of("NYSE", nyse()),
        ("SSE", true) => of("SSE", mainland()),
        ("SH", false) if digits => of("SSE", mainland()),
        ("SZSE", true) => of("SZSE", mainland()),
        ("SZ", false) if digits => of("SZSE", mainland()),
        (exchange, _) => {
            let futures = futures();
            let exchange = futures.exchanges.iter().find(|e| e.name == exchange)?;
            let letters = code.bytes().take_while(u8::is_ascii_alphabetic).count();
            let product = code[..letters].to_ascii_lowercase();
            let product = Product { day: exchange.day_hours(&product), night: exchange.nights(&product) };
            Some(ExchangeCalendar { name: exchange.name, table: mainland(), futures: Some((futures, product)) })
        }
    }
}

impl ExchangeCalendar {
    /// Name of the exchange, such as `HKEX`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Zone of its local times.
    #[must_use]
    pub fn timezone(&self) -> Tz {
        self.table.timezone
    }

    /// First and last date of the table, as days since 1970-01-01.
    #[must_use]
    pub fn covers(&self) -> (i64, i64) {
        self.table.covers
    }

    /// True when some trading days begin the evening before.
    #[must_use]
    pub fn has_nights(&self) -> bool {
        self.futures.is_some_and(|(_, p)| !p.night.is_empty())
    }

    /// Why there is no session on a date (days since 1970-01-01); `None` when there is one.
    #[must_use]
    pub fn closed(&self, date: i64) -> Option<Closed> {
        let (from, to) = self.table.covers;
        if !(from..=to).contains(&date) {
            return Some(Closed::NotCovered);
        }
        // 1970-01-01 was a Thursday.
        if (date + 3).rem_euclid(7) >= 5 {
            return Some(Closed::Weekend);
        }
        self.table.closed.get(&date).copied().map(Closed::Holiday)
    }

    /// True when there is a session on a date.
    #[must_use]
    pub fn is_trading_day(&self, date: i64) -> bool {
        self.closed(date).is_none()
    }

    /// The trading day of a date, when it is one.
    #[must_use]
    pub fn day(&self, date: i64) -> Option<TradingDay> {
        self.day_in(date, &mut Zone::new(self.table.timezone))
    }

    /// The trading days from a date to a date, both included.
    #[must_use]
    pub fn days(&self, from: i64, to: i64) -> Vec<TradingDay> {
        let mut zone = Zone::new(self.table.timezone);
        let (first, last) = self.table.covers;
        (from.max(first)..=to.min(last)).filter_map(|date| self.day_in(date, &mut zone)).collect()
    }

    fn day_in(&self, date: i64, zone: &mut Zone) -> Option<TradingDay> {
        if !self.is_trading_day(date) {
            return None;
        }
        let early = self.table.early.get(&date);
        let regular = self.futures.map_or(self.table.hours.as_slice(), |(_, product)| product.day);
        let hours = early.unwrap_or(since(regular, date)?);
        let mut at = |day: i64, nanos: i64| match zone.utc(day + nanos.div_euclid(DAY), nanos.rem_euclid(DAY)) {
            Local::One(t) | Local::Two(t, _) => t,
            Local::Never => day * DAY + nanos,
        };
        let mut parts = Vec::with_capacity(hours.len() + 1);
        if let Some((evening, end)) = self.evening_of(date) {
            parts.push((at(evening, EVENING), at(evening, if end < EVENING { end + DAY } else { end })));
        }
        parts.extend(hours.iter().map(|(open, close)| (at(date, *open), at(date, *close))));
        Some(TradingDay { date, parts, early_close: early.is_some() })
    }

    /// The evening that belongs to a trading date, and when it ends.
    fn evening_of(&self, date: i64) -> Option<(i64, i64)> {
        let (futures, product) = self.futures?;
        // The evening of the day before, or of the Friday before a Monday.
        let monday = (date + 3).rem_euclid(7) == 0;
        let evening = if monday { date - 3 } else { date - 1 };
        let quiet = futures.no_nights.iter().any(|(from, to)| (*from..=*to).contains(&evening));
        if quiet || !self.is_trading_day(evening) {
            return None;
        }
        since(product.night, evening).map(|end| (evening, *end))
    }

    /// The local time of day of an instant, such as `09:30`.
    #[must_use]
    pub fn clock(&self, utc: i64) -> String {
        clock_text(Zone::new(self.table.timezone).local(utc).1)
    }

    /// One session per trading day, its longest pause kept.
    #[must_use]
    pub fn calendar(&self, from: i64, to: i64) -> Calendar {
        let session = |day: &TradingDay| {
            let pauses = day.parts.windows(2).map(|w| (w[0].1, w[1].0));
            let pause = pauses.max_by_key(|(from, to)| to - from);
            Session {
                open: Timestamp::from_nanos(day.open()),
                close: Timestamp::from_nanos(day.close()),
                pause: pause.map(|(from, to)| (Timestamp::from_nanos(from), Timestamp::from_nanos(to))),
            }
        };
        in_order(self.days(from, to).iter().map(session).collect())
    }

    /// One session per part of a trading day.
    #[must_use]
    pub fn parts(&self, from: i64, to: i64) -> Calendar {
        let session = |(open, close): &(i64, i64)| Session {
            open: Timestamp::from_nanos(*open),
            close: Timestamp::from_nanos(*close),
            pause: None,
        };
        in_order(self.days(from, to).iter().flat_map(|day| day.parts.iter().map(session)).collect())
    }

    /// The trading days that bars from `from` to `to` (UTC nanoseconds) may belong to.
    pub(crate) fn days_around(&self, from: i64, to: i64) -> Vec<TradingDay> {
        let zone = Zone::new(self.table.timezone);
        // A holiday closure is at most two weeks long.
        self.days(zone.local(from).0 - 15, zone.local(to).0 + 15)
    }

    /// Whether each bar is the first of its trading day, and the first open and last
    /// close of the bars of each. A bar outside all sessions belongs to the next.
    pub(crate) fn sessions_of(&self, columns: &BarColumns) -> (Flags, Vec<(i64, i64)>) {
        let Some((first, last)) = columns.span() else {
            return (Flags::default(), Vec::new());
        };
        let days = self.days_around(first, last);
        let (mut at, mut before) = (0, None);
        let mut starts = Flags::with_capacity(columns.close_time.len());
        let mut sessions: Vec<(i64, i64)> = Vec::new();
        for (open, close) in columns.open_times().zip(&columns.close_time) {
            while days.get(at).is_some_and(|day| day.close() < *close) {
                at += 1;
            }
            let begins = before != Some(at);
            before = Some(at);
            starts.push(begins);
            match sessions.last_mut() {
                Some(session) if !begins => session.1 = *close,
                _ => sessions.push((open, *close)),
            }
        }
        (starts, sessions)
    }
}

/// The entry of the last date that is not after `date`.
fn since<T>(dated: &[(i64, T)], date: i64) -> Option<&T> {
    dated[..dated.partition_point(|(from, _)| *from <= date)].last().map(|(_, value)| value)
}

fn in_order(sessions: Vec<Session>) -> Calendar {
    // The tests build the calendar of every exchange over its whole table.
    Calendar::new(sessions).expect("the parts of the tables rise and do not overlap")
}
