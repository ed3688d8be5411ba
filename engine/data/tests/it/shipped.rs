//! The data that ships: it loads, and its actions stand where the prices jump.

use std::path::PathBuf;

use engine_core::actions::ActionKind;
use engine_data::{ContractOverrides, Loaded, read_bars};

use crate::iso;

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../data").join(name)
}

fn load(name: &str) -> Loaded {
    read_bars(&folder("us_daily").join(name), &ContractOverrides::default()).expect("shipped data loads")
}

#[test]
fn every_file_loads_without_a_warning() {
    for (ticker, rows, splits, dividends) in
        [("AAPL", 3270, 2, 3), ("FB", 196, 0, 0), ("GOOG", 2148, 0, 0), ("IBM", 3270, 0, 52), ("MSFT", 3270, 1, 37)]
    {
        let loaded = load(&format!("{ticker}.csv"));
        assert_eq!(loaded.warnings, [""; 0]);
        assert_eq!(loaded.bars.len(), rows, "{ticker}");
        assert_eq!(loaded.sessions.len(), rows);
        assert_eq!(loaded.rounded, 0);
        assert_eq!(loaded.contract.symbol, format!("US.{ticker}"));
        assert_eq!(loaded.contract.timezone.name(), "America/New_York");
        let is_split = |k: &ActionKind| matches!(k, ActionKind::Split { .. });
        let found = loaded.actions.iter().filter(|a| is_split(&a.kind)).count();
        assert_eq!((found, loaded.actions.len() - found), (splits, dividends), "{ticker}");
        assert_eq!(iso(*loaded.bars.columns().close_time.last().expect("rows")), "2013-03-01T21:00:00Z");
    }
}

#[test]
fn samples_load_and_are_what_the_readme_says() {
    // Folder; per file: rows, first opening, last close.
    let table = [
        ("index_daily", 2, 5031, "1999-01-04T14:30:00Z", "2018-12-31T21:00:00Z"),
        ("us_close", 21, 8313, "1990-01-02T14:30:00Z", "2022-12-28T21:00:00Z"),
        ("us_close", 5, 2264, "2014-01-02T14:30:00Z", "2022-12-28T21:00:00Z"),
        ("etf_close", 23, 2141, "2008-01-02T14:30:00Z", "2016-07-01T20:00:00Z"),
        ("cn_daily", 1, 1037, "2012-05-17T01:30:00Z", "2016-08-17T07:00:00Z"),
        ("crypto_hour", 1, 16872, "2017-11-13T00:00:00Z", "2019-10-17T00:00:00Z"),
        ("crypto_daily", 1, 703, "2017-11-13T00:00:00Z", "2019-10-17T00:00:00Z"),
        ("fx_hour", 1, 6225, "2017-01-01T22:00:00Z", "2017-12-29T22:00:00Z"),
    ];
    let (mut found, mut warned) = (Vec::new(), Vec::new());
    for name in ["index_daily", "us_close", "etf_close", "cn_daily", "crypto_hour", "crypto_daily", "fx_hour"] {
        for entry in std::fs::read_dir(folder(name)).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_none_or(|e| e != "csv") {
                continue;
            }
            let loaded = read_bars(&path, &ContractOverrides::default()).expect("shipped data loads");
            let closes_only = name.ends_with("_close");
            let told = loaded.warnings.iter().filter(|w| !(closes_only && w.contains("has no column volume")));
            warned.extend(told.filter_map(|w| Some((path.file_stem()?.to_str()?.to_owned(), jump_date(w)))));
            assert!(loaded.actions.is_empty() && !loaded.contract.source.is_empty());
            let code = loaded.contract.symbol.split_once('.').map(|(_, code)| code);
            assert_eq!(code, path.file_stem().and_then(|stem| stem.to_str()));
            let c = loaded.bars.columns();
            assert_eq!(c.volume.is_empty(), closes_only, "{}", path.display());
            let (first, last) = c.span().expect("rows");
            found.push((name, loaded.bars.len(), iso(first), iso(last)));
        }
    }
    for (name, files, rows, first, last) in table {
        let alike =
            |f: &&(&str, usize, String, String)| (f.0, f.1, f.2.as_str(), f.3.as_str()) == (name, rows, first, last);
        assert_eq!(found.iter().filter(alike).count(), files, "{name} {rows}");
    }
    assert_eq!(found.len(), table.iter().map(|row| row.1).sum::<usize>());
    warned.sort();
    let jumps = [("AMD", "2002-10-03"), ("AMD", "2016-04-22"), ("BBY", "1991-12-19"), ("RRC", "1990-04-10")];
    assert_eq!(warned, jumps.map(|(name, date)| (name.to_owned(), date.to_owned())));
}

/// The date of a warning about a jump; all of it when it is about something else.
fn jump_date(warning: &str) -> String {
    let at = warning.split(": ").find(|part| part.len() == 10 && part.starts_with(['1', '2']));
    at.filter(|_| warning.contains("looks like a split")).unwrap_or(warning).to_owned()
}

/// Both ways: every change of adj_close / close is an action, and every action
/// is such a change, of the size that the CRSP method gives.
#[test]
fn actions_explain_every_change_of_the_adjustment() {
    for ticker in ["AAPL", "FB", "GOOG", "IBM", "MSFT"] {
        let loaded = load(&format!("{ticker}.csv"));
        let c = loaded.bars.columns();
        let adjusted = loaded.adj_close.as_ref().expect("the column is there");
        let mut actions = loaded.actions.iter().peekable();
        for row in 1..loaded.bars.len() {
            let factor = adjusted[row] / c.close[row] / (adjusted[row - 1] / c.close[row - 1]);
            let mut expected = 1.0;
            while let Some(action) = actions.next_if(|a| a.ex_time.nanos() <= c.open_time(row)) {
                assert!(action.ex_time.nanos() > c.close_time[row - 1], "{ticker}: no bar on the ex date");
                expected *= match action.kind {
                    ActionKind::Split { to, from } => {
                        let ratio = f64::from(to) / f64::from(from);
                        let jump = c.close[row - 1] / c.open[row];
                        assert!((jump / ratio - 1.0).abs() < 0.02, "{ticker} {jump}");
                        ratio
                    }
                    ActionKind::CashDividend { per_share } => 1.0 + per_share.to_f64() / c.close[row],
                };
            }
            assert!((factor / expected - 1.0).abs() < 1e-9, "{ticker} {}: {factor} {expected}", iso(c.close_time[row]));
        }
        assert!(actions.next().is_none(), "{ticker}: an action after the last bar");
    }
}
