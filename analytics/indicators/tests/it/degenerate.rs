//! Small and nasty series, with values worked out by hand.

use indicators::{Bollinger, Macd, Rsi, Seeding, Sma, Vwap, VwapSpan};

use crate::table::{Bars, columns};

const UNDEFINED: f64 = f64::NAN;

fn assert_column(text: &str, got: &[f64], expected: &[f64]) {
    assert_eq!(got.len(), expected.len(), "{text}");
    for (row, (got, expected)) in got.iter().zip(expected).enumerate() {
        let equal = (got - expected).abs() <= 1e-12 * expected.abs().max(1.0);
        let undefined = got.is_nan() && expected.is_nan();
        assert!(equal || undefined, "{text}, row {row}: {got}, expected {expected}");
    }
}

fn check(text: &str, closes: &[f64], expected: &[f64]) {
    assert_column(text, &columns(text, &Bars::of_closes(closes))[0], expected);
}

#[test]
fn a_series_shorter_than_the_warm_up_is_undefined_throughout() {
    for text in [
        "sma(5)",
        "ema(5)",
        "wma(5)",
        "rsi(4)",
        "macd",
        "bollinger(5,2)",
        "atr(4)",
        "adx(4)",
        "stochastic(5,3,3)",
        "vwap(5)",
        "std(5)",
        "min(5)",
        "max(5)",
        "mfi(4)",
        "cci(5)",
        "williams_r(5)",
        "momentum(4)",
        "roc(4)",
        "linreg_slope(5)",
        "natr(4)",
    ] {
        for length in 0..=4 {
            let bars = Bars::of_closes(&[3.0, 1.0, 4.0, 1.0][..length]);
            for column in columns(text, &bars) {
                assert_eq!(column.len(), length, "{text}");
                assert!(column.iter().all(|value| value.is_nan()), "{text}");
            }
        }
    }
}

#[test]
fn small_windows() {
    let closes = [1.0, 2.0, 4.0, 3.0];
    let n = UNDEFINED;
    check("sma(1)", &closes, &closes);
    check("sma(2)", &closes, &[n, 1.5, 3.0, 3.5]);
    check("wma(2)", &closes, &[n, 5.0 / 3.0, 10.0 / 3.0, 10.0 / 3.0]);
    check("wma(3)", &closes, &[n, n, 17.0 / 6.0, 19.0 / 6.0]);
    check("ema(1)", &closes, &closes);
    check("ema(3)", &closes, &[n, n, 7.0 / 3.0, 8.0 / 3.0]);
    check("ema(3,first)", &closes, &[1.0, 1.5, 2.75, 2.875]);
    check("std(1)", &closes, &[0.0; 4]);
    check("std(2)", &closes, &[n, 0.5, 1.0, 0.5]);
    check("min(2)", &closes, &[n, 1.0, 2.0, 3.0]);
    check("max(2)", &closes, &[n, 2.0, 4.0, 4.0]);
    check("momentum(2)", &closes, &[n, n, 3.0, 1.0]);
    check("roc(1)", &closes, &[n, 100.0, 100.0, -25.0]);
    check("linreg_slope(2)", &closes, &[n, 1.0, 2.0, -1.0]);
    check("linreg_slope(3)", &closes, &[n, n, 1.5, 0.5]);
    // Changes +1, +2, -1; averages of two: G 1.5, L 0, then G 0.75, L 0.5.
    check("rsi(2)", &closes, &[n, n, 100.0, 60.0]);
    check("rsi(1)", &closes, &[n, 100.0, 100.0, 0.0]);
    // Ranges are 2 but for the jump from 2 to the high 5.
    check("true_range", &closes, &[n, 2.0, 3.0, 2.0]);
    check("atr(2)", &closes, &[n, n, 2.5, 2.25]);
    check("obv", &closes, &[10.0, 20.0, 30.0, 20.0]);
}

