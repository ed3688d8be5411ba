//! Random tick paths cut into bars: a run drilled down to the ticks must be the run on the
//! ticks themselves, and what finer bars leave open must hold what the ticks did.

use std::sync::Arc;

use engine_core::account::{AccountKind, FeeSchedule};
use engine_core::bars::{BarColumns, Bars};
use engine_core::digest::digest;
use engine_core::exchange::{FillRules, PathRule};
use engine_core::feed::Series;
use engine_core::fixed::{Money, Price, Quantity, Rate};
use engine_core::instrument::{Instrument, TickLadder};
use engine_core::kernel::{RunOptions, run};
use engine_core::order::{NewOrder, OcoId, OrderId, OrderKind, Side, Size, TimeInForce, Trail};
use engine_core::record::RunResult;
use engine_core::time::{MINUTE, Timestamp};

use crate::common::{Random, feed, instrument, price, shares};
use crate::drill_down::{ID, Schedule};

/// A tick path in cents, a step of one cent at a time, cut into bars.
struct Path {
    ticks: Vec<i64>,
    /// Ticks of a bar.
    length: usize,
}

impl Path {
    fn new(random: &mut Random, bars: usize, length: usize) -> Self {
        let mut price = 10_000;
        let mut drift = 0;
        let mut ticks = Vec::new();
        for i in 0..bars * length {
            if i % 17 == 0 {
                drift = random.below(3) as i64 - 1;
            }
            // The first tick of all has no step before it.
            let step = if random.chance(60) { drift } else { random.below(3) as i64 - 1 };
            price += if i == 0 { 0 } else { step };
            ticks.push(price);
        }
        Self { ticks, length }
    }

    /// Bars of so many ticks each.
    fn bars(&self, of: usize) -> Bars {
        let start = Timestamp::from_date(2024, 3, 4).nanos();
        let mut c = BarColumns::default();
        for (i, part) in self.ticks.chunks(of).enumerate() {
            let from = start + (i * of) as i64 * MINUTE;
            c.push_times(from, from + of as i64 * MINUTE);
            let cents = |n: Option<&i64>| *n.unwrap() as f64 / 100.0;
            c.open.push(cents(part.first()));
            c.high.push(cents(part.iter().max()));
            c.low.push(cents(part.iter().min()));
            c.close.push(cents(part.last()));
        }
        Bars::new(c).unwrap()
    }
}

fn cents(n: i64) -> Price {
    Price::from_f64(n as f64 / 100.0).unwrap()
}

/// Random linked orders near a price.
fn random_orders(random: &mut Random, near: i64, first: u32, wide: i64) -> Vec<NewOrder> {
    let mut orders = Vec::new();
    let at = |random: &mut Random| cents(near + random.below(2 * wide as u64 + 1) as i64 - wide);
    let kind = |random: &mut Random| match random.below(11) {
        0..=2 => OrderKind::Limit { limit: at(random) },
        3..=4 => OrderKind::Stop { stop: at(random) },
        5 => OrderKind::StopLimit { stop: at(random), limit: at(random) },
        6 => OrderKind::MarketIfTouched { touch: at(random) },
        7 => OrderKind::LimitIfTouched { touch: at(random), limit: at(random) },
        8 => OrderKind::TrailingStop { trail: Trail::Amount(cents(2 + random.below(wide as u64) as i64)) },
        9 => OrderKind::TrailingStopLimit {
            trail: Trail::Amount(cents(2 + random.below(wide as u64) as i64)),
            offset: cents(1 + random.below(3) as i64),
        },
        _ => OrderKind::MarketOnClose,
    };
    let tif = |random: &mut Random| match random.below(8) {
        0 => TimeInForce::Day,
        1 => TimeInForce::Ioc,
        _ => TimeInForce::Gtc,
    };
    let side = if random.chance(50) { Side::Buy } else { Side::Sell };
    let mut parent = NewOrder::new(
        ID,
        side,
        Size::Quantity(shares(10 + random.below(90) as i64)),
        if random.chance(40) { OrderKind::Market } else { kind(random) },
    );
    parent.tif = tif(random);
    orders.push(parent);
    if random.chance(75) {
        for _ in 0..2 {
            let size =
                if random.chance(75) { Size::AsParent } else { Size::Quantity(shares(5 + random.below(60) as i64)) };
            let mut child = NewOrder::new(ID, side.opposite(), size, kind(random)).child_of(OrderId(first));
            if random.chance(70) {
                child = child.oco(OcoId(first + 1));
            }
            orders.push(child);
        }
    }
    orders
}

