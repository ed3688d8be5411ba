//! `engine stats NAME` against the reference tables, end to end; and bad input.

use std::path::Path;

use engine_data::table::{TextTable, read_table};

use crate::support::{engine, outcome, workspace};

fn golden(name: &str) -> TextTable {
    read_table(&workspace("analytics/risk/tests/golden").join(name)).expect("a reference table")
}

/// The table that a command makes of a reference table.
fn answered(arguments: &[&str], table: &str) -> TextTable {
    let folder = tempfile::tempdir().expect("a folder");
    let input = workspace("analytics/risk/tests/golden").join(table).display().to_string();
    let all = [&["stats", arguments[0], &input, "-o", "out.csv"], &arguments[1..]].concat();
    engine(folder.path(), &all).assert().success().stdout("").stderr("");
    let out = read_table(&folder.path().join("out.csv")).expect("a table");
    // The rows that came in are still there, byte for byte.
    let text = std::fs::read_to_string(folder.path().join("out.csv")).expect("a file");
    let before = std::fs::read_to_string(&input).expect("a file");
    assert_eq!(before.lines().count(), text.lines().count(), "{arguments:?}");
    assert!(before.lines().zip(text.lines()).all(|(b, a)| a.starts_with(b)), "{arguments:?}");
    if arguments[0] != "ewma_garch" {
        assert!(out.column_text("out_error").expect("errors").iter().all(String::is_empty), "{arguments:?}");
    }
    out
}

/// How far a number may be off.
#[derive(Clone, Copy)]
enum Within {
    Relative(f64),
    Absolute(f64),
}
use Within::{Absolute, Relative};

fn near(found: f64, expected: f64, within: Within) -> bool {
    let far = (found - expected).abs();
    found == expected
        || match within {
            Relative(share) => far <= share * expected.abs(),
            Absolute(most) => far <= most,
        }
}

/// Every field of `out_NAME` against NAME: the same emptiness, lists of the same length, numbers within.
fn compare(out: &TextTable, names: &[&str], within: Within) {
    for name in names {
        let found = out.column_text(&format!("out_{name}")).expect(name);
        let expected = out.column_text(name).expect(name);
        for (row, (found, expected)) in found.iter().zip(&expected).enumerate() {
            let numbers = |text: &str| -> Vec<f64> {
                text.split(';').filter(|t| !t.is_empty()).map(|t| t.parse().expect(name)).collect()
            };
            let (found, expected) = (numbers(found), numbers(expected));
            assert_eq!(found.len(), expected.len(), "{name} row {row}");
            let fits = found.iter().zip(&expected).all(|(f, e)| near(*f, *e, within));
            assert!(fits, "{name} row {row}: {found:?}, expected {expected:?}");
        }
    }
}

#[test]
fn unit_roots_and_cointegration() {
    let out = answered(&["cointegration"], "cointegration.csv");
    assert_eq!(out.len(), 96);
    compare(&out, &["used_lag"], Absolute(0.0));
    compare(&out, &["beta", "alpha", "coint_t", "p_value"], Relative(1e-8));
    compare(&out, &["crit_1pct", "crit_5pct", "crit_10pct"], Absolute(1e-9));
    let out = answered(&["adf"], "adf.csv");
    assert_eq!(out.len(), 396);
    compare(&out, &["used_lag", "nobs"], Absolute(0.0));
    compare(&out, &["stat", "p_value", "icbest"], Relative(1e-8));
    compare(&out, &["crit_1pct", "crit_5pct", "crit_10pct"], Absolute(1e-9));
    compare(&answered(&["mackinnon_p"], "mackinnon_p.csv"), &["p_value"], Relative(1e-8));
    let out = answered(&["mackinnon_crit"], "mackinnon_crit.csv");
    compare(&out, &["crit_1pct", "crit_5pct", "crit_10pct"], Absolute(1e-9));
}

#[test]
fn correlations() {
    let out = answered(&["correlation"], "correlation.csv");
    compare(&out, &["pearson", "ci95_low", "ci95_high", "spearman", "kendall_tau_b"], Absolute(1e-13));
    compare(&out, &["pearson_p", "spearman_p"], Relative(1e-9));
    compare(&out, &["covariance_sample"], Relative(1e-13));
    let out = answered(&["correlation_rolling"], "correlation_rolling.csv");
    assert_eq!(out.len(), 734);
    compare(&out, &["pearson"], Absolute(1e-10));
}

