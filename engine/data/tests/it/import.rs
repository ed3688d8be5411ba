//! Vendors' files: how they are told, what is guessed and why, what is refused.

use std::path::{Path, PathBuf};

use engine_data::import::{Format, Plan, Wishes, plan};
use engine_data::{ContractOverrides, Stamp, read_bars};

use crate::{Folder, iso, without_folder};

fn planned(folder: &Folder, name: &str, wishes: &Wishes) -> Result<Plan, String> {
    plan(&folder.path(name), wishes).map_err(|e| without_folder(&e.to_string(), folder.dir.path()))
}

/// A plan for a file of that name with that content.
fn of(name: &str, content: &str) -> Result<Plan, String> {
    let folder = Folder::new("");
    folder.write(name, content);
    planned(&folder, name, &Wishes::default())
}

fn evidence(plan: &Plan, series: usize) -> Vec<(&str, &str)> {
    plan.series[series].evidence.iter().map(|e| (e.key, e.value.as_str())).collect()
}

fn because<'a>(plan: &'a Plan, key: &str) -> &'a str {
    plan.series[0].evidence.iter().find(|e| e.key == key).map_or("", |e| e.because.as_str())
}

const FUTU: &str =
    "code,name,time_key,open,close,high,low,pe_ratio,turnover_rate,volume,turnover,change_rate,last_close\n";

#[test]
fn futu_by_code() {
    let rows = "HK.00700,TENCENT,2024-01-02 09:31:00,290.2,290.6,291,290,0,0,1000,290500,0,294\n\
                US.AAPL,APPLE,2024-01-02 00:00:00,187.15,185.64,188.44,183.885,30,0,82488700,1,0,192.53\n\
                HK.00700,TENCENT,2024-01-02 09:32:00,290.6,290.4,290.8,290.2,0,0,500,145200,0,290.6\n";
    let plan = of("two.csv", &format!("{FUTU}{rows}")).expect("fine");
    assert_eq!((plan.format, plan.series.len(), plan.notes.len()), (Format::Futu, 2, 0));
    assert_eq!(
        evidence(&plan, 0),
        [
            ("symbol", "HK.00700"),
            ("bars", "1m"),
            ("timezone", "Asia/Hong_Kong"),
            ("stamp", "close"),
            ("prices", "raw"),
            ("currency", "HKD"),
            ("source", "Futu, two.csv")
        ]
    );
    assert_eq!(because(&plan, "stamp"), "Futu's intraday times are the end of each bar");
    let bars = plan.series[0].loaded.bars.columns();
    assert_eq!((bars.open[1], bars.close[1], bars.high[1], bars.low[1]), (290.6, 290.4, 290.8, 290.2));
    assert_eq!(iso(bars.open_time(0)), "2024-01-02T01:30:00Z");
    assert_eq!(plan.series[0].loaded.turnover, Some(vec![290_500.0, 145_200.0]));
    assert_eq!(evidence(&plan, 1)[..3], [("symbol", "US.AAPL"), ("bars", "1d"), ("timezone", "America/New_York")]);
    // Adjusted prices show in their decimals.
    let adjusted = format!("{FUTU}HK.00700,T,2024-01-02 00:00:00,290.2001,290.6,291,290,0,0,1000,1,0,1\n");
    let plan = of("a.csv", &adjusted).expect("fine");
    assert_eq!(evidence(&plan, 0)[4], ("prices", "adjusted"));
    assert_eq!(because(&plan, "prices"), "290.2001 (line 2) has more decimals than a price step of the market");
}

#[test]
fn yahoo_is_adjusted_for_splits() {
    let csv = "Date,Open,High,Low,Close,Adj Close,Volume\n2020-08-27,127.142502,127.485001,123.832497,125.010002,122.25,155552400\n\
               2020-08-28,null,null,null,null,null,null\n2020-08-31,127.58,131,126,129.04,126.19,225702700\n";
    let plan = of("AAPL.csv", csv).expect("fine");
    assert_eq!(plan.format, Format::Yahoo);
    assert_eq!(
        evidence(&plan, 0)[..6],
        [
            ("symbol", "US.AAPL"),
            ("bars", "1d"),
            ("timezone", "America/New_York"),
            ("stamp", "close"),
            ("prices", "adjusted"),
            ("currency", "USD")
        ]
    );
    assert_eq!(plan.series[0].loaded.adj_close, Some(vec![122.25, 126.19]));
    assert!(plan.notes[0].ends_with("AAPL.csv: 1 rows of null left out"), "{:?}", plan.notes);
    for (name, symbol) in [
        ("0700.HK.csv", "HK.00700"),
        ("600000.SS.csv", "SH.600000"),
        ("000001.SZ.csv", "SZ.000001"),
        ("^GSPC.csv", "US.GSPC"),
    ] {
        assert_eq!(evidence(&of(name, csv).expect("fine"), 0)[0].1, symbol);
    }
}

