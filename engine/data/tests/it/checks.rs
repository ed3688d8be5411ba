//! Every check of a price file, with its exact message.

use engine_data::{ContractOverrides, Prices};

use crate::{Folder, daily};

const HEADER: &str = "time,open,high,low,close,volume\n";
const GOOD: &str = "2020-01-02,10,11,9,10.5,100\n";

/// The message for the good row followed by `rows`.
fn message(rows: &str) -> String {
    Folder::new(&format!("{HEADER}{GOOD}{rows}")).error(&daily())
}

#[test]
fn a_bad_row_is_named_by_line_and_column() {
    for (row, expected) in [
        ("2020-01-03,10,10.2,10.5,10.3,1", "p.csv:3: column high: 10.2 is below low 10.5"),
        ("2020-01-03,8,11,9,10,1", "p.csv:3: column open: 8 is outside low 9 to high 11"),
        ("2020-01-03,10,11,9,11.5,1", "p.csv:3: column close: 11.5 is outside low 9 to high 11"),
        (
            "2020-01-01,10,11,9,10,1",
            "p.csv:3: column time: 2020-01-01 is before the row above, 2020-01-02; expected rising times",
        ),
        (
            "2020-01-02,10,11,9,10,1",
            "p.csv:3: column time: 2020-01-02 repeats the row above, 2020-01-02; expected rising times",
        ),
        ("2020-01-03,10,11,9,,1", "p.csv:3: column close: is empty"),
        (",10,11,9,10,1", "p.csv:3: column time: is empty"),
        ("2020-01-03,10,11,9,abc,1", "p.csv:3: column close: `abc` is not a number"),
        ("2020-01-03,10,11,9,1_0,1", "p.csv:3: column close: `1_0` is not a number"),
        (
            "2020-01-03,10,11,9,NaN,1",
            "p.csv:3: column close: NaN is no price, expected a number above 0 and at most 1e10",
        ),
        (
            "2020-01-03,10,inf,9,10,1",
            "p.csv:3: column high: inf is no price, expected a number above 0 and at most 1e10",
        ),
        ("2020-01-03,10,11,0,10,1", "p.csv:3: column low: 0 is no price, expected a number above 0 and at most 1e10"),
        (
            "2020-01-03,-10,11,9,10,1",
            "p.csv:3: column open: -10 is no price, expected a number above 0 and at most 1e10",
        ),
        (
            "2020-01-03,10,20000000000,9,10,1",
            "p.csv:3: column high: 20000000000 is no price, expected a number above 0 and at most 1e10",
        ),
        ("2020-01-03,10,11,9,10,-1", "p.csv:3: column volume: -1 is no volume, expected 0 to 1e15"),
        ("2020-01-03,10,11,9,10,NaN", "p.csv:3: column volume: NaN is no volume, expected 0 to 1e15"),
        ("2020-01-03,10,11", "p.csv:3: has 3 fields, expected 6 as in the header"),
        ("2020-01-03,10,11,9,10,1,7", "p.csv:3: has 7 fields, expected 6 as in the header"),
        (
            "03.01.2020,10,11,9,10,1",
            "p.csv:3: column time: `03.01.2020` is no time, expected YYYY-MM-DD, YYYY-MM-DD HH:MM:SS or nanoseconds since 1970",
        ),
        (
            "2020-02-30,10,11,9,10,1",
            "p.csv:3: column time: `2020-02-30` is no time, expected YYYY-MM-DD, YYYY-MM-DD HH:MM:SS or nanoseconds since 1970",
        ),
        (
            "1577959500,10,11,9,10,1",
            "p.csv:3: column time: `1577959500` is no time: a whole number must be nanoseconds since 1970 UTC (19 digits)",
        ),
        (
            "2020-01-03,1.00000000449,11,1,10,1",
            "p.csv:3: column open: 1.00000000449 has more than 8 decimal places; if the prices are adjusted, say prices = \"adjusted\" in the data contract",
        ),
        ("\"2020-01-03,10,11,9,10,1", "p.csv:3: has 1 fields, expected 6 as in the header"),
    ] {
        assert_eq!(message(&format!("{row}\n")), expected, "{row}");
        // The same without a line end.
        assert_eq!(message(row), expected, "{row}");
    }
}

