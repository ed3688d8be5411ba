//! Invariants of runs with a fee table, price limits, T+1, costs of holding, dividends and
//! changing terms, on walks that reach their limits often.

use std::collections::BTreeMap;

use engine_core::account::AccountKind;
use engine_core::actions::{ActionKind, CorporateAction};
use engine_core::bars::Bars;
use engine_core::date::Date;
use engine_core::digest::digest;
use engine_core::exchange::{FillRules, LimitFill, LimitGap, MarketFill, PathRule, Slippage};
use engine_core::feed::Series;
use engine_core::fees::{FeeBasis, FeeItem, FeeSide, FeeSpec, Rounding};
use engine_core::fixed::{Money, Price, Quantity};
use engine_core::instrument::Instrument;
use engine_core::kernel::{RunOptions, run};
use engine_core::ledger::{LedgerAccount, postings};
use engine_core::order::Side;
use engine_core::record::RunResult;
use engine_core::rules::{CarryBase, Dated, Settlement};

use crate::common::{Random, feed, price, shares};
use crate::strategies::Chaos;
use crate::venue::{Tape, amount, carry, date, margin, per_order, rate, rules, schedule, share, with_rules};

const BARS: usize = 3;

/// Three bars a day of a walk in cents that is cut off at 2 % from the close before.
fn limited_walk(days: usize, seed: u64) -> Tape {
    let mut random = Random(seed);
    let mut tape = Tape::new();
    let mut day = date("2024-01-01");
    let mut last = 10_000_i64;
    for _ in 0..days {
        let (down, up) = bounds(last);
        let mut bars = Vec::new();
        for _ in 0..BARS {
            let mut step = |width: i64, from: i64| {
                let moved = from + random.below(2 * width as u64 + 1) as i64 - width;
                moved.clamp(down, up)
            };
            let open = step(40, last);
            let close = step(150, open);
            let (high, low) = (step(60, open.max(close)), step(60, open.min(close)));
            let (high, low) = (high.max(open).max(close), low.min(open).min(close));
            bars.push([open, high, low, close].map(|cents| cents as f64 / 100.0));
            last = close;
        }
        tape.push(day, &bars);
        day = day.plus(if random.chance(20) { 3 } else { 1 });
    }
    tape
}

/// 2 % from a close in cents, halves up.
fn bounds(close: i64) -> (i64, i64) {
    ((close * 98 + 50) / 100, (close * 102 + 50) / 100)
}

fn series(seed: u64, bars: Option<Bars>) -> Series {
    let tape = limited_walk(120, seed * 11 + 5);
    let lots = |lot: i64, minimum: i64| Instrument {
        lot: shares(lot),
        lot_minimum: shares(minimum),
        odd_lot_sales: true,
        ..share("SH.600000")
    };
    let first = if seed.is_multiple_of(2) { lots(1, 0) } else { lots(1, 20) };
    let changed = (date("2024-02-20").begin(8), lots(if seed.is_multiple_of(4) { 10 } else { 1 }, 0));
    let mut series = Series { changes: vec![changed], ..tape.series(first) };
    if seed.is_multiple_of(5) {
        let per_share = price("0.05");
        let ex_time = date("2024-03-01").begin(8);
        series.actions = vec![CorporateAction { ex_time, kind: ActionKind::CashDividend { per_share } }];
    }
    if let Some(bars) = bars {
        let starts = series.session_start.slice(0, bars.len());
        series = Series { bars: bars.into(), session_start: starts.into(), ..series };
    }
    with_rules(series, rules(0.02, Settlement::NextSession))
}

