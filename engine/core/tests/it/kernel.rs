//! The invariants of a run: no look-ahead, determinism, a ledger that balances,
//! quiet runs that do not show, corporate actions that leave equity alone.

use engine_core::account::{AccountKind, FeeSchedule};
use engine_core::actions::{ActionKind, CorporateAction};
use engine_core::bars::BarRef;
use engine_core::context::Context;
use engine_core::digest::digest;
use engine_core::exchange::{FillRules, LimitGap, MarketFill, PathRule, Slippage};
use engine_core::feed::Series;
use engine_core::fixed::{Money, Rate};
use engine_core::instrument::InstrumentId;
use engine_core::kernel::{RunError, RunOptions, run};
use engine_core::ledger::{LedgerAccount, postings};
use engine_core::order::{NewOrder, OrderId, OrderKind, OrderState, Reason, Side, Size, TimeInForce};
use engine_core::record::{Fill, RunResult};
use engine_core::setup::{Setup, SetupError};
use engine_core::strategy::Strategy;
use engine_core::time::HOUR;

use crate::common::{daily, feed, instrument, one, price, shares, walk};
use crate::strategies::{Chaos, Idle, Script};

fn options(seed: u64) -> RunOptions {
    let paths = [PathRule::NearFirst, PathRule::HighFirst, PathRule::Pessimistic, PathRule::Optimistic];
    RunOptions {
        account: if seed.is_multiple_of(3) {
            AccountKind::Margin { leverage: Rate::from_f64(2.0).unwrap() }
        } else {
            AccountKind::Cash
        },
        fees: FeeSchedule::Rate(Rate::from_f64(0.001).unwrap()),
        fills: FillRules {
            path: paths[seed as usize % 4],
            slippage: if seed.is_multiple_of(2) { Slippage::None } else { Slippage::Amount(price("0.02")) },
            participation: seed.is_multiple_of(5).then(|| Rate::from_f64(0.02).unwrap()),
            ..FillRules::default()
        },
        ..RunOptions::default()
    }
}

fn chaos(seed: u64, timers: bool, per_bar: bool) -> (RunResult, Vec<String>) {
    let mut strategy = Chaos::new(seed, timers);
    let feed = one(walk(400, seed * 7 + 1));
    let result = run(&feed, &mut strategy, &RunOptions { per_bar, ..options(seed) }).unwrap();
    (result, strategy.seen)
}

#[test]
fn quiet_runs_do_not_show() {
    for seed in 0..60 {
        let (slow, slow_seen) = chaos(seed, seed.is_multiple_of(2), true);
        let (fast, fast_seen) = chaos(seed, seed.is_multiple_of(2), false);
        assert_eq!(slow_seen, fast_seen, "seed {seed}");
        assert_eq!(slow, fast, "seed {seed}");
        assert!(seed != 1 || slow.fills.len() > 20, "the strategy must trade: {} fills", slow.fills.len());
    }
}

#[test]
fn what_comes_later_changes_nothing_that_came_before() {
    for seed in 0..20 {
        let bars = walk(300, seed + 100);
        let cut = 150 + seed as usize;
        let short = bars.slice(0, cut);
        let end = short.row(cut - 1).time();
        let go = |bars| run(&one(bars), &mut Chaos::new(seed, true), &options(seed)).unwrap();
        let (all, part) = (go(bars.clone()), go(short));
        let before: Vec<_> = all.fills.iter().filter(|f| f.time <= end).collect();
        assert_eq!(before, part.fills.iter().collect::<Vec<_>>(), "seed {seed}");
        assert_eq!(all.equity[..cut], part.equity[..], "seed {seed}");
    }
}

#[test]
fn an_order_never_fills_on_the_bar_it_was_decided_on() {
    for seed in 0..20 {
        let (result, _) = chaos(seed, true, false);
        let feed = one(walk(400, seed * 7 + 1));
        for fill in &result.fills {
            let open = feed.series()[0].bars.row(fill.bar as usize).open_time();
            assert!(result.orders[fill.order.index()].submitted <= open, "seed {seed}: {fill:?}");
        }
    }
}

