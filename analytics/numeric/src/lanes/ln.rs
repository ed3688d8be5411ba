//! The natural logarithm.

use std::f64::consts::SQRT_2;

use super::{LN2_HIGH, LN2_LOW, MAGIC, polynomial};

/// `(2 atanh(s) / s - 2) / s^2` as a polynomial in s^2 for |s| <= 0.1716,
/// interpolated at the Chebyshev nodes: relative error of 2 atanh 6e-19.
const ATANH: [f64; 8] = [
    0.666_666_666_666_666_6,
    0.400_000_000_000_008_9,
    0.285_714_285_707_959_37,
    0.222_222_223_934_526_3,
    0.181_817_954_545_265,
    0.153_862_497_881_961_05,
    0.132_685_033_127_947_6,
    0.130_894_451_452_463_12,
];

const MANTISSA: u64 = (1 << 52) - 1;
const ONE: u64 = 1023 << 52;

/// `ln(a / b)` for normal positive numbers, without forming the quotient: near
/// a = b the relative error stays small. Outside it is not defined.
///
/// `a = m_a 2^i` and `b = m_b 2^j` give `(i - j) ln 2 + 2 atanh((m_a - m_b) / (m_a + m_b))`,
/// with the exponents chosen so that m_a / m_b lies between `sqrt(1/2)` and `sqrt 2`.
#[inline(always)]
#[must_use]
pub fn ln_ratio(a: f64, b: f64) -> f64 {
    let (a, b) = (a.to_bits(), b.to_bits());
    let exponent = (a >> 52).wrapping_sub(b >> 52);
    let m_a = f64::from_bits((a & MANTISSA) | ONE);
    let m_b = f64::from_bits((b & MANTISSA) | ONE);
    let above = m_a > SQRT_2 * m_b;
    let below = SQRT_2 * m_a < m_b;
    let m_a = if above { 0.5 * m_a } else { m_a };
    let m_a = if below { 2.0 * m_a } else { m_a };
    let k = f64::from_bits(MAGIC.to_bits().wrapping_add(exponent)) - MAGIC;
    let k = if above { k + 1.0 } else { k };
    let k = if below { k - 1.0 } else { k };
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
