//! Refuses a feed whose bars lie beside the sessions of its exchange.
//!
//! Bars with the wrong zone, or stamped at the other end than the contract says,
//! are bars of real sessions moved by a constant. A day whose first bar is as far
//! from the open as its last from the close, and neither is zero, shows it; bars
//! before and after regular hours, late first trades and half days do not.
//! A feed is refused when most of its complete days are moved, or a run of days in
//! the middle is. Daily bars are refused when their dates are off by one.
//! Futures with an evening session are not judged.

use chrono_tz::Tz;
use engine_core::bars::BarColumns;
use engine_core::time::{DAY, HOUR, MINUTE, SECOND};

use crate::bar_length::BarLength;
use crate::calendars::{ExchangeCalendar, TradingDay};
use crate::contract::{Contract, Stamp};
use crate::error::DataError;
use crate::prices::Numbered;
use crate::zone::{Local, Zone, clock_text, date_text};

use std::path::Path;

/// Bars further apart than this belong to different days.
const DAY_GAP_MIN: i64 = 5 * HOUR;
/// Fewer complete days say nothing.
const DAYS_MIN: usize = 2;
/// Share of complete days that must be moved.
const SHARE_MIN: f64 = 0.6;
/// A run of so many moved days between good ones is a mixed feed.
const MIXED_DAYS_MIN: usize = 3;
/// Daily bars looked at before dates are judged, at least.
const DAILY_MIN: usize = 20;
/// Share of daily bars that lie on sessions in a good file, at least.
const DAILY_GOOD: f64 = 0.9;
/// Share that must lie on sessions once moved by a day.
const DAILY_MOVED: f64 = 0.98;
/// Zones that a feed is tried in, to say which would fit.
const ZONES: [Tz; 8] = [
    Tz::UTC,
    Tz::America__New_York,
    Tz::America__Chicago,
    Tz::Asia__Hong_Kong,
    Tz::Asia__Shanghai,
    Tz::Asia__Tokyo,
    Tz::Europe__London,
    Tz::Europe__Berlin,
];

/// Judges a feed; `instants` is true when its times carry their offset.
pub(crate) fn check(
    path: &Path,
    numbered: Numbered,
    contract: &Contract,
    instants: bool,
    columns: &BarColumns,
    calendar: &ExchangeCalendar,
) -> Result<(), DataError> {
    let problem = match contract.bars {
        BarLength::Intraday(length) if !calendar.has_nights() => {
            intraday(contract, instants, length, columns, calendar)
        }
        BarLength::Day => daily(contract, columns, calendar),
        _ => None,
    };
    match problem {
        Some((bar, problem)) => {
            let error = numbered.error(path, numbered.of_bar(bar), problem);
            Err(DataError { column: Some("time".to_owned()), ..error })
        }
        None => Ok(()),
    }
}

/// The bars of one day: index of the first, open of the first, close of the last.
struct Run {
    bar: usize,
    first: i64,
    last: i64,
}

fn runs(columns: &BarColumns) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (bar, (open, close)) in columns.open_times().zip(&columns.close_time).enumerate() {
        match runs.last_mut() {
            Some(run) if open - run.last < DAY_GAP_MIN => run.last = *close,
            _ => runs.push(Run { bar, first: open, last: *close }),
        }
    }
    runs
}

/// How far a run lies after a session, when it has the session's length exactly.
fn offset(days: &[TradingDay], first: i64, last: i64) -> Option<i64> {
    let after = days.partition_point(|day| day.open() < first);
    let near = days[after.saturating_sub(1)..days.len().min(after + 1)].iter();
    let day = near.min_by_key(|day| (day.open() - first).abs())?;
    let moved = first - day.open();
    (moved == last - day.close() && moved.abs() <= 18 * HOUR).then_some(moved)
}

/// How many days of a feed are whole sessions in their place, and how many there are.
pub(crate) fn aligned(columns: &BarColumns, calendar: &ExchangeCalendar) -> (usize, usize) {
    let runs = runs(columns);
    let (Some(first), Some(last)) = (runs.first(), runs.last()) else {
        return (0, 0);
    };
    let days = calendar.days_around(first.first, last.last);
    let good = runs.iter().filter(|run| offset(&days, run.first, run.last) == Some(0)).count();
    (good, runs.len())
}

