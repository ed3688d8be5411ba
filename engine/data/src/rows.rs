//! Rows to columns: every check of a price row, and where its bar lies in time.
//!
//! Rows come in file order from `parse` or `parquet_prices`, each with its number.
//! The first bad row is kept as the error, later ones are only counted.

use std::fmt;

use engine_core::bars::BarColumns;
use engine_core::fixed::Price;
use engine_core::flags::Flags;

use crate::bar_length::BarLength;
use crate::contract::{Contract, Prices, Stamp};
use crate::header::{ROLES, Role};
use crate::hours::{self, Hours};
use crate::number::shortest;
use crate::when::{self, When};
use crate::zone::{Local, Zone};

/// Raw prices may differ from the 1e-8 grid by this much, relative.
const GRID_TOLERANCE: f64 = 1e-9;
/// Largest volume, as `engine_core::bars` accepts it.
const VOLUME_MAX: f64 = 1e15;
/// Largest turnover.
const TURNOVER_MAX: f64 = 1e18;
/// More shortened bars than this share of all mean that the length is wrong.
const SHORTENED_SHARE_MAX: f64 = 0.6;

/// The time of a row: as written, or as a typed column has it.
#[derive(Clone, Copy)]
pub(crate) enum Time<'a> {
    Text(&'a str),
    Value(When),
}

impl fmt::Display for Time<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text.trim()),
            Self::Value(when) => when.fmt(f),
        }
    }
}

/// One row: its time, and a value per role (unused ones are 0).
pub(crate) struct Row<'a> {
    pub(crate) time: Time<'a>,
    pub(crate) values: [f64; ROLES],
    /// The volume field is empty; its value is then 0.
    pub(crate) no_volume: bool,
}

/// What is wrong with a row.
#[derive(Debug)]
pub(crate) struct RowError {
    pub(crate) line: u64,
    /// `None` when the whole row is meant.
    pub(crate) column: Option<Role>,
    pub(crate) problem: String,
}

/// A number in few digits, also when it is none.
fn show(x: f64) -> String {
    if x.is_nan() { "NaN".to_owned() } else { shortest(x) }
}

type Problem = (Option<Role>, String);

/// Takes rows, checks them, and holds what they became.
pub(crate) struct Rows {
    bars: BarLength,
    stamp: Stamp,
    prices: Prices,
    hours: Hours,
    zone: Zone,
    has: [bool; ROLES],

    pub(crate) columns: BarColumns,
    pub(crate) adj_close: Vec<f64>,
    pub(crate) turnover: Vec<f64>,
    pub(crate) sessions: Vec<(i64, i64)>,
    pub(crate) session_start: Flags,
    /// Prices that were not on the 1e-8 grid.
    pub(crate) rounded: usize,
    /// Of those, adjusted prices off by more than the tolerance for raw ones.
    pub(crate) coarse: usize,
    /// Local times that the clocks showed twice.
    pub(crate) ambiguous: usize,
    pub(crate) ambiguous_line: u64,
    /// Bars shorter than the contract says.
    pub(crate) shortened: usize,
    shortened_line: u64,
    /// Rows whose volume field is empty, and the first of them.
    pub(crate) no_volume: usize,
    pub(crate) no_volume_line: u64,
    /// Some time says its offset, so that the contract's zone does not matter.
    pub(crate) instants: bool,

    error: Option<RowError>,
    further: u64,
    day: i64,
    text_above: String,
    when_above: Option<When>,
}

impl Rows {
    /// `has` says which optional columns there are; `expected` rows are reserved.
    pub(crate) fn new(contract: &Contract, has: [bool; ROLES], expected: usize) -> Self {
        let f = || Vec::with_capacity(expected);
        let optional = |role: Role| if has[role as usize] { f() } else { Vec::new() };
        Self {
            bars: contract.bars,
            stamp: contract.stamp,
            prices: contract.prices,
            hours: hours::of_symbol(&contract.symbol),
            zone: Zone::new(contract.timezone),
            has,
            columns: BarColumns {
                close_time: Vec::with_capacity(expected),
                open: f(),
                high: f(),
                low: f(),
                close: f(),
                volume: optional(Role::Volume),
                ..BarColumns::default()
            },
            adj_close: optional(Role::AdjClose),
            turnover: optional(Role::Turnover),
            sessions: Vec::new(),
            session_start: Flags::with_capacity(expected),
            rounded: 0,
            coarse: 0,
            ambiguous: 0,
            ambiguous_line: 0,
            shortened: 0,
            shortened_line: 0,
            no_volume: 0,
            no_volume_line: 0,
            instants: false,
            error: None,
            further: 0,
            day: i64::MIN,
            text_above: String::new(),
            when_above: None,
        }
    }

