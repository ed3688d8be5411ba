//! Corrupted price files, each with the exact words it gets: refused with a place,
//! loaded with a warning, or loaded with a finding of the audit.

use engine_core::time::{DAY, HOUR, MINUTE, Timestamp};
use engine_data::audit::audit;
use engine_data::calendars::calendar_for;
use engine_data::{ContractOverrides, Prices, Stamp};

use crate::{Folder, bars, daily, without_folder};

enum Is {
    /// Not loaded.
    Refused(&'static str),
    /// Loaded; the only warning.
    Warned(&'static str),
    /// Loaded without a warning; the only finding.
    Found(&'static str),
}
use Is::{Found, Refused, Warned};

const HEADER: &str = "time,open,high,low,close,volume\n";

/// The header and two good days, then `rows`.
fn days(rows: &str) -> Vec<u8> {
    format!("{HEADER}2020-01-02,10,11,9,10.5,100\n2020-01-03,10,11,9,10,100\n{rows}").into_bytes()
}

/// Half-hour bars of New York from 2020-01-02 on, open-stamped, `keep` of them, moved by `by`.
fn half_hours(count: i64, by: i64, keep: impl Fn(usize) -> bool) -> Vec<u8> {
    let first = Timestamp::from_date(2020, 1, 2).nanos() / DAY;
    let parts = calendar_for("NYSE").expect("a calendar").days(first, first + count);
    let all = parts.iter().flat_map(|d| (d.open()..d.close()).step_by((30 * MINUTE) as usize));
    let rows = all.enumerate().filter(|(i, _)| keep(*i)).map(|(_, t)| {
        let text = Timestamp::from_nanos(t - 5 * HOUR + by).to_string();
        format!("{},10,11,9,10,100\n", text[..16].replace('T', " "))
    });
    format!("{HEADER}{}", rows.collect::<String>()).into_bytes()
}

fn with(change: impl Fn(&mut ContractOverrides)) -> ContractOverrides {
    let mut contract = daily();
    change(&mut contract);
    contract
}

#[test]
#[allow(clippy::too_many_lines)]
fn each_has_its_words() {
    let thirty = || bars("30m", Stamp::Open);
    let hour = || bars("1h", Stamp::Open);
    let cases: Vec<(&str, Vec<u8>, ContractOverrides, Is)> = vec![
        ("empty file", vec![], daily(), Refused("p.csv: is empty, expected a header and rows")),
        ("header only", HEADER.into(), daily(), Refused("p.csv: has a header but no rows")),
        (
            "no header",
            days("")[HEADER.len()..].to_vec(),
            daily(),
            Refused("p.csv:1: column time is missing; found 2020-01-02,10,11,9,10.5,100, expected time,open,high,low,close[,volume][,turnover][,adj_close]"),
        ),
        (
            "unsorted",
            days("2019-12-31,10,11,9,10,100\n"),
            daily(),
            Refused("p.csv:4: column time: 2019-12-31 is before the row above, 2020-01-03; expected rising times"),
        ),
        (
            "newest first",
            format!("{HEADER}2020-01-06,10,11,9,10,1\n2020-01-03,10,11,9,10,1\n2020-01-02,10,11,9,10,1\n").into(),
            daily(),
            Refused("p.csv:3: column time: 2020-01-03 is before the row above, 2020-01-06; expected rising times (and 1 more bad row)"),
        ),
        (
            "duplicate",
            days("2020-01-03,10,11,9,10,100\n"),
            daily(),
            Refused("p.csv:4: column time: 2020-01-03 repeats the row above, 2020-01-03; expected rising times"),
        ),
        (
            "NaN",
            days("2020-01-06,10,11,9,NaN,100\n"),
            daily(),
            Refused("p.csv:4: column close: NaN is no price, expected a number above 0 and at most 1e10"),
        ),
        (
            "infinite",
            days("2020-01-06,10,inf,9,10,100\n"),
            daily(),
            Refused("p.csv:4: column high: inf is no price, expected a number above 0 and at most 1e10"),
        ),
        (
            "negative price",
            days("2020-01-06,10,11,-9,10,100\n"),
            daily(),
            Refused("p.csv:4: column low: -9 is no price, expected a number above 0 and at most 1e10"),
        ),
        (
            "zero price",
            days("2020-01-06,0,11,9,10,100\n"),
            daily(),
            Refused("p.csv:4: column open: 0 is no price, expected a number above 0 and at most 1e10"),
        ),
        (
            "negative volume",
            days("2020-01-06,10,11,9,10,-1\n"),
            daily(),
            Refused("p.csv:4: column volume: -1 is no volume, expected 0 to 1e15"),
        ),
        (
            "high below low",
            days("2020-01-06,10,9,11,10,100\n"),
            daily(),
            Refused("p.csv:4: column high: 9 is below low 11"),
        ),
        (
            "open outside the range",
            days("2020-01-06,12,11,9,10,100\n"),
            daily(),
            Refused("p.csv:4: column open: 12 is outside low 9 to high 11"),
        ),
        (
            "close outside the range",
            days("2020-01-06,10,11,9,8.99,100\n"),
            daily(),
            Refused("p.csv:4: column close: 8.99 is outside low 9 to high 11"),
        ),
        (
            "overflow of a price",
            days("2020-01-06,10,1e300,9,10,100\n"),
            daily(),
            Refused("p.csv:4: column high: 1e300 is no price, expected a number above 0 and at most 1e10"),
        ),
        (
            "overflow of a volume",
            days("2020-01-06,10,11,9,10,18446744073709551616\n"),
            daily(),
            Refused("p.csv:4: column volume: 1.8446744073709552e19 is no volume, expected 0 to 1e15"),
        ),
        (
            "text in a number",
            days("2020-01-06,10,11,9,n/a,100\n"),
            daily(),
            Refused("p.csv:4: column close: `n/a` is not a number"),
        ),
        (
            "thousands separator",
            days("2020-01-06,10,11,9,10,\"1,000\"\n"),
            daily(),
            Refused("p.csv:4: column volume: `1,000` is not a number"),
        ),
        (
            "decimal comma",
            days("2020-01-06,10,5,11,9,10,100\n"),
            daily(),
            Refused("p.csv:4: has 7 fields, expected 6 as in the header"),
        ),
        (
            "missing price",
            days("2020-01-06,10,11,9,,100\n"),
            daily(),
            Refused("p.csv:4: column close: is empty"),
        ),
        (
            "other separator",
            days("").iter().map(|b| if *b == b',' { b';' } else { *b }).collect(),
            daily(),
            Refused("p.csv:1: fields are separated by `;`, expected `,`"),
        ),
        (
            "mixed separators",
            days("2020-01-06;10;11;9;10;100\n"),
            daily(),
            Refused("p.csv:4: has 1 fields, expected 6 as in the header"),
        ),
        (
            "quoted newline",
            days("\"2020-01-06\n\",10,11,9,10,100\n"),
            daily(),
            Refused("p.csv:4: has 1 fields, expected 6 as in the header (and 1 more bad row)"),
        ),
        (
            "cut off in a row",
            days("2020-01-06,10,11"),
            daily(),
            Refused("p.csv:4: has 3 fields, expected 6 as in the header"),
        ),
        (
            "an empty line",
            days("\n2020-01-06,10,11,9,10,100\n"),
            daily(),
            Refused("p.csv:4: is an empty line between rows"),
        ),
        (
            "mixed date formats",
            days("01/06/2020,10,11,9,10,100\n"),
            daily(),
            Refused("p.csv:4: column time: `01/06/2020` is no time, expected YYYY-MM-DD, YYYY-MM-DD HH:MM:SS or nanoseconds since 1970"),
        ),
        (
            "no such day",
            days("2020-02-30,10,11,9,10,100\n"),
            daily(),
            Refused("p.csv:4: column time: `2020-02-30` is no time, expected YYYY-MM-DD, YYYY-MM-DD HH:MM:SS or nanoseconds since 1970"),
        ),
        (
            "seconds instead of nanoseconds",
            days("1578268800,10,11,9,10,100\n"),
            daily(),
            Refused("p.csv:4: column time: `1578268800` is no time: a whole number must be nanoseconds since 1970 UTC (19 digits)"),
        ),
        (
            "not UTF-8",
            [days("").as_slice(), b"2020-01-06\xA0,10,11,9,10,100\n"].concat(),
            daily(),
            Refused("p.csv:4: is not UTF-8 text"),
        ),
        ("UTF-16", vec![0xFF, 0xFE, b't', 0, b'i', 0], daily(), Refused("p.csv: is UTF-16 text, expected UTF-8")),
        ("gzip", vec![0x1F, 0x8B, 8, 0], daily(), Refused("p.csv: is gzip-compressed, expected plain CSV")),
        (
            "truncated Parquet",
            b"PAR1\x15\x04\x15\x10".to_vec(),
            daily(),
            Refused("p.csv: is cut off: a Parquet file ends with PAR1"),
        ),
        (
            "byte order mark",
            [b"\xEF\xBB\xBF".as_slice(), &days("")].concat(),
            daily(),
            Warned("p.csv: starts with a byte order mark, ignored"),
        ),
        (
            "local time that summer time skips",
            format!("{HEADER}2020-03-08 01:30,10,11,9,10,1\n2020-03-08 02:30,10,11,9,10,1\n").into(),
            hour(),
            Refused("p.csv:3: column time: 2020-03-08 02:30 does not exist: clocks were set forward over it"),
        ),
        (
            "dates in an intraday file",
            days(""),
            hour(),
            Refused("p.csv:2: column time: `2020-01-02` has no time of day, which bars of 1h need (and 1 more bad row)"),
        ),
        (
            "bars closer than the contract says",
            half_hours(3, 0, |_| true),
            hour(),
            Refused("p.csv:3: column time: 2020-01-02 10:00 starts before the bar of the row above ends; expected a distance of 1h"),
        ),
        (
            "wrong zone",
            half_hours(7, 5 * HOUR, |_| true),
            thirty(),
            Refused("p.csv:2: column time: on 6 of 6 complete days the bars lie 5h after the session (on 2020-01-02 they run from 14:30 to 21:00 in America/New_York): the time zone is wrong; timezone = \"UTC\" would fit"),
        ),
        (
            "shifted stamps",
            half_hours(7, 0, |_| true),
            bars("30m", Stamp::Close),
            Refused("p.csv:2: column time: on 6 of 6 complete days the bars lie 30m before the session (on 2020-01-02 they run from 09:00 to 15:30 in America/New_York), which is one bar: the times are the open of each bar; say stamp = \"open\""),
        ),
        (
            "wrong currency code",
            days(""),
            with(|c| c.currency = Some("usd".into())),
            Refused("p.csv: currency in [[data]]: `usd` is no currency code, expected for example USD"),
        ),
        (
            "wrong currency",
            days(""),
            with(|c| c.currency = Some("HKD".into())),
            Warned("p.csv: the currency is HKD, and US.X trades in USD: is it right?"),
        ),
        (
            "no such zone",
            days(""),
            with(|c| c.timezone = Some("New York".into())),
            Refused("p.csv: timezone in [[data]]: `New York` is no IANA time zone, expected for example America/New_York"),
        ),
        (
            "adjusted prices said to be raw",
            days("2020-01-06,1.00000000449,11,1,10,100\n"),
            daily(),
            Refused("p.csv:4: column open: 1.00000000449 has more than 8 decimal places; if the prices are adjusted, say prices = \"adjusted\" in the data contract"),
        ),
        (
            "adjusted and raw closes mixed",
            b"time,open,high,low,close,volume,adj_close\n2020-01-02,100,101,99,100,1,50\n2020-01-03,100,101,99,100,1,100\n".to_vec(),
            daily(),
            Refused("p.csv:3: column adj_close: goes from 50 to 100 while the close goes from 100 to 100: adjusted and raw prices are mixed"),
        ),
        (
            "an adjusted close among raw prices",
            days("2020-01-06,10,11,9,5.25,100\n"),
            daily(),
            Refused("p.csv:4: column close: 5.25 is outside low 9 to high 11"),
        ),
        (
            "raw prices among adjusted ones",
            days("2020-01-06,20,21,19,20,100\n"),
            with(|c| c.prices = Some(Prices::Adjusted)),
            Warned("p.csv: 2020-01-06: close 10, then open 20: looks like a split, in prices that are said to be adjusted: are raw ones among them?"),
        ),
        (
            "a split that nothing names",
            days("2020-01-06,5,5.5,4.5,5,100\n"),
            daily(),
            Warned("p.csv: 2020-01-06: close 10, then open 5: looks like a split; name it in the actions file, or say prices = \"adjusted\""),
        ),
        (
            "a column twice",
            b"time,date,open,high,low,close\n".to_vec(),
            daily(),
            Refused("p.csv:1: columns time and date are both the time"),
        ),
        (
            "gap of sessions",
            days("2020-01-09,10,11,9,10,100\n"),
            daily(),
            Found("3 sessions of NYSE without a bar: 2020-01-06 to 2020-01-08"),
        ),
        (
            "gap in a session",
            half_hours(1, 0, |i| !(4..7).contains(&i)),
            thirty(),
            Found("3 bars missing inside 1 session, most on 2020-01-02 (3)"),
        ),
        (
            "a bar on a holiday",
            format!("{HEADER}2019-12-31,10,11,9,10,1\n2020-01-01,10,11,9,10,1\n2020-01-02,10,11,9,10,1\n").into(),
            daily(),
            Found("1 bar on days without a session of NYSE: 2020-01-01 (New Year's Day)"),
        ),
        (
            "a bar outside the session",
            [half_hours(1, 0, |_| true).as_slice(), b"2020-01-03 17:00,10,11,9,10,1\n"].concat(),
            thirty(),
            Found("1 bar outside the hours of NYSE, the first on 2020-01-03 at 17:00"),
        ),
        (
            "bars that did not trade",
            days("2020-01-06,10,10,10,10,0\n"),
            daily(),
            Found("1 bar did not trade (volume 0), the first on 2020-01-06"),
        ),
        (
            "some volumes empty",
            days("2020-01-06,10,10,10,10,\n2020-01-07,10,11,9,10,5\n"),
            daily(),
            Warned("p.csv:4: 1 volumes are empty: taken as 0, bars that did not trade"),
        ),
    ];
    assert!(cases.len() >= 50, "{}", cases.len());
    for (name, content, contract, expected) in cases {
        let folder = Folder::new("");
        folder.write("p.csv", &content);
        let result = folder.read(&contract);
        let show = |text: &str| without_folder(text, folder.dir.path());
        if matches!(expected, Refused(_)) != result.is_err() {
            let what = result.map_or_else(|e| e.to_string(), |_| "was loaded".to_owned());
            assert_eq!(what, "", "{name}");
            continue;
        }
        match (expected, result) {
            (Refused(words), Err(error)) => assert_eq!(show(&error.to_string()), words, "{name}"),
            // Told apart above.
            (Refused(_), Ok(_)) | (_, Err(_)) => {}
            (Warned(words), Ok(loaded)) => {
                let warnings: Vec<String> = loaded.warnings.iter().map(|w| show(w)).collect();
                assert_eq!(warnings, [words], "{name}");
            }
            (Found(words), Ok(loaded)) => {
                assert_eq!(loaded.warnings, [""; 0], "{name}");
                assert_eq!(audit(&loaded).findings, [words], "{name}");
            }
        }
    }
}
