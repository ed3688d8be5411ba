//! `engine simulate-orders`.

use std::path::Path;

use crate::support::{engine, outcome};

const CASE: &str = r#"{"bars":[[50,51,49,50],[50,53,47,50]],"orders":[
 {"id":"buy","side":"buy","quantity":100,"type":"market"},
 {"id":"stop","side":"sell","quantity":100,"type":"stop","stop":48,"parent":"buy","oco":"x"},
 {"id":"take","side":"sell","quantity":100,"type":"limit","limit":52,"parent":"buy","oco":"x"}]}"#;
const ANSWER: &str = r#"{"fills":[{"order":"buy","bar":1,"side":"buy","quantity":100,"price":50,"certain":true},{"order":"stop","bar":1,"side":"sell","quantity":100,"price":48,"certain":false}],"working":[],"closed":[{"order":"take","state":"cancelled","reason":"oco"}],"pnl":-200,"pnl_worst":-200,"pnl_best":200,"bounds":"exact","certain":false}"#;

fn simulate(text: &str) -> (Option<i32>, String, String) {
    outcome(engine(Path::new("."), &["simulate-orders", "-"]).write_stdin(text))
}

#[test]
fn a_case_in_an_answer_out() {
    let (code, stdout, stderr) = simulate(CASE);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
    assert_eq!(parse(&stdout)["pnl_best"], 200);
    assert_eq!(parse(&stdout)["fills"], parse(ANSWER)["fills"]);
    assert_eq!(stdout.lines().count(), 1);
}

#[test]
fn an_array_in_an_array_out_one_case_a_line() {
    let (code, stdout, _) = simulate(&format!("[{CASE},{CASE}]"));
    assert_eq!(code, Some(0));
    let answers: Vec<serde_json::Value> = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(answers.len(), 2);
    assert_eq!(stdout.lines().count(), 4);
    assert_eq!(simulate("[]").1, "[]\n");
}

#[test]
fn a_file_works_as_standard_input_does() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("case.json"), CASE).expect("written");
    let (code, stdout, _) = outcome(&mut engine(folder.path(), &["simulate-orders", "case.json"]));
    assert_eq!((code, stdout), (Some(0), simulate(CASE).1));
}

#[test]
fn the_examples_of_the_help_run() {
    let (_, help, _) = outcome(&mut engine(Path::new("."), &["simulate-orders", "--help"]));
    // It is wrapped where the terminal ends.
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let cases: Vec<&str> =
        help.split("echo '").filter_map(|rest| Some(rest.split_once("' | engine simulate-orders -")?.0)).collect();
    assert_eq!(cases.len(), 2, "{help}");
    let pnls = cases.iter().map(|case| {
        let answer: serde_json::Value = serde_json::from_str(&simulate(case).1).expect("JSON");
        answer["pnl"].to_string()
    });
    assert_eq!(pnls.collect::<Vec<_>>(), ["100", "-7"]);
}

#[test]
fn what_does_not_fit_is_one_line_and_exit_code_2() {
    for (text, place) in [
        ("", "standard input: file: is not JSON"),
        ("{", "standard input: file: is not JSON"),
        ("{}", "standard input: case.bars: missing"),
        ("[{}]", "standard input: case 0.bars: missing"),
        (
            r#"{"events":[{"type":"gap"}],"path":"high_first","orders":[]}"#,
            "standard input: case.path: belongs to a case",
        ),
        (r#"[{"events":[{"type":"gap","time":"x"}],"orders":[]}]"#, "standard input: case 0.events[0].time: is \"x\""),
        (&CASE.replace("\"buy\",\"quantity\"", "\"bye\",\"quantity\""), "standard input: case.orders[0].side: "),
        (&CASE.replace("\"oco\":\"x\"", "\"ooc\":\"x\""), "standard input: case.orders[1]"),
        (&CASE.replace("48", "\"4\\n8\""), "standard input: case.orders[1].stop: "),
    ] {
        let (code, stdout, stderr) = simulate(text);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{text}");
        assert!(stderr.starts_with(place) && stderr.lines().count() == 1, "{stderr}");
    }
    let (code, _, stderr) = outcome(engine(Path::new("."), &["simulate-orders", "-"]).write_stdin(&b"\xff"[..]));
    assert_eq!((code, stderr.as_str()), (Some(2), "standard input: is not UTF-8 text\n"));
    let (code, _, stderr) = outcome(&mut engine(Path::new("."), &["simulate-orders", "no-such-file"]));
    assert_eq!(
        (code, stderr.as_str()),
        (Some(2), "no-such-file: cannot read: No such file or directory (os error 2)\n")
    );
}
