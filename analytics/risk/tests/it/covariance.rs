//! Covariance matrices: estimated, shrunk, repaired.

use risk::RiskError;
use risk::covariance::{
    Repair, Target, clipped_correlation, correlation, covariance, nearest_correlation, nearest_covariance, shrink,
    smallest_eigenvalue,
};

/// Four series whose digits are those of a formula over whole numbers.
fn series(periods: i64) -> Vec<Vec<f64>> {
    let common = [5, 10, 20, 1];
    let one = |j: i64| {
        let value =
            |i: i64| ((i * 7 + j * 13 + i * i * (j + 1)) % 23 - 11) * 10 + ((i * 5) % 7 - 3) * common[j as usize];
        (0..periods).map(|i| value(i) as f64 / 10_000.0).collect()
    };
    (0..4).map(one).collect()
}

const IDENTITY: [f64; 16] = [
    3.771086079723205e-05,
    -1.2778970780464787e-06,
    7.795826288129052e-06,
    4.804452974442305e-07,
    -1.2778970780464787e-06,
    3.773846234339584e-05,
    7.58769972818663e-06,
    -6.035313449941797e-06,
    7.795826288129052e-06,
    7.58769972818663e-06,
    6.111127324070134e-05,
    6.568474231782875e-06,
    4.804452974442305e-07,
    -6.035313449941797e-06,
    6.568474231782875e-06,
    3.5581975840892986e-05,
];

const CONSTANT: [f64; 16] = [
    3.5573541666666666e-05,
    2.990581331391708e-07,
    6.6112748763431225e-06,
    1.3892008882971377e-06,
    2.990581331391708e-07,
    3.561222222222222e-05,
    6.477303698794052e-06,
    -2.83097770397882e-06,
    6.6112748763431225e-06,
    6.477303698794052e-06,
    6.836666666666666e-05,
    5.749319682586335e-06,
    1.3892008882971377e-06,
    -2.83097770397882e-06,
    5.749319682586335e-06,
    3.259014166666666e-05,
];

fn slices(series: &[Vec<f64>]) -> Vec<&[f64]> {
    series.iter().map(Vec::as_slice).collect()
}

fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (at, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= tolerance * b.abs().max(1e-6), "{at}: {a} {b}");
    }
}

/// Intensity and matrix by scikit-learn's `ledoit_wolf`.
#[test]
fn shrunk_towards_the_identity() {
    let series = series(60);
    let found = shrink(&slices(&series), Target::Identity).expect("fine");
    assert!((found.intensity / 0.286_423_223_054_548_9 - 1.0).abs() < 1e-12, "{}", found.intensity);
    close(&found.covariance, &IDENTITY, 1e-12);
    assert_eq!((found.assets, found.observations), (4, 60));
    // Fewer observations than assets.
    let few: Vec<Vec<f64>> = series.iter().map(|s| s[..3].to_vec()).collect();
    let found = shrink(&slices(&few), Target::Identity).expect("fine");
    assert!((found.intensity / 0.477_516_445_108_361_16 - 1.0).abs() < 1e-12, "{}", found.intensity);
    assert!((found.covariance[0] / 5.856_407_167_906_325e-5 - 1.0).abs() < 1e-12);
    assert!(smallest_eigenvalue(&found.covariance, 4).expect("fine") > 1e-6);
    let sample = covariance(&slices(&few), 1).expect("fine");
    assert!(smallest_eigenvalue(&sample, 4).expect("fine").abs() < 1e-15);
}

/// By the formulas of the paper's appendices, written with numpy.
#[test]
fn shrunk_towards_one_correlation() {
    let series = series(60);
    let found = shrink(&slices(&series), Target::ConstantCorrelation).expect("fine");
    assert!((found.intensity / 0.537_760_736_138_125_8 - 1.0).abs() < 1e-11, "{}", found.intensity);
    close(&found.covariance, &CONSTANT, 1e-11);
    // The variances stay.
    let sample = covariance(&slices(&series), 0).expect("fine");
    (0..4).for_each(|i| assert!((found.covariance[i * 5] / sample[i * 5] - 1.0).abs() < 1e-15));
    let correlations = found.correlation().expect("fine");
    assert!((0..4).all(|i| correlations[i * 5] == 1.0));
}