#[test]
fn conditional_volatilities() {
    let out = answered(&["ewma_garch", "--fit"], "ewma_garch.csv");
    compare(&out, &["ewma_vol_arch", "ewma_vol_from_first_square", "garch_fixed_vol"], Absolute(1e-12));
    assert!(out.column_f64("out_garch_fitted_vol").expect("fitted").iter().all(|v| *v > 0.0));
    let folder = workspace("analytics/risk/tests/golden");
    let (code, text, _) = outcome(&mut engine(&folder, &["stats", "ewma_garch", "ewma_garch.csv", "--json"]));
    assert_eq!(code, Some(0));
    let found: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let text = std::fs::read_to_string(folder.join("ewma_garch.json")).expect("a file");
    let expected: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let close = |pointer: &str, within| {
        let [found, expected] =
            [&found, &expected].map(|v| v.pointer(pointer).and_then(|v| v.as_f64()).expect(pointer));
        assert!(near(found, expected, within), "{pointer}: {found}, expected {expected}");
    };
    for pointer in ["/lambda_", "/ewma_initial_variance", "/garch_fixed/loglik", "/garch_fixed/initial_variance"] {
        close(pointer, Relative(1e-12));
    }
    for pointer in ["/garch_fitted/omega", "/garch_fitted/alpha", "/garch_fitted/beta"] {
        close(pointer, Relative(1e-3));
    }
    close("/garch_fitted/loglik", Absolute(1e-3));
}

#[test]
fn value_at_risk() {
    let out = answered(&["risk"], "risk.csv");
    let names: Vec<&str> =
        out.header().iter().filter_map(|n| n.strip_prefix("out_")).filter(|n| *n != "error").collect();
    assert_eq!(names.len(), 21);
    compare(&out, &names, Absolute(1e-12));
    let out = answered(&["portfolio_risk"], "portfolio_risk.csv");
    compare(&out, &["sigma", "var_normal", "cvar_normal", "diversification_ratio"], Relative(1e-11));
    // A component may be the difference of larger numbers.
    compare(&out, &["component_sigma", "marginal_var"], Relative(1e-11));
}

#[test]
fn closed_forms_and_the_simulation() {
    let names = ["var_normal", "cvar_normal", "var_lognormal", "cvar_lognormal", "stderr_var_100k_paths"];
    let out = answered(&["mc_var_exact", "--paths", "20000", "--seed", "7"], "mc_var_exact.csv");
    compare(&out, &names, Relative(1e-10));
    let column = |name: &str| out.column_f64(name).expect(name);
    // At 100,000 paths four standard errors are allowed, here at a fifth of the paths.
    let error: Vec<f64> = column("stderr_var_100k_paths").iter().map(|e| e * 5.0_f64.sqrt()).collect();
    for (found, expected, times) in [
        ("out_var_mc", "var_normal", 4.0),
        ("out_cvar_mc", "cvar_normal", 6.0),
        ("out_var_lognormal_mc", "var_lognormal", 4.0),
        ("out_cvar_lognormal_mc", "cvar_lognormal", 6.0),
    ] {
        for ((f, e), error) in column(found).iter().zip(column(expected)).zip(&error) {
            assert!((f - e).abs() <= times * error, "{found}: {f}, expected {e} within {times} x {error}");
        }
    }
    for (found, error) in column("out_stderr_var_mc").iter().zip(&error) {
        assert!((0.5..2.0).contains(&(found / error)), "{found} {error}");
    }
    let again = answered(&["mc_var_exact", "--paths", "20000", "--seed", "7"], "mc_var_exact.csv");
    assert_eq!(column("out_var_mc"), again.column_f64("out_var_mc").expect("again"));
}

#[test]
fn kelly_fractions_and_overfitting() {
    let out = answered(&["kelly_binary"], "kelly_binary.csv");
    compare(&out, &["f_star", "f_star_clipped_at_0", "log_growth_at_clipped"], Relative(1e-10));
    let out = answered(&["kelly_portfolio"], "kelly_portfolio.csv");
    compare(&out, &["f_star", "growth_rate", "sharpe_of_kelly_portfolio"], Relative(1e-10));
    let out = answered(&["kelly_series"], "kelly_series.csv");
    let names = ["win_rate_nonzero", "payoff_ratio", "kelly_win_loss", "kelly_continuous_mean_over_var"];
    compare(&out, &names, Relative(1e-10));
    let out = answered(&["pbo"], "pbo.csv");
    compare(&out, &["n_combinations"], Absolute(0.0));
    compare(&out, &["pbo", "prob_oos_loss"], Absolute(1e-12));
    let names = ["mean_logit", "median_logit", "degradation_slope", "degradation_intercept"];
    compare(&out, &names, Absolute(1e-9));
}

