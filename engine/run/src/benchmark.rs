//! Buy and hold of one symbol, for comparison: no fees, fractions of shares.

use engine_core::feed::Series;

/// Equity at each of `times` of holding the series from the first time on with
/// `cash`, dividends reinvested when `apply_actions`. Before its first bar the
/// money is idle.
pub(crate) fn buy_and_hold(series: &Series, times: &[i64], cash: f64, apply_actions: bool) -> Vec<f64> {
    let columns = series.bars.columns();
    let factors = if apply_actions { series.adjustment() } else { None };
    let value = |row: usize| columns.close[row] * factors.as_ref().map_or(1.0, |f| f[row]);
    let mut next = 0;
    let mut bought: Option<f64> = None;
    times
        .iter()
        .map(|time| {
            while columns.close_time.get(next).is_some_and(|t| t <= time) {
                next += 1;
            }
            match next.checked_sub(1) {
                None => cash,
                Some(row) => {
                    let now = value(row);
                    cash * now / *bought.get_or_insert(now)
                }
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine_core::actions::{ActionKind, CorporateAction};
    use engine_core::bars::{BarColumns, Bars};
    use engine_core::instrument::{Instrument, Symbol};
    use engine_core::time::Timestamp;

    #[test]
    fn a_split_leaves_the_line_level() {
        let bars = Bars::new(BarColumns {
            open_time: vec![0, 10, 20].into(),
            close_time: vec![5, 15, 25],
            open: vec![100.0, 50.0, 55.0],
            high: vec![100.0, 50.0, 55.0],
            low: vec![100.0, 50.0, 55.0],
            close: vec![100.0, 50.0, 55.0],
            volume: Vec::new(),
        });
        let mut series =
            Series::daily(Instrument::equity(Symbol::new("US.X").expect("a symbol"), "USD"), bars.expect("valid bars"));
        let split = ActionKind::Split { to: 2, from: 1 };
        series.actions = vec![CorporateAction { ex_time: Timestamp::from_nanos(10), kind: split }];
        assert_eq!(buy_and_hold(&series, &[1, 5, 15, 25], 10.0, true), [10.0, 10.0, 10.0, 11.0]);
        assert_eq!(buy_and_hold(&series, &[5, 15], 10.0, false), [10.0, 5.0]);
    }
}
