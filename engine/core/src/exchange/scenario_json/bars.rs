//! Cases on bars.

use super::object::{Object, Raw, choice, excerpt, fail, flag, index, list, number, positive_price, rate};
use super::orders::{self, Clock};
use super::{CaseError, DISTANCE_MAX, read_instrument};
use crate::exchange::rules::{FillRules, LimitFill, LimitGap, PathRule, Slippage, TradedBar};
use crate::exchange::scenario::{BarCase, CaseOrder};
use crate::fixed::{Price, Quantity, Rate};

const KEYS: &[&str] =
    &["bars", "orders", "path", "limit_fill", "limit_gap", "slippage", "clamp", "participation", "lot", "session_ends"];
/// Keys that only a case on bars has.
pub(super) const ONLY: &[&str] = &["path", "limit_fill", "limit_gap", "slippage", "clamp", "participation"];

pub(super) fn read(mut object: Object<'_>) -> Result<(BarCase, Vec<String>), CaseError> {
    let mut rules = FillRules::default();
    if let Some((at, raw)) = object.take("path") {
        rules.path = choice(
            raw,
            &at,
            &[
                ("near_first", PathRule::NearFirst),
                ("high_first", PathRule::HighFirst),
                ("low_first", PathRule::LowFirst),
                ("pessimistic", PathRule::Pessimistic),
                ("optimistic", PathRule::Optimistic),
            ],
        )?;
    }
    if let Some((at, raw)) = object.take("limit_fill") {
        rules.limit_fill = choice(raw, &at, &[("touch", LimitFill::Touch), ("through", LimitFill::Through)])?;
    }
    if let Some((at, raw)) = object.take("limit_gap") {
        rules.limit_gap = choice(raw, &at, &[("open", LimitGap::Open), ("limit", LimitGap::Limit)])?;
    }
    if let Some((at, raw)) = object.take("slippage") {
        let distance: Price = number(raw, &at, "a price distance of 0 or more")?;
        if distance < Price::ZERO || distance > DISTANCE_MAX {
            return fail(&at, format!("is {distance}, expected a price distance from 0 to {DISTANCE_MAX}"));
        }
        rules.slippage = if distance.is_zero() { Slippage::None } else { Slippage::Amount(distance) };
    }
    if let Some((at, raw)) = object.take("clamp") {
        rules.clamp = flag(raw, &at)?;
    }
    if let Some((at, raw)) = object.take("participation") {
        let share = rate(raw, &at, "a share above 0 and at most 1")?;
        if share.units() <= 0 || share.units() > Rate::SCALE {
            return fail(&at, format!("is {}, expected a share above 0 and at most 1", excerpt(raw)));
        }
        rules.participation = Some(share);
    }
    let instrument = read_instrument(&mut object)?;
    let (at, raw) = object
        .need("bars", "an array of [open, high, low, close] or [open, high, low, close, volume], or else `events`")?;
    let mut bars = Vec::new();
    for (i, raw) in list(raw, &at, "an array of bars")?.iter().enumerate() {
        bars.push(read_bar(raw, &format!("{at}[{i}]"))?);
    }
    if bars.is_empty() {
        return fail(&at, "is empty, expected at least the decision bar");
    }
    if let Some((at, raw)) = object.take("session_ends") {
        bars.iter_mut().for_each(|b| b.session_end = false);
        for (i, raw) in list(raw, &at, "an array of bar indexes")?.iter().enumerate() {
            let end = index(raw, &format!("{at}[{i}]"), "bar", usize::MAX)?;
            // A session may end after the data does.
            if let Some(bar) = bars.get_mut(end) {
                bar.session_end = true;
            }
        }
    }
    for i in 0..bars.len() {
        bars[i].session_start = i == 0 || bars[i - 1].session_end;
    }
    let (at, raw) = object.need("orders", "an array of orders")?;
    object.finish(KEYS)?;
    let read = orders::read(&list(raw, &at, "an array of orders")?, &at, &Clock::Bars(bars.len()))?;
    let names = read.iter().map(|o| o.name.clone()).collect();
    let orders = read.into_iter().map(|o| CaseOrder { name: o.name, order: o.order, after_bar: o.sent as usize });
    Ok((BarCase { instrument, bars, orders: orders.collect(), rules }, names))
}

fn read_bar(raw: Raw<'_>, place: &str) -> Result<TradedBar, CaseError> {
    let expected = "[open, high, low, close] or [open, high, low, close, volume]";
    let items = list(raw, place, expected)?;
    if !(4..=5).contains(&items.len()) {
        return fail(place, format!("has {} numbers, expected {expected}", items.len()));
    }
    let mut prices = [Price::ZERO; 4];
    for (i, name) in ["open", "high", "low", "close"].iter().enumerate() {
        prices[i] = positive_price(items[i], &format!("{place} {name}"))?;
    }
    let [open, high, low, close] = prices;
    if low > high || open > high || open < low || close > high || close < low {
        return fail(
            place,
            format!("open {open}, high {high}, low {low}, close {close}: expected low <= open, close <= high"),
        );
    }
    let volume = match items.get(4).filter(|raw| raw.get() != "null") {
        Some(raw) => {
            let volume: Quantity = number(raw, &format!("{place} volume"), "a volume of 0 or more")?;
            if volume < Quantity::ZERO {
                return fail(&format!("{place} volume"), format!("is {volume}, expected 0 or more"));
            }
            Some(volume)
        }
        None => None,
    };
    Ok(TradedBar { open, high, low, close, volume, session_start: true, session_end: true, limits: None })
}
