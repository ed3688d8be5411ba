//! For every indicator and any series: batch and bar by bar give the same bits, nothing panics,
//! and what is undefined by definition is `NaN`.

use indicators::{Series, parse};
use proptest::prelude::*;

use crate::table::{Bars, batch, stream};

/// Definitions with short and long windows.
const TEXTS: &[&str] = &[
    "sma(1)",
    "sma(2)",
    "sma(20)",
    "sma(1500)",
    "ema(1)",
    "ema(12)",
    "ema(1100)",
    "ema(1,first)",
    "ema(12,first)",
    "wma(1)",
    "wma(2)",
    "wma(10)",
    "rsi(1)",
    "rsi(2)",
    "rsi(14)",
    "rsi(1100)",
    "macd",
    "macd(3,10,16)",
    "macd(1,1,1)",
    "macd(12,26,9,first)",
    "bollinger(1,2)",
    "bollinger(2,1.5)",
    "bollinger(20,2)",
    "bollinger(1500,2)",
    "true_range",
    "atr(1)",
    "atr(2)",
    "atr(14)",
    "natr(1)",
    "natr(14)",
    "adx(1)",
    "adx(2)",
    "adx(14)",
    "stochastic(1,1,1)",
    "stochastic(14,3,3)",
    "vwap(cumulative)",
    "vwap(session)",
    "vwap(1)",
    "vwap(20)",
    "obv",
    "std(1)",
    "std(2)",
    "std(20)",
    "std(1500)",
    "min(1)",
    "min(2)",
    "min(20)",
    "max(1)",
    "max(2)",
    "max(20)",
    "max(1500)",
    "cci(1)",
    "cci(20)",
    "williams_r(1)",
    "williams_r(14)",
    "momentum(1)",
    "momentum(10)",
    "roc(1)",
    "roc(10)",
    "linreg_slope(1)",
    "linreg_slope(2)",
    "linreg_slope(14)",
    "mfi(1)",
    "mfi(14)",
];

/// Equal bits, where every `NaN` counts as the same.
fn same(a: &[Vec<f64>], b: &[Vec<f64>]) -> Result<(), String> {
    for (column, (a, b)) in a.iter().zip(b).enumerate() {
        if a.len() != b.len() {
            return Err(format!("column {column}: {} rows and {}", a.len(), b.len()));
        }
        for (row, (x, y)) in a.iter().zip(b).enumerate() {
            if x.to_bits() != y.to_bits() && !(x.is_nan() && y.is_nan()) {
                return Err(format!("column {column}, row {row}: {x:e} and {y:e}"));
            }
        }
    }
    Ok(())
}

fn check(bars: &Bars, series: Series<'_>) -> Result<(), TestCaseError> {
    for text in TEXTS {
        let mut indicator = parse(text).unwrap();
        let by_batch = batch(indicator.as_ref(), series);
        let by_bar = stream(indicator.as_mut(), series);
        let equal = same(&by_batch, &by_bar);
        prop_assert!(equal.is_ok(), "{text}: {equal:?} for {bars:?}");
        let last = by_batch.len() - 1;
        let mut picked = vec![Vec::new(); 2];
        indicator.batch_of(series, &[last, 0], &mut picked);
        let equal = same(&picked, &[by_batch[last].clone(), by_batch[0].clone()]);
        prop_assert!(equal.is_ok(), "{text} picked: {equal:?} for {bars:?}");
        for column in &by_bar {
            prop_assert!(column.iter().all(|value| !value.is_infinite()), "{text}");
            let warm = column.iter().take(indicator.warm_up());
            prop_assert!(warm.into_iter().all(|value| value.is_nan()), "{text}: warm-up");
        }
        // Used memory and a used state change nothing.
        let mut again = by_batch.clone();
        again.iter_mut().for_each(|column| column.extend([7.0; 3]));
        indicator.batch(series, &mut again);
        prop_assert!(same(&again, &by_bar).is_ok(), "{text}: batch of a used indicator");
        indicator.reset();
        let reset = stream(indicator.as_mut(), series);
        prop_assert!(same(&reset, &by_bar).is_ok(), "{text}: reset");
    }
    Ok(())
}

