//! The actions file beside a price file.

use engine_core::actions::ActionKind;

use crate::{Folder, daily, iso};

const CSV: &str = "time,open,high,low,close,volume\n2020-01-02,10,11,9,10,100\n2020-07-03,10,11,9,10,1\n";

fn with_actions(rows: &str) -> Folder {
    let folder = Folder::new(CSV);
    folder.write("p.actions.csv", rows);
    folder
}

#[test]
fn actions_take_effect_at_local_midnight() {
    let rows = "ex_date,kind,value\n2020-01-03,dividend,0.25\n2020-07-03,split,3/2\n2020-07-03,dividend,1\n";
    let loaded = with_actions(rows).read(&daily()).expect("fine");
    let times: Vec<_> = loaded.actions.iter().map(|a| iso(a.ex_time.nanos())).collect();
    assert_eq!(times, ["2020-01-03T05:00:00Z", "2020-07-03T04:00:00Z", "2020-07-03T04:00:00Z"]);
    assert_eq!(loaded.actions[1].kind, ActionKind::Split { to: 3, from: 2 });
    let per_share = "0.25".parse().expect("a price");
    assert_eq!(loaded.actions[0].kind, ActionKind::CashDividend { per_share });
    assert_eq!(loaded.actions_sha256.map(|h| h.len()), Some(64));
    assert_eq!(with_actions("ex_date,kind,value\r\n").read(&daily()).expect("none is fine").actions, []);
}

#[test]
fn bad_actions_are_refused_with_their_place() {
    for (rows, expected) in [
        ("", "p.actions.csv:1: found the header ``, expected `ex_date,kind,value`"),
        ("ex_date;kind;value\n", "p.actions.csv:1: fields are separated by `;`, expected `,`"),
        ("date,kind,value\n", "p.actions.csv:1: found the header `date,kind,value`, expected `ex_date,kind,value`"),
        ("ex_date,kind,value\n2020-01-03,split\n", "p.actions.csv:2: has 2 fields, expected 3: ex_date,kind,value"),
        (
            "ex_date,kind,value\n03/01/2020,split,2\n",
            "p.actions.csv:2: column ex_date: `03/01/2020` is no date, expected YYYY-MM-DD",
        ),
        (
            "ex_date,kind,value\n2020-01-03,spinoff,2\n",
            "p.actions.csv:2: column kind: `spinoff` is unknown, expected split or dividend",
        ),
        (
            "ex_date,kind,value\n2020-01-03,split,0\n",
            "p.actions.csv:2: column value: `0` is no split, expected for example 2, 3/2 or 1/10 (new/old shares, up to 10000)",
        ),
        (
            "ex_date,kind,value\n2020-01-03,dividend,0\n",
            "p.actions.csv:2: column value: 0 is no dividend, expected an amount above 0",
        ),
        ("ex_date,kind,value\n2020-01-03,dividend,x\n", "p.actions.csv:2: column value: `x` is not a decimal number"),
        (
            "ex_date,kind,value\n2020-01-03,dividend,1\n2020-01-02,dividend,1\n",
            "p.actions.csv:3: column ex_date: 2020-01-02 is before the row above; expected rising dates",
        ),
        (
            "ex_date,kind,value\n2020-01-03,dividend,1\n2020-01-03,dividend,2\n",
            "p.actions.csv:3: 2020-01-03 has two actions of kind dividend",
        ),
    ] {
        assert_eq!(with_actions(rows).error(&daily()), expected, "{rows}");
    }
}
