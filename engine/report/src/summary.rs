//! `Summary`: the figures of `summary.json`, under their pinned names.

use std::borrow::Cow;

use engine_core::fixed::Money;
use engine_core::record::RunResult;
use engine_core::time::{DAY, Timestamp};
use risk::ratios::{profit_factor, win_rate_all};
use risk::{activity, ratios};
use serde::Serialize;

use crate::drill::DrillFigures;
use crate::input::ReportInput;
use crate::tape::TapeFigures;

/// The figures of a run. Fractions, not percent; `None` (null) = undefined.
///
/// Return and risk figures are those of `risk::ratios` and `risk::drawdown` over the
/// run's equity curve, taken in one pass (`risk::curve`) and annualised by the bars' own frequency (`risk::calendar::periods_per_year`).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Digest of the run.
    pub digest: String,
    /// Bars fed to the strategy.
    pub bars: u64,
    /// Number of fills.
    pub fills: u64,
    /// Closed round trips.
    pub trades: u64,
    /// Equity at the end, the double nearest to the exact amount.
    pub final_equity: f64,
    /// Final equity over the money at the start, minus 1.
    pub total_return: Option<f64>,
    /// Compound annual growth over periods / periods per year (not calendar dates).
    pub cagr: Option<f64>,
    /// Annualised standard deviation of returns.
    pub volatility: Option<f64>,
    /// Annualised Sharpe ratio, risk-free rate zero.
    pub sharpe: Option<f64>,
    /// Annualised Sortino ratio, target zero.
    pub sortino: Option<f64>,
    /// Compound annual growth over the absolute maximum drawdown.
    pub calmar: Option<f64>,
    /// Deepest fall from a peak: zero or negative.
    pub max_drawdown: Option<f64>,
    /// Longest time under water (peak to recovery, or to the end), in calendar
    /// days between the two UTC dates. 0 when equity never fell.
    pub max_drawdown_days: Option<i64>,
    /// Share of closed round trips with a net profit above zero.
    pub win_rate: Option<f64>,
    /// Net profits over net losses of closed round trips.
    pub profit_factor: Option<f64>,
    /// Share of instants with a position.
    pub exposure: Option<f64>,
    /// Traded amount (buys and sells) over mean equity, per year; years are
    /// periods / periods per year, as in `cagr`.
    pub turnover: Option<f64>,
    /// Fees of all fills.
    pub fees: f64,
    /// Fills that are the same on every path their bar allows, over all fills.
    pub certain_share: Option<f64>,
    /// Least total profit among the run and its complete re-runs.
    pub pnl_worst: f64,
    /// Greatest total profit among the run and its complete re-runs.
    pub pnl_best: f64,
    /// Fills that slippage moved outside the range of their bar.
    pub fills_outside_bar: u64,
    /// What finer data made of the ambiguous bars; left out when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drill_down: Option<DrillFigures>,
    /// What rested, what took, and how the books were; left out when no instrument has a tape.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tape: Option<TapeFigures>,
}

/// Computes the figures of a run.
#[must_use]
pub fn summary(input: &ReportInput<'_>) -> Summary {
    summary_at(input, periods_per_year(&input.run.times))
}

/// Bars per year that figures over these times are annualised by: those of
/// `risk::calendar::periods_per_year`, 252 when that is undefined.
#[must_use]
pub fn periods_per_year(times: &[i64]) -> f64 {
    risk::calendar::periods_per_year(times).unwrap_or(252.0)
}

