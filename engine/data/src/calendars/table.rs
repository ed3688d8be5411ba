//! The text of the tables to what is asked of them, once per process.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono_tz::Tz;
use engine_core::time::{HOUR, MINUTE};

use crate::when::parse_date;

/// Open and close of each part, nanoseconds after local midnight.
pub(super) type Hours = Vec<(i64, i64)>;

/// Days and hours of an exchange.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) timezone: Tz,
    /// First and last date.
    pub(super) covers: (i64, i64),
    /// Regular hours from a date on.
    pub(super) hours: Vec<(i64, Hours)>,
    /// Hours of days that close early.
    pub(super) early: BTreeMap<i64, Hours>,
    /// Weekdays without a session, with the reason.
    pub(super) closed: BTreeMap<i64, &'static str>,
}

/// Hours of futures exchanges.
#[derive(Debug)]
pub(super) struct Futures {
    /// From and to of evenings without a session.
    pub(super) no_nights: Vec<(i64, i64)>,
    pub(super) exchanges: Vec<Exchange>,
}

/// Products that share hours, and those hours from a date on.
type Products<T> = Vec<(&'static str, Vec<(i64, T)>)>;

/// Hours of one futures exchange.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) name: &'static str,
    day: Products<Hours>,
    night: Products<i64>,
}

impl Exchange {
    /// The day part of a product.
    pub(super) fn day_hours(&self, product: &str) -> &[(i64, Hours)] {
        of_product(&self.day, product).or_else(|| of_product(&self.day, "*")).unwrap_or_default()
    }

    /// When the evening of a product ends; empty when it has none.
    pub(super) fn nights(&self, product: &str) -> &[(i64, i64)] {
        of_product(&self.night, product).unwrap_or_default()
    }
}

fn of_product<'a, T>(products: &'a Products<T>, product: &str) -> Option<&'a [(i64, T)]> {
    let found = products.iter().find(|(names, _)| names.split(',').any(|name| name == product));
    found.map(|(_, dated)| dated.as_slice())
}

// Each is read when it is first asked for.

pub(super) fn hkex() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| table(include_str!("../../calendars/HKEX.txt")));
    &TABLE
}

pub(super) fn nyse() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| table(include_str!("../../calendars/NYSE.txt")));
    &TABLE
}

/// Shanghai and Shenzhen.
pub(super) fn mainland() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| table(include_str!("../../calendars/SSE_SZSE.txt")));
    &TABLE
}

pub(super) fn futures() -> &'static Futures {
    static FUTURES: LazyLock<Futures> = LazyLock::new(|| futures_of(include_str!("../../calendars/CN_futures.txt")));
    &FUTURES
}

/// The lines that are no comments, as words.
fn records(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split(' ').collect())
}

fn table(text: &'static str) -> Table {
    let mut table =
        Table { timezone: Tz::UTC, covers: (0, 0), hours: Vec::new(), early: BTreeMap::new(), closed: BTreeMap::new() };
    for line in text.lines() {
        let mut words = line.splitn(3, ' ');
        let (Some(kind), Some(first)) = (words.next(), words.next()) else {
            continue;
        };
        let rest = words.next().unwrap_or_default();
        match kind {
            "timezone" => table.timezone = zone(first),
            "covers" => table.covers = (date(first), date(rest)),
            "hours" => table.hours.push((date(first), rest.split(' ').map(part).collect())),
            "early" => {
                table.early.insert(date(first), rest.split(' ').map(part).collect());
            }
            "closed" => {
                table.closed.insert(date(first), rest);
            }
            _ => {}
        }
    }
    table
}

fn futures_of(text: &'static str) -> Futures {
    let mut futures = Futures { no_nights: Vec::new(), exchanges: Vec::new() };
    for words in records(text) {
        match words.as_slice() {
            ["no_nights", from, to] => futures.no_nights.push((date(from), date(to))),
            ["day", exchange, products, from, hours @ ..] => {
                let hours = hours.iter().map(|h| part(h)).collect();
                add(&mut exchange_of(&mut futures, exchange).day, products, date(from), hours);
            }
            ["night", exchange, products, from, end] => {
                add(&mut exchange_of(&mut futures, exchange).night, products, date(from), clock(end));
            }
            _ => {}
        }
    }
    futures
}

fn exchange_of<'a>(futures: &'a mut Futures, name: &'static str) -> &'a mut Exchange {
    let at = futures.exchanges.iter().position(|e| e.name == name).unwrap_or_else(|| {
        futures.exchanges.push(Exchange { name, day: Vec::new(), night: Vec::new() });
        futures.exchanges.len() - 1
    });
    &mut futures.exchanges[at]
}

fn add<T>(products: &mut Products<T>, names: &'static str, from: i64, value: T) {
    match products.iter_mut().find(|(n, _)| *n == names) {
        Some((_, dated)) => dated.push((from, value)),
        None => products.push((names, vec![(from, value)])),
    }
}

// The tables are part of the program; the tests read every line of them.

fn date(text: &str) -> i64 {
    parse_date(text).expect("a date of the tables")
}

fn zone(name: &str) -> Tz {
    name.parse().expect("a zone of the tables")
}

fn part(text: &str) -> (i64, i64) {
    let (open, close) = text.split_once('-').expect("hours of the tables");
    (clock(open), clock(close))
}

fn clock(text: &str) -> i64 {
    let (hour, minute) = text.split_once(':').expect("a time of the tables");
    let number = |t: &str| t.parse::<i64>().expect("a time of the tables");
    number(hour) * HOUR + number(minute) * MINUTE
}
