//! Ambiguous bars replayed on finer data: hand-made tables.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine_core::account::{AccountKind, FeeSchedule};
use engine_core::bars::{BarColumns, BarRef, Bars};
use engine_core::context::Context;
use engine_core::digest::digest;
use engine_core::drill_down::{Drill, Replay};
use engine_core::exchange::{FillRules, PathRule};
use engine_core::feed::Series;
use engine_core::fixed::Rate;
use engine_core::instrument::InstrumentId;
use engine_core::kernel::{RunOptions, run};
use engine_core::order::{NewOrder, OcoId, OrderId, OrderKind, Side, Size, Trail};
use engine_core::record::RunResult;
use engine_core::setup::{Setup, SetupError};
use engine_core::strategy::Strategy;
use engine_core::time::{MINUTE, Timestamp};

use crate::common::{feed, instrument, price, shares};

pub const ID: InstrumentId = InstrumentId(0);

/// Bars one after the other, each so many minutes long, from (open, high, low, close, volume).
fn bars(minutes: i64, rows: &[(f64, f64, f64, f64, Option<f64>)]) -> Bars {
    let start = Timestamp::from_date(2024, 3, 4).nanos();
    let mut c = BarColumns::default();
    for (i, (open, high, low, close, volume)) in rows.iter().enumerate() {
        let from = start + i as i64 * minutes * MINUTE;
        c.push_times(from, from + minutes * MINUTE);
        c.open.push(*open);
        c.high.push(*high);
        c.low.push(*low);
        c.close.push(*close);
        c.volume.extend(volume);
    }
    Bars::new(c).unwrap()
}

fn plain(rows: &[[f64; 4]]) -> Vec<(f64, f64, f64, f64, Option<f64>)> {
    rows.iter().map(|r| (r[0], r[1], r[2], r[3], None)).collect()
}

/// Sends orders at the close of bars that end at given times, whatever their length.
#[derive(Clone)]
pub struct Schedule {
    at: Vec<(i64, Vec<NewOrder>)>,
    /// Groups by the number that the orders name.
    groups: BTreeMap<u32, OcoId>,
    /// At the bars of this instrument; `None`: of any.
    only: Option<InstrumentId>,
}

impl Schedule {
    pub fn new(at: Vec<(i64, Vec<NewOrder>)>) -> Self {
        Self { at, groups: BTreeMap::new(), only: None }
    }
}

impl Strategy for Schedule {
    fn setup(&mut self, _: &mut Setup<'_>) -> Result<(), SetupError> {
        Ok(())
    }
    fn on_bar(&mut self, cx: &mut Context, id: InstrumentId, bar: BarRef<'_>) {
        if self.only.is_some_and(|only| only != id) {
            return;
        }
        for (_, orders) in self.at.iter().filter(|(time, _)| *time == bar.time().nanos()) {
            for order in orders {
                let oco = order.oco.map(|group| *self.groups.entry(group.0).or_insert_with(|| cx.new_group()));
                cx.submit(NewOrder { oco, ..*order });
            }
        }
    }
}

/// Ten-minute bars with five two-minute bars in each.
pub struct Table {
    pub coarse: Vec<(f64, f64, f64, f64, Option<f64>)>,
    pub fine: Vec<(f64, f64, f64, f64, Option<f64>)>,
    pub rules: FillRules,
    pub starts: Vec<bool>,
}

impl Table {
    /// Bar 0 rests at 100, bar 1 is given with its parts.
    pub fn new(bar: [f64; 4], parts: [[f64; 4]; 5]) -> Self {
        let quiet = [100.0, 100.0, 100.0, 100.0];
        Self {
            coarse: plain(&[quiet, bar]),
            fine: plain(&[[quiet; 5], parts].concat()),
            rules: FillRules::default(),
            starts: Vec::new(),
        }
    }

    pub fn then(mut self, bar: [f64; 4], parts: [[f64; 4]; 5]) -> Self {
        self.coarse.extend(plain(&[bar]));
        self.fine.extend(plain(&parts));
        self
    }

    pub fn volumes(mut self, coarse: f64, fine: f64) -> Self {
        self.coarse.iter_mut().for_each(|b| b.4 = Some(coarse));
        self.fine.iter_mut().for_each(|b| b.4 = (fine >= 0.0).then_some(fine));
        self
    }

