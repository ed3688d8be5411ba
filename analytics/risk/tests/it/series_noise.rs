//! Series that any language makes to the last bit: a linear congruential generator (Knuth)
//! and sums.

/// Noise with variance 1/3: the sum of four uniform numbers from -1/2 to 1/2.
pub(crate) fn noise(seed: u64, length: usize) -> Vec<f64> {
    let mut state = seed;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    };
    (0..length).map(|_| uniform() + uniform() + uniform() + uniform()).collect()
}

/// A random walk.
pub(crate) fn walk(seed: u64, length: usize) -> Vec<f64> {
    noise(seed, length)
        .into_iter()
        .scan(0.0, |sum, step| {
            *sum += step;
            Some(*sum)
        })
        .collect()
}

/// `a x + b y + c` of two series.
pub(crate) fn mix(a: f64, x: &[f64], b: f64, y: &[f64], c: f64) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| a * x + b * y + c).collect()
}

/// Equal within a relative tolerance.
#[track_caller]
pub(crate) fn close(found: f64, expected: f64, tolerance: f64) {
    let error = (found - expected).abs() / expected.abs();
    assert!(error <= tolerance, "{found} for {expected}: off by {error:e}");
}
