//! What a bar leaves open: a search over every path it allows.
//!
//! A bar tells open, high, low and close. Allowed is every continuous path that
//! starts at the open, ends at the close, visits both extremes and stays between
//! them. Between two prices at which some order acts, where exactly the path goes
//! does not matter, so the search moves from each state only to the next such
//! price above and below, to the extremes, and to the close; states that agree
//! in orders, quantities, volume left, position and extremes visited are one.
//! Where a trailing stop works the turning points matter too: the candidates are
//! the prices (and the points just beside them) at which some outcome changes,
//! because the money made is linear in a turning point between two of them.

use std::collections::BTreeSet;

use super::book::Book;
use super::level::Level;
use super::matching::Walk;
use super::working::{Desk, Phase, Working};
use crate::fixed::{Price, Quantity};
use crate::order::{OrderId, OrderKind, OrderState, Reason, Side, Trail};

/// How far a search may still go before it gives up. A move copies a book, so
/// that a book of many orders affords fewer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reach {
    /// Moves from state to state.
    pub(crate) moves: usize,
    /// Turning points for trailing stops.
    pub(crate) turns: usize,
}

impl Reach {
    /// For all bars of a case with so many orders.
    pub(crate) fn of_case(orders: usize) -> Self {
        Self { moves: 2_000_000 * 16 / orders.max(16), turns: 900 }
    }

    /// For one ambiguous bar of a run.
    pub(crate) fn of_run(book: &Book) -> Self {
        Self { moves: 20_000 * 16 / book.orders.len().max(16), turns: 150 }
    }
}

/// Money questions of an order after the fills of a path, answered without changing anything.
pub(crate) trait Funds {
    fn resolve(&self, fills: &[PathFill], order: &Working, price: Price) -> Quantity;
    fn admit(&self, fills: &[PathFill], order: &Working, price: Price, quantity: Quantity) -> Result<Quantity, Reason>;
}

/// No account behind it: every size is admitted.
pub(crate) struct Unfunded;

impl Funds for Unfunded {
    fn resolve(&self, _: &[PathFill], _: &Working, _: Price) -> Quantity {
        Quantity::ZERO
    }
    fn admit(&self, _: &[PathFill], _: &Working, _: Price, quantity: Quantity) -> Result<Quantity, Reason> {
        Ok(quantity)
    }
}

/// One fill on one path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PathFill {
    pub(crate) order: OrderId,
    pub(crate) side: Side,
    pub(crate) quantity: Quantity,
    pub(crate) price: Price,
}

/// Notes fills, asks `Funds`.
pub(super) struct PathDesk<'a, F> {
    pub(super) funds: &'a F,
    pub(super) fills: Vec<PathFill>,
}

impl<F: Funds> Desk for PathDesk<'_, F> {
    fn resolve(&mut self, order: &Working, price: Price) -> Quantity {
        self.funds.resolve(&self.fills, order, price)
    }
    fn admit(&mut self, order: &Working, price: Price, quantity: Quantity) -> Result<Quantity, Reason> {
        self.funds.admit(&self.fills, order, price, quantity)
    }
    fn fill(&mut self, order: &Working, price: Price, quantity: Quantity) {
        let fill = PathFill { order: order.id, side: order.side, quantity, price };
        let at = self.fills.partition_point(|f| *f < fill);
        self.fills.insert(at, fill);
    }
    fn closed(&mut self, _: &Working, _: OrderState, _: Reason) {}
}

/// How one path can end: through a bar, or through several.
#[derive(Clone, Debug)]
pub(crate) struct PathEnd {
    pub(crate) book: Book,
    /// Sorted.
    pub(crate) fills: Vec<PathFill>,
}

impl PathEnd {
    /// Before anything happened.
    pub(crate) fn start(book: &Book) -> Self {
        Self { book: book.clone(), fills: Vec::new() }
    }

    /// All that what follows depends on, as numbers.
    pub(crate) fn key(&self) -> Vec<i64> {
        let mut key = Vec::new();
        book_key(&self.book, &mut key);
        for f in &self.fills {
            key.extend([i64::from(f.order.0), f.quantity.units(), f.price.units()]);
        }
        key
    }
}

/// The search needs more states or turning points than it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooMany;

#[derive(Clone)]
struct Node<'a> {
    book: Book,
    walk: Walk<'a>,
    fills: Vec<PathFill>,
    low_seen: bool,
    high_seen: bool,
}

