//! `--set`: what it changes, and what it says when it cannot.

use crate::support::{BASE, changed, run};

#[test]
fn an_override_is_the_same_as_the_key_in_the_file() {
    let in_file = run(&changed("fast = 12", "fast = 8"), &[]).expect("valid");
    let on_the_line = run(BASE, &["strategy.fast=8"]).expect("valid");
    assert_eq!(in_file.digest, on_the_line.digest);
    assert_ne!(in_file.digest, run(BASE, &[]).expect("valid").digest);
    let said = ("override".to_owned(), "--set strategy.fast=8".to_owned());
    assert!(on_the_line.provenance.contains(&said));
}

#[test]
fn any_key_can_be_set() {
    let outcome = run(
        BASE,
        &[
            "run.name=2024",
            "run.start=2005-06-01",
            "costs.rate=0",
            "sizing.kind=percent",
            "sizing.percent=50",
            "fill.clamp=true",
        ],
    );
    let outcome = outcome.expect("valid");
    assert_eq!(outcome.name, "2024");
    assert_eq!(outcome.summary.fees, 0.0);
}

#[test]
fn entries_of_lists_are_set_and_added_by_number() {
    let outcome = run(BASE, &["data.0.file=../data/us_daily/IBM.csv", "data.0.symbol=US.IBM"]).expect("valid");
    assert_eq!(outcome.symbol, "US.IBM");
    let outcome = run(BASE, &["exit.0.kind=stop", "exit.0.value=3.5"]).expect("valid");
    assert!(outcome.run.orders.iter().any(|o| o.order.kind.name() == "stop"));
}

#[test]
fn errors_name_the_override() {
    for (text, expected) in [
        ("strategy.fsat=8", "--set strategy.fsat=8: [strategy] fsat: unknown key; did you mean \"fast\"?"),
        ("strategy.fast=0", "--set strategy.fast=0: [strategy] fast: found 0, expected a whole number from 1 to 10000"),
        ("stratgey.fast=8", "--set stratgey.fast=8: stratgey: unknown section; did you mean \"strategy\"?"),
        ("strategy", "--set strategy: expected KEY=VALUE, for example strategy.fast=8"),
        ("fast=8", "--set fast=8: expected SECTION.KEY=VALUE, for example strategy.fast=8"),
        ("data.file=x", "--set data.file=x: data is a list of 1: name an entry by its number, for example data.0.file"),
        ("data.3.file=x", "--set data.3.file=x: data has 1 entries, counted from 0; 3 is beyond the next"),
        (
            "data.0.file=x.csv",
            "--set data.0.file=x.csv: [[data]] file: x.csv: cannot read: No such file or directory (os error 2)",
        ),
        ("strategy.fast.x=1", "--set strategy.fast.x=1: fast is 12, it has no keys"),
        (
            "strategy.symbol=US.X",
            "--set strategy.symbol=US.X: [strategy] symbol: US.X is not in the data; expected \"US.AAPL\"",
        ),
        (
            "run.start=soon",
            "--set run.start=soon: [run] start: found \"soon\", expected a date such as \"2005-01-31\" or a time such as \"2005-01-31 09:30\" (local) or \"2005-01-31T14:30:00Z\", from 1900 to 2199",
        ),
    ] {
        assert_eq!(run(BASE, &[text]).err().as_deref(), Some(expected));
    }
}
