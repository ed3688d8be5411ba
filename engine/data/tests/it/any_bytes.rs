//! Whatever is in a file, reading it ends in columns or in an error.

use engine_data::csv::read_bars_in_pieces;
use engine_data::feeds::{self, OnGap, TapeWishes};
use engine_data::import::{Format, Wishes, plan};
use engine_data::run_tables::read_parquet;
use engine_data::table::read_table;
use engine_data::{BarLength, ContractOverrides, tape};
use proptest::prelude::*;

use crate::{Folder, daily};

/// Bytes that look like a CSV often enough to get past its header.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        Just(",".to_owned()),
        Just("\n".to_owned()),
        Just("\"".to_owned()),
        Just("\r".to_owned()),
        Just("2020-01-02".to_owned()),
        Just("2020-01-03 09:30".to_owned()),
        Just("9223372036854775807".to_owned()),
        Just("7258118399000000000".to_owned()),
        Just("1e308".to_owned()),
        Just("10".to_owned()),
        "[ -~]{0,3}",
    ];
    let text = prop::collection::vec(word, 0..60).prop_map(|words| words.concat().into_bytes());
    let rows = (text, any::<bool>()).prop_map(|(text, header)| {
        let first: &[u8] = if header { b"time,open,high,low,close,volume\n" } else { b"" };
        [first, &text].concat()
    });
    prop_oneof![4 => rows, 1 => prop::collection::vec(any::<u8>(), 0..80)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics(content in bytes(), piece in 1..100_usize, length in prop_oneof![Just("1d"), Just("1w"), Just("5m")]) {
        let folder = Folder::new("");
        folder.write("p.csv", &content);
        let path = folder.path("p.csv");
        let inline = ContractOverrides { bars: Some(length.into()), ..daily() };
        let _ = read_bars_in_pieces(&path, &inline, piece);
        let _ = read_bars_in_pieces(&path, &ContractOverrides { bars: None, ..daily() }, 1 << 20);
        if let Ok(table) = read_table(&path) {
            let _ = table.header().first().map(|name| table.column_f64(name));
        }
        let _ = read_parquet(&path);
        let _ = plan(&path, &Wishes::default());
        folder.write("p.csv", "time,open,high,low,close,volume\n2020-01-02,1,1,1,1,1\n");
        folder.write("p.actions.csv", [b"ex_date,kind,value\n", content.as_slice()].concat());
        folder.write("p.csv.toml", &content);
        let _ = folder.read(&daily());
    }
}

/// Rows that look like a vendor's, more or less.
fn vendor() -> impl Strategy<Value = String> {
    let header = prop_oneof![
        Just("code,time_key,open,close,high,low,volume,turnover,last_close\n"),
        Just("Date,Open,High,Low,Close,Adj Close,Volume\n"),
        Just("symbol,datetime,open,high,low,close,vol\n"),
        Just(""),
    ];
    let field = prop_oneof![
        Just("2024-01-02".to_owned()),
        Just("2024-01-02 09:31:00".to_owned()),
        Just("20240102 09:31".to_owned()),
        Just("2024/1/2".to_owned()),
        Just("1704067200000".to_owned()),
        Just("9999999999999999".to_owned()),
        Just("HK.00700".to_owned()),
        Just("null".to_owned()),
        "[0-9.]{0,8}",
        "\\PC{0,3}",
    ];
    let row = prop::collection::vec(field, 5..13).prop_map(|fields| fields.join(","));
    (header, prop::collection::vec(row, 0..6)).prop_map(|(header, rows)| format!("{header}{}", rows.join("\n")))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_vendor_file_panics(content in vendor(), format in prop::sample::select(Format::ALL.to_vec()), guess in any::<bool>()) {
        let folder = Folder::new("");
        folder.write("20240102_x.csv", &content);
        let wishes = Wishes {
            format: (!guess).then_some(format),
            contract: ContractOverrides { symbol: Some("HK.00700".into()), ..ContractOverrides::default() },
            parquet: false,
        };
        let _ = plan(&folder.path("20240102_x.csv"), &wishes);
    }

    #[test]
    fn no_archive_panics(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let archive = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/import/ibm.zip");
        let mut bytes = std::fs::read(archive).expect("read");
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let folder = Folder::new("");
        folder.write("ibm.zip", &bytes);
        let _ = plan(&folder.path("ibm.zip"), &Wishes::default());
    }
}

