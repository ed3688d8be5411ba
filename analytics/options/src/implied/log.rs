//! The logarithm of a ratio, of one element or in a loop that becomes vector instructions.

/// `ln(numerator / denominator)` of two finite numbers above 0 (also subnormal), within a unit in
/// the last place or two; a ratio near 1 keeps its relative accuracy, since the difference of the
/// two is what is looked at.
///
/// Both are taken apart into powers of two and mantissas m within a factor sqrt 2 of each other;
/// then `ln(m1 / m2) = 2 atanh z` with `z = (m1 - m2) / (m1 + m2)`, where the difference is exact.
#[inline(always)]
pub(super) fn ln_ratio(numerator: f64, denominator: f64) -> f64 {
    let (mut above, above_power) = parts(numerator);
    let (below, below_power) = parts(denominator);
    let mut power = above_power - below_power;
    let (large, small) = (above > below * SQRT_2, above * SQRT_2 < below);
    above *= if large { 0.5 } else { 1.0 };
    power += if large { 1.0 } else { 0.0 };
    above *= if small { 2.0 } else { 1.0 };
    power -= if small { 1.0 } else { 0.0 };
    let z = (above - below) / (above + below);
    power * LN_2_HIGH + (2.0 * z + (tail(z) + power * LN_2_LOW))
}

/// `ln((middle + half) / (middle - half))` for `|half| <= 0.17 middle`.
#[inline(always)]
pub(super) fn ln_near(half: f64, middle: f64) -> f64 {
    let z = half / middle;
    2.0 * z + tail(z)
}

/// `2 atanh z - 2 z` for `|z| <= 0.1716`.
#[inline(always)]
fn tail(z: f64) -> f64 {
    let c = &ATANH;
    let x = z * z;
    let (x2, cube) = (x * x, z * x);
    let low = (c[0] + c[1] * x) + (c[2] + c[3] * x) * x2;
    let high = (c[4] + c[5] * x) + (c[6] + c[7] * x) * x2;
    cube * (low + high * (x2 * x2))
}

/// Mantissa in 1..2 and power of two.
#[inline(always)]
fn parts(x: f64) -> (f64, f64) {
    let subnormal = x < f64::MIN_POSITIVE;
    let bits = (x * if subnormal { TWO_54 } else { 1.0 }).to_bits();
    let power = f64::from((bits >> 52) as i32 - 1_023) - if subnormal { 54.0 } else { 0.0 };
    (f64::from_bits((bits & MANTISSA) | ONE), power)
}

const SQRT_2: f64 = std::f64::consts::SQRT_2;
const TWO_54: f64 = 18_014_398_509_481_984.0;
const MANTISSA: u64 = (1 << 52) - 1;
const ONE: u64 = 1_023 << 52;

/// The first 33 bits of ln 2, so that its products with powers of two are exact, and the rest.
const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// `(2 atanh z - 2 z) / z^3` by powers of `z^2`: Chebyshev interpolant on `z^2 <= 0.02944`, error 2e-18.
const ATANH: [f64; 8] = [
    0.666_666_666_666_666_6,
    0.400_000_000_000_008_8,
    0.285_714_285_708_011_16,
    0.222_222_223_922_235_9,
    0.181_817_955_906_092_15,
    0.153_862_421_726_476_3,
    0.132_687_120_672_062_62,
    0.130_872_193_533_552_87,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_the_library() {
        let mut worst = 0.0_f64;
        for i in 0..20_000 {
            let a = libm::exp(f64::from(i) * 0.07 - 700.0);
            let expected = libm::log(a);
            worst = worst.max((ln_ratio(a, 1.0) - expected).abs() / expected.abs());
        }
        assert!(worst < 5e-16, "{worst}");
    }

    #[test]
    fn wide_and_narrow_ratios() {
        assert_eq!(ln_ratio(3.0, 3.0), 0.0);
        // mpmath.
        for (a, b, expected) in [
            (5e-324, 1.7e308, -1_454.166_908_814_609_5),
            (1.000_000_000_000_000_2, 1.0, 2.220_446_049_250_313e-16),
            (100.0, 100.000_001, -9.999_999_924_752_427e-9),
            (1e-310, 3e-312, 3.506_557_897_319_866_3),
        ] {
            assert!((ln_ratio(a, b) / expected - 1.0).abs() < 4e-16, "{a} {b}");
            assert!((ln_ratio(b, a) / expected + 1.0).abs() < 4e-16, "{a} {b}");
        }
    }
}
