//! Fee tables, costs of holding and dividend tax in a run; figures worked by hand.

use engine_core::account::FeeSchedule;
use engine_core::actions::{ActionKind, CorporateAction};
use engine_core::exchange::FillRules;
use engine_core::feed::Series;
use engine_core::fees::{FeeBasis, FeeItem, FeePer, FeeSide, FeeSpec, Rounding};
use engine_core::fixed::Money;
use engine_core::kernel::RunOptions;
use engine_core::ledger::{EntryKind, LedgerAccount, postings};
use engine_core::order::{NewOrder, OrderState, Reason, Side, Size};
use engine_core::record::RunResult;
use engine_core::rules::{CarryBase, Dated};

use crate::common::{price, shares};
use crate::venue::{
    ID, Tape, amount, begin_of, buy, carry, date, ends, fees, fills, flat, go, margin, money, per_order, rate,
    schedule, sell, share, table,
};

fn options(fees: FeeSchedule, cash: &str) -> RunOptions {
    RunOptions { fees, cash: money(cash), ..RunOptions::default() }
}

/// 0.2 % of the amount, at least 3 per order and day; 0.50 a fill.
fn two_items() -> FeeSchedule {
    let commission = per_order(FeeItem::new("commission", FeeBasis::Rate(rate(0.002))), "3");
    table(vec![commission, FeeItem::new("tariff", FeeBasis::Flat(amount("0.5")))])
}

fn capped(fees: FeeSchedule) -> RunOptions {
    let fills = FillRules { participation: Some(rate(0.1)), ..FillRules::default() };
    RunOptions { fills, ..options(fees, "100000") }
}

