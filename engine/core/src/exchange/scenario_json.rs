//! The JSON text of `simulate-orders`: cases in, outcomes out.
//!
//! Numbers are read as exact decimals from the text itself, never through a
//! double. Anything that does not fit is one error with the case, the key and
//! what was expected; unknown keys are errors.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde_json::value::RawValue;

use super::rules::{FillRules, LimitFill, LimitGap, PathRule, Slippage, TradedBar};
use super::scenario::{Case, CaseOrder, CaseOutcome};
use crate::fixed::{Price, Quantity, Rate};
use crate::instrument::{Instrument, InstrumentId, Symbol};
use crate::order::{NewOrder, OcoId, OrderId, OrderKind, Side, Size, TimeInForce, Trail};
use crate::time::Timestamp;

/// Most cases in one file.
pub const CASES_MAX: usize = 100_000;
/// Most entries of a list, bars above all.
pub const ROWS_MAX: usize = 1_000_000;
/// Most orders in one case.
pub const ORDERS_MAX: usize = 10_000;
/// Largest sum of the quantities of a case, in shares.
pub const QUANTITY_MAX: i64 = 10_000_000_000;
/// Largest trail, offset or slippage: sums of prices and distances stay in range.
pub const DISTANCE_MAX: Price = Price::from_units(1_000_000_000 * crate::fixed::SCALE);
/// Longest chain of parents.
pub const CHAIN_MAX: usize = 16;

/// A case and the ids of its orders, by their numbers.
pub type NamedCase = (Case, Vec<String>);

/// A text that is no case, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct CaseError {
    place: String,
    problem: String,
}

fn fail<T>(place: &str, problem: impl Into<String>) -> Result<T, CaseError> {
    Err(CaseError { place: place.to_owned(), problem: problem.into() })
}

type Raw<'a> = &'a RawValue;

/// An object whose keys are taken one by one; what is left over is unknown.
struct Object<'a> {
    place: String,
    keys: BTreeMap<String, Raw<'a>>,
}

impl<'a> Object<'a> {
    fn read(raw: Raw<'a>, place: &str) -> Result<Self, CaseError> {
        let pairs: Result<HashMap<String, Raw<'a>>, _> = serde_json::from_str(raw.get());
        match pairs {
            Ok(pairs) => Ok(Self { place: place.to_owned(), keys: pairs.into_iter().collect() }),
            Err(_) => fail(place, format!("expected an object {{...}}, found {}", excerpt(raw))),
        }
    }

    fn take(&mut self, key: &str) -> Option<(String, Raw<'a>)> {
        let raw = self.keys.remove(key).filter(|raw| raw.get() != "null")?;
        Some((format!("{}.{key}", self.place), raw))
    }

    fn need(&mut self, key: &str, expected: &str) -> Result<(String, Raw<'a>), CaseError> {
        match self.take(key) {
            Some(found) => Ok(found),
            None => fail(&format!("{}.{key}", self.place), format!("missing, expected {expected}")),
        }
    }

    fn finish(self, known: &[&str]) -> Result<(), CaseError> {
        // A key that is null counts as absent.
        let left = self.keys.iter().find(|(key, raw)| raw.get() != "null" || !known.contains(&key.as_str()));
        let Some((key, _)) = left else { return Ok(()) };
        let place = format!("{}.{key}", self.place);
        if known.contains(&key.as_str()) {
            return fail(&place, "does not belong to an order of this type");
        }
        fail(&place, format!("unknown key, expected one of {}", known.join(", ")))
    }
}

fn excerpt(raw: Raw<'_>) -> String {
    let text: String = raw.get().chars().take(40).collect();
    if text.len() < raw.get().len() { format!("{text}...") } else { text }
}

