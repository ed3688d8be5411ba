//! `engine data`: check, import, list, resample, calendar.

use std::path::Path;

use crate::support::{engine, outcome, workspace};

const CONTRACT: &str = "symbol = \"HK.00700\"\nbars = \"30m\"\ntimezone = \"Asia/Hong_Kong\"\nstamp = \"close\"\nprices = \"raw\"\ncurrency = \"HKD\"\nsource = \"made up\"\n";

fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    outcome(&mut engine(folder, &[&["data"], arguments].concat()))
}

/// A folder with half an hour bars of one morning and afternoon, by their close.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let times = ["10:00", "10:30", "11:00", "11:30", "12:00", "13:30", "14:00", "14:30", "15:00", "15:30", "16:00"];
    let rows: String = times.iter().map(|t| format!("2024-12-20 {t},10,11,9,10,100\n")).collect();
    std::fs::write(folder.path().join("t.csv"), format!("time,open,high,low,close,volume\n{rows}")).expect("written");
    std::fs::write(folder.path().join("t.csv.toml"), CONTRACT).expect("written");
    folder
}

#[test]
fn help_on_every_level_has_an_example() {
    let synth = ["synth", "book"];
    let alone = [&["check"][..], &["import"], &["list"], &["resample"], &["bars"], &["calendar"], &synth];
    for command in [&[][..]].into_iter().chain(alone) {
        let (code, help, _) = run(Path::new("."), &[command, &["--help"]].concat());
        assert_eq!(code, Some(0));
        assert!(help.contains("Example") && help.contains("engine data "), "{help}");
        assert!(help.split("Example").nth(1).unwrap_or_default().lines().all(|l| l.chars().count() <= 90), "{help}");
    }
}