    pub fn run(&self, orders: &[NewOrder]) -> RunResult {
        self.go(orders, true)
    }

    fn go(&self, orders: &[NewOrder], drilled: bool) -> RunResult {
        let coarse = bars(10, &self.coarse);
        let first = coarse.columns().close_time[0];
        let mut series = Series::daily(instrument("US.A"), coarse);
        series.session_start = Arc::new(self.starts.clone().into());
        series.finer = drilled.then(|| Arc::new(bars(2, &self.fine)));
        let options = RunOptions {
            account: AccountKind::Margin { leverage: Rate::from_f64(10.0).unwrap() },
            fills: self.rules,
            ..RunOptions::default()
        };
        let feed = feed(vec![series]);
        run(&feed, &mut Schedule::new(vec![(first, orders.to_vec())]), &options).unwrap()
    }
}

pub fn order(side: Side, kind: OrderKind) -> NewOrder {
    NewOrder::new(ID, side, Size::Quantity(shares(100)), kind)
}

pub fn child(kind: OrderKind, oco: u32) -> NewOrder {
    let new = NewOrder::new(ID, Side::Sell, Size::AsParent, kind);
    new.child_of(OrderId(0)).oco(OcoId(oco))
}

pub fn stop(at: &str) -> OrderKind {
    OrderKind::Stop { stop: price(at) }
}

pub fn limit(at: &str) -> OrderKind {
    OrderKind::Limit { limit: price(at) }
}

/// A market entry with a stop at 98 and a target at 103.
pub fn bracket() -> [NewOrder; 3] {
    [order(Side::Buy, OrderKind::Market), child(stop("98"), 1), child(limit("103"), 1)]
}

/// "order quantity @ price", with a `?` when it is not certain.
pub fn fills(run: &RunResult) -> Vec<String> {
    let text = |f: &engine_core::record::Fill| {
        format!("{} {} @ {}{}", f.order, f.quantity, f.price, if f.certain { "" } else { "?" })
    };
    run.fills.iter().map(text).collect()
}

pub fn replay(run: &RunResult, bar: usize) -> Replay {
    match run.ambiguous[bar].drill {
        Drill::Replayed(replay) => replay,
        other => panic!("not replayed: {other:?}"),
    }
}

pub const BAR: [f64; 4] = [100.0, 104.0, 97.0, 100.0];
pub const UP_FIRST: [[f64; 4]; 5] = [
    [100.0, 102.0, 100.0, 102.0],
    [102.0, 104.0, 102.0, 103.0],
    [103.0, 103.0, 100.0, 100.0],
    [100.0, 100.0, 97.0, 98.0],
    [98.0, 100.0, 98.0, 100.0],
];
pub const DOWN_FIRST: [[f64; 4]; 5] = [
    [100.0, 101.0, 99.0, 99.0],
    [99.0, 99.0, 97.0, 97.5],
    [97.5, 100.0, 97.5, 100.0],
    [100.0, 104.0, 100.0, 103.5],
    [103.5, 103.5, 100.0, 100.0],
];

#[test]
fn finer_bars_tell_which_of_stop_and_target_came_first() {
    for (parts, exit, pnl) in [(UP_FIRST, "2 100 @ 103", "300"), (DOWN_FIRST, "1 100 @ 98", "-200")] {
        let table = Table::new(BAR, parts);
        let alone = table.go(&bracket(), false);
        assert_eq!(fills(&alone), ["0 100 @ 100", "1 100 @ 98?"]);
        assert_eq!(alone.drill_down, None);
        let run = table.run(&bracket());
        assert_eq!(fills(&run), ["0 100 @ 100", exit]);
        let bar = &run.ambiguous[0];
        assert_eq!((bar.pnl.to_string().as_str(), bar.is_left()), (pnl, false));
        assert_eq!((bar.pnl_worst.to_string(), bar.pnl_best.to_string()), ("-200".into(), "300".into()));
        assert_eq!(bar.range().map(|(a, b)| (a.to_string(), b.to_string())), Some((pnl.into(), pnl.into())));
        let replay = replay(&run, 0);
        assert!(replay.resolved && replay.searched && replay.bars == 5);
        assert_eq!((replay.certain_alone, replay.certain), (1, 2));
        assert_eq!(replay.changed, parts == UP_FIRST);
        assert_eq!(replay.pnl_alone.to_string(), "-200");
        let all = run.drill_down.unwrap();
        assert_eq!((all.ambiguous, all.resolved, all.narrowed, all.unchanged), (1, 1, 0, 0));
        assert_eq!((all.certain_alone, all.pnl_on_left.to_string()), (1, "0".to_owned()));
        assert_eq!(all.pnl_on_ambiguous.to_string(), pnl);
        assert!(run.trades[0].certain);
        // What is told, and when, is as before.
        assert_eq!((run.fills[1].bar, run.fills[1].time), (1, run.ambiguous[0].time));
    }
}

