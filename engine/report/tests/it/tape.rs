//! Runs on tapes in summary, terminal and page.

use std::sync::Arc;

use engine_core::bars::{BarColumns, Bars, OpenTimes};
use engine_core::feed::Series;
use engine_core::fixed::{Price, Quantity};
use engine_core::instrument::InstrumentId;
use engine_core::order::Side;
use engine_core::orderbook::BookState;
use engine_core::record::{BookIncident, Fill, RunResult};
use engine_core::tape::{LAST, Tape, TapeColumns, TapeEvent};
use engine_core::time::{MINUTE, SECOND, Timestamp};
use engine_report::{ReportInput, html, summary, terminal};

use crate::figures::{input, week};

fn start() -> i64 {
    Timestamp::from_date(2026, 1, 5).nanos() + 15 * 60 * MINUTE
}

/// A tape of 40 minutes of one level that stays, and its bars; `by_order`: single orders.
fn series(by_order: bool) -> Series {
    let (price, quantity) = ("50".parse::<Price>().expect("a price"), "100".parse::<Quantity>().expect("a size"));
    let mut columns = TapeColumns::default();
    for i in 0..40 {
        let at = Timestamp::from_nanos(start() + i * MINUTE);
        let event = match by_order {
            true => TapeEvent::Add { order: i as u64 + 1, side: Side::Buy, price, quantity },
            false => TapeEvent::Level { side: Side::Buy, price, quantity },
        };
        columns.push(at, at, event, LAST);
    }
    let close_time: Vec<i64> = (1..=40).map(|i| start() + i * MINUTE).collect();
    let flat = vec![50.0; 40];
    let bars = Bars::new(BarColumns {
        open_time: OpenTimes::Before(MINUTE),
        close_time,
        open: flat.clone(),
        high: flat.clone(),
        low: flat.clone(),
        close: flat,
        volume: Vec::new(),
    });
    let mut series = Series::daily(week().instruments[0].clone(), bars.expect("bars"));
    series.tape = Some(Arc::new(Tape::new(columns).expect("a tape")));
    series
}

/// Four fills, two of which rested for 600 of 1,300 traded, one of them for sure.
fn on_tape() -> RunResult {
    let run = week();
    let makers = [true, false, true, false];
    let certain = [true, true, false, true];
    let of = |(i, fill): (usize, &Fill)| Fill {
        maker: makers[i],
        certain: certain[i],
        time: Timestamp::from_nanos(start() + i as i64 * SECOND + 123_000_000),
        ..*fill
    };
    let fills = run.fills.iter().enumerate().map(of).collect();
    let incident = |seconds: i64, state| BookIncident {
        instrument: InstrumentId(0),
        time: Timestamp::from_nanos(start() + seconds * SECOND),
        state,
    };
    RunResult {
        fills,
        times: (1..=40).map(|i| start() + i * MINUTE).collect::<Vec<_>>().into(),
        equity: (0..40).map(|i| 1000.0 + f64::from(i % 5)).collect(),
        incidents: vec![
            incident(60, BookState::Crossed),
            incident(62, BookState::Good),
            incident(100, BookState::Crossed),
            incident(101, BookState::Gapped),
            incident(161, BookState::Good),
            // To the end of the run, after 2,400 seconds.
            incident(2_370, BookState::Stale),
        ],
        ..run
    }
}

#[test]
fn what_rested_and_how_the_books_were() {
    let (run, series) = (on_tape(), [series(false)]);
    let report = ReportInput { series: &series, ..input(&run) };
    let tape = summary(&report).tape.expect("figures");
    assert_eq!((tape.fills_resting, tape.fills_taking, tape.fills_on_queue_model), (2, 2, 1));
    assert_eq!((tape.resting_share, tape.resting_share_of_amount), (Some(0.5), Some(700.0 / 1_300.0)));
    assert!(tape.too_short_to_annualise && tape.final_equity_last_in_queue.is_none());
    let found: Vec<(&str, u64, f64, f64)> =
        tape.incidents.iter().map(|i| (i.state, i.times, i.seconds, i.longest_seconds)).collect();
    assert_eq!(found, [("crossed", 2, 3.0, 2.0), ("gapped", 1, 60.0, 60.0), ("stale", 1, 30.0, 30.0)]);
    assert_eq!(tape.incidents[0].first, "2026-01-05T15:01:00Z");
    // Without the series there is no telling a tape, and a run on bars has none.
    assert!(summary(&input(&run)).tape.is_none());
}

#[test]
fn the_terminal_tells_of_queues_and_books_and_not_of_bars() {
    let (run, series) = (on_tape(), [series(false)]);
    let again = RunResult { final_equity: "900".parse().expect("an amount"), ..run.clone() };
    let report =
        ReportInput { series: &series, last_in_queue: Some(&again), first_in_queue: Some(&run), ..input(&run) };
    let s = summary(&report);
    assert_eq!((s.pnl_worst, s.pnl_best), (-100.0, 100.00000001));
    let text = terminal(&report, &s, false);
    assert!(text.lines().all(|line| line.len() <= 80), "{text}");
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "3 of 4 fills are certain (75.00%), 1 rests on the queue model",
        "The book was crossed 2 times (3.0 s in all, first US.X 2026-01-05T15:01:00Z), gapped once",
        "stale once (30.0 s in all",
        "last in the queue 900.00 -100.00",
        "first in the queue 1,100.00",
        "(scenarios, not bounds)",
        "Fills that rested 2 (50.00%)",
        "Amount that rested 53.85%",
        "Sharpe too short",
    ] {
        assert!(flat.contains(said), "{said} is not in\n{text}");
    }
    assert!(!text.contains("ambiguous") && !text.contains("outside bar") && !text.contains("Slippage"), "{text}");
}

#[test]
fn single_orders_need_no_re_run() {
    let (run, series) = (on_tape(), [series(true)]);
    let text = {
        let report = ReportInput { series: &series, ..input(&run) };
        terminal(&report, &summary(&report), false)
    };
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("the places in the queue are known, and no re-run is needed."), "{text}");
}

#[test]
fn the_page_tells_moments_and_books() {
    let (run, series) = (on_tape(), [series(false)]);
    let report = ReportInput { series: &series, last_in_queue: Some(&run), first_in_queue: Some(&run), ..input(&run) };
    let page = html(&report, &summary(&report));
    let data = page.split("type=\"application/json\">").nth(1).and_then(|t| t.split("</script>").next());
    let data: serde_json::Value = serde_json::from_str(data.expect("the data")).expect("JSON");
    // The opening of the first bar and forty closes; fills to the millisecond.
    assert_eq!((data["fine"].as_bool(), data["axis"]["n"].as_u64()), (Some(true), Some(41)));
    assert_eq!(data["prices"][0]["marks"]["t"]["p"].as_i64(), Some(3));
    assert_eq!(data["doubt"].as_str(), Some("queue model"));
    for said in ["id=\"book\"", "<td class=\"text\">crossed</td>", "Rested (maker)", "Last in the queue", "too short"] {
        assert!(page.contains(said), "{said}");
    }
    assert!(!page.contains("Fills outside the range"));
    // A run on bars has nothing of it.
    let run = week();
    let page = html(&input(&run), &summary(&input(&run)));
    assert!(!page.contains("id=\"book\"") && !page.contains("\"fine\":true") && !page.contains("too short"));
}
