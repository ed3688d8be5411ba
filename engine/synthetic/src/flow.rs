//! The flow of orders: which event comes when.

use engine_core::order::Side;
use engine_core::time::{SECOND, Timestamp};

use crate::market::{Market, Match, Place};
use crate::random::Random;
use crate::settings::SyntheticBook;
use crate::tell::{Happening, Teller};

/// Nanoseconds between changes of the fair value.
const STEP: i64 = SECOND / 10;
/// Orders further away than `levels` are changed so many times as often.
const FAR: f64 = 4.0;
/// Market orders lean at most so far to one side.
const LEAN_MAX: f64 = 0.8;
/// Stamps are multiples of this.
const MICROSECOND: i64 = 1_000;

/// Plays the market from its snapshot to its end.
pub(crate) fn play(settings: &SyntheticBook, teller: &mut Teller) {
    let mut flow = Flow::new(settings);
    flow.fill_book();
    let stamps = flow.stamps(0);
    teller.snapshot(stamps, &flow.market);
    // Time as a double in nanoseconds: exact to far below a microsecond over days.
    let (mut now, end) = (0.0, settings.length as f64);
    let mut step = STEP;
    loop {
        let rates = flow.rates(now);
        let total: f64 = rates.iter().sum();
        let next = now + flow.random.exponential() / total * SECOND as f64;
        // The fair value moves in between: nothing is remembered of the draw.
        if next >= step as f64 {
            now = step as f64;
            step += STEP;
            flow.move_fair_value();
            if now >= end {
                return;
            }
            continue;
        }
        now = next;
        if now >= end {
            return;
        }
        let stamps = flow.stamps(now as i64);
        flow.event(&rates, total, stamps, teller);
    }
}

struct Flow<'s> {
    settings: &'s SyntheticBook,
    random: Random,
    market: Market,
    /// In ticks.
    fair: f64,
    mean: f64,
    /// Cumulated chances of the distances 1, 2, ... of a limit order.
    distances: Vec<f64>,
    received: Timestamp,
    matches: Vec<Match>,
}

/// Limit buy, limit sell, market buy, market sell, change.
type Rates = [f64; 5];

impl<'s> Flow<'s> {
    fn new(settings: &'s SyntheticBook) -> Self {
        let mut sum = 0.0;
        let mut distances: Vec<f64> = (1..=settings.levels)
            .map(|i| {
                sum += libm::pow(f64::from(i), -settings.decay);
                sum
            })
            .collect();
        for chance in &mut distances {
            *chance /= sum;
        }
        let mean = (settings.price.units() / settings.tick.units()) as f64;
        Self {
            settings,
            random: Random::new(settings.seed),
            market: Market::default(),
            fair: mean,
            mean,
            distances,
            received: Timestamp::MIN,
            matches: Vec::new(),
        }
    }

    /// A book about as deep as it will stay: to each price what arrives over the life of an order.
    fn fill_book(&mut self) {
        let s = self.settings;
        let mut before = 0.0;
        for distance in 0..self.distances.len() {
            let share = self.distances[distance] - before;
            before = self.distances[distance];
            let orders = (s.limits / 2.0 / s.changes * share) as usize;
            for side in [Side::Buy, Side::Sell] {
                let tick = self.mean as i64 - side.sign() * (distance as i64 + 1);
                for _ in 0..orders.clamp(1, 1_000) {
                    let lots = self.random.geometric(s.limit_lots);
                    self.market.add(side, tick, lots);
                }
            }
        }
    }

    /// Venue and local time of something `nanos` after the start.
    fn stamps(&mut self, nanos: i64) -> (Timestamp, Timestamp) {
        let venue = self.settings.start + nanos / MICROSECOND * MICROSECOND;
        let (least, most) = self.settings.latency;
        let late = least + (self.random.uniform() * (most - least) as f64) as i64;
        let local = venue + late / MICROSECOND * MICROSECOND;
        // A later message never overtakes an earlier one.
        if local > self.received {
            self.received = local;
        }
        (venue, self.received)
    }

    fn move_fair_value(&mut self) {
        let s = self.settings;
        let seconds = STEP as f64 / SECOND as f64;
        let pull = s.reversion * seconds * (self.mean - self.fair);
        self.fair += pull + s.volatility * seconds.sqrt() * self.random.normal();
    }

    /// Best bid and ask; both sides always have an order.
    fn touch(&self) -> (i64, i64) {
        let mean = self.mean as i64;
        (self.market.best(Side::Buy).unwrap_or(mean - 1), self.market.best(Side::Sell).unwrap_or(mean + 1))
    }

    fn rates(&self, now: f64) -> Rates {
        let s = self.settings;
        let turn = 2.0 * core::f64::consts::PI * now / s.season as f64;
        let pace = 1.0 + s.swing * libm::sin(turn);
        let (bid, ask) = self.touch();
        let lean = (self.fair - (bid + ask) as f64 / 2.0) / s.lean;
        let lean = lean.clamp(-LEAN_MAX, LEAN_MAX);
        let limits = s.limits * pace / 2.0;
        let markets = s.markets * pace / 2.0;
        let changes = s.changes * pace * (self.weight(Side::Buy) + self.weight(Side::Sell));
        [limits, limits, markets * (1.0 + lean), markets * (1.0 - lean), changes]
    }

