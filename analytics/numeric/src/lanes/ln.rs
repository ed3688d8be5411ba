//! The natural logarithm.

use super::{LN2_HIGH, LN2_LOW, polynomial};

/// `(2 atanh(s) / s - 2) / s^2` as a polynomial in s^2 for |s| <= 0.2005,
/// interpolated at the Chebyshev nodes: relative error of 2 atanh 6e-19.
const ATANH: [f64; 8] = [
    0.666_666_666_666_666_6,
    0.400_000_000_000_080_85,
    0.285_714_285_672_118_6,
    0.222_222_230_590_062_6,
    0.181_817_367_912_973_87,
    0.153_889_011_136_895_7,
    0.132_090_540_817_975_64,
    0.136_140_470_410_905_88,
];

const MANTISSA: u64 = (1 << 52) - 1;
const ONE: u64 = 1023 << 52;
/// 2^52 and a sign's weight among exponents: with them a power becomes a number.
const TWO_52: u64 = 0x4330_0000_0000_0000;
const POWERS: u64 = 2048;

/// `ln(a / b)` for normal positive numbers, without forming the quotient: near
/// a = b the relative error stays small. Outside it is not defined.
///
/// `a = m_a 2^i` and `b = m_b 2^j` give `(i - j) ln 2 + 2 atanh((m_a - m_b) / (m_a + m_b))`.
/// The bits of a number, read as a whole one, rise with its logarithm, by 2^52 for each power of
/// two and straight in between: their difference, rounded, is a power with which m_a / m_b lies
/// between 2^-0.59 and 2^0.59. Nothing is compared or chosen.
#[inline(always)]
#[must_use]
pub fn ln_ratio(a: f64, b: f64) -> f64 {
    let (a, b) = (a.to_bits(), b.to_bits());
    let apart = a.wrapping_sub(b);
    let power = apart.wrapping_add((POWERS << 52) | (1 << 51)) >> 52;
    let one_to_two = (a & MANTISSA) | ONE;
    let beside = one_to_two.wrapping_sub(apart).wrapping_add(power.wrapping_sub(POWERS) << 52);
    let (m_a, m_b) = (f64::from_bits(one_to_two), f64::from_bits(beside));
    let k = f64::from_bits(power | TWO_52) - (4_503_599_627_370_496.0 + POWERS as f64);
    let s = (m_a - m_b) / (m_a + m_b);
    let w = s * s;
    k * LN2_HIGH + (2.0 * s + (s * w * polynomial(&ATANH, w) + k * LN2_LOW))
}

/// ln x: minus infinity at 0, not a number below it.
#[inline(always)]
#[must_use]
pub fn ln(x: f64) -> f64 {
    // 54 more powers of two make a denormal number normal.
    let is_denormal = x < f64::MIN_POSITIVE;
    let normal = if is_denormal { x * 18_014_398_509_481_984.0 } else { x };
    let shift = if is_denormal { 54.0 } else { 0.0 };
    let found = ln_ratio(normal, 1.0);
    let found = (found - shift * LN2_HIGH) - shift * LN2_LOW;
    let found = if x == 0.0 { f64::NEG_INFINITY } else { found };
    let found = if x < f64::INFINITY { found } else { x };
    if x < 0.0 { f64::NAN } else { found }
}
