//! Price files in Parquet: the same bars and the same checks as the same rows in CSV.

use std::fs::File;
use std::path::Path;

use engine_data::write_prices::{PriceColumns, write_prices};
use engine_data::{ContractOverrides, Loaded, Stamp, read_bars};
use polars::prelude::{
    Column, DataFrame, Float64Chunked, Int32Chunked, Int64Chunked, IntoColumn, NamedFrom, NewChunkedArray,
    ParquetWriter, Series, StringChunked, TimeUnit, TimeZone,
};
use proptest::prelude::*;

use crate::{Folder, bars, daily, without_folder};

const MINUTE: i64 = 60_000_000_000;
/// 2020-01-02 14:30 UTC, 09:30 in New York.
const OPEN: i64 = 1_577_975_400_000_000_000;

fn write(path: &Path, columns: Vec<Column>, group: usize) {
    let mut frame = DataFrame::new(columns[0].len(), columns).expect("columns of one length");
    let file = File::create(path).expect("created");
    ParquetWriter::new(file).with_row_group_size(Some(group)).finish(&mut frame).expect("written");
}

fn numbers(name: &str, values: &[f64]) -> Column {
    Float64Chunked::from_slice(name.into(), values).into_column()
}

/// Price columns of so many good rows beside a time column.
fn beside(time: Column) -> Vec<Column> {
    let n = time.len();
    let price = |by: f64| (0..n).map(|i| 10.0 + (i % 7) as f64 * 0.25 + by).collect::<Vec<_>>();
    vec![
        time.with_name("time".into()),
        numbers("open", &price(0.0)),
        numbers("high", &price(1.0)),
        numbers("low", &price(-1.0)),
        numbers("close", &price(0.5)),
        numbers("volume", &vec![100.0; n]),
    ]
}

fn datetime(values: Vec<i64>, unit: TimeUnit, zone: Option<TimeZone>) -> Column {
    Int64Chunked::from_vec("time".into(), values).into_datetime(unit, zone).into_column()
}

fn read(columns: Vec<Column>, inline: &ContractOverrides) -> Result<Loaded, String> {
    let folder = Folder::new("");
    let path = folder.path("p.parquet");
    write(&path, columns, 2);
    read_bars(&path, inline).map_err(|e| without_folder(&e.to_string(), folder.dir.path()))
}

#[test]
fn every_type_of_time_means_what_it_says() {
    let minutes = |per: i64| (1..=3).map(|i| (OPEN + i * MINUTE) / per).collect::<Vec<i64>>();
    let local = |per: i64| minutes(per).iter().map(|t| t - 5 * 60 * MINUTE / per).collect::<Vec<i64>>();
    let utc = || Some(TimeZone::UTC);
    let text = ["2020-01-02 09:31", "2020-01-02 09:32", "2020-01-02 09:33"];
    let expected: Vec<i64> = minutes(1);
    for (name, time, warnings) in [
        ("ns UTC", datetime(minutes(1), TimeUnit::Nanoseconds, utc()), 0),
        ("us UTC", datetime(minutes(1_000), TimeUnit::Microseconds, utc()), 0),
        ("ms UTC", datetime(minutes(1_000_000), TimeUnit::Milliseconds, utc()), 0),
        ("ns local", datetime(local(1), TimeUnit::Nanoseconds, None), 0),
        ("us local", datetime(local(1_000), TimeUnit::Microseconds, None), 0),
        ("ms local", datetime(local(1_000_000), TimeUnit::Milliseconds, None), 0),
        ("seconds", Int64Chunked::from_vec("t".into(), minutes(1_000_000_000)).into_column(), 1),
        ("milliseconds", Int64Chunked::from_vec("t".into(), minutes(1_000_000)).into_column(), 1),
        ("microseconds", Int64Chunked::from_vec("t".into(), minutes(1_000)).into_column(), 1),
        ("nanoseconds", Int64Chunked::from_vec("t".into(), minutes(1)).into_column(), 1),
        ("text", StringChunked::from_slice("t".into(), &text).into_column(), 0),
    ] {
        let loaded = read(beside(time), &bars("1m", Stamp::Close)).expect(name);
        assert_eq!(loaded.bars.columns().close_time, expected, "{name}");
        assert_eq!(loaded.warnings.len(), warnings, "{name}: {:?}", loaded.warnings);
        if warnings == 1 {
            assert!(
                loaded.warnings[0]
                    .ends_with(&format!("column time holds whole numbers, taken as {name} since 1970 UTC"))
            );
        }
        // The bar length is seen as in a CSV.
        let guess = ContractOverrides { bars: None, ..bars("1m", Stamp::Close) };
        let mut columns = beside(StringChunked::from_slice("t".into(), &text).into_column());
        columns.truncate(6);
        assert_eq!(read(columns, &guess).expect("fine").contract.bars.to_string(), "1m");
    }
    let dates = Int32Chunked::from_vec("t".into(), vec![18_263, 18_264]).into_date().into_column();
    let from_dates = read(beside(dates), &daily()).expect("fine");
    let midnight = [18_263, 18_264].map(|d| d * 24 * 60 * MINUTE);
    let from_midnight = read(beside(datetime(midnight.to_vec(), TimeUnit::Nanoseconds, None)), &daily()).expect("fine");
    assert_eq!(from_dates.bars, from_midnight.bars);
    assert_eq!(crate::iso(from_dates.bars.columns().open_time(0)), "2020-01-02T14:30:00Z");
}

