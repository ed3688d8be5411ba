//! Drawdowns: how far and how long equity stays below its highest value so far.

use crate::finite;

/// Per point `E_t / max_{s<=t} E_s - 1`: zero or negative; the first point
/// counts as a peak. `None` where no peak is above zero yet or a value is not finite.
pub fn drawdowns(equity: &[f64]) -> impl ExactSizeIterator<Item = Option<f64>> {
    let mut peak = f64::NEG_INFINITY;
    equity.iter().map(move |e| {
        if *e > peak {
            peak = *e;
        }
        if peak > 0.0 { finite(e / peak - 1.0) } else { None }
    })
}

/// `min_t (E_t / max_{s<=t} E_s - 1)`: a negative number, or 0 when equity never
/// falls. The first equity counts as a peak. `None` below two points or when a
/// drawdown is undefined.
#[must_use]
pub fn max_drawdown(equity: &[f64]) -> Option<f64> {
    if equity.len() < 2 {
        return None;
    }
    drawdowns(equity).try_fold(0.0_f64, |worst, d| Some(worst.min(d?)))
}

/// Ulcer index `sqrt(sum d_t^2 / (n - 1))` over the n points after the first,
/// `d` as a fraction (Martin and McCann 1989, with the divisor of quantstats).
#[must_use]
pub fn ulcer_index(equity: &[f64]) -> Option<f64> {
    let n = equity.len().checked_sub(1).filter(|n| *n >= 2)?;
    let sum = drawdowns(equity).skip(1).try_fold(0.0, |sum, d| d.map(|d| sum + d * d))?;
    finite((sum / (n - 1) as f64).sqrt())
}

/// A time under water: from a peak to the first point that regains it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnderWater {
    /// Index of the last point at the peak.
    pub peak: usize,
    /// Index of the first point at or above the peak again, or the last point.
    pub end: usize,
    /// False when equity has not regained the peak by the end.
    pub recovered: bool,
}

impl UnderWater {
    /// Its length in periods.
    #[must_use]
    pub fn periods(&self) -> usize {
        self.end - self.peak
    }

    /// Its length in the unit of `times`; `None` when `times` is too short.
    #[must_use]
    pub fn duration(&self, times: &[i64]) -> Option<i64> {
        times.get(self.end)?.checked_sub(*times.get(self.peak)?)
    }
}

/// All times under water in order. A value that is not finite ends the list.
#[must_use]
pub fn under_water(equity: &[f64]) -> Vec<UnderWater> {
    let mut found = Vec::new();
    let mut peak = 0;
    let finite = equity.iter().take_while(|e| e.is_finite()).count();
    for i in 1..finite {
        if equity[i] >= equity[peak] {
            if i - peak > 1 {
                found.push(UnderWater { peak, end: i, recovered: true });
            }
            peak = i;
        }
    }
    if finite > 0 && peak + 1 < finite {
        found.push(UnderWater { peak, end: finite - 1, recovered: false });
    }
    found
}

/// The longest time under water in periods; 0 when equity never falls, `None`
/// below two points or when a value is not finite.
#[must_use]
pub fn longest_periods(equity: &[f64]) -> Option<usize> {
    if equity.len() < 2 || equity.iter().any(|e| !e.is_finite()) {
        return None;
    }
    let longest = under_water(equity).iter().map(UnderWater::periods).max();
    Some(longest.unwrap_or(0))
}

/// The time under water that is longest by the clock, and its length in the unit
/// of `times` (nanoseconds). `None` when there is none.
#[must_use]
pub fn longest(times: &[i64], equity: &[f64]) -> Option<(UnderWater, i64)> {
    under_water(equity).into_iter().filter_map(|u| Some((u, u.duration(times)?))).max_by_key(|(_, length)| *length)
}

/// A drawdown: a time under water with its deepest point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawdown {
    /// From peak to recovery.
    pub under: UnderWater,
    /// Index of its (first) lowest point.
    pub trough: usize,
    /// `E_trough / E_peak - 1`, negative.
    pub depth: f64,
}

/// The `most` deepest drawdowns, the deepest first; of equal ones the earlier
/// first. Drawdowns from a peak that is not above zero are left out.
#[must_use]
pub fn deepest(equity: &[f64], most: usize) -> Vec<Drawdown> {
    let mut found: Vec<Drawdown> = under_water(equity)
        .into_iter()
        .filter(|u| equity[u.peak] > 0.0)
        .filter_map(|under| {
            let below = &equity[under.peak..=under.end];
            let (down, low) = below.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1))?;
            let depth = finite(low / equity[under.peak] - 1.0)?;
            Some(Drawdown { under, trough: under.peak + down, depth })
        })
        .collect();
    found.sort_by(|a, b| a.depth.total_cmp(&b.depth));
    found.truncate(most);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_first() {
        let equity = [100.0, 110.0, 99.0, 104.5, 110.0, 120.0, 90.0, 90.0, 96.0];
        let all = deepest(&equity, 5);
        assert_eq!(all.len(), 2);
        assert_eq!((all[0].under.peak, all[0].trough, all[0].under.recovered), (5, 6, false));
        assert_eq!((all[0].depth, all[1].trough), (-0.25, 2));
        assert_eq!(max_drawdown(&equity), Some(all[0].depth));
        assert_eq!(deepest(&equity, 1), all[..1]);
        assert!(deepest(&[1.0, 2.0], 5).is_empty());
        assert!(deepest(&[-1.0, -2.0], 5).is_empty());
    }

    #[test]
    fn under_water_from_peak_to_recovery() {
        // 100 -> 110 (peak) -> 99 -> 104.5 -> 110 (regained) -> 120 -> 90 (never)
        let equity = [100.0, 110.0, 99.0, 104.5, 110.0, 120.0, 90.0];
        let all = under_water(&equity);
        assert_eq!(all.len(), 2);
        assert_eq!((all[0].peak, all[0].end, all[0].recovered), (1, 4, true));
        assert_eq!((all[1].peak, all[1].end, all[1].recovered), (5, 6, false));
        assert_eq!(longest_periods(&equity), Some(3));
        assert_eq!(max_drawdown(&equity), Some(90.0 / 120.0 - 1.0));
        // By the clock the second is longer.
        let times = [0, 1, 2, 3, 4, 5, 100];
        let (longest, length) = longest(&times, &equity).expect("there is one");
        assert_eq!((longest.peak, length), (5, 95));
    }

    #[test]
    fn a_curve_that_never_falls_has_zero_drawdown() {
        let up = [1.0, 1.0, 2.0, 3.0];
        assert_eq!(max_drawdown(&up), Some(0.0));
        assert_eq!(longest_periods(&up), Some(0));
        assert!(under_water(&up).is_empty());
    }

    #[test]
    fn senseless_input_is_undefined() {
        assert_eq!(max_drawdown(&[]), None);
        assert_eq!(max_drawdown(&[1.0]), None);
        assert_eq!(max_drawdown(&[0.0, 0.0]), None);
        assert_eq!(max_drawdown(&[1.0, f64::NAN, 2.0]), None);
        assert_eq!(ulcer_index(&[1.0, 2.0]), None);
        assert_eq!(longest(&[], &[2.0, 1.0]), None);
        assert!(under_water(&[f64::NAN, 1.0]).is_empty());
    }
}
