//! Feeds whose bars lie beside the sessions of their exchange are refused.

use engine_core::time::{DAY, HOUR, MINUTE, Timestamp};
use engine_data::calendars::calendar_for;
use engine_data::{ContractOverrides, Stamp};

use crate::{Folder, bars, daily};

/// Half-hour bars of all sessions of `symbol` from 2020-03-02 to `to`, in UTC,
/// stamped at their open, each moved by `by(index of the day)`.
fn feed(symbol: &str, to: (i32, u32, u32), by: impl Fn(usize) -> i64) -> Vec<i64> {
    let day = |y, m, d| Timestamp::from_date(y, m, d).nanos() / DAY;
    let days = calendar_for(symbol).expect("a calendar").days(day(2020, 3, 2), day(to.0, to.1, to.2));
    let mut times = Vec::new();
    for (i, day) in days.iter().enumerate() {
        for (open, close) in &day.parts {
            times.extend((*open..*close).step_by((30 * MINUTE) as usize).map(|t| t + by(i)));
        }
    }
    times
}

/// A file with those instants as wall times `east` hours of UTC.
fn file(times: &[i64], east: i64) -> Folder {
    let rows = times.iter().map(|t| {
        let text = Timestamp::from_nanos(t + east * HOUR).to_string();
        format!("{},10,11,9,10,1\n", &text[..19].replace('T', " "))
    });
    Folder::new(&format!("time,open,high,low,close,volume\n{}", rows.collect::<String>()))
}

fn of(symbol: &str, zone: &str, stamp: Stamp) -> ContractOverrides {
    ContractOverrides { symbol: Some(symbol.into()), timezone: Some(zone.into()), ..bars("30m", stamp) }
}

const HK: &str = "HK.00700";
const HK_ZONE: &str = "Asia/Hong_Kong";

#[test]
fn good_feeds_pass() {
    assert!(file(&feed(HK, (2020, 3, 13), |_| 0), 8).read(&of(HK, HK_ZONE, Stamp::Open)).is_ok());
    assert!(file(&feed(HK, (2020, 3, 13), |_| 0), 0).read(&of(HK, "UTC", Stamp::Open)).is_ok());
    // Summer time starts on the way; half of the days lack their first bar.
    let ny = of("US.X", "America/New_York", Stamp::Open);
    let mut times = feed("US.X", (2020, 3, 6), |_| 0);
    assert!(file(&times, -5).read(&ny).is_ok());
    times.retain(|t| t % DAY != 14 * HOUR + 30 * MINUTE || t / DAY % 2 == 0);
    assert!(file(&times, -5).read(&ny).is_ok());
    // Bars before and after regular hours.
    let first = Timestamp::from_date(2020, 3, 2).nanos() + 9 * HOUR;
    let extended: Vec<i64> = (0..5).flat_map(|d| (0..32).map(move |i| first + d * DAY + i * 30 * MINUTE)).collect();
    assert!(file(&extended, -5).read(&ny).is_ok());
}

#[test]
fn a_wrong_zone_is_refused_and_the_right_one_named() {
    for (symbol, zone, east, expected) in [
        (
            HK,
            HK_ZONE,
            0,
            "p.csv:2: column time: on 10 of 10 complete days the bars lie 8h before the session (on 2020-03-02 they run from 01:30 to 08:00 in Asia/Hong_Kong): the time zone is wrong; timezone = \"UTC\" would fit",
        ),
        (
            "US.X",
            "America/New_York",
            -6,
            "p.csv:2: column time: on 5 of 10 complete days the bars lie 1h before the session (on 2020-03-02 they run from 08:30 to 15:00 in America/New_York), on 5 others by another distance: the time zone is wrong",
        ),
        (
            "US.X",
            "America/New_York",
            0,
            "p.csv:2: column time: on 5 of 10 complete days the bars lie 5h after the session (on 2020-03-02 they run from 14:30 to 21:00 in America/New_York), on 5 others by another distance: the time zone is wrong; timezone = \"UTC\" would fit",
        ),
        (
            "US.X",
            "America/New_York",
            8,
            "p.csv:67: column time: on 5 of 10 complete days the bars lie 12h after the session (on 2020-03-09 they run from 21:30 to 04:00 in America/New_York), on 5 others by another distance: the time zone is wrong; timezone = \"Asia/Hong_Kong\" would fit",
        ),
    ] {
        let times = feed(symbol, (2020, 3, 13), |_| 0);
        let found = file(&times, east).read(&of(symbol, zone, Stamp::Open));
        let text = found.map_or_else(|e| e.to_string(), |_| "no error".to_owned());
        assert!(text.ends_with(expected), "{symbol} {zone} {east}: {text}");
    }
    // A time with its offset cannot be helped by the contract.
    let rows = feed(HK, (2020, 3, 13), |_| 8 * HOUR);
    let rows = rows.iter().map(|t| format!("{t},10,11,9,10,1\n")).collect::<String>();
    let found = Folder::new(&format!("time,open,high,low,close,volume\n{rows}")).error(&of(HK, HK_ZONE, Stamp::Open));
    assert!(found.ends_with("the times carry an offset, so the file itself must be corrected"), "{found}");
}

