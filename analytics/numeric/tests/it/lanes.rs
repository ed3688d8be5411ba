//! The functions for vector loops against values of 60 digits (mpmath).

use numeric::lanes;
use proptest::prelude::*;

/// `function, a, b, high, low`: the value is high + low, high the nearest double.
const VALUES: &str = include_str!("lanes.csv");

fn number(field: &str) -> f64 {
    if field.is_empty() { f64::NAN } else { field.parse().expect("a number") }
}

/// The distance between neighbours at x; no less than that of the denormals.
fn ulp(x: f64) -> f64 {
    let up = f64::from_bits(x.abs().to_bits() + 1);
    if up.is_finite() { up - x.abs() } else { x.abs() * f64::EPSILON }
}

/// The largest error of a function in the table, in ulp, and where.
fn largest(name: &str, mut found: impl FnMut(f64, f64) -> f64) -> (f64, f64) {
    let mut worst = (0.0, f64::NAN);
    let mut rows = 0;
    for line in VALUES.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        if fields[0] != name {
            continue;
        }
        rows += 1;
        let [a, b, high, low] = [1, 2, 3, 4].map(|i| number(fields[i]));
        let error = ((found(a, b) - high) - low).abs() / ulp(high);
        if error.is_nan() || error > worst.0 {
            worst = (error, a);
        }
    }
    assert!(rows > 100, "{name}: {rows} rows");
    worst
}

#[test]
fn errors_are_as_stated() {
    let stated = [
        ("exp", 1.0, largest("exp", |x, _| lanes::exp(x))),
        ("ln", 2.0, largest("ln", |x, _| lanes::ln(x))),
        ("ln_ratio", 2.0, largest("ln_ratio", lanes::ln_ratio)),
        ("pdf", 2.0, largest("pdf", |z, _| lanes::pdf(z))),
        ("scaled_tail", 4.0, largest("scaled_tail", |x, _| lanes::scaled_tail(x))),
        ("cdf", 5.0, largest("cdf", |z, _| lanes::cdf(z))),
    ];
    for (name, most, (error, at)) in stated {
        println!("{name}: {error:.3} ulp at {at}");
        assert!(error <= most, "{name}: {error} ulp at {at}");
    }
}

#[test]
fn ends_of_the_domains() {
    for (x, expected) in
        [(f64::INFINITY, f64::INFINITY), (710.0, f64::INFINITY), (f64::NEG_INFINITY, 0.0), (-746.0, 0.0)]
    {
        assert_eq!(lanes::exp(x), expected, "exp {x}");
    }
    for (x, expected) in [(f64::INFINITY, f64::INFINITY), (0.0, f64::NEG_INFINITY), (1.0, 0.0)] {
        assert_eq!(lanes::ln(x), expected, "ln {x}");
    }
    assert!(lanes::ln(-1.0).is_nan() && lanes::ln(f64::NEG_INFINITY).is_nan());
    for f in [lanes::exp, lanes::ln, lanes::pdf, lanes::cdf] {
        assert!(f(f64::NAN).is_nan());
    }
    for (z, expected) in
        [(f64::INFINITY, 1.0), (f64::NEG_INFINITY, 0.0), (0.0, 0.5), (-0.0, 0.5), (40.0, 1.0), (-40.0, 0.0)]
    {
        assert_eq!(lanes::cdf(z), expected, "cdf {z}");
    }
    assert_eq!(lanes::pdf(f64::INFINITY), 0.0);
    for (x, at) in [(-1e300, -708.0), (f64::NEG_INFINITY, -708.0), (1e300, 709.0), (f64::INFINITY, 709.0)] {
        assert_eq!(lanes::exp_bounded(x), lanes::exp(at), "{x}");
    }
    for (z, bell, expected) in [(0.0, 1.0, 0.5), (f64::INFINITY, 0.0, 1.0), (f64::NEG_INFINITY, 0.0, 0.0)] {
        assert_eq!(lanes::cdf_from(z, bell), expected, "cdf_from {z}");
    }
    // The last denormals.
    assert!(lanes::cdf(-38.4) > 0.0 && lanes::cdf(-38.4) < 1e-321);
}

proptest! {
    #[test]
    fn cheaper_forms_agree(x in -700.0..700.0_f64) {
        prop_assert_eq!(lanes::exp_near(x).to_bits(), lanes::exp(x).to_bits());
        prop_assert_eq!(lanes::exp_bounded(x).to_bits(), lanes::exp(x).to_bits());
        let back = lanes::exp_shifted::<64>(x.min(600.0)) * 2.0_f64.powi(-64);
        prop_assert_eq!(back.to_bits(), lanes::exp(x.min(600.0)).to_bits());
    }

    #[test]
    fn close_to_libm(x in -745.0..709.0_f64, y in 1e-300..1e300_f64, z in -37.0..9.0_f64) {
        let near = |a: f64, b: f64, most: f64| (a - b).abs() <= most * ulp(b);
        prop_assert!(near(lanes::exp(x), libm::exp(x), 2.0));
        prop_assert!(near(lanes::ln(y), libm::log(y), 3.0));
        prop_assert!(near(lanes::cdf(z), 0.5 * libm::erfc(-z / 2.0_f64.sqrt()), 8.0 + 2.0 * z * z), "{z}");
        let from_bell = lanes::cdf_from(z, libm::exp(-0.5 * z * z));
        prop_assert!(near(from_bell, lanes::cdf(z), 8.0 + 2.0 * z * z), "{z}");
    }

    #[test]
    fn logarithms_of_ratios_of_any_numbers(a in 1_u64 << 52..0x7ff0 << 48, b in 1_u64 << 52..0x7ff0 << 48) {
        let (a, b) = (f64::from_bits(a), f64::from_bits(b));
        let expected = libm::log(a) - libm::log(b);
        prop_assert!((lanes::ln_ratio(a, b) - expected).abs() <= 3e-13 + 3e-16 * expected.abs(), "{a} {b}");
    }

    #[test]
    fn a_logarithm_of_a_ratio_changes_sign_with_its_arguments(a in 1e-9..1e9_f64, b in 1e-9..1e9_f64) {
        let (there, back) = (lanes::ln_ratio(a, b), lanes::ln_ratio(b, a));
        prop_assert!((there + back).abs() <= 2.0 * ulp(there));
    }
}