#[test]
fn binance_counts_in_two_units() {
    let row = |open: &str, close: &str| {
        format!("{open},42283.58,42554.57,42261.02,42475.23,1271.68,{close},53957248.97,47134,682.5,28957416.8,0\n")
    };
    let old = format!("{}{}", row("1704067200000", "1704070799999"), row("1704070800000", "1704074399999"));
    let new = format!("{}{}", row("1735689600000000", "1735693199999999"), row("1735693200000000", "1735696799999999"));
    for (content, first) in [(old.as_str(), "2024-01-01T00:00:00Z"), (new.as_str(), "2025-01-01T00:00:00Z")] {
        let plan = of("BTCUSDT-1h-2024-01.csv", content).expect("fine");
        assert_eq!(plan.format, Format::Binance);
        assert_eq!(
            evidence(&plan, 0)[..6],
            [
                ("symbol", "BTCUSDT"),
                ("bars", "1h"),
                ("timezone", "UTC"),
                ("stamp", "open"),
                ("prices", "raw"),
                ("currency", "USD")
            ]
        );
        assert_eq!(because(&plan, "currency"), "quoted in USDT, taken as US dollars");
        assert_eq!(iso(plan.series[0].loaded.bars.columns().open_time(0)), first);
        assert_eq!(plan.series[0].loaded.turnover.as_deref(), Some([53_957_248.97; 2].as_slice()));
    }
    let header = "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n";
    assert_eq!(of("ETHUSDT.csv", &format!("{header}{old}")).expect("fine").format, Format::Binance);
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/import").join(name)
}

#[test]
fn lean_archives() {
    let daily = plan(&fixture("ibm.zip"), &Wishes::default()).expect("fine");
    assert_eq!(daily.format, Format::Lean);
    assert_eq!(
        evidence(&daily, 0)[..4],
        [("symbol", "US.IBM"), ("bars", "1d"), ("timezone", "America/New_York"), ("stamp", "open")]
    );
    let c = daily.series[0].loaded.bars.columns();
    assert_eq!(
        (c.open[0], c.close[4], c.volume[0], iso(c.open_time(4))),
        (184.22, 185.2, 1_000_001.0, "2013-10-07T13:30:00Z".to_owned())
    );
    let minutes = plan(&fixture("20131008_trade.zip"), &Wishes::default()).expect("fine");
    assert_eq!(evidence(&minutes, 0)[..2], [("symbol", "US.SPY"), ("bars", "1m")]);
    let c = minutes.series[0].loaded.bars.columns();
    assert_eq!(
        (c.open.len(), iso(c.open_time(0)), iso(c.close_time[389])),
        (390, "2013-10-08T13:30:00Z".to_owned(), "2013-10-08T20:00:00Z".to_owned())
    );
    assert_eq!(
        of("spy.csv", "34200000,1,1,1,1,1\n").expect_err("no date"),
        "spy.csv:1: column time: is in milliseconds since midnight, and no date stands in the file's name"
    );
    // A byte of the data changed.
    let mut bytes = std::fs::read(fixture("ibm.zip")).expect("read");
    bytes[60] ^= 0x55;
    let folder = Folder::new("");
    folder.write("ibm.zip", &bytes);
    let error = planned(&folder, "ibm.zip", &Wishes::default()).expect_err("damaged");
    assert!(error.starts_with("ibm.zip: ") && error.contains("damaged"), "{error}");
}

#[test]
fn plain_files_are_fitted_to_the_sessions() {
    // Two half days of New York at Thanksgiving and Christmas, hourly, by their open, in UTC.
    let rows = |offset: i32| -> String {
        ["2024-11-29", "2024-12-24"]
            .iter()
            .flat_map(|day| {
                (0..7).map(move |i| {
                    format!("US.X,{day} {:02}:{:02},10,11,9,10,1\n", 9 + offset + (i + 1) / 2, 30 * ((i + 1) % 2))
                })
            })
            .collect()
    };
    for (offset, zone) in [(0, "America/New_York"), (5, "UTC")] {
        let plan = of("x.csv", &format!("symbol,datetime,open,high,low,close,vol\n{}", rows(offset))).expect("fine");
        assert_eq!(evidence(&plan, 0)[1..4], [("bars", "30m"), ("timezone", zone), ("stamp", "open")], "{offset}");
        assert_eq!(
            because(&plan, "stamp"),
            format!("2 of 2 days are whole sessions of NYSE with times of the open in {zone}")
        );
    }
    let wrong = Wishes {
        contract: ContractOverrides {
            stamp: Some(Stamp::Close),
            timezone: Some("America/New_York".into()),
            ..ContractOverrides::default()
        },
        ..Wishes::default()
    };
    let folder = Folder::new("");
    folder.write("x.csv", format!("symbol,datetime,open,high,low,close,vol\n{}", rows(0)));
    assert!(planned(&folder, "x.csv", &wrong).expect_err("refused").ends_with("say stamp = \"open\""));
}

