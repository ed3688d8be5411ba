//! Half days, lunch breaks and their changes, holidays, weather, evenings.

use engine_core::time::{DAY, Timestamp};
use engine_data::calendars::{Closed, ExchangeCalendar, TradingDay, calendar_for};

fn date(text: &str) -> i64 {
    let n: Vec<i32> = text.split('-').map(|t| t.parse().expect("a number")).collect();
    Timestamp::from_date(n[0], n[1] as u32, n[2] as u32).nanos() / DAY
}

fn of(name: &str) -> ExchangeCalendar {
    calendar_for(name).expect("a calendar")
}

fn day(name: &str, on: &str) -> TradingDay {
    of(name).day(date(on)).expect(on)
}

/// Hours of a date in UTC, as `01:30-04:00 05:00-08:00`; a part that begins on
/// another UTC date names it.
fn hours(name: &str, on: &str) -> String {
    let parts = day(name, on).parts.into_iter().map(|(open, close)| {
        let text = |t: i64| Timestamp::from_nanos(t).to_string();
        let (open, close) = (text(open), text(close));
        let from = if &open[..10] == on { open[11..16].to_owned() } else { open[5..16].replace('T', " ") };
        format!("{from}-{}", &close[11..16])
    });
    parts.collect::<Vec<_>>().join(" ")
}

#[test]
fn lunch_in_hong_kong_changed_twice() {
    for (on, expected) in [
        ("2011-03-04", "02:00-04:30 06:30-08:00"),
        ("2011-03-07", "01:30-04:00 05:30-08:00"),
        ("2012-03-02", "01:30-04:00 05:30-08:00"),
        ("2012-03-05", "01:30-04:00 05:00-08:00"),
        ("2024-09-23", "01:30-04:00 05:00-08:00"),
    ] {
        assert_eq!(hours("HK.00700", on), expected, "{on}");
    }
}

#[test]
fn half_days() {
    for (name, on, expected) in [
        ("HKEX", "2024-12-24", "01:30-04:00"),
        ("HKEX", "2010-12-24", "02:00-04:30"),
        ("HKEX", "2025-01-28", "01:30-04:00"),
        ("NYSE", "2024-11-29", "14:30-18:00"),
        ("NYSE", "2024-07-03", "13:30-17:00"),
        ("US.AAPL", "2024-12-24", "14:30-18:00"),
    ] {
        assert_eq!(hours(name, on), expected, "{name} {on}");
        assert!(day(name, on).early_close);
    }
    assert!(!day("NYSE", "2024-07-05").early_close);
    // The mainland has none.
    assert!(of("SSE").days(date("2000-01-04"), date("2026-12-31")).iter().all(|d| !d.early_close));
}

#[test]
fn summer_time_moves_new_york() {
    assert_eq!(hours("NYSE", "2024-03-08"), "14:30-21:00");
    assert_eq!(hours("NYSE", "2024-03-11"), "13:30-20:00");
    assert_eq!(hours("NYSE", "2024-11-01"), "13:30-20:00");
    assert_eq!(hours("NYSE", "2024-11-04"), "14:30-21:00");
}

#[test]
fn closures_have_a_reason() {
    for (name, on, expected) in [
        ("NYSE", "2001-09-11", Some(Closed::Holiday("September 11 attacks"))),
        ("NYSE", "2012-10-29", Some(Closed::Holiday("Hurricane Sandy"))),
        ("NYSE", "2025-01-09", Some(Closed::Holiday("Mourning, President Carter"))),
        ("NYSE", "2022-06-20", Some(Closed::Holiday("Juneteenth National Independence Day"))),
        ("NYSE", "2021-06-18", None),
        ("HKEX", "2023-09-01", Some(Closed::Holiday("Weather closure (typhoon Saola)"))),
        ("HKEX", "2023-09-08", Some(Closed::Holiday("Weather closure (black rainstorm)"))),
        ("HKEX", "2024-11-14", None), // a typhoon after the rule changed
        ("HKEX", "2024-12-25", Some(Closed::Holiday("Christmas"))),
        ("SSE", "2024-10-01", Some(Closed::Holiday("Public holiday"))),
        ("SSE", "2024-09-29", Some(Closed::Weekend)), // a working Sunday, no session
        ("SSE", "2024-09-30", None),
        ("SSE", "2027-01-04", Some(Closed::NotCovered)),
        ("HKEX", "1999-12-31", Some(Closed::NotCovered)),
    ] {
        assert_eq!(of(name).closed(date(on)), expected, "{name} {on}");
    }
}

