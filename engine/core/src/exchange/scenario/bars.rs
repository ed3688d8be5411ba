//! A case on bars: what they give, and the bounds over all paths they allow.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::{Bounds, CaseFill, CaseOutcome, CaseWorking, Desk, Till, Working};
use crate::exchange::book::Book;
use crate::exchange::certainty::{self, PathEnd, PathFill, Reach, Unfunded};
use crate::exchange::matching::Walk;
use crate::exchange::rules::{FillRules, PathRule, Slippage, TradedBar};
use crate::fixed::{Money, Price, Quantity};
use crate::instrument::Instrument;
use crate::order::{NewOrder, OrderId, OrderState, Reason, Side, Size};
use crate::time::Timestamp;

/// An order of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseOrder {
    /// Name in the file.
    pub name: String,
    /// The order; its `parent` is the parent's number in `BarCase::orders`.
    pub order: NewOrder,
    /// Submitted at the close of this bar.
    pub after_bar: usize,
}

/// Bars, orders and rules.
#[derive(Clone, Debug, PartialEq)]
pub struct BarCase {
    /// The instrument (lot, ticks).
    pub instrument: Instrument,
    /// Bar 0 is the decision bar: nothing is matched on it.
    pub bars: Vec<TradedBar>,
    /// In order of submission; an order's number is its index.
    pub orders: Vec<CaseOrder>,
    /// Fill model.
    pub rules: FillRules,
}

/// Cash and position of a case.
type Tally = Till<PathFill>;

impl Desk for Tally {
    fn resolve(&mut self, _: &Working, _: Price) -> Quantity {
        Quantity::ZERO
    }
    fn admit(&mut self, _: &Working, _: Price, quantity: Quantity) -> Result<Quantity, Reason> {
        Ok(quantity)
    }
    fn fill(&mut self, order: &Working, price: Price, quantity: Quantity) {
        let side = order.side();
        self.book(PathFill { order: order.id(), side, quantity, price }, side, price, quantity);
    }
    fn closed(&mut self, order: &Working, state: OrderState, reason: Reason) {
        self.closed.push((order.id(), state, reason));
    }
}

/// One merged state between bars: a book, what its closed parents filled, and the
/// least and most cash with which it can be reached.
#[derive(Clone)]
struct Branch {
    book: Book,
    filled: Vec<Quantity>,
    position: Quantity,
    least: Money,
    most: Money,
}

/// The bounds search over the bars so far.
struct Frontier {
    branches: Vec<Branch>,
    /// Outer bounds from here on: (worst, best) of the P&L at the last close.
    outer: Option<(Money, Money)>,
    armed_inside: bool,
    /// What all bars together may still search.
    reach: Reach,
}

/// Branches between two bars beyond which the search gives up.
const BRANCHES_MAX: usize = 20_000;
/// Bars to come that a trail armed inside a bar may depend on.
const COMING_MAX: usize = 1_000;

/// Runs a case on bars.
#[must_use]
pub(crate) fn run(case: &BarCase) -> CaseOutcome {
    let mut book = Book::new(case.rules.limit_fill);
    let mut tally = Tally::default();
    let mut filled = vec![Quantity::ZERO; case.orders.len()];
    let mut fills: Vec<CaseFill> = Vec::new();
    let mut certain = true;
    let mut frontier = Frontier {
        branches: vec![Branch {
            book: book.clone(),
            filled: filled.clone(),
            position: Quantity::ZERO,
            least: Money::ZERO,
            most: Money::ZERO,
        }],
        outer: None,
        armed_inside: false,
        reach: Reach::of_case(case.orders.len()),
    };
    let last_close = case.bars.last().map_or(Price::ZERO, |b| b.close);
    for (index, bar) in case.bars.iter().enumerate() {
        let now = Timestamp::from_nanos(index as i64);
        if index > 0 {
            let before = tally.clone();
            let high_first = choose_path(case.rules.path, bar, |high_first| {
                let (mut book, mut trial) = (book.clone(), before.clone());
                book.match_bar(bar, high_first, &case.rules, &case.instrument, &mut trial);
                trial.cash + Money::notional(bar.close, trial.position, 1)
            });
            let from = tally.fills.len();
            book.match_bar(bar, high_first, &case.rules, &case.instrument, &mut tally);
            let mut actual: Vec<PathFill> = tally.fills[from..].to_vec();
            let happened = actual.clone();
            for f in &happened {
                filled[f.order.index()] += f.quantity;
            }
            actual.sort_unstable();
            let labels = match frontier.pass(case, index, &actual, last_close) {
                Some(passed) => {
                    certain &= passed.single;
                    passed.labels
                }
                None => {
                    certain = false;
                    vec![false; actual.len()]
                }
            };
            for f in happened {
                let at = actual.iter().position(|g| *g == f).unwrap_or(0);
                fills.push(CaseFill {
                    order: f.order.index(),
                    bar: index as i64,
                    side: f.side,
                    quantity: f.quantity,
                    price: f.price,
                    certain: labels[at],
                    on_tape: None,
                });
            }
        }
        book.expire(bar.session_end, now, &mut tally);
        submit(case, index, &mut book, &filled, bar.close, &mut tally);
        frontier.between(case, index, now, bar);
    }
    let pnl = tally.cash + Money::notional(last_close, tally.position, 1);
    let (pnl_worst, pnl_best) = frontier.bounds(last_close);
    let mut working: Vec<CaseWorking> = book
        .working()
        .map(|o| {
            let quantity = o.open_quantity();
            CaseWorking { order: o.id().index(), quantity, certain: frontier.agrees(o.id(), quantity) }
        })
        .collect();
    working.sort_unstable_by_key(|w| w.order);
    let exact = frontier.outer.is_none() && !frontier.armed_inside;
    let bounds = if exact { Bounds::Exact } else { Bounds::Outer };
    CaseOutcome { fills, working, closed: tally.ended(), pnl, pnl_worst, pnl_best, bounds, certain }
}

