//! Kelly fractions of several assets, with and without limits.

use risk::RiskError;
use risk::covariance::covariance;
use risk::kelly::{Constrained, Limits, Market};

use crate::kelly::{Noise, off};

const INF: f64 = f64::INFINITY;
const NEARLY: [f64; 2] = [6251.116575585736, -6249.116575598235];
/// A covariance of `n` assets of this rank (definite when not below `n`), and drifts.
fn random(noise: &mut Noise, n: usize, rank: usize) -> (Vec<f64>, Vec<f64>) {
    let loads: Vec<Vec<f64>> = (0..n).map(|_| (0..rank).map(|_| 0.3 * noise.next()).collect()).collect();
    let own = |i: usize, j: usize| loads[i].iter().zip(&loads[j]).map(|(a, b)| a * b).sum::<f64>();
    let covariance = (0..n * n).map(|at| own(at / n, at % n)).collect();
    (covariance, (0..n).map(|_| 0.05 + 0.1 * noise.next()).collect())
}

/// The conditions of Karush, Kuhn and Tucker, from the problem alone.
fn check_best(market: &Market, limits: &Limits, found: &Constrained, tolerance: f64) {
    let (f, n) = (&found.optimum.fractions, market.drift.len());
    let sum: f64 = f.iter().sum();
    assert!(sum <= limits.total + 1e-12 * sum.abs().max(1.0), "{found:?}");
    let total = found.price_of_total;
    assert!(total >= 0.0 && (total == 0.0 || (sum - limits.total).abs() < 1e-10 * sum.abs().max(1.0)), "{found:?}");
    for i in 0..n {
        assert!(f[i] >= limits.lower[i] && f[i] <= limits.upper[i], "{found:?}");
        let risk: f64 = (0..n).map(|j| market.covariance[i * n + j] * f[j]).sum();
        let slope = market.drift[i] - market.rate - risk - total;
        assert!(slope <= tolerance || f[i] == limits.upper[i], "{i}: {slope} {found:?} {limits:?}");
        assert!(slope >= -tolerance || f[i] == limits.lower[i], "{i}: {slope} {found:?} {limits:?}");
        let price = found.price_of_limit[i];
        assert!((price - slope).abs() <= tolerance && (price <= 0.0 || f[i] == limits.upper[i]), "{i} {found:?}");
    }
}

/// By `scipy.optimize.minimize` (SLSQP).
#[test]
fn limits_as_another_solver_finds_them() {
    let covariance = [
        0.04, 0.012, 0.018, -0.004, 0.012, 0.0225, 0.009, 0.002, 0.018, 0.009, 0.09, -0.006, -0.004, 0.002, -0.006,
        0.01,
    ];
    let market = Market { drift: &[0.10, 0.07, 0.12, 0.03], covariance: &covariance, rate: 0.02 };
    for (lower, upper, total, expected) in [
        (0.0, INF, 1.0, [0.553_191_489_361_702, 0.0, 0.446_808_510_638_298, 0.0]),
        (0.0, 0.5, 1.0, [0.5, 0.0, 0.5, 0.0]),
        (-0.3, 0.8, 1.5, [0.8, 0.404_232_804_232_804, 0.595_767_195_767_196, -0.3]),
        (0.0, INF, INF, [1.550_157_049_373_76, 0.885_294_860_931_247, 0.842_448_400_415_62, 1.948_472_893_006_464]),
        (0.1, 0.4, 1.0, [0.4, 0.1, 0.4, 0.1]),
    ] {
        let limits = Limits::within(4, lower, upper, total);
        let found = market.within(&limits).expect("feasible");
        check_best(&market, &limits, &found, 1e-13);
        for (f, e) in found.optimum.fractions.iter().zip(expected) {
            // As far as that solver goes.
            assert!((f - e).abs() < 1e-7, "{found:?}");
        }
    }
    // Without a limit at work it is the unlimited optimum, to the last digits.
    let free = market.within(&Limits::within(4, -INF, INF, INF)).expect("feasible").optimum;
    for (a, b) in free.fractions.iter().zip(market.optimum().expect("defined").fractions) {
        assert!(off(*a, b) < 1e-13);
    }
}

#[test]
fn any_limits_satisfy_the_conditions_of_an_optimum() {
    let mut noise = Noise(1);
    for round in 0..600 {
        let n = 1 + round % 12;
        // Every third is singular: fewer factors than assets.
        let rank = if round % 3 == 0 { (n / 2).max(1) } else { n + 3 };
        let (covariance, drift) = random(&mut noise, n, rank);
        let market = Market { drift: &drift, covariance: &covariance, rate: 0.02 };
        let limits = match round % 4 {
            0 => Limits { upper: vec![3.0; n], ..Limits::long_only(n, 1.0) },
            1 => Limits::within(n, -0.5, 0.7, 1.2),
            2 => Limits {
                lower: (0..n).map(|_| -0.2 - 0.2 * noise.next()).collect(),
                upper: (0..n).map(|_| 0.4 + 0.3 * noise.next()).collect(),
                total: 0.3,
            },
            _ => Limits { lower: vec![0.02; n], upper: vec![5.0; n], total: 2.0 },
        };
        let found = market.within(&limits).expect("feasible");
        check_best(&market, &limits, &found, 1e-11);
    }
}