#[test]
fn the_ledger_balances_and_carries_the_equity() {
    for seed in 0..40 {
        let (result, _) = chaos(seed, true, false);
        let mut cash = Money::ZERO;
        for entry in result.entries() {
            let lines = postings(&entry, &result.fills);
            assert_eq!(lines.iter().map(|p| p.amount).sum::<Money>(), Money::ZERO, "seed {seed}: {entry:?}");
            cash += lines.iter().filter(|p| p.account == LedgerAccount::Cash).map(|p| p.amount).sum();
        }
        assert_eq!(cash, result.final_cash, "seed {seed}");
        let closed: Money = result.trades.iter().map(|t| t.pnl).sum();
        let open: Money = result.open_trades.iter().map(|t| t.pnl).sum();
        assert_eq!(result.initial_cash + closed + open, result.final_equity, "seed {seed}");
        let last = *result.equity.last().unwrap();
        assert!((last - result.final_equity.to_f64()).abs() < 1e-6, "seed {seed}");
        assert_eq!(result.cash_column().last().copied(), Some(result.final_cash.to_f64()), "seed {seed}");
        if !seed.is_multiple_of(3) {
            assert!(result.cash_column().iter().all(|c| *c >= 0.0), "seed {seed}: a cash account went below zero");
        }
    }
}

#[test]
fn the_same_run_gives_the_same_digest_and_another_gives_another() {
    let (a, b, c) = (chaos(4, true, false).0, chaos(4, true, false).0, chaos(5, true, false).0);
    assert_eq!(digest(&a), digest(&b));
    assert_ne!(digest(&a), digest(&c));
}

#[test]
fn the_order_of_series_does_not_matter() {
    let series = |symbol: &str, seed| Series::daily(instrument(symbol), walk(200, seed));
    let go = |list: Vec<Series>| run(&feed(list), &mut Chaos::new(9, true), &options(1)).unwrap();
    let forward = go(vec![series("US.A", 1), series("US.B", 2), series("HK.1", 3)]);
    let backward = go(vec![series("HK.1", 3), series("US.B", 2), series("US.A", 1)]);
    assert_eq!(forward, backward);
    assert!(forward.fills.iter().any(|f| f.instrument == InstrumentId(2)));
}

#[test]
fn a_split_and_a_dividend_leave_equity_unchanged_at_the_open() {
    // 10 shares bought at 100; then 2 for 1, the price halves; then 1.00 a share in cash.
    let bars = daily(&[
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 100.0, 100.0, 100.0],
        [50.0, 50.0, 50.0, 50.0],
        [49.0, 49.0, 49.0, 49.0],
        [49.0, 60.0, 49.0, 60.0],
    ]);
    let ex = |row: usize| bars.row(row).open_time() + (-HOUR);
    let actions = vec![
        CorporateAction { ex_time: ex(2), kind: ActionKind::Split { to: 2, from: 1 } },
        CorporateAction { ex_time: ex(3), kind: ActionKind::CashDividend { per_share: price("1") } },
    ];
    let series = Series { actions, ..Series::daily(instrument("US.A"), bars.clone()) };
    let id = InstrumentId(0);
    let steps = vec![
        (0, NewOrder::market(id, Side::Buy, Size::Quantity(shares(10)))),
        // Before the split: 10 shares at 120; after it: 20 shares at 60.
        (1, NewOrder::limit(id, Side::Sell, Size::Quantity(shares(10)), price("120"))),
    ];
    let result = run(&feed(vec![series.clone()]), &mut Script { steps }, &RunOptions::default()).unwrap();
    assert_eq!(result.equity, [100_000.0, 100_000.0, 100_000.0, 100_000.0, 100_220.0]);
    let sale = result.fills.last().unwrap();
    assert_eq!((sale.price, sale.quantity, sale.bar), (price("60"), shares(20), 4));
    assert_eq!(result.trades[0].dividends, Money::from_whole(20));
    assert_eq!(result.trades[0].pnl, Money::from_whole(220));
    let factor = series.adjustment().unwrap();
    assert_eq!(factor[..3], [1.0, 1.0, 2.0]);
    assert!((factor[3] * 49.0 - 100.0).abs() < 1e-9);
}