struct Trial {
    path: Path,
    starts: Vec<bool>,
    schedule: Schedule,
    rule: PathRule,
    /// A cash account that cannot pay for everything.
    poor: bool,
}

impl Trial {
    fn new(seed: u64, count: usize, length: usize, busy: u64) -> Self {
        let mut random = Random(seed);
        let path = Path::new(&mut random, count, length);
        let starts = (0..count).map(|i| i == 0 || random.chance(50)).collect();
        let coarse = path.bars(length);
        let mut schedule = Vec::new();
        let mut sent = 0;
        for row in 0..count - 1 {
            if row == 0 || random.chance(busy) {
                let near = path.ticks[(row + 1) * length - 1];
                let mut orders = random_orders(&mut random, near, sent, 12);
                if seed.is_multiple_of(5) && orders[0].kind == OrderKind::Market && orders[0].side == Side::Buy {
                    orders[0].size = if random.chance(50) {
                        Size::AllIn
                    } else {
                        Size::PercentOfEquity(Rate::from_f64(0.7).unwrap())
                    };
                    orders[0].shrink_to_fit = random.chance(50);
                }
                sent += orders.len() as u32;
                schedule.push((coarse.columns().close_time[row], orders));
            }
        }
        let rules = [PathRule::NearFirst, PathRule::Pessimistic, PathRule::HighFirst, PathRule::Optimistic];
        Self {
            path,
            starts,
            schedule: Schedule::new(schedule),
            rule: rules[seed as usize % 4],
            poor: seed.is_multiple_of(5),
        }
    }

    fn series(&self, of: usize) -> Series {
        let ladder = TickLadder::single(price("0.01")).unwrap();
        let mut series = Series::daily(Instrument { ticks: ladder, ..instrument("US.A") }, self.path.bars(of));
        let each = self.path.length / of;
        let starts = |i: usize| i.is_multiple_of(each) && self.starts[i / each];
        series.session_start = Arc::new((0..series.bars.len()).map(starts).collect());
        series
    }

    fn run(&self, of: usize, finer: Option<usize>) -> RunResult {
        self.run_as(of, finer.map(|of| Arc::new(self.path.bars(of))), false)
    }

    fn run_as(&self, of: usize, finer: Option<Arc<Bars>>, per_bar: bool) -> RunResult {
        let series = Series { finer, ..self.series(of) };
        let options = RunOptions {
            account: match self.poor {
                true => AccountKind::Cash,
                false => AccountKind::Margin { leverage: Rate::from_f64(50.0).unwrap() },
            },
            cash: Money::from_whole(if self.poor { 8_000 } else { 100_000 }),
            fees: if self.poor { FeeSchedule::Rate(Rate::from_f64(0.001).unwrap()) } else { FeeSchedule::Free },
            per_bar,
            fills: FillRules { path: self.rule, ..FillRules::default() },
            ..RunOptions::default()
        };
        run(&feed(vec![series]), &mut self.schedule.clone(), &options).unwrap()
    }

    /// Fills as (order, bar of the path, price, quantity), sorted within a bar.
    fn fills(&self, run: &RunResult, of: usize) -> Vec<(usize, OrderId, Price, Quantity)> {
        let each = self.path.length / of;
        let mut all: Vec<_> = run.fills.iter().map(|f| (f.bar as usize / each, f.order, f.price, f.quantity)).collect();
        all.sort_unstable();
        all
    }
}

