//! How much of the time and of the money was at work.

use crate::finite;

/// `held / instants`, the share of instants with a position, 0 to 1. `None`
/// without an instant, or when more were held than there are.
#[must_use]
pub fn exposure(held: u64, instants: u64) -> Option<f64> {
    (instants > 0 && held <= instants).then(|| held as f64 / instants as f64)
}

/// Years of a number of periods: `periods / periods_per_year`, as in `ratios::cagr`.
/// `None` without a period or when `periods_per_year` is not above zero.
#[must_use]
pub fn years(periods: usize, periods_per_year: f64) -> Option<f64> {
    if periods == 0 || periods_per_year.is_nan() || periods_per_year <= 0.0 {
        return None;
    }
    finite(periods as f64 / periods_per_year).filter(|years| *years > 0.0)
}

/// Yearly turnover `traded / mean_equity / years`: buys and sells together, so
/// that replacing the whole portfolio once is 2. A multiple of equity per year.
/// `None` when mean equity or years are not above zero.
#[must_use]
pub fn turnover(traded: f64, mean_equity: f64, years: f64) -> Option<f64> {
    if mean_equity > 0.0 && years > 0.0 { finite(traded / mean_equity / years) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        assert_eq!(exposure(3, 5), Some(0.6));
        assert_eq!(years(126, 252.0), Some(0.5));
        assert_eq!(turnover(300.0, 100.0, 0.5), Some(6.0));
    }

    #[test]
    fn undefined_cases() {
        assert_eq!((exposure(0, 0), exposure(2, 1)), (None, None));
        assert_eq!((years(0, 252.0), years(1, 0.0), years(1, f64::NAN)), (None, None, None));
        assert_eq!(
            (turnover(1.0, 0.0, 1.0), turnover(1.0, 1.0, 0.0), turnover(f64::NAN, 1.0, 1.0)),
            (None, None, None)
        );
    }
}
