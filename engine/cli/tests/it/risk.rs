//! `engine risk`: figures that must agree with each other, pictures, bad input.

use std::path::Path;

use serde_json::Value;

use crate::support::{engine, outcome, workspace};

/// The JSON of a command in the workspace.
fn json(arguments: &[&str]) -> Value {
    let all = [&["risk"], arguments, &["--json"]].concat();
    let (code, out, stderr) = outcome(&mut engine(&workspace(""), &all));
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{arguments:?}");
    serde_json::from_str(&out).expect("JSON")
}

fn number(of: &Value, pointer: &str) -> f64 {
    of.pointer(pointer).and_then(Value::as_f64).expect(pointer)
}

fn sum(of: &Value, list: &str, key: &str) -> f64 {
    of[list].as_array().expect(list).iter().map(|x| x[key].as_f64().expect(key)).sum()
}

const PORTFOLIO: &str = "docs/samples/portfolio.toml";

#[test]
fn methods_agree_and_parts_add_up() {
    let found =
        json(&["var", PORTFOLIO, "--paths", "20000", "--seed", "7", "--backtest", "250", "--confidence", "0.95"]);
    let var = number(&found, "/normal/var");
    assert!((sum(&found, "factors", "component_var") / var - 1.0).abs() < 1e-9);
    for method in ["/historical/var", "/cornish_fisher/var", "/monte_carlo/var"] {
        let other = number(&found, method);
        assert!((0.7..1.4).contains(&(other / var)), "{method}: {other}, normal {var}");
    }
    let es = number(&found, "/monte_carlo/expected_shortfall");
    assert!((sum(&found, "positions", "component_es") / es - 1.0).abs() < 1e-9);
    assert!(es > number(&found, "/monte_carlo/var") && number(&found, "/normal/expected_shortfall") > var);
    assert!(number(&found, "/monte_carlo/var_low") < number(&found, "/monte_carlo/var_high"));
    assert_eq!(found["backtests"].as_array().map(Vec::len), Some(2));
    assert_eq!(number(&found, "/backtests/0/days"), number(&found, "/history_days") - 250.0);
    let again =
        json(&["var", PORTFOLIO, "--paths", "20000", "--seed", "7", "--backtest", "250", "--confidence", "0.95"]);
    assert_eq!(found, again);
    let other = json(&["var", PORTFOLIO, "--paths", "20000", "--seed", "8", "--confidence", "0.95"]);
    assert_ne!(found["monte_carlo"], other["monte_carlo"]);
}

#[test]
fn every_model_and_reduction_runs() {
    let returns =
        ["var", "docs/samples/returns.csv", "--weights", "0.5,0.3,0.2", "--value", "1000", "--paths", "16384"];
    let plain = json(&returns);
    let width = |v: &Value| number(v, "/monte_carlo/var_high") - number(v, "/monte_carlo/var_low");
    for more in [&["--sobol"][..], &["--control-variate"], &["--antithetic"]] {
        let found = json(&[&returns[..], more].concat());
        let (var, expected) = (number(&found, "/monte_carlo/var"), number(&plain, "/monte_carlo/var"));
        assert!((var / expected - 1.0).abs() < 0.05, "{more:?}: {var}, expected {expected}");
        assert!(more[0] == "--antithetic" || width(&found) < width(&plain), "{more:?}");
    }
    for more in [&["--model", "student-t", "--degrees", "4"][..], &["--model", "bootstrap", "--block", "5"]] {
        let found = json(&[&returns[..], more, &["--horizon", "5"]].concat());
        assert!(number(&found, "/monte_carlo/var") > number(&plain, "/monte_carlo/var"), "{more:?}");
    }
    // Weights by name are the same as in order; what is left out is none.
    let named =
        json(&["var", returns[1], "--weights", "MSFT=0.2,AAPL=0.5,IBM=0.3", "--value", "1000", "--paths", "16384"]);
    assert_eq!(named["normal"], plain["normal"]);
}

