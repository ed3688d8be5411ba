//! Numbers as an unevaluated sum of two doubles, as far as the intrinsic value needs them.
//!
//! An option deep in the money is nearly all intrinsic value, and what is left after subtracting it
//! is only as good as `S e^(-q T) - K e^(-r T)`: so that is formed with some 66 bits. Sums and
//! products after Dekker (1971), "A floating-point technique for extending the available precision"
//! and Knuth, "Seminumerical Algorithms", 4.2.2; no fused multiply-add, the same bits everywhere.

use std::ops::{Add, Mul, Neg, Sub};

/// `high + low`, low at most half a unit in the last place of high.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pair {
    pub(super) high: f64,
    pub(super) low: f64,
}

impl Pair {
    pub(super) const fn new(high: f64) -> Self {
        Self { high, low: 0.0 }
    }

    /// The exact sum of two doubles.
    pub(super) fn sum(a: f64, b: f64) -> Self {
        let high = a + b;
        let part = high - a;
        Self { high, low: (a - (high - part)) + (b - part) }
    }

    /// The exact product of two doubles, unless it leaves the range of normal numbers; of factors
    /// beyond 2^996 the rounded one.
    pub(super) fn product(a: f64, b: f64) -> Self {
        let high = a * b;
        let ((a1, a2), (b1, b2)) = (halves(a), halves(b));
        let low = ((a1 * b1 - high) + a1 * b2 + a2 * b1) + a2 * b2;
        Self { high, low: if low.is_finite() { low } else { 0.0 } }
    }

    /// Times a power of two.
    pub(super) fn scale(self, power: i32) -> Self {
        Self { high: libm::scalbn(self.high, power), low: libm::scalbn(self.low, power) }
    }

    pub(super) fn value(self) -> f64 {
        self.high + self.low
    }

    /// `e^self` as a pair and a power of two, relative error about 2^-66, for |self| up to 1e6.
    ///
    /// `e^y = 2^(n / 32) e^r` with `|r| < 0.011`: a table of pairs for the first, in the second only
    /// 1 + r needs more than a double.
    pub(super) fn exp(self) -> (Self, i32) {
        let n = libm::rint(self.high * THIRTY_TWO_PER_LN_2);
        let first = Self::sum(self.high - n * LN_2_32[0], -(n * LN_2_32[1]));
        let rest = first.low - n * LN_2_32[2] + self.low;
        let r = first.high;
        let tail = 1.0 / 120.0 + r * (1.0 / 720.0 + r * (1.0 / 5_040.0 + r * (1.0 / 40_320.0)));
        let beyond = r * r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * tail)));
        let small = Self::sum(r, rest + (beyond + r * rest));
        let n = n as i32;
        let (high, low) = TABLE[n.rem_euclid(32) as usize];
        let table = Self { high, low };
        (table + table * small, n.div_euclid(32))
    }
}

/// Upper and lower half of the digits.
fn halves(a: f64) -> (f64, f64) {
    let far = SPLIT * a;
    let high = far - (far - a);
    (high, a - high)
}

impl Add for Pair {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let (high, low) = (Self::sum(self.high, other.high), Self::sum(self.low, other.low));
        let first = Self::sum(high.high, high.low + low.high);
        Self::sum(first.high, first.low + low.low)
    }
}

impl Sub for Pair {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Neg for Pair {
    type Output = Self;

    fn neg(self) -> Self {
        Self { high: -self.high, low: -self.low }
    }
}

impl Mul for Pair {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let product = Self::product(self.high, other.high);
        Self::sum(product.high, product.low + (self.high * other.low + self.low * other.high))
    }
}

/// 2^27 + 1.
const SPLIT: f64 = 134_217_729.0;

const THIRTY_TWO_PER_LN_2: f64 = 46.166_241_308_446_83;

/// `ln 2 / 32` in three parts; the first two have 34 bits, so that their products with n are exact.
const LN_2_32: [f64; 3] = [0.021_660_849_391_992_087, 5.062_034_433_205_141e-13, 1.250_339_171_129_599_8e-23];

