//! Fewer points for display, with every extreme kept.

/// Most points of one line on the page.
pub(crate) const POINTS_MAX: usize = 4_000;

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

/// Eight significant digits: beyond what a chart shows, half the bytes.
pub(crate) fn rounded(x: f64) -> f64 {
    by_arithmetic(x).unwrap_or_else(|| format!("{x:.7e}").parse().unwrap_or(x))
}

/// Powers of ten that a double holds exactly.
const TENS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// The same as by way of text; `None` where only text tells: close to the middle
/// of two candidates, and where a power of ten is no double.
///
/// Eight digits and the power are exact, so that the one operation on them gives
/// the double nearest to the decimal number.
fn by_arithmetic(x: f64) -> Option<f64> {
    let size = x.abs();
    if !(1e-14..1e22).contains(&size) {
        return (x == 0.0).then_some(x);
    }
    // One too low at most; the digits tell.
    let mut places = 7 - size.log10().floor() as i32;
    let shifted = |places: i32| match places {
        0.. => TENS.get(places as usize).map(|ten| size * ten),
        _ => TENS.get(places.unsigned_abs() as usize).map(|ten| size / ten),
    };
    let mut digits = shifted(places)?;
    if digits < 1e7 {
        places += 1;
        digits = shifted(places)?;
    } else if digits >= 1e8 {
        places -= 1;
        digits = shifted(places)?;
    }
    let below = digits.floor();
    let rest = digits - below;
    // Near a power of ten the number of places itself is in doubt.
    if (rest - 0.5).abs() < 1e-6 || !(1e7 + 0.5..1e8 - 1.0).contains(&digits) {
        return None;
    }
    let whole = if rest > 0.5 { below + 1.0 } else { below };
    let value = match places {
        0.. => whole / TENS.get(places as usize)?,
        _ => whole * TENS.get(places.unsigned_abs() as usize)?,
    };
    Some(value.copysign(x))
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
        let kept: Vec<usize> = extremes(values.iter().copied(), POINTS_MAX).into_iter().map(|(i, _)| i).collect();
        assert!(kept.len() <= POINTS_MAX);
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
        assert_eq!(rounded(123_456.789_012), 123_456.79);
    }

    #[test]
    fn rounding_is_that_of_text() {
        let text = |x: f64| format!("{x:.7e}").parse::<f64>().expect("a number");
        let mut bits = 0x9E37_79B9_7F4A_7C15_u64;
        let mut next = || {
            bits ^= bits << 13;
            bits ^= bits >> 7;
            bits ^= bits << 17;
            bits
        };
        for _ in 0..200_000 {
            let any = f64::from_bits(next());
            let price = (next() % 1_000_000_000_000) as f64 / 1e6;
            let share = -((next() % 1_000_000) as f64) / 1_234_567.0;
            for x in [any, price, share] {
                let got = rounded(x);
                assert!(got.to_bits() == text(x).to_bits() || x.is_nan(), "{x}: {got}");
            }
        }
        for x in [0.0, -0.0, 1.0, 10.0, 9.999_999_95, 9.999_999_949, 99_999_999.5, 1e7, 1e8, 1e22, 1e-14, 0.1, 1e-300] {
            assert_eq!(rounded(x).to_bits(), text(x).to_bits(), "{x}");
        }
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
