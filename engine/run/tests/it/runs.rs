//! Runs as a whole: determinism, shipped configs, run folders, verification.

use std::path::Path;

use engine_data::run_tables::{Column, read_parquet};
use engine_run::{Config, FolderOptions, Manifest, RunFolder, backtest, verify};

use crate::support::{BASE, changed, folder, run};

const TWO: &str = r#"[[data]]
file = "../data/us_daily/IBM.csv"
[[data]]
file = "../data/us_daily/AAPL.csv"
[strategy]
name = "sma_cross"
symbol = "US.IBM"
[benchmark]
symbol = "US.AAPL"
"#;

#[test]
fn the_same_config_gives_the_same_digest() {
    assert_eq!(run(BASE, &[]).expect("valid").digest, run(BASE, &[]).expect("valid").digest);
}

#[test]
fn the_order_of_data_does_not_matter() {
    let other = TWO.replace("IBM.csv", "x").replace("AAPL.csv", "IBM.csv").replace('x', "AAPL.csv");
    let (a, b) = (run(TWO, &[]).expect("valid"), run(&other, &[]).expect("valid"));
    assert_eq!(a.digest, b.digest);
    assert_eq!(a.provenance[2..], b.provenance[2..]);
    assert_eq!(a.report().benchmark.map(|b| b.equity.len()), Some(a.run.times.len()));
}

#[test]
fn account_and_instruments_have_one_currency() {
    let text = TWO.replacen("file", "currency = \"USD\"\nfile", 1);
    assert_eq!(run(&text, &[]).expect("valid").currency, "USD");
}

#[test]
fn every_shipped_config_runs() {
    let registry = strategies::registry();
    let mut count = 0;
    for entry in std::fs::read_dir(folder("../../configs")).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|e| e != "toml") {
            continue;
        }
        let config = Config::read(&path, &[], &registry).expect("a shipped config works");
        let outcome = backtest(&config, &registry, &mut |_| {}).expect("a shipped config works");
        assert!(!outcome.run.fills.is_empty(), "{}", path.display());
        assert!(outcome.report().benchmark.is_some(), "{}", path.display());
        count += 1;
    }
    assert!(count >= 8);
}

#[test]
fn sections_of_other_commands_are_noted_and_not_looked_into() {
    let text = format!("{BASE}[sweep]\nanything = [1]\n[live]\nx.y = 1\n");
    let outcome = run(&text, &[]).expect("valid");
    assert_eq!(outcome.warnings.iter().filter(|w| w.contains("belongs to")).count(), 2);
}

#[test]
fn ambiguous_runs_come_with_both_scenarios() {
    let text =
        changed("[costs]", "[[exit]]\nkind = \"stop\"\nvalue = 1.0\n[[exit]]\nkind = \"target\"\nvalue = 1.0\n[costs]");
    let outcome = run(&text, &[]).expect("valid");
    assert!(!outcome.run.ambiguous.is_empty());
    let (worse, better) = (outcome.pessimistic.expect("re-run"), outcome.optimistic.expect("re-run"));
    assert!(worse.final_equity <= better.final_equity);
    let certain = run(BASE, &[]).expect("valid");
    assert!(certain.pessimistic.is_none() && certain.optimistic.is_none());
}

fn write_config(folder: &Path) -> std::path::PathBuf {
    let data = crate::support::folder("../../data/us_daily");
    for name in ["AAPL.csv", "AAPL.csv.toml", "AAPL.actions.csv"] {
        std::fs::copy(data.join(name), folder.join(name)).expect("a copy");
    }
    let path = folder.join("run.toml");
    std::fs::write(&path, BASE.replace("../data/us_daily/", "")).expect("written");
    path
}

fn write_run(config: &Path, out: &Path, csv: bool) -> RunFolder {
    let registry = strategies::registry();
    let config = Config::read(config, &["run.seed=3".to_owned()], &registry).expect("valid");
    let outcome = backtest(&config, &registry, &mut |_| {}).expect("runs");
    let options = FolderOptions { out: Some(out.to_path_buf()), csv, no_report: false };
    RunFolder::write(&config, &outcome, &options).expect("written")
}

