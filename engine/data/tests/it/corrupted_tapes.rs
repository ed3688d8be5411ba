//! Corrupted tapes and feeds, each with the exact words it gets: refused with a place, or
//! brought in with a finding.

use std::fs::File;
use std::path::Path;

use engine_data::feeds::{self, OnGap, TapeWishes};
use engine_data::{ContractOverrides, tape};
use polars::prelude::{
    Column, DataFrame, Float64Chunked, Int64Chunked, IntoColumn, NewChunkedArray, ParquetWriter, StringChunked,
    UInt32Chunked,
};

use crate::{Folder, without_folder};

enum Is {
    /// Not loaded.
    Refused(&'static str),
    /// Loaded; the only finding.
    Found(&'static str),
    /// Refused; loaded with `OnGap::Mark`, with the only finding.
    Marked(&'static str, &'static str),
}
use Is::{Found, Marked, Refused};

const TAPE: &str = "venue_time,local_time,event,side,price,quantity,order,flags\n";
const CRYPTO: &str = "recv_ns,exch_ms,event,side,price,qty,id,first_id,prev_id\n";
const MBO: &str = "ts_recv_ns,ts_event_ns,action,side,price,size,order_id,flags,sequence\n";
const CTP: &str = "time,last,total_volume,bid1,bid1_size,ask1,ask1_size\n";
const T0: i64 = 1_700_000_000;

/// A CSV tape of rows `seconds,receipt,rest`, seconds after a moment.
fn rows(lines: &[&str]) -> Vec<u8> {
    let mut text = TAPE.to_owned();
    for line in lines {
        let (second, rest) = line.split_once(',').expect("a time");
        let (local, rest) = rest.split_once(',').expect("a receipt time");
        let nanos =
            |s: &str| s.parse::<i64>().map_or_else(|_| s.to_owned(), |n| ((T0 + n) * 1_000_000_000).to_string());
        text.push_str(&format!("{},{},{rest}\n", nanos(second), nanos(local)));
    }
    text.into_bytes()
}

/// The same with a good book of two levels before: rows 1 to 4 of the tape.
fn book(lines: &[&str]) -> Vec<u8> {
    let open = ["1,,clear,,,,,snapshot", "1,,level,buy,10,5,,snapshot", "1,,level,sell,11,5,,snapshot last"];
    rows(&[open.as_slice(), lines].concat())
}

/// Rows of a crypto feed: a snapshot with id 10, the depth message 11 to 12, then `lines`;
/// times are seconds, received at once.
fn crypto(lines: &[&str]) -> Vec<u8> {
    let open =
        ["1,snapshot,B,10,5,10,,", "1,snapshot,A,11,5,10,,", "2,depth,B,10,6,12,11,10", "2,depth,A,12,1,12,11,10"];
    let mut text = CRYPTO.to_owned();
    for line in open.iter().chain(lines) {
        let (second, rest) = line.split_once(',').expect("a time");
        let at = T0 + second.parse::<i64>().expect("seconds");
        text.push_str(&format!("{at}000000000,{at}000,{rest}\n"));
    }
    text.into_bytes()
}

/// Rows of an order-by-order feed: a snapshot of two orders, then `lines`.
fn mbo(lines: &[&str]) -> Vec<u8> {
    let open = ["1,1,A,B,10,5,1,32,7", "1,1,A,A,11,5,2,32,3"];
    let mut text = MBO.to_owned();
    for line in open.iter().chain(lines) {
        let mut fields = line.splitn(3, ',');
        let mut stamp = || (T0 + fields.next().expect("a time").parse::<i64>().expect("seconds")) * 1_000_000_000;
        let (recv, event) = (stamp(), stamp());
        text.push_str(&format!("{recv},{event},{}\n", fields.next().expect("the rest")));
    }
    text.into_bytes()
}

fn csv(header: &str, lines: &[&str]) -> Vec<u8> {
    format!("{header}{}\n", lines.join("\n")).into_bytes()
}

fn parquet(columns: Vec<Column>) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("p");
    let mut frame = DataFrame::new(columns[0].len(), columns).expect("columns of one length");
    ParquetWriter::new(File::create(&path).expect("created")).finish(&mut frame).expect("written");
    std::fs::read(path).expect("read")
}

fn whole(name: &str, values: [i64; 2]) -> Column {
    Int64Chunked::from_slice(name.into(), &values).into_column()
}

/// Two good trades, with one column changed or taken away.
fn tape_parquet(change: impl Fn(&mut Vec<Column>)) -> Vec<u8> {
    let mut columns = vec![
        whole("venue_time", [1_000_000_000, 2_000_000_000]),
        UInt32Chunked::from_slice("code".into(), &[0x40, 0x40]).into_column(),
        whole("price", [100_000_000, 100_000_000]),
        whole("quantity", [100_000_000, 100_000_000]),
    ];
    change(&mut columns);
    parquet(columns)
}

fn cut(mut bytes: Vec<u8>, at: usize) -> Vec<u8> {
    bytes.truncate(at);
    bytes
}

fn read(path: &Path, on_gap: OnGap) -> Result<Vec<String>, String> {
    let contract = ContractOverrides { symbol: Some("US.X".into()), ..ContractOverrides::default() };
    if tape::is_tape(path) {
        let loaded = tape::load(path, &contract).map_err(|e| e.to_string())?;
        return Ok(tape::audit(&loaded.tape).findings);
    }
    let wishes = TapeWishes { contract, on_gap, ..TapeWishes::default() };
    let plan = feeds::plan(path, &wishes).map_err(|e| e.to_string())?.expect("a known format");
    let one = plan.tapes.first().expect("a tape");
    let mut findings = one.findings.clone();
    findings.extend(tape::audit(&one.tape).findings);
    Ok(findings)
}

#[test]
#[allow(clippy::too_many_lines)]
fn each_has_its_words() {
    let two = ["1,,trade,,10,1,,last", "2,,trade,,10,1,,last"];
    let cases: Vec<(&str, &str, Vec<u8>, Is)> = vec![
        // Our own files.
        ("empty", "p.tape.csv", vec![], Refused("p.tape.csv: is empty, expected a header and rows")),
        ("header only", "p.tape.csv", TAPE.into(), Refused("p.tape.csv: has a header but no rows")),
        ("empty Parquet", "p.tape.parquet", vec![], Refused("p.tape.parquet: is empty, expected a Parquet file")),
        (
            "CSV named Parquet",
            "p.tape.parquet",
            rows(&two),
            Refused("p.tape.parquet: is no Parquet file: it does not begin with PAR1"),
        ),
        (
            "Parquet cut in the middle",
            "p.tape.parquet",
            cut(tape_parquet(|_| {}), 60),
            Refused("p.tape.parquet: is cut off: a Parquet file ends with PAR1"),
        ),
        (
            "CSV cut in the middle of a row",
            "p.tape.csv",
            cut(rows(&two), TAPE.len() + 60),
            Refused("p.tape.csv:3: has 3 fields, expected 8 as in the header"),
        ),
        (
            "CSV cut in the middle of a packet",
            "p.tape.csv",
            rows(&["1,,level,buy,10,5,,", "1,,level,sell,11,5,,"]),
            Refused("p.tape.csv:3: column flags: the last row must end its packet"),
        ),
        (
            "missing column",
            "p.tape.parquet",
            tape_parquet(|c| drop(c.remove(2))),
            Refused("p.tape.parquet: column price: is missing; found venue_time,code,quantity"),
        ),
        (
            "missing column in CSV",
            "p.tape.csv",
            b"venue_time,event,price,quantity\n".to_vec(),
            Refused(
                "p.tape.csv:1: column side: is missing; found venue_time,event,price,quantity, expected venue_time[,local_time],event,side,price,quantity[,order][,flags]",
            ),
        ),
        (
            "foreign column",
            "p.tape.parquet",
            tape_parquet(|c| c.push(whole("volume", [1, 1]))),
            Refused("p.tape.parquet: column volume: is not of a tape; one file holds one instrument"),
        ),
        (
            "wrong type",
            "p.tape.parquet",
            tape_parquet(|c| c[2] = Float64Chunked::from_slice("price".into(), &[1.0, f64::NAN]).into_column()),
            Refused("p.tape.parquet: column price: has the type f64, expected i64"),
        ),
        (
            "wrong type of code",
            "p.tape.parquet",
            tape_parquet(|c| c[1] = StringChunked::from_slice("code".into(), &["trade", "trade"]).into_column()),
            Refused("p.tape.parquet: column code: has the type str, expected u32"),
        ),
        (
            "null",
            "p.tape.parquet",
            tape_parquet(|c| {
                c[3] = Int64Chunked::from_iter_options("quantity".into(), [Some(1), None].into_iter()).into_column();
            }),
            Refused("p.tape.parquet: row 2: column quantity: is empty"),
        ),
        (
            "unknown code",
            "p.tape.parquet",
            tape_parquet(|c| c[1] = UInt32Chunked::from_slice("code".into(), &[0x40, 0x4F]).into_column()),
            Refused("p.tape.parquet: row 2: column code: 0x4f is not known"),
        ),
        (
            "code beyond 16 bits",
            "p.tape.parquet",
            tape_parquet(|c| c[1] = UInt32Chunked::from_slice("code".into(), &[0x40, 0x10040]).into_column()),
            Refused("p.tape.parquet: row 2: column code: 0x10040 is not known"),
        ),
        (
            "price overflow",
            "p.tape.parquet",
            tape_parquet(|c| c[2] = whole("price", [1, i64::MAX])),
            Refused("p.tape.parquet: row 2: column price: 92233720368.54775807, expected above 0 and at most 1e10"),
        ),
        (
            "negative size",
            "p.tape.parquet",
            tape_parquet(|c| c[3] = whole("quantity", [1, -100_000_000])),
            Refused("p.tape.parquet: row 2: column quantity: -1, expected 0 to 1e10"),
        ),
        (
            "clock steps back",
            "p.tape.parquet",
            tape_parquet(|c| c[0] = whole("venue_time", [2_000_000_000, 1_000_000_000])),
            Refused(
                "p.tape.parquet: row 2: column venue_time: 1970-01-01T00:00:01Z is before the row above, 1970-01-01T00:00:02Z; stamps must not go back",
            ),
        ),
        (
            "empty line between rows",
            "p.tape.csv",
            csv(TAPE, &["1700000000000000000,,trade,,10,1,,last", "", "1700000001000000000,,trade,,10,1,,last"]),
            Refused("p.tape.csv:3: is an empty line between rows"),
        ),
        (
            "empty line between rows of a feed",
            "p.csv",
            csv("time,price,size\n", &["2021-01-04 09:30:01,10,1", "", "2021-01-04 09:30:02,10,1"]),
            Refused("p.csv:3: is an empty line between rows"),
        ),
        (
            "trade of size 0, and empty lines at the end",
            "p.csv",
            csv("time,price,size\n", &["2021-01-04 09:30:01,10,0", "2021-01-04 09:30:02,10,1", "", ""]),
            Found("1 trade of size 0 left out, the first in line 2"),
        ),
        (
            "unknown event",
            "p.tape.csv",
            rows(&["1,,trades,,10,1,,last"]),
            Refused(
                "p.tape.csv:2: column event: `trades`, expected trade, quote, level, clear, add, modify, cancel or gap",
            ),
        ),
        (
            "unknown flag",
            "p.tape.csv",
            rows(&["1,,trade,,10,1,,final"]),
            Refused("p.tape.csv:2: column flags: `final`, expected last, snapshot, auction or irregular"),
        ),
        (
            "unknown side",
            "p.tape.csv",
            rows(&["1,,trade,long,10,1,,last"]),
            Refused("p.tape.csv:2: column side: `long`, expected buy, sell or nothing"),
        ),
        (
            "level without a side",
            "p.tape.csv",
            rows(&["1,,level,,10,1,,last"]),
            Refused("p.tape.csv:2: column side: is empty; level needs buy or sell"),
        ),
        (
            "zero trade",
            "p.tape.csv",
            rows(&["1,,trade,,10,0,,last"]),
            Refused("p.tape.csv:2: column quantity: 0, expected above 0"),
        ),
        (
            "zero price",
            "p.tape.csv",
            rows(&["1,,trade,,0,1,,last"]),
            Refused("p.tape.csv:2: column price: 0, expected above 0 and at most 1e10"),
        ),
        (
            "NaN",
            "p.tape.csv",
            rows(&["1,,trade,,NaN,1,,last"]),
            Refused("p.tape.csv:2: column price: `NaN` is not a decimal number"),
        ),
        (
            "too many decimals",
            "p.tape.csv",
            rows(&["1,,trade,,10.123456789,1,,last"]),
            Refused("p.tape.csv:2: column price: `10.123456789` has more than 8 decimal places"),
        ),
        (
            "received before it happened",
            "p.tape.csv",
            rows(&["1,,trade,,10,1,,last", "5,4,trade,,10,1,,last"]),
            Refused(
                "p.tape.csv:3: column local_time: received 2023-11-14T22:13:24Z, before it happened, 2023-11-14T22:13:25Z",
            ),
        ),
        (
            "local time without a zone that summer time skips",
            "p.tape.csv",
            csv(TAPE, &["2020-03-29 01:30,,trade,,10,1,,last", "2020-01-02,,trade,,10,1,,last"]),
            Refused("p.tape.csv:3: column venue_time: `2020-01-02` has no time of day"),
        ),
        (
            "order without a number",
            "p.tape.csv",
            rows(&["1,,add,buy,10,1,,last"]),
            Refused("p.tape.csv:2: column order: is empty; add needs a number"),
        ),
        (
            "two symbols",
            "p.tape.csv",
            b"venue_time,event,side,price,quantity,symbol\n2020-01-02T10:00Z,trade,,10,1,US.X\n2020-01-02T10:01Z,trade,,10,1,US.Y\n".to_vec(),
            Refused("p.tape.csv:3: column symbol: `US.Y`, expected US.X: a tape holds one instrument"),
        ),
        (
            "crossed book",
            "p.tape.csv",
            book(&["2,,level,buy,12,1,,last", "4,,level,buy,12,0,,last"]),
            Found("the book is crossed in 1 span: at row 4 from 2023-11-14T22:13:22Z for 2s"),
        ),
        (
            "gap until the next snapshot",
            "p.tape.csv",
            book(&["2,,gap,,,,,last", "3,,clear,,,,,snapshot", "3,,level,buy,9,1,,snapshot last"]),
            Found("the book is gapped in 1 span: at row 4 from 2023-11-14T22:13:22Z for 1s"),
        ),
        (
            "trade outside the book",
            "p.tape.csv",
            book(&["2,,trade,buy,11,1,,last", "2,,trade,buy,13,1,,last", "3,,level,sell,11,4,,last"]),
            Found("1 trade of 2 outside the best prices before and after, the first at row 5 (2023-11-14T22:13:22Z)"),
        ),
        (
            "change of an order that is not there",
            "p.tape.csv",
            book(&["2,,cancel,,,1,77,last"]),
            Found("1 change of orders that are not in the book, the first at row 4 (2023-11-14T22:13:22Z)"),
        ),
        (
            "snapshot that says otherwise",
            "p.tape.csv",
            book(&["2,,clear,,,,,snapshot", "2,,level,buy,10,4,,snapshot", "2,,level,sell,11,5,,snapshot last"]),
            Found(
                "1 snapshot of 1 inside the feed do not say what the book was, the first at row 4 (2023-11-14T22:13:22Z)",
            ),
        ),
        // Feeds of levels.
        (
            "gap in the numbers",
            "p.csv",
            crypto(&["3,depth,B,10,7,15,14,13"]),
            Marked(
                "p.csv:6: column prev_id: 13, but the depth message above ends with 12: updates are missing",
                "1 gap in the depth messages, each marked|the book is gapped in 1 span: at row 7 from 2023-11-14T22:13:23Z for 0s",
            ),
        ),
        (
            "number twice",
            "p.csv",
            crypto(&["2,trade,B,11,1,900,,", "3,depth,B,10,6,12,11,10"]),
            Marked(
                "p.csv:7: column id: 12 repeats the depth message above, 12",
                "1 depth message that repeat or step back left out",
            ),
        ),
        (
            "number steps back",
            "p.csv",
            crypto(&["3,depth,B,10,6,11,11,10"]),
            Marked(
                "p.csv:6: column id: 11 is before the depth message above, 12",
                "1 depth message that repeat or step back left out",
            ),
        ),
        (
            "depth behind a snapshot that does not reach it",
            "p.csv",
            csv(
                CRYPTO,
                &[
                    "1700000001000000000,1700000001000,snapshot,B,10,5,10,,",
                    "1700000002000000000,1700000002000,depth,B,10,6,14,13,12",
                ],
            ),
            Refused(
                "p.csv:2: column id: 10, but the next depth message begins with 13 (line 3): updates are missing",
            ),
        ),
        (
            "depth without a snapshot",
            "p.csv",
            csv(CRYPTO, &["1700000002000000000,1700000002000,depth,B,10,6,14,13,12"]),
            Marked(
                "p.csv:2: column event: depth without a snapshot: the book is never known",
                "1 gap in the depth messages, each marked|the book is gapped in 1 span: at row 2 from 2023-11-14T22:13:22Z for 0s",
            ),
        ),
        (
            "a trade twice",
            "p.csv",
            crypto(&["3,trade,B,11,1,900,,", "3,trade,B,11,1,900,,"]),
            Refused("p.csv:7: column id: 900 repeats the trade above, 900"),
        ),
        (
            "the venue's clock steps back",
            "p.csv",
            crypto(&["1,depth,B,10,6,13,13,12"]),
            Refused(
                "p.csv:6: column exch_ms: 2023-11-14T22:13:21Z is before the depth message above, 2023-11-14T22:13:22Z",
            ),
        ),
        (
            "negative level",
            "p.csv",
            crypto(&["3,depth,B,10,-1,13,13,12"]),
            Refused("p.csv:6: column qty: -1 is no size, expected 0 or more"),
        ),
        (
            "best quotes that the book does not show",
            "p.csv",
            crypto(&["2,bbo,B,10,9,12,,", "2,bbo,A,11,5,12,,"]),
            Found(
                "0 of 1 depth messages leave the best prices and sizes that the quote stream (bbo) tells for the same update; the first that does not: line 6",
            ),
        ),
        (
            "unknown kind of row",
            "p.csv",
            crypto(&["3,ticker,B,10,1,13,13,12"]),
            Refused("p.csv:6: column event: `ticker`, expected snapshot, depth, trade or bbo"),
        ),
        // Orders.
        (
            "sequence steps back",
            "p.csv",
            mbo(&["2,2,A,B,10,1,3,128,9", "3,3,A,B,10,1,4,128,8"]),
            Marked(
                "p.csv:5: column sequence: 8 is before that of the row above, 9",
                "1 gap in the orders, each marked|the book is gapped in 1 span: at row 6 from 2023-11-14T22:13:23Z for 0s",
            ),
        ),
        (
            "an order leaves that was never there",
            "p.csv",
            mbo(&["2,2,C,B,10,1,3,128,9"]),
            Marked(
                "p.csv:4: column order_id: order 3 leaves and was never added",
                "1 gap in the orders, each marked|the book is gapped in 1 span: at row 4 from 2023-11-14T22:13:22Z for 0s",
            ),
        ),
        (
            "an order twice",
            "p.csv",
            mbo(&["2,2,A,B,10,1,1,128,9"]),
            Marked(
                "p.csv:4: column order_id: order 1 is added a second time",
                "1 gap in the orders, each marked|the book is gapped in 1 span: at row 5 from 2023-11-14T22:13:22Z for 0s",
            ),
        ),
        (
            "last packet not ended",
            "p.csv",
            mbo(&["2,2,A,B,10,1,3,0,9"]),
            Refused("p.csv:4: column flags: the last packet is not ended (flag 128): the file is cut off"),
        ),
        (
            "an order received before it was sent",
            "p.csv",
            mbo(&["2,3,A,B,10,1,3,128,9"]),
            Refused(
                "p.csv:4: column ts_recv_ns: received 2023-11-14T22:13:22Z, before it happened, 2023-11-14T22:13:23Z",
            ),
        ),
        (
            "an order of size 0",
            "p.csv",
            mbo(&["2,2,A,B,10,0,3,128,9"]),
            Refused("p.csv:4: column size: 0 is no size, expected above 0"),
        ),
        // Snapshots, trades and quotes.
        (
            "total volume steps back",
            "p.csv",
            csv(CTP, &["2021-01-04 09:30:00,10,100,10,1,11,1", "2021-01-04 09:30:01,10,99,10,1,11,1"]),
            Refused(
                "p.csv:3: column total_volume: 99 is below that of the row above, 100: a total does not go back",
            ),
        ),
        (
            "snapshot clock steps back",
            "p.csv",
            csv(CTP, &["2021-01-04 09:30:01,10,100,10,1,11,1", "2021-01-04 09:30:00,10,100,10,1,11,1"]),
            Refused(
                "p.csv:3: column time: 2021-01-04T01:30:00Z is before the row above, 2021-01-04T01:30:01Z; expected times that do not go back",
            ),
        ),
        (
            "crossed snapshot",
            "p.csv",
            csv(CTP, &["2021-01-04 23:00:00,10,100,12,1,11,1", "2021-01-04 23:00:01,10,100,10,1,11,1"]),
            Found("the book is crossed in 1 span: at row 2 from 2021-01-04T15:00:00Z for 1s"),
        ),
        (
            "trades in the wrong order",
            "p.csv",
            csv("time,price,size\n", &["2021-01-04 09:30:01,10,1", "2021-01-04 09:30:00,10,1"]),
            Refused(
                "p.csv:3: column time: 2021-01-04T14:30:00Z is before the row above, 2021-01-04T14:30:01Z; expected times that do not go back",
            ),
        ),
        (
            "trade of size 0",
            "p.csv",
            csv("time,price,size\n", &["2021-01-04 09:30:01,10,0", "2021-01-04 09:30:02,10,1"]),
            Found("1 trade of size 0 left out, the first in line 2"),
        ),
        (
            "trade of a negative size",
            "p.csv",
            csv("time,price,size\n", &["2021-01-04 09:30:01,10,-3"]),
            Refused("p.csv:2: column size: -3 is no size, expected 0 or more"),
        ),
        (
            "unknown side of a trade",
            "p.csv",
            csv("time,price,size,side\n", &["2021-01-04 09:30:01,10,1,X"]),
            Refused("p.csv:2: column side: `x`, expected buy, sell or nothing"),
        ),
        (
            "sale condition that is none",
            "p.csv",
            csv(
                "time,kind,price,size,bid,bid_size,ask,ask_size,exchange,cond,suspicious\n",
                &["2013-10-08 09:30:01,T,10,1,,,,,N,zz,0"],
            ),
            Refused("p.csv:2: column cond: `zz` is no hexadecimal number"),
        ),
    ];
    assert!(cases.len() >= 50, "{}", cases.len());
    let mut wrong = Vec::new();
    for (name, file, content, expected) in cases {
        let folder = Folder::new("");
        folder.write(file, &content);
        let mut is = |on_gap, expected: Result<&str, &str>| {
            let result = read(&folder.path(file), on_gap);
            let found = result.map(|found| found.join("|")).map_err(|e| without_folder(&e, folder.dir.path()));
            if found.as_deref().map_err(String::as_str) != expected {
                wrong.push(format!("{name}: {found:?}, expected {expected:?}"));
            }
        };
        match expected {
            Refused(words) => is(OnGap::Refuse, Err(words)),
            Found(words) => is(OnGap::Refuse, Ok(words)),
            Marked(refused, found) => {
                is(OnGap::Refuse, Err(refused));
                is(OnGap::Mark, Ok(found));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
