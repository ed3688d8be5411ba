//! `e^x - 1` of many numbers at a time: what a log return does to a price.
//!
//! Relative error below 6e-16 for every x. Each element is computed alone: the same bits wherever it stands
//! and whatever its neighbours are.

use multiversion::multiversion;

/// Replaces each x by `e^x - 1`; infinity and not-a-number as in `libm::expm1`.
pub fn expm1(x: &mut [f64]) {
    in_place(x);
}

/// Log returns of a day are below this: a polynomial is enough.
const SHORT: f64 = 0.25;

#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw+avx512cd+avx2+avx+bmi1+bmi2",
    "x86_64+avx2+avx+bmi1+bmi2"
))]
fn in_place(x: &mut [f64]) {
    let (groups, rest) = x.as_chunks_mut::<64>();
    for group in groups {
        let mut within = true;
        for x in group.iter() {
            within &= x.abs() <= SHORT;
        }
        if within {
            for x in group {
                *x = short(*x);
            }
        } else {
            for x in group {
                *x = any(*x);
            }
        }
    }
    for x in rest {
        *x = any(*x);
    }
}

#[inline(always)]
fn any(x: f64) -> f64 {
    let (near, far) = (short(x), long(x));
    if x.abs() <= SHORT { near } else { far }
}

#[inline(always)]
fn short(x: f64) -> f64 {
    short_terms(x) * x
}

/// `2^k e^r - 1` with `x = k ln 2 + r`; two halves of `2^k`, so that the largest is reached.
#[inline(always)]
fn long(x: f64) -> f64 {
    /// Adding it leaves the nearest whole number in the lowest bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    let x = if x > 710.0 { 710.0 } else { x };
    let x = if x < -60.0 { -60.0 } else { x };
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = (x - k * LN_2_HIGH) - k * LN_2_LOW;
    let half = f64::from_bits(shifted.to_bits().wrapping_add(1022) << 52);
    let e = long_terms(r) * r;
    (half * e + (half - 0.5)) * 2.0
}

/// Written out: a loop over the terms would not be computed side by side.
#[inline(always)]
fn short_terms(x: f64) -> f64 {
    let c = &SHORT_TERMS;
    ((((((((c[9] * x + c[8]) * x + c[7]) * x + c[6]) * x + c[5]) * x + c[4]) * x + c[3]) * x + c[2]) * x + c[1]) * x
        + c[0]
}

#[inline(always)]
fn long_terms(x: f64) -> f64 {
    let c = &LONG_TERMS;
    (((((((((c[10] * x + c[9]) * x + c[8]) * x + c[7]) * x + c[6]) * x + c[5]) * x + c[4]) * x + c[3]) * x + c[2]) * x
        + c[1])
        * x
        + c[0]
}

/// Chebyshev interpolation of `(e^x - 1) / x` over -1/4..1/4, error 5e-17.
const SHORT_TERMS: [f64; 10] = [
    1.0,
    0.5,
    0.1666666666666293,
    0.041666666666663556,
    0.008333333338116193,
    0.0013888888892874063,
    0.0001984124841605262,
    2.48015694494292e-05,
    2.7596488637873554e-06,
    2.7589957366249805e-07,
];

/// The same over half of ln 2 to either side, error 2e-17.
const LONG_TERMS: [f64; 11] = [
    1.0,
    0.5000000000000006,
    0.1666666666666667,
    0.041666666666573066,
    0.008333333333326136,
    0.001388888893251478,
    0.00019841269874820627,
    2.480150431378554e-05,
    2.7557255400206422e-06,
    2.7626371065696354e-07,
    2.5105217004720745e-08,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn of(x: f64) -> f64 {
        let mut one = [x];
        expm1(&mut one);
        one[0]
    }

    #[test]
    fn as_the_reference() {
        let mut worst = 0.0_f64;
        for i in -70_000..=70_000 {
            for x in [f64::from(i) * 1e-5, f64::from(i) * 0.000_51, f64::from(i) * 0.010_13] {
                let (found, expected) = (of(x), libm::expm1(x));
                if expected.is_finite() && expected != 0.0 {
                    worst = worst.max(((found - expected) / expected).abs());
                }
            }
        }
        assert!(worst <= 2.5 * f64::EPSILON, "{worst:e}");
    }

    #[test]
    fn the_ends() {
        assert_eq!(of(0.0), 0.0);
        assert_eq!(of(1e-300), 1e-300);
        assert_eq!(of(f64::INFINITY), f64::INFINITY);
        assert_eq!(of(710.0), f64::INFINITY);
        assert_eq!(of(f64::NEG_INFINITY), -1.0);
        assert_eq!(of(-1e308), -1.0);
        assert!(of(f64::NAN).is_nan());
        assert!((of(709.7) / libm::expm1(709.7) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn neighbours_do_not_matter() {
        let mut all: Vec<f64> =
            (0..999).map(|i| libm::sin(f64::from(i)) * if i % 7 == 0 { 3.0 } else { 0.2 }).collect();
        let alone: Vec<u64> = all.iter().map(|x| of(*x).to_bits()).collect();
        expm1(&mut all);
        assert_eq!(all.iter().map(|x| x.to_bits()).collect::<Vec<_>>(), alone);
    }
}
