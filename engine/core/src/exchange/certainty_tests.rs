//! The bounds search against random paths, and against its own mirror image.

use super::book::Book;
use super::level::Level;
use super::matching::Walk;
use super::rules::{FillRules, LimitFill, LimitGap, PathRule, Slippage, TradedBar};
use super::scenario::{BarCase as Case, CaseOrder, bars as scenario};
use super::working::{Desk, Working};
use crate::fixed::{Money, Price, Quantity, Rate, SCALE};
use crate::instrument::{Instrument, InstrumentId, Symbol};
use crate::order::{NewOrder, OcoId, OrderId, OrderKind, OrderState, Reason, Side, Size, TimeInForce, Trail};
use crate::time::Timestamp;

struct Random(u64);

impl Random {
    fn below(&mut self, n: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n as u64) as i64
    }
    fn chance(&mut self, percent: i64) -> bool {
        self.below(100) < percent
    }
}

fn whole(n: i64) -> Price {
    Price::from_units(n * SCALE)
}

/// A random case on whole prices; trails only where `trails`.
fn random_case(random: &mut Random, trails: bool) -> Case {
    let mut bars = Vec::new();
    let mut last = 100;
    for i in 0..3 {
        let open = last + random.below(5) - 2;
        let close = open + random.below(9) - 4;
        let high = open.max(close) + random.below(5);
        let low = open.min(close) - random.below(5);
        bars.push(TradedBar {
            open: whole(open),
            high: whole(high),
            low: whole(low),
            close: whole(close),
            volume: Some(Quantity::from_units(1_000 * SCALE)),
            session_start: i % 2 == 0,
            session_end: i % 2 == 1,
            limits: None,
        });
        last = close;
    }
    let count = 1 + random.below(5) as usize;
    let mut orders = Vec::new();
    for i in 0..count {
        let mut near = || whole(last.min(100) - 6 + random.below(14));
        let (a, b) = (near(), near());
        let kind = match random.below(if trails { 8 } else { 6 }) {
            0 => OrderKind::Market,
            1 | 2 => OrderKind::Limit { limit: a },
            3 => OrderKind::Stop { stop: a },
            4 => OrderKind::StopLimit { stop: a, limit: b },
            5 => OrderKind::MarketIfTouched { touch: a },
            _ => OrderKind::TrailingStop { trail: Trail::Amount(whole(1 + random.below(3))) },
        };
        let side = if random.chance(50) { Side::Buy } else { Side::Sell };
        let quantity = Quantity::from_units(100 * (1 + random.below(3)) * SCALE);
        let mut order = NewOrder::new(InstrumentId(0), side, Size::Quantity(quantity), kind);
        if i > 0 && random.chance(50) {
            order.parent = Some(OrderId(random.below(i as i64) as u32));
        }
        if random.chance(35) {
            order.oco = Some(OcoId(0));
        }
        if random.chance(15) {
            order.tif = TimeInForce::Day;
        }
        orders.push(CaseOrder { name: i.to_string(), order, after_bar: 0 });
    }
    let paths = [PathRule::NearFirst, PathRule::HighFirst, PathRule::LowFirst, PathRule::Pessimistic];
    let rules = FillRules {
        path: paths[random.below(4) as usize],
        limit_fill: if random.chance(50) { LimitFill::Touch } else { LimitFill::Through },
        limit_gap: if random.chance(50) { LimitGap::Open } else { LimitGap::Limit },
        slippage: if random.chance(30) { Slippage::Amount(whole(1)) } else { Slippage::None },
        participation: if random.chance(30) { Rate::from_f64(0.2) } else { None },
        ..FillRules::default()
    };
    let symbol = Symbol::new("SIM.CASE").expect("valid");
    let mut instrument = Instrument::equity(symbol, "USD");
    instrument.lot = Quantity::from_units(100 * SCALE);
    Case { instrument, bars, orders, rules }
}

#[derive(Default)]
struct Purse {
    cash: Money,
    position: Quantity,
    fills: Vec<(u32, usize, Quantity, Price)>,
    bar: usize,
}

impl Desk for Purse {
    fn resolve(&mut self, _: &Working, _: Price) -> Quantity {
        Quantity::ZERO
    }
    fn admit(&mut self, _: &Working, _: Price, quantity: Quantity) -> Result<Quantity, Reason> {
        Ok(quantity)
    }
    fn fill(&mut self, order: &Working, price: Price, quantity: Quantity) {
        let signed = Quantity::from_units(quantity.units() * order.side().sign());
        self.cash -= Money::notional(price, signed, 1);
        self.position += signed;
        self.fills.push((order.id().0, self.bar, quantity, price));
    }
    fn closed(&mut self, _: &Working, _: OrderState, _: Reason) {}
}

