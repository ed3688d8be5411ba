//! How long the blocks of a bootstrap must be.
//!
//! Politis and White 2004, "Automatic block-length selection for the dependent
//! bootstrap", with the correction of Patton, Politis and White 2009, for the
//! circular block bootstrap: `b = (2 G^2 / D)^(1/3) n^(1/3)`, where `G` sums
//! `|k| R(k)` and `D = 4/3 g(0)^2`, `g(0)` the sum of `R(k)`, over the lags up to
//! which autocovariances `R` matter, under a flat-top window.

use crate::moments::{NOISE, mean};

/// Block length for a series, in values, at least 1: the longer of what the series
/// and its squares ask for, since volatility clusters where returns do not
/// correlate. At most `min(3 sqrt(n), n / 3)`, rounded up. `None` below two values
/// or with one that is not finite; 1 for a series without variance.
#[must_use]
pub fn block_length(values: &[f64]) -> Option<usize> {
    let centre = mean(values)?;
    if values.len() < 2 || values.iter().any(|x| !x.is_finite()) {
        return None;
    }
    let off: Vec<f64> = values.iter().map(|x| x - centre).collect();
    let squares: Vec<f64> = off.iter().map(|x| x * x).collect();
    let of_squares = mean(&squares)?;
    let squares: Vec<f64> = squares.iter().map(|x| x - of_squares).collect();
    Some(optimal(&off, NOISE).max(optimal(&squares, NOISE * of_squares)))
}

/// For a series with mean zero; a deviation up to `noise` is none.
fn optimal(x: &[f64], noise: f64) -> usize {
    let n = x.len() as f64;
    let covariance = |lag: usize| x.iter().zip(&x[lag.min(x.len())..]).map(|(a, b)| a * b).sum::<f64>() / n;
    let variance = covariance(0);
    if variance.sqrt() <= noise {
        return 1;
    }
    // So many insignificant lags in a row end the search.
    let row = (libm::log10(n).sqrt().ceil() as usize).max(5);
    let lags_max = (n.sqrt().ceil() as usize + row).min(x.len() - 1);
    let significant = 2.0 * (libm::log10(n) / n).sqrt();
    let mut covariances = vec![variance];
    let mut last = 0;
    while covariances.len() <= lags_max && covariances.len() - last <= row {
        let lag = covariances.len();
        covariances.push(covariance(lag));
        if covariances[lag].abs() / variance >= significant {
            last = lag;
        }
    }
    let most = (2 * last.max(1)).min(lags_max);
    while covariances.len() <= most {
        covariances.push(covariance(covariances.len()));
    }
    let window = |lag: usize| {
        let share = lag as f64 / most.max(1) as f64;
        if share <= 0.5 { 1.0 } else { 2.0 * (1.0 - share) }
    };
    let both_sides = |weight: fn(f64) -> f64| {
        (1..=most).map(|lag| 2.0 * window(lag) * weight(lag as f64) * covariances[lag]).sum::<f64>()
    };
    let slope = both_sides(|lag| lag);
    let level = variance + both_sides(|_| 1.0);
    let longest = (3.0 * n.sqrt()).min(n / 3.0).ceil();
    let length = libm::cbrt(2.0 * slope * slope / (4.0 / 3.0 * level * level) * n);
    // Not finite when the lags sum to nothing.
    if length.is_nan() { 1 } else { length.min(longest).max(1.0).round() as usize }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noise, and noise with memory, from a linear congruential generator (Knuth).
    fn memory(n: usize, keep: f64) -> Vec<f64> {
        let mut state = 7_u64;
        let mut x = 0.0;
        (0..n)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                x = keep * x + ((state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0);
                x
            })
            .collect()
    }

    #[test]
    fn more_memory_asks_for_longer_blocks() {
        let lengths: Vec<usize> =
            [0.0, 0.5, 0.9].map(|keep| block_length(&memory(4_000, keep)).expect("defined")).into();
        assert!(lengths[0] <= 8, "{lengths:?}");
        assert!(lengths[0] < lengths[1] && lengths[1] < lengths[2], "{lengths:?}");
        // For this process b = (3/2 (2 a / (1 - a^2))^2 n)^(1/3): 22 at a = 0.5, 81 at a = 0.9.
        assert!((15..=30).contains(&lengths[1]), "{lengths:?}");
        assert!((40..=122).contains(&lengths[2]), "{lengths:?}");
    }

    #[test]
    fn bounded_and_defined() {
        for n in [2, 3, 10, 100, 1_000] {
            let length = block_length(&memory(n, 0.99)).expect("defined");
            assert!(length >= 1 && length as f64 <= (3.0 * (n as f64).sqrt()).min(n as f64 / 3.0).ceil());
        }
        assert_eq!(block_length(&[0.01; 50]), Some(1));
        assert_eq!(block_length(&[1.0]), None);
        assert_eq!(block_length(&[1.0, f64::NAN]), None);
    }
}
