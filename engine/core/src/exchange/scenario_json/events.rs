//! Cases on events: trades, quotes, levels, single orders.

use std::collections::{BTreeMap, BTreeSet};

use super::object::{
    NANOS_MAX, Object, Raw, choice, excerpt, fail, flag, list, name, nanos, number, positive_price, positive_quantity,
    rate,
};
use super::orders::{self, Clock, read_time};
use super::{CHANGES_MAX, CaseError, QUANTITY_MAX, ROWS_MAX, read_instrument};
use crate::exchange::depth::{DepthRules, QueueModel, ThroughFill, TriggerPrice};
use crate::exchange::scenario::{TapeAsk, TapeCase, TapeRequest};
use crate::fixed::{Price, Quantity, SCALE};
use crate::instrument::TickLadder;
use crate::latency::DELAY_MAX;
use crate::order::{OrderChange, OrderId, Side};
use crate::tape::{IRREGULAR, LAST, SNAPSHOT, Tape, TapeColumns, TapeEvent};
use crate::time::Timestamp;

/// Keys of a case on events.
pub(super) const KEYS: &[&str] =
    &["events", "orders", "changes", "queue", "through", "trigger", "latency", "lot", "tick", "session_ends"];
/// Keys that only a case on events has.
pub(super) const ONLY: &[&str] = &["changes", "queue", "through", "trigger", "latency", "tick"];

/// Reads a case; its order ids by number.
pub(super) fn read(object: &mut Object<'_>) -> Result<(TapeCase, Vec<String>), CaseError> {
    let mut instrument = read_instrument(object)?;
    if let Some((at, raw)) = object.take("tick") {
        let step = positive_price(raw, &at)?;
        instrument.ticks = TickLadder::single(step).or_else(|e| fail(&at, e.to_string()))?;
    }
    let (at, raw) = object.need("events", "an array of events")?;
    let told = Told::read(&list(raw, &at, "an array of events")?, &at)?;
    let tape = Tape::new(told.columns).or_else(|e| fail(&at, e.to_string()))?;
    let rules = read_rules(object, &tape)?;
    let latency = match object.take("latency") {
        Some((at, raw)) => nanos(raw, &at, DELAY_MAX)?,
        None => 0,
    };
    let mut session_ends = Vec::new();
    if let Some((at, raw)) = object.take("session_ends") {
        for (i, raw) in list(raw, &at, "an array of times in nanoseconds")?.iter().enumerate() {
            session_ends.push(nanos(raw, &format!("{at}[{i}]"), NANOS_MAX)?);
        }
        session_ends.sort_unstable();
    }
    let (at, raw) = object.need("orders", "an array of orders")?;
    let read = orders::read(&list(raw, &at, "an array of orders")?, &at, &Clock::Events(&told.times))?;
    let names: Vec<String> = read.iter().map(|o| o.name.clone()).collect();
    let submit = |(i, o): (usize, &orders::ReadOrder)| TapeRequest {
        sent: o.sent,
        order: OrderId(i as u32),
        ask: TapeAsk::Submit(o.order),
    };
    let mut requests: Vec<TapeRequest> = read.iter().enumerate().map(submit).collect();
    if let Some((at, raw)) = object.take("changes") {
        let items = list(raw, &at, "an array of changes")?;
        if items.len() > CHANGES_MAX {
            return fail(&at, format!("has {} changes, expected at most {CHANGES_MAX}", items.len()));
        }
        let numbers: BTreeMap<&str, usize> = names.iter().enumerate().map(|(i, n)| (n.as_str(), i)).collect();
        for (i, raw) in items.iter().enumerate() {
            requests.push(read_change(raw, &format!("{at}[{i}]"), &told.times, &numbers, &read)?);
        }
        // Stable: at one time orders before changes, each in their order.
        requests.sort_by_key(|r| r.sent);
    }
    Ok((TapeCase { instrument, tape, events: told.events, requests, rules, latency, session_ends }, names))
}

