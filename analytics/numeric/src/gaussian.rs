//! Standard normal numbers, many at a time.
//!
//! Box and Muller 1958, "A note on the generation of random normal deviates":
//! `sqrt(-2 ln u) (cos, sin)(2 pi v)` of two uniform numbers. No table and no
//! branch, so that a processor computes many side by side. The radius comes from
//! 52 bits: no number is beyond 8.49, where the normal distribution has 2e-17.
//! Logarithm, sine and cosine are polynomials of this module, each within 1e-16
//! (absolute, logarithm relative); the same bits on every machine.

use multiversion::multiversion;

use crate::random::Random;

/// Numbers made together.
pub const GROUP: usize = 64;

/// Fills rows with independent standard normal numbers; `bits` is scratch memory.
pub fn normals(random: &mut Random, out: &mut [[f64; GROUP]], bits: &mut Vec<u64>) {
    let out = out.as_flattened_mut();
    bits.resize(out.len(), 0);
    random.fill(bits);
    let (cosines, sines) = out.split_at_mut(out.len() / 2);
    let (radii, angles) = bits.split_at(cosines.len());
    box_muller(radii, angles, cosines, sines);
}

#[multiversion(targets(
    "x86_64+avx512f+avx512dq+avx512vl+avx512bw+avx512cd+avx2+avx+bmi1+bmi2",
    "x86_64+avx2+avx+bmi1+bmi2"
))]
fn box_muller(radii: &[u64], angles: &[u64], cosines: &mut [f64], sines: &mut [f64]) {
    for (((radius, angle), cosine), sine) in radii.iter().zip(angles).zip(cosines).zip(sines) {
        (*cosine, *sine) = pair(*radius, *angle);
    }
}

/// A number in [1, 2) from the upper 52 bits.
#[inline(always)]
fn from_one_to_two(bits: u64) -> f64 {
    f64::from_bits((bits >> 12) | 0x3FF0_0000_0000_0000)
}

/// Two normal numbers. The angle is within an eighth of a turn of the x axis, by its upper 52
/// bits; its two lowest bits mirror it on the diagonal and turn it by half.
#[inline(always)]
fn pair(radius: u64, angle: u64) -> (f64, f64) {
    let r = minus_two_ln(2.0 - from_one_to_two(radius)).sqrt();
    let quarter_turns = from_one_to_two(angle) - 1.5;
    let y = quarter_turns * quarter_turns;
    let sin = quarter_turns * polynomial(y, &SIN);
    let cos = polynomial(y, &COS);
    let (cos, sin) = if angle & 1 == 0 { (cos, sin) } else { (sin, cos) };
    let half_turn = (angle << 62) & (1 << 63);
    let turned = |x: f64| f64::from_bits(x.to_bits() ^ half_turn);
    (turned(cos) * r, turned(sin) * r)
}

/// `-2 ln u` for u in (0, 1]: `u = 2^k m` with m between the roots of 1/2 and 2,
/// `ln m = 2 artanh((m - 1) / (m + 1))`.
#[inline(always)]
fn minus_two_ln(u: f64) -> f64 {
    const ROOT_HALF: u64 = 0x3FE6_A09E_667F_3BCD;
    const TWO_52: u64 = 0x4330_0000_0000_0000;
    let off = u.to_bits().wrapping_sub(ROOT_HALF);
    let m = f64::from_bits((off & 0x000F_FFFF_FFFF_FFFF).wrapping_add(ROOT_HALF));
    let biased = off.wrapping_add(1023 << 52) >> 52;
    let k = f64::from_bits(biased | TWO_52) - (4_503_599_627_370_496.0 + 1_023.0);
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    k * (-2.0 * std::f64::consts::LN_2) + (s * -4.0 + s * z * polynomial(z, &ARTANH))
}

#[inline(always)]
fn polynomial(x: f64, c: &[f64; 7]) -> f64 {
    (((((c[6] * x + c[5]) * x + c[4]) * x + c[3]) * x + c[2]) * x + c[1]) * x + c[0]
}

/// Chebyshev interpolation of `(-4 artanh(s) + 4 s) / s^3` in `s^2` over 0..0.02945.
const ARTANH: [f64; 7] = [
    -1.333333333333334,
    -0.7999999999979848,
    -0.5714285725219178,
    -0.4444442223028832,
    -0.36365781113391205,
    -0.3066334806033572,
    -0.292340750975833,
];

