//! What a price file that loads is still worth a look for: gaps against the
//! calendar, bars where nothing trades, bars that did not trade.
//!
//! Nothing here is an error: a stock may be suspended, a vendor may leave out
//! minutes without a trade, bars before and after regular hours may be wanted.

use std::collections::BTreeSet;

use engine_core::time::{DAY, HOUR, MINUTE, SECOND, Timestamp};

use crate::bar_length::BarLength;
use crate::calendars::{Closed, ExchangeCalendar, TradingDay, calendar_for};
use crate::prices::Loaded;
use crate::zone::{Zone, clock_text, date_text};

/// Dates or gaps that are named; the rest is counted.
const NAMED_MAX: usize = 5;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Audit {
    /// The calendar that was used; `None` when there is none for the symbol.
    pub calendar: Option<&'static str>,
    /// Sessions between the first and the last bar that have none.
    pub missing_sessions: usize,
    /// Bars missing in sessions that have some.
    pub missing_bars: usize,
    /// Sessions in which bars are missing.
    pub incomplete_sessions: usize,
    /// Bars on dates without a session.
    pub closed_day_bars: usize,
    /// Bars of trading days that lie wholly outside the hours.
    pub outside_bars: usize,
    /// Bars on dates that the calendar does not cover.
    pub not_covered_bars: usize,
    /// Pauses longer than a bar, where there is no calendar.
    pub gaps: usize,
    /// Bars of volume 0; `None` when volume is not known.
    pub zero_volume_bars: Option<usize>,
    /// All of it in words.
    pub findings: Vec<String>,
}

/// Looks at a file.
#[must_use]
pub fn audit(loaded: &Loaded) -> Audit {
    let mut audit = Audit::default();
    let calendar = calendar_for(&loaded.contract.symbol);
    audit.calendar = calendar.map(|c| c.name());
    match (calendar, loaded.contract.bars) {
        (Some(calendar), BarLength::Day) => daily(loaded, &calendar, &mut audit),
        (Some(calendar), BarLength::Intraday(length)) => intraday(loaded, &calendar, length, &mut audit),
        (Some(_), BarLength::Week) => {}
        (None, _) => without_calendar(loaded, &mut audit),
    }
    volume(loaded, &mut audit);
    audit
}

/// `3 sessions`, `1 session`.
pub(crate) fn count(n: usize, noun: &str) -> String {
    format!("{} {noun}{}", grouped(n), if n == 1 { "" } else { "s" })
}

/// `12,345`.
#[must_use]
pub fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Dates in words: neighbours in `all` become ranges.
fn ranges(dates: &[i64], all: &[i64]) -> String {
    let mut parts: Vec<(i64, i64)> = Vec::new();
    let mut before = None;
    for date in dates {
        let at = all.binary_search(date).ok();
        match (parts.last_mut(), at, before) {
            (Some(part), Some(at), Some(before)) if at == before + 1 => part.1 = *date,
            _ => parts.push((*date, *date)),
        }
        before = at;
    }
    let named = parts.iter().take(NAMED_MAX).map(|(from, to)| match from == to {
        true => date_text(*from),
        false => format!("{} to {}", date_text(*from), date_text(*to)),
    });
    let mut text = named.collect::<Vec<_>>().join(", ");
    if parts.len() > NAMED_MAX {
        text.push_str(&format!(" and {} more", parts.len() - NAMED_MAX));
    }
    text
}