#[test]
fn a_fill_tells_what_slippage_cost() {
    let bars = daily(&[
        [10.0, 10.0, 10.0, 10.0],
        [10.0, 12.0, 9.0, 10.0],
        [10.0, 12.0, 9.0, 10.0],
        [10.0, 12.0, 9.0, 10.0],
        [10.0, 12.0, 9.0, 10.0],
    ]);
    let id = InstrumentId(0);
    let ten = Size::Quantity(shares(10));
    let steps = vec![
        (0, NewOrder::market(id, Side::Buy, ten)),
        (1, NewOrder::limit(id, Side::Sell, ten, price("11.5"))),
        (2, NewOrder::stop(id, Side::Buy, ten, price("11"))),
        (3, NewOrder::market(id, Side::Sell, ten)),
    ];
    let fills = FillRules { slippage: Slippage::Amount(price("0.02")), ..FillRules::default() };
    let result = run(&one(bars), &mut Script { steps }, &RunOptions { fills, ..RunOptions::default() }).unwrap();
    let cost = |text: &str| text.parse::<Money>().unwrap();
    // Market and stop fills slip, on both sides; a limit does not.
    let told: Vec<_> = result.fills.iter().map(|f| (f.price, result.slippage_of(f))).collect();
    assert_eq!(
        told,
        [
            (price("10.02"), cost("0.2")),
            (price("11.5"), Money::ZERO),
            (price("11.02"), cost("0.2")),
            (price("9.98"), cost("0.2"))
        ]
    );
    assert_eq!(result.slippage(), cost("0.6"));
}

#[test]
fn same_close_fills_at_the_decision_price_and_says_so() {
    let bars = daily(&[[10.0, 11.0, 9.0, 10.5], [12.0, 13.0, 11.0, 12.5], [13.0, 14.0, 12.0, 13.5]]);
    let id = InstrumentId(0);
    let steps =
        vec![(0, NewOrder::market(id, Side::Buy, Size::AllIn)), (1, NewOrder::market(id, Side::Sell, Size::AllIn))];
    let fills = FillRules { market: MarketFill::SameClose, ..FillRules::default() };
    let options = RunOptions { fills, ..RunOptions::default() };
    let result = run(&one(bars.clone()), &mut Script { steps: steps.clone() }, &options).unwrap();
    assert!(result.same_close);
    let got: Vec<_> = result.fills.iter().map(|f| (f.bar, f.price)).collect();
    assert_eq!(got, [(0, price("10.5")), (1, price("12.5"))]);
    let cap = FillRules { participation: Some(Rate::from_f64(0.1).unwrap()), ..fills };
    let refused = run(&one(bars), &mut Script { steps }, &RunOptions { fills: cap, ..RunOptions::default() });
    assert_eq!(refused, Err(RunError::SameCloseCap));
}

#[test]
fn the_gate_and_the_account_refuse_with_a_reason() {
    let bars = daily(&[[10.0, 10.0, 10.0, 10.0], [10.0, 10.0, 10.0, 10.0], [10.0, 10.0, 10.0, 10.0]]);
    let id = InstrumentId(0);
    let buy = |size| NewOrder::market(id, Side::Buy, size);
    let steps = vec![
        (0, buy(Size::Quantity(shares(0)))),
        (0, buy(Size::Quantity("1.5".parse().unwrap()))),
        (0, buy(Size::Quantity(shares(10_001)))),
        (0, NewOrder::market(id, Side::Sell, Size::Quantity(shares(1)))),
        (0, NewOrder::market(InstrumentId(7), Side::Buy, Size::AllIn)),
        (0, NewOrder::limit(id, Side::Buy, Size::AllIn, price("0"))),
        (0, buy(Size::AsParent)),
        (0, NewOrder { shrink_to_fit: true, ..buy(Size::Quantity(shares(10_001))) }),
    ];
    let result = run(&one(bars), &mut Script { steps }, &RunOptions::default()).unwrap();
    let reasons: Vec<_> = result.orders.iter().map(|o| (o.state, o.reason)).collect();
    use OrderState::{Filled, Rejected};
    assert_eq!(
        reasons,
        [
            (Rejected, Reason::BadQuantity),
            (Rejected, Reason::BadQuantity),
            (Rejected, Reason::InsufficientCash),
            (Rejected, Reason::InsufficientPosition),
            (Rejected, Reason::NotTradable),
            (Rejected, Reason::BadPrice),
            (Rejected, Reason::BadLink),
            (Filled, Reason::None),
        ]
    );
    assert_eq!(result.fills[0].quantity, shares(10_000));
}

