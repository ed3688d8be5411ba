//! Where a bar lies in time: stamps, zones, summer time, market hours, sessions.

use engine_data::{ContractOverrides, Stamp};

use crate::{Folder, bars, daily, iso};

/// A file with those times, all else equal.
fn file(times: &[&str]) -> Folder {
    let rows: String = times.iter().map(|t| format!("{t},10,11,9,10,1\n")).collect();
    Folder::new(&format!("time,open,high,low,close,volume\n{rows}"))
}

/// Opening and closing time of each bar.
fn spans(times: &[&str], inline: &ContractOverrides) -> Vec<(String, String)> {
    let loaded = file(times).read(inline).expect("fine");
    let c = loaded.bars.columns();
    c.open_times().zip(&c.close_time).map(|(o, c)| (iso(o), iso(*c))).collect()
}

fn span(time: &str, inline: &ContractOverrides) -> (String, String) {
    spans(&[time], inline).remove(0)
}

fn pair(open: &str, close: &str) -> (String, String) {
    (open.to_owned(), close.to_owned())
}

fn of(symbol: &str, zone: &str) -> ContractOverrides {
    ContractOverrides { symbol: Some(symbol.into()), timezone: Some(zone.into()), ..daily() }
}

#[test]
fn a_date_is_the_market_s_trading_day() {
    let winter = pair("2020-01-02T14:30:00Z", "2020-01-02T21:00:00Z");
    assert_eq!(span("2020-01-02", &daily()), winter);
    assert_eq!(span("2020-07-02", &daily()), pair("2020-07-02T13:30:00Z", "2020-07-02T20:00:00Z"));
    // Midnight is how many sources write a date; the stamp does not matter.
    assert_eq!(span("2020-01-02 00:00:00", &bars("1d", Stamp::Open)), winter);
    let hk = of("HK.00700", "Asia/Hong_Kong");
    assert_eq!(span("2020-01-02", &hk), pair("2020-01-02T01:30:00Z", "2020-01-02T08:00:00Z"));
    let sz = of("SZ.000001", "Asia/Shanghai");
    assert_eq!(span("2020-01-02", &sz), pair("2020-01-02T01:30:00Z", "2020-01-02T07:00:00Z"));
    let coin = of("BTCUSD", "UTC");
    assert_eq!(spans(&["2020-01-02", "2020-01-03"], &coin)[1], pair("2020-01-03T00:00:00Z", "2020-01-04T00:00:00Z"));
    assert_eq!(span("1577923200000000000", &coin), pair("2020-01-02T00:00:00Z", "2020-01-03T00:00:00Z"));
    // A 24-hour day that is 23 hours long.
    let berlin = of("X", "Europe/Berlin");
    assert_eq!(span("2020-03-29", &berlin), pair("2020-03-28T23:00:00Z", "2020-03-29T22:00:00Z"));
}

#[test]
fn a_daily_bar_may_carry_a_time() {
    assert_eq!(span("2020-01-02 13:00", &daily()), pair("2020-01-02T14:30:00Z", "2020-01-02T18:00:00Z"), "a half day");
    assert_eq!(
        span("2020-01-02T09:31:00-05:00", &bars("1d", Stamp::Open)),
        pair("2020-01-02T14:31:00Z", "2020-01-02T21:00:00Z")
    );
    assert_eq!(
        file(&["2020-01-02 09:00"]).error(&daily()),
        "p.csv:2: column time: `2020-01-02 09:00` is outside the market's hours on that date"
    );
}

#[test]
fn weekly_bars_span_the_trading_week() {
    let week = pair("2020-01-06T14:30:00Z", "2020-01-10T21:00:00Z");
    assert_eq!(span("2020-01-10", &bars("1w", Stamp::Close)), week);
    assert_eq!(span("2020-01-06", &bars("1w", Stamp::Open)), week);
}

#[test]
fn both_stamps_of_intraday_bars() {
    let five = pair("2020-01-02T14:30:00Z", "2020-01-02T14:35:00Z");
    assert_eq!(span("2020-01-02 09:35", &bars("5m", Stamp::Close)), five);
    assert_eq!(span("2020-01-02 09:30:00", &bars("5m", Stamp::Open)), five);
    assert_eq!(span("2020-01-02T14:30:00Z", &bars("5m", Stamp::Open)), five);
    assert_eq!(span("1577975700000000000", &bars("5m", Stamp::Close)), five);
    assert_eq!(
        file(&["2020-01-02"]).error(&bars("5m", Stamp::Close)),
        "p.csv:2: column time: `2020-01-02` has no time of day, which bars of 5m need"
    );
}

