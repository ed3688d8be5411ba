//! Sums over every window of a column, each from the values in the window alone.
//!
//! The column is cut in blocks as long as the window. A window is the end of one
//! block and the beginning of the next; the sums of all ends (backward) and of all
//! beginnings (forward) take one pass each, and one merge gives the window. Nothing
//! is ever subtracted, so nothing drifts and what is not a number stays inside the
//! windows that hold it.

/// Count, mean and sum of squared deviations from it (Welford 1962).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn with(self, value: f64) -> Self {
        let count = self.count + 1.0;
        let deviation = value - self.mean;
        let mean = self.mean + deviation / count;
        Self { count, mean, squares: self.squares + deviation * (value - mean) }
    }

    /// Both together (Chan, Golub and LeVeque 1979, "Updating formulae and a
    /// pairwise algorithm for computing sample variances").
    fn merged(self, other: Self) -> Self {
        let count = self.count + other.count;
        let apart = other.mean - self.mean;
        Self {
            count,
            mean: self.mean + apart * (other.count / count),
            squares: self.squares + other.squares + apart * apart * (self.count * other.count / count),
        }
    }

    /// Sample variance (divides by n - 1).
    pub(super) fn variance(self) -> f64 {
        self.squares / (self.count - 1.0)
    }
}

/// The moments of each window of `length` values, the first at index `length - 1`.
pub(super) fn moments(values: &[f64], length: usize) -> Vec<Moments> {
    windows(values, length, Moments::default(), Moments::with, Moments::merged)
}

/// The sum of each window of `length` values, the first at index `length - 1`.
pub(super) fn sums(values: &[f64], length: usize) -> Vec<f64> {
    windows(values, length, 0.0, |sum, value| sum + value, |a, b| a + b)
}

/// `values.len() - length + 1` windows, none when there are too few values.
fn windows<S: Copy>(
    values: &[f64],
    length: usize,
    empty: S,
    with: impl Fn(S, f64) -> S,
    merged: impl Fn(S, S) -> S,
) -> Vec<S> {
    let mut found = Vec::with_capacity((values.len() + 1).saturating_sub(length));
    let mut ends: Vec<S> = Vec::new();
    for block in values.chunks(length.max(1)) {
        let mut beginning = empty;
        // The end that goes with the first value of this block starts at the second of the last.
        for (value, end) in block.iter().zip(ends.iter().skip(1)) {
            beginning = with(beginning, *value);
            found.push(merged(*end, beginning));
        }
        let mut end = empty;
        ends.clear();
        ends.extend(block.iter().rev().map(|value| {
            end = with(end, *value);
            end
        }));
        ends.reverse();
        if block.len() == length {
            found.extend(ends.first());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_to_each_window_on_its_own() {
        let values: Vec<f64> = (0..37).map(|i| f64::from(i * i % 23) - 4.0).collect();
        for length in [1, 2, 3, 7, 20, 36, 37] {
            let found = sums(&values, length);
            let expected: Vec<f64> = values.windows(length).map(|w| w.iter().sum()).collect();
            assert_eq!(found, expected, "{length}");
            for (found, window) in moments(&values, length).iter().zip(values.windows(length)).skip(1) {
                let mean = window.iter().sum::<f64>() / length as f64;
                let squares: f64 = window.iter().map(|x| (x - mean) * (x - mean)).sum();
                assert!((found.squares - squares).abs() < 1e-11, "{length}");
            }
        }
        assert!(sums(&values, 38).is_empty());
    }

    #[test]
    fn what_is_not_a_number_stays_in_its_windows() {
        let mut values = vec![1.0; 12];
        values[5] = f64::NAN;
        let undefined: Vec<usize> =
            sums(&values, 3).iter().enumerate().filter(|(_, x)| x.is_nan()).map(|(i, _)| i).collect();
        assert_eq!(undefined, [3, 4, 5]);
    }
}