fn list<'a>(raw: Raw<'a>, place: &str, expected: &str) -> Result<Vec<Raw<'a>>, CaseError> {
    match serde_json::from_str::<Vec<Raw<'a>>>(raw.get()) {
        Ok(items) if items.len() <= ROWS_MAX => Ok(items),
        Ok(_) => fail(place, format!("more than {ROWS_MAX} entries")),
        Err(_) => fail(place, format!("expected {expected}, found {}", excerpt(raw))),
    }
}

fn text(raw: Raw<'_>, place: &str, expected: &str) -> Result<String, CaseError> {
    serde_json::from_str::<String>(raw.get())
        .or_else(|_| fail(place, format!("expected {expected}, found {}", excerpt(raw))))
}

/// A name may be a text or a whole number.
fn name(raw: Raw<'_>, place: &str) -> Result<String, CaseError> {
    match serde_json::from_str::<i64>(raw.get()) {
        Ok(number) => Ok(number.to_string()),
        Err(_) => text(raw, place, "a text"),
    }
}

/// The decimal text of a number, which may stand in quotes.
fn digits(raw: Raw<'_>) -> String {
    serde_json::from_str::<String>(raw.get()).unwrap_or_else(|_| raw.get().to_owned())
}

fn number<T: FromStr>(raw: Raw<'_>, place: &str, expected: &str) -> Result<T, CaseError>
where
    T::Err: std::fmt::Display,
{
    digits(raw).parse().or_else(|e: T::Err| fail(place, format!("{e}, expected {expected}")))
}

fn positive_price(raw: Raw<'_>, place: &str) -> Result<Price, CaseError> {
    match number::<Price>(raw, place, "a price above 0")? {
        price if price > Price::ZERO => Ok(price),
        price => fail(place, format!("is {price}, expected a price above 0")),
    }
}

fn rate(raw: Raw<'_>, place: &str, expected: &str) -> Result<Rate, CaseError> {
    let text = digits(raw);
    let value = Decimal::from_str_exact(&text).or_else(|_| Decimal::from_scientific(&text));
    let Ok(value) = value else {
        return fail(place, format!("{}, expected {expected}", excerpt(raw)));
    };
    Rate::from_decimal(value).or_else(|e| fail(place, format!("{e}, expected {expected}")))
}

fn index(raw: Raw<'_>, place: &str, below: usize) -> Result<usize, CaseError> {
    match serde_json::from_str::<usize>(raw.get()) {
        Ok(i) if i < below => Ok(i),
        _ if below == usize::MAX => fail(place, format!("is {}, expected a bar index of 0 or more", excerpt(raw))),
        _ => fail(place, format!("is {}, expected a bar index from 0 to {}", excerpt(raw), below - 1)),
    }
}

fn choice<T: Copy>(raw: Raw<'_>, place: &str, options: &[(&str, T)]) -> Result<T, CaseError> {
    let names: Vec<&str> = options.iter().map(|o| o.0).collect();
    let expected = format!("one of {}", names.join(", "));
    let found = text(raw, place, &expected)?;
    match options.iter().find(|o| o.0 == found) {
        Some(option) => Ok(option.1),
        None => fail(place, format!("is \"{found}\", expected {expected}")),
    }
}

fn flag(raw: Raw<'_>, place: &str) -> Result<bool, CaseError> {
    serde_json::from_str::<bool>(raw.get())
        .or_else(|_| fail(place, format!("expected true or false, found {}", excerpt(raw))))
}

/// Reads a file: one case, or an array of cases (`true`: it was an array).
///
/// # Errors
/// The first thing that does not fit, with its case and key.
pub fn read_cases(text: &str) -> Result<(Vec<NamedCase>, bool), CaseError> {
    let raw: Raw<'_> = match serde_json::from_str(text) {
        Ok(raw) => raw,
        Err(e) => return fail("file", format!("is not JSON: {e}")),
    };
    if !raw.get().starts_with('[') {
        return Ok((vec![read_case(raw, "case")?], false));
    }
    let items = list(raw, "file", "a case or an array of cases")?;
    if items.len() > CASES_MAX {
        return fail("file", format!("more than {CASES_MAX} cases"));
    }
    let cases = items.iter().enumerate().map(|(i, raw)| read_case(raw, &format!("case {i}")));
    Ok((cases.collect::<Result<_, _>>()?, true))
}

