//! The orders of a case, on bars or on events.

use rust_decimal::Decimal;

use super::object::{
    NANOS_MAX, Object, Raw, choice, excerpt, fail, flag, index, name, nanos, number, positive_price, positive_quantity,
    rate,
};
use super::{CHAIN_MAX, CaseError, DISTANCE_MAX, ORDERS_MAX, QUANTITY_MAX};
use crate::fixed::{Price, Rate};
use crate::instrument::InstrumentId;
use crate::order::{NewOrder, OcoId, OrderId, OrderKind, Side, Size, TimeInForce, Trail};
use crate::time::Timestamp;

/// What tells the time of a case.
pub(super) enum Clock<'a> {
    /// So many bars.
    Bars(usize),
    /// Events at these nanoseconds.
    Events(&'a [i64]),
}

const BAR_KEYS: &[&str] = &[
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

const EVENT_KEYS: &[&str] = &[
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
    "at",
    "after_event",
];

impl Clock<'_> {
    fn order_keys(&self) -> &'static [&'static str] {
        match self {
            Self::Bars(_) => BAR_KEYS,
            Self::Events(_) => EVENT_KEYS,
        }
    }

    /// When a GTD order ends.
    fn until(&self, object: &mut Object<'_>) -> Result<i64, CaseError> {
        match self {
            Self::Bars(_) => {
                let (at, raw) = object.need("until", "the bar index after which the order expires")?;
                Ok(index(raw, &at, "bar", usize::MAX)? as i64)
            }
            Self::Events(_) => {
                let (at, raw) = object.need("until", "the time in nanoseconds at which the order expires")?;
                nanos(raw, &at, NANOS_MAX)
            }
        }
    }

    /// When an order is sent: a bar, or nanoseconds.
    fn sent(&self, object: &mut Object<'_>) -> Result<i64, CaseError> {
        match self {
            Self::Bars(bars) => match object.take("after_bar") {
                Some((at, raw)) => Ok(index(raw, &at, "bar", *bars)? as i64),
                None => Ok(0),
            },
            Self::Events(times) => Ok(read_time(object, times)?.unwrap_or(times[0])),
        }
    }
}

/// The time that `at` or `after_event` says.
pub(super) fn read_time(object: &mut Object<'_>, times: &[i64]) -> Result<Option<i64>, CaseError> {
    match (object.take("at"), object.take("after_event")) {
        (None, None) => Ok(None),
        (Some((at, raw)), None) => nanos(raw, &at, NANOS_MAX).map(Some),
        (None, Some((at, raw))) => Ok(Some(times[index(raw, &at, "event", times.len())?])),
        (Some((at, _)), Some(_)) => fail(&at, "does not go with after_event: expected one of the two"),
    }
}

/// An order as it was read; its `parent` is the parent's place in the list.
pub(super) struct ReadOrder {
    pub(super) name: String,
    pub(super) order: NewOrder,
    /// After which bar, or at which nanosecond.
    pub(super) sent: i64,
}

/// Reads orders into the order in which they are numbered: by time, then as in the file; among
/// orders that are sent at the same nanosecond, parents come before their children.
pub(super) fn read(items: &[Raw<'_>], place: &str, clock: &Clock<'_>) -> Result<Vec<ReadOrder>, CaseError> {
    if items.len() > ORDERS_MAX {
        return fail(place, format!("has {} orders, expected at most {ORDERS_MAX}", items.len()));
    }
    let mut read: Vec<ReadOrder> = Vec::new();
    let mut parents = Vec::new();
    let mut total = 0_i128;
    let mut groups: Vec<String> = Vec::new();
    for (i, raw) in items.iter().enumerate() {
        let at = format!("{place}[{i}]");
        let (order, parent) = read_order(raw, &at, clock, &mut groups)?;
        if let Size::Quantity(quantity) = order.order.size {
            total += i128::from(quantity.units());
        }
        if total > i128::from(QUANTITY_MAX) * i128::from(crate::fixed::SCALE) {
            return fail(&format!("{at}.quantity"), format!("all quantities together are above {QUANTITY_MAX}"));
        }
        if read.iter().any(|o| o.name == order.name) {
            return fail(&format!("{at}.id"), format!("\"{}\" is used twice", order.name));
        }
        read.push(order);
        parents.push(parent);
    }
    let above = find_parents(&read, &parents, place)?;
    let sequence = sequence(&read, &above, matches!(clock, Clock::Events(_)));
    let mut number_of = vec![0; read.len()];
    for (number, i) in sequence.iter().enumerate() {
        number_of[*i] = number;
    }
    for (order, parent) in read.iter_mut().zip(&above) {
        order.order.parent = parent.map(|p| OrderId(number_of[p] as u32));
    }
    let mut numbered: Vec<(usize, ReadOrder)> = number_of.into_iter().zip(read).collect();
    numbered.sort_by_key(|(number, _)| *number);
    Ok(numbered.into_iter().map(|(_, order)| order).collect())
}

/// Each order's parent, by its place in the file.
fn find_parents(read: &[ReadOrder], parents: &[Option<String>], place: &str) -> Result<Vec<Option<usize>>, CaseError> {
    let mut above = vec![None; read.len()];
    for (i, parent) in parents.iter().enumerate() {
        let Some(parent) = parent else { continue };
        let at = format!("{place}[{i}].parent");
        let Some(found) = read.iter().position(|o| o.name == *parent) else {
            return fail(&at, format!("\"{parent}\" is the id of no order"));
        };
        if read[found].sent > read[i].sent {
            return fail(&at, format!("\"{parent}\" is submitted after its child"));
        }
        above[i] = Some(found);
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
            at = above[j];
        }
    }
    Ok(above)
}

/// The order in which orders are numbered.
fn sequence(read: &[ReadOrder], above: &[Option<usize>], parents_first: bool) -> Vec<usize> {
    let mut waiting: Vec<usize> = (0..read.len()).collect();
    waiting.sort_by_key(|i| read[*i].sent);
    if !parents_first {
        // On bars a child may have a lower number than its parent; the parent is submitted first.
        return waiting;
    }
    let mut placed = vec![false; read.len()];
    let mut sequence = Vec::with_capacity(read.len());
    while !waiting.is_empty() {
        let ready = waiting.iter().position(|i| above[*i].is_none_or(|p| placed[p])).unwrap_or(0);
        let next = waiting.remove(ready);
        placed[next] = true;
        sequence.push(next);
    }
    sequence
}

fn read_order(
    raw: Raw<'_>,
    place: &str,
    clock: &Clock<'_>,
    groups: &mut Vec<String>,
) -> Result<(ReadOrder, Option<String>), CaseError> {
    let mut object = Object::read(raw, place)?;
    let (at, raw) = object.need("id", "a name")?;
    let id = name(raw, &at)?;
    let (at, raw) = object.need("side", "buy or sell")?;
    let side = choice(raw, &at, &[("buy", Side::Buy), ("sell", Side::Sell)])?;
    let (at, raw) = object.need("quantity", "a number above 0")?;
    let quantity = positive_quantity(raw, &at, "a number above 0")?;
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
            order.tif = TimeInForce::Gtd(Timestamp::from_nanos(clock.until(&mut object)?));
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
    let sent = clock.sent(&mut object)?;
    object.finish(clock.order_keys())?;
    Ok((ReadOrder { name: id, order, sent }, parent))
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