#[test]
fn what_happened_inside_one_finer_bar_stays_ambiguous() {
    // Both levels lie in the second of the finer bars.
    let parts = [
        [100.0, 101.0, 99.0, 100.0],
        [100.0, 104.0, 97.0, 101.0],
        [101.0, 101.0, 100.0, 100.0],
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 100.0, 100.0, 100.0],
    ];
    let run = Table::new(BAR, parts).run(&bracket());
    assert_eq!(fills(&run), ["0 100 @ 100", "1 100 @ 98?"]);
    let (replay, all) = (replay(&run, 0), run.drill_down.unwrap());
    assert!(!replay.resolved && replay.searched && !run.trades[0].certain);
    assert_eq!((all.resolved, all.narrowed, all.unchanged), (0, 0, 1));
    assert_eq!((replay.pnl_worst.to_string(), replay.pnl_best.to_string()), ("-200".into(), "300".into()));
    assert_eq!(all.pnl_on_left.to_string(), "-200");
}

#[test]
fn a_range_is_narrowed_and_its_bounds_hold_over_several_finer_bars() {
    // A limit entry at 99 with stop 98 and target 101: the bar alone may give stop, target
    // or neither. Two of the finer bars are ambiguous; together they leave two outcomes.
    let parts = [
        [100.0, 100.5, 99.5, 100.0],
        [100.0, 100.5, 98.5, 100.0],
        [100.0, 104.0, 97.0, 100.0],
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 100.0, 100.0, 100.0],
    ];
    let orders = [order(Side::Buy, limit("99")), child(stop("98"), 1), child(limit("102"), 1)];
    let run = Table::new(BAR, parts).run(&orders);
    assert_eq!(fills(&run), ["0 100 @ 99", "1 100 @ 98?"]);
    let bar = &run.ambiguous[0];
    assert_eq!((bar.pnl_worst.to_string(), bar.pnl_best.to_string()), ("-100".into(), "300".into()));
    // A trailing stop whose level depends on the path of one part, and fires in another.
    let trail = OrderKind::TrailingStop { trail: Trail::Amount(price("2")) };
    let parts = [
        [100.0, 102.0, 99.0, 101.0],
        [101.0, 103.0, 101.0, 103.0],
        [103.0, 104.0, 101.5, 102.5],
        [102.5, 102.5, 97.0, 98.0],
        [98.0, 100.0, 98.0, 100.0],
    ];
    let run = Table::new(BAR, parts).run(&[order(Side::Buy, OrderKind::Market), child(trail, 1)]);
    let (bar, left) = (&run.ambiguous[0], replay(&run, 0));
    // Alone: from 98 (at once) to 102 (from the top). By the parts: it holds in the first
    // (2 below 102 is 100 and the low may come later: 100 or less), and else it is 102.
    assert_eq!(bar.range_alone().map(|(a, b)| (a.to_string(), b.to_string())), Some(("-200".into(), "200".into())));
    assert_eq!(bar.range().map(|(a, b)| (a.to_string(), b.to_string())), Some(("-100".into(), "200".into())));
    assert!(left.searched && !left.resolved);
    assert_eq!(run.drill_down.unwrap().narrowed, 1);
}

