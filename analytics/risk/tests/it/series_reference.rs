//! Against numbers made outside: statsmodels 0.15, scipy 1.17, arch 8.0, and mpmath at 40
//! digits and more (the filter, levels far from zero), on series of `series_noise`.

use risk::series::adf::{AdfSettings, LagChoice, adf};
use risk::series::engle_granger::{EngleGrangerSettings, both, engle_granger};
use risk::series::garch::{Garch, fit};
use risk::series::half_life::half_life;
use risk::series::kalman::{KalmanHedge, KalmanSettings, kalman_hedge};
use risk::series::mackinnon::Trend;
use risk::series::ols::ols;

use crate::series_noise::{close, mix, noise, walk};

const TRENDS: [Trend; 4] = [Trend::None, Trend::Constant, Trend::Linear, Trend::Quadratic];

/// Three series of 200: a walk, another, and a mixture of both with noise.
fn three() -> [Vec<f64>; 3] {
    let (a, b) = (walk(1, 200), walk(3, 200));
    let sum: Vec<f64> = a.iter().zip(&b).zip(noise(2, 200)).map(|((a, b), e)| 0.5 * a - 2.0 * b + e).collect();
    [a, b, sum]
}

#[test]
fn regression() {
    let [a, b, y] = three();
    let fit = ols(&y, &[&[1.0; 200], &a, &b]).expect("independent");
    for (found, expected) in
        fit.coefficients.iter().zip([0.083_520_943_151_211_21, 0.494_467_733_498_363_5, -2.014_702_099_456_972])
    {
        close(*found, expected, 1e-12);
    }
    for (found, expected) in
        fit.standard_errors.iter().zip([0.077_246_354_902_652_98, 0.018_754_863_155_807_162, 0.024_560_462_403_403_413])
    {
        close(*found, expected, 1e-12);
    }
    for (found, expected) in fit.t_statistics().iter().zip([1.081_228_276_162_228_7, 26.364_774_266_308_572]) {
        close(*found, expected, 1e-12);
    }
    for (found, expected) in
        fit.p_values().iter().zip([0.280_917_387_639_170_4, 1.573_434_788_942_537_6e-66, 3.005_666_485_461_797_4e-154])
    {
        close(found.expect("defined"), expected, 1e-10);
    }
    close(fit.r_squared().expect("varies"), 0.979_809_154_054_976_3, 1e-13);
    close(fit.adjusted_r_squared().expect("varies"), 0.979_604_170_847_412_6, 1e-13);
    close(fit.ssr, 68.727_991_199_546_54, 1e-13);
    close(fit.log_likelihood(), -176.971_625_714_948_52, 1e-13);
    close(fit.aic(), 359.943_251_429_897_03, 1e-13);
    close(fit.bic(), 369.838_203_529_541_15, 1e-13);
    assert!(fit.has_constant && fit.degrees_of_freedom() == 197 && fit.observations() == 200);
    let fit = ols(&y, &[&a, &b]).expect("independent");
    assert!(!fit.has_constant);
    close(fit.coefficients[1], -1.993_034_223_855_313, 1e-12);
    close(fit.r_squared().expect("varies"), 0.990_135_891_530_217_7, 1e-13);
    close(fit.adjusted_r_squared().expect("varies"), 0.990_036_254_070_927, 1e-13);
    close(fit.aic(), 359.126_601_170_591_13, 1e-13);
    close(fit.bic(), 365.723_235_903_687_2, 1e-13);
    // A constant that is only in the span: two dummies.
    let odd: Vec<f64> = (0..200).map(|i| f64::from(i % 2)).collect();
    let even: Vec<f64> = odd.iter().map(|d| 1.0 - d).collect();
    assert!(ols(&y, &[&odd, &even]).expect("independent").has_constant);
}

#[test]
fn lags_by_t_statistic() {
    for (trend, (statistic, p, lags, observations)) in TRENDS.into_iter().zip([
        (0.196_193_355_098_094_85, 0.745_632_364_915_080_4, 12, 187),
        (-0.096_723_389_309_513_41, 0.949_763_920_215_353_3, 12, 187),
        (-2.091_022_805_862_243_3, 0.551_120_037_596_019_7, 12, 187),
        (-4.321_354_045_386_437, 0.011_824_934_694_293_701, 5, 194),
    ]) {
        let settings = AdfSettings { trend, choice: LagChoice::TStatistic, max_lag: None };
        let found = adf(&walk(1, 200), &settings).expect("an outcome");
        close(found.statistic, statistic, 1e-9);
        close(found.p_value, p, 1e-9);
        assert_eq!((found.lags, found.observations), (lags, observations));
    }
}

