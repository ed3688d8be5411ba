//! What holds for every curve: scale, mirror, bounds.

use numeric::normal;
use proptest::prelude::*;
use risk::bootstrap::{Bootstrap, bootstrap};
use risk::deflated::Estimate;
use risk::performance::performance;
use risk::{activity, benchmark, drawdown, moments, ratios, trades};

fn returns() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(-0.2..0.2_f64, 12..120)
}

fn curve(returns: &[f64]) -> Vec<f64> {
    let mut equity = vec![1_000.0];
    for r in returns {
        equity.push(equity[equity.len() - 1] * (1.0 + r));
    }
    equity
}

fn near(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-7 * a.abs().max(b.abs()).max(1e-3),
        (a, b) => a.is_none() && b.is_none(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn the_unit_of_money_does_not_matter(r in returns(), unit in 0.01..100.0_f64) {
        let equity = curve(&r);
        let other: Vec<f64> = equity.iter().map(|e| e * unit).collect();
        let (a, b) = (performance(&equity, 252.0), performance(&other, 252.0));
        for (x, y) in [
            (a.total_return, b.total_return),
            (a.cagr, b.cagr),
            (a.volatility, b.volatility),
            (a.sharpe, b.sharpe),
            (a.sortino, b.sortino),
            (a.max_drawdown, b.max_drawdown),
            (a.ulcer_index, b.ulcer_index),
            (a.skew, b.skew),
            (a.tail_ratio, b.tail_ratio),
        ] {
            prop_assert!(near(x, y), "{x:?} {y:?}");
        }
    }

    #[test]
    fn leverage_scales_risk_and_leaves_ratios(r in returns(), times in 0.1..3.0_f64) {
        let levered: Vec<f64> = r.iter().map(|x| x * times).collect();
        prop_assert!(near(ratios::volatility(&levered, 252.0), ratios::volatility(&r, 252.0).map(|v| v * times)));
        prop_assert!(near(ratios::sharpe(&levered, 252.0, 0.0), ratios::sharpe(&r, 252.0, 0.0)));
        prop_assert!(near(ratios::sortino(&levered, 252.0), ratios::sortino(&r, 252.0)));
        prop_assert!(near(moments::skew(&levered), moments::skew(&r)));
        prop_assert!(near(benchmark::beta(&levered, &r), moments::deviation(&r).map(|_| times)));
        prop_assert!(near(benchmark::correlation(&levered, &r), Some(1.0)));
    }

    #[test]
    fn a_shift_leaves_what_is_about_the_mean(r in returns(), by in -0.1..0.1_f64) {
        let shifted: Vec<f64> = r.iter().map(|x| x + by).collect();
        prop_assert!(near(ratios::volatility(&shifted, 12.0), ratios::volatility(&r, 12.0)));
        prop_assert!(near(moments::excess_kurtosis(&shifted), moments::excess_kurtosis(&r)));
        prop_assert!(near(moments::quantile(&shifted, 0.3), moments::quantile(&r, 0.3).map(|q| q + by)));
        let apart = benchmark::tracking_error(&shifted, &r, 12.0).expect("defined");
        prop_assert!(apart < 1e-14);
    }

    #[test]
    fn bounds(r in returns(), b in returns()) {
        let equity = curve(&r);
        let p = performance(&equity, 252.0);
        prop_assert!((-1.0..=0.0).contains(&p.max_drawdown.expect("defined")));
        prop_assert!((0.0..=1.0).contains(&p.win_rate_all.expect("defined")));
        prop_assert!((0.0..=1.0).contains(&p.probabilistic_sharpe.expect("defined")));
        prop_assert!((0.0..=1.0 + 1e-12).contains(&p.stability.expect("defined")));
        let n = r.len().min(b.len());
        prop_assert!((-1.0..=1.0).contains(&benchmark::correlation(&r[..n], &b[..n]).expect("defined")));
        prop_assert!((0.0..=1.0).contains(&activity::exposure(n as u64, equity.len() as u64).expect("defined")));
        let sorted = drawdown::deepest(&equity, 50);
        prop_assert!(sorted.is_sorted_by(|a, b| a.depth <= b.depth));
        for d in &sorted {
            prop_assert!(d.under.peak < d.trough && d.trough <= d.under.end && d.depth < 0.0);
        }
        prop_assert_eq!(sorted.first().map_or(0.0, |d| d.depth), p.max_drawdown.expect("defined"));
    }

    #[test]
    fn losses_mirror_wins(profits in prop::collection::vec(-500.0..500.0_f64, 1..60)) {
        let mirrored: Vec<f64> = profits.iter().map(|p| -p).collect();
        let (a, b) = (trades::trade_statistics(&profits), trades::trade_statistics(&mirrored));
        prop_assert_eq!((a.won, a.lost, a.winners_in_a_row), (b.lost, b.won, b.losers_in_a_row));
        prop_assert_eq!((a.best, a.average_win), (b.worst.map(|x| -x), b.average_loss.map(|x| -x)));
        prop_assert!(near(a.expectancy, b.expectancy.map(|x| -x)));
        if let (Some(x), Some(y)) = (a.profit_factor.filter(|x| *x > 0.0), b.profit_factor) {
            prop_assert!(near(Some(x * y), Some(1.0)));
        }
    }

    #[test]
    fn a_quantile_is_that_of_the_sorted_values(values in prop::collection::vec(-1e3..1e3_f64, 1..50), p in 0.0..=1.0_f64) {
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let h = (sorted.len() - 1) as f64 * p;
        let (low, high) = (sorted[h.floor() as usize], sorted[h.ceil() as usize]);
        prop_assert!(near(moments::quantile(&values, p), Some(low + (high - low) * (h - h.floor()))));
    }

    #[test]
    fn probabilities_rise_with_the_record(s in 0.01..0.3_f64, n in 10_usize..3_000, skew in -1.0..1.0_f64) {
        let at = |periods, sharpe| Estimate { sharpe, periods, skew, kurtosis: 6.0 }.probability_above(0.0).expect("defined");
        prop_assert!(at(n, s) > 0.5 && at(n * 2, s) >= at(n, s));
        prop_assert!((at(n, s) + at(n, -s) - 1.0).abs() < 0.5);
    }

    #[test]
    fn the_normal_quantile_inverts(z in -8.0..6.0_f64) {
        let back = normal::quantile(normal::cdf(z)).expect("inside");
        prop_assert!((back - z).abs() < 1e-7, "{z} {back}");
    }

    #[test]
    fn bands_are_ordered_bounded_and_repeatable(r in returns(), seed in any::<u64>()) {
        let settings = Bootstrap { resamples: 200, seed, ..Bootstrap::default() };
        let bands = bootstrap(&r, 252.0, &settings).expect("defined");
        prop_assert_eq!(Some(bands), bootstrap(&r, 252.0, &settings));
        for band in [bands.sharpe, bands.cagr, bands.max_drawdown].into_iter().flatten() {
            prop_assert!(band.low <= band.median && band.median <= band.high);
        }
        let fall = bands.max_drawdown.expect("defined");
        prop_assert!(fall.low >= -1.0 && fall.high <= 0.0);
        let wider = bootstrap(&r, 252.0, &Bootstrap { confidence: 0.99, ..settings }).expect("defined");
        prop_assert!(wider.max_drawdown.is_some_and(|w| w.low <= fall.low && w.high >= fall.high));
    }
}

/// A record without skill must have zero inside its band about as often as said.
#[test]
fn the_sharpe_band_covers() {
    let mut state = 11_u64;
    let mut step = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    let mut inside = 0;
    for seed in 0..200 {
        let returns: Vec<f64> = (0..500).map(|_| 0.01 * (step() + step() + step())).collect();
        let settings = Bootstrap { resamples: 400, seed, ..Bootstrap::default() };
        let band = bootstrap(&returns, 252.0, &settings).and_then(|b| b.sharpe).expect("defined");
        inside += usize::from(band.low <= 0.0 && band.high >= 0.0);
    }
    // 90 % of 200 are 180; four standard deviations are 17, blocks cost a little more.
    assert!((158..=197).contains(&inside), "{inside} of 200");
}