#[test]
fn bad_rows_are_named_by_row_and_column() {
    let dates = || Int32Chunked::from_vec("time".into(), vec![18_263, 18_264, 18_267]).into_date().into_column();
    let with = |at: usize, column: Column| {
        let mut columns = beside(dates());
        columns[at] = column;
        read(columns, &daily()).expect_err("an error")
    };
    let optional = |name: &str, v: [Option<f64>; 3]| Series::new(name.into(), v).into_column();
    let days = |v: Vec<i32>| Int32Chunked::from_vec("time".into(), v).into_date().into_column();
    for (found, expected) in [
        (with(2, numbers("high", &[11.0, 9.0, 11.5])), "p.parquet: row 2: column high: 9 is below low 9.25"),
        (with(4, optional("close", [Some(10.0), Some(10.25), None])), "p.parquet: row 3: column close: is empty"),
        (
            with(4, numbers("close", &[10.0, f64::NAN, 1.0])),
            "p.parquet: row 2: column close: NaN is no price, expected a number above 0 and at most 1e10 (and 1 more bad row)",
        ),
        (
            with(0, days(vec![18_263, 18_267, 18_264])),
            "p.parquet: row 3: column time: 2020-01-03 is before the row above, 2020-01-06; expected rising times",
        ),
        (
            with(0, days(vec![18_263, 18_263, 18_264])),
            "p.parquet: row 2: column time: 2020-01-02 repeats the row above, 2020-01-02; expected rising times",
        ),
        (
            with(0, days(vec![-800_000, 18_263, 18_264])),
            "p.parquet: row 1: column time: is no time between 1900 and 2199",
        ),
        (
            with(0, Int64Chunked::from_vec("time".into(), vec![20_200_102, 20_200_103, 20_200_106]).into_column()),
            "p.parquet: row 1: column time: `20200102` is no time: a whole number must be seconds, milliseconds, microseconds or nanoseconds since 1970 UTC, after 1973-03-03 (and 2 more bad rows)",
        ),
        (
            with(0, numbers("time", &[1.0, 2.0, 3.0])),
            "p.parquet: column time: has the type f64, expected a date, a datetime, a 64-bit whole number or text",
        ),
        (
            with(1, StringChunked::from_slice("open".into(), &["1", "2", "3"]).into_column()),
            "p.parquet: column open: has the type str, expected a number",
        ),
        (
            with(4, numbers("klose", &[1.0; 3])),
            "p.parquet: column close is missing; found time,open,high,low,klose,volume, expected time,open,high,low,close[,volume][,turnover][,adj_close]",
        ),
    ] {
        assert_eq!(found, expected);
    }
    let mixed = Int64Chunked::from_vec("t".into(), vec![1_577_975_400, 1_577_975_460_000, 1]).into_column();
    assert_eq!(
        read(beside(mixed), &bars("1m", Stamp::Close)).expect_err("an error"),
        "p.parquet: row 2: column time: `1577975460000` is no time in seconds, the unit of the first row (and 1 more bad row)"
    );
    let none = beside(days(vec![]));
    assert_eq!(read(none, &daily()).expect_err("an error"), "p.parquet: has columns but no rows");
}