#[test]
fn shrinkage_at_the_edges() {
    let series = series(30);
    for target in [Target::Identity, Target::ConstantCorrelation] {
        // One asset is its own target.
        let one = shrink(&slices(&series[..1]), target).expect("fine");
        assert_eq!((one.intensity, one.covariance), (0.0, covariance(&slices(&series[..1]), 0).expect("fine")));
        // Perfect correlation.
        let double: Vec<f64> = series[0].iter().map(|x| 2.0 * x).collect();
        let twins = shrink(&[&series[0], &double], target).expect("fine");
        assert!((0.0..=1.0).contains(&twins.intensity));
        // The unit only scales.
        let percent: Vec<Vec<f64>> = series.iter().map(|s| s.iter().map(|x| 128.0 * x).collect()).collect();
        let (a, b) =
            (shrink(&slices(&series), target).expect("fine"), shrink(&slices(&percent), target).expect("fine"));
        assert!((a.intensity / b.intensity - 1.0).abs() < 1e-12);
        for wrong in [&[][..], &[&[0.1][..]], &[&[0.1, 0.2], &[0.1]], &[&[0.1, f64::NAN]], &[&[0.1, f64::INFINITY]]] {
            assert!(shrink(wrong, target).is_err(), "{wrong:?}");
        }
    }
    // An asset without variance: nothing to correlate; the identity has room for it.
    let flat = [&series[0][..], &[0.01; 30]];
    assert!(matches!(shrink(&flat, Target::ConstantCorrelation), Err(RiskError::Element { index: 3, .. })));
    let found = shrink(&flat, Target::Identity).expect("fine");
    assert!(found.covariance[3] > 0.0 && found.intensity > 0.0);
}

#[test]
fn covariance_and_its_divisor() {
    let (a, b) = ([0.01, 0.03, -0.01, 0.01], [0.02, 0.02, -0.02, -0.02]);
    close(&covariance(&[&a, &b], 1).expect("fine"), &[8e-4 / 3.0, 8e-4 / 3.0, 8e-4 / 3.0, 16e-4 / 3.0], 1e-13);
    close(&covariance(&[&a, &b], 0).expect("fine"), &[2e-4, 2e-4, 2e-4, 4e-4], 1e-13);
    close(
        &correlation(&[2e-4, 2e-4, 2e-4, 4e-4], 2).expect("fine"),
        &[1.0, 0.5_f64.sqrt(), 0.5_f64.sqrt(), 1.0],
        1e-15,
    );
    assert!(covariance(&[&a, &b], 4).is_err() && covariance(&[&a], usize::MAX).is_err());
    assert!(
        covariance(&[&a[..1]], 0).is_err() && covariance(&[], 1).is_err() && covariance(&[&a, &b[..3]], 1).is_err()
    );
    let error = correlation(&[1e-4, 0.0, 0.0, 0.0], 2).expect_err("no variance");
    assert!(matches!(error, RiskError::Element { index: 3, .. }), "{error}");
    assert!(correlation(&[1.0, 0.5, 0.4, 1.0], 2).is_err() && correlation(&[1.0, 0.5], 2).is_err());
    assert!(correlation(&[], 0).is_err() && correlation(&[f64::NAN], 1).is_err());
}

const CROSSED: [f64; 16] = [1.0, 0.9, 0.7, -0.3, 0.9, 1.0, 0.3, 0.6, 0.7, 0.3, 1.0, -0.9, -0.3, 0.6, -0.9, 1.0];

#[test]
fn the_nearest_correlation_matrix() {
    // The example of Higham 2002, section 4: 0.7607 and 0.1573.
    let found =
        nearest_correlation(&[1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0], 3, &Repair::default()).expect("found");
    let (a, b) = (0.760_689_85, 0.157_298_11);
    close(&found.matrix, &[1.0, a, b, a, 1.0, a, b, a, 1.0], 4e-8);
    // Alternating projections with numpy, 200,000 steps.
    let found = nearest_correlation(&CROSSED, 4, &Repair::default()).expect("found");
    let (p, q, r) = (0.798_545_37, 0.751_473_31, 0.202_951_04);
    let s = 0.427_342_07;
    close(&found.matrix, &[1.0, p, q, -r, p, 1.0, r, s, q, r, 1.0, -p, -r, s, -p, 1.0], 3e-8);
    assert!((found.distance - 0.379_165_777_736).abs() < 1e-8 && found.steps > 1);
    assert!(smallest_eigenvalue(&found.matrix, 4).expect("fine") > -1e-12);
    // Clipping, by numpy: a correlation matrix, too, but farther off.
    let clipped = clipped_correlation(&CROSSED, 4, &Repair::default()).expect("found");
    let (p, q, r, s) = (0.770_676_4, 0.711_873_11, 0.214_106_87, 0.433_487_17);
    close(&clipped.matrix, &[1.0, p, q, -r, p, 1.0, r, s, q, r, 1.0, -p, -r, s, -p, 1.0], 3e-8);
    assert!(clipped.distance > found.distance);
    assert!(smallest_eigenvalue(&clipped.matrix, 4).expect("fine") > -1e-12);
}

