//! What holds for every series: units, shifts, symmetry, bounds.

use proptest::prelude::*;
use risk::series::adf::{AdfSettings, LagChoice, adf};
use risk::series::correlation::{pearson, rolling};
use risk::series::engle_granger::{EngleGrangerSettings, engle_granger};
use risk::series::ewma;
use risk::series::garch::Garch;
use risk::series::half_life::half_life;
use risk::series::kalman::{KalmanSettings, kalman_hedge};
use risk::series::mackinnon::{Trend, critical_values, p_value};
use risk::series::ols::ols;
use risk::series::rank::{kendall, spearman};

use crate::series_noise::{mix, noise, walk};

fn trend() -> impl Strategy<Value = Trend> {
    prop::sample::select(vec![Trend::None, Trend::Constant, Trend::Linear, Trend::Quadratic])
}

fn choice() -> impl Strategy<Value = LagChoice> {
    prop::sample::select(vec![LagChoice::Aic, LagChoice::Bic, LagChoice::TStatistic, LagChoice::Fixed])
}

fn near(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1e-3)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn residuals_are_orthogonal(seed in any::<u64>(), n in 5_usize..80) {
        let (a, b, y) = (noise(seed, n), walk(seed ^ 1, n), walk(seed ^ 2, n));
        let ones = vec![1.0; n];
        let fit = ols(&y, &[&ones, &a, &b]).expect("independent");
        for column in [&ones, &a, &b] {
            let product: f64 = fit.residuals.iter().zip(column).map(|(r, x)| r * x).sum();
            prop_assert!(product.abs() < 1e-10, "{product}");
        }
        let squares: f64 = fit.residuals.iter().map(|r| r * r).sum();
        prop_assert!(near(squares, fit.ssr, 1e-11));
        prop_assert!((0.0..=1.0).contains(&fit.r_squared().expect("varies")));
    }

    /// The statistic knows neither the unit of the series nor, with a constant, its level.
    #[test]
    fn units_of_a_unit_root(
        seed in any::<u64>(), n in 25_usize..120, unit in 0.001..1_000.0_f64, shift in -100.0..100.0_f64,
        trend in trend(), choice in choice(),
    ) {
        let x = walk(seed, n);
        let shift = if trend == Trend::None { 0.0 } else { shift };
        let other = mix(unit, &x, 0.0, &x, shift);
        let settings = AdfSettings { trend, choice, max_lag: None };
        let (a, b) = (adf(&x, &settings).expect("an outcome"), adf(&other, &settings).expect("an outcome"));
        prop_assert_eq!(a.lags, b.lags);
        prop_assert!(near(a.statistic, b.statistic, 1e-6), "{} {}", a.statistic, b.statistic);
    }

    #[test]
    fn units_of_a_pair(seed in any::<u64>(), n in 25_usize..120, unit in 0.01..100.0_f64, trend in trend()) {
        let x = walk(seed, n);
        let y = mix(0.7, &x, 1.0, &noise(seed ^ 1, n), 0.0);
        let other = mix(unit, &x, 0.0, &x, 0.0);
        let settings = EngleGrangerSettings { trend, ..EngleGrangerSettings::default() };
        let a = engle_granger(&y, &[&x], &settings).expect("an outcome");
        let b = engle_granger(&y, &[&other], &settings).expect("an outcome");
        prop_assert_eq!(a.lags, b.lags);
        prop_assert!(near(a.statistic, b.statistic, 1e-8) && near(a.slopes[0], b.slopes[0] * unit, 1e-8));
    }

    /// Each fit rises but for the last digits; where they meet, MacKinnon's fits leave a small step.
    #[test]
    fn p_values_rise(low in -30.0..5.0_f64, more in 0.0..5.0_f64, trend in trend(), variables in 1_usize..=6) {
        let at = |statistic| p_value(statistic, trend, variables).expect("a table");
        prop_assert!(at(low) <= at(low + more) + 2e-3);
        prop_assert!((0.0..=1.0).contains(&at(low)));
    }

    #[test]
    fn critical_values_are_ordered(n in 20.0..1e6_f64, trend in trend(), variables in 1_usize..=12) {
        if let Some(c) = critical_values(trend, variables, n) {
            prop_assert!(c.one < c.five && c.five < c.ten && c.ten < 0.0);
        }
    }

    #[test]
    fn half_lives_are_positive(seed in any::<u64>(), keep in 0.1..0.9_f64, unit in 0.01..100.0_f64) {
        let mut x = vec![0.0];
        for e in noise(seed, 150) {
            x.push(keep * x[x.len() - 1] + e);
        }
        if let Ok(found) = half_life(&x) {
            prop_assert!(found.half_life > 0.0 && found.deviation > 0.0 && found.standard_error > 0.0);
            let other = half_life(&mix(unit, &x, 0.0, &x, 50.0)).expect("reverts, too");
            prop_assert!(near(other.half_life, found.half_life, 1e-8));
            prop_assert!(near(other.deviation, found.deviation * unit, 1e-8));
            let (low, high) = found.interval(0.9).expect("a confidence");
            prop_assert!(low < found.half_life && found.half_life < high);
        }
    }

    /// The covariance of the state stays one; the variance of the innovation is at least that of the error.
    #[test]
    fn the_filter_stays_sound(seed in any::<u64>(), delta in 0.0..0.5_f64, level in -1e4..1e4_f64) {
        let x: Vec<f64> = walk(seed, 150).iter().map(|x| x + level).collect();
        let y = mix(1.3, &x, 1.0, &noise(seed ^ 1, 150), 2.0);
        let settings = KalmanSettings { delta, ..KalmanSettings::default() };
        for step in kalman_hedge(&y, &x, &settings).expect("finite") {
            let [p, q, r] = step.covariance;
            prop_assert!(p >= 0.0 && r >= 0.0 && q * q <= p * r * (1.0 + 1e-6) + 1e-9, "{step:?}");
            prop_assert!(step.variance >= settings.observation_variance && step.z.is_finite());
        }
    }

    #[test]
    fn correlations_are_symmetric_and_bounded(seed in any::<u64>(), n in 3_usize..60, share in -2.0..2.0_f64) {
        let x: Vec<f64> = noise(seed, n).iter().map(|v| (v * 8.0).round()).collect();
        let y: Vec<f64> = mix(share, &x, 3.0, &noise(seed ^ 1, n), 0.0).iter().map(|v| v.round()).collect();
        let upside: Vec<f64> = y.iter().map(|v| -v).collect();
        for of in [pearson, spearman] {
            let Ok(found) = of(&x, &y) else { continue };
            prop_assert!((-1.0..=1.0).contains(&found.coefficient));
            prop_assert!(near(found.coefficient * found.coefficient + found.unexplained, 1.0, 1e-14));
            prop_assert!(near(of(&y, &x).expect("defined").coefficient, found.coefficient, 1e-15));
            prop_assert!(near(of(&x, &upside).expect("defined").coefficient, -found.coefficient, 1e-15));
            let (low, high) = found.interval(0.95).expect("a confidence");
            prop_assert!(low <= found.coefficient && found.coefficient <= high);
            prop_assert!((0.0..=1.0).contains(&found.p_value().expect("defined")));
        }
    }

    /// The quick count of pairs is the slow one.
    #[test]
    fn kendall_counts_pairs(seed in any::<u64>(), n in 2_usize..40) {
        let x: Vec<f64> = noise(seed, n).iter().map(|v| (v * 4.0).round()).collect();
        let y: Vec<f64> = noise(seed ^ 1, n).iter().map(|v| (v * 4.0).round()).collect();
        let Ok(found) = kendall(&x, &y) else { return Ok(()) };
        let (mut score, mut in_x, mut in_y) = (0.0, 0.0_f64, 0.0_f64);
        for i in 0..n {
            for j in 0..i {
                let (a, b) = (x[i] - x[j], y[i] - y[j]);
                score += if a * b > 0.0 { 1.0 } else if a * b < 0.0 { -1.0 } else { 0.0 };
                in_x += f64::from(u8::from(a != 0.0));
                in_y += f64::from(u8::from(b != 0.0));
            }
        }
        prop_assert!(near(found.tau, score / (in_x * in_y).sqrt(), 1e-14));
        prop_assert!((0.0..=1.0).contains(&found.p_value));
    }

    #[test]
    fn a_window_is_its_own_correlation(seed in any::<u64>(), window in 2_usize..30) {
        let (x, y) = (walk(seed, 60), walk(seed ^ 1, 60));
        let all = rolling(&x, &y, window).expect("finite");
        for end in window..=60 {
            prop_assert_eq!(all[end - 1], pearson(&x[end - window..end], &y[end - window..end]).ok());
        }
    }

    /// The matrix agrees with single variances, and with itself.
    #[test]
    fn the_matrix_of_weights(seed in any::<u64>(), lambda in 0.5..0.99_f64, n in 1_usize..80) {
        let series = [noise(seed, n), noise(seed ^ 1, n), noise(seed ^ 2, n)];
        let slices: Vec<&[f64]> = series.iter().map(Vec::as_slice).collect();
        let found = ewma::covariance(&slices, lambda).expect("inside");
        let matrix = found.covariance().expect("seen");
        for i in 0..3 {
            let single = *ewma::averages(&series[i], lambda).expect("inside").last().expect("returns");
            prop_assert!(near(matrix[i * 3 + i], single, 1e-13));
            for j in 0..3 {
                prop_assert_eq!(matrix[i * 3 + j].to_bits(), matrix[j * 3 + i].to_bits());
                prop_assert!((-1.0..=1.0).contains(&found.correlation().expect("varies")[i * 3 + j]));
            }
        }
    }

    /// The expected variance h periods ahead has a closed form.
    #[test]
    fn forecasts_in_closed_form(omega in 0.001..1.0_f64, alpha in 0.0..0.3_f64, beta in 0.0..0.69_f64, next in 0.01..9.0_f64) {
        let garch = Garch { omega, alpha, beta };
        let (persistence, level) = (garch.persistence(), garch.long_run_variance().expect("below 1"));
        for (h, found) in garch.forecast(next, 30).expect("inside").into_iter().enumerate() {
            prop_assert!(near(found, level + persistence.powi(h as i32) * (next - level), 1e-10));
        }
    }
}
