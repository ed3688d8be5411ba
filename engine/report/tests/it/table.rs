//! The terminal table: never wider than 80 columns, and honest.

use engine_core::fixed::Money;
use engine_core::order::{NewOrder, Side, Size};
use engine_core::record::{LogLine, RunResult};
use engine_core::{bars::BarRef, context::Context, instrument::InstrumentId, kernel::run};
use engine_core::{feed::Feed, setup::Setup, setup::SetupError, strategy::Strategy};
use engine_report::{Benchmark, ReportInput, summary, terminal};

use crate::figures::{input, week};
use crate::synthetic::{daily_series, options, three_runs};

fn widest(text: &str) -> usize {
    text.lines().map(|l| l.chars().count()).max().unwrap_or(0)
}

/// The text without ANSI colours.
fn plain(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut out = parts.next().unwrap_or("").to_owned();
    for part in parts {
        out.push_str(part.split_once('m').map_or("", |(_, rest)| rest));
    }
    out
}

#[test]
fn every_line_fits_with_and_without_colour() {
    let series = [daily_series("US.AAPL", 1500, 3), daily_series("HK.00700", 1500, 4)];
    let [run, worse, better] = three_runs(&series, 3);
    assert!(!run.ambiguous.is_empty());
    let report = ReportInput {
        name: "a run with a rather long name that goes on and on \u{1b}[31m",
        digest: &"0123456789abcdef".repeat(4),
        benchmark: Some(Benchmark { symbol: "US.AAPL", equity: &run.equity }),
        pessimistic: Some(&worse),
        optimistic: Some(&better),
        warnings: vec!["prices ".repeat(40), "x".repeat(300)],
        ..input(&run)
    };
    let s = summary(&report);
    let text = terminal(&report, &s, false);
    assert!(widest(&text) <= 80, "{text}");
    assert!(!text.contains('\u{1b}'));
    assert_eq!(plain(&terminal(&report, &s, true)), text);
    assert!(text.contains("pessimistic re-run") && text.contains("ambiguous"));
    assert!(text.contains(&"0123456789abcdef".repeat(4)));
}

#[test]
fn huge_amounts_still_fit() {
    let huge = Money::from_whole(i64::MAX / 2);
    let run = RunResult {
        initial_cash: huge,
        final_equity: huge + huge,
        equity: vec![4.6e18, 9.2e18, 1e-9, 9.2e18, 4.0],
        ..week()
    };
    let report = ReportInput { pessimistic: Some(&run), optimistic: Some(&run), ..input(&run) };
    let text = terminal(&report, &summary(&report), false);
    assert!(widest(&text) <= 80, "{text}");
}

#[test]
fn look_ahead_stands_in_the_first_line() {
    let run = RunResult { same_close: true, ..week() };
    let report = input(&run);
    for color in [false, true] {
        let text = terminal(&report, &summary(&report), color);
        let first = text.lines().next().expect("a line");
        assert!(first.contains("LOOK-AHEAD ON PURPOSE"), "{first}");
    }
}

/// Wants more than the account can pay.
struct TooMuch;

impl Strategy for TooMuch {
    fn setup(&mut self, _: &mut Setup<'_>) -> Result<(), SetupError> {
        Ok(())
    }
    fn on_bar(&mut self, cx: &mut Context, id: InstrumentId, _: BarRef<'_>) {
        let quantity = "1000000".parse().expect("a quantity");
        cx.submit(NewOrder::market(id, Side::Buy, Size::Quantity(quantity)));
    }
}

#[test]
fn without_trades_it_says_why() {
    let feed = Feed::new(vec![daily_series("US.AAPL", 20, 3)]).expect("a feed");
    let run = run(&feed.into(), &mut TooMuch, &options(Default::default())).expect("a run");
    let report = input(&run);
    let text = terminal(&report, &summary(&report), false);
    assert!(text.contains("None of 20 orders was filled."), "{text}");
    assert!(text.contains("rejected") && text.contains("insufficient cash"), "{text}");
    assert!(text.contains('-'));
}

#[test]
fn fills_that_rest_on_a_queue_are_said_to_and_the_log_is_shown() {
    let series = [daily_series("US.AAPL", 300, 3)];
    let [mut run, ..] = three_runs(&series, 1);
    run.ambiguous.clear();
    run.logs = (0..7)
        .map(|i| LogLine { time: run.fills[0].time, text: format!("line {i} {}", "of the log ".repeat(9)) })
        .collect();
    let text = |run: &RunResult| {
        let report = input(run);
        terminal(&report, &summary(&report), false)
    };
    for fill in &mut run.fills {
        (fill.maker, fill.certain) = (true, true);
    }
    assert!(text(&run).contains("  Every fill happens wherever in the queue our orders stand.\n"));
    run.fills[0].certain = false;
    let page = {
        let report = ReportInput { last_in_queue: Some(&run), first_in_queue: Some(&run), ..input(&run) };
        terminal(&report, &summary(&report), false)
    };
    let said = "  The others rest on how the queue, and trades through our limits, are modelled.\n";
    assert!(page.contains(said), "{page}");
    assert!(page.contains("STRATEGY LOG\n  the last 5 of 7 lines\n"), "{page}");
    assert!(!page.contains("line 1 ") && page.contains("line 2 ") && page.contains("line 6 "));
    assert!(widest(&page) <= 80);
    run.fills.iter_mut().for_each(|fill| (fill.maker, fill.certain) = (false, true));
    assert!(text(&run).contains("the same on every path that the bars allow"));
}
