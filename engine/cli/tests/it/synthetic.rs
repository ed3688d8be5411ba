//! `engine data synth`, and the made-up book in the repository.

use std::path::Path;

use engine_core::builder::BarRule;
use engine_core::time::{MINUTE, Timestamp};
use engine_data::{ContractOverrides, read_bars, tape};
use engine_synthetic::{SyntheticBook, book};

use crate::support::{engine, outcome, workspace};

fn synth(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    outcome(&mut engine(folder, &[&["data", "synth", "book"], arguments].concat()))
}

#[test]
fn the_book_in_the_repository_is_what_its_command_makes() {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = ["--seed", "7", "--minutes", "40", "-o", "BOOK.tape.parquet", "--bars", "1m"];
    let (code, text, error) = synth(folder.path(), &arguments);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    assert_eq!(text, "BOOK.tape.parquet: 95,522 rows\nBOOK_1m.csv: 40 bars of 1m\n");
    for name in ["BOOK.tape.parquet", "BOOK.tape.parquet.toml", "BOOK_1m.csv", "BOOK_1m.csv.toml"] {
        let made = std::fs::read(folder.path().join(name)).expect("made");
        let kept = std::fs::read(workspace("data/synthetic_book").join(name)).expect("in the repository");
        assert!(made == kept, "{name} differs");
    }
    let (code, _, error) = synth(folder.path(), &arguments);
    assert_eq!(
        (code, error.as_str()),
        (Some(2), "BOOK.tape.parquet: is there already; remove it or choose another name\n")
    );
}

#[test]
fn its_minute_bars_are_those_of_its_trades_to_the_bit() {
    let folder = workspace("data/synthetic_book");
    let loaded = tape::load(&folder.join("BOOK.tape.parquet"), &ContractOverrides::default()).expect("a tape");
    assert_eq!(loaded.warnings, Vec::<String>::new());
    assert_eq!(loaded.tape.columns(), &book(&SyntheticBook::default()).expect("the default settings"));
    let rule = BarRule::Time { nanos: MINUTE, anchor: Timestamp::default() };
    let bars = read_bars(&folder.join("BOOK_1m.csv"), &ContractOverrides::default()).expect("bars");
    assert_eq!(loaded.tape.bars(rule).expect("bars"), bars.bars);
}

#[test]
fn a_book_is_told_in_three_ways_and_as_text() {
    let folder = tempfile::tempdir().expect("a folder");
    for (detail, holds) in [("levels", "levels"), ("orders", "orders"), ("quotes", "quotes")] {
        let name = format!("{detail}.tape.csv");
        let (code, text, error) = synth(folder.path(), &["--minutes", "1", "--detail", detail, "-o", &name]);
        assert_eq!((code, error.as_str()), (Some(0), ""), "{text}");
        let path = folder.path().join(&name);
        let loaded = tape::load(&path, &ContractOverrides::default()).expect("a tape");
        assert!(loaded.contract.holds.contains(&holds.to_owned()), "{:?}", loaded.contract.holds);
        let made = match detail {
            "levels" => engine_synthetic::Detail::Levels,
            "orders" => engine_synthetic::Detail::Orders,
            _ => engine_synthetic::Detail::Quotes,
        };
        let settings = SyntheticBook { length: MINUTE, detail: made, ..SyntheticBook::default() };
        assert_eq!(loaded.tape.columns(), &book(&settings).expect("settings"));
    }
}

#[test]
fn wrong_arguments_are_refused_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let cases: [(&[&str], &str); 5] = [
        (&["-o", "x.csv"], "x.csv: expected a name that ends in .tape.parquet or .tape.csv"),
        (&["-o", "x.tape.csv", "--symbol", "A B"], "`A B` is not a symbol"),
        (&["-o", "x.tape.csv", "--bars", "1d"], "no bars of 1d come from a tape"),
        (&["-o", "x.tape.csv", "--minutes", "0"], "--minutes"),
        (&["-o", "x.tape.csv", "--levels", "101"], "--levels"),
    ];
    for (arguments, expected) in cases {
        let (code, _, error) = synth(folder.path(), arguments);
        assert_eq!(code, Some(2), "{error}");
        assert!(error.contains(expected), "{error}");
    }
    // Nothing was left behind.
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[test]
fn the_configs_on_it_trade_and_verify() {
    let folder = tempfile::tempdir().expect("a folder");
    // Name, fills at least, closed trades at least, a word of the log.
    let cases = [("market_maker", 1_000, 100, ""), ("imbalance", 100, 50, ""), ("twap", 60, 0, "shortfall of")];
    for (name, fills, trades, log) in cases {
        let config = workspace("configs").join(format!("{name}.toml")).display().to_string();
        let (code, text, error) = outcome(&mut engine(folder.path(), &["backtest", &config, "--out", name]));
        assert_eq!((code, error.as_str()), (Some(0), ""), "{text}");
        assert!(text.contains(log), "{text}");
        let summary = std::fs::read_to_string(folder.path().join(name).join("summary.json")).expect("a summary");
        let summary: serde_json::Value = serde_json::from_str(&summary).expect("JSON");
        assert!(summary["fills"].as_u64() >= Some(fills) && summary["trades"].as_u64() >= Some(trades), "{summary}");
        let (code, text, _) = outcome(&mut engine(folder.path(), &["verify", name]));
        assert_eq!(code, Some(0), "{text}");
    }
}
