//! The smile itself: derivatives, density, arbitrage, calibration.

#![allow(clippy::panic)]

use options::svi::Svi;
use options::svi::arbitrage::{Violations, check, durrleman};
use options::svi::calibrate::{Neighbours, Repair, Target, calibrate};
use options::{European, OptionError, OptionType};

const SMILE: Svi = Svi { a: 0.01, b: 0.12, rho: -0.45, m: 0.03, sigma: 0.15 };
/// Axel Vogt's smile: a probability below 0 (Gatheral and Jacquier 2014, example 3.1).
const VOGT: Svi = Svi { a: -0.0410, b: 0.1331, rho: 0.3060, m: 0.3586, sigma: 0.4153 };

fn targets(smile: &Svi, years: f64, ks: impl Iterator<Item = f64>) -> Vec<Target> {
    ks.map(|k| Target { k, volatility: (smile.total_variance(k) / years).sqrt(), weight: 1.0 }).collect()
}

fn ks() -> impl Iterator<Item = f64> {
    (-10..=10).map(|i| 0.05 * f64::from(i))
}

#[test]
fn derivatives_are_those_of_the_smile() {
    for k in ks() {
        let h = 1e-5;
        let w = |k| SMILE.total_variance(k);
        assert!((SMILE.slope(k) - (w(k + h) - w(k - h)) / (2.0 * h)).abs() < 1e-9);
        let h = 1e-4;
        assert!((SMILE.curvature(k) - (w(k + h) - 2.0 * w(k) + w(k - h)) / (h * h)).abs() < 1e-6);
    }
    let wings = SMILE.jump_wings(0.5);
    assert_eq!(wings.variance, SMILE.total_variance(0.0) / 0.5);
    let h = 1e-5;
    let volatility = |k| (SMILE.total_variance(k) / 0.5_f64).sqrt();
    let slope = (volatility(h) - volatility(-h)) / (2.0 * h);
    assert!((wings.skew - slope * 0.5_f64.sqrt()).abs() < 1e-9);
    let least = ks().map(|k| SMILE.total_variance(k)).fold(f64::INFINITY, f64::min);
    assert!(wings.least_variance * 0.5 <= least && least < wings.least_variance * 0.5 + 1e-3);
}

#[test]
fn durrleman_is_the_density() {
    // The second derivative of the call price in the strike is g phi(d2) / (strike deviation).
    let price = |smile: &Svi, strike: f64| {
        let volatility = smile.total_variance(strike.ln()).sqrt();
        let kind = OptionType::Call;
        European { kind, spot: 1.0, strike, years: 1.0, rate: 0.0, dividend_yield: 0.0, volatility }
            .price()
            .expect("valid")
    };
    for smile in [SMILE, VOGT] {
        for k in (-8..=12).map(|i| 0.1 * f64::from(i)) {
            let (strike, h) = (k.exp(), 2e-4 * k.exp());
            let second =
                (price(&smile, strike + h) - 2.0 * price(&smile, strike) + price(&smile, strike - h)) / (h * h);
            let deviation = smile.total_variance(k).sqrt();
            let d2 = -k / deviation - 0.5 * deviation;
            let density =
                smile.g(k) * (-0.5 * d2 * d2).exp() / (2.0 * std::f64::consts::PI).sqrt() / (strike * deviation);
            assert!((second - density).abs() < 2e-6 * (1.0 + density.abs()), "{k}: {second} {density}");
        }
    }
    assert!(durrleman(0.1, 0.0, 0.0, 0.0).is_nan());
}

#[test]
fn arbitrage_is_counted_by_kind() {
    let none = Violations::default();
    assert_eq!(check(&SMILE, None), none);
    assert_eq!(check(&Svi::flat(0.04), Some(&Svi::flat(0.04))), none);
    let vogt = check(&VOGT, None);
    assert!(vogt.butterfly > 20 && vogt.wings == 0 && vogt.calendar == 0, "{vogt:?}");
    let steep = check(&Svi { b: 1.5, ..SMILE }, None);
    assert_eq!(steep.wings, 1, "{steep:?}");
    let falling = check(&SMILE, Some(&Svi { a: SMILE.a + 0.001, ..SMILE }));
    assert!(falling.calendar > 500 && falling.butterfly == 0, "{falling:?}");
    // Above where it is quoted, but with flatter wings: they cross far away.
    let crossing = check(&Svi { a: 5.0, b: 0.01, ..SMILE }, Some(&SMILE));
    assert_eq!((crossing.calendar, crossing.butterfly), (2, 0));
    assert!(check(&Svi::flat(0.0), None).butterfly > 500);
}

