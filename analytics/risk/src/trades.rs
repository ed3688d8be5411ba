//! Statistics over closed trades (round trips): what was won and lost, and how
//! far prices went for and against while a trade was open.

use crate::finite;
use crate::moments::{mean, quantile};
use crate::ratios::{payoff_ratio, profit_factor, win_rate_all};

/// Statistics of closed trades. Money in the account's currency.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TradeStatistics {
    /// Number of trades.
    pub trades: usize,
    /// Trades with a net profit above zero.
    pub won: usize,
    /// Trades with a net profit below zero; those of exactly zero are neither.
    pub lost: usize,
    /// `won / trades`, a fraction; `None` without trades.
    pub win_rate: Option<f64>,
    /// Sum of profits over the absolute sum of losses; `None` without a loss.
    pub profit_factor: Option<f64>,
    /// Mean net profit of a trade, also `p w - q l` with `p, q` the shares won and
    /// lost and `w, l` the average win and loss (Tharp 1998); `None` without trades.
    pub expectancy: Option<f64>,
    /// Mean profit of the winners; `None` without one.
    pub average_win: Option<f64>,
    /// Mean profit of the losers, negative; `None` without one.
    pub average_loss: Option<f64>,
    /// `average_win / |average_loss|`; `None` without either.
    pub payoff_ratio: Option<f64>,
    /// The greatest profit of a trade; may be negative.
    pub best: Option<f64>,
    /// The least profit of a trade; may be positive.
    pub worst: Option<f64>,
    /// Most winners in a row.
    pub winners_in_a_row: usize,
    /// Most losers in a row; a trade of exactly zero ends a row.
    pub losers_in_a_row: usize,
}

/// Statistics of the net profits of closed trades, in the order they closed. A
/// profit that is not finite makes the sums and averages `None`.
#[must_use]
pub fn trade_statistics(profits: &[f64]) -> TradeStatistics {
    let won: Vec<f64> = profits.iter().copied().filter(|p| *p > 0.0).collect();
    let lost: Vec<f64> = profits.iter().copied().filter(|p| *p < 0.0).collect();
    TradeStatistics {
        trades: profits.len(),
        won: won.len(),
        lost: lost.len(),
        win_rate: win_rate_all(profits),
        profit_factor: profit_factor(profits),
        expectancy: mean(profits),
        average_win: mean(&won),
        average_loss: mean(&lost),
        payoff_ratio: payoff_ratio(profits),
        best: profits.iter().copied().reduce(f64::max).and_then(finite),
        worst: profits.iter().copied().reduce(f64::min).and_then(finite),
        winners_in_a_row: longest_row(profits, |p| p > 0.0),
        losers_in_a_row: longest_row(profits, |p| p < 0.0),
    }
}

fn longest_row(profits: &[f64], belongs: impl Fn(f64) -> bool) -> usize {
    let (longest, _) = profits.iter().fold((0, 0), |(longest, row), p| {
        let row = if belongs(*p) { row + 1 } else { 0 };
        (longest.max(row), row)
    });
    longest
}

/// How far trades went: MAE is the worst unrealised return while a trade was open
/// (zero or negative), MFE the best (zero or positive), as fractions of the money
/// entered (Sweeney 1996, "Maximum adverse excursion").
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Excursions {
    /// Median MAE of winners: what a stop must leave room for.
    pub mae_of_winners: Option<f64>,
    /// Median MAE of losers.
    pub mae_of_losers: Option<f64>,
    /// Median MFE of winners.
    pub mfe_of_winners: Option<f64>,
    /// Median MFE of losers: what a target might have taken.
    pub mfe_of_losers: Option<f64>,
    /// The worst MAE of all trades.
    pub mae_worst: Option<f64>,
    /// The best MFE of all trades.
    pub mfe_best: Option<f64>,
}

/// Excursions of trades: profits, MAE and MFE of the same trades. Slices of
/// different lengths have no statistics; a group without trades has none either.
#[must_use]
pub fn excursions(profits: &[f64], mae: &[f64], mfe: &[f64]) -> Excursions {
    if profits.len() != mae.len() || profits.len() != mfe.len() {
        return Excursions::default();
    }
    let of = |values: &[f64], belongs: fn(f64) -> bool| {
        let group: Vec<f64> = values.iter().zip(profits).filter(|(_, p)| belongs(**p)).map(|(x, _)| *x).collect();
        quantile(&group, 0.5)
    };
    Excursions {
        mae_of_winners: of(mae, |p| p > 0.0),
        mae_of_losers: of(mae, |p| p < 0.0),
        mfe_of_winners: of(mfe, |p| p > 0.0),
        mfe_of_losers: of(mfe, |p| p < 0.0),
        mae_worst: mae.iter().copied().reduce(f64::min).and_then(finite),
        mfe_best: mfe.iter().copied().reduce(f64::max).and_then(finite),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_trades_by_hand() {
        let s = trade_statistics(&[30.0, -10.0, 0.0, 20.0, 10.0, -5.0]);
        assert_eq!((s.trades, s.won, s.lost), (6, 3, 2));
        assert_eq!((s.win_rate, s.profit_factor), (Some(0.5), Some(4.0)));
        assert_eq!((s.expectancy, s.average_win, s.average_loss), (Some(7.5), Some(20.0), Some(-7.5)));
        assert_eq!(s.payoff_ratio, Some(20.0 / 7.5));
        assert_eq!((s.best, s.worst), (Some(30.0), Some(-10.0)));
        assert_eq!((s.winners_in_a_row, s.losers_in_a_row), (2, 1));
        // p w - q l is the same expectancy.
        assert_eq!(0.5 * 20.0 - 2.0 / 6.0 * 7.5, 7.5);
    }

    #[test]
    fn no_trades_no_figures() {
        assert_eq!(trade_statistics(&[]), TradeStatistics::default());
        let only = trade_statistics(&[5.0]);
        assert_eq!((only.profit_factor, only.payoff_ratio, only.average_loss), (None, None, None));
        assert_eq!(trade_statistics(&[f64::NAN]).expectancy, None);
    }

    #[test]
    fn excursions_by_group() {
        let e = excursions(&[1.0, -1.0, 2.0, 0.0], &[-0.01, -0.08, -0.03, -0.5], &[0.05, 0.02, 0.07, 0.9]);
        assert_eq!((e.mae_of_winners, e.mae_of_losers), (Some(-0.02), Some(-0.08)));
        assert!((e.mfe_of_winners.expect("two") - 0.06).abs() < 1e-15);
        assert_eq!((e.mfe_of_losers, e.mae_worst, e.mfe_best), (Some(0.02), Some(-0.5), Some(0.9)));
        assert_eq!(excursions(&[1.0], &[], &[0.1]), Excursions::default());
    }
}