#[test]
fn check_says_what_is_there_and_what_is_missing() {
    let folder = folder();
    let (code, text, error) = run(folder.path(), &["check", "t.csv"]);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    assert_eq!(
        text,
        "t.csv: ok\n  HK.00700, bars of 30m, raw prices in HKD\n  times in Asia/Hong_Kong, stamped at the close of each bar\n  source: made up\n  11 bars from 2024-12-20 09:30 to 2024-12-20 16:00\n  every session of HKEX has its bars\n\n"
    );
    std::fs::write(folder.path().join("bad.csv"), "time,open,high,low,close,volume\n2024-12-20 10:00,1,2,3,1,1\n")
        .expect("written");
    std::fs::write(folder.path().join("bad.csv.toml"), CONTRACT).expect("written");
    std::fs::write(folder.path().join("other.csv"), "a,b\n").expect("written");
    let (code, text, error) = run(folder.path(), &["check", "."]);
    assert_eq!((code, error.as_str()), (Some(2), "1 of 2 files cannot be used\n"));
    assert!(text.starts_with("./bad.csv: bad\n  error: ./bad.csv:2: column high: 2 is below low 3\n"), "{text}");
    assert!(text.ends_with("not checked, for want of a contract: ./other.csv\n"), "{text}");
    let (code, json, _) = run(folder.path(), &["check", ".", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(code, Some(2));
    assert_eq!(json["files"][0]["error"], "./bad.csv:2: column high: 2 is below low 3");
    assert_eq!((&json["files"][1]["rows"], &json["files"][1]["calendar"]), (&11.into(), &"HKEX".into()));
    assert_eq!(json["files"][1]["missing_bars"], 0);
    assert_eq!(json["without_contract"][0], "./other.csv");
    let empty = tempfile::tempdir().expect("a folder");
    let (code, _, error) = run(empty.path(), &["check", "."]);
    assert_eq!((code, error.as_str()), (Some(2), "no price file with a contract (NAME.csv.toml) was found\n"));
}

#[test]
fn shipped_files_are_whole() {
    let (code, text, _) = run(&workspace("."), &["check", "data/us_daily"]);
    assert_eq!(code, Some(0));
    assert_eq!(text.matches("every session of NYSE has its bars").count(), 5, "{text}");
    assert!(!text.contains("warning") && !text.contains("finding"));
    assert!(text.lines().all(|l| l.chars().count() <= 80));
}

#[test]
fn the_catalogue_fits_a_terminal() {
    let (code, text, _) = run(&workspace("."), &["list", "data/us_daily"]);
    assert_eq!(code, Some(0));
    assert!(text.lines().all(|l| l.chars().count() <= 80), "{text}");
    assert!(text.starts_with("SYMBOL       BARS       ROWS RANGE"), "{text}");
    assert!(text.contains("US.AAPL      1d        3,270 2000-03-01 2013-03-01    raw"), "{text}");
    assert!(text.ends_with("5 files in data/us_daily\n"));
    let (_, json, _) = run(&workspace("."), &["list", "data/us_daily", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json[0]["symbol"], &json[0]["rows"]), (&"US.AAPL".into(), &3270.into()));
    let empty = tempfile::tempdir().expect("a folder");
    assert_eq!(run(empty.path(), &["list", "."]).0, Some(2));
    assert_eq!(run(empty.path(), &["list"]).2, "data: cannot read: No such file or directory (os error 2)\n");
}

#[test]
fn import_asks_before_it_writes() {
    let folder = tempfile::tempdir().expect("a folder");
    let csv = "Date,Open,High,Low,Close,Adj Close,Volume\n2024-01-02,187.15,188.44,183.89,185.64,184.73,82488700\n\
               2024-01-03,184.22,185.88,183.43,184.25,183.35,58414500\n";
    std::fs::write(folder.path().join("AAPL.csv"), csv).expect("written");
    // The tests have no terminal.
    let (code, text, error) = run(folder.path(), &["import", "AAPL.csv"]);
    assert_eq!(code, Some(2));
    assert_eq!(error, "nothing was written: look at the guess above and say --yes (there is no terminal to ask on)\n");
    assert!(text.contains("AAPL.csv: format yahoo: the columns are those of a Yahoo download"), "{text}");
    assert!(text.contains("data/US.AAPL_1d.csv\n  2 bars from 2024-01-02 to 2024-01-03\n"), "{text}");
    assert!(text.contains("  prices    adjusted\n              Yahoo adjusts open, high, low and close for splits\n"));
    assert!(text.lines().all(|l| l.chars().count() <= 80), "{text}");
    assert!(!folder.path().join("data").exists());
    let (code, text, error) = run(folder.path(), &["import", "AAPL.csv", "--yes", "-o", "d"]);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    assert!(text.ends_with("wrote d/US.AAPL_1d.csv and its contract\n"), "{text}");
    assert_eq!(run(folder.path(), &["check", "d"]).0, Some(0));
    let (code, _, error) = run(folder.path(), &["import", "AAPL.csv", "--yes", "-o", "d"]);
    assert_eq!(code, Some(2));
    assert!(error.starts_with("d/US.AAPL_1d.csv: is there already"), "{error}");
    for wrong in [["--stamp", "end"], ["--format", "csv"], ["--currency", "usd"], ["--prices", "split"]] {
        assert_eq!(run(folder.path(), &["import", "AAPL.csv", wrong[0], wrong[1]]).0, Some(2));
    }
}

#[test]
fn resample_writes_a_file_with_its_contract() {
    let folder = folder();
    let (code, text, error) = run(folder.path(), &["resample", "t.csv", "--to", "1h", "-o", "h.parquet"]);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    assert_eq!(text, "h.parquet: 6 bars of 1h from 11 of 30m\n");
    let (code, text, _) = run(folder.path(), &["check", "h.parquet"]);
    assert_eq!(code, Some(0));
    assert!(text.contains("6 bars from 2024-12-20 09:30 to 2024-12-20 16:00\n  every session of HKEX"), "{text}");
    let (code, _, error) = run(folder.path(), &["resample", "t.csv", "--to", "1h", "-o", "h.parquet"]);
    assert_eq!((code, error.as_str()), (Some(2), "h.parquet: is there already; remove it or choose another name\n"));
    let (code, _, error) = run(folder.path(), &["resample", "t.csv", "--to", "20m", "-o", "x.csv"]);
    assert_eq!(code, Some(2));
    assert_eq!(error, "t.csv: --to 20m: cannot make bars of 20m from bars of 30m; expected a multiple of 30m, or 1d\n");
    assert_eq!(run(folder.path(), &["resample", "t.csv", "--to", "2x", "-o", "x.csv"]).0, Some(2));
}

#[test]
fn calendars_are_printed() {
    let (code, text, _) = run(Path::new("."), &["calendar", "HKEX", "--from", "2024-12-23", "--to", "2024-12-27"]);
    assert_eq!(code, Some(0));
    assert_eq!(
        text,
        "date,early_close,hours\n2024-12-23,0,09:30-12:00 13:00-16:00\n2024-12-24,1,09:30-12:00\n2024-12-27,0,09:30-12:00 13:00-16:00\n"
    );
    for (arguments, expected) in [
        (
            &["calendar", "LSE"][..],
            "there is no calendar for \"LSE\", expected HKEX, NYSE, NASDAQ, SSE, SZSE, CFFEX, SHFE, INE or a symbol such as HK.00700\n",
        ),
        (&["calendar", "SSE", "--from", "1.1.2024"], "--from 1.1.2024: expected a date such as 2024-12-31\n"),
        (
            &["calendar", "SSE", "--from", "2028-01-01", "--to", "2029-01-01"],
            "SSE is known from 2000-01-04 to 2026-12-31\n",
        ),
        (&["calendar", "SSE", "--from", "2024-01-02", "--to", "2024-01-01"], "--from is after --to\n"),
    ] {
        let (code, _, error) = run(Path::new("."), arguments);
        assert_eq!((code, error.as_str()), (Some(2), expected));
    }
}

/// A run over Parquet gives the digest of the same run over CSV.
#[test]
fn a_backtest_reads_parquet() {
    let folder = folder();
    let config = |file: &str| {
        format!(
            "[run]\nname = \"p\"\n[[data]]\nfile = \"{file}\"\n[strategy]\nname = \"sma_cross\"\nfast = 1\nslow = 2\n"
        )
    };
    // Joined to the same length is a copy by way of the builder; so write Parquet by import.
    let (code, _, error) = run(
        folder.path(),
        &["import", "t.csv", "--symbol", "HK.00700", "--stamp", "close", "--parquet", "--yes", "-o", "d"],
    );
    assert_eq!((code, error.as_str()), (Some(0), ""));
    let digest = |file: &str| {
        std::fs::write(folder.path().join("c.toml"), config(file)).expect("written");
        let out = format!("runs/{}", file.replace('/', "-"));
        let (code, json, error) = outcome(&mut engine(folder.path(), &["backtest", "c.toml", "--json", "--out", &out]));
        assert_eq!(code, Some(0), "{error}");
        let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        let (code, _, error) = outcome(&mut engine(folder.path(), &["verify", &out]));
        assert_eq!(code, Some(0), "{error}");
        json["digest"].as_str().expect("a digest").to_owned()
    };
    assert_eq!(digest("t.csv"), digest("d/HK.00700_30m.parquet"));
}

const ORDERS: &str = "ts_recv_ns,ts_event_ns,action,side,price,size,order_id,flags,sequence
1700000000000000000,1700000000000000000,A,B,10,5,1,32,7
1700000000000000000,1700000000000000000,A,A,11,5,2,32,3
1700000002000000000,1700000001000000000,T,A,10,5,9,0,10
1700000002000000000,1700000001000000000,C,B,10,5,1,128,11
1700000003000000000,1700000003000000000,A,B,12,1,3,128,12
";

#[test]
fn ticks_become_a_tape_that_is_checked_listed_and_made_into_bars() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("ESH4_orders.csv"), ORDERS).expect("written");
    let (code, text, error) = run(folder.path(), &["import", "ESH4_orders.csv", "-o", "out", "--yes"]);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    assert!(text.starts_with("ESH4_orders.csv: format mbo: the columns are those of mbo:\n"), "{text}");
    assert!(text.ends_with("wrote out/ESH4.tape.parquet and its contract\n"), "{text}");

    let (code, text, error) = run(folder.path(), &["check", "out"]);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    let expected = "out/ESH4.tape.parquet: ok
  ESH4, tape, in USD
  source: mbo, ESH4_orders.csv
  holds trades, orders; 6 rows in 3 packets: 1 trade, 1 clear, 3 adds, 1 cancel
  from 2023-11-14T22:13:20Z to 2023-11-14T22:13:23Z at the venue
  of the trades: 0 bought, 1 sold, 0 of auctions, 0 irregular
  latency: least 0s, median 1s, most 1s
  longest pause: 2s from 2023-11-14T22:13:21Z
  finding: the book is crossed in 1 span: at row 6 from 2023-11-14T22:13:23Z for
           0s

";
    assert_eq!(text, expected);
    // The file itself says the same, as what it would become.
    let (code, text, _) = run(folder.path(), &["check", "ESH4_orders.csv", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let one = &json["files"][0];
    assert_eq!((code, &one["format"], &one["rows"]), (Some(0), &"mbo".into(), &6.into()));
    assert_eq!(one["crossed"][0]["row"], 6);

    let (_, text, _) = run(folder.path(), &["list", "out"]);
    assert!(
        text.contains("ESH4         tape          6 2023-11-14 2023-11-14    raw      mbo, ESH4_order.."),
        "{text}"
    );

    let bars = ["bars", "out/ESH4.tape.parquet", "--bars", "1m", "-o", "bars.csv"];
    let (code, text, _) = run(folder.path(), &bars);
    assert_eq!((code, text.as_str()), (Some(0), "bars.csv: 1 bars of 1m from 6 rows\n"));
    let written = std::fs::read_to_string(folder.path().join("bars.csv")).expect("written");
    assert_eq!(written, "time,open,high,low,close,volume\n2023-11-14 22:14,10,10,10,10,5\n");
    let (code, _, error) = run(folder.path(), &bars);
    assert_eq!((code, error.as_str()), (Some(2), "bars.csv: is there already; remove it or choose another name\n"));
    let (code, _, error) = run(folder.path(), &["bars", "bars.csv", "--bars", "1m", "-o", "x.csv"]);
    let words = "bars.csv: is no tape: expected NAME.tape.parquet or NAME.tape.csv; bring it in with data import\n";
    assert_eq!((code, error.as_str()), (Some(2), words));
}

#[test]
fn a_feed_that_contradicts_itself_is_refused_or_marked() {
    let folder = tempfile::tempdir().expect("a folder");
    let bad = ORDERS.replace("C,B,10,5,1,128", "C,B,10,5,7,128");
    std::fs::write(folder.path().join("ESH4.csv"), bad).expect("written");
    let words = "ESH4.csv:5: column order_id: order 7 leaves and was never added\n";
    let (code, _, error) = run(folder.path(), &["import", "ESH4.csv", "--yes"]);
    assert_eq!((code, error.as_str()), (Some(2), words));
    let (code, text, error) = run(folder.path(), &["check", "ESH4.csv"]);
    assert_eq!((code, error.as_str()), (Some(2), "1 of 1 files cannot be used\n"));
    assert_eq!(text, format!("ESH4.csv: bad\n  error: {words}\n"));
    let marked = ["import", "ESH4.csv", "-o", "out", "--on-gap", "mark", "--csv", "--yes"];
    let (code, text, _) = run(folder.path(), &marked);
    assert_eq!(code, Some(0));
    assert!(text.contains("finding: 1 gap in the orders, each marked\n"), "{text}");
    let tape = std::fs::read_to_string(folder.path().join("out/ESH4.tape.csv")).expect("written");
    let rows: Vec<&str> = tape.lines().collect();
    assert_eq!(rows[0], "venue_time,local_time,event,side,price,quantity,order,flags");
    assert_eq!(rows[5], "2023-11-14T22:13:21Z,2023-11-14T22:13:22Z,gap,,,,,last");
}