    /// Whether a price is further from the opposite best one than limit orders arrive.
    fn is_far(&self, side: Side, tick: i64) -> bool {
        let (bid, ask) = self.touch();
        let opposite = if side == Side::Buy { ask } else { bid };
        (opposite - tick).abs() > i64::from(self.settings.levels)
    }

    fn weight_at(&self, side: Side, tick: i64) -> f64 {
        if self.is_far(side, tick) { FAR } else { 1.0 }
    }

    /// Orders of a side, each weighted by how often it is changed.
    fn weight(&self, side: Side) -> f64 {
        self.market.queues(side).map(|(tick, queue)| queue.len() as f64 * self.weight_at(side, tick)).sum()
    }

    fn event(&mut self, rates: &Rates, total: f64, stamps: (Timestamp, Timestamp), teller: &mut Teller) {
        let mut draw = self.random.uniform() * total;
        let mut which = 0;
        while which < 4 && draw >= rates[which] {
            draw -= rates[which];
            which += 1;
        }
        match which {
            0 => self.arrive(Side::Buy, stamps, teller),
            1 => self.arrive(Side::Sell, stamps, teller),
            2 => self.trade(Side::Buy, stamps, teller),
            3 => self.trade(Side::Sell, stamps, teller),
            _ => self.change(stamps, teller),
        }
    }

    /// A price for a limit order; `None` when it would be below one tick.
    fn draw_price(&mut self, side: Side) -> Option<i64> {
        let chance = self.random.uniform();
        let distance = self.distances.partition_point(|c| *c <= chance).min(self.distances.len() - 1) as i64 + 1;
        let (bid, ask) = self.touch();
        let tick = if side == Side::Buy { ask - distance } else { bid + distance };
        (tick >= 1).then_some(tick)
    }

    fn arrive(&mut self, side: Side, stamps: (Timestamp, Timestamp), teller: &mut Teller) {
        let lots = self.random.geometric(self.settings.limit_lots);
        if let Some(tick) = self.draw_price(side) {
            let id = self.market.add(side, tick, lots);
            teller.happened(stamps, &self.market, Happening::Added { id, side, tick, lots });
        }
    }

    fn trade(&mut self, aggressor: Side, stamps: (Timestamp, Timestamp), teller: &mut Teller) {
        let lots = self.random.geometric(self.settings.market_lots);
        let mut matches = std::mem::take(&mut self.matches);
        matches.clear();
        self.market.take(aggressor.opposite(), lots, &mut matches);
        if !matches.is_empty() {
            teller.traded(stamps, &self.market, aggressor, &matches);
        }
        self.matches = matches;
    }

    /// A resting order, by how often each is changed.
    fn draw_order(&mut self) -> Option<Place> {
        let (buys, sells) = (self.weight(Side::Buy), self.weight(Side::Sell));
        let mut draw = self.random.uniform() * (buys + sells);
        let side = if draw < buys { Side::Buy } else { Side::Sell };
        if side == Side::Sell {
            draw -= buys;
        }
        let mut found = None;
        for (tick, queue) in self.market.queues(side) {
            let weight = queue.len() as f64 * self.weight_at(side, tick);
            found = Some((tick, queue.len()));
            if draw < weight {
                break;
            }
            draw -= weight;
        }
        let (tick, orders) = found?;
        Some(Place { side, tick, at: self.random.below(orders) })
    }

    fn change(&mut self, stamps: (Timestamp, Timestamp), teller: &mut Teller) {
        let Some(place) = self.draw_order() else { return };
        let Place { side, tick, .. } = place;
        let kind = self.random.uniform();
        let size = self.random.uniform();
        let Some(order) = self.market.order_mut(place).copied() else { return };
        let (id, lots) = (order.id, order.lots);
        let what = if kind < 0.7 {
            if self.market.orders(side) == 1 {
                return;
            }
            self.market.remove(place);
            Happening::Left { id, side, tick, lots }
        } else if kind < 0.82 {
            // Less of it, where it stands; a single lot cannot be cut.
            if lots == 1 {
                return;
            }
            let kept = 1 + (size * (lots - 1) as f64) as i64;
            if let Some(order) = self.market.order_mut(place) {
                order.lots = kept;
            }
            Happening::Changed { id, side, from: tick, tick, lots: kept }
        } else {
            // More of it, or elsewhere: to the end of a queue.
            let raised = kind >= 0.94;
            let to = if raised { Some(tick) } else { self.draw_price(side) };
            let Some(to) = to else { return };
            let Some(mut order) = self.market.remove(place) else { return };
            if raised || to == tick {
                order.lots += 1;
            }
            self.market.push(side, to, order);
            Happening::Changed { id, side, from: tick, tick: to, lots: order.lots }
        };
        teller.happened(stamps, &self.market, what);
    }
}
