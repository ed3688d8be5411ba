//! Runs on tapes: re-runs at both ends of the queue, what they leave behind, trades as finer data.

use std::fmt::Write as _;
use std::path::Path;

use engine_core::fixed::{Price, Quantity};
use engine_core::order::Side;
use engine_core::tape::{LAST, Tape, TapeColumns, TapeEvent};
use engine_core::time::{MINUTE, SECOND, Timestamp};
use engine_data::run_tables::{Column, read_parquet};
use engine_data::{BarLength, ContractOverrides, tape};
use engine_run::{Config, FolderOptions, RunFolder, backtest};

use crate::support::{BASE, changed, folder, run, run_in};

fn shipped(name: &str, overrides: &[&str]) -> Result<engine_run::Outcome, String> {
    let text = std::fs::read_to_string(folder("../../configs").join(name)).expect("a config");
    run_in(&folder("../../configs"), &text, overrides)
}

#[test]
fn both_ends_of_the_queue_are_run_and_the_run_at_one_end_is_that_re_run() {
    let twap = shipped("twap.toml", &[]).expect("valid");
    let (last, first) = (twap.last_in_queue.as_ref().expect("a run"), twap.first_in_queue.as_ref().expect("a run"));
    // Its own rules are those of the last in the queue.
    assert_eq!(engine_core::digest::digest(last), twap.digest);
    assert_ne!(first.final_equity, last.final_equity);
    let figures = twap.summary.tape.as_ref().expect("figures");
    assert_eq!(figures.fills_resting + figures.fills_taking, twap.summary.fills);
    assert!(figures.fills_taking > 0 && figures.fills_resting > figures.fills_taking, "{figures:?}");
    assert_eq!(figures.final_equity_last_in_queue, Some(twap.summary.final_equity));
    assert_eq!(twap.summary.pnl_best.to_string(), (first.final_equity - first.initial_cash).to_string());
    assert!(figures.too_short_to_annualise && twap.summary.sharpe.is_some());
    let alone = shipped("twap.toml", &["venue.queue=none", "venue.through=full"]).expect("valid");
    assert_eq!(alone.digest, engine_core::digest::digest(first));
    // What only takes has no place in a queue.
    let taker = shipped("imbalance.toml", &[]).expect("valid");
    assert!(taker.last_in_queue.is_none() && taker.summary.tape.is_some_and(|t| t.fills_resting == 0));
}

#[test]
fn assumptions_are_those_of_tapes_where_nothing_trades_on_bars() {
    let outcome = shipped("market_maker.toml", &["venue.stale_after=5s"]).expect("valid");
    let text = outcome.assumptions.join("\n");
    for said in ["place of resting orders: proportional", "at most its own size", "last trade", "5s of silence", "3ms"]
    {
        assert!(text.contains(said), "{said}: {text}");
    }
    for unsaid in ["bar", "slippage", "dividends"] {
        assert!(!text.contains(unsaid), "{unsaid}: {text}");
    }
    let bars = run(BASE, &[]).expect("valid");
    assert_eq!(bars.assumptions[0], "market orders fill at the open of the next bar that traded");
    assert!(bars.summary.tape.is_none() && bars.last_in_queue.is_none());
}

#[test]
fn keys_that_do_nothing_are_noted_and_those_that_cannot_work_are_refused() {
    let said = |text: &str, overrides: &[&str]| run(text, overrides).expect("valid").warnings.join("\n");
    let venue = changed("[costs]", "[venue]\nqueue = \"none\"\n\n[costs]");
    assert_eq!(said(&venue, &[]), "[venue] has no effect: no instrument has a tape");
    let outcome = shipped("twap.toml", &["fill.path=high_first", "costs.slippage={ kind = \"ticks\", value = 1 }"]);
    let warnings = outcome.expect("valid").warnings;
    assert_eq!(
        warnings,
        [
            "[fill] path has no effect: it is for bars, and every instrument has a tape",
            "[costs] slippage has no effect: it is for bars, and every instrument has a tape"
        ]
    );
    for (overrides, problem) in [
        (
            ["venue.queue=fifo", "run.seed=1"],
            "--set venue.queue=fifo: [venue] queue: \"fifo\" needs a tape of single orders, that of SYN.BOOK tells \
             levels: take another model, or leave it out",
        ),
        (
            ["data.0.finer=x.csv", "run.seed=1"],
            "--set data.0.finer=x.csv: [[data]] finer: is for bars: SYN.BOOK trades on its tape, which has all there is",
        ),
    ] {
        assert_eq!(shipped("twap.toml", &overrides).err().unwrap_or_default(), problem);
    }
}