/// Sound files of ticks.
const TICKS: [&str; 8] = [
    "venue_time,local_time,event,side,price,quantity,order,flags\n1700000000000000000,,clear,,,,,snapshot\n1700000000000000000,,add,buy,10,5,1,snapshot\n1700000000000000000,,add,sell,11,5,2,snapshot last\n1700000001000000000,1700000002000000000,trade,buy,11,1,,\n1700000001000000000,1700000002000000000,cancel,,,1,2,last\n1700000002000000000,,modify,buy,10,4,1,last\n",
    "recv_ns,exch_ms,event,side,price,qty,id,first_id,prev_id\n1700000000000000000,1700000000000,snapshot,B,10,4,20,,\n1700000000000000000,1700000000000,snapshot,A,11,4,20,,\n1700000001000000000,1700000001000,depth,B,10,3,22,21,20\n1700000001000000000,1700000001000,bbo,B,10,3,22,,\n1700000002000000000,1700000002000,trade,S,10,2,500,,\n1700000003000000000,1700000003000,depth,A,11,0,23,23,22\n",
    "ts_recv_ns,ts_event_ns,action,side,price,size,order_id,flags,sequence\n1700000000000000000,1700000000000000000,A,B,10,5,1,32,7\n1700000001000000000,1700000001000000000,T,A,10,5,9,0,10\n1700000001000000000,1700000001000000000,F,B,10,5,1,0,10\n1700000001000000000,1700000001000000000,C,B,10,5,1,128,11\n1700000002000000000,1700000002000000000,A,A,12,1,3,0,13\n1700000002000000000,1700000002000000000,M,A,13,2,3,128,13\n",
    "time,kind,price,size,bid,bid_size,ask,ask_size,exchange,cond,suspicious\n2013-10-08 09:30:00,Q,,,10,1,0,0,N,1,0\n2013-10-08 09:30:01,Q,,,0,0,11,2,P,1,0\n2013-10-08 09:30:02,T,11,100,,,,,N,40,0\n",
    "time,last,high,low,total_volume,volume,total_turnover,bid1,bid1_size,ask1,ask1_size\n2021-01-04 09:29:00,10,10,10,2,2,20,10,1,11,1\n2021-01-04 22:30:00,11,11,10,5,3,52,10,1,11,1\n2021-01-04 22:30:01,11,12,9,9,4,95,10,1,11,1\n",
    "symbol,time,price,volume_lots,side\n600000.SH,2019-02-01 09:25:02,10.82,5368,2\n600000.SH,2019-02-01 09:30:02,10.79,177,1\n",
    "time,price,size,side,local_time\n2020-01-02T10:00:02Z,10,1,buy,2020-01-02T10:00:03Z\n2020-01-02T10:00:00Z,11,2,,2020-01-02T10:00:04Z\n",
    "time,bid,bid_size,ask,ask_size\n2020-01-02 10:00,10,1,11,2\n2020-01-02 10:01,10,1,,0\n",
];

/// One of them with some fields changed.
fn ticks() -> impl Strategy<Value = String> {
    let words = [
        "trade",
        "level",
        "quote",
        "clear",
        "gap",
        "snapshot",
        "buy",
        "sell",
        "last",
        "A",
        "B",
        "C",
        "M",
        "T",
        "F",
        "R",
        "S",
        "N",
        "Q",
        "0",
        "1",
        "2",
        "10",
        "100",
        "10000000000",
        "-1",
        "NaN",
        "1e308",
        "1.7976931348623157e308",
        "128",
        "32",
        "0.00000001",
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551615",
        "",
        "1700000000000000000",
        "1700000001000000000",
        "7258118399999999999",
        "1700000000000",
        "2021-01-04 09:30:00",
    ];
    let word = (0..words.len()).prop_map(move |at| words[at]);
    let change = (any::<prop::sample::Index>(), word);
    (0..TICKS.len(), prop::collection::vec(change, 0..5)).prop_map(|(file, changes)| {
        let (header, rows) = TICKS[file].split_once('\n').expect("a header");
        let width = header.split(',').count();
        let mut fields: Vec<&str> = rows.trim_end().split(['\n', ',']).collect();
        for (index, word) in changes {
            let at = index.index(fields.len());
            fields[at] = word;
        }
        let rows = fields.chunks(width).map(|row| row.join(","));
        format!("{header}\n{}\n", rows.collect::<Vec<_>>().join("\n"))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn no_ticks_panic(text in ticks(), mark in any::<bool>()) {
        let folder = Folder::new("");
        folder.write("p.tape.csv", &text);
        folder.write("US.X.csv", &text);
        let inline = ContractOverrides { symbol: Some("US.X".into()), ..ContractOverrides::default() };
        if let Ok(loaded) = tape::load(&folder.path("p.tape.csv"), &inline) {
            let _ = tape::audit(&loaded.tape);
            let _ = tape::bars(&folder.path("p.tape.csv"), &loaded, BarLength::Intraday(1_000_000_000));
        }
        let on_gap = if mark { OnGap::Mark } else { OnGap::Refuse };
        let wishes = TapeWishes { on_gap, contract: inline, ..TapeWishes::default() };
        if let Ok(Some(plan)) = feeds::plan(&folder.path("US.X.csv"), &wishes) {
            for one in &plan.tapes {
                let _ = tape::audit(&one.tape);
            }
        }
    }
}

#[test]
fn a_tape_with_any_byte_changed_or_cut_off_does_not_panic() {
    let folder = Folder::new("");
    let path = folder.path("p.tape.parquet");
    folder.write("q.csv", "time,price,size\n2020-01-02T10:00:00Z,10,1\n2020-01-02T10:00:01Z,11,2\n");
    let wishes = TapeWishes {
        contract: ContractOverrides { symbol: Some("US.X".into()), ..ContractOverrides::default() },
        ..TapeWishes::default()
    };
    let plan = feeds::plan(&folder.path("q.csv"), &wishes).expect("read").expect("trades");
    tape::write(&path, &plan.tapes[0].contract, &plan.tapes[0].tape).expect("written");
    let good = std::fs::read(&path).expect("read");
    let mut refused = 0;
    for at in 0..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 0x55;
        std::fs::write(&path, &bytes).expect("written");
        refused += usize::from(tape::load(&path, &ContractOverrides::default()).is_err());
        std::fs::write(&path, &good[..at]).expect("written");
        assert!(tape::load(&path, &ContractOverrides::default()).is_err(), "cut off at {at}");
    }
    assert!(refused > good.len() / 4, "{refused} of {}", good.len());
}
