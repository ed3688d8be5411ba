//! The reference backtests: trades, fees and equity of three independent ledgers.

use engine_core::fixed::Price;
use engine_core::record::Trade;
use engine_data::table::{TextTable, read_table};
use engine_run::Outcome;

use crate::support::{folder, run_in};

struct Case {
    run: &'static str,
    data: &'static str,
    strategy: &'static str,
    parameters: &'static str,
}

const CASES: [Case; 6] = [
    Case {
        run: "rw:sma_cross:10/30:cash=100000:fee=0.001",
        data: "rw",
        strategy: "sma_cross",
        parameters: "fast = 10\nslow = 30",
    },
    Case {
        run: "rw:macd:12/26/9:cash=100000:fee=0.001",
        data: "rw",
        strategy: "macd",
        parameters: "fast = 12\nslow = 26\nsignal = 9",
    },
    Case {
        run: "rw:rsi:14/30/70:cash=100000:fee=0.001",
        data: "rw",
        strategy: "rsi",
        parameters: "period = 14\nlower = 30\nupper = 70",
    },
    Case {
        run: "aapl:sma_cross:10/30:cash=100000:fee=0.001",
        data: "aapl",
        strategy: "sma_cross",
        parameters: "fast = 10\nslow = 30",
    },
    Case {
        run: "aapl:macd:12/26/9:cash=100000:fee=0.001",
        data: "aapl",
        strategy: "macd",
        parameters: "fast = 12\nslow = 26\nsignal = 9\nseeding = \"sma\"",
    },
    Case {
        run: "aapl:rsi:14/30/70:cash=100000:fee=0.001",
        data: "aapl",
        strategy: "rsi",
        parameters: "period = 14\nlower = 30\nupper = 70",
    },
];

impl Case {
    fn outcome(&self) -> Outcome {
        let text = format!(
            "[account]\ncash = 100000\n[[data]]\nsymbol = \"US.TEST\"\nfile = \"backtest_ohlcv_{}.csv\"\n\
             [strategy]\nname = \"{}\"\n{}\n[costs]\nschedule = \"rate\"\nrate = 0.001\n[actions]\nmode = \"ignore\"\n",
            self.data, self.strategy, self.parameters
        );
        run_in(&folder("tests/golden"), &text, &[]).expect("the reference run works")
    }
}

fn table(name: &str) -> TextTable {
    read_table(&folder("tests/golden").join(name)).expect("a reference table")
}

#[test]
fn trades_are_those_of_the_reference() {
    let trades = table("backtest_trades.csv");
    let run = trades.column_text("run").expect("a column");
    let number = |name: &str| trades.column_f64(name).expect("a column");
    let (entry_bar, entry_price) = (number("entry_bar"), number("entry_price"));
    let (exit_bar, exit_price) = (number("exit_bar"), number("exit_price"));
    let (size, commission, net_pnl) = (number("size"), number("commission"), number("net_pnl"));
    for case in &CASES {
        let outcome = case.outcome();
        let rows: Vec<usize> = (0..run.len()).filter(|i| run[*i] == case.run).collect();
        let found: Vec<(&Trade, bool)> = outcome
            .run
            .trades
            .iter()
            .map(|t| (t, true))
            .chain(outcome.run.open_trades.iter().map(|t| (t, false)))
            .collect();
        assert_eq!(found.len(), rows.len(), "{}", case.run);
        for (row, (trade, closed)) in rows.into_iter().zip(found) {
            let place = format!("{}, entry bar {}", case.run, entry_bar[row]);
            assert_eq!(f64::from(trade.entry_bar), entry_bar[row], "{place}");
            assert_eq!(Price::from_f64(trade.entry_price), Price::from_f64(entry_price[row]), "{place}");
            assert_eq!(trade.quantity.to_f64(), size[row], "{place}");
            assert!((trade.fees.to_f64() - commission[row]).abs() < 1e-8, "{place}");
            assert_eq!(closed, !exit_bar[row].is_nan(), "{place}");
            if closed {
                assert_eq!(f64::from(trade.exit_bar), exit_bar[row], "{place}");
                assert_eq!(Price::from_f64(trade.exit_price), Price::from_f64(exit_price[row]), "{place}");
                assert!((trade.pnl.to_f64() - net_pnl[row]).abs() < 0.005, "{place}");
            }
        }
    }
}

#[test]
fn equity_is_that_of_the_reference_at_every_bar() {
    for case in &CASES {
        let outcome = case.outcome();
        let equity = table(&format!("backtest_equity_{}.csv", case.data));
        let expected = equity.column_f64(case.strategy).expect("a column");
        assert_eq!(outcome.run.equity.len(), expected.len(), "{}", case.run);
        for (bar, (found, expected)) in outcome.run.equity.iter().zip(&expected).enumerate() {
            assert!((found / expected - 1.0).abs() < 1e-9, "{} bar {bar}: {found}, expected {expected}", case.run);
        }
    }
}

#[test]
fn summaries_are_those_of_the_reference() {
    let text = std::fs::read_to_string(folder("tests/golden/backtest_summary.json")).expect("a file");
    let all: Vec<serde_json::Value> = serde_json::from_str(&text).expect("JSON");
    assert_eq!(all.len(), CASES.len());
    for case in &CASES {
        let reference = all.iter().find(|s| s["run"] == case.run).expect("a summary");
        let number = |key: &str| reference[key].as_f64().expect("a number");
        let Outcome { run, summary, .. } = &case.outcome();
        assert_eq!(run.bars as f64, number("n_bars"));
        assert_eq!(run.trades.len() as f64, number("n_closed_trades"));
        assert_eq!(!run.open_trades.is_empty(), reference["open_position"] == true);
        let relative = |found: f64, key: &str| (found / number(key) - 1.0).abs();
        assert!(relative(summary.final_equity, "final_equity") < 1e-9, "{}", case.run);
        assert!((summary.final_equity - number("final_equity")).abs() < 0.005, "{}", case.run);
        assert!(relative(summary.fees, "total_commission") < 1e-9, "{}", case.run);
        let drawdown = summary.max_drawdown.expect("defined");
        assert!(relative(drawdown * 100.0, "max_drawdown_pct") < 1e-9, "{}", case.run);
        let factor = summary.profit_factor.expect("defined");
        assert!(relative(factor, "profit_factor_trades") < 1e-9, "{}", case.run);
        let wins = run.trades.iter().filter(|t| t.pnl.to_f64() > 0.0).count();
        assert_eq!(wins as f64, number("winning_trades"), "{}", case.run);
    }
}
