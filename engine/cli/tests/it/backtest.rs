//! `engine backtest` and `engine verify`.

use crate::support::{engine, folder_with_config, outcome, workspace};

const SUMMARY: [&str; 22] = [
    "digest",
    "bars",
    "fills",
    "trades",
    "final_equity",
    "total_return",
    "cagr",
    "volatility",
    "sharpe",
    "sortino",
    "calmar",
    "max_drawdown",
    "max_drawdown_days",
    "win_rate",
    "profit_factor",
    "exposure",
    "turnover",
    "fees",
    "certain_share",
    "pnl_worst",
    "pnl_best",
    "fills_outside_bar",
];

#[test]
fn the_table_fits_a_terminal_and_ends_with_the_folder() {
    let folder = folder_with_config();
    let (code, stdout, stderr) = outcome(&mut engine(folder.path(), &["backtest", "run.toml"]));
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert!(stdout.lines().all(|l| l.chars().count() <= 80), "{stdout}");
    assert!(!stdout.contains('\u{1b}'), "colours without a terminal");
    let place = stdout.lines().last().and_then(|l| l.strip_prefix("run folder  ")).expect("the folder");
    assert!(place.starts_with("runs/") && place.ends_with("Z-two-years"), "{place}");
    assert!(folder.path().join(place).join("run.json").is_file());
    // Another run gets another folder, in the same second too.
    for _ in 0..3 {
        assert_eq!(outcome(&mut engine(folder.path(), &["backtest", "run.toml"])).0, Some(0));
    }
    assert_eq!(std::fs::read_dir(folder.path().join("runs")).expect("a folder").count(), 4);
}

#[test]
fn json_is_the_summary_and_nothing_else() {
    let folder = folder_with_config();
    let (code, stdout, stderr) =
        outcome(&mut engine(folder.path(), &["backtest", "run.toml", "--json", "--out", "out"]));
    assert_eq!(code, Some(0));
    assert_eq!(stdout, std::fs::read_to_string(folder.path().join("out/summary.json")).expect("a file"));
    assert_eq!(stderr, "run folder out\n");
    let summary: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    for key in SUMMARY {
        assert!(summary.get(key).is_some(), "{key}");
    }
    let again = outcome(&mut engine(folder.path(), &["backtest", "run.toml", "--json", "--out", "out"])).1;
    assert_eq!(stdout, again);
}

#[test]
fn the_folder_has_what_was_asked_for() {
    let folder = folder_with_config();
    let names = |out: &str| {
        let entries = std::fs::read_dir(folder.path().join(out)).expect("a folder");
        let mut names: Vec<String> =
            entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names.join(" ")
    };
    engine(folder.path(), &["backtest", "run.toml", "--out", "a"]).assert().success();
    assert_eq!(names("a"), "equity.parquet orders.parquet report.html run.json summary.json trades.parquet");
    engine(folder.path(), &["backtest", "run.toml", "--out", "b", "--csv", "--no-report"]).assert().success();
    assert_eq!(
        names("b"),
        "equity.csv equity.parquet orders.csv orders.parquet run.json summary.json trades.csv trades.parquet"
    );
    assert!(folder.path().join("a/report.html").metadata().is_ok_and(|m| m.len() > 10_000));
}

#[test]
fn a_wrong_config_is_one_line_and_exit_code_2() {
    let folder = folder_with_config();
    for (arguments, expected) in [
        (
            vec!["backtest", "run.toml", "--set", "strategy.fsat=8"],
            "--set strategy.fsat=8: [strategy] fsat: unknown key; did you mean \"fast\"?\n",
        ),
        (vec!["backtest", "no.toml"], "no.toml: cannot read the config: No such file or directory (os error 2)\n"),
        (vec!["backtest", "."], ".: cannot read the config: Is a directory (os error 21)\n"),
        (
            vec!["backtest", "run.toml", "--out", "run.toml"],
            "--out run.toml: is a file, expected a folder or a new name\n",
        ),
        (
            vec!["backtest", "run.toml", "--set", "costs.rate=5"],
            "--set costs.rate=5: [costs] rate: found 5, expected a number from 0 to 1\n",
        ),
    ] {
        let (code, stdout, stderr) = outcome(&mut engine(folder.path(), &arguments));
        assert_eq!((code, stdout.as_str(), stderr.as_str()), (Some(2), "", expected));
    }
    assert!(!folder.path().join("runs").exists());
}

#[test]
fn bad_data_names_its_row() {
    let folder = folder_with_config();
    let data = folder.path().join("AAPL.csv");
    let prices = std::fs::read_to_string(&data).expect("a file");
    std::fs::write(&data, prices.replacen("127.0,127.94,120.69", "127.0,127.94,oops", 1)).expect("written");
    let (code, _, stderr) = outcome(&mut engine(folder.path(), &["backtest", "run.toml"]));
    assert_eq!(code, Some(2));
    assert!(stderr.starts_with("AAPL.csv:3: column low: ") && stderr.lines().count() == 1, "{stderr}");
}

#[test]
fn usage_errors_are_exit_code_2() {
    let folder = folder_with_config();
    for arguments in [&["backtest"][..], &["backtest", "run.toml", "--oops"], &["nonsense"], &[]] {
        assert_eq!(outcome(&mut engine(folder.path(), arguments)).0, Some(2), "{arguments:?}");
    }
    assert_eq!(outcome(&mut engine(folder.path(), &["--version"])).0, Some(0));
}

