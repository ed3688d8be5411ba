//! The n-th smallest of many numbers, without a copy of them.

/// The number that stands at `rank` (from 0) when they are sorted; `None` when there are not so many.
///
/// Counts how many numbers lie in each of 256 equal parts of the range, goes on in the part that
/// has the wanted one, and so on: at most eight passes more, none over equal numbers, and no memory.
pub(crate) fn nth(values: impl Iterator<Item = u64> + Clone, mut rank: usize) -> Option<u64> {
    let (mut low, mut high) = (u64::MAX, 0);
    let mut all = 0;
    for value in values.clone() {
        (low, high, all) = (low.min(value), high.max(value), all + 1);
    }
    if rank >= all {
        return None;
    }
    while low < high {
        let shift = (high - low).ilog2().saturating_sub(7);
        let mut counts = [0_usize; 256];
        for value in values.clone().filter(|value| (low..=high).contains(value)) {
            counts[((value - low) >> shift) as usize] += 1;
        }
        let mut part = 0;
        while part < 255 && rank >= counts[part] {
            rank -= counts[part];
            part += 1;
        }
        low += (part as u64) << shift;
        high = high.min(low.saturating_add((1 << shift) - 1));
    }
    Some(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_in_the_sorted_list() {
        let mut seed = 1_u64;
        let mut noise = |shift: u32| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            seed >> shift
        };
        for shift in [0, 1, 7, 32, 48, 56, 60, 63] {
            for length in [1, 2, 3, 4, 5, 100, 1_001] {
                let mut values: Vec<u64> = (0..length).map(|_| noise(shift)).collect();
                values.extend([0, u64::MAX, 7, 7].iter().take(length % 5));
                let found: Vec<_> = (0..=values.len()).map(|rank| nth(values.iter().copied(), rank)).collect();
                values.sort_unstable();
                let sorted: Vec<_> = values.into_iter().map(Some).chain([None]).collect();
                assert_eq!(found, sorted, "{shift} {length}");
            }
        }
    }
}