/// One step of a price path.
#[derive(Clone, Debug)]
enum Step {
    Move(f64),
    Flat(usize),
    Level(f64),
    Bad(f64, u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => (-0.05..0.05).prop_map(Step::Move),
        2 => (1usize..30).prop_map(Step::Flat),
        1 => prop_oneof![
            Just(1e-6), Just(1.0), Just(1e6), Just(1e9), Just(-40.0), Just(0.0), Just(1e300),
            Just(f64::MAX), Just(f64::MIN_POSITIVE),
        ].prop_map(Step::Level),
        1 => (
            prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY)],
            0u8..32,
        ).prop_map(|(value, fields)| Step::Bad(value, fields)),
    ]
}

fn bars_of(steps: &[Step], widths: &[f64]) -> Bars {
    let mut bars = Bars::default();
    let mut price = 100.0;
    let mut push = |price: f64, bad: Option<(f64, u8)>| {
        let width = widths[bars.close.len() % widths.len()];
        let mut fields = [price, price + price.abs() * width, price - price.abs() * width, price, 1e6 * width];
        if let Some((value, mask)) = bad {
            for (at, field) in fields.iter_mut().enumerate() {
                if mask >> at & 1 == 1 {
                    *field = value;
                }
            }
        }
        bars.open.push(fields[0]);
        bars.high.push(fields[1]);
        bars.low.push(fields[2]);
        bars.close.push(fields[3]);
        bars.volume.push(fields[4]);
        bars.session_start.push(bars.close.len() % 7 == 1);
    };
    for step in steps {
        match step {
            Step::Move(part) => {
                price *= 1.0 + part;
                push(price, None);
            }
            Step::Flat(count) => (0..*count).for_each(|_| push(price, None)),
            Step::Level(level) => {
                price = *level;
                push(price, None);
            }
            Step::Bad(value, fields) => push(price, Some((*value, *fields))),
        }
    }
    bars
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn batch_equals_bar_by_bar(
        steps in prop::collection::vec(step(), 0..160),
        widths in prop::collection::vec(prop_oneof![4 => 0.0..0.02, 1 => Just(0.0)], 1..40),
    ) {
        let bars = bars_of(&steps, &widths);
        check(&bars, bars.series())?;
    }

    #[test]
    fn extremes_equal_a_scan(closes in prop::collection::vec(-1e3..1e3, 0..80), n in 1usize..12) {
        let bars = Bars::of_closes(&closes);
        let min = crate::table::columns(&format!("min({n})"), &bars);
        let max = crate::table::columns(&format!("max({n})"), &bars);
        for (row, window) in closes.windows(n).enumerate() {
            let row = row + n - 1;
            prop_assert_eq!(min[0][row], window.iter().copied().reduce(f64::min).unwrap());
            prop_assert_eq!(max[0][row], window.iter().copied().reduce(f64::max).unwrap());
        }
    }
}

/// Long enough for many runs of the recursions and many blocks of the windows.
#[test]
fn batch_equals_bar_by_bar_on_long_series() {
    let mut state = 42_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as f64 / (1_u64 << 31) as f64
    };
    let mut steps: Vec<Step> = (0..6_000).map(|_| Step::Move((random() - 0.5) * 0.02)).collect();
    let widths: Vec<f64> = (0..101).map(|_| random() * 0.01).collect();
    let calm = bars_of(&steps, &widths);
    check(&calm, calm.series()).unwrap();
    for row in [0, 700, 1023, 1024, 2500, 5999] {
        steps[row] = Step::Bad(f64::NAN, 8);
    }
    steps[3000] = Step::Flat(900);
    steps[4000] = Step::Level(1e9);
    let rough = bars_of(&steps, &widths);
    check(&rough, rough.series()).unwrap();
}

#[test]
fn missing_columns_are_unknown_and_do_not_panic() {
    let bars = Bars::of_closes(&[1.0, 2.0, 3.0, 2.0, 1.0, 4.0]);
    let full = bars.series();
    for series in [
        Series { volume: &[], ..full },
        Series { high: &[], low: &[], ..full },
        Series { high: &full.high[..3], volume: &full.volume[..2], ..full },
        Series { close: &[], ..full },
        Series::of_close(full.close),
    ] {
        check(&bars, series).unwrap();
    }
    for text in TEXTS {
        let mut indicator = parse(text).unwrap();
        indicator.batch(full, &mut []);
        indicator.update(&full.input(0), &mut []);
        let mut short = vec![Vec::new()];
        indicator.batch(full, &mut short);
        assert_eq!(short[0].len(), full.len(), "{text}");
        let long = &mut vec![Vec::new(); 5];
        indicator.batch(full, long);
        assert_eq!(long[0].len(), full.len(), "{text}");
    }
}