/// The rows a command gives on files of these texts, or its exit code and message.
fn on(files: &[(&str, &str)], arguments: &[&str]) -> Result<Vec<Vec<String>>, (Option<i32>, String)> {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    let (code, out, stderr) = outcome(&mut engine(folder.path(), &[&["stats"], arguments].concat()));
    if code != Some(0) {
        assert_eq!((out.as_str(), stderr.lines().count()), ("", 1), "{arguments:?}: {stderr}");
        return Err((code, stderr));
    }
    std::fs::write(folder.path().join("out.csv"), out).expect("written");
    let table = read_table(&folder.path().join("out.csv")).expect("a table");
    let columns: Vec<Vec<String>> = table.header().iter().map(|h| table.column_text(h).expect(h)).collect();
    Ok((0..table.len()).map(|row| columns.iter().map(|c| c[row].clone()).collect()).collect())
}

/// The last field of each row.
fn errors(rows: &[Vec<String>]) -> Vec<&str> {
    rows.iter().map(|row| row.last().expect("a field").as_str()).collect()
}

const SERIES: &str = "pair,t,y,x\nflat,0,1,1\nflat,1,1,2\nflat,2,1,3\nshort,0,1,2\nshort,1,2,1\n\
                      text,0,1,2\ntext,1,abc,2\nback,1,1,2\nback,0,1,2\nnan,0,nan,1\n";

#[test]
fn a_bad_row_says_why_and_the_others_go_on() {
    let mut good = String::from(SERIES);
    let mut state = 1_u64;
    let mut level = 0.0;
    for t in 0..60 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let noise = (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5;
        level += noise;
        good.push_str(&format!("good,{t},{},{level}\n", 2.0 * level + (t % 5) as f64 * 0.1));
        good.push_str(&format!("same,{t},{level},{level}\n"));
    }
    let table = "pair,trend,autolag,maxlag\nnone,c,aic,\nflat,c,aic,\nshort,c,aic,\ntext,c,aic,\nback,c,aic,\nnan,c,aic,\n\
                 good,x,aic,\ngood,c,best,\ngood,c,aic,1.5\ngood,c,aic,-1\ngood,c,aic,1e9\ngood,c,aic,\nsame,n,aic,\n";
    let rows = on(&[("c.csv", table), ("coint_series.csv", &good)], &["cointegration", "c.csv"]).expect("rows");
    let found = errors(&rows);
    assert_eq!(found[0], "pair is \"none\", which is not in coint_series.csv");
    assert!(found[1].starts_with("y"), "{}", found[1]);
    assert!(!found[2].is_empty());
    assert_eq!(found[3], "coint_series.csv:8: y is \"abc\", expected a number");
    assert_eq!(found[4], "coint_series.csv:10: t is 0 after 1, expected rows in order of time");
    assert_eq!(found[5], "coint_series.csv:11: y is NaN, expected a finite number");
    assert_eq!(found[6], "trend is \"x\", expected n, c, ct or ctt");
    assert_eq!(found[7], "autolag is \"best\", expected aic, bic, t-stat or none");
    assert_eq!(found[8], "maxlag is 1.5, expected a whole number from 0");
    assert_eq!(found[9], "maxlag is -1, expected a whole number from 0");
    assert!(found[10].contains("1000000000 lags"), "{}", found[10]);
    assert_eq!((found[11], found[12]), ("", ""));
    // Two series that are one: minus infinity, and no lag.
    assert_eq!((rows[12][6].as_str(), rows[12][7].as_str(), rows[12][8].as_str()), ("", "-inf", "0"));

    let table = "pair,series,regression,autolag,maxlag\ngood,z,c,AIC,\nflat,dy,c,AIC,\ngood,dy,c,AIC,\n";
    let rows = on(&[("a.csv", table), ("s.csv", &good)], &["adf", "a.csv", "--series", "s.csv"]).expect("rows");
    assert_eq!(errors(&rows)[0], "series is \"z\", expected y, x or dy");
    assert!(errors(&rows)[1].starts_with("dy"), "{:?}", errors(&rows));
    assert_eq!(errors(&rows)[2], "");
}