#[test]
fn a_portfolio_at_a_glance() {
    let found = json(&["portfolio", PORTFOLIO]);
    let equity = number(&found, "/equity");
    assert!((sum(&found, "positions", "value") / equity - 1.0).abs() < 1e-12);
    assert!((sum(&found, "positions", "weight") - 1.0).abs() < 1e-12);
    let gross: f64 = found["positions"]
        .as_array()
        .expect("positions")
        .iter()
        .map(|p| p["exposure"].as_f64().expect("x").abs())
        .sum();
    assert!((number(&found, "/leverage/gross") - gross / equity).abs() < 1e-12);
    assert_eq!(number(&found, "/correlation/shrunk/0"), 1.0);
    assert_eq!(found["correlation"]["repaired"], Value::Bool(false));
    assert!(number(&found, "/margin/use_initial") > number(&found, "/margin/use_maintenance"));
}

#[test]
fn scenarios_and_a_grid() {
    let found = json(&["stress", PORTFOLIO]);
    let scenarios = found["scenarios"].as_array().expect("scenarios");
    assert_eq!(scenarios.len(), 16 + 2);
    for scenario in scenarios {
        let parts = sum(scenario, "positions", "gain");
        assert!((parts - number(scenario, "/gain")).abs() < 1e-6, "{scenario}");
    }
    // The middle of the grid moves nothing, and the row of -10 % is the scenario of that name.
    let grid = found["grid"]["gains_rowmajor"].as_array().expect("grid");
    let at = |row: usize, column: usize| grid[row * 9 + column].as_f64().expect("a gain");
    assert_eq!(at(6, 2), 0.0);
    assert!((at(4, 2) - number(&scenarios[2], "/gain")).abs() < 1e-6);
    assert_eq!(json(&["stress", PORTFOLIO, "--own"])["scenarios"].as_array().map(Vec::len), Some(2));
}

#[test]
fn stakes() {
    let found = json(&["kelly", "docs/samples/trades.csv", "--part", "0.5"]);
    for method in ["win_rate_and_payoff", "mean_over_variance"] {
        let of = &found[method];
        let fraction = number(of, "/fraction");
        assert!(number(of, "/low") < fraction && fraction < number(of, "/high"), "{of}");
        assert!(number(of, "/shrunk") < fraction && number(of, "/recommended") == 0.5 * fraction, "{of}");
    }
    assert!(number(&found, "/empirical/fraction") > 0.0);
    let arguments = ["kelly", "docs/samples/returns.csv", "--portfolio", "--max-weight", "0.5", "--max-total", "0.8"];
    let found = json(&arguments);
    let fractions: Vec<f64> =
        found["within_limits"]["fractions"].as_array().expect("a list").iter().filter_map(Value::as_f64).collect();
    assert!(fractions.len() == 3 && fractions.iter().all(|f| (0.0..=0.5).contains(f)), "{fractions:?}");
    assert!(fractions.iter().sum::<f64>() <= 0.8 + 1e-12);
    assert!(number(&found, "/within_limits/growth") <= number(&found, "/unlimited/growth"));
}

#[test]
fn pictures_and_pages() {
    let folder = tempfile::tempdir().expect("a folder");
    let sample = workspace(PORTFOLIO).display().to_string();
    for (command, word) in [("var", "VaR"), ("stress", "volatilities"), ("portfolio", "correlations")] {
        engine(folder.path(), &["risk", command, &sample, "--svg", "p.svg", "--html", "p.html"]).assert().success();
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect(name);
        let (svg, page) = (read("p.svg"), read("p.html"));
        assert!(svg.starts_with("<svg") && svg.contains(word), "{command}");
        assert!(page.contains("<table") && page.contains("<svg") && !page.contains("http://www.w3.org/1999/xhtml"));
    }
}

