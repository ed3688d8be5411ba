//! `finer`: ambiguous bars of a run matched on shorter ones.

use std::fmt::Write as _;
use std::path::Path;

use engine_run::{Config, FolderOptions, Manifest, RunFolder, backtest, verify};

use crate::support::{folder, run_in};

/// Days of a made-up share as (date, hours), each hour four prices.
fn write_prices(dir: &Path, hours_contract: bool) {
    let (mut days, mut hours) =
        (String::from("time,open,high,low,close,volume\n"), String::from("time,open,high,low,close,volume\n"));
    let mut last = 100.0_f64;
    for day in 0..28 {
        let date = format!("2024-03-{:02}", day + 1);
        let (open, mut high, mut low) = (last, last, last);
        for hour in 0..6 {
            let step = [3.0, -4.0, 2.0, 4.0, -3.0, -1.0, 2.0][(day * 5 + hour * 3) % 7];
            let close = last + step;
            let (top, bottom) = (last.max(close) + 0.5, last.min(close) - 0.5);
            writeln!(hours, "{date} {:02}:00,{last},{top},{bottom},{close},100", 10 + hour).expect("text");
            (high, low, last) = (high.max(top), low.min(bottom), close);
        }
        writeln!(days, "{date},{open},{high},{low},{last},600").expect("text");
    }
    let contract = |bars: &str, stamp: &str| {
        format!(
            "symbol = \"XX.SHARE\"\nbars = \"{bars}\"\ntimezone = \"UTC\"\nstamp = \"{stamp}\"\nprices = \"raw\"\n\
             currency = \"USD\"\nsource = \"made up\"\n"
        )
    };
    let write = |name: &str, text: &str| std::fs::write(dir.join(name), text).expect("written");
    write("days.csv", &days);
    write("days.csv.toml", &contract("1d", "close"));
    write("hours.csv", &hours);
    if hours_contract {
        write("hours.csv.toml", &contract("1h", "open"));
    }
}

fn config(finer: &str) -> String {
    format!(
        r#"[account]
kind = "margin"
[[data]]
file = "days.csv"
{finer}
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
value = 2.0
[[exit]]
kind = "target"
unit = "amount"
value = 2.5
"#
    )
}

#[test]
fn finer_data_resolves_bars_and_is_among_the_inputs() {
    let dir = tempfile::tempdir().expect("a folder");
    write_prices(dir.path(), true);
    let alone = run_in(dir.path(), &config(""), &[]).expect("valid");
    let drilled = run_in(dir.path(), &config("finer = \"hours.csv\""), &[]).expect("valid");
    let all = drilled.run.drill_down.expect("a drill-down");
    assert!(alone.run.drill_down.is_none() && alone.summary.drill_down.is_none());
    assert!(all.ambiguous > 3 && all.resolved > 0 && all.disagreeing == 0, "{all:?}");
    assert_ne!(alone.digest, drilled.digest);
    assert!(drilled.summary.certain_share > alone.summary.certain_share);
    let files: Vec<&str> = drilled.files.iter().map(|f| f.path.as_str()).collect();
    assert_eq!(files, ["days.csv", "days.csv.toml", "hours.csv", "hours.csv.toml"]);
    assert!(drilled.warnings.is_empty(), "{:?}", drilled.warnings);
    let said = "ambiguous bars of XX.SHARE are matched on the 1h bars inside them, where those agree";
    assert!(drilled.assumptions.iter().any(|a| a == said), "{:?}", drilled.assumptions);
    assert!(drilled.provenance.iter().any(|(_, text)| text.starts_with("finer data: 1h bars, raw prices")));
    // Where nothing is left open there is nothing to run again.
    assert_eq!(drilled.pessimistic.is_some(), drilled.run.left_ambiguous() > 0);
    // By an override, and without a contract of its own.
    let set = run_in(dir.path(), &config(""), &["data.0.finer=hours.csv"]).expect("valid");
    assert_eq!(set.digest, drilled.digest);
    std::fs::remove_file(dir.path().join("hours.csv.toml")).expect("removed");
    let inline = r#"finer = { file = "hours.csv", bars = "1h", stamp = "open" }"#;
    let inline = run_in(dir.path(), &config(inline), &[]).expect("valid");
    assert_eq!((inline.digest, inline.warnings), (drilled.digest, Vec::new()));
}