#[test]
fn numbers_of_any_type_are_prices() {
    let dates = Int32Chunked::from_vec("time".into(), vec![18_263, 18_264]).into_date().into_column();
    let mut columns = beside(dates);
    columns[1] = Series::new("open".into(), [10.1_f32, 10.2]).into_column();
    columns[2] = Series::new("high".into(), [11_i32, 11]).into_column();
    columns[5] = Series::new("volume".into(), [7_u64, 8]).into_column();
    let loaded = read(columns, &daily()).expect("fine");
    let c = loaded.bars.columns();
    assert_eq!(
        (c.open.as_slice(), c.high.as_slice(), c.volume.as_slice()),
        (&[10.1, 10.2][..], &[11.0; 2][..], &[7.0, 8.0][..])
    );
    assert_eq!(loaded.rounded, 0);
}

#[test]
fn csv_to_parquet_and_back_is_the_same() {
    let csv = "time,open,high,low,close,volume,turnover,adj_close\n\
               2020-10-30 15:30,10.01,11,9.99,10.5,100,1000.5,5.25\n\
               2020-11-01T01:00:00-04:00,10,11,9,10,0,0,5\n\
               2020-11-01T01:30:00-04:00,10,11,9,10,1,10,5\n\
               2020-11-01T01:00:00-05:00,10,11,9,10,1,10,5.123456789012\n\
               2020-11-02 09:30,10,11,9,10.12345678,1,10,5\n";
    for (length, stamp) in [("30m", Stamp::Open), ("30m", Stamp::Close)] {
        let folder = Folder::new(csv);
        let inline = bars(length, stamp);
        let first = folder.read(&inline).expect("fine");
        for name in ["q.parquet", "q.csv"] {
            let prices = PriceColumns {
                bars: &first.bars,
                turnover: first.turnover.as_deref().unwrap_or_default(),
                adj_close: first.adj_close.as_deref().unwrap_or_default(),
            };
            write_prices(&folder.path(name), &first.contract, &prices).expect("written");
            let again = read_bars(&folder.path(name), &inline).expect("reads again");
            assert_eq!(again.bars, first.bars, "{name}");
            assert_eq!((again.turnover, again.adj_close), (first.turnover.clone(), first.adj_close.clone()));
            assert_eq!(again.session_start, first.session_start);
            assert_eq!(again.contract, first.contract);
        }
    }
    let folder = Folder::new("time,open,high,low,close\n2020-01-03,1,2,0.5,1\n2020-01-10,1,2,0.5,1\n");
    for (length, stamp) in [("1d", Stamp::Close), ("1w", Stamp::Close), ("1w", Stamp::Open)] {
        let inline = ContractOverrides { symbol: Some("X".into()), ..bars(length, stamp) };
        let first = folder.read(&inline).expect("fine");
        let prices = PriceColumns { bars: &first.bars, turnover: &[], adj_close: &[] };
        write_prices(&folder.path("q.parquet"), &first.contract, &prices).expect("written");
        assert_eq!(read_bars(&folder.path("q.parquet"), &inline).expect("reads").bars, first.bars, "{length} {stamp}");
    }
}

#[test]
fn the_contract_stands_beside_the_file() {
    let folder = Folder::new("");
    let dates = Int32Chunked::from_vec("time".into(), vec![18_263, 18_264]).into_date().into_column();
    write(&folder.path("p.parquet"), beside(dates), 10);
    folder.write(
        "p.parquet.toml",
        "symbol = \"HK.00700\"\nbars = \"1d\"\ntimezone = \"Asia/Hong_Kong\"\nstamp = \"close\"\nprices = \"raw\"\ncurrency = \"HKD\"\nsource = \"made up\"\n",
    );
    let loaded = read_bars(&folder.path("p.parquet"), &ContractOverrides::default()).expect("fine");
    assert_eq!((loaded.contract.symbol.as_str(), loaded.warnings.len()), ("HK.00700", 0));
    assert_eq!(loaded.contract.to_toml(), std::fs::read_to_string(folder.path("p.parquet.toml")).expect("read"));
    // The name does not matter where the content says what it is.
    std::fs::copy(folder.path("p.parquet"), folder.path("p.dat")).expect("a copy");
    assert_eq!(read_bars(&folder.path("p.dat"), &daily()).expect("fine").bars.len(), 2);
}

