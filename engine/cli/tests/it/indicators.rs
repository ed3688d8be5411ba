//! `engine indicators` against the reference tables, end to end.

use std::path::Path;

use engine_data::table::{TextTable, read_table};

use crate::support::{engine, outcome, workspace};

fn golden(name: &str) -> TextTable {
    read_table(&workspace("analytics/indicators/tests/golden").join(name)).expect("a reference table")
}

/// Indicator, result column, reference table and column.
const PAIRS: &[(&str, &str, &str, &str)] = &[
    ("sma(20)", "out_sma_20", "indicators_ma.csv", "sma_20"),
    ("ema(12)", "out_ema_12", "indicators_ma.csv", "ema_12"),
    ("ema(12,first)", "out_ema_12_first", "indicators_ma.csv", "ema_12_first"),
    ("wma(10)", "out_wma_10", "indicators_ma.csv", "wma_10"),
    ("rsi(14)", "out_rsi_14", "indicators_rsi.csv", "rsi_14"),
    ("rsi(2)", "out_rsi_2", "indicators_rsi.csv", "rsi_2"),
    ("macd(12,26,9)", "out_macd", "indicators_macd.csv", "macd"),
    ("macd(12,26,9)", "out_macd_signal", "indicators_macd.csv", "signal"),
    ("macd(12,26,9)", "out_macd_hist", "indicators_macd.csv", "hist"),
    ("bollinger(20,2)", "out_bb_upper", "indicators_bbands.csv", "upper_20"),
    ("bollinger(20,2)", "out_bb_middle", "indicators_bbands.csv", "mid_20"),
    ("bollinger(20,2)", "out_bb_lower", "indicators_bbands.csv", "lower_20"),
    ("atr(14)", "out_atr_14", "indicators_atr_adx.csv", "atr_14"),
    ("adx(14)", "out_adx_14", "indicators_atr_adx.csv", "adx_14"),
    ("adx(14)", "out_plus_di_14", "indicators_atr_adx.csv", "plus_di_14"),
    ("adx(14)", "out_minus_di_14", "indicators_atr_adx.csv", "minus_di_14"),
];

fn compare(out: &TextTable, column: &str, reference: &TextTable, name: &str) {
    let found = out.column_f64(column).expect("a result column");
    let expected = reference.column_f64(name).expect("a reference column");
    assert_eq!(found.len(), expected.len());
    for (row, (x, y)) in found.iter().zip(&expected).enumerate() {
        assert_eq!(x.is_nan(), y.is_nan(), "{column} row {row}: {x}, expected {y}");
        let close = y.is_nan() || (x - y).abs() <= 1e-9 * y.abs().max(1.0);
        assert!(close, "{column} row {row}: {x}, expected {y}");
    }
}

#[test]
fn every_column_is_that_of_the_reference() {
    let folder = tempfile::tempdir().expect("a folder");
    let input = workspace("analytics/indicators/tests/golden/ohlcv.csv").display().to_string();
    let mut arguments = vec!["indicators", &input, "-o", "out.csv"];
    for (indicator, ..) in PAIRS {
        arguments.extend(["--add", indicator]);
    }
    engine(folder.path(), &arguments).assert().success().stdout("").stderr("");
    let out = read_table(&folder.path().join("out.csv")).expect("a table");
    for (_, column, table, name) in PAIRS {
        compare(&out, column, &golden(table), name);
    }
    // The rows that came in are still there, byte for byte.
    let text = std::fs::read_to_string(folder.path().join("out.csv")).expect("a file");
    let before = std::fs::read_to_string(&input).expect("a file");
    assert!(before.lines().zip(text.lines()).all(|(b, a)| a.starts_with(b)));
    assert_eq!(before.lines().count(), text.lines().count());
}

#[test]
fn sessions_reset_what_is_cumulated_by_session() {
    let folder = tempfile::tempdir().expect("a folder");
    let input = workspace("analytics/indicators/tests/golden/vwap_session.csv").display().to_string();
    engine(folder.path(), &["indicators", &input, "--add", "vwap(session)", "-o", "out.csv"]).assert().success();
    let out = read_table(&folder.path().join("out.csv")).expect("a table");
    compare(&out, "out_vwap_session", &golden("vwap_session.csv"), "vwap");
}

fn written(text: &str, indicators: &[&str]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("p.csv"), text).expect("written");
    let mut arguments = vec!["indicators", "p.csv"];
    for indicator in indicators {
        arguments.extend(["--add", indicator]);
    }
    outcome(&mut engine(folder.path(), &arguments))
}

#[test]
fn a_close_is_enough_for_what_reads_the_close() {
    let (code, stdout, _) = written("day,Close\na,0.1\nb,0.2\nc,0.3\n", &["sma(2)", "sma(2)"]);
    assert_eq!(code, Some(0));
    assert_eq!(stdout, "day,Close,out_sma_2\na,0.1,\nb,0.2,0.15000000000000002\nc,0.3,0.25\n");
}

#[test]
fn what_is_missing_or_unknown_is_said() {
    for (text, indicator, expected) in [
        ("close\n1\n2\n", "atr(14)", "p.csv:1: atr(14) needs column high, low; found close\n"),
        ("high,low,close\n1,1,1\n", "obv", "p.csv:1: obv() needs column volume; found high,low,close\n"),
        ("open,high\n1,1\n", "sma(2)", "p.csv:1: column close is missing; found open,high\n"),
        ("close\n1\nx\n", "sma(2)", "p.csv:3: column close: `x` is not a number\n"),
        ("close,out_sma_2\n1,1\n", "sma(2)", "p.csv: has a column out_sma_2 already\n"),
        ("close\n1\n", "sma(0)", "--add sma(0): "),
        ("close\n1\n", "smaa(2)", "--add smaa(2): no indicator is called `smaa`; did you mean `sma`?"),
    ] {
        let (code, stdout, stderr) = written(text, &[indicator]);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{indicator}");
        assert!(stderr.starts_with(expected) && stderr.lines().count() == 1, "{stderr}");
    }
    let (code, _, stderr) = outcome(&mut engine(Path::new("."), &["indicators", "no.csv", "--add", "sma(2)"]));
    assert_eq!((code, stderr.as_str()), (Some(2), "no.csv: cannot read: No such file or directory (os error 2)\n"));
}

#[test]
fn the_same_indicator_with_other_arguments_has_other_columns() {
    let (code, stdout, _) = written("close\n1\n", &["macd", "macd(12,26,9)", "macd(5,10,3)"]);
    assert_eq!(code, Some(0));
    let expected =
        "close,out_macd,out_macd_signal,out_macd_hist,out_macd_5_10_3,out_macd_signal_5_10_3,out_macd_hist_5_10_3";
    assert_eq!(stdout.lines().next(), Some(expected));
}
