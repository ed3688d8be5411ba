//! Mills' ratio of the normal distribution: the tail over the density.
//!
//! `P(Z > z) / phi(z) = sqrt(pi / 2) erfcx(z / sqrt 2)` with the scaled complementary error
//! function erfcx: what is left of a tail once its exponential is taken out, so that it neither
//! underflows nor loses digits far out.

/// Below this [`ratio`] is not to be asked.
pub const LOWEST: f64 = -0.625;

/// Mills' ratio for `z >= -0.625`, relative error below 5e-16.
///
/// No branch, no table: a loop over it is turned into vector instructions, and each element has
/// the bits of the single call. `(z + 1.25) ratio(z)` is a polynomial in `q = (z - 4) / (z + 5.25)`,
/// which maps the domain to -1..1 (the kind of map of Shepherd and Laframboise 1981, "Chebyshev
/// approximation of (1 + 2x) exp(x^2) erfc x"; the coefficients here are those of the Chebyshev
/// interpolant at 40 digits, truncated where the rest is below 2e-17).
#[inline(always)]
#[must_use]
pub fn ratio(z: f64) -> f64 {
    let q = (z - 4.0) / (z + 5.25);
    let (q2, q4) = (q * q, (q * q) * (q * q));
    let part = |i: usize| {
        let c = |k: usize| COEFFICIENTS[i + k];
        ((c(0) + c(1) * q) + (c(2) + c(3) * q) * q2) + ((c(4) + c(5) * q) + (c(6) + c(7) * q) * q2) * q4
    };
    let q8 = q4 * q4;
    let last = COEFFICIENTS[24] + COEFFICIENTS[25] * q;
    let upper = part(8) + (part(16) + last * q8) * q8;
    (part(0) + upper * q8) / (z + 1.25)
}

const COEFFICIENTS: [f64; 26] = [
    1.242_425_010_296_193_6,
    -0.403_740_077_090_403_7,
    0.214_202_494_554_231_4,
    -0.015_724_011_236_287_926,
    -0.116_460_387_866_466,
    0.153_978_528_208_000_6,
    -0.121_066_359_229_505_32,
    0.065_151_018_418_823_01,
    -0.022_117_966_441_066_755,
    0.002_178_992_181_020_493_6,
    0.002_063_334_688_316_604_2,
    -0.000_967_923_744_558_367_9,
    -4.635_473_562_715_450_5e-5,
    0.000_159_607_024_659_411_62,
    -1.965_443_686_514_696_8e-5,
    -2.435_345_018_124_221_8e-5,
    5.631_045_527_279_509e-6,
    4.088_467_270_975_078e-6,
    -1.139_032_101_005_524_2e-6,
    -7.778_235_081_952_407e-7,
    1.942_954_052_444_089_4e-7,
    1.522_531_443_766_911_4e-7,
    -2.580_719_849_733_922_7e-8,
    -2.476_038_389_335_717_7e-8,
    1.954_598_798_170_724_3e-9,
    2.266_961_552_204_082e-9,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_points() {
        // mpmath, 40 digits.
        for (z, expected) in [
            (-0.625, 2.236_751_293_713_417_5),
            (-0.5, 1.964_017_495_357_993_9),
            (-0.1, 1.359_930_401_525_616_6),
            (0.0, 1.253_314_137_315_500_3),
            (0.125, 1.137_490_921_203_604_6),
            (0.3, 1.001_837_400_992_155_8),
            (0.5, 0.876_364_456_453_692_3),
            (0.75, 0.752_571_179_063_408_1),
            (1.0, 0.655_679_542_418_798_4),
            (1.5, 0.515_815_638_217_963_4),
            (2.0, 0.421_369_229_288_054_5),
            (2.5, 0.354_265_111_329_793_66),
            (3.0, 0.304_590_298_710_103_3),
            (4.0, 0.236_652_382_913_560_67),
            (5.0, 0.192_808_104_715_315_76),
            (7.0, 0.140_104_183_453_050_23),
            (10.0, 0.099_028_596_471_731_93),
            (15.0, 0.066_374_235_823_250_18),
            (25.0, 0.039_936_304_769_535_594),
            (50.0, 0.019_992_009_580_853_568),
            (1000.0, 0.000_999_999_000_002_999_9),
            (1e8, 9.999_999_999_999_999e-9),
            (1.0e150, 1.0e-150),
        ] {
            let found = ratio(z);
            assert!((found / expected - 1.0).abs() < 5e-16, "{z}: {found}");
        }
    }
}
