//! `performance`: everything one asks of an equity curve, in one struct.

use crate::drawdown::{longest_periods, max_drawdown, ulcer_index};
use crate::moments::{excess_kurtosis_adjusted, skew_adjusted};
use crate::ratios::{
    cagr, calmar, downside_risk, payoff_ratio, probabilistic_sharpe, profit_factor, sharpe, sortino, stability,
    tail_ratio, total_return, volatility, win_rate, win_rate_all,
};
use crate::values::{Returns, Values};

/// Statistics of an equity curve. Fractions, not percent; `None` = undefined.
/// Each field is defined at the function of its name.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Performance {
    /// Number of returns.
    pub periods: usize,
    /// `ratios::total_return`.
    pub total_return: Option<f64>,
    /// `ratios::cagr`.
    pub cagr: Option<f64>,
    /// `ratios::volatility`, annualised.
    pub volatility: Option<f64>,
    /// `ratios::sharpe` with a risk-free rate of zero, annualised.
    pub sharpe: Option<f64>,
    /// `ratios::sortino` with a target of zero, annualised.
    pub sortino: Option<f64>,
    /// `ratios::calmar`.
    pub calmar: Option<f64>,
    /// `ratios::downside_risk`, annualised.
    pub downside_risk: Option<f64>,
    /// `drawdown::max_drawdown`: zero or negative.
    pub max_drawdown: Option<f64>,
    /// `drawdown::longest_periods`.
    pub longest_drawdown: Option<usize>,
    /// `drawdown::ulcer_index`.
    pub ulcer_index: Option<f64>,
    /// The highest return of a period.
    pub best: Option<f64>,
    /// The lowest return of a period.
    pub worst: Option<f64>,
    /// `ratios::win_rate`: periods without change left out.
    pub win_rate: Option<f64>,
    /// `ratios::win_rate_all`: periods without change counted.
    pub win_rate_all: Option<f64>,
    /// `ratios::profit_factor` over returns; also the Omega ratio at zero.
    pub profit_factor: Option<f64>,
    /// `ratios::payoff_ratio`.
    pub payoff_ratio: Option<f64>,
    /// `ratios::tail_ratio`.
    pub tail_ratio: Option<f64>,
    /// `moments::skew_adjusted` of the returns.
    pub skew: Option<f64>,
    /// `moments::excess_kurtosis_adjusted` of the returns.
    pub excess_kurtosis: Option<f64>,
    /// `ratios::stability`.
    pub stability: Option<f64>,
    /// `ratios::probabilistic_sharpe`.
    pub probabilistic_sharpe: Option<f64>,
}

/// All statistics of an equity curve. `periods_per_year` annualises: 252 for
/// daily bars, or `calendar::periods_per_year` of the curve's times.
#[must_use]
pub fn performance(equity: &[f64], periods_per_year: f64) -> Performance {
    let whole = Performance {
        periods: equity.len().saturating_sub(1),
        total_return: total_return(equity),
        cagr: cagr(equity, periods_per_year),
        max_drawdown: max_drawdown(equity),
        longest_drawdown: longest_periods(equity),
        ulcer_index: ulcer_index(equity),
        ..Performance::default()
    };
    let whole = Performance {
        calmar: whole.cagr.zip(whole.max_drawdown).and_then(|(growth, fall)| calmar(growth, fall)),
        ..whole
    };
    let Some(returns) = Returns::of(equity) else {
        return whole;
    };
    let r = &returns;
    Performance {
        volatility: volatility(r, periods_per_year),
        sharpe: sharpe(r, periods_per_year, 0.0),
        sortino: sortino(r, periods_per_year),
        downside_risk: downside_risk(r, periods_per_year),
        best: r.walk().reduce(f64::max),
        worst: r.walk().reduce(f64::min),
        win_rate: win_rate(r),
        win_rate_all: win_rate_all(r),
        profit_factor: profit_factor(r),
        payoff_ratio: payoff_ratio(r),
        skew: skew_adjusted(r),
        excess_kurtosis: excess_kurtosis_adjusted(r),
        stability: stability(r),
        probabilistic_sharpe: probabilistic_sharpe(r),
        tail_ratio: tail_ratio(r),
        ..whole
    }
}