/// Bars on closed dates, in words.
fn closed_days(calendar: &ExchangeCalendar, dates: &[i64], audit: &mut Audit) {
    let mut named: Vec<(i64, Closed)> = Vec::new();
    for date in dates {
        match calendar.closed(*date) {
            Some(Closed::NotCovered) => audit.not_covered_bars += 1,
            Some(why) => {
                audit.closed_day_bars += 1;
                if named.last().is_none_or(|(last, _)| last != date) {
                    named.push((*date, why));
                }
            }
            None => {}
        }
    }
    if audit.not_covered_bars > 0 {
        let (from, to) = calendar.covers();
        audit.findings.push(format!(
            "{} outside the calendar of {} ({} to {}): not judged",
            count(audit.not_covered_bars, "bar"),
            calendar.name(),
            date_text(from),
            date_text(to)
        ));
    }
    if audit.closed_day_bars > 0 {
        let text = named.iter().take(NAMED_MAX).map(|(date, why)| {
            let why = match why {
                Closed::Holiday(name) => name,
                _ => "weekend",
            };
            format!("{} ({why})", date_text(*date))
        });
        let mut text = text.collect::<Vec<_>>().join(", ");
        if named.len() > NAMED_MAX {
            text.push_str(&format!(" and {} more", named.len() - NAMED_MAX));
        }
        let bars = count(audit.closed_day_bars, "bar");
        audit.findings.push(format!("{bars} on days without a session of {}: {text}", calendar.name()));
    }
}

fn missing_sessions(calendar: &ExchangeCalendar, missing: &[i64], all: &[i64], audit: &mut Audit) {
    audit.missing_sessions = missing.len();
    if !missing.is_empty() {
        let sessions = count(missing.len(), "session");
        audit.findings.push(format!("{sessions} of {} without a bar: {}", calendar.name(), ranges(missing, all)));
    }
}

fn daily(loaded: &Loaded, calendar: &ExchangeCalendar, audit: &mut Audit) {
    let mut zone = Zone::new(loaded.contract.timezone);
    let dates: Vec<i64> = loaded.bars.columns().open_times().map(|t| zone.local_day(t)).collect();
    closed_days(calendar, &dates, audit);
    let (Some(first), Some(last)) = (dates.first(), dates.last()) else {
        return;
    };
    let all: Vec<i64> = calendar.days(*first, *last).iter().map(|day| day.date).collect();
    let have: BTreeSet<i64> = dates.iter().copied().collect();
    let missing: Vec<i64> = all.iter().copied().filter(|date| !have.contains(date)).collect();
    missing_sessions(calendar, &missing, &all, audit);
}

/// Bars of one day, by part, and what was expected of them.
fn day_counts(day: &TradingDay, length: i64, (first, last): (i64, i64), bars: &[(i64, i64)]) -> (usize, usize) {
    let (mut expected, mut found) = (0, 0);
    for (open, close) in &day.parts {
        // The file may begin and end inside a session.
        let whole = (close - open + length - 1) / length;
        let before = (first - open).clamp(0, close - open) / length;
        let after = (close - last).clamp(0, close - open) / length;
        expected += usize::try_from(whole - before - after).unwrap_or(0);
        found += bars.iter().filter(|(o, c)| o < close && c > open).count();
    }
    (expected, found)
}

