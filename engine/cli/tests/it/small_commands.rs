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
