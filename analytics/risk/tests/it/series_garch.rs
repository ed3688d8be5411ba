//! Fits of GARCH(1,1) where returns hardly cluster: more than one maximum, or one at an edge.

use risk::series::garch::{Garch, fit};

/// Normal numbers of a linear congruential generator (Knuth's MMIX constants).
fn normals(seed: u64, count: usize) -> Vec<f64> {
    let mut state = seed;
    let uniform = std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    });
    uniform.take(count).map(|p| numeric::normal::quantile(p).expect("inside")).collect()
}

/// Nothing on a grid over all persistences, shares of alpha and levels is more likely.
#[test]
fn no_point_of_a_grid_is_more_likely() {
    for seed in 1..=6 {
        let returns = normals(seed, 250);
        let found = fit(&returns).expect("fitted");
        assert!(found.garch.persistence() < 1.0);
        for persistence in [0.0, 0.3, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999] {
            for share in [0.0, 0.01, 0.03, 0.1, 0.5, 1.0] {
                for level in [0.01, 0.1, 0.3, 0.7, 1.0, 1.3] {
                    let omega = level * (1.0_f64 - persistence);
                    let garch = Garch { omega, alpha: persistence * share, beta: persistence * (1.0 - share) };
                    let first = garch.first_variance(&returns).expect("returns");
                    let value = garch.log_likelihood(&returns, first).expect("defined");
                    assert!(
                        value <= found.log_likelihood + 1e-6,
                        "{seed}: {garch:?} {value}: {found:?}",
                        found = (found.garch, found.log_likelihood)
                    );
                }
            }
        }
    }
}