#[test]
fn bad_rows_of_the_other_tables() {
    let series = "pair,t,a,b\nflat,0,1,1\nflat,1,1,2\nflat,2,1,3\none,0,1,1\nline,0,1,1\nline,1,2,2\nline,2,3,3\n";
    let rows = on(&[("c.csv", "pair\nflat\none\nline\nx\n"), ("corr_series.csv", series)], &["correlation", "c.csv"])
        .expect("rows");
    // A constant series has a covariance.
    assert_eq!((rows[0][1].as_str(), rows[0][8].as_str()), ("", "0"));
    assert!(errors(&rows)[0].starts_with('a') && errors(&rows)[1].contains("elements"), "{:?}", errors(&rows));
    assert_eq!((rows[2][1].as_str(), rows[2][3].as_str(), errors(&rows)[2]), ("1", "-1", ""));
    let table = "pair,window,t\nline,2,0\nline,2,7\nline,1,2\nline,2,x\nline,3,2\nflat,2,2\n";
    let rows = on(&[("r.csv", table), ("corr_series.csv", series)], &["correlation_rolling", "r.csv"]).expect("rows");
    assert_eq!(
        errors(&rows)[..5],
        [
            "window is 2, expected at most the 1 rows up to t",
            "t is 7, which the series does not have",
            "window is 1, expected a whole number from 2",
            "t is \"x\", expected a number",
            "",
        ]
    );
    assert!(rows[4][3] == "1" && !errors(&rows)[5].is_empty());

    let returns = "series,t,ret\na,0,0.01\na,1,-0.02\na,2,0.03\none,0,0.01\nup,0,0.01\nup,1,0.02\n";
    let table = "series,confidence\na,0.95\na,1\na,0\na,nan\none,0.95\nb,0.95\na,\n";
    let rows = on(&[("r.csv", table), ("risk_returns.csv", returns)], &["risk", "r.csv"]).expect("rows");
    let found = errors(&rows);
    assert_eq!(found[0], "");
    assert!(found[1..4].iter().all(|e| e.starts_with("confidence is ")), "{found:?}");
    // One return has a history, but no deviation.
    assert_eq!((rows[4][2].as_str(), rows[4][7].as_str(), rows[4][18].as_str()), ("0.01", "-0.01", ""));
    assert!(
        !found[4].is_empty() && found[5].starts_with("series is \"b\"") && found[6].starts_with("confidence is empty")
    );
    let files = [("k.csv", "series\na\nup\none\n"), ("risk_returns.csv", returns)];
    let rows = on(&files, &["kelly_series", "k.csv"]).expect("rows");
    assert!(errors(&rows)[0].is_empty() && errors(&rows)[1].starts_with("ret"), "{:?}", errors(&rows));
    // Without a loser there is a win rate, but no payoff.
    assert_eq!((rows[1][1].as_str(), rows[1][2].as_str(), rows[1][3].as_str()), ("1", "", ""));
    assert!(!rows[1][4].is_empty());

    let table = "p_win,win_per_unit,loss_per_unit\n1,1,1\n0,1,1\n1.5,1,1\n0.5,0,1\n0.5,1,x\n0.5,1,\n";
    let rows = on(&[("k.csv", table)], &["kelly_binary", "k.csv"]).expect("rows");
    assert_eq!(
        (rows[0][3].as_str(), rows[1][3].as_str(), rows[1][4].as_str(), rows[1][5].as_str()),
        ("1", "-1", "0", "-0")
    );
    let found = errors(&rows);
    assert!(found[2].starts_with("p_win is 1.5") && found[3].starts_with("win_per_unit is 0"), "{found:?}");
    assert_eq!(found[4..], ["loss_per_unit is \"x\", expected a number", "loss_per_unit is empty, expected a number"]);

    let table =
        "mu_annual,cov_rowmajor_annual,rf\n0.1;0.2,1;0;0,0\n0.1;0.1,1;1;1;1,0\n0.1;b,1;0;0;1,0\n,1,0\n0.1,0.04,0\n";
    let rows = on(&[("k.csv", table)], &["kelly_portfolio", "k.csv"]).expect("rows");
    let found = errors(&rows);
    assert!(found[0].starts_with("cov_rowmajor_annual has 3 elements") && found[1].starts_with("cov_rowmajor_annual"));
    assert_eq!(found[2], "mu_annual[1] is \"b\", expected a number");
    assert_eq!((found[3], found[4]), ("mu_annual is empty, expected numbers separated by semicolons", ""));

    let table = "weights,mu,cov_rowmajor,confidence,value\n1,0,0.01,0.95,0\n1,0,0.01,2,1\n0;0,0;0,1;0;0;1,0.9,1\n1,0,0.0001,0.95,1e6\n";
    let rows = on(&[("p.csv", table)], &["portfolio_risk", "p.csv"]).expect("rows");
    let found = errors(&rows);
    assert!(found[0].starts_with("value is 0") && found[1].starts_with("confidence is 2") && !found[2].is_empty());
    assert_eq!(found[3], "");
    let table = "mu_daily,sigma_daily,horizon_days,confidence,value\n0,-1,1,0.95,1\n0,1,0,0.95,1\n0,1,1,0.95,-1\n0,0,1,0.95,1\n";
    let rows = on(&[("m.csv", table)], &["mc_var_exact", "m.csv", "--paths", "100"]).expect("rows");
    let found = errors(&rows);
    assert!(found[0].starts_with("sigma_daily is -1") && found[1].starts_with("horizon_days is 0"), "{found:?}");
    assert!(found[2].starts_with("value is -1"), "{found:?}");
}

