//! Fewer points for display, with every extreme kept.

/// Most points of one line on the page.
pub(crate) const POINTS_MAX: usize = 4_000;

/// Indices of at most `most` (at least 4) points: all, or per bucket the least
/// and the greatest in their order, with the first and the last. Values that are
/// not finite are left out.
pub(crate) fn extremes(values: &[f64], most: usize) -> Vec<usize> {
    let finite = |i: &usize| values[*i].is_finite();
    if values.len() <= most {
        return (0..values.len()).filter(finite).collect();
    }
    let buckets = (most.max(4) - 2) / 2;
    let mut kept = Vec::with_capacity(most);
    kept.extend(Some(0).filter(finite));
    for bucket in 0..buckets {
        let range = values.len() * bucket / buckets..values.len() * (bucket + 1) / buckets;
        let by = |a: &usize, b: &usize| values[*a].total_cmp(&values[*b]);
        let low = range.clone().filter(finite).min_by(by);
        let high = range.filter(finite).max_by(by);
        if let (Some(low), Some(high)) = (low, high) {
            kept.push(low.min(high));
            kept.push(low.max(high));
        }
    }
    kept.extend(Some(values.len() - 1).filter(finite));
    kept.dedup();
    kept
}

/// Indices of at most `most` rows, evenly spread, first and last included.
pub(crate) fn evenly(rows: usize, most: usize) -> Vec<usize> {
    if rows <= most {
        return (0..rows).collect();
    }
    let steps = most.max(2) - 1;
    (0..=steps).map(|i| (rows - 1) * i / steps).collect()
}

/// Eight significant digits: beyond what a chart shows, half the bytes.
pub(crate) fn rounded(x: f64) -> f64 {
    format!("{x:.7e}").parse().unwrap_or(x)
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
        let kept = extremes(&values, POINTS_MAX);
        assert!(kept.len() <= POINTS_MAX);
        assert!(kept.contains(&123_456) && kept.contains(&654_321) && !kept.contains(&5));
        assert_eq!((kept[0], kept[kept.len() - 1]), (0, 999_999));
        assert!(kept.is_sorted());
    }

    #[test]
    fn few_points_are_all_kept() {
        assert_eq!(extremes(&[3.0, f64::NAN, 1.0], 4), [0, 2]);
        assert!(extremes(&[], 4).is_empty());
        assert_eq!(evenly(3, 10), [0, 1, 2]);
        assert_eq!(evenly(10, 4), [0, 3, 6, 9]);
        assert_eq!(rounded(123_456.789_012), 123_456.79);
    }
}
