//! `engine sweep`, `engine diff`: exit codes, output, a real interrupt.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{self, workspace};

/// The program at the root of the workspace.
fn engine() -> assert_cmd::Command {
    support::engine(&workspace(""), &[])
}

fn stdout(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

const CONFIG: &str = "configs/macd_sweep.toml";

fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).expect("a file")).expect("JSON")
}

#[test]
fn the_table_fits_a_terminal_and_names_what_counts() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = dir.path().join("sweep");
    let few = ["--set", "sweep.signal=[9]", "--set", "run.end=2006-12-31", "--top", "3", "--out"];
    let output = engine().arg("sweep").arg(CONFIG).args(few).arg(&out).output().expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = stdout(&output);
    assert!(text.lines().all(|l| l.chars().count() <= 80), "{text}");
    for part in [
        "cells       59 of 59 ran, 4 excluded by constraints",
        "TOP by sharpe",
        "neighbours ",
        "deflated ",
        "after 59 trials",
        "digest ",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let page = std::fs::read_to_string(out.join("report.html")).expect("a page");
    for part in ["Deflated Sharpe ratio", "Neighbours of the best", "<svg class=\"heat\"", "table class=\"sortable\""] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("http://") && !page.contains("https://"), "the page asks nobody");
    let summary = json(&out.join("sweep.json"));
    assert_eq!((summary["complete"].as_bool(), summary["trials"].as_u64()), (Some(true), Some(59)));
    // The best cell is a backtest of its own, with the same digest.
    let mut lone = engine();
    lone.arg("backtest").arg(CONFIG).args(["--json", "--no-report", "--set", "run.end=2006-12-31", "--out"]);
    lone.arg(dir.path().join("lone"));
    for (key, value) in summary["best"]["parameters"].as_object().expect("parameters") {
        lone.arg("--set").arg(format!("{key}={value}"));
    }
    let lone: Value = serde_json::from_slice(&lone.output().expect("runs").stdout).expect("JSON");
    assert_eq!(lone["digest"], summary["best"]["digest"]);
    assert_eq!(lone["sharpe"], summary["best"]["figures"]["sharpe"]);
}

#[test]
fn interrupted_and_resumed_it_gives_the_same_digest() {
    let dir = tempfile::tempdir().expect("a folder");
    let (whole, part) = (dir.path().join("whole"), dir.path().join("part"));
    let set = ["--set", "sweep.fast={ from = 2, to = 20, step = 1 }", "--no-report"];
    let output = engine().arg("sweep").arg(CONFIG).args(set).args(["--threads", "2", "--out"]).arg(&whole).output();
    assert!(output.expect("runs").status.success());
    let expected = json(&whole.join("sweep.json"));

    let mut command: Command = Command::new(assert_cmd::cargo::cargo_bin!("engine"));
    command.current_dir(workspace(""));
    command.arg("sweep").arg(CONFIG).args(set).args(["--threads", "1", "--out"]).arg(&part);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("starts");
    let began = Instant::now();
    while !part.join("sweep.json").exists() && began.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(10));
    }
    // Some cells in.
    std::thread::sleep(Duration::from_millis(600));
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(kill.success());
    let status = child.wait().expect("ends");
    assert_eq!(status.code(), Some(130));
    let stopped = json(&part.join("sweep.json"));
    assert_eq!((stopped["complete"].as_bool(), stopped["digest"].is_null()), (Some(false), true));
    let (done, pending) = (&stopped["counts"]["done"], &stopped["counts"]["pending"]);
    assert!(done.as_u64() > Some(0) && pending.as_u64() > Some(0), "{stopped}");
    assert!(part.join("results.parquet").exists());

    let output = engine().args(["sweep", "--json", "--no-report", "--resume"]).arg(&part).output().expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let resumed: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(resumed["digest"], expected["digest"]);
    assert_eq!(resumed["best"], expected["best"]);
    assert_eq!(resumed["counts"], expected["counts"]);
    assert!(resumed["timing"]["cells"].as_u64() < expected["timing"]["cells"].as_u64());
}

#[test]
fn usage_and_refusals_are_exit_code_2() {
    let large = [
        "sweep",
        CONFIG,
        "--set",
        "sweep.signal={ from = 1, to = 9999, step = 1 }",
        "--set",
        "sweep.fast={ from = 2, to = 1001, step = 1 }",
    ];
    for (arguments, expected) in [
        (&["sweep"][..], "required arguments were not provided"),
        (&["sweep", CONFIG, "--resume", "x"], "cannot be used with"),
        (&["sweep", CONFIG, "--threads", "0"], "0 is not in 1..=1024"),
        (&["sweep", "configs/macd.toml"], "[sweep]: missing, expected a section such as"),
        (&["sweep", "--resume", "no/such/folder"], "no/such/folder/sweep.json: cannot read"),
        (&large, "69,993,000 combinations, about "),
        (&["diff", "a"], "required arguments were not provided"),
        (&["diff", "a", "b"], "a/run.json: cannot read"),
    ] {
        let output = engine().args(arguments).output().expect("runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(expected), "{arguments:?}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[test]
fn diff_says_what_differs_and_ends_with_1() {
    let dir = tempfile::tempdir().expect("a folder");
    let run = |name: &str, fast: &str| {
        let out = dir.path().join(name);
        let set = format!("strategy.fast={fast}");
        let arguments = ["backtest", "configs/macd.toml", "--no-report", "--set", set.as_str(), "--out"];
        assert!(engine().args(arguments).arg(&out).output().expect("runs").status.success());
        out
    };
    let (a, b, c) = (run("a", "12"), run("b", "12"), run("c", "8"));
    let same = engine().arg("diff").args([&a, &b]).output().expect("runs");
    assert_eq!((same.status.code(), stdout(&same).starts_with("same  digest ")), (Some(0), true));
    let differs = engine().arg("diff").args([&a, &c]).output().expect("runs");
    let text = stdout(&differs);
    assert_eq!(differs.status.code(), Some(1), "{text}");
    assert!(text.lines().all(|l| l.chars().count() <= 80), "{text}");
    for part in [
        "config strategy.fast: 12 in A, 8 in B",
        "FIRST DIFFERENCE  orders at 2005-",
        "COUNTS\n  orders: ",
        "final_equity: ",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}