/// [`summary`] when `periods_per_year` of the run's times is known already: many
/// runs over the same bars share it.
#[must_use]
pub fn summary_at(input: &ReportInput<'_>, periods_per_year: f64) -> Summary {
    let run = input.run;
    let curve = Curve::at(run, periods_per_year);
    let equity = &*curve.equity;
    let p = risk::curve::curve(&curve.times, equity, periods_per_year);
    let cagr = ratios::cagr(equity, periods_per_year);
    let pnl_of_trades: Vec<f64> = run.trades.iter().map(|t| t.pnl.to_f64()).collect();
    let totals = std::iter::once(run).chain(input.re_runs().map(|(_, run)| run)).map(total_pnl);
    let certain = run.fills.iter().filter(|f| f.certain).count();
    Summary {
        digest: input.digest.to_owned(),
        bars: run.bars,
        fills: run.fills.len() as u64,
        trades: run.trades.len() as u64,
        final_equity: nearest(run.final_equity),
        total_return: ratios::total_return(equity),
        cagr,
        volatility: p.volatility,
        sharpe: p.sharpe,
        sortino: p.sortino,
        calmar: cagr.zip(p.max_drawdown).and_then(|(growth, fall)| ratios::calmar(growth, fall)),
        max_drawdown: p.max_drawdown,
        max_drawdown_days: curve.days_under_water(&p),
        win_rate: win_rate_all(&pnl_of_trades),
        profit_factor: profit_factor(&pnl_of_trades),
        exposure: activity::exposure(run.exposed, run.times.len() as u64),
        turnover: curve.turnover(run, p.mean),
        fees: nearest(run.fees()),
        certain_share: share(certain as u64, run.fills.len() as u64),
        pnl_worst: nearest(totals.clone().min().unwrap_or_default()),
        pnl_best: nearest(totals.max().unwrap_or_default()),
        fills_outside_bar: run.fills.iter().filter(|f| f.outside_bar).count() as u64,
        drill_down: DrillFigures::of(run),
        tape: TapeFigures::of(input),
    }
}

/// Final equity less the money at the start.
pub(crate) fn total_pnl(run: &RunResult) -> Money {
    run.final_equity - run.initial_cash
}

/// The double nearest to an exact amount.
pub(crate) fn nearest(money: Money) -> f64 {
    money.to_string().parse().unwrap_or_else(|_| money.to_f64())
}

pub(crate) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The equity curve that statistics are taken of: from the money at the start.
///
/// The first instant normally still has all of it. When it does not (a decision
/// filled at the very first close), the start is put in front, so that no cost is lost.
pub(crate) struct Curve<'a> {
    pub(crate) times: Cow<'a, [i64]>,
    pub(crate) equity: Cow<'a, [f64]>,
    pub(crate) periods_per_year: f64,
}

impl<'a> Curve<'a> {
    pub(crate) fn of(run: &'a RunResult) -> Self {
        Self::at(run, periods_per_year(&run.times))
    }

    fn at(run: &'a RunResult, periods_per_year: f64) -> Self {
        let start = run.initial_cash.to_f64();
        let mut times = Cow::Borrowed(&run.times[..run.times.len().min(run.equity.len())]);
        let mut equity = Cow::Borrowed(run.equity.as_slice());
        if let (Some(first), Some(time)) = (equity.first(), times.first().copied())
            && *first != start
        {
            equity.to_mut().insert(0, start);
            times.to_mut().insert(0, time);
        }
        Self { periods_per_year, times, equity }
    }

    fn turnover(&self, run: &RunResult, mean: Option<f64>) -> Option<f64> {
        let years = activity::years(self.equity.len().saturating_sub(1), self.periods_per_year)?;
        activity::turnover(run.traded().to_f64(), mean?, years)
    }

    fn days_under_water(&self, statistics: &risk::curve::Curve) -> Option<i64> {
        statistics.mean.filter(|_| self.equity.len() >= 2)?;
        let day = |i: usize| self.times[i].div_euclid(DAY);
        Some(statistics.longest_under_water.map_or(0, |(peak, end)| day(end) - day(peak)))
    }

    /// First and last time.
    pub(crate) fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let first = self.times.first().copied().map(Timestamp::from_nanos);
        let last = self.times.last().copied().map(Timestamp::from_nanos);
        first.zip(last)
    }
}
