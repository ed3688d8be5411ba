//! Run tables to Parquet and CSV, and back.

use engine_data::run_tables::{Column, Table, read_parquet, write_csv, write_parquet};

use crate::{Folder, without_folder};

fn table() -> Table {
    let columns = [
        ("time", Column::Time(vec![1_577_975_400_000_000_000, 1_577_975_700_000_000_001])),
        ("exit", Column::OptTime(vec![None, Some(1_577_975_700_000_000_000)])),
        ("bar", Column::I64(vec![-1, i64::MAX])),
        ("equity", Column::F64(vec![0.1, 1e300])),
        ("return", Column::OptF64(vec![None, Some(-0.5)])),
        ("side", Column::Text(vec!["buy, \"now\"".into(), String::new()])),
        ("certain", Column::Bool(vec![true, false])),
    ];
    Table { name: "trades".into(), columns: columns.map(|(n, c)| (n.to_owned(), c)).into() }
}

#[test]
fn parquet_keeps_every_value() {
    let folder = Folder::new("");
    let path = folder.path("trades.parquet");
    write_parquet(&table(), &path).expect("written");
    assert_eq!(read_parquet(&path).expect("read"), table());
}

#[test]
fn an_empty_table_keeps_its_columns() {
    let folder = Folder::new("");
    let path = folder.path("equity.parquet");
    let columns = vec![("time".to_owned(), Column::Time(vec![])), ("side".to_owned(), Column::Text(vec![]))];
    let empty = Table { name: "equity".into(), columns };
    write_parquet(&empty, &path).expect("written");
    assert_eq!(read_parquet(&path).expect("read"), empty);
    write_csv(&empty, &folder.path("equity.csv")).expect("written");
    assert_eq!(std::fs::read_to_string(folder.path("equity.csv")).expect("read"), "time,side\n");
}

#[test]
fn several_row_groups_come_back_whole() {
    let n = 300_000_usize;
    let numbers = (0..n).map(|i| if i % 7 == 0 { None } else { Some(i as f64 / 3.0) }).collect();
    let times = (0..n as i64).map(|i| i * 60_000_000_000).collect();
    let columns = vec![("time".to_owned(), Column::Time(times)), ("x".to_owned(), Column::OptF64(numbers))];
    let table = Table { name: "long".into(), columns };
    let folder = Folder::new("");
    let path = folder.path("long.parquet");
    write_parquet(&table, &path).expect("written");
    assert_eq!(read_parquet(&path).expect("read"), table);
}

#[test]
fn a_column_without_any_value_keeps_its_type() {
    let folder = Folder::new("");
    let path = folder.path("orders.parquet");
    let columns = vec![
        ("id".to_owned(), Column::I64((0..5_000).collect())),
        ("limit".to_owned(), Column::OptF64(vec![None; 5_000])),
        ("exit".to_owned(), Column::OptTime(vec![None; 5_000])),
    ];
    let table = Table { name: "orders".to_owned(), columns };
    write_parquet(&table, &path).expect("written");
    assert_eq!(read_parquet(&path).expect("read"), table);
}

#[test]
fn csv_is_for_people_and_scripts() {
    let folder = Folder::new("");
    let path = folder.path("trades.csv");
    write_csv(&table(), &path).expect("written");
    assert_eq!(
        std::fs::read_to_string(&path).expect("read"),
        "time,exit,bar,equity,return,side,certain\n\
         2020-01-02T14:30:00Z,,-1,0.1,,\"buy, \"\"now\"\"\",true\n\
         2020-01-02T14:35:00.000000001Z,2020-01-02T14:35:00Z,9223372036854775807,1e300,-0.5,,false\n"
    );
}

#[test]
fn columns_must_fit_together() {
    let folder = Folder::new("");
    let path = folder.path("t.parquet");
    let mut bad = table();
    bad.columns[1].1 = Column::OptTime(vec![]);
    let error = write_parquet(&bad, &path).expect_err("an error").to_string();
    assert_eq!(
        without_folder(&error, folder.dir.path()),
        "t.parquet: table trades: column exit has 0 rows, the first column has 2"
    );
    let mut twice = table();
    twice.columns[1].0 = "time".into();
    let error = write_csv(&twice, &path).expect_err("an error").to_string();
    assert_eq!(without_folder(&error, folder.dir.path()), "t.parquet: table trades: column time stands twice");
    let error = read_parquet(&folder.path("none")).expect_err("an error").to_string();
    assert!(error.ends_with("none: cannot read: No such file or directory (os error 2)"));
    folder.write("t.parquet", "this is no parquet file");
    assert!(read_parquet(&path).expect_err("an error").to_string().contains("cannot read"));
}