#[test]
fn summer_time_starts() {
    // New York, 2020-03-08: 02:00 to 03:00 does not exist.
    let hour = bars("1h", Stamp::Open);
    assert_eq!(
        spans(&["2020-03-08 01:00", "2020-03-08 03:00"], &hour),
        [pair("2020-03-08T06:00:00Z", "2020-03-08T07:00:00Z"), pair("2020-03-08T07:00:00Z", "2020-03-08T08:00:00Z")]
    );
    assert_eq!(
        file(&["2020-03-08 01:00", "2020-03-08 02:30"]).error(&hour),
        "p.csv:3: column time: 2020-03-08 02:30 does not exist: clocks were set forward over it"
    );
}

#[test]
fn summer_time_ends() {
    // New York, 2020-11-01: 01:00 to 02:00 happens twice.
    let half = bars("30m", Stamp::Open);
    let times = [
        "2020-11-01 00:30",
        "2020-11-01 01:00",
        "2020-11-01 01:30",
        "2020-11-01 01:00",
        "2020-11-01 01:30",
        "2020-11-01 02:00",
    ];
    let loaded = file(&times).read(&half).expect("fine");
    let opens: Vec<_> = loaded.bars.columns().open_times().map(|t| iso(t)[11..16].to_owned()).collect();
    assert_eq!(opens, ["04:30", "05:00", "05:30", "06:00", "06:30", "07:00"]);
    assert_eq!(loaded.sessions.len(), 1);
    assert_eq!(loaded.warnings.len(), 1);
    assert!(
        loaded.warnings[0].ends_with(
            "p.csv:3: 4 times were shown twice by the clocks of America/New_York (summer time ended); took the first, or the second where the rows were past the first"
        ),
        "{}",
        loaded.warnings[0]
    );
    // A third time is a repetition.
    let times = ["2020-11-01 01:00", "2020-11-01 01:00", "2020-11-01 01:00"];
    assert_eq!(
        file(&times).error(&half),
        "p.csv:4: column time: 2020-11-01 01:00 repeats the row above, 2020-11-01 01:00; expected rising times"
    );
}

#[test]
fn the_last_bar_of_a_session_may_be_short() {
    // Hong Kong, hourly by close: the morning ends with half an hour.
    let hk = ContractOverrides { bars: Some("60m".into()), ..of("HK.00700", "Asia/Hong_Kong") };
    let times = ["10:30", "11:30", "12:00", "14:00", "15:00", "16:00"].map(|t| format!("2020-01-02 {t}"));
    let times: Vec<&str> = times.iter().map(String::as_str).collect();
    let loaded = file(&times).read(&hk).expect("fine");
    assert_eq!(iso(loaded.bars.columns().open_time(2)), "2020-01-02T03:30:00Z");
    assert_eq!(iso(loaded.bars.columns().open_time(3)), "2020-01-02T05:00:00Z");
    assert!(loaded.warnings[0].ends_with("1 bars are shorter than 1h; they start where the bar before ends"));
    let minute = ["2020-01-02 10:00", "2020-01-02 10:01", "2020-01-02 10:02", "2020-01-02 10:03"];
    assert_eq!(
        file(&minute).error(&bars("5m", Stamp::Close)),
        "p.csv:3: column time: the rows are closer than the bar length 5m of the data contract"
    );
    assert_eq!(
        file(&minute).error(&bars("5m", Stamp::Open)),
        "p.csv:3: column time: 2020-01-02 10:01 starts before the bar of the row above ends; expected a distance of 5m (and 2 more bad rows)"
    );
}

#[test]
fn sessions_follow_the_local_date() {
    let times = ["2020-01-02 15:55", "2020-01-02 16:00", "2020-01-03 09:35", "2020-01-03 09:40", "2020-01-06 09:35"];
    let loaded = file(&times).read(&bars("5m", Stamp::Close)).expect("fine");
    assert_eq!(loaded.session_start.iter().collect::<Vec<_>>(), [true, false, true, false, true]);
    let sessions: Vec<_> = loaded.sessions.iter().map(|(o, c)| (iso(*o), iso(*c))).collect();
    assert_eq!(
        sessions,
        [
            pair("2020-01-02T20:50:00Z", "2020-01-02T21:00:00Z"),
            pair("2020-01-03T14:30:00Z", "2020-01-03T14:40:00Z"),
            pair("2020-01-06T14:30:00Z", "2020-01-06T14:35:00Z"),
        ]
    );
    // Midnight UTC falls inside this session and does not split it.
    let nz = ContractOverrides { bars: Some("1h".into()), ..of("X", "Pacific/Auckland") };
    let loaded = file(&["2020-01-02 12:00", "2020-01-02 13:00", "2020-01-02 14:00"]).read(&nz).expect("fine");
    assert_eq!(loaded.sessions.len(), 1);
}
