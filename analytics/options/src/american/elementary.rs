//! The exponential and the normal distribution without branches or calls, so
//! that loops over them become vector instructions. The same bits as one by one.

use std::f64::consts::LOG2_E;

pub(super) const FRAC_1_SQRT_TAU: f64 = 0.398_942_280_401_432_7;

/// Added to a number below 2^51 it leaves the nearest integer in the low bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// The logarithm of 2 in two parts (Cody and Waite 1980): the first has few bits.
const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// 1/k! from k = 13 down to 0.
const INVERSE_FACTORIALS: [f64; 14] = [
    1.605_904_383_682_161_3e-10,
    2.087_675_698_786_81e-9,
    2.505_210_838_544_172e-8,
    2.755_731_922_398_589e-7,
    2.755_731_922_398_589_3e-6,
    2.480_158_730_158_73e-5,
    1.984_126_984_126_984e-4,
    1.388_888_888_888_889e-3,
    8.333_333_333_333_333e-3,
    4.166_666_666_666_666_4e-2,
    1.666_666_666_666_666_6e-1,
    0.5,
    1.0,
    1.0,
];

/// `e^x`, relative error about 1e-16 plus that of `x`; taken at -708 below it and at 709 above it.
#[inline(always)]
pub(super) fn exp(x: f64) -> f64 {
    let x = if x < -708.0 { -708.0 } else { x };
    let x = if x > 709.0 { 709.0 } else { x };
    let rounded = x * LOG2_E + ROUND;
    let power = rounded - ROUND;
    let rest = (x - power * LN_2_HIGH) - power * LN_2_LOW;
    let mut sum = INVERSE_FACTORIALS[0];
    for c in &INVERSE_FACTORIALS[1..] {
        sum = sum * rest + c;
    }
    sum * f64::from_bits(rounded.to_bits().wrapping_add(1023) << 52)
}

/// The natural logarithm of a positive normal number, relative error about 1e-16.
///
/// `x = 2^k m` with m around 1; `ln m = 2 atanh((m - 1) / (m + 1))` by its series.
#[inline(always)]
pub(super) fn ln(x: f64) -> f64 {
    let bits = x.to_bits().wrapping_sub(SQRT_HALF_BITS);
    // The exponent's twelve bits as a number, then with its sign.
    let power = f64::from_bits((bits >> 52) | ROUND_BITS) - ROUND;
    let power = if power > 2048.0 { power - 4096.0 } else { power };
    let m = f64::from_bits((bits & 0x000f_ffff_ffff_ffff).wrapping_add(SQRT_HALF_BITS));
    let s = (m - 1.0) / (m + 1.0);
    let square = s * s;
    let mut sum = ODD_INVERSES[0];
    for c in &ODD_INVERSES[1..] {
        sum = sum * square + c;
    }
    power * LN_2_HIGH + (2.0 * s + (2.0 * s * square * sum + power * LN_2_LOW))
}

/// The bits of the square root of 1/2, and of [`ROUND`].
const SQRT_HALF_BITS: u64 = 0x3fe6_a09e_667f_3bcd;
const ROUND_BITS: u64 = 0x4338_0000_0000_0000;

/// 1/k for k = 21, 19, .. 3.
const ODD_INVERSES: [f64; 10] = [
    1.0 / 21.0,
    1.0 / 19.0,
    1.0 / 17.0,
    1.0 / 15.0,
    1.0 / 13.0,
    1.0 / 11.0,
    1.0 / 9.0,
    1.0 / 7.0,
    1.0 / 5.0,
    1.0 / 3.0,
];

/// `P(Z <= z)` where `bell` is `e^(-z^2/2)`.
///
/// With `x = |z|` and `t = (x - 4.5) / (x + 4.5)`, the function
/// `(1 + x) e^(x^2/2) P(Z > x)` is a polynomial in `t` to 2e-16 (the map of
/// Schonfelder 1978, "Chebyshev expansions for the error and related functions").
#[inline(always)]
pub(super) fn cdf_by(z: f64, bell: f64) -> f64 {
    let x = z.abs();
    let x = if x > 1e3 { 1e3 } else { x };
    let inverse = 1.0 / ((x + 4.5) * (x + 1.0));
    let t = (x - 4.5) * (x + 1.0) * inverse;
    let mut sum = TAIL[0];
    for c in &TAIL[1..] {
        sum = sum * t + c;
    }
    let tail = bell * sum * ((x + 4.5) * inverse);
    if z > 0.0 { 1.0 - tail } else { tail }
}

/// `P(Z <= z)`.
#[inline(always)]
pub(super) fn cdf(z: f64) -> f64 {
    cdf_by(z, exp(-0.5 * z * z))
}

/// Highest power first; from its values at 40 Chebyshev points in 50 digits.
const TAIL: [f64; 24] = [
    4.478_329_687_727_237_5e-10,
    7.510_825_272_502_022e-10,
    -4.453_291_002_793_951e-9,
    -9.328_009_813_128_234e-9,
    2.428_650_397_767_223_6e-8,
    6.895_720_224_685_503e-8,
    -1.079_818_425_384_373_1e-7,
    -4.278_383_980_924_101e-7,
    5.261_852_829_657_511e-7,
    2.550_910_335_183_491_4e-6,
    -3.585_852_162_494_649_6e-6,
    -1.489_612_688_853_040_6e-5,
    3.383_501_690_066_194_5e-5,
    7.095_212_277_957_14e-5,
    -3.530_017_691_548_341e-4,
    1.192_556_936_661_254_4e-4,
    2.711_246_098_793_180_3e-3,
    -1.059_108_533_733_805e-2,
    2.261_631_044_732_908_8e-2,
    -3.037_689_096_573_400_7e-2,
    1.892_265_666_271_121_5e-2,
    2.384_296_476_911_727e-2,
    -9.445_675_888_818_685e-2,
    4.664_186_565_929_019_4e-1,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_good_as_libm() {
        for i in -7_000..=7_000 {
            let x = f64::from(i) * 0.1007;
            let (found, exact) = (exp(x), libm::exp(x));
            assert!((found / exact - 1.0).abs() < 4e-16, "exp({x}) = {found}, {exact}");
            let positive = libm::exp(x);
            let allowed = 4e-16 * x.abs().max(1e-3);
            assert!((ln(positive) - libm::log(positive)).abs() <= allowed, "ln({positive})");
            let z = f64::from(i) * 0.005;
            let (found, exact) = (cdf(z), numeric::normal::cdf(z));
            let allowed = 1e-15 * (1.0 + z * z);
            assert!((found / exact - 1.0).abs() < allowed, "cdf({z}) = {found}, {exact}");
        }
        assert!(exp(-1e300) < 1e-300 && exp(1e300) > 1e307);
    }
}