fn intraday(loaded: &Loaded, calendar: &ExchangeCalendar, length: i64, audit: &mut Audit) {
    let c = loaded.bars.columns();
    let Some((first, last)) = c.span() else {
        return;
    };
    let days: Vec<TradingDay> =
        calendar.days_around(first, last).into_iter().filter(|d| d.close() > first && d.open() < last).collect();
    let all: Vec<i64> = days.iter().map(|day| day.date).collect();
    let mut missing = Vec::new();
    let mut worst: Option<(usize, i64)> = None;
    let mut inside = vec![false; loaded.bars.len()];
    for day in &days {
        let from = c.close_time.partition_point(|t| *t <= day.open());
        let to = c.opened_before(day.close()).max(from);
        let bars: Vec<(i64, i64)> = (from..to).map(|row| (c.open_time(row), c.close_time[row])).collect();
        for (i, (open, close)) in bars.iter().enumerate() {
            inside[from + i] |= day.parts.iter().any(|(o, c)| open < c && close > o);
        }
        let (expected, found) = day_counts(day, length, (first, last), &bars);
        if found == 0 && expected > 0 {
            missing.push(day.date);
        } else if found < expected {
            audit.missing_bars += expected - found;
            audit.incomplete_sessions += 1;
            if worst.is_none_or(|(most, _)| expected - found > most) {
                worst = Some((expected - found, day.date));
            }
        }
    }
    missing_sessions(calendar, &missing, &all, audit);
    if let Some((most, date)) = worst {
        audit.findings.push(format!(
            "{} missing inside {}, most on {} ({most})",
            count(audit.missing_bars, "bar"),
            count(audit.incomplete_sessions, "session"),
            date_text(date)
        ));
    }
    // Where the bars outside lie.
    let mut zone = Zone::new(calendar.timezone());
    let outside: Vec<usize> = (0..inside.len()).filter(|row| !inside[*row]).collect();
    let dates: Vec<i64> = outside.iter().map(|row| zone.local_day(c.open_time(*row))).collect();
    closed_days(calendar, &dates, audit);
    let on_days: Vec<usize> =
        outside.iter().zip(&dates).filter(|(_, date)| calendar.is_trading_day(**date)).map(|(row, _)| *row).collect();
    audit.outside_bars = on_days.len();
    if let Some(row) = on_days.first() {
        let (day, nanos) = zone.local(c.open_time(*row));
        audit.findings.push(format!(
            "{} outside the hours of {}, the first on {} at {}",
            count(on_days.len(), "bar"),
            calendar.name(),
            date_text(day),
            clock_text(nanos)
        ));
    }
}

/// Where nothing says when the market is open, every pause is a gap.
fn without_calendar(loaded: &Loaded, audit: &mut Audit) {
    let c = loaded.bars.columns();
    let pauses = (1..loaded.bars.len()).map(|row| (c.open_time(row) - c.close_time[row - 1], row));
    let slack = if loaded.contract.bars == BarLength::Week { 3 * DAY } else { 0 };
    let gaps: Vec<(i64, usize)> = pauses.filter(|(pause, _)| *pause > slack).collect();
    audit.gaps = gaps.len();
    let symbol = &loaded.contract.symbol;
    let mut text = format!("no calendar for {symbol}");
    match gaps.iter().max_by_key(|(pause, row)| (*pause, std::cmp::Reverse(*row))) {
        Some((pause, row)) => text.push_str(&format!(
            ": {} between bars, the longest {} from {}",
            count(gaps.len(), "pause"),
            duration(*pause),
            Timestamp::from_nanos(c.close_time[row - 1])
        )),
        None => text.push_str("; every bar begins where the one before ends"),
    }
    audit.findings.push(text);
}

/// `2d4h`, the two largest units.
pub(crate) fn duration(nanos: i64) -> String {
    let units =
        [(DAY, "d"), (HOUR, "h"), (MINUTE, "m"), (SECOND, "s"), (SECOND / 1_000, "ms"), (1_000, "us"), (1, "ns")];
    let mut left = nanos;
    let mut parts = Vec::new();
    if nanos == 0 {
        return "0s".to_owned();
    }
    for (unit, name) in units {
        if left >= unit {
            parts.push(format!("{}{name}", left / unit));
            left %= unit;
        }
    }
    parts.truncate(2);
    parts.concat()
}

fn volume(loaded: &Loaded, audit: &mut Audit) {
    let volume = &loaded.bars.columns().volume;
    if volume.is_empty() {
        return;
    }
    let zero = volume.iter().filter(|v| **v == 0.0).count();
    audit.zero_volume_bars = Some(zero);
    if zero > 0 {
        let row = volume.iter().position(|v| *v == 0.0).unwrap_or(0);
        let mut zone = Zone::new(loaded.contract.timezone);
        let date = date_text(zone.local_day(loaded.bars.columns().open_time(row)));
        audit.findings.push(format!("{} did not trade (volume 0), the first on {date}", count(zero, "bar")));
    }
}
