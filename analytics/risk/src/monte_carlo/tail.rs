//! The worst of many profits, without sorting them all.

/// The `count` smallest with their indices, in order of profit, then of index. Profits are finite.
pub(super) fn worst(profits: &[f64], count: usize) -> Vec<(f64, u32)> {
    let count = count.min(profits.len());
    let order = |a: &(f64, u32), b: &(f64, u32)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
    let mut found = candidates(profits, count);
    if count < found.len() {
        found.select_nth_unstable_by(count, order);
        found.truncate(count);
    }
    found.sort_unstable_by(order);
    found
}

/// At least the `count` smallest: those below a bound that a sample suggests.
fn candidates(profits: &[f64], count: usize) -> Vec<(f64, u32)> {
    const SAMPLE: usize = 8_192;
    let n = profits.len();
    let mut share = count as f64 / n as f64;
    if n > 4 * SAMPLE {
        let mut sample: Vec<f64> = profits.iter().step_by(n / SAMPLE).copied().collect();
        sample.sort_unstable_by(f64::total_cmp);
        // Four standard errors of the sample's quantile more than needed.
        share += 4.0 * (share * (1.0 - share) / SAMPLE as f64).sqrt() + 2.0 / SAMPLE as f64;
        while share < 0.5 {
            let bound = sample[(share * sample.len() as f64) as usize];
            let found = below(profits, bound, (share * n as f64) as usize);
            if found.len() >= count {
                return found;
            }
            share *= 2.0;
        }
    }
    below(profits, f64::INFINITY, n)
}

fn below(profits: &[f64], bound: f64, expected: usize) -> Vec<(f64, u32)> {
    let mut found = Vec::with_capacity(expected + expected / 8 + 16);
    for (row, group) in profits.chunks(16).enumerate() {
        if group.iter().fold(false, |any, p| any | (*p <= bound)) {
            let indexed = group.iter().enumerate().filter(|(_, p)| **p <= bound);
            found.extend(indexed.map(|(i, p)| (*p, (row * 16 + i) as u32)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_sorted() {
        let mut seed = 5_u64;
        for n in [1, 2, 100, 32_768, 100_001] {
            for ties in [false, true] {
                let profits: Vec<f64> = (0..n)
                    .map(|_| {
                        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                        let x = (seed >> 40) as f64;
                        if ties { (x / 4e6).floor() } else { x - 8e6 }
                    })
                    .collect();
                let mut all: Vec<(f64, u32)> = profits.iter().copied().zip(0..).collect();
                all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                for count in [0, 1, n / 100, n / 7, n / 2, n, n + 5] {
                    assert_eq!(worst(&profits, count), all[..count.min(n)], "{n} {ties} {count}");
                }
            }
        }
    }

    #[test]
    fn a_sample_that_misleads_costs_time_only() {
        // Every sampled value is large, all others small.
        let profits: Vec<f64> = (0..100_000).map(|i| if i % 12 == 0 { 1.0 } else { -f64::from(i) }).collect();
        let found = worst(&profits, 1_000);
        assert_eq!(found.len(), 1_000);
        assert_eq!(found[0], (-99_999.0, 99_999));
    }
}
