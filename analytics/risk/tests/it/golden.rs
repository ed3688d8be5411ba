//! Equality with the reference table `golden/performance_stats.csv`.

use risk::performance::performance;
use risk::{benchmark, deflated, moments, ratios};

const CURVES: &str = include_str!("../golden/equity_curves.csv");
const STATS: &str = include_str!("../golden/performance_stats.csv");
const TOLERANCE: f64 = 1e-10;

/// Equity and benchmark returns of a curve.
fn curve(name: &str) -> (Vec<f64>, Vec<f64>) {
    let mut equity = Vec::new();
    let mut benchmark = Vec::new();
    for line in CURVES.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        if cells[0] == name {
            equity.push(cells[3].parse().expect("equity"));
            benchmark.extend(cells[4].parse::<f64>());
        }
    }
    (equity, benchmark)
}

fn statistic(name: &str, equity: &[f64], b: &[f64]) -> Option<f64> {
    let p = performance(equity, 252.0);
    let r = ratios::returns(equity).expect("returns");
    match name {
        "total_return" => p.total_return,
        "cagr" => p.cagr,
        "ann_volatility" => p.volatility,
        "sharpe_rf0" => p.sharpe,
        "sharpe_rf2pct" => ratios::sharpe(&r, 252.0, 0.02),
        "sortino_rf0" => p.sortino,
        "downside_risk" => p.downside_risk,
        "max_drawdown" => p.max_drawdown,
        "calmar" => p.calmar,
        "profit_factor_returns" | "omega_0" => p.profit_factor,
        "skew_adjusted" => p.skew,
        "excess_kurtosis_adjusted" => p.excess_kurtosis,
        "skew_population" => moments::skew(&r),
        "excess_kurtosis_population" => moments::excess_kurtosis(&r),
        "win_rate_nonzero" => p.win_rate,
        "win_rate_all" => p.win_rate_all,
        "payoff_ratio" => p.payoff_ratio,
        "ulcer_index" => p.ulcer_index,
        "tail_ratio" => p.tail_ratio,
        "best" => p.best,
        "worst" => p.worst,
        "beta" => benchmark::beta(&r, b),
        "alpha_annual" => benchmark::alpha(&r, b, 252.0),
        "information_ratio" => benchmark::information_ratio(&r, b),
        "stability_r2" => p.stability,
        "psr_0" => p.probabilistic_sharpe,
        other => unreachable!("{other} is not covered"),
    }
}

#[test]
fn every_statistic_of_every_curve() {
    let mut checked = 0;
    for line in STATS.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let (equity, benchmark) = curve(cells[0]);
        let value = statistic(cells[1], &equity, &benchmark);
        let Ok(expected) = cells[2].parse::<f64>() else {
            assert_eq!(value, None, "{line}");
            continue;
        };
        let value = value.expect(line);
        let error = (value - expected).abs() / expected.abs();
        assert!(error <= TOLERANCE, "{line}: {value}, off by {error:e}");
        checked += 1;
    }
    assert_eq!(checked, 135);
}

#[test]
fn no_input_panics_or_gives_nan() {
    let curves: [&[f64]; 14] = [
        &[],
        &[1.0],
        &[1.0, 2.0],
        &[1.0, 1.0, 1.0, 1.0, 1.0],
        &[0.0, 0.0, 0.0],
        &[0.0, 1.0],
        &[1.0, 0.0, 0.0],
        &[1.0, 0.5, -1.0, -2.0],
        &[-1.0, 1.0, 2.0],
        &[f64::NAN, 1.0, 2.0],
        &[1.0, f64::INFINITY, 2.0],
        &[1e-308, 1e308, 1e-308],
        &[f64::MAX, f64::MIN],
        &[100.0, 101.0, 102.01, 103.0301],
    ];
    for equity in curves {
        for periods in [252.0, 0.0, -1.0, f64::NAN, f64::INFINITY, 1e300] {
            let p = performance(equity, periods);
            for value in [
                p.total_return,
                p.cagr,
                p.volatility,
                p.sharpe,
                p.sortino,
                p.calmar,
                p.downside_risk,
                p.max_drawdown,
                p.ulcer_index,
                p.best,
                p.worst,
                p.win_rate,
                p.win_rate_all,
                p.profit_factor,
                p.payoff_ratio,
                p.tail_ratio,
                p.skew,
                p.excess_kurtosis,
                p.stability,
                p.probabilistic_sharpe,
            ]
            .into_iter()
            .flatten()
            {
                assert!(value.is_finite(), "{equity:?} {periods}: {p:?}");
            }
        }
    }
}

#[test]
fn a_flat_curve_has_no_ratios() {
    let p = performance(&[100.0; 20], 252.0);
    assert_eq!((p.total_return, p.volatility), (Some(0.0), Some(0.0)));
    assert_eq!((p.sharpe, p.sortino, p.calmar), (None, None, None));
    assert_eq!((p.win_rate, p.win_rate_all), (None, Some(0.0)));
    assert_eq!((p.profit_factor, p.payoff_ratio), (None, None));
    assert_eq!((p.skew, p.excess_kurtosis, p.stability), (None, None, None));
}

/// `golden/deflated_sharpe.csv`: Bailey and Lopez de Prado, the paper's example first.
#[test]
fn every_deflated_sharpe_ratio() {
    let mut checked = 0;
    for line in include_str!("../golden/deflated_sharpe.csv").lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |column: usize| cells[column].parse::<f64>().expect(line);
        let estimate = deflated::Estimate {
            sharpe: number(1),
            periods: cells[2].parse().expect(line),
            skew: number(3),
            kurtosis: number(4),
        };
        let trials: u64 = cells[5].parse().expect(line);
        let found = [
            deflated::expected_best_sharpe(trials, number(6)),
            estimate.probability_above(0.0),
            estimate.deflated(trials, number(6)),
        ];
        for (column, found) in (7..).zip(found) {
            let error = (found.expect(line) - number(column)).abs();
            assert!(error <= 1e-12, "{line}: column {column} off by {error:e}");
        }
        // Observations, not a probability: relative.
        match estimate.minimum_periods(0.0, 0.95) {
            Some(periods) => assert!((periods / number(10) - 1.0).abs() <= 1e-12, "{line}: {periods}"),
            None => assert_eq!(cells[10], "", "{line}"),
        }
        checked += 1;
    }
    assert_eq!(checked, 46);
}