#[test]
fn foreign_futures_and_money() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    let mut index = String::from("time,close\n");
    let mut rate = index.clone();
    for day in 0..60 {
        index.push_str(&format!("2024-{:02}-{:02},{}\n", 1 + day / 28, 1 + day % 28, 100.0 + f64::from(day * 7 % 11)));
        rate.push_str(&format!(
            "2024-{:02}-{:02},{}\n",
            1 + day / 28,
            1 + day % 28,
            1.0 + 0.01 * f64::from(day * 5 % 7)
        ));
    }
    write("i.csv", &index);
    write("r.csv", &rate);
    let head = "[portfolio]\ncurrency = \"USD\"\nequity = 100000\n[fx]\nEUR = 1.1\n[history.files]\nIDX = \"i.csv\"\nEUR = \"r.csv\"\n";
    let run = |positions: &str| {
        write("p.toml", &format!("{head}{positions}"));
        let (code, out, stderr) =
            outcome(&mut engine(folder.path(), &["risk", "var", "p.toml", "--json", "--paths", "4096"]));
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{positions}");
        serde_json::from_str::<Value>(&out).expect("JSON")
    };
    let future =
        "[[position]]\nkind = \"future\"\nunderlying = \"IDX\"\ncurrency = \"EUR\"\nquantity = 5\nmultiplier = 10\n";
    let share = future.replace("future", "share");
    // Only the share is exposed to its currency.
    let currency = |found: &Value| {
        let factors = found["factors"].as_array().expect("factors").clone();
        factors.iter().find(|f| f["name"] == "EUR").and_then(|f| f["component_var"].as_f64()).expect("EUR").abs()
    };
    let (of_future, of_share) = (run(future), run(&share));
    assert!(currency(&of_future) < 1e-6 * number(&of_future, "/normal/var"), "{of_future}");
    assert!(currency(&of_share) > 0.01 * number(&of_share, "/normal/var"), "{of_share}");
    run("[[position]]\nkind = \"cash\"\ncurrency = \"EUR\"\nquantity = 1000\n");
}

