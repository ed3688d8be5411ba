//! Whatever is in a file, reading it ends in columns or in an error.

use engine_data::ContractOverrides;
use engine_data::csv::read_bars_in_pieces;
use engine_data::import::{Format, Wishes, plan};
use engine_data::run_tables::read_parquet;
use engine_data::table::read_table;
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