fn good_file() -> (Folder, Vec<u8>) {
    let folder = Folder::new("");
    let times = (0..200).map(|i| OPEN + i * MINUTE).collect();
    write(&folder.path("p.parquet"), beside(datetime(times, TimeUnit::Nanoseconds, Some(TimeZone::UTC))), 50);
    let bytes = std::fs::read(folder.path("p.parquet")).expect("read");
    (folder, bytes)
}

#[test]
fn a_damaged_file_is_one_error() {
    let (folder, bytes) = good_file();
    let path = folder.path("p.parquet");
    let message = |content: &[u8]| {
        std::fs::write(&path, content).expect("written");
        let error = read_bars(&path, &bars("1m", Stamp::Open)).expect_err("an error").to_string();
        without_folder(&error, folder.dir.path())
    };
    assert_eq!(message(b""), "p.parquet: is empty, expected a Parquet file");
    assert_eq!(message(b"time,open\n"), "p.parquet: is no Parquet file: it does not begin with PAR1");
    for cut in [5, 12, bytes.len() / 2, bytes.len() - 1] {
        assert_eq!(message(&bytes[..cut]), "p.parquet: is cut off: a Parquet file ends with PAR1");
    }
    // The middle is gone, the ends are there.
    let hollow = [&bytes[..100], &bytes[bytes.len() - 100..]].concat();
    assert!(message(&hollow).starts_with("p.parquet: is damaged"), "{}", message(&hollow));
    let outside = [&bytes[..4], &bytes[bytes.len() / 2..]].concat();
    let found = message(&outside);
    assert!(found.starts_with("p.parquet: is damaged") && found.lines().count() == 1, "{found}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Whatever byte is wrong, reading ends in bars or in one line that says so.
    #[test]
    fn no_damage_panics(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4), tail in any::<bool>()) {
        let (folder, mut bytes) = good_file();
        let from = if tail { bytes.len() - bytes.len() / 4 } else { 4 };
        for (at, byte) in changes {
            let at = from + at.index(bytes.len() - 4 - from);
            bytes[at] = byte;
        }
        std::fs::write(folder.path("p.parquet"), &bytes).expect("written");
        if let Err(error) = read_bars(&folder.path("p.parquet"), &bars("1m", Stamp::Open)) {
            prop_assert_eq!(error.to_string().lines().count(), 1);
        }
    }
}

#[test]
fn a_large_row_group_is_read_in_windows() {
    // One group of more rows than two windows: each row once, in order.
    let rows = 150_000;
    let folder = Folder::new("");
    let times = (0..rows).map(|i| OPEN + i * MINUTE).collect();
    let time = datetime(times, TimeUnit::Nanoseconds, Some(TimeZone::UTC));
    let mut columns = beside(time);
    let counted: Vec<f64> = (0..rows).map(|i| 100.0 + i as f64).collect();
    columns[5] = numbers("volume", &counted);
    write(&folder.path("p.parquet"), columns, 1_000_000);
    let coin = ContractOverrides { symbol: Some("X".into()), ..bars("1m", Stamp::Open) };
    let loaded = read_bars(&folder.path("p.parquet"), &coin).expect("fine");
    assert_eq!(loaded.bars.columns().volume, counted);
    // Pages of other lengths than windows, columns with a dictionary and without.
    for bytes in [20_000, 100_001, 700_003] {
        let mut columns = beside(datetime(
            (0..rows).map(|i| OPEN + i * MINUTE).collect(),
            TimeUnit::Nanoseconds,
            Some(TimeZone::UTC),
        ));
        columns[5] = numbers("volume", &counted);
        let mut frame = DataFrame::new(columns[0].len(), columns).expect("columns of one length");
        let file = File::create(folder.path("p.parquet")).expect("created");
        let writer = ParquetWriter::new(file).with_row_group_size(Some(1_000_000));
        writer.with_data_page_size(Some(bytes)).finish(&mut frame).expect("written");
        let again = read_bars(&folder.path("p.parquet"), &coin).expect("fine");
        assert_eq!(again.bars, loaded.bars, "{bytes}");
    }
}