fn options(seed: u64) -> RunOptions {
    let cash = !seed.is_multiple_of(3);
    let commission = per_order(FeeItem::new("commission", FeeBasis::Rate(rate(0.001))), "5");
    let duty = FeeItem {
        side: FeeSide::Sell,
        rounding: Rounding::Up(amount("1")),
        ..FeeItem::new("duty", FeeBasis::Rate(rate(0.001)))
    };
    let mut spec = FeeSpec {
        items: vec![commission, duty],
        carry: vec![carry("interest", CarryBase::Debit, 0.08), carry("borrow", CarryBase::Short, 0.03)],
        dividend_tax: Dated::always(rate(0.1)),
        ..FeeSpec::named("chaos")
    };
    if !cash {
        // A cash account has no other way to end below zero.
        spec.carry.push(carry("custody", CarryBase::Long, 0.01));
    }
    let paths = [PathRule::NearFirst, PathRule::LowFirst, PathRule::Pessimistic, PathRule::Optimistic];
    RunOptions {
        account: if cash { AccountKind::Cash } else { margin(2.0) },
        fees: schedule(spec),
        fills: FillRules {
            market: if seed.is_multiple_of(7) { MarketFill::SameClose } else { MarketFill::NextOpen },
            path: paths[seed as usize % 4],
            limit_fill: if seed.is_multiple_of(6) { LimitFill::Through } else { LimitFill::Touch },
            limit_gap: if seed.is_multiple_of(2) { LimitGap::Limit } else { LimitGap::Open },
            slippage: if seed.is_multiple_of(2) { Slippage::None } else { Slippage::Amount(price("0.3")) },
            ..FillRules::default()
        },
        ..RunOptions::default()
    }
}

fn chaos(seed: u64, per_bar: bool) -> (RunResult, Vec<String>) {
    let mut strategy = Chaos::new(seed + 500, seed.is_multiple_of(2));
    let result = run(&feed(vec![series(seed, None)]), &mut strategy, &RunOptions { per_bar, ..options(seed) });
    (result.unwrap(), strategy.seen)
}

#[test]
fn quiet_runs_and_repetition_do_not_show() {
    let (mut trades, mut refused) = (0, 0);
    for seed in 0..60 {
        let (slow, fast) = (chaos(seed, true), chaos(seed, false));
        assert_eq!(slow, fast, "seed {seed}");
        assert_eq!(digest(&fast.0), digest(&chaos(seed, false).0), "seed {seed}");
        trades += slow.0.fills.len();
        refused += slow.0.orders.iter().filter(|o| o.reason.text() == "price limit").count();
    }
    assert!(trades > 1_000 && refused > 100, "{trades} {refused}");
}

#[test]
fn what_comes_later_changes_nothing_that_came_before() {
    for seed in 0..30 {
        let all_bars = series(seed, None).bars;
        // At the end of a day: a session that goes on is known from its flags.
        let cut = (40 + seed as usize) * BARS;
        let part_bars = all_bars.slice(0, cut);
        let end = part_bars.row(cut - 1).time();
        let go = |bars| run(&feed(vec![series(seed, bars)]), &mut Chaos::new(seed, true), &options(seed)).unwrap();
        let (all, part) = (go(None), go(Some(part_bars)));
        let before: Vec<_> = all.fills.iter().filter(|f| f.time <= end).collect();
        assert_eq!(before, part.fills.iter().collect::<Vec<_>>(), "seed {seed}");
        assert_eq!(all.equity[..cut], part.equity[..], "seed {seed}");
    }
}

#[test]
fn several_venues_in_one_account_balance_and_do_not_depend_on_their_order() {
    for seed in 0..20 {
        let walk = |symbol: &str, seed: u64| {
            let mut other = series(seed, None);
            other.instrument.symbol = share(symbol).symbol;
            other.changes.clear();
            other
        };
        let free = |symbol: &str, seed| Series { rules: None, ..walk(symbol, seed) };
        let list = vec![series(seed, None), free("HK.00001", seed + 3), walk("SZ.000001", seed + 9)];
        let go = |list| run(&feed(list), &mut Chaos::new(seed, true), &options(seed)).unwrap();
        let forward = go(list.clone());
        let backward = go(list.into_iter().rev().collect());
        assert_eq!(forward, backward, "seed {seed}");
        let lines = forward.entries().flat_map(|entry| postings(&entry, &forward.fills));
        let cash: Money = lines.filter(|p| p.account == LedgerAccount::Cash).map(|p| p.amount).sum();
        assert_eq!(cash, forward.final_cash, "seed {seed}");
        let pnl: Money = forward.trades.iter().chain(&forward.open_trades).map(|t| t.pnl).sum();
        assert_eq!(forward.initial_cash + pnl - forward.carry(), forward.final_equity, "seed {seed}");
        assert!(seed.is_multiple_of(3) || forward.cash_column().iter().all(|cash| *cash >= 0.0), "seed {seed}");
    }
}

fn date_of(result: &RunResult, i: usize) -> Date {
    Date::at(result.fills[i].time, 8)
}