fn read_rules(object: &mut Object<'_>, tape: &Tape) -> Result<DepthRules, CaseError> {
    let mut rules = DepthRules::default();
    if let Some((at, raw)) = object.take("queue") {
        let queue = read_queue(raw, &at)?;
        if queue == QueueModel::Fifo && !tape.has_orders() {
            return fail(&at, "is \"fifo\", which needs events that tell single orders (type add)");
        }
        rules.queue = Some(queue);
    }
    if let Some((at, raw)) = object.take("through") {
        rules.through = choice(raw, &at, &[("full", ThroughFill::Full), ("traded", ThroughFill::Traded)])?;
    }
    if let Some((at, raw)) = object.take("trigger") {
        rules.trigger = Some(choice(raw, &at, &[("trade", TriggerPrice::Trade), ("quote", TriggerPrice::Quote)])?);
    }
    Ok(rules)
}

fn read_queue(raw: Raw<'_>, place: &str) -> Result<QueueModel, CaseError> {
    if raw.get().starts_with('{') {
        let mut object = Object::read(raw, place)?;
        let expected = "a power above 0 and at most 10";
        let (at, raw) = object.need("power", expected)?;
        let power = rate(raw, &at, expected)?.to_f64();
        if power <= 0.0 || power > 10.0 {
            return fail(&at, format!("is {}, expected {expected}", excerpt(raw)));
        }
        object.finish(&["power"])?;
        return Ok(QueueModel::Power(power));
    }
    let models = [
        ("none", QueueModel::None),
        ("volume_ahead", QueueModel::VolumeAhead),
        ("proportional", QueueModel::Proportional),
        ("log", QueueModel::Log),
        ("fifo", QueueModel::Fifo),
    ];
    match serde_json::from_str::<String>(raw.get()) {
        Ok(found) if models.iter().any(|m| m.0 == found) => choice(raw, place, &models),
        _ => {
            let names = models.map(|m| m.0).join(", ");
            fail(place, format!("is {}, expected one of {names}, or {{\"power\": 2}}", excerpt(raw)))
        }
    }
}

fn read_change(
    raw: Raw<'_>,
    place: &str,
    times: &[i64],
    numbers: &BTreeMap<&str, usize>,
    orders: &[orders::ReadOrder],
) -> Result<TapeRequest, CaseError> {
    let mut object = Object::read(raw, place)?;
    let (at, raw) = object.need("order", "the id of an order")?;
    let id = name(raw, &at)?;
    let Some(number) = numbers.get(id.as_str()).copied() else {
        return fail(&at, format!("\"{id}\" is the id of no order"));
    };
    let Some(sent) = read_time(&mut object, times)? else {
        return fail(place, "expected at (nanoseconds) or after_event (the index of an event)");
    };
    if sent < orders[number].sent {
        return fail(place, format!("is sent at {sent}, before its order, which is sent at {}", orders[number].sent));
    }
    let cancel = match object.take("cancel") {
        Some((at, raw)) => match flag(raw, &at)? {
            true => true,
            false => return fail(&at, "is false, expected true, or no such key"),
        },
        None => false,
    };
    let mut change = OrderChange::default();
    if let Some((at, raw)) = object.take("quantity") {
        change.quantity = Some(positive_quantity(raw, &at, "a number above 0")?);
    }
    if let Some((at, raw)) = object.take("limit") {
        change.limit = Some(positive_price(raw, &at)?);
    }
    if let Some((at, raw)) = object.take("stop") {
        change.stop = Some(positive_price(raw, &at)?);
    }
    object.finish(&["order", "at", "after_event", "cancel", "quantity", "limit", "stop"])?;
    let ask = match (cancel, change == OrderChange::default()) {
        (true, true) => TapeAsk::Cancel,
        (false, false) => TapeAsk::Change(change),
        (true, false) => return fail(place, "cancel does not go with quantity, limit or stop"),
        (false, true) => return fail(place, "expected cancel, quantity, limit or stop"),
    };
    Ok(TapeRequest { sent, order: OrderId(number as u32), ask })
}

/// What the events of a case tell.
#[derive(Default)]
struct Told {
    columns: TapeColumns,
    /// By row: its event.
    events: Vec<u32>,
    /// By event.
    times: Vec<i64>,
    /// All sizes of single orders together.
    total: i128,
}

const TYPES: &[(&str, &[&str])] = &[
    ("trade", &["type", "time", "more", "price", "quantity", "side", "irregular"]),
    ("quote", &["type", "time", "more", "bid", "bid_size", "ask", "ask_size"]),
    ("level", &["type", "time", "more", "side", "price", "quantity"]),
    ("book", &["type", "time", "more", "bids", "asks"]),
    ("clear", &["type", "time", "more", "side"]),
    ("gap", &["type", "time", "more"]),
    ("add", &["type", "time", "more", "order", "side", "price", "quantity"]),
    ("modify", &["type", "time", "more", "order", "side", "price", "quantity"]),
    ("cancel", &["type", "time", "more", "order", "quantity"]),
];

