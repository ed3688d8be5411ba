//! The book against naive models: levels against a sorted map, orders against a list.

use std::collections::BTreeMap;

use engine_core::fixed::{Price, Quantity};
use engine_core::order::Side;
use engine_core::orderbook::{BookState, Change, OrderBook};
use engine_core::tape::TapeEvent;

use crate::common::Random;

fn side(random: &mut Random) -> Side {
    if random.chance(50) { Side::Buy } else { Side::Sell }
}

fn price(ticks: u64) -> Price {
    Price::from_units(ticks as i64 * 1_000_000)
}

fn size(lots: u64) -> Quantity {
    Quantity::from_units(lots as i64 * 100_000_000)
}

/// Levels of a side, the best first, as a model has them.
fn sorted(side: Side, levels: &BTreeMap<Price, Quantity>) -> Vec<(Price, Quantity)> {
    let all = levels.iter().map(|(p, q)| (*p, *q));
    if side == Side::Buy { all.rev().collect() } else { all.collect() }
}

fn shown(book: &OrderBook, side: Side) -> Vec<(Price, Quantity)> {
    book.levels(side).map(|l| (l.price, l.quantity)).collect()
}

#[test]
fn levels_are_a_sorted_map() {
    let mut numbers = Random(7);
    let mut book = OrderBook::new(true);
    let mut model = [BTreeMap::new(), BTreeMap::new()];
    for step in 0..200_000 {
        let side = side(&mut numbers);
        let at = usize::from(side == Side::Sell);
        match numbers.below(2_000) {
            0 => {
                book.apply(&TapeEvent::Clear { side: Some(side) });
                model[at].clear();
            }
            1..20 => {
                // A best price cuts what is better.
                let (p, q) = (price(1 + numbers.below(300)), size(1 + numbers.below(9)));
                book.apply(&TapeEvent::Quote { side, price: p, quantity: q });
                model[at].retain(|at, _| if side == Side::Buy { *at < p } else { *at > p });
                model[at].insert(p, q);
            }
            _ => {
                let (p, q) = (price(1 + numbers.below(300)), size(numbers.below(4)));
                let before = model[at].get(&p).copied().unwrap_or(Quantity::ZERO);
                let change = book.apply(&TapeEvent::Level { side, price: p, quantity: q });
                assert_eq!(change, Change::Level { side, price: p, before, after: q }, "step {step}");
                if q.is_zero() {
                    model[at].remove(&p);
                } else {
                    model[at].insert(p, q);
                }
                assert_eq!(book.size_at(side, p), q, "step {step}");
            }
        }
        let best = sorted(side, &model[at]).first().copied();
        assert_eq!(book.best(side).map(|l| (l.price, l.quantity)), best, "step {step}");
        assert_eq!(book.depth(side), model[at].len(), "step {step}");
        if step % 97 == 0 {
            assert_eq!(shown(&book, side), sorted(side, &model[at]), "step {step}");
        }
    }
}

/// An order as the naive list has it.
#[derive(Clone, Copy, Debug)]
struct Resting {
    order: u64,
    side: Side,
    price: Price,
    left: Quantity,
    /// When it joined the end of its queue.
    joined: usize,
}