#[test]
fn a_flat_series_has_flat_answers() {
    for level in [1e-6, 0.1, 100.0, 1e9] {
        let bars = Bars::of_closes(&[level; 80]);
        let last = |text: &str| columns(text, &bars).iter().map(|c| c[79]).collect::<Vec<_>>();
        assert_eq!(last("std(20)"), [0.0]);
        assert_eq!(last("rsi(14)"), [0.0]);
        let [macd, signal, hist] = last("macd")[..] else { panic!() };
        let noise = 1e-15 * level;
        assert!(macd.abs() <= noise && signal.abs() <= noise && hist.abs() <= noise);
        assert_eq!(last("macd(12,26,9,first)"), [0.0, 0.0, 0.0]);
        let [upper, middle, lower] = last("bollinger(20,2)")[..] else { panic!() };
        assert_eq!([upper, lower], [level; 2]);
        assert_eq!(middle, level);
        assert_eq!(last("linreg_slope(14)"), [0.0]);
        let [adx, plus, minus] = last("adx(14)")[..] else { panic!() };
        assert_eq!([adx, plus, minus], [0.0; 3]);
    }
}

#[test]
fn no_range_gives_zero_as_in_ta_lib() {
    let mut bars = Bars::of_closes(&[5.0; 30]);
    bars.high = bars.close.clone();
    bars.low = bars.close.clone();
    for text in ["stochastic(5,3,3)", "williams_r(5)", "cci(5)", "adx(5)", "natr(5)", "mfi(5)"] {
        for column in columns(text, &bars) {
            assert_eq!(column[29], 0.0, "{text}");
        }
    }
}

#[test]
fn a_deviation_survives_a_high_level() {
    // Deviations 0, 1, 2, 3 have the variance 1.25 at any level.
    let exact = 1.25_f64.sqrt();
    for level in [1e6, 1e9, 1e12] {
        let closes: Vec<f64> = (0..40).map(|i| level + f64::from(i % 4)).collect();
        let std = &columns("std(4)", &Bars::of_closes(&closes))[0];
        assert_column("std(4)", &std[3..], &[exact; 37]);
    }
    let closes: Vec<f64> = (0..40).map(|i| 1e-6 + 1e-12 * f64::from(i % 4)).collect();
    let std = &columns("std(4)", &Bars::of_closes(&closes))[0];
    assert!(std[3..].iter().all(|x| (x / (exact * 1e-12) - 1.0).abs() < 1e-6), "{std:?}");
}

#[test]
fn an_outlier_leaves_with_its_window() {
    let mut closes = vec![1.0; 60];
    closes[20] = 1e16;
    let bars = Bars::of_closes(&closes);
    for text in ["sma(3)", "wma(3)", "bollinger(3,2)", "vwap(3)", "min(3)", "max(3)"] {
        for column in columns(text, &bars) {
            assert_eq!(column[19], 1.0, "{text}");
            assert!(column[23..].iter().all(|value| (value - 1.0).abs() < 1e-15), "{text}");
        }
    }
    assert!(columns("std(3)", &bars)[0][23..].iter().all(|value| *value == 0.0));
}

#[test]
fn a_window_is_undefined_as_long_as_it_holds_a_bad_value() {
    let n = UNDEFINED;
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let closes = [1.0, 2.0, 3.0, bad, 5.0, 6.0, 7.0, 8.0];
        check("sma(2)", &closes, &[n, 1.5, 2.5, n, n, 5.5, 6.5, 7.5]);
        check("min(2)", &closes, &[n, 1.0, 2.0, n, n, 5.0, 6.0, 7.0]);
        check("max(3)", &closes, &[n, n, 3.0, n, n, n, 7.0, 8.0]);
        check("std(2)", &closes, &[n, 0.5, 0.5, n, n, 0.5, 0.5, 0.5]);
        check("wma(2)", &closes, &[n, 5.0 / 3.0, 8.0 / 3.0, n, n, 17.0 / 3.0, 20.0 / 3.0, 23.0 / 3.0]);
        check("momentum(2)", &closes, &[n, n, 2.0, n, 2.0, n, 2.0, 2.0]);
        check("roc(2)", &closes, &[n, n, 200.0, n, 500.0 / 7.5, n, 40.0, 100.0 / 3.0]);
    }
}

