//! What a venue's dated rules say of one instrument on one day.

use super::rules::share;
use crate::actions::ActionKind;
use crate::charges::Day;
use crate::date::Date;
use crate::feed::Series;
use crate::fixed::{Price, Rate};
use crate::instrument::TickLadder;
use crate::rules::{DailyLimits, ExRights, MarketRules, ProductClass, Settlement};
use crate::time::Timestamp;

const ONE: Rate = Rate::from_units(Rate::SCALE);

/// Days after a listing on which its sessions are counted.
const YOUNG: i32 = 30;

/// The rules of an instrument before its first bar.
pub(super) fn first_day(series: &Series) -> Day {
    let (symbol, kind) = (series.instrument.symbol.as_str(), series.instrument.kind);
    let rules = series.rules.as_deref();
    let of_code = || ProductClass::of_symbol(symbol).or_else(|| ProductClass::of_kind(kind));
    let class = rules.map_or_else(of_code, |rules| rules.product(symbol, kind)).unwrap_or_default();
    let settlement = rules.map_or(Settlement::SameSession, |rules| rules.settlement(symbol, class));
    Day::new(symbol, class, settlement)
}

/// What one old share has become after another split, rounded down at 1e-12, so that a
/// price between two ticks is rounded up as the exact one is.
fn grown(shares: Rate, to: u32, from: u32) -> Rate {
    let units = i128::from(shares.units()) * i128::from(to) / i128::from(from.max(1));
    Rate::from_units(i64::try_from(units).unwrap_or(i64::MAX))
}

/// The price limits of the date on which `row` is a bar; `None` where the venue has none, on
/// the free days of a new listing, and on the first date of the data.
pub(super) fn daily_limits(
    series: &Series,
    rules: &MarketRules,
    day: &Day,
    row: usize,
    date: Date,
    ticks: &TickLadder,
) -> Option<DailyLimits> {
    let symbol = series.instrument.symbol.as_str();
    let board = rules.board(symbol)?;
    let columns = series.bars.columns();
    let date_of = |row: usize| day.date_of(Timestamp::from_nanos(columns.close_time[row]));
    let first = (0..row).rev().take_while(|r| date_of(*r) == date).last().unwrap_or(row);
    let before = first.checked_sub(1)?;
    let close = Price::from_checked_f64(columns.close[before]);
    let step = ticks.step(close);
    let (from, to) = (columns.close_time[before], columns.open_time(first));
    // All that is given until then per share of the last close, rounded once.
    let (mut cash, mut shares) = (Price::ZERO, ONE);
    for action in series.actions.iter().filter(|a| a.ex_time.nanos() > from && a.ex_time.nanos() <= to) {
        match action.kind {
            ActionKind::CashDividend { per_share } => cash += share(per_share, shares),
            ActionKind::Split { to, from } => shares = grown(shares, to, from),
        }
    }
    let bonus = Rate::from_units(shares.units() - ONE.units());
    let reference = ExRights { cash, bonus, ..ExRights::default() }.reference(close, step)?;
    let listed = rules.listings.get(symbol).and_then(|listing| listing.listed);
    let young = listed.filter(|listed| date.days() - listed.days() < YOUNG);
    let trading_day = young.map(|listed| {
        let mut last = None;
        let dates = (0..=first).rev().map(date_of).take_while(|d| *d >= listed);
        dates.filter(|d| last.replace(*d) != Some(*d)).count() as u32
    });
    rules.limits.limits(reference, date, board, rules.is_risk_warned(symbol, date), trading_day, ticks)
}