fn intraday(
    contract: &Contract,
    instants: bool,
    length: i64,
    columns: &BarColumns,
    calendar: &ExchangeCalendar,
) -> Option<(usize, String)> {
    let runs = runs(columns);
    let (first, last) = (runs.first()?.first, runs.last()?.last);
    let days = calendar.days_around(first, last);
    let offsets: Vec<(usize, i64)> =
        runs.iter().enumerate().filter_map(|(i, run)| Some((i, offset(&days, run.first, run.last)?))).collect();
    let moved = offsets.iter().filter(|(_, moved)| *moved != 0).count();
    if moved < DAYS_MIN {
        return None;
    }
    let (at, by) = most_common(&offsets)?;
    if moved as f64 >= SHARE_MIN * offsets.len() as f64 {
        let same = offsets.iter().filter(|(_, other)| *other == by).count();
        let text = whole(contract, instants, length, &runs, &days, (same, moved, offsets.len()), (at, by));
        return Some((runs[at].bar, text));
    }
    // Some days moved by the same, one after the other, among good ones.
    let mut from = 0;
    while from < offsets.len() {
        let by = offsets[from].1;
        let to = from + offsets[from..].iter().take_while(|(_, other)| *other == by).count();
        if by.abs() >= 30 * MINUTE && to - from >= MIXED_DAYS_MIN {
            let mut zone = Zone::new(calendar.timezone());
            let mut date = |i: usize| date_text(zone.local_day(runs[offsets[i].0].first));
            let problem = format!(
                "the feed is mixed: from {} to {} the bars lie {} the sessions of {}, before or after on them",
                date(from),
                date(to - 1),
                distance(by),
                calendar.name()
            );
            return Some((runs[offsets[from].0].bar, problem));
        }
        from = to;
    }
    None
}

/// The most common offset other than 0, and the first run that has it.
fn most_common(offsets: &[(usize, i64)]) -> Option<(usize, i64)> {
    let mut sorted: Vec<(i64, usize)> = offsets.iter().filter(|(_, by)| *by != 0).map(|(i, by)| (*by, *i)).collect();
    sorted.sort_unstable();
    let groups = sorted.chunk_by(|a, b| a.0 == b.0);
    groups.max_by_key(|group| (group.len(), std::cmp::Reverse(group[0].1))).map(|group| (group[0].1, group[0].0))
}

/// What to say of a feed that is moved as a whole.
fn whole(
    contract: &Contract,
    instants: bool,
    length: i64,
    runs: &[Run],
    days: &[TradingDay],
    (same, moved, complete): (usize, usize, usize),
    (at, by): (usize, i64),
) -> String {
    let mut local = Zone::new(contract.timezone);
    let run = &runs[at];
    let date = date_text(local.local_day(run.first));
    let clock = |t: i64| clock_text(local.local(t).1);
    let mut text = format!(
        "on {same} of {complete} complete days the bars lie {} the session (on {date} they run from {} to {} in {})",
        distance(by),
        clock(run.first),
        clock(run.last),
        contract.timezone
    );
    if moved > same {
        text.push_str(&format!(", on {} others by another distance", moved - same));
    }
    if by.abs() == length {
        let other = match contract.stamp {
            Stamp::Close => "open",
            Stamp::Open => "close",
        };
        // A stamp read at the wrong end moves a bar one way only.
        if (by < 0) == (contract.stamp == Stamp::Close) {
            text.push_str(&format!(
                ", which is one bar: the times are the {other} of each bar; say stamp = \"{other}\""
            ));
            return text;
        }
    }
    text.push_str(": the time zone is wrong");
    if instants {
        text.push_str("; the times carry an offset, so the file itself must be corrected");
        return text;
    }
    let fits = |tz: &Tz| {
        let mut zone = Zone::new(*tz);
        let mut there = |utc: i64| {
            let (day, nanos) = local.local(utc);
            match zone.utc(day, nanos) {
                Local::One(t) | Local::Two(t, _) => t,
                Local::Never => day * DAY + nanos,
            }
        };
        let good = runs.iter().filter(|run| offset(days, there(run.first), there(run.last)) == Some(0)).count();
        good as f64 >= 0.95 * complete as f64
    };
    if let Some(tz) = ZONES.iter().find(|tz| fits(tz)) {
        text.push_str(&format!("; timezone = \"{tz}\" would fit"));
    }
    text
}

/// `5h30m after`.
fn distance(by: i64) -> String {
    let size = by.abs();
    let (hours, minutes, seconds) = (size / HOUR, size / MINUTE % 60, size / SECOND % 60);
    let mut text = String::new();
    for (count, unit) in [(hours, 'h'), (minutes, 'm'), (seconds, 's')] {
        if count > 0 {
            text.push_str(&format!("{count}{unit}"));
        }
    }
    format!("{text} {}", if by > 0 { "after" } else { "before" })
}

fn daily(contract: &Contract, columns: &BarColumns, calendar: &ExchangeCalendar) -> Option<(usize, String)> {
    let mut zone = Zone::new(contract.timezone);
    let dates: Vec<i64> = columns.open_times().map(|t| zone.local_day(t)).collect();
    let (from, to) = calendar.covers();
    let inside: Vec<i64> = dates.iter().copied().filter(|d| (from + 1..to).contains(d)).collect();
    if inside.len() < DAILY_MIN {
        return None;
    }
    let share = |by: i64| {
        let good = inside.iter().filter(|date| calendar.is_trading_day(**date + by)).count();
        good as f64 / inside.len() as f64
    };
    if share(0) >= DAILY_GOOD {
        return None;
    }
    let by = [-1, 1].into_iter().find(|by| share(*by) >= DAILY_MOVED)?;
    let bar = dates.iter().position(|date| !calendar.is_trading_day(*date) && *date > from)?;
    let word = if by < 0 { "late" } else { "early" };
    let problem = format!(
        "{} is no session of {}; all dates are one day {word}: they were taken in another time zone",
        date_text(dates[bar]),
        calendar.name()
    );
    Some((bar, problem))
}