#[test]
fn bad_rows_keep_their_place() {
    let futu = |row: &str| format!("{FUTU}HK.00001,A,2024-01-02 00:00:00,10,10,11,9,0,0,1,1,0,1\n\n{row}\n");
    for (name, content, expected) in [
        (
            "a.csv",
            futu("HK.00700,T,2024-01-02 00:00:00,10,12,11,9,0,0,1,1,0,1"),
            "a.csv:4: column close: 12 is outside low 9 to high 11",
        ),
        (
            "a.csv",
            futu("HK.00700,T,02/01/2024,10,10,11,9,0,0,1,1,0,1"),
            "a.csv:4: column time_key: `02/01/2024` may be day 2 of month 1 or month 2, day 1; expected the year first, as in 2020-01-31",
        ),
        ("a.csv", futu("HK.00700,T,2024-01-02"), "a.csv:4: has 3 fields, expected 13 as in the header"),
        ("a.csv", futu(",T,2024-01-02 00:00:00,10,12,11,9,0,0,1,1,0,1"), "a.csv:4: column code: is empty"),
        (
            "a.csv",
            futu("\"HK.00700,T,2024-01-02 00:00:00,10,12,11,9,0,0,1,1,0,1"),
            "a.csv:4: has a line end inside quotes",
        ),
        ("a.csv", String::new(), "a.csv: is empty, expected rows"),
        (
            "a.csv",
            "a,b,c\n1,2,3\n".to_owned(),
            "a.csv:1: is of no known format: found a,b,c; say --format futu, yahoo, binance, lean or plain",
        ),
        (
            "a.csv",
            "time,open,high,low,close\n2020-01-02,1,1,1,1\n".to_owned(),
            "a.csv: symbol: neither a column nor the file's name says it; give --symbol, for example US.AAPL",
        ),
        ("US.A.csv", "time,open,high,low,close\n".to_owned(), "US.A.csv: has a header but no rows"),
        (
            "BTCUSDT.csv",
            "1704067200000,1,1,1,1,1,1,1,1,1,1,0\n1704067260,1,1,1,1,1,1,1,1,1,1,0\n".to_owned(),
            "BTCUSDT.csv:2: column open_time: `1704067260` is no open time, expected milliseconds (13 digits) or microseconds (16 digits)",
        ),
        (
            "ibm.csv",
            "20131001 00:00,1841200,1851200,1831200,1845000,1\n20131002 00:00,184.12,1,1,1,1\n".to_owned(),
            "ibm.csv:2: column open: `184.12` is no price, expected a whole number of 1e-4 dollars",
        ),
    ] {
        assert_eq!(of(name, &content).expect_err("refused"), expected);
    }
}

#[test]
fn what_is_written_reads_again_and_is_never_overwritten() {
    let folder = Folder::new("");
    folder.write("two.csv", format!("{FUTU}HK.00700,T,2024-01-02 00:00:00,290.2,290.6,291,290,0,0,1000,290500,0,294\nUS.AAPL,A,2024-01-02 00:00:00,187.15,185.64,188.44,183.885,30,0,82488700,1,0,192.53\n"));
    for parquet in [false, true] {
        let wishes = Wishes { parquet, ..Wishes::default() };
        let plan = planned(&folder, "two.csv", &wishes).expect("fine");
        let out = folder.path("new/data");
        let paths = plan.write(&out).expect("written");
        assert_eq!(paths.len(), 2);
        for (path, one) in paths.iter().zip(&plan.series) {
            let again = read_bars(path, &ContractOverrides::default()).expect("reads");
            assert_eq!((&again.bars, &again.contract), (&one.loaded.bars, &one.loaded.contract));
            assert_eq!(again.turnover, one.loaded.turnover);
            assert_eq!(again.warnings, [""; 0]);
        }
        let ending = if parquet { "parquet" } else { "csv" };
        let error = without_folder(&plan.write(&out).expect_err("there already").to_string(), folder.dir.path());
        assert_eq!(
            error,
            format!("new/data/HK.00700_1d.{ending}: is there already; remove it, or choose another folder with -o")
        );
        let left: Vec<_> = std::fs::read_dir(&out)
            .expect("listed")
            .flatten()
            .filter(|e| e.file_name().to_string_lossy().starts_with('.'))
            .collect();
        assert!(left.is_empty());
    }
    let named = Wishes {
        contract: ContractOverrides { symbol: Some("US.X".into()), ..ContractOverrides::default() },
        ..Wishes::default()
    };
    assert_eq!(
        planned(&folder, "two.csv", &named).expect_err("two"),
        "two.csv: holds 2 symbols; --symbol can name only one"
    );
}
