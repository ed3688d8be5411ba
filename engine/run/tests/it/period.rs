//! `start`, `end` and `warmup_bars`: which bars a run has.

use engine_core::time::Timestamp;
use engine_run::Outcome;

use crate::support::{BASE, changed, run};

fn span(outcome: &Outcome) -> (String, String) {
    let times = &outcome.run.times;
    let text = |t: Option<&i64>| t.map_or(String::new(), |t| Timestamp::from_nanos(*t).to_string());
    (text(times.first()), text(times.last()))
}

#[test]
fn both_days_are_included() {
    let outcome = run(&changed("\"2005-01-01\"\nend = \"2006-12-31\"", "\"2005-01-03\"\nend = \"2005-01-05\""), &[]);
    let outcome = outcome.expect("valid");
    assert_eq!(span(&outcome), ("2005-01-03T21:00:00Z".into(), "2005-01-05T21:00:00Z".into()));
    assert_eq!(outcome.run.bars, 3);
}

#[test]
fn a_time_cuts_at_opens_and_closes() {
    // The session is 09:30 to 16:00 in New York, 14:30 to 21:00 UTC in winter.
    for (start, end, bars) in [
        ("2005-01-03 09:30", "2005-01-05 16:00", 3),
        ("2005-01-03 09:31", "2005-01-05 16:00", 2),
        ("2005-01-03 09:30", "2005-01-05 15:59", 2),
        ("2005-01-03T14:30:00Z", "2005-01-05T21:00:00Z", 3),
        ("2005-01-03T09:30:00-05:00", "2005-01-05", 3),
    ] {
        let outcome = run(BASE, &[&format!("run.start={start}"), &format!("run.end={end}")]).expect("valid");
        assert_eq!(outcome.run.bars, bars, "{start} to {end}");
    }
}

#[test]
fn without_warm_up_the_past_is_unknown() {
    let cold = run(BASE, &[]).expect("valid");
    let warm = run(BASE, &["run.warmup_bars=200"]).expect("valid");
    assert_eq!(span(&cold), span(&warm));
    assert_eq!(cold.run.bars, warm.run.bars);
    // Bars of the run until the first fill: the warm one knows its MACD at once.
    let first = |o: &Outcome| {
        let fill = o.run.fills.first().expect("a fill").time.nanos();
        o.run.times.iter().position(|t| *t == fill).expect("an instant of the run")
    };
    assert!(first(&cold) > 33, "{}", first(&cold));
    assert!(first(&warm) < 33, "{}", first(&warm));
    assert_eq!(cold.run.equity.first(), Some(&100_000.0));
}

#[test]
fn more_warm_up_than_there_is_takes_what_there_is() {
    let outcome = run(BASE, &["run.start=2000-03-10", "run.end=2001-01-31", "run.warmup_bars=1000000"]).expect("valid");
    assert_eq!(span(&outcome).0, "2000-03-10T21:00:00Z");
}

#[test]
fn a_split_in_the_warm_up_changes_nothing_but_indicators() {
    // AAPL split 2 for 1 on 2005-02-28; the run starts a day later.
    let overrides = ["run.start=2005-03-01", "run.end=2005-12-31", "strategy.name=buy_and_hold"];
    let text = changed("fast = 12\n", "");
    let cold = run(&text, &overrides).expect("valid");
    let warm = run(&text, &[&overrides[..], &["run.warmup_bars=50"]].concat()).expect("valid");
    assert_eq!(cold.run.equity, warm.run.equity);
    assert_eq!(cold.run.fills.len(), warm.run.fills.len());
}