#[test]
fn the_wrong_end_of_a_bar_is_refused() {
    let times = feed(HK, (2020, 3, 13), |_| 0);
    assert_eq!(
        file(&times, 8).error(&of(HK, HK_ZONE, Stamp::Close)),
        "p.csv:2: column time: on 10 of 10 complete days the bars lie 30m before the session (on 2020-03-02 they run from 09:00 to 15:30 in Asia/Hong_Kong), which is one bar: the times are the open of each bar; say stamp = \"open\""
    );
    let ends: Vec<i64> = times.iter().map(|t| t + 30 * MINUTE).collect();
    assert!(file(&ends, 8).read(&of(HK, HK_ZONE, Stamp::Close)).is_ok());
    assert_eq!(
        file(&ends, 8).error(&of(HK, HK_ZONE, Stamp::Open)),
        "p.csv:2: column time: on 10 of 10 complete days the bars lie 30m after the session (on 2020-03-02 they run from 10:00 to 16:30 in Asia/Hong_Kong), which is one bar: the times are the close of each bar; say stamp = \"close\""
    );
}

#[test]
fn a_mixed_feed_is_refused_where_it_turns() {
    let times = feed(HK, (2020, 4, 9), |day| if (10..14).contains(&day) { HOUR } else { 0 });
    assert_eq!(
        file(&times, 8).error(&of(HK, HK_ZONE, Stamp::Open)),
        "p.csv:112: column time: the feed is mixed: from 2020-03-16 to 2020-03-19 the bars lie 1h after the sessions of HKEX, before or after on them"
    );
    // Two odd days are no feed.
    let times = feed(HK, (2020, 4, 9), |day| if (10..12).contains(&day) { HOUR } else { 0 });
    assert!(file(&times, 8).read(&of(HK, HK_ZONE, Stamp::Open)).is_ok());
}

#[test]
fn dates_of_another_zone_are_refused() {
    let first = Timestamp::from_date(2020, 1, 2).nanos() / DAY;
    let days = calendar_for("US.X").expect("a calendar").days(first, first + 60);
    let file = |by: i64| {
        let rows = days.iter().map(|d| {
            let text = Timestamp::from_nanos((d.date + by) * DAY).to_string();
            format!("{},10,11,9,10,1\n", &text[..10])
        });
        Folder::new(&format!("time,open,high,low,close,volume\n{}", rows.collect::<String>()))
    };
    assert!(file(0).read(&daily()).is_ok());
    assert_eq!(
        file(1).error(&daily()),
        "p.csv:3: column time: 2020-01-04 is no session of NYSE; all dates are one day late: they were taken in another time zone"
    );
    assert_eq!(
        file(-1).error(&daily()),
        "p.csv:2: column time: 2020-01-01 is no session of NYSE; all dates are one day early: they were taken in another time zone"
    );
}

#[test]
fn the_evening_opens_the_next_session() {
    let times = feed("SHFE.rb2010", (2020, 3, 13), |_| 0);
    let rb = of("SHFE.rb2010", "Asia/Shanghai", Stamp::Open);
    let day = file(&times, 8).read(&rb).expect("fine");
    assert_eq!(day.sessions.len(), 10, "no evenings in that spring");
    let day = |y, m, d| Timestamp::from_date(y, m, d).nanos() / DAY;
    let days = calendar_for("SHFE.rb2010").expect("a calendar").days(day(2020, 6, 1), day(2020, 6, 5));
    let times: Vec<i64> = days
        .iter()
        .flat_map(|d| d.parts.iter().flat_map(|(open, close)| (*open..*close).step_by((15 * MINUTE) as usize)))
        .collect();
    let quarter = ContractOverrides { bars: Some("15m".into()), ..rb };
    let loaded = file(&times, 8).read(&quarter).expect("fine");
    assert_eq!(loaded.sessions.len(), 5);
    assert_eq!(crate::iso(loaded.sessions[0].0), "2020-05-29T13:00:00Z");
    assert_eq!(crate::iso(loaded.sessions[0].1), "2020-06-01T07:00:00Z");
    assert_eq!(loaded.session_start.iter().filter(|s| *s).count(), 5);
}