#[test]
fn a_run_drilled_to_ticks_is_the_run_on_the_ticks() {
    let (mut drilled, mut changed) = (0, 0);
    for seed in 0..600 {
        let trial = Trial::new(seed, 12, 60, 45);
        let (ticks, run) = (trial.run(1, None), trial.run(60, Some(1)));
        assert_eq!(trial.fills(&run, 60), trial.fills(&ticks, 1), "seed {seed}");
        assert!(run.fills.iter().all(|f| f.certain), "seed {seed}");
        assert_eq!(run.final_equity, ticks.final_equity, "seed {seed}");
        if seed.is_multiple_of(7) {
            assert_eq!(run, trial.run_as(60, Some(Arc::new(trial.path.bars(1))), true), "seed {seed}");
            // Trades with their times are finer data as well.
            let c = trial.path.bars(1);
            let c = c.columns();
            let trades = Bars::of_trades(&c.open_times().collect::<Vec<_>>(), c.close.clone(), Vec::new()).unwrap();
            let mut by_trades = trial.run_as(60, Some(Arc::new(trades)), false);
            by_trades.times = run.times.clone();
            assert_eq!(digest(&run), digest(&by_trades), "seed {seed}");
        }
        for (a, b) in run.orders.iter().zip(&ticks.orders) {
            assert_eq!((a.state, a.reason, a.filled), (b.state, b.reason, b.filled), "seed {seed}");
        }
        let all = run.drill_down.unwrap();
        assert_eq!((all.ambiguous, all.outside), (all.resolved, 0), "seed {seed}");
        // The range of the bar alone holds what the ticks did.
        for bar in &run.ambiguous {
            if let Some((worst, best)) = bar.range_alone() {
                assert!(worst <= bar.pnl && bar.pnl <= best, "seed {seed}: {bar:?}");
            }
        }
        drilled += all.ambiguous;
        changed += all.changed;
    }
    assert!(drilled > 500 && changed > 100, "{drilled} bars drilled, {changed} changed");
}

#[test]
fn what_finer_bars_leave_open_holds_what_the_ticks_did() {
    let (mut ambiguous, mut resolved, mut narrowed, mut unknown) = (0, 0, 0, 0);
    for seed in 0..1_500 {
        // One bar to decide in and one to fill in, so that both have the same history.
        let trial = Trial::new(seed + 10_000, 2, 120, 100);
        let (ticks, run) = (trial.run(1, None), trial.run(120, Some(10)));
        let all = run.drill_down.unwrap();
        // What money refuses leaves a bar open.
        if !trial.poor {
            (ambiguous, resolved, narrowed) =
                (ambiguous + all.ambiguous, resolved + all.resolved, narrowed + all.narrowed);
        }
        let Some(bar) = run.ambiguous.first() else {
            assert_eq!(trial.fills(&run, 120), trial.fills(&ticks, 1), "seed {seed}");
            continue;
        };
        let Some((least, most)) = bar.range() else {
            unknown += u32::from(!trial.poor);
            continue;
        };
        if let Some((worst, best)) = bar.range_alone() {
            assert!(worst <= least && most <= best, "seed {seed}: {bar:?}");
        }
        let happened = ticks.final_equity - ticks.initial_cash;
        assert!(least <= happened && happened <= most, "seed {seed}: {happened} {bar:?}");
        let on_ticks = trial.fills(&ticks, 1);
        if !bar.is_left() {
            assert_eq!(trial.fills(&run, 120), on_ticks, "seed {seed}");
        }
        for f in run.fills.iter().filter(|f| f.certain) {
            let same = |g: &&(usize, OrderId, Price, Quantity)| (g.1, g.2, g.3) == (f.order, f.price, f.quantity);
            assert!(on_ticks.iter().any(|g| same(&g)), "seed {seed}: {f:?}");
        }
    }
    assert!(resolved * 2 > ambiguous && narrowed > 50, "{ambiguous} {resolved} {narrowed}");
    assert!(unknown * 20 < ambiguous, "{unknown} of {ambiguous}");
}