impl Node<'_> {
    fn key(&self) -> Vec<i64> {
        let mut key = Vec::with_capacity(8 + 12 * self.book.orders.len() + 3 * self.fills.len());
        key.push(self.walk.position.raw());
        key.push(self.walk.left.map_or(-1, Quantity::units));
        key.push(i64::from(self.low_seen) * 2 + i64::from(self.high_seen));
        book_key(&self.book, &mut key);
        for f in &self.fills {
            key.extend([i64::from(f.order.0), f.quantity.units(), f.price.units()]);
        }
        key
    }
}

/// Everything of a book that its future depends on, as numbers.
pub(crate) fn book_key(book: &Book, key: &mut Vec<i64>) {
    let mut live: Vec<&Working> = book.working().collect();
    live.sort_unstable_by_key(|o| o.id);
    key.push(live.len() as i64);
    for o in live {
        let trailing = o.kind.trail().is_some();
        key.extend([
            i64::from(o.id.0),
            o.phase as i64,
            kind_number(o.kind),
            o.kind.limit().or(o.kind.trigger()).map_or(0, Price::units),
            o.total.units(),
            o.filled.units(),
            o.reduced.units(),
            o.parent_filled.units(),
            i64::from(o.parent_open) * 4 + i64::from(o.fresh) * 2 + i64::from(o.active_since < book.traded_bars),
            if trailing { o.best.raw() } else { 0 },
        ]);
    }
}

fn kind_number(kind: OrderKind) -> i64 {
    match kind {
        OrderKind::Market => 0,
        OrderKind::Limit { .. } => 1,
        OrderKind::Stop { .. } => 2,
        OrderKind::StopLimit { .. } => 3,
        OrderKind::MarketIfTouched { .. } => 4,
        OrderKind::LimitIfTouched { .. } => 5,
        OrderKind::TrailingStop { .. } => 6,
        OrderKind::TrailingStopLimit { .. } => 7,
        OrderKind::MarketOnOpen => 8,
        OrderKind::LimitOnOpen { .. } => 9,
        OrderKind::MarketOnClose => 10,
        OrderKind::LimitOnClose { .. } => 11,
    }
}

/// Prices at which a trailing order of this book may have to turn, inside
/// `low..=high`: fixed levels and `seeds`, shifted by every trail, as often as
/// there are trails (three times at the most).
fn turning_points(
    book: &Book,
    seeds: &[Price],
    (low, high): (Price, Price),
    turns_max: usize,
) -> Result<Vec<Level>, TooMany> {
    let trails: Vec<(Side, Trail)> = book.working().filter_map(|o| Some((o.side, o.kind.trail()?))).collect();
    if trails.is_empty() {
        return Ok(Vec::new());
    }
    let mut prices: BTreeSet<Price> = seeds.iter().copied().collect();
    for o in book.working() {
        prices.extend(o.kind.limit());
        prices.extend(o.kind.trigger());
        if o.kind.trail().is_some() {
            prices.insert(o.level.price());
            prices.insert(o.best.price());
        }
        if let OrderKind::TrailingStopLimit { offset, .. } = o.kind {
            // Its limit lies `offset` beyond the stop level.
            let near: Vec<Price> = prices.iter().flat_map(|p| [*p + offset, *p - offset]).collect();
            prices.extend(near);
        }
    }
    for _ in 0..trails.len().min(3) {
        let now: Vec<Price> = prices.iter().copied().collect();
        for (side, trail) in &trails {
            for p in &now {
                prices.extend(before_trail(*p, *side, *trail));
            }
        }
        if prices.len() > turns_max * 4 {
            return Err(TooMany);
        }
    }
    let mut levels = Vec::new();
    for p in prices.into_iter().filter(|p| *p >= low && *p <= high) {
        if p > low {
            levels.push(Level::below(p));
        }
        levels.push(Level::at(p));
        if p < high {
            levels.push(Level::above(p));
        }
    }
    if levels.len() > turns_max { Err(TooMany) } else { Ok(levels) }
}

/// The best prices for which a trail's stop level would be `stop`.
pub(super) fn before_trail(stop: Price, side: Side, trail: Trail) -> Vec<Price> {
    match (trail, side) {
        (Trail::Amount(d), Side::Sell) => vec![stop + d],
        (Trail::Amount(d), Side::Buy) => vec![stop - d],
        (Trail::Fraction(rate), side) => {
            let one = crate::fixed::Rate::SCALE;
            let factor = if side == Side::Sell { one - rate.units() } else { one + rate.units() };
            if factor <= 0 {
                return Vec::new();
            }
            let exact = i128::from(stop.units()) * i128::from(one) / i128::from(factor);
            let units = i64::try_from(exact).unwrap_or(i64::MAX / 8);
            (-1..=1).map(|k| Price::from_units(units + k)).collect()
        }
    }
}