#[test]
fn the_evening_belongs_to_the_next_trading_day() {
    let au = "SHFE.au2406";
    // Tuesday, Monday with Friday's evening, and after a holiday without one.
    assert_eq!(hours(au, "2024-04-09"), "04-08 13:00-18:30 01:00-02:15 02:30-03:30 05:30-07:00");
    assert_eq!(hours(au, "2024-04-15"), "04-12 13:00-18:30 01:00-02:15 02:30-03:30 05:30-07:00");
    assert_eq!(hours(au, "2024-05-06"), "01:00-02:15 02:30-03:30 05:30-07:00");
    assert_eq!(hours("SHFE.cu2406", "2024-04-09"), "04-08 13:00-17:00 01:00-02:15 02:30-03:30 05:30-07:00");
    assert_eq!(hours("SHFE.rb2410", "2024-04-09"), "04-08 13:00-15:00 01:00-02:15 02:30-03:30 05:30-07:00");
    assert_eq!(hours("SHFE.rb1610", "2016-04-29"), "04-28 13:00-17:00 01:00-02:15 02:30-03:30 05:30-07:00");
    // None before they began, none in the spring of 2020, none for wire rod.
    for (name, on) in [(au, "2013-07-05"), (au, "2020-02-04"), (au, "2020-05-06"), ("SHFE.wr2405", "2024-04-09")] {
        assert_eq!(hours(name, on), "01:00-02:15 02:30-03:30 05:30-07:00", "{name} {on}");
    }
    assert_eq!(hours(au, "2013-07-08"), "07-05 13:00-18:30 01:00-02:15 02:30-03:30 05:30-07:00");
    assert_eq!(hours(au, "2020-05-07"), "05-06 13:00-18:30 01:00-02:15 02:30-03:30 05:30-07:00");
    assert!(of(au).has_nights() && !of("CFFEX.IF2406").has_nights() && !of("SHFE").has_nights());
}

#[test]
fn index_futures_followed_the_stocks_in_2016() {
    assert_eq!(hours("CFFEX.IF1601", "2015-12-31"), "01:15-03:30 05:00-07:15");
    assert_eq!(hours("CFFEX.IF1601", "2016-01-04"), "01:30-03:30 05:00-07:00");
    assert_eq!(hours("CFFEX.T2403", "2024-01-04"), "01:30-03:30 05:00-07:15");
    assert_eq!(hours("SZ.000001", "2016-01-04"), "01:30-03:30 05:00-07:00");
}

#[test]
fn names_that_have_no_calendar() {
    for name in ["BTCUSDT", "HK.HSImain", "US.ESmain", "LSE", "US", "HK", "SH.", "", "X.Y", "DCE.m2405"] {
        assert!(calendar_for(name).is_none(), "{name}");
    }
    for (name, exchange) in [("US.BRK-B", "NYSE"), ("HK.800000", "HKEX"), ("SH.600000", "SSE"), ("INE.sc2406", "INE")] {
        assert_eq!(of(name).name(), exchange);
    }
}

#[test]
fn both_views_for_core() {
    let at = |text: &str| text.to_owned();
    let (from, to) = (date("2024-04-08"), date("2024-04-09"));
    let au = of("SHFE.au2406");
    let whole = au.calendar(from, to);
    let day = &whole.sessions()[1];
    assert_eq!((day.open.to_string(), day.close.to_string()), (at("2024-04-08T13:00:00Z"), at("2024-04-09T07:00:00Z")));
    let pause = day.pause.expect("a pause");
    assert_eq!((pause.0.to_string(), pause.1.to_string()), (at("2024-04-08T18:30:00Z"), at("2024-04-09T01:00:00Z")));
    let parts = au.parts(from, to);
    let tea = Timestamp::from_date(2024, 4, 9) + 140 * 60_000_000_000;
    assert!(whole.is_open(tea) && !parts.is_open(tea));
    // Every exchange, over its whole table, makes a calendar in order.
    for name in ["HKEX", "NYSE", "SSE", "CFFEX.IF", "CFFEX.T", "SHFE.au", "SHFE.cu", "SHFE.rb", "INE.sc", "INE.nr"] {
        let calendar = of(name);
        let (from, to) = calendar.covers();
        let days = calendar.days(from, to).len();
        assert_eq!(calendar.calendar(from, to).sessions().len(), days);
        assert!(calendar.parts(from, to).sessions().len() >= days);
    }
    let counts: Vec<usize> = ["HKEX", "NYSE", "SSE"].iter().map(|n| of(n).days(0, 30_000).len()).collect();
    assert_eq!(counts, [6902, 7041, 6543]);
}