#[test]
fn bad_rows_of_strategies_and_surfaces() {
    let mut returns = String::from("case,t,strategy,ret\n");
    for t in 0..8 {
        for (name, scale) in [("s", 1.0), ("r", -1.0)] {
            returns.push_str(&format!("good,{t},{name},{}\n", scale * (((t * 7) % 5) as f64 - 2.0)));
            returns.push_str(&format!("flat,{t},{name},{scale}\n"));
        }
    }
    returns.push_str("single,0,a,1\nsingle,1,a,2\nuneven,0,a,1\nuneven,1,a,2\nuneven,0,b,1\ntext,0,a,1\ntext,1,a,-\n");
    let table = "case,S\ngood,4\ngood,3\ngood,26\ngood,x\nflat,4\nsingle,2\nuneven,2\ntext,2\nnone,2\n";
    let files = [("p.csv", table), ("pbo_returns.csv", returns.as_str())];
    let rows = on(&files, &["pbo", "p.csv"]).expect("rows");
    let found = errors(&rows);
    assert_eq!((found[0], rows[0][2].as_str()), ("", "6"));
    assert!(found[1].starts_with("S is 3") && found[2].starts_with("S is 26"), "{found:?}");
    assert_eq!(found[3], "S is \"x\", expected a number");
    assert!(found[4..].iter().all(|e| !e.is_empty()), "{found:?}");
    assert!(found[6].contains("strategy b has other periods than a") && found[7].contains("pbo_returns.csv:"));

    let table = "regression,n_vars,tau\nc,7,-3\nc,0,-3\nz,1,-3\nc,1,nan\nc,1,-inf\nc,1,inf\nc,1.5,-3\n";
    let rows = on(&[("m.csv", table)], &["mackinnon_p", "m.csv"]).expect("rows");
    let found = errors(&rows);
    assert_eq!(found[..2], ["n_vars is 7, expected 1 to 6", "n_vars is 0, expected a whole number from 1"]);
    assert!(found[2].starts_with("regression is \"z\"") && found[3] == "tau is NaN, expected a number");
    assert_eq!((rows[4][3].as_str(), rows[5][3].as_str(), found[4], found[5]), ("0", "1", "", ""));
    let table = "regression,n_vars,nobs\nn,2,100\nc,13,100\nc,1,0\nc,1,-inf\nc,1,inf\n";
    let rows = on(&[("m.csv", table)], &["mackinnon_crit", "m.csv"]).expect("rows");
    let found = errors(&rows);
    assert_eq!(found[..2], ["n_vars is 2, expected 1 without a constant", "n_vars is 13, expected 1 to 12"]);
    assert!(found[2].starts_with("nobs is 0") && found[3].starts_with("nobs is -inf") && found[4].is_empty());
}