/// Every way a bar can end, from a walk that stands at its open with this book and
/// the fills before it. `seeds` are prices that matter later (of coming bars), for
/// trailing stops that stay alive.
pub(crate) fn explore<F: Funds>(
    from: PathEnd,
    walk: Walk<'_>,
    seeds: &[Price],
    funds: &F,
    reach: &mut Reach,
) -> Result<Vec<PathEnd>, TooMany> {
    let bar = walk.bar;
    let (low, high) = (Level::at(bar.low), Level::at(bar.high));
    let turns = turning_points(&from.book, seeds, (bar.low, bar.high), reach.turns)?;
    let (low_seen, high_seen) = (bar.open == bar.low, bar.open == bar.high);
    let mut desk = PathDesk { funds, fills: from.fills };
    let mut first = Node { book: from.book, walk, fills: Vec::new(), low_seen, high_seen };
    first.walk.open(&mut first.book, &mut desk);
    first.fills = desk.fills;

    let mut seen: BTreeSet<Vec<i64>> = BTreeSet::new();
    let mut ended: BTreeSet<Vec<i64>> = BTreeSet::new();
    let mut ends = Vec::new();
    seen.insert(first.key());
    let mut todo = vec![first];
    while let Some(node) = todo.pop() {
        if node.low_seen && node.high_seen {
            let mut last = node.clone();
            let mut desk = PathDesk { funds, fills: std::mem::take(&mut last.fills) };
            last.walk.move_to(Level::at(bar.close), &mut last.book, &mut desk);
            last.walk.close(&mut last.book, &mut desk);
            let end = PathEnd { book: last.book, fills: desk.fills };
            if ended.insert(end.key()) {
                ends.push(end);
            }
        }
        let mut go = |level: Level| {
            reach.moves = reach.moves.saturating_sub(1);
            let mut next = node.clone();
            let mut desk = PathDesk { funds, fills: std::mem::take(&mut next.fills) };
            next.walk.step_to(level, &mut next.book, &mut desk);
            next.fills = desk.fills;
            next.low_seen |= level == low;
            next.high_seen |= level == high;
            if seen.insert(next.key()) {
                todo.push(next);
            }
        };
        let position = node.walk.position;
        let up = node.book.rising.last().map(|e| e.level).filter(|l| *l <= high);
        let down = node.book.falling.last().map(|e| e.level).filter(|l| *l >= low);
        // A turn beyond the best price so far moves a trail; others change nothing.
        let best = |side| {
            let trails = node.book.trails.iter().map(|s| node.book.get(*s));
            trails.filter(move |o| o.side == side && o.phase == Phase::Resting).map(|o| o.best)
        };
        let (lowest_best, highest_best) = (best(Side::Sell).min(), best(Side::Buy).max());
        let (top, bottom) = (up.unwrap_or(high), down.unwrap_or(low));
        if up.is_some() || !node.high_seen || lowest_best.is_some_and(|b| b < top) {
            go(top);
        }
        if down.is_some() || !node.low_seen || highest_best.is_some_and(|b| b > bottom) {
            go(bottom);
        }
        if let Some(best) = lowest_best {
            let from = if best > position { best } else { position };
            turns.iter().filter(|l| **l > from && **l < top).for_each(|l| go(*l));
        }
        if let Some(best) = highest_best {
            let from = if best < position { best } else { position };
            turns.iter().filter(|l| **l < from && **l > bottom).for_each(|l| go(*l));
        }
        if reach.moves == 0 {
            return Err(TooMany);
        }
    }
    Ok(ends)
}

/// True when each fill of `actual` (one bar, sorted) is the same, with the same
/// multiplicity, on every path; one flag per fill.
pub(crate) fn label(actual: &[PathFill], ends: &[PathEnd]) -> Vec<bool> {
    let count = |fills: &[PathFill], f: &PathFill| fills.iter().filter(|g| *g == f).count();
    actual.iter().map(|f| ends.iter().all(|end| count(&end.fills, f) == count(actual, f))).collect()
}

/// True when the bar has one outcome only.
pub(crate) fn is_single(actual: &[PathFill], ends: &[PathEnd]) -> bool {
    ends.iter().all(|end| end.fills == actual)
}
