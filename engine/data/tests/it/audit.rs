//! Findings of the audit that no corrupted file shows, and its counts.

use engine_core::time::{DAY, MINUTE, Timestamp};
use engine_data::audit::{audit, grouped};
use engine_data::calendars::calendar_for;
use engine_data::{ContractOverrides, Stamp};

use crate::{Folder, bars, daily};

fn of(symbol: &str, zone: &str, length: &str) -> ContractOverrides {
    ContractOverrides { symbol: Some(symbol.into()), timezone: Some(zone.into()), ..bars(length, Stamp::Close) }
}

fn file(times: impl IntoIterator<Item = String>) -> Folder {
    let rows: String = times.into_iter().map(|t| format!("{t},10,11,9,10,1\n")).collect();
    Folder::new(&format!("time,open,high,low,close,volume\n{rows}"))
}

#[test]
fn lunch_and_half_days_are_no_gaps() {
    // Every 15 minutes of Hong Kong over Christmas 2024, by the close of each bar.
    let first = Timestamp::from_date(2024, 12, 20).nanos() / DAY;
    let hours = calendar_for("HKEX").expect("a calendar").days(first, first + 10);
    let closes = hours.iter().flat_map(|day| day.parts.clone()).flat_map(|(open, close)| {
        (1..=(close - open) / (15 * MINUTE)).map(move |i| Timestamp::from_nanos(open + i * 15 * MINUTE).to_string())
    });
    let loaded = file(closes).read(&of("HK.00700", "Asia/Hong_Kong", "15m")).expect("fine");
    let found = audit(&loaded);
    assert_eq!((found.findings.as_slice(), found.calendar), (&[][..], Some("HKEX")));
    assert_eq!(loaded.sessions.len(), 5);
}

#[test]
fn bars_in_the_lunch_break_are_outside() {
    let times = ["11:45", "12:00", "12:15", "13:15"].map(|t| format!("2024-12-20 {t}"));
    let loaded = file(times).read(&of("HK.00700", "Asia/Hong_Kong", "15m")).expect("fine");
    let found = audit(&loaded);
    assert_eq!((found.outside_bars, found.missing_bars), (1, 0));
    assert_eq!(found.findings, ["1 bar outside the hours of HKEX, the first on 2024-12-20 at 12:00"]);
}

#[test]
fn what_the_calendar_does_not_know_is_not_judged() {
    let loaded =
        file(["1999-12-30", "1999-12-31", "2000-01-03", "2000-01-04"].map(String::from)).read(&daily()).expect("fine");
    let found = audit(&loaded);
    assert_eq!((found.not_covered_bars, found.missing_sessions), (2, 0));
    assert_eq!(found.findings, ["2 bars outside the calendar of NYSE (2000-01-01 to 2027-12-31): not judged"]);
}

#[test]
fn without_a_calendar_pauses_are_counted() {
    let times = ["00:00", "01:00", "02:00", "06:30", "07:30", "09:30"].map(|t| format!("2024-01-02 {t}"));
    let coin = of("BTCUSDT", "UTC", "1h");
    let found = audit(&file(times.clone()).read(&coin).expect("fine"));
    assert_eq!(found.gaps, 2);
    assert_eq!(
        found.findings,
        ["no calendar for BTCUSDT: 2 pauses between bars, the longest 3h30m from 2024-01-02T02:00:00Z"]
    );
    let found = audit(&file(times[..3].to_vec()).read(&coin).expect("fine"));
    assert_eq!(found.findings, ["no calendar for BTCUSDT; every bar begins where the one before ends"]);
}

#[test]
fn many_gaps_are_named_in_part() {
    let dates = (0..14).map(|i| Timestamp::from_date(2020, 2, 4).nanos() / DAY + 7 * i);
    let loaded = file(dates.map(engine_data::calendars::date_text)).read(&daily()).expect("fine");
    let found = audit(&loaded);
    assert_eq!(found.missing_sessions, 50);
    assert_eq!(
        found.findings,
        [
            "50 sessions of NYSE without a bar: 2020-02-05 to 2020-02-10, 2020-02-12 to 2020-02-14, 2020-02-19 to 2020-02-24, 2020-02-26 to 2020-03-02, 2020-03-04 to 2020-03-09 and 8 more"
        ]
    );
    assert_eq!(grouped(1_234_567), "1,234,567");
}
