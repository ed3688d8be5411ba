//! Warnings about jumps that look like splits, and splits that do not show.

use engine_data::{ContractOverrides, Prices};

use crate::{Folder, daily, without_folder};

fn warnings(rows: &str, actions: Option<&str>, inline: &ContractOverrides) -> Vec<String> {
    let folder = Folder::new(&format!("time,open,high,low,close,volume\n{rows}"));
    if let Some(actions) = actions {
        folder.write("p.actions.csv", format!("ex_date,kind,value\n{actions}"));
    }
    let loaded = folder.read(inline).expect("fine");
    loaded.warnings.iter().map(|w| without_folder(w, folder.dir.path())).collect()
}

const HALVED: &str = "2020-01-02,100,100,100,100,1\n2020-01-03,50.5,51,50,50,1\n2020-01-06,50,51,50,50,1\n";

#[test]
fn an_unnamed_split_is_pointed_out() {
    assert_eq!(
        warnings(HALVED, None, &daily()),
        [
            "p.csv: 2020-01-03: close 100, then open 50.5: looks like a split; name it in the actions file, or say prices = \"adjusted\""
        ]
    );
    assert_eq!(warnings(HALVED, Some("2020-01-03,split,2\n"), &daily()), [""; 0]);
    // A dividend is no split.
    assert_eq!(warnings(HALVED, Some("2020-01-03,dividend,1\n"), &daily()).len(), 1);
    let tenfold = HALVED.replace("100", "5");
    assert_eq!(warnings(&tenfold, None, &daily()).len(), 1, "a reverse split");
    let crash = HALVED.replace("50.5", "52").replace("51", "52");
    assert_eq!(warnings(&crash, None, &daily()), [""; 0], "off by 4 %");
    let adjusted = ContractOverrides { prices: Some(Prices::Adjusted), ..daily() };
    assert_eq!(
        warnings(HALVED, None, &adjusted),
        [
            "p.csv: 2020-01-03: close 100, then open 50.5: looks like a split, in prices that are said to be adjusted: are raw ones among them?"
        ]
    );
}

#[test]
fn a_first_bar_may_open_at_the_old_price() {
    let rows = "2014-06-06 16:00,645,646,644,645.57,1\n2014-06-09 09:31,645.57,645.57,92,92.42,1\n";
    assert_eq!(
        warnings(rows, None, &crate::bars("1m", engine_data::Stamp::Close)),
        [
            "p.csv: 2014-06-09: close 645.57, then close 92.42: looks like a split; name it in the actions file, or say prices = \"adjusted\""
        ]
    );
}

#[test]
fn a_named_split_must_show() {
    assert_eq!(
        warnings(HALVED, Some("2020-01-03,split,2\n2020-01-06,split,2\n"), &daily()),
        [
            "p.csv: 2020-01-06: close 50, then open 50: the actions file has a split here, but the prices do not jump: are they adjusted?"
        ]
    );
    // An ex date without a bar takes effect at the next one.
    assert_eq!(warnings(&HALVED.replace("2020-01-03", "2020-01-05"), Some("2020-01-04,split,2\n"), &daily()), [""; 0]);
}

#[test]
fn actions_beside_adjusted_prices_are_pointed_out() {
    let adjusted = ContractOverrides { prices: Some(Prices::Adjusted), ..daily() };
    assert_eq!(
        warnings(&HALVED.replace("100", "52"), Some("2020-01-03,dividend,1\n"), &adjusted),
        ["p.csv: prices are adjusted and there is an actions file: applying it would count the actions twice"]
    );
}

#[test]
fn there_are_never_many_warnings() {
    let rows: String = (10..30)
        .map(|d| {
            let p = if d % 2 == 0 { 10 } else { 20 };
            format!("2020-01-{d},{p},{p},{p},{p},1\n")
        })
        .collect();
    let warnings = warnings(&rows, None, &daily());
    assert_eq!(warnings.len(), 6);
    assert_eq!(warnings[5], "p.csv: 14 more jumps like these");
}