#[test]
fn orders_are_a_list() {
    let mut numbers = Random(11);
    let mut book = OrderBook::new(true);
    let mut list: Vec<Resting> = Vec::new();
    // The place that the book gave, to the moment when the order joined.
    let mut places: BTreeMap<u64, usize> = BTreeMap::new();
    for step in 0..60_000 {
        let order = 1 + numbers.below(400);
        let at = list.iter().position(|o| o.order == order);
        let (side, p, q) = (side(&mut numbers), price(1 + numbers.below(40)), size(1 + numbers.below(9)));
        let removed = match numbers.below(1_000) {
            0 => {
                book.apply(&TapeEvent::Clear { side: Some(side) });
                list.retain(|o| o.side != side);
                None
            }
            1..400 => {
                if at.is_none() {
                    book.apply(&TapeEvent::Add { order, side, price: p, quantity: q });
                    list.push(Resting { order, side, price: p, left: q, joined: step });
                }
                None
            }
            400..700 => {
                // Half of the changes leave the price.
                let old = at.map(|at| list[at]);
                let p = old.filter(|_| numbers.below(2) == 0).map_or(p, |o| o.price);
                let side = old.map_or(side, |o| o.side);
                let change = book.apply(&TapeEvent::Modify { order, side, price: p, quantity: q });
                let Some(at) = at else {
                    assert_eq!(change, Change::Unknown, "step {step}");
                    continue;
                };
                let old = list[at];
                let keeps = old.price == p && q <= old.left;
                list[at] = Resting { price: p, left: q, joined: if keeps { old.joined } else { step }, ..old };
                Some((change, old, if keeps { old.left - q } else { old.left }))
            }
            _ => {
                let change = book.apply(&TapeEvent::Cancel { order, quantity: q });
                let Some(at) = at else {
                    assert_eq!(change, Change::Unknown, "step {step}");
                    continue;
                };
                let old = list[at];
                let gone = q.min(old.left);
                list[at].left = old.left - gone;
                list.retain(|o| !o.left.is_zero());
                Some((change, old, gone))
            }
        };
        if let Some((change, old, gone)) = removed {
            let Change::Order { side, price, removed, priority } = change else { panic!("step {step}: {change:?}") };
            assert_eq!((side, price, removed), (old.side, old.price, gone), "step {step}");
            // Places are in the order of joining.
            assert_eq!(*places.entry(priority).or_insert(old.joined), old.joined, "step {step}");
        }
        for side in [Side::Buy, Side::Sell] {
            let mut levels: BTreeMap<Price, Quantity> = BTreeMap::new();
            for o in list.iter().filter(|o| o.side == side) {
                *levels.entry(o.price).or_default() += o.left;
            }
            assert_eq!(shown(&book, side), sorted(side, &levels), "step {step}");
        }
        assert_eq!(book.orders(), list.len(), "step {step}");
    }
    let joined: Vec<usize> = places.values().copied().collect();
    assert!(joined.is_sorted() && joined.len() > 1_000, "{} places", joined.len());
}

#[test]
fn a_book_says_whether_it_may_be_trusted() {
    let level = |side, ticks, lots| TapeEvent::Level { side, price: price(ticks), quantity: size(lots) };
    let quote = |side, ticks, lots| TapeEvent::Quote { side, price: price(ticks), quantity: size(lots) };
    let clear = |side| TapeEvent::Clear { side };
    use BookState::{Crossed, Gapped, Good};
    let cases: [(bool, Vec<TapeEvent>, BookState); 9] = [
        (true, vec![], Good),
        (true, vec![level(Side::Buy, 10, 1), level(Side::Sell, 11, 1)], Good),
        (true, vec![level(Side::Buy, 10, 1), level(Side::Sell, 10, 1)], Crossed),
        (true, vec![level(Side::Buy, 11, 1), level(Side::Sell, 10, 1), level(Side::Buy, 11, 0)], Good),
        // Quotes of several venues may lock.
        (false, vec![quote(Side::Buy, 10, 1), quote(Side::Sell, 10, 1)], Good),
        (false, vec![quote(Side::Buy, 11, 1), quote(Side::Sell, 10, 1)], Crossed),
        (true, vec![TapeEvent::Gap, level(Side::Buy, 10, 1)], Gapped),
        (true, vec![TapeEvent::Gap, clear(Some(Side::Buy)), level(Side::Buy, 10, 1)], Gapped),
        (true, vec![TapeEvent::Gap, clear(Some(Side::Buy)), clear(Some(Side::Sell))], Good),
    ];
    for (number, (depth, events, state)) in cases.into_iter().enumerate() {
        let mut book = OrderBook::new(depth);
        for event in &events {
            book.apply(event);
        }
        assert_eq!(book.state(), state, "case {number}");
    }
}

#[test]
fn sums_beyond_64_bits_stay_within() {
    let mut book = OrderBook::new(true);
    let most = Quantity::from_units(10_000_000_000 * 100_000_000);
    for order in 0..20 {
        book.apply(&TapeEvent::Add { order, side: Side::Buy, price: price(1), quantity: most });
    }
    assert_eq!(book.size_at(Side::Buy, price(1)).units(), i64::MAX);
}