/// A walk of steps of a millionth about 1024, where statsmodels' pseudo-inverse keeps seven
/// digits: the answer at 60 digits is met.
#[test]
fn levels_far_from_zero_keep_their_digits() {
    let unit = 2.0_f64.powi(40);
    let far: Vec<f64> = walk(5, 120).iter().map(|x| ((x * 1e-6 + 1024.0) * unit + 0.5).floor() / unit).collect();
    for (trend, statistic) in
        TRENDS[1..].iter().zip([-1.059_090_780_058_638_8, -1.258_500_997_880_859, -2.348_173_090_613_258])
    {
        let found = adf(&far, &AdfSettings { trend: *trend, ..AdfSettings::default() }).expect("an outcome");
        assert_eq!(found.lags, 0);
        close(found.statistic, statistic, 1e-12);
    }
}

#[test]
fn cointegration_both_ways() {
    let x = walk(1, 200);
    let y = mix(1.5, &x, 0.3, &noise(2, 200), 7.0);
    let forward = [
        (-1.086_231_109_294_359_7, 0.664_737_820_014_778),
        (-12.559_615_133_601_586, 2.297_425_376_286_512_7e-22),
        (-12.560_182_204_444_54, 1.236_137_491_261_785_2e-23),
        (-12.830_133_348_701_821, 1.276_239_912_629_062_5e-23),
    ];
    for (trend, (statistic, p)) in TRENDS.into_iter().zip(forward) {
        let settings = EngleGrangerSettings { trend, ..EngleGrangerSettings::default() };
        let found = engle_granger(&y, &[&x], &settings).expect("an outcome");
        close(found.statistic, statistic, 1e-9);
        close(found.p_value.expect("a table"), p, 1e-7);
        assert_eq!(found.critical.is_none(), trend == Trend::None);
        assert!(!found.collinear && found.terms.len() == trend.terms());
    }
    let backward = [
        (-0.926_897_451_148_888_1, 0.729_836_549_715_944_2),
        (-12.541_728_787_490_438, 2.507_824_170_928_838_4e-22),
        (-12.498_590_188_152_646, 1.822_750_836_001_412_3e-23),
        (-12.799_754_812_513_575, 1.546_092_132_857_243_7e-23),
    ];
    for (trend, (statistic, p)) in TRENDS.into_iter().zip(backward) {
        let settings = EngleGrangerSettings { trend, choice: LagChoice::TStatistic, max_lag: None };
        let found = both(&y, &x, &settings).expect("an outcome");
        close(found.x_on_y.statistic, statistic, 1e-9);
        close(found.x_on_y.p_value.expect("a table"), p, 1e-7);
        assert!(found.stronger().statistic <= found.y_on_x.statistic.min(found.x_on_y.statistic));
    }
}

#[test]
fn cointegration_of_three() {
    let [a, b, y] = three();
    for (trend, (statistic, p, one)) in TRENDS.into_iter().zip([
        (-12.522_947_094_733_773, 5.359_598_777_335_457e-24, None),
        (-12.585_080_330_334_332, 8.474_906_215_087_147e-25, Some(-4.367_111_92)),
        (-12.598_911_091_527_203, 4.699_736_611_469_445e-25, Some(-4.758_609_72)),
        (-12.998_449_627_338_847, 3.989_309_446_430_003e-25, Some(-5.111_158_17)),
    ]) {
        let settings = EngleGrangerSettings { trend, choice: LagChoice::Bic, max_lag: None };
        let found = engle_granger(&y, &[&a, &b], &settings).expect("an outcome");
        close(found.statistic, statistic, 1e-9);
        close(found.p_value.expect("a table"), p, 1e-7);
        match (found.critical, one) {
            (Some(found), Some(expected)) => close(found.one, expected, 2e-9),
            (found, expected) => assert!(found.is_none() && expected.is_none()),
        }
    }
}

#[test]
fn half_life_of_an_autoregression() {
    let mut u = vec![0.0];
    for e in noise(1, 200) {
        u.push(0.9 * u[u.len() - 1] + e);
    }
    let found = half_life(&u).expect("reverts");
    close(found.b, -0.170_722_576_651_978_93, 1e-12);
    close(found.standard_error, 0.040_195_577_866_825_996, 1e-12);
    close(found.half_life, 3.702_698_782_339_760_4, 1e-12);
    close(found.mean, 0.266_268_370_587_183_5, 1e-11);
    close(found.deviation, 0.960_905_145_490_062_1, 1e-12);
    close(found.speed * found.half_life, std::f64::consts::LN_2, 1e-15);
    let (low, high) = found.interval(0.95).expect("a confidence");
    assert!(low < found.half_life && found.half_life < high && high.is_finite());
    // b - z error below -1 and b + z error above 0: nothing is excluded.
    let wide = risk::series::half_life::HalfLife { b: -0.5, standard_error: 0.6, ..found };
    assert_eq!(wide.interval(0.95), Ok((0.0, f64::INFINITY)));
}