#[test]
fn bad_input_is_one_clear_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    write("r.csv", "date,A,B\n1,0.01,0.02\n2,-0.01,0.0\n3,0.02,0.01\n");
    write("bad.csv", "A\n0.01\nx\n");
    write("fall.csv", "A\n0.01\n-1\n");
    write("one.csv", "A\n0.01\n");
    write("flat.csv", "A\n0.01\n0.01\n0.01\n");
    write("none.csv", "date\n1\n");
    let head = "[portfolio]\ncurrency = \"USD\"\n";
    let position = "[[position]]\nunderlying = \"A\"\nquantity = 1\nprice = 2\n";
    write("unknown.toml", &format!("{head}colour = 1\n{position}"));
    write("history.toml", &format!("{head}{position}"));
    write("price.toml", &format!("{head}[[position]]\nunderlying = \"A\"\nquantity = 1\n"));
    write("currency.toml", &format!("{head}{position}currency = \"EUR\"\n"));
    write("strike.toml", &format!("{head}{position}strike = 1\n"));
    write("call.toml", &format!("{head}{position}kind = \"call\"\nspot = 1\nstrike = 1\nyears = 1\n"));
    write(
        "minus.toml",
        &format!(
            "{head}[[position]]\nkind = \"put\"\nunderlying = \"A\"\nquantity = 1\nspot = 1\nstrike = -1\nyears = 1\nvolatility = 0.2\n"
        ),
    );
    write("shock.toml", &format!("{head}{position}[[scenario]]\nname = \"s\"\nspots = {{ B = -0.5 }}\n"));
    write("crash.toml", &format!("{head}{position}[[scenario]]\nname = \"s\"\nspot = -1.5\n"));
    write("grid.toml", &format!("{head}{position}[grid]\nspots = []\nvolatility_points = [0]\n"));
    write("beta.toml", &format!("{head}benchmark = \"B\"\n{position}"));
    for (arguments, expected) in [
        (&["var", "no.csv"][..], "no.csv: cannot read"),
        (&["var", "no.toml"], "no.toml: cannot read"),
        (&["var", "bad.csv"], "bad.csv:3: column A: `x` is not a number"),
        (&["var", "fall.csv"], "fall.csv:3: column A: is -1, expected a finite return above -1"),
        (&["var", "one.csv"], "one.csv: has 1 columns and 1 rows of returns"),
        (&["var", "none.csv"], "none.csv: has 0 columns"),
        (&["var", "flat.csv"], "flat.csv: "),
        (&["var", "r.csv", "--weights", "A=1,C=1"], "--weights: \"C\" is no column; there are A,B"),
        (&["var", "r.csv", "--weights", "1"], "--weights: 1 numbers, expected 2 for A,B"),
        (&["var", "r.csv", "--weights", "A=1,A=1"], "--weights: A is there twice"),
        (&["var", "r.csv", "--weights", "A=nan"], "--weights: \"nan\", expected a finite number"),
        (&["var", "r.csv", "--weights", "0,0"], "r.csv: "),
        (&["var", "r.csv", "--value", "0"], "--value is 0"),
        (&["var", "r.csv", "--confidence", "1"], "r.csv: --confidence is 1"),
        (&["var", "r.csv", "--paths", "1"], "r.csv: --paths is 1"),
        (&["var", "r.csv", "--backtest", "20"], "r.csv: history has 3 elements, expected more than the 20"),
        (&["var", "r.csv", "--model", "student-t", "--degrees", "2"], "r.csv: --degrees is 2"),
        (&["portfolio", "unknown.toml"], "unknown.toml: "),
        (&["var", "history.toml"], "history.toml: [history.files] is missing"),
        (&["stress", "price.toml"], "price.toml: position 1 (A): a price of A is missing"),
        (&["stress", "currency.toml"], "currency.toml: position 1 (A): \"EUR\""),
        (&["stress", "strike.toml"], "strike.toml: position 1 (A): strike is for a call or put only"),
        (&["stress", "call.toml"], "call.toml: position 1 (A): volatility is missing"),
        (&["stress", "minus.toml"], "minus.toml: position 1 (A): strike is -1"),
        (&["stress", "shock.toml"], "shock.toml: scenario \"s\": spots[0] is \"B\""),
        (&["stress", "crash.toml"], "crash.toml: scenario \"s\": spot is -1.5"),
        (&["stress", "grid.toml"], "grid.toml: [grid]: "),
        (&["stress", "history.toml", "--own"], "history.toml: --own: there is no [[scenario]]"),
        (&["portfolio", "beta.toml"], "beta.toml: beta: B is not in [history.files]"),
        (&["kelly", "r.csv"], "r.csv:1: column return is missing"),
        (&["kelly", "r.csv", "--column", "A", "--part", "2"], "r.csv: --part is 2"),
        (&["kelly", "flat.csv", "--column", "A"], "flat.csv: "),
        (&["kelly", "flat.csv", "--portfolio"], "flat.csv: "),
        (&["kelly", "r.csv", "--portfolio", "--min-weight", "2"], "r.csv: "),
    ] {
        let (code, out, stderr) = outcome(&mut engine(folder.path(), &[&["risk"], arguments].concat()));
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}: {stderr}");
        assert!(stderr.starts_with(expected), "{arguments:?}: {stderr}");
        assert!(arguments[1] == "unknown.toml" || stderr.lines().count() == 1, "{arguments:?}: {stderr}");
    }
}

#[test]
fn every_level_has_help_with_an_example() {
    for arguments in [
        &["risk", "--help"][..],
        &["risk", "var", "--help"],
        &["risk", "portfolio", "--help"],
        &["risk", "stress", "--help"],
        &["risk", "kelly", "--help"],
    ] {
        let (code, help, _) = outcome(&mut engine(Path::new("."), arguments));
        assert_eq!(code, Some(0));
        assert!(help.contains("Example") && help.contains("engine risk "), "{help}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_a_long_simulation() {
    use std::process::{Command, Stdio};
    let sample = workspace(PORTFOLIO);
    let mut child = Command::new(env!("CARGO_BIN_EXE_engine"))
        .args([
            "risk",
            "var",
            &sample.display().to_string(),
            "--paths",
            "100000000",
            "--horizon",
            "250",
            "--model",
            "student-t",
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    std::thread::sleep(std::time::Duration::from_millis(2500));
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("sent");
    assert!(sent.success());
    let code = child.wait().expect("ended").code();
    assert_eq!(code, Some(130));
}