#[test]
fn a_bar_in_progress_does_not_fill_an_order_that_arrives_inside_it() {
    // A's bars close at 12:00, while B's day runs from 10:00 to 16:00.
    let b = daily(&[[20.0, 21.0, 19.0, 20.0], [30.0, 31.0, 29.0, 30.0], [40.0, 41.0, 39.0, 40.0]]);
    let mut columns = b.columns().clone();
    columns.close_time.iter_mut().for_each(|t| *t -= 4 * HOUR);
    let a = engine_core::bars::Bars::new(columns).unwrap();
    let steps = vec![(1, NewOrder::market(InstrumentId(1), Side::Buy, Size::Quantity(shares(1))))];
    let series = vec![Series::daily(instrument("US.A"), a), Series::daily(instrument("US.B"), b)];
    let result = run(&feed(series), &mut Script { steps }, &RunOptions::default()).unwrap();
    // Sent at noon of day 1: day 1 of B is in progress, so day 2 fills it.
    assert_eq!(result.fills.len(), 1);
    assert_eq!((result.fills[0].bar, result.fills[0].price), (2, price("40")));
}

#[test]
fn begin_keeps_earlier_bars_for_indicators_only() {
    let bars = walk(50, 3);
    let begin = bars.row(20).time();
    let options = RunOptions { begin, ..RunOptions::default() };
    let mut strategy = Chaos::new(2, false);
    let result = run(&one(bars), &mut strategy, &options).unwrap();
    assert_eq!((result.bars, result.times.len(), result.times[0]), (30, 30, begin.nanos()));
    assert!(!strategy.seen[0].contains("NaN"), "the average must be warm: {}", strategy.seen[0]);
}

#[test]
fn idle_bars_allocate_nothing_once_warm() {
    let count = |rows| {
        let feed = one(walk(rows, 5));
        allocation_counter::measure(|| {
            run(&feed, &mut Idle, &RunOptions::default()).unwrap();
        })
        .count_total
    };
    assert_eq!(count(1_000), count(50_000), "allocations must not grow with bars");
}

#[test]
fn a_margin_account_goes_short_within_its_leverage() {
    let bars = daily(&[[10.0, 10.0, 10.0, 10.0], [10.0, 10.0, 10.0, 10.0], [8.0, 8.0, 8.0, 8.0], [8.0, 8.0, 8.0, 8.0]]);
    let id = InstrumentId(0);
    let sell = |n| NewOrder::market(id, Side::Sell, Size::Quantity(shares(n)));
    let steps = vec![
        (0, sell(20_001)),
        (0, sell(20_000)),
        (2, NewOrder::market(id, Side::Buy, Size::Quantity(shares(20_000)))),
    ];
    let account = AccountKind::Margin { leverage: Rate::from_f64(2.0).unwrap() };
    let result = run(&one(bars), &mut Script { steps }, &RunOptions { account, ..RunOptions::default() }).unwrap();
    assert_eq!(result.orders[0].reason, Reason::InsufficientCash);
    assert_eq!(result.trades[0].side, Side::Sell);
    assert_eq!(result.trades[0].pnl, Money::from_whole(40_000));
    assert_eq!(result.equity, [100_000.0, 100_000.0, 140_000.0, 140_000.0]);
}