#[test]
fn a_run_folder_has_its_files_and_nothing_else() {
    let dir = tempfile::tempdir().expect("a folder");
    let config = write_config(dir.path());
    let out = dir.path().join("deep/out");
    write_run(&config, &out, true);
    let mut names: Vec<String> = std::fs::read_dir(&out)
        .expect("a folder")
        .map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let expected = [
        "equity.csv",
        "equity.parquet",
        "orders.csv",
        "orders.parquet",
        "report.html",
        "run.json",
        "summary.json",
        "trades.csv",
        "trades.parquet",
    ];
    assert_eq!(names, expected);
    assert_eq!(std::fs::read_dir(dir.path().join("deep")).expect("a folder").count(), 1, "a temporary folder was left");
    // A second run into the same folder replaces ours and keeps what is not ours.
    std::fs::write(out.join("notes.txt"), "mine").expect("written");
    write_run(&config, &out, false);
    assert!(!out.join("trades.csv").exists() && out.join("notes.txt").exists() && out.join("run.json").exists());
}

#[test]
fn tables_have_their_columns() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = dir.path().join("out");
    write_run(&write_config(dir.path()), &out, true);
    for (table, columns) in [
        (
            "trades",
            "symbol,side,quantity,entry_time,entry_bar,entry_price,exit_time,exit_bar,exit_price,fees,pnl,return,mae,mfe,certain",
        ),
        ("orders", "id,symbol,side,type,tif,quantity,limit,stop,submitted,state,filled,average_price,reason"),
        ("equity", "time,equity,cash,drawdown"),
    ] {
        let csv = std::fs::read_to_string(out.join(format!("{table}.csv"))).expect("a table");
        assert_eq!(csv.lines().next(), Some(columns));
        let parquet = read_parquet(&out.join(format!("{table}.parquet"))).expect("a table");
        let names: Vec<&str> = parquet.columns.iter().map(|(n, _)| n.as_str()).collect();
        assert_eq!(names.join(","), columns);
        assert_eq!(parquet.len(), csv.lines().count() - 1);
    }
    let equity = read_parquet(&out.join("equity.parquet")).expect("a table");
    let Some(Column::F64(drawdown)) = equity.column("drawdown") else { unreachable!("no drawdown") };
    assert!(drawdown.iter().all(|d| (-1.0..=0.0).contains(d)));
    let csv = std::fs::read_to_string(out.join("equity.csv")).expect("a table");
    assert_eq!(csv.lines().nth(1), Some("2005-01-03T21:00:00Z,100000,100000,0"));
}

#[test]
fn the_manifest_says_how_to_make_the_run_again() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = dir.path().join("out");
    write_run(&write_config(dir.path()), &out, false);
    let text = std::fs::read_to_string(out.join("run.json")).expect("a file");
    let manifest: Manifest = serde_json::from_str(&text).expect("a manifest");
    assert_eq!((manifest.seed, manifest.config.overrides.as_slice()), (3, &["run.seed=3".to_owned()][..]));
    let names: Vec<&str> = manifest.inputs.iter().map(|i| i.path.as_str()).collect();
    assert_eq!(names, ["AAPL.actions.csv", "AAPL.csv", "AAPL.csv.toml"]);
    assert!(manifest.inputs.iter().all(|i| i.sha256.len() == 64));
    for (key, value) in [
        ("/run/warmup_bars", serde_json::json!(0)),
        ("/account/currency", "USD".into()),
        ("/strategy/symbol", "US.AAPL".into()),
        ("/strategy/parameters/slow", 26.into()),
        ("/sizing/kind", "all_in".into()),
        ("/fill/path", "near_first".into()),
        ("/costs/slippage/kind", "none".into()),
        ("/actions/mode", "apply".into()),
    ] {
        assert_eq!(manifest.resolved.pointer(key), Some(&value), "{key}");
    }
}

