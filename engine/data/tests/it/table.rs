//! A CSV kept as text, with result columns appended.

use engine_data::table::{ResultColumn, read_table, write_table};

use crate::{Folder, without_folder};

fn error(folder: &Folder, result: Result<impl std::fmt::Debug, engine_data::DataError>) -> String {
    without_folder(&result.expect_err("an error").to_string(), folder.dir.path())
}

#[test]
fn rows_go_out_as_they_came_in() {
    let folder = Folder::new("S,K, note\r\n1.50,2,\"a, \"\"b\"\"\"\r\n,inf,\"two\nlines\"\r\n-0,1e-5,\r\n");
    let table = read_table(&folder.path("p.csv")).expect("fine");
    assert_eq!(table.header(), ["S", "K", "note"]);
    assert_eq!((table.len(), table.line(1), table.line(2)), (3, Some(3), Some(5)));
    let s = table.column_f64("S").expect("numbers");
    assert!(s[0] == 1.5 && s[1].is_nan() && s[2] == 0.0);
    assert_eq!(table.column_f64("k").expect("case does not matter"), [2.0, f64::INFINITY, 1e-5]);
    assert_eq!(table.column_text("note").expect("text"), ["a, \"b\"", "two\nlines", ""]);

    let results = [
        ("out_x".to_owned(), ResultColumn::Numbers(vec![Some(0.1), None, Some(f64::NAN)])),
        ("out_error".to_owned(), ResultColumn::Text(vec![String::new(), "a,b".into(), "c".into()])),
    ];
    let out = folder.path("out.csv");
    write_table(Some(&out), &table, &results).expect("written");
    assert_eq!(
        std::fs::read_to_string(&out).expect("read"),
        "S,K, note,out_x,out_error\n1.50,2,\"a, \"\"b\"\"\",0.10000000000000001,\n,inf,\"two\nlines\",,\"a,b\"\n-0,1e-5,,,c\n"
    );
    assert_eq!(read_table(&out).expect("reads again").len(), 3);
}

#[test]
fn bad_tables_are_refused_with_their_place() {
    for (content, expected) in [
        ("", "p.csv: is empty, expected a header and rows"),
        ("PAR1", "p.csv: is a Parquet file, expected CSV"),
        ("a;b\n1;2\n", "p.csv:1: fields are separated by `;`, expected `,`"),
        ("a,a\n1,2\n", "p.csv:1: two columns are named `a`"),
        ("a,b\n1,2\n3\n", "p.csv:3: has 1 fields, expected 2 as in the header"),
        ("a,b\n1,2\n\n3,4\n", "p.csv:3: is an empty line between rows"),
    ] {
        let folder = Folder::new(content);
        assert_eq!(error(&folder, read_table(&folder.path("p.csv"))), expected);
    }
    let folder = Folder::new("a,b\n1,x\n\n");
    let table = read_table(&folder.path("p.csv")).expect("fine");
    assert_eq!(error(&folder, table.column_f64("b")), "p.csv:2: column b: `x` is not a number");
    assert_eq!(error(&folder, table.column_f64("c")), "p.csv:1: column c is missing; found a,b");
    let wrong = [("out".to_owned(), ResultColumn::Numbers(vec![]))];
    assert_eq!(
        error(&folder, write_table(Some(&folder.path("o.csv")), &table, &wrong)),
        "o.csv: column out has 0 rows, expected 1"
    );
}

#[test]
fn one_column_may_have_empty_fields() {
    let folder = Folder::new("equity\n1\n\n3\n");
    let table = read_table(&folder.path("p.csv")).expect("fine");
    let values = table.column_f64("equity").expect("numbers");
    assert!(values.len() == 3 && values[1].is_nan());
}