#[test]
fn further_bad_rows_are_counted() {
    let rows = "2020-01-03,10,11,9,abc,1\n2020-01-06,1,2\n2020-01-07,10,11,9,10,1\n2020-01-08,10,8,9,10,1\n";
    assert_eq!(message(rows), "p.csv:3: column close: `abc` is not a number (and 2 more bad rows)");
    assert_eq!(
        message(&rows[..rows.find("2020-01-07").unwrap_or(0)]),
        "p.csv:3: column close: `abc` is not a number (and 1 more bad row)"
    );
}

#[test]
fn whole_files_are_refused() {
    for (content, expected) in [
        ("", "p.csv: is empty, expected a header and rows"),
        ("\n\n", "p.csv: is empty, expected a header and rows"),
        (HEADER, "p.csv: has a header but no rows"),
        ("time,open,high,low,close,volume", "p.csv: has a header but no rows"),
        ("time,open,high,low,close,volume\n\n\n", "p.csv: has a header but no rows"),
        ("time;open;high;low;close;volume\n", "p.csv:1: fields are separated by `;`, expected `,`"),
        ("time\topen\thigh\n", "p.csv:1: fields are separated by tabs, expected `,`"),
        (
            "time,open,high,low,volume\n2020-01-02,1,1,1,1\n",
            "p.csv:1: column close is missing; found time,open,high,low,volume, expected time,open,high,low,close[,volume][,turnover][,adj_close]",
        ),
        (
            "2020-01-02,10,11,9,10.5,100\n",
            "p.csv:1: column time is missing; found 2020-01-02,10,11,9,10.5,100, expected time,open,high,low,close[,volume][,turnover][,adj_close]",
        ),
        ("date,time,open,high,low,close,volume\n", "p.csv:1: columns date and time are both the time"),
        ("time,open,high,low,close,Close,volume\n", "p.csv:1: columns close and Close are both the close"),
    ] {
        assert_eq!(Folder::new(content).error(&daily()), expected, "{content}");
    }
    let folder = Folder::new("");
    folder.write("p.csv", [0xFF, 0xFE, b't', 0]);
    assert_eq!(folder.error(&daily()), "p.csv: is UTF-16 text, expected UTF-8");
    folder.write("p.csv", [0x1F, 0x8B, 8, 0]);
    assert_eq!(folder.error(&daily()), "p.csv: is gzip-compressed, expected plain CSV");
    folder.write("p.csv", b"time,open,high,low,close,volume\n2020-01-02,1,1,1,1,1\n\xE9,1,1,1,1,1\n");
    assert_eq!(folder.error(&daily()), "p.csv:3: is not UTF-8 text");
    let missing = engine_data::read_bars(&folder.path("none.csv"), &daily()).expect_err("no such file");
    assert!(missing.to_string().ends_with("none.csv: cannot read: No such file or directory (os error 2)"));
    let huge = format!("{HEADER}{GOOD}2020-01-03,{}", "1".repeat(300_000));
    assert_eq!(
        engine_data::csv::read_bars_in_pieces(&Folder::new(&huge).path("p.csv"), &daily(), 100)
            .expect_err("too long")
            .problem,
        "has a line of more than 65536 bytes"
    );
}

#[test]
fn an_empty_line_may_only_stand_at_the_end() {
    assert!(Folder::new(&format!("{HEADER}{GOOD}\n\n")).read(&daily()).is_ok());
    assert_eq!(message("\n2020-01-03,10,11,9,10,1\n"), "p.csv:3: is an empty line between rows");
}