#[test]
fn what_needs_no_repair_stays_and_floors_hold() {
    let fine = [1.0, 0.5, 0.5, 1.0];
    for repaired in
        [nearest_correlation(&fine, 2, &Repair::default()), clipped_correlation(&fine, 2, &Repair::default())]
    {
        let repaired = repaired.expect("found");
        assert_eq!((repaired.matrix.as_slice(), repaired.distance, repaired.steps), (&fine[..], 0.0, 0));
    }
    // Perfect correlation is at the border; a floor makes it definite.
    let twins = [1.0; 4];
    let found = nearest_correlation(&twins, 2, &Repair::default()).expect("found");
    assert!(found.distance < 1e-12);
    let floor = Repair { floor: 1e-6, ..Repair::default() };
    let found = nearest_correlation(&twins, 2, &floor).expect("found");
    assert!((smallest_eigenvalue(&found.matrix, 2).expect("fine") / 1e-6 - 1.0).abs() < 1e-3, "{found:?}");
    assert_eq!(nearest_correlation(&[1.0], 1, &Repair::default()).expect("found").matrix, [1.0]);
    // A covariance keeps its variances.
    let deviation = [0.1, 0.2, 0.3, 0.4];
    let crossed: Vec<f64> = (0..16).map(|at| CROSSED[at] * deviation[at / 4] * deviation[at % 4]).collect();
    let found = nearest_covariance(&crossed, 4, &Repair::default()).expect("found");
    (0..4).for_each(|i| assert_eq!(found.matrix[i * 5], crossed[i * 5]));
    assert!(smallest_eigenvalue(&found.matrix, 4).expect("fine") > -1e-13 && found.steps > 0);
    let same = nearest_covariance(&[0.04, 0.01, 0.01, 0.09], 2, &Repair::default()).expect("found");
    assert_eq!(same.matrix, [0.04, 0.01, 0.01, 0.09]);
}

#[test]
fn every_repair_is_a_correlation_matrix_and_no_other_is_nearer() {
    let mut state = 5_u64;
    let mut noise = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    for n in [2, 3, 5, 8, 13] {
        let mut matrix = vec![1.0; n * n];
        for i in 0..n {
            for j in 0..i {
                let value = noise();
                matrix[i * n + j] = value;
                matrix[j * n + i] = value;
            }
        }
        let found = nearest_correlation(&matrix, n, &Repair::default()).expect("found");
        let clipped = clipped_correlation(&matrix, n, &Repair::default()).expect("found");
        for repaired in [&found, &clipped] {
            assert!(smallest_eigenvalue(&repaired.matrix, n).expect("fine") > -1e-12);
            for at in 0..n * n {
                let mirror = repaired.matrix[at % n * n + at / n];
                assert!(repaired.matrix[at] == mirror && mirror.abs() <= 1.0 && (at / n != at % n || mirror == 1.0));
            }
        }
        assert!(found.distance <= clipped.distance + 1e-12, "{n}");
    }
}

#[test]
fn matrices_that_cannot_be_repaired_are_errors() {
    let settings = Repair::default();
    for (matrix, n) in [
        (&[1.0, 0.5, 0.4, 1.0][..], 2),
        (&[1.0, 1.5, 1.5, 1.0], 2),
        (&[1.0, 0.5, 0.5, 2.0], 2),
        (&[1.0, f64::NAN, f64::NAN, 1.0], 2),
        (&[1.0, 0.5, 0.5], 2),
        (&[], 0),
        (&[1.0], usize::MAX),
    ] {
        assert!(
            nearest_correlation(matrix, n, &settings).is_err() && clipped_correlation(matrix, n, &settings).is_err()
        );
    }
    for wrong in [
        Repair { floor: -0.1, ..settings },
        Repair { floor: f64::NAN, ..settings },
        Repair { floor: 0.5, ..settings },
        Repair { tolerance: 0.0, ..settings },
        Repair { steps_max: 1, ..settings },
    ] {
        assert!(nearest_correlation(&CROSSED, 4, &wrong).is_err(), "{wrong:?}");
    }
    assert!(nearest_covariance(&[0.0, 0.0, 0.0, 1.0], 2, &settings).is_err());
    assert!(smallest_eigenvalue(&[1.0, 2.0, 3.0, 1.0], 2).is_err());
}