#[test]
fn a_finer_file_of_something_else_is_refused_and_of_another_time_is_noted() {
    let dir = tempfile::tempdir().expect("a folder");
    write_prices(dir.path(), true);
    let contract = dir.path().join("hours.csv.toml");
    let text = std::fs::read_to_string(&contract).expect("a file");
    for (from, to, problem) in [
        ("raw", "adjusted", "its prices are adjusted, expected raw as in days.csv"),
        ("USD", "HKD", "its currency is HKD, expected USD as in days.csv"),
        ("XX.SHARE", "XX.OTHER", "its symbol is XX.OTHER, expected XX.SHARE as in days.csv"),
    ] {
        std::fs::write(&contract, text.replace(from, to)).expect("written");
        let found = run_in(dir.path(), &config("finer = \"hours.csv\""), &[]).err().unwrap_or_default();
        assert_eq!(found, format!("run.toml:5:9: [[data]] finer: {problem}"));
    }
    // Only the second half of the month.
    std::fs::write(&contract, &text).expect("written");
    let hours = std::fs::read_to_string(dir.path().join("hours.csv")).expect("a file");
    let late = |line: &&str| line.starts_with("time") || line[8..10].parse::<u32>().is_ok_and(|day| day > 14);
    let hours = hours.lines().filter(late).map(|l| format!("{l}\n")).collect::<String>();
    std::fs::write(dir.path().join("hours.csv"), hours).expect("written");
    let half = run_in(dir.path(), &config("finer = \"hours.csv\""), &[]).expect("valid");
    assert!(half.run.drill_down.expect("a drill-down").without_data > 0);
    let warning = "it goes from 2024-03-15T10:00:00Z to 2024-03-28T16:00:00Z";
    assert!(half.warnings.iter().any(|w| w.contains(warning)), "{:?}", half.warnings);
}

#[test]
fn verify_makes_a_drilled_run_again_and_sees_a_changed_finer_file() {
    let dir = tempfile::tempdir().expect("a folder");
    write_prices(dir.path(), true);
    let (path, out) = (dir.path().join("run.toml"), dir.path().join("out"));
    std::fs::write(&path, config("finer = \"hours.csv\"")).expect("written");
    let registry = strategies::registry();
    let parsed = Config::read(&path, &[], &registry).expect("valid");
    let outcome = backtest(&parsed, &registry, &mut |_| {}).expect("valid");
    let options = FolderOptions { out: Some(out.clone()), csv: false, no_report: true };
    RunFolder::write(&parsed, &outcome, &options).expect("written");
    let check = || verify(&out, &registry, &mut |_| {}).expect("a verdict");
    assert!(check().is_same());
    let manifest = std::fs::read_to_string(out.join("run.json")).expect("a file");
    let manifest: Manifest = serde_json::from_str(&manifest).expect("a manifest");
    assert_eq!(manifest.resolved.pointer("/data/0/finer/file"), Some(&"hours.csv".into()));
    let hours = std::fs::read_to_string(dir.path().join("hours.csv")).expect("a file");
    std::fs::write(dir.path().join("hours.csv"), format!("{hours}2024-04-01 10:00,90,91,89,90,1\n")).expect("written");
    let verdict = check();
    assert_eq!(verdict.differences.len(), 1, "{verdict:?}");
    assert!(verdict.differences[0].starts_with("hours.csv: sha256 recorded "), "{verdict:?}");
}

#[test]
fn the_shipped_days_are_the_shipped_hours() {
    let text = std::fs::read_to_string(folder("../../configs/bracket_drill.toml")).expect("a config");
    let outcome = run_in(&folder("../../configs"), &text, &[]).expect("valid");
    let all = outcome.run.drill_down.expect("a drill-down");
    assert_eq!((all.disagreeing, all.without_data), (0, 0), "{all:?}");
    assert!(all.ambiguous > 30 && all.resolved * 10 > all.ambiguous * 8, "{all:?}");
}
