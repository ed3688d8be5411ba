//! What traded between two snapshots: volume, turnover, last price and new extremes to trades.
//!
//! A snapshot tells how much traded since the one before, for how much money, and at which
//! price last. Where that average is not the last price, several prices traded. The trades
//! made here have exactly that volume and that turnover: one lot at the last price, one at
//! a new high or low of the day, and the rest at the two neighbouring price steps around
//! the average that is left. None of them is outside the prices that really traded. Where
//! the numbers do not fit (no turnover, another multiplier), all is one trade at the last price.

/// What is known of the time between two snapshots, prices in price steps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traded {
    /// Lots, above zero.
    pub(super) lots: i64,
    /// Sum of price times lots; `None` when not known.
    pub(super) value: Option<i64>,
    /// Last price.
    pub(super) last: i64,
    /// The day's high, and whether it is new.
    pub(super) high: Option<(i64, bool)>,
    /// The day's low, and whether it is new.
    pub(super) low: Option<(i64, bool)>,
}

impl Traded {
    /// Price and lots of each trade, the last price last; and whether volume and turnover are both met.
    pub(super) fn trades(&self) -> (Vec<(i64, i64)>, bool) {
        let new = |extreme: Option<(i64, bool)>| extreme.filter(|(_, new)| *new).map(|(price, _)| price);
        let mut extremes: Vec<i64> = [new(self.high), new(self.low)].into_iter().flatten().collect();
        extremes.retain(|price| *price != self.last);
        extremes.dedup();
        let met = self.split(&extremes).or_else(|| self.split(&[]));
        met.map_or_else(|| (vec![(self.last, self.lots)], false), |trades| (trades, true))
    }

    fn split(&self, extremes: &[i64]) -> Option<Vec<(i64, i64)>> {
        let rest = self.lots.checked_sub(1 + i64::try_from(extremes.len()).ok()?)?;
        let pinned = extremes.iter().try_fold(self.last, |sum, price| sum.checked_add(*price))?;
        let value = self.value?.checked_sub(pinned)?;
        let mut trades: Vec<(i64, i64)> = extremes.iter().map(|price| (*price, 1)).collect();
        let mut at_last = 1;
        match rest {
            ..0 => return None,
            0 if value != 0 => return None,
            0 => {}
            _ => {
                let (step, above) = (value.div_euclid(rest), value.rem_euclid(rest));
                let top = if above > 0 { step + 1 } else { step };
                // Nothing trades at twice the last price within half a second.
                if top / 2 > self.last {
                    return None;
                }
                if self.low.is_some_and(|(low, _)| step < low)
                    || self.high.is_some_and(|(high, _)| top > high)
                    || step < 1
                {
                    return None;
                }
                for (price, lots) in [(step, rest - above), (step + 1, above)] {
                    if price == self.last {
                        at_last += lots;
                    } else if lots > 0 {
                        trades.push((price, lots));
                    }
                }
            }
        }
        trades.push((self.last, at_last));
        Some(trades)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traded(lots: i64, value: i64, last: i64) -> Traded {
        Traded { lots, value: Some(value), last, high: Some((110, false)), low: Some((90, false)) }
    }

    #[test]
    fn volume_and_turnover_are_met() {
        // One price: one trade.
        assert_eq!(traded(5, 500, 100).trades(), (vec![(100, 5)], true));
        // 3 lots for 302, the last at 100: the other two made 202.
        assert_eq!(traded(3, 302, 100).trades(), (vec![(101, 2), (100, 1)], true));
        // 4 lots for 404, the last at 100: 304 for three, 101 twice and 102 once.
        assert_eq!(traded(4, 404, 100).trades(), (vec![(101, 2), (102, 1), (100, 1)], true));
        // A new high must have traded.
        let high = Traded { high: Some((103, true)), ..traded(3, 303, 100) };
        assert_eq!(high.trades(), (vec![(103, 1), (100, 2)], true));
        // It cannot have been the high alone: falls back to what fits.
        let high = Traded { high: Some((103, true)), ..traded(1, 100, 100) };
        assert_eq!(high.trades(), (vec![(100, 1)], true));
    }

    #[test]
    fn numbers_that_do_not_fit_are_one_trade_at_the_last_price() {
        assert_eq!(traded(2, 300, 100).trades(), (vec![(100, 2)], false));
        assert_eq!(traded(1, 101, 100).trades(), (vec![(100, 1)], false));
        assert_eq!(Traded { value: None, ..traded(7, 0, 100) }.trades(), (vec![(100, 7)], false));
        let all = traded(i64::MAX, i64::MAX, 100).trades();
        assert!(!all.1, "{all:?}");
    }
}