#[test]
fn finer_bars_that_are_absent_or_do_not_add_up_leave_a_bar_as_it_was() {
    let table = |change: &dyn Fn(&mut Table)| {
        let mut table = Table::new(BAR, UP_FIRST);
        change(&mut table);
        let (run, alone) = (table.run(&bracket()), table.go(&bracket(), false));
        assert_eq!(run.fills, alone.fills);
        assert_eq!(digest(&run), digest(&alone));
        let all = run.drill_down.unwrap();
        assert_eq!((all.ambiguous, all.resolved, all.certain_alone), (1, 0, 1));
        (all, run.ambiguous[0].drill)
    };
    let (all, drill) = table(&|t| t.fine.truncate(5));
    assert_eq!((all.without_data, all.first_disagreement, drill), (1, None, Drill::NoData));
    type Change<'a> = &'a dyn Fn(&mut Table);
    let cases: [(&str, Change<'_>, f64, f64); 5] = [
        ("open", &|t| t.fine[5].0 = 100.5, 100.0, 100.5),
        ("high", &|t| t.fine[6].1 = 103.0, 104.0, 103.0),
        ("low", &|t| t.fine[8].2 = 96.99, 97.0, 96.99),
        ("close", &|t| t.fine[9].3 = 99.0, 100.0, 99.0),
        ("low", &|t| t.fine.truncate(8), 97.0, 100.0),
    ];
    for (field, change, bar, finer) in cases {
        let (all, drill) = table(change);
        let found = all.first_disagreement.unwrap();
        assert_eq!((found.field, found.bar, found.finer), (field, bar, finer));
        assert_eq!(
            (all.disagreeing, drill, found.time),
            (1, Drill::Disagrees, Timestamp::from_date(2024, 3, 4) + 20 * MINUTE)
        );
    }
    let (all, _) = table(&|t| *t = Table::new(BAR, UP_FIRST).volumes(1_000.0, 201.0));
    let found = all.first_disagreement.unwrap();
    assert_eq!((found.field, found.bar, found.finer), ("volume", 1_000.0, 1_005.0));
    // Less volume than the bar has is no contradiction: not every trade is in every feed.
    let run = Table::new(BAR, UP_FIRST).volumes(1_000.0, 100.0).run(&bracket());
    assert_eq!(run.drill_down.unwrap().resolved, 1);
}

#[test]
fn a_finer_bar_that_reaches_over_an_end_is_no_part_of_the_bar() {
    let mut series = Series::daily(instrument("US.A"), bars(10, &plain(&[[100.0; 4], BAR])));
    let first = series.bars.columns().close_time[0];
    // Four-minute bars: the third reaches from the first bar into the second.
    let rows = [[100.0; 4], [100.0; 4], [100.0; 4], BAR, [100.0; 4]];
    series.finer = Some(Arc::new(bars(4, &plain(&rows))));
    let feed = feed(vec![series]);
    let run = run(&feed, &mut Schedule::new(vec![(first, bracket().to_vec())]), &RunOptions::default()).unwrap();
    let found = run.drill_down.unwrap().first_disagreement.unwrap();
    let day = Timestamp::from_date(2024, 3, 4).nanos() as f64 / 1e9;
    assert_eq!((found.field, found.bar, found.finer), ("times", day + 600.0, day + 480.0));
}

#[test]
fn finer_bars_that_did_not_trade_are_passed_over() {
    let mut table = Table::new(BAR, UP_FIRST).volumes(1_000.0, 100.0);
    // A stale price outside of the bar.
    table.fine.insert(7, (90.0, 90.0, 90.0, 90.0, Some(0.0)));
    table.coarse.push((100.0, 100.0, 100.0, 100.0, Some(1.0)));
    let coarse: Vec<_> = table.coarse.clone();
    let mut series = Series::daily(instrument("US.A"), bars(12, &coarse));
    let mut fine = table.fine.clone();
    fine.insert(0, (100.0, 100.0, 100.0, 100.0, Some(0.0)));
    series.finer = Some(Arc::new(bars(2, &fine)));
    let first = series.bars.columns().close_time[0];
    let feed = feed(vec![series]);
    let run = run(&feed, &mut Schedule::new(vec![(first, bracket().to_vec())]), &RunOptions::default()).unwrap();
    assert_eq!(fills(&run), ["0 100 @ 100", "2 100 @ 103"]);
    assert_eq!(replay(&run, 0).bars, 5);
    // A bar that was made with the stale price is taken for what traded.
    table.coarse[1].2 = 90.0;
    table.coarse.truncate(2);
    table.fine.truncate(10);
    table.fine[7] = (90.0, 90.0, 90.0, 90.0, Some(0.0));
    table.fine[8] = (103.0, 103.0, 97.0, 98.0, Some(100.0));
    table.fine[9] = (98.0, 100.0, 98.0, 100.0, Some(100.0));
    let run = table.run(&bracket());
    assert_eq!((fills(&run)[1].as_str(), replay(&run, 0).bars), ("2 100 @ 103", 4));
}

#[test]
fn the_bars_themselves_as_finer_bars_change_nothing() {
    for seed in 0..40 {
        let rows = crate::common::walk(300, seed + 900);
        let path = [PathRule::NearFirst, PathRule::HighFirst, PathRule::Pessimistic, PathRule::Optimistic];
        let options = RunOptions {
            account: AccountKind::Margin { leverage: Rate::from_f64(2.0).unwrap() },
            fees: FeeSchedule::Rate(Rate::from_f64(0.001).unwrap()),
            fills: FillRules {
                path: path[seed as usize % 4],
                participation: seed.is_multiple_of(3).then(|| Rate::from_f64(0.02).unwrap()),
                ..FillRules::default()
            },
            ..RunOptions::default()
        };
        let go = |finer: bool, per_bar: bool| {
            let mut series = Series::daily(instrument("US.A"), rows.clone());
            series.finer = finer.then(|| series.bars.clone());
            let feed = feed(vec![series]);
            let options = RunOptions { per_bar, ..options.clone() };
            run(&feed, &mut crate::strategies::Chaos::new(seed, true), &options).unwrap()
        };
        let (with, without) = (go(true, false), go(false, false));
        assert_eq!(digest(&with), digest(&without), "seed {seed}");
        assert_eq!(with.trades, without.trades, "seed {seed}");
        assert_eq!(with, go(true, true), "seed {seed}");
        let all = with.drill_down.unwrap();
        assert_eq!(all.ambiguous as usize, without.ambiguous.len(), "seed {seed}");
        assert_eq!((all.resolved, all.narrowed, all.changed, all.outside), (0, 0, 0, 0), "seed {seed}");
        for (a, b) in with.ambiguous.iter().zip(&without.ambiguous) {
            assert_eq!((a.range(), a.range_alone(), a.pnl), (b.range(), b.range_alone(), b.pnl), "seed {seed}");
        }
    }
}

#[test]
fn instruments_without_finer_data_are_as_before_beside_one_that_has_it() {
    let series = |symbol: &str, finer: bool| {
        let mut series = Series::daily(instrument(symbol), bars(10, &plain(&[[100.0; 4], BAR])));
        let fine = bars(2, &plain(&[[[100.0; 4]; 5], UP_FIRST].concat()));
        series.finer = finer.then(|| Arc::new(fine));
        series
    };
    let both = feed(vec![series("US.B", true), series("US.A", false)]);
    let of = |id: u32, first: u32| {
        bracket().map(|mut new| {
            (new.instrument, new.oco) = (InstrumentId(id), new.oco.map(|_| OcoId(id)));
            new.parent = new.parent.map(|_| OrderId(first));
            new
        })
    };
    let orders = [of(0, 0), of(1, 3)].concat();
    let first = both.series()[0].bars.columns().close_time[0];
    let account = AccountKind::Margin { leverage: Rate::from_f64(10.0).unwrap() };
    let options = RunOptions { account, ..RunOptions::default() };
    // Once: the bars of both instruments close at the same time.
    let mut schedule = Schedule::new(vec![(first, orders)]);
    schedule.only = Some(InstrumentId(0));
    let run = run(&both, &mut schedule, &options).unwrap();
    assert_eq!(fills(&run), ["0 100 @ 100", "1 100 @ 98?", "3 100 @ 100", "5 100 @ 103"]);
    assert_eq!(run.ambiguous[0].drill, Drill::Off);
    let all = run.drill_down.unwrap();
    assert_eq!((all.ambiguous, all.resolved, all.pnl_on_left.to_string()), (2, 1, "-200".to_owned()));
}
