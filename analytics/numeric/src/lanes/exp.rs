//! The exponential function.

use std::f64::consts::LOG2_E;

use super::{LN2_HIGH, LN2_LOW, MAGIC, polynomial};

/// `(e^r - 1 - r) / r^2` for |r| <= ln 2 / 2, interpolated at the Chebyshev nodes:
/// e^r is off by at most 1.7e-17.
const REST: [f64; 10] = [
    0.500_000_000_000_000_1,
    0.166_666_666_666_666_69,
    0.041_666_666_666_624_04,
    0.008_333_333_333_330_055,
    0.001_388_888_891_725_875_9,
    0.000_198_412_698_630_882_55,
    2.480_152_122_598_643_2e-5,
    2.755_726_840_619_079_5e-6,
    2.762_012_171_738_193_3e-7,
    2.510_041_108_201_49e-8,
];

/// e^(x + small) as `m * 2^k`: m between 0.7 and 1.42, and k both as a number and
/// in the low bits of the second.
#[inline(always)]
pub(super) fn parts(x: f64, small: f64) -> (f64, f64, u64) {
    let shifted = x * LOG2_E + MAGIC;
    let k = shifted - MAGIC;
    let r = (x - k * LN2_HIGH) - (k * LN2_LOW - small);
    let m = 1.0 + (r + r * r * polynomial(&REST, r));
    (m, k, shifted.to_bits())
}

/// 2^k for the whole number k in the low bits, -1022 <= k <= 1023.
#[inline(always)]
fn power_of_two(low_bits: u64) -> f64 {
    f64::from_bits(low_bits.wrapping_add(1023) << 52)
}

/// `m * 2^k`, rounded once, for k between -2044 and 2046.
#[inline(always)]
pub(super) fn scaled(m: f64, k: f64) -> f64 {
    let half = k * 0.5 + MAGIC;
    let rest = (k - (half - MAGIC)) + MAGIC;
    m * power_of_two(half.to_bits()) * power_of_two(rest.to_bits())
}

/// e^x for every x: 0 below -745.2, infinite above 709.8.
#[inline(always)]
#[must_use]
pub fn exp(x: f64) -> f64 {
    let x = if x < -746.0 { -746.0 } else { x };
    let x = if x > 710.0 { 710.0 } else { x };
    let (m, k, _) = parts(x, 0.0);
    scaled(m, k)
}

/// e^x for -708 <= x <= 709, at less cost; outside it is not defined.
#[inline(always)]
#[must_use]
pub fn exp_near(x: f64) -> f64 {
    exp_shifted::<0>(x)
}

/// e^x, taken at -708 below it and at 709 above it: for sums in which what is smaller or larger
/// than all normal numbers does not count.
#[inline(always)]
#[must_use]
pub fn exp_bounded(x: f64) -> f64 {
    let x = if x < -708.0 { -708.0 } else { x };
    let x = if x > 709.0 { 709.0 } else { x };
    exp_near(x)
}

/// e^x * 2^SHIFT where the result is a normal number; outside it is not defined.
///
/// For products that come back into range: `exp_shifted::<400>(x) * y * 2^-400`
/// loses nothing where e^x alone would be denormal.
#[inline(always)]
#[must_use]
pub fn exp_shifted<const SHIFT: u64>(x: f64) -> f64 {
    let (m, _, bits) = parts(x, 0.0);
    m * power_of_two(bits.wrapping_add(SHIFT))
}