#[test]
fn a_folder_that_cannot_be_written_is_exit_code_1() {
    let folder = folder_with_config();
    let (code, _, stderr) = outcome(&mut engine(folder.path(), &["backtest", "run.toml", "--out", "run.toml/below"]));
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.starts_with("run.toml"), "{stderr}");
}

#[test]
fn verify_reproduces_a_run_and_sees_what_changed() {
    let folder = folder_with_config();
    engine(folder.path(), &["backtest", "run.toml", "--out", "out", "--set", "strategy.fast=8"]).assert().success();
    let (code, stdout, stderr) = outcome(&mut engine(folder.path(), &["verify", "out"]));
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert!(stdout.starts_with("same  digest "), "{stdout}");
    // From another folder too.
    let elsewhere = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out").display().to_string();
    engine(elsewhere.path(), &["verify", &out]).assert().success();

    let data = folder.path().join("AAPL.csv");
    let prices = std::fs::read_to_string(&data).expect("a file");
    std::fs::write(&data, prices.replacen("2005-06-01,39.89,", "2005-06-01,39.90,", 1)).expect("written");
    assert_ne!(std::fs::read_to_string(&data).expect("a file"), prices);
    let (code, stdout, stderr) = outcome(&mut engine(folder.path(), &["verify", "out"]));
    assert_eq!(code, Some(1));
    assert!(stdout.contains("AAPL.csv: sha256 recorded "), "{stdout}");
    assert!(stderr.starts_with("out: "), "{stderr}");

    let (code, _, stderr) = outcome(&mut engine(folder.path(), &["verify", "nowhere"]));
    assert_eq!(code, Some(2));
    assert_eq!(stderr, "nowhere/run.json: cannot read: No such file or directory (os error 2)\n");
}

#[test]
fn a_report_is_made_again_from_the_folder() {
    let folder = folder_with_config();
    engine(folder.path(), &["backtest", "run.toml", "--out", "out", "--set", "strategy.fast=8"]).assert().success();
    let page = folder.path().join("out/report.html");
    let first = std::fs::read_to_string(&page).expect("a page");
    std::fs::remove_file(&page).expect("removed");
    // From another folder: the same page to the byte.
    let elsewhere = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out").display().to_string();
    let (code, stdout, stderr) = outcome(&mut engine(elsewhere.path(), &["report", &out]));
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert!(stdout.contains("report.html  digest "), "{stdout}");
    assert!(std::fs::read_to_string(&page).expect("a page") == first, "the page is another");

    // A run without the page gets one; nothing but the page changes.
    engine(folder.path(), &["backtest", "run.toml", "--out", "bare", "--no-report"]).assert().success();
    engine(folder.path(), &["report", "bare"]).assert().success();
    let mut names: Vec<String> = std::fs::read_dir(folder.path().join("bare"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let all = ["equity.parquet", "orders.parquet", "report.html", "run.json", "summary.json", "trades.parquet"];
    assert_eq!(names, all);

    let data = folder.path().join("AAPL.csv");
    let prices = std::fs::read_to_string(&data).expect("a file");
    std::fs::write(&data, prices.replacen("2005-06-01,39.89,", "2005-06-01,39.90,", 1)).expect("written");
    let (code, _, stderr) = outcome(&mut engine(folder.path(), &["report", "out"]));
    assert_eq!(code, Some(2));
    let expected = "out/run.json: the report cannot be made again, the inputs are not as they were: AAPL.csv: sha256";
    assert!(stderr.starts_with(expected), "{stderr}");
    assert!(std::fs::read_to_string(&page).expect("a page") == first, "the old page stays");
    std::fs::write(&data, &prices).expect("written");

    let record = folder.path().join("out/run.json");
    let text = std::fs::read_to_string(&record).expect("a file");
    let run: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let digest = run["digest"].as_str().expect("a digest");
    std::fs::write(&record, text.replace(digest, &"0".repeat(64))).expect("written");
    let (code, _, stderr) = outcome(&mut engine(folder.path(), &["report", "out"]));
    assert_eq!(code, Some(2));
    assert!(stderr.contains("the run comes out differently: digest recorded 0000"), "{stderr}");
    assert_eq!(outcome(&mut engine(folder.path(), &["report", "nowhere"])).0, Some(2));
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let folder = folder_with_config();
    let program = assert_cmd::cargo::cargo_bin("engine");
    for arguments in [
        &["backtest", "run.toml", "--json"][..],
        &["strategies"],
        &["--help"],
        &["indicators", "AAPL.csv", "--add", "sma(20)"],
    ] {
        let mut child = std::process::Command::new(&program)
            .args(arguments)
            .current_dir(folder.path())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("the program starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("the program ends");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!stderr.contains("panicked"), "{arguments:?}: {stderr}");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {stderr}");
    }
}

#[test]
fn the_shipped_example_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = workspace("configs/macd.toml").display().to_string();
    let (code, stdout, stderr) = outcome(&mut engine(folder.path(), &["backtest", &config]));
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert!(stdout.contains("macd-aapl"), "{stdout}");
}
