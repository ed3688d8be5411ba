//! An ambiguous bar matched again on the finer bars inside it.
//!
//! The finer bars are matched one after the other on the same book and desk, each on
//! its own path and from the state before the whole bar. A search over every path they
//! allow together (`certainty`, carried from one to the next) labels the fills and gives
//! the range that is left. What a strategy is told, and when, stays that of the bar.

use std::collections::BTreeMap;

use super::book::Book;
use super::certainty::{self, Funds, PathDesk, PathEnd, PathFill, Reach, TooMany};
use super::clearing::{At, Trial};
use super::finer::{Parts, Unfit};
use super::matching::Walk;
use super::rules::{FillRules, PathRule, TradedBar};
use super::scenario::bars::choose_path;
use super::sim::{SimExchange, is_entangled, marked_gain, path_fills};
use super::working::{Desk, Working};
use crate::account::Purse;
use crate::bars::{Bars, WholeBar};
use crate::context::Context;
use crate::drill_down::{Disagreement, Drill, Replay};
use crate::fixed::{Money, Price, Quantity};
use crate::instrument::Instrument;
use crate::order::{OrderKind, OrderState, Reason};
use crate::record::AmbiguousBar;

/// States between two finer bars beyond which the search gives up.
const BRANCHES_MAX: usize = 200;
/// Searches of one bar that its finer bars together may cost, at most.
const SEARCHES_MAX: usize = 4;
/// Finer bars to come that a trail armed inside one may depend on.
const COMING_MAX: usize = 1_000;

/// What the bar alone tells.
struct Alone {
    /// The fills of the path rule, sorted.
    fills: Vec<PathFill>,
    /// All ends; none when the search gave up.
    ends: Vec<PathEnd>,
    searched: bool,
    /// Every path gives the same fills.
    single: bool,
}

/// Every end of a bar by its finer ones.
struct Ends {
    ends: Vec<PathEnd>,
    /// No finer bar had to be searched: there is one path only.
    one_path: bool,
}

impl SimExchange {
    /// Replays a bar on finer ones if its paths differ; `Err`: it is still to be
    /// matched, and why it could not be replayed if it is ambiguous.
    #[inline(never)]
    pub(super) fn replay(
        &mut self,
        cx: &mut Context,
        finer: &Bars,
        whole: &WholeBar,
        bar: &TradedBar,
        at: At,
    ) -> Result<(), Drill> {
        let rules = self.rules;
        let instruments = self.instruments.clone();
        let instrument = &instruments[at.id.index()];
        let book = &self.venues[at.id.index()].book;
        // At one price there is one path.
        if bar.low == bar.high || !is_entangled(book, bar) {
            return Err(Drill::Off);
        }
        let day = self.floor.days[at.id.index()];
        let fees = self.floor.fees.clone();
        let purse = cx.portfolio.purse(at.id, &instruments, fees.charges(&day), &day, true);
        let alone = alone(book, bar, &rules, &purse);
        if alone.single && alone.ends.len() == 1 {
            return Err(Drill::Off);
        }
        let parts = match Parts::inside(finer, whole, bar, &rules, instrument) {
            Ok(parts) => parts,
            Err(Unfit::Nothing) => return Err(Drill::NoData),
            Err(Unfit::Differs(field, bar, finer)) => {
                let found = Disagreement { instrument: at.id, time: cx.now, field, bar, finer };
                // Only what is counted is shown.
                if !alone.single {
                    self.disagreement.get_or_insert(found);
                }
                return Err(Drill::Disagrees);
            }
        };
        let mut reach = Reach::of_run(book);
        reach.moves *= SEARCHES_MAX.min(parts.bars.len());
        let found = search(book, &parts, &rules, instrument, &purse, &mut reach);

        let firsts = (cx.fills.len(), cx.trades.len());
        let refused = self.match_parts(cx, &parts, at);
        let actual = path_fills(&cx.fills[firsts.0..]);

        // A refusal that is the same on the only path there is leaves nothing open.
        let searched = found.as_ref().is_ok_and(|found| found.one_path || !refused);
        let ends: &[PathEnd] = found.as_ref().map_or(&[], |found| &found.ends);
        let resolved = searched && certainty::is_single(&actual, ends);
        let count = |labels: &[bool]| labels.iter().filter(|certain| **certain).count() as u32;
        let changed = actual != alone.fills;
        if alone.single && resolved && !changed {
            // The paths differed in the state of an order only.
            return Ok(());
        }
        let labels = if searched { certainty::label(&actual, ends) } else { vec![false; actual.len()] };
        let labels_alone =
            if alone.searched { certainty::label(&actual, &alone.ends) } else { vec![false; actual.len()] };
        mark_fills(cx, firsts, at, &actual, &labels);
        let gain = |fills: &[PathFill]| marked_gain(fills, bar.close, &purse);
        let range = |ends: &[PathEnd], own: Money| {
            let all = || ends.iter().map(|end| gain(&end.fills)).chain([own]);
            (all().min().unwrap_or(own), all().max().unwrap_or(own))
        };
        let (pnl, pnl_alone) = (gain(&actual), gain(&alone.fills));
        let (pnl_worst, pnl_best) = range(&alone.ends, pnl_alone);
        let left = range(ends, pnl);
        let replay = Replay {
            bars: parts.bars.len() as u32,
            pnl_worst: left.0,
            pnl_best: left.1,
            searched,
            resolved,
            pnl_alone,
            changed,
            certain_alone: count(&labels_alone),
            certain: count(&labels),
        };
        self.ambiguous.push(AmbiguousBar {
            instrument: at.id,
            bar: at.row,
            time: cx.now,
            pnl,
            pnl_worst,
            pnl_best,
            searched: alone.searched,
            drill: Drill::Replayed(replay),
        });
        Ok(())
    }