#[test]
fn a_smile_is_found_again() {
    for smile in [SMILE, Svi { rho: 0.5, m: -0.1, ..SMILE }, Svi { a: -0.005, b: 0.1, rho: -0.2, m: 0.0, sigma: 0.3 }] {
        let found = calibrate(&targets(&smile, 0.5, ks()), 0.5, &Neighbours::default()).expect("valid");
        assert_eq!(found.repair, Repair::None);
        for k in ks() {
            let (a, b) = (found.smile.total_variance(k), smile.total_variance(k));
            assert!((a.sqrt() - b.sqrt()).abs() < 1e-4, "{smile:?} {k}: {a} {b} {:?}", found.smile);
        }
    }
}

#[test]
fn what_is_not_free_of_arbitrage_is_made_so() {
    let targets = targets(&VOGT, 1.0, (-15..=15).map(|i| 0.1 * f64::from(i)));
    let found = calibrate(&targets, 1.0, &Neighbours::default()).expect("valid");
    assert!(found.before.total() > 0, "{found:?}");
    assert_ne!(found.repair, Repair::None);
    assert_eq!(check(&found.smile, None).total(), 0);
    let error = |t: &Target| (found.smile.total_variance(t.k).sqrt() - t.volatility).powi(2);
    let rmse = (targets.iter().map(error).sum::<f64>() / 31.0).sqrt();
    // Gatheral and Jacquier repair it with a far smile; the least that it takes is small.
    assert!(rmse < 0.01, "{rmse}");

    // A next expiry that is cheaper: the smile has to go below, the whole of it.
    let next = Svi { a: 0.6 * SMILE.a, b: 0.6 * SMILE.b, ..SMILE };
    let neighbours = Neighbours { next: Some(&next), ..Neighbours::default() };
    let found = calibrate(&self::targets(&SMILE, 0.5, ks()), 0.5, &neighbours).expect("valid");
    assert_eq!((check(&next, Some(&found.smile)).total(), check(&found.smile, None).total()), (0, 0));
    for k in ks() {
        let share = found.smile.total_variance(k) / next.total_variance(k);
        assert!(share > 0.97 && share <= 1.0, "{k}: {share}");
    }
}

#[test]
fn bad_targets_are_named() {
    let good = targets(&SMILE, 0.5, ks());
    let named = |targets: &[Target], years: f64, next: Option<&Svi>| match calibrate(
        targets,
        years,
        &Neighbours { next, ..Neighbours::default() },
    ) {
        Err(OptionError::Argument { argument, .. } | OptionError::Length { argument, .. }) => argument,
        other => panic!("{other:?}"),
    };
    let with = |change: &dyn Fn(&mut Target)| {
        let mut targets = good.clone();
        change(&mut targets[3]);
        named(&targets, 0.5, None)
    };
    assert_eq!(with(&|t| t.k = f64::NAN), "k");
    assert_eq!(with(&|t| t.volatility = 0.0), "volatility");
    assert_eq!(with(&|t| t.weight = -1.0), "weight");
    assert_eq!(named(&good, 0.0, None), "years");
    assert_eq!(named(&good[..2], 0.5, None), "targets");
    assert_eq!(named(&[], 0.5, None), "targets");
    assert_eq!(named(&good, 0.5, Some(&VOGT)), "next");
    assert_eq!(named(&good, 0.5, Some(&Svi { sigma: -1.0, ..SMILE })), "sigma");
    let neighbours = |neighbours: Neighbours<'_>| match calibrate(&good, 0.5, &neighbours) {
        Err(OptionError::Argument { argument, .. }) => argument,
        other => panic!("{other:?}"),
    };
    assert_eq!(neighbours(Neighbours { slopes: &[[0.1, f64::NAN]], ..Neighbours::default() }), "slopes");
    assert_eq!(neighbours(Neighbours { tolerance: -1.0, ..Neighbours::default() }), "tolerance");
    let floor = Target { volatility: f64::INFINITY, ..good[0] };
    assert_eq!(neighbours(Neighbours { floors: &[floor], ..Neighbours::default() }), "volatility");
}
