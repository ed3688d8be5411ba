//! Standard normal numbers, many at a time.

use multiversion::multiversion;

/// Turns random bits into independent standard normal numbers (Box and Muller
/// 1958, "A note on the generation of random normal deviates").
pub fn normals(bits: &[u64], out: &mut [f64]) {
    let half = out.len() / 2;
    let (cosines, sines) = out.split_at_mut(half);
    let (radii, angles) = bits[..2 * half].split_at(half);
    box_muller(radii, angles, cosines, sines);
}

#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw+avx512cd+avx2+avx+bmi1+bmi2",
    "x86_64+avx2+avx+bmi1+bmi2"
))]
fn box_muller(radii: &[u64], angles: &[u64], cosines: &mut [f64], sines: &mut [f64]) {
    let pairs = radii.len().min(angles.len()).min(cosines.len()).min(sines.len());
    let (radii, angles) = (&radii[..pairs], &angles[..pairs]);
    let (cosines, sines) = (&mut cosines[..pairs], &mut sines[..pairs]);
    for i in 0..pairs {
        let (c, s) = pair(radii[i], angles[i]);
        cosines[i] = c;
        sines[i] = s;
    }
}

/// A number in [1, 2) from the upper 52 bits.
#[inline(always)]
fn from_one_to_two(bits: u64) -> f64 {
    f64::from_bits((bits >> 12) | 0x3FF0_0000_0000_0000)
}

#[inline(always)]
fn pair(radius: u64, angle: u64) -> (f64, f64) {
    let r = minus_two_log(2.0 - from_one_to_two(radius)).sqrt();
    let t = from_one_to_two(angle) - 1.5;
    let y = t * t;
    let sin = t * polynomial(y, &SIN);
    let cos = polynomial(y, &COS);
    let swap = angle & 1 != 0;
    let (x, y) = if swap { (sin, cos) } else { (cos, sin) };
    let flip = (angle << 62) & (1 << 63);
    let r = r;
    (f64::from_bits(x.to_bits() ^ flip) * r, f64::from_bits(y.to_bits() ^ flip) * r)
}

#[inline(always)]
fn minus_two_log(u: f64) -> f64 {
    const ROOT: u64 = 0x3FE6_A09E_667F_3BCD;
    let bits = u.to_bits();
    let off = bits.wrapping_sub(ROOT);
    let m = f64::from_bits((off & 0x000F_FFFF_FFFF_FFFF).wrapping_add(ROOT));
    let exponent = off.wrapping_add(1023 << 52) >> 52;
    let k = f64::from_bits(exponent | 0x4330_0000_0000_0000) - (4_503_599_627_370_496.0 + 1023.0);
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    k * (-2.0 * std::f64::consts::LN_2) + (s * -4.0 + s * z * polynomial(z, &LOG))
}

#[inline(always)]
fn polynomial(x: f64, c: &[f64; 7]) -> f64 {
    ((((((c[6] * x + c[5]) * x + c[4]) * x + c[3]) * x + c[2]) * x + c[1]) * x) + c[0]
}

const LOG: [f64; 7] = [
    -1.333333333333334,
    -0.7999999999979848,
    -0.5714285725219178,
    -0.4444442223028832,
    -0.36365781113391205,
    -0.3066334806033572,
    -0.292340750975833,
];
const SIN: [f64; 7] = [
    1.5707963267948966,
    -0.6459640975062443,
    0.07969262624604301,
    -0.004681754132340976,
    0.0001604411507421909,
    -3.59864335298231e-06,
    5.633933781537854e-08,
];
const COS: [f64; 7] = [
    1.0,
    -1.2337005501361513,
    0.25366950789986475,
    -0.02086348073494657,
    0.000919259950041661,
    -2.520013526428479e-05,
    4.6552961874867623e-07,
];