const SIZE: &str = "a size above 0";
const SIZE_OR_NONE: &str = "a size of 0 or more";

impl Told {
    fn read(items: &[Raw<'_>], place: &str) -> Result<Self, CaseError> {
        if items.is_empty() {
            return fail(place, "is empty, expected at least one event");
        }
        let mut told = Self::default();
        let mut more = false;
        for (i, raw) in items.iter().enumerate() {
            let at = format!("{place}[{i}]");
            let mut object = Object::read(raw, &at)?;
            told.read_time(&mut object, i, more)?;
            more = match object.take("more") {
                Some((at, raw)) => flag(raw, &at)?,
                None => false,
            };
            if more && i + 1 == items.len() {
                return fail(&format!("{at}.more"), "is true, but no event follows");
            }
            told.read_event(object, i as u32)?;
            if let Some(code) = told.columns.code.last_mut().filter(|_| !more) {
                *code |= LAST;
            }
            if told.events.len() > ROWS_MAX {
                return fail(&at, format!("with it, the events say more than {ROWS_MAX} things"));
            }
        }
        Ok(told)
    }

    fn read_time(&mut self, object: &mut Object<'_>, i: usize, goes_on: bool) -> Result<(), CaseError> {
        let taken = object.take("time");
        let given = taken.is_some();
        let (at, time) = match taken {
            Some((at, raw)) => {
                let time = nanos(raw, &at, NANOS_MAX)?;
                (at, time)
            }
            None => (format!("{}.time", object.place), i as i64),
        };
        let found = if given { format!("is {time}") } else { format!("missing, so it is the index {time}") };
        if let Some(before) = self.times.last().copied() {
            if time < before {
                return fail(&at, format!("{found}, before the event above it, {before}; times must not go back"));
            }
            if goes_on && time != before {
                return fail(&at, format!("{found}, but the event above it says more: expected its time, {before}"));
            }
        }
        self.times.push(time);
        Ok(())
    }

    fn push(&mut self, event: u32, row: TapeEvent, flags: u16) {
        let time = Timestamp::from_nanos(self.times.last().copied().unwrap_or(0));
        self.columns.push(time, time, row, flags);
        self.events.push(event);
    }

    fn read_event(&mut self, mut object: Object<'_>, i: u32) -> Result<(), CaseError> {
        let names: Vec<(&str, usize)> = TYPES.iter().enumerate().map(|(at, t)| (t.0, at)).collect();
        let expected: Vec<&str> = TYPES.iter().map(|t| t.0).collect();
        let (at, raw) = object.need("type", &format!("one of {}", expected.join(", ")))?;
        let (kind, keys) = TYPES[choice(raw, &at, &names)?];
        match kind {
            "trade" => self.read_trade(&mut object, i)?,
            "quote" => self.read_quote(&mut object, i)?,
            "level" => {
                let (side, price) = (read_side(&mut object)?, read_price(&mut object)?);
                let quantity = read_size(&mut object, "quantity", SIZE_OR_NONE)?;
                self.push(i, TapeEvent::Level { side, price, quantity }, 0);
            }
            "book" => self.read_book(&mut object, i)?,
            "clear" => {
                let side = if object.has("side") { Some(read_side(&mut object)?) } else { None };
                self.push(i, TapeEvent::Clear { side }, 0);
            }
            "add" | "modify" => {
                let order = read_number(&mut object)?;
                let (side, price) = (read_side(&mut object)?, read_price(&mut object)?);
                let quantity = read_size(&mut object, "quantity", SIZE)?;
                self.total += i128::from(quantity.units());
                if self.total > i128::from(QUANTITY_MAX) * i128::from(SCALE) {
                    let place = format!("{}.quantity", object.place);
                    return fail(&place, format!("all sizes of orders together are above {QUANTITY_MAX}"));
                }
                let event = match kind {
                    "add" => TapeEvent::Add { order, side, price, quantity },
                    _ => TapeEvent::Modify { order, side, price, quantity },
                };
                self.push(i, event, 0);
            }
            "cancel" => {
                let order = read_number(&mut object)?;
                let all = Quantity::from_units(QUANTITY_MAX * SCALE);
                let quantity = if object.has("quantity") { read_size(&mut object, "quantity", SIZE)? } else { all };
                self.push(i, TapeEvent::Cancel { order, quantity }, 0);
            }
            _ => self.push(i, TapeEvent::Gap, 0),
        }
        object.finish(keys)
    }

    fn read_trade(&mut self, object: &mut Object<'_>, i: u32) -> Result<(), CaseError> {
        let price = read_price(object)?;
        let quantity = read_size(object, "quantity", SIZE)?;
        let aggressor = match object.take("side") {
            Some((at, raw)) => Some(choice(raw, &at, &[("buy", Side::Buy), ("sell", Side::Sell)])?),
            None => None,
        };
        let irregular = match object.take("irregular") {
            Some((at, raw)) => flag(raw, &at)?,
            None => false,
        };
        self.push(i, TapeEvent::Trade { price, quantity, aggressor }, if irregular { IRREGULAR } else { 0 });
        Ok(())
    }

    /// Two rows of one packet.
    fn read_quote(&mut self, object: &mut Object<'_>, i: u32) -> Result<(), CaseError> {
        for (side, key, size_key) in [(Side::Buy, "bid", "bid_size"), (Side::Sell, "ask", "ask_size")] {
            let (price, quantity) = match object.take(key) {
                Some((at, raw)) => (positive_price(raw, &at)?, read_size(object, size_key, SIZE)?),
                None if object.has(size_key) => {
                    let place = format!("{}.{size_key}", object.place);
                    return fail(&place, format!("is the size of no {key}: expected {key} as well"));
                }
                None => (Price::ZERO, Quantity::ZERO),
            };
            self.push(i, TapeEvent::Quote { side, price, quantity }, 0);
        }
        Ok(())
    }

    /// A packet that clears the book and tells all of it.
    fn read_book(&mut self, object: &mut Object<'_>, i: u32) -> Result<(), CaseError> {
        self.push(i, TapeEvent::Clear { side: None }, SNAPSHOT);
        for (side, key) in [(Side::Buy, "bids"), (Side::Sell, "asks")] {
            let Some((at, raw)) = object.take(key) else { continue };
            let mut prices = BTreeSet::new();
            for (j, raw) in list(raw, &at, "an array of [price, quantity]")?.iter().enumerate() {
                let at = format!("{at}[{j}]");
                let pair = list(raw, &at, "[price, quantity]")?;
                let [price, size] = pair[..] else {
                    return fail(&at, format!("has {} numbers, expected [price, quantity]", pair.len()));
                };
                let price = positive_price(price, &format!("{at} price"))?;
                let quantity = positive_quantity(size, &format!("{at} quantity"), SIZE)?;
                if !prices.insert(price) {
                    return fail(&at, format!("price {price} is there twice"));
                }
                self.push(i, TapeEvent::Level { side, price, quantity }, SNAPSHOT);
            }
        }
        Ok(())
    }
}

/// A side of the book.
fn read_side(object: &mut Object<'_>) -> Result<Side, CaseError> {
    let sides = [("buy", Side::Buy), ("sell", Side::Sell), ("bid", Side::Buy), ("ask", Side::Sell)];
    let (at, raw) = object.need("side", "buy or sell")?;
    choice(raw, &at, &sides)
}

fn read_price(object: &mut Object<'_>) -> Result<Price, CaseError> {
    let (at, raw) = object.need("price", "a price above 0")?;
    positive_price(raw, &at)
}

fn read_size(object: &mut Object<'_>, key: &str, expected: &str) -> Result<Quantity, CaseError> {
    let (at, raw) = object.need(key, expected)?;
    match number::<Quantity>(raw, &at, expected)? {
        size if size > Quantity::ZERO || (size.is_zero() && expected == SIZE_OR_NONE) => Ok(size),
        size => fail(&at, format!("is {size}, expected {expected}")),
    }
}

/// The venue's number of an order.
fn read_number(object: &mut Object<'_>) -> Result<u64, CaseError> {
    let (at, raw) = object.need("order", "a whole number of 0 or more")?;
    serde_json::from_str::<u64>(raw.get())
        .or_else(|_| fail(&at, format!("is {}, expected a whole number of 0 or more", excerpt(raw))))
}
