//! `engine strategies`, `engine stats`, and help on every level.

use std::path::Path;

use crate::support::{engine, outcome};

fn said(arguments: &[&str]) -> String {
    let (code, stdout, stderr) = outcome(&mut engine(Path::new("."), arguments));
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{arguments:?}");
    stdout
}

#[test]
fn help_on_every_level_has_an_example() {
    for arguments in [
        &["--help"][..],
        &["backtest", "--help"],
        &["verify", "--help"],
        &["report", "--help"],
        &["stats", "deflated_sharpe", "--help"],
        &["stats", "trades", "--help"],
        &["simulate-orders", "--help"],
        &["indicators", "--help"],
        &["strategies", "--help"],
        &["strategies", "describe", "--help"],
        &["stats", "--help"],
        &["stats", "performance", "--help"],
    ] {
        let help = said(arguments);
        assert!(help.contains("Example") && help.contains("engine "), "{help}");
    }
}

#[test]
fn plugins_are_listed_and_described() {
    let list = said(&["strategies"]);
    for plugin in strategies::registry().plugins() {
        assert!(list.contains(&format!("\n  {}", plugin.name)), "{}", plugin.name);
        let description = said(&["strategies", "describe", plugin.name]);
        assert!(plugin.fields.iter().all(|f| description.contains(f.name)), "{description}");
        let json: serde_json::Value =
            serde_json::from_str(&said(&["strategies", "describe", plugin.name, "--json"])).expect("JSON");
        assert_eq!(json[0]["parameters"].as_array().map(Vec::len), Some(plugin.fields.len()));
    }
    assert!(list.lines().all(|l| l.chars().count() <= 80));
    let all: Vec<serde_json::Value> = serde_json::from_str(&said(&["strategies", "--json"])).expect("JSON");
    assert_eq!(all.len(), strategies::registry().plugins().len());
    let (code, _, stderr) = outcome(&mut engine(Path::new("."), &["strategies", "describe", "mcad"]));
    assert_eq!((code, stderr.as_str()), (Some(2), "there is no plugin \"mcad\"; did you mean \"macd\"?\n"));
}

#[test]
fn performance_of_an_equity_column() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(
        folder.path().join("e.csv"),
        "t,equity,other,bench\n0,100,1,\n1,110,1,0.1\n2,99,1,-0.1\n3,121,1,0.2\n",
    )
    .expect("written");
    let run = |arguments: &[&str]| {
        outcome(&mut engine(folder.path(), &[&["stats", "performance", "e.csv"], arguments].concat()))
    };
    let (code, stdout, _) = run(&["--json", "--benchmark", "bench"]);
    assert_eq!(code, Some(0));
    let figures: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    let near = |key: &str, expected: f64| {
        let found = figures[key].as_f64().expect("a number");
        assert!((found - expected).abs() < 1e-12, "{key}: {found}, expected {expected}");
    };
    near("total_return", 0.21);
    near("max_drawdown", -0.1);
    near("win_rate_all", 2.0 / 3.0);
    near("best", 22.0 / 99.0);
    assert!(figures["beta"].is_number() && figures["alpha_annual"].is_number());
    let (_, table, _) = run(&[]);
    assert!(table.starts_with("total_return                0."), "{table}");
    // No variance: undefined, not zero.
    let (_, table, _) = run(&["--column", "other"]);
    assert!(table.lines().any(|l| l.trim_end() == "sharpe_rf0"), "{table}");
    for (arguments, expected) in [
        (&["--column", "nothing"][..], "e.csv:1: column nothing is missing; found t,equity,other,bench\n"),
        (&["--column", "bench"], "e.csv:2: column bench: is no finite number\n"),
    ] {
        let (code, _, stderr) = run(arguments);
        assert_eq!((code, stderr.as_str()), (Some(2), expected));
    }
    assert_eq!(run(&["--periods-per-year", "0"]).0, Some(2));
}