const CASE_KEYS: &[&str] =
    &["bars", "orders", "path", "limit_fill", "limit_gap", "slippage", "clamp", "participation", "lot", "session_ends"];

fn read_case(raw: Raw<'_>, place: &str) -> Result<NamedCase, CaseError> {
    let mut object = Object::read(raw, place)?;
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
    let symbol = Symbol::new("SIM.CASE").or_else(|e| fail(place, e.to_string()))?;
    let mut instrument = Instrument::equity(symbol, "USD");
    if let Some((at, raw)) = object.take("lot") {
        instrument.lot = number(raw, &at, "a lot above 0")?;
        if instrument.lot <= Quantity::ZERO {
            return fail(&at, "expected a lot above 0");
        }
    }
    let (at, raw) = object.need("bars", "an array of [open, high, low, close] or [open, high, low, close, volume]")?;
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
            let end = index(raw, &format!("{at}[{i}]"), usize::MAX)?;
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
    object.finish(CASE_KEYS)?;
    let (orders, names) = read_orders(&list(raw, &at, "an array of orders")?, &at, bars.len())?;
    Ok((Case { instrument, bars, orders, rules }, names))
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

const ORDER_KEYS: &[&str] = &[
    "id",
    "side",
    "quantity",
    "type",
    "limit",
    "stop",
    "trail",
    "trail_percent",
    "limit_offset",
    "tif",
    "until",
    "post_only",
    "parent",
    "oco",
    "after_bar",
];

fn read_orders(items: &[Raw<'_>], place: &str, bars: usize) -> Result<(Vec<CaseOrder>, Vec<String>), CaseError> {
    if items.len() > ORDERS_MAX {
        return fail(place, format!("has {} orders, expected at most {ORDERS_MAX}", items.len()));
    }
    let mut read = Vec::new();
    let mut parents = Vec::new();
    let mut total = 0_i128;
    let mut groups: Vec<String> = Vec::new();
    for (i, raw) in items.iter().enumerate() {
        let at = format!("{place}[{i}]");
        let (order, parent) = read_order(raw, &at, bars, &mut groups)?;
        if let Size::Quantity(quantity) = order.order.size {
            total += i128::from(quantity.units());
        }
        if total > i128::from(QUANTITY_MAX) * i128::from(crate::fixed::SCALE) {
            return fail(&format!("{at}.quantity"), format!("all quantities together are above {QUANTITY_MAX}"));
        }
        if read.iter().any(|o: &CaseOrder| o.name == order.name) {
            return fail(&format!("{at}.id"), format!("\"{}\" is used twice", order.name));
        }
        read.push(order);
        parents.push(parent);
    }
    // Numbers follow submission: earlier bars first, then the order in the file.
    let mut order: Vec<usize> = (0..read.len()).collect();
    order.sort_by_key(|i| read[*i].after_bar);
    let number_of = |i: usize| order.iter().position(|o| *o == i).unwrap_or(i);
    for (i, parent) in parents.iter().enumerate() {
        let Some(parent) = parent else { continue };
        let at = format!("{place}[{i}].parent");
        let Some(found) = read.iter().position(|o| o.name == *parent) else {
            return fail(&at, format!("\"{parent}\" is the id of no order"));
        };
        if read[found].after_bar > read[i].after_bar {
            return fail(&at, format!("\"{parent}\" is submitted after its child"));
        }
        read[i].order.parent = Some(OrderId(number_of(found) as u32));
    }
    for i in 0..read.len() {
        let (mut depth, mut at) = (0, Some(i));
        while let Some(j) = at {
            depth += 1;
            if depth > CHAIN_MAX {
                return fail(
                    &format!("{place}[{i}].parent"),
                    format!("a chain of more than {CHAIN_MAX} orders, or a circle"),
                );
            }
            at = read[j].order.parent.map(|p| order[p.index()]);
        }
    }
    let sorted: Vec<CaseOrder> = order.iter().map(|i| read[*i].clone()).collect();
    let names = sorted.iter().map(|o| o.name.clone()).collect();
    Ok((sorted, names))
}

fn read_order(
    raw: Raw<'_>,
    place: &str,
    bars: usize,
    groups: &mut Vec<String>,
) -> Result<(CaseOrder, Option<String>), CaseError> {
    let mut object = Object::read(raw, place)?;
    let (at, raw) = object.need("id", "a name")?;
    let id = name(raw, &at)?;
    let (at, raw) = object.need("side", "buy or sell")?;
    let side = choice(raw, &at, &[("buy", Side::Buy), ("sell", Side::Sell)])?;
    let (at, raw) = object.need("quantity", "a number above 0")?;
    let quantity: Quantity = number(raw, &at, "a number above 0")?;
    if quantity <= Quantity::ZERO {
        return fail(&at, format!("is {quantity}, expected a number above 0"));
    }
    let kind = read_kind(&mut object)?;
    let mut order = NewOrder::new(InstrumentId(0), side, Size::Quantity(quantity), kind);
    if let Some((at, raw)) = object.take("tif") {
        let gtd = TimeInForce::Gtd(Timestamp::MAX);
        order.tif = choice(
            raw,
            &at,
            &[
                ("gtc", TimeInForce::Gtc),
                ("day", TimeInForce::Day),
                ("gtd", gtd),
                ("ioc", TimeInForce::Ioc),
                ("fok", TimeInForce::Fok),
            ],
        )?;
        if order.tif == gtd {
            let (at, raw) = object.need("until", "the bar index after which the order expires")?;
            order.tif = TimeInForce::Gtd(Timestamp::from_nanos(index(raw, &at, usize::MAX)? as i64));
        }
    }
    if let Some((at, raw)) = object.take("post_only") {
        order.post_only = flag(raw, &at)?;
        if order.post_only && !matches!(kind, OrderKind::Limit { .. }) {
            return fail(&at, "only a limit order can be post_only");
        }
        if order.post_only && matches!(order.tif, TimeInForce::Ioc | TimeInForce::Fok) {
            return fail(&at, "post_only and ioc or fok exclude each other");
        }
    }
    if let Some((at, raw)) = object.take("oco") {
        let group = name(raw, &at)?;
        let number = groups.iter().position(|g| *g == group).unwrap_or_else(|| {
            groups.push(group);
            groups.len() - 1
        });
        order.oco = Some(OcoId(number as u32));
    }
    let parent = object.take("parent").map(|(at, raw)| name(raw, &at)).transpose()?;
    let after_bar = match object.take("after_bar") {
        Some((at, raw)) => index(raw, &at, bars)?,
        None => 0,
    };
    object.finish(ORDER_KEYS)?;
    Ok((CaseOrder { name: id, order, after_bar }, parent))
}

fn read_kind(object: &mut Object<'_>) -> Result<OrderKind, CaseError> {
    const NAMES: &[&str] = &[
        "market",
        "limit",
        "stop",
        "stop_limit",
        "trailing_stop",
        "trailing_stop_limit",
        "market_if_touched",
        "limit_if_touched",
        "market_on_open",
        "limit_on_open",
        "market_on_close",
        "limit_on_close",
    ];
    let options: Vec<(&str, &str)> = NAMES.iter().map(|n| (*n, *n)).collect();
    let (at, raw) = object.need("type", &format!("one of {}", NAMES.join(", ")))?;
    let found = choice(raw, &at, &options)?;
    let mut price = |key: &str| {
        let (at, raw) = object.need(key, &format!("a price, because the type is {found}"))?;
        positive_price(raw, &at)
    };
    Ok(match found {
        "limit" => OrderKind::Limit { limit: price("limit")? },
        "stop" => OrderKind::Stop { stop: price("stop")? },
        "stop_limit" => OrderKind::StopLimit { stop: price("stop")?, limit: price("limit")? },
        "market_if_touched" => OrderKind::MarketIfTouched { touch: price("stop")? },
        "limit_if_touched" => OrderKind::LimitIfTouched { touch: price("stop")?, limit: price("limit")? },
        "trailing_stop" => OrderKind::TrailingStop { trail: read_trail(object)? },
        "trailing_stop_limit" => {
            let trail = read_trail(object)?;
            let offset = match object.take("limit_offset") {
                Some((at, raw)) => number::<Price>(raw, &at, "a distance of 0 or more")?,
                None => Price::ZERO,
            };
            if offset < Price::ZERO || offset > DISTANCE_MAX {
                return fail(&object.place, format!("limit_offset: expected a distance from 0 to {DISTANCE_MAX}"));
            }
            OrderKind::TrailingStopLimit { trail, offset }
        }
        "market_on_open" => OrderKind::MarketOnOpen,
        "limit_on_open" => OrderKind::LimitOnOpen { limit: price("limit")? },
        "market_on_close" => OrderKind::MarketOnClose,
        "limit_on_close" => OrderKind::LimitOnClose { limit: price("limit")? },
        _ => OrderKind::Market,
    })
}

fn read_trail(object: &mut Object<'_>) -> Result<Trail, CaseError> {
    match (object.take("trail"), object.take("trail_percent")) {
        (Some((at, raw)), None) => match positive_price(raw, &at)? {
            distance if distance <= DISTANCE_MAX => Ok(Trail::Amount(distance)),
            distance => fail(&at, format!("is {distance}, expected a distance of at most {DISTANCE_MAX}")),
        },
        (None, Some((at, raw))) => {
            let percent = rate(raw, &at, "a percentage above 0 and below 100")?;
            if percent.units() <= 0 || percent.units() >= 100 * Rate::SCALE {
                return fail(&at, format!("is {}, expected a percentage above 0 and below 100", excerpt(raw)));
            }
            let fraction = Decimal::new(percent.units(), 12) / Decimal::ONE_HUNDRED;
            let fraction = fraction.round_dp(12);
            Rate::from_decimal(fraction).map(Trail::Fraction).or_else(|e| fail(&at, e.to_string()))
        }
        _ => fail(&object.place, "expected either trail (a price distance) or trail_percent"),
    }
}

/// Writes an outcome as JSON; `names` are the ids of the orders by number.
#[must_use]
pub fn write_outcome(outcome: &CaseOutcome, names: &[String]) -> String {
    let quote = |i: usize| serde_json::Value::from(names[i].as_str()).to_string();
    let join = |rows: Vec<String>| rows.join(",");
    let fills = outcome.fills.iter().map(|f| {
        format!(
            r#"{{"order":{},"bar":{},"side":"{}","quantity":{},"price":{},"certain":{}}}"#,
            quote(f.order),
            f.bar,
            f.side.name(),
            f.quantity,
            f.price,
            f.certain
        )
    });
    let working = outcome
        .working
        .iter()
        .map(|w| format!(r#"{{"order":{},"quantity":{},"certain":{}}}"#, quote(w.order), w.quantity, w.certain));
    let closed = outcome.closed.iter().map(|c| {
        format!(r#"{{"order":{},"state":"{}","reason":"{}"}}"#, quote(c.order), c.state.name(), c.reason.text())
    });
    let mut json = String::new();
    let _ = write!(
        json,
        r#"{{"fills":[{}],"working":[{}],"closed":[{}],"pnl":{},"pnl_worst":{},"pnl_best":{},"bounds":"{}","certain":{}}}"#,
        join(fills.collect()),
        join(working.collect()),
        join(closed.collect()),
        outcome.pnl,
        outcome.pnl_worst,
        outcome.pnl_best,
        if outcome.exact { "exact" } else { "outer" },
        outcome.certain
    );
    json
}
