//! The drill-down in terminal, summary and page.

use engine_core::drill_down::{Disagreement, Drill, DrillDown, Replay};
use engine_core::fixed::Money;
use engine_core::instrument::InstrumentId;
use engine_core::record::{AmbiguousBar, RunResult};
use engine_core::time::{HOUR, Timestamp};
use engine_report::{html, summary, terminal};

use crate::figures::{input, week};

fn money(text: &str) -> Money {
    text.parse().expect("an amount")
}

fn bar(day: u32, drill: Drill) -> AmbiguousBar {
    AmbiguousBar {
        instrument: InstrumentId(0),
        bar: 0,
        time: Timestamp::from_date(2024, 3, day) + 21 * HOUR,
        pnl: money("20"),
        pnl_worst: money("-50"),
        pnl_best: money("70"),
        searched: true,
        drill,
    }
}

fn replay(resolved: bool, searched: bool) -> Drill {
    Drill::Replayed(Replay {
        bars: 390,
        pnl_worst: money("-10"),
        pnl_best: money("30"),
        searched,
        resolved,
        pnl_alone: money("-50"),
        changed: true,
        certain_alone: 1,
        certain: 2,
    })
}

fn drilled() -> RunResult {
    let disagreement = Disagreement {
        instrument: InstrumentId(0),
        time: Timestamp::from_date(2024, 3, 11) + 21 * HOUR,
        field: "high",
        bar: 104.0,
        finer: 103.5,
    };
    RunResult {
        ambiguous: vec![
            bar(6, replay(true, true)),
            bar(7, replay(false, true)),
            bar(8, replay(false, false)),
            bar(11, Drill::Disagrees),
            bar(12, Drill::NoData),
        ],
        drill_down: Some(DrillDown {
            ambiguous: 5,
            resolved: 1,
            narrowed: 1,
            unchanged: 1,
            without_data: 1,
            disagreeing: 1,
            changed: 3,
            outside: 1,
            certain_alone: 1,
            pnl_on_ambiguous: money("100"),
            pnl_on_left: money("80"),
            first_disagreement: Some(disagreement),
        }),
        ..week()
    }
}

#[test]
fn the_terminal_says_what_was_resolved_and_what_is_left() {
    let run = drilled();
    let report = input(&run);
    let text = terminal(&report, &summary(&report), false);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for expected in [
        "3 of 4 fills are certain (75.00%), 4 bars are ambiguous",
        "Drill-down to finer bars: 1 of 5 ambiguous bars resolved, 1 narrowed, 3 as before.",
        "Fills certain: 25.00% -> 75.00%. P&L on ambiguous bars: +100.00 -> +80.00.",
        "3 bars were filled otherwise than the path rule alone would have done.",
        "The P&L of 1 bar lies outside the range of the bar alone",
        "1 bar without finer data inside stayed as before.",
        "first US.X 2024-03-11T21:00:00Z: its high is 104, that of the finer bars 103.5.",
    ] {
        assert!(words.contains(expected), "{expected}\n{text}");
    }
    assert!(text.lines().all(|l| l.chars().count() <= 80), "{text}");
}

#[test]
fn nothing_left_is_said_so() {
    let mut run = drilled();
    run.ambiguous.truncate(1);
    run.fills.iter_mut().for_each(|f| f.certain = true);
    run.drill_down = Some(DrillDown { ambiguous: 1, resolved: 1, certain_alone: 3, ..DrillDown::default() });
    let report = input(&run);
    let text = terminal(&report, &summary(&report), false);
    assert!(text.contains("The result is the same on every path that the bars and finer bars allow."), "{text}");
    run.ambiguous.clear();
    run.drill_down = Some(DrillDown::default());
    let report = input(&run);
    assert!(terminal(&report, &summary(&report), false).contains("no bar is ambiguous"));
}

#[test]
fn the_summary_has_the_drill_down_only_where_there_is_one() {
    let run = drilled();
    let json = serde_json::to_value(summary(&input(&run))).expect("JSON");
    let drill = &json["drill_down"];
    for (key, expected) in [("ambiguous", 5), ("resolved", 1), ("narrowed", 1), ("unchanged", 1), ("without_data", 1)] {
        assert_eq!(drill[key], expected, "{key}");
    }
    assert_eq!((drill["disagreeing"].as_u64(), drill["changed"].as_u64()), (Some(1), Some(3)));
    assert_eq!(
        (drill["certain_share_before"].as_f64(), drill["certain_share_after"].as_f64()),
        (Some(0.25), Some(0.75))
    );
    assert_eq!(drill["pnl_on_ambiguous_before"].as_f64(), Some(100.0));
    assert_eq!(drill["pnl_on_ambiguous_after"].as_f64(), Some(80.0));
    let without = serde_json::to_value(summary(&input(&week()))).expect("JSON");
    assert_eq!(without.get("drill_down"), None);
}

#[test]
fn the_page_lists_what_is_left_of_each_bar() {
    let run = drilled();
    let report = input(&run);
    let page = html(&report, &summary(&report));
    for expected in [
        "With finer data",
        "one outcome",
        "-10.00 to +30.00",
        "not known: too many paths",
        "none inside this bar",
        "does not add up to this bar",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
    let plain = week();
    let report = input(&plain);
    assert!(!html(&report, &summary(&report)).contains("With finer data"));
}
