//! Returns by calendar month, and how many bars make a year.
//!
//! Times are nanoseconds since 1970-01-01 UTC, ascending; dates are UTC dates.

use crate::finite;
use crate::select::nth;

const HOUR: i64 = 3_600_000_000_000;
const DAY: i64 = 24 * HOUR;
/// Trading days in a year of an exchange.
const TRADING_DAYS: f64 = 252.0;

/// The return of one calendar month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MonthlyReturn {
    /// Year.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u32,
    /// Last equity of the month over the last of the month before (the first
    /// month: over the first equity), minus 1.
    pub value: Option<f64>,
}

/// Returns by calendar month, in order. Months without a point are left out:
/// the next return spans them. Points beyond the shorter slice are ignored.
#[must_use]
pub fn monthly_returns(times: &[i64], equity: &[f64]) -> Vec<MonthlyReturn> {
    let mut months: Vec<MonthlyReturn> = Vec::new();
    let Some(mut base) = equity.first().copied() else {
        return months;
    };
    let mut last = base;
    for (time, e) in times.iter().zip(equity) {
        let (year, month) = year_month(*time);
        let starts = months.last().is_none_or(|m| (m.year, m.month) != (year, month));
        if starts {
            base = last;
            months.push(MonthlyReturn { year, month, value: None });
        }
        last = *e;
        if let Some(m) = months.last_mut() {
            m.value = if base > 0.0 { finite(e / base - 1.0) } else { None };
        }
    }
    months
}

/// How many bars make a year, judged from the bars' own times, for annualising:
///
/// - monthly spacing 12, weekly 52, quarterly 4, yearly 1;
/// - daily 252, or 365 when there are bars on Saturdays and Sundays;
/// - intraday: the median number of bars on days that have any, times 252, or
///   times 365 when there are bars on Saturdays and Sundays;
/// - other spacings: the average number of bars per 365.25 days.
///
/// Spacing is the median distance of neighbours, so that weekends, holidays and
/// gaps do not matter. `None` below two times or without a spacing above zero.
#[must_use]
pub fn periods_per_year(times: &[i64]) -> Option<f64> {
    // Neighbours are looked at in place: a list of their distances would be as large as `times`.
    let gap = median(times.windows(2).map(|w| w[1].saturating_sub(w[0])))?;
    let days = if open_on_weekends(times) { 365.0 } else { TRADING_DAYS };
    if gap <= 0 {
        return None;
    }
    Some(match gap {
        g if g < 20 * HOUR => {
            let same_day = |a: &i64, b: &i64| a.div_euclid(DAY) == b.div_euclid(DAY);
            let counts: Vec<i64> = times.chunk_by(same_day).map(|day| day.len() as i64).collect();
            median(counts.iter().copied())? as f64 * days
        }
        g if g <= 4 * DAY => days,
        g if (5 * DAY..=10 * DAY).contains(&g) => 52.0,
        g if (25 * DAY..=35 * DAY).contains(&g) => 12.0,
        g if (80 * DAY..=100 * DAY).contains(&g) => 4.0,
        g if (350 * DAY..=380 * DAY).contains(&g) => 1.0,
        _ => {
            let span = times.last()?.checked_sub(*times.first()?)? as f64;
            return finite((times.len() - 1) as f64 * 365.25 * DAY as f64 / span);
        }
    })
}

/// Bars on Saturdays and on Sundays, each at least a tenth of all (an even share
/// is a seventh). Both, since a bar that closes at midnight after Friday is stamped Saturday.
fn open_on_weekends(times: &[i64]) -> bool {
    // 1970-01-01 was a Thursday.
    let on = |day: i64| {
        let count = times.iter().filter(|t| (t.div_euclid(DAY) + 4).rem_euclid(7) == day).count();
        count * 10 >= times.len()
    };
    on(6) && on(0)
}

/// The value in the middle, the upper of two; `None` of no values.
fn median(values: impl ExactSizeIterator<Item = i64> + Clone) -> Option<i64> {
    let middle = values.len() / 2;
    // In the order of the numbers, without a sign.
    let sign = 1 << 63;
    nth(values.map(|value| value as u64 ^ sign), middle).map(|value| (value ^ sign) as i64)
}

/// Year and month in UTC (civil from days after Howard Hinnant).
fn year_month(nanos: i64) -> (i32, u32) {
    let z = nanos.div_euclid(DAY) + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    (year as i32, month as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Times of bars at `hours` of each day for which `open` holds.
    fn days(n: i64, hours: &[i64], open: impl Fn(i64) -> bool) -> Vec<i64> {
        (0..n).filter(|d| open(d.rem_euclid(7))).flat_map(|d| hours.iter().map(move |h| d * DAY + h * HOUR)).collect()
    }

    /// Day 0 is a Thursday: 2 is Saturday, 3 is Sunday.
    fn weekdays(day: i64) -> bool {
        day != 2 && day != 3
    }

    #[test]
    fn bars_per_year_follow_the_spacing() {
        let every = |step: i64| (0..40).map(|i| i * step).collect::<Vec<i64>>();
        assert_eq!(periods_per_year(&days(100, &[21], weekdays)), Some(252.0));
        assert_eq!(periods_per_year(&days(100, &[0], |_| true)), Some(365.0));
        assert_eq!(periods_per_year(&every(7 * DAY)), Some(52.0));
        assert_eq!(periods_per_year(&every(30 * DAY)), Some(12.0));
        assert_eq!(periods_per_year(&every(91 * DAY)), Some(4.0));
        let hourly = days(100, &[15, 16, 17, 18, 19, 20, 21], weekdays);
        assert_eq!(periods_per_year(&hourly), Some(7.0 * 252.0));
        let around: Vec<i64> = (0..24).collect();
        let crypto = days(100, &around, |_| true);
        assert_eq!(periods_per_year(&crypto), Some(24.0 * 365.0));
        // Daily bars stamped at the midnight that ends them: Friday's is on a Saturday.
        let midnight: Vec<i64> = days(100, &[24], weekdays);
        assert_eq!(periods_per_year(&midnight), Some(252.0));
        assert_eq!(periods_per_year(&[5]), None);
        assert_eq!(periods_per_year(&[5, 5]), None);
        assert_eq!(periods_per_year(&[i64::MIN, i64::MAX]), None);
    }

    #[test]
    fn months_chain_to_the_whole() {
        // 1970-01-30, 01-31, 02-01, 02-28, 04-01
        let times = [29, 30, 31, 58, 90].map(|d| d * DAY);
        let equity = [100.0, 110.0, 99.0, 121.0, 60.5];
        let months = monthly_returns(&times, &equity);
        let named: Vec<(i32, u32)> = months.iter().map(|m| (m.year, m.month)).collect();
        assert_eq!(named, [(1970, 1), (1970, 2), (1970, 4)]);
        let growth: f64 = months.iter().map(|m| 1.0 + m.value.unwrap_or(0.0)).product();
        assert!((growth - 0.605).abs() < 1e-12);
        assert!((months[0].value.unwrap_or(0.0) - 0.1).abs() < 1e-12);
        assert!(monthly_returns(&[], &[]).is_empty());
    }
}