#[test]
fn bands_come_with_a_seed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut text = String::from("equity\n");
    for i in 0..200 {
        text.push_str(&format!("{}\n", 100.0 + f64::from(i) * 0.1 + f64::from(i % 7)));
    }
    std::fs::write(folder.path().join("e.csv"), text).expect("written");
    std::fs::write(folder.path().join("short.csv"), "equity\n1\n2\n").expect("written");
    let run = |file: &str, arguments: &[&str]| {
        outcome(&mut engine(folder.path(), &[&["stats", "performance", file, "--json"], arguments].concat()))
    };
    let (code, first, _) = run("e.csv", &["--bootstrap", "200", "--seed", "7"]);
    assert_eq!(code, Some(0));
    assert_eq!(run("e.csv", &["--bootstrap", "200", "--seed", "7"]).1, first);
    assert_ne!(run("e.csv", &["--bootstrap", "200", "--seed", "8"]).1, first);
    let figures: serde_json::Value = serde_json::from_str(&first).expect("JSON");
    let figure = |key: &str| figures[key].as_f64().expect(key);
    assert!(figure("sharpe_rf0_low") < figure("sharpe_rf0") && figure("sharpe_rf0") < figure("sharpe_rf0_high"));
    assert!(figure("max_drawdown_low") <= figure("max_drawdown_high"));
    assert_eq!(run("e.csv", &["--bootstrap", "99"]).0, Some(2));
    assert_eq!(run("e.csv", &["--bootstrap", "200", "--confidence", "1"]).0, Some(2));
    let (code, _, stderr) = run("short.csv", &["--bootstrap", "200"]);
    assert_eq!((code, stderr.as_str()), (Some(2), "short.csv: --bootstrap needs at least 10 returns, each above -1\n"));
}

#[test]
fn statistics_of_trades() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    write("t.csv", "pnl,mae,mfe\n30,-0.01,0.05\n-10,-0.08,0.02\n20,-0.03,0.07\n0,0,0\n");
    write("bare.csv", "profit\n5\n");
    write("bad.csv", "pnl\n5\nx\n");
    let run = |arguments: &[&str]| outcome(&mut engine(folder.path(), &[&["stats", "trades"], arguments].concat()));
    let (code, out, _) = run(&["t.csv", "--json"]);
    assert_eq!(code, Some(0));
    let figures: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let figure = |key: &str| figures[key].as_f64().expect(key);
    assert_eq!((figure("win_rate"), figure("profit_factor"), figure("expectancy")), (0.5, 5.0, 10.0));
    assert_eq!((figure("mae_median_of_losers"), figure("mae_worst")), (-0.08, -0.08));
    let (_, out, _) = run(&["bare.csv", "--column", "profit"]);
    assert!(out.contains("profit_factor") && !out.contains("mae"), "{out}");
    let (code, _, stderr) = run(&["bare.csv"]);
    assert_eq!((code, stderr.as_str()), (Some(2), "bare.csv:1: column pnl is missing; found profit\n"));
    assert_eq!(run(&["bad.csv"]).0, Some(2));
}

#[test]
fn deflated_sharpe_ratios_of_a_table() {
    let folder = tempfile::tempdir().expect("a folder");
    let table = "case,sr_per_period,n_obs,skew,kurtosis_raw,n_trials,var_of_trial_sr\n\
                 paper,0.15811388300841897,1250,-3.0,10.0,100,0.002\none,0.1,250,0,3,1,0.002\n\
                 short,0.1,1,0,3,10,0.002\nlosing,-0.1,250,0,3,10,0\n";
    std::fs::write(folder.path().join("t.csv"), table).expect("written");
    let (code, out, _) = outcome(&mut engine(folder.path(), &["stats", "deflated_sharpe", "t.csv"]));
    assert_eq!(code, Some(0));
    let rows: Vec<Vec<&str>> = out.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows[0][7..], ["out_sr0", "out_psr_vs_zero", "out_dsr", "out_min_trl_95", "out_error"]);
    let dsr: f64 = rows[1][9].parse().expect("a number");
    assert!((dsr - 0.900_396_834_449_391).abs() < 1e-12, "{dsr}");
    assert_eq!((rows[2][7], rows[2][9], rows[2][11]), ("", "", "n_trials: expected a whole number from 2"));
    assert!(!rows[2][8].is_empty());
    assert_eq!(rows[3][7..], ["", "", "", "", "n_obs: expected a whole number from 2"]);
    // A loser never proves itself; trials that are all alike expect nothing.
    assert_eq!((rows[4][7].parse(), rows[4][10], rows[4][11]), (Ok(0.0), "", ""));
    let (code, _, stderr) = outcome(&mut engine(folder.path(), &["stats", "deflated_sharpe", "e.csv"]));
    assert_eq!(code, Some(2), "{stderr}");
}