/// High first or low first for this bar; `equity` gives the equity at the bar's
/// close for either.
pub(crate) fn choose_path(rule: PathRule, bar: &TradedBar, mut equity: impl FnMut(bool) -> Money) -> bool {
    match rule {
        PathRule::NearFirst => bar.near_is_high(),
        PathRule::HighFirst => true,
        PathRule::LowFirst => false,
        PathRule::Pessimistic => equity(true) < equity(false),
        PathRule::Optimistic => equity(true) > equity(false),
    }
}

/// Submits the orders of one bar's close; parents before their children.
fn submit<D: Desk>(case: &BarCase, bar: usize, book: &mut Book, filled: &[Quantity], last: Price, desk: &mut D) {
    let mut waiting: Vec<usize> = (0..case.orders.len()).filter(|i| case.orders[*i].after_bar == bar).collect();
    let mut placed: Vec<usize> = Vec::new();
    while !waiting.is_empty() {
        let ready = waiting.iter().position(|i| {
            let parent = case.orders[*i].order.parent.map(OrderId::index);
            parent.is_none_or(|p| placed.contains(&p) || case.orders[p].after_bar < bar)
        });
        let Some(at) = ready else { break };
        let index = waiting.remove(at);
        placed.push(index);
        let order = &case.orders[index].order;
        let id = OrderId(index as u32);
        let parent_filled = order.parent.map(|p| filled[p.index()]);
        let parent_gone = order.parent.is_some_and(|p| book.working().all(|o| o.id() != p));
        let slot = book.insert(id, order, last, parent_filled);
        let lot = case.instrument.lot.units();
        if let Size::Quantity(q) = order.size
            && q.units() % lot != 0
        {
            book.close(slot, OrderState::Rejected, Reason::BadQuantity, desk);
        } else if parent_gone && parent_filled.is_some_and(Quantity::is_zero) {
            book.close(slot, OrderState::Cancelled, Reason::ParentClosed, desk);
        }
        book.reclaim();
    }
}

/// Says nothing to anyone.
struct Deaf;

impl Desk for Deaf {
    fn resolve(&mut self, _: &Working, _: Price) -> Quantity {
        Quantity::ZERO
    }
    fn admit(&mut self, _: &Working, _: Price, quantity: Quantity) -> Result<Quantity, Reason> {
        Ok(quantity)
    }
    fn fill(&mut self, _: &Working, _: Price, _: Quantity) {}
    fn closed(&mut self, _: &Working, _: OrderState, _: Reason) {}
}

/// What the search says of one bar.
struct Passed {
    /// One flag per actual fill.
    labels: Vec<bool>,
    /// No path has other fills.
    single: bool,
}

impl Frontier {
    /// Takes all branches through a bar; `None` when the search gave up.
    fn pass(&mut self, case: &BarCase, index: usize, actual: &[PathFill], last_close: Price) -> Option<Passed> {
        if self.outer.is_some() {
            return None;
        }
        let bar = &case.bars[index];
        if bar.volume == Some(Quantity::ZERO) {
            return Some(Passed { labels: Vec::new(), single: true });
        }
        // A trail armed inside a bar may end it at any best price: what coming bars
        // make of that matters too. Every other trail ends a bar at its extreme.
        let armed_later = case.orders.iter().any(|o| o.order.parent.is_some() && o.order.kind.trail().is_some());
        let coming = if armed_later { &case.bars[index..] } else { &case.bars[index..=index] };
        if coming.len() > COMING_MAX {
            self.outer = Some(self.give_up(case, index, last_close));
            return None;
        }
        let seeds: Vec<Price> = coming.iter().flat_map(|b| [b.open, b.high, b.low, b.close]).collect();
        let mut ends: Vec<PathEnd> = Vec::new();
        let mut merged: BTreeMap<Vec<i64>, Branch> = BTreeMap::new();
        for branch in &self.branches {
            let walk = Walk::new(&case.rules, &case.instrument, bar);
            let found = certainty::explore(PathEnd::start(&branch.book), walk, &seeds, &Unfunded, &mut self.reach);
            let Ok(found) = found else {
                self.outer = Some(self.give_up(case, index, last_close));
                return None;
            };
            for end in found {
                self.armed_inside |= arms_inside(case, bar, &end.fills);
                branch.after(&end).merge(case, index, &mut merged);
                ends.push(end);
            }
            if merged.len() > BRANCHES_MAX {
                self.outer = Some(self.give_up(case, index, last_close));
                return None;
            }
        }
        self.branches = merged.into_values().collect();
        Some(Passed { labels: certainty::label(actual, &ends), single: certainty::is_single(actual, &ends) })
    }

