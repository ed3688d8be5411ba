//! The page: self-contained, bounded, safe.

use std::path::Path;

use engine_core::bars::{BarColumns, Bars, OpenTimes};
use engine_core::exchange::MarketFill;
use engine_core::feed::{Feed, Series};
use engine_core::fixed::Money;
use engine_core::instrument::InstrumentId;
use engine_core::kernel::run;
use engine_core::record::{PlotPoint, RunResult, Trade};
use engine_core::time::{MINUTE, Timestamp};
use engine_report::{Benchmark, ReportInput, html, summary};

use crate::figures::{input, trade, week};
use crate::synthetic::{Swings, daily_series, options, series, three_runs, with_market};

/// Keeps the page for a look at it, beside the build.
fn keep(name: &str, page: &str) {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(path, page).expect("written");
}

fn holding(series: &Series, times: &[i64]) -> Vec<f64> {
    let columns = series.bars.columns();
    let close = |t: &i64| {
        let row = columns.close_time.partition_point(|c| c <= t);
        columns.close[row.saturating_sub(1)]
    };
    times.iter().map(|t| 100_000.0 * close(t) / columns.open[0]).collect()
}

fn assert_self_contained(page: &str) {
    for text in ["http://", "https://", "src=", "@import", "url("] {
        assert!(!page.contains(text), "{text} occurs");
    }
}

#[test]
fn a_daily_run_has_every_section() {
    let series = [daily_series("US.AAPL", 2500, 8)];
    let [run, worse, better] = three_runs(&series, 4);
    assert!(worse.final_equity < run.final_equity && run.final_equity < better.final_equity);
    let equity = holding(&series[0], &run.times);
    let report = ReportInput {
        name: "swings on AAPL",
        digest: &"0123456789abcdef".repeat(4),
        series: &series,
        benchmark: Some(Benchmark { symbol: "US.AAPL", equity: &equity }),
        pessimistic: Some(&worse),
        optimistic: Some(&better),
        assumptions: vec!["Market orders fill at the open of the next bar that traded.".into()],
        warnings: vec!["AAPL.csv has no data contract: stamped at the close is assumed.".into()],
        provenance: vec![("Config".into(), "configs/swings.toml".into())],
        ..input(&run)
    };
    let page = html(&report, &summary(&report));
    keep("report-daily.html", &page);
    assert_self_contained(&page);
    assert!(page.len() < 1_500_000, "{} bytes", page.len());
    for id in [
        "performance",
        "price",
        "months",
        "trades",
        "certainty",
        "orders",
        "costs",
        "assumptions",
        "warnings",
        "provenance",
        "equity-chart",
        "drawdown-chart",
        "price-chart",
        "plot-charts",
        "logs",
    ] {
        assert!(page.contains(&format!("id=\"{id}\"")), "{id} is missing");
    }
    assert!(page.contains("never summed into a bound"));
    assert!(page.contains(&"0123456789abcdef".repeat(4)));
}

