//! The figures of the summary, against cases worked by hand.

use engine_core::fixed::{Money, Price, Quantity};
use engine_core::instrument::{Instrument, InstrumentId, Symbol};
use engine_core::order::{OrderId, Side};
use engine_core::record::{Fill, RunResult, Trade};
use engine_core::time::{HOUR, Timestamp};
use engine_report::{ReportInput, summary};

pub(crate) fn input(run: &RunResult) -> ReportInput<'_> {
    ReportInput {
        name: "case",
        run,
        digest: "d1",
        series: &[],
        benchmark: None,
        pessimistic: None,
        optimistic: None,
        last_in_queue: None,
        first_in_queue: None,
        assumptions: Vec::new(),
        warnings: Vec::new(),
        provenance: Vec::new(),
        config: "",
    }
}

fn money(text: &str) -> Money {
    text.parse().expect("an amount")
}

fn fill(certain: bool, outside_bar: bool, notional: &str, fee: &str) -> Fill {
    Fill {
        time: Timestamp::from_date(2024, 1, 2),
        order: OrderId(0),
        instrument: InstrumentId(0),
        bar: 0,
        side: Side::Buy,
        certain,
        maker: false,
        outside_bar,
        price: "10".parse::<Price>().expect("a price"),
        quantity: "1".parse::<Quantity>().expect("a quantity"),
        notional: money(notional),
        fee: money(fee),
        slippage: Price::ZERO,
    }
}

pub(crate) fn trade(pnl: &str, certain: bool) -> Trade {
    Trade {
        instrument: InstrumentId(0),
        side: Side::Buy,
        certain,
        entry_bar: 0,
        exit_bar: 1,
        quantity: "10".parse().expect("a quantity"),
        entry_time: Timestamp::from_date(2024, 1, 2),
        exit_time: Timestamp::from_date(2024, 1, 3),
        entry_price: 10.0,
        exit_price: 11.0,
        entry_notional: money("100"),
        exit_notional: money("110"),
        fees: Money::ZERO,
        dividends: Money::ZERO,
        pnl: money(pnl),
        mae: -0.01,
        mfe: 0.1,
    }
}

/// Five weekdays: 1000, 1100, 990, 1045, 1100 (the peak regained).
pub(crate) fn week() -> RunResult {
    let close = |day| (Timestamp::from_date(2024, 3, day) + 21 * HOUR).nanos();
    RunResult {
        instruments: vec![Instrument::equity(Symbol::new("US.X").expect("a symbol"), "USD")],
        bars: 5,
        initial_cash: money("1000"),
        final_equity: money("1100.00000001"),
        // New York moves to summer time on March 10: Monday closes an hour earlier in UTC.
        times: vec![close(6), close(7), close(8), close(11) - HOUR, close(12) - HOUR].into(),
        equity: vec![1000.0, 1100.0, 990.0, 1045.0, 1100.0],
        exposed: 3,
        fills: vec![
            fill(true, false, "600", "1.5"),
            fill(true, true, "500", "0.25"),
            fill(false, false, "-100", "0.25"),
            fill(true, false, "100", "0"),
        ],
        trades: vec![trade("30", true), trade("-10", true), trade("0", true), trade("-5", false)],
        ..RunResult::default()
    }
}

fn close_to(value: Option<f64>, expected: f64) {
    let value = value.expect("defined");
    assert!((value - expected).abs() <= 1e-12 * expected.abs(), "{value} is not {expected}");
}

#[test]
fn a_week_by_hand() {
    let run = week();
    let s = summary(&input(&run));
    assert_eq!((s.bars, s.fills, s.trades), (5, 4, 4));
    assert_eq!(s.final_equity, 1100.00000001);
    close_to(s.total_return, 0.1);
    // Four periods of 252 a year.
    close_to(s.cagr, 1.1_f64.powf(63.0) - 1.0);
    close_to(s.max_drawdown, -0.1);
    close_to(s.calmar, (1.1_f64.powf(63.0) - 1.0) / 0.1);
    // From Thursday's peak to Tuesday's recovery, over a change of the clock.
    assert_eq!(s.max_drawdown_days, Some(5));
    let r = [0.1, -0.1, 1045.0 / 990.0 - 1.0, 1100.0 / 1045.0 - 1.0];
    let mean = r.iter().sum::<f64>() / 4.0;
    let deviation = (r.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 3.0).sqrt();
    close_to(s.volatility, deviation * 252_f64.sqrt());
    close_to(s.sharpe, mean / deviation * 252_f64.sqrt());
    close_to(s.sortino, mean * 252.0 / ((0.01_f64 / 4.0).sqrt() * 252_f64.sqrt()));
    // One winner of four; 30 won, 15 lost.
    assert_eq!((s.win_rate, s.profit_factor), (Some(0.25), Some(2.0)));
    assert_eq!(s.exposure, Some(0.6));
    // 1300 traded over a mean equity of 1047, in 4/252 years.
    close_to(s.turnover, 1300.0 / 1047.0 * 63.0);
    assert_eq!(s.fees, 2.0);
    assert_eq!((s.certain_share, s.fills_outside_bar), (Some(0.75), 1));
    assert_eq!((s.pnl_worst, s.pnl_best), (100.00000001, 100.00000001));
}

#[test]
fn the_range_of_profit_spans_the_run_and_its_re_runs() {
    let run = week();
    let lower = RunResult { final_equity: money("1150"), ..week() };
    let upper = RunResult { final_equity: money("1120"), ..week() };
    let s = summary(&ReportInput { pessimistic: Some(&lower), optimistic: Some(&upper), ..input(&run) });
    // The pessimistic re-run may end higher: scenarios, not bounds.
    assert_eq!((s.pnl_worst, s.pnl_best), (100.00000001, 150.0));
}

#[test]
fn a_cost_at_the_very_first_close_counts() {
    let run = RunResult { initial_cash: money("1250"), ..week() };
    let s = summary(&input(&run));
    close_to(s.total_return, 1100.0 / 1250.0 - 1.0);
    close_to(s.max_drawdown, 990.0 / 1250.0 - 1.0);
}

#[test]
fn an_empty_run_is_undefined_not_zero() {
    let run = RunResult::default();
    let s = summary(&input(&run));
    for value in [
        s.total_return,
        s.cagr,
        s.volatility,
        s.sharpe,
        s.sortino,
        s.calmar,
        s.max_drawdown,
        s.win_rate,
        s.profit_factor,
        s.exposure,
        s.turnover,
        s.certain_share,
    ] {
        assert_eq!(value, None);
    }
    assert_eq!(s.max_drawdown_days, None);
    assert!(engine_report::terminal(&input(&run), &s, false).contains("no order"));
    assert!(engine_report::html(&input(&run), &s).ends_with("</html>"));
}

#[test]
fn the_keys_are_the_pinned_ones_in_their_order() {
    let run = week();
    let text = serde_json::to_string(&summary(&input(&run))).expect("json");
    let pinned = "digest bars fills trades final_equity total_return cagr volatility sharpe sortino calmar \
                  max_drawdown max_drawdown_days win_rate profit_factor exposure turnover fees certain_share \
                  pnl_worst pnl_best fills_outside_bar";
    let keys: Vec<&str> = text.split(['{', ',']).filter_map(|part| part.strip_prefix('"')?.split('"').next()).collect();
    assert_eq!(keys, pinned.split_whitespace().collect::<Vec<_>>());
    assert!(text.contains("\"final_equity\":1100.00000001"), "{text}");
}