/// Of `sin(pi t / 2) / t` in `t^2` over 0..1/4.
const SIN: [f64; 7] = [
    std::f64::consts::FRAC_PI_2,
    -0.6459640975062443,
    0.07969262624604301,
    -0.004681754132340976,
    0.0001604411507421909,
    -3.59864335298231e-06,
    5.633933781537854e-08,
];

/// Of `cos(pi t / 2)` in `t^2` over 0..1/4.
const COS: [f64; 7] = [
    1.0,
    -1.2337005501361513,
    0.25366950789986475,
    -0.02086348073494657,
    0.000919259950041661,
    -2.520013526428479e-05,
    4.6552961874867623e-07,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(groups: usize, seed: u64) -> Vec<f64> {
        let mut out = vec![[0.0; GROUP]; groups];
        normals(&mut Random::new(seed, 0), &mut out, &mut Vec::new());
        out.into_iter().flatten().collect()
    }

    #[test]
    fn pairs_as_the_formula() {
        let mut random = Random::new(3, 4);
        for _ in 0..20_000 {
            let [radius, angle, ..] = random.draw();
            for radius in [radius, radius >> 20, !(radius >> 25), 0, u64::MAX] {
                let u = 1.0 - (radius >> 12) as f64 / 4_503_599_627_370_496.0;
                let r = (-2.0 * libm::log(u)).sqrt();
                let mut turn = ((angle >> 12) as f64 / 4_503_599_627_370_496.0 - 0.5) * std::f64::consts::FRAC_PI_2;
                if angle & 1 == 1 {
                    turn = std::f64::consts::FRAC_PI_2 - turn;
                }
                if angle & 2 == 2 {
                    turn += std::f64::consts::PI;
                }
                let (x, y) = pair(radius, angle);
                assert!((x - r * libm::cos(turn)).abs() <= 1.5e-15 * r, "{radius:x} {angle:x}");
                assert!((y - r * libm::sin(turn)).abs() <= 1.5e-15 * r, "{radius:x} {angle:x}");
                assert!((x * x + y * y - r * r).abs() <= 2e-15 * r * r);
            }
        }
        // The largest and the smallest radius.
        let (x, y) = pair(u64::MAX, 1 << 63);
        assert!((libm::hypot(x, y) - (104.0 * std::f64::consts::LN_2).sqrt()).abs() < 1e-14);
        assert_eq!(pair(0, 1 << 63).0, 0.0);
    }

    #[test]
    fn moments_and_tails() {
        let n = 4_000_000.0;
        let z = sample(62_500, 11);
        let moment = |k: i32| z.iter().map(|z| z.powi(k)).sum::<f64>() / n;
        // Four standard errors each: the variance of z^k is (2k - 1)!! less the square of the mean.
        for (k, mean, variance) in
            [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0), (6, 15.0, 10_170.0), (8, 105.0, 2_016_000.0)]
        {
            let error: f64 = moment(k) - mean;
            assert!(error.abs() < 4.0 * (variance / n).sqrt(), "{k}: {error}");
        }
        for at in [-4.0, -3.0, -2.0, -1.0, -0.1, 0.0, 0.1, 1.0, 2.0, 3.0, 4.0] {
            let below = z.iter().filter(|z| **z <= at).count() as f64 / n;
            let p = crate::normal::cdf(at);
            assert!((below - p).abs() < 4.0 * (p * (1.0 - p) / n).sqrt(), "{at}: {below} {p}");
        }
    }

    #[test]
    fn neighbours_in_every_direction_are_unrelated() {
        let z = sample(20_000, 5);
        let pairs = z.len() / 2;
        for lag in [1, 2, 7, 8, 16, 32, 64, 640, pairs] {
            let n = (z.len() - lag) as f64;
            let product = |f: fn(f64) -> f64| z.iter().zip(&z[lag..]).map(|(a, b)| f(*a) * f(*b)).sum::<f64>() / n;
            assert!(product(|z| z).abs() < 4.0 / n.sqrt(), "{lag}");
            assert!(product(|z| z * z - 1.0).abs() < 4.0 * 2.0 / n.sqrt(), "{lag}");
        }
        // Two streams of one seed.
        let mut other = vec![[0.0; GROUP]; 20_000];
        normals(&mut Random::new(5, 1), &mut other, &mut Vec::new());
        let n = z.len() as f64;
        let product = z.iter().zip(other.as_flattened()).map(|(a, b)| a * b).sum::<f64>() / n;
        assert!(product.abs() < 4.0 / n.sqrt());
    }
}
