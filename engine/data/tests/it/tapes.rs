//! Tape files: what is written comes back, and bars of a tape are bars of a price file.

use engine_core::builder::BarRule;
use engine_core::fixed::{Price, Quantity};
use engine_core::order::Side;
use engine_core::tape::{LAST, SNAPSHOT, Tape, TapeColumns, TapeEvent};
use engine_core::time::{MINUTE, Timestamp};
use engine_data::tape::{self, TapeContract};
use engine_data::write_prices::{PriceColumns, write_contract, write_prices};
use engine_data::{BarLength, ContractOverrides, read_bars};

use crate::{Folder, without_folder};

const T0: i64 = 1_700_000_000_000_000_000;

/// Every kind of row, many times; with receipt times and orders or without.
fn tape(rows: i64, local: bool, orders: bool) -> Tape {
    let mut columns = TapeColumns::default();
    for n in 0..rows {
        let side = if n % 3 == 0 { Side::Buy } else { Side::Sell };
        let price = Price::from_units(10_000_000_000 + n % 97 * 1_000_000);
        let quantity = Quantity::from_units(100_000_000 + n % 13);
        let event = match n % 8 {
            0 => TapeEvent::Trade { price, quantity, aggressor: Some(side).filter(|_| n % 5 != 0) },
            1 => TapeEvent::Quote { side, price, quantity },
            2 => TapeEvent::Level { side, price, quantity: Quantity::ZERO },
            3 => TapeEvent::Clear { side: Some(side).filter(|_| n % 5 != 0) },
            4 if orders => TapeEvent::Add { order: u64::MAX - n as u64, side, price, quantity },
            5 if orders => TapeEvent::Modify { order: n as u64, side, price, quantity },
            6 if orders => TapeEvent::Cancel { order: n as u64, quantity },
            7 => TapeEvent::Gap,
            _ => TapeEvent::Quote { side, price: Price::ZERO, quantity: Quantity::ZERO },
        };
        let flags = if n % 4 == 3 || n + 1 == rows { LAST } else { SNAPSHOT };
        let venue = T0 + n * 1_234_567;
        let late = if local { n % 7 + 1 } else { 0 };
        columns.push(Timestamp::from_nanos(venue), Timestamp::from_nanos(venue + late), event, flags);
    }
    Tape::new(columns).expect("a sound tape")
}

fn contract(tape: &Tape) -> TapeContract {
    TapeContract {
        symbol: "US.X".into(),
        currency: "USD".into(),
        timezone: chrono_tz(),
        source: "a \"test\"".into(),
        holds: tape::holds(tape),
        assumptions: vec!["one".into(), "two\nlines".into()],
    }
}

fn chrono_tz() -> chrono_tz::Tz {
    chrono_tz::Tz::America__New_York
}

#[test]
fn what_is_written_comes_back() {
    let folder = Folder::new("");
    // Beyond one row group, and beyond one window of one.
    for (rows, local, orders) in [(1, false, false), (50, true, true), (50, false, true), (200_000, true, false)] {
        let tape = tape(rows, local, orders);
        for name in ["p.tape.parquet", "p.tape.csv"] {
            let path = folder.path(name);
            tape::write(&path, &contract(&tape), &tape).expect("written");
            let loaded = tape::load(&path, &ContractOverrides::default()).expect("loaded");
            assert!(loaded.tape == tape, "{name} with {rows} rows");
            assert_eq!(loaded.contract, contract(&tape));
            assert_eq!(loaded.warnings, Vec::<String>::new());
        }
    }
}

#[test]
fn a_csv_by_hand_needs_little() {
    let folder = Folder::new("");
    folder.write(
        "p.tape.csv",
        "venue_time,event,side,price,quantity\n2020-01-02 09:30,quote,bid,10,100\n2020-01-02T09:30:00-05:00,quote,ask,10.02,200\n1577975401000000000,trade,buy,10.02,50\n",
    );
    let inline = ContractOverrides {
        symbol: Some("US.X".into()),
        timezone: Some("America/New_York".into()),
        bars: Some("1m".into()),
        ..ContractOverrides::default()
    };
    let loaded = tape::load(&folder.path("p.tape.csv"), &inline).expect("loaded");
    assert_eq!(
        loaded.tape.columns().venue_time,
        [1_577_975_400, 1_577_975_400, 1_577_975_401].map(|s| s * 1_000_000_000)
    );
    assert_eq!(loaded.tape.columns().code, [0x51, 0x61, 0x50]);
    let warnings: Vec<String> = loaded.warnings.iter().map(|w| without_folder(w, folder.dir.path())).collect();
    let expected = [
        "p.tape.csv: the data contract has no currency, took USD",
        "p.tape.csv: the data contract has no source, took none",
    ];
    assert_eq!(warnings, expected);
}