#[test]
fn a_run_on_a_tape_leaves_its_fills() {
    let dir = tempfile::tempdir().expect("a folder");
    let registry = strategies::registry();
    let parsed = Config::read(&folder("../../configs/twap.toml"), &[], &registry).expect("valid");
    let outcome = backtest(&parsed, &registry, &mut |_| {}).expect("valid");
    let out = dir.path().join("out");
    let options = FolderOptions { out: Some(out.clone()), csv: true, no_report: false };
    RunFolder::write(&parsed, &outcome, &options).expect("written");
    let table = read_parquet(&out.join("fills.parquet")).expect("a table");
    let names: Vec<&str> = table.columns.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["time", "order", "symbol", "side", "quantity", "price", "fee", "maker", "certain"]);
    assert_eq!(table.len(), outcome.run.fills.len());
    let makers = match table.column("maker") {
        Some(Column::Bool(v)) => v.iter().filter(|maker| **maker).count() as u64,
        _ => 0,
    };
    assert_eq!(outcome.summary.tape.as_ref().map(|t| t.fills_resting), Some(makers));
    assert!(out.join("fills.csv").is_file());
    // A run on bars in its place leaves none of them.
    let parsed = Config::parse(&folder("../../configs/run.toml"), BASE.to_owned(), &[], &registry).expect("valid");
    let outcome = backtest(&parsed, &registry, &mut |_| {}).expect("valid");
    RunFolder::write(&parsed, &outcome, &options).expect("written");
    assert!(!out.join("fills.parquet").exists() && !out.join("fills.csv").exists());
}

/// Five-minute bars of the shipped tape, and a strategy with a stop and a target near each other.
fn write_bars(dir: &Path) -> String {
    let path = folder("../../data/synthetic_book/BOOK.tape.parquet");
    let loaded = tape::load(&path, &ContractOverrides::default()).expect("a tape");
    let (_, bars) = tape::bars(&path, &loaded, BarLength::Intraday(5 * MINUTE)).expect("bars");
    let mut text = String::from("time,open,high,low,close,volume\n");
    for row in 0..bars.len() {
        let (bar, c) = (bars.row(row), bars.columns());
        let (open, high, low, close, volume) = (c.open[row], c.high[row], c.low[row], c.close[row], c.volume[row]);
        writeln!(text, "{},{open},{high},{low},{close},{volume}", bar.time()).expect("text");
    }
    std::fs::write(dir.join("five.csv"), text).expect("written");
    let contract = "symbol = \"SYN.BOOK\"\nbars = \"5m\"\ntimezone = \"UTC\"\nstamp = \"close\"\nprices = \"raw\"\n\
                    currency = \"USD\"\nsource = \"made up\"\n";
    std::fs::write(dir.join("five.csv.toml"), contract).expect("written");
    r#"[account]
kind = "margin"
[[data]]
file = "five.csv"
tick = 0.01
FINER
[strategy]
name = "sma_cross"
fast = 1
slow = 2
[sizing]
kind = "fixed"
quantity = 10
[[exit]]
kind = "stop"
unit = "amount"
value = 0.03
[[exit]]
kind = "target"
unit = "amount"
value = 0.03
"#
    .to_owned()
}

