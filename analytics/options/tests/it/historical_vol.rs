//! Historical volatility against the reference tables and its edges.

use options::historical_vol::{
    Bars, Estimator, HistoryError, backcast, ewma_filtered, ewma_forecast, log_returns, problems, rolling, whole,
};
use proptest::prelude::*;

const BARS: &str = include_str!("../golden/ohlcv.csv");
const VOLATILITIES: &str = include_str!("../golden/historical_vol.csv");
const EWMA: &str = include_str!("../golden/ewma_garch.csv");

/// A column by name, empty cells as `NaN`.
fn column(table: &str, name: &str) -> Vec<f64> {
    let place = table.lines().next().and_then(|head| head.split(',').position(|cell| cell == name)).expect("a column");
    let cell = |line: &str| line.split(',').nth(place).and_then(|cell| cell.parse().ok()).unwrap_or(f64::NAN);
    table.lines().skip(1).map(cell).collect()
}

struct Columns([Vec<f64>; 4]);

impl Columns {
    fn golden() -> Self {
        Self(["open", "high", "low", "close"].map(|name| column(BARS, name)))
    }

    fn bars(&self) -> Bars<'_> {
        let [open, high, low, close] = &self.0;
        Bars { open, high, low, close }
    }

    fn part(&self, from: usize, to: usize) -> Bars<'_> {
        let [open, high, low, close] = &self.0;
        Bars { open: &open[from..to], high: &high[from..to], low: &low[from..to], close: &close[from..to] }
    }
}

/// Equal to a relative 1e-12, and undefined in the same places.
fn same(found: &[f64], expected: &[f64], name: &str) {
    assert_eq!(found.len(), expected.len(), "{name}");
    for (row, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert_eq!(found.is_nan(), expected.is_nan(), "{name} row {row}");
        assert!(
            found.is_nan() || (found - expected).abs() <= 1e-12 * expected.abs(),
            "{name} row {row}: {found} for {expected}"
        );
    }
}

#[test]
fn every_estimator_equals_the_table() {
    let columns = Columns::golden();
    for estimator in Estimator::ALL {
        let found = rolling(estimator, &columns.bars(), 20, 252.0).expect("valid");
        same(&found, &column(VOLATILITIES, estimator.name()), estimator.name());
        assert_eq!(Estimator::named(estimator.name()), Some(estimator));
    }
    assert_eq!(Estimator::named("yang_zhang"), None);
}

#[test]
fn both_conventions_of_ewma_equal_the_table() {
    let returns = column(EWMA, "ret_pct");
    let initial = backcast(&returns).expect("returns");
    assert!((initial / 1.160_005_918_628_883_4 - 1.0).abs() < 1e-14);
    let forecast = ewma_forecast(&returns, 0.94, initial).expect("valid");
    same(&forecast, &column(EWMA, "ewma_vol_arch"), "ewma_vol_arch");
    let filtered = ewma_filtered(&returns, 0.94).expect("valid");
    same(&filtered, &column(EWMA, "ewma_vol_from_first_square"), "ewma_vol_from_first_square");
}

#[test]
fn one_figure_is_the_longest_window() {
    let columns = Columns::golden();
    for estimator in Estimator::ALL {
        let first = usize::from(estimator.needs_previous_close());
        let bars = columns.part(0, 100);
        let column = rolling(estimator, &bars, 100 - first, 252.0).expect("valid");
        let figure = whole(estimator, &bars, 252.0).expect("valid");
        assert_eq!(figure.to_bits(), column[99].to_bits());
        assert!(column[..99].iter().all(|x| x.is_nan()));
    }
}

#[test]
fn each_row_is_the_figure_of_its_window() {
    let columns = Columns::golden();
    for estimator in Estimator::ALL {
        let first = usize::from(estimator.needs_previous_close());
        for window in [2, 3, 20, 21, 250, 990] {
            let rows = rolling(estimator, &columns.bars(), window, 252.0).expect("valid");
            for end in (window + first..=1000).step_by(7) {
                let figure = whole(estimator, &columns.part(end - window - first, end), 252.0).expect("valid");
                let found = rows[end - 1];
                // With two returns the deviation is the rounding of their difference.
                assert!((found - figure).abs() <= 1e-13 * figure + 1e-15, "{} {window} {end}", estimator.name());
            }
        }
    }
}

#[test]
fn a_window_does_not_depend_on_what_came_before() {
    // After a bar at a million times the price, windows are as if it had never been.
    let mut columns = Columns::golden();
    for prices in &mut columns.0 {
        prices[100] *= 1e6;
    }
    for estimator in Estimator::ALL {
        let all = rolling(estimator, &columns.bars(), 20, 252.0).expect("valid");
        let later = rolling(estimator, &columns.part(110, 1000), 20, 252.0).expect("valid");
        same(&all[140..], &later[30..], estimator.name());
    }
}