#[test]
fn an_order_of_many_fills_pays_its_minimum_once_a_day() {
    // 100 shares at 10 a bar: 1,000, 2,000, 3,000, 4,000 of the order on the first day,
    // of which 0.2 % is 2 (at least 3), 4, 6, 8; then the same from the start.
    let three = [flat(10.0); 4];
    let tape = Tape::new().day("2024-03-04", &[flat(10.0)]).day("2024-03-05", &three).day("2024-03-06", &three);
    let result = go(tape.volume(1_000.0).series(share("SH.600000")), vec![(0, buy(600))], capped(two_items()));
    assert_eq!(fills(&result).iter().map(|f| f.0).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    assert_eq!(fees(&result), ["3.5", "1.5", "2.5", "2.5", "3.5", "1.5"]);
    assert_eq!(result.final_cash, money("93985"));
}

#[test]
fn two_orders_on_one_day_each_pay_the_minimum() {
    let tape = Tape::new().day("2024-03-04", &[flat(10.0); 3]).volume(1_000.0);
    let steps = vec![(0, buy(100)), (0, sell(50)), (1, buy(100))];
    let result = go(tape.series(share("SH.600000")), steps, options(two_items(), "100000"));
    assert_eq!(fees(&result), ["3.5", "3.5", "3.5"]);
}

#[test]
fn a_fee_changes_on_its_day_at_the_venue() {
    // Also for an order that is older: 0.1 % until the 5th, 0.2 % from the 6th on.
    let item = |x, from, until| FeeItem { from, until, ..FeeItem::new("duty", FeeBasis::Rate(rate(x))) };
    let changing = table(vec![
        item(0.001, date("1990-01-01"), date("2024-03-05")),
        item(0.002, date("2024-03-06"), date("2024-12-31")),
    ]);
    let tape = Tape::new().day("2024-03-04", &[flat(10.0)]).day("2024-03-05", &[flat(10.0); 2]);
    let tape = tape.day("2024-03-06", &[flat(10.0)]).volume(1_000.0);
    let result = go(tape.series(share("SH.600000")), vec![(0, buy(300))], capped(changing));
    assert_eq!(fees(&result), ["1", "1", "2"]);
}

#[test]
fn tiers_count_orders_and_shares_of_the_month() {
    let by_orders = FeeBasis::ByOrders(vec![(1, amount("30")), (3, amount("15"))]);
    let by_shares = FeeBasis::ByShares(vec![(shares(0), amount("0.01")), (shares(500), amount("0.008"))]);
    let tape = Tape::new()
        .day("2024-01-29", &[flat(10.0); 3])
        .day("2024-01-30", &[flat(10.0); 2])
        .day("2024-02-01", &[flat(10.0); 2]);
    let steps = vec![(0, buy(400)), (1, sell(200)), (2, buy(100)), (4, buy(400))];
    let go = |basis| {
        let item = FeeItem { per: FeePer::OrderDay, ..FeeItem::new("platform", basis) };
        fees(&go(tape.series(share("SH.600000")), steps.clone(), options(table(vec![item]), "100000")))
    };
    assert_eq!(go(by_orders), ["30", "30", "15", "30"]);
    // 400 x 0.01; 100 x 0.01 + 100 x 0.008; 100 x 0.008; a new month: 400 x 0.01
    assert_eq!(go(by_shares), ["4", "1.8", "0.8", "4"]);
}

/// 0.1 %, at least 20, per order and day; and 0.1 % up to the next whole unit per fill.
fn dear() -> FeeSchedule {
    let duty = FeeItem { rounding: Rounding::Up(amount("1")), ..FeeItem::new("duty", FeeBasis::Rate(rate(0.001))) };
    table(vec![per_order(FeeItem::new("commission", FeeBasis::Rate(rate(0.001))), "20"), duty])
}

#[test]
fn sizes_by_money_take_the_last_lot_that_the_real_fee_leaves_room_for() {
    let tape = Tape::new().day("2024-03-04", &[flat(10.0); 2]);
    // lot, size, quantity at 10 with 10,000 of cash
    let cases = [
        // 9,970 + 20 + 10 = 10,000; 9,980 + 20 + 10 is too much
        (1, Size::AllIn, 997),
        // 9,000 + 20 + 9; 10,000 + 20 + 10
        (100, Size::AllIn, 900),
        // 4,970 + 20 + 5; 4,980 + 20 + 5
        (1, Size::Notional(amount("5000")), 497),
        // 2,470 + 20 + 3; 2,480 + 20 + 3
        (1, Size::PercentOfEquity(rate(0.25)), 247),
        // Less than the fees alone
        (1, Size::Notional(amount("20")), 0),
    ];
    for (lot, size, quantity) in cases {
        let mut instrument = share("SH.600000");
        instrument.lot = shares(lot);
        let steps = vec![(0, NewOrder::market(ID, Side::Buy, size))];
        let result = go(tape.series(instrument), steps, options(dear(), "10000"));
        let bought: i64 = fills(&result).iter().map(|f| f.1).sum();
        assert_eq!(bought, quantity, "{size:?} in lots of {lot}");
        assert!(quantity > 0 || ends(&result) == [(OrderState::Rejected, Reason::BadQuantity)], "{size:?}");
        assert!(result.final_cash >= Money::ZERO);
    }
}

#[test]
fn lots_whose_amount_is_rounded_are_all_taken() {
    // One lot of 1e-8 costs 0.0001234567, at 1e-8 0.00012346: cash for one more is not left.
    let tape = Tape::new().day("2024-03-04", &[flat(12_345.67); 2]);
    let mut instrument = share("CC.COIN");
    instrument.lot = "0.00000001".parse().unwrap();
    let steps = vec![(0, NewOrder::market(ID, Side::Buy, Size::AllIn))];
    let flat_fee = table(vec![FeeItem::new("ticket", FeeBasis::Flat(amount("1")))]);
    let result = go(tape.series(instrument), steps, options(flat_fee, "1000"));
    // 999 / 12,345.67 = 0.080919059...
    assert_eq!(result.fills[0].quantity.to_string(), "0.08091905");
    assert!(result.final_cash < money("0.00012346") && result.final_cash >= Money::ZERO, "{}", result.final_cash);
}

#[test]
fn a_sale_by_amount_counts_the_fee_of_a_sale() {
    // 5 % on sells only: 95 x 10 x 1.05 = 997.50; 96 would be 1,008.
    let item = FeeItem { side: FeeSide::Sell, ..FeeItem::new("tax", FeeBasis::Rate(rate(0.05))) };
    let tape = Tape::new().day("2024-03-04", &[flat(10.0); 2]);
    let steps = vec![(0, NewOrder::market(ID, Side::Sell, Size::Notional(amount("1000"))))];
    let short = RunOptions { account: margin(2.0), ..options(table(vec![item]), "10000") };
    assert_eq!(fills(&go(tape.series(share("SH.600000")), steps, short)), [(1, -95, "10".into())]);
}

#[test]
fn the_fee_of_a_sale_does_not_take_a_cash_account_below_zero() {
    let item =
        FeeItem { side: FeeSide::Sell, minimum: amount("50"), ..FeeItem::new("tax", FeeBasis::Flat(amount("50"))) };
    let tape = Tape::new().day("2024-03-04", &[flat(10.0); 3]);
    let steps = vec![(0, buy(1)), (1, sell(1))];
    let go = |cash| go(tape.series(share("SH.600000")), steps.clone(), options(table(vec![item.clone()]), cash));
    // After the buy 40 less 0.01 or 40; the sale brings 10 and costs 50.
    let refused = go("49.99");
    assert_eq!(ends(&refused)[1], (OrderState::Rejected, Reason::InsufficientCash));
    assert_eq!(refused.final_cash, money("39.99"));
    let taken = go("50");
    assert_eq!((ends(&taken)[1], taken.final_cash), ((OrderState::Filled, Reason::None), Money::ZERO));
    assert_eq!(taken.trades[0].pnl, money("-50"));
}

/// Every line of the ledger but fills and the deposit: time of day in hours UTC+8, account, amount.
fn costs(result: &RunResult) -> Vec<(String, String, String)> {
    let mut lines = Vec::new();
    for entry in result.entries() {
        let postings = postings(&entry, &result.fills);
        assert_eq!(postings.iter().map(|p| p.amount).sum::<Money>(), Money::ZERO);
        if matches!(entry.kind, EntryKind::Fill { .. } | EntryKind::Deposit { .. }) {
            continue;
        }
        let lines_of_cost = postings.iter().filter(|p| p.account != LedgerAccount::Cash);
        lines.extend(lines_of_cost.map(|p| (entry.time.to_string(), p.account.to_string(), p.amount.to_string())));
    }
    let cash: Money = result
        .entries()
        .flat_map(|e| postings(&e, &result.fills))
        .filter(|p| p.account == LedgerAccount::Cash)
        .map(|p| p.amount)
        .sum();
    assert_eq!(cash, result.final_cash);
    assert!((result.equity.last().unwrap() - result.final_equity.to_f64()).abs() < 1e-9);
    lines
}

fn line(time: &str, account: &str, amount: &str) -> (String, String, String) {
    (time.into(), account.into(), amount.into())
}

#[test]
fn holding_costs_by_calendar_day_before_the_first_bar_of_a_date() {
    // Friday: 1,500 bought at 10 with 10,000; the day ends at 10.20.
    let tape = Tape::new()
        .day("2024-03-01", &[flat(10.0), flat(10.0), flat(10.2)])
        .day("2024-03-04", &[flat(20.0), flat(20.0)])
        .day("2024-03-05", &[flat(20.0)]);
    // 15,300 x 3.65 % / 365 = 1.53 a day; 5,000 x 7.3 % / 365 = 1 a day: what the long
    // position costs is no part of Friday's debt.
    let spec = FeeSpec {
        carry: vec![carry("custody", CarryBase::Long, 0.0365), carry("interest", CarryBase::Debit, 0.073)],
        ..FeeSpec::named("test")
    };
    let options = RunOptions { account: margin(2.0), ..options(schedule(spec), "10000") };
    // Sold at Monday's first open: the weekend is paid nevertheless, Monday night is free.
    let result = go(tape.series(share("SH.600000")), vec![(0, buy(1_500)), (2, sell(1_500))], options);
    let monday = "2024-03-04T03:00:00Z";
    assert_eq!(costs(&result), [line(monday, "expenses:carry:0", "4.59"), line(monday, "expenses:carry:1", "3")]);
    assert_eq!(result.carry(), money("7.59"));
    // The costs come before the fill of the same bar.
    let kinds: Vec<bool> = result.entries().map(|e| matches!(e.kind, EntryKind::Fill { .. })).collect();
    assert_eq!(kinds, [false, true, false, false, true]);
    assert_eq!(result.final_cash, money("24992.41"));
    // On debts and holdings of nights that passed: 10,300 on Friday, 7.59 less from Monday on.
    let equity = [10_000.0, 10_000.0, 10_300.0, 24_992.41, 24_992.41, 24_992.41];
    assert!(
        result.equity.iter().zip(equity).all(|(found, worked)| (found - worked).abs() < 1e-9),
        "{:?}",
        result.equity
    );
}

#[test]
fn a_short_position_pays_for_what_it_borrows() {
    // 500 short at 10; the mark at the end of the day is 12: 6,000 x 3.65 % / 365 = 0.60 a day.
    let spec = FeeSpec {
        carry: vec![
            carry("interest", CarryBase::Debit, 0.5),
            carry("custody", CarryBase::Long, 0.5),
            carry("borrow", CarryBase::Short, 0.0365),
        ],
        ..FeeSpec::named("test")
    };
    let options = RunOptions { account: margin(2.0), ..options(schedule(spec), "10000") };
    let tape = Tape::new()
        .day("2024-03-04", &[flat(10.0), flat(10.0), flat(12.0)])
        .day("2024-03-05", &[flat(14.6)])
        .day("2024-03-07", &[flat(14.6)]);
    let result = go(tape.series(share("SH.600000")), vec![(0, sell(500))], options);
    // 7,300 x 3.65 % / 365 = 0.73 a day, two nights.
    assert_eq!(
        costs(&result),
        [
            line("2024-03-05T03:00:00Z", "expenses:carry:2", "0.6"),
            line("2024-03-07T03:00:00Z", "expenses:carry:2", "1.46")
        ]
    );
}

fn ex(day: &str, kind: ActionKind) -> CorporateAction {
    CorporateAction { ex_time: begin_of(day), kind }
}

#[test]
fn a_dividend_received_is_taxed_and_one_paid_is_not() {
    let tape = Tape::new()
        .day("2024-03-04", &[flat(10.0), flat(10.0)])
        .day("2024-03-05", &[flat(9.0), flat(9.0)])
        .day("2024-03-06", &[flat(9.0)]);
    let dividend = ex("2024-03-05", ActionKind::CashDividend { per_share: price("1") });
    let series = Series { actions: vec![dividend], ..tape.series(share("SH.600000")) };
    let taxed = |x| FeeSpec { dividend_tax: Dated::always(rate(x)), ..FeeSpec::named("test") };
    let go = |steps, tax| {
        let options = RunOptions { account: margin(2.0), ..options(schedule(taxed(tax)), "10000") };
        go(series.clone(), steps, options)
    };
    let long = go(vec![(0, buy(100)), (2, sell(100))], 0.1);
    let at = "2024-03-05T03:00:00Z";
    assert_eq!(costs(&long), [line(at, "income:dividends:0", "-100"), line(at, "expenses:taxes", "10")]);
    assert_eq!((long.dividends(), long.taxes()), (money("100"), money("10")));
    // Bought at 10, sold at 9, 100 of dividends less 10.
    assert_eq!((long.trades[0].pnl, long.final_cash), (money("-10"), money("9990")));
    let short = go(vec![(0, sell(100)), (2, buy(100))], 0.1);
    assert_eq!(costs(&short), [line(at, "income:dividends:0", "100")]);
    assert_eq!((short.trades[0].pnl, short.final_cash), (Money::ZERO, money("10000")));
    // No tax, no entry of nothing.
    assert_eq!(costs(&go(vec![(0, buy(100))], 0.0)), [line(at, "income:dividends:0", "-100")]);
}