    /// Expiry and submissions at the close of a bar.
    fn between(&mut self, case: &BarCase, index: usize, now: Timestamp, bar: &TradedBar) {
        for branch in &mut self.branches {
            branch.book.expire(bar.session_end, now, &mut Deaf);
            submit(case, index, &mut branch.book, &branch.filled, bar.close, &mut Deaf);
        }
    }

    /// Bounds that hold whatever happens from here on: each order trades nothing,
    /// or all it has left at the dearest or cheapest price still to come.
    fn give_up(&self, case: &BarCase, index: usize, last_close: Price) -> (Money, Money) {
        let rest = &case.bars[index..];
        let slip = match case.rules.slippage {
            Slippage::Amount(distance) => distance,
            _ => Price::ZERO,
        };
        let limits = || case.orders.iter().filter_map(|o| o.order.kind.limit());
        let low = rest.iter().map(|b| b.low).chain(limits()).min().unwrap_or(last_close) - slip;
        let high = rest.iter().map(|b| b.high).chain(limits()).max().unwrap_or(last_close) + slip;
        let mut worst: Option<Money> = None;
        let mut best: Option<Money> = None;
        for branch in &self.branches {
            let mark = Money::notional(last_close, branch.position, 1);
            let (mut least, mut most) = (branch.least + mark, branch.most + mark);
            for (order, filled) in case.orders.iter().zip(&branch.filled) {
                let Size::Quantity(total) = order.order.size else {
                    continue;
                };
                let left = total - *filled;
                let (dear, cheap) = match order.order.side {
                    Side::Buy => (last_close - high, last_close - low),
                    Side::Sell => (low - last_close, high - last_close),
                };
                least += Money::notional(dear, left, 1).min(Money::ZERO);
                most += Money::notional(cheap, left, 1).max(Money::ZERO);
            }
            worst = Some(worst.map_or(least, |w| w.min(least)));
            best = Some(best.map_or(most, |b| b.max(most)));
        }
        (worst.unwrap_or(Money::ZERO), best.unwrap_or(Money::ZERO))
    }

    fn bounds(&self, last_close: Price) -> (Money, Money) {
        if let Some(outer) = self.outer {
            return outer;
        }
        let mark = |b: &Branch| Money::notional(last_close, b.position, 1);
        let worst = self.branches.iter().map(|b| b.least + mark(b)).min();
        let best = self.branches.iter().map(|b| b.most + mark(b)).max();
        (worst.unwrap_or(Money::ZERO), best.unwrap_or(Money::ZERO))
    }

    /// True when an order has this open quantity in every branch.
    fn agrees(&self, id: OrderId, quantity: Quantity) -> bool {
        self.outer.is_none()
            && self.branches.iter().all(|b| {
                let open = b.book.working().find(|o| o.id() == id).map(Working::open_quantity);
                open == Some(quantity)
            })
    }
}

impl Branch {
    fn after(&self, end: &PathEnd) -> Self {
        let mut next = self.clone();
        for f in &end.fills {
            let signed = Quantity::from_units(f.quantity.units() * f.side.sign());
            let cash = Money::notional(f.price, signed, 1);
            next.position += signed;
            next.least -= cash;
            next.most -= cash;
            next.filled[f.order.index()] += f.quantity;
        }
        next.book = end.book.clone();
        next
    }

    /// Joins the branch that agrees in all that the future depends on.
    fn merge(self, case: &BarCase, bar: usize, merged: &mut BTreeMap<Vec<i64>, Self>) {
        let mut key = vec![self.position.units()];
        certainty::book_key(&self.book, &mut key);
        // What a closed parent filled matters to children that come later.
        let later = case.orders.iter().filter(|o| o.after_bar >= bar);
        key.extend(later.filter_map(|o| o.order.parent).map(|p| self.filled[p.index()].units()));
        match merged.entry(key) {
            Entry::Vacant(place) => {
                place.insert(self);
            }
            Entry::Occupied(mut place) => {
                let place = place.get_mut();
                place.least = place.least.min(self.least);
                place.most = place.most.max(self.most);
            }
        }
    }
}

/// True when a fill away from the open arms a trailing child.
fn arms_inside(case: &BarCase, bar: &TradedBar, fills: &[PathFill]) -> bool {
    fills
        .iter()
        .filter(|f| f.price != bar.open)
        .any(|f| case.orders.iter().any(|o| o.order.parent == Some(f.order) && o.order.kind.trail().is_some()))
}
