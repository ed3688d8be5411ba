//! Roots of functions of one variable.

/// A root of `f` between `low` and `high` by Brent's method (Brent 1973,
/// "Algorithms for Minimization without Derivatives", chapter 4).
///
/// Stops when the bracket is narrower than `tolerance` plus four units in the
/// last place of the root, or after 200 evaluations. `None` when `f` has the
/// same sign at both ends, or is not a number where it is asked.
pub fn brent(mut f: impl FnMut(f64) -> f64, low: f64, high: f64, tolerance: f64) -> Option<f64> {
    let (mut a, mut b) = (low, high);
    let (mut fa, mut fb) = (f(a), f(b));
    if fa == 0.0 {
        return Some(a);
    }
    if fb == 0.0 {
        return Some(b);
    }
    if fa.is_nan() || fb.is_nan() || (fa > 0.0) == (fb > 0.0) {
        return None;
    }
    let (mut c, mut fc) = (a, fa);
    let mut step = b - a;
    let mut before = step;
    for _ in 0..200 {
        if (fb > 0.0) == (fc > 0.0) {
            (c, fc) = (a, fa);
            step = b - a;
            before = step;
        }
        if fc.abs() < fb.abs() {
            (a, b, c) = (b, c, b);
            (fa, fb, fc) = (fb, fc, fb);
        }
        let near = 2.0 * f64::EPSILON * b.abs() + 0.5 * tolerance;
        let half = 0.5 * (c - b);
        if half.abs() <= near || fb == 0.0 {
            return Some(b);
        }
        if before.abs() >= near && fa.abs() > fb.abs() {
            let s = fb / fa;
            let (mut p, mut q) = if a == c {
                (2.0 * half * s, 1.0 - s)
            } else {
                let (q, r) = (fa / fc, fb / fc);
                (s * (2.0 * half * q * (q - r) - (b - a) * (r - 1.0)), (q - 1.0) * (r - 1.0) * (s - 1.0))
            };
            if p > 0.0 {
                q = -q;
            } else {
                p = -p;
            }
            if 2.0 * p < (3.0 * half * q - (near * q).abs()).min((before * q).abs()) {
                before = step;
                step = p / q;
            } else {
                step = half;
                before = half;
            }
        } else {
            step = half;
            before = half;
        }
        (a, fa) = (b, fb);
        b += if step.abs() > near { step } else { near.copysign(half) };
        fb = f(b);
        if fb.is_nan() {
            return None;
        }
    }
    Some(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_lies_between() {
        let root = brent(|x| x * x * x - 2.0, 0.0, 2.0, 1e-15).expect("a sign change");
        assert!((root - 2.0_f64.cbrt()).abs() < 1e-14);
        let root = brent(|x| libm::exp(x) - 1e-8, -100.0, 10.0, 1e-13).expect("a sign change");
        assert!((root - libm::log(1e-8)).abs() < 1e-12);
        assert_eq!(brent(|x| x, 0.0, 1.0, 0.0), Some(0.0));
    }

    #[test]
    fn without_a_sign_change_there_is_none() {
        assert_eq!(brent(|x| x * x + 1.0, -1.0, 1.0, 1e-12), None);
        assert_eq!(brent(|_| f64::NAN, -1.0, 1.0, 1e-12), None);
    }
}
