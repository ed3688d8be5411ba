//! The standard normal distribution, accurate into the far tails.

use crate::lanes;

/// `P(Z <= z)`: relative error about 1e-15 also far below zero ([`lanes::cdf`]).
#[must_use]
pub fn cdf(z: f64) -> f64 {
    lanes::cdf(z)
}

/// The z with `P(Z <= z) = p`; `None` outside 0 < p < 1.
///
/// Algorithm AS 241, PPND16 (Wichura 1988, "The percentage points of the normal
/// distribution"): relative error about 1e-16. Close to 1 the input itself is
/// coarse: ask for `-quantile(1 - p)` where `1 - p` is known better.
#[must_use]
pub fn quantile(p: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0) {
        return None;
    }
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return Some(q * fraction(&CENTRE, r));
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = (-libm::log(tail)).sqrt();
    let z = if r <= 5.0 { fraction(&TAIL, r - 1.6) } else { fraction(&FAR, r - 5.0) };
    Some(if q < 0.0 { -z } else { z })
}

/// Coefficients of a numerator and of a denominator, lowest power first.
type Fraction = [[f64; 8]; 2];

fn fraction([above, below]: &Fraction, x: f64) -> f64 {
    let polynomial = |c: &[f64; 8]| c.iter().rev().fold(0.0, |sum, c| sum * x + c);
    polynomial(above) / polynomial(below)
}

const CENTRE: Fraction = [
    [
        3.387_132_872_796_366_5,
        133.141_667_891_784_38,
        1_971.590_950_306_551_3,
        13_731.693_765_509_46,
        45_921.953_931_549_87,
        67_265.770_927_008_7,
        33_430.575_583_588_13,
        2_509.080_928_730_122_7,
    ],
    [
        1.0,
        42.313_330_701_600_91,
        687.187_007_492_057_9,
        5_394.196_021_424_751,
        21_213.794_301_586_597,
        39_307.895_800_092_71,
        28_729.085_735_721_943,
        5_226.495_278_852_854,
    ],
];

const TAIL: Fraction = [
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        0.241_780_725_177_450_6,
        0.022_723_844_989_269_184,
        0.000_774_545_014_278_341_4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        0.689_767_334_985_1,
        0.148_103_976_427_480_08,
        0.015_198_666_563_616_457,
        0.000_547_593_808_499_534_5,
        1.050_750_071_644_416_9e-9,
    ],
];

const FAR: Fraction = [
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        0.296_560_571_828_504_87,
        0.026_532_189_526_576_124,
        0.001_242_660_947_388_078_4,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        0.599_832_206_555_888,
        0.136_929_880_922_735_8,
        0.014_875_361_290_850_615,
        0.000_786_869_131_145_613_3,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_7e-15,
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_points() {
        for (p, z) in [
            (0.5, 0.0),
            (0.975, 1.959_963_984_540_054_2),
            (0.95, 1.644_853_626_951_472_7),
            (0.001, -3.090_232_306_167_813_5),
            (1e-10, -6.361_340_902_404_056),
            (1e-300, -37.047_096_299_361_2),
        ] {
            let found = quantile(p).expect("inside");
            assert!((found - z).abs() <= 4e-15 * z.abs().max(1.0), "{p}: {found}");
        }
        assert!((cdf(-10.0) / 7.619_853_024_160_526e-24 - 1.0).abs() < 2e-15);
    }

    #[test]
    fn there_and_back() {
        for i in 1..2_000 {
            let p = f64::from(i) / 2_000.0;
            let z = quantile(p).expect("inside");
            assert!((cdf(z) - p).abs() < 1e-15, "{p}");
            assert!((quantile(1.0 - p).expect("inside") + z).abs() < 1e-12, "{p}");
        }
    }

    #[test]
    fn outside_is_undefined() {
        for p in [0.0, 1.0, -0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert_eq!(quantile(p), None);
        }
    }
}
