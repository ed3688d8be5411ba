//! Strategies that use every part of the interface, for the kernel's tests.

use engine_core::bars::BarRef;
use engine_core::context::Context;
use engine_core::fixed::{Price, Quantity, Rate};
use engine_core::instrument::InstrumentId;
use engine_core::order::{NewOrder, OrderChange, OrderId, OrderKind, Side, Size, TimeInForce, Trail};
use engine_core::record::Fill;
use engine_core::setup::{Handle, Setup, SetupError};
use engine_core::strategy::Strategy;

use crate::common::{Random, shares};

/// Sends random orders of every type, links them, cancels and changes them, sets
/// timers: the same for the same seed.
pub struct Chaos {
    random: Random,
    average: Vec<Handle>,
    pub seen: Vec<String>,
    timers: bool,
    every: u64,
}

impl Chaos {
    pub fn new(seed: u64, timers: bool) -> Self {
        Self { random: Random(seed), average: Vec::new(), seen: Vec::new(), timers, every: 25 }
    }

    fn near(&mut self, close: f64) -> Price {
        let shift = self.random.below(400) as f64 / 100.0 - 2.0;
        Price::from_f64(((close + shift) * 100.0).round() / 100.0).unwrap()
    }

    fn kind(&mut self, close: f64) -> OrderKind {
        let (a, b) = (self.near(close), self.near(close));
        let trail = if self.random.chance(50) {
            Trail::Amount("1.25".parse().unwrap())
        } else {
            Trail::Fraction(Rate::from_f64(0.015).unwrap())
        };
        match self.random.below(12) {
            0..=2 => OrderKind::Market,
            3 => OrderKind::Limit { limit: a },
            4 => OrderKind::Stop { stop: a },
            5 => OrderKind::StopLimit { stop: a, limit: b },
            6 => OrderKind::MarketIfTouched { touch: a },
            7 => OrderKind::LimitIfTouched { touch: a, limit: b },
            8 => OrderKind::TrailingStop { trail },
            9 => OrderKind::TrailingStopLimit { trail, offset: "0.1".parse().unwrap() },
            10 => OrderKind::MarketOnClose,
            _ => OrderKind::LimitOnOpen { limit: a },
        }
    }

    fn order(&mut self, id: InstrumentId, side: Side, size: Size, close: f64) -> NewOrder {
        let mut order = NewOrder::new(id, side, size, self.kind(close));
        order.tif = match self.random.below(8) {
            0 => TimeInForce::Day,
            1 => TimeInForce::Ioc,
            _ => TimeInForce::Gtc,
        };
        order.shrink_to_fit = self.random.chance(50);
        order
    }
}

impl Strategy for Chaos {
    fn setup(&mut self, setup: &mut Setup<'_>) -> Result<(), SetupError> {
        for i in 0..setup.series().len() {
            let sma = indicators::Sma::new(5).map_err(|e| SetupError::parameter("sma", e.to_string()))?;
            self.average.push(setup.indicator(InstrumentId(i as u32), sma)?);
        }
        Ok(())
    }

    fn on_bar(&mut self, cx: &mut Context, id: InstrumentId, bar: BarRef<'_>) {
        self.seen.push(format!("{} {} {} {:?}", cx.now(), id.0, cx.equity(), cx.value(self.average[id.index()])));
        if !self.random.chance(self.every) {
            return;
        }
        let side = if self.random.chance(60) { Side::Buy } else { Side::Sell };
        let size = match self.random.below(4) {
            0 => Size::AllIn,
            1 => Size::PercentOfEquity(Rate::from_f64(0.3).unwrap()),
            _ => Size::Quantity(shares(1 + self.random.below(300) as i64)),
        };
        let close = bar.close();
        let order = self.order(id, side, size, close);
        let parent = cx.submit(order);
        if self.random.chance(40) {
            let group = cx.new_group();
            for _ in 0..2 {
                let child = self.order(id, side.opposite(), Size::AsParent, close).child_of(parent).oco(group);
                cx.submit(child);
            }
        }
        let open: Vec<OrderId> = cx.open_orders().collect();
        if self.random.chance(20)
            && let Some(victim) = open.get(self.random.below(open.len() as u64) as usize)
        {
            if self.random.chance(50) {
                cx.cancel(*victim);
            } else {
                let change = OrderChange { limit: Some(self.near(close)), ..OrderChange::default() };
                cx.modify(*victim, change);
            }
        }
        if self.timers && self.random.chance(30) {
            cx.set_timer(cx.now() + self.random.below(400_000_000_000_000) as i64, 7);
        }
    }

    fn on_fill(&mut self, cx: &mut Context, fill: &Fill) {
        self.seen.push(format!("{} fill {} {} {}", cx.now(), fill.order, fill.price, cx.equity()));
    }

    fn on_order(&mut self, cx: &mut Context, order: OrderId) {
        self.seen.push(format!("{} order {order} {:?}", cx.now(), cx.order(order).map(|o| o.reason)));
    }

    fn on_timer(&mut self, cx: &mut Context, tag: u64) {
        self.seen.push(format!("{} timer {tag} {}", cx.now(), cx.equity()));
        let id = InstrumentId(0);
        if cx.position(id) > Quantity::ZERO {
            cx.close_position(id);
        } else {
            cx.submit(NewOrder::market(id, Side::Buy, Size::Quantity(shares(5))));
        }
    }
}

/// Never trades.
pub struct Idle;

impl Strategy for Idle {
    fn setup(&mut self, _: &mut Setup<'_>) -> Result<(), SetupError> {
        Ok(())
    }
}

/// Sends the same requests at the close of given bars of the first instrument.
pub struct Script {
    pub steps: Vec<(usize, NewOrder)>,
}

impl Strategy for Script {
    fn setup(&mut self, _: &mut Setup<'_>) -> Result<(), SetupError> {
        Ok(())
    }
    fn on_bar(&mut self, cx: &mut Context, id: InstrumentId, bar: BarRef<'_>) {
        if id.0 == 0 {
            for (_, order) in self.steps.iter().filter(|(row, _)| *row == bar.row()) {
                cx.submit(*order);
            }
        }
    }
}