#[test]
fn prices_that_do_not_move_have_no_volatility() {
    let flat = vec![123.456; 50];
    let bars = Bars { open: &flat, high: &flat, low: &flat, close: &flat };
    for estimator in Estimator::ALL {
        assert_eq!(whole(estimator, &bars, 252.0), Ok(0.0), "{}", estimator.name());
        assert!(rolling(estimator, &bars, 7, 252.0).expect("valid")[8..].iter().all(|x| *x == 0.0));
    }
    // A constant growth rate has no deviation either, up to the rounding of the prices.
    let growth: Vec<f64> = (0..50).map(|i| libm::exp(0.01 * f64::from(i))).collect();
    let found = whole(Estimator::CloseToClose, &Bars { close: &growth, ..Bars::default() }, 252.0).expect("valid");
    assert!(found < 1e-13, "{found}");
}

#[test]
fn small_moves_keep_their_digits() {
    let bars = Bars { high: &[1.000_000_001], low: &[1.0], ..Bars::default() };
    let found = whole(Estimator::Parkinson, &bars, 1.0).expect("valid");
    // mpmath, of the binary64 nearest to 1 + 1e-9.
    let expected = 6.005_612_537_836_011e-10;
    assert!((found / expected - 1.0).abs() < 1e-14, "{found:e}");
    // Far apart, and at both ends of the format.
    let wide = Bars { high: &[1e308], low: &[1e-308], ..Bars::default() };
    let found = whole(Estimator::Parkinson, &wide, 1.0).expect("valid");
    assert!((found / 851.831_458_426_496 - 1.0).abs() < 1e-13, "{found}");
}

#[test]
fn a_bad_bar_is_named_and_spoils_only_its_windows() {
    let cases: [(&str, usize, f64, &str); 7] = [
        ("open", 0, f64::NAN, "open[30] is NaN, expected a finite price above 0"),
        ("high", 1, f64::INFINITY, "high[30] is inf, expected a finite price above 0"),
        ("low", 2, 0.0, "low[30] is 0, expected a finite price above 0"),
        ("close", 3, -1.0, "close[30] is -1, expected a finite price above 0"),
        ("high below low", 1, 1.0, "bar 30: high 1 is below low"),
        ("close above high", 3, 1e3, "bar 30: close 1000 is outside low"),
        ("open below low", 0, 1.0, "bar 30: open 1 is outside low"),
    ];
    for (name, place, price, message) in cases {
        let mut columns = Columns::golden();
        columns.0[place][30] = price;
        for estimator in [Estimator::GarmanKlass, Estimator::RogersSatchell, Estimator::YangZhang] {
            let bars = columns.part(0, 80);
            let error = whole(estimator, &bars, 252.0).expect_err(name).to_string();
            assert!(error.starts_with(message), "{name}: {error}");
            let found = problems(estimator, &bars).expect("same lengths");
            assert_eq!(found.len(), 1, "{name}");
            let rows = rolling(estimator, &bars, 10, 252.0).expect("goes on");
            let after = usize::from(estimator.needs_previous_close());
            for (row, value) in rows.iter().enumerate() {
                let spoilt = row < 9 + after || (30..40 + after).contains(&row);
                assert_eq!(value.is_nan(), spoilt, "{name} {} row {row}", estimator.name());
            }
        }
        // Close-to-close does not read the other columns, and Parkinson not open and close.
        let bars = columns.part(0, 80);
        let close = problems(Estimator::CloseToClose, &bars).expect("same lengths");
        assert_eq!(close.len(), usize::from(price < 0.0), "{name}");
        let range = problems(Estimator::Parkinson, &bars).expect("same lengths");
        assert_eq!(range.len(), usize::from(place == 1 || place == 2), "{name}");
    }
}

#[test]
fn rounding_of_adjusted_prices_is_not_a_bad_bar() {
    let bars = Bars { open: &[10.0], high: &[10.0], low: &[9.0], close: &[10.000_000_001] };
    assert_eq!(problems(Estimator::GarmanKlass, &bars), Ok(vec![]));
}

#[test]
fn wrong_arguments_are_named() {
    let prices = [1.0, 2.0, 3.0];
    let bars = Bars { open: &prices, high: &prices, low: &prices, close: &prices };
    let message = |result: Result<Vec<f64>, HistoryError>| result.expect_err("wrong").to_string();
    assert_eq!(message(rolling(Estimator::CloseToClose, &bars, 1, 252.0)), "window is 1, expected 2 or more");
    assert_eq!(message(rolling(Estimator::Parkinson, &bars, 0, 252.0)), "window is 0, expected 1 or more");
    for periods in [0.0, -252.0, f64::NAN, f64::INFINITY] {
        let error = message(rolling(Estimator::Parkinson, &bars, 1, periods));
        assert!(error.starts_with("periods_per_year is "), "{error}");
    }
    let short = Bars { low: &prices[..2], ..bars };
    assert_eq!(
        message(rolling(Estimator::Parkinson, &short, 1, 252.0)),
        "low has 2 bars, expected 3 as in the first column read"
    );
    // The columns that an estimator does not read may be missing.
    assert!(rolling(Estimator::CloseToClose, &Bars { close: &prices, ..Bars::default() }, 2, 252.0).is_ok());
    // A window longer than the series is all warm-up.
    assert!(rolling(Estimator::YangZhang, &bars, 50, 252.0).expect("valid").iter().all(|x| x.is_nan()));
    assert_eq!(rolling(Estimator::YangZhang, &Bars::default(), 50, 252.0), Ok(vec![]));
}