/// `2^(j / 32)`.
const TABLE: [(f64, f64); 32] = [
    (1.0, 0.0),
    (1.021_897_148_654_116_6, 5.109_225_028_973_444e-17),
    (1.044_273_782_427_413_8, 8.551_889_705_537_965e-17),
    (1.067_140_400_676_823_7, -7.899_853_966_841_582e-17),
    (1.090_507_732_665_257_7, -3.046_782_079_812_471e-17),
    (1.114_386_742_595_892_4, 1.041_027_845_684_557_1e-16),
    (1.138_788_634_756_691_6, 8.912_812_676_025_408e-17),
    (1.163_724_858_777_577_5, 3.829_204_836_924_093_5e-17),
    (1.189_207_115_002_721, 3.982_015_231_465_646e-17),
    (1.215_247_359_980_469, -7.712_630_692_681_488e-17),
    (1.241_857_812_073_484, 4.658_027_591_836_937e-17),
    (1.269_050_957_191_733_2, 2.667_932_131_342_186e-18),
    (1.296_839_554_651_009_6, 2.538_250_279_488_831_5e-17),
    (1.325_236_643_159_741_3, -2.858_731_210_038_861_4e-17),
    (1.354_255_546_936_892_7, 7.700_948_379_802_99e-17),
    (1.383_909_881_963_832, -6.770_511_658_794_786e-17),
    (std::f64::consts::SQRT_2, -9.667_293_313_452_913e-17),
    (1.445_180_806_977_046_7, -3.023_758_134_993_987_3e-17),
    (1.476_826_145_939_499_3, -3.483_994_556_892_796e-17),
    (1.509_164_427_593_422_8, -1.016_455_327_754_295e-16),
    (1.542_210_825_407_940_7, 7.949_834_809_697_621e-17),
    (1.575_980_845_107_886_5, -1.013_691_647_127_830_4e-17),
    (1.610_490_331_949_254_3, 2.470_719_256_979_788_8e-17),
    (1.645_755_478_153_965, -1.012_567_991_367_477_3e-16),
    (1.681_792_830_507_429, 8.199_010_020_581_497e-17),
    (1.718_619_298_122_478, -1.851_380_418_263_111e-17),
    (1.756_252_160_373_299_5, 2.960_140_695_448_873e-17),
    (1.794_709_075_003_107_2, 1.822_745_842_791_208_7e-17),
    (1.834_008_086_409_342_4, 3.283_107_224_245_627e-17),
    (1.874_167_634_110_3, -6.122_763_413_004_143e-17),
    (1.915_206_561_397_147_4, -1.061_994_605_619_596_3e-16),
    (1.957_144_124_175_400_2, 8.960_767_791_036_668e-17),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponentials_have_more_digits_than_a_double() {
        // mpmath: e^y as 2^k times the sum of two doubles.
        for (y, power, high, low) in [
            (0.0, 0, 1.0, 0.0),
            (1.0e-9, 0, 1.000_000_001, -8.224_037_093_664_211e-17),
            (-0.05, -1, 1.902_458_849_001_428, -1.885_280_091_582_001_8e-17),
            (0.3, 0, 1.349_858_807_576_003_2, -9.447_314_673_432_387e-17),
            (-1.0, -2, 1.471_517_764_685_769_3, -4.971_501_469_115_345e-17),
            (2.5, 3, 1.522_811_745_087_934_2, 2.541_750_271_668_518_4e-17),
            (-17.3, -25, 1.029_094_731_164_247_8, 1.097_619_940_747_897_8e-17),
            (100.0, 144, 1.205_393_415_280_693_5, -7.220_059_825_741_844e-17),
            (-700.0, -1010, 1.081_828_175_944_821, 9.312_926_389_907_246e-18),
            (709.0, 1022, 1.828_656_360_126_649_7, -4.352_167_719_316_752_5e-17),
            (-5000.0, -7214, 1.438_729_682_679_237_3, 6.676_752_485_623_086e-17),
        ] {
            let (found, k) = Pair::new(y).exp();
            let difference = (found.scale(k - power) - Pair { high, low }).value();
            assert!(difference.abs() <= 3e-20 * high, "{y}: {difference:e}");
        }
    }

    #[test]
    fn products_are_exact() {
        let a = 1.0 + 2.0_f64.powi(-52);
        assert_eq!(Pair::product(a, a), Pair { high: 1.0 + 2.0_f64.powi(-51), low: 2.0_f64.powi(-104) });
        assert_eq!(Pair::product(1e300, 0.0), Pair::new(0.0));
    }
}
