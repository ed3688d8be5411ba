//! Correlations against mpmath at 40 digits and scipy 1.17, on series of `series_noise`.

use risk::RiskError;
use risk::series::correlation::{Correlation, change, covariance, pearson};
use risk::series::rank::{kendall, ranks, spearman};

use crate::series_noise::{close, noise};

fn correlation(found: &Correlation, coefficient: f64, p: f64, low: f64, high: f64) {
    close(found.coefficient, coefficient, 1e-14);
    close(found.p_value().expect("defined"), p, 1e-9);
    let interval = found.interval(0.95).expect("a confidence");
    close(interval.0, low, 1e-12);
    close(interval.1, high, 1e-12);
}

#[test]
fn correlations_that_lose_digits() {
    let (e, f) = (noise(1, 50), noise(2, 50));
    let far_x: Vec<f64> = e.iter().map(|x| x + 1e9).collect();
    let far_y: Vec<f64> = e.iter().zip(&f).map(|(x, y)| y - 3e8 + 0.5 * x).collect();
    let found = pearson(&far_x, &far_y).expect("defined");
    correlation(
        &found,
        0.392_172_854_277_037_33,
        0.004_851_299_800_217_827,
        0.127_772_876_518_960_27,
        0.604_529_841_819_310_2,
    );
    close(covariance(&far_x, &far_y).expect("defined"), 0.161_564_860_189_129_08, 1e-14);
    let near: Vec<f64> = e.iter().zip(&f).map(|(x, y)| x * 3.0 + 1e-5 * y).collect();
    let found = pearson(&e, &near).expect("defined");
    correlation(
        &found,
        0.999_999_999_991_235_3,
        8.119_251_217_967_354e-260,
        0.999_999_999_984_474,
        0.999_999_999_995_052,
    );
    let tiny: Vec<f64> = e.iter().map(|x| x * 2.0_f64.powi(-1_000)).collect();
    let huge: Vec<f64> = f.iter().map(|x| x * 2.0_f64.powi(900)).collect();
    let found = pearson(&tiny, &huge).expect("defined");
    correlation(
        &found,
        0.028_239_511_392_607_605,
        0.845_649_984_488_286_5,
        -0.252_089_734_182_076_7,
        0.304_196_125_609_880_97,
    );
    close(covariance(&tiny, &huge).expect("defined"), 8.445_723_413_654_975e-33, 1e-13);
    let found = pearson(&[1.0, 2.0, 4.0], &[1.0, 3.0, 2.5]).expect("defined");
    close(found.coefficient, 0.576_556_660_197_055_1, 1e-15);
    close(found.p_value().expect("defined"), 0.608_792_009_968_276_6, 1e-13);
    assert_eq!(found.interval(0.95), Ok((-1.0, 1.0)));
}

#[test]
fn ranks_with_ties() {
    assert_eq!(ranks(&[3.0, 1.0, -0.0, 3.0, 0.0, 3.0]), Ok(vec![5.0, 3.0, 1.5, 5.0, 1.5, 5.0]));
    let (e, f) = (noise(1, 40), noise(2, 40));
    // Half to even, as numpy rounds.
    let a: Vec<f64> = e.iter().map(|x| (x * 3.0).round_ties_even()).collect();
    let b: Vec<f64> = e.iter().zip(&f).map(|(x, y)| (y * 3.0 + x * 2.0).round_ties_even()).collect();
    let found = kendall(&a, &b).expect("defined");
    close(found.tau, 0.353_700_796_641_200_4, 1e-13);
    close(found.p_value, 0.003_925_634_644_040_032, 1e-12);
    let found = spearman(&a, &b).expect("defined");
    close(found.coefficient, 0.448_068_020_182_116, 1e-13);
    close(found.p_value().expect("defined"), 0.003_738_623_627_180_381_4, 1e-9);
}

#[test]
fn a_change_of_correlation() {
    let of = |coefficient: f64, observations| Correlation {
        coefficient,
        unexplained: 1.0 - coefficient * coefficient,
        observations,
    };
    let found = change(&of(0.3, 50), &of(0.6, 100)).expect("defined");
    close(found.z, 2.158_556_238_424_458_8, 1e-14);
    close(found.p_value, 0.030_885, 1e-4);
    let back = change(&of(0.6, 100), &of(0.3, 50)).expect("defined");
    assert_eq!((back.z, back.p_value), (-found.z, found.p_value));
    let perfect = change(&of(0.3, 50), &of(1.0, 50)).expect("defined");
    assert_eq!((perfect.z, perfect.p_value), (f64::INFINITY, 0.0));
    assert!(matches!(change(&of(1.0, 50), &of(1.0, 9)), Err(RiskError::Degenerate { .. })));
    assert!(matches!(change(&of(0.5, 3), &of(0.1, 9)), Err(RiskError::Length { argument: "first", found: 3, .. })));
}
