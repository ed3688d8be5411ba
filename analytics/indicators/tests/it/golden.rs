//! Every covered column of the reference tables, by batch and bar by bar.
//!
//! The tables (TA-Lib 0.8.2, pandas, Python's exact `statistics`) lie in `tests/golden`. A value
//! may be off by 1e-9 of the reference, or of 1; a warm-up cell must be undefined.

use indicators::{catalogue, parse};

use crate::table::{Bars, Table, batch, stream};

const OHLCV: &str = include_str!("../golden/ohlcv.csv");
const MA: &str = include_str!("../golden/indicators_ma.csv");
const RSI: &str = include_str!("../golden/indicators_rsi.csv");
const MACD: &str = include_str!("../golden/indicators_macd.csv");
const BBANDS: &str = include_str!("../golden/indicators_bbands.csv");
const ATR_ADX: &str = include_str!("../golden/indicators_atr_adx.csv");
const VOLUME: &str = include_str!("../golden/indicators_volume.csv");
const OTHER: &str = include_str!("../golden/indicators_other.csv");
const SESSIONS: &str = include_str!("../golden/vwap_session.csv");

const TOLERANCE: f64 = 1e-9;

/// A table, and the definitions with the columns of it that they must give.
type Case = (&'static str, &'static [(&'static str, &'static [&'static str])]);

fn check(text: &str, bars: &Bars, reference: &Table, names: &[&str]) {
    let mut indicator = parse(text).unwrap();
    let by_batch = batch(indicator.as_ref(), bars.series());
    let by_bar = stream(indicator.as_mut(), bars.series());
    assert_eq!(by_batch.len(), names.len(), "{text}");
    let mut first_defined = usize::MAX;
    for (way, columns) in [("batch", by_batch), ("bar by bar", by_bar)] {
        for (name, values) in names.iter().zip(&columns) {
            let expected = reference.column(name);
            assert_eq!(values.len(), expected.len());
            for (row, (value, expected)) in values.iter().zip(expected).enumerate() {
                let near = (value - expected).abs() <= TOLERANCE * expected.abs().max(1.0);
                let both_undefined = value.is_nan() && expected.is_nan();
                assert!(
                    near || both_undefined,
                    "{text}, {way}, column {name}, row {row}: {value}, expected {expected}"
                );
                if value.is_finite() {
                    first_defined = first_defined.min(row);
                }
            }
        }
    }
    assert_eq!(first_defined, indicator.warm_up(), "{text}");
}

#[test]
fn the_reference_tables_are_met() {
    let bars = Bars::of_table(&Table::read(OHLCV));
    let cases: &[Case] = &[
        (
            MA,
            &[
                ("sma(5)", &["sma_5"]),
                ("sma(10)", &["sma_10"]),
                ("sma(20)", &["sma_20"]),
                ("sma(50)", &["sma_50"]),
                ("sma(200)", &["sma_200"]),
                ("ema(5)", &["ema_5"]),
                ("ema(12)", &["ema_12"]),
                ("ema(26)", &["ema_26"]),
                ("ema(50,sma)", &["ema_50"]),
                ("ema(12,first)", &["ema_12_first"]),
                ("ema(26,first)", &["ema_26_first"]),
                ("wma(10)", &["wma_10"]),
            ],
        ),
        (RSI, &[("rsi(2)", &["rsi_2"]), ("rsi(7)", &["rsi_7"]), ("rsi(14)", &["rsi_14"]), ("rsi(21)", &["rsi_21"])]),
        (
            MACD,
            &[
                ("macd(12,26,9)", &["macd", "signal", "hist"]),
                ("macd(12,26,9,first)", &["macd_first", "signal_first", "hist_first"]),
            ],
        ),
        (
            BBANDS,
            &[
                ("bollinger(20,2)", &["upper_20", "mid_20", "lower_20"]),
                ("bollinger(10,1.5)", &["upper_10", "mid_10", "lower_10"]),
                ("bollinger(20,2)", &["talib_upper_20", "mid_20", "talib_lower_20"]),
                ("bollinger(10,1.5)", &["talib_upper_10", "mid_10", "talib_lower_10"]),
            ],
        ),
        (
            ATR_ADX,
            &[
                ("true_range", &["trange"]),
                ("atr(14)", &["atr_14"]),
                ("atr(5)", &["atr_5"]),
                ("natr(14)", &["natr_14"]),
                ("adx(14)", &["adx_14", "plus_di_14", "minus_di_14"]),
            ],
        ),
        (
            VOLUME,
            &[
                ("vwap(cumulative)", &["vwap_cum"]),
                ("vwap(20)", &["vwap_roll_20"]),
                ("obv", &["obv"]),
                ("mfi(14)", &["mfi_14"]),
            ],
        ),
        (
            OTHER,
            &[
                ("stochastic(14,3,3)", &["stoch_slowk_14_3", "stoch_slowd_3"]),
                ("cci(20)", &["cci_20"]),
                ("williams_r(14)", &["willr_14"]),
                ("momentum(10)", &["mom_10"]),
                ("roc(10)", &["roc_10"]),
                ("std(20)", &["stddev_20"]),
                ("linreg_slope(14)", &["linreg_slope_14"]),
            ],
        ),
    ];
    for (reference, cases) in cases {
        let reference = Table::read(reference);
        for (text, names) in *cases {
            check(text, &bars, &reference, names);
        }
    }
    let tested = |name: &str| {
        let texts = cases.iter().flat_map(|(_, cases)| cases.iter());
        texts.map(|(text, _)| *text).any(|text| text.split('(').next() == Some(name))
    };
    let missing: Vec<&str> = catalogue().iter().map(|e| e.name).filter(|n| !tested(n)).collect();
    // min and max have no table; `degenerate` and `identity` compare them with a scan.
    assert_eq!(missing, ["max", "min"]);
}

#[test]
fn the_session_table_is_met() {
    let table = Table::read(SESSIONS);
    let mut bars = Bars::of_table(&table);
    bars.session_start = table.column("bar").iter().map(|bar| *bar == 0.0).collect();
    check("vwap(session)", &bars, &table, &["vwap"]);
}
