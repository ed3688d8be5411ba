//! `Market`: the resting orders of the made-up market, matched by price and time.
//!
//! Prices are counted in ticks and sizes in lots. It knows no rates and no tape.

use std::collections::{BTreeMap, VecDeque};

use engine_core::order::Side;

/// A resting order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Resting {
    pub(crate) id: u64,
    pub(crate) lots: i64,
}

/// A trade of a market order with one resting order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) tick: i64,
    pub(crate) id: u64,
    pub(crate) lots: i64,
}

/// Where a resting order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) side: Side,
    pub(crate) tick: i64,
    pub(crate) at: usize,
}

/// One side: queues by price times the side's sign, so that the best is the greatest.
#[derive(Debug, Default)]
struct Half {
    queues: BTreeMap<i64, VecDeque<Resting>>,
    orders: usize,
}

/// The resting orders.
#[derive(Debug, Default)]
pub(crate) struct Market {
    halves: [Half; 2],
    last_id: u64,
}

impl Market {
    fn half(&self, side: Side) -> &Half {
        &self.halves[usize::from(side == Side::Sell)]
    }

    fn half_mut(&mut self, side: Side) -> &mut Half {
        &mut self.halves[usize::from(side == Side::Sell)]
    }

    /// The best price of a side.
    pub(crate) fn best(&self, side: Side) -> Option<i64> {
        self.half(side).queues.last_key_value().map(|(key, _)| key * side.sign())
    }

    /// Orders of a side.
    pub(crate) fn orders(&self, side: Side) -> usize {
        self.half(side).orders
    }

    /// Lots at a price.
    pub(crate) fn lots_at(&self, side: Side, tick: i64) -> i64 {
        let queue = self.half(side).queues.get(&(tick * side.sign()));
        queue.map_or(0, |queue| queue.iter().map(|order| order.lots).sum())
    }

    /// Prices and their queues, the best first.
    pub(crate) fn queues(&self, side: Side) -> impl Iterator<Item = (i64, &VecDeque<Resting>)> {
        self.half(side).queues.iter().rev().map(move |(key, queue)| (key * side.sign(), queue))
    }

    /// A new order at the end of its queue; returns its number.
    pub(crate) fn add(&mut self, side: Side, tick: i64, lots: i64) -> u64 {
        self.last_id += 1;
        let id = self.last_id;
        self.push(side, tick, Resting { id, lots });
        id
    }

    /// An order at the end of a queue.
    pub(crate) fn push(&mut self, side: Side, tick: i64, order: Resting) {
        let half = self.half_mut(side);
        half.queues.entry(tick * side.sign()).or_default().push_back(order);
        half.orders += 1;
    }

    /// Takes an order out.
    pub(crate) fn remove(&mut self, place: Place) -> Option<Resting> {
        let half = self.half_mut(place.side);
        let key = place.tick * place.side.sign();
        let queue = half.queues.get_mut(&key)?;
        let order = queue.remove(place.at)?;
        if queue.is_empty() {
            half.queues.remove(&key);
        }
        half.orders -= 1;
        Some(order)
    }

    /// An order, to change its size where it stands.
    pub(crate) fn order_mut(&mut self, place: Place) -> Option<&mut Resting> {
        self.half_mut(place.side).queues.get_mut(&(place.tick * place.side.sign()))?.get_mut(place.at)
    }

    /// Trades up to `lots` with the best orders of `side`, whose last order always stays.
    pub(crate) fn take(&mut self, side: Side, mut lots: i64, matches: &mut Vec<Match>) {
        while lots > 0 && self.orders(side) > 1 {
            let Some(tick) = self.best(side) else { return };
            let first = Place { side, tick, at: 0 };
            let Some(order) = self.order_mut(first) else { return };
            let traded = order.lots.min(lots);
            order.lots -= traded;
            lots -= traded;
            matches.push(Match { tick, id: order.id, lots: traded });
            if order.lots == 0 {
                self.remove(first);
            }
        }
    }
}