#[test]
fn many_assets_within_limits() {
    let mut noise = Noise(3);
    for (n, rank) in [(60, 80), (60, 20), (150, 200)] {
        let (covariance, drift) = random(&mut noise, n, rank);
        let market = Market { drift: &drift, covariance: &covariance, rate: 0.02 };
        let limits = Limits::within(n, 0.0, 0.1, 1.0);
        check_best(&market, &limits, &market.within(&limits).expect("feasible"), 1e-11);
    }
}

#[test]
fn limits_of_a_special_shape() {
    // Two assets that are the same: half each. A third without variance or edge: nothing of it matters.
    let twin = [0.04, 0.04, 0.0, 0.04, 0.04, 0.0, 0.0, 0.0, 0.0];
    let market = Market { drift: &[0.1, 0.1, 0.02], covariance: &twin, rate: 0.02 };
    let found = market.within(&Limits::long_only(3, INF)).expect("bounded");
    assert!((found.optimum.fractions[0] - 1.0).abs() < 1e-9 && (found.optimum.fractions[1] - 1.0).abs() < 1e-9);
    assert_eq!(found.optimum.fractions[2], 0.0);
    // An edge without risk: all of what is allowed, or no maximum.
    let free_lunch = Market { drift: &[0.1, 0.1, 0.03], covariance: &twin, rate: 0.02 };
    let bounded = Limits::within(3, 0.0, 2.0, INF);
    let found = free_lunch.within(&bounded).expect("bounded");
    assert_eq!(found.optimum.fractions[2], 2.0);
    check_best(&free_lunch, &bounded, &found, 1e-11);
    assert!(matches!(free_lunch.within(&Limits::long_only(3, INF)), Err(RiskError::Degenerate { .. })));
    // No edge: no bet.
    let poor = Market { drift: &[0.01, 0.0], covariance: &[0.04, 0.01, 0.01, 0.09], rate: 0.02 };
    let none = poor.within(&Limits::long_only(2, 1.0)).expect("feasible").optimum;
    assert_eq!((none.fractions, none.growth, none.sharpe), (vec![0.0, 0.0], 0.02, 0.0));
    // One point is all that is left.
    let fixed = Limits { lower: vec![0.3, 0.2], upper: vec![0.3, 0.4], total: 0.5 };
    assert_eq!(poor.within(&fixed).expect("feasible").optimum.fractions, [0.3, 0.2]);
    // One asset.
    let one = Market { drift: &[0.1], covariance: &[0.04], rate: 0.02 };
    assert_eq!(one.within(&Limits::long_only(1, 1.0)).expect("feasible").price_of_total, 0.04);
}

#[test]
fn markets_and_limits_that_make_no_sense_are_errors() {
    let covariance = [0.04, 0.01, 0.01, 0.09];
    let fine = Market { drift: &[0.1, 0.05], covariance: &covariance, rate: 0.02 };
    let singular: [&[f64]; 4] =
        [&[0.04, 0.06, 0.06, 0.09], &[0.04, 0.0, 0.0, 0.0], &[0.04, 0.08, 0.08, 0.09], &[-0.04, 0.0, 0.0, 0.09]];
    for covariance in singular {
        assert!(matches!(Market { covariance, ..fine }.optimum(), Err(RiskError::Degenerate { .. })), "{covariance:?}");
    }
    // Not a covariance, whatever the limits.
    let crossed = Market { covariance: &[0.04, 0.08, 0.08, 0.09], ..fine };
    assert!(matches!(crossed.within(&Limits::long_only(2, 1.0)), Err(RiskError::Degenerate { .. })));
    for (covariance, index) in [(&[0.04, f64::NAN, 0.01, 0.09][..], 1), (&[0.04, 0.01, 0.02, 0.09], 2)] {
        let error = Market { covariance, ..fine }.optimum().expect_err("bad");
        assert!(matches!(error, RiskError::Element { argument: "covariance", index: i, .. } if i == index), "{error}");
    }
    assert!(matches!(Market { covariance: &[0.04], ..fine }.optimum(), Err(RiskError::Length { .. })));
    assert!(matches!(Market { drift: &[], covariance: &[], rate: 0.0 }.optimum(), Err(RiskError::Length { .. })));
    assert!(Market { rate: INF, ..fine }.optimum().is_err());
    assert!(Market { drift: &[0.1, f64::NAN], ..fine }.optimum().is_err());
    for limits in [
        Limits::long_only(3, 1.0),
        Limits::within(2, 0.6, 1.0, 1.0),
        Limits::within(2, 0.6, 0.5, 9.0),
        Limits::within(2, f64::NAN, 0.5, 9.0),
        Limits::within(2, 0.0, f64::NAN, 9.0),
        Limits::within(2, 0.0, 1.0, f64::NAN),
        Limits::within(2, 0.0, 1.0, -0.1),
        Limits::within(2, INF, INF, INF),
    ] {
        assert!(fine.within(&limits).is_err(), "{limits:?}");
    }
    assert!(fine.fractional(1.1).is_err());
    assert!(fine.standard_errors(0.0, 100).is_err());
    assert!(fine.at(&[1.0]).is_err());
}

