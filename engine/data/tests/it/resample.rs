//! Longer bars from shorter ones, aware of sessions.

use engine_core::time::{DAY, MINUTE, Timestamp};
use engine_data::calendars::calendar_for;
use engine_data::resample::{Resampled, resample};
use engine_data::write_prices::{PriceColumns, write_prices};
use engine_data::{BarLength, ContractOverrides, Stamp, read_bars};

use crate::{Folder, bars, daily, iso};

/// Bars of `step` minutes of all parts of some days; the price counts the bars.
fn feed(symbol: &str, from: (i32, u32, u32), days: i64, step: i64) -> Folder {
    let first = Timestamp::from_date(from.0, from.1, from.2).nanos() / DAY;
    let parts = calendar_for(symbol).expect("a calendar").days(first, first + days).into_iter().flat_map(|d| d.parts);
    let opens = parts.flat_map(|(open, close)| (open..close).step_by((step * MINUTE) as usize));
    let rows = opens.enumerate().map(|(i, t)| {
        let p = 100 + i;
        format!("{},{p},{},{},{p}.5,10,{p}\n", Timestamp::from_nanos(t), p + 1, p - 1)
    });
    Folder::new(&format!("time,open,high,low,close,volume,turnover\n{}", rows.collect::<String>()))
}

fn joined(symbol: &str, zone: &str, from: (i32, u32, u32), days: i64, step: &str, to: &str) -> Resampled {
    let contract =
        ContractOverrides { symbol: Some(symbol.into()), timezone: Some(zone.into()), ..bars(step, Stamp::Open) };
    let minutes = step.trim_end_matches('m').parse().expect("minutes");
    let loaded = feed(symbol, from, days, minutes).read(&contract).expect("fine");
    resample(&loaded, to.parse::<BarLength>().expect("a length")).expect("longer")
}

fn spans(new: &Resampled) -> Vec<String> {
    let c = new.bars.columns();
    c.open_times().zip(&c.close_time).map(|(o, c)| format!("{}-{}", &iso(o)[5..16], &iso(*c)[11..16])).collect()
}

#[test]
fn no_bar_spans_lunch() {
    let new = joined("HK.00700", "Asia/Hong_Kong", (2024, 12, 23), 1, "15m", "1h");
    assert_eq!(
        spans(&new),
        [
            "12-23T01:30-02:30",
            "12-23T02:30-03:30",
            "12-23T03:30-04:00",
            "12-23T05:00-06:00",
            "12-23T06:00-07:00",
            "12-23T07:00-08:00",
            "12-24T01:30-02:30",
            "12-24T02:30-03:30",
            "12-24T03:30-04:00",
        ]
    );
    let c = new.bars.columns();
    assert_eq!((c.open[0], c.high[0], c.low[0], c.close[0], c.volume[0]), (100.0, 104.0, 99.0, 103.5, 40.0));
    assert_eq!((c.volume[2], new.turnover[0], new.turnover[2]), (20.0, 406.0, 217.0));
    assert_eq!(new.turnover.iter().sum::<f64>(), (0..32).map(|i| f64::from(100 + i)).sum::<f64>());
    assert_eq!((new.left_out, new.contract.bars.to_string().as_str(), new.contract.stamp), (0, "1h", Stamp::Close));
    assert_eq!(new.contract.source, "test; bars of 15m joined to 1h");
}

#[test]
fn the_evening_opens_the_day() {
    let new = joined("SHFE.rb2410", "Asia/Shanghai", (2024, 4, 15), 1, "15m", "1d");
    assert_eq!(spans(&new), ["04-12T13:00-07:00", "04-15T13:00-07:00"]);
    assert_eq!(new.bars.columns().volume, [230.0, 230.0]);
    assert_eq!(new.left_out, 0);
}

#[test]
fn what_was_joined_reads_again() {
    for (symbol, zone, to) in
        [("HK.00700", "Asia/Hong_Kong", "1h"), ("US.X", "America/New_York", "1h"), ("US.X", "America/New_York", "1d")]
    {
        let new = joined(symbol, zone, (2024, 7, 1), 5, "15m", to);
        let folder = Folder::new("");
        for name in ["q.csv", "q.parquet"] {
            let prices = PriceColumns { bars: &new.bars, turnover: &new.turnover, adj_close: &[] };
            write_prices(&folder.path(name), &new.contract, &prices).expect("written");
            std::fs::write(folder.path(&format!("{name}.toml")), new.contract.to_toml()).expect("written");
            let again = read_bars(&folder.path(name), &ContractOverrides::default()).expect("reads");
            let (a, b) = (again.bars.columns(), new.bars.columns());
            assert_eq!((&a.open, &a.close, &a.volume), (&b.open, &b.close, &b.volume), "{symbol} {to}");
            // A daily bar carries its date only; a half day then ends at the usual hour.
            if to != "1d" {
                assert_eq!((&a.open_time, &a.close_time), (&b.open_time, &b.close_time), "{symbol} {to}");
            }
        }
    }
}

#[test]
fn bars_outside_sessions_are_left_out() {
    let rows = ["2024-07-01 09:00", "2024-07-01 09:30", "2024-07-01 16:30", "2024-07-04 10:00"];
    let rows: String = rows.iter().map(|t| format!("{t},10,11,9,10,1\n")).collect();
    let folder = Folder::new(&format!("time,open,high,low,close,volume\n{rows}"));
    let new = resample(&folder.read(&bars("30m", Stamp::Open)).expect("fine"), BarLength::Day).expect("longer");
    assert_eq!((new.bars.len(), new.left_out), (1, 3));
}

#[test]
fn without_a_calendar_days_are_local() {
    let rows: String =
        (0..48).map(|i| format!("{},10,11,9,10,1\n", 1_704_067_200_000_000_000 + i * 3_600_000_000_000_i64)).collect();
    let folder = Folder::new(&format!("time,open,high,low,close,volume\n{rows}"));
    let coin =
        ContractOverrides { symbol: Some("BTCUSDT".into()), timezone: Some("UTC".into()), ..bars("1h", Stamp::Open) };
    let loaded = folder.read(&coin).expect("fine");
    let four = resample(&loaded, "4h".parse().expect("a length")).expect("longer");
    assert_eq!((four.bars.len(), four.bars.columns().volume[0]), (12, 4.0));
    let day = resample(&loaded, BarLength::Day).expect("longer");
    assert_eq!(spans(&day), ["01-01T00:00-00:00", "01-02T00:00-00:00"]);
}

#[test]
fn lengths_that_do_not_fit_are_refused() {
    let loaded = feed("US.X", (2024, 7, 1), 1, 15).read(&bars("15m", Stamp::Open)).expect("fine");
    for (to, expected) in [
        ("5m", "cannot make bars of 5m from bars of 15m; expected a multiple of 15m, or 1d"),
        ("15m", "cannot make bars of 15m from bars of 15m; expected a multiple of 15m, or 1d"),
        ("20m", "cannot make bars of 20m from bars of 15m; expected a multiple of 15m, or 1d"),
        ("1w", "cannot make bars of 1w from bars of 15m; expected a multiple of 15m, or 1d"),
    ] {
        assert_eq!(resample(&loaded, to.parse().expect("a length")).expect_err("refused"), expected);
    }
    let days = Folder::new("time,open,high,low,close\n2020-01-02,1,1,1,1\n").read(&daily()).expect("fine");
    assert_eq!(
        resample(&days, BarLength::Week).expect_err("refused"),
        "the bars are 1d long; only bars shorter than a day can be joined"
    );
}