#[test]
fn kalman_step_by_step() {
    let x = walk(1, 200);
    let y = mix(1.5, &x, 0.3, &noise(2, 200), 7.0);
    let settings = KalmanSettings {
        delta: 1e-3,
        observation_variance: 0.01,
        prior: [1.0, 0.0],
        prior_variance: [4.0, 100.0],
        state_variance: None,
    };
    let steps = kalman_hedge(&y[..60], &x[..60], &settings).expect("finite");
    for (t, expected) in [
        (
            0,
            [
                0.989_581_129_438_278_6,
                7.203_192_183_754_58,
                7.204_289_255_602_25,
                100.015_230_356_482_02,
                0.720_374_069_879_401_1,
                3.999_790_817_599_944_6,
                0.144_620_380_887_946_76,
                0.015_228_037_197_666_218,
            ],
        ),
        (
            1,
            [
                3.918_230_710_929_435,
                7.213_977_137_963_453,
                -0.429_559_055_921_613_5,
                0.049_702_643_025_348_35,
                -1.926_784_470_644_267_1,
                1.690_490_922_665_290_3,
                0.136_112_538_389_870_36,
                0.016_197_707_481_486_867,
            ],
        ),
        (
            59,
            [
                1.354_495_396_380_775_4,
                6.961_545_493_390_168,
                0.035_380_693_406_378_16,
                0.016_249_309_666_304_81,
                0.277_554_889_590_948_7,
                0.007_299_961_760_190_216,
                0.002_363_356_476_094_281,
                0.003_599_073_871_480_886_4,
            ],
        ),
    ] {
        let s = &steps[t];
        let [p, q, r] = s.covariance;
        for (found, expected) in [s.beta, s.alpha, s.innovation, s.variance, s.z, p, q, r].into_iter().zip(expected) {
            close(found, expected, 1e-11);
        }
    }
    let mut one_by_one = KalmanHedge::new(&settings).expect("inside");
    for ((y, x), step) in y.iter().zip(&x).zip(&steps) {
        assert_eq!(one_by_one.update(*y, *x), Ok(*step));
    }
    close(one_by_one.log_likelihood(), -23.386_979_309_188_95, 1e-11);
    assert_eq!(one_by_one.state(), [steps[59].beta, steps[59].alpha]);
    // A bad observation leaves it as it was.
    let before = one_by_one.clone();
    assert!(one_by_one.update(f64::NAN, 1.0).is_err() && one_by_one.update(1.0, 1e200).is_err());
    assert_eq!(one_by_one, before);
}

/// Without drift and with a vague prior the filter ends at the regression.
#[test]
fn kalman_without_drift_is_the_regression() {
    let [a, b, _] = three();
    let settings =
        KalmanSettings { delta: 0.0, observation_variance: 1.0, prior_variance: [1e9; 2], ..KalmanSettings::default() };
    let last = *kalman_hedge(&b, &a, &settings).expect("finite").last().expect("steps");
    let fit = ols(&b, &[&a, &[1.0; 200]]).expect("independent");
    close(last.beta, fit.coefficients[0], 1e-6);
    close(last.alpha, fit.coefficients[1], 1e-6);
}

#[test]
fn garch_recovers_what_made_the_returns() {
    let mut variance = 1.0;
    let returns: Vec<f64> = noise(11, 1_500)
        .into_iter()
        .map(|e| {
            let r = f64::sqrt(variance) * (e * 3.0_f64.sqrt());
            variance = 0.05 + 0.1 * r * r + 0.85 * variance;
            r
        })
        .collect();
    let found = fit(&returns).expect("a maximum");
    close(found.garch.omega, 0.051_939_460_241_543_42, 1e-3);
    close(found.garch.alpha, 0.085_080_282_305_207_73, 1e-3);
    close(found.garch.beta, 0.861_017_631_986_915, 1e-3);
    assert!(found.log_likelihood >= -2_054.033_788_964_933_6 - 1e-3);
    // In another unit: the same but for the unit.
    let fractions: Vec<f64> = returns.iter().map(|r| r / 128.0).collect();
    let small = fit(&fractions).expect("a maximum");
    close(small.garch.omega * 16_384.0, found.garch.omega, 1e-9);
    close(small.garch.alpha, found.garch.alpha, 1e-9);
    close(small.log_likelihood, found.log_likelihood + 1_500.0 * 128.0_f64.ln(), 1e-12);
}

/// A constant variance is a GARCH, too: the fit is never less likely, and says 0 where returns do not cluster.
#[test]
fn garch_of_returns_without_clusters() {
    let mut at_the_edge = 0;
    for seed in 1..=12 {
        let returns = noise(seed, 150);
        let square = returns.iter().map(|r| r * r).sum::<f64>() / 150.0;
        let constant = Garch { omega: square, alpha: 0.0, beta: 0.0 };
        let found = fit(&returns).expect("a maximum");
        let least = constant.log_likelihood(&returns, square).expect("defined");
        assert!(found.log_likelihood >= least - 1e-6, "{seed}: {found:?}");
        assert!(found.aic() < found.bic() && found.variances.len() == 151);
        at_the_edge += u32::from(found.garch.alpha == 0.0);
    }
    assert!(at_the_edge > 0);
}