#[test]
fn a_nearly_singular_market_to_the_last_digits() {
    // Correlation 1 - 2e-12: solved by mpmath from these very numbers.
    let covariance = [0.04, 0.039_999_999_999_92, 0.039_999_999_999_92, 0.04];
    let found =
        Market { drift: &[0.1, 0.099_999_999], covariance: &covariance, rate: 0.02 }.optimum().expect("defined");
    for (f, e) in found.fractions.iter().zip(NEARLY) {
        assert!(off(*f, e) < 1e-12, "{f} {e}");
    }
}

#[test]
fn parts_and_errors_of_a_portfolio() {
    let covariance = [0.04, 0.01, 0.0, 0.01, 0.09, 0.02, 0.0, 0.02, 0.06];
    let market = Market { drift: &[0.1, 0.05, 0.08], covariance: &covariance, rate: 0.02 };
    let full = market.optimum().expect("defined");
    let half = market.fractional(0.5).expect("defined");
    // Half the stake gives up a quarter of the growth.
    assert!(off(half.growth - 0.02, 0.75 * (full.growth - 0.02)) < 1e-12);
    assert!(off(half.sharpe, full.sharpe) < 1e-12 && off(half.fractions[2], 0.5 * full.fractions[2]) < 1e-15);
    assert_eq!(market.fractional(0.0).expect("defined").growth, 0.02);
    // One asset: the delta method of mean over variance at a normal's moments.
    let one = Market { drift: &[0.0008], covariance: &[0.0001], rate: 0.0 };
    let errors = one.standard_errors(500.0, 500).expect("defined");
    assert!(off(errors[0], ((1.0 + 2.0 * 0.0064) / (500.0 * 0.0001_f64)).sqrt()) < 1e-12);
    // Little data leaves little of a stake, much data all of it.
    let keep = |time| market.james_stein(time).expect("defined").fractions[0] / full.fractions[0];
    assert!(keep(1.0) == 0.0 && keep(20.0) > 0.5 && keep(20.0) < keep(200.0) && keep(200.0) < 1.0);
    assert!(off(keep(20.0), 1.0 - 1.0 / (20.0 * full.sharpe * full.sharpe)) < 1e-12);
    assert_eq!(one.james_stein(1.0).expect("defined").fractions, one.optimum().expect("defined").fractions);
}

/// The delta method of several assets against the spread of estimates from fresh data.
#[test]
fn standard_errors_of_a_portfolio_are_its_spread() {
    let mut noise = Noise(12);
    let loads = [[0.01, 0.0, 0.0], [0.006, 0.008, 0.0], [-0.002, 0.003, 0.012]];
    let (n, rounds) = (200, 800);
    let mut estimates = vec![Vec::new(); 3];
    for _ in 0..rounds {
        let mut returns = vec![Vec::new(); 3];
        for _ in 0..n {
            let z: Vec<f64> = (0..3).map(|_| (0..12).map(|_| noise.next()).sum::<f64>() / 2.0).collect();
            for (asset, load) in loads.iter().enumerate() {
                returns[asset].push(0.0012 + load.iter().zip(&z).map(|(l, z)| l * z).sum::<f64>());
            }
        }
        let covariance = covariance(&[&returns[0], &returns[1], &returns[2]], 1).expect("fine");
        let drift: Vec<f64> = returns.iter().map(|r| r.iter().sum::<f64>() / n as f64).collect();
        let found = Market { drift: &drift, covariance: &covariance, rate: 0.0 }.optimum().expect("fine");
        (0..3).for_each(|i| estimates[i].push(found.fractions[i]));
    }
    let truth: Vec<f64> = (0..9).map(|at| (0..3).map(|k| loads[at / 3][k] * loads[at % 3][k]).sum::<f64>()).collect();
    let market = Market { drift: &[0.0012; 3], covariance: &truth, rate: 0.0 };
    let errors = market.standard_errors(n as f64, n).expect("fine");
    // The same in years: the fractions do not know the unit of time.
    let yearly: Vec<f64> = truth.iter().map(|c| 252.0 * c).collect();
    let by_year = Market { drift: &[0.0012 * 252.0; 3], covariance: &yearly, rate: 0.0 };
    let same = by_year.standard_errors(n as f64 / 252.0, n).expect("fine");
    for ((own, error), same) in estimates.iter().zip(&errors).zip(&same) {
        let mean = own.iter().sum::<f64>() / own.len() as f64;
        let deviation = (own.iter().map(|f| (f - mean).powi(2)).sum::<f64>() / (own.len() - 1) as f64).sqrt();
        assert!((0.9..1.12).contains(&(deviation / error)), "{deviation} {error}");
        assert!(off(*same, *error) < 1e-12);
    }
}
