//! `engine init` and `engine config`: a start that runs as it is.

use crate::support::{engine, outcome, workspace};

#[test]
fn the_starter_runs_as_it_is_and_is_never_overwritten() {
    let dir = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| outcome(&mut engine(dir.path(), arguments));
    let (code, text, _) = run(&["init", "first"]);
    assert_eq!(code, Some(0));
    for name in ["run.toml", "engine.schema.json", "data/AAPL.csv", "data/AAPL.csv.toml", "data/AAPL.actions.csv"] {
        assert!(dir.path().join("first").join(name).is_file(), "{name}");
        assert!(text.contains(name), "{text}");
    }
    let (code, text, said) = run(&["backtest", "first/run.toml", "--json", "--no-report"]);
    assert_eq!(code, Some(0), "{said}");
    let shipped = ["backtest", "configs/macd.toml", "--json", "--no-report", "--out"];
    let out = dir.path().join("shipped");
    let shipped = outcome(engine(&workspace(""), &shipped).arg(&out));
    assert_eq!(text, shipped.1, "the starter is the shipped config over the shipped data");
    assert_eq!(
        run(&["config", "check", "first/run.toml"]),
        (Some(0), "first/run.toml: no errors\n".to_owned(), String::new())
    );

    // The same again: nothing to write. Changed by the user: refused, then forced.
    assert_eq!(run(&["init", "first"]).0, Some(0));
    let config = dir.path().join("first/run.toml");
    std::fs::write(&config, "# mine\n").expect("written");
    let (code, _, said) = run(&["init", "first"]);
    assert_eq!(
        (code, said.as_str()),
        (Some(2), "first/run.toml: exists already; name another place, or overwrite with --force\n")
    );
    assert_eq!(std::fs::read_to_string(&config).expect("a file"), "# mine\n");
    assert_eq!(run(&["init", "first", "--force"]).0, Some(0));
    assert!(std::fs::read_to_string(&config).expect("a file").starts_with("#:schema ./engine.schema.json\n"));

    // A file, and the folder one stands in.
    assert_eq!(run(&["init", "second.toml"]).0, Some(0));
    assert!(dir.path().join("second.toml").is_file() && dir.path().join("data/AAPL.csv").is_file());
    assert_eq!(run(&["init"]).0, Some(0));
    assert_eq!(run(&["backtest", "run.toml", "--no-report"]).0, Some(0));
}

#[test]
fn check_lists_all_errors_and_ends_with_2() {
    let dir = tempfile::tempdir().expect("a folder");
    let text =
        "[run]\nsede = 3\n[account]\ncash = -1\n[[data]]\nfile = \"x.csv\"\n[strategy]\nname = \"macd\"\nfast = 0\n";
    std::fs::write(dir.path().join("bad.toml"), text).expect("written");
    let (code, out, said) = outcome(&mut engine(dir.path(), &["config", "check", "bad.toml"]));
    assert_eq!((code, out.as_str()), (Some(2), ""));
    let expected = [
        "bad.toml:2:1: [run] sede: unknown key; did you mean \"seed\"?",
        "bad.toml:4:8: [account] cash: found -1, expected a number from 0.01 to 1000000000000",
        "bad.toml:9:8: [strategy] fast: found 0, expected a whole number from 1 to 10000",
    ];
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
    let (code, _, said) = outcome(&mut engine(dir.path(), &["config", "check", "none.toml"]));
    assert_eq!(code, Some(2));
    assert!(said.starts_with("none.toml: cannot read the config: "), "{said}");
}

#[test]
fn the_schema_names_every_parameter() {
    let (code, out, _) = outcome(&mut engine(&workspace(""), &["config", "schema"]));
    assert_eq!(code, Some(0));
    let schema: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let strategies = schema["properties"]["strategy"]["oneOf"].as_array().expect("plugins");
    let macd = strategies.iter().find(|s| s["title"] == "macd").expect("macd");
    let fast = &macd["properties"]["fast"];
    assert_eq!(
        (fast["minimum"].as_i64(), fast["maximum"].as_i64(), fast["default"].as_i64()),
        (Some(1), Some(10_000), Some(12))
    );
    assert!(fast["description"].as_str().is_some_and(|d| d.starts_with("Bars of the fast EMA")));
}