#[test]
fn too_few_bars_are_counted() {
    for (estimator, needed) in [
        (Estimator::CloseToClose, 3),
        (Estimator::Parkinson, 1),
        (Estimator::GarmanKlass, 1),
        (Estimator::RogersSatchell, 1),
        (Estimator::YangZhang, 3),
        (Estimator::YangZhangVolest, 3),
    ] {
        let prices = vec![10.0; needed];
        let bars = Bars { open: &prices, high: &prices, low: &prices, close: &prices };
        assert_eq!(whole(estimator, &bars, 252.0), Ok(0.0));
        let fewer = &prices[1..];
        let bars = Bars { open: fewer, high: fewer, low: fewer, close: fewer };
        let expected = HistoryError::TooFew { estimator: estimator.name(), found: needed - 1, expected: needed };
        assert_eq!(whole(estimator, &bars, 252.0), Err(expected));
    }
}

#[test]
fn ewma_at_its_edges() {
    for lambda in [0.0, 1.0, -0.5, 2.0, f64::NAN] {
        assert!(ewma_filtered(&[1.0], lambda).is_err());
        assert!(ewma_forecast(&[1.0], lambda, 1.0).is_err());
    }
    for variance in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(ewma_forecast(&[1.0], 0.94, variance).is_err());
    }
    assert_eq!(ewma_filtered(&[], 0.94), Ok(vec![]));
    assert_eq!(ewma_filtered(&[-3.0], 0.94), Ok(vec![3.0]));
    assert_eq!(ewma_forecast(&[-3.0], 0.94, 4.0), Ok(vec![2.0]));
    assert!(backcast(&[]).is_err());
    assert!(backcast(&[0.1, f64::NAN]).is_err());
    assert!(backcast(&[0.1, 1e200]).is_err(), "the square overflows");
    assert!(ewma_filtered(&[1e200, 2.0], 0.94).expect("goes on")[0].is_nan());
    // A missing return leaves its row undefined and the variance as it was.
    let whole = ewma_filtered(&[1.0, 2.0, 3.0], 0.5).expect("valid");
    let gap = ewma_filtered(&[f64::NAN, 1.0, f64::NAN, 2.0, 3.0], 0.5).expect("valid");
    assert!(gap[0].is_nan() && gap[2].is_nan());
    assert_eq!([gap[1], gap[3], gap[4]], whole[..]);
    let gap = ewma_forecast(&[1.0, f64::NAN, 2.0, 3.0], 0.5, 1.0).expect("valid");
    let whole = ewma_forecast(&[1.0, 2.0, 3.0], 0.5, 1.0).expect("valid");
    assert!(gap[2].is_nan());
    assert_eq!([gap[0], gap[1], gap[3]], whole[..]);
}

#[test]
fn returns_of_prices() {
    let found = log_returns(&[100.0, 110.0, 99.0]).expect("valid");
    assert_eq!(found.len(), 2);
    assert!((found[0] - 0.095_310_179_804_324_86).abs() < 1e-16);
    assert_eq!(log_returns(&[5.0]), Ok(vec![]));
    assert_eq!(
        log_returns(&[1.0, 0.0]).expect_err("zero").to_string(),
        "prices[1] is 0, expected a finite price above 0"
    );
}

proptest! {
    /// Another unit of price, or twice the time, changes nothing but the scale.
    #[test]
    fn prices_have_no_unit(seed in 1_u64..1_000, scale in 1e-3_f64..1e3, window in 2_usize..9) {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let mut price = 100.0;
        let mut columns: [Vec<f64>; 4] = Default::default();
        for _ in 0..30 {
            let open = price * (0.98 + 0.04 * next());
            let close = open * (0.98 + 0.04 * next());
            let row = [open, open.max(close) * (1.0 + 0.01 * next()), open.min(close) * (1.0 - 0.01 * next()), close];
            columns.iter_mut().zip(row).for_each(|(column, price)| column.push(price));
            price = close;
        }
        let other = Columns(columns.clone().map(|column| column.iter().map(|x| x * scale).collect()));
        let columns = Columns(columns);
        for estimator in Estimator::ALL {
            let one = rolling(estimator, &columns.bars(), window, 252.0).expect("valid");
            let two = rolling(estimator, &other.bars(), window, 1008.0).expect("valid");
            for (one, two) in one.iter().zip(&two) {
                prop_assert!(one.is_nan() == two.is_nan());
                // Scaling rounds the prices: a return moves by 1e-16, times sqrt(1008).
                prop_assert!(one.is_nan() || (2.0 * one - two).abs() <= 1e-13);
                prop_assert!(one.is_nan() || *one >= 0.0);
            }
        }
    }
}