#[test]
fn verify_sees_a_changed_input_and_a_changed_digest() {
    let dir = tempfile::tempdir().expect("a folder");
    let config = write_config(dir.path());
    let out = dir.path().join("out");
    write_run(&config, &out, false);
    let check = || verify(&out, &strategies::registry(), &mut |_| {}).expect("a verdict");
    assert!(check().is_same());
    // The recorded config counts, not the file as it is now.
    std::fs::write(&config, "garbage").expect("written");
    assert!(check().is_same() && check().notes.iter().any(|n| n.contains("run.toml is not as it was")));

    let data = dir.path().join("AAPL.csv");
    let prices = std::fs::read_to_string(&data).expect("a file");
    // The last row is after the end of the run.
    std::fs::write(&data, prices.replacen("2013-03-01,438.0", "2013-03-01,437.0", 1)).expect("written");
    let verdict = check();
    assert_eq!(verdict.differences.len(), 1, "{verdict:?}");
    assert!(verdict.differences[0].starts_with("AAPL.csv: sha256 recorded "), "{verdict:?}");
    std::fs::write(&data, &prices).expect("written");

    let manifest = std::fs::read_to_string(out.join("run.json")).expect("a file");
    let digest = &serde_json::from_str::<Manifest>(&manifest).expect("a manifest").digest;
    std::fs::write(out.join("run.json"), manifest.replace(digest.as_str(), &"0".repeat(64))).expect("written");
    let differences = check().differences;
    assert!(differences.iter().any(|d| d.starts_with("digest: recorded 000")), "{differences:?}");
    assert!(differences.iter().any(|d| d.starts_with("summary.json: digest")), "{differences:?}");

    std::fs::remove_file(&data).expect("removed");
    assert!(check().differences.iter().any(|d| d == "AAPL.csv: is missing"));
    assert!(verify(dir.path(), &strategies::registry(), &mut |_| {}).is_err());
}

#[test]
fn diff_names_the_first_event_and_its_causes() {
    use engine_run::diff::diff;

    let dir = tempfile::tempdir().expect("a folder");
    let config = write_config(dir.path());
    let made = |name: &str, overrides: &[&str]| {
        let registry = strategies::registry();
        let overrides: Vec<String> = overrides.iter().map(|o| (*o).to_owned()).collect();
        let config = Config::read(&config, &overrides, &registry).expect("valid");
        let outcome = backtest(&config, &registry, &mut |_| {}).expect("runs");
        let out = dir.path().join(name);
        let options = FolderOptions { out: Some(out.clone()), csv: false, no_report: true };
        RunFolder::write(&config, &outcome, &options).expect("written");
        (out, outcome)
    };
    let (a, run_a) = made("a", &[]);
    let (same, _) = made("same", &["run.name=other", "run.seed=9"]);
    let found = diff(&a, &same).expect("read");
    assert!(found.is_same(), "{found:?}");
    let causes: Vec<&str> = found.causes.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(causes, ["run.seed"]);

    // Half of the fee: the same orders until a size or a price differs; the first fill's fee shows at once.
    let (b, run_b) = made("b", &["costs.rate=0.0005"]);
    let found = diff(&a, &b).expect("read");
    assert!(!found.is_same());
    let cause = &found.causes[0];
    assert_eq!(
        (cause.kind, cause.name.as_str(), cause.a.as_str(), cause.b.as_str()),
        ("config", "costs.rate", "0.001", "0.0005")
    );
    let first = found.first.expect("a difference");
    let fill = run_a.run.fills[0];
    let order = &run_a.run.orders[fill.order.index()];
    assert_eq!((first.table, first.time), ("orders", order.submitted.to_string()));
    assert!(first.columns.iter().all(|c| ["quantity", "filled"].contains(&c.as_str())), "{:?}", first.columns);
    let orders = found.counts.iter().find(|c| c.table == "orders").expect("orders");
    assert_eq!(orders.same + orders.changed + orders.only_a, run_a.run.orders.len());
    assert_eq!(orders.same + orders.changed + orders.only_b, run_b.run.orders.len());
    assert!(found.figures.iter().any(|(name, ..)| name == "fees"));

    // Another input: found by its hash.
    let prices = dir.path().join("AAPL.csv");
    let text = std::fs::read_to_string(&prices).expect("a file");
    std::fs::write(&prices, text.replacen("2013-03-01,438.0", "2013-03-01,437.0", 1)).expect("written");
    let (c, _) = made("c", &["strategy.fast=5"]);
    let found = diff(&a, &c).expect("read");
    let causes: Vec<(&str, &str)> = found.causes.iter().map(|c| (c.kind, c.name.as_str())).collect();
    assert_eq!(causes, [("config", "strategy.fast"), ("input", "AAPL.csv")]);

    let error = diff(&a, dir.path()).expect_err("no run");
    assert!(error.to_string().contains("run.json: cannot read"), "{error}");
}
