//! Paths of days of the past, in blocks.

use super::gamma::Uniform;
use super::{GROUP, Lanes};

/// Compounded simple returns of the factors on a group of paths.
pub(super) fn group(random: &mut Uniform, returns: &[f64], mean_block: f64, steps: usize, factors: &mut [Lanes]) {
    let n = factors.len();
    let days = returns.len() / n;
    let start_again = 1.0 / mean_block;
    for lane in 0..GROUP {
        for factor in factors.iter_mut() {
            factor[lane] = 1.0;
        }
        let mut day = random.below(days);
        for step in 0..steps {
            if step > 0 {
                let again = random.uniform() < start_again;
                day = if again { random.below(days) } else { (day + 1) % days };
            }
            for (factor, r) in factors.iter_mut().zip(&returns[day * n..][..n]) {
                factor[lane] *= 1.0 + r;
            }
        }
    }
    for factor in factors.as_flattened_mut() {
        *factor -= 1.0;
    }
}
