//! Fewer points for display, with every extreme kept.

/// At most `most` (at least 4) points with their indices: all, or per bucket the
/// least and the greatest in their order, with the first and the last. Values that
/// are not finite are left out. Reads the values once, in order.
pub(crate) fn extremes(values: impl ExactSizeIterator<Item = f64>, most: usize) -> Vec<(usize, f64)> {
    let len = values.len();
    let values = values.enumerate().filter(|(_, x)| x.is_finite());
    if len <= most {
        return values.collect();
    }
    let buckets = (most.max(4) - 2) / 2;
    let mut kept: Vec<(usize, f64)> = Vec::with_capacity(most);
    let mut bucket = Bucket { number: 0, end: len / buckets, low: None, high: None };
    for (i, x) in values {
        if i == 0 {
            kept.push((i, x));
        }
        while i >= bucket.end {
            bucket.empty_into(&mut kept);
            bucket.number += 1;
            bucket.end = len * (bucket.number + 1) / buckets;
        }
        bucket.add(i, x);
        if i == len - 1 {
            bucket.empty_into(&mut kept);
            kept.push((i, x));
        }
    }
    bucket.empty_into(&mut kept);
    kept.dedup_by_key(|(i, _)| *i);
    kept
}

/// Neighbouring points of which two are kept.
struct Bucket {
    number: usize,
    end: usize,
    low: Option<(usize, f64)>,
    high: Option<(usize, f64)>,
}

impl Bucket {
    /// The first of the least and the last of the greatest stay.
    fn add(&mut self, i: usize, x: f64) {
        if self.low.is_none_or(|(_, low)| x.total_cmp(&low).is_lt()) {
            self.low = Some((i, x));
        }
        if self.high.is_none_or(|(_, high)| x.total_cmp(&high).is_ge()) {
            self.high = Some((i, x));
        }
    }

    fn empty_into(&mut self, kept: &mut Vec<(usize, f64)>) {
        if let Some((low, high)) = self.low.take().zip(self.high.take()) {
            let (first, second) = if low.0 <= high.0 { (low, high) } else { (high, low) };
            kept.push(first);
            kept.push(second);
        }
    }
}

/// Indices of at most `most` rows, evenly spread, first and last included.
pub(crate) fn evenly(rows: usize, most: usize) -> Vec<usize> {
    if rows <= most {
        return (0..rows).collect();
    }
    let steps = most.max(2) - 1;
    (0..=steps).map(|i| (rows - 1) * i / steps).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spike_survives() {
        let mut values = vec![1.0; 1_000_000];
        values[123_456] = 9.0;
        values[654_321] = -9.0;
        values[5] = f64::NAN;
        let kept: Vec<usize> = extremes(values.iter().copied(), 4_000).into_iter().map(|(i, _)| i).collect();
        assert!(kept.len() <= 4_000);
        assert!(kept.contains(&123_456) && kept.contains(&654_321) && !kept.contains(&5));
        assert_eq!((kept[0], kept[kept.len() - 1]), (0, 999_999));
        assert!(kept.is_sorted());
    }

    #[test]
    fn few_points_are_all_kept() {
        assert_eq!(extremes([3.0, f64::NAN, 1.0].into_iter(), 4), [(0, 3.0), (2, 1.0)]);
        assert!(extremes(std::iter::empty(), 4).is_empty());
        assert_eq!(evenly(3, 10), [0, 1, 2]);
        assert_eq!(evenly(10, 4), [0, 3, 6, 9]);
    }

    #[test]
    fn one_pass_keeps_what_every_bucket_has() {
        let values: Vec<f64> = (0..10_007).map(|i| f64::from((i * 7_919) % 101)).collect();
        let most = 100;
        let buckets = (most - 2) / 2;
        let mut expected = vec![0];
        for b in 0..buckets {
            let range = values.len() * b / buckets..values.len() * (b + 1) / buckets;
            let low = range.clone().min_by(|a, b| values[*a].total_cmp(&values[*b])).expect("a point");
            let high = range.max_by(|a, b| values[*a].total_cmp(&values[*b])).expect("a point");
            expected.extend([low.min(high), low.max(high)]);
        }
        expected.push(values.len() - 1);
        expected.dedup();
        let kept = extremes(values.iter().copied(), most);
        assert_eq!(kept.iter().map(|(i, _)| *i).collect::<Vec<_>>(), expected);
    }
}