    /// Matches the finer bars in order; true when an order was refused or shrunk for money.
    fn match_parts(&mut self, cx: &mut Context, parts: &Parts, at: At) -> bool {
        let rules = self.rules;
        let instruments = self.instruments.clone();
        let instrument = &instruments[at.id.index()];
        let day = self.floor.days[at.id.index()];
        let first_fill = cx.fills.len();
        let mut refused = false;
        for (i, bar) in parts.bars.iter().enumerate() {
            let taken = cx.fills[first_fill..].iter().map(|f| f.quantity).sum();
            let walk = parts.walk(i, taken, &rules, instrument);
            let book = &mut self.venues[at.id.index()].book;
            let high_first = match rules.path {
                PathRule::Pessimistic | PathRule::Optimistic if is_entangled(book, bar) => {
                    let charges = self.floor.fees.charges(&day);
                    let purse = cx.portfolio.purse(at.id, &instruments, charges, &day, true);
                    choose_path(rules.path, bar, |high_first| {
                        let (mut book, mut trial) = (book.clone(), Trial { purse });
                        book.walk_bar(walk.clone(), high_first, &mut trial);
                        trial.purse.equity(bar.close)
                    })
                }
                // One outcome only: either path will do.
                PathRule::Pessimistic | PathRule::Optimistic => false,
                rule => choose_path(rule, bar, |_| Money::ZERO),
            };
            let mut desk = self.floor.desk(&instruments, cx, at);
            book.walk_bar(walk, high_first, &mut desk);
            refused |= desk.refused;
        }
        // To the bars that follow it was one bar.
        let book = &mut self.venues[at.id.index()].book;
        book.traded_bars = at.row + 1;
        for order in &mut book.orders {
            order.active_since = order.active_since.min(at.row);
        }
        refused
    }
}

/// What a bar tells without finer ones.
fn alone(book: &Book, bar: &TradedBar, rules: &FillRules, purse: &Purse<'_>) -> Alone {
    let instrument = purse.instrument;
    let follow = |high_first: bool| {
        let mut desk = Rehearsal { trial: Trial { purse: *purse }, fills: Vec::new(), refused: false };
        book.clone().match_bar(bar, high_first, rules, instrument, &mut desk);
        desk
    };
    let high_first = choose_path(rules.path, bar, |high_first| follow(high_first).trial.purse.equity(bar.close));
    let mut desk = follow(high_first);
    desk.fills.sort_unstable();
    let seeds = [bar.open, bar.high, bar.low, bar.close];
    let walk = Walk::new(rules, instrument, bar);
    let found = certainty::explore(PathEnd::start(book), walk, &seeds, purse, &mut Reach::of_run(book));
    let searched = found.is_ok() && !desk.refused;
    let ends = found.unwrap_or_default();
    let single = searched && certainty::is_single(&desk.fills, &ends);
    Alone { fills: desk.fills, ends, searched, single }
}

