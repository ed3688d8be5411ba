//! The size of a piece changes nothing: not the columns, not the error.

use engine_data::csv::read_bars_in_pieces;
use engine_data::{Loaded, Stamp};
use proptest::prelude::*;

use crate::{Folder, bars};

/// A line of a minute file: mostly good, sometimes odd or bad.
fn line(minute: usize, kind: u8) -> String {
    let time = format!("2020-03-06 {:02}:{:02}", 10 + minute / 60, minute % 60);
    let price = 100.0 + (minute * 7 % 13) as f64 * 0.25;
    match kind {
        0 => format!("\"{time}\",{price},{},{},\"{price}\",{minute}", price + 0.5, price - 0.5),
        1 => format!("{time},{price}, {},{},{price},1e3", price + 0.5, price - 0.5),
        2 => format!("{time},{price},{},{},{price},{minute}\r", price + 1.0, price - 1.0),
        3 => format!("{time},{price},{},{},x,{minute}", price + 1.0, price - 1.0),
        4 => format!("{time},{price}"),
        5 => format!("{time},{price},{},{},{price},{minute}", price - 1.0, price + 1.0),
        6 => String::new(),
        7 => format!("{time},\"{price},{},{},{price},{minute}", price + 1.0, price - 1.0),
        8 => format!("2020-03-06 09:00,{price},{},{},{price},{minute}", price + 1.0, price - 1.0),
        _ => format!("{time},{price},{},{},{price},{minute}", price + 0.5, price - 0.5),
    }
}

fn outcome(folder: &Folder, piece: usize) -> String {
    match read_bars_in_pieces(&folder.path("p.csv"), &bars("1m", Stamp::Close), piece) {
        Ok(Loaded { bars, sessions, session_start, warnings, sha256, .. }) => {
            format!("{bars:?} {sessions:?} {session_start:?} {warnings:?} {sha256}")
        }
        Err(e) => e.to_string(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn good_files(kinds in prop::collection::vec(prop_oneof![1 => 0..3_u8, 6 => Just(9_u8)], 1..60), piece in 1..400_usize, end in any::<bool>()) {
        check(&kinds, piece, end)?;
    }

    #[test]
    fn bad_files(kinds in prop::collection::vec(prop_oneof![1 => 0..9_u8, 6 => Just(9_u8)], 1..60), piece in 1..400_usize, end in any::<bool>()) {
        check(&kinds, piece, end)?;
    }
}

fn check(kinds: &[u8], piece: usize, end: bool) -> Result<(), TestCaseError> {
    let lines: Vec<String> = kinds.iter().enumerate().map(|(i, kind)| line(i, *kind)).collect();
    let mut csv = format!("time,open,high,low,close,volume\n{}", lines.join("\n"));
    if end {
        csv.push('\n');
    }
    let folder = Folder::new(&csv);
    let whole = outcome(&folder, 1 << 20);
    prop_assert_eq!(&outcome(&folder, piece), &whole);
    prop_assert_eq!(&outcome(&folder, 1), &whole);
    Ok(())
}