#[test]
fn several_instruments_and_look_ahead() {
    let series = [daily_series("US.MSFT", 600, 5), daily_series("US.AAPL", 700, 8), daily_series("HK.00700", 500, 9)];
    let feed = Feed::new(series.to_vec()).expect("a feed");
    let options = with_market(options(Default::default()), MarketFill::SameClose);
    let run = run(&feed.into(), &mut Swings::new(3), &options).expect("a run");
    assert!(run.same_close);
    let report = ReportInput { name: "three names", series: &series, ..input(&run) };
    let page = html(&report, &summary(&report));
    keep("report-three.html", &page);
    let banner = page.find("LOOK-AHEAD ON PURPOSE").expect("a banner");
    assert!(banner < page.find("<h1").expect("a heading"));
    assert!(page.contains(r#""symbol":"HK.00700""#) && page.contains(r#""symbol":"US.MSFT""#));
}

#[test]
fn intraday_bars() {
    let day = |d: i64| Timestamp::from_date(2024, 1, 8).nanos() + (d / 5 * 7 + d % 5) * 24 * 60 * MINUTE;
    let closes = (0..60).flat_map(|d| (1..=78).map(move |i| day(d) + (14 * 60 + 30 + 5 * i) * MINUTE)).collect();
    let series = [series("US.NVDA", closes, 5 * MINUTE, 11)];
    let [run, ..] = three_runs(&series, 7);
    let report = ReportInput { name: "five minutes", series: &series, ..input(&run) };
    let page = html(&report, &summary(&report));
    keep("report-intraday.html", &page);
    assert!(page.contains(r#""intraday":true"#));
}

#[test]
fn a_million_bars_stay_small() {
    const BARS: usize = 1_000_000;
    let close_time: Vec<i64> = (1..=BARS as i64).map(|i| i * MINUTE).collect();
    let price: Vec<f64> = (0..BARS).map(|i| 100.0 + (i as f64 / 9000.0).sin() * 30.0 + (i % 7) as f64).collect();
    let bars = Bars::new(BarColumns {
        open_time: OpenTimes::Before(MINUTE),
        open: price.clone(),
        high: price.clone(),
        low: price.clone(),
        close: price.clone(),
        close_time: close_time.clone(),
        volume: Vec::new(),
    })
    .expect("valid bars");
    let instrument = week().instruments.remove(0);
    let series = [Series::daily(instrument, bars)];
    let trades = (0..100_000).map(|i| Trade {
        exit_time: Timestamp::from_nanos(close_time[i * 10]),
        pnl: Money::from_whole((i as i64 * 7919) % 1000 - 480),
        ..trade("0", i % 3 > 0)
    });
    let plots =
        close_time.iter().zip(&price).map(|(t, v)| PlotPoint { line: 0, time: Timestamp::from_nanos(*t), value: *v });
    let run = RunResult {
        bars: BARS as u64,
        initial_cash: Money::from_whole(100),
        final_equity: Money::from_whole(120),
        trades: trades.collect(),
        plots: plots.collect(),
        plot_names: vec!["price".into()],
        times: close_time.into(),
        equity: price.clone(),
        ..week()
    };
    let report =
        ReportInput { series: &series, benchmark: Some(Benchmark { symbol: "US.X", equity: &price }), ..input(&run) };
    let page = html(&report, &summary(&report));
    keep("report-million.html", &page);
    assert!(page.len() < 6_000_000, "{} bytes", page.len());
    assert_self_contained(&page);
    assert!(page.contains("50,000 trades with the greatest profit or loss of 100,000"));
}

#[test]
fn hostile_text_stays_text() {
    const EVIL: &str = "</script><img/src=x/onerror=alert(1)><!--\"'&";
    let series = [daily_series("US.<script>alert(1)</script>", 300, 8)];
    let feed = Feed::new(series.to_vec()).expect("a feed");
    let mut strategy = Swings { log: EVIL, ..Swings::new(4) };
    let mut run = run(&feed.into(), &mut strategy, &options(Default::default())).expect("a run");
    run.plot_names = vec![EVIL.into(); 2];
    assert_eq!(run.trades[0].instrument, InstrumentId(0));
    let report = ReportInput {
        name: EVIL,
        digest: EVIL,
        series: &series,
        benchmark: Some(Benchmark { symbol: EVIL, equity: &run.equity }),
        assumptions: vec![EVIL.into()],
        warnings: vec![EVIL.into()],
        provenance: vec![(EVIL.into(), EVIL.into())],
        ..input(&run)
    };
    let page = html(&report, &summary(&report));
    keep("report-hostile.html", &page);
    assert!(!page.contains("<img"));
    assert!(!page.contains("<script>alert"));
    // Only our own two script elements open and close.
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</script").count(), 2);
    assert_eq!(page.matches("<!--").count(), 0);
}