#[test]
fn other_dialects_that_are_fine() {
    let plain = Folder::new(&format!("{HEADER}{GOOD}2020-01-03,10,11,9,10,1\n")).read(&daily()).expect("fine");
    assert_eq!(plain.warnings, [""; 0]);
    let crlf = format!("{HEADER}{GOOD}2020-01-03,10,11,9,10,1\n").replace('\n', "\r\n");
    let loaded = Folder::new(&crlf).read(&daily()).expect("CRLF is fine");
    assert_eq!(loaded.bars, plain.bars);
    let order = "Volume,CLOSE,low,high,open,Date\n100,10.5,9,11,10,2020-01-02\n1,10,9,11,10,2020-01-03\n";
    assert_eq!(Folder::new(order).read(&daily()).expect("any order").bars, plain.bars);
    let quoted = "\"time\",open,high,low,close,volume\n\"2020-01-02\",\"10\",11,9, 10.5 ,100\n2020-01-03,10,11,9,10,1";
    assert_eq!(Folder::new(quoted).read(&daily()).expect("quotes and spaces").bars, plain.bars);

    let folder = Folder::new("");
    folder.write("p.csv", format!("\u{feff}{HEADER}{GOOD}2020-01-03,10,11,9,10,1\n"));
    let marked = folder.read(&daily()).expect("a byte order mark is fine");
    assert_eq!(marked.bars, plain.bars);
    assert!(marked.warnings[0].ends_with("p.csv: starts with a byte order mark, ignored"));
    let extra = "time,open,high,low,close,volume,vwap\n2020-01-02,10,11,9,10.5,100,\n2020-01-03,10,11,9,10,1,x\n";
    let extra = Folder::new(extra).read(&daily()).expect("unknown columns are ignored");
    assert_eq!(extra.bars, plain.bars);
    assert!(extra.warnings[0].ends_with("p.csv:1: unknown column vwap ignored"));
    assert_eq!(
        Folder::new("time,open,high,low,close,volume,vwap\n2020-01-02,10,11,9,10.5,100\n").error(&daily()),
        "p.csv:2: has 6 fields, expected 7 as in the header"
    );
}

#[test]
fn optional_columns_come_along() {
    let csv =
        "time_key,open,high,low,close,volume,turnover,adj_close\n2020-01-02,10,11,9,10.5,100,1050.5,5.123456789012\n";
    let loaded = Folder::new(csv).read(&daily()).expect("fine");
    assert_eq!(loaded.turnover, Some(vec![1050.5]));
    assert_eq!(loaded.adj_close, Some(vec![5.123456789012]));
    assert_eq!(loaded.rounded, 0);
    assert_eq!(
        Folder::new(&csv.replace("1050.5", "-1")).error(&daily()),
        "p.csv:2: column turnover: -1 is no turnover, expected 0 to 1e18"
    );
    assert_eq!(
        Folder::new(&csv.replace("5.123456789012", "0")).error(&daily()),
        "p.csv:2: column adj_close: 0 is no price, expected a number above 0 and at most 1e10"
    );
    assert_eq!(
        Folder::new(&csv.replace("time_key", "ts").replace("2020-01-02", "x")).error(&daily()),
        "p.csv:2: column ts: `x` is no time, expected YYYY-MM-DD, YYYY-MM-DD HH:MM:SS or nanoseconds since 1970"
    );
}

#[test]
fn adjusted_prices_are_rounded_and_counted() {
    let csv = format!("{HEADER}2020-01-02,10.1234567891,11,9,10.5,100\n");
    let adjusted = ContractOverrides { prices: Some(Prices::Adjusted), ..daily() };
    let loaded = Folder::new(&csv).read(&adjusted).expect("adjusted prices may be finer");
    assert_eq!(loaded.bars.columns().open, [10.12345679]);
    assert_eq!(loaded.rounded, 1);
    assert_eq!(loaded.warnings.len(), 1, "{:?}", loaded.warnings);
    assert!(loaded.warnings[0].ends_with("p.csv: 1 prices rounded to 8 decimal places"));
    // 1.00000000449 is off by 4.49e-9 relative.
    let csv = format!("{HEADER}2020-01-02,1.00000000449,1.1,0.9,1,100\n");
    let loaded = Folder::new(&csv).read(&adjusted).expect("fine");
    assert!(
        loaded.warnings[0].ends_with("1 prices rounded to 8 decimal places, 1 of them by more than 1e-9 of the price")
    );
    // Raw prices within 1e-9 are noise of a source that computes in doubles.
    let csv = format!("{HEADER}2020-01-02,10.100000000001,11,9,10.5,100\n");
    let loaded = Folder::new(&csv).read(&daily()).expect("noise");
    assert_eq!((loaded.rounded, loaded.bars.columns().open[0]), (1, 10.1));
}

#[test]
fn files_have_their_hash() {
    let loaded =
        Folder::new("time,open,high,low,close,volume\n2020-01-02,10,11,9,10.5,100\n").read(&daily()).expect("fine");
    // sha256sum of those bytes.
    assert_eq!(loaded.sha256, "10b4f0d0ff0fcf26830448e3a2530a30b5006aa3df77451e16b59c5221f0f24c");
    assert_eq!(loaded.actions_sha256, None);
}