#[test]
fn every_fill_keeps_the_limits_and_the_settlement() {
    for seed in 0..60 {
        let (result, _) = chaos(seed, false);
        let series = series(seed, None);
        let closes = &series.bars.columns().close;
        let (mut held, mut today, mut locked) = (Quantity::ZERO, Date::MIN, Quantity::ZERO);
        for (i, fill) in result.fills.iter().enumerate() {
            if date_of(&result, i) != today {
                (today, locked) = (date_of(&result, i), Quantity::ZERO);
            }
            let day = fill.bar as usize / BARS;
            let dividend = !series.actions.is_empty() && today == first_date(&series, "2024-03-01");
            if day > 0 {
                let close = (closes[day * BARS - 1] * 100.0).round() as i64 - if dividend { 5 } else { 0 };
                let (down, up) = bounds(close);
                let cents = |cents: i64| Price::from_units(cents * 1_000_000);
                let before_slip = fill.price - Price::from_units(fill.slippage.units() * fill.side.sign());
                assert!(fill.price >= cents(down) && fill.price <= cents(up), "seed {seed}: {fill:?}, {down} to {up}");
                match fill.side {
                    // `LimitGap::Limit`: worse than the open on purpose.
                    _ if fill.outside_bar && fill.slippage == Price::ZERO => {}
                    Side::Buy => assert!(before_slip < cents(up), "seed {seed}: {fill:?} at {up}"),
                    Side::Sell => assert!(before_slip > cents(down), "seed {seed}: {fill:?} at {down}"),
                }
            }
            if fill.side == Side::Sell {
                let free = held - locked;
                assert!(fill.quantity <= free || locked.is_zero() || held <= Quantity::ZERO, "seed {seed}: {fill:?}");
                held -= fill.quantity;
            } else {
                held += fill.quantity;
                locked += fill.quantity;
            }
            locked = locked.min(held.max(Quantity::ZERO));
        }
    }
}

/// The first date of the data that is not before a date.
fn first_date(series: &Series, from: &str) -> Date {
    let times = series.bars.columns().close_time.iter();
    let mut dates = times.map(|t| Date::at(engine_core::time::Timestamp::from_nanos(*t), 8));
    dates.find(|d| *d >= date(from)).unwrap()
}

#[test]
fn fees_add_up_per_order_and_day_and_the_ledger_carries_the_equity() {
    for seed in 0..60 {
        let (result, _) = chaos(seed, false);
        let mut paid: BTreeMap<_, (Money, Money, Money)> = BTreeMap::new();
        for (i, fill) in result.fills.iter().enumerate() {
            let whole = Money::from_whole(1).units();
            let duty = if fill.side == Side::Sell {
                // A thousandth, up to the next whole unit.
                Money::from_units((fill.notional.units() + 1000 * whole - 1) / (1000 * whole) * whole)
            } else {
                Money::ZERO
            };
            let entry = paid.entry((fill.order, date_of(&result, i))).or_default();
            *entry = (entry.0 + fill.notional, entry.1 + duty, entry.2 + fill.fee);
        }
        for ((order, day), (notional, duty, fee)) in paid {
            let cent = 1_000_000_i128;
            let commission = (notional.units() / 1000 + cent / 2) / cent * cent;
            let commission = Money::from_units(commission.max(500 * cent));
            assert_eq!(fee, commission + duty, "seed {seed}: order {order} on {day}: {notional}");
        }
        let mut cash = Money::ZERO;
        for entry in result.entries() {
            let lines = postings(&entry, &result.fills);
            assert_eq!(lines.iter().map(|p| p.amount).sum::<Money>(), Money::ZERO, "seed {seed}: {entry:?}");
            cash += lines.iter().filter(|p| p.account == LedgerAccount::Cash).map(|p| p.amount).sum();
            if !seed.is_multiple_of(3) {
                assert!(cash >= Money::ZERO, "seed {seed}: a cash account below zero after {entry:?}");
            }
        }
        assert_eq!(cash, result.final_cash, "seed {seed}");
        let pnl: Money = result.trades.iter().chain(&result.open_trades).map(|t| t.pnl).sum();
        assert_eq!(result.initial_cash + pnl - result.carry(), result.final_equity, "seed {seed}");
        assert!((result.equity.last().unwrap() - result.final_equity.to_f64()).abs() < 1e-6, "seed {seed}");
    }
}