/// One random path through every bar: turns at random hundredths until both
/// extremes are seen, then to the close.
fn random_path(case: &Case, random: &mut Random) -> Purse {
    let mut book = Book::new(case.rules.limit_fill);
    let mut purse = Purse::default();
    for (index, bar) in case.bars.iter().enumerate() {
        purse.bar = index;
        if index > 0 {
            let mut walk = Walk::new(&case.rules, &case.instrument, bar);
            walk.open(&mut book, &mut purse);
            let (mut low, mut high) = (bar.open == bar.low, bar.open == bar.high);
            let cents = (bar.high - bar.low).units() / (SCALE / 100);
            for turn in 0.. {
                if low && high && (turn > 12 || random.chance(25)) {
                    break;
                }
                let target = match random.below(6) {
                    0 => bar.low,
                    1 => bar.high,
                    2 => whole(bar.low.units() / SCALE + random.below(cents / 100 + 1)),
                    _ => bar.low + Price::from_units(random.below(cents + 1) * (SCALE / 100)),
                };
                walk.move_to(Level::at(target), &mut book, &mut purse);
                low |= target == bar.low;
                high |= target == bar.high;
            }
            walk.move_to(Level::at(bar.close), &mut book, &mut purse);
            walk.close(&mut book, &mut purse);
        }
        book.expire(bar.session_end, Timestamp::from_nanos(index as i64), &mut purse);
        if index == 0 {
            for (i, order) in case.orders.iter().enumerate() {
                let parent = order.order.parent.map(|_| Quantity::ZERO);
                book.insert(OrderId(i as u32), &order.order, bar.close, parent);
            }
        }
    }
    purse.fills.sort_unstable();
    purse
}

#[test]
fn no_random_path_leaves_the_bounds_or_breaks_a_label() {
    let mut random = Random(7);
    let (mut ambiguous, mut reached) = (0, 0);
    for round in 0..1_500 {
        let case = random_case(&mut random, round % 3 == 0);
        let outcome = scenario::run(&case);
        let last = case.bars.last().expect("three bars").close;
        assert!(outcome.pnl_worst <= outcome.pnl && outcome.pnl <= outcome.pnl_best, "round {round}");
        ambiguous += usize::from(!outcome.certain);
        let mut actual: Vec<_> =
            outcome.fills.iter().map(|f| (f.order as u32, f.bar as usize, f.quantity, f.price)).collect();
        actual.sort_unstable();
        let (mut least, mut most) = (outcome.pnl, outcome.pnl);
        for _ in 0..60 {
            let path = random_path(&case, &mut random);
            let pnl = path.cash + Money::notional(last, path.position, 1);
            assert!(
                outcome.pnl_worst <= pnl && pnl <= outcome.pnl_best,
                "round {round}: {pnl} outside {} to {}\n{case:?}",
                outcome.pnl_worst,
                outcome.pnl_best
            );
            (least, most) = (least.min(pnl), most.max(pnl));
            if outcome.certain {
                assert_eq!(path.fills, actual, "round {round} is called certain\n{case:?}");
            }
            for f in outcome.fills.iter().filter(|f| f.certain) {
                let fill = (f.order as u32, f.bar as usize, f.quantity, f.price);
                assert!(path.fills.contains(&fill), "round {round}: {fill:?} is called certain\n{case:?}");
            }
        }
        reached += usize::from(!outcome.certain && least == outcome.pnl_worst && most == outcome.pnl_best);
    }
    // The bounds are not just wide: sixty random paths often reach both.
    assert!(ambiguous > 150 && reached * 2 > ambiguous, "{ambiguous} ambiguous, {reached} reached");
}

/// The case seen in a mirror: prices turned upside down, buys and sells exchanged.
fn mirror(case: &Case) -> Case {
    let turn = |p: Price| whole(200) - p;
    let mut other = case.clone();
    for bar in &mut other.bars {
        (bar.open, bar.close) = (turn(bar.open), turn(bar.close));
        (bar.high, bar.low) = (turn(bar.low), turn(bar.high));
    }
    for order in &mut other.orders {
        order.order.side = order.order.side.opposite();
        if order.order.kind.trail().is_none() {
            order.order.kind = order.order.kind.map_prices(turn);
        }
    }
    other.rules.path = match case.rules.path {
        PathRule::HighFirst => PathRule::LowFirst,
        PathRule::LowFirst => PathRule::HighFirst,
        path => path,
    };
    other
}

#[test]
fn a_case_and_its_mirror_image_mirror_each_other() {
    let mut random = Random(11);
    for round in 0..1_500 {
        let mut case = random_case(&mut random, round % 2 == 0);
        case.rules.path = if round % 4 < 2 { PathRule::HighFirst } else { PathRule::LowFirst };
        let (here, there) = (scenario::run(&case), scenario::run(&mirror(&case)));
        // A gain is price differences times quantities: it survives the mirror.
        assert_eq!(
            (here.pnl, here.pnl_worst, here.pnl_best),
            (there.pnl, there.pnl_worst, there.pnl_best),
            "round {round}\n{case:?}"
        );
        assert_eq!((here.certain, here.bounds), (there.certain, there.bounds), "round {round}");
        let turned: Vec<_> =
            there.fills.iter().map(|f| (f.order, f.bar, f.quantity, whole(200) - f.price, f.certain)).collect();
        let fills: Vec<_> = here.fills.iter().map(|f| (f.order, f.bar, f.quantity, f.price, f.certain)).collect();
        assert_eq!(fills, turned, "round {round}\n{case:?}");
    }
}
