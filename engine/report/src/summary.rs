//! `Summary`: the figures of `summary.json`, under their pinned names.

use std::borrow::Cow;

use engine_core::fixed::Money;
use engine_core::record::RunResult;
use engine_core::time::{DAY, Timestamp};
use risk::ratios::{profit_factor, win_rate_all};
use risk::{activity, drawdown, ratios};
use serde::Serialize;

use crate::input::ReportInput;

/// The figures of a run. Fractions, not percent; `None` (null) = undefined.
///
/// Return and risk figures are `risk::performance` over the run's equity curve,
/// annualised by the bars' own frequency (`risk::calendar::periods_per_year`).
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
    /// Least total profit among the run and its pessimistic and optimistic re-runs.
    pub pnl_worst: f64,
    /// Greatest total profit among the run and its pessimistic and optimistic re-runs.
    pub pnl_best: f64,
    /// Fills that slippage moved outside the range of their bar.
    pub fills_outside_bar: u64,
}

/// Computes the figures of a run.
#[must_use]
pub fn summary(input: &ReportInput<'_>) -> Summary {
    let run = input.run;
    let curve = Curve::of(run);
    let (equity, periods) = (&*curve.equity, curve.periods_per_year);
    let returns = ratios::returns(equity);
    let r = returns.as_deref();
    let cagr = ratios::cagr(equity, periods);
    let max_drawdown = drawdown::max_drawdown(equity);
    let pnl_of_trades: Vec<f64> = run.trades.iter().map(|t| t.pnl.to_f64()).collect();
    let totals = [Some(run), input.pessimistic, input.optimistic].into_iter().flatten().map(total_pnl);
    let certain = run.fills.iter().filter(|f| f.certain).count();
    Summary {
        digest: input.digest.to_owned(),
        bars: run.bars,
        fills: run.fills.len() as u64,
        trades: run.trades.len() as u64,
        final_equity: nearest(run.final_equity),
        total_return: ratios::total_return(equity),
        cagr,
        volatility: r.and_then(|r| ratios::volatility(r, periods)),
        sharpe: r.and_then(|r| ratios::sharpe(r, periods, 0.0)),
        sortino: r.and_then(|r| ratios::sortino(r, periods)),
        calmar: cagr.zip(max_drawdown).and_then(|(growth, fall)| ratios::calmar(growth, fall)),
        max_drawdown,
        max_drawdown_days: curve.days_under_water(),
        win_rate: win_rate_all(&pnl_of_trades),
        profit_factor: profit_factor(&pnl_of_trades),
        exposure: activity::exposure(run.exposed, run.times.len() as u64),
        turnover: curve.turnover(run),
        fees: nearest(run.fees()),
        certain_share: share(certain as u64, run.fills.len() as u64),
        pnl_worst: nearest(totals.clone().min().unwrap_or_default()),
        pnl_best: nearest(totals.max().unwrap_or_default()),
        fills_outside_bar: run.fills.iter().filter(|f| f.outside_bar).count() as u64,
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

fn share(part: u64, whole: u64) -> Option<f64> {
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
        let start = run.initial_cash.to_f64();
        let mut times = Cow::Borrowed(&run.times[..run.times.len().min(run.equity.len())]);
        let mut equity = Cow::Borrowed(run.equity.as_slice());
        if let (Some(first), Some(time)) = (equity.first(), times.first().copied())
            && *first != start
        {
            equity.to_mut().insert(0, start);
            times.to_mut().insert(0, time);
        }
        Self { periods_per_year: risk::calendar::periods_per_year(&run.times).unwrap_or(252.0), times, equity }
    }

    fn turnover(&self, run: &RunResult) -> Option<f64> {
        let years = activity::years(self.equity.len().saturating_sub(1), self.periods_per_year)?;
        activity::turnover(run.traded().to_f64(), risk::moments::mean(&self.equity)?, years)
    }

    fn days_under_water(&self) -> Option<i64> {
        drawdown::longest_periods(&self.equity)?;
        let Some((under, _)) = drawdown::longest(&self.times, &self.equity) else {
            return Some(0);
        };
        let day = |i: usize| self.times[i].div_euclid(DAY);
        Some(day(under.end) - day(under.peak))
    }

    /// First and last time.
    pub(crate) fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let first = self.times.first().copied().map(Timestamp::from_nanos);
        let last = self.times.last().copied().map(Timestamp::from_nanos);
        first.zip(last)
    }
}
