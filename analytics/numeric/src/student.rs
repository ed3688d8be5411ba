//! Student's t distribution, accurate into the far tails.

use crate::{beta, normal, roots};

/// `P(|T| >= |t|)` for `degrees` of freedom (above 0, need not be whole): the
/// two-sided p-value, relative error about 1e-13, as `I_x(degrees / 2, 1 / 2)` with
/// `x = degrees / (degrees + t^2)` (Abramowitz and Stegun 26.7.1). 0 for an infinite t
/// and where `t^2` overflows;
/// `None` when t is not a number or the degrees are not finite and above 0.
#[must_use]
pub fn two_sided(t: f64, degrees: f64) -> Option<f64> {
    if t.is_nan() || !(degrees > 0.0 && degrees.is_finite()) {
        return None;
    }
    // Divided by the larger, so that nothing overflows.
    let ratio = t.abs() / degrees.sqrt();
    let (x, complement) = if ratio > 1.0 {
        let small = 1.0 / ratio / ratio;
        (small / (1.0 + small), 1.0 / (1.0 + small))
    } else {
        let small = ratio * ratio;
        (1.0 / (1.0 + small), small / (1.0 + small))
    };
    beta::incomplete(0.5 * degrees, 0.5, x, complement)
}

/// `P(T <= t)` for `degrees` of freedom; `None` as for [`two_sided`].
#[must_use]
pub fn cdf(t: f64, degrees: f64) -> Option<f64> {
    let both = two_sided(t, degrees)?;
    Some(if t < 0.0 { 0.5 * both } else { 1.0 - 0.5 * both })
}

/// The t of 0 or more with `P(|T| >= t) = chance`, the inverse of [`two_sided`]: relative error
/// about 1e-12. 0 for a chance of 1; `None` when the chance is not above 0 and at most 1, or
/// the degrees are not finite and above 0, or when t would be beyond 1e150.
#[must_use]
pub fn two_sided_quantile(chance: f64, degrees: f64) -> Option<f64> {
    if !(chance > 0.0 && chance <= 1.0) {
        return None;
    }
    let start = -normal::quantile(0.5 * chance)?;
    let off = |t: f64| two_sided(t, degrees).map_or(f64::NAN, |p| libm::log(p) - libm::log(chance));
    // The tails are fatter than a normal's.
    let mut high = 1.0_f64.max(start);
    while off(high) > 0.0 {
        high *= 4.0;
        if high > 1e150 {
            return None;
        }
    }
    roots::brent(off, 0.0, high, 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// References: mpmath, 60 digits.
    #[test]
    fn tails() {
        for (t, degrees, expected) in [
            (0.5, 1.0, 0.704_832_764_699_133_5),
            (2.0, 5.0, 0.101_939_478_829_858_36),
            (-3.0, 10.0, 0.013_343_655_022_569_577),
            (0.001, 7.0, 0.999_230_017_244_998_8),
            (40.0, 3.0, 3.438_068_078_915_853e-5),
            (30.0, 98.0, 3.466_352_323_464_835e-51),
            (5.0, 1e6, 5.733_997_870_890_742e-7),
            (1e10, 2.0, 1e-20),
            (35.0, 298.0, 1.403_898_757_236_679_4e-107),
            (2.5, 2.5, 0.104_569_963_078_155_39),
            (1.0, 1e8, 0.317_310_510_282_621_34),
            (36.0, 1e6, 1.273_399_112_099_204_6e-283),
            (1e-200, 4.0, 1.0),
        ] {
            let found = two_sided(t, degrees).expect("inside");
            // A million degrees: the terms cancel ten digits of the exponent.
            let tolerance = if degrees > 1e5 { 1e-9 } else { 1e-12 };
            assert!((found / expected - 1.0).abs() <= tolerance, "{t} {degrees}: {found}");
            let half = if t < 0.0 { 0.5 * found } else { 1.0 - 0.5 * found };
            assert_eq!(cdf(t, degrees), Some(half));
        }
    }

    /// References: mpmath, 40 digits.
    #[test]
    fn quantiles() {
        for (chance, degrees, expected) in [
            (0.05, 7.0, 2.3646242515927853),
            (0.01, 15.0, 2.946712883475239),
            (0.1, 31.0, 1.6955187825458655),
            (0.5, 1.0, 1.0),
            (0.0001, 7.0, 7.8845842624166025),
            (1e-12, 3.0, 13016.380799879968),
            (0.999, 19.0, 0.0012699067538214158),
            (0.05, 1000000.0, 1.959966356814107),
            (0.3, 2.5, 1.3016622771599353),
            (0.001, 0.5, 411396.46252617135),
        ] {
            let found = two_sided_quantile(chance, degrees).expect("inside");
            assert!((found / expected - 1.0).abs() <= 1e-12, "{chance} {degrees}: {found}");
        }
        assert_eq!(two_sided_quantile(1.0, 3.0), Some(0.0));
        for (chance, degrees) in
            [(0.0, 5.0), (-0.1, 5.0), (1.1, 5.0), (f64::NAN, 5.0), (0.5, 0.0), (0.5, f64::NAN), (1e-300, 0.1)]
        {
            assert_eq!(two_sided_quantile(chance, degrees), None, "{chance} {degrees}");
        }
    }

    #[test]
    fn ends_and_bad_input() {
        assert_eq!(two_sided(0.0, 5.0), Some(1.0));
        assert_eq!(two_sided(f64::NEG_INFINITY, 5.0), Some(0.0));
        assert_eq!(cdf(f64::INFINITY, 5.0), Some(1.0));
        for (t, degrees) in [(f64::NAN, 5.0), (1.0, 0.0), (1.0, -2.0), (1.0, f64::NAN), (1.0, f64::INFINITY)] {
            assert_eq!((two_sided(t, degrees), cdf(t, degrees)), (None, None));
        }
    }
}