/// Every way the finer bars can end, one after the other.
fn search<F: Funds>(
    book: &Book,
    parts: &Parts,
    rules: &FillRules,
    instrument: &Instrument,
    funds: &F,
    reach: &mut Reach,
) -> Result<Ends, TooMany> {
    let mut ends = vec![PathEnd::start(book)];
    let mut one_path = true;
    for (i, bar) in parts.bars.iter().enumerate() {
        let mut next = Vec::with_capacity(ends.len());
        for mut from in ends {
            let taken = from.fills.iter().map(|f| f.quantity).sum();
            let walk = parts.walk(i, taken, rules, instrument);
            if bar.low == bar.high || !is_entangled(&from.book, bar) {
                let mut desk = PathDesk { funds, fills: from.fills };
                from.book.walk_bar(walk, true, &mut desk);
                next.push(PathEnd { book: from.book, fills: desk.fills });
                reach.moves = reach.moves.saturating_sub(usize::from(next.len() > 1));
                continue;
            }
            one_path = false;
            let seeds = [bar.open, bar.high, bar.low, bar.close];
            let found = certainty::explore(from.clone(), walk.clone(), &seeds, funds, reach)?;
            let is_last = i + 1 == parts.bars.len();
            if !is_last && found.iter().any(|end| arms_inside(&from, end, bar.open)) {
                // It may end at any best price: what the bars to come make of that matters too.
                let seeds = coming(&parts.bars[i..], &from.book)?;
                next.extend(certainty::explore(from, walk, &seeds, funds, reach)?);
            } else {
                next.extend(found);
            }
        }
        if reach.moves == 0 {
            return Err(TooMany);
        }
        if next.len() > 1 {
            let merged: BTreeMap<Vec<i64>, PathEnd> = next.into_iter().map(|end| (end.key(), end)).collect();
            next = merged.into_values().collect();
        }
        if next.len() > BRANCHES_MAX {
            return Err(TooMany);
        }
        ends = next;
    }
    Ok(Ends { ends, one_path })
}

/// True when a fill of a bar away from its open arms a trailing child.
fn arms_inside(from: &PathEnd, end: &PathEnd, open: Price) -> bool {
    let armed = |fill: &PathFill| {
        fill.price != open && from.book.working().any(|o| o.parent == Some(fill.order) && o.kind.trail().is_some())
    };
    end.fills.len() > from.fills.len() && end.fills.iter().filter(|f| !from.fills.contains(f)).any(armed)
}

/// The prices of the finer bars to come on which a trail of this book, armed in the
/// first of them, may depend.
fn coming(bars: &[TradedBar], book: &Book) -> Result<Vec<Price>, TooMany> {
    if bars.len() > COMING_MAX {
        return Err(TooMany);
    }
    let (low, high) = bars.first().map_or((Price::ZERO, Price::ZERO), |bar| (bar.low, bar.high));
    let inside = |price: Price| price >= low && price <= high;
    let mut seeds: Vec<Price> = bars.iter().flat_map(|b| [b.open, b.high, b.low, b.close]).collect();
    seeds.sort_unstable();
    seeds.dedup();
    let trails: Vec<&Working> = book.working().filter(|o| o.kind.trail().is_some()).collect();
    // One trail shifts a price once; others may shift it on.
    if let [one] = trails[..]
        && let OrderKind::TrailingStop { trail } = one.kind
    {
        let near = |p: &Price| inside(*p) || certainty::before_trail(*p, one.side, trail).into_iter().any(inside);
        seeds.retain(near);
    }
    Ok(seeds)
}

/// Labels the fills of a bar; trades and positions with an uncertain one are uncertain.
pub(super) fn mark_fills(
    cx: &mut Context,
    (first_fill, first_trade): (usize, usize),
    at: At,
    actual: &[PathFill],
    labels: &[bool],
) {
    let mut tainted = false;
    for fill in &mut cx.fills[first_fill..] {
        let key = PathFill { order: fill.order, side: fill.side, quantity: fill.quantity, price: fill.price };
        fill.certain = actual.iter().position(|f| *f == key).is_some_and(|i| labels[i]);
        tainted |= !fill.certain;
    }
    if tainted {
        cx.trades[first_trade..].iter_mut().for_each(|t| t.certain = false);
        cx.portfolio.taint(at.id);
    }
}

/// Follows one path and notes what it did.
struct Rehearsal<'a> {
    trial: Trial<'a>,
    fills: Vec<PathFill>,
    /// An order was refused or shrunk for money.
    refused: bool,
}

impl Desk for Rehearsal<'_> {
    fn resolve(&mut self, order: &Working, price: Price) -> Quantity {
        self.trial.resolve(order, price)
    }
    fn admit(&mut self, order: &Working, price: Price, quantity: Quantity) -> Result<Quantity, Reason> {
        let admitted = self.trial.admit(order, price, quantity);
        self.refused |= admitted != Ok(quantity) && admitted != Ok(Quantity::ZERO);
        admitted
    }
    fn fill(&mut self, order: &Working, price: Price, quantity: Quantity) {
        self.fills.push(PathFill { order: order.id, side: order.side, quantity, price });
        self.trial.fill(order, price, quantity);
    }
    fn closed(&mut self, _: &Working, _: OrderState, _: Reason) {}
}