    /// Checks a row and appends it.
    pub(crate) fn push(&mut self, line: u64, row: &Row<'_>) {
        if let Err((column, problem)) = self.check(line, row) {
            self.refuse(line, column, problem);
        }
    }

    /// Counts a row that could not even be read.
    pub(crate) fn refuse(&mut self, line: u64, column: Option<Role>, problem: String) {
        if self.error.is_none() {
            self.error = Some(RowError { line, column, problem });
        } else {
            self.further += 1;
        }
    }

    /// The first error and the number of further bad rows, once all rows are in.
    pub(crate) fn finish(&mut self) -> Option<(RowError, u64)> {
        if let Some(error) = self.error.take() {
            return Some((error, self.further));
        }
        let rows = self.columns.close_time.len() as f64;
        if rows > 1.0 && self.shortened as f64 > SHORTENED_SHARE_MAX * rows {
            let problem = format!("the rows are closer than the bar length {} of the data contract", self.bars);
            return Some((RowError { line: self.shortened_line, column: Some(Role::Time), problem }, 0));
        }
        None
    }

    fn check(&mut self, line: u64, row: &Row<'_>) -> Result<(), Problem> {
        let (open_time, close_time) = self.place(line, &row.time).map_err(|p| (Some(Role::Time), p))?;
        let mut values = row.values;
        let (mut rounded, mut coarse) = (0, 0);
        for role in [Role::Open, Role::High, Role::Low, Role::Close] {
            let x = values[role as usize];
            let price = Price::from_f64(x).filter(|p| *p > Price::ZERO);
            let Some(price) = price.map(Price::to_f64) else {
                return Err((
                    Some(role),
                    format!("{} is no price, expected a number above 0 and at most 1e10", show(x)),
                ));
            };
            if price != x {
                rounded += 1;
                if (price - x).abs() > GRID_TOLERANCE * x {
                    coarse += 1;
                    if self.prices == Prices::Raw {
                        return Err((
                            Some(role),
                            format!(
                                "{x} has more than 8 decimal places; if the prices are adjusted, say prices = \"adjusted\" in the data contract"
                            ),
                        ));
                    }
                }
                values[role as usize] = price;
            }
        }
        let v = |role: Role| values[role as usize];
        let (open, high, low, close) = (v(Role::Open), v(Role::High), v(Role::Low), v(Role::Close));
        if high < low {
            return Err((Some(Role::High), format!("{high} is below low {low}")));
        }
        for (role, x) in [(Role::Open, open), (Role::Close, close)] {
            if x > high || x < low {
                return Err((Some(role), format!("{x} is outside low {low} to high {high}")));
            }
        }
        for (role, max) in [(Role::Volume, VOLUME_MAX), (Role::Turnover, TURNOVER_MAX)] {
            if !(0.0..=max).contains(&v(role)) {
                return Err((Some(role), format!("{} is no {}, expected 0 to {max:e}", show(v(role)), role.name())));
            }
        }
        let adj_close = v(Role::AdjClose);
        if self.has[Role::AdjClose as usize] && !(adj_close > 0.0 && adj_close <= 1e10) {
            return Err((
                Some(Role::AdjClose),
                format!("{} is no price, expected a number above 0 and at most 1e10", show(adj_close)),
            ));
        }
        if self.error.is_some() {
            return Ok(());
        }

        self.rounded += rounded;
        self.coarse += coarse;
        self.mark_session(open_time, close_time);
        let c = &mut self.columns;
        c.push_times(open_time, close_time);
        c.open.push(open);
        c.high.push(high);
        c.low.push(low);
        c.close.push(close);
        if self.has[Role::Volume as usize] {
            c.volume.push(v(Role::Volume));
        }
        if self.has[Role::AdjClose as usize] {
            self.adj_close.push(adj_close);
        }
        if self.has[Role::Turnover as usize] {
            self.turnover.push(v(Role::Turnover));
        }
        if row.no_volume {
            if self.no_volume == 0 {
                self.no_volume_line = line;
            }
            self.no_volume += 1;
        }
        match row.time {
            Time::Text(text) => text.clone_into(&mut self.text_above),
            Time::Value(when) => self.when_above = Some(when),
        }
        Ok(())
    }