#[test]
fn a_pair_is_followed_and_a_spread_reverts() {
    let mut pair = String::from("y,x\n");
    let mut spread = String::from("spread\n");
    let mut level = 1.0;
    for i in 0..200 {
        let x = 10.0 + (i % 17) as f64 * 0.1;
        pair.push_str(&format!("{},{x}\n", 2.0 * x + 1.0));
        level = 0.8 * level + if i % 40 < 20 { 0.2 } else { -0.1 } + 0.05 * (i * i % 13) as f64;
        spread.push_str(&format!("{level}\n"));
    }
    pair.push_str("x,1\n21,10\n");
    let rows = on(&[("p.csv", &pair)], &["kalman", "p.csv", "--delta", "0"]).expect("rows");
    assert_eq!(errors(&rows)[200], "y is \"x\", expected a number");
    let number = |row: usize, column: usize| -> f64 { rows[row][column].parse().expect("a number") };
    assert!((number(201, 2) - 2.0).abs() < 1e-3 && (number(201, 3) - 1.0).abs() < 1e-2, "{:?}", rows[201]);
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("s.csv"), &spread).expect("written");
    let (code, out, _) = outcome(&mut engine(folder.path(), &["stats", "half_life", "s.csv", "--json"]));
    assert_eq!(code, Some(0));
    let figures: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let half_life = figures["half_life"].as_f64().expect("half_life");
    assert!((1.0..20.0).contains(&half_life), "{out}");
    assert!(figures["half_life_low"].as_f64().expect("low") < half_life);
}

/// Files, arguments, how the message begins.
type Case = (&'static [(&'static str, &'static str)], &'static [&'static str], &'static str);

#[test]
fn what_is_missing_is_said_once() {
    let cases: &[Case] = &[
        (&[("a.csv", "pair\n")], &["adf", "a.csv"], "a.csv:1: column series is missing; found pair"),
        (&[("c.csv", "pair\nx\n")], &["correlation", "c.csv"], "corr_series.csv: cannot read: "),
        (&[("c.csv", "pair\nx\n")], &["correlation", "c.csv", "--series", "s.csv"], "s.csv: cannot read: "),
        (
            &[("k.csv", "p_win\n1\n")],
            &["kelly_binary", "k.csv"],
            "k.csv:1: column win_per_unit is missing; found p_win",
        ),
        (&[("e.csv", "ret_pct\n")], &["ewma_garch", "e.csv"], "e.csv: has no returns, expected at least 1"),
        (&[("e.csv", "ret_pct\n1\nx\n")], &["ewma_garch", "e.csv"], "e.csv:3: column ret_pct: `x` is not a number"),
        (&[("e.csv", "ret_pct\n1\n")], &["ewma_garch", "e.csv", "--fit"], "e.csv: ret_pct has 1 elements"),
        (&[("e.csv", "ret_pct\n1\n")], &["ewma_garch", "e.csv", "--lambda", "1.5"], "e.csv: --lambda is 1.5"),
        (&[("h.csv", "spread\n1\n1\n1\n1\n1\n")], &["half_life", "h.csv"], "h.csv: spread"),
        (&[("h.csv", "")], &["half_life", "h.csv"], "h.csv: is empty"),
        (&[("k.csv", "y,x\n1,1\n")], &["kalman", "k.csv", "--delta", "1"], "--delta is 1"),
    ];
    for (files, arguments, expected) in cases {
        let (code, stderr) = on(files, arguments).expect_err("an error");
        assert_eq!(code, Some(2), "{arguments:?}");
        assert!(stderr.starts_with(expected), "{stderr}");
    }
    // A table without rows has none afterwards.
    let rows = on(&[("k.csv", "p_win,win_per_unit,loss_per_unit\n")], &["kelly_binary", "k.csv"]).expect("rows");
    assert!(rows.is_empty());
    assert!(golden("kelly_binary.csv").len() > 1);
}

#[test]
fn every_table_has_help_with_an_example() {
    for name in [
        "cointegration",
        "adf",
        "mackinnon_p",
        "mackinnon_crit",
        "correlation",
        "correlation_rolling",
        "ewma_garch",
        "half_life",
        "kalman",
        "risk",
        "portfolio_risk",
        "mc_var_exact",
        "kelly_binary",
        "kelly_portfolio",
        "kelly_series",
        "pbo",
    ] {
        let (code, help, _) = outcome(&mut engine(Path::new("."), &["stats", name, "--help"]));
        assert_eq!(code, Some(0), "{name}");
        assert!(help.contains("Example") && help.contains(&format!("engine stats {name} ")), "{help}");
    }
}