#[test]
fn plain_market_orders_fill_at_the_open_as_they_do_through_the_book() {
    // A day order goes through the book, a plain one does not: on daily bars both live for one bar.
    let id = InstrumentId(0);
    let go = |tif: TimeInForce| {
        let sizes = [Size::Quantity(shares(300)), Size::AllIn, Size::Quantity(shares(999_999))];
        let steps = (0..90).map(|row| {
            let side = if row % 2 == 0 { Side::Buy } else { Side::Sell };
            let order = NewOrder { shrink_to_fit: row % 5 == 0, ..NewOrder::market(id, side, sizes[row % 3]) };
            (row, order.tif(tif))
        });
        run(&one(daily(&rising(100))), &mut Script { steps: steps.collect() }, &options(2)).unwrap()
    };
    let (direct, book) = (go(TimeInForce::Gtc), go(TimeInForce::Day));
    assert_eq!(direct.fills, book.fills);
    assert_eq!(direct.trades, book.trades);
    assert_eq!(direct.equity, book.equity);
    let ends = |r: &RunResult| r.orders.iter().map(|o| (o.state, o.reason, o.quantity)).collect::<Vec<_>>();
    assert_eq!(ends(&direct), ends(&book));
    assert!(direct.fills.len() > 20 && direct.orders.iter().any(|o| o.state == OrderState::Rejected));
}

fn rising(rows: usize) -> Vec<[f64; 4]> {
    (0..rows).map(|i| 50.0 + (i % 17) as f64).map(|p| [p, p + 1.0, p - 1.0, p + 0.5]).collect()
}

#[test]
fn who_wants_no_notices_gets_none_and_the_same_run() {
    struct Counter {
        script: Script,
        wanted: bool,
        told: usize,
    }
    impl Strategy for Counter {
        fn setup(&mut self, setup: &mut Setup<'_>) -> Result<(), SetupError> {
            if !self.wanted {
                setup.without_notices();
            }
            Ok(())
        }
        fn on_bar(&mut self, cx: &mut Context, id: InstrumentId, bar: BarRef<'_>) {
            self.script.on_bar(cx, id, bar);
        }
        fn on_fill(&mut self, _: &mut Context, _: &Fill) {
            self.told += 1;
        }
        fn on_order(&mut self, _: &mut Context, _: OrderId) {
            self.told += 1;
        }
    }
    let go = |wanted: bool| {
        let sides = [Side::Buy, Side::Sell];
        let steps = (0..40).map(|row| {
            (row, NewOrder::market(InstrumentId(0), sides[row % 2], Size::Quantity(shares(10 + row as i64))))
        });
        let mut strategy = Counter { script: Script { steps: steps.collect() }, wanted, told: 0 };
        let result = run(&one(daily(&rising(50))), &mut strategy, &options(2)).unwrap();
        (result, strategy.told)
    };
    let ((loud, told), (silent, untold)) = (go(true), go(false));
    assert_eq!(loud, silent);
    assert!(told > loud.fills.len() && untold == 0, "{told} {untold}");
}

#[test]
fn a_limit_that_did_not_rest_gets_the_open_after_quiet_bars_too() {
    let rows = [
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 100.0, 100.0, 100.0],
        [100.0, 100.0, 100.0, 100.0],
        [98.0, 98.5, 97.5, 98.0],
    ];
    let options =
        RunOptions { fills: FillRules { limit_gap: LimitGap::Limit, ..FillRules::default() }, ..RunOptions::default() };
    for (sent, expected) in [(2, "98"), (1, "99")] {
        let new = NewOrder::new(
            InstrumentId(0),
            Side::Buy,
            Size::Quantity(shares(10)),
            OrderKind::Limit { limit: price("99") },
        );
        let result = run(&one(daily(&rows)), &mut Script { steps: vec![(sent, new)] }, &options).unwrap();
        assert_eq!(result.fills[0].price, price(expected), "sent after bar {sent}");
    }
}