#[test]
fn a_recursion_starts_anew_after_a_bad_value() {
    let n = UNDEFINED;
    for bad in [f64::NAN, f64::INFINITY] {
        let closes = [1.0, 2.0, 4.0, bad, 3.0, 5.0, 6.0];
        check("ema(2)", &closes, &[n, 1.5, 19.0 / 6.0, n, n, 4.0, 16.0 / 3.0]);
        check("ema(3,first)", &closes, &[1.0, 1.5, 2.75, n, 3.0, 4.0, 5.0]);
        check("rsi(1)", &closes, &[n, 100.0, 100.0, n, n, 100.0, 100.0]);
        check("atr(1)", &closes, &[n, 2.0, 3.0, n, n, 3.0, 2.0]);
        check("obv", &closes, &[10.0, 20.0, 30.0, n, 20.0, 30.0, 40.0]);
    }
}

#[test]
fn volume_may_be_zero() {
    let n = UNDEFINED;
    let mut bars = Bars::of_closes(&[1.0, 2.0, 3.0, 4.0, 5.0]);
    bars.volume = vec![0.0, 2.0, 2.0, 0.0, 0.0];
    assert_column("vwap", &columns("vwap", &bars)[0], &[n, 2.0, 2.5, 2.5, 2.5]);
    assert_column("vwap(2)", &columns("vwap(2)", &bars)[0], &[n, 2.0, 2.5, 3.0, n]);
    bars.session_start = vec![false, false, true, false, true];
    assert_column("vwap(session)", &columns("vwap(session)", &bars)[0], &[n, 2.0, 3.0, 3.0, n]);
    bars.volume[2] = f64::NAN;
    assert_column("vwap", &columns("vwap", &bars)[0], &[n, 2.0, n, 2.0, 2.0]);
    assert_column("obv", &columns("obv", &bars)[0], &[0.0, 2.0, n, 2.0, 2.0]);
    bars.volume.clear();
    assert!(columns("vwap", &bars)[0].iter().all(|value| value.is_nan()));
}

#[test]
fn prices_may_be_negative_or_zero() {
    let n = UNDEFINED;
    // The first bar counts as a rise whatever its sign.
    check("obv", &[-5.0, -4.0, -6.0], &[10.0, 20.0, 10.0]);
    check("obv", &[0.0, 1.0, 0.0], &[10.0, 20.0, 10.0]);
    check("roc(1)", &[0.0, 1.0, -1.0], &[n, 0.0, -200.0]);
    check("rsi(1)", &[-5.0, -4.0, -6.0], &[n, 100.0, 0.0]);
}

#[test]
fn constructors_check_their_ranges() {
    assert!(Sma::new(0).is_err());
    assert!(Sma::new(100_001).is_err());
    assert!(Sma::new(100_000).is_ok());
    assert!(Rsi::new(0).is_err());
    for width in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e4] {
        assert!(Bollinger::new(20, width).is_err());
    }
    assert!(Vwap::new(VwapSpan::Rolling(0)).is_err());
    let error = Macd::new(26, 12, 9, Seeding::Sma).unwrap_err();
    assert_eq!((error.indicator(), error.argument()), ("macd", "fast"));
}

#[test]
fn a_flat_tail_keeps_the_ratios() {
    // Both averages fade alike, so their ratio stays, far below any fixed threshold.
    let mut bars = Bars::of_closes(&[3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0, 3.0, 5.0]);
    bars.high.clone_from(&bars.close);
    bars.low.clone_from(&bars.close);
    let begin = bars.close.len() - 1;
    for column in [&mut bars.close, &mut bars.high, &mut bars.low] {
        column.resize(2_000, 5.0);
    }
    bars.volume.resize(2_000, 10.0);
    for text in ["rsi(3)", "adx(3)"] {
        for column in columns(text, &bars) {
            assert!(column[begin..].iter().all(|value| (0.0..=100.0).contains(value)), "{text}");
        }
    }
    let rsi = &columns("rsi(3)", &bars)[0];
    assert!(rsi[begin..begin + 1_000].iter().all(|value| (value - rsi[begin]).abs() < 1e-9));
    for text in ["cci(7)", "std(7)", "linreg_slope(7)", "momentum(7)"] {
        assert_eq!(columns(text, &bars)[0][1_999], 0.0, "{text}");
    }
}