    /// Opening and closing instant of the bar whose time field says `text`.
    fn place(&mut self, line: u64, text: &Time<'_>) -> Result<(i64, i64), String> {
        let mut when = match text {
            Time::Text(text) => when::parse(text.trim())?,
            Time::Value(when) => *when,
        };
        self.instants |= matches!(when, When::Instant(_));
        if let (BarLength::Day | BarLength::Week, When::Instant(utc)) = (self.bars, when) {
            let (day, nanos) = self.zone.local(utc);
            when = When::Local(day, nanos);
        }
        let above = self.columns.close_time.last().copied();
        let (mut open, close) = match (self.bars, when) {
            // Midnight is how many sources write a date.
            (BarLength::Day | BarLength::Week, When::Date(day) | When::Local(day, 0)) => self.whole_days(day),
            (BarLength::Day | BarLength::Week, When::Local(day, nanos)) => {
                let (open, close) = self.whole_days(day);
                let at = self.instant(line, text, day, nanos)?;
                match self.stamp {
                    Stamp::Open => (at, close),
                    Stamp::Close => (open, at),
                }
            }
            (BarLength::Intraday(_), When::Date(_)) => {
                return Err(format!("`{text}` has no time of day, which bars of {} need", self.bars));
            }
            (BarLength::Intraday(length), When::Local(day, nanos)) => {
                let at = self.instant(line, text, day, nanos)?;
                self.span(at, length)
            }
            (BarLength::Intraday(length), When::Instant(at)) => self.span(at, length),
            (BarLength::Day | BarLength::Week, When::Instant(_)) => {
                return Err("is no local time".to_owned());
            }
        };
        if close <= open {
            return Err(format!("`{text}` is outside the market's hours on that date"));
        }
        if let Some(above) = above {
            if close <= above {
                let word = if close == above { "repeats" } else { "is before" };
                return Err(format!("{text} {word} the row above, {}; expected rising times", self.above()));
            }
            if open < above {
                // A session's last bar may be shorter than the rest. Its start is
                // the end of the bar above; a start that the file names is not moved.
                if self.stamp == Stamp::Open {
                    return Err(format!(
                        "{text} starts before the bar of the row above ends; expected a distance of {}",
                        self.bars
                    ));
                }
                if self.shortened == 0 {
                    self.shortened_line = line;
                }
                self.shortened += 1;
                open = above;
            }
        }
        Ok((open, close))
    }

    /// The time of the row above.
    fn above(&self) -> String {
        self.when_above.map_or_else(|| self.text_above.trim().to_owned(), |when| when.to_string())
    }

    fn span(&self, at: i64, length: i64) -> (i64, i64) {
        match self.stamp {
            Stamp::Open => (at, at + length),
            Stamp::Close => (at - length, at),
        }
    }

    /// The span of a bar that carries a date only.
    fn whole_days(&mut self, day: i64) -> (i64, i64) {
        let all_day = self.hours.close == engine_core::time::DAY;
        // A week is five trading days, or seven where trading never stops.
        let days = if all_day { 6 } else { 4 };
        let (first, last) = match (self.bars, self.stamp) {
            (BarLength::Week, Stamp::Open) => (day, day + days),
            (BarLength::Week, Stamp::Close) => (day - days, day),
            _ => (day, day),
        };
        let open = self.at_hour(first, self.hours.open);
        let close = self.at_hour(last, self.hours.close);
        (open, close)
    }

    fn at_hour(&mut self, day: i64, nanos: i64) -> i64 {
        if nanos == engine_core::time::DAY {
            return self.zone.day_start(day + 1);
        }
        match self.zone.utc(day, nanos) {
            Local::One(t) | Local::Two(t, _) => t,
            Local::Never => self.zone.day_start(day) + nanos,
        }
    }

    /// The instant of a local time. A time that the clocks showed twice is the
    /// first of the two, or the second when the rows are already past the first.
    fn instant(&mut self, line: u64, text: &Time<'_>, day: i64, nanos: i64) -> Result<i64, String> {
        match self.zone.utc(day, nanos) {
            Local::One(t) => Ok(t),
            Local::Never => Err(format!("{text} does not exist: clocks were set forward over it")),
            Local::Two(first, second) => {
                if self.ambiguous == 0 {
                    self.ambiguous_line = line;
                }
                self.ambiguous += 1;
                let above = match self.stamp {
                    Stamp::Open => self.columns.open_times().next_back(),
                    Stamp::Close => self.columns.close_time.last().copied(),
                };
                Ok(if above.is_some_and(|t| t >= first) { second } else { first })
            }
        }
    }

    fn mark_session(&mut self, open: i64, close: i64) {
        let day = self.zone.local_day(open);
        let starts = day != self.day;
        self.session_start.push(starts);
        match self.sessions.last_mut() {
            Some(session) if !starts => session.1 = close,
            _ => self.sessions.push((open, close)),
        }
        self.day = day;
    }
}