#[test]
fn the_trades_of_a_tape_resolve_every_bar_made_of_them() {
    let dir = tempfile::tempdir().expect("a folder");
    let config = write_bars(dir.path());
    let book = folder("../../data/synthetic_book/BOOK.tape.parquet");
    let finer = format!("finer = \"{}\"", book.display());
    let alone = run_in(dir.path(), &config.replace("FINER", ""), &[]).expect("valid");
    let drilled = run_in(dir.path(), &config.replace("FINER", &finer), &[]).expect("valid");
    assert!(alone.run.left_ambiguous() > 0, "{:?}", alone.run.ambiguous);
    let all = drilled.run.drill_down.expect("a drill-down");
    assert!(all.ambiguous > 0 && all.resolved == all.ambiguous, "{all:?}");
    assert_eq!(drilled.summary.certain_share, Some(1.0));
    assert!(drilled.pessimistic.is_none() && drilled.warnings.is_empty(), "{:?}", drilled.warnings);
    let said = "ambiguous bars of SYN.BOOK are matched on the trades inside them, where those agree";
    assert!(drilled.assumptions.iter().any(|a| a == said), "{:?}", drilled.assumptions);
    let files: Vec<&str> = drilled.files.iter().map(|f| f.path.rsplit('/').next().unwrap_or("")).collect();
    assert!(files.contains(&"BOOK.tape.parquet") && files.contains(&"BOOK.tape.parquet.toml"), "{files:?}");
    let page = engine_report::terminal(&drilled.report(), &drilled.summary, false);
    assert!(page.contains("Drill-down to single trades:"), "{page}");
}

#[test]
fn a_tape_that_cannot_be_finer_data_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let config = write_bars(dir.path());
    let mut columns = TapeColumns::default();
    let start = Timestamp::from_date(2026, 1, 5).nanos() + 14 * 60 * MINUTE;
    for i in 0..10 {
        let (side, price) = if i % 2 == 0 { (Side::Buy, "49.99") } else { (Side::Sell, "50.01") };
        let (price, quantity) = (price.parse::<Price>().expect("a price"), "100".parse::<Quantity>().expect("a size"));
        let at = Timestamp::from_nanos(start + i * SECOND);
        columns.push(at, at, TapeEvent::Quote { side, price, quantity }, LAST);
    }
    let quotes = Tape::new(columns).expect("a tape");
    let mut contract = tape::TapeContract {
        symbol: "SYN.BOOK".to_owned(),
        currency: "USD".to_owned(),
        timezone: chrono_tz::UTC,
        source: "made up".to_owned(),
        holds: Vec::new(),
        assumptions: Vec::new(),
    };
    let path = dir.path().join("quotes.tape.csv");
    tape::write(&path, &contract, &quotes).expect("written");
    let found = |finer: &str| run_in(dir.path(), &config.replace("FINER", finer), &[]).err().unwrap_or_default();
    let file = "finer = \"quotes.tape.csv\"";
    assert_eq!(
        found(file),
        "run.toml:6:9: [[data]] finer: quotes.tape.csv: the tape has no trades that set a price, expected some"
    );
    assert_eq!(
        found("finer = { file = \"quotes.tape.csv\", bars = \"1m\" }"),
        "run.toml:6:44: [[data]] finer.bars: a tape has none, remove it"
    );
    assert_eq!(
        found("finer = \"none.tape.csv\""),
        "run.toml:6:9: [[data]] finer: none.tape.csv: cannot read: No such file or directory (os error 2)"
    );
    contract.symbol = "SYN.OTHER".to_owned();
    tape::write(&path, &contract, &quotes).expect("written");
    assert_eq!(found(file), "run.toml:6:9: [[data]] finer: its symbol is SYN.OTHER, expected SYN.BOOK as in five.csv");
    // Stops that look at trades never fire on quotes.
    contract.symbol = "SYN.BOOK".to_owned();
    tape::write(&path, &contract, &quotes).expect("written");
    let on_quotes = BASE.replace("../data/us_daily/AAPL.csv", "quotes.tape.csv").replace("US.AAPL", "SYN.BOOK");
    let on_quotes = on_quotes.replace("start = \"2005-01-01\"\nend = \"2006-12-31\"", "");
    let text = format!("{on_quotes}\n[venue]\ntrigger = \"trade\"\n");
    let line = text.lines().count();
    assert_eq!(
        run_in(dir.path(), &text, &[]).err().unwrap_or_default(),
        format!("run.toml:{line}:11: [venue] trigger: \"trade\" would never fire: the tape of SYN.BOOK has no trades")
    );
}
