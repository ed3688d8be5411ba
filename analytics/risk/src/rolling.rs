//! Statistics over a window that moves along the returns.

use crate::moments::{NOISE, mean};
use crate::values::Values;

/// A deviation below this may be what rounding left of the sums over a window.
const REMNANT: f64 = 1e-9;

/// The annualised Sharpe ratio (`ratios::sharpe`, risk-free rate zero) of the last
/// `window` returns at each return: the first `window - 1` are `None`, and so is a
/// window without variance. Empty when the window is below two or a return is not finite.
///
/// One pass over sums of deviations from the overall mean, which keeps their
/// rounding below what a chart shows.
pub fn sharpe<V: Values + ?Sized>(
    returns: &V,
    window: usize,
    periods_per_year: f64,
) -> impl ExactSizeIterator<Item = Option<f64>> + '_ {
    let sound = window >= 2 && returns.walk().all(f64::is_finite);
    let count = if sound { returns.count() } else { 0 };
    let centre = mean(returns).unwrap_or(0.0);
    let n = window as f64;
    let (mut sum, mut squares) = (0.0, 0.0);
    (0..count).map(move |i| {
        let off = returns.at(i) - centre;
        sum += off;
        squares += off * off;
        if let Some(left) = i.checked_sub(window) {
            let off = returns.at(left) - centre;
            sum -= off;
            squares -= off * off;
        }
        if i + 1 < window {
            return None;
        }
        let variance = (squares - sum * sum / n) / (n - 1.0);
        // What is left of larger sums is no variance.
        let deviation = if variance > NOISE * NOISE { variance.sqrt() } else { 0.0 };
        let value = (centre + sum / n) / deviation * periods_per_year.sqrt();
        (deviation > REMNANT && value.is_finite()).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ratios;

    #[test]
    fn each_window_by_itself() {
        let returns: Vec<f64> = (0..300).map(|i| 0.001 + 0.02 * (f64::from(i) * 1.7).sin()).collect();
        let rolling: Vec<_> = sharpe(&returns, 20, 252.0).collect();
        assert_eq!(rolling.len(), 300);
        assert!(rolling[..19].iter().all(Option::is_none));
        for i in 19..300 {
            let slow = ratios::sharpe(&returns[i - 19..=i], 252.0, 0.0).expect("defined");
            assert!((rolling[i].expect("defined") - slow).abs() < 1e-9, "{i}");
        }
    }

    #[test]
    fn a_flat_window_is_undefined() {
        let mut returns = vec![0.0; 60];
        returns[0] = 0.05;
        let rolling: Vec<_> = sharpe(&returns, 10, 252.0).collect();
        assert!(rolling[9].is_some() && rolling[30..].iter().all(Option::is_none));
        assert!(sharpe(&returns, 1, 252.0).len() == 0);
        assert!(sharpe(&[f64::NAN; 5], 2, 252.0).len() == 0);
        assert!(sharpe(&[], 2, 252.0).len() == 0);
    }
}