#[test]
fn contracts_that_do_not_fit_are_refused() {
    let good = "kind = \"tape\"\nversion = 1\nsymbol = \"US.X\"\n";
    let cases = [
        (
            "",
            ContractOverrides::default(),
            "p.tape.csv: the data contract has no symbol: give it in p.tape.csv.toml or in [[data]]",
        ),
        ("kind = \"bars\"", ContractOverrides::default(), "p.tape.csv.toml: kind: `bars`, expected tape"),
        (
            "version = 2",
            ContractOverrides::default(),
            "p.tape.csv.toml: version: 2, expected 1; a newer program wrote this file",
        ),
        (
            "bars = \"1m\"",
            ContractOverrides::default(),
            "p.tape.csv.toml:1: unknown field `bars`, expected one of `kind`, `version`, `symbol`, `currency`, `timezone`, `source`, `holds`, `assumptions`",
        ),
        (
            "symbol = \"US.X\"\nholds = [\"ticks\"]",
            ContractOverrides::default(),
            "p.tape.csv.toml: holds: `ticks`, expected some of trades, quotes, levels, orders",
        ),
        (
            "symbol = \"US.X\"\nholds = [\"quotes\"]",
            ContractOverrides::default(),
            "p.tape.csv.toml: holds: this file says quotes, the rows hold trades",
        ),
        (
            good,
            ContractOverrides { symbol: Some("US.Y".into()), ..ContractOverrides::default() },
            "p.tape.csv.toml: symbol: this file says `US.X`, the run config's [[data]] says `US.Y`; remove one of them",
        ),
        (
            good,
            ContractOverrides { stamp: Some(engine_data::Stamp::Open), ..ContractOverrides::default() },
            "p.tape.csv: stamp in [[data]]: a tape has none, remove it",
        ),
    ];
    for (toml, inline, words) in cases {
        let folder = Folder::new("");
        folder.write("p.tape.csv", "venue_time,event,side,price,quantity\n2020-01-02 09:30,trade,,10,100\n");
        folder.write("p.tape.csv.toml", toml);
        let error = tape::load(&folder.path("p.tape.csv"), &inline).expect_err(toml);
        assert_eq!(without_folder(&error.to_string(), folder.dir.path()), words);
    }
}

#[test]
fn bars_of_a_tape_are_a_price_file_to_the_bit() {
    let folder = Folder::new("");
    let tape = tape(50_000, true, false);
    let path = folder.path("p.tape.parquet");
    tape::write(&path, &contract(&tape), &tape).expect("written");
    let loaded = tape::load(&path, &ContractOverrides::default()).expect("loaded");
    let (contract, bars) = tape::bars(&path, &loaded, BarLength::Intraday(MINUTE)).expect("bars");
    let rule = BarRule::Time { nanos: MINUTE, anchor: Timestamp::default() };
    let expected = tape.bars(rule).expect("bars");
    assert_eq!(bars.columns(), expected.columns());
    for name in ["bars.csv", "bars.parquet"] {
        let file = folder.path(name);
        let prices = PriceColumns { bars: &bars, turnover: &[], adj_close: &[] };
        write_prices(&file, &contract, &prices).expect("written");
        write_contract(&file, &contract).expect("written");
        let read = read_bars(&file, &ContractOverrides::default()).expect("read");
        assert_eq!(read.bars.columns(), expected.columns(), "{name}");
    }
    let error = tape::bars(&path, &loaded, BarLength::Day).expect_err("a day");
    let words = "p.tape.parquet: no bars of 1d come from a tape: build shorter ones and join them by data resample";
    assert_eq!(without_folder(&error.to_string(), folder.dir.path()), words);
    let error = read_bars(&path, &ContractOverrides::default()).expect_err("no bars");
    let words = "p.tape.parquet: is a tape of ticks, expected bars; `data bars` makes them";
    assert_eq!(without_folder(&error.to_string(), folder.dir.path()), words);
}

#[test]
fn the_example_of_the_docs_is_a_tape() {
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/tapes.md");
    let text = std::fs::read_to_string(docs).expect("the docs");
    let block = |language: &str| {
        let fence = format!("```{language}\n");
        text.split_once(&fence).and_then(|(_, rest)| rest.split_once("```")).map(|(block, _)| block.to_owned())
    };
    let folder = Folder::new("");
    folder.write("p.tape.csv", block("csv").expect("rows"));
    let contract = block("toml").expect("a contract").replace("\"trades\", \"quotes\"", "\"trades\", \"levels\"");
    folder.write("p.tape.csv.toml", contract);
    let loaded = tape::load(&folder.path("p.tape.csv"), &ContractOverrides::default()).expect("loaded");
    assert_eq!((loaded.tape.len(), loaded.warnings.len()), (5, 0));
    assert_eq!(loaded.contract.symbol, "CFFEX.IF2101");
}
